# SPDX-License-Identifier: GPL-2.0
"""portsock metrics on the running kernel, beside ss and /proc."""
import os
import re
import socket

from maker import Made, run
from scenario import Skip, equal, scenario, true
from t_reader import reader

CGROUPS = "/sys/fs/cgroup"

SAMPLE = re.compile(r'(\w+)(?:\{(.*)\})? ([0-9.]+)')
TIME_WAIT = "socket l tcp; bind l 127.0.0.1 8083; listen l; socket c tcp; connect c l; accept l a; close a; recv c; close c; tell l LISTEN"


def metrics(*words):
    """{(name, label values by name): value}"""
    told = reader("metrics", *words)
    equal("status", told.returncode, 0)
    equal("stderr", told.stderr, b"")
    text = told.stdout.decode("ascii")
    true("it ends with # EOF", text.endswith("\n# EOF\n"))
    found = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            name, labels, value = SAMPLE.fullmatch(line).groups()
            found[name, tuple(re.findall(r'(\w+)="([^"]*)"', labels or ""))] = float(value)
    return found


def by_port(found, name):
    """A value of each TCP port that listens."""
    return {int(dict(labels)["port"]): value for (what, labels), value in found.items()
            if what == "portsock_listener_" + name and dict(labels)["proto"] == "tcp"}


def ss_listening():
    """Per port: how many listen, connections to accept, and their limit, by ss -ltn."""
    ports = {}
    for line in run("ss", "-Hltn").stdout.decode().splitlines():
        words = line.split()
        at = ports.setdefault(int(words[3].rsplit(":", 1)[1]), [0, 0, 0])
        for i, value in enumerate((1, int(words[1]), int(words[2]))):
            at[i] += value
    return ports


def ss_count(state):
    return len(run("ss", "-Htan", "state", state).stdout.splitlines())


def sockets(found, **wanted):
    return sum(value for (name, labels), value in found.items() if name == "portsock_sockets" and wanted.items() <= dict(labels).items())


@scenario("metrics/listeners-as-ss-has-them")
def listeners():
    with Made("tcp-acceptq", port=8080, count=3), Made("tcp-forked", port=8081, count=3), Made("tcp-reuseport", port=8082, count=4), \
            Made("", commands=TIME_WAIT):
        found, shown = metrics(), ss_listening()
        equal("ports", sorted(shown), [8080, 8081, 8082, 8083])
        for i, name in enumerate(("sockets", "backlog", "backlog_limit")):
            equal(name, by_port(found, name), {port: at[i] for port, at in shown.items()})
        equal("owners", by_port(found, "owners"), {8080: 1, 8081: 4, 8082: 4, 8083: 1})
        equal("accept queue", by_port(found, "accept_queue"), {8080: 3, 8081: 0, 8082: 0, 8083: 0})
        equal("TIME_WAIT", by_port(found, "time_wait"), {8080: 0, 8081: 0, 8082: 0, 8083: 1})
        equal("listening ports", found["portsock_listening_ports", ()], 4)


@scenario("metrics/leaked-listeners")
def leaked():
    """A listener that was made in another service, beside one of another user, which is none."""
    if not os.path.exists(f"{CGROUPS}/cgroup.procs"):
        raise Skip("no cgroup2 here")

    def move(name):
        os.makedirs(f"{CGROUPS}/{name}", exist_ok=True)
        with open(f"{CGROUPS}/{name}/cgroup.procs", "w", encoding="ascii") as file:
            file.write(str(os.getpid()))

    with socket.socket() as own:
        own.bind(("127.0.0.1", 8081))
        move("leaking.service")
        os.seteuid(1000)  # whose the socket is that is made now
        made = socket.socket()
        os.seteuid(0)
        move(".")
        with made:
            made.bind(("127.0.0.1", 8082))
            for listener in (own, made):
                listener.listen(5)
            equal("leaked", by_port(metrics(), "leaked"), {8081: 0, 8082: 1})
            move("leaking.service")
            equal("the other way round", by_port(metrics(), "leaked"), {8081: 1, 8082: 0})
            move(".")


