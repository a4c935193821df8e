// SPDX-License-Identifier: GPL-2.0
/*
 * Text in.  Whoever reads a view may be handed anything: each value is checked
 * against what its column can hold, and a row is taken whole or not at all.
 */
#include "format.h"
#include "names.h"
#include "parse.h"

/* The next word of a line; words are separated by blanks. */
static const char *next_word(const char **cursor, size_t *len)
{
	const char *start = *cursor + strspn(*cursor, " ");

	*len = strcspn(start, " ");
	*cursor = start + *len;
	return start;
}

static int parse_u32(const char *text, size_t len, u32 *value)
{
	u64 v;
	int err = ps_parse_u64(text, len, 10, U32_MAX, &v);

	if (!err)
		*value = v;
	return err;
}

static int parse_header_field(const char *word, size_t len,
			      struct ps_header *h, unsigned int *seen)
{
	const struct {
		const char *key;
		u64 max;
		u64 *u64_value;
		u32 *u32_value;
	} fields[] = {
		{ "netns=", U32_MAX, NULL, &h->netns },
		{ "pidns=", U32_MAX, NULL, &h->pidns },
		{ "at=", U64_MAX, &h->at, NULL },
		{ "took=", U64_MAX, &h->took, NULL },
		{ "sockets=", U64_MAX, &h->sockets, NULL },
		{ "owners=", U64_MAX, &h->owners, NULL },
	};
	unsigned int i;
	u64 value;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		size_t key = strlen(fields[i].key);

		if (len < key || memcmp(word, fields[i].key, key))
			continue;
		if (ps_parse_u64(word + key, len - key, 10, fields[i].max,
				 &value))
			return -EINVAL;
		if (fields[i].u64_value)
			*fields[i].u64_value = value;
		else
			*fields[i].u32_value = value;
		*seen |= 1U << i;
	}
	return 0;	/* a later version may say more */
}

/**
 * ps_parse_header() - the first line of a view
 * @line: NUL-terminated, without its newline
 * @h: result
 *
 * A later version may say more; what it says beyond format 1 is passed over.
 *
 * Context: any.
 * Return: 0; -EINVAL if it is no view's first line; -EPROTO if the view is of
 * a later format, whose number is in @h->version, and has not all of format 1.
 */
int ps_parse_header(const char *line, struct ps_header *h)
{
	const unsigned int all = (1U << 6) - 1;
	const char *cursor = line, *word;
	unsigned int seen = 0;
	size_t len;
	int err;

	memset(h, 0, sizeof(*h));
	word = next_word(&cursor, &len);
	if (len != 1 || *word != '#')
		return -EINVAL;
	word = next_word(&cursor, &len);
	if (len != strlen(PORTSOCK_MAGIC) || memcmp(word, PORTSOCK_MAGIC, len))
		return -EINVAL;
	word = next_word(&cursor, &len);
	if (parse_u32(word, len, &h->version) || !h->version)
		return -EINVAL;
	err = h->version == PORTSOCK_FORMAT ? -EINVAL : -EPROTO;
	for (word = next_word(&cursor, &len); len;
	     word = next_word(&cursor, &len))
		if (parse_header_field(word, len, h, &seen))
			return err;
	return seen == all ? 0 : err;
}

/**
 * ps_parse_layout() - the second line of a view: the columns' names
 * @line: NUL-terminated, without its newline
 * @layout: result
 *
 * Context: any.
 * Return: 0; -EINVAL if it is no such line, or a column of format 1 is missing
 * or stands there twice.
 */
int ps_parse_layout(const char *line, struct ps_layout *layout)
{
	const char *cursor = line, *word;
	u32 seen = 0;
	size_t len;
	int column;

	layout->count = 0;
	word = next_word(&cursor, &len);
	if (len != 1 || *word != '#')
		return -EINVAL;
	for (word = next_word(&cursor, &len); len;
	     word = next_word(&cursor, &len)) {
		if (layout->count == PS_LAYOUT_MAX)
			return -EINVAL;
		column = ps_lookup(ps_column_names, word, len);
		if (column >= 0 && seen & 1U << column)
			return -EINVAL;
		if (column >= 0)
			seen |= 1U << column;
		else
			column = PORTSOCK_NCOLUMNS;
		layout->column[layout->count++] = column;
	}
	return seen == (1U << PORTSOCK_NCOLUMNS) - 1 ? 0 : -EINVAL;
}

