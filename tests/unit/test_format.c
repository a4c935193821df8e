// SPDX-License-Identifier: GPL-2.0
/*
 * Writing format 1.  Buffers have exactly the documented size, so that the
 * address sanitizer detects overruns.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>

#include "test.h"

static void check_number(u64 value)
{
	char *room = malloc(PS_U64_ROOM), text[32];
	char *end = ps_put_u64(room, value);

	snprintf(text, sizeof(text), "%" PRIu64, value);
	assert_int_equal(end - room, strlen(text));
	assert_memory_equal(room, text, strlen(text));
	free(room);
	room = malloc(16);
	end = ps_put_hex(room, value);
	snprintf(text, sizeof(text), "%" PRIx64, value);
	assert_int_equal(end - room, strlen(text));
	assert_memory_equal(room, text, strlen(text));
	free(room);
}

static void numbers_at_their_edges(void **state)
{
	u64 power = 1;
	unsigned int i;

	(void)state;
	check_number(0);
	check_number(U64_MAX);
	for (i = 0; i < 20; i++, power *= 10) {
		check_number(power - 1);
		check_number(power);
		check_number(power + 1);
	}
	for (i = 0; i < 64; i++) {
		check_number((1ULL << i) - 1);
		check_number(1ULL << i);
		check_number((1ULL << i) + 1);
	}
}

static void numbers_at_random(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < 200000; i++)
		check_number(random_magnitude());
}

static size_t escape_by_definition(char *out, const u8 *text, size_t len,
				   const char *more)
{
	char *p = out;
	size_t i;

	for (i = 0; i < len; i++) {
		if (text[i] <= 32 || text[i] >= 127 || text[i] == '\\' ||
		    strchr(more, text[i]))
			p += sprintf(p, "\\%03o", text[i]);
		else
			*p++ = text[i];
	}
	return p - out;
}

static void check_escape(const u8 *bytes, size_t len, enum ps_escape how)
{
	char *room = malloc(4 * len), *expected_text = malloc(4 * len + 1);
	size_t expected = escape_by_definition(expected_text, bytes, len,
				       how == PS_ESCAPE_COMM ? ",/" : "\\");
	char *end = ps_put_escaped(room, (const char *)bytes, len, how);

	assert_int_equal(end - room, expected);
	assert_memory_equal(room, expected_text, expected);
	free(room);
	free(expected_text);
}

static void every_byte_escaped(void **state)
{
	u8 all[256];
	unsigned int i;

	(void)state;
	for (i = 0; i < 256; i++) {
		all[i] = i;
		check_escape(all + i, 1, PS_ESCAPE_PATH);
		check_escape(all + i, 1, PS_ESCAPE_COMM);
	}
	check_escape(all, 256, PS_ESCAPE_PATH);
	check_escape(all, 256, PS_ESCAPE_COMM);
	memset(all, 0xff, sizeof(all));
	check_escape(all, 256, PS_ESCAPE_PATH);
}

static void check_ip4(const u8 ip[4])
{
	char *room = malloc(PS_IP4_ROOM), text[INET_ADDRSTRLEN];
	char *end = ps_put_ip4(room, ip);

	inet_ntop(AF_INET, ip, text, sizeof(text));
	assert_int_equal(end - room, strlen(text));
	assert_memory_equal(room, text, strlen(text));
	free(room);
}

static void ip4_as_inet_ntop(void **state)
{
	static const u8 edges[] = { 0, 1, 9, 10, 99, 100, 127, 199, 200, 255 };
	const unsigned int n = sizeof(edges);
	unsigned int i;
	u8 ip[4];

	(void)state;
	for (i = 0; i < n * n * n * n; i++) {
		ip[0] = edges[i % n];
		ip[1] = edges[i / n % n];
		ip[2] = edges[i / n / n % n];
		ip[3] = edges[i / n / n / n];
		check_ip4(ip);
	}
	for (i = 0; i < 100000; i++) {
		random_bytes(ip, sizeof(ip));
		check_ip4(ip);
	}
}

static void check_ip6(const u8 ip[16])
{
	char *room = malloc(PS_IP6_ROOM), text[INET6_ADDRSTRLEN];
	char *end = ps_put_ip6(room, ip);

	inet_ntop(AF_INET6, ip, text, sizeof(text));
	*end = '\0';
	assert_string_equal(room, text);
	free(room);
}

/* All 4^8 addresses made of these words. */
static void ip6_word_patterns(void **state)
{
	static const u16 words[] = { 0, 1, 0xffff, 0x0a00 };
	unsigned int i, k;
	u8 ip[16];

	(void)state;
	for (i = 0; i < 1U << 16; i++) {
		for (k = 0; k < 8; k++) {
			ip[2 * k] = words[i >> 2 * k & 3] >> 8;
			ip[2 * k + 1] = words[i >> 2 * k & 3];
		}
		check_ip6(ip);
	}
}

