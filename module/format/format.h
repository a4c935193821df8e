/* SPDX-License-Identifier: GPL-2.0 */
/* Text out: format 1, written straight into a buffer. */
#ifndef PORTSOCK_FORMAT_FORMAT_H
#define PORTSOCK_FORMAT_FORMAT_H

#include "put.h"
#include "record.h"

/* The most that one call of each function writes, in bytes. */
#define PS_HEADER_MAX	768
#define PS_RECORD_MAX	2048
#define PS_OWNER_MAX	128
#define PS_MODULE_MAX	72

/* Longest name of a unix socket, in bytes before escaping. */
#define PS_TEXT_MAX	108

/* Parts of an owner: two numbers and their marks; a slash and a name. */
#define PS_OWNER_FRONT	(2 * PS_U32_ROOM + 1)
#define PS_OWNER_BACK	(1 + 4 * PS_COMM_SIZE)

#define PS_ROW_CACHE_USUAL	48
#define PS_ROW_CACHE_MAX	192

/**
 * struct ps_row_cache_ip - an IPv4 address as text
 * @ip: as it stands in a record
 * @len: bytes of @text; no member is defined while it is 0
 * @text: address and colon
 */
struct ps_row_cache_ip {
	u32 ip;
	u32 len;
	char text[24];
};

/**
 * struct ps_row_cache - what a row has in common with the next ones, as text
 * @local: address of the last IPv4 row
 * @remote: its other one
 * @netns: of the row
 * @flags: of the row
 * @cgroup: of the row
 * @held: of the row
 * @has_cgroup: PS_HAS_CGROUP of the row
 * @len: bytes of @text; no member is defined while it is 0
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

/**
 * ps_row_cache_init() - before the first row
 * @common: result
 *
 * Context: any.
 */
static inline void ps_row_cache_init(struct ps_row_cache *common)
{
	common->local.len = 0;
	common->remote.len = 0;
	common->len = 0;
}

char *ps_format_header(char *p, const struct ps_header *h);
char *ps_format_record(char *p, const struct ps_record *r);
char *ps_format_next(char *p, const struct ps_record *r,
		     struct ps_row_cache *common);
char *ps_format_owner_front(char *p, u32 pid, u32 tid);
char *ps_format_owner_back(char *p, const char *comm);
char *ps_format_owner(char *p, const struct ps_owner *o);
char *ps_format_module(char *p, const char *name);

#endif /* PORTSOCK_FORMAT_FORMAT_H */
