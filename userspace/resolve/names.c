// SPDX-License-Identifier: GPL-2.0
#include <limits.h>
#include <netdb.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "../view/column_id.h"
#include "../util/clock.h"
#include "leak.h"
#include "manager.h"
#include "names.h"
#include "netns.h"

#define LOOKUP_TIME	10000	/* milliseconds for look-ups of a snapshot */
#define PROCESSES_MAX	64	/* of a socket, whose units are compared */
#define USER_MANAGER	"user@"	/* unit, before the UID */

/* struct hash_key.kind */
enum name_kind {
	NAME_SERVICE,	/* key: protocol, port */
	NAME_USER,	/* uid */
	NAME_HOST,	/* form, address */
	NAME_NETNS,	/* inode number */
	NAME_COMMAND,	/* PID */
	NAME_UNIT,	/* PID */
	NAME_CONTAINER,	/* PID */
};

/**
 * names_init() - Begin with an empty cache
 * @n: names
 * @live: the view is this machine's current one
 */
void names_init(struct names *n, bool live)
{
	memset(n, 0, sizeof(*n));
	n->live = live;
	buf_init(&n->text, -1);
}

/**
 * names_renew() - Begin another snapshot
 * @n: names; processes, cgroups and namespaces are dropped
 */
void names_renew(struct names *n)
{
	hash_free(&n->passing);
	cgroups_renew(&n->cgroups);
	procfs_renew(&n->procfs);
	managers_renew(&n->managers);
	rings_renew(&n->rings);
	n->netns_read = false;
	n->lookup_time = 0;
}

/**
 * names_free() - Free the cache and end its child process
 * @n: names
 */
void names_free(struct names *n)
{
	names_renew(n);
	hash_free(&n->lasting);
	procfs_free(&n->procfs);
	buf_free(&n->text);
}

/*
 * A name server or a directory may take seconds for each name, and other users
 * choose how many addresses, ports and, in user namespaces, UIDs there are.  The
 * time for all look-ups of services, users and hosts is bounded.
 */
static bool is_time_over(const struct names *n)
{
	return n->lookup_time > LOOKUP_TIME;
}

/**
 * names_service() - Look up a port in /etc/services
 * @n: names
 * @proto: enum portsock_proto
 * @port: port
 *
 * Return: name of the service, or NULL; NAME_UNKNOWN if there is no time left.
 */
const char *names_service(struct names *n, u8 proto, u32 port)
{
	const struct hash_key key = { NAME_SERVICE, proto, 0, port };
	const struct servent *service = NULL;
	const char *name;
	int64_t begin;

	if (hash_find_text(&n->lasting, &key, &name))
		return name;
	if (is_time_over(n))
		return NAME_UNKNOWN;
	begin = clock_ms();
	if (port <= U16_MAX)
		service = getservbyport(htons(port),
					ps_proto_names[proto].text);
	n->lookup_time += clock_ms() - begin;
	return hash_add_text(&n->lasting, &key,
			     service ? service->s_name : NULL);
}

static const char *user_name(struct names *n, u32 uid)
{
	const struct hash_key key = { NAME_USER, 0, 0, uid };
	const struct passwd *user;
	const char *name;
	int64_t begin;

	if (hash_find_text(&n->lasting, &key, &name))
		return name;
	if (is_time_over(n))
		return NAME_UNKNOWN;
	begin = clock_ms();
	user = getpwuid(uid);
	n->lookup_time += clock_ms() - begin;
	return hash_add_text(&n->lasting, &key, user ? user->pw_name : NULL);
}

/**
 * names_host() - Look up the name of an address
 * @n: names
 * @end: end of a socket
 *
 * Return: the host's name, or NULL; NULL also for a wildcard address, and if
 * there is no time left.
 */
const char *names_host(struct names *n, const struct ps_end *end)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	struct hash_key key = { NAME_HOST, end->form, 0, 0 };
	const struct sockaddr *address;
	char host[NI_MAXHOST];
	const char *name;
	socklen_t size;
	int64_t begin;
	int err;

	switch (end->form) {
	case PS_FORM_INET:
		memcpy(&key.low, end->ip, 4);
		memcpy(&v4.sin_addr, end->ip, 4);
		address = (const struct sockaddr *)&v4;
		size = sizeof(v4);
		break;
	case PS_FORM_INET6:
		memcpy(&key.high, end->ip, 8);
		memcpy(&key.low, end->ip + 8, 8);
		memcpy(&v6.sin6_addr, end->ip, 16);
		address = (const struct sockaddr *)&v6;
		size = sizeof(v6);
		break;
	default:
		return NULL;
	}
	if (!key.high && !key.low)
		return NULL;
	if (hash_find_text(&n->lasting, &key, &name))
		return name;
	if (is_time_over(n))
		return NULL;
	begin = clock_ms();
	err = getnameinfo(address, size, host, sizeof(host), NULL, 0,
			  NI_NAMEREQD);
	n->lookup_time += clock_ms() - begin;
	return hash_add_text(&n->lasting, &key, err ? NULL : host);
}