/* \ooo back to a byte, in place; returns the new length or -EINVAL. */
static int unescape(char *text)
{
	char *in = text, *out = text;
	u64 c;

	while (*in) {
		if (*in != '\\') {
			*out++ = *in++;
			continue;
		}
		if (strnlen(in, 4) < 4 || ps_parse_u64(in + 1, 3, 8, 255, &c))
			return -EINVAL;
		*out++ = c;
		in += 4;
	}
	*out = '\0';
	return out - text;
}

static bool is_none(const char *field)
{
	return !strcmp(field, PORTSOCK_NONE);
}

static int parse_name(char *field, struct ps_end *end)
{
	bool abstract = *field == '@';
	int len = unescape(field + abstract);

	if (len < 0 || len > PS_TEXT_MAX)
		return -EINVAL;
	end->form = abstract ? PS_FORM_ABSTRACT : PS_FORM_PATH;
	end->text = field + abstract;
	end->len = len;
	return 0;
}

/* Two numbers with a colon between them. */
static int parse_pair(char *field, u32 *first, u32 *second)
{
	char *colon = strrchr(field, ':');

	if (!colon || parse_u32(field, colon - field, first))
		return -EINVAL;
	return parse_u32(colon + 1, strlen(colon + 1), second);
}

static int parse_vsock(char *field, struct ps_end *end)
{
	end->form = PS_FORM_VSOCK;
	if (strncmp(field, "*:", 2))
		return parse_pair(field, &end->id, &end->num);
	end->id = U32_MAX;
	return parse_u32(field + 2, strlen(field + 2), &end->num);
}

static int parse_packet(char *field, struct ps_end *end)
{
	u64 ethertype;

	if (strnlen(field, 6) < 6 || field[4] != ':' ||
	    ps_parse_u64(field, 4, 16, U16_MAX, &ethertype))
		return -EINVAL;
	end->form = PS_FORM_PACKET;
	end->num = ethertype;
	return 0;
}

static int parse_inet(char *field, struct ps_end *end)
{
	char *colon = strrchr(field, ':'), *scope;
	bool v6 = *field == '[';

	if (!colon || parse_u32(colon + 1, strlen(colon + 1), &end->num) ||
	    end->num > U16_MAX)
		return -EINVAL;
	*colon = '\0';
	end->form = v6 ? PS_FORM_INET6 : PS_FORM_INET;
	if (!v6)
		return ps_pton4(field, end->ip) ? 0 : -EINVAL;
	if (colon[-1] != ']')
		return -EINVAL;
	colon[-1] = '\0';
	scope = strchr(field, '%');
	if (scope)	/* the same interface as in DEV */
		*scope = '\0';
	return ps_pton6(field + 1, end->ip) ? 0 : -EINVAL;
}

static int parse_end(char *field, u8 proto, struct ps_end *end)
{
	if (is_none(field))
		return 0;	/* PS_FORM_NONE */
	if (proto == PORTSOCK_PROTO_UNIX)
		return parse_name(field, end);
	if (!strcmp(field, "*:*")) {
		end->form = PS_FORM_ANY;
		return 0;
	}
	switch (proto) {
	case PORTSOCK_PROTO_NETLINK:
	case PORTSOCK_PROTO_TIPC:
		end->form = PS_FORM_NETLINK;
		return parse_pair(field, &end->num, &end->id);
	case PORTSOCK_PROTO_VSOCK:
		return parse_vsock(field, end);
	case PORTSOCK_PROTO_PACKET:
		return parse_packet(field, end);
	default:
		return parse_inet(field, end);
	}
}

static int parse_flags(const char *field, u32 *flags)
{
	size_t len;
	int bit;

	if (is_none(field))
		return 0;
	for (;; field += len + 1) {
		len = strcspn(field, ",");
		bit = ps_lookup(ps_flag_names, field, len);
		if (bit >= 0)
			*flags |= 1U << bit;
		else if (!len)
			return -EINVAL;
		if (!field[len])
			return 0;
	}
}

