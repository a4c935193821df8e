# SPDX-License-Identifier: GPL-2.0
"""Who may know whom: the view says what readlink() of /proc/PID/fd says to the same viewer, for every viewer and every target."""
import ctypes
import json
import os
import socket
import struct

import view
from maker import cookie
from scenario import LIBC, equal, in_child, scenario, true, variants

PR_SET_DUMPABLE, PR_SET_KEEPCAPS, PR_CAPBSET_DROP = 4, 8, 24
CAP_SYS_PTRACE = 19
CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWPID = 0x20000, 0x10000000, 0x20000000


def check(result, what):
    if result:
        raise OSError(ctypes.get_errno(), what)


def become(uid):
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    LIBC.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)


def drop_ptrace():
    """A root that has every capability but CAP_SYS_PTRACE."""
    header = struct.pack("Ii", 0x20080522, 0)
    have = 0xffffffff & ~(1 << CAP_SYS_PTRACE)
    check(LIBC.capset(header, struct.pack("6I", have, have, 0, 0x1ff, 0x1ff, 0)), "capset")


def keep_capabilities(uid):
    LIBC.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
    become(uid)


def undumpable(uid):
    become(uid)
    LIBC.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def own_user_namespace(uid):
    become(uid)
    check(LIBC.unshare(CLONE_NEWUSER), "unshare")


TARGETS = {
    "root": lambda: None,
    "user": lambda: become(1000),
    "other": lambda: become(1001),
    "undumpable": lambda: undumpable(1000),
    "capable": lambda: keep_capabilities(1000),
    "userns": lambda: own_user_namespace(1000),
}


def hidepid():
    check(LIBC.unshare(CLONE_NEWNS), "unshare")
    check(LIBC.mount(b"none", b"/", None, 0x44000, None), "private")  # MS_REC | MS_PRIVATE
    os.makedirs("/tmp/hidden", exist_ok=True)
    check(LIBC.mount(b"proc", b"/tmp/hidden", b"proc", 0, b"hidepid=invisible"), "mount")
    become(1000)
    return "/tmp/hidden"


def nosymfollow():
    check(LIBC.unshare(CLONE_NEWNS), "unshare")
    check(LIBC.mount(b"none", b"/", None, 0x44000, None), "private")
    os.makedirs("/tmp/nofollow", exist_ok=True)
    check(LIBC.mount(b"proc", b"/tmp/nofollow", b"proc", 256, None), "mount")  # MS_NOSYMFOLLOW
    become(1000)
    return "/tmp/nofollow"


VIEWERS = {
    "root": lambda: "/proc",
    "root-without-ptrace": lambda: drop_ptrace() or "/proc",
    "user": lambda: become(1000) or "/proc",
    "other": lambda: become(1001) or "/proc",
    "capable-user": lambda: keep_capabilities(1000) or "/proc",
    "hidepid": hidepid,
    "nosymfollow": nosymfollow,
}


def start_target(kind):
    """A process that holds a listener and a socket without a port, until its standard input ends."""
    reading, writing = os.pipe()
    stop, keep = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(keep)
        TARGETS[kind]()
        listener, unbound = socket.socket(), socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_DONTROUTE, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 5))
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        told = [{"fd": s.fileno(), "cookie": cookie(s)} for s in (listener, unbound)]
        os.write(writing, json.dumps(told).encode() + b"\n")
        os.read(stop, 1)
        os._exit(0)
    os.close(writing)
    os.close(stop)
    with os.fdopen(reading) as words:
        return {"kind": kind, "pid": pid, "keep": keep, "sockets": json.loads(words.readline())}


def may_read_link(proc, target):
    try:
        os.readlink(f"{proc}/{target['pid']}/fd/{target['sockets'][0]['fd']}")
        return True
    except OSError:
        return False


def rows_of(now, target):
    return [now.find(COOKIE=told["cookie"]) for told in target["sockets"]]


def judge_target(now, target, allowed):
    listener, unbound = rows_of(now, target)
    what = f"{target['kind']}, which may be read: {allowed}"
    equal(f"rows of the listener of {what}", len(listener), 1)
    equal(f"HELD of {what}", listener[0]["HELD"], "process" if allowed else "hidden")
    equal(f"owners of {what}", [owner[0] for owner in listener[0].owners()], [target["pid"]] if allowed else [])
    equal(f"rows of the portless socket of {what}", len(unbound), 1 if allowed else 0)


