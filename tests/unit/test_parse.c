// SPDX-License-Identifier: GPL-2.0
/*
 * Parsing of format 1.  Lines are allocated with their exact size, so that the
 * address sanitizer detects reads beyond their end.
 */
#include <errno.h>
#include <stdio.h>

#include "test.h"

#define LAYOUT_0_1	"# PROTO PORT STATE LOCAL REMOTE DEV RXQ TXQ UID " \
			"INODE COOKIE NETNS CGROUP FLAGS HELD PARENT " \
			"EXPIRES OWNERS"
#define LAYOUT		LAYOUT_0_1 " TYPE PEER DROPS"
#define HEADER	"# portsock 1 netns=1 pidns=2 at=3 took=4 sockets=5 owners=6"

static struct layout layout;

static int setup(void **state)
{
	(void)state;
	return layout_parse(LAYOUT, &layout);
}

static int parse_row(char *line, struct ps_record *r, char **owners)
{
	return row_parse(line, strlen(line), &layout, r, owners);
}

static void numbers(void **state)
{
	static const struct {
		const char *text;
		unsigned int base;
		u64 max;
		int err;
		u64 value;
	} cases[] = {
		{ "0", 10, U64_MAX, 0, 0 },
		{ "007", 10, U64_MAX, 0, 7 },
		{ "18446744073709551615", 10, U64_MAX, 0, U64_MAX },
		{ "18446744073709551616", 10, U64_MAX, -ERANGE, 0 },
		{ "99999999999999999999999", 10, U64_MAX, -ERANGE, 0 },
		{ "4294967295", 10, U32_MAX, 0, U32_MAX },
		{ "4294967296", 10, U32_MAX, -ERANGE, 0 },
		{ "65535", 10, U16_MAX, 0, 65535 },
		{ "65536", 10, U16_MAX, -ERANGE, 0 },
		{ "3", 10, 3, 0, 3 },
		{ "4", 10, 3, -ERANGE, 0 },
		{ "10", 10, 3, -ERANGE, 0 },
		{ "ffffffffffffffff", 16, U64_MAX, 0, U64_MAX },
		{ "10000000000000000", 16, U64_MAX, -ERANGE, 0 },
		{ "c0de", 16, U64_MAX, 0, 0xc0de },
		{ "377", 8, 255, 0, 255 },
		{ "400", 8, 255, -ERANGE, 0 },
		{ "378", 8, 255, -EINVAL, 0 },
		{ "", 10, U64_MAX, -EINVAL, 0 },
		{ "-1", 10, U64_MAX, -EINVAL, 0 },
		{ "+1", 10, U64_MAX, -EINVAL, 0 },
		{ " 1", 10, U64_MAX, -EINVAL, 0 },
		{ "1 ", 10, U64_MAX, -EINVAL, 0 },
		{ "1a", 10, U64_MAX, -EINVAL, 0 },
		{ "0x1", 16, U64_MAX, -EINVAL, 0 },
		{ "C0DE", 16, U64_MAX, -EINVAL, 0 },
		{ "g", 16, U64_MAX, -EINVAL, 0 },
		{ "99999999999999999999999x", 10, U64_MAX, -EINVAL, 0 },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		u64 value = 4711;
		int err = ps_parse_u64(cases[i].text, strlen(cases[i].text),
				       cases[i].base, cases[i].max, &value);

		if (err != cases[i].err)
			fail_msg("'%s': %d", cases[i].text, err);
		assert_true(value == (err ? 4711 : cases[i].value));
	}
}

static int parse_header(const char *text, struct ps_header *h)
{
	char *line = strdup(text);
	int err = header_parse(line, h);

	free(line);
	return err;
}

static void header(void **state)
{
	struct ps_header h;

	(void)state;
	assert_int_equal(parse_header(HEADER, &h), 0);
	assert_int_equal(h.version, 1);
	assert_int_equal(h.netns, 1);
	assert_int_equal(h.pidns, 2);
	assert_int_equal(h.at, 3);
	assert_int_equal(h.took, 4);
	assert_int_equal(h.sockets, 5);
	assert_int_equal(h.owners, 6);
	/* in any order; a later version may add keys */
	assert_int_equal(parse_header("#  portsock  1 owners=6 sockets=5 "
				      "took=4 at=18446744073709551615 "
				      "pidns=4294967295 netns=0 boot=abc more",
				      &h), 0);
	assert_true(h.at == U64_MAX);
	assert_int_equal(h.pidns, U32_MAX);
}

