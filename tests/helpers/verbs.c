// SPDX-License-Identifier: GPL-2.0
/* The commands about sockets: mostly one system call each. */
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mksock.h"

const struct kind kinds[] = {
	{ "tcp", AF_UNSPEC, SOCK_STREAM, 0, 0 },
	{ "udp", AF_UNSPEC, SOCK_DGRAM, 0, 0 },
	{ "udplite", AF_UNSPEC, SOCK_DGRAM, IPPROTO_UDPLITE, IPPROTO_UDPLITE },
	{ "raw", AF_UNSPEC, SOCK_RAW, IPPROTO_ICMP, IPPROTO_ICMPV6 },
	{ "ping", AF_UNSPEC, SOCK_DGRAM, IPPROTO_ICMP, IPPROTO_ICMPV6 },
	{ "mptcp", AF_UNSPEC, SOCK_STREAM, IPPROTO_MPTCP, IPPROTO_MPTCP },
	{ "sctp", AF_UNSPEC, SOCK_STREAM, IPPROTO_SCTP, IPPROTO_SCTP },
	{ "stream", AF_UNIX, SOCK_STREAM, 0, 0 },
	{ "dgram", AF_UNIX, SOCK_DGRAM, 0, 0 },
	{ "seqpacket", AF_UNIX, SOCK_SEQPACKET, 0, 0 },
	{ "netlink", AF_NETLINK, SOCK_RAW, NETLINK_ROUTE, 0 },
	{ "packet", AF_PACKET, SOCK_RAW, 0, 0 },
	{ "alg", AF_ALG, SOCK_SEQPACKET, 0, 0 },
	{ "vsock", AF_VSOCK, SOCK_STREAM, 0, 0 },
	{ NULL, 0, 0, 0, 0 }
};

/* TCP_INFO's numbers: the kernel's own opinion of a state. */
static const char *const tcp_states[] = {
	NULL, "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2",
	"TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING",
};

static const struct option_name {
	const char *name;
	int level;
	int option;
} options[] = {
	{ "reuseaddr", SOL_SOCKET, SO_REUSEADDR },
	{ "reuseport", SOL_SOCKET, SO_REUSEPORT },
	{ "sndbuf", SOL_SOCKET, SO_SNDBUF },
	{ "rcvbuf", SOL_SOCKET, SO_RCVBUF },
	{ "mark", SOL_SOCKET, SO_MARK },
	{ "v6only", IPPROTO_IPV6, IPV6_V6ONLY },
	{ "transparent", IPPROTO_IP, IP_TRANSPARENT },
	{ "freebind", IPPROTO_IP, IP_FREEBIND },
	{ "defer", IPPROTO_TCP, TCP_DEFER_ACCEPT },
	{ "linger2", IPPROTO_TCP, TCP_LINGER2 },
	{ NULL, 0, 0 }
};

static struct item *open_item(const struct maker *maker, const char *name)
{
	struct item *item = item_find(maker, name);

	if (!item || item->fd < 0) {
		complain("no open socket named %s", name);
		return NULL;
	}
	return item;
}

static int outcome(int result, const char *name)
{
	return result < 0 ? complain("%s: %s", name, strerror(errno)) : 0;
}

static void read_identity(int fd, struct identity *id)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address), cookie_length = sizeof(id->cookie);
	struct stat status;

	if (!fstat(fd, &status))
		id->inode = status.st_ino;
	getsockopt(fd, SOL_SOCKET, SO_COOKIE, &id->cookie, &cookie_length);
	memset(&address, 0, sizeof(address));
	if (!getsockname(fd, (void *)&address, &length)) {
		id->port = address_port(&address);
		address_text(&address, length, id->local, sizeof(id->local));
	}
	length = sizeof(address);
	if (!getpeername(fd, (void *)&address, &length))
		address_text(&address, length, id->remote, sizeof(id->remote));
	else if (!id->remote[0])
		strcpy(id->remote, "-");
}

