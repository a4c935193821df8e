// SPDX-License-Identifier: GPL-2.0
/*
 * The words for ports, addresses and unix sockets.  Services and hosts are
 * those below, not the machine's.
 */
#include <stdio.h>

#include "test.h"
#include "../../userspace/resolve/lookup.h"
#include "../../userspace/resolve/spec.h"
#include "../../userspace/view/select_filter.h"
#include "../../module/filter.h"

u16 lookup_service(const char *name, enum portsock_proto proto)
{
	static const struct {
		const char *name;
		u8 proto;
		u16 port;
	} services[] = {
		{ "ssh", PORTSOCK_PROTO_TCP, 22 },
		{ "domain", PORTSOCK_PROTO_TCP, 53 },
		{ "domain", PORTSOCK_PROTO_UDP, 53 },
		{ "tftp", PORTSOCK_PROTO_UDP, 69 },
		{ "split", PORTSOCK_PROTO_TCP, 512 },
		{ "split", PORTSOCK_PROTO_UDP, 513 },
		{ "3com-tsmux", PORTSOCK_PROTO_TCP, 106 },
		{ "ipp", PORTSOCK_PROTO_TCP, 631 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(services); i++)
		if (services[i].proto == proto &&
		    !strcmp(services[i].name, name))
			return services[i].port;
	return 0;
}

void lookup_host(const char *name, struct endpoints *to)
{
	struct endpoint ip6 = { .form = PS_FORM_INET6, .ip = { [15] = 1 } };
	struct endpoint ip4 = { .form = PS_FORM_INET, .ip = { 127, 0, 0, 1 } };

	if (!strcmp(name, "localhost"))
		endpoints_append(to, &ip6);
	if (!strcmp(name, "localhost") || !strcmp(name, "four.example"))
		endpoints_append(to, &ip4);
}

/* All words of a list as endpoint_put() writes them, blanks between them. */
static enum spec_fault parse(const char *words, char *text, size_t size)
{
	const u64 services = PROTO_BIT(TCP) | PROTO_BIT(UDP);
	struct endpoints found = { .count = 0 };
	enum spec_fault fault;
	struct buf t;
	size_t i, len;

	for (;; words += len + 1) {
		len = spec_length(words);
		fault = spec_parse(words, len, services, &found);
		if (fault || !words[len])
			break;
	}
	buf_init(&t, -1);
	for (i = 0; i < found.count; i++) {
		if (i)
			buf_char(&t, ' ');
		endpoint_put(&t, &found.list[i]);
	}
	buf_char(&t, '\0');
	snprintf(text, size, "%s", t.data);
	buf_free(&t);
	free(found.list);
	return fault;
}

static void valid_words(void **state)
{
	static const struct {
		const char *words;
		const char *parsed;
	} table[] = {
		/* ports */
		{ "8080", "8080" }, { ":8080", "8080" }, { "*:8080", "8080" },
		{ "1", "1" }, { "65535", "65535" }, { "0080", "80" },
		{ "8000-8100", "8000-8100" }, { "80-80", "80" },
		{ ":80-90", "80-90" }, { "8080,3000", "8080 3000" },
		{ "80,443/tcp,1-9", "80 443/tcp 1-9" },
		{ "65536", "65536" }, { "4294967295", "4294967295" },
		{ "1-4294967295", "1-4294967295" }, { "*:*", "*:*" },
		{ "70000/vsock", "70000/vsock" }, { "vsock:70000", "70000/vsock" },
		/* protocols */
		{ "8080/tcp", "8080/tcp" }, { "8080/TCP", "8080/tcp" },
		{ "tcp/8080", "8080/tcp" }, { "UDP/53", "53/udp" },
		{ "tcp:8080", "8080/tcp" }, { "TCP:8080", "8080/tcp" },
		{ "53/udp", "53/udp" }, { "1-1000/Udp", "1-1000/udp" },
		{ "127.0.0.1:53/udp", "127.0.0.1:53/udp" },
		{ "udp/127.0.0.1:53", "127.0.0.1:53/udp" },
		{ "*:*/sctp", "*:*/sctp" }, { "80/mptcp", "80/mptcp" },
		/* services */
		{ "ssh", "22" }, { "domain", "53" }, { "tftp", "69" },
		{ "split", "512 513" }, { "split/udp", "513/udp" },
		{ "domain/udp", "53/udp" }, { "3com-tsmux", "106" },
		{ "tcp/ssh", "22/tcp" }, { ":ssh", "22" },
		{ "0.0.0.0:ssh", "0.0.0.0:22" }, { "localhost:ipp",
		  "[::1]:631 127.0.0.1:631" },
		/* IPv4 */
		{ "127.0.0.1:8080", "127.0.0.1:8080" },
		{ "0.0.0.0:8080", "0.0.0.0:8080" },
		{ "127.0.0.1", "127.0.0.1:*" }, { "127.0.0.1:*", "127.0.0.1:*" },
		{ "127.0.0.53%lo:53", "127.0.0.53%lo:53" },
		{ "127.0.0.53%lo", "127.0.0.53%lo:*" },
		{ "*%eth0:68", "*%eth0:68" }, { "0.0.0.0%virbr0:67",
		  "0.0.0.0%virbr0:67" },
		{ "10.0.0.1:8000-8100", "10.0.0.1:8000-8100" },
		/* IPv6, with brackets and without */
		{ "[::1]:80", "[::1]:80" }, { "[::]:3000", "[::]:3000" },
		{ ":::3000", "[::]:3000" }, { "::1:3000", "[::1]:3000" },
		{ "::", "[::]:*" }, { "::1", "[::1]:*" }, { "[::1]", "[::1]:*" },
		{ "[::1:80]", "[::0.1.0.128]:*" }, { "[::1]:*", "[::1]:*" },
		{ "fe80::5054:ff:fe12:345a", "[fe80::5054:ff:fe12:345a]:*" },
		{ "fe80::1:22", "[fe80::1]:22" },
		{ "2001:db8:0:0:0:0:0:80", "[2001:db8::80]:*" },
		{ "2001:db8::80", "[2001:db8::80]:*" },
		{ "2001:db8:1:2:3:4:5:6:443", "[2001:db8:1:2:3:4:5:6]:443" },
		{ "2001:DB8::A:443", "[2001:db8::a]:443" },
		{ "[fe80::1%eth0]:546", "[fe80::1]%eth0:546" },
		{ "[fe80::1]%eth0:546", "[fe80::1]%eth0:546" },
		{ "fe80::1%eth0:546", "[fe80::1]%eth0:546" },
		{ "fe80::1:2%eth0", "[fe80::1:2]%eth0:*" },
		{ "::ffff:127.0.0.1", "[::ffff:127.0.0.1]:*" },
		{ "::ffff:127.0.0.1:80", "[::ffff:127.0.0.1]:80" },
		{ "::1:ssh", "[::1]:22" }, { "::1:80-90", "[::1]:80-90" },
		/* hosts */
		{ "localhost:3000", "[::1]:3000 127.0.0.1:3000" },
		{ "localhost", "[::1]:* 127.0.0.1:*" },
		{ "four.example:80/tcp", "127.0.0.1:80/tcp" },
		/* urls */
		{ "http://localhost:8080", "[::1]:8080 127.0.0.1:8080" },
		{ "http://localhost", "[::1]:80 127.0.0.1:80" },
		{ "https://four.example/a/path?q=1:2#x", "127.0.0.1:443" },
		{ "HTTPS://127.0.0.1", "127.0.0.1:443" },
		{ "http://[::1]/", "[::1]:80" }, { "http://[::1]:81/", "[::1]:81" },
		{ "http://0.0.0.0:8000/", "0.0.0.0:8000" },
		{ "http://user:pw@127.0.0.1:81/", "127.0.0.1:81" },
		{ "postgres://u@localhost/db", "[::1]:5432 127.0.0.1:5432" },
		{ "ipp://127.0.0.1/printers", "127.0.0.1:631" },
		{ "tcp://127.0.0.1:2375", "127.0.0.1:2375/tcp" },
		{ "udp://*:514", "514/udp" }, { "http://[::1]?a#b", "[::1]:80" },
		{ "http://127.0.0.1/?a=1,2", "127.0.0.1:80" },
		{ "22,http://127.0.0.1/a,b", "22 127.0.0.1:80" },
		/* unix sockets */
		{ "/run/app.sock", "/run/app.sock" }, { "./x.sock", "./x.sock" },
		{ "../x", "../x" }, { "@name", "@name" },
		{ "@/tmp/.X11-unix/X0", "@/tmp/.X11-unix/X0" },
		{ "/a,b", "/a,b" }, { "80,/run/a,b", "80 /run/a,b" },
		{ "/run/a\\040b", "/run/a\\040b" }, { "/run/a b", "/run/a\\040b" },
		{ "\\100name", "unix:\\100name" }, { "unix:x", "unix:x" },
		{ "unix:/run/x", "/run/x" }, { "unix:///run/x", "/run/x" },
		{ "unix:@x", "@x" }, { "@a\\000", "@a\\000" },
		{ "@a\\000*12", "@a" }, { "@a\\000*", "@a\\000\\052" },
		{ "@a\\000*1b", "@a\\000\\0521b" }, { "/a\\000*1", "/a\\000*1" },
	};
	char text[256];
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		enum spec_fault fault = parse(table[i].words, text,
					      sizeof(text));

		if (fault || strcmp(text, table[i].parsed))
			fail_msg("'%s': fault %d, '%s'", table[i].words, fault,
				 text);
	}
}