static void ip6_at_random(void **state)
{
	unsigned int i, k;
	u8 ip[16];

	(void)state;
	for (i = 0; i < 100000; i++) {
		random_bytes(ip, sizeof(ip));
		for (k = 0; k < 16; k++)
			if (random_below(3) == 0)
				ip[k] = 0;
		check_ip6(ip);
	}
}

/* Mirrors __ipv6_addr_needs_scope_id() in net/ipv6.h. */
static bool kernel_needs_scope(const u8 ip[16])
{
	struct in6_addr address;

	memcpy(&address, ip, sizeof(address));
	return IN6_IS_ADDR_LINKLOCAL(&address) ||
		IN6_IS_ADDR_MC_NODELOCAL(&address) ||
		IN6_IS_ADDR_MC_LINKLOCAL(&address);
}

static void needs_scope_as_the_kernel(void **state)
{
	u8 ip[16] = { [15] = 1 };
	unsigned int i, needed = 0;

	(void)state;
	for (i = 0; i < 1U << 16; i++) {
		ip[0] = i >> 8;
		ip[1] = i;
		assert_int_equal(ps_ip6_needs_scope(ip),
				 kernel_needs_scope(ip));
		needed += ps_ip6_needs_scope(ip);
	}
	assert_int_equal(needed, 64 + 2 * 16);
}

static void check_row(const struct ps_record *r, const char *text)
{
	char *room = malloc(PS_RECORD_MAX + 1);
	char *end = ps_format_record(room, r);

	*end = '\0';
	assert_string_equal(room, text);
	free(room);
}

static const struct ps_record listener = {
	.cookie = 12, .inode = 18231, .cgroup = 812,
	.local = { .form = PS_FORM_INET, .num = 80 },
	.remote = { .form = PS_FORM_ANY },
	.netns = 4026531840, .txq = 511, .flags = PORTSOCK_FLAG(REUSEADDR),
	.expires = PS_NO_EXPIRY, .port = 80, .proto = PORTSOCK_PROTO_TCP,
	.state = PORTSOCK_LISTEN, .held = PORTSOCK_HELD_PROCESS,
	.has = PS_HAS_PORT | PS_HAS_QUEUES | PS_HAS_UID | PS_HAS_CGROUP,
};

static void row_of_a_listener(void **state)
{
	struct ps_record r = listener;

	(void)state;
	check_row(&r, "tcp 80    LISTEN      0.0.0.0:80            "
		  "*:*                   - 0 511 0 18231 c 4026531840 812 "
		  "reuseaddr process - - ");
	r.flags = (1U << PORTSOCK_NFLAGS) - 1;
	strcpy(r.dev, "eth 0");
	r.rxq = 3;
	r.uid = 1000;
	check_row(&r, "tcp 80    LISTEN      0.0.0.0:80            "
		  "*:*                   eth\\0400 3 511 1000 18231 c "
		  "4026531840 812 reuseaddr,reuseport,v6only,transparent,"
		  "freebind,keepalive,linger,broadcast,dontroute process - - ");
}

