// SPDX-License-Identifier: GPL-2.0
/* A random bind(), and the system calls that do it. */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "situation.h"

static u64 state;

/* Options that most sockets of a situation have, so that some can share. */
static struct {
	unsigned int reuseaddr;
	unsigned int reuseport;
	unsigned int inet6;
	unsigned int device;
	bool vrf;
	u32 uid;
} bias;

/* splitmix64 */
static u64 random_u64(void)
{
	u64 z = state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

void random_seed(u64 seed)
{
	state = seed * 0x2545f4914f6cdd1dULL;
}

unsigned int random_below(unsigned int n)
{
	return random_u64() % n;
}

bool chance(unsigned int percent)
{
	return random_below(100) < percent;
}

static u32 any_uid(void)
{
	static const u32 uids[] = { 0, 1000, 33 };

	return uids[random_below(3)];
}

void request_bias(void)
{
	static const unsigned int percents[] = { 0, 50, 90, 100 };

	bias.reuseaddr = percents[random_below(4)];
	bias.reuseport = percents[random_below(4)];
	bias.inet6 = random_below(3) * 50;
	bias.vrf = chance(35);
	bias.device = bias.vrf ? 60 : random_below(4) ? 0 : 40;
	bias.uid = any_uid();
}

bool request_has_vrf(void)
{
	return bias.vrf;
}

/* Addresses that are more likely to match are listed more than once. */
static const char *const inet_addresses[] = {
	"0.0.0.0", "0.0.0.0", "0.0.0.0", "0.0.0.0", "127.0.0.1", "127.0.0.1",
	"127.0.0.1", "127.0.0.2", "127.0.0.6", "10.9.0.1", "10.9.0.1",
	"10.9.1.1", "10.9.0.255", "224.0.0.251", "10.66.0.1", "0.0.0.5",
	"255.255.255.255", "10.9.0.2",
};

static const char *const inet6_addresses[] = {
	"::", "::", "::", "::", "::1", "::1", "fd00:9::1", "fd00:9:1::1",
	"fe80::9", "::ffff:127.0.0.1", "::ffff:10.9.0.1", "::ffff:0.0.0.0",
	"::ffff:127.0.0.6", "ff02::fb", "ff05::2", "fd00:66::1", "::127.0.0.1",
};

/* Addresses of the VRFs blue and red, and of dummy4, which is moved to them. */
static const char *const vrf_addresses[][2] = {
	{ "10.9.2.1", "fd00:9:2::1" },
	{ "10.9.3.1", "fd00:9:3::1" },
	{ "10.9.4.1", "fd00:9:4::1" },
	{ "10.9.2.255", "::ffff:10.9.2.1" },
	{ "10.9.5.5", "fd00:9::1" },
};

static void random_address(struct bind_request *b)
{
	bool inet6 = chance(bias.inet6);
	const char *text;

	if (bias.vrf && chance(30))
		text = vrf_addresses[random_below(ARRAY_SIZE(vrf_addresses))]
			[inet6];
	else if (inet6)
		text = inet6_addresses[random_below(
			ARRAY_SIZE(inet6_addresses))];
	else
		text = inet_addresses[random_below(
			ARRAY_SIZE(inet_addresses))];
	b->local.form = inet6 ? PS_FORM_INET6 : PS_FORM_INET;
	inet_pton(inet6 ? AF_INET6 : AF_INET, text, b->local.ip);
	if (!inet6)
		return;
	if (chance(30))
		b->flags |= PORTSOCK_FLAG(V6ONLY);
	/* The scope is an interface; sometimes the wrong one, or none. */
	if ((b->local.ip[0] == 0xfe || b->local.ip[0] == 0xff) && chance(90))
		strcpy(b->dev, bias.vrf && chance(40) ? "dummy2" :
		       chance(90) ? "dummy0" : "lo");
}

void request_random(struct bind_request *b, u16 port, u8 proto)
{
	static const char *const devices[] = {
		"lo", "dummy0", "dummy0", "dummy1", "dummy1", "nothere0",
	};
	static const char *const vrf_devices[] = {
		"blue", "blue", "red", "dummy2", "dummy3", "dummy4", "dummy4",
		"dummy0",
	};

	memset(b, 0, sizeof(*b));
	b->proto = proto;
	random_address(b);
	b->local.num = port;
	b->uid = chance(85) ? bias.uid : any_uid();
	if (chance(bias.reuseaddr))
		b->flags |= PORTSOCK_FLAG(REUSEADDR);
	if (chance(bias.reuseport))
		b->flags |= PORTSOCK_FLAG(REUSEPORT);
	if (!b->dev[0] && chance(bias.device))
		strcpy(b->dev, bias.vrf ?
		       vrf_devices[random_below(ARRAY_SIZE(vrf_devices))] :
		       devices[random_below(ARRAY_SIZE(devices))]);
}

socklen_t request_sockaddr(const struct bind_request *b,
			   struct sockaddr_storage *a)
{
	struct sockaddr_in6 *in6 = (void *)a;
	struct sockaddr_in *in = (void *)a;

	memset(a, 0, sizeof(*a));
	in->sin_port = htons(b->local.num);
	if (b->local.form == PS_FORM_INET) {
		in->sin_family = AF_INET;
		memcpy(&in->sin_addr, b->local.ip, 4);
		return sizeof(*in);
	}
	in6->sin6_family = AF_INET6;
	memcpy(&in6->sin6_addr, b->local.ip, 16);
	if (b->dev[0] && (b->local.ip[0] == 0xfe || b->local.ip[0] == 0xff))
		in6->sin6_scope_id = if_nametoindex(b->dev);
	return sizeof(*in6);
}

static void set_option(int fd, int level, int option, bool on)
{
	int value = on;

	if (setsockopt(fd, level, option, &value, sizeof(value)))
		die("setsockopt %d", option);
}

/* Return a socket with the uid and options, -1 if the interface is missing. */
int request_open(const struct bind_request *b)
{
	bool v6 = b->local.form == PS_FORM_INET6;
	int fd;

	if (seteuid(b->uid))
		die("seteuid");
	fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_CLOEXEC |
		    (b->proto == PORTSOCK_PROTO_TCP ? SOCK_STREAM :
		     SOCK_DGRAM), 0);
	if (seteuid(0) || fd < 0)
		die("a socket");
	set_option(fd, SOL_SOCKET, SO_REUSEADDR,
		   b->flags & PORTSOCK_FLAG(REUSEADDR));
	set_option(fd, SOL_SOCKET, SO_REUSEPORT,
		   b->flags & PORTSOCK_FLAG(REUSEPORT));
	if (v6)
		set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY,
			   b->flags & PORTSOCK_FLAG(V6ONLY));
	if (b->dev[0] && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, b->dev,
				    strlen(b->dev))) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Call bind().  Return 0 or errno. */
int request_bind(const struct bind_request *b, int fd)
{
	struct sockaddr_storage a;
	socklen_t len = request_sockaddr(b, &a);
	int err;

	if (seteuid(b->uid))
		die("seteuid");
	err = bind(fd, (struct sockaddr *)&a, len) ? errno : 0;
	if (seteuid(0))
		die("seteuid");
	return err;
}

void request_format(const struct bind_request *b, char *text, size_t size)
{
	char address[INET6_ADDRSTRLEN];

	inet_ntop(b->local.form == PS_FORM_INET ? AF_INET : AF_INET6,
		  b->local.ip, address, sizeof(address));
	snprintf(text, size, "%s %s%s%s uid %u%s%s%s",
		 b->proto == PORTSOCK_PROTO_TCP ? "tcp" : "udp", address,
		 b->dev[0] ? "%" : "", b->dev, b->uid,
		 b->flags & PORTSOCK_FLAG(REUSEADDR) ? " reuseaddr" : "",
		 b->flags & PORTSOCK_FLAG(REUSEPORT) ? " reuseport" : "",
		 b->flags & PORTSOCK_FLAG(V6ONLY) ? " v6only" : "");
}
