/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A record: what the view says of one socket.  The module fills them from the
 * kernel's tables, the reader from the text.
 */
#ifndef PORTSOCK_FORMAT_RECORD_H
#define PORTSOCK_FORMAT_RECORD_H

#include "../uapi/portsock.h"
#include "base.h"

#define PS_DEV_SIZE	16	/* IFNAMSIZ */
#define PS_COMM_SIZE	16	/* TASK_COMM_LEN */
#define PS_NO_EXPIRY	(-1)

/* Flags that decide about binding; sock_diag tells them to everybody. */
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
	PS_FORM_PATH,		/* a unix path, escaped                     */
	PS_FORM_ABSTRACT,	/* "@name", escaped                         */
	PS_FORM_NETLINK,	/* "num:id": protocol, port id; node, ref   */
	PS_FORM_PACKET,		/* "num:dev": ethertype in hex, interface   */
	PS_FORM_VSOCK,		/* "id:num": cid, port                      */
};

/**
 * struct ps_end - one end of a socket
 * @form: enum ps_form, which says what the other members mean
 * @len: bytes of @text
 * @num: port, protocol, ethertype or TIPC node
 * @ip: address in network byte order (4 or 16 bytes)
 * @text: name, not NUL-terminated; the memory is the record keeper's
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

/* What is known of a socket's holder without looking at a process. */
enum ps_evidence {
	PS_EV_FULL	= 1 << 0,	/* a full socket, no mini object   */
	PS_EV_SOCKET	= 1 << 1,	/* it has a struct socket          */
	PS_EV_FILE	= 1 << 2,	/* ... which an open file refers to*/
	PS_EV_CLOSING	= 1 << 3,	/* ... whose last reference is gone*/
	PS_EV_DEAD	= 1 << 4,	/* SOCK_DEAD: closed by its process*/
	PS_EV_KERNEL	= 1 << 5,	/* made by the kernel for itself   */
	PS_EV_QUEUED	= 1 << 6,	/* seen in an accept queue         */
	PS_EV_HIDDEN	= 1 << 7,	/* by whom the opener may not see  */
	PS_EV_DOUBT	= 1 << 8,	/* to be looked at a second time   */
	PS_EV_AGAIN	= 1 << 9,	/* ... and seen then               */
	PS_EV_GONE	= 1 << 10,	/* it went meanwhile: no row       */
	PS_EV_MODULE	= 1 << 11,	/* it calls some kernel module     */
	PS_EV_CARRIED	= 1 << 12,	/* only a message tells of it      */
	PS_EV_TOLD	= 1 << 13,	/* ... to whom the opener may see  */
	PS_EV_WITNESS	= 1 << 14,	/* it tells of others: always kept */
	PS_EV_BUCKET	= 1 << 15,	/* no socket: what bind() meets    */
};

/* Which of the columns that not every family has are there. */
enum ps_has {
	PS_HAS_PORT	= 1 << 0,
	PS_HAS_QUEUES	= 1 << 1,
	PS_HAS_UID	= 1 << 2,
	PS_HAS_CGROUP	= 1 << 3,
	PS_HAS_PARENT	= 1 << 4,
};

/**
 * struct ps_record - what the view says of one socket
 * @cookie: SO_COOKIE; with PS_EV_FULL or not the record's identity
 * @parent: cookie of the listener (PS_HAS_PARENT); with PS_EV_CARRIED that of
 *	the socket in whose queue it is
 * @inode: inode number of the struct socket, 0 if there is none
 * @cgroup: cgroup v2 id (PS_HAS_CGROUP)
 * @local: the end on this machine
 * @remote: the other end
 * @netns: inode number of the network namespace
 * @uid: owner's uid in the opener's user namespace (PS_HAS_UID)
 * @rxq: bytes to be received, or connections to be accepted (PS_HAS_QUEUES)
 * @txq: bytes not yet acknowledged, or backlog limit (PS_HAS_QUEUES)
 * @flags: bits of enum portsock_flag_bit
 * @expires: milliseconds until the kernel lets go by itself, PS_NO_EXPIRY
 * @owners: number of owners
 * @owner: the only one of them, in the record keeper's list of tasks
 * @owners_at: of several, the first one in the keeper's list; of none, for
 *	PORTSOCK_HELD_KERNEL, the holder's place in the keeper's list of names
 * @fd: descriptor of the only one
 * @port: local port (PS_HAS_PORT); that of a vsock has 32 bits
 * @evidence: bits of enum ps_evidence
 * @proto: enum portsock_proto
 * @state: enum portsock_state
 * @held: enum portsock_held
 * @has: bits of enum ps_has
 * @dev: interface it is bound to, NUL-terminated, empty if none
 */