static void header_invalid(void **state)
{
	static const char *const lines[] = {
		"", "#", "# ", "portsock 1", "# portsock", "#portsock 1",
		"# portsock x", "# portsock 0", "# portsock -1",
		"# portsock 4294967296", "# portsock 1", "# portsocks 1",
		"# portsoc 1", "# PORTSOCK 1",
		"# portsock 1 pidns=2 at=3 took=4 sockets=5 owners=6",
		"# portsock 1 netns=1 at=3 took=4 sockets=5 owners=6",
		"# portsock 1 netns=1 pidns=2 took=4 sockets=5 owners=6",
		"# portsock 1 netns=1 pidns=2 at=3 sockets=5 owners=6",
		"# portsock 1 netns=1 pidns=2 at=3 took=4 owners=6",
		"# portsock 1 netns=1 pidns=2 at=3 took=4 sockets=5",
		HEADER " netns=x", HEADER " netns=", HEADER " netns=4294967296",
		HEADER " pidns=4294967296", HEADER " at=18446744073709551616",
		HEADER " sockets=-1", HEADER "\r", "\xff\xfe",
	};
	struct ps_header h;
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(lines); i++)
		if (parse_header(lines[i], &h) != -EINVAL)
			fail_msg("'%s' was accepted", lines[i]);
	assert_int_equal(parse_header("# portsock 2", &h), -EPROTO);
	assert_int_equal(h.version, 2);
	assert_int_equal(parse_header("# portsock 4294967295 x", &h), -EPROTO);
	assert_int_equal(h.version, U32_MAX);
	/* the keys of format 1 suffice, whichever keys follow */
	assert_int_equal(parse_header("# portsock 2 netns=1 pidns=2 at=3 "
				      "took=4 sockets=5 owners=6 more=x", &h),
			 0);
	assert_int_equal(h.version, 2);
	assert_int_equal(h.sockets, 5);
	assert_int_equal(parse_header("# portsock 2 netns=1 pidns=2 at=3 "
				      "took=4 sockets=-5 owners=6", &h),
			 -EPROTO);
}

static void layout_valid(void **state)
{
	struct layout l;
	unsigned int i;

	(void)state;
	assert_int_equal(layout_parse(LAYOUT, &l), 0);
	assert_int_equal(l.count, PORTSOCK_NCOLUMNS);
	for (i = 0; i < l.count; i++)
		assert_int_equal(l.column[i], i);
	assert_int_equal(layout_parse(LAYOUT "  NEW NEWER NEW", &l), 0);
	assert_int_equal(l.count, PORTSOCK_NCOLUMNS + 3);
	assert_int_equal(l.column[PORTSOCK_NCOLUMNS], PORTSOCK_NCOLUMNS);
}

static void layout_invalid(void **state)
{
	char many[1024] = LAYOUT;
	struct layout l;
	unsigned int i;

	(void)state;
	assert_int_equal(layout_parse("", &l), -EINVAL);
	assert_int_equal(layout_parse("#", &l), -EINVAL);
	assert_int_equal(layout_parse(LAYOUT + 2, &l), -EINVAL);
	assert_int_equal(layout_parse(LAYOUT " PORT", &l), -EINVAL);
	assert_int_equal(layout_parse("# PROTO PORT STATE", &l), -EINVAL);
	assert_int_equal(layout_parse(LAYOUT_0_1 "\r", &l), -EINVAL);
	for (i = PORTSOCK_NCOLUMNS; i < LAYOUT_MAX; i++)
		strcat(many, " X");
	assert_int_equal(layout_parse(many, &l), 0);
	strcat(many, " X");
	assert_int_equal(layout_parse(many, &l), -EINVAL);
}

/* No column may be missing but those of later versions than 0.1. */
static void layout_without_a_column(void **state)
{
	struct layout l;
	unsigned int i;

	(void)state;
	for (i = 0; i < PORTSOCK_NCOLUMNS; i++) {
		char line[] = LAYOUT " ";
		char name[20];

		snprintf(name, sizeof(name), " %.14s ",
			 ps_column_names[i].text);
		strstr(line, name)[1] = 'x';
		assert_int_equal(layout_parse(line, &l),
				 i < PORTSOCK_COLUMNS_0_1 ? -EINVAL : 0);
	}
}