static const struct kind *kind_find(const char *name)
{
	const struct kind *kind;

	for (kind = kinds; kind->name; kind++)
		if (!strcmp(kind->name, name))
			return kind;
	complain("no kind of socket is named %s", name);
	return NULL;
}

static void set_option(int fd, int level, int option, int value)
{
	setsockopt(fd, level, option, &value, sizeof(value));
}

static int verb_socket(struct maker *maker, int nr, char **words)
{
	const struct choices *choices = maker->choices;
	const struct kind *kind = kind_find(words[2]);
	int family, protocol, fd;

	if (!kind)
		return -1;
	family = kind->family == AF_UNSPEC ? choices->family : kind->family;
	protocol = family == AF_INET6 ? kind->protocol6 : kind->protocol;
	if (nr > 3)
		protocol = atoi(words[3]);
	fd = socket(family, kind->type, protocol);
	if (fd < 0)
		return outcome(fd, words[1]);
	if (choices->reuseaddr)
		set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (choices->reuseport)
		set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
	item_add(maker, words[1], kind, fd);
	return 0;
}

static int verb_pair(struct maker *maker, int nr, char **words)
{
	const struct kind *kind = kind_find(nr > 3 ? words[3] : "stream");
	int fds[2];

	if (!kind)
		return -1;
	if (socketpair(kind->family, kind->type, 0, fds) < 0)
		return outcome(-1, words[1]);
	item_add(maker, words[1], kind, fds[0]);
	item_add(maker, words[2], kind, fds[1]);
	return 0;
}

/* An address given as a name of another socket is where that one is. */
static int find_address(struct maker *maker, const struct item *item, int nr,
			char **words, struct sockaddr_storage *address,
			socklen_t *length)
{
	struct item *other = nr > 2 ? item_find(maker, words[2]) : NULL;

	if (!other || other->fd < 0)
		return address_make(maker->choices, item->kind,
				    nr > 2 ? words[2] : NULL,
				    nr > 3 ? words[3] : NULL, address, length);
	*length = sizeof(*address);
	return outcome(getsockname(other->fd, (void *)address, length),
		       words[2]);
}

static int verb_bind(struct maker *maker, int nr, char **words)
{
	struct item *item = open_item(maker, words[1]);
	struct sockaddr_storage address;
	socklen_t length;

	if (!item ||
	    find_address(maker, item, nr, words, &address, &length) < 0)
		return -1;
	return outcome(bind(item->fd, (void *)&address, length), words[1]);
}

static int verb_connect(struct maker *maker, int nr, char **words)
{
	struct item *item = open_item(maker, words[1]);
	struct sockaddr_storage address;
	socklen_t length;
	int result;

	if (!item ||
	    find_address(maker, item, nr, words, &address, &length) < 0)
		return -1;
	address_text(&address, length, item->id.remote,
		     sizeof(item->id.remote));
	result = connect(item->fd, (void *)&address, length);
	if (result < 0 && errno == EINPROGRESS)
		result = 0;
	return outcome(result, words[1]);
}

static int verb_disconnect(struct maker *maker, int nr, char **words)
{
	struct item *item = open_item(maker, words[1]);
	struct sockaddr nowhere = { .sa_family = AF_UNSPEC };

	(void)nr;
	if (!item)
		return -1;
	item->id.remote[0] = '\0';
	return outcome(connect(item->fd, &nowhere, sizeof(nowhere)), words[1]);
}

static int verb_listen(struct maker *maker, int nr, char **words)
{
	struct item *item = open_item(maker, words[1]);

	if (!item)
		return -1;
	return outcome(listen(item->fd, nr > 2 ? atoi(words[2]) : 128),
		       words[1]);
}

static int verb_accept(struct maker *maker, int nr, char **words)
{
	struct item *item = open_item(maker, words[1]);
	int fd;

	(void)nr;
	if (!item)
		return -1;
	fd = accept(item->fd, NULL, NULL);
	if (fd < 0)
		return outcome(fd, words[1]);
	item_add(maker, words[2], item->kind, fd);
	return 0;
}

