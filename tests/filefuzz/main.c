// SPDX-License-Identifier: GPL-2.0
/*
 * filefuzz SECONDS [SEED]: open files of /proc/portsock, and system calls on them in any order: filters that a grammar makes, whole and
 * damaged; reads at any offset into any memory; seeks, polls, closes, by several threads at once. The kernel's checkers judge; what is
 * judged here is that each error is one of those that the contract knows.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define VIEW	"/proc/portsock"
#define FILES	6
#define THREADS	4
#define ROOM	(1 << 18)
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static int files[FILES];
static time_t end;
static unsigned long calls, refused, accepted;
static _Thread_local unsigned long long state;

static unsigned int any(unsigned int below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 16) % below;
}

static int one_of_files(void)
{
	return __atomic_load_n(&files[any(FILES)], __ATOMIC_RELAXED);
}

/* result, or the end if that is an error that nobody promised; the list ends with 0. */
static long allow(const char *what, long result, ...)
{
	va_list allowed;
	int error = errno, one;

	__atomic_fetch_add(&calls, 1, __ATOMIC_RELAXED);
	if (result >= 0)
		return result;
	va_start(allowed, result);
	do
		one = va_arg(allowed, int);
	while (one && one != error);
	va_end(allowed);
	/* another thread closes files under us */
	if (!one && error != EBADF) {
		printf("FAIL %s: %s\n", what, strerror(error));
		fflush(stdout);
		_exit(1);
	}
	return result;
}

/* --- the grammar of a filter's line */

static const char *const words[] = {
	"tcp", "udp", "unix", "mptcp", "sctp", "netlink", "packet", "raw", "LISTEN", "TIME_WAIT", "ESTABLISHED", "UNCONN", "process", "inflight",
	"hidden", "kernel", "all", "no", "0", "1", "80", "65535", "65536", "4294967295", "4294967296", "18446744073709551615", "18446744073709551616",
	"ffffffffffffffff", "-1", "0x50", "", "-", "tcp6", "00000000000000000001", "\377", "\\040",
};
static const char *const keys[] = {
	"proto", "port", "rport", "state", "pid", "uid", "inode", "cookie", "held", "netns", "owners", "Port", "", "portport",
};
static const char *const own_values[] = {	/* of the key at the same place */
	"tcp", "8000", "1", "LISTEN", "1", "0", "1", "a", "process", "all", "no",
};

static size_t put(char *line, size_t len, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	if (len < 5000)
		len += vsnprintf(line + len, 64, format, arguments);
	va_end(arguments);
	return len;
}

/*
 * The greatest number that the key at the same place takes; 0: it takes words.
 */
static const unsigned long long greatest[] = {
	0, 65535, 65535, 0, 4194304, 4294967295, -1ULL, -1ULL, 0, 4294967295, 0,
};

/*
 * 0, 1, the greatest number of the key, the one before and the one behind it;
 * with zeros in front, and in a range.
 */
static size_t make_edge(char *line, size_t len, unsigned int key)
{
	unsigned long long most = key < COUNT(greatest) ? greatest[key] : 0;
	unsigned long long edges[] = { 0, 1, most - 1, most, most + 1, 2147483647, 2147483648 };
	unsigned long long first = edges[any(COUNT(edges))], last = edges[any(COUNT(edges))];

	switch (any(6)) {
	case 0:
		return put(line, len, "%llu-%llu", first, last);
	case 1:
		return put(line, len, "%llu-", first);
	case 2:
		return put(line, len, "%020llu", first);
	case 3:
		return put(line, len, "%llx", first);
	default:
		return put(line, len, "%llu", first);
	}
}

static size_t make_value(char *line, size_t len, unsigned int key)
{
	if (!any(3))
		return make_edge(line, len, key);
	if (any(3) && key < COUNT(own_values) && key != 1 && key != 2)
		return put(line, len, "%s", own_values[key]);
	switch (any(4)) {
	case 0:
		return put(line, len, "%u", any(70000));
	case 1:
		return put(line, len, "%u-%u", any(66000), any(66000));
	case 2:
		return put(line, len, "%llx", state);
	default:
		return put(line, len, "%s", words[any(COUNT(words))]);
	}
}

/*
 * As long as a line may be, a byte less or more: zeros in front of its last
 * number.
 */