/* Return an allocated line with the value of one column replaced. */
static char *line_with(const struct layout *l, unsigned int column,
		       const char *text)
{
	static const char *const valid[] = {
		"tcp", "80", "LISTEN", "0.0.0.0:80", "*:*", "-", "0", "511",
		"0", "18231", "c", "4026531840", "812", "reuseaddr", "process",
		"-", "-", "901/6/nginx", "-", "-", "0",
	};
	char *line = malloc(strlen(text) + 512), *p = line;
	unsigned int i;

	for (i = 0; i < l->count; i++) {
		const char *word = "unknown";

		if (l->column[i] == column)
			word = text;
		else if (l->column[i] < PORTSOCK_NCOLUMNS)
			word = valid[l->column[i]];
		p += sprintf(p, "%s%s", i ? " " : "", word);
	}
	return realloc(line, p + 1 - line);
}

static int parse_with(unsigned int column, const char *text,
		      struct ps_record *r)
{
	char *line = line_with(&layout, column, text), *owners;
	int err = parse_row(line, r, &owners);

	free(line);
	return err;
}

/* Valid and invalid values of each column. */
static const struct {
	const char *text;
	u8 column;
	bool valid;
} words[] = {
#define GOOD(column, text)	{ text, PORTSOCK_COL_##column, true }
#define BAD(column, text)	{ text, PORTSOCK_COL_##column, false }
	GOOD(PROTO, "udp"), GOOD(PROTO, "udplite"), BAD(PROTO, "tcp6"),
	BAD(PROTO, "-"), BAD(PROTO, "TCP"), BAD(PROTO, "tc"),
	GOOD(PORT, "-"), GOOD(PORT, "0"), GOOD(PORT, "65535"),
	BAD(PORT, "65536"), BAD(PORT, "-1"), BAD(PORT, "http"),
	BAD(PORT, "0x50"), BAD(PORT, "80,"), BAD(PORT, "--"),
	GOOD(STATE, "UNCONN"), BAD(STATE, "listen"), BAD(STATE, "10"),
	GOOD(LOCAL, "-"), GOOD(LOCAL, "*:*"), GOOD(LOCAL, "1.2.3.4:0"),
	GOOD(LOCAL, "255.255.255.255:65535"), GOOD(LOCAL, "[::]:80"),
	GOOD(LOCAL, "[fe80::1%eth0]:80"), GOOD(LOCAL, "[::ffff:1.2.3.4]:80"),
	BAD(LOCAL, "1.2.3.4"), BAD(LOCAL, "1.2.3.4:"), BAD(LOCAL, ":80"),
	BAD(LOCAL, "1.2.3:80"), BAD(LOCAL, "1.2.3.256:80"),
	BAD(LOCAL, "1.2.3.4:8:80"), BAD(LOCAL, "1.2.3.4:65536"),
	BAD(LOCAL, "1.2.3.4:-1"),
	BAD(LOCAL, "::1:80"), BAD(LOCAL, "[::1:80"), BAD(LOCAL, "[::1]80"),
	BAD(LOCAL, "[::1]:"), BAD(LOCAL, "[]:80"), BAD(LOCAL, "[:80"),
	BAD(LOCAL, "[::1]x:80"), BAD(LOCAL, "[g::1]:80"), BAD(LOCAL, "]:80"),
	BAD(LOCAL, "[1.2.3.4]:80"), BAD(LOCAL, "*:80"), BAD(LOCAL, "@x"),
	BAD(LOCAL, "/run/x"), BAD(LOCAL, ":"), BAD(LOCAL, "["),
	GOOD(REMOTE, "-"), GOOD(REMOTE, "1.2.3.4:1"), BAD(REMOTE, "x"),
	GOOD(DEV, "eth0"), GOOD(DEV, "a234567890\\040345"),
	GOOD(DEV, "a23456789012345"), BAD(DEV, "a234567890123456"),
	BAD(DEV, "a\\"), BAD(DEV, "a\\04"), BAD(DEV, "a\\400"),
	BAD(DEV, "a\\08x"),
	GOOD(RXQ, "4294967295"), GOOD(RXQ, "-"), BAD(RXQ, "4294967296"),
	BAD(RXQ, "-5"), BAD(RXQ, "1.5"),
	GOOD(TXQ, "0"), BAD(TXQ, "4294967296"), BAD(TXQ, "x"),
	GOOD(UID, "4294967295"), GOOD(UID, "-"), BAD(UID, "4294967296"),
	BAD(UID, "root"),
	GOOD(INODE, "0"), GOOD(INODE, "18446744073709551615"),
	BAD(INODE, "18446744073709551616"), BAD(INODE, "-"), BAD(INODE, "-1"),
	GOOD(COOKIE, "0"), GOOD(COOKIE, "ffffffffffffffff"),
	BAD(COOKIE, "10000000000000000"), BAD(COOKIE, "-"), BAD(COOKIE, "C"),
	BAD(COOKIE, "0xc"), BAD(COOKIE, "g"),
	GOOD(NETNS, "4294967295"), BAD(NETNS, "4294967296"), BAD(NETNS, "-"),
	GOOD(CGROUP, "-"), GOOD(CGROUP, "18446744073709551615"),
	BAD(CGROUP, "18446744073709551616"), BAD(CGROUP, "/"),
	GOOD(FLAGS, "-"), GOOD(FLAGS, "reuseaddr,reuseport"),
	GOOD(FLAGS, "reuseaddr,newer"), BAD(FLAGS, "reuseaddr,"),
	BAD(FLAGS, ",reuseaddr"), BAD(FLAGS, "reuseaddr,,linger"),
	BAD(FLAGS, ","),
	GOOD(HELD, "hidden"), BAD(HELD, "Process"), BAD(HELD, "nobody"),
	GOOD(PARENT, "-"), GOOD(PARENT, "ffffffffffffffff"),
	BAD(PARENT, "10000000000000000"), BAD(PARENT, "X"),
	GOOD(EXPIRES, "-"), GOOD(EXPIRES, "2147483647"),
	BAD(EXPIRES, "2147483648"), BAD(EXPIRES, "-1"),
	GOOD(OWNERS, "-"), GOOD(OWNERS, "[sunrpc]"),
	GOOD(TYPE, "-"), GOOD(TYPE, "stream"), GOOD(TYPE, "packet"),
	BAD(TYPE, "STREAM"), BAD(TYPE, "7"), BAD(TYPE, "x"),
	GOOD(PEER, "-"), GOOD(PEER, "ffffffffffffffff"),
	BAD(PEER, "10000000000000000"), BAD(PEER, "X"),
	GOOD(DROPS, "-"), GOOD(DROPS, "4294967295"),
	BAD(DROPS, "4294967296"), BAD(DROPS, "-1"), BAD(DROPS, "x"),
#undef GOOD
#undef BAD
};

