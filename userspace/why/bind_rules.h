/* SPDX-License-Identifier: GPL-2.0 */
/* Decide whether bind() would succeed beside the existing sockets. */
#ifndef PORTSOCK_WHY_BIND_RULES_H
#define PORTSOCK_WHY_BIND_RULES_H

#include "rcv_saddr.h"

/* A kernel is identified by the first two numbers of its release. */
#define PS_KERNEL(major, minor)	((major) << 16 | (minor))
#define PS_KERNEL_NEWEST	U32_MAX

/**
 * struct ps_bind - A hypothetical bind()
 * @local: address (PS_FORM_INET or PS_FORM_INET6) and port
 * @netns: network namespace
 * @uid: uid of the socket
 * @flags: PORTSOCK_FLAG(REUSEADDR), (REUSEPORT) and (V6ONLY) if they are set
 * @kernel: PS_KERNEL() or PS_KERNEL_NEWEST
 * @proto: PORTSOCK_PROTO_TCP or PORTSOCK_PROTO_UDP
 * @listens: listen() follows and checks for conflicts again
 * @dev: interface the socket is bound to, NUL-terminated, empty if none
 * @told: rows of bind=yes: for TCP the fastreuse state of the port, for UDP the
 *	sockets in the order of the walk; NULL if unknown
 * @told_count: number of rows in @told
 */
struct ps_bind {
	struct ps_end local;
	u32 netns;
	u32 uid;
	u32 flags;
	u32 kernel;
	u8 proto;
	bool listens;
	char dev[PS_DEV_SIZE];
	const struct ps_record *told;
	size_t told_count;
};

/* Rules that decide about a bind() and one socket, in order of precedence. */
enum ps_rule {
	PS_RULE_PLACE,		/* another port, protocol or namespace     */
	PS_RULE_REQUEST,	/* a request socket; its listener counts   */
	PS_RULE_DEVICE,		/* bound to different interfaces           */
	PS_RULE_ADDRESS,	/* addresses that do not match             */
	PS_RULE_REUSEADDR,	/* shared: both have SO_REUSEADDR          */
	PS_RULE_REUSEPORT,	/* shared: both have SO_REUSEPORT          */
	PS_RULE_CONFLICT,	/* the socket conflicts                    */
};

void ps_conflict_tell(struct ps_bind *b, struct ps_record *told, size_t count);
bool ps_conflict_is_at_port(const struct ps_bind *b,
			    const struct ps_record *r);
enum ps_rule ps_conflict_rule(const struct ps_bind *b,
			      const struct ps_record *r);
size_t ps_conflict_find(const struct ps_bind *b,
			const struct ps_record *const *made, size_t count,
			bool *blocks, bool *unsure);
bool ps_conflict_knows_uid(const struct ps_bind *b, const struct ps_record *r);
struct ps_address ps_conflict_asked(const struct ps_bind *b);
struct ps_address ps_conflict_there(const struct ps_record *r);

#endif /* PORTSOCK_WHY_BIND_RULES_H */
