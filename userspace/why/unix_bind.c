// SPDX-License-Identifier: GPL-2.0
/*
 * Report whether bind() to the name of a unix socket would succeed, and which
 * process connect() reaches.
 *
 * bind() to a path makes a file, so it fails if there is any, even without a
 * socket.  The file leads connect() to the socket that made it, by its inode
 * (unix_find_bsd() in net/unix/af_unix.c): of two sockets with one path in
 * LOCAL only one can be reached.  Paths belong to mount namespaces, abstract
 * names to network namespaces.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../output/json.h"
#include "../resolve/netns.h"
#include "../resolve/spec.h"
#include "../util/clock.h"
#include "../util/error.h"
#include "../view/view.h"
#include "../../module/format/names.h"
#include "stop.h"
#include "unix_bind.h"
#include "unix_diag.h"
#include "unix_file.h"
#include "why.h"

#define OTHERS_MAX	10	/* lines of text                        */
#define SOCKETS_MAX	4096	/* sockets with one name that are kept  */
#define NETNS_MAX	1024	/* network namespaces that are searched */
#define SEARCH_MAX	5000	/* milliseconds for all of them         */

/* Where a socket with the name in question is. */
enum unix_place {
	PLACE_LIVE,		/* connect() reaches it                  */
	PLACE_UNLINKED,		/* its file was removed or replaced      */
	PLACE_ELSEWHERE,	/* its path begins in another directory  */
	PLACE_UNKNOWN,
};

/**
 * struct unix_bind - A bind() to the name of a unix socket
 * @name: the name
 * @path: the name as a string, if it is a path
 * @saved: a saved view contains neither files nor types
 * @netns: network namespace of this process
 * @file: the file at the path
 * @diag: unix sockets with their files
 * @searched: @diag contains all sockets of this network namespace
 * @why: @why.socks are the sockets with the name or the file, but not
 *	connections
 * @connections: number of connections with the name
 * @live: socket that connect() reaches or bind() conflicts with, NULL if none
 * @verdict: result of bind()
 * @connect: result of connect(), NULL if it is unknown
 */
struct unix_bind {
	const struct endpoint *name;
	char path[ENDPOINT_NAME_MAX + 1];
	bool saved;
	u32 netns;
	struct unix_file file;
	struct unix_diag_list diag;
	bool searched;
	struct why why;
	size_t connections;
	const struct row *live;
	const char *verdict;
	const char *connect;
};

static bool is_path(const struct unix_bind *u)
{
	return u->name->form == PS_FORM_PATH;
}

static const char *path_errno_name(int err)
{
	switch (err) {
	case 0: return "OK";
	case EACCES: return "EACCES";
	case ECONNREFUSED: return "ECONNREFUSED";
	case ELOOP: return "ELOOP";
	case ENAMETOOLONG: return "ENAMETOOLONG";
	case ENOENT: return "ENOENT";
	case ENOTDIR: return "ENOTDIR";
	case EPERM: return "EPERM";
	case EROFS: return "EROFS";
	default: return strerror(err);
	}
}

/* Finding the sockets */

static bool has_inode(const struct unix_bind *u,
		      const struct unix_diag_entry *e)
{
	return e && e->has_file && !u->file.target &&
		S_ISSOCK(u->file.mode) && e->inode == (u32)u->file.inode;
}

/* On btrfs and on overlays, stat() reports another device. */
static bool has_device(const struct unix_bind *u,
		       const struct unix_diag_entry *e)
{
	return has_inode(u, e) && e->dev == u->file.dev;
}

/* A connection that a listener has accepted has the name of the listener. */
static bool is_connected(const struct ps_record *r,
			 const struct unix_diag_entry *e)
{
	return r->state != PORTSOCK_LISTEN && r->state != PORTSOCK_UNCONN &&
		!(e && e->type == SOCK_DGRAM);
}

/* connect() found a socket at the file, which may have another type. */
static bool file_is_bound(const struct unix_bind *u)
{
	return !u->file.connect || u->file.connect == EPROTOTYPE ||
		u->file.connect == EPERM;
}

/**
 * struct netns_walk - Network namespaces that are searched for a socket
 * @bind: the bind()
 * @own: file of this process' network namespace
 * @end: when the search ends, in milliseconds
 * @visited: their inode numbers
 * @count: number of @visited
 */
struct netns_walk {
	struct unix_bind *bind;
	int own;
	int64_t end;
	u32 visited[NETNS_MAX];
	size_t count;
};

