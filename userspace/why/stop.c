// SPDX-License-Identifier: GPL-2.0
/*
 * A process that has a manager is stopped by it: killed, it would be started
 * again, and PID 1 or the monitor of a container must not be killed at all.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../resolve/cgroup.h"
#include "../resolve/manager.h"
#include "../resolve/service.h"
#include "stop.h"
#include "why.h"

#define COMMANDS_MAX	8
#define NAMES_MAX	5	/* of one command */

/**
 * struct stop_command - A command
 * @verb: its first words
 * @names: units, containers or PIDs, each after a blank
 * @count: number of @names
 */
struct stop_command {
	char verb[64];
	struct buf names;
	size_t count;
};

/**
 * struct stop_plan - Commands that stop all owners
 * @commands: the commands
 * @count: number of @commands
 * @unknown_socket: systemd listens for a unit with an unknown name
 * @unknown_container: engine that publishes the port of an unknown container
 */
struct stop_plan {
	struct stop_command commands[COMMANDS_MAX];
	size_t count;
	bool unknown_socket;
	const char *unknown_container;
};

/**
 * stop_add() - Add the owners of a socket to those that are stopped
 * @list: list, zeroed at first
 * @row: the socket
 */
void stop_add(struct stop_list *list, const struct row *row)
{
	const struct ps_record *r = &row->record;
	size_t i, k;

	for (i = 0; i < row->count && !list->more; i++) {
		const struct ps_owner *o = &row->owners[i];

		for (k = 0; k < list->count; k++)
			if (list->owners[k].pid == o->pid)
				break;
		if (k < list->count)
			continue;
		if (list->count == STOP_OWNERS_MAX) {
			list->more = true;
			break;
		}
		list->owners[list->count++] = (struct stop_owner){
			.pid = o->pid,
			.is_systemd = !strcmp(o->comm, "systemd"),
		};
	}
	if (!(r->has & PS_HAS_CGROUP) || !row->count)
		return;
	for (k = 0; k < list->cgroup_count; k++)
		if (list->cgroups[k] == r->cgroup)
			return;
	if (list->cgroup_count < STOP_CGROUPS_MAX)
		list->cgroups[list->cgroup_count++] = r->cgroup;
}

/* Return true for a name that a shell takes as one word, not as an option. */
static bool is_plain(const char *name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:_.@-";

	return *name && *name != '-' && !name[strspn(name, plain)];
}

static bool has_word(const struct buf *names, const char *name)
{
	size_t len = strlen(name), i;

	for (i = 0; i + len < names->len; i++)
		if (names->data[i] == ' ' &&
		    !memcmp(names->data + i + 1, name, len) &&
		    (i + 1 + len == names->len ||
		     names->data[i + 1 + len] == ' '))
			return true;
	return false;
}

/*
 * Add a command.  Users choose the names of their units and containers: return
 * false if a shell would not take the name as it is.
 */
static bool add_command(struct stop_plan *plan, const char *verb,
			const char *name)
{
	struct stop_command *c;
	size_t i;

	if (!is_plain(name))
		return false;
	for (i = 0; i < plan->count; i++)
		if (!strcmp(plan->commands[i].verb, verb))
			break;
	if (i == COMMANDS_MAX)
		return true;	/* more than are of use */
	c = &plan->commands[i];
	if (i == plan->count) {
		plan->count++;
		snprintf(c->verb, sizeof(c->verb), "%s", verb);
		buf_init(&c->names, -1);
	}
	if (has_word(&c->names, name))
		return true;
	if (c->count++ < NAMES_MAX) {
		buf_char(&c->names, ' ');
		buf_word(&c->names, name);
	} else if (c->count == NAMES_MAX + 1) {
		buf_word(&c->names, " ...");
	}
	return true;
}

static bool has_ending(const char *name, const char *ending)
{
	size_t len = strlen(name), end = strlen(ending);

	return len > end && !strcmp(name + len - end, ending);
}

/* Add a command of a user's manager, or of a rootless engine. */
static bool add_user_command(struct stop_plan *plan, const char *verb,
			     u32 user, const char *name)
{
	char text[64];

	if (user == MANAGER_NO_USER || user == geteuid())
		return add_command(plan, verb, name);
	snprintf(text, sizeof(text), "as uid %u: %s", user, verb);
	return add_command(plan, text, name);
}

static bool stop_unit(struct stop_plan *plan, const struct manager *m)
{
	u64 since;

	if (m->unit_known != PROPERTY_KNOWN ||
	    m->unit_scope == UNIT_CONTAINER ||
	    has_ending(m->unit, ".scope"))
		return false;
	/* systemd does not stop what a stopped or failed service left behind. */
	if (m->unit_scope == UNIT_SYSTEM && has_ending(m->unit, ".service") &&
	    service_run(m->unit, &since) == SERVICE_STOPPED)
		return false;
	return m->unit_scope == UNIT_USER ?
		add_user_command(plan, "systemctl --user stop", m->unit_user,
				 m->unit) :
		add_command(plan, "systemctl stop", m->unit);
}

