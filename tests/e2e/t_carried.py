# SPDX-License-Identifier: GPL-2.0
"""What travels in a message, and no table lists: a unix socket's queue alone tells of it."""
import ctypes
import functools
import os
import socket
import time

import view
from maker import cookie
from scenario import LIBC, Skip, equal, in_child, own_netns, scenario, true, variants

KINDS = {"stream": socket.SOCK_STREAM, "dgram": socket.SOCK_DGRAM, "seqpacket": socket.SOCK_SEQPACKET}
THINGS = {"tcp": (socket.AF_INET, socket.SOCK_STREAM, 0), "tcp6": (socket.AF_INET6, socket.SOCK_STREAM, 0), "udp": (socket.AF_INET, socket.SOCK_DGRAM, 0),
          "netlink": (socket.AF_NETLINK, socket.SOCK_RAW, 0)}
CLONE_NEWNET = 0x40000000


@functools.cache
def needs_messages():
    if "inflight" in view.read().missing:
        raise Skip("this kernel keeps to itself how files lie in a message (missing=inflight)")


def send(over, *socks):
    """Sends them away: what is closed here is in the queue of who receives only. Returns their cookies."""
    needs_messages()
    known = [cookie(sock) for sock in socks]
    socket.send_fds(over, [b"x"], [sock.fileno() for sock in socks])
    for sock in socks:
        sock.close()
    return known if len(known) > 1 else known[0]


def new(what="tcp"):
    return socket.socket(*THINGS[what])


def look(line=""):
    fd = os.open(view.PATH, os.O_RDWR)
    if line:
        os.write(fd, line.encode())
    now = view.View(view.read_all(fd))
    os.close(fd)
    return now


def in_flight(known, now=None, state="UNBOUND"):
    row = (now or view.read()).one(COOKIE=known)
    equal("row", [row[key] for key in ("PORT", "STATE", "HELD", "PARENT", "OWNERS")], ["-", state, "inflight", "-", "-"])
    return row


@variants("carried", [(kind, what) for kind in KINDS for what in THINGS])
def carried(kind, what):
    ends = socket.socketpair(socket.AF_UNIX, KINDS[kind])
    sock = new(what)
    number = os.fstat(sock.fileno()).st_ino
    known = send(ends[0], sock)
    row = in_flight(known, state="UNCONN" if what == "netlink" else "UNBOUND")
    equal("INODE", row["INODE"], str(number))
    got = socket.recv_fds(ends[1], 1, 1)[1][0]
    row = view.read().one(COOKIE=known)
    equal("received", [row["HELD"], [owner[2] for owner in row.owners()]], ["process", [got]])
    os.close(got)
    equal("closed", view.read().find(COOKIE=known), [])


@scenario("carried/by-every-kind-of-unix-socket")
def carriers():
    """Bound, not bound, accepted, not yet accepted; in the middle of a queue; in two queues."""
    path = f"/tmp/e2e-carried-{os.getpid()}"
    listener, client, waiting = (socket.socket(socket.AF_UNIX) for _ in range(3))
    listener.bind(path)
    listener.listen(4)
    client.bind(path + "-client")
    client.connect(path)
    server, _ = listener.accept()
    waiting.connect(path)
    bound, sender = (socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(2))
    bound.bind(path + "-dgram")
    sender.connect(path + "-dgram")
    pair = socket.socketpair()
    known = [send(over, new()) for over in (client, server, waiting, sender, pair[0])]
    pair[0].send(b"a" * 100)
    known += send(pair[0], new(), new("netlink"), new("udp"))
    twice = new("udp")
    socket.send_fds(pair[0], [b"x"], [twice.fileno()])
    known.append(send(client, twice))
    now = view.read()
    equal("rows", [now.one(COOKIE=one)["HELD"] for one in known], ["inflight"] * 9)
    equal("received first", server.recv(1, socket.MSG_PEEK), b"x")
    equal("a look takes nothing away", len(view.read().find(COOKIE=known[0])), 1)


@scenario("carried/nested")
def nested():
    """A unix socket travels whose queue has a socket, six times over; and sockets that stand in their own queue."""
    known = []
    outer = socket.socketpair()
    inner = outer[0]
    for _ in range(6):
        ends = socket.socketpair()
        known.append(send(ends[0], new(), new("netlink")))
        send(inner, ends[1])
        inner = ends[0]  # what is sent here goes to what has just been sent
    now = view.read()
    equal("rows", [[now.one(COOKIE=one)["HELD"] for one in pair] for pair in known], [["inflight"] * 2] * 6)
    own = socket.socketpair()
    mine = new()
    known = cookie(mine)
    socket.send_fds(own[0], [b"x"], [own[1].fileno(), mine.fileno()])
    mine.close()
    in_flight(known)


def as_user(uid, look_there):
    def become():
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        LIBC.prctl(4, 1, 0, 0, 0)  # PR_SET_DUMPABLE
        return look_there()
    return in_child(become)