static void values_of_each_column(void **state)
{
	struct ps_record r;
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (parse_with(words[i].column, words[i].text, &r) !=
		    (words[i].valid ? 0 : 1 + words[i].column))
			fail_msg("%s '%s' is %s",
				 ps_column_names[words[i].column].text,
				 words[i].text,
				 words[i].valid ? "rejected" :
				 "accepted, or the wrong column is reported");
}

/* Ends that are not addresses: PROTO, LOCAL, whether that is valid. */
static void ends_of_other_families(void **state)
{
	static const struct {
		const char *proto;
		const char *local;
		bool valid;
	} cases[] = {
		{ "netlink", "0:103", true }, { "netlink", "-", true },
		{ "netlink", "4294967295:4294967295", true },
		{ "netlink", "0:4294967296", false },
		{ "netlink", "4294967296:0", false }, { "netlink", "0", false },
		{ "netlink", ":103", false }, { "netlink", "0:", false },
		{ "netlink", "0:1:2", false },
		{ "netlink", "1.2.3.4:5", false },
		{ "vsock", "3:1024", true }, { "vsock", "*:*", true },
		{ "vsock", "4294967295:4294967295", true },
		{ "vsock", "*:1024", true }, { "vsock", "3", false },
		{ "vsock", "*:", false }, { "vsock", "*:*:1", false },
		{ "packet", "0003:*", true }, { "packet", "ffff:eth0", true },
		{ "packet", "0003:", false }, { "packet", "0003", false },
		{ "packet", "003:*", false }, { "packet", "00003:*", false },
		{ "packet", "000G:*", false }, { "packet", "FFFF:*", false },
		{ "alg", "hash", true }, { "alg", "-", true },
		{ "alg", "\\055", true }, { "alg", "*:*", true },
		{ "alg", "a\\40", false },
		{ "unix", "*:*", true }, { "unix", "@", true },
		{ "unix", "\\100x", true }, { "unix", "/a\\", false },
		{ "unix", "/a\\40", false }, { "unix", "@\\4000", false },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct ps_record r;
		char line[256], *owners;
		int err;

		snprintf(line, sizeof(line), "%s - UNCONN %s - - 0 0 0 1 1 1 "
			 "- - process - - - - - -", cases[i].proto, cases[i].local);
		err = parse_row(line, &r, &owners);
		if (!err != cases[i].valid)
			fail_msg("%s %s: %d", cases[i].proto, cases[i].local,
				 err);
	}
}