static int verb_shutdown(struct maker *maker, int nr, char **words)
{
	struct item *item = open_item(maker, words[1]);
	const char *how = nr > 2 ? words[2] : "wr";

	if (!item)
		return -1;
	return outcome(shutdown(item->fd, !strcmp(how, "rd") ? SHUT_RD :
				!strcmp(how, "wr") ? SHUT_WR : SHUT_RDWR),
		       words[1]);
}

static int verb_close(struct maker *maker, int nr, char **words)
{
	struct item *item = open_item(maker, words[1]);
	int fd;

	(void)nr;
	if (!item)
		return -1;
	read_identity(item->fd, &item->id);
	fd = item->fd;
	item->fd = -1;
	return outcome(close(fd), words[1]);
}

/* Close so that the peer gets a RST. */
static int verb_reset(struct maker *maker, int nr, char **words)
{
	struct item *item = open_item(maker, words[1]);
	struct linger linger = { .l_onoff = 1, .l_linger = 0 };

	if (!item)
		return -1;
	setsockopt(item->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	return verb_close(maker, nr, words);
}

static int verb_opt(struct maker *maker, int nr, char **words)
{
	struct item *item = open_item(maker, words[1]);
	const struct option_name *option;
	int value = nr > 3 ? atoi(words[3]) : 1;

	if (!item)
		return -1;
	if (!strcmp(words[2], "dev"))
		return outcome(setsockopt(item->fd, SOL_SOCKET,
					  SO_BINDTODEVICE, words[3],
					  (socklen_t)strlen(words[3])), "dev");
	if (!strcmp(words[2], "nonblock"))
		return outcome(fcntl(item->fd, F_SETFL, O_NONBLOCK), "nonblock");
	for (option = options; option->name; option++)
		if (!strcmp(option->name, words[2]))
			return outcome(setsockopt(item->fd, option->level,
						  option->option, &value,
						  sizeof(value)), words[2]);
	return complain("no option is named %s", words[2]);
}

static int verb_send(struct maker *maker, int nr, char **words)
{
	struct item *item = open_item(maker, words[1]);
	static const char bytes[65536];
	size_t size = nr > 2 ? (size_t)atoi(words[2]) : 1;

	if (!item || size > sizeof(bytes))
		return complain("send %s: too much", words[1]);
	return outcome((int)send(item->fd, bytes, size, MSG_NOSIGNAL),
		       words[1]);
}

/* Until the peer's window and the own queue are full: a FIN stays behind it. */
static int verb_fill(struct maker *maker, int nr, char **words)
{
	struct item *item = open_item(maker, words[1]);
	static const char bytes[65536];
	int pauses = 0;

	(void)nr;
	if (!item)
		return -1;
	while (pauses < 3) {
		if (send(item->fd, bytes, sizeof(bytes),
			 MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
			continue;
		if (errno != EAGAIN)
			return outcome(-1, words[1]);
		pauses++;
		usleep(5000);
	}
	return 0;
}

static int verb_recv(struct maker *maker, int nr, char **words)
{
	struct item *item = open_item(maker, words[1]);
	char bytes[65536];

	(void)nr;
	if (!item)
		return -1;
	return outcome((int)recv(item->fd, bytes, sizeof(bytes), 0), words[1]);
}

static int verb_dup(struct maker *maker, int nr, char **words)
{
	struct item *item = open_item(maker, words[1]);
	int fd;

	if (!item)
		return -1;
	fd = nr > 3 ? dup2(item->fd, atoi(words[3])) : dup(item->fd);
	if (fd < 0)
		return outcome(fd, words[1]);
	item_add(maker, words[2], item->kind, fd);
	return 0;
}

static struct cmsghdr *rights_message(struct msghdr *message, void *control,
				      size_t size)
{
	static char byte;
	static struct iovec part = { &byte, 1 };

	memset(message, 0, sizeof(*message));
	memset(control, 0, size);
	message->msg_iov = &part;
	message->msg_iovlen = 1;
	message->msg_control = control;
	message->msg_controllen = size;
	return CMSG_FIRSTHDR(message);
}

/* The socket stays in the queue of VIA's peer until that one receives it. */
static int verb_pass(struct maker *maker, int nr, char **words)
{
	struct item *item = open_item(maker, words[1]);
	struct item *via = open_item(maker, words[2]);
	char control[CMSG_SPACE(sizeof(int))];
	struct msghdr message;
	struct cmsghdr *header;

	(void)nr;
	if (!item || !via)
		return -1;
	header = rights_message(&message, control, sizeof(control));
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &item->fd, sizeof(int));
	return outcome((int)sendmsg(via->fd, &message, 0), words[2]);
}

static int verb_receive(struct maker *maker, int nr, char **words)
{
	struct item *via = open_item(maker, words[1]);
	const struct kind *kind = kind_find(nr > 3 ? words[3] : "tcp");
	char control[CMSG_SPACE(sizeof(int))];
	struct msghdr message;
	struct cmsghdr *header;
	int fd;

	if (!via || !kind)
		return -1;
	rights_message(&message, control, sizeof(control));
	if (recvmsg(via->fd, &message, 0) < 0)
		return outcome(-1, words[1]);
	header = CMSG_FIRSTHDR(&message);
	if (!header || header->cmsg_type != SCM_RIGHTS)
		return complain("%s: nothing was passed", words[1]);
	memcpy(&fd, CMSG_DATA(header), sizeof(int));
	item_add(maker, words[2], kind, fd);
	return 0;
}

static int tcp_state(int fd)
{
	struct tcp_info info;
	socklen_t length = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) < 0)
		return 0;
	return info.tcpi_state < ARRAY_SIZE(tcp_states) ? info.tcpi_state : 0;
}