static void invalid_words(void **state)
{
	static const struct {
		const char *words;
		enum spec_fault fault;
	} table[] = {
		{ "", SPEC_UNKNOWN }, { "nginx", SPEC_UNKNOWN },
		{ "*", SPEC_UNKNOWN }, { "80,", SPEC_UNKNOWN },
		{ ",80", SPEC_UNKNOWN }, { "80,,81", SPEC_UNKNOWN },
		{ "SSH", SPEC_UNKNOWN }, { "tftp/tcp", SPEC_UNKNOWN },
		{ "+80", SPEC_UNKNOWN }, { " 80", SPEC_UNKNOWN },
		{ "80 ", SPEC_UNKNOWN }, { "8o", SPEC_UNKNOWN },
		{ "tcp", SPEC_UNKNOWN }, { "127.0.0", SPEC_UNKNOWN },
		{ "127.0.0.1%", SPEC_UNKNOWN }, { "*%lo", SPEC_UNKNOWN },
		{ "127.0.0.1:nope", SPEC_UNKNOWN }, { "\x1b[31m", SPEC_UNKNOWN },
		{ ":", SPEC_NO_PORT }, { "127.0.0.1:", SPEC_NO_PORT },
		{ "[::1]:", SPEC_NO_PORT }, { "localhost:", SPEC_NO_PORT },
		{ "tcp/", SPEC_NO_PORT }, { "tcp:", SPEC_NO_PORT },
		{ "x://127.0.0.1", SPEC_NO_PORT }, { "tcp://[::1]", SPEC_NO_PORT },
		{ "tcp://127.0.0.1", SPEC_NO_PORT },
		{ "x://127.0.0.1:", SPEC_NO_PORT },
		{ "0", SPEC_PORT }, { "0-80", SPEC_PORT }, { "-80", SPEC_PORT },
		{ "80-", SPEC_PORT }, { "80-90-100", SPEC_PORT },
		{ "-", SPEC_PORT }, { "4294967296", SPEC_PORT },
		{ "99999999999999999999999", SPEC_PORT },
		{ "65536/tcp", SPEC_PORT }, { "udp:70000", SPEC_PORT },
		{ "127.0.0.1:65536", SPEC_PORT }, { "[::1]:65536", SPEC_PORT },
		{ "localhost:70000", SPEC_PORT }, { "::1:0", SPEC_PORT },
		{ "127.0.0.1:0", SPEC_PORT },
		{ "80-22", SPEC_REVERSED }, { "127.0.0.1:9-8", SPEC_REVERSED },
		{ "80/", SPEC_PROTO }, { "80/foo", SPEC_PROTO },
		{ "10.0.0.0/8", SPEC_PROTO }, { "80/tcp/udp", SPEC_PROTO },
		{ "foo/80", SPEC_PROTO }, { "a/b.sock", SPEC_PROTO },
		{ "80/-", SPEC_PROTO }, { "80/tcp ", SPEC_PROTO },
		{ "127.0.0:80", SPEC_ADDRESS }, { "127.1:80", SPEC_ADDRESS },
		{ "256.0.0.1:80", SPEC_ADDRESS }, { "1:2", SPEC_ADDRESS },
		{ "[::1:80", SPEC_ADDRESS }, { "[]:80", SPEC_ADDRESS },
		{ "[127.0.0.1]:80", SPEC_ADDRESS }, { "[::1]80", SPEC_ADDRESS },
		{ "[::1]x:80", SPEC_ADDRESS }, { "[fe80::1%]:80", SPEC_ADDRESS },
		{ "[fe80::1]%:80", SPEC_ADDRESS }, { ":::", SPEC_ADDRESS },
		{ "[fe80::1%a]%b:80", SPEC_ADDRESS }, { "a:b:c", SPEC_ADDRESS },
		{ "1:2:3", SPEC_ADDRESS }, { "::g", SPEC_ADDRESS },
		{ "127.0.0.1%:80", SPEC_ADDRESS },
		{ "127.0.0.1%a-name-that-is-long:80", SPEC_ADDRESS },
		{ "localhost%lo:80", SPEC_ADDRESS }, { "a b:80", SPEC_ADDRESS },
		{ "a\x1b:80", SPEC_ADDRESS }, { "http://", SPEC_ADDRESS },
		{ "http:///x", SPEC_ADDRESS }, { "http://u@", SPEC_ADDRESS },
		{ "tcp/udp:80", SPEC_HOST },
		{ "tmux: server", SPEC_UNKNOWN }, { "nohost:nope", SPEC_UNKNOWN },
		{ "nohost:", SPEC_NO_PORT }, { "nohost:0", SPEC_PORT },
		{ "nohost.example:80", SPEC_HOST },
		{ "http://nohost.example/", SPEC_HOST },
		{ "@", SPEC_NAME }, { "@\\000*3", SPEC_NAME }, { "unix:", SPEC_NAME }, { "unix:@", SPEC_NAME },
		{ "/a\\8", SPEC_NAME }, { "/a\\4000", SPEC_NAME },
		{ "\\", SPEC_NAME },
	};
	char text[256];
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		enum spec_fault fault = parse(table[i].words, text,
					      sizeof(text));

		if (fault != table[i].fault)
			fail_msg("'%s': fault %d, '%s'", table[i].words, fault,
				 text);
	}
}

