/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A record: one socket.  The module fills it from the kernel's tables, the
 * reader from a row of the view.
 */
#ifndef PORTSOCK_FORMAT_RECORD_H
#define PORTSOCK_FORMAT_RECORD_H

#include "../uapi/portsock.h"
#include "base.h"

#define PS_DEV_SIZE	16	/* IFNAMSIZ */
#define PS_COMM_SIZE	16	/* TASK_COMM_LEN */
#define PS_NO_EXPIRY	(-1)

/* Flags that bind() compares.  sock_diag shows them to every user. */
#define PS_BIND_FLAGS	(PORTSOCK_FLAG(REUSEADDR) | PORTSOCK_FLAG(REUSEPORT) | \
			 PORTSOCK_FLAG(V6ONLY) | PORTSOCK_FLAG(TRANSPARENT) | \
			 PORTSOCK_FLAG(FREEBIND))

/*
 * bind() of a UDP socket walks the slot of its port up to so many sockets; a
 * longer slot it looks up by address (udp_lib_get_port() in net/ipv4/udp.c).
 */
#define PS_UDP_SLOT_WALK_MAX	10

/* How one end of a socket is written. */
enum ps_form {
	PS_FORM_NONE,		/* "-"                                      */
	PS_FORM_ANY,		/* "*:*": a family with ports, no address   */
	PS_FORM_INET,		/* "a.b.c.d:num"                            */
	PS_FORM_INET6,		/* "[v6]:num", "[v6%dev]:num"               */
	PS_FORM_PATH,		/* escaped: a unix path, an AF_ALG type     */
	PS_FORM_ABSTRACT,	/* "@name", escaped                         */
	PS_FORM_NETLINK,	/* "num:id": protocol, port id; node, ref   */
	PS_FORM_PACKET,		/* "num:dev": ethertype in hex, interface   */
	PS_FORM_VSOCK,		/* "id:num": cid, port                      */
};

/**
 * struct ps_end - one end of a socket
 * @form: enum ps_form, which decides the meaning of the other members
 * @len: bytes of @text
 * @num: port, protocol, ethertype or TIPC node
 * @ip: address in network byte order (4 or 16 bytes)
 * @text: name, not NUL-terminated; the memory belongs to the batch or store
 * @id: netlink port id, vsock cid, TIPC reference
 */
struct ps_end {
	u8 form;
	u16 len;
	u32 num;
	union {
		u8 ip[16];
		const char *text;
		u32 id;
	};
};

/*
 * Observations of a socket by the module, under the lock of its table or of a
 * file table that has its file.  The classification (held.c) uses them with
 * owners, state, port and walk state of the record.
 */
enum ps_observation {
	PS_OBS_FULL	= 1 << 0,	/* struct sock; else TIME_WAIT, request */
	PS_OBS_SOCKET	= 1 << 1,	/* it has a struct socket              */
	PS_OBS_FILE	= 1 << 2,	/* the struct socket has an open file  */
	PS_OBS_CLOSING	= 1 << 3,	/* the file's last reference is gone   */
	PS_OBS_DEAD	= 1 << 4,	/* SOCK_DEAD                           */
	PS_OBS_KERNEL	= 1 << 5,	/* sk_kern_sock, or an MPTCP subflow   */
	PS_OBS_QUEUED	= 1 << 6,	/* in an accept queue                  */
	PS_OBS_MODULE	= 1 << 7,	/* callbacks, waiters: a kernel module */
	PS_OBS_INFLIGHT	= 1 << 8,	/* in a message, and nowhere else      */
};

/* The state of a record during a snapshot.  The reader has no use for it. */
enum ps_walk_state {
	PS_WALK_HIDDEN		= 1 << 0, /* an owner that the opener may not see */
	PS_WALK_UNCONFIRMED	= 1 << 1, /* the recheck has to confirm it        */
	PS_WALK_CONFIRMED	= 1 << 2, /* the recheck found it again           */
	PS_WALK_CARRIER_VISIBLE	= 1 << 3, /* its carrier has a visible owner      */
	PS_WALK_KEEP		= 1 << 4, /* filtered or not: others need it      */
};

/* Why a record has no row. */
enum ps_no_row {
	PS_ROW_SHOWN,
	PS_ROW_VANISHED,	/* being created or freed, or the recheck missed it */
	PS_ROW_DUPLICATE,	/* another record of the same connection is shown   */
	PS_ROW_FILTERED,	/* the filter excludes it                           */
	PS_ROW_NOT_VISIBLE,	/* in flight, and the carrier's owners are hidden   */
};

/* Columns that only some protocols have. */
enum ps_has {
	PS_HAS_PORT	= 1 << 0,
	PS_HAS_QUEUES	= 1 << 1,
	PS_HAS_UID	= 1 << 2,
	PS_HAS_CGROUP	= 1 << 3,
	PS_HAS_PARENT	= 1 << 4,
	PS_HAS_PEER	= 1 << 5,
	PS_HAS_DROPS	= 1 << 6,
};