/* Waits until the kernel itself says so: nothing is told that is not so. */
static int await_state(const struct item *item, const char *state)
{
	int wanted = ARRAY_SIZE(tcp_states), tries;

	while (--wanted > 0)
		if (!strcmp(tcp_states[wanted], state))
			break;
	if (!strcmp(state, "BOUND") || !strcmp(state, "UNBOUND"))
		wanted = TCP_CLOSE;
	if (item->kind->type != SOCK_STREAM ||
	    item->kind->family != AF_UNSPEC || wanted <= 0)
		return 0;
	for (tries = 0; tries < 500; tries++) {
		if (tcp_state(item->fd) == wanted)
			return 0;
		usleep(10000);
	}
	return complain("%s is in %s, not in %s", item->name,
			tcp_states[tcp_state(item->fd)], state);
}

static int verb_tell(struct maker *maker, int nr, char **words)
{
	struct item *item = item_find(maker, words[1]);
	char port[16] = "-";

	if (!item)
		return complain("no socket named %s", words[1]);
	if (item->fd >= 0) {
		if (await_state(item, words[2]) < 0)
			return -1;
		read_identity(item->fd, &item->id);
	}
	if (item->id.port > 0)
		snprintf(port, sizeof(port), "%d", item->id.port);
	say("role=%s maker=%s pid=%d tid=%d fd=%d proto=%s inode=%lu cookie=%llx port=%s local=%s remote=%s state=%s held=%s\n",
	    item->name, maker->name, getpid(), (int)syscall(SYS_gettid),
	    item->fd, item->kind->name, item->id.inode, item->id.cookie, port,
	    item->id.local, item->id.remote, words[2],
	    nr > 3 ? words[3] : "process");
	return 0;
}

static int verb_await(struct maker *maker, int nr, char **words)
{
	struct item *item = open_item(maker, words[1]);

	(void)nr;
	return item ? await_state(item, words[2]) : -1;
}