static void row_of_a_time_wait_socket(void **state)
{
	struct ps_record r = {
		.cookie = 0x11, .netns = 1, .expires = 0, .port = 65535,
		.local = { .form = PS_FORM_INET6, .num = 65535,
			   .ip = { 0xfe, 0x80, [15] = 1 } },
		.remote = { .form = PS_FORM_INET6, .num = 1,
			    .ip = { [10] = 0xff, 0xff, 10, 0, 0, 1 } },
		.proto = PORTSOCK_PROTO_DCCP, .state = PORTSOCK_TIME_WAIT,
		.held = PORTSOCK_HELD_TIMEWAIT, .has = PS_HAS_PORT,
	};

	(void)state;
	check_row(&r, "dccp 65535 TIME_WAIT   [fe80::1]:65535       "
		  "[::ffff:10.0.0.1]:1   - - - - 0 11 1 - - timewait - 0 ");
	strcpy(r.dev, "wlan0");
	r.has |= PS_HAS_PARENT;
	r.parent = 0xc;
	check_row(&r, "dccp 65535 TIME_WAIT   [fe80::1%wlan0]:65535 "
		  "[::ffff:10.0.0.1]:1   wlan0 - - - 0 11 1 - - timewait c 0 ");
}

static void check_local(struct ps_end end, u8 proto, const char *dev,
			const char *text)
{
	struct ps_record r = { .proto = proto, .local = end,
			       .expires = PS_NO_EXPIRY };
	char *room = malloc(PS_RECORD_MAX + 1), *word, *save;
	unsigned int i;

	strcpy(r.dev, dev);
	*ps_format_record(room, &r) = '\0';
	word = strtok_r(room, " ", &save);
	for (i = 0; i < PORTSOCK_COL_LOCAL; i++)
		word = strtok_r(NULL, " ", &save);
	assert_string_equal(word, text);
	free(room);
}

static struct ps_end name(enum ps_form form, const char *text, size_t len)
{
	return (struct ps_end){ .form = form, .text = text, .len = len };
}

#define TEXT(form, text)	name(form, text, sizeof(text) - 1)

static void ends_of_families_without_ports(void **state)
{
	const u8 unix_ = PORTSOCK_PROTO_UNIX;
	struct ps_end netlink = { .form = PS_FORM_NETLINK, .num = 15,
				  .id = U32_MAX };
	struct ps_end packet = { .form = PS_FORM_PACKET, .num = 3 };
	struct ps_end vsock = { .form = PS_FORM_VSOCK, .num = 1024, .id = 3 };

	(void)state;
	check_local(TEXT(PS_FORM_PATH, "/run/a b\\\n\xff"), unix_, "",
		    "/run/a\\040b\\134\\012\\377");
	check_local(TEXT(PS_FORM_PATH, "@x@"), unix_, "", "\\100x@");
	check_local(TEXT(PS_FORM_PATH, "-"), unix_, "", "\\055");
	check_local(TEXT(PS_FORM_PATH, "-a"), unix_, "", "-a");
	check_local(TEXT(PS_FORM_PATH, "*:*"), unix_, "", "*:*");
	check_local(TEXT(PS_FORM_ABSTRACT, "a\0b,/"), unix_, "",
		    "@a\\000b,/");
	check_local(TEXT(PS_FORM_ABSTRACT, "@"), unix_, "", "@@");
	check_local(TEXT(PS_FORM_ABSTRACT, ""), unix_, "", "@");
	check_local(TEXT(PS_FORM_PATH, "skcipher"), PORTSOCK_PROTO_ALG, "",
		    "skcipher");
	check_local(netlink, PORTSOCK_PROTO_NETLINK, "", "15:4294967295");
	check_local(packet, PORTSOCK_PROTO_PACKET, "", "0003:*");
	packet.num = 0xbeef;
	check_local(packet, PORTSOCK_PROTO_PACKET, "eth0", "beef:eth0");
	check_local(vsock, PORTSOCK_PROTO_VSOCK, "", "3:1024");
	check_local((struct ps_end){ 0 }, unix_, "", "-");
}

