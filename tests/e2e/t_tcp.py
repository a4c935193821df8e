# SPDX-License-Identifier: GPL-2.0
"""Every state of a TCP socket, over IPv4, IPv6 and IPv4-mapped."""
import os
import time

import view
from judge import judge, judge_queues
from maker import Made, proc_net, run, ss
from scenario import equal, needs_ipv6, scenario, true, variants

FAMILIES = ("inet", "inet6", "mapped")
STATES = ("unbound bound listen established syn-sent fin-wait1 fin-wait1-orphan fin-wait2 fin-wait2-orphan fin-wait2-small"
          " last-ack last-ack-orphan closing time-wait close disconnected").split()


def table(family):
    return "tcp" if family == "inet" else "tcp6"


def settle(told, family):
    """Waits until /proc/net says so, too: what has no descriptor any more gets its last packets by and by."""
    for _ in range(100):
        if (told["local"], told["remote"], told["state"]) in [row[:3] for row in proc_net(table(family))]:
            return
        time.sleep(0.02)
    raise AssertionError(f"the kernel never had {told}")


@variants("tcp", [(family, state) for family in FAMILIES for state in STATES])
def state(family, name):
    with Made("tcp-" + name, family=family) as made:
        for told in made.sockets():
            if told["state"] not in ("UNBOUND", "BOUND", "CLOSE", "LISTEN"):
                settle(told, family)
        now = view.read()
        for told in made.sockets():
            judge(now, told)
        judge_queues("-t", "-a")


@variants("tcp/acceptq", FAMILIES)
def acceptq(family):
    with Made("tcp-acceptq", family=family, count=3) as made:
        now = view.read()
        listener = judge(now, made["l"])
        equal("RXQ, the backlog now", listener["RXQ"], "3")
        equal("TXQ, the backlog's limit", listener["TXQ"], "128")
        for client in ("c0", "c1", "c2"):
            told = made[client]
            judge(now, told)
            child = now.one(LOCAL=told["remote"], REMOTE=told["local"])
            equal("child", [child[key] for key in ("PROTO", "PORT", "STATE", "INODE", "HELD", "PARENT", "OWNERS")],
                  ["tcp", made["l"]["port"], "ESTABLISHED", "0", "acceptq", listener["COOKIE"], "-"])
        equal("rows waiting", len(now.find(HELD="acceptq")), 3)
        judge_queues("-t", "-a")
        before = now.one(LOCAL=made["c0"]["remote"], REMOTE=made["c0"]["local"])["COOKIE"]
        made.do("accept l a; tell a ESTABLISHED")
        equal("the accepted one's cookie", made["a"]["cookie"], before)
        now = view.read()
        judge(now, made["a"])
        equal("rows still waiting", len(now.find(HELD="acceptq")), 2)


@variants("tcp/syn-recv", FAMILIES)
def syn_recv(family):
    with Made("tcp-syn-recv", family=family) as made:
        now = view.read()
        listener = judge(now, made["l"])
        told = made["c"]
        judge(now, told)
        true("the kernel has the request",
             (told["remote"], told["local"], "SYN_RECV") in [row[:3] for row in proc_net(table(family))])
        request = now.one(LOCAL=told["remote"], REMOTE=told["local"])
        equal("request", [request[key] for key in ("PROTO", "PORT", "STATE", "INODE", "UID", "HELD", "PARENT", "OWNERS")],
              ["tcp", made["l"]["port"], "SYN_RECV", "0", "0", "synrecv", listener["COOKIE"], "-"])
        equal("its cookie in ss", [cookie for cookie, row in ss("-t", "-a").items() if row["state"] == "SYN_RECV"],
              [request["COOKIE"]])
        made.do("send c 1; accept l a; tell a ESTABLISHED")
        equal("the child inherits the cookie", made["a"]["cookie"], request["COOKIE"])
        judge(view.read(), made["a"])


@variants("tcp/time-wait-and-close", FAMILIES)
def time_wait_and_close(family):
    with Made("tcp-time-wait-open", family=family) as made:
        now = view.read()
        rows = now.find(COOKIE=made["c"]["cookie"])
        equal("states of the pair", sorted(row["STATE"] for row in rows), ["CLOSE", "TIME_WAIT"])
        for row in rows:
            if row["STATE"] == "TIME_WAIT":
                equal("HELD", row["HELD"], "timewait")
                equal("INODE", row["INODE"], "0")
                equal("OWNERS", row["OWNERS"], "-")
            else:
                equal("HELD", row["HELD"], "process")
                equal("INODE", row["INODE"], made["c"]["inode"])
                equal("PORT: given back", row["PORT"], "-")
                equal("OWNERS", len(row.owners()), 1)
        equal("the peer", now.one(COOKIE=made["a"]["cookie"])["STATE"], "CLOSE")


@scenario("tcp/close-keeps-a-bound-port")
def close_port():
    with Made("", commands="socket l tcp; bind l; listen l; socket c tcp; bind c 127.0.0.1 7777; connect c l; accept l a;"
                           "note c; reset a; tell c CLOSE") as made:
        row = view.read().one(COOKIE=made["c"]["cookie"])
        equal("STATE", row["STATE"], "CLOSE")
        equal("PORT: bind() asked for it, it stays", row["PORT"], made["c"]["port"])
    with Made("tcp-close") as made:
        row = view.read().one(COOKIE=made["c"]["cookie"])
        equal("PORT: given back", row["PORT"], "-")
        equal("TXQ", row["TXQ"], "0")
        made.do(f"socket s tcp; bind s 127.0.0.1 {made['c']['port']}")  # and bind() agrees


