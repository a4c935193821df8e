/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Format 1 of /proc/portsock: columns, protocols, states, HELD values and
 * flags, an X-macro table each.  doc/format.md defines their meaning.
 */
#ifndef _UAPI_PORTSOCK_H
#define _UAPI_PORTSOCK_H

#include <linux/types.h>

#define PORTSOCK_VERSION	"0.1.0"		/* of module and reader */
#define PORTSOCK_FORMAT		1
#define PORTSOCK_MAGIC		"portsock"	/* first word of the header */
#define PORTSOCK_PATH		"/proc/portsock"
#define PORTSOCK_NONE		"-"		/* field without a value */

/* In the order of a row; new columns are appended. */
#define PORTSOCK_COLUMNS(X)	\
	X(PROTO)		\
	X(PORT)			\
	X(STATE)		\
	X(LOCAL)		\
	X(REMOTE)		\
	X(DEV)			\
	X(RXQ)			\
	X(TXQ)			\
	X(UID)			\
	X(INODE)		\
	X(COOKIE)		\
	X(NETNS)		\
	X(CGROUP)		\
	X(FLAGS)		\
	X(HELD)			\
	X(PARENT)		\
	X(EXPIRES)		\
	X(OWNERS)		\
	X(TYPE)			\
	X(PEER)			\
	X(DROPS)

/* The columns from TYPE on: a view of version 0.1.0 ends with OWNERS. */
#define PORTSOCK_COLUMNS_0_1	PORTSOCK_COL_TYPE

/*
 * X(id, name, family), sorted by name: rows are ordered by the protocol's name,
 * and the code compares these numbers instead.  The family is empty if the
 * protocol does not determine it: inet protocols have IPv4 and IPv6 sockets.
 */
#define PORTSOCK_PROTOS(X)			\
	X(ALG,        "alg", "alg")                    \
	X(ATM,        "atm", "atm")                    \
	X(AX25,       "ax25", "ax25")                  \
	X(BLUETOOTH,  "bluetooth", "bluetooth")        \
	X(CAIF,       "caif", "caif")                  \
	X(CAN,        "can", "can")                    \
	X(DCCP,       "dccp", "")                      \
	X(IEEE802154, "ieee802154", "ieee802154")      \
	X(ISDN,       "isdn", "isdn")                  \
	X(IUCV,       "iucv", "iucv")                  \
	X(KCM,        "kcm", "kcm")                    \
	X(KEY,        "key", "key")                    \
	X(L2TP,       "l2tp", "")                      \
	X(LLC,        "llc", "llc")                    \
	X(MCTP,       "mctp", "mctp")                  \
	X(MPTCP,      "mptcp", "")                     \
	X(NETLINK,    "netlink", "netlink")            \
	X(NETROM,     "netrom", "netrom")              \
	X(NFC,        "nfc", "nfc")                    \
	X(OTHER,      "other", "other")                \
	X(PACKET,     "packet", "packet")              \
	X(PHONET,     "phonet", "phonet")              \
	X(PING,       "ping", "")                      \
	X(PPPOX,      "pppox", "pppox")                \
	X(QIPCRTR,    "qipcrtr", "qipcrtr")            \
	X(RAW,        "raw", "")                       \
	X(RDS,        "rds", "rds")                    \
	X(ROSE,       "rose", "rose")                  \
	X(RXRPC,      "rxrpc", "rxrpc")                \
	X(SCTP,       "sctp", "")                      \
	X(SMC,        "smc", "smc")                    \
	X(TCP,        "tcp", "")                       \
	X(TIPC,       "tipc", "tipc")                  \
	X(UDP,        "udp", "")                       \
	X(UDPLITE,    "udplite", "")                   \
	X(UNIX,       "unix", "unix")                  \
	X(VSOCK,      "vsock", "vsock")                \
	X(X25,        "x25", "x25")                    \
	X(XDP,        "xdp", "xdp")

/*
 * 1 to 11 are the numbers of include/net/tcp_states.h.  The kernel has no state
 * for the others: the module derives them from state, type and port.
 */
#define PORTSOCK_STATES(X)	\
	X(ESTABLISHED,	1)	\
	X(SYN_SENT,	2)	\
	X(SYN_RECV,	3)	\
	X(FIN_WAIT1,	4)	\
	X(FIN_WAIT2,	5)	\
	X(TIME_WAIT,	6)	\
	X(CLOSE,	7)	\
	X(CLOSE_WAIT,	8)	\
	X(LAST_ACK,	9)	\
	X(LISTEN,	10)	\
	X(CLOSING,	11)	\
	X(BOUND,	12)	\
	X(UNBOUND,	13)	\
	X(UNCONN,	14)

/* Column TYPE, with the numbers of enum sock_type (include/linux/net.h). */
#define PORTSOCK_TYPES(X)	\
	X(STREAM,	1, stream)	\
	X(DGRAM,	2, dgram)	\
	X(RAW,		3, raw)		\
	X(RDM,		4, rdm)		\
	X(SEQPACKET,	5, seqpacket)	\
	X(DCCP,		6, dccp)	\
	X(PACKET,	10, packet)

/* Column HELD: the reason why a socket exists. */
#define PORTSOCK_HELD(X)	\
	X(PROCESS,	process)	\
	X(TIMEWAIT,	timewait)	\
	X(SYNRECV,	synrecv)	\
	X(ACCEPTQ,	acceptq)	\
	X(ORPHAN,	orphan)		\
	X(KERNEL,	kernel)		\
	X(INFLIGHT,	inflight)	\
	X(HIDDEN,	hidden)

/* Socket options that affect bind() come first. */
#define PORTSOCK_FLAGS(X)	\
	X(REUSEADDR,	reuseaddr)	\
	X(REUSEPORT,	reuseport)	\
	X(V6ONLY,	v6only)		\
	X(TRANSPARENT,	transparent)	\
	X(FREEBIND,	freebind)	\
	X(KEEPALIVE,	keepalive)	\
	X(LINGER,	linger)		\
	X(BROADCAST,	broadcast)	\
	X(DONTROUTE,	dontroute)

enum portsock_column {
#define X(name) PORTSOCK_COL_##name,
	PORTSOCK_COLUMNS(X)
#undef X
	PORTSOCK_NCOLUMNS
};

enum portsock_proto {
#define X(id, text, family) PORTSOCK_PROTO_##id,
	PORTSOCK_PROTOS(X)
#undef X
	PORTSOCK_NPROTOS
};

enum portsock_state {
	PORTSOCK_STATE_NONE,
#define X(name, number) PORTSOCK_##name = number,
	PORTSOCK_STATES(X)
#undef X
	PORTSOCK_NSTATES
};

enum portsock_type {
	PORTSOCK_TYPE_NONE,
#define X(id, number, text) PORTSOCK_TYPE_##id = number,
	PORTSOCK_TYPES(X)
#undef X
	PORTSOCK_NTYPES
};

enum portsock_held {
	PORTSOCK_HELD_NONE,
#define X(id, text) PORTSOCK_HELD_##id,
	PORTSOCK_HELD(X)
#undef X
	PORTSOCK_NHELD
};

enum portsock_flag_bit {
#define X(id, text) PORTSOCK_FLAG_BIT_##id,
	PORTSOCK_FLAGS(X)
#undef X
	PORTSOCK_NFLAGS
};

#define PORTSOCK_FLAG(id)	(1U << PORTSOCK_FLAG_BIT_##id)

#endif /* _UAPI_PORTSOCK_H */
