# SPDX-License-Identifier: GPL-2.0
"""Each family, judged by getsockname(), SO_COOKIE, fstat(), /proc/net and ss."""
import ctypes
import errno
import os
import re
import signal
import socket
import struct
import time

import view
from maker import cookie, hex_address, run
from scenario import LIBC, Skip, equal, own_netns, scenario, true, variants

UDPLITE = 136


def make(family, kind, protocol=0):
    try:
        return socket.socket(family, kind, protocol)
    except OSError as reason:
        raise Skip(f"no such socket here: {reason}") from None


def inode(sock):
    return os.fstat(sock.fileno()).st_ino


def place(name):
    """What getsockname() or getpeername() told, as the contract writes it."""
    host, port = name[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def judge(now, sock, proto, state, port="-", local="-", remote="-"):
    """The one row of a socket that this process holds."""
    row = now.one(COOKIE=cookie(sock))
    equal("row", {key: row[key] for key in ("PROTO", "STATE", "PORT", "LOCAL", "REMOTE", "INODE", "UID", "HELD", "PARENT", "EXPIRES")},
          {"PROTO": proto, "STATE": state, "PORT": str(port), "LOCAL": local, "REMOTE": remote, "INODE": str(inode(sock)), "UID": "0",
           "HELD": "process", "PARENT": "-", "EXPIRES": "-"})
    equal("owners", [owner[:3] for owner in row.owners()], [(os.getpid(), os.getpid(), sock.fileno())])
    return row


@scenario("netlink/kernel")
def netlink_kernel():
    """The kernel's own sockets of the protocols that a network namespace refers to, as in /proc/net/netlink."""
    reachable = {"0": "route", "4": "sock_diag", "6": "xfrm", "10": "fib_lookup", "16": "generic"}
    with open("/proc/net/netlink", encoding="ascii") as lines:
        table = [line.split() for line in lines][1:]
    wanted = {(f"{words[1]}:0", words[9], words[8]) for words in table if words[2] == "0" and words[1] in reachable}
    true(f"the first ones: {wanted}", {"0:0", "16:0"} <= {local for local, *_ in wanted})
    rows = [row for row in view.read().all if (row["PROTO"], row["HELD"]) == ("netlink", "kernel")]
    equal("LOCAL, INODE, DROPS", {(row["LOCAL"], row["INODE"], row["DROPS"]) for row in rows}, wanted)
    equal("rows", len(rows), len(wanted))
    equal("the rest", {tuple(row[key] for key in ("STATE", "PORT", "UID", "OWNERS", "PARENT", "NETNS")) for row in rows},
          {("UNCONN", "-", "0", "[kernel]", "-", str(os.stat("/proc/self/ns/net").st_ino))})


def proc_table(name):
    """/proc/net/NAME: {inode: (local, remote)}."""
    with open("/proc/net/" + name, encoding="ascii") as lines:
        rows = [line.split() for line in lines][1:]
    return {int(row[9]): (hex_address(row[1]), hex_address(row[2])) for row in rows}


def ss_rows(*options):
    """ss's rows by cookie: its words."""
    rows = {}
    for line in run("ss", "-Hnae", *options).stdout.decode().splitlines():
        found = re.search(r"\bsk:([0-9a-f]+)", line)
        if found:
            rows[found[1]] = line.split()
    return rows


ANY = {"inet": "0.0.0.0", "inet6": "::"}
LOOPBACK = {"inet": "127.0.0.1", "inet6": "::1"}
FAMILY = {"inet": socket.AF_INET, "inet6": socket.AF_INET6}
TABLE = {"inet": "", "inet6": "6"}


def datagrams(family, protocol, proto, table):
    """Unbound, bound, connected; the bound ones are in the kernel's own list."""
    unbound, bound, connected = (make(FAMILY[family], socket.SOCK_DGRAM, protocol) for _ in range(3))
    bound.bind((LOOPBACK[family], 4711))
    connected.connect((LOOPBACK[family], 4711))
    now = view.read()
    listed = proc_table(table + TABLE[family])
    judge(now, unbound, proto, "UNBOUND", local="*:*", remote="*:*")
    judge(now, bound, proto, "UNCONN", 4711, place(bound.getsockname()), "*:*")
    equal(f"LOCAL in /proc/net/{table}", listed[inode(bound)][0], place(bound.getsockname()))
    judge(now, connected, proto, "ESTABLISHED", connected.getsockname()[1], place(connected.getsockname()),
          place(connected.getpeername()))
    equal("inodes", {int(row["INODE"]) for row in now.find(PROTO=proto)} - {inode(unbound)}, set(listed))
    return unbound, bound, connected


@variants("udplite", list(FAMILY))
def udplite(family):
    _, bound, connected = datagrams(family, UDPLITE, "udplite", "udplite")
    connected.send(b"x" * 100)
    row = view.read().one(COOKIE=cookie(bound))
    true(f"RXQ {row['RXQ']}", int(row["RXQ"]) >= 100)


@variants("ping/identifier", list(FAMILY))
def ping(family):
    with open("/proc/sys/net/ipv4/ping_group_range", "w", encoding="ascii") as file:
        file.write("0 1000")
    protocol = socket.IPPROTO_ICMP if family == "inet" else socket.IPPROTO_ICMPV6
    unbound, bound, connected = (make(FAMILY[family], socket.SOCK_DGRAM, protocol) for _ in range(3))
    bound.bind((ANY[family], 77))
    connected.connect((LOOPBACK[family], 0))
    connected.send(struct.pack("!BBHHH", 8 if family == "inet" else 128, 0, 0, 0, 1))
    now = view.read()
    judge(now, unbound, "ping", "UNBOUND", local="*:*", remote="*:*")
    judge(now, bound, "ping", "UNCONN", 77, place(bound.getsockname()), "*:*")
    # the peer has no identifier, which is why getpeername() fails; ss and /proc/net/icmp have its address
    listed = proc_table("icmp" + TABLE[family])
    judge(now, connected, "ping", "ESTABLISHED", connected.getsockname()[1], place(connected.getsockname()), listed[inode(connected)][1])
    equal("inodes", {int(row["INODE"]) for row in now.find(PROTO="ping")} - {inode(unbound)}, set(listed))
    equal("LOCAL in /proc/net/icmp", listed[inode(bound)][0], place(bound.getsockname()))


def send_away(sock):
    """Closes it here, while a message that nobody receives holds it."""
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    socket.send_fds(ends[0], [b"x"], [sock.fileno()])
    sock.close()
    return ends


@scenario("packet/table")
def packet():
    """One with a descriptor, and one that only the table knows."""
    held = make(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0806))
    held.bind(("lo", 0x88cc))
    away = make(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0003))
    known, number = cookie(away), inode(away)
    ends = send_away(away)
    now = view.read()
    row = judge(now, held, "packet", "UNCONN", local="88cc:lo")
    equal("DEV", row["DEV"], "lo")
    row = now.one(COOKIE=known)
    equal("row", [row[key] for key in ("PROTO", "PORT", "STATE", "LOCAL", "REMOTE", "INODE", "HELD", "OWNERS")],
          ["packet", "-", "UNCONN", "0003:*", "-", str(number), "inflight", "-"])
    shown = ss_rows("-0")
    equal("sockets of ss", {row["COOKIE"] for row in now.find(PROTO="packet")}, set(shown))
    for row in now.find(PROTO="packet"):
        equal("RXQ and TXQ of ss", [row["RXQ"], row["TXQ"]], shown[row["COOKIE"]][2:4])
    ends[1].close()