static size_t fill_line(char *line, size_t len)
{
	size_t whole = 4095 + any(3);
	char *number = memrchr(line, '=', len);

	if (len >= whole || !number)
		return len;
	number++;
	memmove(number + whole - len, number, line + len - number);
	memset(number, '0', whole - len);
	return whole;
}

static size_t make_line(char *line)
{
	unsigned int key, pairs = any(5), values;
	size_t len = 0;

	while (pairs--) {
		key = any(COUNT(keys));
		len = put(line, len, "%s%s", keys[key], any(30) ? "=" : "");
		values = any(20) ? 1 + any(3) : any(900);
		while (values--) {
			len = make_value(line, len, key);
			if (values)
				len = put(line, len, ",");
		}
		len = put(line, len, any(20) ? " " : "\t\n");
	}
	if (!any(4) && len)		/* damage */
		line[any(len)] = any(256);
	if (!any(8))
		len = any(len + 1);
	if (!any(16))
		len = fill_line(line, len);
	return len;
}

/* --- the calls */

static void do_write(char *memory)
{
	size_t len = make_line(memory);
	const char *from = any(50) ? memory : (char *)8;
	long done = allow("write", write(one_of_files(), from, len), EINVAL, E2BIG, EFAULT, ENOENT, EPERM, 0);

	__atomic_fetch_add(done < 0 ? &refused : &accepted, 1, __ATOMIC_RELAXED);
}

static void do_read(char *memory)
{
	char *to = any(30) ? memory : any(2) ? (char *)8 : memory + ROOM - any(9000);	/* the next page is not there */
	size_t size = any(8) ? any(5000) : any(ROOM);

	allow("read", read(one_of_files(), to, size), EFAULT, 0);
}

static void do_readv(char *memory)
{
	struct iovec parts[4];

	for (int i = 0; i < 4; i++)
		parts[i] = (struct iovec){ memory + i * 60000, any(5) ? any(3000) : 0 };
	allow("readv", readv(one_of_files(), parts, any(5)), EFAULT, EINVAL, 0);
}

static void do_pread(char *memory)
{
	static const long long far[] = { 0, 1, 65535, 65536, 65537, 1LL << 31, (1LL << 32) - 1, 1LL << 62, -1, 0x7fffffffffffffffLL };
	long long offset = any(2) ? any(1 << 18) : far[any(COUNT(far))];

	allow("pread", pread(one_of_files(), memory, any(20000), offset), EFAULT, EINVAL, EOVERFLOW, 0);
}

static void do_seek(char *unused)
{
	(void)unused;
	allow("lseek", lseek(one_of_files(), any(3) ? any(100000) : -(long)any(100), any(6)), EINVAL, ENXIO, EOVERFLOW, 0);
}

static void do_poll(char *unused)
{
	struct pollfd polled[3];

	(void)unused;
	for (int i = 0; i < 3; i++)
		polled[i] = (struct pollfd){ one_of_files(), any(2) ? POLLPRI : any(1 << 12), 0 };
	allow("poll", poll(polled, 1 + any(3), any(4) ? 0 : any(40)), 0);
}

/* Closes one and opens another in its place: its number, under whoever uses it. */
static void do_reopen(char *unused)
{
	unsigned int which = any(FILES);
	int fd = open(VIEW, any(4) ? O_RDWR : O_RDONLY);

	(void)unused;
	if (allow("open", fd, EMFILE, 0) >= 0)
		close(__atomic_exchange_n(&files[which], fd, __ATOMIC_RELAXED));
}

/* --- something to see */

/*
 * A length of 0 to most: most of the time one of its ends, or the next to it.
 */
static unsigned int any_length(unsigned int most)
{
	const unsigned int edges[] = { 0, 1, most - 1, most };

	return any(4) ? edges[any(COUNT(edges))] : any(most + 1);
}

/* One byte again and again, or any bytes; not those of refused. */
static void any_bytes(char *to, unsigned int len, const char *refused, size_t count)
{
	int same = any(3) ? -1 : 'a' + (int)any(26);

	while (len--) {
		do
			*to = same < 0 ? (char)any(256) : (char)same;
		while (memchr(refused, *to, count));
		to++;
	}
}

/*
 * A name of a unix socket: none, a path of up to 108 bytes without a NUL, or an
 * abstract one.
 */
