# SPDX-License-Identifier: GPL-2.0
"""Blind spots: for each socket that the usual tools do not explain what they say of it, and what portsock says. A scenario ends with
its row of a Markdown table, which tests/blind/run gathers; numbers that differ from run to run are left out of it."""
import os
import re
import socket

import view
from maker import Made, run
from scenario import Skip, equal, own_netns, scenario, true, wait_until
from t_reasons import io_uring, refused

PORT = 8080
NOTHING = "nothing"


def joined(words):
    return ", ".join(dict.fromkeys(words)) or NOTHING


def ss_says(port=PORT):
    """State and owners of each socket at the port."""
    words = []
    for line in run("ss", "-Hatunp", f"sport = :{port}").stdout.decode().splitlines():
        owners = re.findall(r'\("([^"]+)",pid=\d+,fd=(\d+)\)', line)
        words.append(line.split()[1] + (": " + ", ".join(f"{comm} fd {fd}" for comm, fd in owners) if owners else ", no owner"))
    return joined(words)


def lsof_says(port=PORT):
    words = []
    for line in run("lsof", "-nP", f"-i:{port}").stdout.decode().splitlines()[1:]:
        columns = line.split()
        if re.match(rf"[^>]*:{port}(->|$)", columns[8]):  # as its own end
            words.append(f"{columns[0]} fd {columns[3].rstrip('rwu')}")
    return joined(words)


def netstat_says(port=PORT):
    words = []
    for line in run("netstat", "-tuanp").stdout.decode().splitlines():
        columns = line.split()
        if len(columns) > 5 and columns[3].endswith(f":{port}"):
            owner = re.search(r"\d+/(\S+)\s*$", line)
            state = columns[5] if columns[0].startswith("tcp") else "udp"
            words.append(f"{state}: {owner[1]}" if owner else f"{state}, no owner")
    return joined(words)


def fuser_says(port=PORT):
    words = []
    for proto in ("tcp", "udp"):
        for pid in run("fuser", f"{port}/{proto}").stdout.decode().split():
            with open(f"/proc/{pid}/comm", encoding="ascii") as file:
                words.append(file.read().strip())
    return joined(words)


def owner_says(owner):
    pid, tid, fd, comm = owner
    return f"{comm} fd {fd}" + (" of a thread" if tid != pid else "")


def row_says(row, now):
    words = f"{row['STATE']}, {row['HELD']}"
    if row["OWNERS"].startswith("["):
        return f"{words}: {row['OWNERS']}"
    if row.owners():
        return f"{words}: " + ", ".join(map(owner_says, row.owners()))
    if row["EXPIRES"] != "-":
        return words + ", ends in " + ("60 s" if 50000 < int(row["EXPIRES"]) <= 60000 else f"{row['EXPIRES']} ms")
    if row["PARENT"] != "-":
        listener = now.one(COOKIE=row["PARENT"])
        return f"{words} of the listener: " + ", ".join(map(owner_says, listener.owners()))
    return words


def portsock_says(rows, now):
    return joined(row_says(row, now) for row in rows)


class Said(dict):
    """What each tool says: said["ss"]."""

    def __init__(self, port=PORT, rows=None, line=""):
        now = asked(line)
        super().__init__(ss=ss_says(port), lsof=lsof_says(port), netstat=netstat_says(port), fuser=fuser_says(port),
                         portsock=portsock_says(rows(now) if rows else now.find(PORT=port), now))

    def judge(self, silent, told):
        """Who is silent about what portsock tells; where none is that, the table would be a lie."""
        equal("portsock", self["portsock"], told)
        for tool, words in silent.items():
            equal(tool, self[tool], words)

    def line(self, case):
        return "| " + " | ".join([case] + [self[tool].replace("|", "\\|") for tool in ("ss", "lsof", "netstat", "fuser", "portsock")]) + " |"


def asked(line):
    fd = os.open(view.PATH, os.O_RDWR)
    if line:
        os.write(fd, line.encode())
    now = view.View(view.read_all(fd))
    os.close(fd)
    return now


ALL_SILENT = dict.fromkeys(("ss", "lsof", "netstat", "fuser"), NOTHING)


def but(**words):
    return {**ALL_SILENT, **words}


def maker(name, commands):
    return Made("", commands=commands, name=name, comm=name)


LISTENER = f"socket l tcp; bind l 127.0.0.1 {PORT}; listen l"


@scenario("blind/01-bound")
def bound():
    with maker("java", f"socket s tcp; bind s 127.0.0.1 {PORT}"):
        equal("bind()", refused("127.0.0.1", PORT), "EADDRINUSE")
        said = Said()
    said.judge(but(), "BOUND, process: java fd 3")
    return said.line("bound, never listening: the next bind() says EADDRINUSE")


@scenario("blind/02-time-wait")
def time_wait():
    with maker("nginx", f"{LISTENER}; socket c tcp; connect c l; accept l a; note a; close a; recv c; close c; close l; tell a TIME_WAIT"):
        said = Said()
    said.judge(but(ss="TIME-WAIT, no owner", netstat="TIME_WAIT, no owner"), "TIME_WAIT, timewait, ends in 60 s")
    return said.line("TIME_WAIT")


