# SPDX-License-Identifier: GPL-2.0
"""Sockets that others exist for: MPTCP sockets of subflows, listeners at other ports; judged by ss, SO_COOKIE and who made them."""
import json
import os
import re
import socket

import view
from judge import comm_of
from maker import cookie, run
from redirect import Redirect
from scenario import Skip, equal, own_netns, scenario, true, variants
from t_metrics import by_port, metrics
from t_reader import reader
from t_why import text, why

MPTCP = 262


def mptcp_socket():
    try:
        return socket.socket(socket.AF_INET, socket.SOCK_STREAM, MPTCP)
    except OSError as reason:
        raise Skip(f"no MPTCP: {reason}") from reason


def ss_users(*words):
    """{(local address, remote address): [(process, fd)]} by ss."""
    found = {}
    for line in run("ss", "-Hnp", *words).stdout.decode().splitlines():
        words = line.split()
        found[words[3], words[4]] = [(int(pid), int(fd)) for pid, fd in re.findall(r"pid=(\d+),fd=(\d+)", line)]
    return found


def lines(*words):
    """The lines of a table, by LOCAL and REMOTE."""
    told = reader(*words, "-H", "-W", "-o", "LOCAL,REMOTE,OWNERS")
    equal("stderr", told.stderr, b"")
    return {tuple(line.split()[:2]): line for line in told.stdout.decode().splitlines()}


@scenario("relations/mptcp")
def mptcp():
    """A server that uses MPTCP: whatever is selected, its process is named, as ss names it."""
    listener, *clients = (mptcp_socket() for _ in range(3))
    listener.bind(("127.0.0.1", 8443))
    listener.listen(9)
    clients[0].connect(("127.0.0.1", 8443))
    server, _ = listener.accept()
    clients[1].connect(("127.0.0.1", 8443))  # waits
    me, comm = os.getpid(), comm_of(os.getpid())
    by_ss = ss_users("-tl")
    equal("ss", by_ss["127.0.0.1:8443", "0.0.0.0:*"], [(me, listener.fileno())])
    for words in (["-t", "8443"], ["8443/tcp"], ["-tl"], ["-t", "--state", "listen"]):
        line = lines(*words)["127.0.0.1:8443", "*:*"]
        true(f"{words}: {line}", line.endswith(f"[mptcp] {comm}({me}) fd {listener.fileno()}"))
    shown = lines("-t", "8443")
    for client, owner in ((clients[0], server), (clients[1], listener)):
        line = shown["127.0.0.1:8443", "%s:%d" % client.getsockname()]
        true(line, line.endswith(f"[mptcp] {comm}({me}) fd {owner.fileno()}"))
    raw = reader("-t", "8443", "--raw", "-H", "-o", "OWNERS").stdout.decode().split()
    equal("the view's own words", raw, ["[mptcp]"] * 3)
    tree = reader("--tree", "8443", "-H").stdout.decode()
    equal("each socket once", (tree.count("LISTEN"), tree.count("ESTABLISHED")), (2, 4))
    told = why("8443")
    equal("verdict", told["verdict"], "EADDRINUSE")
    true(f"whom to end: {told['advice']}", str(me) in told["advice"])
    true(f"no interface: {told['advice']}", "interface" not in told["advice"])
    true("the line", text("8443").startswith(f"EADDRINUSE: 0.0.0.0:8443/tcp - {comm} (pid {me}, fd {listener.fileno()}) over MPTCP is in LISTEN"))
    found = metrics()
    for name, wanted in (("sockets", 1), ("owners", 1), ("backlog", 1), ("accept_queue", 1)):
        equal(name, by_port(found, name), {8443: wanted})
    equal("ports", found["portsock_listening_ports", ()], 1)


@scenario("relations/mptcp-as-a-user")
def mptcp_as_user():
    """Whoever may not see the owners of the MPTCP socket does not see them behind its subflow."""
    listener = mptcp_socket()
    listener.bind(("127.0.0.1", 8443))
    listener.listen(9)
    told = run("setpriv", "--reuid", "1000", "--clear-groups", "portsock", "-t", "8443", "-H", "-o", "OWNERS")
    equal("owners", told.stdout.decode().split(), ["[mptcp]"])


