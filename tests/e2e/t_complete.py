# SPDX-License-Identifier: GPL-2.0
"""Nothing is missing, nothing is invented; also while everything changes."""
import resource
import subprocess
import time

import view
from judge import judge
from maker import Made, proc_inodes, proc_net, ss
from scenario import equal, scenario, true

LOAD = ("socket l tcp; bind l; listen l 1000; repeat count socket c% tcp; repeat count connect c% l; repeat 300 accept l a%;"
        "repeat count socket b% tcp; repeat count bind b%; repeat count socket u% udp; repeat count bind u%; repeat 100 socket n% tcp;"
        "repeat 50 pair x% y%; repeat 20 socket k% netlink; repeat 20 bind k%; tell l LISTEN; repeat count tell b% BOUND; repeat 100 tell n% UNBOUND")


def difference(what, got, wanted):
    true(f"{what}: missing {sorted(wanted - got)[:5]}, invented {sorted(got - wanted)[:5]}", got == wanted)


@scenario("complete/2000-sockets", seconds=60)
def complete():
    with Made("", count=400, commands=LOAD) as four, Made("", family="inet6", count=100, commands=LOAD.replace("300", "60")) as six:
        now = view.read()
        makers = (four, six)
        for proto in ("tcp", "udp"):
            kernel = {row[:2] + (row[3],) for table in (proto, proto + "6") for row in proc_net(table)}
            kernel = {(local, remote if not remote.endswith(":0") else "*:*", inode) for local, remote, inode in kernel}
            ours = {(row["LOCAL"], row["REMOTE"], int(row["INODE"])) for row in now.find(PROTO=proto)
                    if row["STATE"] not in ("BOUND", "UNBOUND")}
            difference(f"{proto} against /proc/net", ours, kernel)
            sockets = set(ss("-a", "-" + proto[0]))
            ours = {row["COOKIE"] for row in now.find(PROTO=proto) if row["STATE"] not in ("BOUND", "UNBOUND")}
            difference(f"{proto} against ss", ours, sockets)
        for kind in ("BOUND", "UNBOUND"):
            told = {told["cookie"] for made in makers for told in made.told if told["state"] == kind}
            difference(kind, {row["COOKIE"] for row in now.find(STATE=kind)}, told)
        for proto in ("unix", "netlink"):
            difference(proto, {int(row["INODE"]) for row in now.find(PROTO=proto)}, proc_inodes(proto))
        equal("accept queues", len(now.find(HELD="acceptq")), 100 + 40)
        held = [row["OWNERS"] for row in now.find(HELD="process")]
        equal("owned rows with one owner", {owners.count(",") for owners in held}, {0})
        cookies = [row["COOKIE"] for row in now.rows]
        equal("rows that are twice", len(cookies) - len(set(cookies)), 0)
        true(f"{len(now.rows)} rows", len(now.rows) > 2000)


def many_descriptors():
    resource.setrlimit(resource.RLIMIT_NOFILE, (65536, 65536))


@scenario("complete/20000-descriptors", seconds=60)
def descriptors():
    many_descriptors()
    with Made("", commands="repeat 20000 socket s% udp; socket l tcp; bind l; listen l; tell l LISTEN") as made:
        now = view.read()
        equal("rows", len(now.rows), 20001)
        equal("owners", now.meta["owners"], 20001)
        equal("descriptors", {owner[2] for row in now.rows for owner in row.owners()}, set(range(3, 20004)))
        judge(now, made["l"])


@scenario("complete/3000-owners-of-one", seconds=180)
def one_row():
    many_descriptors()
    with Made("", commands="socket l tcp; bind l; listen l; repeat 2900 dup l d%; repeat 50 fork w%; repeat 50 in w% close d7;"
                           "tell l LISTEN; in w0 tell l LISTEN") as made:
        row = view.read().one(COOKIE=made["l"]["cookie"])
        equal("owners of the maker", sum(owner[0] == made.pid for owner in row.owners()), 2901)
        equal("owners of its children", sum(owner[0] != made.pid for owner in row.owners()), 50 * 2900)
        equal("sorted", [owner[::2] for owner in row.owners()], sorted(owner[::2] for owner in row.owners()))