/* How a function says which column it could not take. */
#define BAD(column)	(1 + PORTSOCK_COL_##column)

static int parse_number(char *const *field, u8 column, unsigned int base,
			u64 max, u64 *value)
{
	return ps_parse_u64(field[column], strlen(field[column]), base, max,
			    value) ? 1 + column : 0;
}

/* A number of which "-" says that it is not there. */
static int parse_optional(char *const *field, u8 column, unsigned int base,
			  u64 max, u8 *has, u8 bit, u64 *value)
{
	int bad;

	*value = 0;
	if (is_none(field[column]))
		return 0;
	bad = parse_number(field, column, base, max, value);
	if (!bad)
		*has |= bit;
	return bad;
}

#define lookup_field(table, field) ps_lookup(table, field, strlen(field))

static int parse_words(char *const *field, struct ps_record *r)
{
	int proto = lookup_field(ps_proto_names, field[PORTSOCK_COL_PROTO]);
	int state = lookup_field(ps_state_names, field[PORTSOCK_COL_STATE]);
	int held = lookup_field(ps_held_names, field[PORTSOCK_COL_HELD]);

	if (proto < 0)
		return BAD(PROTO);
	if (state < 0)
		return BAD(STATE);
	if (held < 0)
		return BAD(HELD);
	r->proto = proto;
	r->state = state;
	r->held = held;
	return parse_flags(field[PORTSOCK_COL_FLAGS], &r->flags) ?
		BAD(FLAGS) : 0;
}

