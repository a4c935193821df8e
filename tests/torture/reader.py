#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Read and check /proc/portsock until a signal ends this process.

reader.py all|plain|filter|poll UID SEED: prints "read ROWS" for each view and
"woken" for each notification. The file is closed while /run/gate exists, so that
the module can be removed.
"""
import errno
import os
import random
import select
import sys
import time

sys.path.insert(0, "/portsock/e2e")

import grammar  # noqa: E402
import view  # noqa: E402  (from /portsock/e2e)

GATE = "/run/gate"
FILTERS = (
    "proto=tcp", "port=1-65535", "state=LISTEN", "proto=unix held=inflight",
    "owners=no", "uid=0 proto=udp", "pid=1", "proto=mptcp,sctp,dccp",
    "held=timewait,synrecv,orphan", "rport=1-30000", "held=hidden",
    "proto=netlink,packet owners=no", "proto=unix",
)
POLL_FILTERS = ("proto=tcp", "proto=udp", "", "port=1-65535")
COLUMNS = {"proto": "PROTO", "state": "STATE", "held": "HELD", "uid": "UID"}


def matches(row, words):
    """Check the keys that compare with one column."""
    for word in words.split():
        key, values = word.split("=")
        if key in COLUMNS and row[COLUMNS[key]] not in values.split(","):
            return False
    return True


def open_view():
    while True:
        if not os.path.exists(GATE):
            try:
                return os.open(view.PATH, os.O_RDWR)
            except OSError as reason:
                # not loaded
                if reason.errno not in (errno.ENOENT, errno.ENODEV):
                    raise
        time.sleep(0.02)


def read_and_check(fd, words="", size=1 << 16):
    os.lseek(fd, 0, os.SEEK_SET)
    parts = []
    while part := os.read(fd, size):
        parts.append(part)
    seen = grammar.check(b"".join(parts), "owners=no" not in words)
    for row in seen.rows:
        grammar.need(matches(row, words), f"does not match {words!r}", row)
    print("read", len(seen.rows), flush=True)


def poll_round(fd):
    waiting = select.poll()
    waiting.register(fd, select.POLLPRI)
    for _ in range(20):
        if os.path.exists(GATE):
            return
        if waiting.poll(random.choice((0, 1, 50, 400))):
            print("woken", flush=True)
            os.pread(fd, random.choice((1, 4096, 1 << 16)), 0)


def one_round(kind, fd):
    if kind == "all":
        os.write(fd, b"netns=all")
        read_and_check(fd)
    elif kind == "plain":
        read_and_check(fd, size=random.choice((1 << 12, 1 << 16, 1 << 20)))
    elif kind == "filter":
        words = random.choice(FILTERS)
        os.write(fd, words.encode())
        read_and_check(fd, words)
    else:
        os.write(fd, random.choice(POLL_FILTERS).encode())
        poll_round(fd)


def main(kind, uid, seed):
    random.seed(seed)
    if int(uid):
        os.setgroups([])
        os.setgid(int(uid))
        os.setuid(int(uid))
    while True:
        fd = open_view()
        one_round(kind, fd)
        os.close(fd)


try:
    main(*sys.argv[1:])
except BaseException as fault:  # any of them is a failure of this reader
    text = f"{type(fault).__name__}: {fault}".replace("\n", " ")
    print("FAIL", text[:3000], flush=True)
    raise