@scenario("tcp/bound-blocks-bind")
def bound_blocks():
    with Made("tcp-bound") as made:
        told = made["s"]
        true("ss does not show it (6.1)", told["cookie"] not in ss("-t", "-a"))
        row = judge(view.read(), told)
        equal("TXQ", row["TXQ"], "0")
        try:
            made.do(f"socket x tcp; bind x 127.0.0.1 {told['port']}")
        except AssertionError as reason:
            true(str(reason), "Address already in use" in str(reason))
        else:
            raise AssertionError("bind() gave the port away")
        made.do("close s")
        equal("rows after close", view.read().find(COOKIE=told["cookie"]), [])


@scenario("tcp/bound-then-listen")
def bound_then_listen():
    with Made("tcp-bound") as made:
        judge(view.read(), made["s"])
        made.do("listen s 7; tell s LISTEN")
        row = judge(view.read(), made["s"])
        equal("backlog", (row["RXQ"], row["TXQ"]), ("0", "7"))


@variants("tcp/expires", [(family, name) for family in ("inet", "inet6") for name in ("time-wait", "fin-wait2-small")])
def expires(family, name):
    with Made("tcp-" + name, family=family) as made:
        settle(made["c"], family)
        cookie = made["c"]["cookie"]
        before = ss("-t", "-a")[cookie]["timer"]
        row = view.read().one(COOKIE=cookie)
        after = ss("-t", "-a")[cookie]["timer"]
        # ss cuts to whole seconds
        true(f"EXPIRES {row['EXPIRES']} ms between {after} and {before} s", after * 1000 - 1000 <= int(row["EXPIRES"]) <= before * 1000 + 1000)
        equal("EXPIRES of the listener", {row["EXPIRES"] for row in view.read().find(STATE="LISTEN")} - {"-"}, set())


@scenario("tcp/expires/fin-wait2-orphan")
def expires_orphan():
    with Made("tcp-fin-wait2-orphan") as made:
        settle(made["c"], "inet")
        row = view.read().one(COOKIE=made["c"]["cookie"])
        true(f"EXPIRES {row['EXPIRES']}", row["EXPIRES"] != "-" and 0 < int(row["EXPIRES"]) <= 100000)
    with Made("tcp-fin-wait2") as made:
        equal("EXPIRES with a descriptor", view.read().one(COOKIE=made["c"]["cookie"])["EXPIRES"], "-")


@variants("tcp/wildcard", [("inet", "0.0.0.0", "0.0.0.0:8080"), ("inet6", "::", "[::]:8080")])
def wildcard(family, address, shown):
    with Made("tcp-listen", family=family, addr=address, port=8080) as made:
        row = judge(view.read(), made["l"])
        equal("LOCAL", row["LOCAL"], shown)


@scenario("tcp/scope")
def scope():
    needs_ipv6()
    for words in ("link add dum0 type dummy", "link set dum0 up", "-6 addr add fe80::7/64 dev dum0 nodad"):
        equal(words, run("ip", *words.split()).returncode, 0)
    with Made("", family="inet6", commands="socket l tcp; bind l fe80::7%dum0 8080; listen l; tell l LISTEN") as made:
        equal("LOCAL", view.read().one(COOKIE=made["l"]["cookie"])["LOCAL"], "[fe80::7%dum0]:8080")


@scenario("tcp/device")
def device():
    with Made("", commands="socket l tcp; opt l dev lo; bind l; listen l; tell l LISTEN") as made:
        equal("DEV", view.read().one(COOKIE=made["l"]["cookie"])["DEV"], "lo")


FLAGS = {"reuseaddr": "inet", "reuseport": "inet", "v6only": "inet6", "transparent": "inet", "freebind": "inet"}


@variants("tcp/flags", list(FLAGS))
def flags(flag):
    wildcard = "0.0.0.0" if FLAGS[flag] == "inet" else "::"  # a socket bound to one IPv6 address is v6only anyway
    with Made("", family=FLAGS[flag], addr=wildcard, commands=f"socket l tcp; opt l {flag}; bind l; listen l; tell l LISTEN;"
                                               "socket n tcp; bind n; listen n; tell n LISTEN") as made:
        now = view.read()
        true(f"{flag} in {now.one(COOKIE=made['l']['cookie'])['FLAGS']}",
             flag in now.one(COOKIE=made["l"]["cookie"])["FLAGS"].split(","))
        true("not in the other's", flag not in now.one(COOKIE=made["n"]["cookie"])["FLAGS"].split(","))


@scenario("tcp/uid")
def uid():
    with Made("", commands="uid 1000; socket l tcp; uid 0; bind l; listen l; tell l LISTEN; socket c tcp; connect c l;"
                           "tell c ESTABLISHED") as made:
        now = view.read()
        equal("UID", now.one(COOKIE=made["l"]["cookie"])["UID"], "1000")
        equal("UID of the client", now.one(COOKIE=made["c"]["cookie"])["UID"], "0")


@scenario("tcp/cgroup")
def cgroup():
    with Made("tcp-listen") as made:
        true("CGROUP", view.read().one(COOKIE=made["l"]["cookie"])["CGROUP"] in ("-", str(os.stat("/sys/fs/cgroup").st_ino)))