def datagram_state(sock):
    """The kernel's word: before 5.14 a datagram socket with a peer is not connected."""
    with open("/proc/net/unix", encoding="utf-8", errors="replace") as lines:
        states = {words[6]: words[5] for words in map(str.split, lines)}
    return {"01": "UNCONN", "03": "ESTABLISHED"}[states[str(inode(sock))]]


@scenario("unix/peer")
def unix_peer():
    """REMOTE is the name of the peer, if it has one."""
    path, abstract = f"/tmp/e2e-peer-{os.getpid()}", f"\0e2e-peer-{os.getpid()}"
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(path)
    listener.listen(4)
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.bind(abstract)
    client.connect(path)
    server, _ = listener.accept()
    unnamed = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    unnamed.connect(path)
    sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    receiver.bind(f"/tmp/e2e a-{os.getpid()}")
    sender.connect(f"/tmp/e2e a-{os.getpid()}")
    pair = socket.socketpair()
    now = view.read()
    named = "@" + abstract[1:]
    judge(now, listener, "unix", "LISTEN", local=path)
    judge(now, client, "unix", "ESTABLISHED", local=named, remote=path)
    judge(now, server, "unix", "ESTABLISHED", local=path, remote=named)
    judge(now, unnamed, "unix", "ESTABLISHED", remote=path)
    judge(now, sender, "unix", datagram_state(sender), remote=f"/tmp/e2e\\040a-{os.getpid()}")
    judge(now, receiver, "unix", datagram_state(receiver), local=f"/tmp/e2e\\040a-{os.getpid()}")
    judge(now, pair[0], "unix", "ESTABLISHED")
    equal("waiting", [(row["LOCAL"], row["REMOTE"], row["PARENT"]) for row in now.find(PROTO="unix", HELD="acceptq")],
          [(path, "-", cookie(listener))])
    equal("getpeername", [sock.getpeername() for sock in (client, server, unnamed, sender)],
          [path, abstract.encode(), path, f"/tmp/e2e a-{os.getpid()}"])


