/* SPDX-License-Identifier: GPL-2.0 */
/* Random sockets at one port, and a random bind(). */
#ifndef PORTSOCK_SITUATION_H
#define PORTSOCK_SITUATION_H

#include <netinet/in.h>

#include "../../userspace/why/bind_rules.h"

#define SOCKETS_MAX	64

/**
 * struct owned_socket - A socket of this process
 * @fd: file descriptor; of the carrier if the socket is in flight
 * @cookie: SO_COOKIE
 */
struct owned_socket {
	int fd;
	u64 cookie;
};

/**
 * struct situation - Sockets at a port
 * @port: their port
 * @socks: sockets of this process
 * @count: number of them
 * @renamed: an interface was renamed
 * @log: how they were made
 */
struct situation {
	u16 port;
	struct owned_socket socks[SOCKETS_MAX];
	unsigned int count;
	bool renamed;
	char log[2048];
};

/* Random numbers: the same seed makes the same situation. */
void random_seed(u64 seed);
unsigned int random_below(unsigned int n);
bool chance(unsigned int percent);

/*
 * Two network namespaces.  The first has lo, dummy0, dummy1 and dummy4, the VRF
 * blue with dummy2, and red with dummy3.
 */
void world_make(void);
void world_move(const char *vrf);
void world_rename(void);
void world_reset(void);
void world_autobind(u16 port, bool on);
int world_other(bool other);
int world_helper(int family, struct sockaddr_storage *address);
int world_accept(int family);
int world_destroy(const struct ps_record *r);
void write_file(const char *path, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A cgroup that denies bind() to a port. */
void refusal_begin(u16 port);
void refusal_end(void);

/* A random bind(). */
void request_random(struct bind_request *b, u16 port, u8 proto);
void request_bias(void);
bool request_has_vrf(void);
int request_open(const struct bind_request *b);
int request_bind(const struct bind_request *b, int fd);
socklen_t request_sockaddr(const struct bind_request *b,
			   struct sockaddr_storage *a);
void request_format(const struct bind_request *b, char *text, size_t size);

void situation_make(struct situation *s, u16 port, u8 proto);
bool situation_close(struct situation *s, u64 cookie);
void situation_end(struct situation *s);

_Noreturn void die(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

#endif /* PORTSOCK_SITUATION_H */