static bool stop_container(struct stop_plan *plan, const struct manager *m)
{
	static const struct {
		const char *verb;
		const char *list;
	} engines[] = {
		[ENGINE_OTHER] = { NULL, NULL },
		[ENGINE_DOCKER] = { "docker stop", "docker ps" },
		[ENGINE_PODMAN] = { "podman stop", "podman ps" },
		[ENGINE_CONTAINERD] = { "nerdctl stop", "nerdctl ps" },
		[ENGINE_CRIO] = { "crictl stop", "crictl ps" },
		[ENGINE_KUBERNETES] = { "crictl stop", "crictl ps" },
		[ENGINE_LXC] = { "lxc-stop -n", "lxc-ls" },
		[ENGINE_MACHINED] = { "machinectl poweroff", "machinectl" },
	};

	if (m->container_known == PROPERTY_UNREADABLE &&
	    m->engine != ENGINE_OTHER) {
		plan->unknown_container = engines[m->engine].list;
		return true;
	}
	if (m->container_known != PROPERTY_KNOWN)
		return false;
	if (m->in_unit && stop_unit(plan, m))
		return true;
	return engines[m->engine].verb &&
		add_user_command(plan, engines[m->engine].verb,
				 m->container_user, m->container);
}

/*
 * systemd makes the socket of a .socket unit in the cgroup of that unit, if it
 * is one of IPv4 or IPv6.  The unit goes first: it would start the service
 * again.
 */
static bool stop_socket_units(struct stop_plan *plan,
			      const struct stop_list *list)
{
	struct cgroups cgroups = { .walked = false };
	bool found = false;
	struct manager m;
	const char *path;
	size_t i;

	for (i = 0; i < list->cgroup_count; i++) {
		path = cgroups_path(&cgroups, list->cgroups[i]);
		if (!path || *path != '/')
			continue;
		manager_of_cgroup(&m, path);
		if (m.unit_known == PROPERTY_KNOWN &&
		    has_ending(m.unit, ".socket"))
			found |= stop_unit(plan, &m);
	}
	cgroups_renew(&cgroups);
	return found;
}

static void make_plan(struct stop_plan *plan, const struct stop_list *list)
{
	struct managers managers = { .netns_read = false };
	struct procfs procfs = { .row = 0 };
	bool socket_unit = list->live && stop_socket_units(plan, list);
	struct manager m;
	bool systemd;
	char pid[16];
	size_t i;

	for (i = 0; i < list->count; i++) {
		const struct stop_owner *o = &list->owners[i];

		m = (struct manager){ .unit_known = PROPERTY_UNREADABLE };
		if (list->live)
			manager_of_process(&managers, &procfs, o->pid, &m);
		/* Any process can take the name of systemd. */
		systemd = o->is_systemd &&
			(!list->live || !strcmp(m.unit, "init.scope"));
		plan->unknown_socket |= systemd && !socket_unit;
		if (systemd || o->pid == 1)
			continue;
		if (list->live &&
		    (stop_container(plan, &m) || stop_unit(plan, &m)))
			continue;
		snprintf(pid, sizeof(pid), "%u", o->pid);
		add_command(plan, "kill", pid);
	}
	managers_renew(&managers);
	procfs_free(&procfs);
}

/**
 * stop_put() - Append the commands
 * @t: text; unchanged if there are no owners
 * @list: owners
 */
void stop_put(struct buf *t, const struct stop_list *list)
{
	struct stop_plan plan = { .count = 0 };
	size_t i, names = 0;

	make_plan(&plan, list);
	/* The .socket unit would start the service again, so it goes first. */
	if (plan.unknown_socket)
		print_clause(t, "stop the .socket unit for which systemd "
			     "listens ('systemctl list-sockets' lists it)");
	for (i = 0; i < plan.count; i++)
		names += plan.commands[i].count;
	for (i = 0; i < plan.count; i++) {
		if (!i)
			print_clause(t, "stop the owner%s (",
				     list->count > 1 && names > 1 ? "s" : "");
		else
			buf_word(t, " and ");
		buf_word(t, plan.commands[i].verb);
		buf_put(t, plan.commands[i].names.data,
			plan.commands[i].names.len);
		buf_free(&plan.commands[i].names);
	}
	if (plan.count)
		buf_char(t, ')');
	if (plan.unknown_container)
		print_clause(t, "stop the container that has the port ('%s' "
			     "lists it)", plan.unknown_container);
}