@scenario("relations/another-port")
def another_port():
    """sk_lookup: the connection is at 7007, its listener at 41234."""
    listener, client = socket.socket(), socket.socket()
    listener.bind(("127.0.0.1", 41234))
    listener.listen(9)
    with Redirect([7007], listener.fileno()):
        client.connect(("127.0.0.1", 7007))
        peer = "%s:%d" % client.getsockname()
        row = view.read().one(REMOTE=peer, LOCAL="127.0.0.1:7007")
        equal("row", [row["HELD"], row["PARENT"], row["PORT"]], ["acceptq", cookie(listener), "7007"])
        me, comm = os.getpid(), comm_of(os.getpid())
        for words in (["--tree", "7007"], ["--tree"], ["--tree", "-t"]):
            tree = reader(*words, "-H").stdout.decode()
            at = tree[tree.index("7007\n"):].splitlines()
            true(f"{words}: {at}", at[1].endswith("listener tcp 127.0.0.1:41234") and at[2].endswith(f"{comm}({me}) fd {listener.fileno()}")
                 and f"from {peer}" in at[3])
            equal(f"{words}: the connection", tree.count(f"from {peer}"), 1)
        shown = text("127.0.0.1:7007")
        true(shown, f"in the accept queue of the listener on 127.0.0.1:41234 of {comm} (pid {me}, fd {listener.fileno()})" in shown)
        equal("verdict", why("127.0.0.1:7007")["verdict"], "EADDRINUSE")
        found = metrics()
        for name, wanted in (("backlog", 1), ("accept_queue", 1)):
            equal(name, by_port(found, name), {41234: wanted})
        accepted, _ = listener.accept()
        equal("accepted: the same", cookie(accepted), row["COOKIE"])


@variants("relations/dual-stack", ["tcp", "udp"])
def dual_stack(proto):
    """A wildcard of IPv6 with and without IPv4: LOCAL is that of ss."""
    socks = []
    kind = socket.SOCK_STREAM if proto == "tcp" else socket.SOCK_DGRAM
    for port, family, host, only in ((8001, socket.AF_INET6, "::", 0), (8002, socket.AF_INET6, "::", 1), (8003, socket.AF_INET, "0.0.0.0", 0),
                                     (8004, socket.AF_INET6, "::1", 0)):
        socks.append(socket.socket(family, kind))
        if family == socket.AF_INET6:
            socks[-1].setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, only)
        socks[-1].bind((host, port))
        if proto == "tcp":
            socks[-1].listen()
    letter = proto[0]
    by_ss = [line.split()[3] for line in run("ss", f"-Hln{letter}").stdout.decode().splitlines()]
    equal("ss", sorted(by_ss)[0], "*:8001")
    shown = reader(f"-l{letter}", "-H", "-o", "LOCAL").stdout.decode().split()
    equal("LOCAL", sorted(shown), sorted(by_ss))
    tree = reader("--tree", f"-l{letter}", "-H").stdout.decode()
    equal("tree", sorted(re.findall(rf"{proto} (\S+)", tree)), sorted(by_ss))
    equal("raw", reader("--raw", "-H", "-o", "LOCAL", "8001").stdout.decode().split(), ["[::]:8001"])
    # what reaches IPv4 is what covers it
    v4 = reader("-H", "-o", "LOCAL", "127.0.0.1:8001", "127.0.0.1:8002").stdout.decode().split()
    equal("those that receive at 127.0.0.1", v4, ["*:8001"])


def peer_owners(*words):
    """{LOCAL: its peer's owners} of the sockets that are selected."""
    told = reader("-j", *words, "-o", "PORT,REMOTE,PEER_OWNERS")
    equal("stderr", told.stderr, b"")
    return {(row["port"], row["rport"]): row["peer_owners"] for row in map(json.loads, told.stdout.decode().splitlines())}


def owner(pid, sock):
    return [{"pid": pid, "tid": pid, "fd": sock.fileno(), "comm": comm_of(pid)}]


