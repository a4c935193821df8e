// SPDX-License-Identifier: GPL-2.0
/*
 * Write format 1.  ps_format_next() runs once per socket: numbers are written
 * three digits at a time, names are copied with a constant length, and columns
 * that rarely change are copied from the row before.
 *
 * The calling convention is that of put.h.  No function here sleeps or takes a
 * lock.
 */
#include "format.h"
#include "names.h"

/* Copy the whole array: a constant length is cheaper than the real one. */
static __always_inline char *put_name(char *p, const struct ps_name *name)
{
	memcpy(p, name->text, sizeof(name->text));
	return p + name->len;
}

/*
 * Pad up to @column and add the separating blank.  Writes @blanks blanks, which
 * is enough for the shortest value: the next value overwrites the rest.
 */
static __always_inline char *pad_to(char *p, char *column, size_t blanks)
{
	memcpy(p, "                        ", blanks);
	return (p > column ? p : column) + 1;
}

static __always_inline char *put_port(char *p, u32 port)
{
	return likely(port <= U16_MAX) ? ps_put_million(p, port) :
		ps_put_u32(p, port);
}

static char *put_dev(char *p, const struct ps_record *r)
{
	return ps_put_escaped(p, r->dev, strnlen(r->dev, sizeof(r->dev)),
			      PS_ESCAPE_PATH);
}

static char *put_pair(char *p, u32 first, u32 second)
{
	p = ps_put_u32(p, first);
	*p++ = ':';
	return ps_put_u32(p, second);
}

/* Write an end of any form but PS_FORM_ANY and PS_FORM_INET. */
static char *put_rare_end(char *p, const struct ps_record *r,
			  const struct ps_end *end)
{
	const char *text;
	size_t len;

	switch ((enum ps_form)end->form) {
	case PS_FORM_INET6:
		*p++ = '[';
		p = ps_put_ip6(p, end->ip);
		if (r->dev[0] && ps_ip6_needs_scope(end->ip)) {
			*p++ = '%';
			p = put_dev(p, r);
		}
		p = ps_put_literal(p, "]:");
		return ps_put_u32(p, end->num);
	case PS_FORM_PATH:
		/* "@..." would be an abstract name, "-" a missing value. */
		text = end->text;
		len = end->len;
		if (len && (text[0] == '@' || (len == 1 && text[0] == '-'))) {
			p = ps_put_octal(p, text[0]);
			text++;
			len--;
		}
		return ps_put_escaped(p, text, len, PS_ESCAPE_PATH);
	case PS_FORM_ABSTRACT:
		*p++ = '@';
		return ps_put_escaped(p, end->text, end->len, PS_ESCAPE_PATH);
	case PS_FORM_NETLINK:
		return put_pair(p, end->num, end->id);
	case PS_FORM_PACKET:
		p = ps_put_hex16(p, end->num);
		*p++ = ':';
		if (r->dev[0])
			return put_dev(p, r);
		*p++ = '*';
		return p;
	case PS_FORM_VSOCK:
		/* VMADDR_CID_ANY is "*", as in the output of ss. */
		if (end->id != U32_MAX)
			return put_pair(p, end->id, end->num);
		*p++ = '*';
		*p++ = ':';
		return ps_put_u32(p, end->num);
	case PS_FORM_ANY:
	case PS_FORM_INET:
	case PS_FORM_NONE:
		break;
	}
	return ps_put_literal(p, PORTSOCK_NONE);
}

/* Called from put_ip() only, which is inlined in three places. */
static void update_ip_cache(struct ps_row_cache_ip *cache, const u8 ip[4])
{
	char *p = ps_put_ip4(cache->text, ip);

	*p++ = ':';
	memcpy(&cache->ip, ip, sizeof(cache->ip));
	cache->len = p - cache->text;
}

/* Write an IPv4 address and a colon, usually from the row before. */
static __always_inline char *put_ip(char *p, const u8 ip[4],
				    struct ps_row_cache_ip *cache)
{
	u32 addr;

	memcpy(&addr, ip, sizeof(addr));
	if (unlikely(!cache->len || addr != cache->ip))
		update_ip_cache(cache, ip);
	memcpy(p, cache->text, 16);
	return p + cache->len;
}

static __always_inline char *put_end(char *p, const struct ps_record *r,
				     const struct ps_end *end,
				     struct ps_row_cache_ip *cache)
{
	if (end->form == PS_FORM_ANY)
		return ps_put_literal(p, "*:*");
	if (unlikely(end->form != PS_FORM_INET))
		return put_rare_end(p, r, end);
	return put_port(put_ip(p, end->ip, cache), end->num);
}

/**
 * ps_format_end() - Write one end of a socket, as in LOCAL or REMOTE
 * @p: room for 4 * PS_TEXT_MAX + 1 bytes
 * @r: record of the socket
 * @end: @r->local or @r->remote
 * @cache: the last IPv4 address written
 */
char *ps_format_end(char *p, const struct ps_record *r,
		    const struct ps_end *end, struct ps_row_cache_ip *cache)
{
	return put_end(p, r, end, cache);
}