/* A vsock port has 32 bits, all others 16. */
static void long_ports(void **state)
{
	static const char rest[] = "UNCONN - - - 0 0 0 1 1 1 - - process - - "
				   "- - - -";
	char line[256], *owners;
	struct ps_record r;

	(void)state;
	snprintf(line, sizeof(line), "vsock 4294967295 %s", rest);
	assert_int_equal(parse_row(line, &r, &owners), 0);
	assert_int_equal(r.port, 4294967295U);
	snprintf(line, sizeof(line), "vsock 4294967296 %s", rest);
	assert_int_equal(parse_row(line, &r, &owners), 1 + PORTSOCK_COL_PORT);
	snprintf(line, sizeof(line), "udp 65536 %s", rest);
	assert_int_equal(parse_row(line, &r, &owners), 1 + PORTSOCK_COL_PORT);
}

static void wrong_number_of_columns(void **state)
{
	struct ps_record r;

	(void)state;
	assert_int_equal(parse_with(PORTSOCK_COL_OWNERS, "1/2/x", &r), 0);
	assert_int_equal(parse_with(PORTSOCK_COL_OWNERS, "", &r), -EINVAL);
	assert_int_equal(parse_with(PORTSOCK_COL_OWNERS, "- -", &r), -EINVAL);
	assert_int_equal(parse_with(PORTSOCK_COL_PROTO, "", &r), -EINVAL);
	assert_int_equal(parse_with(PORTSOCK_COL_PROTO, "  tcp ", &r), 0);
}

/* Columns are found by name; unknown ones are skipped. */
static void columns_in_another_order(void **state)
{
	struct layout l;
	struct ps_record r;
	char *line, *owners;

	(void)state;
	assert_int_equal(layout_parse("# OWNERS NEW EXPIRES PARENT HELD "
		"FLAGS CGROUP NETNS COOKIE INODE UID TXQ RXQ DEV REMOTE LOCAL "
		"NEWER STATE PORT PROTO", &l), 0);
	line = line_with(&l, PORTSOCK_COL_PORT, "443");
	assert_int_equal(row_parse(line, strlen(line), &l, &r, &owners),
			 0);
	assert_int_equal(r.port, 443);
	assert_int_equal(r.txq, 511);
	assert_int_equal(r.inode, 18231);
	assert_string_equal(owners, "901/6/nginx");
	free(line);
}

static void sample_row_of_the_format(void **state)
{
	char line[] = "tcp 80 TIME_WAIT   127.0.0.1:80 127.0.0.1:41510 -  0   "
		"0 0      0 11 4026531840 -   -        timewait - 37120 - - - -";
	struct ps_record r;
	char *owners;

	(void)state;
	assert_int_equal(parse_row(line, &r, &owners), 0);
	assert_int_equal(r.proto, PORTSOCK_PROTO_TCP);
	assert_int_equal(r.port, 80);
	assert_int_equal(r.state, PORTSOCK_TIME_WAIT);
	assert_int_equal(r.local.form, PS_FORM_INET);
	assert_memory_equal(r.local.ip, "\x7f\0\0\1", 4);
	assert_int_equal(r.remote.num, 41510);
	assert_int_equal(r.cookie, 0x11);
	assert_int_equal(r.netns, 4026531840);
	assert_int_equal(r.held, PORTSOCK_HELD_TIMEWAIT);
	assert_int_equal(r.expires, 37120);
	assert_int_equal(r.has, PS_HAS_PORT | PS_HAS_QUEUES | PS_HAS_UID);
	assert_int_equal(r.flags, 0);
	assert_int_equal(r.owners, 0);
	assert_string_equal(owners, "-");
}