@scenario("unix/peer/other-netns")
def unix_peer_elsewhere():
    """A path reaches over network namespaces; the name of what is there is not told."""
    path = f"/tmp/e2e-netns-{os.getpid()}"
    receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    receiver.bind(path)
    own_netns()
    sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    sender.connect(path)
    equal("getpeername", sender.getpeername(), path)
    judge(view.read(), sender, "unix", datagram_state(sender))


VSOCK_ANY = 0xFFFFFFFF
VSOCK_LOCAL = 1


def vsock_ss():
    """ss's rows, which have nothing that names the socket: local and peer's cid:port, without what has neither."""
    lines = [line.split() for line in run("ss", "-Han", "--vsock").stdout.decode().splitlines()]
    return sorted(words[-2:] for words in lines if words[-2:] != ["*:*", "*:*"])


@scenario("vsock/states")
def vsock():
    """Every kind of it: bound ones, a listener, both ends of a connection, one that waits, one in flight."""
    unbound, bound, listener, client, waiting = (make(socket.AF_VSOCK, socket.SOCK_STREAM) for _ in range(5))
    bound.bind((VSOCK_LOCAL, 70000))
    listener.bind((VSOCK_ANY, 1234))
    listener.listen(7)
    try:
        client.connect((VSOCK_LOCAL, 1234))
    except OSError as reason:
        raise Skip(f"no loopback for vsock: {reason}") from None
    server, _ = listener.accept()
    waiting.connect((VSOCK_LOCAL, 1234))
    away = make(socket.AF_VSOCK, socket.SOCK_STREAM)
    away.bind((VSOCK_LOCAL, 4000000000))
    known = cookie(away)
    ends = send_away(away)
    now = view.read()
    judge(now, unbound, "vsock", "UNBOUND", local="*:*", remote="*:*")
    judge(now, bound, "vsock", "BOUND", 70000, "1:70000", "*:*")
    row = judge(now, listener, "vsock", "LISTEN", 1234, "*:1234", "*:*")
    equal("RXQ, TXQ", (row["RXQ"], row["TXQ"]), ("1", "7"))
    port = client.getsockname()[1]
    judge(now, client, "vsock", "ESTABLISHED", port, f"*:{port}", "1:1234")
    judge(now, server, "vsock", "ESTABLISHED", 1234, "1:1234", f"1:{port}")
    equal("in flight", [now.one(COOKIE=known)[key] for key in ("PROTO", "PORT", "STATE", "LOCAL", "HELD", "OWNERS")],
          ["vsock", "4000000000", "BOUND", "1:4000000000", "inflight", "-"])
    queued = now.find(PROTO="vsock", HELD="acceptq")
    equal("waiting", [[row[key] for key in ("STATE", "PORT", "LOCAL", "REMOTE", "INODE", "PARENT", "OWNERS")] for row in queued],
          [["ESTABLISHED", "1234", "1:1234", f"1:{waiting.getsockname()[1]}", "0", cookie(listener), "-"]])
    equal("sockets of ss", sorted([row["LOCAL"], row["REMOTE"]] for row in now.find(PROTO="vsock") if row["PORT"] != "-"), vsock_ss())
    ports = [int(row["PORT"]) for row in now.rows if row["PORT"] != "-"]
    equal("order", ports, sorted(ports))
    ends[1].close()


def use_counts(names):
    with open("/proc/modules", encoding="ascii") as file:
        rows = [line.split() for line in file]
    return {row[0]: row[2] for row in rows if row[0] in names}