@scenario("blind/03-fin-wait2-orphan")
def orphan():
    with maker("nginx", f"{LISTENER}; socket c tcp; connect c l; accept l a; note a; close l; close a; tell a FIN_WAIT2"):
        wait_until(lambda: "FIN-WAIT-2" in ss_says())
        said = Said()
    said.judge(but(ss="FIN-WAIT-2, no owner", netstat="FIN_WAIT2, no owner"), "FIN_WAIT2, orphan, ends in 60 s")
    return said.line("closed, and the other end has not (FIN_WAIT2)")


@scenario("blind/04-in-flight")
def in_flight():
    with maker("init", f"{LISTENER}; pair u v; pass l u; close l"):
        said = Said()
    said.judge(but(ss="LISTEN, no owner", netstat="LISTEN, no owner"), "LISTEN, inflight")
    return said.line("a listener on its way to another process (SCM_RIGHTS)")


@scenario("blind/05-io-uring")
def ring():
    listener = socket.create_server(("127.0.0.1", PORT))
    io_uring(listener)
    listener.close()
    said = Said()
    said.judge(but(ss="LISTEN, no owner", netstat="LISTEN, no owner"), "LISTEN, inflight")
    return said.line("a listener that is registered with io_uring, and closed")


@scenario("blind/06-thread")
def thread():
    with maker("worker", f"thread t; in t socket l tcp; in t bind l 127.0.0.1 {PORT}; in t listen l"):
        said = Said()
    said.judge(but(ss="LISTEN, no owner", netstat="LISTEN, no owner"), "LISTEN, process: worker fd 7 of a thread")
    return said.line("a thread with a descriptor table of its own")


@scenario("blind/07-dead-leader")
def dead_leader():
    with maker("daemon", f"{LISTENER}; tell l LISTEN") as made:
        made.do("leave; tell l LISTEN")
        said = Said()
        made.process.kill()
    said.judge(but(ss="LISTEN, no owner", netstat="LISTEN, no owner"), "LISTEN, process: daemon fd 3")
    return said.line("a process whose first thread has ended")


@scenario("blind/08-accept-queue")
def accept_queue():
    with maker("postgres", f"{LISTENER}; socket c tcp; connect c l; tell l LISTEN") as made:
        said = Said(rows=lambda now: now.find(PORT=PORT, HELD="acceptq"))
        said["ss"] = said["ss"].replace("LISTEN: postgres fd 3, ", "")
        said["netstat"] = said["netstat"].replace("LISTEN: postgres, ", "")
        said["lsof"] = said["lsof"].replace("postgres fd 3", NOTHING)
        said["fuser"] = said["fuser"].replace("postgres", NOTHING)
        true("the client is another socket", made["l"]["port"] == str(PORT))
    said.judge(but(ss="ESTAB, no owner", netstat="ESTABLISHED, no owner"), "ESTABLISHED, acceptq of the listener: postgres fd 3")
    return said.line("a connection that waits for accept()")


@scenario("blind/09-several-processes")
def several():
    with maker("nginx", f"{LISTENER}; fork w; in w comm worker; fork x; in x comm helper; tell l LISTEN"):
        said = Said()
    owners = said["portsock"].split(": ", 1)[1].split(", ")
    equal("owners", sorted(owners), ["helper fd 3", "nginx fd 3", "worker fd 3"])
    true(f"netstat names one: {said['netstat']}", said["netstat"].count(",") == 0 and said["netstat"].startswith("LISTEN: "))
    return said.line("one listener, three processes")


@scenario("blind/10-kernel")
def kernel():
    if run("ip", "link", "add", "vx0", "type", "vxlan", "id", "7", "dstport", str(PORT), "dev", "lo").returncode:
        raise Skip("no vxlan here")
    if run("ip", "link", "set", "vx0", "up").returncode:
        raise Skip("no vxlan here")
    said = Said()
    run("ip", "link", "del", "vx0")
    said.judge(but(ss="UNCONN, no owner", netstat="udp, no owner"), "UNCONN, kernel: [vxlan]")
    return said.line("a port of the kernel's own (VXLAN; WireGuard, NFS ...)")


@scenario("blind/11-other-namespace")
def other_namespace():
    with maker("redis", f"{LISTENER}; tell l LISTEN") as made:
        cookie = made["l"]["cookie"]
        own_netns()
        said = Said(rows=lambda now: now.find(COOKIE=cookie), line="netns=all")
    said.judge(but(), "LISTEN, process: redis fd 3")
    return said.line("another network namespace (`netns=all`)")


@scenario("blind/12-shared-table")
def shared_table():
    with maker("app", f"{LISTENER}; fork f files; tell l LISTEN"):
        said = Said()
    said.judge({}, "LISTEN, process: app fd 3")
    return said.line("two processes that share one descriptor table (CLONE_FILES)")
