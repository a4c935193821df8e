// SPDX-License-Identifier: GPL-2.0
/*
 * Text out.  A view of 200,000 sockets is 200,000 calls of ps_format_record():
 * numbers go two digits at a time, words are copied with their known length,
 * nothing goes through a format string.
 *
 * Every function here writes at @p, with no NUL, and returns the place behind
 * what it wrote; the caller has made room.  None of them sleeps or takes locks.
 */
#include "format.h"
#include "names.h"

static const char blanks[24] __attribute__((nonstring)) =
	"                        ";

static char *put_bytes(char *p, const char *text, size_t len)
{
	memcpy(p, text, len);
	return p + len;
}

/* Copies a constant length, that is cheaper, and steps by the real one. */
static char *put_name(char *p, const struct ps_name *name)
{
	memcpy(p, name->text, sizeof(name->text));
	return p + name->len;
}

/* Blanks up to @width columns from @start, and the one that separates. */
static char *pad(char *p, const char *start, unsigned int width)
{
	unsigned int done = p - start;

	if (done < width) {
		memcpy(p, blanks, sizeof(blanks));
		p += width - done;
	}
	*p++ = ' ';
	return p;
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

static char *put_end(char *p, const struct ps_record *r,
		     const struct ps_end *end)
{
	switch ((enum ps_form)end->form) {
	case PS_FORM_ANY:
		return ps_put_literal(p, "*:*");
	case PS_FORM_INET:
		p = ps_put_ip4(p, end->ip);
		*p++ = ':';
		return ps_put_u32(p, end->num);
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
	case PS_FORM_NONE:
		break;
	}
	return ps_put_literal(p, PORTSOCK_NONE);
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
static char *put_number(char *p, bool there, u64 value)
{
	if (there)
		p = ps_put_u64(p, value);
	else
		*p++ = '-';
	*p++ = ' ';
	return p;
}

static char *put_cookie(char *p, bool there, u64 value)
{
	if (there)
		p = ps_put_hex(p, value);
	else
		*p++ = '-';
	*p++ = ' ';
	return p;
}

/* PROTO PORT STATE LOCAL REMOTE: what a person's eye goes down. */
static char *put_place(char *p, const struct ps_record *r)
{
	char *start = p;

	p = pad(put_name(p, &ps_proto_names[r->proto]), start, 3);
	start = p;
	if (r->has & PS_HAS_PORT)
		p = ps_put_u32(p, r->port);
	else
		*p++ = '-';
	p = pad(p, start, 5);
	start = p;
	p = pad(put_name(p, &ps_state_names[r->state]), start, 11);
	start = p;
	p = pad(put_end(p, r, &r->local), start, 21);
	start = p;
	return pad(put_end(p, r, &r->remote), start, 21);
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
	p = put_place(p, r);
	p = r->dev[0] ? put_dev(p, r) : ps_put_literal(p, PORTSOCK_NONE);
	*p++ = ' ';
	p = put_number(p, r->has & PS_HAS_QUEUES, r->rxq);
	p = put_number(p, r->has & PS_HAS_QUEUES, r->txq);
	p = put_number(p, r->has & PS_HAS_UID, r->uid);
	p = ps_put_u64(p, r->inode);
	*p++ = ' ';
	p = put_cookie(p, true, r->cookie);
	p = put_number(p, true, r->netns);
	p = put_number(p, r->has & PS_HAS_CGROUP, r->cgroup);
	p = put_flags(p, r->flags);
	*p++ = ' ';
	p = put_name(p, &ps_held_names[r->held]);
	*p++ = ' ';
	p = put_cookie(p, r->has & PS_HAS_PARENT, r->parent);
	return put_number(p, r->expires != PS_NO_EXPIRY, r->expires);
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
	p = ps_put_u32(p, o->pid);
	if (o->tid != o->pid) {
		*p++ = ':';
		p = ps_put_u32(p, o->tid);
	}
	*p++ = '/';
	p = ps_put_u32(p, o->fd);
	*p++ = '/';
	return ps_put_escaped(p, o->comm, strnlen(o->comm, sizeof(o->comm)),
			      PS_ESCAPE_COMM);
}

/**
 * ps_format_holder() - the kernel as a holder: [name]
 * @p: room for PS_HOLDER_MAX bytes
 * @name: of the kernel module, at most 64 bytes, NUL-terminated
 *
 * Context: any.
 * Return: the place behind it.
 */
char *ps_format_holder(char *p, const char *name)
{
	*p++ = '[';
	p = put_bytes(p, name, strlen(name));
	*p++ = ']';
	return p;
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
	p = ps_put_literal(p, "\n#");
	for (i = 0; i < PORTSOCK_NCOLUMNS; i++) {
		*p++ = ' ';
		p = put_name(p, &ps_column_names[i]);
	}
	*p++ = '\n';
	return p;
}
