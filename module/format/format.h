/* SPDX-License-Identifier: GPL-2.0 */
/* Write format 1 into a buffer. */
#ifndef PORTSOCK_FORMAT_FORMAT_H
#define PORTSOCK_FORMAT_FORMAT_H

#include "put.h"
#include "record.h"

/* Room that each function needs, in bytes. */
#define PS_HEADER_MAX	768
#define PS_RECORD_MAX	2048
#define PS_OWNER_MAX	128
#define PS_MODULE_MAX	72
#define PS_BACK_MAX	64

/* Longest name of a unix socket, in bytes before escaping. */
#define PS_TEXT_MAX	108

/* Room for PID:TID/ and for /COMM, every byte of it escaped. */
#define PS_OWNER_FRONT	(2 * PS_U32_ROOM + 1)
#define PS_OWNER_BACK	(1 + 4 * PS_COMM_SIZE)

#define PS_ROW_CACHE_USUAL	48	/* copied at once; enough for most */
#define PS_ROW_CACHE_MAX	192

/**
 * struct ps_row_cache_ip - Text of an IPv4 address
 * @ip: address as in a record
 * @len: bytes of @text; while 0, the other members are undefined
 * @text: address and colon
 */
struct ps_row_cache_ip {
	u32 ip;
	u32 len;
	char text[24];
};

/**
 * struct ps_row_cache - Text that a row has in common with the row before
 * @local: IPv4 address of the last LOCAL
 * @remote: IPv4 address of the last REMOTE
 * @netns: NETNS of the row before
 * @flags: FLAGS of the row before
 * @cgroup: CGROUP of the row before
 * @held: HELD of the row before
 * @has_cgroup: PS_HAS_CGROUP of the row before
 * @len: bytes of @text; while 0, the members from @netns on are undefined
 * @text: the columns NETNS to HELD
 */
struct ps_row_cache {
	struct ps_row_cache_ip local;
	struct ps_row_cache_ip remote;
	u32 netns;
	u32 flags;
	u64 cgroup;
	u8 held;
	u8 has_cgroup;
	u8 len;
	char text[PS_ROW_CACHE_MAX];
};

/* Mark all parts of a cache as undefined, before the first row. */
static inline void ps_row_cache_init(struct ps_row_cache *cache)
{
	cache->local.len = 0;
	cache->remote.len = 0;
	cache->len = 0;
}

char *ps_format_header(char *p, const struct ps_header *h);
char *ps_format_record(char *p, const struct ps_record *r);
char *ps_format_next(char *p, const struct ps_record *r,
		     struct ps_row_cache *cache);
char *ps_format_back(char *p, const struct ps_record *r);
char *ps_format_end(char *p, const struct ps_record *r,
		    const struct ps_end *end, struct ps_row_cache_ip *cache);
char *ps_format_flags(char *p, u32 flags);
char *ps_format_owner_front(char *p, u32 pid, u32 tid);
char *ps_format_owner_back(char *p, const char *comm);
char *ps_format_owner(char *p, const struct ps_owner *o);
char *ps_format_module(char *p, const char *name);

#endif /* PORTSOCK_FORMAT_FORMAT_H */