@variants("access", list(VIEWERS))
def access(viewer):
    targets = [start_target(kind) for kind in TARGETS]

    def look():
        proc = VIEWERS[viewer]()
        with open(proc + "/portsock") as file:
            now = view.View(file.read())
        verdicts = [may_read_link(proc, target) for target in targets]
        for target, allowed in zip(targets, verdicts):
            judge_target(now, target, allowed)
        return verdicts

    verdicts = in_child(look)
    equal("root may read all, the others not", all(verdicts), viewer == "root")


@scenario("access/pid-namespace")
def pid_namespace():
    """A private /proc shows the PIDs of its namespace, and who is outside of it is hidden."""
    outside = start_target("root")

    def inside():
        check(LIBC.mount(b"none", b"/", None, 0x44000, None), "private")
        os.makedirs("/tmp/inner", exist_ok=True)
        check(LIBC.mount(b"proc", b"/tmp/inner", b"proc", 0, None), "mount")
        target = start_target("root")
        with open("/tmp/inner/portsock") as file:
            now = view.View(file.read())
        judge_target(now, outside, False)
        judge_target(now, target, True)
        true(f"PID {target['pid']} is small", target["pid"] < 10)
        equal("pidns", now.meta["pidns"], os.stat("/proc/self/ns/pid_for_children").st_ino)
        return True

    def namespace():
        check(LIBC.unshare(CLONE_NEWPID | CLONE_NEWNS), "unshare")
        return in_child(inside)

    in_child(namespace)


@scenario("access/opener-decides")
def opener_decides():
    """A passed descriptor grants nothing more, and takes nothing away."""
    target = start_target("root")

    def opened_by_user():
        become(1000)
        return os.open(view.PATH, os.O_RDONLY)

    def read_as(uid, fd):
        def read():
            if uid:
                become(uid)
            return view.read_all(fd).decode()
        return view.View(in_child(read))

    roots = os.open(view.PATH, os.O_RDONLY)
    here, there = socket.socketpair()
    if not os.fork():
        socket.send_fds(there, [b"x"], [opened_by_user()])
        os._exit(0)
    users = socket.recv_fds(here, 1, 1)[1][0]
    judge_target(read_as(1000, roots), target, True)
    judge_target(read_as(0, users), target, False)


@scenario("access/reader-is-not-the-opener")
def reader_hides():
    """The reader's own sockets are not told to an opener who could not look into it."""
    here, there = socket.socketpair()
    if not os.fork():
        become(1000)
        socket.send_fds(there, [b"x"], [os.open(view.PATH, os.O_RDONLY)])
        os._exit(0)
    users = socket.recv_fds(here, 1, 1)[1][0]

    def read():
        mine = socket.socket()
        mine.bind(("127.0.0.1", 0))
        mine.listen()
        return view.View(view.read_all(users)).one(COOKIE=cookie(mine))["HELD"]

    equal("HELD of the reader's listener", in_child(read), "hidden")


@scenario("access/flags-of-a-hidden-owner")
def flags():
    """What sock_diag tells nobody is told to whom may know the owner, and not to others who do not ask for owners."""
    target = start_target("root")

    def told(line):
        fd = os.open(view.PATH, os.O_RDWR)
        os.write(fd, line)
        return view.View(view.read_all(fd)).one(COOKIE=target["sockets"][0]["cookie"])["FLAGS"]

    def as_user():
        become(1000)
        return [told(b""), told(b"owners=no")]

    equal("FLAGS as root", told(b""), "reuseaddr,linger,dontroute")
    equal("FLAGS as a user, and without owners", in_child(as_user), ["reuseaddr", "reuseaddr"])


@scenario("access/unprivileged-user-sees-the-namespace")
def sees_rows():
    """Every TCP row of root's view is in the user's, owners apart."""
    target = start_target("root")

    def rows():
        return sorted((row["PROTO"], row["PORT"], row["STATE"], row["COOKIE"]) for row in view.read().rows if row["PORT"] != "-")

    def as_user():
        become(1000)
        return rows()

    equal("rows with a port", [tuple(row) for row in in_child(as_user)], rows())
    os.close(target["keep"])
