# SPDX-License-Identifier: GPL-2.0
"""Rows of the view beside what ss and /proc/PID/fd list."""
import glob
import os
import re

from maker import SS_STATES, descriptors, run

# What ss has a table of, by the word of its first column.
SS_PROTOCOLS = {"tcp": "tcp", "udp": "udp", "raw": "raw", "ptb": "other", "p_raw": "packet", "p_dgr": "packet", "u_str": "unix", "u_dgr": "unix",
                "u_seq": "unix", "nl": "netlink", "mptcp": "mptcp", "???": "raw", "icmp6": "raw"}
# Protocols of netlink whose kernel sockets have rows (doc/format.md, "What is not there yet").
NETLINK_KERNEL = (0, 4, 6, 10, 16)
# In no table that ss reads: bound without listen(), or without a port.
NOT_IN_SS = ("BOUND", "UNBOUND", "CLOSE", "SYN_RECV")


def view(*options):
    """All rows of all namespaces, as dictionaries by column."""
    lines = run("portsock", "-N", "all", "-a", "--raw", *options).stdout.decode("ascii").splitlines()
    names = lines[0].split()
    return [dict(zip(names, line.split(" "))) for line in lines[1:]]


def owners(row):
    """{(pid, fd)} of the OWNERS column, without threads that have a table of their own."""
    if row["OWNERS"] == "-" or row["OWNERS"].startswith("["):
        return set()
    found = set()
    for owner in row["OWNERS"].split(","):
        task, fd, _ = owner.split("/", 2)
        if ":" not in task:
            found.add((int(task), int(fd)))
    return found


def namespaces():
    """{inode number: a path} of each network namespace that can be entered."""
    found = {}
    for path in glob.glob("/proc/[0-9]*/ns/net") + glob.glob("/run/netns/*") + glob.glob("/run/docker/netns/*"):
        try:
            found.setdefault(str(os.stat(path).st_ino), path)
        except OSError:
            continue  # it has ended
    return found


def unreachable():
    """Each NETNS of the view is one of those."""
    known = namespaces()
    return sorted({f"NETNS {row['NETNS']}: {row['PROTO']} {row['LOCAL']} {row['HELD']}" for row in view() if row["NETNS"] not in known})


def place(text):
    """An address as the view writes it."""
    host, _, port = text.rpartition(":")
    host = re.sub(r"%[^:\]]*", "", host)
    if host == "*":
        host = "[::]"
    return f"{host}:{port}"


def ss_rows(path):
    """{cookie: row} of what ss lists in a namespace; instead of it, the inode number of unix sockets, the place of netlink ones."""
    found = {}
    output = run("nsenter", f"--net={path}", "ss", "-HOnae", "-A", "all").stdout.decode(errors="replace")
    for line in output.splitlines():
        words, cookie = line.split(), re.search(r"\bsk[:=]([0-9a-f]+)", line)
        proto = SS_PROTOCOLS.get(words[0])
        if not proto or not cookie and proto not in ("unix", "netlink"):
            continue
        if proto == "netlink":  # ss prints a port id as a signed number
            protocol, port_id = map(int, words[4].rsplit(":", 1))
            if not port_id and protocol not in NETLINK_KERNEL:
                continue
            key = f"netlink {protocol}:{port_id & 0xffffffff}"
        else:
            key = words[5] if proto == "unix" else cookie[1]
        inode, uid = re.search(r"\bino:(\d+)", line), re.search(r"\buid:(\d+)", line)
        row = {"PROTO": proto, "RXQ": words[2], "TXQ": words[3], "line": line}
        if proto == "unix":
            row["INODE"] = words[5]
            row["LOCAL"] = {"*": "-"}.get(words[4], words[4])
        elif proto in ("tcp", "udp"):
            row["STATE"] = SS_STATES.get(words[1], words[1].replace("-", "_"))
            row["LOCAL"], row["REMOTE"] = place(words[4]), place(words[5])
            if re.fullmatch(r"(0\.0\.0\.0|\[::\]|\*):\*", row["REMOTE"]):
                row["REMOTE"] = "*:*"
            row["INODE"] = inode[1] if inode else "0"
            if row["INODE"] != "0":
                row["UID"] = uid[1] if uid else "0"
        found.setdefault(key, row)
    return found