static void search_netns(void *to, u32 netns, const char *name,
			 const char *path)
{
	struct netns_walk *walk = to;
	size_t i;
	int fd;

	(void)name;
	for (i = 0; i < walk->count; i++)
		if (walk->visited[i] == netns)
			return;
	if (walk->count == NETNS_MAX || clock_ms() >= walk->end)
		return;
	walk->visited[walk->count++] = netns;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return;
	if (!setns(fd, CLONE_NEWNET)) {
		unix_diag_read(&walk->bind->diag);
		if (setns(walk->own, CLONE_NEWNET)) {
			error_print("cannot return to the network namespace: "
				    "%s", strerror(errno));
			exit(STATUS_ERROR);
		}
	}
	close(fd);
}

/* The file leads to a socket in any network namespace. */
static void read_diag(struct unix_bind *u)
{
	struct netns_walk walk = { .bind = u };
	size_t i;

	u->searched = !unix_diag_read(&u->diag);
	for (i = 0; i < u->diag.count; i++)
		if (has_device(u, &u->diag.list[i]))
			return;
	if (!is_path(u) || u->file.target || !file_is_bound(u))
		return;
	walk.own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (walk.own < 0)
		return;
	walk.end = clock_ms() + SEARCH_MAX;
	walk.visited[walk.count++] = u->netns;
	netns_each(search_netns, &walk);
	close(walk.own);
}

static int read_unix_sockets(struct unix_bind *u, struct view *v)
{
	int got;

	/* Without permission for all network namespaces, read the own one. */
	if (is_path(u) && view_filter(v, "netns=all proto=unix"))
		view_filter(v, "proto=unix");
	else if (!is_path(u))
		view_filter(v, "proto=unix");
	if (view_begin(v))
		return -1;
	u->netns = v->header.netns;
	if (!u->saved)
		read_diag(u);
	while ((got = view_next(v)) > 0) {
		const struct ps_record *r = &v->row.record;
		const struct unix_diag_entry *e;

		if (r->proto != PORTSOCK_PROTO_UNIX ||
		    (!is_path(u) && r->netns != u->netns))
			continue;
		e = unix_diag_find(&u->diag, r->cookie);
		if (!endpoint_has_local(u->name, r) && !has_inode(u, e))
			continue;
		if (is_connected(r, e))
			u->connections++;
		else if (u->why.socks.count < SOCKETS_MAX)
			rowset_add(&u->why.socks, &v->row);
	}
	rowset_index(&u->why.socks);
	return got;
}

/* Deciding */

/* Rate how likely connect() reaches a socket; 0: it does not. */
static unsigned int rate(const struct unix_bind *u, const struct row *row)
{
	const struct ps_record *r = &row->record;
	const struct unix_diag_entry *e = unix_diag_find(&u->diag, r->cookie);
	bool named = endpoint_has_local(u->name, r);
	unsigned int rating;

	if (u->saved || !is_path(u))
		rating = named;
	else if (u->file.target || u->file.connect == ECONNREFUSED)
		rating = 0;
	else if (e)
		rating = has_device(u, e) ? 3 : !has_inode(u, e) ? 0 :
			named ? 2 : 1;
	else
		rating = named && file_is_bound(u) && !u->searched;
	return rating ? 2 * rating + (r->state == PORTSOCK_LISTEN) : 0;
}

static void find_live(struct unix_bind *u)
{
	unsigned int best = 0, rating;
	size_t i;

	for (i = 0; i < u->why.socks.count; i++) {
		rating = rate(u, &u->why.socks.rows[i]);
		if (rating > best) {
			best = rating;
			u->live = &u->why.socks.rows[i];
		} else if (rating == best && best) {
			/* Without evidence, do not prefer one. */
			if (!u->saved && is_path(u))
				u->live = NULL;
		}
	}
}

/* A stream socket that does not listen refuses connections. */
static bool live_refuses(const struct unix_bind *u)
{
	const struct unix_diag_entry *e = u->live ?
		unix_diag_find(&u->diag, u->live->record.cookie) : NULL;

	return u->live && u->live->record.state != PORTSOCK_LISTEN &&
		(e ? e->type != SOCK_DGRAM : u->file.connect == EPROTOTYPE);
}

