/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Filters: key=value words that select rows.  All keys must match, and of each
 * key one of its values.
 */
#ifndef PORTSOCK_FILTER_H
#define PORTSOCK_FILTER_H

#include "format/record.h"

#define PS_FILTER_LINE_MAX	4096	/* bytes in a line */
#define PS_FILTER_NUMBERS	(PS_FILTER_LINE_MAX / 2)
#define PS_NO_PORT		65536U

/* Ports that are looked up one by one; more of them need a table walk. */
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
 * struct ps_port_set - A set of ports
 * @bits: one bit per port
 * @count: number of ports in the set
 * @first: lowest port in the set
 * @last: highest port in the set
 */
struct ps_port_set {
	u8 bits[65536 / 8];
	u32 count;
	u32 first;
	u32 last;
};

/**
 * struct ps_numbers - The values of a key that takes numbers
 * @at: index of the first in the list of the filter
 * @count: number of values; for keys with a single value, whether it was given
 */
struct ps_numbers {
	u16 at;
	u16 count;
};

/**
 * struct ps_filter - A parsed filter
 * @keys: bits of enum ps_filter_key that were given; 0 selects everything
 * @protos: bits of enum portsock_proto (PS_KEY_PROTO)
 * @states: bits of enum portsock_state (PS_KEY_STATE)
 * @held: bits of enum portsock_held (PS_KEY_HELD)
 * @ports: local ports (PS_KEY_PORT)
 * @rports: remote ports (PS_KEY_RPORT)
 * @numbers: values of PS_KEY_PID, _UID, _INODE and _COOKIE, in @list
 * @list: all numbers, grouped by key
 * @used: number of entries of @list in use
 * @netns: network namespace (PS_KEY_NETNS), 0 for all
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

/* Return true if @key was given; false if @f is NULL. */
static inline bool ps_filter_has(const struct ps_filter *f,
				 enum ps_filter_key key)
{
	return f && f->keys & 1U << key;
}

/* Return true if @proto is selected; a NULL filter selects all. */
static inline bool ps_filter_wants_proto(const struct ps_filter *f,
					 enum portsock_proto proto)
{
	return !ps_filter_has(f, PS_KEY_PROTO) || f->protos & 1ULL << proto;
}

/* Return true if @port is in the set; a number above U16_MAX never is. */
static inline bool ps_port_set_has(const struct ps_port_set *ports, u32 port)
{
	return port <= U16_MAX && ports->bits[port / 8] & 1U << port % 8;
}

/* Return true if local port @port is selected; a NULL filter selects all. */
static inline bool ps_filter_wants_port(const struct ps_filter *f, u32 port)
{
	return !ps_filter_has(f, PS_KEY_PORT) ||
		ps_port_set_has(&f->ports, port);
}

/* Return true if the ports are so few that each can be looked up. */
static inline bool ps_filter_has_few_ports(const struct ps_filter *f)
{
	return ps_filter_has(f, PS_KEY_PORT) && f->ports.count <= PS_FEW_PORTS;
}

#endif /* PORTSOCK_FILTER_H */