@scenario("vsock/module")
def vsock_unload():
    """A read neither loads the module nor keeps it: it can be removed while the file is open."""
    names = ("vsock", "sctp", "dccp", "smc")
    for _ in range(20):
        before = use_counts(names)
        view.read()
        after = use_counts(names)
        if before == after:
            break
        time.sleep(0.2)  # sockets of before are still being freed
    equal("use counts", after, before)


MPTCP = 262


@variants("mptcp", list(FAMILY))
def mptcp(family):
    """A listener, both ends, and their subflows: the kernel's, and whose they are."""
    host = LOOPBACK[family]
    listener, bound, client = (make(FAMILY[family], socket.SOCK_STREAM, MPTCP) for _ in range(3))
    unbound = make(FAMILY[family], socket.SOCK_STREAM, MPTCP)
    bound.bind((host, 4713))
    listener.bind((host, 4712))
    listener.listen(9)
    client.connect((host, 4712))
    server, _ = listener.accept()
    now = view.read()
    judge(now, unbound, "mptcp", "UNBOUND", local="*:*", remote="*:*")
    judge(now, bound, "mptcp", "BOUND", 4713, place(bound.getsockname()), "*:*")
    judge(now, listener, "mptcp", "LISTEN", 4712, place(listener.getsockname()), "*:*")
    judge(now, client, "mptcp", "ESTABLISHED", client.getsockname()[1], place(client.getsockname()), place(client.getpeername()))
    judge(now, server, "mptcp", "ESTABLISHED", 4712, place(server.getsockname()), place(server.getpeername()))
    for sock, state in ((listener, "LISTEN"), (client, "ESTABLISHED"), (server, "ESTABLISHED")):
        whole = now.one(COOKIE=cookie(sock))
        part = now.one(PROTO="tcp", PARENT=cookie(sock))
        equal("subflow", [part[key] for key in ("STATE", "PORT", "LOCAL", "REMOTE", "INODE", "HELD", "OWNERS")],
              [state, whole["PORT"], whole["LOCAL"], whole["REMOTE"], whole["INODE"], "kernel", "[mptcp]"])
    shown = ss_rows("-M")
    equal("sockets of ss", {row["COOKIE"] for row in now.find(PROTO="mptcp") if row["STATE"] in ("ESTABLISHED", "LISTEN")}, set(shown))
    tcp = ss_rows("-t")
    equal("subflows of ss", {row["COOKIE"] for row in now.find(PROTO="tcp", OWNERS="[mptcp]") if row["STATE"] in ("ESTABLISHED", "LISTEN")},
          set(tcp))


@variants("mptcp/acceptq", list(FAMILY))
def mptcp_queued(family):
    """A connection that nobody has accepted: the MPTCP socket waits for its listener, its subflow is the kernel's and part of it."""
    host = LOOPBACK[family]
    listener, *clients = (make(FAMILY[family], socket.SOCK_STREAM, MPTCP) for _ in range(5))
    listener.bind((host, 4712))
    listener.listen(9)
    for client in clients:
        client.connect((host, 4712))
    plain = socket.create_connection((host, 4712))  # falls back: a TCP socket waits, without more
    now = view.read()
    wholes = {}
    for client in clients:
        peer = place(client.getsockname())
        whole = now.one(PROTO="mptcp", REMOTE=peer)
        equal("waiting", [whole[key] for key in ("STATE", "PORT", "INODE", "HELD", "OWNERS", "PARENT")],
              ["ESTABLISHED", "4712", "0", "acceptq", "-", cookie(listener)])
        part = now.one(PROTO="tcp", REMOTE=peer)
        equal("subflow", [part[key] for key in ("STATE", "PORT", "INODE", "HELD", "OWNERS", "PARENT")],
              ["ESTABLISHED", "4712", "0", "kernel", "[mptcp]", whole["COOKIE"]])
        wholes[whole["COOKIE"]] = client
    door = now.one(PROTO="tcp", STATE="LISTEN", PORT=4712)
    row = now.one(PROTO="tcp", REMOTE=place(plain.getsockname()))
    equal("without MPTCP", [row["HELD"], row["PARENT"]], ["acceptq", door["COOKIE"]])
    for line in ("proto=mptcp", "proto=tcp", "port=4712", "held=acceptq", f"cookie={','.join(wholes)}", "proto=mptcp port=4712"):
        fd = os.open(view.PATH, os.O_RDWR)
        os.write(fd, line.encode())
        asked = view.View(view.read_all(fd))
        os.close(fd)
        key, _, value = line.partition("=")
        value = value.split(" ")[0].split(",")
        wanted = [str(row) for row in now.rows if row[key.upper()] in value and ("port=" not in line or row["PORT"] == "4712")]
        equal(line, [str(row) for row in asked.rows], wanted)
    server, _ = listener.accept()
    now = view.read()
    true("it waited", cookie(server) in wholes)
    row = now.one(COOKIE=cookie(server))
    equal("accepted", [row["HELD"], row["PARENT"]], ["process", "-"])
    equal("its subflow", now.one(PROTO="tcp", REMOTE=row["REMOTE"])["PARENT"], cookie(server))
    equal("still waiting", len(now.find(PROTO="mptcp", HELD="acceptq", PARENT=cookie(listener))), 3)