static void decide(struct unix_bind *u)
{
	int err;

	find_live(u);
	if (u->saved || !is_path(u)) {
		u->verdict = u->live ? "EADDRINUSE" : "OK";
		if (!u->saved)
			u->connect = !u->live || live_refuses(u) ?
				"ECONNREFUSED" : "OK";
		return;
	}
	u->verdict = !u->file.lookup ? "EADDRINUSE" :
		path_errno_name(u->file.lookup == ENOENT ? u->file.create :
				u->file.lookup);
	err = u->file.target;
	if (!err && file_is_bound(u))
		err = live_refuses(u) ? ECONNREFUSED : 0;
	else if (!err)
		err = u->file.connect;
	u->connect = path_errno_name(err);
}

static bool same_link(u32 pid, const char *name)
{
	char path[64], own[256], other[256];
	ssize_t own_len, len;

	snprintf(path, sizeof(path), "/proc/self/%s", name);
	own_len = readlink(path, own, sizeof(own));
	snprintf(path, sizeof(path), "/proc/%u/%s", pid, name);
	len = readlink(path, other, sizeof(other));
	return len > 0 && len == own_len && !memcmp(own, other, len);
}

/*
 * A path begins in the root directory of its process.  Looking it up through
 * /proc/PID/root could wait for a file system that a user controls.
 */
static enum unix_place place_of(const struct unix_bind *u,
				const struct row *row)
{
	if (row == u->live)
		return PLACE_LIVE;
	if (u->saved || !is_path(u) || !endpoint_has_local(u->name,
							   &row->record))
		return PLACE_UNKNOWN;
	if (u->path[0] != '/' ||
	    (row->count && (!same_link(row->owners->pid, "ns/mnt") ||
			    !same_link(row->owners->pid, "root"))))
		return PLACE_ELSEWHERE;
	return u->live || u->file.lookup == ENOENT ||
		u->file.connect == ECONNREFUSED ? PLACE_UNLINKED :
		PLACE_UNKNOWN;
}

/* Printing */

/* Append the command that removes the file, if the path needs no quotes. */
static void put_remove(struct buf *t, const struct unix_bind *u)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._+:,@%=-";

	buf_word(t, "remove it");
	if (u->path[0] != '-' && !u->path[strspn(u->path, plain)])
		buf_printf(t, " (rm %s)", u->path);
}

static void put_socket(struct buf *t, const struct unix_bind *u,
		       const struct row *row)
{
	const struct ps_record *r = &row->record;
	const struct unix_diag_entry *e = unix_diag_find(&u->diag, r->cookie);

	print_subject(t, &u->why, row);
	buf_printf(t, " %s in %s", row->count > 1 ? "are" : "is",
		   ps_state_names[r->state].text);
	if (e)
		buf_printf(t, " (%s)", e->type == SOCK_DGRAM ? "datagram" :
			   e->type == SOCK_SEQPACKET ? "seqpacket" : "stream");
}

static const char *file_kind(u32 mode)
{
	return S_ISREG(mode) ? "a regular file" :
		S_ISDIR(mode) ? "a directory" :
		S_ISFIFO(mode) ? "a FIFO" : "a device";
}

/* Append why bind() fails, or that it succeeds. */
static void put_bind_reason(struct buf *t, const struct unix_bind *u)
{
	const struct unix_file *f = &u->file;

	if (!strcmp(u->verdict, "OK")) {
		buf_word(t, "bind() would succeed");
	} else if (u->live) {
		put_socket(t, u, u->live);
		buf_word(t, " there");
		if (!endpoint_has_local(u->name, &u->live->record)) {
			buf_word(t, ", bound as ");
			print_name(t, u->live->record.local.text,
				   u->live->record.local.len);
		}
	} else if (!f->lookup && f->target) {
		buf_word(t, "a symbolic link exists, and its target does not");
	} else if (!f->lookup && !S_ISSOCK(f->mode)) {
		buf_printf(t, "%s exists at this path", file_kind(f->mode));
	} else if (!f->lookup) {
		buf_printf(t, "a socket file exists%s",
			   f->connect == ECONNREFUSED ?
			   ", and no socket is bound to it" : "");
	} else {
		int err = f->lookup == ENOENT ? f->create : f->lookup;

		buf_word(t, err == ENOENT ? "its directory does not exist" :
			 err == ENOTDIR ? "a part of the path is not a "
			 "directory" :
			 err == EROFS ? "its file system is read-only" :
			 err == EACCES ? "no permission to make a file in its "
			 "directory" : strerror(err));
	}
}