static int parse_numbers(char *const *field, struct ps_record *r)
{
	u64 port, rxq, txq, uid, expires, netns;
	u8 expires_there = 0;
	u64 max_port = r->proto == PORTSOCK_PROTO_VSOCK ? U32_MAX : U16_MAX;
	int bad;

#define OPTIONAL(column, base, max, has, bit, value) \
	parse_optional(field, PORTSOCK_COL_##column, base, max, has, bit, value)
	bad = OPTIONAL(PORT, 10, max_port, &r->has, PS_HAS_PORT, &port) ?:
	      OPTIONAL(RXQ, 10, U32_MAX, &r->has, PS_HAS_QUEUES, &rxq) ?:
	      OPTIONAL(TXQ, 10, U32_MAX, &r->has, PS_HAS_QUEUES, &txq) ?:
	      OPTIONAL(UID, 10, U32_MAX, &r->has, PS_HAS_UID, &uid) ?:
	      OPTIONAL(CGROUP, 10, U64_MAX, &r->has, PS_HAS_CGROUP,
		       &r->cgroup) ?:
	      OPTIONAL(PARENT, 16, U64_MAX, &r->has, PS_HAS_PARENT,
		       &r->parent) ?:
	      OPTIONAL(EXPIRES, 10, S32_MAX, &expires_there, 1, &expires);
#undef OPTIONAL
	bad = bad ?:
	      parse_number(field, PORTSOCK_COL_INODE, 10, U64_MAX, &r->inode) ?:
	      parse_number(field, PORTSOCK_COL_COOKIE, 16, U64_MAX,
			   &r->cookie) ?:
	      parse_number(field, PORTSOCK_COL_NETNS, 10, U32_MAX, &netns);
	if (bad)
		return bad;
	r->port = port;
	r->rxq = rxq;
	r->txq = txq;
	r->uid = uid;
	r->netns = netns;
	r->expires = expires_there ? (s32)expires : PS_NO_EXPIRY;
	return 0;
}

static int parse_dev(char *field, struct ps_record *r)
{
	int len;

	if (is_none(field))
		return 0;
	len = unescape(field);
	if (len < 1 || len >= PS_DEV_SIZE)
		return BAD(DEV);
	memcpy(r->dev, field, len + 1);
	return 0;
}

/* Cuts a line into words; returns how many, at most one more than @max. */
static unsigned int split(char *line, char **word, unsigned int max)
{
	unsigned int count = 0;

	for (;;) {
		while (*line == ' ')
			line++;
		if (!*line)
			return count;
		if (count == max)
			return max + 1;
		word[count++] = line;
		line = strchrnul(line, ' ');
		if (*line)
			*line++ = '\0';
	}
}

/**
 * ps_parse_record() - a row
 * @line: NUL-terminated, without its newline; it is cut up, and the record's
 *	texts are in it afterwards
 * @layout: from this view's second line
 * @r: result; owners_at is 0, owners the number of them
 * @owners: place of the OWNERS field in @line, for ps_parse_owner() or
 *	ps_parse_holder()
 *
 * Context: any.
 * Return: 0; -EINVAL if the number of columns is not that of the layout; 1 +
 * enum portsock_column of the first one found whose value it cannot have.
 */
int ps_parse_record(char *line, const struct ps_layout *layout,
		    struct ps_record *r, char **owners)
{
	char *word[PS_LAYOUT_MAX], *field[PORTSOCK_NCOLUMNS + 1];
	unsigned int i;
	char *c;
	int bad;

	if (split(line, word, layout->count) != layout->count)
		return -EINVAL;
	for (i = 0; i < layout->count; i++)
		field[layout->column[i]] = word[i];
	memset(r, 0, sizeof(*r));
	bad = parse_words(field, r) ?: parse_numbers(field, r) ?:
	      parse_dev(field[PORTSOCK_COL_DEV], r);
	if (bad)
		return bad;
	if (parse_end(field[PORTSOCK_COL_LOCAL], r->proto, &r->local))
		return BAD(LOCAL);
	if (parse_end(field[PORTSOCK_COL_REMOTE], r->proto, &r->remote))
		return BAD(REMOTE);
	*owners = field[PORTSOCK_COL_OWNERS];
	if (is_none(*owners) || **owners == '[')
		return 0;
	r->owners = 1;
	for (c = *owners; *c; c++)
		r->owners += *c == ',';
	return 0;
}

/* Up to a slash or @stop, which is stepped over. */
static int take_u32(char **cursor, char stop, u32 *value, char *stopped)
{
	size_t len = 0;
	int err;

	while ((*cursor)[len] && (*cursor)[len] != '/' &&
	       (*cursor)[len] != stop)
		len++;
	err = parse_u32(*cursor, len, value);
	*stopped = (*cursor)[len];
	if (err || !*stopped)
		return -EINVAL;
	*cursor += len + 1;
	return 0;
}

/**
 * ps_parse_owner() - the next owner of a row
 * @cursor: from ps_parse_record(); moved on.  The text is cut up.
 * @o: result
 *
 * Context: any.
 * Return: 1 with an owner in @o, 0 when there are no more, -EINVAL if it is
 * none.
 */
int ps_parse_owner(char **cursor, struct ps_owner *o)
{
	char stopped, *comm;
	int len;

	if (!**cursor || is_none(*cursor) || **cursor == '[')
		return 0;
	if (take_u32(cursor, ':', &o->pid, &stopped))
		return -EINVAL;
	o->tid = o->pid;
	if (stopped == ':' && take_u32(cursor, '/', &o->tid, &stopped))
		return -EINVAL;
	if (take_u32(cursor, '/', &o->fd, &stopped))
		return -EINVAL;
	comm = *cursor;
	while (**cursor && **cursor != ',')
		(*cursor)++;
	if (**cursor)
		*(*cursor)++ = '\0';
	len = unescape(comm);
	if (len < 0 || len >= PS_COMM_SIZE)
		return -EINVAL;
	memset(o->comm, 0, sizeof(o->comm));
	memcpy(o->comm, comm, len);
	return 1;
}

/**
 * ps_parse_holder() - the kernel as a holder: [name]
 * @owners: from ps_parse_record()
 * @name: start of the name
 * @len: its length in bytes
 *
 * Context: any.
 * Return: 1 if a kernel holder stands there, else 0.
 */
int ps_parse_holder(const char *owners, const char **name, size_t *len)
{
	size_t all = strlen(owners);

	if (all < 3 || owners[0] != '[' || owners[all - 1] != ']')
		return 0;
	*name = owners + 1;
	*len = all - 2;
	return 1;
}