/**
 * struct ps_record - one socket
 * @cookie: SO_COOKIE; a socket, its request before and its TIME_WAIT after it
 *	share one cookie
 * @parent: cookie of the listener, or of a subflow's MPTCP socket
 *	(PS_HAS_PARENT)
 * @peer: cookie of the socket at the other end (PS_HAS_PEER)
 * @inode: inode number of the struct socket, or 0
 * @cgroup: cgroup v2 id (PS_HAS_CGROUP)
 * @local: the end on this machine
 * @remote: the other end
 * @netns: inode number of the network namespace
 * @uid: uid of the socket in the opener's user namespace (PS_HAS_UID)
 * @rxq: bytes in the receive queue, or length of the accept queue
 *	(PS_HAS_QUEUES)
 * @txq: bytes not yet acknowledged, or backlog limit (PS_HAS_QUEUES)
 * @flags: bits of enum portsock_flag_bit
 * @drops: packets or connections that the socket has dropped (PS_HAS_DROPS)
 * @expires: milliseconds until the kernel frees it, PS_NO_EXPIRY
 * @owners: number of owners
 * @owner: with one owner, its index among the store's tasks
 * @owners_at: with several, index of the first in the store's owner_refs;
 *	without an owner, for PORTSOCK_HELD_KERNEL, index of the owning module's
 *	name
 * @fd: file descriptor of the only owner
 * @port: local port (PS_HAS_PORT); a vsock port has 32 bits
 * @observed: bits of enum ps_observation; the reader does not set it
 * @walk: bits of enum ps_walk_state; the reader does not set it
 * @no_row: enum ps_no_row; the reader does not set it
 * @proto: enum portsock_proto
 * @state: enum portsock_state
 * @held: enum portsock_held
 * @has: bits of enum ps_has
 * @type: enum portsock_type
 * @dev: interface to which the socket is bound, NUL-terminated, empty if none
 */
struct ps_record {
	u64 cookie;
	u64 parent;
	u64 peer;
	u64 inode;
	u64 cgroup;
	struct ps_end local;
	struct ps_end remote;
	u32 netns;
	u32 uid;
	u32 rxq;
	u32 txq;
	u32 flags;
	u32 drops;
	s32 expires;
	u32 owners;
	union {
		u32 owner;
		u32 owners_at;
	};
	u32 fd;
	u32 port;
	u16 observed;
	u8 walk;
	u8 no_row;
	u8 proto;
	u8 state;
	u8 held;
	u8 has;
	u8 type;
	char dev[PS_DEV_SIZE];
};

/**
 * ps_record_is_timewait() - Return true for a TIME_WAIT socket
 * @r: record
 *
 * A FIN_WAIT2 may be a struct inet_timewait_sock, too.
 */
static inline bool ps_record_is_timewait(const struct ps_record *r)
{
	return r->state == PORTSOCK_TIME_WAIT ||
		(r->state == PORTSOCK_FIN_WAIT2 &&
		 !(r->observed & PS_OBS_FULL));
}

/**
 * ps_record_is_request() - Return true for a request socket
 * @r: record
 *
 * A full socket may be in SYN_RECV, too.
 */
static inline bool ps_record_is_request(const struct ps_record *r)
{
	return r->state == PORTSOCK_SYN_RECV && !(r->observed & PS_OBS_FULL);
}

/**
 * ps_record_is_queued_subflow() - Return true for an MPTCP subflow in an accept
 * queue
 * @r: record
 *
 * Until ps_mptcp_link_subflows() has found its MPTCP socket, the parent of a
 * subflow is the MPTCP listener.
 */
static inline bool ps_record_is_queued_subflow(const struct ps_record *r)
{
	const u16 both = PS_OBS_KERNEL | PS_OBS_QUEUED;

	return (r->observed & both) == both;
}

/**
 * ps_record_keep_parent() - Copy the parent to a record that has none
 * @to: record
 * @from: another record of the same connection
 */
static inline void ps_record_keep_parent(struct ps_record *to,
					 const struct ps_record *from)
{
	if (to->has & PS_HAS_PARENT || !(from->has & PS_HAS_PARENT))
		return;
	to->parent = from->parent;
	to->has |= PS_HAS_PARENT;
}

/**
 * struct ps_owner - one file descriptor that refers to a socket
 * @pid: process
 * @tid: thread with a private file table, else @pid
 * @fd: file descriptor
 * @comm: name of the process or thread, NUL-terminated
 */
struct ps_owner {
	u32 pid;
	u32 tid;
	u32 fd;
	char comm[PS_COMM_SIZE];
};

/* Sockets in flight that no table lists cannot be reached. */
#define PS_MISSING_INFLIGHT	(1ULL << 63)

/**
 * struct ps_header - the first line of a view
 * @version: of the format
 * @netns: inode number of the opener's network namespace
 * @pidns: inode number of the PID namespace of the PIDs
 * @at: begin of the snapshot in nanoseconds of CLOCK_BOOTTIME, in the opener's
 *	time namespace
 * @took: duration of the snapshot in nanoseconds
 * @sockets: number of rows
 * @owners: number of owners in all rows
 * @missing: protocols (bits of enum portsock_proto) with tables that a module
 *	cannot reach, and PS_MISSING_INFLIGHT
 */
struct ps_header {
	u32 version;
	u32 netns;
	u32 pidns;
	u64 at;
	u64 took;
	u64 sockets;
	u64 owners;
	u64 missing;
};

#endif /* PORTSOCK_FORMAT_RECORD_H */
