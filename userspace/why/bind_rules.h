/* SPDX-License-Identifier: GPL-2.0 */
/* Decide whether bind() would succeed beside the existing sockets. */
#ifndef PORTSOCK_WHY_BIND_RULES_H
#define PORTSOCK_WHY_BIND_RULES_H

#include "../view/rowset.h"
#include "links.h"
#include "rcv_saddr.h"

/* A kernel is identified by the first two numbers of its release. */
#define KERNEL(major, minor)	((major) << 16 | (minor))
#define KERNEL_NEWEST	U32_MAX

/**
 * struct bind_request - A hypothetical bind()
 * @local: address (PS_FORM_INET or PS_FORM_INET6) and port
 * @netns: network namespace
 * @uid: uid of the socket
 * @flags: PORTSOCK_FLAG(REUSEADDR), (REUSEPORT) and (V6ONLY) if they are set
 * @kernel: KERNEL() or KERNEL_NEWEST
 * @proto: PORTSOCK_PROTO_TCP or PORTSOCK_PROTO_UDP
 * @listens: listen() follows and checks for conflicts again
 * @dev: interface the socket is bound to, NUL-terminated, empty if none
 * @links: interfaces of the network namespace, NULL if unknown
 * @bind_rows: rows of bind=yes: for TCP the bind buckets of the port with their
 *	fastreuse state, for UDP the sockets in the order of the walk; NULL if
 *	unknown
 * @bind_row_count: number of rows in @bind_rows
 */
struct bind_request {
	struct ps_end local;
	u32 netns;
	u32 uid;
	u32 flags;
	u32 kernel;
	u8 proto;
	bool listens;
	char dev[PS_DEV_SIZE];
	struct links *links;
	const struct ps_record *bind_rows;
	size_t bind_row_count;
};

/* Rules that decide about a bind() and one socket, in order of precedence. */
enum bind_rule {
	RULE_PLACE,		/* another port, protocol or namespace     */
	RULE_VRF,		/* another VRF, which has its own ports    */
	RULE_REQUEST,		/* a request socket; its listener counts   */
	RULE_DEVICE,		/* bound to different interfaces           */
	RULE_ADDRESS,		/* addresses that do not match             */
	RULE_REUSEADDR,		/* shared: both have SO_REUSEADDR          */
	RULE_REUSEPORT,		/* shared: both have SO_REUSEPORT          */
	RULE_CONFLICT,		/* the socket conflicts                    */
};

/*
 * Bind bucket of a socket, compared with that of a bind().  "Likely" follows
 * from the present VRF of its interface, which may have been another one when
 * the socket was bound.
 */
enum bucket_match {
	BUCKET_OTHER,
	BUCKET_LIKELY_OTHER,
	BUCKET_LIKELY_SAME,
	BUCKET_SAME,
};

/* bind_rules.c */
bool bind_same_port(const struct bind_request *b, const struct ps_record *r);
bool bind_uid_is_known(const struct bind_request *b, const struct ps_record *r);
enum bind_rule bind_rule_for(const struct bind_request *b,
			     const struct ps_record *r);
enum bind_rule bind_rule_in_bucket(const struct bind_request *b,
				   const struct ps_record *r);
struct bind_address bind_request_address(const struct bind_request *b);
struct bind_address bind_socket_address(const struct ps_record *r);

/* bind_bucket.c */
int bind_row_order(const void *a, const void *b);
enum bucket_match bind_bucket_match(const struct bind_request *b,
				    const struct ps_record *r);
bool bind_bucket_has_row(const struct bind_request *b,
			 const struct ps_record **row);

/* bind_conflicts.c */
void bind_request_set_rows(struct bind_request *b, struct ps_record *rows,
			   size_t count);
size_t bind_find_conflicts(const struct bind_request *b,
			   const struct rowset *socks, bool *blocks,
			   bool *guess);

#endif /* PORTSOCK_WHY_BIND_RULES_H */