static void add_netns_name(void *to, u32 netns, const char *name,
			   const char *path)
{
	const struct hash_key key = { NAME_NETNS, 0, 0, netns };

	(void)path;
	hash_add_text(to, &key, name);
}

/**
 * names_netns() - Look up a network namespace
 * @n: names
 * @netns: inode number
 *
 * Return: its name in /run/netns, or the PID of a process in it, or NULL.
 */
const char *names_netns(struct names *n, u32 netns)
{
	const struct hash_key key = { NAME_NETNS, 0, 0, netns };
	const char *name = NULL;

	if (n->live && !n->netns_read)
		netns_each(add_netns_name, &n->passing);
	n->netns_read = true;
	hash_find_text(&n->passing, &key, &name);
	return name;
}

static const char *command_line(struct names *n, u32 pid)
{
	const struct hash_key key = { NAME_COMMAND, 0, 0, pid };
	char text[PROCFS_COMMAND_MAX + 1];
	const char *command;

	if (hash_find_text(&n->passing, &key, &command))
		return command;
	return hash_add_text(&n->passing, &key,
			     procfs_command(&n->procfs, pid, text));
}

/* Return a value in the text of @n, which ends in "+" if there are others. */
static const char *put_value(struct names *n, const char *value, bool others)
{
	n->text.len = 0;
	buf_word(&n->text, value);
	if (others)
		buf_char(&n->text, '+');
	buf_char(&n->text, '\0');
	return n->text.data;
}

/* Look up a column about the cgroup in which a socket was made. */
static const char *made_column(struct names *n, u8 id, u64 cgroup)
{
	const char *path = cgroups_path(&n->cgroups, cgroup);
	bool unit = id == COL_MADE_UNIT;
	struct manager m;

	if (!path || id == COL_MADE_CGPATH || !strcmp(path, NAME_UNKNOWN))
		return path;
	manager_of_cgroup(&m, path);
	/* The monitor of a container is not in it. */
	if (m.publishes)
		m.container_known = PROPERTY_MISSING;
	switch (unit ? m.unit_known : m.container_known) {
	case PROPERTY_KNOWN:
		return put_value(n, unit ? m.unit : m.container, false);
	case PROPERTY_UNREADABLE:
		return NAME_UNKNOWN;
	default:
		return NULL;
	}
}

static const char *property_text(enum property known, const char *text)
{
	return known == PROPERTY_KNOWN ? text :
		known == PROPERTY_UNREADABLE ? NAME_UNKNOWN : NULL;
}

/* Look up the unit or the container of a process; NULL, NAME_UNKNOWN. */
static const char *process_manager(struct names *n, enum name_kind kind,
				   u32 pid)
{
	struct hash_key unit = { NAME_UNIT, 0, 0, pid }, container = unit;
	const char *text;
	struct manager m;

	container.kind = NAME_CONTAINER;
	if (!hash_find_text(&n->passing, &unit, &text)) {
		manager_of_process(&n->managers, &n->procfs, pid, &m);
		/* The systemd of a user is a service of the system's. */
		if (m.unit_scope == UNIT_USER && !strcmp(m.unit, "init.scope"))
			snprintf(m.unit, sizeof(m.unit), USER_MANAGER
				 "%u.service", m.unit_user);
		hash_add_text(&n->passing, &unit,
			      property_text(m.unit_known, m.unit));
		hash_add_text(&n->passing, &container,
			      property_text(m.container_known, m.container));
	}
	hash_find_text(&n->passing, kind == NAME_UNIT ? &unit : &container,
		       &text);
	return text;
}

/* Check if a process is systemd, which holds sockets for its services. */
static bool is_systemd(struct names *n, u32 pid)
{
	const char *unit = process_manager(n, NAME_UNIT, pid);

	return unit && (!strcmp(unit, "init.scope") ||
			!strncmp(unit, USER_MANAGER, strlen(USER_MANAGER)));
}

