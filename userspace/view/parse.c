// SPDX-License-Identifier: GPL-2.0
/*
 * Parse the rows of a view.  A view may come from an untrusted file: each value
 * is checked against the range of its column, and a row with an invalid value
 * is rejected as a whole.
 */
#include "bytes.h"
#include "field.h"
#include "../../module/format/names.h"
#include "parse.h"

static int parse_flags_field(const struct field *f, u32 *flags)
{
	const char *field = f->text;
	size_t len;
	int bit;

	if (field_is_none(f))
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

#define HEX_SAFE_DIGITS	15	/* do not overflow a u64 */

/* Return value of a function that found an invalid value in a column. */
#define BAD_COLUMN(column)	(1 + PORTSOCK_COL_##column)

static int parse_number(const struct field *field, u8 column,
			unsigned int base, u64 max, u64 *value)
{
	const struct field *f = &field[column];
	const char *end = f->text;

	if (base == 10 && field_take_digits(&end, value) &&
	    end == f->text + f->len)
		return *value > max ? 1 + column : 0;
	return ps_parse_u64(f->text, f->len, base, max, value) ?
		1 + column : 0;
}

/* Parse a number or "-"; a number sets @bit in @has. */
static int parse_optional(const struct field *field, u8 column,
			  unsigned int base, u64 max, u8 *has, u8 bit,
			  u64 *value)
{
	int bad;

	*value = 0;
	if (field_is_none(&field[column]))
		return 0;
	bad = parse_number(field, column, base, max, value);
	if (!bad)
		*has |= bit;
	return bad;
}

/* Compare with the most frequent words before the look-up. */
#define FIELD_IS(f, word) \
	((f)->len == sizeof(word) - 1 && \
	 !memcmp((f)->text, word, sizeof(word) - 1))

static int parse_proto_field(const struct field *f)
{
	return FIELD_IS(f, "tcp") ? PORTSOCK_PROTO_TCP :
		FIELD_IS(f, "udp") ? PORTSOCK_PROTO_UDP :
		ps_lookup(ps_proto_names, f->text, f->len);
}

static int parse_state_field(const struct field *f)
{
	return FIELD_IS(f, "ESTABLISHED") ? PORTSOCK_ESTABLISHED :
		FIELD_IS(f, "UNCONN") ? PORTSOCK_UNCONN :
		FIELD_IS(f, "LISTEN") ? PORTSOCK_LISTEN :
		ps_lookup(ps_state_names, f->text, f->len);
}

static int parse_held_field(const struct field *f)
{
	return FIELD_IS(f, "process") ? PORTSOCK_HELD_PROCESS :
		ps_lookup(ps_held_names, f->text, f->len);
}

static int parse_type_field(const struct field *f)
{
	return field_is_none(f) ? PORTSOCK_TYPE_NONE :
		ps_lookup(ps_type_names, f->text, f->len);
}

#define OPTIONAL(column, base, max, has, bit, value) \
	parse_optional(field, PORTSOCK_COL_##column, base, max, has, bit, value)

/* Parse PROTO, STATE, PORT, and RXQ to COOKIE. */
static int parse_identity(const struct field *field, struct ps_record *r)
{
	int proto = parse_proto_field(&field[PORTSOCK_COL_PROTO]);
	int state = parse_state_field(&field[PORTSOCK_COL_STATE]);
	u64 max_port = proto == PORTSOCK_PROTO_VSOCK ? U32_MAX : U16_MAX;
	u64 port, rxq, txq, uid;
	int bad;

	if (proto < 0)
		return BAD_COLUMN(PROTO);
	if (state < 0)
		return BAD_COLUMN(STATE);
	bad = OPTIONAL(PORT, 10, max_port, &r->has, PS_HAS_PORT, &port) ?:
	      OPTIONAL(RXQ, 10, U32_MAX, &r->has, PS_HAS_QUEUES, &rxq) ?:
	      OPTIONAL(TXQ, 10, U32_MAX, &r->has, PS_HAS_QUEUES, &txq) ?:
	      OPTIONAL(UID, 10, U32_MAX, &r->has, PS_HAS_UID, &uid) ?:
	      parse_number(field, PORTSOCK_COL_INODE, 10, U64_MAX, &r->inode) ?:
	      parse_number(field, PORTSOCK_COL_COOKIE, 16, U64_MAX, &r->cookie);
	if (bad)
		return bad;
	r->proto = proto;
	r->state = state;
	r->port = port;
	r->rxq = rxq;
	r->txq = txq;
	r->uid = uid;
	return 0;
}

/* Parse NETNS to EXPIRES. */
static int parse_tail(const struct field *field, struct row_tail *tail)
{
	int held = parse_held_field(&field[PORTSOCK_COL_HELD]);
	u8 has_expires = 0;
	u64 expires, netns;
	int bad;

	*tail = (struct row_tail){ .held = held };
	if (parse_flags_field(&field[PORTSOCK_COL_FLAGS], &tail->flags))
		return BAD_COLUMN(FLAGS);
	if (held < 0)
		return BAD_COLUMN(HELD);
	bad = parse_number(field, PORTSOCK_COL_NETNS, 10, U32_MAX, &netns) ?:
	      OPTIONAL(CGROUP, 10, U64_MAX, &tail->has, PS_HAS_CGROUP,
		       &tail->cgroup) ?:
	      OPTIONAL(PARENT, 16, U64_MAX, &tail->has, PS_HAS_PARENT,
		       &tail->parent) ?:
	      OPTIONAL(EXPIRES, 10, S32_MAX, &has_expires, 1, &expires);
	if (bad)
		return bad;
	tail->netns = netns;
	tail->expires = has_expires ? (s32)expires : PS_NO_EXPIRY;
	return 0;
}

/* Parse the columns behind OWNERS. */
static int parse_back(const struct field *field, struct ps_record *r)
{
	int type = parse_type_field(&field[PORTSOCK_COL_TYPE]), bad;
	u64 drops;

	if (type < 0)
		return BAD_COLUMN(TYPE);
	bad = OPTIONAL(PEER, 16, U64_MAX, &r->has, PS_HAS_PEER, &r->peer) ?:
	      OPTIONAL(DROPS, 10, U32_MAX, &r->has, PS_HAS_DROPS, &drops);
	if (bad)
		return bad;
	r->type = type;
	r->drops = drops;
	return 0;
}

#undef OPTIONAL

/* Cache the text of a tail.  The blanks in it have been replaced by NULs. */
static void cache_tail_text(struct layout *layout,
			    const struct field *field)
{
	const struct field *last = &field[PORTSOCK_COL_EXPIRES];
	const char *text = field[PORTSOCK_COL_NETNS].text;
	struct row_tail *tail = &layout->tail;
	unsigned int i, len = last->text + last->len - text;

	if (!layout->usual || len > sizeof(tail->text))
		return;
	for (i = 0; i < len; i++)
		tail->text[i] = text[i] ?: ' ';
	tail->len = len;
}

static void row_tail_fill(const struct row_tail *tail, struct ps_record *r)
{
	r->netns = tail->netns;
	r->cgroup = tail->cgroup;
	r->flags = tail->flags;
	r->held = tail->held;
	r->parent = tail->parent;
	r->expires = tail->expires;
	r->has |= tail->has;
}

/* Fill @r from the tail.  @same_tail: it equals that of the row before. */
static int fill_tail(const struct field *field, struct layout *layout,
		     bool same_tail, struct ps_record *r)
{
	struct row_tail *tail = &layout->tail;
	int bad = same_tail ? 0 : parse_tail(field, tail);

	if (bad)
		return bad;
	if (!same_tail)
		cache_tail_text(layout, field);
	row_tail_fill(tail, r);
	return 0;
}

static int parse_dev_field(const struct field *f, struct ps_record *r)
{
	int len;

	if (field_is_none(f))
		return 0;
	len = field_unescape(f->text);
	if (len < 1 || len >= PS_DEV_SIZE)
		return BAD_COLUMN(DEV);
	memcpy(r->dev, f->text, len + 1);
	return 0;
}

/* Position in a line that is split into words. */
struct splitter {
	char *word;		/* start of the word, or of blanks before it */
	const u8 *column;	/* column of the word */
	struct field *field;	/* result, indexed by column */
};

/* Record the word that ends at @end. */
static __always_inline void end_word(struct splitter *c, char *end)
{
	char *word = c->word;

	while (*word == ' ')
		word++;
	c->word = end + 1;
	c->field[*c->column++] = (struct field){ word, end - word };
	*end = '\0';
}

/*
 * Split off the words of the columns before @last.  A word ends at a blank that
 * does not follow another; the mask skips the blanks that pad a column at once.
 */
static void split_words(struct splitter *c, char *end, const u8 *last)
{
	u64 blanks, ends, before = BYTES_FIRST;
	char *line = c->word;

	for (; end - line >= BYTES; line += BYTES) {
		blanks = bytes_blanks(bytes_load(line));
		ends = blanks & ~(blanks << 8 | before);
		before = blanks >> 56;
		for (; ends; ends &= ends - 1) {
			end_word(c, line + __builtin_ctzll(ends) / 8);
			if (c->column == last)
				return;
		}
	}
	for (; line < end; line++) {
		bool blank = *line == ' ';

		if (blank && !before)
			end_word(c, line);
		if (c->column == last)
			return;
		before = blank;
	}
	if (!before)
		end_word(c, end);
}

/* Skip the tail of a row if it equals that of the row before. */
static bool skip_tail(struct splitter *c, const char *end,
		      const struct row_tail *tail)
{
	if (!tail->len || end - c->word <= tail->len ||
	    c->word[tail->len] != ' ' ||
	    memcmp(c->word, tail->text, tail->len))
		return false;
	c->word += tail->len + 1;
	c->column += PORTSOCK_COL_OWNERS - PORTSOCK_COL_NETNS;
	return true;
}

/*
 * Split a line into the fields of its columns.  Return false if the number of
 * words is wrong.  If NETNS to EXPIRES equal those of the row before, set
 * @same_tail and leave their fields unset.
 */
static bool split_row(char *line, size_t len, const struct layout *layout,
		      struct field *field, bool *same_tail)
{
	const u8 *last = layout->column + layout->count;
	struct splitter c = { line, layout->column, field };
	char *end = line + len;

	*same_tail = false;
	if (layout->usual) {
		split_words(&c, end, layout->column + PORTSOCK_COL_NETNS);
		if (c.column == layout->column + PORTSOCK_COL_NETNS)
			*same_tail = skip_tail(&c, end, &layout->tail);
	}
	split_words(&c, end, last);
	return c.column == last &&
		(c.word >= end || !c.word[strspn(c.word, " ")]);
}

/* Parse a decimal number that a blank follows, and skip both. */
static __always_inline bool take_number(const char **p, u64 max, u64 *value)
{
	if (!field_take_digits(p, value) || *value > max || **p != ' ')
		return false;
	++*p;
	return true;
}

/* The same for a number that may be "-"; a number sets @bit in @has. */
static __always_inline bool take_optional(const char **p, u64 max, u8 *has,
					  u8 bit, u64 *value)
{
	*value = 0;
	if (**p == PORTSOCK_NONE[0] && (*p)[1] == ' ') {
		*p += 2;
		return true;
	}
	*has |= bit;
	return take_number(p, max, value);
}

/* Skip blanks, eight at a time.  @end: of the line, which has a NUL there. */
static __always_inline const char *skip_blanks(const char *p, const char *end)
{
	u64 others;

	while (end - p >= BYTES) {
		others = ~bytes_blanks(bytes_load(p)) & BYTES_HIGHS;
		if (others)
			return p + __builtin_ctzll(others) / 8;
		p += BYTES;
	}
	while (*p == ' ')
		p++;
	return p;
}

/* Parse a.b.c.d:port and the blanks after it. */
static __always_inline bool take_ip4_end(const char **p, const char *line_end,
					 struct known_address *last,
					 struct ps_end *end)
{
	const char *text = *p;
	u64 number;

	if (last->len && line_end - text > last->len &&
	    !memcmp(text, last->text, last->len)) {
		end->form = last->form;
		memcpy(end->ip, last->ip, sizeof(end->ip));
		text += last->len;
	} else if (ip4_parse(&text, end->ip)) {
		end->form = PS_FORM_INET;
		known_address_set(last, end, *p, text - *p);
	} else {
		return false;
	}
	if (!take_number(&text, U16_MAX, &number))
		return false;
	end->num = number;
	*p = skip_blanks(text, line_end);
	return true;
}

#define PLAIN_ROW_MIN	80	/* bytes: the columns to REMOTE are padded */

/*
 * Parse the columns behind OWNERS as most TCP and UDP sockets have them: DROPS
 * only, or nothing.
 */
static __always_inline bool take_back(const char *p, const char *end,
				      struct ps_record *r)
{
	u64 drops = 0;

	if (end - p < 5 || memcmp(p, "- - ", 4))
		return false;
	p += 4;
	if (*p == PORTSOCK_NONE[0])
		return end - p == 1;
	if (end - p == 1 && *p == '0') {
		r->has |= PS_HAS_DROPS;
		return true;
	}
	if (!field_take_digits(&p, &drops) || p != end || drops > U32_MAX)
		return false;
	r->drops = drops;
	r->has |= PS_HAS_DROPS;
	return true;
}

/*
 * Parse a row of a TCP or UDP socket as the kernel writes most of them, without
 * splitting it first.  Return its OWNERS, and set @owners_end behind them.
 * Return NULL for any other row, also an invalid one: row_parse() then parses
 * it by its words.  @line stays as it is.
 */
static const char *parse_plain_row(const char *line, size_t len,
				   struct layout *layout, struct ps_record *r,
				   const char **owners_end)
{
	const struct row_tail *tail = &layout->tail;
	const char *p = line, *end = line + len;
	const struct ps_name *state;
	u64 rxq, txq, uid, number;
	size_t digits;

	if (len < PLAIN_ROW_MIN || !tail->len)
		return NULL;
	if (!memcmp(p, "tcp ", 4))
		r->proto = PORTSOCK_PROTO_TCP;
	else if (!memcmp(p, "udp ", 4))
		r->proto = PORTSOCK_PROTO_UDP;
	else
		return NULL;
	p = skip_blanks(p + 4, end);
	if (!take_number(&p, U16_MAX, &number))
		return NULL;
	r->port = number;
	r->has = PS_HAS_PORT;
	p = skip_blanks(p, end);
	r->state = *p == 'E' ? PORTSOCK_ESTABLISHED :
		*p == 'U' ? PORTSOCK_UNCONN :
		*p == 'T' ? PORTSOCK_TIME_WAIT : PORTSOCK_LISTEN;
	state = &ps_state_names[r->state];
	if ((size_t)(end - p) < sizeof(state->text) ||
	    memcmp(p, state->text, state->len) || p[state->len] != ' ')
		return NULL;
	p = skip_blanks(p + state->len, end);
	if (!take_ip4_end(&p, end, &layout->local, &r->local) ||
	    !take_ip4_end(&p, end, &layout->remote, &r->remote))
		return NULL;
	if (*p != PORTSOCK_NONE[0] || p[1] != ' ')	/* DEV */
		return NULL;
	p += 2;
	if (!take_optional(&p, U32_MAX, &r->has, PS_HAS_QUEUES, &rxq) ||
	    !take_optional(&p, U32_MAX, &r->has, PS_HAS_QUEUES, &txq) ||
	    !take_optional(&p, U32_MAX, &r->has, PS_HAS_UID, &uid) ||
	    !take_number(&p, U64_MAX, &r->inode))
		return NULL;
	r->rxq = rxq;
	r->txq = txq;
	r->uid = uid;
	for (digits = 0; digits < HEX_SAFE_DIGITS; digits++, p++) {
		unsigned char digit = *p - '0', letter = *p - 'a';

		if (digit > 9 && letter > 5)
			break;
		r->cookie = r->cookie << 4 | (digit > 9 ? letter + 10 : digit);
	}
	if (!digits || *p++ != ' ' || end - p <= tail->len + 1 ||
	    memcmp(p, tail->text, tail->len) || p[tail->len] != ' ')
		return NULL;
	p += tail->len + 1;
	if (*p == ' ')
		return NULL;
	*owners_end = memchr(p, ' ', end - p) ?: end;
	if (layout->count == PORTSOCK_NCOLUMNS ?
	    *owners_end == end || !take_back(*owners_end + 1, end, r) :
	    *owners_end != end)
		return NULL;
	row_tail_fill(tail, r);
	return p;
}

static u32 count_owners(const char *owners)
{
	u32 count = 1;

	if (*owners == '[' || (*owners == PORTSOCK_NONE[0] && !owners[1]))
		return 0;
	while ((owners = strchr(owners, ','))) {
		owners++;
		count++;
	}
	return count;
}

/**
 * row_parse() - Parse a row
 * @line: NUL-terminated, without newline; modified, and names in @r refer to it
 * @len: length of @line in bytes
 * @layout: layout of this view; caches parts of the row
 * @r: result; owners is the number of owners, owners_at is 0
 * @owners: the OWNERS field in @line, for owner_parse() or module_parse()
 *
 * Return: 0; -EINVAL if the number of words differs from that of the columns;
 * 1 + enum portsock_column of the first column found with an invalid value.
 */
int row_parse(char *line, size_t len, struct layout *layout,
		    struct ps_record *r, char **owners)
{
	struct field field[PORTSOCK_NCOLUMNS + 1];
	unsigned int i;
	bool same_tail;
	int bad;

	memset(r, 0, sizeof(*r));
	if (layout->plain) {
		const char *end, *plain = parse_plain_row(line, len, layout, r,
							  &end);

		if (plain) {
			*owners = line + (plain - line);
			line[end - line] = '\0';
			r->owners = count_owners(plain);
			return 0;
		}
		memset(r, 0, sizeof(*r));
	}
	for (i = PORTSOCK_COLUMNS_0_1; i < PORTSOCK_NCOLUMNS; i++)
		field[i] = (struct field){ PORTSOCK_NONE, 1 };
	if (!split_row(line, len, layout, field, &same_tail))
		return -EINVAL;
	bad = parse_identity(field, r) ?:
	      fill_tail(field, layout, same_tail, r) ?:
	      parse_dev_field(&field[PORTSOCK_COL_DEV], r) ?:
	      parse_back(field, r);
	if (bad)
		return bad;
	if (end_parse(&field[PORTSOCK_COL_LOCAL], r->proto, &layout->local,
			 &r->local))
		return BAD_COLUMN(LOCAL);
	if (end_parse(&field[PORTSOCK_COL_REMOTE], r->proto,
			 &layout->remote, &r->remote))
		return BAD_COLUMN(REMOTE);
	*owners = field[PORTSOCK_COL_OWNERS].text;
	r->owners = count_owners(*owners);
	return 0;
}

/* Parse a number that ends with a slash or @stop, and skip that. */
static bool take_owner_number(const char **cursor, char stop, u32 *value)
{
	u64 v;

	if (!field_take_digits(cursor, &v) || v > U32_MAX ||
	    (**cursor != '/' && **cursor != stop))
		return false;
	++*cursor;
	*value = v;
	return true;
}

/**
 * owner_parse() - Parse the next owner of a row
 * @cursor: @owners of row_parse(), moved past the owner; the text is
 *	modified
 * @o: result
 *
 * Return: 1 with an owner in @o, 0 at the end, -EINVAL if the text is invalid.
 */
int owner_parse(char **cursor, struct ps_owner *o)
{
	const char *p = *cursor;
	char *comm;
	int len;

	if (!*p || !strcmp(p, PORTSOCK_NONE) || *p == '[')
		return 0;
	if (!take_owner_number(&p, ':', &o->pid))
		return -EINVAL;
	o->tid = o->pid;
	if (p[-1] == ':' && !take_owner_number(&p, '/', &o->tid))
		return -EINVAL;
	if (!take_owner_number(&p, '/', &o->fd))
		return -EINVAL;
	comm = *cursor + (p - *cursor);
	memset(o->comm, 0, sizeof(o->comm));
	for (len = 0; len < PS_COMM_SIZE - 1 && comm[len] && comm[len] != ',' &&
	     comm[len] != '\\'; len++)
		o->comm[len] = comm[len];
	if (comm[len] == ',' || !comm[len]) {
		*cursor = comm + len + (comm[len] == ',');
		return 1;
	}
	*cursor = strchrnul(comm, ',');
	if (**cursor)
		*(*cursor)++ = '\0';
	len = field_unescape(comm);
	if (len < 0 || len >= PS_COMM_SIZE)
		return -EINVAL;
	memcpy(o->comm, comm, len);
	return 1;
}

/**
 * module_parse() - Parse the owning module of a kernel socket: [name]
 * @owners: @owners of row_parse()
 * @name: start of the name in @owners, not NUL-terminated
 * @len: length of the name in bytes
 *
 * Return: 1 if OWNERS is an owning module, else 0.
 */
int module_parse(const char *owners, const char **name, size_t *len)
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
