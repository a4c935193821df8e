# SPDX-License-Identifier: GPL-2.0
"""bind=yes: what bind() compares with beside the sockets that are there. Who is let in by it is asked in t_why and tests/conflict."""
import contextlib
import errno
import os
import random
import socket

import view
from maker import proc_net, run
from scenario import Skip, equal, has_ipv6, in_child, own_netns, scenario, true
from t_filter import asked, refusal


def told(line):
    """The rows that are metadata; they stand in front of the others."""
    fd = os.open(view.PATH, os.O_RDWR)
    try:
        os.write(fd, line.encode())
        lines = view.read_all(fd).decode("ascii").splitlines()[2:]
    finally:
        os.close(fd)
    rows = [view.View.row(line[2:]) for line in lines if line.startswith("# ")]
    true(f"metadata stands in front: {lines}", all(line.startswith("# ") for line in lines[:len(rows)]))
    for row in rows:
        equal("of no socket", [row[name] for name in ("STATE", "INODE", "HELD", "OWNERS")], ["-", "0", "-", "-"])
    return rows


def ports(rows):
    return sorted((int(row["NETNS"]), row["PROTO"], int(row["PORT"])) for row in rows)


def netns_number():
    return os.stat("/proc/self/ns/net").st_ino


def datagram(address, port, *options):
    sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    for option in options:
        sock.setsockopt(socket.SOL_SOCKET, option, 1)
    if ":" in address:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    sock.bind((address, port))
    return sock


@scenario("bind/udp-order")
def udp_order():
    """In the order in which they stand in their slot, which /proc/net/udp goes by; not where bind() goes by addresses."""
    dice = random.Random(1)
    with contextlib.ExitStack() as held:
        reserved = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(6)]
        dice.shuffle(reserved)  # bound in another order than they were made
        families = ["127.0.0.1", "::1"] if has_ipv6() else ["127.0.0.1"]
        for sock in reserved:
            held.enter_context(sock)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            sock.bind(("127.0.0.1", 5353))
        for address in families * 2:
            held.enter_context(datagram(address, 5353, socket.SO_REUSEPORT))
        rows = told("port=5353 bind=yes")
        made = asked("port=5353")
        cookies = {row["INODE"]: row["COOKIE"] for row in made.rows}
        for table in ("udp", "udp6"):
            order = [cookies[str(inode)] for local, _, _, inode in proc_net(table) if local.endswith(":5353")]
            equal(f"as in /proc/net/{table}", [row["COOKIE"] for row in rows if row["COOKIE"] in order], order)
        equal("each of them", sorted(row["COOKIE"] for row in rows), sorted(cookies.values()))
        equal("without a word of addresses", {row["LOCAL"] for row in rows}, {"*:*"})
        for _ in range(11 - len(cookies)):
            held.enter_context(datagram("127.0.0.1", 5353, socket.SO_REUSEPORT))
        equal("more than ten", told("port=5353 bind=yes"), [])
        equal("another port", told("port=5354 bind=yes"), [])


@scenario("bind/udp-shared-slot")
def udp_shared_slot():
    """Ports a power of two apart share a slot of a smaller table: each socket has one bind row all the same."""
    numbers = [1024 + (i << 13) for i in range(7)]
    with contextlib.ExitStack() as held:
        for number in numbers:
            held.enter_context(datagram("127.0.0.1", number))
        for keys in ("", "netns=all "):
            rows = told(keys + "bind=yes proto=udp port=" + ",".join(map(str, numbers)))
            mine = [int(row["PORT"]) for row in rows if int(row["NETNS"]) == netns_number()]
            equal(f"one row each ({keys})", sorted(mine), numbers)


@scenario("bind/all-ports")
def all_ports():
    """Without port=, of every port that has one bound; netns=all of every namespace, as long as that is to be seen."""
    def elsewhere():
        own_netns()
        with socket.create_server(("127.0.0.1", 8085)), datagram("127.0.0.1", 8086):
            return netns_number(), [list(one) for one in ports(told("bind=yes"))], [list(one) for one in ports(told("bind=yes netns=all"))]

    mine = netns_number()
    with socket.create_server(("127.0.0.1", 8083)) as server, socket.create_connection(("127.0.0.1", 8083)) as client:
        with server.accept()[0], datagram("127.0.0.1", 8083), datagram("127.0.0.1", 8084):
            here = sorted([(mine, "tcp", 8083), (mine, "tcp", client.getsockname()[1]), (mine, "udp", 8083), (mine, "udp", 8084)])
            equal("every port once", ports(told("bind=yes")), here)
            equal("some ports", ports(told("bind=yes port=8083-8084")), [one for one in here if one[2] in (8083, 8084)])
            equal("a protocol", ports(told("bind=yes proto=udp")), [one for one in here if one[1] == "udp"])
            equal("other keys have no say", ports(told("bind=yes state=TIME_WAIT uid=5")), here)
            equal("but for pid=, which walks no table", told("bind=yes pid=1"), [])
            there, own, everywhere = in_child(elsewhere)
            equal("only those of its namespace", own, [[there, "tcp", 8085], [there, "udp", 8086]])
            for one in [list(one) for one in here] + own:
                true(f"{one} with netns=all", one in everywhere)
            equal("nothing of one that has gone", [one for one in ports(told("bind=yes netns=all")) if one[0] == there], [])


def refused(line):
    fd = os.open(view.PATH, os.O_RDWR)
    try:
        equal("the filter", refusal(fd, line), 0)
        view.read_all(fd)
    except OSError as reason:
        return reason.errno
    finally:
        os.close(fd)
    return 0


@scenario("bind/max-sockets")
def max_sockets():
    """What is told is gathered memory like any other, also when no row is wanted."""
    with socket.create_server(("127.0.0.1", 8083)), socket.create_server(("127.0.0.1", 8084)), socket.create_server(("127.0.0.1", 8085)):
        with view.limited_to(2):
            equal("three ports", refused("bind=yes state=TIME_WAIT"), errno.EFBIG)
            equal("two", ports(told("bind=yes state=TIME_WAIT port=8083,8084")), [(netns_number(), "tcp", 8083), (netns_number(), "tcp", 8084)])


@scenario("bind/vrf")
def vrf():
    """A VRF has ports of its own."""
    if run("ip", *"link add blue type vrf table 11".split()).returncode:
        raise Skip("no VRFs on this kernel")
    for words in ("link add red type vrf table 10", "link set red up", "address add 127.0.0.1/8 dev red"):
        result = run("ip", *words.split())
        equal(f"ip {words}: {result.stderr}", result.returncode, 0)
    with socket.create_server(("127.0.0.1", 8083)), socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"red")
        other.bind(("127.0.0.1", 8083))
        equal("two ports of one number", sorted(row["DEV"] for row in told("port=8083 bind=yes")), ["-", "red"])
        equal("two sockets", sorted(row["DEV"] for row in asked("port=8083").rows), ["-", "red"])
        said = run("portsock", "why", "127.0.0.1:8083", "--dev", "red").stdout.decode("ascii")
        true(f"the socket of the VRF alone: {said}", said.count("EADDRINUSE") == 1 and "in BOUND on 127.0.0.1:8083 of red" in said)
        said = run("portsock", "why", "127.0.0.1:8083").stdout.decode("ascii")
        true(f"the other alone: {said}", said.count("EADDRINUSE") == 1 and "in LISTEN on 127.0.0.1:8083" in said and "red" not in said)
