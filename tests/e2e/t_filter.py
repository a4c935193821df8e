# SPDX-License-Identifier: GPL-2.0
"""Asking for less: what a filter shows is what it names of the whole view, and a bad one changes nothing."""
import ctypes
import errno
import os
import random
import subprocess

import view
from maker import Made
from scenario import LIBC, equal, own_netns, scenario, true, variants

BAD = ("nonsense", "port", "port=", "port=,", "port=80,", "port=,80", "port=80,,81", "port=65536", "port=90-80", "port=-1", "port=80-",
       "port=1-2-3", "port=0x50", "port=8 0", "port=80 port=81", "proto=tcp6", "proto=", "proto=TCP", "state=listen", "state=-",
       "held=nobody", "held=-", "pid=0", "pid=-1", "pid=99999999999", "uid=4294967296", "inode=x", "inode=18446744073709551616",
       "cookie=0x1", "cookie=g", "owners=yes", "owners=no,no", "bind=no", "bind=", "netns=any", "netns=0", "netns=", "=80", "port =80", "proto=tcp stray",
       "port=80\nproto=tcp", "port=80\0", "\0", "netns=1,all")
GOOD = ("", "\n", " \n", "port=80\n", " port=80  proto=tcp ", "port=0-65535", "proto=tcp,udp\tstate=LISTEN", "cookie=ffffffffffffffff",
        "pid=1", "uid=0", "held=process,hidden", "owners=no", "bind=yes")


def asked(line, fd=None):
    """The view that a filter gives, as `exec 3<>/proc/portsock; echo line >&3; cat <&3` does it."""
    mine = os.open(view.PATH, os.O_RDWR) if fd is None else fd
    try:
        os.write(mine, line.encode())
        return view.View(view.read_all(mine))
    finally:
        if fd is None:
            os.close(mine)


def refusal(fd, line):
    try:
        os.write(fd, line.encode())
    except OSError as error:
        return error.errno
    return 0


def in_ports(text, ranges):
    if text == "-":
        return False
    for part in ranges.split(","):
        first, _, last = part.partition("-")
        if int(first) <= int(text) <= int(last or first):
            return True
    return False


def remote_port(row):
    return row["REMOTE"].rpartition(":")[2] if row["PORT"] != "-" and row["REMOTE"] not in ("-", "*:*") else "-"


MATCH = {
    "proto": lambda row, values: row["PROTO"] in values.split(","),
    "port": lambda row, values: in_ports(row["PORT"], values),
    "rport": lambda row, values: in_ports(remote_port(row), values),
    "state": lambda row, values: row["STATE"] in values.split(","),
    "uid": lambda row, values: row["UID"] in values.split(","),
    "inode": lambda row, values: row["INODE"] in values.split(","),
    "cookie": lambda row, values: row["COOKIE"] in values.split(","),
    "held": lambda row, values: row["HELD"] in values.split(","),
    "pid": lambda row, values: any(str(owner[0]) in values.split(",") for owner in row.owners()),
}


def expected(rows, words):
    """The rows of the whole view that the words name; EXPIRES moves, and pid= lists that process only."""
    shown = []
    for row in rows:
        if not all(MATCH[key](row, values) for key, values in words.items()):
            continue
        row = dict(row, EXPIRES="x")
        if "pid" in words:
            row["OWNERS"] = ",".join(owner for owner in row["OWNERS"].split(",")
                                     if owner.split("/")[0].split(":")[0] in words["pid"].split(","))
            row["PARENT"] = "-"
        shown.append(tuple(row.values()))
    return shown


def random_words(rows):
    """One to three keys with values that some rows have, and some that none has."""
    words = {}
    for key in random.sample(sorted(MATCH), random.choice((1, 1, 2, 3))):
        column = {"rport": "REMOTE"}.get(key, key.upper())
        some = random.sample(rows, min(len(rows), random.choice((1, 1, 2, 5))))
        if key in ("port", "rport"):
            values = [row["PORT"] if key == "port" else remote_port(row) for row in some]
            values = [value for value in values if value != "-"] + [random.choice(("1", "1-65535", "30000-50000", "0", "2-3"))]
        elif key == "pid":
            values = [str(owner[0]) for row in some for owner in row.owners()] or ["1"]
        else:
            values = [row[column] for row in some if row[column] != "-"] or {"state": ["LISTEN"]}.get(key, ["1"])
        words[key] = ",".join(dict.fromkeys(values))
    return words


