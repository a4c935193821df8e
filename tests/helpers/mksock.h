/* SPDX-License-Identifier: GPL-2.0 */
/*
 * mksock - a factory of sockets.
 *
 * A maker is one task (process, or thread with a descriptor table of its own)
 * that knows its sockets by name and obeys one-line commands. A recipe is
 * nothing but a list of such commands.
 */
#ifndef MKSOCK_H
#define MKSOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define __printf(a, b)	__attribute__((format(printf, a, b)))

#define NAME_SIZE	32
#define LINE_SIZE	1024
#define ADDRESS_SIZE	512
#define MAX_WORDS	16

/* What the command line chose for every socket that a recipe makes. */
struct choices {
	int family;		/* AF_INET or AF_INET6 */
	bool mapped;		/* AF_INET6 with IPv4-mapped addresses */
	const char *addr;	/* default address of bind, or NULL: loopback */
	int port;		/* default port of bind */
	const char *path;	/* default name of a unix socket, escaped */
	int count;		/* what "count" stands for in a recipe */
	bool reuseaddr;
	bool reuseport;
};

struct kind {
	const char *name;
	int family;		/* AF_UNSPEC: the chosen one */
	int type;
	int protocol;
	int protocol6;
};

/* Who a socket is; kept when it is closed, to speak about what it leaves. */
struct identity {
	unsigned long inode;
	unsigned long long cookie;
	int port;		/* -1: none */
	char local[ADDRESS_SIZE];
	char remote[ADDRESS_SIZE];
};

struct item {
	char name[NAME_SIZE];
	const struct kind *kind;
	int fd;			/* -1 once closed */
	struct identity id;
};

struct worker {
	char name[NAME_SIZE];
	pid_t pid;		/* 0: a thread */
	int orders;		/* written: command lines */
	int reports;		/* read: one byte for each */
};

struct maker {
	char name[NAME_SIZE];
	const struct choices *choices;
	struct item *items;
	size_t nr_items;
	struct worker *workers;
	size_t nr_workers;
	int input;
	int report;		/* a worker's answer goes here, -1: to stdout */
};

/* mksock.c */
int complain(const char *format, ...) __printf(1, 2);
const char *complaint(void);
void say(const char *format, ...) __printf(1, 2);
int obey(struct maker *maker, const char *line);
void serve(struct maker *maker);
struct item *item_find(const struct maker *maker, const char *name);
struct item *item_add(struct maker *maker, const char *name,
		      const struct kind *kind, int fd);
int times_meant(const struct maker *maker, const char *text, int *value);

/* recipes.c */
struct recipe {
	const char *name;
	const char *says;
	const char *commands;
};

extern const struct recipe recipes[];

/* verbs.c: each takes the words of its line, words[0] is the verb */
struct verb {
	const char *name;
	int min_words;
	int max_words;
	int (*run)(struct maker *maker, int nr, char **words);
	const char *usage;
};

extern const struct verb verbs[];

/* sockets.c */
extern const struct kind kinds[];

struct item *open_item(const struct maker *maker, const char *name);
int outcome(int result, const char *name);
int verb_socket(struct maker *maker, int nr, char **words);
int verb_pair(struct maker *maker, int nr, char **words);
int verb_bind(struct maker *maker, int nr, char **words);
int verb_connect(struct maker *maker, int nr, char **words);
int verb_disconnect(struct maker *maker, int nr, char **words);
int verb_listen(struct maker *maker, int nr, char **words);
int verb_accept(struct maker *maker, int nr, char **words);
int verb_shutdown(struct maker *maker, int nr, char **words);
int verb_close(struct maker *maker, int nr, char **words);
int verb_reset(struct maker *maker, int nr, char **words);
int verb_opt(struct maker *maker, int nr, char **words);
int verb_send(struct maker *maker, int nr, char **words);
int verb_fill(struct maker *maker, int nr, char **words);
int verb_recv(struct maker *maker, int nr, char **words);
int verb_dup(struct maker *maker, int nr, char **words);
int verb_pass(struct maker *maker, int nr, char **words);
int verb_receive(struct maker *maker, int nr, char **words);

/* tell.c */
void read_identity(int fd, struct identity *id);
int verb_tell(struct maker *maker, int nr, char **words);
int verb_await(struct maker *maker, int nr, char **words);
int verb_note(struct maker *maker, int nr, char **words);
int verb_holds(struct maker *maker, int nr, char **words);

/* tasks.c */
int verb_fork(struct maker *maker, int nr, char **words);
int verb_thread(struct maker *maker, int nr, char **words);
int verb_in(struct maker *maker, int nr, char **words);
int verb_leave(struct maker *maker, int nr, char **words);
int verb_kill(struct maker *maker, int nr, char **words);
int verb_churn(struct maker *maker, int nr, char **words);
int verb_rebind(struct maker *maker, int nr, char **words);
int verb_netns(struct maker *maker, int nr, char **words);

/* address.c */
int address_make(const struct choices *choices, const struct kind *kind,
		 const char *text, const char *port,
		 struct sockaddr_storage *address, socklen_t *length);
void address_text(const struct sockaddr_storage *address, socklen_t length,
		  char *text, size_t size);
int address_port(const struct sockaddr_storage *address);
size_t unescape(const char *text, char *bytes, size_t size);
void escape(const char *bytes, size_t length, char *text, size_t size);

#endif