/* Rows with and without the columns that follow OWNERS, by both parsers. */
static void rows_of_version_0_1(void **state)
{
	static const char *const rows[] = {
		"tcp 80    LISTEN      0.0.0.0:80            *:*             "
		"      - 0 511 0 18231 c 4026531840 812 reuseaddr process - - "
		"901/6/nginx",
		"udp 53    UNCONN      127.0.0.1:53          *:*             "
		"      - 0 0 0 18232 d 4026531840 812 reuseaddr process - - "
		"902/6/named,903/7/named",
	};
	static const struct {
		const char *text;
		u8 has;
		u32 drops;
	} backs[] = {
		{ "", 0, 0 }, { " - - -", 0, 0 }, { " - - 0", PS_HAS_DROPS, 0 },
		{ " - - 7", PS_HAS_DROPS, 7 },
		{ " - - 4294967295", PS_HAS_DROPS, U32_MAX },
		{ " - f 3", PS_HAS_PEER | PS_HAS_DROPS, 3 },
		{ " dgram - -", 0, 0 },
	};
	const u8 mask = PS_HAS_PEER | PS_HAS_DROPS;
	unsigned int i, pass;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(backs); i++) {
		struct layout l;

		assert_int_equal(layout_parse(i ? LAYOUT : LAYOUT_0_1, &l), 0);
		assert_true(l.plain && !l.later);
		for (pass = 0; pass < 4; pass++) {
			char line[512], *owners;
			struct ps_record r;

			strcpy(line, rows[pass % 2]);
			strcat(line, backs[i].text);
			assert_int_equal(row_parse(line, strlen(line), &l, &r,
						   &owners), 0);
			assert_string_equal(owners,
					    strrchr(rows[pass % 2], ' ') + 1);
			assert_int_equal(r.owners, 1 + pass % 2);
			assert_int_equal(r.has & mask, backs[i].has);
			assert_int_equal(r.drops, backs[i].drops);
			assert_int_equal(r.peer, backs[i].has & PS_HAS_PEER ?
					 15 : 0);
		}
	}
	assert_int_equal(layout_parse(LAYOUT_0_1 " LATER", &layout), 0);
	assert_true(layout.later && !layout.plain);
	assert_int_equal(layout_parse(LAYOUT, &layout), 0);
}

static char *format_row(char *room, const struct ps_record *r,
			const struct ps_owner *owners, unsigned int n)
{
	char *p = ps_format_record(room, r);
	unsigned int i;

	if (!n)
		*p++ = '-';
	for (i = 0; i < n; i++) {
		if (i)
			*p++ = ',';
		p = ps_format_owner(p, &owners[i]);
	}
	p = ps_format_back(p, r);
	*p = '\0';
	return p;
}

static void round_trip(const struct ps_record *r,
		       const struct ps_owner *owners, unsigned int n)
{
	static char text[PS_RECORD_MAX + 8 * PS_OWNER_MAX];
	static char again[sizeof(text)];
	struct ps_record parsed;
	struct ps_owner o;
	char *line, *cursor;
	unsigned int i;

	format_row(text, r, owners, n);
	line = strdup(text);
	if (row_parse(line, strlen(line), &layout, &parsed, &cursor))
		fail_msg("rejected: %s", text);
	assert_int_equal(parsed.owners, n);
	for (i = 0; i < n; i++) {
		assert_int_equal(owner_parse(&cursor, &o), 1);
		assert_memory_equal(&o, &owners[i], sizeof(o));
	}
	assert_int_equal(owner_parse(&cursor, &o), 0);
	format_row(again, &parsed, owners, n);
	assert_string_equal(text, again);
	assert_int_equal(parsed.has, r->has);
	assert_true(parsed.cookie == r->cookie && parsed.inode == r->inode &&
		    parsed.expires == r->expires && parsed.port == r->port &&
		    parsed.flags == r->flags && parsed.parent == r->parent &&
		    parsed.rxq == r->rxq && parsed.txq == r->txq &&
		    parsed.uid == r->uid && parsed.cgroup == r->cgroup &&
		    parsed.netns == r->netns);
	assert_memory_equal(parsed.dev, r->dev, sizeof(r->dev));
	free(line);
}

static void written_rows_are_parsed(void **state)
{
	char local[PS_TEXT_MAX], remote[PS_TEXT_MAX];
	struct ps_owner owners[8];
	struct ps_record r;
	unsigned int i, k, n;

	(void)state;
	for (i = 0; i < 50000; i++) {
		random_record(&r, local, remote);
		n = random_below(ARRAY_SIZE(owners));
		for (k = 0; k < n; k++)
			random_owner(&owners[k]);
		round_trip(&r, owners, n);
	}
}