def situation():
    return [Made(recipe) for recipe in ("tcp-listen", "tcp-established", "tcp-time-wait", "tcp-acceptq", "tcp-bound", "udp-connected",
                                        "udp-bound", "unix-listen", "inflight", "netlink", "raw", "packet", "tcp-syn-recv",
                                        "tcp-fin-wait2-orphan", "tcp-unbound", "tcp-reuseport", "tcp-forked")]


@scenario("filter/what-it-names", seconds=60)
def what_it_names():
    random.seed(11)
    made = situation()
    whole = view.read().rows
    true("a situation worth asking about", len(whole) > 30)
    matched = 0
    for _ in range(250):
        words = random_words(whole)
        line = " ".join(f"{key}={values}" for key, values in words.items())
        now = asked(line)
        equal("sockets and owners in the header of " + line, (now.meta["sockets"], now.meta["owners"]),
              (len(now.rows), sum(len(row.owners()) for row in now.rows)))
        got = [tuple(dict(row, EXPIRES="x").values()) for row in now.rows]
        if "pid" in words:
            got = [row[:15] + ("-",) + row[16:] for row in got]
        if got != expected(whole, words):
            whole = view.read().rows  # what ends by itself has gone on since
        equal("rows of " + line, got, expected(whole, words))
        matched += bool(got)
    true(f"{matched} of 250 filters show something", matched > 60)
    for one in made:
        one.close()


@scenario("filter/owners-no")
def owners_no():
    made = situation()
    tables = [row for row in view.read().rows if row["PROTO"] in ("tcp", "udp", "unix", "raw") and row["STATE"] != "UNBOUND"]
    got = asked("owners=no proto=tcp,udp,unix,raw").rows
    equal("sockets", sorted(row["COOKIE"] for row in got), sorted(row["COOKIE"] for row in tables))
    equal("owners", {row["OWNERS"] for row in got if not row["OWNERS"].startswith("[")}, {"-"})
    wanted = {row["COOKIE"]: "process" if row["HELD"] == "inflight" else row["HELD"] for row in tables}
    equal("HELD", {row["COOKIE"]: row["HELD"] for row in got}, wanted)
    for one in made:
        one.close()


@scenario("filter/bad")
def bad():
    with Made("tcp-listen", port=8080), Made("tcp-listen", port=8081):
        fd = os.open(view.PATH, os.O_RDWR)
        os.write(fd, b"port=8080\n")
        for line in BAD:
            equal(f"refusal of {line!r}", refusal(fd, line), errno.EINVAL)
        equal("refusal of a long line", refusal(fd, "port=" + "80," * 1400), errno.E2BIG)
        equal("ports with the last good one", {row["PORT"] for row in view.View(view.read_all(fd)).rows}, {"8080"})
        for line in GOOD:
            equal(f"refusal of {line!r}", refusal(fd, line), 0)
        equal("ports after an empty line", {row["PORT"] for row in asked("\n", fd).rows} >= {"8080", "8081"}, True)
        os.close(fd)


@scenario("filter/as-the-shell-does-it")
def shell():
    with Made("tcp-listen", port=8080), Made("tcp-listen", port=8081):
        words = f"exec 3<>{view.PATH}; echo 'proto=tcp port=80,8080-8099 state=LISTEN' >&3; cat <&3; echo port=8081 >&3; cat <&3"
        got = subprocess.run(["bash", "-c", words], capture_output=True, check=True).stdout.decode()
        equal("ports", [line.split()[1] for line in got.splitlines() if line.startswith("tcp")], ["8080", "8081", "8081"])


