// SPDX-License-Identifier: GPL-2.0
/*
 * Asking for less.  A line is taken whole or not at all, by the module when it
 * is written to the open file, by whoever writes it before that.
 */
#include "filter.h"
#include "format/names.h"
#include "format/number.h"

#define BLANKS	" \t"

struct key_rule {
	const char *name;
	int (*take)(struct ps_filter *f, enum ps_filter_key key,
		    const char *value, size_t len);
};

static int take_bit(const struct ps_name *names, unsigned int size,
		    const char *value, size_t len, u64 *bits)
{
	int i = ps_name_lookup(names, size, value, len);

	/* "-" is what stands for a value that is not there. */
	if (i < 0 || (len == 1 && *value == '-'))
		return -EINVAL;
	*bits |= 1ULL << i;
	return 0;
}

static int take_proto(struct ps_filter *f, enum ps_filter_key key,
		      const char *value, size_t len)
{
	return take_bit(ps_proto_names, PORTSOCK_NPROTOS, value, len,
			&f->protos);
}

static int take_state(struct ps_filter *f, enum ps_filter_key key,
		      const char *value, size_t len)
{
	u64 bits = f->states;
	int err = take_bit(ps_state_names, PORTSOCK_NSTATES, value, len, &bits);

	f->states = bits;
	return err;
}

static int take_held(struct ps_filter *f, enum ps_filter_key key,
		     const char *value, size_t len)
{
	u64 bits = f->held;
	int err = take_bit(ps_held_names, PORTSOCK_NHELD, value, len, &bits);

	f->held = bits;
	return err;
}

/* A port, or a range of them. */
static int take_ports(struct ps_filter *f, enum ps_filter_key key,
		      const char *value, size_t len)
{
	struct ps_port_set *set = key == PS_KEY_PORT ? &f->ports : &f->rports;
	const char *dash = memchr(value, '-', len);
	size_t first_len = dash ? (size_t)(dash - value) : len;
	u64 first, last, port;

	if (ps_parse_u64(value, first_len, 10, U16_MAX, &first))
		return -EINVAL;
	last = first;
	if (dash && ps_parse_u64(dash + 1, len - first_len - 1, 10, U16_MAX,
				 &last))
		return -EINVAL;
	if (last < first)
		return -EINVAL;
	if (!set->count || first < set->first)
		set->first = first;
	if (last > set->last)
		set->last = last;
	for (port = first; port <= last; port++) {
		set->count += !ps_port_set_has(set, port);
		set->bits[port / 8] |= 1U << port % 8;
	}
	return 0;
}

/* Numbers of one key stand together, since a key is given once. */
static int take_number(struct ps_filter *f, enum ps_filter_key key,
		       const char *value, size_t len)
{
	struct ps_numbers *numbers = &f->numbers[key];
	u64 max = U64_MAX, min = 0, number;

	if (key == PS_KEY_PID) {
		min = 1;
		max = S32_MAX;
	} else if (key == PS_KEY_UID) {
		max = U32_MAX;
	}
	if (ps_parse_u64(value, len, key == PS_KEY_COOKIE ? 16 : 10, max,
			 &number) || number < min)
		return -EINVAL;
	if (f->used == PS_FILTER_NUMBERS)
		return -EINVAL;
	if (!numbers->count)
		numbers->at = f->used;
	numbers->count++;
	f->list[f->used++] = number;
	return 0;
}

static int take_netns(struct ps_filter *f, enum ps_filter_key key,
		      const char *value, size_t len)
{
	u64 netns;

	if (f->numbers[key].count++)	/* one, or all */
		return -EINVAL;
	if (len == 3 && !memcmp(value, "all", 3))
		return 0;
	if (ps_parse_u64(value, len, 10, U32_MAX, &netns) || !netns)
		return -EINVAL;
	f->netns = netns;
	return 0;
}

/* A key with one value only. */
static int take_only(struct ps_filter *f, enum ps_filter_key key,
		     const char *value, size_t len)
{
	const char *only = key == PS_KEY_OWNERS ? "no" : "yes";

	if (f->numbers[key].count++)
		return -EINVAL;
	return len == strlen(only) && !memcmp(value, only, len) ? 0 : -EINVAL;
}

static const struct key_rule keys[PS_NKEYS] = {
	[PS_KEY_PROTO]	= { "proto", take_proto },
	[PS_KEY_PORT]	= { "port", take_ports },
	[PS_KEY_RPORT]	= { "rport", take_ports },
	[PS_KEY_STATE]	= { "state", take_state },
	[PS_KEY_PID]	= { "pid", take_number },
	[PS_KEY_UID]	= { "uid", take_number },
	[PS_KEY_INODE]	= { "inode", take_number },
	[PS_KEY_COOKIE]	= { "cookie", take_number },
	[PS_KEY_HELD]	= { "held", take_held },
	[PS_KEY_NETNS]	= { "netns", take_netns },
	[PS_KEY_OWNERS]	= { "owners", take_only },
	[PS_KEY_BIND]	= { "bind", take_only },
};

static int find_key(const char *name, size_t len)
{
	int key;

	for (key = 0; key < PS_NKEYS; key++)
		if (strlen(keys[key].name) == len &&
		    !memcmp(keys[key].name, name, len))
			return key;
	return -EINVAL;
}

/* How far it is to one of @stops, or to the end. */
static size_t distance(const char *text, size_t len, const char *stops)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (text[i] && strchr(stops, text[i]))
			break;
	return i;
}

