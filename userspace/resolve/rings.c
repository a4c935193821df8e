// SPDX-License-Identifier: GPL-2.0
/*
 * A socket that is a registered file of an io_uring, and closed otherwise, has
 * no owner.  The fdinfo of a ring lists its registered files.  Newer kernels
 * print the inode number of a socket, older ones the name of its protocol only,
 * so that each ring with a socket of that protocol is a candidate.
 *
 * The kernel does not wait for the lock of the ring: the files of a busy ring
 * are missing.
 */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "../../module/format/names.h"
#include "rings.h"

#define FDS_READ_MAX	1000000	/* of all processes */
#define RINGS_MAX	1024
#define LINES_MAX	65536	/* of a ring */

/* The first process with a registered socket, and the number of such rings. */
struct ring_socket {
	struct hash_key key;
	u32 pid;
	char comm[PS_COMM_SIZE];
	unsigned int rings;
	u64 last_ring;
};

/* A ring whose fdinfo is read. */
struct ring {
	u32 pid;
	char comm[PS_COMM_SIZE];
	u64 number;
};

static void add_ring_socket(struct rings *rings, const struct ring *ring,
			    const struct hash_key *key)
{
	struct ring_socket *found = hash_find(&rings->sockets, key);

	if (!found) {
		found = hash_add(&rings->sockets, key, sizeof(*found));
		found->pid = ring->pid;
		memcpy(found->comm, ring->comm, sizeof(found->comm));
	}
	if (found->last_ring != ring->number)
		found->rings++;
	found->last_ring = ring->number;
}

/* Add a registered file: "socket:[4711]", or "TCP", "UDPv6", "UNIX-STREAM". */
static void add_file(struct rings *rings, const struct ring *ring,
		     const char *name)
{
	struct hash_key key = {};
	unsigned int proto;
	const char *end;
	u64 inode;

	if (sscanf(name, "socket:[%" SCNu64 "]", &inode) == 1) {
		key.low = inode;
		add_ring_socket(rings, ring, &key);
		return;
	}
	for (proto = 0; proto < PORTSOCK_NPROTOS; proto++) {
		end = name + ps_proto_names[proto].len;
		if (strncasecmp(name, ps_proto_names[proto].text,
				ps_proto_names[proto].len) ||
		    (*end && *end != '-' && strcmp(end, "v6")))
			continue;
		key.kind = 1;
		key.part = proto;
		add_ring_socket(rings, ring, &key);
	}
}

static void read_ring(struct rings *rings, const struct ring *ring,
		      const char *path)
{
	unsigned int lines = LINES_MAX;
	bool in_files = false;
	char line[256], name[128];
	FILE *file;

	file = fopen(path, "re");
	if (!file)
		return;
	while (fgets(line, sizeof(line), file) && lines--) {
		if (*line != ' ')
			in_files = !strncmp(line, "UserFiles:", 10);
		else if (in_files && sscanf(line, " %*u: %127s", name) == 1)
			add_file(rings, ring, name);
	}
	fclose(file);
}

static void read_comm(struct ring *ring)
{
	char path[64], text[PS_COMM_SIZE + 1] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%u/comm", ring->pid);
	file = fopen(path, "re");
	if (file && fgets(text, sizeof(text), file))
		text[strcspn(text, "\n")] = '\0';
	if (file)
		fclose(file);
	snprintf(ring->comm, sizeof(ring->comm), "%.*s", PS_COMM_SIZE - 1,
		 text);
}

/* Read the rings of a process. */
static void read_process(struct rings *rings, struct ring *ring,
			 unsigned int *left)
{
	static const char target[] = "anon_inode:[io_uring]";
	char path[64 + sizeof(((struct dirent *)0)->d_name)];
	char link[sizeof(target)];
	const struct dirent *entry;
	DIR *directory;

	snprintf(path, sizeof(path), "/proc/%u/fd", ring->pid);
	directory = opendir(path);
	if (!directory) {
		rings->partial |= errno != ENOENT && errno != ESRCH;
		return;
	}
	while ((entry = readdir(directory)) && *left) {
		--*left;
		snprintf(path, sizeof(path), "/proc/%u/fd/%s", ring->pid,
			 entry->d_name);
		if (readlink(path, link, sizeof(link)) != sizeof(target) - 1 ||
		    memcmp(link, target, sizeof(target) - 1))
			continue;
		if (++ring->number > RINGS_MAX)
			break;
		read_comm(ring);
		snprintf(path, sizeof(path), "/proc/%u/fdinfo/%s", ring->pid,
			 entry->d_name);
		read_ring(rings, ring, path);
	}
	closedir(directory);
}

static void read_rings(struct rings *rings)
{
	unsigned int left = FDS_READ_MAX;
	const struct dirent *entry;
	struct ring ring = {};
	DIR *directory;

	rings->read = true;
	directory = opendir("/proc");
	while (directory && (entry = readdir(directory)) && left &&
	       ring.number <= RINGS_MAX) {
		ring.pid = strtoul(entry->d_name, NULL, 10);
		if (ring.pid)
			read_process(rings, &ring, &left);
	}
	rings->partial |= !directory || !left || ring.number > RINGS_MAX;
	if (directory)
		closedir(directory);
}

/**
 * rings_find() - Find the process whose ring has a socket
 * @rings: rings of the snapshot
 * @r: socket without an owner
 * @text: "nginx(901)"; "may be nginx(901)" if the kernel prints only protocols;
 *	"?" if there is none among the processes that can be read
 *
 * Return: false if there is none.
 */
bool rings_find(struct rings *rings, const struct ps_record *r,
		struct buf *text)
{
	const struct hash_key inode = { .low = r->inode };
	const struct hash_key proto = { .kind = 1, .part = r->proto };
	const struct ring_socket *found;

	if (!rings->read)
		read_rings(rings);
	found = r->inode ? hash_find(&rings->sockets, &inode) : NULL;
	if (!found) {
		found = hash_find(&rings->sockets, &proto);
		if (found)
			buf_word(text, "may be ");
	}
	if (!found) {
		if (rings->partial)
			buf_char(text, '?');
		return rings->partial;
	}
	buf_word(text, found->comm);
	buf_char(text, '(');
	buf_u64(text, found->pid);
	buf_char(text, ')');
	if (found->rings > 1)
		buf_printf(text, " and %u more", found->rings - 1);
	return true;
}

/**
 * rings_renew() - Begin another snapshot
 * @rings: rings, none afterwards
 */
void rings_renew(struct rings *rings)
{
	hash_free(&rings->sockets);
	*rings = (struct rings){};
}