/* Return the index of the first process that is not systemd, else 0. */
static size_t first_user(struct names *n, const struct row *row, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!is_systemd(n, row->owners[i].pid))
			return i;
	return 0;
}

/*
 * Look up the unit or the container of the owners: that of the first that has
 * one.  Without one it is unknown if that of an owner is.
 */
static const char *manager_column(struct names *n, enum name_kind kind,
				  const struct row *row, size_t count)
{
	const char *value, *first = NULL;
	bool unknown = false;
	size_t i;

	for (i = first_user(n, row, count); i < count; i++) {
		value = process_manager(n, kind, row->owners[i].pid);
		if (value && !strcmp(value, NAME_UNKNOWN))
			unknown = true;
		else if (value && !first)
			first = value;
		else if (value && strcmp(value, first) &&
			 !is_systemd(n, row->owners[i].pid))
			return put_value(n, first, true);
	}
	if (!first && unknown)
		return NAME_UNKNOWN;
	return first ? put_value(n, first, false) : NULL;
}

/* Look up the cgroup of the owners: that of the first, as /proc has it. */
static const char *path_column(struct names *n, const struct row *row,
			       size_t count)
{
	size_t i = first_user(n, row, count);
	struct process *first, *other;
	char path[PATH_MAX];

	first = procfs_process(&n->procfs, row->owners[i].pid);
	if (!procfs_cgroup_path(first->pid, path))
		return NAME_UNKNOWN;
	while (++i < count) {
		other = procfs_process(&n->procfs, row->owners[i].pid);
		if (procfs_cgroup(first) == PROPERTY_KNOWN &&
		    procfs_cgroup(other) == PROPERTY_KNOWN &&
		    first->cgroup != other->cgroup &&
		    !is_systemd(n, other->pid))
			return put_value(n, path, true);
	}
	return put_value(n, path, false);
}

/* Look up a column about the owners. */
static const char *owner_column(struct names *n, u8 id, const struct row *row)
{
	size_t count = row->count < PROCESSES_MAX ? row->count : PROCESSES_MAX;

	if (!n->live)
		return NULL;
	if (!row->count)
		return row->record.held == PORTSOCK_HELD_HIDDEN ?
			NAME_UNKNOWN : NULL;
	switch (id) {
	case COL_COMMAND:
		return command_line(n, row->owners[0].pid);
	case COL_CGPATH:
		return path_column(n, row, count);
	default:
		return manager_column(n, id == COL_UNIT ? NAME_UNIT :
				      NAME_CONTAINER, row, count);
	}
}

/**
 * names_column() - Look up the value of a column that the view does not have
 * @n: names
 * @id: enum column_id
 * @row: row
 *
 * Return: the value, valid until the next call; NULL if it does not exist;
 * NAME_UNKNOWN if it exists and could not be read within the bounds.
 */
const char *names_column(struct names *n, u8 id, const struct row *row)
{
	const struct ps_record *r = &row->record;

	switch (id) {
	case COL_SERVICE:
		return r->has & PS_HAS_PORT ?
			names_service(n, r->proto, r->port) : NULL;
	case COL_USER:
		return r->has & PS_HAS_UID ? user_name(n, r->uid) : NULL;
	case COL_CGPATH:
	case COL_UNIT:
	case COL_CONTAINER:
	case COL_COMMAND:
		return owner_column(n, id, row);
	case COL_MADE_CGPATH:
	case COL_MADE_UNIT:
	case COL_MADE_CONTAINER:
		return n->live && r->has & PS_HAS_CGROUP ?
			made_column(n, id, r->cgroup) : NULL;
	case COL_NETNSNAME:
		return names_netns(n, r->netns);
	case COL_LEAK:
		n->text.len = 0;
		if (!n->live || !leak_find(&n->procfs, &n->cgroups, row,
					   &n->text))
			return NULL;
		buf_char(&n->text, '\0');
		return n->text.data;
	case COL_RING:
		n->text.len = 0;
		if (!n->live || r->held != PORTSOCK_HELD_INFLIGHT ||
		    !rings_find(&n->rings, r, &n->text))
			return NULL;
		buf_char(&n->text, '\0');
		return n->text.data;
	default:
		return NULL;
	}
}

/**
 * names_leaked() - Check if a socket has left the service that made it
 * @n: names
 * @row: socket
 *
 * Return: whether it has, or may have, see leak_find().
 */
bool names_leaked(struct names *n, const struct row *row)
{
	return n->live && leak_find(&n->procfs, &n->cgroups, row, NULL);
}
