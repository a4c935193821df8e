// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets that no other protocol matches: a row with protocol, identity and
 * owners.  Only fields that every socket has are read.  Their tables are not
 * walked: the file table walk finds the sockets.
 */
#include "../compat/socket.h"
#include "../proto.h"
#include "../sock.h"

static const struct {
	u16 family;
	u16 protocol;	/* only for AF_INET, AF_INET6 */
	u8 proto;
} names[] = {
	{ AF_INET, IPPROTO_L2TP, PORTSOCK_PROTO_L2TP },
	{ AF_ATMPVC, 0, PORTSOCK_PROTO_ATM },
	{ AF_ATMSVC, 0, PORTSOCK_PROTO_ATM },
	{ AF_AX25, 0, PORTSOCK_PROTO_AX25 },
	{ AF_BLUETOOTH, 0, PORTSOCK_PROTO_BLUETOOTH },
	{ AF_CAIF, 0, PORTSOCK_PROTO_CAIF },
	{ AF_CAN, 0, PORTSOCK_PROTO_CAN },
	{ AF_IEEE802154, 0, PORTSOCK_PROTO_IEEE802154 },
	{ AF_ISDN, 0, PORTSOCK_PROTO_ISDN },
	{ AF_IUCV, 0, PORTSOCK_PROTO_IUCV },
	{ AF_KCM, 0, PORTSOCK_PROTO_KCM },
	{ AF_KEY, 0, PORTSOCK_PROTO_KEY },
	{ AF_LLC, 0, PORTSOCK_PROTO_LLC },
	{ AF_MCTP, 0, PORTSOCK_PROTO_MCTP },
	{ AF_NETROM, 0, PORTSOCK_PROTO_NETROM },
	{ AF_NFC, 0, PORTSOCK_PROTO_NFC },
	{ AF_PHONET, 0, PORTSOCK_PROTO_PHONET },
	{ AF_PPPOX, 0, PORTSOCK_PROTO_PPPOX },
	{ AF_QIPCRTR, 0, PORTSOCK_PROTO_QIPCRTR },
	{ AF_RDS, 0, PORTSOCK_PROTO_RDS },
	{ AF_ROSE, 0, PORTSOCK_PROTO_ROSE },
	{ AF_RXRPC, 0, PORTSOCK_PROTO_RXRPC },
	{ AF_X25, 0, PORTSOCK_PROTO_X25 },
};

static bool other_match(const struct sock *sk)
{
	return true;
}

static void other_fill(struct ps_batch *batch, struct sock *sk,
		       struct ps_record *r)
{
	const bool inet = sk->sk_family == AF_INET || sk->sk_family == AF_INET6;
	const u16 family = inet ? AF_INET : sk->sk_family;
	u8 proto = PORTSOCK_PROTO_OTHER;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (names[i].family == family &&
		    (!inet || names[i].protocol == sk->sk_protocol)) {
			proto = names[i].proto;
			break;
		}
	}
	ps_fill_sock(batch, sk, r, proto);
	ps_fill_generic(sk, r);
}

const struct ps_proto ps_proto_other = {
	.name = "other",
	.match = other_match,
	.fill = other_fill,
};