static void bind_unix(int fd, unsigned int n)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	unsigned int room = sizeof(name.sun_path), len;

	if (any(2)) {
		len = any_length(room - 1);
		any_bytes(name.sun_path + 1, len, "", 0);
		len++;
	} else {
		len = any_length(room);
		any_bytes(name.sun_path, len, "\0/.", 3);
		/* of another round's there may be a file */
		if (len > 8)
			memcpy(name.sun_path + any(2) * (len - 8), (char [9]){ 'a' + n % 26, 'a' + n / 26 % 26, 'a' + n / 676 % 26, 'n', 'a', 'm', 'e', 's' }, 8);
	}
	if (!bind(fd, (void *)&name, offsetof(struct sockaddr_un, sun_path) + len) && len && *name.sun_path) {
		char path[sizeof(name.sun_path) + 1];

		snprintf(path, sizeof(path), "%.*s", (int)len, name.sun_path);
		unlink(path);
	}
}

static void bind_netlink(int fd)
{
	static const unsigned int ids[] = { 0, 1, 2147483647, 2147483648U, 4294967294U, 4294967295U };
	struct sockaddr_nl name = { .nl_family = AF_NETLINK, .nl_pid = ids[any(COUNT(ids))] };

	bind(fd, (void *)&name, sizeof(name));
}

static void bind_inet(int fd)
{
	static const unsigned short ports[] = { 0, 1, 1023, 65534, 65535 };
	struct sockaddr_in name = { .sin_family = AF_INET, .sin_port = htons(ports[any(COUNT(ports))]) };

	bind(fd, (void *)&name, sizeof(name));
}

static int make_socket(unsigned int n)
{
	static const struct { int family, type; } kinds[] = {
		{ AF_INET, SOCK_STREAM }, { AF_INET, SOCK_DGRAM }, { AF_UNIX, SOCK_STREAM }, { AF_UNIX, SOCK_DGRAM }, { AF_NETLINK, SOCK_RAW },
	};
	int which = any(COUNT(kinds)), fd = socket(kinds[which].family, kinds[which].type, 0);

	if (kinds[which].family == AF_UNIX)
		bind_unix(fd, n);
	else if (kinds[which].family == AF_NETLINK)
		bind_netlink(fd);
	else if (any(4))
		bind_inet(fd);
	listen(fd, any(2) ? 1 : 2147483647);
	return fd;
}

static void take_a_name(void)
{
	char comm[17] = "";

	any_bytes(comm, any_length(16), "", 1);
	prctl(PR_SET_NAME, comm);
}

/*
 * Sockets that come and go, of another process, since here their numbers would
 * be taken for a view's.
 */
static void make_sockets(unsigned long long seed)
{
	int sockets[32], which;
	unsigned int n = 0;

	state = seed | 1;
	if (chdir("/tmp"))
		_exit(1);
	for (; time(NULL) < end; n++) {
		which = n % COUNT(sockets);
		if (n >= COUNT(sockets))
			close(sockets[which]);
		sockets[which] = make_socket(n);
		if (!any(16))
			take_a_name();
		usleep(1000);
	}
	_exit(0);
}

static void (*const actions[])(char *memory) = {
	do_write, do_write, do_read, do_read, do_readv, do_pread, do_pread, do_seek, do_poll, do_reopen,
};

static void *work(void *seed)
{
	char *memory = mmap(NULL, ROOM + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	munmap(memory + ROOM, 4096);
	state = (unsigned long)seed;
	while (time(NULL) < end)
		actions[any(COUNT(actions))](memory);
	return NULL;
}

int main(int argc, char **argv)
{
	unsigned long long seed = argc > 2 ? strtoull(argv[2], NULL, 0) : (unsigned long long)time(NULL);
	pthread_t threads[THREADS];

	if (argc < 2 || atoi(argv[1]) <= 0) {
		fprintf(stderr, "filefuzz SECONDS [SEED]\n");
		return 2;
	}
	printf("seed %llu\n", seed);
	fflush(stdout);
	end = time(NULL) + atoi(argv[1]);
	if (!fork())
		make_sockets(seed * 0x9e3779b97f4a7c15UL);
	for (int i = 0; i < FILES; i++)
		files[i] = open(VIEW, O_RDWR);
	for (long i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, work, (void *)((seed * THREADS + i) * 0x9e3779b97f4a7c15UL | 1));
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	printf("%lu calls, %lu filters taken, %lu refused\n", calls, accepted, refused);
	if (!accepted || !refused) {
		printf("FAIL the grammar makes no good filters, or no bad ones\n");
		return 1;
	}
	printf("1 passed, 0 failed, 0 skipped\n");
	return 0;
}