/* Remember cookie and addresses now: what follows may take them away. */
static int verb_note(struct maker *maker, int nr, char **words)
{
	struct item *item = open_item(maker, words[1]);

	(void)nr;
	if (!item)
		return -1;
	read_identity(item->fd, &item->id);
	return 0;
}

static int verb_comm(struct maker *maker, int nr, char **words)
{
	char name[64];
	size_t length = unescape(words[1], name, sizeof(name) - 1);

	(void)maker;
	(void)nr;
	name[length] = '\0';
	return outcome(prctl(PR_SET_NAME, name), "comm");
}

static int verb_uid(struct maker *maker, int nr, char **words)
{
	(void)maker;
	(void)nr;
	return outcome(seteuid((uid_t)atoi(words[1])), "uid");
}

static int verb_repeat(struct maker *maker, int nr, char **words)
{
	int times;

	if (times_meant(maker, words[1], &times) < 0)
		return -1;
	for (int i = 0; i < times; i++) {
		char line[LINE_SIZE];
		int used = 0;

		for (int w = 2; w < nr; w++)
			for (const char *c = words[w]; ; c++) {
				if (*c == '%')
					used += sprintf(line + used, "%d", i);
				else
					line[used++] = *c ? *c : ' ';
				if (!*c)
					break;
			}
		line[used] = '\0';
		if (obey(maker, line) < 0)
			return -1;
	}
	return 0;
}

static int verb_exit(struct maker *maker, int nr, char **words)
{
	(void)maker;
	_exit(nr > 1 ? atoi(words[1]) : 0);
}

const struct verb verbs[] = {
	{ "socket", 3, 4, verb_socket, "NAME KIND [PROTOCOL]" },
	{ "pair", 3, 4, verb_pair, "NAME NAME [KIND]" },
	{ "bind", 2, 4, verb_bind, "NAME [ADDRESS|NAME [PORT]]" },
	{ "listen", 2, 3, verb_listen, "NAME [BACKLOG]" },
	{ "connect", 2, 4, verb_connect, "NAME [ADDRESS|NAME [PORT]]" },
	{ "disconnect", 2, 2, verb_disconnect, "NAME" },
	{ "accept", 3, 3, verb_accept, "NAME NEW" },
	{ "shutdown", 2, 3, verb_shutdown, "NAME [rd|wr|rdwr]" },
	{ "close", 2, 2, verb_close, "NAME" },
	{ "reset", 2, 2, verb_reset, "NAME" },
	{ "opt", 3, 4, verb_opt, "NAME OPTION [VALUE]" },
	{ "send", 2, 3, verb_send, "NAME [BYTES]" },
	{ "fill", 2, 2, verb_fill, "NAME" },
	{ "recv", 2, 2, verb_recv, "NAME" },
	{ "dup", 3, 4, verb_dup, "NAME NEW [FD]" },
	{ "pass", 3, 3, verb_pass, "NAME VIA" },
	{ "receive", 3, 4, verb_receive, "VIA NEW [KIND]" },
	{ "note", 2, 2, verb_note, "NAME" },
	{ "tell", 3, 4, verb_tell, "NAME STATE [HELD]" },
	{ "await", 3, 3, verb_await, "NAME STATE" },
	{ "comm", 2, 2, verb_comm, "NAME" },
	{ "uid", 2, 2, verb_uid, "UID" },
	{ "repeat", 3, MAX_WORDS, verb_repeat, "TIMES COMMAND..." },
	{ "fork", 2, 2, verb_fork, "WORKER" },
	{ "thread", 2, 3, verb_thread, "WORKER [shared]" },
	{ "in", 3, MAX_WORDS, verb_in, "WORKER COMMAND..." },
	{ "kill", 2, 2, verb_kill, "WORKER" },
	{ "leave", 1, 1, verb_leave, "" },
	{ "churn", 1, 3, verb_churn, "[ROUNDS [PAUSE]]" },
	{ "exit", 1, 2, verb_exit, "[STATUS]" },
	{ NULL, 0, 0, NULL, NULL }
};