/* Write a number, or "-" if it is missing, and a blank. */
static __always_inline char *put_number(char *p, bool present, u64 value)
{
	if (present)
		p = ps_put_u64(p, value);
	else
		*p++ = '-';
	*p++ = ' ';
	return p;
}

static __always_inline char *put_cookie(char *p, bool present, u64 value)
{
	if (present)
		p = ps_put_hex(p, value);
	else
		*p++ = '-';
	*p++ = ' ';
	return p;
}

/**
 * ps_format_flags() - Write the column FLAGS
 * @p: room for PORTSOCK_NFLAGS * sizeof(struct ps_name) bytes
 * @flags: bits of enum portsock_flag_bit
 */
char *ps_format_flags(char *p, u32 flags)
{
	unsigned int bit;

	if (!flags)
		return ps_put_literal(p, PORTSOCK_NONE);
	for (bit = 0; bit < PORTSOCK_NFLAGS; bit++) {
		if (flags & 1U << bit) {
			p = put_name(p, &ps_flag_names[bit]);
			*p++ = ',';
		}
	}
	return p - 1;	/* the last comma */
}

/* Cache the columns NETNS to HELD of @r. */
static void update_row_cache(struct ps_row_cache *cache,
			     const struct ps_record *r)
{
	char *p = cache->text;

	cache->netns = r->netns;
	cache->cgroup = r->cgroup;
	cache->flags = r->flags;
	cache->held = r->held;
	cache->has_cgroup = r->has & PS_HAS_CGROUP;

	p = put_number(p, true, r->netns);
	p = put_number(p, r->has & PS_HAS_CGROUP, r->cgroup);
	p = ps_format_flags(p, r->flags);
	*p++ = ' ';
	p = put_name(p, &ps_held_names[r->held]);
	*p++ = ' ';
	cache->len = p - cache->text;
}

/**
 * ps_format_next() - Write a row up to and without OWNERS
 * @p: room for PS_RECORD_MAX bytes
 * @r: record; the text of an end has at most PS_TEXT_MAX bytes
 * @cache: text of the row before, initialised with ps_row_cache_init()
 *
 * Return: Pointer past the blank that follows EXPIRES.
 */
char *ps_format_next(char *p, const struct ps_record *r,
		     struct ps_row_cache *cache)
{
	const struct ps_end *local = &r->local;
	char *column = p + 3, *port;
	size_t len;

	/* PROTO PORT STATE LOCAL REMOTE are aligned for the human eye. */
	port = pad_to(put_name(p, &ps_proto_names[r->proto]), column, 4);
	if (likely(r->has & PS_HAS_PORT))
		p = put_port(port, r->port);
	else
		p = ps_put_literal(port, PORTSOCK_NONE);
	len = p - port;
	p = pad_to(p, port + 5, 8);
	column = p + 11;
	p = pad_to(put_name(p, &ps_state_names[r->state]), column, 12);
	column = p + 21;
	/* The port of LOCAL is usually that of PORT: copy its digits. */
	if (unlikely(local->form != PS_FORM_INET || local->num != r->port ||
		     !(r->has & PS_HAS_PORT) || len > 8)) {
		p = put_end(p, r, local, &cache->local);
	} else {
		p = put_ip(p, local->ip, &cache->local);
		memcpy(p, port, 8);
		p += len;
	}
	p = pad_to(p, column, 24);
	column = p + 21;
	p = pad_to(put_end(p, r, &r->remote, &cache->remote), column, 24);

	/* DEV RXQ TXQ UID INODE COOKIE: no two rows share all of them. */
	if (likely(!r->dev[0] && !(r->rxq | r->txq) &&
		   r->has & PS_HAS_QUEUES)) {
		p = ps_put_literal(p, "- 0 0 ");
	} else {
		p = r->dev[0] ? put_dev(p, r) :
			ps_put_literal(p, PORTSOCK_NONE);
		*p++ = ' ';
		p = put_number(p, r->has & PS_HAS_QUEUES, r->rxq);
		p = put_number(p, r->has & PS_HAS_QUEUES, r->txq);
	}
	p = put_number(p, r->has & PS_HAS_UID, r->uid);
	p = put_number(p, true, r->inode);
	p = put_cookie(p, true, r->cookie);

	/* NETNS CGROUP FLAGS HELD are usually those of the row before. */
	if (unlikely(!cache->len || r->netns != cache->netns ||
		     r->cgroup != cache->cgroup || r->flags != cache->flags ||
		     r->held != cache->held ||
		     (r->has & PS_HAS_CGROUP) != cache->has_cgroup))
		update_row_cache(cache, r);
	memcpy(p, cache->text, PS_ROW_CACHE_USUAL);
	if (unlikely(cache->len > PS_ROW_CACHE_USUAL))
		memcpy(p, cache->text, cache->len);
	p += cache->len;

	/* PARENT EXPIRES: most rows have neither. */
	if (likely(!(r->has & PS_HAS_PARENT) && r->expires == PS_NO_EXPIRY))
		return ps_put_literal(p, "- - ");
	p = put_cookie(p, r->has & PS_HAS_PARENT, r->parent);
	return put_number(p, r->expires != PS_NO_EXPIRY, r->expires);
}