@variants("relations/peer", ["tcp", "mapped", "udp", "mptcp"])
def peers(kind):
    """Both ends are ours: each is the other's peer; of one that waits, it is the listener's process."""
    me = os.getpid()
    family, host = (socket.AF_INET6, "::ffff:127.0.0.1") if kind == "mapped" else (socket.AF_INET, "127.0.0.1")
    if kind == "udp":
        one, other = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        one.bind((host, 5432))
        other.bind((host, 5433))
        one.connect((host, 5433))
        equal("not connected yet", peer_owners("5432"), {(5432, 5433): None})
        other.connect((host, 5432))
        equal("5432", peer_owners("5432"), {(5432, 5433): owner(me, other)})
        equal("5433", peer_owners("5433/udp"), {(5433, 5432): owner(me, one)})
        return
    protocol = MPTCP if kind == "mptcp" else 0
    listener, client, late = (socket.socket(family if sock == 0 else socket.AF_INET, socket.SOCK_STREAM, protocol) for sock in range(3))
    listener.bind((host, 5432))
    listener.listen()
    client.connect(("127.0.0.1", 5432))
    server, _ = listener.accept()
    late.connect(("127.0.0.1", 5432))
    first, second = (sock.getsockname()[1] for sock in (client, late))
    equal("5432", peer_owners("-t", "5432"), {(5432, None): None, (5432, first): owner(me, client), (5432, second): owner(me, late)})
    equal("the client's", peer_owners("-t", str(first)), {(first, 5432): owner(me, server)})
    equal("of the one that waits", peer_owners("-t", "--remote", "5432", str(second)), {(second, 5432): owner(me, listener)})
    told = run("setpriv", "--reuid", "1000", "--clear-groups", "portsock", "--raw", "-H", "-o", "PEER_OWNERS", "--remote", str(first))
    true(f"a user learns nothing: {told.stdout}", set(told.stdout.decode().split()) <= {"?", "-", "[mptcp]"})


@scenario("relations/peer-unix")
def peer_unix():
    """A pair, a connection, and one that waits: whose the other end is."""
    me, path = os.getpid(), "/tmp/relations.sock"
    listener, client, late = (socket.socket(socket.AF_UNIX) for _ in range(3))
    listener.bind(path)
    listener.listen()
    client.connect(path)
    server, _ = listener.accept()
    late.connect(path)
    one, other = socket.socketpair()
    told = reader("-xaj", "-o", "COOKIE,PEER_OWNERS", "--cookie", ",".join(map(cookie, (listener, client, server, late, one, other))))
    found = {row["cookie"]: row["peer_owners"] for row in map(json.loads, told.stdout.decode().splitlines())}
    os.unlink(path)
    for what, sock, wanted in (("listener", listener, None), ("client", client, owner(me, server)), ("server", server, owner(me, client)),
                               ("one that waits", late, owner(me, listener)), ("pair", one, owner(me, other)), ("other", other, owner(me, one))):
        equal(what, found[cookie(sock)], wanted)


@scenario("relations/peer-of-another-namespace")
def peer_elsewhere():
    """A veth pair: the peer is in the other namespace. At loopback addresses the same ends are not a connection."""
    made = run("ip", "link", "add", "va", "type", "veth", "peer", "name", "vb")
    run("ip", "addr", "add", "192.0.2.1/24", "dev", "va")
    run("ip", "link", "set", "va", "up")
    listener = socket.socket()
    listener.bind(("0.0.0.0", 5432))
    listener.listen()
    ready, go = os.pipe(), os.pipe()
    pid = os.fork()
    if not pid:
        own_netns()
        os.write(ready[1], b"1")
        os.read(go[0], 1)
        run("ip", "addr", "add", "192.0.2.2/24", "dev", "vb")
        run("ip", "link", "set", "vb", "up")
        client = socket.create_connection(("192.0.2.1", 5432))
        os.write(ready[1], str(client.fileno()).encode())
        os.read(go[0], 1)
        os._exit(0)
    os.read(ready[0], 1)
    moved = run("ip", "link", "set", "vb", "netns", str(pid))
    if moved.returncode:
        raise Skip(f"no veth: {made.stderr} {moved.stderr}")
    os.write(go[1], b"1")
    fd = int(os.read(ready[0], 9))
    server, peer = listener.accept()
    wanted = {"pid": pid, "tid": pid, "fd": fd, "comm": comm_of(pid)}
    equal("5432", peer_owners("-t", "5432")[5432, peer[1]], [wanted])
    tree = reader("--tree", "-N", "all", "-t", str(peer[1])).stdout.decode()
    true(f"the namespace has a process: {tree}", re.search(r"netns \d+, process \d+", tree))
    os.write(go[1], b"1")
    os.waitpid(pid, 0)