/* Names longer than those of the kernel exceed PS_RECORD_MAX. */
static void long_names_are_rejected(void **state)
{
	char path[PS_TEXT_MAX + 2], word[512], *owners, *line;
	unsigned int i, abstract;
	struct ps_record r;

	(void)state;
	memset(path, 'a', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	for (i = 0; i < 4; i++) {
		abstract = i & 1;
		snprintf(word, sizeof(word), "%s%s", abstract ? "@" : "", path);
		line = malloc(1024);
		snprintf(line, 1024, "unix - LISTEN %s %s - 0 0 0 1 1 1 - - "
			 "process - - - - - -", i / 2 ? "-" : word,
			 i / 2 ? word : "-");
		assert_int_equal(parse_row(line, &r, &owners),
				 1 + (i / 2 ? PORTSOCK_COL_REMOTE :
				      PORTSOCK_COL_LOCAL));
		snprintf(line, 1024, "unix - LISTEN %s %s - 0 0 0 1 1 1 - - "
			 "process - - - - - -", i / 2 ? "-" : path + 1,
			 i / 2 ? path + 1 : "-");
		assert_int_equal(parse_row(line, &r, &owners),
				 0);
		free(line);
	}
}

static int parse_owner_text(const char *text, struct ps_owner *o)
{
	char *line = strdup(text), *cursor = line;
	int got = owner_parse(&cursor, o);

	free(line);
	return got;
}

static void owners(void **state)
{
	static const char *const bad[] = {
		"901", "901/", "901/6", "/6/nginx", "901//nginx", "x/6/nginx",
		"901/x/nginx", "901:/6/nginx", ":1/6/nginx", "901:x/6/nginx",
		"4294967296/6/x", "1:4294967296/6/x", "1/4294967296/x",
		"-1/6/x", "1/-1/x", "1/2/\\", "1/2/\\12", "1/2/\\400",
		"1/2/1234567890123456", ",1/2/x", "901/6:7/x",
	};
	char line[] = "1/2/,3:4/5/a\\054b\\057\\134,6/7/123456789012345";
	char *cursor = line;
	struct ps_owner o;
	unsigned int i;

	(void)state;
	assert_int_equal(owner_parse(&cursor, &o), 1);
	assert_int_equal(o.pid, 1);
	assert_int_equal(o.tid, 1);
	assert_int_equal(o.fd, 2);
	assert_string_equal(o.comm, "");
	assert_int_equal(owner_parse(&cursor, &o), 1);
	assert_int_equal(o.pid, 3);
	assert_int_equal(o.tid, 4);
	assert_int_equal(o.fd, 5);
	assert_string_equal(o.comm, "a,b/\\");
	assert_int_equal(owner_parse(&cursor, &o), 1);
	assert_string_equal(o.comm, "123456789012345");
	assert_int_equal(owner_parse(&cursor, &o), 0);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		if (parse_owner_text(bad[i], &o) != -EINVAL)
			fail_msg("'%s' was accepted", bad[i]);
	assert_int_equal(parse_owner_text("-", &o), 0);
	assert_int_equal(parse_owner_text("[sunrpc]", &o), 0);
}

static void modules(void **state)
{
	static const char *const none[] = {
		"", "-", "[", "]", "[]", "x", "[x", "x]", "901/6/[x]",
	};
	const char *name;
	unsigned int i;
	size_t len;

	(void)state;
	assert_int_equal(module_parse("[wireguard]", &name, &len), 1);
	assert_int_equal(len, 9);
	assert_memory_equal(name, "wireguard", 9);
	for (i = 0; i < ARRAY_SIZE(none); i++)
		assert_int_equal(module_parse(none[i], &name, &len), 0);
}

static const char *const valid_lines[] = {
	"tcp 80 LISTEN 0.0.0.0:80 *:* - 0 511 0 18231 c 4026531840 812 "
	"reuseaddr,reuseport process - - 901/6/nginx,902:903/6/ng\\040x - - 0",
	"udp 123 UNCONN [fe80::5054:ff:fe12:3456%eth0]:123 *:* eth0 0 0 0 1 2 "
	"3 4 - process - - 1/2/x - - 12",
	"unix - LISTEN @/tmp/\\000\\134x \\100x - 0 0 0 8002 95 1 - - inflight "
	"- - - stream f -",
	"netlink - UNCONN 0:103 - - 0 0 0 9001 90 1 - - kernel - - [x] raw - 0",
	"packet - UNCONN 0003:eth\\0400 - eth\\0400 0 0 0 1 1 1 - - hidden - - "
	"- - - -",
	"vsock 1024 LISTEN 3:1024 2:99 - 0 0 0 1 1 1 - - process - 5 1/1/x - - 0",
};

/* Parse a row and its owners; return true if it is valid. */
static bool parse_whole_row(char *line)
{
	char room[PS_RECORD_MAX], *owners;
	struct ps_record r;
	struct ps_owner o;
	const char *name;
	size_t len;
	int got;

	if (parse_row(line, &r, &owners))
		return false;
	assert_true(ps_format_record(room, &r) - room <= PS_RECORD_MAX);
	module_parse(owners, &name, &len);
	do {
		got = owner_parse(&owners, &o);
	} while (got > 0);
	return got == 0;
}

static void truncated_lines(void **state)
{
	unsigned int i;
	size_t len;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(valid_lines); i++) {
		char *line = strdup(valid_lines[i]);
		size_t last = strrchr(line, ' ') - line;

		assert_true(parse_whole_row(line));
		free(line);
		for (len = 0; len < strlen(valid_lines[i]); len++) {
			bool accepted;

			line = strndup(valid_lines[i], len);
			accepted = parse_whole_row(line);
			free(line);
			if (len <= last + 1)
				assert_false(accepted);
		}
	}
	for (len = 0; len <= strlen(HEADER); len++) {
		char *line = strndup(HEADER, len);
		struct ps_header h;

		assert_int_equal(header_parse(line, &h),
				 len == strlen(HEADER) ? 0 : -EINVAL);
		free(line);
	}
	for (len = 0; len <= strlen(LAYOUT); len++) {
		char *line = strndup(LAYOUT, len);
		struct layout l;

		assert_int_equal(layout_parse(line, &l),
				 len >= strlen(LAYOUT_0_1) ? 0 : -EINVAL);
		free(line);
	}
}

