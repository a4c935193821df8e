// SPDX-License-Identifier: GPL-2.0
/*
 * load SOCKETS PROCESSES [port | namespaces]: a busy machine of a known size. A tenth of the sockets listens, two are UDP's, seven are ends
 * of connections over the loopback interface; as many plain descriptors beside them. Or: all are connections at one port; or each listens
 * in a network namespace of its own. Prints "ready", how many there are and the sum of their SO_COOKIEs, and stays until it is killed.
 */
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define FIRST_PORT	1025	/* of what is bound: below the ephemeral ones */
#define PORTS		30000
#define THE_PORT	8080	/* the one that is asked for */

/* The sockets of a process. */
static struct tally {
	unsigned long long count;
	unsigned long long cookies;
} tally;

static void count(int fd)
{
	unsigned long long cookie;
	socklen_t size = sizeof(cookie);

	if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &size))
		err(1, "SO_COOKIE");
	tally.count++;
	tally.cookies += cookie;
}

/* Sockets that are bound get an end of their own each, by their number. */
static struct sockaddr_in place(unsigned int number)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(FIRST_PORT + number % PORTS),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK +
					 (number / PORTS << 8)),
	};
}

static void bound(int type, const struct sockaddr_in *at)
{
	int fd = socket(AF_INET, type, 0);

	if (fd < 0 || bind(fd, (const void *)at, sizeof(*at)))
		err(1, "bind");
	if (type == SOCK_STREAM && listen(fd, 128))
		err(1, "listen");
	count(fd);
}

/*
 * One end of a connection, without a handshake, as a checkpoint is restored: a
 * tenth of the instructions.  Without @here its port is chosen.  Returns its fd.
 */
static int end(const struct sockaddr_in *here, const struct sockaddr_in *there)
{
	const int on = TCP_REPAIR_ON, off = TCP_REPAIR_OFF_NO_WP;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 ||
	    setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on)) ||
	    (here && bind(fd, (const void *)here, sizeof(*here))) ||
	    connect(fd, (const void *)there, sizeof(*there)) ||
	    setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &off, sizeof(off)))
		err(1, "connect");
	count(fd);
	return fd;
}

static void connect_to(const struct sockaddr_in *at)
{
	struct sockaddr_in client;
	socklen_t size = sizeof(client);

	if (getsockname(end(NULL, at), (void *)&client, &size))
		err(1, "getsockname");
	end(at, &client);
}

static void plain(unsigned int number)
{
	int fd = number % 2 ? eventfd(0, 0) : open("/dev/null", O_RDONLY);

	if (fd < 0)
		err(1, "a plain descriptor");
}

/* What of @total is due to process @p of @processes. */
static unsigned int share(unsigned int total, unsigned int p,
			  unsigned int processes)
{
	return (unsigned long)total * (p + 1) / processes -
		(unsigned long)total * p / processes;
}

static void fill_process(unsigned int sockets, unsigned int p,
			 unsigned int processes)
{
	unsigned int tenth = sockets / 10;
	unsigned int doors = share(tenth, p, processes), i;
	unsigned int first = (unsigned long)tenth * p / processes;
	unsigned int udp = share(2 * tenth, p, processes);
	unsigned int udp_first = (unsigned long)2 * tenth * p / processes;
	unsigned int pairs = share((sockets - 3 * tenth) / 2, p, processes);
	struct sockaddr_in at;

	for (i = 0; i < doors; i++) {
		at = place(first + i);
		bound(SOCK_STREAM, &at);
	}
	for (i = 0; i < udp; i++) {
		at = place(udp_first + i);
		bound(SOCK_DGRAM, &at);
	}
	for (i = 0; i < pairs; i++) {
		at = place(first + i % doors);
		connect_to(&at);
	}
	for (i = 0; i < share(sockets, p, processes); i++)
		plain(i);
}

/* Connections of one port; at the other end is nobody. */
static void fill_port(unsigned int sockets, unsigned int p,
		      unsigned int processes)
{
	unsigned int first = (unsigned long)sockets * p / processes, i;
	struct sockaddr_in at = place(THE_PORT - FIRST_PORT), there;

	for (i = 0; i < share(sockets, p, processes); i++) {
		there = place(first + i);
		end(&at, &there);
	}
}

static void fill_namespaces(unsigned int sockets, unsigned int p,
			    unsigned int processes)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_port = htons(THE_PORT) };
	unsigned int i;

	for (i = 0; i < share(sockets, p, processes); i++) {
		if (unshare(CLONE_NEWNET))
			err(1, "network namespace %u", i);
		bound(SOCK_STREAM, &at);
	}
}

typedef void fill_t(unsigned int sockets, unsigned int p,
		    unsigned int processes);

static fill_t *fill_of(const char *kind)
{
	if (!kind)
		return fill_process;
	return strcmp(kind, "port") ? fill_namespaces : fill_port;
}

static void gather(int ready, unsigned int processes)
{
	struct tally one;

	while (processes--) {
		if (read(ready, &one, sizeof(one)) != sizeof(one))
			errx(1, "a process ended early");
		tally.count += one.count;
		tally.cookies += one.cookies;
	}
}

/* They stay until they are killed: one that ends has failed, and said why. */
static void on_end(int signal)
{
	(void)signal;
	_exit(1);
}

int main(int argc, char **argv)
{
	const struct rlimit files = { 1 << 20, 1 << 20 };
	unsigned int sockets, processes, p;
	struct sockaddr_in at;
	int ready[2];

	if (argc < 3)
		errx(2, "load SOCKETS PROCESSES [port | namespaces]");
	sockets = atoi(argv[1]);
	processes = atoi(argv[2]);
	if (argc == 3 && processes > sockets / 10)
		errx(2, "a process takes ten sockets at least");
	setrlimit(RLIMIT_NOFILE, &files);
	if (pipe(ready))
		err(1, "pipe");
	signal(SIGCHLD, on_end);
	for (p = 0; p < processes; p++) {
		if (fork())
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		tally = (struct tally){ 0 };
		fill_of(argv[3])(sockets, p, processes);
		if (write(ready[1], &tally, sizeof(tally)) != sizeof(tally))
			err(1, "write");
		pause();
	}
	close(ready[1]);
	at = place(THE_PORT - FIRST_PORT);	/* in small loads nobody else's */
	if (argc == 3 && sockets / 10 <= THE_PORT - FIRST_PORT) {
		bound(SOCK_STREAM, &at);
		connect_to(&at);
	}
	gather(ready[0], processes);
	printf("ready %llu %llu\n", tally.count, tally.cookies);
	fflush(stdout);
	pause();
}
