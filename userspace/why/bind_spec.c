// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <string.h>

#include "../util/error.h"
#include "bind_spec.h"
#include "../resolve/port_spec.h"

#define ADDRESS_SIZE	(INET6_ADDRSTRLEN + PS_DEV_SIZE)

/* What is at most ADDRESS_SIZE - 1 bytes long can be an address. */
static int parse_inet6(struct bind_spec *place, char *text)
{
	char *scope = strchr(text, '%');

	if (scope) {
		*scope++ = '\0';
		if (!*scope || strlen(scope) >= sizeof(place->dev))
			return -1;
		strcpy(place->dev, scope);
	}
	place->local.form = PS_FORM_INET6;
	return inet_pton(AF_INET6, text, place->local.ip) == 1 ? 0 : -1;
}

static int parse_inet(struct bind_spec *place, const char *text)
{
	place->local.form = PS_FORM_INET;
	return inet_pton(AF_INET, text, place->local.ip) == 1 ? 0 : -1;
}

/* "" and "*" name none. */
static int parse_address(struct bind_spec *place, const char *text, size_t len)
{
	char address[ADDRESS_SIZE];

	place->local.form = PS_FORM_ANY;
	if (!len || (len == 1 && *text == '*'))
		return 0;
	if (len >= sizeof(address))
		return -1;
	memcpy(address, text, len);
	address[len] = '\0';
	if (*address != '[')
		return parse_inet(place, address);
	if (address[len - 1] != ']')
		return -1;
	address[len - 1] = '\0';
	return parse_inet6(place, address + 1);
}

/* A name that only the other protocol has is that protocol's, if none is given. */
static u16 parse_port(struct bind_spec *place, const char *text, bool given)
{
	u16 port = port_spec_find(text, place->proto);

	if (port || given)
		return port;
	port = port_spec_find(text, PORTSOCK_PROTO_UDP);
	if (port)
		place->proto = PORTSOCK_PROTO_UDP;
	return port;
}

static int parse_place(struct bind_spec *place, const char *command,
		       const char *word, bool given)
{
	const char *colon = strrchr(word, ':');
	const char *port = colon ? colon + 1 : word;

	if (parse_address(place, word, colon ? colon - word : 0))
		return error_print("%s: no such address; write it as "
				"127.0.0.1:80 or [::1]:80, see portsock %s "
				"--help", word, command);
	place->local.num = parse_port(place, port, given);
	if (!place->local.num)
		return error_print("%s: no such port or service; ports are 1 to "
				"65535, see portsock %s --help", word, command);
	return 0;
}

/* Whether a protocol is named: *proto is it then. */
static bool parse_proto(const char *word, enum portsock_proto *proto)
{
	*proto = strcmp(word, "udp") ? PORTSOCK_PROTO_TCP : PORTSOCK_PROTO_UDP;
	return !strcmp(word, "tcp") || !strcmp(word, "udp");
}

/**
 * bind_spec_parse() - where a server would stand
 * @place: result
 * @command: what --help is to be asked of, "wait"
 * @argc: words
 * @argv: [tcp|udp] [ADDRESS:]PORT, and nothing else
 *
 * The port may be a service's name.  Without a protocol it is TCP, or UDP for
 * a service that only UDP has.
 *
 * Return: 0, or -1 when there is no such place; that has been said then.
 */
int bind_spec_parse(struct bind_spec *place, const char *command, int argc,
		   char **argv)
{
	bool given;

	memset(place, 0, sizeof(*place));
	given = argc && parse_proto(*argv, &place->proto);
	argc -= given;
	argv += given;
	if (!argc)
		return error_print("a port is missing: [tcp|udp] [ADDRESS:]PORT, "
				"see portsock %s --help", command);
	if (argc > 1 && !given)
		return error_print("%s: it is tcp or udp, then one port; see "
				"portsock %s --help", argv[0], command);
	if (argc > 1)
		return error_print("%s: one port at a time; see portsock %s "
				"--help", argv[1], command);
	return parse_place(place, command, *argv, given);
}
