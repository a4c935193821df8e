// SPDX-License-Identifier: GPL-2.0
/*
 * Text in.  Whoever reads a view may be handed anything: each value is checked
 * against what its column can hold, and a row is taken whole or not at all.
 */
#include "bytes.h"
#include "field.h"
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
	if (ps_parse_u32(word, len, &h->version) || !h->version)
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

static int parse_flags(const struct ps_field *f, u32 *flags)
{
	const char *field = f->text;
	size_t len;
	int bit;

	if (ps_field_is_none(f))
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

static int parse_number(const struct ps_field *field, u8 column,
			unsigned int base, u64 max, u64 *value)
{
	const struct ps_field *f = &field[column];
	const char *end = f->text;

	if (base == 10 && ps_take_digits(&end, value) &&
	    end == f->text + f->len)
		return *value > max ? 1 + column : 0;
	return ps_parse_u64(f->text, f->len, base, max, value) ?
		1 + column : 0;
}

/* A number of which "-" says that it is not there. */
static int parse_optional(const struct ps_field *field, u8 column,
			  unsigned int base, u64 max, u8 *has, u8 bit,
			  u64 *value)
{
	int bad;

	*value = 0;
	if (ps_field_is_none(&field[column]))
		return 0;
	bad = parse_number(field, column, base, max, value);
	if (!bad)
		*has |= bit;
	return bad;
}

/* The words of most rows are known without a look-up. */
#define IS_WORD(f, word) \
	((f)->len == sizeof(word) - 1 && \
	 !memcmp((f)->text, word, sizeof(word) - 1))

static int parse_proto(const struct ps_field *f)
{
	return IS_WORD(f, "tcp") ? PORTSOCK_PROTO_TCP :
		IS_WORD(f, "udp") ? PORTSOCK_PROTO_UDP :
		ps_lookup(ps_proto_names, f->text, f->len);
}

static int parse_state(const struct ps_field *f)
{
	return IS_WORD(f, "ESTABLISHED") ? PORTSOCK_ESTABLISHED :
		ps_lookup(ps_state_names, f->text, f->len);
}

static int parse_held(const struct ps_field *f)
{
	return IS_WORD(f, "process") ? PORTSOCK_HELD_PROCESS :
		ps_lookup(ps_held_names, f->text, f->len);
}

static int parse_words(const struct ps_field *field, struct ps_record *r)
{
	int proto = parse_proto(&field[PORTSOCK_COL_PROTO]);
	int state = parse_state(&field[PORTSOCK_COL_STATE]);
	int held = parse_held(&field[PORTSOCK_COL_HELD]);

	if (proto < 0)
		return BAD(PROTO);
	if (state < 0)
		return BAD(STATE);
	if (held < 0)
		return BAD(HELD);
	r->proto = proto;
	r->state = state;
	r->held = held;
	return parse_flags(&field[PORTSOCK_COL_FLAGS], &r->flags) ?
		BAD(FLAGS) : 0;
}

static int parse_numbers(const struct ps_field *field, struct ps_record *r)
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

static int parse_dev(const struct ps_field *f, struct ps_record *r)
{
	int len;

	if (ps_field_is_none(f))
		return 0;
	len = ps_unescape(f->text);
	if (len < 1 || len >= PS_DEV_SIZE)
		return BAD(DEV);
	memcpy(r->dev, f->text, len + 1);
	return 0;
}

/* A line that is being cut up. */
struct cut {
	char *word;		/* begins here, unless a blank does */
	const u8 *column;	/* where it belongs */
	const u8 *last;		/* behind those of the layout */
	struct ps_field *field;	/* of each column */
	bool more;		/* words than columns */
};

/* A word, if there is one, ends at @end. */
static __always_inline void end_word(struct cut *c, char *end)
{
	char *word = c->word;

	c->word = end + 1;
	if (end == word)
		return;
	if (c->column == c->last) {
		c->more = true;
		return;
	}
	c->field[*c->column++] = (struct ps_field){ word, end - word };
	*end = '\0';
}

/*
 * Cuts a line into the fields of its columns; returns how many words it has,
 * at most one more than the layout.
 */
static unsigned int split(char *line, const struct ps_layout *layout,
			  struct ps_field *field)
{
	struct cut c = { line, layout->column, layout->column + layout->count,
			 field, false };
	char *end = line + strlen(line);
	u64 blanks;

	for (; end - line >= PS_BYTES; line += PS_BYTES)
		for (blanks = ps_bytes_blanks(ps_bytes_load(line)); blanks;
		     blanks &= blanks - 1)
			end_word(&c, line + __builtin_ctzll(blanks) / 8);
	for (; line < end; line++)
		if (*line == ' ')
			end_word(&c, line);
	end_word(&c, end);
	return c.column - layout->column + c.more;
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
	struct ps_field field[PORTSOCK_NCOLUMNS + 1];
	char *c;
	int bad;

	if (split(line, layout, field) != layout->count)
		return -EINVAL;
	memset(r, 0, sizeof(*r));
	bad = parse_words(field, r) ?: parse_numbers(field, r) ?:
	      parse_dev(&field[PORTSOCK_COL_DEV], r);
	if (bad)
		return bad;
	if (ps_parse_end(&field[PORTSOCK_COL_LOCAL], r->proto, &r->local))
		return BAD(LOCAL);
	if (ps_parse_end(&field[PORTSOCK_COL_REMOTE], r->proto, &r->remote))
		return BAD(REMOTE);
	*owners = field[PORTSOCK_COL_OWNERS].text;
	if (ps_field_is_none(&field[PORTSOCK_COL_OWNERS]) || **owners == '[')
		return 0;
	r->owners = 1;
	for (c = *owners; (c = strchr(c, ',')); c++)
		r->owners++;
	return 0;
}

/* A number and what ends it, a slash or @stop; that is stepped over. */
static bool take_u32(const char **cursor, char stop, u32 *value)
{
	u64 v;

	if (!ps_take_digits(cursor, &v) || v > U32_MAX ||
	    (**cursor != '/' && **cursor != stop))
		return false;
	++*cursor;
	*value = v;
	return true;
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
	const char *p = *cursor;
	char *comm;
	int len;

	if (!*p || !strcmp(p, PORTSOCK_NONE) || *p == '[')
		return 0;
	if (!take_u32(&p, ':', &o->pid))
		return -EINVAL;
	o->tid = o->pid;
	if (p[-1] == ':' && !take_u32(&p, '/', &o->tid))
		return -EINVAL;
	if (!take_u32(&p, '/', &o->fd))
		return -EINVAL;
	comm = *cursor + (p - *cursor);
	*cursor = strchrnul(comm, ',');
	if (**cursor)
		*(*cursor)++ = '\0';
	len = ps_unescape(comm);
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
	size_t all;

	if (owners[0] != '[')
		return 0;
	all = strlen(owners);
	if (all < 3 || owners[all - 1] != ']')
		return 0;
	*name = owners + 1;
	*len = all - 2;
	return 1;
}
