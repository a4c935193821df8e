# SPDX-License-Identifier: GPL-2.0
"""Compares a row with what mksock (SO_COOKIE, fstat, getsockname) and /proc say of the same socket."""
import os
import time

import view
from maker import proc_owners, ss
from scenario import LIBC, equal

NETNS = "/proc/self/ns/net"
SYS_KCMP, KCMP_FILES = 312, 2  # x86-64


def comm_of(pid):
    with open(f"/proc/{pid}/comm", "rb") as file:
        return escape(file.read()[:-1], b",/")


def escape(name, also=b""):
    return "".join(f"\\{byte:03o}" if byte <= 32 or byte >= 127 or byte == 92 or byte in also else chr(byte) for byte in name)


def owners_by_proc(inode, pids):
    """The OWNERS column that /proc/PID/task/TID/fd implies; a leader that is gone has no table to differ from."""
    found = []
    for pid, tid, fd in proc_owners(pids).get(int(inode), ()):
        if tid == pid or not same_table(pid, tid):
            own = tid != pid and leader_lives(pid)
            found.append((pid, tid if own else pid, fd, comm_of(tid)))
    return sorted(set(found))


def leader_lives(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
        return file.read().rsplit(")", 1)[1].split()[0] not in "ZX"


def same_table(pid, tid):
    """kcmp(KCMP_FILES) says whether two tasks share one descriptor table."""
    return leader_lives(pid) and same_tables(pid, tid)


def same_tables(tid, other):
    """The same of threads that live."""
    return LIBC.syscall(SYS_KCMP, tid, other, KCMP_FILES, 0, 0) == 0


def expected_places(told):
    """LOCAL, REMOTE and PORT as the contract writes what the kernel told."""
    local, remote, port = told["local"], told["remote"], told["port"]
    if told["proto"] in ("raw",):
        port = "-"
    if told["proto"] in ("tcp", "udp", "raw", "ping"):
        if told["state"] == "UNBOUND":
            local = remote = "*:*"
            port = "-"
        if remote == "-":
            remote = "*:*"
    return local, remote, port


def judge(now, told, pids=None):
    """The row of a socket that mksock told of."""
    row = now.one(COOKIE=told["cookie"])
    local, remote, port = expected_places(told)
    held = told["held"]
    gone = told["fd"] == "-1" and held != "inflight"
    equal("PROTO", row["PROTO"], {"stream": "unix", "dgram": "unix", "seqpacket": "unix"}.get(told["proto"], told["proto"]))
    equal("STATE", row["STATE"], told["state"])
    if told["state"] != "CLOSE":
        equal("PORT", row["PORT"], port)
        equal("LOCAL", row["LOCAL"], local)
        equal("REMOTE", row["REMOTE"], remote)
    equal("INODE", row["INODE"], "0" if gone else told["inode"])
    equal("UID", row["UID"], "0")
    equal("HELD", row["HELD"], held)
    equal("NETNS", row["NETNS"], str(os.stat(NETNS).st_ino))
    equal("DEV", row["DEV"], "-")
    equal("PARENT", row["PARENT"], "-")
    if held == "process":
        equal("OWNERS", row.owners(), owners_by_proc(told["inode"], pids or [int(told["pid"])]))
    else:
        equal("OWNERS", row["OWNERS"], "-")
    return row


def quiet_view(*options):
    """A view, and what ss shows both before and after it: queues and states that do not move meanwhile."""
    for _ in range(20):
        before, now, after = ss(*options), view.read(), ss(*options)
        for shown in (before, after):
            for row in shown.values():
                del row["timer"], row["line"]
        if before == after:
            return now, after
        time.sleep(0.2)
    raise AssertionError("ss does not say the same thing twice")


def judge_queues(*options):
    """RXQ, TXQ and INODE of every socket that ss shows, by cookie."""
    now, shown = quiet_view(*options)
    for cookie, wanted in shown.items():
        rows = now.find(COOKIE=cookie)
        if sorted(row["STATE"] for row in rows) == ["CLOSE", "TIME_WAIT"]:
            continue
        equal(f"rows of {cookie}", len(rows), 1)
        for column, key in (("RXQ", "rxq"), ("TXQ", "txq"), ("INODE", "inode")):
            equal(f"{column} of {rows[0]}", rows[0][column], wanted[key])
