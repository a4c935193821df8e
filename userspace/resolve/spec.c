// SPDX-License-Identifier: GPL-2.0
/*
 * One grammar for show, why, wait and --remote, of words as they are typed and
 * as other programs print them:
 *
 *	words	= {word ","} (word | name | url)
 *	word	= [proto "/"] end ["/" proto]
 *	end	= ports | service | address | "localhost" | host ":" ports
 *	host	= "" | "*" | proto | address | host name
 *	address	= IPv4 ["%" dev]
 *		| IPv6 ["%" dev] | "[" IPv6 ["%" dev] "]" ["%" dev]
 *	ports	= number | number "-" number | service | "*"
 *	url	= scheme "://" [user "@"] host [":" ports] [path, query or fragment]
 *	name	= path beginning with "/", "./", "../" or "\"
 *		| "@" abstract name | "unix:" ["//"] any of them or another path
 *
 * Protocols may be written in upper case.  An IPv6 address without brackets
 * ends at the last colon if an IPv6 address is left of it and a port is right
 * of it, as in ":::3000" and in Node.js' "::1:3000"; brackets are needed for an
 * address alone that could be read so.  The scheme of a url is a protocol, or
 * implies the port.  In names \ooo is a byte, as the view prints it, and
 * \000*N at the end of an abstract name is N NULs, as the table prints them.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../util/error.h"
#include "../view/field.h"
#include "../../module/format/names.h"
#include "lookup.h"
#include "spec.h"

#define DIGITS		"0123456789"
#define HOST_BYTES	DIGITS "abcdefghijklmnopqrstuvwxyz" \
			"ABCDEFGHIJKLMNOPQRSTUVWXYZ-._"
#define WORD_MAX	256		/* bytes, with the NUL */
#define PORTS_MAX	8		/* of one service name */
#define ANY_PORT	0
#define NO_PORT		(-1)
#define LARGE_PORTS	(PROTO_BIT(VSOCK) | PROTO_BIT(TIPC))

/**
 * struct word - A word that is being parsed
 * @protos: protocol that the word names, as a bit; 0: none
 * @services: protocols for service names if the word names no protocol
 * @hosts: addresses; one of the form PS_FORM_NONE for any
 * @nports: number of @ports
 * @ports: ports
 */
struct word {
	u64 protos;
	u64 services;
	struct endpoints hosts;
	unsigned int nports;
	struct {
		u32 first;
		u32 last;
	} ports[PORTS_MAX];
};

/* Schemes that are not the name of a service in /etc/services everywhere. */
static const struct {
	const char *scheme;
	u16 port;
} schemes[] = {
	{ "http", 80 }, { "https", 443 }, { "ws", 80 }, { "wss", 443 },
	{ "ftp", 21 }, { "ssh", 22 }, { "ldap", 389 }, { "ldaps", 636 },
	{ "mysql", 3306 }, { "postgres", 5432 }, { "postgresql", 5432 },
	{ "amqp", 5672 }, { "redis", 6379 }, { "mongodb", 27017 },
};

/* Return the bit of a protocol's name, 0 if it is not one. */
static u64 find_proto(const char *name, size_t len)
{
	char lower[sizeof(ps_proto_names->text)];
	size_t i;
	int proto;

	if (len >= sizeof(lower))
		return 0;
	for (i = 0; i < len; i++)
		lower[i] = tolower((unsigned char)name[i]);
	proto = ps_lookup(ps_proto_names, lower, len);
	return proto < 0 ? 0 : 1ULL << proto;
}

static void add_ports(struct word *w, u32 first, u32 last)
{
	unsigned int i;

	for (i = 0; i < w->nports; i++)
		if (w->ports[i].first == first && w->ports[i].last == last)
			return;
	if (w->nports == PORTS_MAX)
		return;
	w->ports[w->nports].first = first;
	w->ports[w->nports++].last = last;
}

static enum spec_fault parse_range(struct word *w, const char *text)
{
	bool large = !w->protos || !(w->protos & ~LARGE_PORTS);
	u64 max = large ? U32_MAX : U16_MAX, first, last;
	size_t len = strspn(text, DIGITS);

	if (ps_parse_u64(text, len, 10, max, &first) || !first)
		return SPEC_PORT;
	last = first;
	if (text[len] && ps_parse_u64(text + len + 1, strlen(text + len + 1),
				      10, max, &last))
		return SPEC_PORT;
	if (last < first)
		return SPEC_REVERSED;
	add_ports(w, first, last);
	return SPEC_OK;
}

static enum spec_fault parse_ports(struct word *w, const char *text)
{
	u64 protos = w->protos ? w->protos : w->services;
	unsigned int i;

	if (!*text)
		return SPEC_NO_PORT;
	if (!text[strspn(text, DIGITS "-")])
		return parse_range(w, text);
	if (!strcmp(text, "*")) {
		add_ports(w, 0, U32_MAX);
		return SPEC_OK;
	}
	/* One service may have different ports in different protocols. */
	for (i = 0; i < PORTSOCK_NPROTOS; i++) {
		u16 port = protos & 1ULL << i ? lookup_service(text, i) : 0;

		if (port)
			add_ports(w, port, port);
	}
	return w->nports ? SPEC_OK : SPEC_UNKNOWN;
}

/* Parse an interface: a name that the kernel accepts, without commas. */
static enum spec_fault parse_dev(struct endpoint *e, const char *dev)
{
	if (!*dev || strlen(dev) >= sizeof(e->dev) || *e->dev ||
	    dev[strcspn(dev, "/:, \t\n\v\f\r")])
		return SPEC_ADDRESS;
	strcpy(e->dev, dev);
	return SPEC_OK;
}

/* Parse an address of @form with or without "%" and an interface. */
static enum spec_fault parse_ip(struct endpoint *e, u8 form, char *text)
{
	char *dev = strchr(text, '%');
	bool valid;

	if (dev)
		*dev = '\0';
	if (form == PS_FORM_NONE)
		valid = !*text || !strcmp(text, "*");
	else
		valid = inet_pton(form == PS_FORM_INET ? AF_INET : AF_INET6,
				  text, e->ip) == 1;
	if (dev)
		*dev++ = '%';
	if (!valid || (dev && parse_dev(e, dev)))
		return SPEC_ADDRESS;
	e->form = form;
	return SPEC_OK;
}

/* Return true if @text is an IPv6 address, a colon and a port. */
static bool is_ip6_with_port(const char *text)
{
	const char *colon = strrchr(text, ':'), *port = colon + 1;
	struct endpoint e = { .form = PS_FORM_NONE };
	char address[WORD_MAX];

	if (!*port || strchr(port, '%') ||
	    (port[strspn(port, DIGITS)] &&
	     inet_pton(AF_INET6, text, e.ip) == 1))
		return false;
	memcpy(address, text, colon - text);
	address[colon - text] = '\0';
	return !parse_ip(&e, PS_FORM_INET6, address);
}

static enum spec_fault parse_host(struct word *w, char *text, const char *ports)
{
	struct endpoint e = { .form = PS_FORM_NONE };
	enum spec_fault fault;
	u64 proto;

	if (!parse_ip(&e, PS_FORM_NONE, text) ||
	    !parse_ip(&e, PS_FORM_INET, text)) {
		endpoints_append(&w->hosts, &e);
		return SPEC_OK;
	}
	proto = find_proto(text, strlen(text));
	if (proto && !w->protos) {
		w->protos = proto;
		endpoints_append(&w->hosts, &e);
		return SPEC_OK;
	}
	/* getaddrinfo() would complete "127.0" as inet_aton() does. */
	if (text[strspn(text, HOST_BYTES)] || !text[strspn(text, DIGITS ".")])
		return SPEC_ADDRESS;
	/* A name server is not queried for a word that is wrong anyway. */
	fault = ports ? parse_ports(w, ports) : SPEC_OK;
	if (fault)
		return fault;
	lookup_host(text, &w->hosts);
	return w->hosts.count ? SPEC_OK : SPEC_HOST;
}

/* Parse "[" IPv6 ["%" dev] "]" ["%" dev]; *rest is the text behind it. */
static enum spec_fault parse_bracketed(struct word *w, char *text, char **rest)
{
	struct endpoint e = { .form = PS_FORM_NONE };
	char *end = strchr(text, ']'), *colon;
	enum spec_fault fault;

	if (!end)
		return SPEC_ADDRESS;
	*end++ = '\0';
	fault = parse_ip(&e, PS_FORM_INET6, text + 1);
	colon = end + strcspn(end, ":");
	*rest = *colon ? colon + 1 : NULL;
	*colon = '\0';
	if (!fault && *end)
		fault = *end == '%' ? parse_dev(&e, end + 1) : SPEC_ADDRESS;
	if (!fault)
		endpoints_append(&w->hosts, &e);
	return fault;
}

/*
 * Parse an end.  Without a port it is @port; ANY_PORT means all, NO_PORT
 * for an error.  Only with ANY_PORT a word without a colon may be a port.
 */
static enum spec_fault parse_end(struct word *w, char *text, s32 port)
{
	struct endpoint e = { .form = PS_FORM_NONE };
	char *colon = strrchr(text, ':'), *ports = NULL;
	enum spec_fault fault = SPEC_OK;

	if (*text == '[') {
		fault = parse_bracketed(w, text, &ports);
	} else if (!colon && port != ANY_PORT) {
		fault = parse_host(w, text, NULL);
	} else if (!colon) {
		if (!strcmp(text, "localhost"))
			lookup_host(text, &w->hosts);
		else if (!parse_ip(&e, PS_FORM_INET, text))
			endpoints_append(&w->hosts, &e);
		if (!w->hosts.count) {
			endpoints_append(&w->hosts, &e);
			ports = text;
		}
	} else if (strchr(text, ':') == colon) {
		*colon = '\0';
		ports = colon + 1;
		fault = parse_host(w, text, ports);
	} else {
		if (is_ip6_with_port(text)) {
			*colon = '\0';
			ports = colon + 1;
		}
		fault = parse_ip(&e, PS_FORM_INET6, text);
		endpoints_append(&w->hosts, &e);
	}
	if (fault)
		return fault;
	if (ports)
		return !colon && !strcmp(ports, "*") ? SPEC_UNKNOWN :
			parse_ports(w, ports);
	if (port == NO_PORT)
		return SPEC_NO_PORT;
	add_ports(w, port, port == ANY_PORT ? U32_MAX : (u32)port);
	return SPEC_OK;
}

/* Parse a url from behind its scheme. */
static enum spec_fault parse_url(struct word *w, const char *scheme, char *text)
{
	char lower[16] = "";
	s32 port = NO_PORT;
	char *user;
	size_t i;

	user = strrchr(text, '@');
	if (user)
		text = user + 1;
	if (!*text)
		return SPEC_ADDRESS;
	w->protos = find_proto(scheme, strlen(scheme));
	if (w->protos)
		return parse_end(w, text, NO_PORT);
	for (i = 0; scheme[i] && i < sizeof(lower) - 1; i++)
		lower[i] = tolower((unsigned char)scheme[i]);
	for (i = 0; i < ARRAY_SIZE(schemes); i++)
		if (!strcmp(schemes[i].scheme, lower))
			port = schemes[i].port;
	if (port == NO_PORT)
		port = lookup_service(lower, PORTSOCK_PROTO_TCP);
	return parse_end(w, text, port ? port : NO_PORT);
}

static enum spec_fault parse_word(struct word *w, char *text)
{
	char *slash = strchr(text, '/');

	if (slash && slash > text && slash[-1] == ':' && slash[1] == '/') {
		slash[-1] = '\0';
		return parse_url(w, text, slash + 2);
	}
	if (slash) {
		w->protos = find_proto(text, slash - text);
		if (w->protos) {
			text = slash + 1;
		} else {
			w->protos = find_proto(slash + 1, strlen(slash + 1));
			*slash = '\0';
		}
		if (!w->protos)
			return SPEC_PROTO;
	}
	return parse_end(w, text, ANY_PORT);
}

static bool is_name(const char *word)
{
	return *word == '/' || *word == '@' || *word == '\\' ||
		!strncmp(word, "./", 2) || !strncmp(word, "../", 3) ||
		!strncmp(word, "unix:", 5);
}

static enum spec_fault parse_socket_name(const char *word, size_t len,
				  struct endpoints *to)
{
	struct endpoint e = { .form = PS_FORM_PATH };
	char text[4 * ENDPOINT_NAME_MAX + 1], *nuls;
	int got;

	if (len >= 5 && !strncmp(word, "unix:", 5)) {
		word += 5;
		len -= 5;
		if (len > 2 && !strncmp(word, "//", 2)) {
			word += 2;
			len -= 2;
		}
	}
	if (len && *word == '@') {
		e.form = PS_FORM_ABSTRACT;
		word++;
		len--;
	}
	if (!len || len >= sizeof(text))
		return SPEC_NAME;
	memcpy(text, word, len);
	text[len] = '\0';
	/* As the table counts NULs at the end of an abstract name. */
	nuls = strstr(text, "\\000*");
	if (e.form == PS_FORM_ABSTRACT && nuls && nuls[5] &&
	    !nuls[5 + strspn(nuls + 5, DIGITS)])
		*nuls = '\0';
	got = field_unescape(text);
	if (got <= 0 || got > ENDPOINT_NAME_MAX)
		return SPEC_NAME;
	memcpy(e.name, text, got);
	e.len = got;
	endpoints_append(to, &e);
	return SPEC_OK;
}

/**
 * spec_length() - Return the length of the first word in a list of words
 * @words: words with commas between them; a comma in the name of a unix socket
 *	or in a url belongs to it
 */
size_t spec_length(const char *words)
{
	size_t len = strcspn(words, ",");
	const char *url = strstr(words, "://");

	return is_name(words) || (url && url < words + len) ? strlen(words) :
		len;
}

/**
 * spec_parse() - Parse a word that selects ports, an address or a unix socket
 * @word: word, see the grammar above
 * @len: bytes of @word
 * @services: protocols in which a service's name is looked up, as bits, if the
 *	word does not name one
 * @to: list; its new entries are of the protocol that the word names, or of
 *	any.  A wildcard address is kept as it was written.
 *
 * Return: SPEC_OK, or why the word is not valid; @to is as before then.
 */
enum spec_fault spec_parse(const char *word, size_t len, u64 services,
			   struct endpoints *to)
{
	struct word w = { .services = services };
	char text[WORD_MAX];
	enum spec_fault fault;
	const char *url;
	size_t i, j;

	if (is_name(word))
		return parse_socket_name(word, len, to);
	/* Of a url only the part before the path matters. */
	url = strstr(word, "://");
	if (url && url + 3 < word + len) {
		size_t end = url + 3 - word + strcspn(url + 3, "/?#");

		len = end < len ? end : len;
	}
	if (len >= sizeof(text))
		return SPEC_UNKNOWN;
	memcpy(text, word, len);
	text[len] = '\0';
	fault = *text ? parse_word(&w, text) : SPEC_UNKNOWN;
	for (i = 0; !fault && i < w.hosts.count; i++) {
		for (j = 0; !fault && j < w.nports; j++) {
			struct endpoint e = w.hosts.list[i];

			e.protos = w.protos;
			e.first = w.ports[j].first;
			e.last = w.ports[j].last;
			/* Neither vsock nor TIPC has IP addresses. */
			if (e.form != PS_FORM_NONE && e.first &&
			    e.last > U16_MAX)
				fault = SPEC_PORT;
			else
				endpoints_append(to, &e);
		}
	}
	free(w.hosts.list);
	return fault;
}

/**
 * spec_print_fault() - Print why a word is not valid
 * @fault: from spec_parse()
 * @word: word
 * @len: bytes of @word
 * @help: command that describes the words
 *
 * Return: -1.
 */
int spec_print_fault(enum spec_fault fault, const char *word, size_t len,
		     const char *help)
{
	static const struct {
		const char *what;
		const char *remedy;
	} faults[] = {
		[SPEC_UNKNOWN] = { "no port, address or service", "" },
		[SPEC_NO_PORT] = { "port missing", "" },
		[SPEC_PORT] = { "not a port", ": ports are 1 to 65535, of vsock "
			"and TIPC to 4294967295" },
		[SPEC_REVERSED] = { "reversed range", ": the lowest port comes "
			"first" },
		[SPEC_PROTO] = { "no such protocol", ": PORT/tcp, PORT/udp and "
			"others; a relative path begins with ./" },
		[SPEC_ADDRESS] = { "not an address", ": write it as 127.0.0.1:80 "
			"or [::1]:80" },
		[SPEC_HOST] = { "host name does not resolve", ": use an address" },
		[SPEC_NAME] = { "not the name of a unix socket", ": at most 108 "
			"bytes, special ones as \\ooo" },
	};

	if (len > 100)
		len = 100;
	return error_print("%s: '%.*s'%s (see %s)", faults[fault].what, (int)len,
			   word, faults[fault].remedy, help);
}

/* --- of why and wait */

static struct ps_end end_of(const struct endpoint *e)
{
	struct ps_end end = { .form = e->form, .num = e->first };

	if (e->form == PS_FORM_NONE)
		end.form = PS_FORM_ANY;
	else
		memcpy(end.ip, e->ip, sizeof(end.ip));
	return end;
}

/* Of a host name's addresses the first IPv4 address comes first. */
static int choose_addresses(struct bind_spec *place, const struct endpoints *of)
{
	const struct endpoint *first = NULL, *other = NULL;
	size_t i;

	for (i = 0; i < of->count; i++) {
		const struct endpoint *e = &of->list[i];

		if (endpoint_is_name(e) || e->first != e->last ||
		    e->last > U16_MAX || e->first != of->list[0].first)
			return -1;
		if (e->form == PS_FORM_INET6 && !other)
			other = e;
		else if (e->form != PS_FORM_INET6 && !first)
			first = e;
	}
	if (!first) {
		first = other;
		other = NULL;
	}
	place->local = end_of(first);
	if (other)
		place->other = end_of(other);
	strcpy(place->dev, first->dev);
	return 0;
}

/**
 * bind_spec_parse() - Parse the words for an address to bind to
 * @place: result
 * @command: "why" or "wait"
 * @argc: number of words
 * @argv: [tcp|udp] and one word for an address and port, or a port
 *
 * Without a protocol it is TCP, or UDP for a service that only UDP has.
 *
 * Return: 0, or -1 after an error message.
 */
int bind_spec_parse(struct bind_spec *place, const char *command, int argc,
		    char **argv)
{
	const u64 tcp = PROTO_BIT(TCP), udp = PROTO_BIT(UDP);
	u64 given = argc > 1 ? find_proto(argv[0], strlen(argv[0])) : 0, protos;
	struct endpoints found = { .count = 0 };
	enum spec_fault fault;
	const char *word;
	char help[32];
	int err = -1;

	snprintf(help, sizeof(help), "portsock %s --help", command);
	memset(place, 0, sizeof(*place));
	if (!argc || (argc == 1 && find_proto(argv[0], strlen(argv[0]))))
		return error_print("port missing: portsock %s%s [tcp|udp] "
				   "[ADDRESS:]PORT (see %s)", command,
				   strcmp(command, "wait") ? "" : " listen|free",
				   help);
	if (argc > 2 || (argc == 2 && !given))
		return error_print("more than one port: '%s': one at a time "
				   "(see %s)", argv[argc - 1], help);
	word = argv[argc - 1];
	protos = given ? given : tcp;
	fault = spec_parse(word, strlen(word), protos, &found);
	if (fault == SPEC_UNKNOWN && !given) {
		protos = udp;
		fault = spec_parse(word, strlen(word), protos, &found);
	}
	if (!fault && found.list->protos)
		protos = found.list->protos;
	if (given && given != protos)
		error_print("two protocols: '%s %s' (see %s)", argv[0], word,
			    help);
	else if (word[spec_length(word)])
		error_print("more than one port: '%s': one at a time (see %s)",
			    word, help);
	else if (fault)
		spec_print_fault(fault, word, strlen(word), help);
	else if (protos != tcp && protos != udp)
		error_print("protocol not supported: '%s%s%s': %s takes tcp or "
			    "udp (see %s)", given ? argv[0] : "",
			    given ? " " : "", word, command, help);
	else if (choose_addresses(place, &found))
		error_print("not one port: '%s': ports are 1 to 65535 (see %s)",
			    word, help);
	else
		err = 0;
	place->proto = protos == udp ? PORTSOCK_PROTO_UDP : PORTSOCK_PROTO_TCP;
	free(found.list);
	return err;
}
