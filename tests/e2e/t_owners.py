# SPDX-License-Identifier: GPL-2.0
"""Who holds a socket: processes, descriptors, threads, and nobody."""
import os

import view
from judge import escape, judge, owners_by_proc
from maker import Made
from scenario import equal, own_netns, scenario, true, variants


def pids_of(made):
    return sorted({int(told["pid"]) for told in made.told})


def judge_all(made):
    now = view.read()
    for cookie in {told["cookie"] for told in made.told}:
        told = [told for told in made.told if told["cookie"] == cookie][0]
        row = judge(now, told, pids=pids_of(made))
        true("owners sorted by PID, FD", [o[::2] for o in row.owners()] == sorted(o[::2] for o in row.owners()))
    return now


@variants("owners", ("dup", "forked", "thread", "thread-copy"))
def owners(name):
    with Made("tcp-" + name, count=3) as made:
        now = judge_all(made)
        row = now.one(COOKIE=made["l"]["cookie"])
        equal("number of owners", len(row.owners()), {"dup": 3, "forked": 4, "thread": 1, "thread-copy": 2}[name])
        if name.startswith("thread"):
            true(f"PID:TID in {row['OWNERS']}", f"{made.pid}:{made['t', 'l']['tid']}/" in row["OWNERS"])


@scenario("owners/reuseport")
def reuseport():
    with Made("tcp-reuseport", count=4, port=8080) as made:
        now = judge_all(made)
        equal("sockets at 8080", len(now.find(PORT=8080, STATE="LISTEN")), 4)


@scenario("owners/shared-table-counts-once")
def shared_table():
    with Made("tcp-listen") as made:
        made.do("thread t shared; thread u shared; tell l LISTEN")
        equal("owners", len(judge_all(made).one(COOKIE=made["l"]["cookie"]).owners()), 1)


@scenario("owners/dead-leader")
def dead_leader():
    with Made("tcp-listen") as made:
        made.do("leave; tell l LISTEN")
        row = view.read().one(COOKIE=made["l"]["cookie"])
        equal("HELD", row["HELD"], "process")
        wanted = owners_by_proc(made["l"]["inode"], [made.pid])
        equal("threads alive by /proc", len(wanted), 1)
        equal("OWNERS", row.owners(), wanted)
        made.process.kill()


@scenario("owners/dead-leader-and-a-thread-of-its-own")
def dead_leader_thread():
    with Made("tcp-listen") as made:
        made.do("leave; thread t; in t socket x udp; in t tell x UNBOUND; tell l LISTEN")
        now = view.read()
        row = now.one(COOKIE=made["l"]["cookie"])
        equal("descriptors of l", [(owner[0], owner[2]) for owner in row.owners()], [(made.pid, 3)] * 2)
        mine = now.one(COOKIE=made["t", "x"]["cookie"])
        equal("x's owner", mine.owners()[0][:3], (made.pid, int(made["t", "x"]["tid"]), int(made["t", "x"]["fd"])))
        made.process.kill()


COMMS = {"space": b"a b", "comma-slash": b"a,b/c", "backslash": b"a\\b", "control": b"a\nb\tc\x7f", "latin": b"\xe4\xff\x80", "long": b"x" * 15,
         "bracket": b"[kernel]", "hash": b"# tcp", "dash": b"-"}


@variants("owners/comm", list(COMMS))
def comm(label):
    name = COMMS[label]
    with Made("tcp-listen", comm="".join(f"\\{byte:03o}" for byte in name)) as made:
        row = view.read().one(COOKIE=made["l"]["cookie"])
        # split by hand: the parser has rules of its own about names
        pid, fd, text = row["OWNERS"].split("/")
        equal("PID, FD", (int(pid), fd), (made.pid, made["l"]["fd"]))
        equal("COMM", text, escape(name, b",/"))


@scenario("owners/other-process-of-a-client")
def both_ends():
    with Made("tcp-established") as made:
        judge_all(made)
        made.do("fork w; close a; in w tell a ESTABLISHED")
        row = view.read().one(COOKIE=made["w", "a"]["cookie"])
        equal("OWNERS", [owner[0] for owner in row.owners()], [int(made["w", "a"]["pid"])])
        made.do("kill w")
        equal("rows after the last owner died, and closed", len(view.read().find(COOKIE=made["w", "a"]["cookie"], HELD="process")), 0)


@scenario("netns/of-the-opener")
def netns():
    with Made("tcp-listen", port=8080) as first:
        fd = os.open(view.PATH, os.O_RDONLY)
        own_netns()
        equal("rows elsewhere", view.read().body, [])
        with Made("tcp-listen", port=8080) as second:
            judge(view.read(), second["l"])
            equal("rows here", len(view.read().rows), 1)
            row = view.View(view.read_all(fd)).one(PORT=8080)
            equal("the opened file shows the namespace in which it was opened", row["COOKIE"], first["l"]["cookie"])


@scenario("held/inflight")
def inflight():
    with Made("inflight") as made:
        row = judge(view.read(), made["l"])
        equal("STATE", row["STATE"], "LISTEN")
        made.do("receive v n; tell n LISTEN")
        equal("received it is the same socket", made["n"]["cookie"], made["l"]["cookie"])
        judge(view.read(), made["n"])
        made.do("close n")
        equal("rows after close", view.read().find(COOKIE=row["COOKIE"]), [])


@scenario("held/inflight-while-also-held")
def inflight_held():
    with Made("", commands="socket l tcp; bind l; listen l; pair u v; pass l u; tell l LISTEN") as made:
        judge(view.read(), made["l"])