def same(column, ours, theirs, row):
    """ss calls a UDP socket without a remote UNCONN, as the view does."""
    if column in ("RXQ", "TXQ"):
        # the view has no queues of MPTCP; the request of ss is in that of sock_diag
        return ours in ("-", theirs) or (row["PROTO"], row["LOCAL"]) == ("netlink", "4:0")
    if column == "STATE":
        return ours == theirs or {ours, theirs} == {"UNCONN", "CLOSE"}
    if column == "INODE" and row["HELD"] not in ("process", "inflight"):
        return ours in ("0", theirs)
    if column == "LOCAL" and row["PROTO"] == "unix":
        # ss cuts nothing, and escapes nothing
        return ours == theirs or "\\" in ours or "@" in theirs
    return ours == theirs


def beside_ss(netns, path):
    """{key: what differs} now."""
    before = ss_rows(path)
    rows = [row for row in view() if row["NETNS"] == netns]
    for row in rows:
        if row["PROTO"] == "unix":
            row["COOKIE"] = row["INODE"]
        elif row["PROTO"] == "netlink":
            row["COOKIE"] = "netlink " + row["LOCAL"]
    after = ss_rows(path)
    differences, seen = {}, {}
    for row in rows:
        seen.setdefault(row["COOKIE"], []).append(row)
        if row["PROTO"] == "unix" and row["INODE"] == "0":
            continue  # not accepted yet: no file, no inode
        theirs = after.get(row["COOKIE"], before.get(row["COOKIE"]))
        if not theirs:
            if row["PROTO"] in set(SS_PROTOCOLS.values()) - {"other"} and row["STATE"] not in NOT_IN_SS and row["HELD"] != "inflight":
                differences[row["COOKIE"], "row"] = "ss has no such socket: " + " ".join(row.values())
            continue
        if row["STATE"] == "CLOSE" and len([one for one in rows if one["COOKIE"] == row["COOKIE"]]) > 1:
            continue  # TIME_WAIT has the same cookie
        for column in sorted(set(theirs) - {"line", "PROTO"}):
            if not same(column, row[column], theirs[column], row):
                differences[row["COOKIE"], column] = f"{column} {row[column]}, ss: {theirs[column]}: {' '.join(row.values())}"
    for cookie in set(before) & set(after) - set(seen):
        differences[cookie, "missing"] = "no row: " + after[cookie]["line"]
    return differences


def proc_owners():
    """{inode: {(pid, fd)}}"""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        for fd, inode in descriptors(f"/proc/{pid}/fd"):
            found.setdefault(str(inode), set()).add((int(pid), fd))
    return found


def beside_proc():
    before = proc_owners()
    rows = view()
    after = proc_owners()
    differences = {}
    # A subflow has the inode of its MPTCP socket, which has the owners.
    known = {row["INODE"]: row for row in rows if row["INODE"] != "0" and (row["HELD"], row["OWNERS"]) != ("kernel", "[mptcp]")}
    for inode, row in known.items():
        ours, first, last = owners(row), before.get(inode, set()), after.get(inode, set())
        for owner in first & last - ours:
            differences[inode, owner] = f"owner {owner} is missing: {' '.join(row.values())}"
        for owner in ours - first - last:
            differences[inode, owner] = f"owner {owner} does not own it: {' '.join(row.values())}"
        if row["HELD"] == "inflight" and first & last:
            differences[inode, "held"] = f"not in flight: {first & last}: {' '.join(row.values())}"
    for inode in set(before) & set(after) - set(known):
        differences[inode, "missing"] = f"no row: socket:[{inode}] of {sorted(after[inode])}"
    return differences