/* A comma list; an element that is empty is what no key takes. */
static int take_values(struct ps_filter *f, enum ps_filter_key key,
		       const char *values, size_t len)
{
	size_t step;
	int err;

	for (;;) {
		step = distance(values, len, ",");
		err = step ? keys[key].take(f, key, values, step) : -EINVAL;
		if (err || step == len)
			return err;
		values += step + 1;
		len -= step + 1;
	}
}

static int take_word(struct ps_filter *f, const char *word, size_t len)
{
	size_t name_len = distance(word, len, "=");
	int key = find_key(word, name_len);

	if (key < 0 || name_len == len || f->keys & 1U << key)
		return -EINVAL;
	f->keys |= 1U << key;
	return take_values(f, key, word + name_len + 1, len - name_len - 1);
}

/**
 * ps_filter_parse() - a line of key=value words
 * @f: result, undefined if this fails
 * @line: need not be NUL-terminated; may end with a newline
 * @len: of @line, in bytes
 *
 * An empty line asks for everything.
 *
 * Context: any.
 * Return: 0; -E2BIG if the line is too long; -EINVAL for an unknown key or
 * value, a key twice, an empty element, a reversed range, a number out of
 * range.
 */
int ps_filter_parse(struct ps_filter *f, const char *line, size_t len)
{
	size_t step;
	int err;

	memset(f, 0, sizeof(*f));
	if (len > PS_FILTER_LINE_MAX)
		return -E2BIG;
	if (len && line[len - 1] == '\n')
		len--;
	for (; len; line += step, len -= step) {
		step = strchr(BLANKS, *line) && *line ? 1 : 0;
		if (step)
			continue;
		step = distance(line, len, BLANKS);
		err = take_word(f, line, step);
		if (err)
			return err;
	}
	return 0;
}

/**
 * ps_filter_next_port() - go through the ports that are asked for
 * @f: filter that has PS_KEY_PORT
 * @port: begin with 0, then the last result plus 1
 *
 * Context: any.
 * Return: the first that is @port or above, PS_NO_PORT if there is none.
 */
u32 ps_filter_next_port(const struct ps_filter *f, u32 port)
{
	if (port < f->ports.first)
		port = f->ports.first;
	for (; port <= f->ports.last; port++)
		if (ps_port_set_has(&f->ports, port))
			return port;
	return PS_NO_PORT;
}

static bool wants_number(const struct ps_filter *f, enum ps_filter_key key,
			 u64 number)
{
	const struct ps_numbers *numbers = &f->numbers[key];
	u32 i;

	if (!ps_filter_has(f, key))
		return true;
	for (i = 0; i < numbers->count; i++)
		if (f->list[numbers->at + i] == number)
			return true;
	return false;
}

/**
 * ps_filter_wants_pid() - whether a process' descriptors are asked for
 * @f: filter, NULL asks for everything
 * @pid: process
 *
 * Context: any.
 * Return: whether they are.
 */
bool ps_filter_wants_pid(const struct ps_filter *f, u32 pid)
{
	return !f || wants_number(f, PS_KEY_PID, pid);
}

static bool wants_rport(const struct ps_filter *f, const struct ps_record *r)
{
	if (!ps_filter_has(f, PS_KEY_RPORT))
		return true;
	if (!(r->has & PS_HAS_PORT))
		return false;
	switch ((enum ps_form)r->remote.form) {
	case PS_FORM_INET:
	case PS_FORM_INET6:
	case PS_FORM_VSOCK:
		return ps_port_set_has(&f->rports, r->remote.num);
	default:
		return false;
	}
}

/**
 * ps_filter_wants_socket() - by what a socket keeps while a snapshot is taken
 * @f: filter, NULL asks for everything
 * @r: record
 *
 * Context: any, locks may be held.
 * Return: false if the record is not worth keeping.
 */
bool ps_filter_wants_socket(const struct ps_filter *f,
			    const struct ps_record *r)
{
	if (!f || !f->keys)
		return true;
	if (!ps_filter_wants_proto(f, r->proto))
		return false;
	if (ps_filter_has(f, PS_KEY_PORT) &&
	    !(r->has & PS_HAS_PORT && ps_port_set_has(&f->ports, r->port)))
		return false;
	return wants_rport(f, r) && wants_number(f, PS_KEY_COOKIE, r->cookie);
}

/**
 * ps_filter_wants_row() - by all that a row shows
 * @f: filter, NULL asks for everything
 * @r: record with its owners counted and its reason named
 *
 * Of PS_KEY_PID it is assumed that nobody else's descriptors were counted.
 *
 * Context: any.
 * Return: whether the row is asked for.
 */
bool ps_filter_wants_row(const struct ps_filter *f, const struct ps_record *r)
{
	if (!f || !f->keys)
		return true;
	if (ps_filter_has(f, PS_KEY_STATE) && !(f->states & 1U << r->state))
		return false;
	if (ps_filter_has(f, PS_KEY_HELD) && !(f->held & 1U << r->held))
		return false;
	if (ps_filter_has(f, PS_KEY_PID) && !r->owners)
		return false;
	if (ps_filter_has(f, PS_KEY_UID) && !(r->has & PS_HAS_UID))
		return false;
	return ps_filter_wants_socket(f, r) &&
		wants_number(f, PS_KEY_UID, r->uid) &&
		wants_number(f, PS_KEY_INODE, r->inode);
}
