// SPDX-License-Identifier: GPL-2.0
#include <netdb.h>
#include <pwd.h>
#include <string.h>
#include <sys/socket.h>

#include "../util/clock.h"
#include "leak.h"
#include "names.h"
#include "netns.h"
#include "../../module/format/names.h"

#define HOSTS_TIME	10000	/* milliseconds for hosts, of a snapshot */

/**
 * names_init() - no names are known yet
 * @n: names
 * @live: the view is this machine's, and of now
 */
void names_init(struct names *n, bool live)
{
	memset(n, 0, sizeof(*n));
	n->live = live;
	buf_init(&n->text, -1);
}

/**
 * names_renew() - another snapshot begins
 * @n: names; processes, cgroups and namespaces are forgotten
 */
void names_renew(struct names *n)
{
	name_cache_free(&n->passing);
	cgroups_renew(&n->cgroups);
	processes_renew(&n->processes);
	n->netns_read = false;
	n->hosts_time = 0;
}

/**
 * names_free() - give back their memory
 * @n: names
 */
void names_free(struct names *n)
{
	name_cache_free(&n->passing);
	name_cache_free(&n->lasting);
	cgroups_renew(&n->cgroups);
	processes_free(&n->processes);
	buf_free(&n->text);
}

/**
 * names_service() - what the port of a protocol is for
 * @n: names
 * @proto: enum portsock_proto
 * @port: port
 *
 * Return: its name in /etc/services, or NULL.
 */
const char *names_service(struct names *n, u8 proto, u32 port)
{
	const struct name_key key = { NAME_SERVICE, proto, 0, port };
	const struct servent *service;
	const char *name;

	if (name_cache_find(&n->lasting, &key, &name))
		return name;
	service = port > U16_MAX ? NULL :
		getservbyport(htons(port), ps_proto_names[proto].text);
	return name_cache_add(&n->lasting, &key,
			    service ? service->s_name : NULL);
}

/**
 * names_user() - who has a uid
 * @n: names
 * @uid: uid
 *
 * Return: the user's name, or NULL.
 */
const char *names_user(struct names *n, u32 uid)
{
	const struct name_key key = { NAME_USER, 0, 0, uid };
	const struct passwd *user;
	const char *name;

	if (name_cache_find(&n->lasting, &key, &name))
		return name;
	user = getpwuid(uid);
	return name_cache_add(&n->lasting, &key, user ? user->pw_name : NULL);
}

static const char *look_up_host(const struct ps_end *end, char *host,
				size_t size)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	int err;

	if (end->form == PS_FORM_INET) {
		memcpy(&v4.sin_addr, end->ip, 4);
		err = getnameinfo((struct sockaddr *)&v4, sizeof(v4), host,
				  size, NULL, 0, NI_NAMEREQD);
	} else {
		memcpy(&v6.sin6_addr, end->ip, 16);
		err = getnameinfo((struct sockaddr *)&v6, sizeof(v6), host,
				  size, NULL, 0, NI_NAMEREQD);
	}
	return err ? NULL : host;
}

static const char *find_host(struct names *n, const struct ps_end *end,
			     char *host, size_t size)
{
	int64_t begun = clock_ms();
	const char *name = look_up_host(end, host, size);

	n->hosts_time += clock_ms() - begun;
	return name;
}

/**
 * names_host() - find the name of an address
 * @n: names
 * @end: end of a socket
 *
 * A name server may take seconds for each address, and other users choose how
 * many addresses there are: the time for all of them is bounded.
 *
 * Return: the host's name, or NULL, also for the address of more than one host.
 */
const char *names_host(struct names *n, const struct ps_end *end)
{
	static const u8 wildcard[16];
	struct name_key key = { NAME_HOST, end->form, 0, 0 };
	size_t size = end->form == PS_FORM_INET ? 4 : 16;
	char host[NI_MAXHOST];
	const char *name;

	if ((end->form != PS_FORM_INET && end->form != PS_FORM_INET6) ||
	    !memcmp(end->ip, wildcard, size))
		return NULL;
	memcpy(&key.high, end->ip, size == 4 ? 4 : 8);
	if (size == 16)
		memcpy(&key.low, end->ip + 8, 8);
	if (name_cache_find(&n->lasting, &key, &name))
		return name;
	if (n->hosts_time > HOSTS_TIME)
		return NULL;
	return name_cache_add(&n->lasting, &key,
			    find_host(n, end, host, sizeof(host)));
}

/**
 * names_cgroup() - find the path of a cgroup
 * @n: names
 * @id: cgroup v2 id
 *
 * Return: its path below the root of cgroup v2, valid until the next call; NULL
 * if it does not exist, NAME_UNKNOWN if its path could not be found.
 */
const char *names_cgroup(struct names *n, u64 id)
{
	return n->live ? cgroups_path(&n->cgroups, id) : NULL;
}

static void add_netns(void *names, u32 netns, const char *name)
{
	const struct name_key key = { NAME_NETNS, 0, 0, netns };
	struct names *n = names;

	name_cache_add(&n->passing, &key, name);
}

/**
 * names_netns() - what a network namespace is called
 * @n: names
 * @netns: inode number
 *
 * Return: its name in /run/netns, or the number of a process in it, or NULL.
 */
const char *names_netns(struct names *n, u32 netns)
{
	const struct name_key key = { NAME_NETNS, 0, 0, netns };
	const char *name = NULL;

	if (n->live && !n->netns_read)
		netns_each(add_netns, n);
	n->netns_read = true;
	name_cache_find(&n->passing, &key, &name);
	return name;
}

/**
 * names_command() - find the command line of a process
 * @n: names
 * @pid: process
 *
 * Return: the arguments with blanks between them, at most 4 kB; NULL if there
 * are none, NAME_UNKNOWN if they could not be read in time.
 */
const char *names_command(struct names *n, u32 pid)
{
	return n->live ? process_command(&n->processes, pid) : NULL;
}

static const char *of_cgroup(struct names *n, u8 id, const char *path)
{
	if (!path || id == COL_CGPATH || !strcmp(path, NAME_UNKNOWN))
		return path;
	n->text.len = 0;
	if (id == COL_UNIT ? !cgroup_unit(&n->text, path) :
	    !cgroup_container(&n->text, path))
		return NULL;
	buf_char(&n->text, '\0');
	return n->text.data;
}

/**
 * names_column() - what stands in a column that the view does not have
 * @n: names
 * @id: the column
 * @row: row
 *
 * Return: it, valid until the next call, or NULL if there is nothing.
 */
const char *names_column(struct names *n, u8 id,
			    const struct row *row)
{
	const struct ps_record *r = &row->record;

	switch (id) {
	case COL_SERVICE:
		return r->has & PS_HAS_PORT ?
			names_service(n, r->proto, r->port) : NULL;
	case COL_USER:
		return r->has & PS_HAS_UID ? names_user(n, r->uid) : NULL;
	case COL_CGPATH:
	case COL_UNIT:
	case COL_CONTAINER:
		return of_cgroup(n, id, r->has & PS_HAS_CGROUP ?
				 names_cgroup(n, r->cgroup) : NULL);
	case COL_COMMAND:
		return row->count ?
			names_command(n, row->owners[0].pid) : NULL;
	case COL_NETNSNAME:
		return names_netns(n, r->netns);
	case COL_LEAK:
		return leak_text(n, row);
	default:
		return NULL;
	}
}
