/* SPDX-License-Identifier: GPL-2.0 */
/* Asking for less: key=value words, ANDed; the values of one key are ORed. */
#ifndef PORTSOCK_FILTER_H
#define PORTSOCK_FILTER_H

#include "format/record.h"

#define PS_FILTER_LINE_MAX	4096	/* bytes of a line */
#define PS_FILTER_NUMBERS	(PS_FILTER_LINE_MAX / 2)
#define PS_NO_PORT		65536U

/* Up to so many ports are looked up one by one; more need a table walk. */
#define PS_FEW_PORTS		256

enum ps_filter_key {
	PS_KEY_PROTO,
	PS_KEY_PORT,
	PS_KEY_RPORT,
	PS_KEY_STATE,
	PS_KEY_PID,
	PS_KEY_UID,
	PS_KEY_INODE,
	PS_KEY_COOKIE,
	PS_KEY_HELD,
	PS_KEY_NETNS,
	PS_KEY_OWNERS,
	PS_KEY_BIND,
	PS_NKEYS
};

/**
 * struct ps_port_set - a set of ports
 * @bits: one a port
 * @count: ports in the set
 * @first: no port below it is in the set
 * @last: no port above it is in the set
 */
struct ps_port_set {
	u8 bits[65536 / 8];
	u32 count;
	u32 first;
	u32 last;
};

/**
 * struct ps_numbers - the values of a key that takes any number
 * @at: the first, in the filter's list
 * @count: how many
 */
struct ps_numbers {
	u16 at;
	u16 count;
};

/**
 * struct ps_filter - what is asked for
 * @keys: bits of enum ps_filter_key that were given; 0 asks for everything
 * @protos: bits of enum portsock_proto (PS_KEY_PROTO)
 * @states: bits of enum portsock_state (PS_KEY_STATE)
 * @held: bits of enum portsock_held (PS_KEY_HELD)
 * @ports: local ports (PS_KEY_PORT)
 * @rports: remote ports (PS_KEY_RPORT)
 * @numbers: the values of PS_KEY_PID, _UID, _INODE and _COOKIE
 * @list: @numbers refer to it
 * @used: of @list
 * @netns: network namespace (PS_KEY_NETNS), 0 for all of them
 */
struct ps_filter {
	u32 keys;
	u64 protos;
	u32 states;
	u32 held;
	struct ps_port_set ports;
	struct ps_port_set rports;
	struct ps_numbers numbers[PS_NKEYS];
	u64 list[PS_FILTER_NUMBERS];
	u32 used;
	u32 netns;
};

int ps_filter_parse(struct ps_filter *f, const char *line, size_t len);
u32 ps_filter_next_port(const struct ps_filter *f, u32 port);
bool ps_filter_wants_pid(const struct ps_filter *f, u32 pid);
bool ps_filter_wants_socket(const struct ps_filter *f,
			    const struct ps_record *r);
bool ps_filter_wants_row(const struct ps_filter *f, const struct ps_record *r);

/**
 * ps_filter_has() - whether a key was given
 * @f: filter, NULL if there is none
 * @key: key
 *
 * Context: any.
 * Return: whether it was.
 */
static inline bool ps_filter_has(const struct ps_filter *f,
				 enum ps_filter_key key)
{
	return f && f->keys & 1U << key;
}

/**
 * ps_filter_wants_proto() - whether a protocol is asked for
 * @f: filter, NULL asks for everything
 * @proto: protocol
 *
 * Context: any.
 * Return: whether it is.
 */
static inline bool ps_filter_wants_proto(const struct ps_filter *f,
					 enum portsock_proto proto)
{
	return !ps_filter_has(f, PS_KEY_PROTO) || f->protos & 1ULL << proto;
}

/**
 * ps_port_set_has() - whether a port is in a set
 * @ports: set
 * @port: any number; what is no port is in none
 *
 * Context: any.
 * Return: true if it is.
 */
static inline bool ps_port_set_has(const struct ps_port_set *ports, u32 port)
{
	return port <= U16_MAX && ports->bits[port / 8] & 1U << port % 8;
}

/**
 * ps_filter_wants_port() - whether sockets at a port are asked for
 * @f: filter, NULL asks for everything
 * @port: local port
 *
 * Context: any.
 * Return: whether they are.
 */
static inline bool ps_filter_wants_port(const struct ps_filter *f, u32 port)
{
	return !ps_filter_has(f, PS_KEY_PORT) || ps_port_set_has(&f->ports, port);
}

/**
 * ps_filter_has_few_ports() - Return true if each port can be looked up by itself
 * @f: filter, NULL for none
 */
static inline bool ps_filter_has_few_ports(const struct ps_filter *f)
{
	return ps_filter_has(f, PS_KEY_PORT) && f->ports.count <= PS_FEW_PORTS;
}

#endif /* PORTSOCK_FILTER_H */
