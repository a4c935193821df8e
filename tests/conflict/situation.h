/* SPDX-License-Identifier: GPL-2.0 */
/* Sockets at random at one port, and a bind() that is asked about. */
#ifndef PORTSOCK_SITUATION_H
#define PORTSOCK_SITUATION_H

#include <netinet/in.h>

#include "../../userspace/why/bind_rules.h"

#define THINGS_MAX	64

/**
 * struct thing - a socket that we hold
 * @fd: descriptor; if it travels in a message, of the message's socket
 * @cookie: SO_COOKIE
 */
struct thing {
	int fd;
	u64 cookie;
};

/**
 * struct situation - what was made
 * @port: all of it is there
 * @things: the sockets that we hold
 * @count: how many
 * @told: what was done, for a person
 */
struct situation {
	u16 port;
	struct thing things[THINGS_MAX];
	unsigned int count;
	char told[2048];
};

/* Random numbers: a seed makes the same situation again. */
void random_seed(u64 seed);
unsigned int random_below(unsigned int n);
bool chance(unsigned int percent);

/* The world: two network namespaces, in the first lo, dummy0 and dummy1. */
void world_make(void);
void world_reset(void);
void world_autobind(u16 port, bool on);
int world_other(bool other);
int world_helper(int family, struct sockaddr_storage *address);
int world_accept(int family);
int world_destroy(const struct ps_record *r);
void write_file(const char *path, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* What can be bound, and asked for. */
void bind_random(struct bind_request *b, u16 port, u8 proto);
void bind_bias(void);
int bind_open(const struct bind_request *b);
int bind_try(const struct bind_request *b, int fd);
socklen_t bind_address(const struct bind_request *b, struct sockaddr_storage *a);
void bind_tell(const struct bind_request *b, char *text, size_t size);

void situation_make(struct situation *s, u16 port, u8 proto);
bool situation_close(struct situation *s, u64 cookie);
void situation_end(struct situation *s);

_Noreturn void die(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

#endif /* PORTSOCK_SITUATION_H */
