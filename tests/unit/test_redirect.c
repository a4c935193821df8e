// SPDX-License-Identifier: GPL-2.0
/*
 * Rules of nftables that redirect a port.  The kernel is the judge: in a network
 * namespace of the test, connect() to a port without a listener succeeds if a
 * rule redirects it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test.h"
#include "../../userspace/why/redirect.h"

#define LISTENER	9

static const struct sockaddr_in loopback = {
	.sin_family = AF_INET, .sin_addr = { .s_addr = 0x0100007f },
};

static bool nft(const char *command)
{
	char line[512];

	snprintf(line, sizeof(line), "nft '%s' >/dev/null 2>&1", command);
	return !system(line);
}

/* Enter a network namespace with a listener.  Return false without nft. */
static bool set_up(void)
{
	struct sockaddr_in addr = loopback;
	struct ifreq lo = { .ifr_name = "lo" };
	int fd;

	if (unshare(CLONE_NEWNET))
		return false;
	fd = socket(AF_INET, SOCK_STREAM, 0);
	lo.ifr_flags = IFF_UP;
	addr.sin_port = htons(LISTENER);
	return fd >= 0 && !ioctl(fd, SIOCSIFFLAGS, &lo) &&
		!bind(fd, (struct sockaddr *)&addr, sizeof(addr)) &&
		!listen(fd, 64) && nft("add table ip test") &&
		nft("add chain ip test out "
		    "{ type nat hook output priority -100; }");
}

static bool answers(u16 port)
{
	struct sockaddr_in addr = loopback;
	int fd = socket(AF_INET, SOCK_STREAM, 0), err;

	addr.sin_port = htons(port);
	err = connect(fd, (struct sockaddr *)&addr, sizeof(addr));
	assert_true(!err || errno == ECONNREFUSED);
	close(fd);
	return !err;
}

static void check_port(const char *rule, u16 port)
{
	struct bind_request b = {
		.proto = PORTSOCK_PROTO_TCP,
		.local = { .form = PS_FORM_INET, .num = port },
	};
	bool may, does;
	struct buf t;

	buf_init(&t, -1);
	redirect_put(&t, &b);
	buf_char(&t, '\0');
	does = strstr(t.data, "redirects the port, so something else");
	may = does || strstr(t.data, "may redirect the port");
	if (answers(port) ? !may : does)
		fail_msg("'%s', port %u: %s", rule, port, t.data);
	/* Sets, source ports and "not" are guesses. */
	if (!strchr(rule, '{') && !strstr(rule, "!=") &&
	    !strstr(rule, "sport") && does != may)
		fail_msg("'%s', port %u: a guess", rule, port);
	buf_free(&t);
}

static void rules_as_the_kernel_applies_them(void **state)
{
	static const char *const rules[] = {
		"tcp dport 8080 redirect to :9",
		"tcp dport 1000-2000 redirect to :9",
		"tcp dport >= 9000 dnat to 127.0.0.1:9",
		"tcp dport != 8080 redirect to :9",
		"tcp dport { 8080, 8081 } redirect to :9",
		"udp dport 8080 redirect to :9",
		"meta l4proto udp redirect to :9",
		"tcp dport 8080 accept",
		"tcp sport 8080 redirect to :9",
		"tcp dport 8080 counter",
	};
	static const u16 ports[] = {
		999, 1000, 1500, 2000, 2001, 8079, 8080, 8081, 8082, 9001,
	};
	char command[256];
	size_t i, j;

	(void)state;
	if (!set_up()) {
		print_message("no network namespaces, or no nft\n");
		skip();
	}
	for (i = 0; i < ARRAY_SIZE(rules); i++) {
		snprintf(command, sizeof(command), "add rule ip test out %s",
			 rules[i]);
		assert_true(nft("flush chain ip test out"));
		if (!nft(command))
			fail_msg("nft: %s", command);
		for (j = 0; j < ARRAY_SIZE(ports); j++)
			check_port(rules[i], ports[j]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_as_the_kernel_applies_them),
	};

	return RUN(tests);
}
