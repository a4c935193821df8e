# SPDX-License-Identifier: GPL-2.0
"""Buckets and queues that are longer than one section of a walk: every socket is in the view, with what the kernel says of it otherwise (SO_COOKIE of
our own sockets, ss). What such a read costs others is measured by tests/cost."""
import array
import os
import resource
import socket
import time

import view
from maker import cookie
from scenario import Skip, equal, scenario, true

MANY = 2500  # more than two sections of the largest batch


def allow(files):
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))


def asked(line):
    fd = os.open(view.PATH, os.O_RDWR)
    os.write(fd, line.encode())
    now = view.View(view.read_all(fd))
    os.close(fd)
    return now


def compare(what, socks, **wanted):
    """The rows with these values are exactly these sockets, each once and with this process as its owner."""
    ours = {cookie(sock): sock.fileno() for sock in socks}
    for line in ("", f"port={wanted['PORT']}") if "PORT" in wanted else ("",):
        rows = (asked(line) if line else view.read()).find(**wanted)
        equal(f"rows of {what} with filter {line!r}", len(rows), len(ours))
        equal(f"cookies of {what} with filter {line!r}", {row["COOKIE"] for row in rows}, set(ours))
        for row in rows:
            equal(f"owner of {what}", [owner[::2] for owner in row.owners()], [(os.getpid(), ours[row["COOKIE"]])])


def group(kind):
    socks = []
    for _ in range(MANY):
        sock = socket.socket(socket.AF_INET, kind)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.bind(("127.0.0.1", 7000))
        if kind == socket.SOCK_STREAM:
            sock.listen(1)
        socks.append(sock)
    return socks


@scenario("long/udp-group", seconds=120)
def udp_group():
    allow(2 * MANY)
    compare("a UDP group", group(socket.SOCK_DGRAM), PROTO="udp", PORT=7000)


@scenario("long/listener-group", seconds=120)
def listener_group():
    allow(2 * MANY)
    compare("a group of listeners", group(socket.SOCK_STREAM), PROTO="tcp", PORT=7000, STATE="LISTEN")


@scenario("long/connections-of-one-port", seconds=120)
def connections():
    allow(4 * MANY)
    listener = socket.create_server(("127.0.0.1", 7000), backlog=1024)
    accepted, clients = [], []
    for _ in range(MANY):
        clients.append(socket.create_connection(("127.0.0.1", 7000)))
        accepted.append(listener.accept()[0])
    compare("connections", accepted, PROTO="tcp", PORT=7000, STATE="ESTABLISHED")


@scenario("long/accept-queue", seconds=120)
def accept_queue():
    allow(4 * MANY)
    with open("/proc/sys/net/core/somaxconn", "w", encoding="ascii") as limit:
        limit.write("65535")
    listener = socket.create_server(("127.0.0.1", 7000), backlog=MANY + 10)
    clients = []
    for _ in range(MANY):
        clients.append(socket.create_connection(("127.0.0.1", 7000)))
    for line in ("", "port=7000"):
        rows = asked(line).find(PROTO="tcp", PORT=7000, HELD="acceptq")
        equal(f"queued sockets with filter {line!r}", len({row["COOKIE"] for row in rows}), MANY)
        equal("their listener", {row["PARENT"] for row in rows}, {cookie(listener)})


@scenario("long/unix-accept-queue", seconds=60)
def unix_accept_queue():
    allow(4 * MANY)
    with open("/proc/sys/net/core/somaxconn", "w", encoding="ascii") as limit:
        limit.write("65535")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind("\0long")
    listener.listen(MANY + 10)
    clients = []
    for _ in range(MANY):
        clients.append(socket.socket(socket.AF_UNIX))
        clients[-1].connect("\0long")
    rows = [row for row in view.read().find(PROTO="unix", HELD="acceptq") if row["PARENT"] == cookie(listener)]
    equal("queued sockets", len({row["COOKIE"] for row in rows}), MANY)


@scenario("long/unix-names", seconds=60)
def unix_names():
    allow(2 * MANY)
    socks = []
    for i in range(MANY):
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        sock.bind(b"\0" + b"n" * 100 + b"%06d" % i)
        socks.append(sock)
    ours = {cookie(sock): sock.getsockname().decode() for sock in socks}
    rows = {row["COOKIE"]: "\0" + row["LOCAL"][1:] for row in view.read().find(PROTO="unix") if row["COOKIE"] in ours}
    equal("names", rows, ours)


@scenario("long/in-flight", seconds=120)
def in_flight():
    allow(4 * MANY)
    if "inflight" in view.read().missing:
        raise Skip("this kernel keeps messages from modules")
    sender, receiver = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    sender.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    cookies = set()
    for i in range(0, MANY, 250):
        socks = []
        for port in range(10000 + i, 10250 + i):
            socks.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            socks[-1].bind(("127.0.0.1", port))
        cookies |= {cookie(sock) for sock in socks}
        rights = array.array("i", [sock.fileno() for sock in socks])
        sender.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
        for sock in socks:
            sock.close()
    # Unbound ones, which no table lists, behind them in the same queue.
    socks = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(250)]
    unbound = {cookie(sock) for sock in socks}
    sender.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [sock.fileno() for sock in socks]))])
    for sock in socks:
        sock.close()
    rows = view.read().find(PROTO="udp", HELD="inflight")
    equal("sockets in flight", {row["COOKIE"] for row in rows}, cookies | unbound)
    equal("rows", len(rows), len(cookies | unbound))
    receiver.close()


@scenario("long/owners", seconds=120)
def owners():
    """One socket at thousands of descriptors of two processes, in the order of PID and descriptor."""
    allow(4 * MANY)
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 7000))
    fds = sorted([sock.fileno()] + [os.dup(sock.fileno()) for _ in range(MANY)])
    pid = os.fork()
    if not pid:
        time.sleep(60)
        os._exit(0)
    row = view.read().one(PROTO="udp", PORT=7000)
    equal("owners", [owner[::2] for owner in row.owners()], sorted((p, fd) for p in (os.getpid(), pid) for fd in fds))
    os.kill(pid, 9)


@scenario("long/too-many-owners", netns=False, seconds=60)
def too_many_owners():
    """Owners of shared sockets are bounded as sockets are: EFBIG, and the next read with a larger limit works."""
    allow(8192)
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for _ in range(6000):
        os.dup(sock.fileno())
    with view.limited_to(1000):
        try:
            view.read()
            raise AssertionError("6,000 owners were read with a limit for 4,000")
        except OSError as reason:
            equal("error", reason.errno, 27)
    true("the row is there", view.read().find(COOKIE=cookie(sock)))


@scenario("long/time-namespace", netns=False)
def time_namespace():
    """at= is CLOCK_BOOTTIME as the opener sees it."""
    def clock():
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME)

    from scenario import LIBC, in_child
    if not os.path.exists("/proc/self/ns/time"):
        raise Skip("this kernel has no time namespaces")
    if LIBC.unshare(0x80):  # CLONE_NEWTIME
        raise AssertionError("unshare of the time namespace failed")
    with open("/proc/self/timens_offsets", "w", encoding="ascii") as offsets:
        offsets.write("boottime 1000000 0\n")

    def read():
        before = clock()
        at = view.read().meta["at"]
        return [before, at, clock()]

    host = view.read().meta["at"]
    before, at, after = in_child(read)
    true(f"{before} <= at={at} <= {after}", before <= at <= after)
    true("the offset is in it", at - host >= 10**15)
