# SPDX-License-Identifier: GPL-2.0
"""TYPE, PEER and DROPS, compared with SO_TYPE, SO_COOKIE, ss and /proc/net."""
import os
import re
import socket
import struct

import view
from maker import cookie, run
from scenario import equal, in_child, own_netns, scenario, true
from t_families import inode, make

ETH_P_ALL = 3
TYPES = {"stream": socket.SOCK_STREAM, "dgram": socket.SOCK_DGRAM, "seqpacket": socket.SOCK_SEQPACKET, "raw": socket.SOCK_RAW, "rdm": socket.SOCK_RDM}


def asked(line):
    """The view with a filter."""
    with open(view.PATH, "r+b", buffering=0) as file:
        file.write(line.encode())
        return view.View(view.read_all(file.fileno()))


@scenario("columns/type")
def socket_type():
    wanted = {socket.AF_UNIX: "stream dgram seqpacket", socket.AF_NETLINK: "raw dgram", socket.AF_PACKET: "raw dgram"}
    made = [(kind, make(family, TYPES[kind])) for family, kinds in wanted.items() for kind in kinds.split()]
    for family, kinds in ((socket.AF_TIPC, "stream dgram seqpacket rdm"), (40, "stream seqpacket")):  # vsock
        for kind in kinds.split():
            try:
                made.append((kind, socket.socket(family, TYPES[kind])))
            except OSError:
                pass  # not in this kernel
    implied = [make(socket.AF_INET, socket.SOCK_STREAM), make(socket.AF_INET, socket.SOCK_DGRAM), make(socket.AF_INET, socket.SOCK_RAW, 89)]
    now = view.read()
    for kind, sock in made:
        row = now.one(COOKIE=cookie(sock))
        equal(f"SO_TYPE of {row}", sock.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE), TYPES[kind])
        equal(f"TYPE of {row}", row["TYPE"], kind)
    for sock in implied:
        equal("TYPE", now.one(COOKIE=cookie(sock))["TYPE"], "-")


def ss_peers():
    """ss -x: {inode: inode of the peer}."""
    lines = [line.split() for line in run("ss", "-Hnax").stdout.decode().splitlines()]
    return {int(words[5]): int(words[7]) for words in lines}


@scenario("columns/peer")
def peer():
    pairs = [socket.socketpair(socket.AF_UNIX, kind) for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET)]
    server = make(socket.AF_UNIX, socket.SOCK_DGRAM)
    server.bind("\0columns/dgram")
    client = make(socket.AF_UNIX, socket.SOCK_DGRAM)
    client.connect("\0columns/dgram")
    alone = make(socket.AF_UNIX, socket.SOCK_STREAM)
    now, peers = view.read(), ss_peers()
    by_inode = {int(row["INODE"]): row for row in now.find(PROTO="unix") if row["INODE"] != "0"}
    for a, b in pairs:
        equal("PEER", [now.one(COOKIE=cookie(one))["PEER"] for one in (a, b)], [cookie(b), cookie(a)])
        equal("ss", peers[inode(a)], inode(b))
    equal("PEER", [now.one(COOKIE=cookie(one))["PEER"] for one in (client, server, alone)], [cookie(server), "-", "-"])
    for number, row in by_inode.items():
        if number in peers and peers[number] in by_inode:
            equal(f"PEER of {row}", row["PEER"], by_inode[peers[number]]["COOKIE"])
    known = cookie(pairs[0][0])
    pairs[0][1].close()
    equal("PEER of a socket whose peer is closed", view.read().one(COOKIE=known)["PEER"], "-")
    equal("ss", ss_peers()[inode(pairs[0][0])], 0)


@scenario("columns/peer-in-queue")
def peer_in_queue():
    """The client's peer is the socket that accept() will return."""
    for kind in ("stream", "seqpacket"):
        listener = make(socket.AF_UNIX, TYPES[kind])
        listener.bind("\0columns/" + kind)
        listener.listen(2)
        clients = [make(socket.AF_UNIX, TYPES[kind]) for _ in range(2)]
        for client in clients:
            client.connect("\0columns/" + kind)
        now = view.read()
        waiting = [now.one(COOKIE=now.one(COOKIE=cookie(client))["PEER"]) for client in clients]
        for row, client in zip(waiting, clients):
            equal("waiting", [row[key] for key in ("INODE", "HELD", "PARENT", "PEER", "TYPE")], ["0", "acceptq", cookie(listener), cookie(client), kind])
        accepted = [listener.accept()[0] for _ in clients]
        equal("accepted", [cookie(one) for one in accepted], [row["COOKIE"] for row in waiting])


@scenario("columns/peer-elsewhere")
def peer_elsewhere():
    """The cookie of a peer in another network namespace is for whoever sees that namespace."""
    path = "/tmp/columns-elsewhere"
    if os.path.exists(path):
        os.unlink(path)
    server = make(socket.AF_UNIX, socket.SOCK_DGRAM)
    server.bind(path)
    known = cookie(server)

    def elsewhere():
        own_netns()
        client = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        client.connect(path)
        return [asked(words).one(COOKIE=cookie(client))["PEER"] for words in ("proto=unix netns=all", "proto=unix")]

    equal("PEER with netns=all, and in the own namespace", in_child(elsewhere), [known, "-"])