SCTP = 132


def sctp_ss():
    """ss's rows of sockets, without those of their associations: {cookie: words}."""
    return {key: words for key, words in ss_rows("-S").items() if words[0] != "`-"}


@variants("sctp", list(FAMILY))
def sctp(family):
    """One-to-one sockets in all states, and a one-to-many one."""
    host = LOOPBACK[family]
    unbound, bound, listener, client = (make(FAMILY[family], socket.SOCK_STREAM, SCTP) for _ in range(4))
    many = make(FAMILY[family], socket.SOCK_SEQPACKET, SCTP)
    bound.bind((host, 4714))
    listener.bind((host, 4715))
    listener.listen(5)
    many.bind((host, 4716))
    many.listen(5)
    client.connect((host, 4715))
    server, _ = listener.accept()
    away = make(FAMILY[family], socket.SOCK_STREAM, SCTP)
    away.bind((host, 4717))
    away.listen(3)
    known = cookie(away)
    ends = send_away(away)
    now = view.read()
    judge(now, unbound, "sctp", "UNBOUND", local="*:*", remote="*:*")
    judge(now, bound, "sctp", "BOUND", 4714, place(bound.getsockname()), "*:*")
    judge(now, listener, "sctp", "LISTEN", 4715, place(listener.getsockname()), "*:*")
    judge(now, many, "sctp", "LISTEN", 4716, place(many.getsockname()), "*:*")
    judge(now, client, "sctp", "ESTABLISHED", client.getsockname()[1], place(client.getsockname()), place(client.getpeername()))
    judge(now, server, "sctp", "ESTABLISHED", 4715, place(server.getsockname()), place(server.getpeername()))
    equal("in flight", [now.one(COOKIE=known)[key] for key in ("PROTO", "PORT", "STATE", "HELD")], ["sctp", "4717", "LISTEN", "inflight"])
    for key in sctp_ss():
        now.one(COOKIE=key)
    ends[1].close()


SOCK_DCCP, DCCP = 6, 33


@variants("dccp", list(FAMILY))
def dccp(family):
    """As TCP, but that it has no queues; one waits for accept()."""
    host = LOOPBACK[family]
    unbound, bound, listener, client, waiting = (make(FAMILY[family], SOCK_DCCP, DCCP) for _ in range(5))
    for sock in (listener, client, waiting):
        sock.setsockopt(269, 2, struct.pack("!I", 42))  # SOL_DCCP, DCCP_SOCKOPT_SERVICE
    bound.bind((host, 4718))
    listener.bind((host, 4719))
    listener.listen(5)
    client.connect((host, 4719))
    server, _ = listener.accept()
    waiting.connect((host, 4719))
    away = make(FAMILY[family], SOCK_DCCP, DCCP)
    away.bind((host, 4720))
    known = cookie(away)
    ends = send_away(away)
    now = view.read()
    judge(now, unbound, "dccp", "UNBOUND", local="*:*", remote="*:*")
    judge(now, bound, "dccp", "BOUND", 4718, place(bound.getsockname()), "*:*")
    judge(now, listener, "dccp", "LISTEN", 4719, place(listener.getsockname()), "*:*")
    judge(now, client, "dccp", "ESTABLISHED", client.getsockname()[1], place(client.getsockname()), place(client.getpeername()))
    judge(now, server, "dccp", "ESTABLISHED", 4719, place(server.getsockname()), place(server.getpeername()))
    equal("waiting", [(row["REMOTE"], row["PARENT"], row["INODE"]) for row in now.find(PROTO="dccp", HELD="acceptq")],
          [(place(waiting.getsockname()), cookie(listener), "0")])
    equal("in flight", [now.one(COOKIE=known)[key] for key in ("PROTO", "PORT", "STATE", "HELD")], ["dccp", "4720", "BOUND", "inflight"])
    known = {row["COOKIE"] for row in now.find(PROTO="dccp") if row["STATE"] not in ("BOUND", "UNBOUND")}
    # ss asks for TCP's states only, and a client that has sent nothing yet is in one of its own, PARTOPEN
    partly = {cookie(client), cookie(waiting)}
    equal("sockets of ss", known - partly, set(ss_rows("-d")) - partly)
    ends[1].close()
    client.close()
    rows = [row["STATE"] for row in view.read().find(PROTO="dccp", HELD="timewait")]
    true(f"what is left: {rows}", set(rows) <= {"TIME_WAIT"})


