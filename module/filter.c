// SPDX-License-Identifier: GPL-2.0
/*
 * Filters.  The module parses a line that is written to the open file; the
 * reader parses it first, for an error message with the word at fault.  A line
 * is accepted as a whole or rejected.
 */
#include "filter.h"
#include "format/names.h"
#include "format/number.h"

#define BLANKS	" \t"

struct key_parser {
	const char *name;
	int (*add)(struct ps_filter *f, enum ps_filter_key key,
		   const char *value, size_t len);
};

static int add_name_bit(const struct ps_name *names, unsigned int size,
			const char *value, size_t len, u64 *bits)
{
	int i = ps_name_lookup(names, size, value, len);

	/* "-" is the name of a missing value. */
	if (i < 0 || (len == 1 && *value == '-'))
		return -EINVAL;
	*bits |= 1ULL << i;
	return 0;
}

static int filter_add_proto(struct ps_filter *f, enum ps_filter_key key,
			    const char *value, size_t len)
{
	return add_name_bit(ps_proto_names, PORTSOCK_NPROTOS, value, len,
			    &f->protos);
}

static int filter_add_state(struct ps_filter *f, enum ps_filter_key key,
			    const char *value, size_t len)
{
	u64 bits = f->states;
	int err = add_name_bit(ps_state_names, PORTSOCK_NSTATES, value, len,
			       &bits);

	f->states = bits;
	return err;
}

static int filter_add_held(struct ps_filter *f, enum ps_filter_key key,
			   const char *value, size_t len)
{
	u64 bits = f->held;
	int err = add_name_bit(ps_held_names, PORTSOCK_NHELD, value, len,
			       &bits);

	f->held = bits;
	return err;
}

/* Add a port or a range of ports. */
static int filter_add_ports(struct ps_filter *f, enum ps_filter_key key,
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

/* A key appears once, so the numbers of a key are contiguous in the list. */
static int filter_add_number(struct ps_filter *f, enum ps_filter_key key,
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

/* Accept one namespace or "all". */
static int filter_set_netns(struct ps_filter *f, enum ps_filter_key key,
			    const char *value, size_t len)
{
	u64 netns;

	if (f->numbers[key].count++)
		return -EINVAL;
	if (len == 3 && !memcmp(value, "all", 3))
		return 0;
	if (ps_parse_u64(value, len, 10, U32_MAX, &netns) || !netns)
		return -EINVAL;
	f->netns = netns;
	return 0;
}

/* Accept owners=no and bind=yes, which have no other value. */
static int filter_set_option(struct ps_filter *f, enum ps_filter_key key,
			     const char *value, size_t len)
{
	const char *only = key == PS_KEY_OWNERS ? "no" : "yes";

	if (f->numbers[key].count++)
		return -EINVAL;
	return len == strlen(only) && !memcmp(value, only, len) ? 0 : -EINVAL;
}

static const struct key_parser key_parsers[PS_NKEYS] = {
	[PS_KEY_PROTO]	= { "proto", filter_add_proto },
	[PS_KEY_PORT]	= { "port", filter_add_ports },
	[PS_KEY_RPORT]	= { "rport", filter_add_ports },
	[PS_KEY_STATE]	= { "state", filter_add_state },
	[PS_KEY_PID]	= { "pid", filter_add_number },
	[PS_KEY_UID]	= { "uid", filter_add_number },
	[PS_KEY_INODE]	= { "inode", filter_add_number },
	[PS_KEY_COOKIE]	= { "cookie", filter_add_number },
	[PS_KEY_HELD]	= { "held", filter_add_held },
	[PS_KEY_NETNS]	= { "netns", filter_set_netns },
	[PS_KEY_OWNERS]	= { "owners", filter_set_option },
	[PS_KEY_BIND]	= { "bind", filter_set_option },
};

/* strcspn() for text without a terminating NUL; a NUL in it does not stop. */
static size_t span_until(const char *text, size_t len, const char *stops)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (text[i] && strchr(stops, text[i]))
			break;
	return i;
}

/* Parse KEY=VALUE[,VALUE...]. */
static int parse_key_values(struct ps_filter *f, const char *word, size_t len)
{
	size_t name_len = span_until(word, len, "="), step;
	int key, err;

	for (key = 0; key < PS_NKEYS; key++)
		if (strlen(key_parsers[key].name) == name_len &&
		    !memcmp(key_parsers[key].name, word, name_len))
			break;
	if (key == PS_NKEYS || name_len == len || f->keys & 1U << key)
		return -EINVAL;
	f->keys |= 1U << key;
	word += name_len + 1;
	len -= name_len + 1;
	for (;;) {
		step = span_until(word, len, ",");
		if (!step)
			return -EINVAL;
		err = key_parsers[key].add(f, key, word, step);
		if (err || step == len)
			return err;
		word += step + 1;
		len -= step + 1;
	}
}

/**
 * ps_filter_parse() - Parse a line of key=value words
 * @f: result, undefined on error
 * @line: not necessarily NUL-terminated; may end with a newline
 * @len: length of @line in bytes
 *
 * An empty line selects every row.
 *
 * Return: 0; -E2BIG if the line is too long; -EINVAL for an unknown key or
 * value, a repeated key, an empty value, a reversed range, or a number out of
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
		step = *line && strchr(BLANKS, *line) ? 1 : 0;
		if (step)
			continue;
		step = span_until(line, len, BLANKS);
		err = parse_key_values(f, line, step);
		if (err)
			return err;
	}
	return 0;
}

/**
 * ps_filter_next_port() - Iterate over the ports of the key "port"
 * @f: filter that has PS_KEY_PORT
 * @port: 0 at first, then the last result plus 1
 *
 * Return: First selected port from @port on, PS_NO_PORT at the end.
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

static bool filter_wants_number(const struct ps_filter *f,
				enum ps_filter_key key, u64 number)
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
 * ps_filter_wants_pid() - Return true if a process is selected
 * @f: filter, NULL selects everything
 * @pid: process
 */
bool ps_filter_wants_pid(const struct ps_filter *f, u32 pid)
{
	return !f || filter_wants_number(f, PS_KEY_PID, pid);
}

static bool filter_wants_rport(const struct ps_filter *f,
			       const struct ps_record *r)
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
 * ps_filter_wants_socket() - Return true if a record may become a selected row
 * @f: filter, NULL selects everything
 * @r: record
 *
 * Checks the keys that do not depend on other records of the socket: protocol,
 * ports and cookie.
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
	return filter_wants_rport(f, r) &&
		filter_wants_number(f, PS_KEY_COOKIE, r->cookie);
}

/**
 * ps_filter_wants_row() - Return true if a row is selected
 * @f: filter, NULL selects everything
 * @r: record with the final number of owners and HELD value
 *
 * For PS_KEY_PID, @r must count the owners among the selected processes only.
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
		filter_wants_number(f, PS_KEY_UID, r->uid) &&
		filter_wants_number(f, PS_KEY_INODE, r->inode);
}
