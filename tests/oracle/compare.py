# SPDX-License-Identifier: GPL-2.0
"""Compares a view with what must be there, both ways."""
import ipaddress
import re

from situation import FLAGS
from truth import SHOWN, Difference


def agrees(got, wanted):
    return wanted is None or got in wanted if isinstance(wanted, set) or wanted is None else got == wanted


FOUND = []
TOLD_AT_MOST = 5


def differ(what, expected, seen):
    """Remembers it: one seed may have several, and they are told together."""
    FOUND.append(f"{what}\n  expected: {expected}\n  seen:     {seen}")


def finish():
    """Raises what was found since the last time."""
    if FOUND:
        more = f"\n... and {len(FOUND) - TOLD_AT_MOST} more" if len(FOUND) > TOLD_AT_MOST else ""
        text = "\n".join(FOUND[:TOLD_AT_MOST]) + more
        FOUND.clear()
        raise Difference(text)


def text_of(row):
    owners = ",".join(f"{pid}{'' if tid == pid else f':{tid}'}/{fd}/{comm}" for pid, tid, fd, comm in row.owners) or "-"
    return " ".join(f"{key}={'|'.join(sorted(row[key])) if isinstance(row[key], set) else row[key]}" for key in SHOWN if key != "OWNERS") + \
        f" OWNERS={owners}"


def short(row):
    return " ".join(f"{key}={row[key]}" for key in SHOWN) + f" FLAGS={row['FLAGS']} EXPIRES={row['EXPIRES']}"


def check_row(row, wanted, witness):
    """Every column of a row that the situation decides."""
    for key in SHOWN:
        if key == "OWNERS":
            if sorted(row.owners()) != wanted.owners:
                differ(f"OWNERS of {wanted.what}", text_of(wanted), short(row))
        elif not agrees(row[key], wanted[key]):
            differ(f"{key} of {wanted.what}", text_of(wanted), short(row))
    if row["OWNERS"] != "-" and row["HELD"] not in ("process", "kernel"):
        differ(f"OWNERS of {wanted.what}, which has none", text_of(wanted), short(row))
    ends = wanted["HELD"] == "timewait" or (wanted["HELD"] == "orphan" and wanted["STATE"] == "FIN_WAIT2")
    if (row["EXPIRES"] != "-") != ends or ends and not 0 <= int(row["EXPIRES"]) <= 130000:
        differ(f"EXPIRES of {wanted.what}", text_of(wanted), short(row))
    if wanted.flags is not None:
        flags = set(row["FLAGS"].split(","))
        if flags & set(FLAGS) != wanted.flags & set(FLAGS) or "v6only" in wanted.flags - flags:
            differ(f"FLAGS of {wanted.what}: {wanted.flags}", text_of(wanted), short(row))
    if wanted["LOCAL"] is None:
        place = (witness.netlink if row["PROTO"] == "netlink" else witness.packet).get(row["INODE"])
        if place is None and row["PROTO"] == "netlink":
            place = re.sub(r":\d+$", ":0", row["LOCAL"])  # without a portid it stands in no table
        if place != row["LOCAL"]:
            differ(f"LOCAL of {wanted.what}", f"{place} {text_of(wanted)}", short(row))


def check_expected(now, rows, witness, also=()):
    """Each expected row is there once, and says the truth. Returns the rows that nobody expected."""
    left, places = {}, {}
    for row in now.rows:
        left.setdefault(row["COOKIE"], []).append(row)
        places.setdefault((row["LOCAL"], row["REMOTE"], row["PARENT"], row["HELD"]), []).append(row)
    for wanted in sorted(rows, key=lambda row: row["COOKIE"] is None):
        if wanted["COOKIE"] is None:
            # who waits has no name that a process could know: it is told by its ends and its listener
            found = places.get(tuple(wanted[key] for key in ("LOCAL", "REMOTE", "PARENT", "HELD")), [])
            found = [row for row in found if row in left.get(row["COOKIE"], ())][:1]
        else:
            found = left.get(wanted["COOKIE"], [])
            if len(found) > 1:
                found = [row for row in found if row["STATE"] == wanted["STATE"]] or found
        if not found:
            also = [short(row) for row in now.rows if (row["LOCAL"], row["REMOTE"]) == (wanted["LOCAL"], wanted["REMOTE"])]
            differ(f"missing: {wanted.what}", text_of(wanted), "\n            ".join(["no row"] + also[:4]))
            continue
        if len(found) > 1:
            differ(f"twice: {wanted.what}", text_of(wanted), "\n            ".join(map(short, found)))
        check_row(found[0], wanted, witness)
        left[found[0]["COOKIE"]].remove(found[0])
    return [row for rows in left.values() for row in rows]


