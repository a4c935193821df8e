// SPDX-License-Identifier: GPL-2.0
/*
 * Text out.  A view of 200,000 sockets is 200,000 calls of ps_format_record():
 * numbers go three digits at a time, words are copied with their known length,
 * what a row has in common with the one before is copied from there, nothing goes
 * through a format string.
 *
 * Every function here writes at @p, with no NUL, and returns the place behind
 * what it wrote; the caller has made room.  None of them sleeps or takes locks.
 */
#include "format.h"
#include "names.h"

static char *put_bytes(char *p, const char *text, size_t len)
{
	memcpy(p, text, len);
	return p + len;
}

/* Copies a constant length, that is cheaper, and steps by the real one. */
static __always_inline char *put_name(char *p, const struct ps_name *name)
{
	memcpy(p, name->text, sizeof(name->text));
	return p + name->len;
}

/*
 * Blanks up to @column, and the one that separates.  As many are written as the
 * shortest value needs, a number that is known: what follows overwrites the rest.
 */
static __always_inline char *pad(char *p, char *column, size_t blanks)
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

static char *put_inet6(char *p, const struct ps_record *r,
		       const struct ps_end *end)
{
	*p++ = '[';
	p = ps_put_ip6(p, end->ip);
	if (r->dev[0] && ps_ip6_needs_scope(end->ip)) {
		*p++ = '%';
		p = put_dev(p, r);
	}
	p = ps_put_literal(p, "]:");
	return ps_put_u32(p, end->num);
}

/* A path's own leading @ or a path that is just "-" must not be mistaken. */
static char *put_path(char *p, const struct ps_end *end)
{
	const char *text = end->text;
	size_t len = end->len;

	if (len && (text[0] == '@' || (len == 1 && text[0] == '-'))) {
		p = ps_put_octal(p, text[0]);
		text++;
		len--;
	}
	return ps_put_escaped(p, text, len, PS_ESCAPE_PATH);
}

static char *put_packet(char *p, const struct ps_record *r,
			const struct ps_end *end)
{
	p = ps_put_hex16(p, end->num);
	*p++ = ':';
	if (r->dev[0])
		return put_dev(p, r);
	*p++ = '*';
	return p;
}

static char *put_pair(char *p, u32 first, u32 second)
{
	p = ps_put_u32(p, first);
	*p++ = ':';
	return ps_put_u32(p, second);
}

/* Any cid is "*", as ss has it. */
static char *put_vsock(char *p, const struct ps_end *end)
{
	if (end->id != U32_MAX)
		return put_pair(p, end->id, end->num);
	*p++ = '*';
	*p++ = ':';
	return ps_put_u32(p, end->num);
}

static char *put_other_end(char *p, const struct ps_record *r,
			   const struct ps_end *end)
{
	switch ((enum ps_form)end->form) {
	case PS_FORM_INET6:
		return put_inet6(p, r, end);
	case PS_FORM_PATH:
		return put_path(p, end);
	case PS_FORM_ABSTRACT:
		*p++ = '@';
		return ps_put_escaped(p, end->text, end->len, PS_ESCAPE_PATH);
	case PS_FORM_NETLINK:
		return put_pair(p, end->num, end->id);
	case PS_FORM_PACKET:
		return put_packet(p, r, end);
	case PS_FORM_VSOCK:
		return put_vsock(p, end);
	case PS_FORM_ANY:
	case PS_FORM_INET:
	case PS_FORM_NONE:
		break;
	}
	return ps_put_literal(p, PORTSOCK_NONE);
}

static void remember_ip(struct ps_row_cache_ip *common, const u8 ip[4])
{
	char *p = ps_put_ip4(common->text, ip);

	*p++ = ':';
	memcpy(&common->ip, ip, sizeof(common->ip));
	common->len = p - common->text;
}

/* An IPv4 address and a colon: most often those of the row before. */
static __always_inline char *put_ip(char *p, const u8 ip[4],
				    struct ps_row_cache_ip *common)
{
	u32 same;

	memcpy(&same, ip, sizeof(same));
	if (unlikely(!common->len || same != common->ip))
		remember_ip(common, ip);
	memcpy(p, common->text, 16);
	return p + common->len;
}

static __always_inline char *put_end(char *p, const struct ps_record *r,
				     const struct ps_end *end,
				     struct ps_row_cache_ip *common)
{
	if (end->form == PS_FORM_ANY)
		return ps_put_literal(p, "*:*");
	if (unlikely(end->form != PS_FORM_INET))
		return put_other_end(p, r, end);
	return put_port(put_ip(p, end->ip, common), end->num);
}

