# SPDX-License-Identifier: GPL-2.0
"""The grammar of doc/format.md, for a view of any sockets.

tests/e2e/view.py checks the first two lines and the number of columns.
"""
import collections
import re

import view

# Printable ASCII; all other bytes, and the backslash, are octal.
ESCAPED = r"(?:[!-\[\]-~]|\\[0-7]{3})"
NUMBER, NONE = r"\d+", r"|-"
INET = re.compile(
    r"(?:[0-9.]+|\[[0-9a-f:.]+(?:%" + ESCAPED + r"+)?\]):(?:\d+|\*)|\*:\*|-")
OTHER_ADDRESSES = {
    "unix": re.compile(ESCAPED + r"+"),
    "netlink": re.compile(r"\d+:(?:\d+|\*)|-"),
    "packet": re.compile(r"[0-9a-f]{4}:" + ESCAPED + r"+|-"),
    "vsock": re.compile(r"(?:\d+|\*):(?:\d+|\*)|-"),
}
INET_PROTOS = "tcp udp udplite raw ping dccp sctp mptcp".split()
STATES = ("LISTEN ESTABLISHED SYN_SENT SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT"
          " CLOSE_WAIT LAST_ACK CLOSING CLOSE BOUND UNBOUND UNCONN").split()
OWNERLESS = "timewait synrecv acceptq orphan inflight hidden".split()
COLUMNS = {name: re.compile(pattern) for name, pattern in {
    "PROTO": r"[a-z0-9]+",
    "PORT": NUMBER + NONE,
    "STATE": "|".join(STATES),
    "DEV": ESCAPED + "+",
    "RXQ": NUMBER + NONE,  # none: a listener of MPTCP, see its subflow
    "TXQ": NUMBER + NONE,
    "UID": NUMBER,
    "INODE": NUMBER,
    "COOKIE": r"[0-9a-f]+",
    "NETNS": NUMBER,
    "CGROUP": NUMBER + NONE,
    "FLAGS": r"[a-z0-9_]+(?:,[a-z0-9_]+)*" + NONE,
    "HELD": "|".join(["process", "kernel", *OWNERLESS]),
    "PARENT": r"[0-9a-f]+" + NONE,
    "EXPIRES": NUMBER + NONE,
    "TYPE": "stream|dgram|raw|rdm|seqpacket|dccp|packet" + NONE,
    "PEER": r"[0-9a-f]+" + NONE,
    "DROPS": NUMBER + NONE,
}.items()}
KERNEL_OWNER = re.compile(r"\[[a-z0-9_]+\]", re.IGNORECASE)


def need(truth, fault, row):
    if not truth:
        raise AssertionError(f"{fault}: {row}")


def check_owners(row, owners):
    if row["HELD"] == "kernel":
        need(KERNEL_OWNER.fullmatch(row["OWNERS"]) or not owners,
             "kernel socket with another owner", row)
    elif row["HELD"] in OWNERLESS or not owners:
        need(row["OWNERS"] == "-", "unexpected owner", row)
    else:
        need(row.owners(), "no owner", row)
    found = row.owners()
    need(found == sorted(set(found)), "owners not in order", row)


def check_row(row, owners):
    for name, pattern in COLUMNS.items():
        need(pattern.fullmatch(row[name]), f"invalid {name}", row)
    if row["PROTO"] in INET_PROTOS:
        pattern = INET
    else:
        pattern = OTHER_ADDRESSES.get(row["PROTO"])
    for name in ("LOCAL", "REMOTE"):
        need(not pattern or pattern.fullmatch(row[name]), f"invalid {name}", row)
    check_owners(row, owners)


def check_cookies(rows):
    """One row for each cookie, or TIME_WAIT and CLOSE of one socket."""
    same = collections.defaultdict(list)
    for row in rows:
        same[row["COOKIE"]].append(row)
    for several in same.values():
        if len(several) > 1:
            need(sorted(row["STATE"] for row in several) == ["CLOSE", "TIME_WAIT"],
                 "one cookie in several rows", " | ".join(map(str, several)))


def check_order(rows):
    """By port, then by protocol; sockets without a port last."""
    def place(row):
        if row["PORT"] == "-":
            return (1, 0, row["PROTO"])
        return (0, int(row["PORT"]), row["PROTO"])

    for before, after in zip(rows, rows[1:]):
        need(place(before) <= place(after), "rows not in order",
             f"{before} | {after}")


def check(text, owners=True):
    """Return the view. AssertionError unless it is well-formed.

    owners: false for a view with the filter owners=no.
    """
    seen = view.View(text)
    header = text.split(b"\n", 1)[0]
    need(seen.meta["sockets"] == len(seen.rows), f"{len(seen.rows)} rows", header)
    count = sum(len(row.owners()) for row in seen.rows)
    need(seen.meta["owners"] == count, f"{count} owners", header)
    for row in seen.rows:
        check_row(row, owners)
    check_cookies(seen.rows)
    check_order(seen.rows)
    return seen