/* Words at the limits of their length. */
static void long_words(void **state)
{
	char word[600], text[1200];

	(void)state;
	memset(word, 'a', sizeof(word));
	word[0] = '/';
	word[108] = '\0';
	assert_int_equal(parse(word, text, sizeof(text)), SPEC_OK);
	assert_string_equal(word, text);
	word[108] = 'a';
	word[109] = '\0';
	assert_int_equal(parse(word, text, sizeof(text)), SPEC_NAME);
	word[109] = 'a';
	word[599] = '\0';
	assert_int_equal(parse(word, text, sizeof(text)), SPEC_NAME);
	word[0] = 'a';
	assert_int_equal(parse(word, text, sizeof(text)), SPEC_UNKNOWN);
	memcpy(word, "http://127.0.0.1/", 17);
	assert_int_equal(parse(word, text, sizeof(text)), SPEC_OK);
	assert_string_equal(text, "127.0.0.1:80");
	memset(word, '0', sizeof(word));
	word[255] = '\0';
	word[254] = '8';
	assert_int_equal(parse(word, text, sizeof(text)), SPEC_OK);
	assert_string_equal(text, "8");
	word[255] = '8';
	word[256] = '\0';
	assert_int_equal(parse(word, text, sizeof(text)), SPEC_UNKNOWN);
}