/* Most have the number that was just written as @port, of @len digits. */
static __always_inline char *put_local(char *p, const struct ps_record *r,
				       struct ps_row_cache_ip *common,
				       const char *port, size_t len)
{
	const struct ps_end *end = &r->local;

	if (unlikely(end->form != PS_FORM_INET || end->num != r->port ||
		     !(r->has & PS_HAS_PORT) || len > 8))
		return put_end(p, r, end, common);
	p = put_ip(p, end->ip, common);
	memcpy(p, port, 8);
	return p + len;
}

static char *put_flags(char *p, u32 flags)
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
	return p - 1;
}

/* A number and the blank behind it; "-" where there is none. */
static __always_inline char *put_number(char *p, bool there, u64 value)
{
	if (there)
		p = ps_put_u64(p, value);
	else
		*p++ = '-';
	*p++ = ' ';
	return p;
}

static __always_inline char *put_cookie(char *p, bool there, u64 value)
{
	if (there)
		p = ps_put_hex(p, value);
	else
		*p++ = '-';
	*p++ = ' ';
	return p;
}

/* PROTO PORT STATE LOCAL REMOTE: what a person's eye goes down. */
static __always_inline char *put_place(char *p, const struct ps_record *r,
				       struct ps_row_cache *common)
{
	char *column = p + 3, *port;
	size_t len;

	port = pad(put_name(p, &ps_proto_names[r->proto]), column, 4);
	if (likely(r->has & PS_HAS_PORT))
		p = put_port(port, r->port);
	else
		p = ps_put_literal(port, PORTSOCK_NONE);
	len = p - port;
	p = pad(p, port + 5, 8);
	column = p + 11;
	p = pad(put_name(p, &ps_state_names[r->state]), column, 12);
	column = p + 21;
	p = pad(put_local(p, r, &common->local, port, len), column, 24);
	column = p + 21;
	return pad(put_end(p, r, &r->remote, &common->remote), column, 24);
}

/* What many rows have in common: where they are, what they are there for. */
static char *write_common(char *p, const struct ps_record *r)
{
	p = put_number(p, true, r->netns);
	p = put_number(p, r->has & PS_HAS_CGROUP, r->cgroup);
	p = put_flags(p, r->flags);
	*p++ = ' ';
	p = put_name(p, &ps_held_names[r->held]);
	*p++ = ' ';
	return p;
}

static bool is_common(const struct ps_row_cache *common, const struct ps_record *r)
{
	return r->netns == common->netns && r->cgroup == common->cgroup &&
		r->flags == common->flags && r->held == common->held &&
		(r->has & PS_HAS_CGROUP) == common->has_cgroup;
}

static void remember_common(struct ps_row_cache *common, const struct ps_record *r)
{
	common->netns = r->netns;
	common->cgroup = r->cgroup;
	common->flags = r->flags;
	common->held = r->held;
	common->has_cgroup = r->has & PS_HAS_CGROUP;
	common->len = write_common(common->text, r) - common->text;
}

/* Most are no longer than what is copied at once, of a length that is known. */
static char *put_common(char *p, const struct ps_record *r,
			struct ps_row_cache *common)
{
	if (unlikely(!common->len || !is_common(common, r)))
		remember_common(common, r);
	memcpy(p, common->text, PS_ROW_CACHE_USUAL);
	if (unlikely(common->len > PS_ROW_CACHE_USUAL))
		memcpy(p, common->text, common->len);
	return p + common->len;
}

/* The two columns that most rows have nothing in. */
static char *put_tail(char *p, const struct ps_record *r)
{
	if (likely(!(r->has & PS_HAS_PARENT) && r->expires == PS_NO_EXPIRY))
		return ps_put_literal(p, "- - ");
	p = put_cookie(p, r->has & PS_HAS_PARENT, r->parent);
	return put_number(p, r->expires != PS_NO_EXPIRY, r->expires);
}

static char *put_dev_and_queues(char *p, const struct ps_record *r)
{
	p = r->dev[0] ? put_dev(p, r) : ps_put_literal(p, PORTSOCK_NONE);
	*p++ = ' ';
	p = put_number(p, r->has & PS_HAS_QUEUES, r->rxq);
	return put_number(p, r->has & PS_HAS_QUEUES, r->txq);
}