static void check_owner(struct ps_owner o, const char *text)
{
	char *room = malloc(PS_OWNER_MAX + 1);

	*ps_format_owner(room, &o) = '\0';
	assert_string_equal(room, text);
	free(room);
}

static void owners_and_modules(void **state)
{
	char room[PS_MODULE_MAX + 1];

	(void)state;
	check_owner((struct ps_owner){ 901, 901, 6, "nginx" }, "901/6/nginx");
	check_owner((struct ps_owner){ 901, 905, 0, "a,b/c d" },
		    "901:905/0/a\\054b\\057c\\040d");
	check_owner((struct ps_owner){ 1, 1, 2, "" }, "1/2/");
	*ps_format_module(room, "wireguard") = '\0';
	assert_string_equal(room, "[wireguard]");
}

static void header_lines(void **state)
{
	const struct ps_header h = {
		.version = 1, .netns = 4026531840, .pidns = 4026531836,
		.at = 81234567890, .took = 1834000, .sockets = 5, .owners = 4,
	};
	char *room = malloc(PS_HEADER_MAX + 1);

	(void)state;
	*ps_format_header(room, &h) = '\0';
	assert_string_equal(room,
		"# portsock 1 netns=4026531840 pidns=4026531836 "
		"at=81234567890 took=1834000 sockets=5 owners=4\n"
		"# PROTO PORT STATE LOCAL REMOTE DEV RXQ TXQ UID INODE COOKIE "
		"NETNS CGROUP FLAGS HELD PARENT EXPIRES OWNERS TYPE PEER "
		"DROPS\n");
	free(room);
}

/* The key "missing" is the last of the line. */
static void header_missing(void **state)
{
	const struct ps_header h = {
		.version = 1, .owners = 4,
		.missing = 1ULL << PORTSOCK_PROTO_SMC |
			1ULL << PORTSOCK_PROTO_UDPLITE |
			PS_MISSING_INFLIGHT,
	};
	char *room = malloc(PS_HEADER_MAX + 1), *end, *word;

	(void)state;
	*ps_format_header(room, &h) = '\0';
	end = strchr(room, '\n');
	assert_non_null(end);
	*end = '\0';
	word = strstr(room, " owners=4 missing=");
	assert_non_null(word);
	word = strchr(word + 1, ' ') + 1;
	assert_true(!strcmp(word, "missing=udplite,smc,inflight") ||
		    !strcmp(word, "missing=smc,udplite,inflight"));
	free(room);
}

/* The longest values fit into buffers of the documented size. */
static void worst_cases_fit(void **state)
{
	char bytes[PS_TEXT_MAX];
	struct ps_record r = listener;
	struct ps_owner o = { U32_MAX, U32_MAX - 1, U32_MAX, "" };
	struct ps_header h;
	char *room = malloc(PS_RECORD_MAX);

	(void)state;
	memset(bytes, 0xff, sizeof(bytes));
	memset(&h, 0xff, sizeof(h));
	r.cookie = r.parent = r.inode = r.cgroup = U64_MAX;
	r.netns = r.uid = r.rxq = r.txq = U32_MAX;
	r.expires = S32_MAX;
	r.port = U16_MAX;
	r.has = 0xff;
	r.flags = (1U << PORTSOCK_NFLAGS) - 1;
	memset(r.dev, 0xff, sizeof(r.dev));
	r.local = r.remote = (struct ps_end){ .form = PS_FORM_PATH,
		.text = bytes, .len = sizeof(bytes) };
	assert_true(ps_format_record(room, &r) - room <= PS_RECORD_MAX);
	r.local = r.remote = (struct ps_end){ .form = PS_FORM_INET6,
		.num = U16_MAX };
	memset(r.local.ip, 0xff, 16);
	r.remote.ip[0] = 0xfe;
	r.remote.ip[1] = 0x80;
	memset(r.remote.ip + 2, 0xff, 14);
	assert_true(ps_format_record(room, &r) - room <= PS_RECORD_MAX);
	free(room);
	room = malloc(PS_OWNER_MAX);
	memset(o.comm, 0xff, sizeof(o.comm));
	assert_true(ps_format_owner(room, &o) - room <= PS_OWNER_MAX);
	free(room);
	room = malloc(PS_HEADER_MAX);
	assert_true(ps_format_header(room, &h) - room <= PS_HEADER_MAX);
	free(room);
}