/* --- what an endpoint selects */

static struct ps_record sock(const char *local, const char *remote, u8 proto)
{
	struct ps_record r = { .proto = proto, .has = PS_HAS_PORT };
	static char text[2][64];
	struct known_address known = { .len = 0 };
	struct field f = { text[0], strlen(local) };

	strcpy(text[0], local);
	assert_int_equal(end_parse(&f, proto, &known, &r.local), 0);
	known.len = 0;
	f.text = strcpy(text[1], remote);
	f.len = strlen(remote);
	assert_int_equal(end_parse(&f, proto, &known, &r.remote), 0);
	r.port = r.local.num;
	if (proto == PORTSOCK_PROTO_UNIX)
		r.has = 0;
	return r;
}

static bool selects(const char *word, bool remote, const struct ps_record *r)
{
	struct endpoints found = { .count = 0 };
	struct selection sel = { .protos = 0 };
	struct row row = { .record = *r };
	bool selected;
	size_t i;

	assert_int_equal(spec_parse(word, strlen(word), PROTO_BIT(TCP), &found),
			 SPEC_OK);
	for (i = 0; i < found.count; i++)
		if (remote)
			selection_remote(&sel, &found.list[i]);
		else
			selection_local(&sel, &found.list[i]);
	selected = selection_row(&sel, &row);
	free(found.list);
	selection_free(&sel);
	return selected;
}