def ss_drops(*options):
    """ss -m: {cookie: d of skmem}."""
    text = run("ss", "-HnamOe", *options).stdout.decode()
    return {re.search(r"\bsk:([0-9a-f]+)", line)[1]: re.search(r"skmem:\(.*,d(\d+)\)", line)[1]
            for line in text.splitlines() if "skmem" in line and "sk:" in line}


def last_column(table, number):
    """Of the line of /proc/net/TABLE that ends in this inode and what follows it."""
    with open("/proc/net/" + table, encoding="ascii") as lines:
        return next(line.split()[-1] for line in lines if str(number) in line.split()[8:])


@scenario("columns/drops-udp")
def drops_udp():
    for family, address, table in ((socket.AF_INET, "127.0.0.1", "udp"), (socket.AF_INET6, "::1", "udp6")):
        sock = make(family, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.bind((address, 5353))
        sender = make(family, socket.SOCK_DGRAM)
        for _ in range(100):
            sender.sendto(bytes(1000), sock.getsockname())
        now = view.read()
        dropped = now.one(COOKIE=cookie(sock))["DROPS"]
        true(f"{dropped} drops", int(dropped) > 10)
        equal(f"last column of {table}", last_column(table, inode(sock)), dropped)
        equal("ss", ss_drops("-u")[cookie(sock)], dropped)
        equal("DROPS of the sender", now.one(COOKIE=cookie(sender))["DROPS"], "0")


@scenario("columns/drops-listener")
def drops_listener():
    """SYNs and ACKs for which the accept queue has no room."""
    listener = socket.create_server(("127.0.0.1", 8080), backlog=0)
    clients = [make(socket.AF_INET, socket.SOCK_STREAM) for _ in range(5)]
    for client in clients:
        client.setblocking(False)
        client.connect_ex(("127.0.0.1", 8080))
    now = view.read()
    seen = [now.one(COOKIE=cookie(listener))["DROPS"], ss_drops("-tl")[cookie(listener)], view.read().one(COOKIE=cookie(listener))["DROPS"]]
    true(f"drops {seen}", 0 < int(seen[0]) <= int(seen[1]) <= int(seen[2]))
    child, _ = listener.accept()
    equal("DROPS of a connection", view.read().one(COOKIE=cookie(child))["DROPS"], ss_drops("-t")[cookie(child)])
    for row in view.read().find(STATE="SYN_RECV"):
        equal("DROPS of a request", row["DROPS"], "-")


@scenario("columns/drops-timewait")
def drops_timewait():
    listener = socket.create_server(("127.0.0.1", 8080))
    client = socket.create_connection(("127.0.0.1", 8080))
    server, _ = listener.accept()
    client.close()
    server.close()
    rows = view.read().find(STATE="TIME_WAIT")
    true("a TIME_WAIT", rows)
    equal("TYPE PEER DROPS", {(row["TYPE"], row["PEER"], row["DROPS"]) for row in rows}, {("-", "-", "-")})


@scenario("columns/drops-others", seconds=60)
def drops_others():
    """packet, raw and netlink sockets with full buffers."""
    packet = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
    for sock in (packet, raw):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sender = make(socket.AF_INET, socket.SOCK_DGRAM)
    for _ in range(100):
        sender.sendto(bytes(1000), ("127.0.0.1", 9))
    links = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)  # NETLINK_ROUTE
    links.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2304)
    links.bind((0, 1))  # RTMGRP_LINK
    for number in range(10):
        run("ip", "link", "set", "lo", "mtu", str(1500 + number))
    now = view.read()
    dropped = {sock: now.one(COOKIE=cookie(sock))["DROPS"] for sock in (packet, raw, links)}
    for sock, number in dropped.items():
        true(f"{number} drops of {sock}", int(number) > 0)
    equal("last column of raw", last_column("raw", inode(raw)), dropped[raw])
    equal("ss", ss_drops("-0")[cookie(packet)], dropped[packet])
    with open("/proc/net/netlink", encoding="ascii") as lines:
        words = next(line.split() for line in lines if line.split()[-1] == str(inode(links)))
    equal("Drops of /proc/net/netlink", words[8], dropped[links])
    stats = struct.unpack("II", packet.getsockopt(263, 6, 8))  # SOL_PACKET, PACKET_STATISTICS
    equal("PACKET_STATISTICS", str(stats[1]), dropped[packet])


@scenario("columns/dev-of-a-removed-interface")
def removed_interface():
    """ss prints if7 for a socket whose interface has gone; - would be a socket that is bound to none."""
    def inside():
        own_netns()
        run("ip", "link", "add", "gone", "type", "dummy")
        index = socket.if_nametoindex("gone")
        sock = make(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"gone")
        sock.bind(("0.0.0.0", 8091))
        equal("DEV", view.read().one(COOKIE=cookie(sock))["DEV"], "gone")
        run("ip", "link", "delete", "gone")
        line = run("ss", "-Huan").stdout.decode()
        true(f"ss has the same: {line}", f"0.0.0.0%if{index}:8091" in line)
        equal("DEV", view.read().one(COOKIE=cookie(sock))["DEV"], f"if{index}")
    in_child(inside)
