// SPDX-License-Identifier: GPL-2.0
/*
 * What the factory makes. l listens, c connects, a was accepted, s is alone;
 * "tell NAME STATE [HELD]" waits for that state and prints the socket.
 */
#include <stddef.h>

#include "mksock.h"

#define LISTENER "socket l tcp; bind l; listen l;"
#define CONNECTION LISTENER "socket c tcp; connect c l; accept l a;" \
	"note c; note a;"

const struct recipe recipes[] = {
	{ "empty", "nothing yet: commands will follow", "" },
	{ "tcp-unbound", "no port", "socket s tcp; tell s UNBOUND" },
	{ "tcp-bound", "a port, not listening",
	  "socket s tcp; bind s; tell s BOUND" },
	{ "tcp-listen", "a door", LISTENER "tell l LISTEN" },
	{ "tcp-established", "listener and both ends", CONNECTION
	  "tell l LISTEN; tell c ESTABLISHED; tell a ESTABLISHED" },
	{ "tcp-acceptq", "COUNT connections wait for accept()", LISTENER
	  "repeat count socket c% tcp; repeat count connect c% l;"
	  "tell l LISTEN; repeat count tell c% ESTABLISHED" },
	{ "tcp-syn-sent", "no answer: the listener's queue is full",
	  "socket l tcp; bind l; listen l 0; socket q tcp; connect q l;"
	  "await l QUEUED; tell q ESTABLISHED; socket c tcp; opt c nonblock;"
	  "connect c l; tell c SYN_SENT" },
	{ "tcp-syn-recv", "a request: the listener waits for data",
	  "socket l tcp; bind l; opt l defer 60; listen l;"
	  "socket c tcp; connect c l; tell l LISTEN; tell c ESTABLISHED" },
	{ "tcp-fin-wait1", "a FIN behind data that nobody reads", CONNECTION
	  "fill c; shutdown c; tell c FIN_WAIT1; tell a ESTABLISHED" },
	{ "tcp-fin-wait1-orphan", "the same, closed", CONNECTION
	  "fill c; close c; tell c FIN_WAIT1 orphan; tell a ESTABLISHED" },
	{ "tcp-fin-wait2", "half closed; the peer in CLOSE_WAIT", CONNECTION
	  "shutdown c; tell c FIN_WAIT2; tell a CLOSE_WAIT" },
	{ "tcp-fin-wait2-orphan", "a socket without a file", CONNECTION
	  "opt c linger2 100; close c; tell c FIN_WAIT2 orphan;"
	  "tell a CLOSE_WAIT" },
	{ "tcp-fin-wait2-small", "the kernel's small object", CONNECTION
	  "close c; tell c FIN_WAIT2 orphan; tell a CLOSE_WAIT" },
	{ "tcp-last-ack", "closed last, the FIN behind data", CONNECTION
	  "shutdown c; await a CLOSE_WAIT; fill a; shutdown a;"
	  "tell a LAST_ACK; tell c FIN_WAIT2" },
	{ "tcp-last-ack-orphan", "the same, closed", CONNECTION
	  "shutdown c; await a CLOSE_WAIT; fill a; close a;"
	  "tell a LAST_ACK orphan; tell c FIN_WAIT2" },
	{ "tcp-closing", "both closed, one FIN behind data", CONNECTION
	  "fill c; shutdown c; shutdown a; tell c CLOSING; tell a FIN_WAIT2" },
	{ "tcp-time-wait", "closed first", CONNECTION
	  "close c; recv a; close a; tell c TIME_WAIT timewait" },
	{ "tcp-time-wait-open", "TIME_WAIT, and a socket in CLOSE", CONNECTION
	  "shutdown c; recv a; shutdown a; tell c CLOSE; tell a CLOSE" },
	{ "tcp-close", "reset by its peer", CONNECTION
	  "reset a; tell c CLOSE; tell l LISTEN" },
	{ "tcp-disconnected", "connected once, then to nowhere", CONNECTION
	  "disconnect c; tell c UNBOUND" },
	{ "tcp-reuseport", "COUNT processes, a socket each, one --port",
	  "repeat count fork w%; repeat count in w% socket s tcp;"
	  "repeat count in w% opt s reuseport; repeat count in w% bind s;"
	  "repeat count in w% listen s; repeat count in w% tell s LISTEN" },
	{ "tcp-forked", "one listener, COUNT children", LISTENER
	  "tell l LISTEN; repeat count fork w%;"
	  "repeat count in w% tell l LISTEN" },
	{ "tcp-dup", "one listener, three descriptors", LISTENER
	  "dup l l2; dup l l3 100; tell l LISTEN; tell l2 LISTEN;"
	  "tell l3 LISTEN" },
	{ "tcp-thread", "a thread's own table holds what nobody else does",
	  "thread t; in t socket l tcp; in t bind l; in t listen l;"
	  "in t tell l LISTEN" },
	{ "tcp-thread-copy", "one listener in both tables", LISTENER
	  "thread t; tell l LISTEN; in t tell l LISTEN" },
	{ "udp-unbound", "no port", "socket s udp; tell s UNBOUND" },
	{ "udp-bound", "a port", "socket s udp; bind s; tell s UNCONN" },
	{ "udp-connected", "two at each other",
	  "socket s udp; bind s; socket c udp; connect c s; connect s c;"
	  "tell s ESTABLISHED; tell c ESTABLISHED" },
	{ "unix-pair", "two unnamed ends, --path unused",
	  "pair a b; tell a ESTABLISHED; tell b ESTABLISHED" },
	{ "unix-dgram", "a name", "socket s dgram; bind s; tell s UNCONN" },
	{ "unix-listen", "a name to connect to, COUNT wait",
	  "socket l stream; bind l; listen l; tell l LISTEN;"
	  "repeat count socket c% stream; repeat count connect c% l;"
	  "repeat count tell c% ESTABLISHED" },
	{ "unix-seqpacket", "listener and both ends",
	  "socket l seqpacket; bind l; listen l; socket c seqpacket;"
	  "connect c l; accept l a; tell l LISTEN; tell c ESTABLISHED;"
	  "tell a ESTABLISHED" },
	{ "netlink", "bound, not connected",
	  "socket s netlink; bind s; tell s UNCONN" },
	{ "raw", "ICMP", "socket s raw; tell s UNCONN" },
	{ "packet", "every ethertype on lo",
	  "socket s packet; bind s; tell s UNCONN" },
	{ "ping", "an echo identifier is its port",
	  "socket s ping; bind s; tell s UNCONN" },
	{ "inflight", "a listener in a unix socket's queue", LISTENER
	  "pair u v; pass l u; close l; tell l LISTEN inflight" },
	{ "many", "COUNT bound UDP sockets",
	  "repeat count socket s% udp; repeat count bind s%;"
	  "repeat count tell s% UNCONN" },
	{ NULL, NULL, NULL }
};