static void selected_rows(void **state)
{
	enum { TCP = PORTSOCK_PROTO_TCP, UDP = PORTSOCK_PROTO_UDP,
	       UNIX = PORTSOCK_PROTO_UNIX, VSOCK = PORTSOCK_PROTO_VSOCK };
	static const struct {
		const char *word;
		const char *local;
		const char *dev;	/* "6" for v6only */
		u8 proto;
		bool selected;
	} table[] = {
		{ "80", "127.0.0.1:80", "", TCP, true },
		{ "81", "127.0.0.1:80", "", TCP, false },
		{ "80/udp", "127.0.0.1:80", "", TCP, false },
		{ "127.0.0.1:80", "127.0.0.1:80", "", TCP, true },
		{ "127.0.0.1:80", "127.0.0.2:80", "", TCP, false },
		{ "127.0.0.1:80", "127.0.0.1:81", "", TCP, false },
		{ "127.0.0.1:80", "0.0.0.0:80", "", TCP, true },
		{ "127.0.0.1:80", "[::]:80", "", TCP, true },
		{ "127.0.0.1:80", "[::]:80", "6", TCP, false },
		{ "127.0.0.1:80", "[::ffff:127.0.0.1]:80", "", TCP, true },
		{ "127.0.0.1:80", "[::ffff:0.0.0.0]:80", "", TCP, true },
		{ "127.0.0.1:80", "[::1]:80", "", TCP, false },
		{ "[::ffff:127.0.0.1]:80", "127.0.0.1:80", "", TCP, true },
		{ "[::1]:80", "[::1]:80", "", TCP, true },
		{ "[::1]:80", "[::]:80", "6", TCP, true },
		{ "[::1]:80", "0.0.0.0:80", "", TCP, false },
		{ "[::1]:80", "[::ffff:0.0.0.0]:80", "", TCP, false },
		{ "[::1]:80", "[::2]:80", "", TCP, false },
		{ "localhost:80", "[::1]:80", "", TCP, true },
		{ "localhost:80", "127.0.0.1:80", "", TCP, true },
		{ "localhost:80", "127.0.0.2:80", "", TCP, false },
		{ "0.0.0.0:80", "127.0.0.1:80", "", TCP, true },
		{ "0.0.0.0:80", "[::1]:80", "", TCP, true },
		{ ":::80", "127.0.0.1:80", "", TCP, true },
		{ "*:80", "[::1]:80", "", TCP, true },
		{ ":::80", "127.0.0.1:81", "", TCP, false },
		{ "127.0.0.1", "127.0.0.1:81", "", TCP, true },
		{ "127.0.0.1", "127.0.0.2:81", "", TCP, false },
		{ "127.0.0.53%lo:53", "127.0.0.53:53", "lo", UDP, true },
		{ "127.0.0.53%lo:53", "127.0.0.53:53", "", UDP, true },
		{ "127.0.0.53%lo:53", "127.0.0.53:53", "eth0", UDP, false },
		{ "127.0.0.53:53", "127.0.0.53:53", "lo", UDP, true },
		{ "*%lo:53", "127.0.0.53:53", "eth0", UDP, false },
		{ "80", "2:80", "", VSOCK, true },
		{ "70000", "2:70000", "", VSOCK, true },
		{ "70001", "2:70000", "", VSOCK, false },
		{ "1-100000", "2:70000", "", VSOCK, true },
		{ "127.0.0.1:80", "2:80", "", VSOCK, false },
		{ "/run/x", "/run/x", "", UNIX, true },
		{ "/run/x", "/run/xy", "", UNIX, false },
		{ "/run/xy", "/run/x", "", UNIX, false },
		{ "/run/x", "@/run/x", "", UNIX, false },
		{ "@x", "@x", "", UNIX, true },
		{ "@x", "@x\\000\\000", "", UNIX, true },
		{ "@x", "@x\\000y", "", UNIX, false },
		{ "@x\\000*3", "@x\\000\\000\\000", "", UNIX, true },
		{ "@x\\000", "@x", "", UNIX, false },
		{ "/run/x", "/run/x\\000", "", UNIX, false },
		{ "/a b", "/a\\040b", "", UNIX, true },
		{ "80", "/run/x", "", UNIX, false },
		{ "/run/x", "127.0.0.1:80", "", TCP, false },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct ps_record r = sock(table[i].local, "-", table[i].proto);

		if (*table[i].dev == '6')
			r.flags = PORTSOCK_FLAG(V6ONLY);
		else
			strcpy(r.dev, table[i].dev);
		if (selects(table[i].word, false, &r) != table[i].selected)
			fail_msg("'%s' and '%s'", table[i].word, table[i].local);
	}
}

