#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Runs in the lab VM on a PREEMPT_RT kernel. guest.py SECONDS: how long to contend."""
import contextlib
import os
import select
import socket
import subprocess
import sys

sys.path.insert(0, "/portsock/e2e")

import view  # noqa: E402  (from /portsock/e2e)
from scenario import equal, run_all, scenario, true  # noqa: E402

USER = 1000
IPPROTO_MPTCP = 262
SOON = 5
SECONDS = sys.argv[1]


def tcp_listener(family, address):
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, 0))
    listener.listen(5)
    return listener


def bound(family, kind, protocol, address):
    made = socket.socket(family, kind, protocol)
    made.bind(address)
    return made


def unix_listener(keep, path):
    listener = bound(socket.AF_UNIX, socket.SOCK_STREAM, 0, path)
    keep.callback(os.unlink, path)
    listener.listen(3)
    return listener


def make_sockets(keep):
    """A socket of each kind: a list of (socket, PROTO, STATE)."""
    listener4, listener6 = tcp_listener(socket.AF_INET, "127.0.0.1"), tcp_listener(socket.AF_INET6, "::1")
    client = socket.create_connection(listener4.getsockname())
    pair = socket.socketpair()
    made = [
        (listener4, "tcp", "LISTEN"),
        (listener6, "tcp", "LISTEN"),
        (bound(socket.AF_INET, socket.SOCK_STREAM, 0, ("127.0.0.1", 0)), "tcp", "BOUND"),
        (client, "tcp", "ESTABLISHED"),
        (listener4.accept()[0], "tcp", "ESTABLISHED"),
        (bound(socket.AF_INET, socket.SOCK_DGRAM, 0, ("0.0.0.0", 0)), "udp", "UNCONN"),
        (bound(socket.AF_INET6, socket.SOCK_DGRAM, 0, ("::1", 0)), "udp", "UNCONN"),
        (bound(socket.AF_INET, socket.SOCK_DGRAM, 136, ("127.0.0.1", 0)), "udplite", "UNCONN"),
        (bound(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP, ("127.0.0.1", 0)), "mptcp", "BOUND"),
        (bound(socket.AF_INET, socket.SOCK_RAW, 253, ("127.0.0.1", 0)), "raw", "UNCONN"),
        (unix_listener(keep, "/tmp/rt-listener"), "unix", "LISTEN"),
        (bound(socket.AF_UNIX, socket.SOCK_DGRAM, 0, "\0rt-abstract"), "unix", "UNCONN"),
        (pair[0], "unix", "ESTABLISHED"),
        (pair[1], "unix", "ESTABLISHED"),
        (socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0), "netlink", "UNCONN"),
        (bound(socket.AF_PACKET, socket.SOCK_RAW, 0, ("lo", 3)), "packet", "UNCONN"),
    ]
    for one, _, _ in made:
        keep.enter_context(one)
    return made


@scenario("rt/preempt-rt")
def is_realtime():
    with open("/sys/kernel/realtime", encoding="ascii") as file:
        equal("/sys/kernel/realtime", file.read().strip(), "1")


@scenario("rt/sockets")
def sockets():
    """The view is well-formed, and has each socket with its owner. fstat() has its inode."""
    with contextlib.ExitStack() as keep:
        made = make_sockets(keep)
        seen = view.read()
        equal("sockets=", seen.meta["sockets"], len(seen.rows))
        equal("owners=", seen.meta["owners"], sum(len(row.owners()) for row in seen.rows))
        for one, proto, state in made:
            row = seen.one(PROTO=proto, INODE=os.fstat(one.fileno()).st_ino)  # an MPTCP socket's subflow has its inode, too
            equal(f"STATE of {row}", row["STATE"], state)
            true(f"fd {one.fileno()} is an owner in {row}", (os.getpid(), one.fileno()) in [(pid, fd) for pid, _, fd, _ in row.owners()])


def listeners_of_ss():
    """(PROTO, LOCAL) of the TCP and UDP sockets that ss shows as listening."""
    output = subprocess.run(["ss", "-Htuln"], stdout=subprocess.PIPE, check=True).stdout.decode()
    return sorted((fields[0], fields[4]) for fields in map(str.split, output.splitlines()))


@scenario("rt/ss")
def as_ss_has_it():
    with contextlib.ExitStack() as keep:
        make_sockets(keep)
        seen = sorted((row["PROTO"], row["LOCAL"]) for row in view.read().rows
                      if (row["PROTO"], row["STATE"]) in (("tcp", "LISTEN"), ("udp", "UNCONN")))
        equal("listeners", seen, listeners_of_ss())


@scenario("rt/poll", seconds=40)
def poll_wakes():
    """A listener that comes and one that goes are notified, after each new snapshot."""
    fd = os.open(view.PATH, os.O_RDWR)
    os.write(fd, b"proto=tcp")
    waiting = select.poll()
    waiting.register(fd, select.POLLPRI)
    for what in ("listen", "close"):
        os.pread(fd, 1 << 16, 0)
        equal(f"events before {what}", waiting.poll(200), [])
        if what == "listen":
            listener = tcp_listener(socket.AF_INET, "127.0.0.1")
        else:
            listener.close()
        equal(f"events of {what}", waiting.poll(SOON * 1000), [(fd, select.POLLPRI)])
    os.close(fd)


@scenario("rt/contention", seconds=int(SECONDS) + 60)
def contention():
    done = subprocess.run(["/portsock/contend", SECONDS], stdout=subprocess.PIPE, user=USER, group=USER, extra_groups=[], check=False)
    true(f"each counter of contend grew: {done.stdout.decode()}", done.returncode == 0)
    return "  " + done.stdout.decode().strip()


sys.exit(run_all(""))