static void put_connect_reason(struct buf *t, const struct unix_bind *u)
{
	const char *c = u->connect;

	if (!strcmp(c, "OK") && u->live) {
		buf_word(t, "reaches ");
		print_subject(t, &u->why, u->live);
	} else if (!strcmp(c, "OK")) {
		buf_word(t, "reaches a socket that is not visible from here");
	} else if (live_refuses(u)) {
		buf_word(t, "the socket does not listen");
	} else if (!strcmp(c, "ECONNREFUSED")) {
		buf_word(t, is_path(u) && !S_ISSOCK(u->file.mode) ?
			 "the file is not a socket" :
			 "no socket is bound there");
	} else if (!strcmp(c, "EACCES")) {
		buf_word(t, "no permission to write to the file, or to search "
			 "its directory");
	} else {
		buf_word(t, strerror(u->file.target ? u->file.target :
				     u->file.connect));
	}
}

static void put_unix_advice(struct buf *t, const struct unix_bind *u)
{
	const struct unix_file *f = &u->file;
	struct stop_list stops = { .live = !u->saved };
	int err = f->lookup ? f->create : 0;

	if (u->live) {
		stop_add(&stops, u->live);
		stop_put(t, &stops);
		if (u->live->record.held == PORTSOCK_HELD_HIDDEN)
			print_clause(t, "run as root to list hidden owners "
				     "(sudo portsock why)");
		if (is_path(u) && !u->saved && t->len)
			buf_word(t, ", which may leave the file: a server "
				 "calls unlink() before bind()");
		if (!t->len)
			print_clause(t, "use another name");
	} else if (!is_path(u) || u->saved) {
		return;
	} else if (!f->lookup && !f->target && S_ISSOCK(f->mode)) {
		if (f->connect == ECONNREFUSED) {
			print_clause(t, "no socket is bound to it: ");
			put_remove(t, u);
		} else {
			print_clause(t, "run as root to find the socket "
				     "(sudo portsock why)");
		}
	} else if (!f->lookup) {
		print_clause(t, "use another path");
	} else if (f->lookup == ENOENT && err == ENOENT) {
		print_clause(t, "make the directory (mkdir -p, or "
			     "RuntimeDirectory= in a systemd unit)");
	} else if (strcmp(u->verdict, "OK")) {
		print_clause(t, "use another path%s",
			     err == EACCES || f->lookup == EACCES ?
			     ", or run the server as a user who may write to "
			     "the directory" : "");
	}
}

static void put_unix_notes(struct buf *t, const struct unix_bind *u)
{
	if (u->saved && is_path(u))
		print_clause(t, "not checked in a saved view: whether the path "
			     "exists, and to which socket it leads");
	else if (!is_path(u) && u->live)
		print_clause(t, "a socket of another type may use the same "
			     "abstract name");
	if (!u->live && u->connections)
		print_clause(t, "%zu connection%s of an earlier socket at this "
			     "name remain%s", u->connections,
			     u->connections > 1 ? "s" : "",
			     u->connections > 1 ? "" : "s");
}

static const char *const place_names[] = {
	[PLACE_LIVE] = "live",
	[PLACE_UNLINKED] = "unlinked",
	[PLACE_ELSEWHERE] = "elsewhere",
	[PLACE_UNKNOWN] = "other",
};

/* Append a line for each socket of this name that connect() does not reach. */
static void put_others(struct buf *t, const struct unix_bind *u)
{
	static const char *const effects[] = {
		[PLACE_UNLINKED] = "a file of this name that was removed or "
			"replaced: connect() cannot reach it",
		[PLACE_ELSEWHERE] = "a file of this name in another mount "
			"namespace or root directory",
		[PLACE_UNKNOWN] = "a file of this name",
	};
	size_t i, lines = 0, left = 0;

	for (i = 0; i < u->why.socks.count; i++) {
		const struct row *row = &u->why.socks.rows[i];
		enum unix_place place = place_of(u, row);

		if (place == PLACE_LIVE ||
		    !endpoint_has_local(u->name, &row->record))
			continue;
		if (lines++ >= OTHERS_MAX) {
			left++;
			continue;
		}
		buf_printf(t, "%s: ", place_names[place]);
		put_socket(t, u, row);
		buf_printf(t, " on %s\n", effects[place]);
	}
	if (left)
		buf_printf(t, "... and %zu more (--json lists all)\n", left);
}