/**
 * ps_format_back() - Write the columns behind OWNERS
 * @p: room for PS_BACK_MAX bytes
 * @r: record
 *
 * Return: Pointer past DROPS, where the newline goes.
 */
char *ps_format_back(char *p, const struct ps_record *r)
{
	const u8 has = r->has & (PS_HAS_PEER | PS_HAS_DROPS);

	/* TYPE PEER DROPS: most rows have only the last, and it is 0. */
	if (likely(has == PS_HAS_DROPS && !r->type && !r->drops))
		return ps_put_literal(p, " - - 0");
	*p++ = ' ';
	p = put_name(p, &ps_type_names[r->type]);
	*p++ = ' ';
	p = put_cookie(p, has & PS_HAS_PEER, r->peer);
	return put_number(p, has & PS_HAS_DROPS, r->drops) - 1;
}

/**
 * ps_format_record() - Write a single row up to and without OWNERS
 * @p: room for PS_RECORD_MAX bytes
 * @r: record; the text of an end has at most PS_TEXT_MAX bytes
 *
 * Return: Pointer past the blank that follows EXPIRES.
 */
char *ps_format_record(char *p, const struct ps_record *r)
{
	struct ps_row_cache cache;

	ps_row_cache_init(&cache);
	return ps_format_next(p, r, &cache);
}

/**
 * ps_format_owner_front() - Write the front of an owner: PID/ or PID:TID/
 * @p: room for PS_OWNER_FRONT bytes
 * @pid: process
 * @tid: thread that has a file table of its own, else @pid
 *
 * Return: Pointer past it, where the fd goes.
 */
char *ps_format_owner_front(char *p, u32 pid, u32 tid)
{
	p = ps_put_u32(p, pid);
	if (tid != pid) {
		*p++ = ':';
		p = ps_put_u32(p, tid);
	}
	*p++ = '/';
	return p;
}

/**
 * ps_format_owner_back() - Write the back of an owner: /COMM
 * @p: room for PS_OWNER_BACK bytes
 * @comm: name of the process or thread; PS_COMM_SIZE bytes are readable
 */
char *ps_format_owner_back(char *p, const char *comm)
{
	*p++ = '/';
	return ps_put_escaped(p, comm, strnlen(comm, PS_COMM_SIZE),
			      PS_ESCAPE_COMM);
}

/**
 * ps_format_owner() - Write an owner: PID/FD/COMM or PID:TID/FD/COMM
 * @p: room for PS_OWNER_MAX bytes
 * @o: owner
 *
 * The comma or newline that follows is left to the caller.
 */
char *ps_format_owner(char *p, const struct ps_owner *o)
{
	p = ps_format_owner_front(p, o->pid, o->tid);
	return ps_format_owner_back(ps_put_u32(p, o->fd), o->comm);
}

/**
 * ps_format_module() - Write the owning module of a kernel socket: [name]
 * @p: room for PS_MODULE_MAX bytes
 * @name: name of the kernel module, NUL-terminated, at most 64 bytes
 */
char *ps_format_module(char *p, const char *name)
{
	size_t len;

	*p++ = '[';
	len = strlen(name);
	p = (char *)memcpy(p, name, len) + len;
	*p++ = ']';
	return p;
}

/**
 * ps_format_header() - Write the two header lines
 * @p: room for PS_HEADER_MAX bytes
 * @h: values of the first line
 *
 * The key "missing" appears only if the kernel keeps tables out of reach.
 *
 * Return: Pointer past the newline of the second line.
 */
char *ps_format_header(char *p, const struct ps_header *h)
{
	unsigned int i;

	p = ps_put_u64(ps_put_literal(p, "# " PORTSOCK_MAGIC " "), h->version);
	p = ps_put_u64(ps_put_literal(p, " netns="), h->netns);
	p = ps_put_u64(ps_put_literal(p, " pidns="), h->pidns);
	p = ps_put_u64(ps_put_literal(p, " at="), h->at);
	p = ps_put_u64(ps_put_literal(p, " took="), h->took);
	p = ps_put_u64(ps_put_literal(p, " sockets="), h->sockets);
	p = ps_put_u64(ps_put_literal(p, " owners="), h->owners);
	if (h->missing) {
		p = ps_put_literal(p, " missing=");
		for (i = 0; i < PORTSOCK_NPROTOS; i++) {
			if (h->missing & 1ULL << i) {
				p = put_name(p, &ps_proto_names[i]);
				*p++ = ',';
			}
		}
		if (h->missing & PS_MISSING_INFLIGHT) {
			p = put_name(p, &ps_held_names[PORTSOCK_HELD_INFLIGHT]);
			*p++ = ',';
		}
		p--;	/* the last comma */
	}
	p = ps_put_literal(p, "\n#");
	for (i = 0; i < PORTSOCK_NCOLUMNS; i++) {
		*p++ = ' ';
		p = put_name(p, &ps_column_names[i]);
	}
	*p++ = '\n';
	return p;
}
