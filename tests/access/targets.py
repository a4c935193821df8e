# SPDX-License-Identifier: GPL-2.0
"""The targets: processes that own a listener, an unnamed unix socket, and
two sockets that only their file descriptors lead to."""
import collections
import json
import os
import signal
import socket
import threading

from maker import cookie
from scenario import LIBC
from system import CLONE_FILES, CLONE_NEWPID, become, check, set_capabilities, set_dumpable, unshare, user_namespace

SYS_SETRESUID = 117

# pids: the numbers of the thread that owns the file table, in each PID
# namespace from the initial one inwards; pid: the process in the initial one
Target = collections.namedtuple("Target", "kind pid pids sockets")


def setuid_like():
    """The credentials of a setuid program that uid 1000 has started, but
    dumpable."""
    os.setgroups([])
    os.setresuid(1000, 0, 0)
    set_dumpable(1)


def undumpable():
    become(1000)
    set_dumpable(0)


def own_user_namespace():
    become(1000)
    user_namespace()


TARGETS = {
    "root": lambda: None,
    "root-without-capabilities": lambda: set_capabilities(0),
    "user": lambda: become(1000),
    "other": lambda: become(1001),
    "undumpable": undumpable,
    "setuid": setuid_like,
    "userns": own_user_namespace,
    "pidns": lambda: become(1000),
    "thread": lambda: None,
}


def make_sockets():
    """(protocol, whether a table of the kernel lists it, socket)"""
    listener, unbound = socket.socket(), socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    return [("tcp", True, listener), ("tcp", False, unbound), ("unix", True, socket.socket(socket.AF_UNIX)),
            ("netlink", False, socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0))]


def report(output):
    """Make the sockets and write down which they are."""
    sockets = make_sockets()
    told = [{"proto": proto, "listed": listed, "fd": made.fileno(), "inode": os.fstat(made.fileno()).st_ino, "cookie": cookie(made),
             "port": made.getsockname()[1] if proto == "tcp" else 0} for proto, listed, made in sockets]
    os.write(output, json.dumps(told).encode() + b"\n")
    return sockets


def in_thread(output):
    """A thread of a root process, with the credentials of uid 1000 and a
    file table of its own."""
    def work():
        unshare(CLONE_FILES)
        check(LIBC.syscall(SYS_SETRESUID, 1000, 1000, 1000), "setresuid")
        set_dumpable(1)
        kept = report(output)
        threading.Event().wait()
        kept.clear()

    threading.Thread(target=work).start()
    signal.pause()


def target_main(kind, output):
    if kind == "pidns":
        unshare(CLONE_NEWPID)
        if os.fork():
            os.wait()
            os._exit(0)
    TARGETS[kind]()
    if kind == "thread":
        in_thread(output)
    kept = report(output)
    signal.pause()
    kept.clear()


def numbers(status):
    with open(status, encoding="ascii") as lines:
        return next([int(word) for word in line.split()[1:]] for line in lines if line.startswith("NSpid:"))


def find(inode, number):
    """The process and the thread that own a socket by this file descriptor,
    as the initial PID namespace numbers them."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            for tid in os.listdir(f"/proc/{pid}/task"):
                if os.path.lexists(f"/proc/{tid}/fd/{number}") and os.readlink(f"/proc/{tid}/fd/{number}") == f"socket:[{inode}]":
                    return int(pid), numbers(f"/proc/{pid}/task/{tid}/status")
        except OSError:  # it has ended, or cannot be read
            continue
    raise AssertionError(f"nobody has socket {inode}")


def start(kind):
    """A process that owns the sockets until it is killed."""
    reading, writing = os.pipe()
    if not os.fork():
        os.close(reading)
        try:
            target_main(kind, writing)
        finally:
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading) as words:
        sockets = json.loads(words.readline())
    return Target(kind, *find(sockets[0]["inode"], sockets[0]["fd"]), sockets)