@scenario("filter/a-write-sets-the-offset-to-0")
def offset():
    with Made("tcp-listen", port=8080):
        fd = os.open(view.PATH, os.O_RDWR)
        os.read(fd, 50)
        os.write(fd, b"port=8080")
        equal("offset", os.lseek(fd, 0, os.SEEK_CUR), 0)
        equal("first byte", os.read(fd, 1), b"#")
        os.close(fd)


@variants("filter/one-port", ["inet", "inet6", "mapped"])
def one_port(family):
    """All that stands at one port, requests and TIME_WAITs included: as much as the whole view has there."""
    columns = "COOKIE STATE HELD PARENT OWNERS".split()

    def told(rows, port):
        return [[row[column] for column in columns] for row in rows if row["PORT"] == port]

    for recipe in ("tcp-established", "tcp-acceptq", "tcp-time-wait", "tcp-syn-recv", "tcp-fin-wait2-orphan", "tcp-bound", "udp-bound"):
        with Made(recipe, family=family):
            for port in {row["PORT"] for row in view.read().rows} - {"-"}:
                for _ in range(100):  # what was closed gets its last packets by and by
                    before, got, after = view.read().rows, asked("port=" + port).rows, view.read().rows
                    if told(before, port) == told(after, port):
                        break
                equal(f"{recipe}: ports", {row["PORT"] for row in got}, {port})
                equal(f"{recipe}: what is at {port}", told(got, port), told(before, port))


@scenario("filter/netns")
def netns():
    with Made("tcp-listen", port=8080) as here:
        mine = os.stat("/proc/self/ns/net").st_ino
        pid = os.fork()
        if not pid:
            own_netns()
            with Made("tcp-listen", port=9090) as there:
                other = os.stat("/proc/self/ns/net").st_ino
                header = view.read().meta
                equal("the opener's", header["netns"], other)
                equal("own sockets", [row["COOKIE"] for row in view.read().rows if row["PORT"] != "-"], [there["l"]["cookie"]])
                got = asked(f"netns={mine} port=8080")
                equal("the header's netns", got.meta["netns"], other)
                equal("the other's", [(row["COOKIE"], row["NETNS"]) for row in got.rows], [(here["l"]["cookie"], str(mine))])
                owners = asked(f"netns={mine} port=8080").rows[0].owners()
                equal("its owner", owners[0][0], here.pid)
                everything = asked("netns=all proto=tcp state=LISTEN").rows
                found = {(row["COOKIE"], row["NETNS"]) for row in everything}
                true("both in all", {(here["l"]["cookie"], str(mine)), (there["l"]["cookie"], str(other))} <= found)
            os._exit(0)
        equal("the child", os.waitpid(pid, 0)[1], 0)


@scenario("filter/netns-permission")
def netns_permission():
    mine = os.stat("/proc/self/ns/net").st_ino
    fd = os.open(view.PATH, os.O_RDWR)
    equal("one that does not exist, asked by root", refusal(fd, "netns=4026530000"), errno.ENOENT)
    equal("all, asked by root", refusal(fd, "netns=all"), 0)
    os.close(fd)
    with open("/proc/1/ns/net", "rb") as first:
        initial = os.fstat(first.fileno()).st_ino
    pid = os.fork()
    if not pid:
        os.setresuid(1000, 1000, 1000)
        fd = os.open(view.PATH, os.O_RDWR)
        verdicts = [refusal(fd, f"netns={which}") for which in (mine, "all", initial, 4026530000)]
        equal("what a user may ask for", verdicts, [0, errno.EPERM, errno.EPERM, errno.EPERM])
        # A network namespace of his own, in a user namespace of his own: the one he may look into, from where he is root.
        if LIBC.unshare(0x10000000 | 0x40000000):
            raise OSError(ctypes.get_errno(), "unshare")
        fd = os.open(view.PATH, os.O_RDWR)
        verdicts = [refusal(fd, f"netns={which}") for which in (os.stat("/proc/self/ns/net").st_ino, "all", mine)]
        equal("what the root of a user namespace may ask for", verdicts, [0, errno.EPERM, errno.EPERM])
        os._exit(0)
    equal("the child", os.waitpid(pid, 0)[1], 0)