TIPC, SMC, XDP = 30, 43, 44
PLAIN = {"tipc": (TIPC, socket.SOCK_RDM, 0), "smc": (SMC, socket.SOCK_STREAM, 0),
         "xdp": (XDP, socket.SOCK_RAW, 0), "key": (15, socket.SOCK_RAW, 2),
         "l2tp": (socket.AF_INET, socket.SOCK_DGRAM, 115), "kcm": (41, socket.SOCK_DGRAM, 0), "rds": (21, socket.SOCK_SEQPACKET, 0)}


@variants("plain", list(PLAIN))
def plain(proto):
    """A family that portsock knows by its name only: a row with its owner, no port."""
    sock = make(*PLAIN[proto])
    row = view.read().one(COOKIE=cookie(sock))
    equal("row", [row[key] for key in ("PROTO", "PORT", "INODE", "HELD", "PARENT", "EXPIRES")], [proto, "-", str(inode(sock)), "process", "-", "-"])
    equal("owners", [owner[:3] for owner in row.owners()], [(os.getpid(), os.getpid(), sock.fileno())])


@scenario("tipc/states")
def tipc():
    """Each end is where getsockname() says that it is, and ss."""
    listener, client = make(TIPC, socket.SOCK_SEQPACKET), make(TIPC, socket.SOCK_SEQPACKET)
    listener.bind((socket.TIPC_ADDR_NAME, 18888, 17, 17, socket.TIPC_NODE_SCOPE))
    listener.listen()
    client.setblocking(False)
    client.connect_ex((socket.TIPC_ADDR_NAME, 18888, 17, 17))  # it ends when the other end accepts
    accepted, _ = listener.accept()

    def name(address):
        kind, node, reference, *_ = address
        equal("kind of the address", kind, socket.TIPC_ADDR_ID)
        return f"{node}:{reference}"

    now = view.read()
    told = {sock: now.one(COOKIE=cookie(sock)) for sock in (listener, client, accepted)}
    for sock, state in ((listener, "LISTEN"), (client, "ESTABLISHED"), (accepted, "ESTABLISHED")):
        row = told[sock]
        remote = "-" if sock is listener else name(sock.getpeername())
        equal("row", [row[key] for key in ("PROTO", "PORT", "STATE", "LOCAL", "REMOTE", "HELD")],
              ["tipc", "-", state, name(sock.getsockname()), remote, "process"])
    equal("ends of a connection", told[client]["REMOTE"], told[accepted]["LOCAL"])


ALG = {"hash": "sha256", "skcipher": "ctr(aes)", "aead": "gcm(aes)", "rng": "ansi_cprng"}


def alg(kind=None):
    """An AF_ALG socket, bound to an algorithm of that type."""
    sock = make(socket.AF_ALG, socket.SOCK_SEQPACKET)
    try:
        if kind:
            sock.bind((kind, ALG[kind]))
    except OSError as reason:
        raise Skip(f"no {ALG[kind]}: {reason}") from None
    return sock


@variants("alg/type", list(ALG))
def alg_type(kind):
    """LOCAL is the type in bind(): before it, after it, and of the socket that accept() returns."""
    unbound, bound = alg(), alg(kind)
    working, _ = bound.accept()
    now = view.read()
    judge(now, unbound, "alg", "UNCONN")
    judge(now, bound, "alg", "UNCONN", local=kind)
    judge(now, working, "alg", "UNCONN", local=kind)
    equal("alg rows", len(now.find(PROTO="alg")), 3)