static void selected_by_remote(void **state)
{
	static const struct {
		const char *word;
		const char *remote;
		bool selected;
	} table[] = {
		{ "443", "10.0.0.1:443", true }, { "443", "10.0.0.1:444", false },
		{ "10.0.0.1", "10.0.0.1:443", true },
		{ "10.0.0.1:443", "10.0.0.1:443", true },
		{ "10.0.0.1:443", "10.0.0.2:443", false },
		{ "10.0.0.1:443", "[::ffff:10.0.0.1]:443", true },
		{ "10.0.0.1", "*:*", false }, { "443", "*:*", false },
		{ "*:*", "*:*", false }, { "*:*", "10.0.0.1:443", true },
		{ "10.0.0.1:443", "0.0.0.0:443", false },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct ps_record r = sock("0.0.0.0:80", table[i].remote,
					  PORTSOCK_PROTO_TCP);

		if (selects(table[i].word, true, &r) != table[i].selected)
			fail_msg("'%s' and '%s'", table[i].word,
				 table[i].remote);
	}
}

static void select_at_random(struct selection *sel, const struct ps_record *r)
{
	static const char *const words[] = {
		"80", "1-65535", "1-4294967295", "127.0.0.1:80", "10.0.0.1",
		"70000", "65536-4294967295", "1-100/tipc", "*:*", "*:*/udp",
		"[::1]:1-65535/tcp", "/run/x", "@x", "0.0.0.0:1-40000",
	};
	struct endpoints found = { .count = 0 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (!random_below(12))
			spec_parse(words[i], strlen(words[i]), 0, &found);
	for (i = 0; i < found.count; i++)
		if (random_below(3))
			selection_local(sel, &found.list[i]);
		else
			selection_remote(sel, &found.list[i]);
	free(found.list);
	if (!random_below(2))
		selection_ports(sel, r->port, r->port, random_below(2) ?
				1ULL << r->proto : 0);
	if (r->local.form == PS_FORM_PATH || r->local.form == PS_FORM_ABSTRACT) {
		struct endpoint e = { .form = r->local.form };

		e.len = r->local.len;
		memcpy(e.name, r->local.text, e.len);
		if (random_below(2))
			selection_local(sel, &e);
	}
	if (!random_below(4))
		sel->protos = 1ULL << r->proto | random_u64() % (1 << 30);
	if (!random_below(4))
		sel->states = 1U << r->state | random_u64() % (1 << 14);
	if (!random_below(4) && r->held)
		sel->held = 1U << r->held;
	sel->states &= ~1U;
	sel->doors = !random_below(4);
	if (!random_below(6))
		selection_number(&sel->uids, &sel->nuids, r->uid);
	if (!random_below(6))
		selection_number(&sel->inodes, &sel->ninodes, r->inode);
	if (!random_below(6))
		selection_number(&sel->cookies, &sel->ncookies, r->cookie);
}

/* Each row of the selection passes the filter that is written for it. */
static void filters_select_no_less(void **state)
{
	char local[PS_TEXT_MAX], remote[PS_TEXT_MAX];
	unsigned int round, selected = 0;
	static struct ps_filter f;

	(void)state;
	for (round = 0; round < 20000; round++) {
		struct selection sel = { .protos = 0 };
		struct row row = { .count = 0 };
		struct buf t;

		random_record(&row.record, local, remote);
		select_at_random(&sel, &row.record);
		buf_init(&t, -1);
		selection_put_filter(&t, &sel, round % 2);
		assert_int_equal(ps_filter_parse(&f, t.data, t.len - 1), 0);
		if (selection_row(&sel, &row)) {
			selected++;
			if (!ps_filter_wants_row(&f, &row.record))
				fail_msg("'%s'", t.data);
		}
		buf_free(&t);
		selection_free(&sel);
	}
	assert_true(selected > 1000 && selected < 19000);
}

/* --- of why and wait */

static void addresses_to_bind(void **state)
{
	static const struct {
		const char *words[2];
		enum portsock_proto proto;
		u8 form;
		u8 other;
		u16 port;
	} table[] = {
		{ { "80" }, PORTSOCK_PROTO_TCP, PS_FORM_ANY, 0, 80 },
		{ { "udp", "53" }, PORTSOCK_PROTO_UDP, PS_FORM_ANY, 0, 53 },
		{ { "UDP", "53" }, PORTSOCK_PROTO_UDP, PS_FORM_ANY, 0, 53 },
		{ { "53/udp" }, PORTSOCK_PROTO_UDP, PS_FORM_ANY, 0, 53 },
		{ { "udp", "53/udp" }, PORTSOCK_PROTO_UDP, PS_FORM_ANY, 0, 53 },
		{ { "domain" }, PORTSOCK_PROTO_TCP, PS_FORM_ANY, 0, 53 },
		{ { "tftp" }, PORTSOCK_PROTO_UDP, PS_FORM_ANY, 0, 69 },
		{ { "udp", "domain" }, PORTSOCK_PROTO_UDP, PS_FORM_ANY, 0, 53 },
		{ { "*:80" }, PORTSOCK_PROTO_TCP, PS_FORM_ANY, 0, 80 },
		{ { "0.0.0.0:80" }, PORTSOCK_PROTO_TCP, PS_FORM_INET, 0, 80 },
		{ { ":::80" }, PORTSOCK_PROTO_TCP, PS_FORM_INET6, 0, 80 },
		{ { "::1:80" }, PORTSOCK_PROTO_TCP, PS_FORM_INET6, 0, 80 },
		{ { "localhost:80" }, PORTSOCK_PROTO_TCP, PS_FORM_INET,
		  PS_FORM_INET6, 80 },
		{ { "four.example:80" }, PORTSOCK_PROTO_TCP, PS_FORM_INET, 0, 80 },
		{ { "http://127.0.0.1/" }, PORTSOCK_PROTO_TCP, PS_FORM_INET, 0,
		  80 },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		char *argv[2] = { (char *)table[i].words[0],
				  (char *)table[i].words[1] };
		struct bind_spec b;
		int err = bind_spec_parse(&b, "why", argv[1] ? 2 : 1, argv);

		if (err || b.proto != table[i].proto ||
		    b.local.form != table[i].form ||
		    b.other.form != table[i].other ||
		    b.local.num != table[i].port)
			fail_msg("'%s'", argv[argv[1] != NULL]);
	}
}

static void no_address_to_bind(void **state)
{
	static const char *const table[][3] = {
		{ NULL }, { "tcp" }, { "80", "81" }, { "udp", "80", "81" },
		{ "80,81" }, { "80-81" }, { "0" }, { "65536" }, { "sctp", "80" },
		{ "80/sctp" }, { "tcp", "53/udp" }, { "/run/x" }, { "127.0.0.1" },
		{ "127.0.0.1:*" }, { "tcp", "tftp" }, { "nginx" }, { "" },
	};
	unsigned int i;
	int argc;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		char *argv[3];
		struct bind_spec b;

		for (argc = 0; argc < 3 && table[i][argc]; argc++)
			argv[argc] = (char *)table[i][argc];
		if (!bind_spec_parse(&b, "wait", argc, argv))
			fail_msg("'%s' is accepted", argc ? argv[0] : "nothing");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid_words),
		cmocka_unit_test(invalid_words),
		cmocka_unit_test(long_words),
		cmocka_unit_test(selected_rows),
		cmocka_unit_test(selected_by_remote),
		cmocka_unit_test(filters_select_no_less),
		cmocka_unit_test(addresses_to_bind),
		cmocka_unit_test(no_address_to_bind),
	};

	return RUN(tests);
}