static void corrupt_line(char *line)
{
	static const char frequent[] = " -:/,@\\[]%*.0123456789#\x80\xff\r\t";
	unsigned int times = 1 + random_below(4);

	while (times--) {
		char c = random_below(4) ?
			frequent[random_below(sizeof(frequent) - 1)] :
			(char)(1 + random_below(255));

		if (*line)
			line[random_below(strlen(line))] = c;
	}
}

static void corrupted_lines(void **state)
{
	unsigned int i, accepted = 0;
	const unsigned int times = 300000;

	(void)state;
	for (i = 0; i < times; i++) {
		char *line = strdup(valid_lines[i % ARRAY_SIZE(valid_lines)]);
		struct ps_header h;
		struct layout l;

		corrupt_line(line);
		accepted += parse_whole_row(line);
		free(line);
		if (i % 8)
			continue;
		line = strdup(HEADER);
		corrupt_line(line);
		header_parse(line, &h);
		free(line);
		line = strdup(LAYOUT);
		corrupt_line(line);
		layout_parse(line, &l);
		free(line);
	}
	assert_true(accepted > times / 100 && accepted < times / 2);
}

/* Parse a row; return its error, or the formatted row in @room. */
static int reparse_row(const char *text, struct layout *l, char *room)
{
	char *line = strdup(text), *owners, *p;
	struct ps_record r;
	int err = row_parse(line, strlen(line), l, &r, &owners);

	if (!err) {
		p = stpcpy(ps_format_record(room, &r), owners);
		*ps_format_back(p, &r) = '\0';
	}
	free(line);
	return err;
}

/* The caches of the layout do not change the result. */
static void cached_rows_parse_as_alone(void **state)
{
	static char after[2 * PS_RECORD_MAX], alone[2 * PS_RECORD_MAX];
	const unsigned int times = 100000;
	unsigned int i, accepted = 0;
	struct layout l;

	(void)state;
	for (i = 0; i < times; i++) {
		unsigned int k = i / 8 % ARRAY_SIZE(valid_lines);
		char *line = strdup(valid_lines[k]);
		int err;

		if (random_below(2))
			corrupt_line(line);
		layout_parse(LAYOUT, &l);
		err = reparse_row(line, &l, alone);
		assert_int_equal(reparse_row(line, &layout, after), err);
		if (!err)
			assert_string_equal(after, alone);
		accepted += !err;
		free(line);
	}
	assert_true(accepted > times / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(numbers, setup),
		cmocka_unit_test(header),
		cmocka_unit_test(header_invalid),
		cmocka_unit_test(layout_valid),
		cmocka_unit_test(layout_invalid),
		cmocka_unit_test(layout_without_a_column),
		cmocka_unit_test_setup(values_of_each_column,
				       setup),
		cmocka_unit_test_setup(ends_of_other_families,
				       setup),
		cmocka_unit_test_setup(long_ports, setup),
		cmocka_unit_test_setup(wrong_number_of_columns, setup),
		cmocka_unit_test(columns_in_another_order),
		cmocka_unit_test_setup(sample_row_of_the_format, setup),
		cmocka_unit_test_setup(rows_of_version_0_1, setup),
		cmocka_unit_test_setup(written_rows_are_parsed, setup),
		cmocka_unit_test_setup(long_names_are_rejected, setup),
		cmocka_unit_test(owners),
		cmocka_unit_test(modules),
		cmocka_unit_test_setup(truncated_lines, setup),
		cmocka_unit_test_setup(corrupted_lines, setup),
		cmocka_unit_test_setup(cached_rows_parse_as_alone, setup),
	};

	return RUN(tests);
}