def check_form(now):
    """What holds of every view: the header's sums, and the order."""
    if now.meta["sockets"] != len(now.rows) or now.meta["owners"] != sum(len(row.owners()) for row in now.rows):
        differ("header", f"{len(now.rows)} rows, {sum(len(row.owners()) for row in now.rows)} owners", now.meta)
    keys = [order_key(row) for row in now.rows]
    for index in range(1, len(keys)):
        if keys[index - 1] > keys[index]:
            differ("order", "the second row first", f"{short(now.rows[index - 1])}\n            {short(now.rows[index])}")
    for row in now.rows:
        owners = [(owner[0], owner[2]) for owner in row.owners()]
        if owners != sorted(owners) or len(set(row.owners())) != len(owners):
            differ("order of owners", sorted(owners), short(row))


def place_key(text):
    if text == "*:*":
        return (0, 0, 0)
    host, port = text.rsplit(":", 1)
    address = ipaddress.ip_address(host.strip("[]").split("%")[0])
    return (address.version, int(address), int(port) if port != "*" else 0)


def order_key(row):
    if row["PORT"] == "-":
        return (1, row["PROTO"], int(row["INODE"]))
    return (0, int(row["PORT"]), row["PROTO"], row["STATE"] != "LISTEN", place_key(row["LOCAL"]), place_key(row["REMOTE"]))


def listed(row):
    """Whether the tables that /proc/net and ss show have this one."""
    if row["PROTO"] == "tcp":
        return row["STATE"] not in ("BOUND", "UNBOUND", "CLOSE")
    if row["PROTO"] == "udp":
        return row["STATE"] != "UNBOUND"
    if row["PROTO"] == "netlink":
        return not row["LOCAL"].endswith(":0")
    return row["PROTO"] in ("raw", "unix", "packet")


def compare_sets(what, ours, before, after, exact):
    missing = (before & after) - ours
    if missing:
        differ(f"{what}: it has what the view has not", sorted(missing)[:3], "no such row")
    invented = ours - (before | after) if exact else None
    if invented:
        differ(f"{what}: the view has what it has not", "no such row", sorted(invented)[:3])


def check_witnesses(now, before, after, exact):
    """/proc/net, ss and /proc/PID/fd, read before and after: what both say is so."""
    rows = [row for row in now.rows if listed(row)]
    if not exact:
        before, after = before.held_in(after), after.held_in(before)
    for proto in ("tcp", "udp", "raw"):
        ours = {(row["LOCAL"], row["REMOTE"], row["STATE"] if proto == "tcp" else "", int(row["INODE"])) for row in rows if row["PROTO"] == proto}
        compare_sets(f"/proc/net/{proto}", ours, before.net[proto], after.net[proto], exact)
    for table in ("unix", "netlink", "packet"):
        ours = {int(row["INODE"]) for row in rows if row["PROTO"] == table} - {0}
        first, second = ({int(inode) for inode in getattr(witness, table)} for witness in (before, after))
        compare_sets(f"/proc/net/{table}", ours, first, second, exact)
    if before.ss:
        check_ss(now, rows, before.ss, after.ss, exact)
    check_owners(now, before.owners, after.owners)


def ss_key(row):
    if row["PROTO"] == "netlink":
        return "netlink " + row["LOCAL"]
    return "inode " + row["INODE"] if row["PROTO"] == "unix" else row["COOKIE"]


def check_ss(now, rows, before, after, exact):
    compare_sets("ss", {ss_key(row) for row in now.rows}, set(before), set(after), False)
    for row in rows if exact else ():
        if ss_key(row) not in before and ss_key(row) not in after and ss_key(row) != "inode 0" and "\\012" not in row["LOCAL"]:
            differ("ss: the view has what it has not", "no such row", short(row))
    for row in now.rows:
        told = before.get(ss_key(row))
        if not told or told != after.get(ss_key(row)) or row["STATE"] == "CLOSE":
            continue
        wanted = (told["rxq"], told["txq"], told["inode"] or row["INODE"])
        if wanted != (row["RXQ"], row["TXQ"], row["INODE"]):
            differ("ss: RXQ, TXQ, INODE", wanted, f"RXQ={row['RXQ']} TXQ={row['TXQ']} {short(row)}")
        if told["state"] not in ("CLOSE", row["STATE"]):
            differ("ss: STATE", told["state"], short(row))


def check_owners(now, before, after):
    """Threads that share a table are one owner; this compares by PID and descriptor."""
    for row in now.rows:
        inode = int(row["INODE"])
        if not inode or row["HELD"] == "hidden" or row["OWNERS"] == "[mptcp]":  # the whole has the owners
            continue
        ours = {(owner[0], owner[2]) for owner in row.owners()}
        first, second = before.get(inode, set()), after.get(inode, set())
        if (first & second) - ours:
            differ("/proc/PID/fd: an owner is missing", sorted(first & second), short(row))
        if (first or second) and ours - (first | second):
            differ("/proc/PID/fd: an owner is invented", sorted(first | second), short(row))