@scenario("alg/rebind")
def alg_rebind():
    """A socket may change its type, unless a socket that it accepted is open."""
    sock = alg("hash")
    working, _ = sock.accept()
    try:
        sock.bind(("skcipher", ALG["skcipher"]))
        raise AssertionError("bind() beside an accepted socket")
    except OSError as reason:
        if reason.errno != errno.EBUSY:
            raise Skip(f"no {ALG['skcipher']}: {reason}") from None
    judge(view.read(), sock, "alg", "UNCONN", local="hash")
    working.close()
    sock.bind(("skcipher", ALG["skcipher"]))
    judge(view.read(), sock, "alg", "UNCONN", local="skcipher")


@scenario("alg/rebind-race")
def alg_rebind_race():
    """Each read shows one of two types, whatever bind() does meanwhile."""
    sock = alg("skcipher")
    known = cookie(sock)
    pid = os.fork()
    if not pid:
        while True:
            for kind in ("hash", "skcipher"):
                sock.bind((kind, ALG[kind]))
    seen = set()
    try:
        until = time.monotonic() + 3
        while time.monotonic() < until:
            seen.add(view.read().one(COOKIE=known)["LOCAL"])
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    equal("types", seen, {"hash", "skcipher"})


def needs_messages():
    if "inflight" in view.read().missing:
        raise Skip("this kernel does not show modules the files in a message (missing=inflight)")


@scenario("alg/inflight")
def alg_in_flight():
    needs_messages()
    bound = alg("hash")
    working, _ = bound.accept()
    socks = {cookie(sock): inode(sock) for sock in (bound, working)}
    ends = [send_away(sock) for sock in (bound, working)]
    now = view.read()
    for known, number in socks.items():
        equal("row", [now.one(COOKIE=known)[key] for key in ("PROTO", "PORT", "STATE", "LOCAL", "REMOTE", "INODE", "HELD", "OWNERS")],
              ["alg", "-", "UNCONN", "hash", "-", str(number), "inflight", "-"])
    for pair in ends:
        pair[1].close()


@scenario("alg/inflight-text")
def alg_text_room():
    """Types in a message need room for text beside the names of a long bucket: the section ends in the middle of the message."""
    needs_messages()
    # Names of the same words have the same checksum, which is their bucket. The first that is bound is the last in it.
    names = [b"\0e" + b"".join(b"zz" if at in (first, second) else b"aa" for at in range(53)) for first in range(3) for second in range(first + 1, 53)]
    socks = []
    for name in names[:127]:
        socks.append(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        socks[-1].bind(name)
    carried, sender = alg("hash"), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    known = cookie(carried)
    sender.connect(names[0])
    socket.send_fds(sender, [b"x"], [carried.fileno()] * 120)
    carried.close()
    now = view.read()
    for sock, name in zip(socks, names):
        equal("LOCAL", now.one(COOKIE=cookie(sock))["LOCAL"], "@" + name[1:].decode())
    equal("row", [now.one(COOKIE=known)[key] for key in ("LOCAL", "HELD", "OWNERS")], ["hash", "inflight", "-"])


@variants("plain/table", ["smc", "xdp"])
def plain_away(proto):
    """One in flight, which only the family's table knows."""
    sock = make(*PLAIN[proto])
    known = cookie(sock)
    ends = send_away(sock)
    row = view.read().one(COOKIE=known)
    equal("row", [row[key] for key in ("PROTO", "HELD", "OWNERS")], [proto, "inflight", "-"])
    ends[1].close()


@scenario("smc/listen")
def smc():
    """The port is the TCP socket's, which the kernel made."""
    sock = make(*PLAIN["smc"])
    address = struct.pack("=HH4s8x", socket.AF_INET, socket.htons(4720), socket.inet_aton("127.0.0.1"))
    if LIBC.bind(sock.fileno(), address, len(address)) or LIBC.listen(sock.fileno(), 3):
        raise OSError(ctypes.get_errno(), "smc")
    now = view.read()
    equal("smc", [now.one(COOKIE=cookie(sock))[key] for key in ("PROTO", "STATE", "HELD")], ["smc", "LISTEN", "process"])
    equal("tcp", [now.one(PORT=4720)[key] for key in ("PROTO", "STATE", "LOCAL", "HELD", "OWNERS")],
          ["tcp", "LISTEN", "127.0.0.1:4720", "kernel", "[smc]"])