static void longest_module_fits(void **state)
{
	char name[65], *room = malloc(PS_MODULE_MAX);

	(void)state;
	memset(name, 'x', 64);
	name[64] = '\0';
	assert_int_equal(ps_format_module(room, name) - room, 66);
	free(room);
}

/* A row written from the cache equals the row written alone. */
static void cached_rows_equal_single_rows(void **state)
{
	char local[PS_TEXT_MAX], remote[PS_TEXT_MAX];
	char *room = malloc(PS_RECORD_MAX), *alone = malloc(PS_RECORD_MAX);
	struct ps_row_cache cache = { .len = 0 };
	struct ps_record r, last;
	unsigned int i;

	(void)state;
	random_record(&last, local, remote);
	for (i = 0; i < 50000; i++) {
		size_t len;

		random_record(&r, local, remote);
		/* usually only one column differs from the row before */
		if (i % 8) {
			const struct ps_record other = r;

			r.netns = i % 8 == 1 ? other.netns : last.netns;
			r.cgroup = i % 8 == 2 ? other.cgroup : last.cgroup;
			r.flags = i % 8 == 3 ? other.flags : last.flags;
			r.held = i % 8 == 4 ? other.held : last.held;
			r.has = i % 8 == 5 ? other.has : last.has;
		}
		len = ps_format_next(room, &r, &cache) - room;
		assert_int_equal(ps_format_record(alone, &r) - alone, len);
		assert_memory_equal(room, alone, len);
		last = r;
	}
	free(alone);
	free(room);
}

/* No field is empty or contains a blank: a row has 20 words and OWNERS. */
static void random_rows_have_all_columns(void **state)
{
	char local[PS_TEXT_MAX], remote[PS_TEXT_MAX];
	char *room = malloc(PS_RECORD_MAX);
	unsigned int i;

	(void)state;
	for (i = 0; i < 50000; i++) {
		struct ps_record r;
		unsigned int words = 0;
		char *p, *end;

		random_record(&r, local, remote);
		end = ps_format_record(room, &r);
		assert_true(end - room <= PS_RECORD_MAX);
		for (p = room; p < end; p++) {
			assert_in_range((u8)*p, ' ', '~');
			words += *p == ' ' && p[-1] != ' ';
		}
		assert_int_equal(words, PORTSOCK_COLUMNS_0_1 - 1);
		assert_int_equal(end[-1], ' ');
		end = ps_format_back(room, &r);
		assert_true(end - room <= PS_BACK_MAX);
		for (p = room, words = 0; p < end; p++) {
			assert_in_range((u8)*p, ' ', '~');
			words += *p == ' ' && p[1] != ' ';
		}
		assert_int_equal(words,
				 PORTSOCK_NCOLUMNS - PORTSOCK_COLUMNS_0_1);
		assert_int_not_equal(end[-1], ' ');
	}
	free(room);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_at_their_edges),
		cmocka_unit_test(numbers_at_random),
		cmocka_unit_test(every_byte_escaped),
		cmocka_unit_test(ip4_as_inet_ntop),
		cmocka_unit_test(ip6_word_patterns),
		cmocka_unit_test(ip6_at_random),
		cmocka_unit_test(needs_scope_as_the_kernel),
		cmocka_unit_test(row_of_a_listener),
		cmocka_unit_test(row_of_a_time_wait_socket),
		cmocka_unit_test(ends_of_families_without_ports),
		cmocka_unit_test(owners_and_modules),
		cmocka_unit_test(header_lines),
		cmocka_unit_test(header_missing),
		cmocka_unit_test(worst_cases_fit),
		cmocka_unit_test(longest_module_fits),
		cmocka_unit_test(cached_rows_equal_single_rows),
		cmocka_unit_test(random_rows_have_all_columns),
	};

	return RUN(tests);
}