static void put_unix_text(struct buf *t, const struct unix_bind *u)
{
	struct buf line;

	buf_printf(t, "%s: ", u->verdict);
	endpoint_put(t, u->name);
	buf_word(t, " - ");
	put_bind_reason(t, u);
	buf_char(t, '\n');
	if (u->connect) {
		buf_printf(t, "connect: %s - ", u->connect);
		put_connect_reason(t, u);
		buf_char(t, '\n');
	}
	put_others(t, u);
	buf_init(&line, -1);
	put_unix_advice(&line, u);
	if (line.len) {
		buf_word(t, "advice: ");
		buf_put(t, line.data, line.len);
		buf_char(t, '\n');
	}
	line.len = 0;
	put_unix_notes(&line, u);
	if (line.len) {
		buf_word(t, "note: ");
		buf_put(t, line.data, line.len);
		buf_char(t, '\n');
	}
	buf_free(&line);
}

static void put_places(struct json *j, const struct unix_bind *u,
		       enum unix_place place)
{
	size_t i;

	for (i = 0; i < u->why.socks.count; i++)
		if (place_of(u, &u->why.socks.rows[i]) == place)
			json_socket(j, &u->why.socks.rows[i],
				    (1U << PORTSOCK_NCOLUMNS) - 1, NULL);
}

static void put_unix_json(struct buf *t, const struct unix_bind *u)
{
	struct json j = { .text = t };
	struct buf advice;

	json_open(&j, '{');
	json_key(&j, "verdict");
	json_word(&j, u->verdict, strlen(u->verdict));
	json_key(&j, "blockers");
	json_open(&j, '[');
	put_places(&j, u, PLACE_LIVE);
	json_close(&j, ']');
	if (u->connect) {
		json_key(&j, "connect");
		json_word(&j, u->connect, strlen(u->connect));
		json_key(&j, "unlinked");
		json_open(&j, '[');
		put_places(&j, u, PLACE_UNLINKED);
		json_close(&j, ']');
		json_key(&j, "elsewhere");
		json_open(&j, '[');
		put_places(&j, u, PLACE_ELSEWHERE);
		json_close(&j, ']');
	}
	buf_init(&advice, -1);
	if (!u->live)
		put_bind_reason(&advice, u);
	put_unix_advice(&advice, u);
	put_unix_notes(&advice, u);
	json_key(&j, "advice");
	json_bytes(&j, advice.data, advice.len);
	buf_free(&advice);
	json_close(&j, '}');
	buf_char(t, '\n');
}

/**
 * unix_bind_parse() - Parse the words for a unix socket
 * @name: result
 * @argc: number of words
 * @argv: [unix] and a word
 *
 * Return: 1 if the words are the name of a unix socket, 0 if they are not, -1
 * after an error message.
 */
int unix_bind_parse(struct endpoint *name, int argc, char **argv)
{
	const char *word = argc ? argv[argc - 1] : "";
	struct endpoints found = { .count = 0 };
	enum spec_fault fault;

	if (argc == 2 && strcmp(argv[0], "unix"))
		return 0;
	if (argc > 2 || !argc || (!strchr("/@\\.", *word) &&
				  strncmp(word, "unix:", 5)))
		return 0;
	fault = spec_parse(word, strlen(word), 0, &found);
	if (fault)
		return spec_print_fault(fault, word, strlen(word),
					"portsock why --help");
	*name = found.list[0];
	free(found.list);
	return endpoint_is_name(name);
}

/**
 * unix_bind_report() - Report on bind() and connect() of a unix socket
 * @name: its name
 * @input: saved view, NULL for the kernel's
 * @json: as JSON
 *
 * Return: Exit status.
 */
int unix_bind_report(const struct endpoint *name, const char *input, bool json)
{
	struct unix_bind u = { .name = name, .saved = input };
	int status = STATUS_ERROR;
	struct view v;
	struct buf t;

	if (is_path(&u))
		memcpy(u.path, name->name, name->len);
	if (is_path(&u) && !u.saved && unix_file_query(&u.file, u.path))
		return STATUS_ERROR;
	if (!view_open(&v, input) && !read_unix_sockets(&u, &v)) {
		decide(&u);
		buf_init(&t, STDOUT_FILENO);
		if (json)
			put_unix_json(&t, &u);
		else
			put_unix_text(&t, &u);
		status = buf_finish(&t, strcmp(u.verdict, "OK") ?
				    STATUS_NOTHING : STATUS_MATCH);
	}
	view_close(&v);
	rowset_free(&u.why.socks);
	free(u.diag.list);
	return status;
}