def twice(now):
    """Cookies that stand twice and are not the legitimate pair of TIME_WAIT and CLOSE."""
    by_cookie = {}
    for row in now.rows:
        by_cookie.setdefault(row["COOKIE"], []).append(row["STATE"])
    return {cookie: states for cookie, states in by_cookie.items() if len(states) > 1 and sorted(states) != ["CLOSE", "TIME_WAIT"]}


def twice_by_place(now):
    """One 4-tuple is one connection: a request and its child, a socket and its TIME_WAIT never both stand there."""
    seen = {}
    for row in now.find(PROTO="tcp"):
        if row["STATE"] not in ("LISTEN", "BOUND", "UNBOUND", "CLOSE"):
            seen.setdefault((row["LOCAL"], row["REMOTE"]), []).append(str(row))
    return [rows for rows in seen.values() if len(rows) > 1]


@scenario("churn/stable-rows-stand-once", seconds=90)
def churn():
    stable = [Made("tcp-established"), Made("tcp-forked", count=3), Made("udp-bound"), Made("unix-pair"), Made("tcp-bound", family="inet6"),
              Made("tcp-thread-copy"), Made("netlink")]
    quiet = view.read()
    cookies = {told["cookie"] for made in stable for told in made.told}
    wanted = {cookie: {key: value for key, value in quiet.one(COOKIE=cookie).items() if key not in ("RXQ", "TXQ")} for cookie in cookies}
    busy = [subprocess.Popen(["mksock", "--family", family, "-c", "churn"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
            for family in ("inet", "inet6", "inet")]
    pids = {made.pid for made in stable} | {int(told["pid"]) for made in stable for told in made.told} | {process.pid for process in busy}
    end = time.monotonic() + 8
    reads = rows = 0
    unstable = {}
    while time.monotonic() < end or reads < 10:
        now = view.read()
        reads += 1
        rows += len(now.rows)
        for cookie, row in wanted.items():
            got = now.one(COOKIE=cookie)
            equal("a stable row", {key: got[key] for key in row}, row)
        equal("cookies that are twice", twice(now), {})
        equal("connections that are twice", twice_by_place(now), [])
        equal("owners that are strangers", {owner[0] for row in now.rows for owner in row.owners()} - pids, set())
        for row in now.rows:
            if row["HELD"] in ("inflight", "kernel", "hidden"):
                unstable.setdefault(row["HELD"], []).append(str(row))
    for process in busy:
        process.kill()
    # a task that the host stops in the middle of socketpair() or close() does have a file and no descriptor, for both looks
    inflight = unstable.pop("inflight", [])
    equal("rows said to be the kernel's or hidden", unstable, {})
    true(f"{len(inflight)} of {rows} rows in {reads} reads said to be in flight: {inflight}", len(inflight) <= 3 + reads // 20)


@scenario("churn/snapshot-is-consistent-with-ss-afterwards", seconds=60)
def churn_settles():
    for _ in range(3):
        subprocess.run(["mksock", "-c", "churn 150"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    with Made("tcp-established") as made:
        now = view.read()
        judge(now, made["l"])
        waiting = {cookie for cookie, row in ss("-t", "-a").items() if row["state"] == "TIME_WAIT"}
        shown = {row["COOKIE"]: int(row["EXPIRES"]) for row in now.find(STATE="TIME_WAIT")}
        lasting = {cookie for cookie, milliseconds in shown.items() if milliseconds > 10000}  # not those that end before ss looks
        true("churn leaves TIME_WAITs", len(waiting) > 20 and lasting)
        difference("TIME_WAIT", set(shown) & (waiting | lasting), waiting)