def start_holder(uid, *socks):
    """A process of that user that holds these and nothing else. It ends with the scenario."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        keep = [sock.fileno() for sock in socks] + [writing]
        for number in map(int, os.listdir("/proc/self/fd")):
            if number not in keep:
                try:
                    os.close(number)
                except OSError:
                    pass
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        LIBC.prctl(4, 1, 0, 0, 0)
        os.write(writing, b"x")
        while True:
            time.sleep(100)
    os.read(reading, 1)
    os.close(reading)
    os.close(writing)
    return pid


@scenario("carried/who-may-know")
def access():
    """It is for whom may look into a process that holds the socket in whose queue it is; and what has a port is for everybody."""
    first, second = socket.socketpair(), socket.socketpair()
    deep = send(second[0], new())
    plain, netlink = send(first[0], new("udp"), new("netlink"))
    listener = socket.create_server(("127.0.0.1", 0))
    door = send(first[0], listener)
    away = new()
    start_holder(1001, away)
    both = send(first[0], away)
    send(first[0], second[1])
    start_holder(1000, first[1])
    first[1].close()
    everything = [deep, plain, netlink, both, door]

    def seen():
        for sock in (*first, *second):
            sock.close()
        now = view.read()
        return {known: [row["HELD"] for row in now.find(COOKIE=known)] for known in everything}

    inflight = dict.fromkeys(everything, ["inflight"])
    equal("root", in_child(seen), {**inflight, both: ["process"]})
    equal("who holds the receiving end", as_user(1000, seen), {**inflight, both: ["hidden"]})
    equal("who holds one of them", as_user(1001, seen), {**dict.fromkeys(everything, []), both: ["process"], door: ["inflight"]})
    equal("nobody", as_user(1002, seen), {**dict.fromkeys(everything, []), door: ["inflight"]})


@scenario("carried/who-may-know/embryo")
def access_embryo():
    """In the queue of a connection that nobody has accepted it is for whom may look into the listener's process."""
    path = f"\0e2e-carried-{os.getpid()}"
    listener, client = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(4)
    client.connect(path)
    known = send(client, new())
    start_holder(1000, listener)
    listener.close()

    def seen():
        client.close()
        return [row["HELD"] for row in view.read().find(COOKIE=known)]

    equal("root", in_child(seen), ["inflight"])
    equal("who listens", as_user(1000, seen), ["inflight"])
    equal("nobody", as_user(1002, seen), [])


@scenario("carried/filters")
def filters():
    """What is asked for is what the whole view has of it, and nothing but that."""
    first, second = socket.socketpair(), socket.socketpair()
    plain, netlink = send(first[0], new(), new("netlink"))
    deep = send(second[0], new("udp"))
    send(first[0], second[1])
    whole = {row["COOKIE"]: str(row) for row in view.read().rows}
    for line, wanted in (("proto=tcp", [plain]), ("proto=netlink", [netlink]), ("proto=udp", [deep]), (f"cookie={deep}", [deep]), ("state=UNBOUND", [plain, deep]),
                         (f"proto=tcp,netlink cookie={plain},{netlink}", [plain, netlink]), ("held=inflight proto=udp", [deep]), ("port=1-65535", []),
                         (f"pid={os.getpid()} proto=tcp", []), ("owners=no proto=tcp,udp,netlink", [])):
        equal(line, {row["COOKIE"]: str(row) for row in look(line).rows}, {known: whole[known] for known in wanted})


@scenario("carried/other-netns")
def other_netns():
    """A row of the network namespace in which the socket was made, whoever's queue it is in."""
    ends = socket.socketpair()
    here = os.stat("/proc/self/ns/net").st_ino
    back = os.open("/proc/self/ns/net", os.O_RDONLY)
    own_netns()
    there = os.stat("/proc/self/ns/net").st_ino
    sock = new()
    if LIBC.setns(back, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")
    known, mine = send(ends[0], sock, new())
    equal("rows here", [len(look().find(COOKIE=one)) for one in (known, mine)], [0, 1])
    now = look("netns=all")
    equal("NETNS", [now.one(COOKIE=one)["NETNS"] for one in (known, mine)], [str(there), str(here)])


@scenario("carried/while-others-are-received", seconds=60)
def busy():
    """One message stands in a queue from which, and into which, others go all the time."""
    ends = socket.socketpair()
    spin = socket.socketpair()
    pid = os.fork()
    if not pid:
        while True:
            send(spin[0], new())
            os.close(socket.recv_fds(spin[1], 1, 1)[1][0])
    sitting = send(spin[0], new(), new("netlink"))
    known = send(ends[0], new(), new("udp"))
    end = time.monotonic() + 6
    reads = 0
    while time.monotonic() < end:
        now = view.read()
        equal("rows", [[row["HELD"] for row in now.find(COOKIE=one)] for one in known], [["inflight"]] * 2)
        reads += 1
        # what rolls through the other queue is somewhere, each time; it may be caught between two places
        for one in sitting:
            true("one row at most", len(now.find(COOKIE=one)) <= 1)
    true(f"{reads} reads", reads > 10)
    os.kill(pid, 9)