@scenario("metrics/states-as-ss-counts-them")
def states():
    with Made("tcp-established", port=8080), Made("", commands=TIME_WAIT), Made("tcp-fin-wait2-orphan", port=8084), Made("udp-bound", port=8085):
        found = metrics()
        for state, theirs in (("ESTABLISHED", "established"), ("TIME_WAIT", "time-wait"), ("FIN_WAIT2", "fin-wait-2"),
                              ("CLOSE_WAIT", "close-wait"), ("LISTEN", "listening")):
            equal(state, sockets(found, proto="tcp", state=state), ss_count(theirs))
        summary = run("ss", "-s").stdout.decode()
        equal(f"timewait in {summary}", sockets(found, held="timewait"), int(re.search(r"timewait (\d+)", summary)[1]))
        equal("UDP sockets", sockets(found, proto="udp"), len(run("ss", "-Huan").stdout.splitlines()))
        equal("orphans", found["portsock_orphans", ()], 1)
        equal("the same, by reason", sockets(found, held="orphan"), 1)
        true("it took time", 0 < found["portsock_snapshot_duration_seconds", ()] < 60)


@scenario("metrics/ephemeral-ports")
def ephemeral():
    with open("/proc/sys/net/ipv4/ip_local_port_range", "w", encoding="ascii") as file:
        file.write("40000 40009")
    with Made("", commands="socket a tcp; bind a 127.0.0.1 40000; socket b tcp; bind b 127.0.0.2 40000; socket c udp; bind c 127.0.0.1 40009;"
                           " socket d tcp; bind d 127.0.0.1 40010; socket e tcp; bind e 127.0.0.1 0; tell e BOUND") as made:
        found = metrics()
        true(f"the kernel chose out of the range: {made['e']['port']}", 40000 <= int(made["e"]["port"]) <= 40009)
        equal("range", found["portsock_ephemeral_ports", ()], 10)
        equal("TCP", found["portsock_ephemeral_ports_used", (("proto", "tcp"),)], 2)
        equal("UDP", found["portsock_ephemeral_ports_used", (("proto", "udp"),)], 1)


@scenario("metrics/bounded")
def bounded():
    commands = "; ".join(f"socket l{i} tcp; bind l{i} 127.0.0.1 {9000 + i}; listen l{i}" for i in range(30)) + "; tell l0 LISTEN"
    with Made("", commands=commands):
        found = metrics("--limit", "10")
        series = [labels for name, labels in found if name == "portsock_listener_sockets"]
        equal("series", len(series), 11)
        equal("left out", found["portsock_listening_ports_left_out", (("class", "system"),)], 20)
        equal("those", found["portsock_listener_sockets", (("netns", "other"), ("proto", "other"), ("port", "other"), ("class", "system"))], 20)


@scenario("metrics/a-user-displaces-nobody-else")
def displaces():
    """Root listens at a high port. A user at many lower ones gets the series that are left, and no more."""
    os.seteuid(1000)
    made = [socket.create_server(("127.0.0.1", 9000 + i)) for i in range(30)]
    os.seteuid(0)
    with socket.create_server(("127.0.0.1", 60000)):
        found = metrics("--limit", "10")
    equal("ports", sorted(by_port(found, "sockets")), [*range(9000, 9009), 60000])
    equal("left out", {dict(labels)["class"]: value for (name, labels), value in found.items() if name == "portsock_listening_ports_left_out"},
          {"system": 0, "user": len(made) - 9})


@scenario("metrics/file")
def textfile():
    with Made("tcp-listen", port=8080):
        equal("status", reader("metrics", "-o", "/tmp/portsock.prom").returncode, 0)
        with open("/tmp/portsock.prom", encoding="ascii") as file:
            text = file.read()
        true("whole", text.startswith("# HELP ") and text.endswith("# EOF\n"))
        equal("mode", os.stat("/tmp/portsock.prom").st_mode & 0o777, 0o666 & ~current_umask())
        with open("/sys/module/portsock/version", encoding="ascii") as file:
            true("the module's version", f'module="{file.read().strip()}"' in text)


def current_umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask
