// SPDX-License-Identifier: GPL-2.0
#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include "../util/error.h"
#include "port_spec.h"
#include "../../module/format/names.h"
#include "../view/parse.h"

#define DIGITS	"0123456789"
#define SEE_HELP "see portsock --help"

/* 0 for what is no port. */
static u16 parse_port(const char *text, size_t len)
{
	u64 port = 0;

	return ps_parse_u64(text, len, 10, U16_MAX, &port) ? 0 : port;
}

static u16 find_service(const char *name, enum portsock_proto proto)
{
	const struct servent *service;

	service = getservbyname(name, ps_proto_names[proto].text);
	return service ? ntohs(service->s_port) : 0;
}

/**
 * port_spec_find() - the port that a word names
 * @word: a number or a service
 * @proto: of this protocol
 *
 * Return: the port, 0 if there is none.
 */
u16 port_spec_find(const char *word, enum portsock_proto proto)
{
	if (word[strspn(word, DIGITS)])
		return find_service(word, proto);
	return parse_port(word, strlen(word));
}

static int parse_proto(const char *word, const char *name, u64 *protos)
{
	int proto = ps_lookup(ps_proto_names, name, strlen(name));

	if (proto < 0)
		return error_print("%s: there is no protocol '%s'; " SEE_HELP,
				word, name);
	*protos = 1ULL << proto;
	return 0;
}

static int parse_range(const char *word, const char *text, u64 protos,
		       struct selection *sel)
{
	size_t len = strspn(text, DIGITS);
	u16 first = parse_port(text, len), last = first;

	if (text[len] == '-')
		last = parse_port(text + len + 1, strlen(text + len + 1));
	if (!first || !last)
		return error_print("%s: ports are 1 to 65535; " SEE_HELP, word);
	if (first > last)
		return error_print("%s: the range is reversed; " SEE_HELP, word);
	selection_ports(sel, first, last, protos);
	return 0;
}

/* One name may stand at different ports in different protocols. */
static int parse_service(const char *word, const char *name, u64 protos,
			 struct selection *sel)
{
	u64 all = protos ? protos : selection_inet_protos();
	size_t before = sel->nports;
	unsigned int i;

	for (i = 0; i < PORTSOCK_NPROTOS; i++) {
		u16 port = all & 1ULL << i ? find_service(name, i) : 0;

		if (!port)
			continue;
		if (sel->nports == before ||
		    sel->ports[sel->nports - 1].first != port)
			selection_ports(sel, port, port, protos);
	}
	if (sel->nports == before)
		return error_print("%s: no such port or service; " SEE_HELP,
				word);
	return 0;
}

/**
 * port_spec_parse() - ask for the ports that a word names
 * @word: PORT, A-B or SERVICE, a colon before it or /PROTO behind it or not
 * @sel: selection
 *
 * Return: 0, or -1 when there is no such port; that has been said then.
 */
int port_spec_parse(const char *word, struct selection *sel)
{
	char name[64];
	u64 protos = 0;
	char *slash;

	if (strlen(word) >= sizeof(name))
		return error_print("%s: no such port or service; " SEE_HELP,
				word);
	strcpy(name, word + (*word == ':'));
	slash = strchr(name, '/');
	if (slash) {
		*slash = '\0';
		if (parse_proto(word, slash + 1, &protos))
			return -1;
	}
	if (*name && !name[strspn(name, DIGITS "-")])
		return parse_range(word, name, protos, sel);
	return parse_service(word, name, protos, sel);
}