struct ps_record {
	u64 cookie;
	u64 parent;
	u64 inode;
	u64 cgroup;
	struct ps_end local;
	struct ps_end remote;
	u32 netns;
	u32 uid;
	u32 rxq;
	u32 txq;
	u32 flags;
	s32 expires;
	u32 owners;
	union {
		u32 owner;
		u32 owners_at;
	};
	u32 fd;
	u32 port;
	u16 evidence;
	u8 proto;
	u8 state;
	u8 held;
	u8 has;
	char dev[PS_DEV_SIZE];
};

/**
 * ps_record_is_timewait() - whether it is what is left of a closed connection
 * @r: record
 *
 * A socket, its request before and its TIME_WAIT afterwards share one cookie;
 * the request never stands beside the socket, the TIME_WAIT may.
 *
 * Context: any.
 * Return: true for a TIME_WAIT, and a FIN_WAIT2 that is one to the kernel.
 */
static inline bool ps_record_is_timewait(const struct ps_record *r)
{
	return r->state == PORTSOCK_TIME_WAIT ||
		(r->state == PORTSOCK_FIN_WAIT2 && !(r->evidence & PS_EV_FULL));
}

/**
 * ps_record_is_request() - whether it is a connection that is being made
 * @r: record
 *
 * Context: any.
 * Return: true for a request, false for a socket in SYN_RECV.
 */
static inline bool ps_record_is_request(const struct ps_record *r)
{
	return r->state == PORTSOCK_SYN_RECV && !(r->evidence & PS_EV_FULL);
}

/**
 * ps_record_is_queued_subflow() - whether it waits for accept() as part of another
 * @r: record
 *
 * Until its whole is found among the records, its parent is that one's listener.
 *
 * Context: any.
 * Return: true for an MPTCP subflow in its listener's queue.
 */
static inline bool ps_record_is_queued_subflow(const struct ps_record *r)
{
	const u16 both = PS_EV_KERNEL | PS_EV_QUEUED;

	return (r->evidence & both) == both;
}

/**
 * ps_record_keep_parent() - take over a parent if there is none
 * @to: record
 * @from: another of the same connection
 *
 * Context: any.
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
 * struct ps_owner - one descriptor that refers to a socket
 * @pid: process
 * @tid: the thread whose own table holds it, else @pid
 * @fd: descriptor
 * @comm: name of the process (or thread), NUL-terminated
 */
struct ps_owner {
	u32 pid;
	u32 tid;
	u32 fd;
	char comm[PS_COMM_SIZE];
};

/* What travels in messages, and no table lists, cannot be reached. */
#define PS_MISSING_INFLIGHT	(1ULL << 63)

/**
 * struct ps_header - what the first line says
 * @version: of the format
 * @netns: inode number of the opener's network namespace
 * @pidns: inode number of the PID namespace that PIDs belong to
 * @at: CLOCK_BOOTTIME, in the opener's time namespace, when the snapshot was
 *	begun, in nanoseconds
 * @took: how long it took, in nanoseconds
 * @sockets: number of rows
 * @owners: number of owners in all rows
 * @missing: bits of enum portsock_proto whose tables cannot be reached, and
 *	PS_MISSING_INFLIGHT
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