/* DEV to COOKIE, which no two rows have in common. */
static __always_inline char *put_own(char *p, const struct ps_record *r)
{
	if (likely(!r->dev[0] && !(r->rxq | r->txq) && r->has & PS_HAS_QUEUES))
		p = ps_put_literal(p, "- 0 0 ");
	else
		p = put_dev_and_queues(p, r);
	p = put_number(p, r->has & PS_HAS_UID, r->uid);
	p = put_number(p, true, r->inode);
	return put_cookie(p, true, r->cookie);
}

/**
 * ps_format_record() - a row, all of it but OWNERS
 * @p: room for PS_RECORD_MAX bytes
 * @r: a text's length is at most PS_TEXT_MAX
 *
 * Context: any.
 * Return: the place behind the blank that follows EXPIRES.
 */
char *ps_format_record(char *p, const struct ps_record *r)
{
	struct ps_row_cache common;

	ps_row_cache_init(&common);
	return ps_format_next(p, r, &common);
}

/**
 * ps_format_next() - the same for one of many rows
 * @p: room for PS_RECORD_MAX bytes
 * @r: a text's length is at most PS_TEXT_MAX
 * @common: what the row before had in common with others; initialised at first
 *
 * Context: any.
 * Return: the place behind the blank that follows EXPIRES.
 */
char *ps_format_next(char *p, const struct ps_record *r,
		     struct ps_row_cache *common)
{
	p = put_own(put_place(p, r, common), r);
	return put_tail(put_common(p, r, common), r);
}

/**
 * ps_format_owner_front() - what leads an owner: PID/ or PID:TID/
 * @p: room for PS_OWNER_FRONT bytes
 * @pid: process
 * @tid: the thread whose own table it is, else @pid
 *
 * Context: any.
 * Return: the place behind it, where the descriptor goes.
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
 * ps_format_owner_back() - what ends an owner: /COMM
 * @p: room for PS_OWNER_BACK bytes
 * @comm: its name, PS_COMM_SIZE bytes
 *
 * Context: any.
 * Return: the place behind it.
 */
char *ps_format_owner_back(char *p, const char *comm)
{
	*p++ = '/';
	return ps_put_escaped(p, comm, strnlen(comm, PS_COMM_SIZE),
			      PS_ESCAPE_COMM);
}

/**
 * ps_format_owner() - one owner: PID/FD/COMM or PID:TID/FD/COMM
 * @p: room for PS_OWNER_MAX bytes
 * @o: owner
 *
 * Context: any.
 * Return: the place behind it; the comma or newline is the caller's.
 */
char *ps_format_owner(char *p, const struct ps_owner *o)
{
	p = ps_format_owner_front(p, o->pid, o->tid);
	return ps_format_owner_back(ps_put_u32(p, o->fd), o->comm);
}

/**
 * ps_format_module() - the kernel as a holder: [name]
 * @p: room for PS_MODULE_MAX bytes
 * @name: of the kernel module, at most 64 bytes, NUL-terminated
 *
 * Context: any.
 * Return: the place behind it.
 */
char *ps_format_module(char *p, const char *name)
{
	*p++ = '[';
	p = put_bytes(p, name, strlen(name));
	*p++ = ']';
	return p;
}

/* Only where there are any: what such a kernel shows may be incomplete. */
static char *put_missing(char *p, u64 protos)
{
	unsigned int i;

	if (!protos)
		return p;
	p = ps_put_literal(p, " missing=");
	for (i = 0; i < PORTSOCK_NPROTOS; i++) {
		if (protos & 1ULL << i) {
			p = put_name(p, &ps_proto_names[i]);
			*p++ = ',';
		}
	}
	if (protos & PS_MISSING_INFLIGHT) {
		p = put_name(p, &ps_held_names[PORTSOCK_HELD_INFLIGHT]);
		*p++ = ',';
	}
	return p - 1;	/* the last comma */
}

/**
 * ps_format_header() - the two lines that a view begins with
 * @p: room for PS_HEADER_MAX bytes
 * @h: what the first of them says
 *
 * Context: any.
 * Return: the place behind the second line's newline.
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
	p = put_missing(p, h->missing);
	p = ps_put_literal(p, "\n#");
	for (i = 0; i < PORTSOCK_NCOLUMNS; i++) {
		*p++ = ' ';
		p = put_name(p, &ps_column_names[i]);
	}
	*p++ = '\n';
	return p;
}
