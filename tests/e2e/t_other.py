# SPDX-License-Identifier: GPL-2.0
"""UDP, and the families without ports."""
import os

import view
from judge import escape, judge, judge_queues
from maker import Made, proc_inodes, proc_net, run, ss
from scenario import Skip, equal, scenario, true, variants

FAMILIES = ("inet", "inet6", "mapped")


@variants("udp", [(family, name) for family in FAMILIES for name in ("unbound", "bound", "connected")])
def udp(family, name):
    with Made("udp-" + name, family=family) as made:
        now = view.read()
        for told in made.sockets():
            judge(now, told)
        judge_queues("-u", "-a")


@scenario("udp/queued")
def udp_queued():
    with Made("", commands="socket s udp; bind s; socket c udp; connect c s; send c 100; tell s UNCONN; tell c ESTABLISHED") as made:
        now = view.read()
        judge_queues("-u", "-a")
        true("RXQ", int(now.one(COOKIE=made["s"]["cookie"])["RXQ"]) >= 100)


@scenario("udp/same-number-as-tcp")
def udp_and_tcp():
    with Made("", port=5353, commands="socket t tcp; bind t; listen t; socket u udp; bind u; tell t LISTEN; tell u UNCONN") as made:
        now = view.read()
        equal("rows at 5353", [row["PROTO"] for row in now.find(PORT=5353)], ["tcp", "udp"])
        judge(now, made["t"])
        judge(now, made["u"])


@variants("raw", ("inet", "inet6"))
def raw(family):
    with Made("raw", family=family) as made:
        row = judge(view.read(), made["s"])
        table = proc_net("raw" if family == "inet" else "raw6")
        true("the kernel lists it", int(row["INODE"]) in [inode for *_, inode in table])


@variants("ping", ("inet", "inet6"))
def ping(family):
    with open("/proc/sys/net/ipv4/ping_group_range", "w", encoding="ascii") as file:
        file.write("0 1000")
    with Made("ping", family=family) as made:
        row = view.read().one(COOKIE=made["s"]["cookie"])
        equal("row", [row[key] for key in ("PROTO", "INODE", "HELD")], ["ping", made["s"]["inode"], "process"])
        equal("owner", row.owners()[0][:3], (made.pid, made.pid, int(made["s"]["fd"])))


def judge_portless(made, proto, table):
    now = view.read()
    for told in made.sockets():
        row = now.one(COOKIE=told["cookie"])
        equal("row", [row[key] for key in ("PROTO", "PORT", "INODE", "HELD", "PARENT", "EXPIRES")],
              [proto, "-", told["inode"], "process", "-", "-"])
        equal("owners", [owner[:3] for owner in row.owners()], [(made.pid, made.pid, int(told["fd"]))])
    equal(f"inodes of /proc/net/{table}", {int(row["INODE"]) for row in now.find(PROTO=proto)} - {0}, proc_inodes(table))


@variants("portless", ("netlink", "packet"))
def portless(name):
    with Made(name) as made:
        judge_portless(made, name, name)


@variants("unix", ("pair", "listen", "dgram", "seqpacket"))
def unix(name):
    with Made("unix-" + name, count=0, path=f"/tmp/e2e-{os.getpid()}") as made:
        judge_portless(made, "unix", "unix")


@scenario("unix/acceptq")
def unix_acceptq():
    with Made("unix-listen", count=2, path=f"\\000e2e-{os.getpid()}") as made:
        now = view.read()
        waiting = now.find(PROTO="unix", HELD="acceptq")
        equal("waiting", [[row[key] for key in ("INODE", "PARENT", "OWNERS")] for row in waiting], [["0", made["l"]["cookie"], "-"]] * 2)
        equal("unix rows", len(now.find(PROTO="unix")), 5)
        made.do("accept l a; tell a ESTABLISHED")
        row = view.read().one(COOKIE=made["a"]["cookie"])
        equal("accepted", (row["HELD"], row["INODE"]), ("process", made["a"]["inode"]))
        true("the same socket", made["a"]["cookie"] in [row["COOKIE"] for row in waiting])


# COMM and paths: what an author of a parser would not think of
NAMES = {"space": rb"/tmp/a b", "backslash": rb"/tmp/a\b", "newline": b"/tmp/a\nb", "latin": b"/tmp/\xe4\xff", "utf8": "/tmp/köln".encode(),
         "abstract": b"\0plain", "abstract-nul": b"\0a\0b", "abstract-empty": b"\0", "abstract-at": b"\0@x", "at": b"@file",
         "long": b"/tmp/" + b"x" * 102, "comma": b"/tmp/a,b=c", "hash": b"\0# x"}


@variants("unix/name", list(NAMES))
def unix_name(label):
    os.chdir("/tmp")
    name = NAMES[label]
    if name[:1] != b"\0" and os.path.exists(name):
        os.unlink(name)
    octal = "".join(f"\\{byte:03o}" for byte in name)
    with Made("unix-dgram", path=octal) as made:
        row = view.read().one(COOKIE=made["s"]["cookie"])
        equal("INODE", row["INODE"], made["s"]["inode"])
        wanted = "@" + escape(name[1:]) if name[:1] == b"\0" else escape(name) if name[:1] != b"@" else "\\100" + escape(name[1:])
        true(f"LOCAL is {row['LOCAL']!r}, not {wanted!r}", row["LOCAL"] in ("-", wanted))


@scenario("alg")
def alg():
    try:
        made = Made("", commands="socket s alg; tell s UNCONN")
    except AssertionError:
        raise Skip("no AF_ALG in this kernel") from None
    with made:
        row = view.read().one(COOKIE=made["s"]["cookie"])
        equal("row", [row[key] for key in ("PORT", "INODE", "HELD")], ["-", made["s"]["inode"], "process"])


@scenario("held/kernel-vxlan")
def vxlan():
    if run("ip", "link", "add", "vx0", "type", "vxlan", "id", "7", "dstport", "4789").returncode:
        raise Skip("no vxlan in the lab")
    run("ip", "link", "set", "vx0", "up")
    row = view.read().one(PORT=4789)
    equal("row", [row[key] for key in ("PROTO", "STATE", "HELD")], ["udp", "UNCONN", "kernel"])
    equal("INODE as in ss", row["INODE"], ss("-u", "-a")[row["COOKIE"]]["inode"])
    equal("OWNERS", row["OWNERS"], "[vxlan]")
