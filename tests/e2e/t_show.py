# SPDX-License-Identifier: GPL-2.0
"""What the reader asks the kernel for, and what it knows beyond the view: judged by /proc, stat() and who made the sockets."""
import contextlib
import ctypes
import fcntl
import json
import os
import pty
import re
import resource
import select
import socket
import struct
import subprocess
import sys
import termios
import time

import view
from judge import comm_of, escape
from maker import Made, cookie, proc_net, run
from scenario import LIBC, Skip, equal, own_netns, scenario, true, variants
from t_reader import reader

STATES = ("LISTEN", "ESTABLISHED", "SYN_RECV", "TIME_WAIT", "BOUND", "UNCONN")
CGROUPS = "/sys/fs/cgroup"
TWO_PORTS = ("socket l tcp; bind l 127.0.0.1 8080; listen l; socket u udp; bind u 127.0.0.1 8080; socket m tcp; bind m 127.0.0.1 9090;"
             " listen m; socket b tcp; bind b 127.0.0.1 7070; socket c tcp; connect c m; tell l LISTEN")


def sockets(*words):
    return json.loads(reader("-J", *words).stdout)["sockets"]


def in_child(function):
    """Runs it in a child that stays until it is killed; returns the child and what it said."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            os.close(reading)
            os.write(writing, str(function()).encode())
        finally:
            os.close(writing)
            time.sleep(60)
            os._exit(0)
    os.close(writing)
    said = b""
    while part := os.read(reading, 4096):
        said += part
    os.close(reading)
    return pid, said.decode()


def listener(port):
    made = socket.socket()
    made.bind(("127.0.0.1", port))
    made.listen()
    return made


@scenario("show/same-rows-whoever-filters")
def same():
    """What the kernel leaves out is what the reader would have left out: the saved whole view has the same rows."""
    with Made("", commands=TWO_PORTS) as made, Made("udp-bound"):
        with open("/tmp/whole", "w", encoding="ascii") as file:
            file.write(view.read().text)
        for words in ([], ["-a"], ["-t"], ["-tul"], ["8080"], ["8080/udp", "9090"], ["-4"], ["-6"], ["-x"], ["7000-9000"],
                      ["-P", str(made.pid)], ["-a", "-u", "--pid", str(made.pid)], ["9090/tcp", "8080/udp", "-l"],
                      ["127.0.0.1:8080"], ["*:9090", "--state", "listen,estab"], ["--remote", "127.0.0.1:9090"], ["--remote", "127.0.0.1"],
                      ["--held", "process"], ["--uid", "0", "-t"], ["-t", "-P", str(made.pid), "--state", "bound"]):
            wanted = reader("--raw", "-o", "PROTO,PORT,STATE,LOCAL,REMOTE,COOKIE,OWNERS", "--input", "/tmp/whole", *words)
            got = reader("--raw", "-o", "PROTO,PORT,STATE,LOCAL,REMOTE,COOKIE,OWNERS", *words)
            ours = [line for line in got.stdout.decode().splitlines() if f"{made.pid}/" in line]
            theirs = [line for line in wanted.stdout.decode().splitlines() if f"{made.pid}/" in line]
            equal(f"rows of {words}", ours, theirs)
            true(f"{words} shows something", ours or words in (["-6"], ["-x"]))


@scenario("show/owners-are-not-needed")
def no_owners():
    with Made("", commands=TWO_PORTS):
        with_owners = [s["cookie"] for s in sockets("8080/tcp", "9090/tcp")]
        without = [s["cookie"] for s in sockets("8080/tcp", "9090/tcp", "-o", "COOKIE")]
        equal("the same rows", without, with_owners)
        true("there are some", len(without) == 3)


@scenario("show/many-ports-are-more-than-a-line")
def many_ports():
    with Made("", commands=TWO_PORTS):
        words = [str(port) for port in range(20001, 21500)] + ["8080"]
        equal("8080 among 1500 ports", [(s["proto"], s["port"]) for s in sockets(*words)], [("tcp", 8080), ("udp", 8080)])
        words = [word for pid in range(100000, 101000) for word in ("--pid", str(pid))] + ["--pid", str(os.getpid())]
        with listener(8181):
            equal("what I hold, among 1000 others", [s["port"] for s in sockets("-t", *words)], [8181])


@scenario("show/read-only")
def read_only():
    """perm=0444 and no privilege: nothing can be asked, and all is shown all the same."""
    with Made("", commands=TWO_PORTS):
        os.chmod(view.PATH, 0o444)
        try:
            result = run("setpriv", "--reuid", "1000", "--clear-groups", "portsock", "--raw", "-H", "-o", "PORT,PROTO", "8080")
            other = run("setpriv", "--reuid", "1000", "--clear-groups", "portsock", "-N", "all")
        finally:
            os.chmod(view.PATH, 0o666)
        equal("rows", result.stdout.decode().split("\n"), ["8080 tcp", "8080 udp", ""])
        equal("another namespace", (other.returncode, other.stderr.count(b"\n")), (2, 1))
        true(f"{other.stderr}", b"perm=0666" in other.stderr)


def elsewhere(port):
    """A listener in a network namespace of its own: the process, and the namespace's number."""
    def make():
        own_netns()
        elsewhere.kept = listener(port)
        return os.stat("/proc/self/ns/net").st_ino
    pid, number = in_child(make)
    return pid, int(number)


@scenario("show/netns")
def netns():
    pid, number = elsewhere(8080)
    name = f"/run/netns/lab{pid}"
    os.makedirs("/run/netns", exist_ok=True)
    with open(name, "w", encoding="ascii"):
        pass
    if LIBC.mount(f"/proc/{pid}/ns/net".encode(), name.encode(), None, 4096, None):  # MS_BIND
        raise OSError(ctypes.get_errno(), "mount")
    try:
        equal("here", reader("8080").returncode, 1)
        for word in (str(pid), str(number), f"lab{pid}", name, f"/proc/{pid}/ns/net"):
            equal(f"-N {word}", [(s["port"], s["netns"], s["owners"][0]["pid"]) for s in sockets("-N", word)], [(8080, number, pid)])
        with listener(8181):
            found = {(s["port"], s["netns"]) for s in sockets("-N", "all", "8080", "8181")}
            true(f"-N all: {found}", {(8080, number), (8181, os.stat("/proc/self/ns/net").st_ino)} <= found)
        table = reader("-N", "all", "8080", "-o", "PORT,NETNSNAME").stdout.decode()
        true(f"{table}", f"lab{pid}" in table)
        with listener(8282):
            row = sockets("8282", "-o", "NETNSNAME")[0]
            named = os.stat(f"/proc/{row['netnsname']}/ns/net").st_ino
            equal("a process in it", named, os.stat("/proc/self/ns/net").st_ino)
    finally:
        LIBC.umount2(name.encode(), 2)
        os.unlink(name)
        os.kill(pid, 9)


@scenario("show/netns-errors")
def netns_errors():
    pid, number = elsewhere(8080)
    user = ("setpriv", "--reuid", "1000", "--clear-groups", "portsock")
    for words, wanted in (((*user, "-N", "all"), b"root"), ((*user, "-N", str(number)), b"root"), ((*user, "-N", str(pid)), b"root"),
                          (("portsock", "-N", "4026539999"), b"lsns"), (("portsock", "-N", "nonesuch"), b"ip netns")):
        result = run(*words)
        equal(f"{words}: status, lines", (result.returncode, result.stderr.count(b"\n"), result.stdout), (2, 1, b""))
        true(f"{words}: {result.stderr}", wanted in result.stderr)
    os.kill(pid, 9)


@scenario("show/resolve")
def resolve():
    with Made("", commands="socket l tcp; bind l 127.0.0.1 80; listen l; tell l LISTEN"):
        with open("/etc/services", "a", encoding="ascii") as file:
            file.write("http 80/tcp\n")
        shown = reader("-r", "80", "-o", "PORT,LOCAL,UID").stdout.decode().splitlines()[1].split()
        equal("port, user", (shown[0], shown[2]), ("http", "root"))
        equal("local", shown[1].split(":")[1], "http")
        equal("-rn", reader("-rn", "80", "-o", "PORT").stdout.split()[1], b"80")
        equal("service, user", [(s["service"], s["user"]) for s in sockets("80", "-o", "SERVICE,USER")], [("http", "root")])


def make_cgroup(name):
    path = f"{CGROUPS}/{name}"
    if not os.path.exists(f"{CGROUPS}/cgroup.procs"):
        raise Skip("no cgroup2 here")
    os.makedirs(path, exist_ok=True)
    return path


def move(pid, path):
    with open(f"{path}/cgroup.procs", "w", encoding="ascii") as file:
        file.write(str(pid))


@scenario("show/cgroup-unit-container-command", seconds=90)
def cgroup():
    cid = "0123456789ab" + "cdef" * 13
    for name, unit, container in ((f"t.slice/docker-{cid}.scope", f"docker-{cid}.scope", "0123456789ab"),
                                  ("t.slice/web.service", "web.service", None), (f"t.slice/docker/{cid}", None, "0123456789ab"),
                                  ("t.slice/lxc.payload.db", None, "db"), ("t.slice/lxc/mail", None, "mail"),
                                  ("t.slice/machine-a\\x2db.scope", "machine-a\\x2db.scope", "a-b"), ("t.slice/plain", None, None)):
        path = make_cgroup(name)
        pid, _ = in_child(lambda path=path: (move(os.getpid(), path), setattr(cgroup, "kept", listener(8080)))[1])
        for made, moved in ((False, None), (True, f"{CGROUPS}/t.slice")):
            if moved:
                move(pid, moved)
            row = sockets("8080", "-o", "CGROUP,CGPATH,UNIT,CONTAINER,MADE_CGPATH,MADE_UNIT,MADE_CONTAINER,COMMAND")[0]
            equal("id", row["cgroup"], os.stat(path).st_ino)
            equal("paths", (row["cgpath"], row["made_cgpath"]), ("/t.slice" if made else "/" + name, "/" + name))
            equal(f"units of {name}", (row["unit"], row["made_unit"]), (None if made else unit, unit))
            equal(f"containers of {name}", (row["container"], row["made_container"]), (None if made else container, container))
            true(f"command {row['command']!r}", "guest.py" in row["command"])
        os.kill(pid, 9)
        os.waitpid(pid, 0)


SERVER_TEXT = """
import os, socket, sys, time
open("{cgroup}/cgroup.procs", "w").write(str(os.getpid()))
sockets = [socket.create_server(("127.0.0.1", {port}))]
kept = os.open("{kept}", os.O_RDONLY)
if {uid}:
    os.setuid({uid})
    time.sleep(0.1)
open("/tmp/server.ready", "w").close()
time.sleep(60)
"""


@contextlib.contextmanager
def server(name, *arguments, cgroup, port=8090, kept="/dev/null", uid=0):
    """A program of that name, with these arguments."""
    program, script = f"/tmp/{name}", "/tmp/server.py"
    for path in (program, "/tmp/server.ready"):
        if os.path.lexists(path):
            os.unlink(path)
    os.symlink(sys.executable, program)
    with open(script, "w", encoding="ascii") as file:
        file.write(SERVER_TEXT.format(cgroup=cgroup, port=port, kept=kept, uid=uid))
    os.chmod("/tmp", 0o1777)
    with subprocess.Popen([program, script, *arguments]) as process:
        try:
            wait_for(lambda: os.path.exists("/tmp/server.ready") or process.poll() is not None, seconds=60)
            equal(f"status of {name}", process.poll(), None)
            yield process.pid
        finally:
            process.kill()


def owner_columns(*columns):
    row = sockets("8090", "-o", ",".join(columns))[0]
    return tuple(row[column.lower()] for column in columns)


@scenario("show/container-of-a-published-port", seconds=400)
def published():
    """docker-proxy, conmon and pasta are not in the container that they serve; any user may have programs of these names."""
    cid = "0123456789ab" + "cdef" * 13
    at, service = f"/var/lib/docker/containers/{cid}", make_cgroup("system.slice/docker.service")
    inside = make_cgroup(f"machine.slice/libpod-{cid}.scope")
    mine = make_cgroup(f"user.slice/user-1000.slice/user@1000.service/user.slice/libpod-{cid}.scope")
    os.makedirs(at, exist_ok=True)
    with open(f"{at}/config.v2.json", "w", encoding="ascii") as file:
        json.dump({"State": {"Running": True}, "Config": {"Labels": {"IPAddress": "172.17.0.9"}},
                   "NetworkSettings": {"Networks": {"bridge": {"IPAddress": "172.17.0.2"}}}}, file, separators=(",", ":"))
    ports = ["-proto", "tcp", "-host-ip", "0.0.0.0", "-host-port", "8090", "-container-ip"]
    for address, uid, wanted in (("172.17.0.2", 0, cid[:12]), ("172.17.0.3", 0, "?"), ("172.17.0.9", 0, "?"), ("172.17.0.2", 1000, "?")):
        with server("docker-proxy", *ports, address, "-container-port", "80", cgroup=service, uid=uid):
            equal(f"{address} for {uid}", owner_columns("UNIT", "CONTAINER"), ("docker.service", wanted))
    with server("dockerproxy", *ports, "172.17.0.2", cgroup=service):
        equal("another name", owner_columns("UNIT", "CONTAINER"), ("docker.service", None))
    with server("conmon", "--api-version", "1", "-c", cid, "-u", cid, cgroup=service):
        equal("conmon", owner_columns("UNIT", "CONTAINER"), ("docker.service", cid[:12]))
    for cgroup_of_container, uid, wanted in ((inside, 0, cid[:12]), (mine, 1000, cid[:12]), (inside, 1000, "?")):
        reading, writing = os.pipe()
        pid = os.fork()
        if not pid:
            move(os.getpid(), cgroup_of_container)
            LIBC.unshare(0x40000000)
            os.write(writing, b"!")
            time.sleep(60)
            os._exit(0)
        os.read(reading, 1)
        with server("pasta", "--config-net", cgroup=service, kept=f"/proc/{pid}/ns/net", uid=uid):
            equal(f"pasta of {uid}", owner_columns("CONTAINER"), (wanted,))
        with server("slirp4netns", "--mtu=65520", "-c", str(pid), "tap0", cgroup=service, uid=uid):
            equal(f"slirp4netns of {uid}", owner_columns("CONTAINER"), (wanted,))
        os.kill(pid, 9)
        os.waitpid(pid, 0)


@scenario("show/units-of-several-owners")
def several_owners():
    """The first that has one, not systemd's, and a plus for others."""
    for names, wanted in ((["init.scope"], ("init.scope", "/init.scope")), (["init.scope", "plain"], (None, "/plain")),
                          (["plain", "system.slice/a.service", "system.slice/a.service/sub"], ("a.service", "/plain+")),
                          (["init.scope", "system.slice/a.service"], ("a.service", "/system.slice/a.service")),
                          (["system.slice/a.service", "init.scope", "system.slice/b.service"], ("a.service+", "/system.slice/a.service+"))):
        pids = []
        with listener(8090):
            for name in names:
                pids.append(os.fork())
                if not pids[-1]:
                    time.sleep(60)
                    os._exit(0)
                move(pids[-1], make_cgroup(name))
        equal(", ".join(names), owner_columns("UNIT", "CGPATH"), wanted)
        for pid in pids:
            os.kill(pid, 9)
            os.waitpid(pid, 0)


@scenario("show/command-is-the-process-s")
def command():
    with Made("tcp-listen", port=8080) as made:
        with open(f"/proc/{made.pid}/cmdline", "rb") as file:
            wanted = file.read().rstrip(b"\0").replace(b"\0", b" ").decode()
        equal("command", [s["command"] for s in sockets("8080", "-o", "COMMAND")], [wanted])
        raw = reader("8080", "--raw", "-H", "-o", "COMMAND").stdout.decode().rstrip("\n")
        equal("in one word", raw.replace("\\040", " "), wanted)


def leaks(*words):
    """Port: what is said of it."""
    result = reader("--leaked", "-j", "-o", "PORT,LEAK", *words)
    true(f"status {result.returncode}, {result.stderr}", result.returncode in (0, 1) and not result.stderr)
    return {row["port"]: row["leak"] for row in map(json.loads, result.stdout.decode().splitlines())}


@scenario("leaked/nothing")
def nothing_leaked():
    with Made("tcp-listen", port=8080), listener(8181):
        child = os.fork()  # a child of a server that lives
        if not child:
            time.sleep(60)
            os._exit(0)
        equal("leaks", leaks(), {})
        equal("status", reader("--leaked").returncode, 1)
        os.kill(child, 9)


@scenario("leaked/another-cgroup")
def leaked_cgroup():
    one, other = make_cgroup("leak-a"), make_cgroup("leak-b")
    kept = []

    def serve():
        move(os.getpid(), one)
        kept.append(listener(8080))
        kept.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        kept[1].bind(("127.0.0.1", 8080))
        equal("before", leaks(), {})
        move(os.getpid(), other)
    pid, said = in_child(serve)
    equal("said", said, "None")
    told = leaks()
    equal("ports", list(told), [8080])
    true(told[8080], f"({pid}) is in cgroup /leak-b, made in /leak-a" in told[8080])
    equal("listener and UDP", len(reader("--leaked", "--raw", "-H").stdout.splitlines()), 2)
    os.kill(pid, 9)


@scenario("leaked/privilege-drop-is-none")
def dropped():
    """As nginx, apache, haproxy, squid, unbound and dnsmasq do it."""
    kept = []

    def serve():
        move(os.getpid(), make_cgroup("system.slice/nginx.service"))
        kept.append(listener(8080))
        os.setuid(1000)
        if not os.fork():
            fd = kept[0].fileno()
            os.closerange(3, fd)
            os.closerange(fd + 1, 256)
            time.sleep(60)
            os._exit(0)
    pid, said = in_child(serve)
    equal("said", said, "None")
    equal("owners", len(sockets("8080")[0]["owners"]), 2)
    equal("leaks", leaks(), {})
    for owner in sockets("8080")[0]["owners"]:
        os.kill(owner["pid"], 9)
    os.waitpid(pid, 0)


@scenario("leaked/socket-activation-is-none")
def activated():
    """Made in the cgroup of systemd or of a .socket, owned by a service; and stored by systemd after the service was gone."""
    service = make_cgroup("system.slice/ssh.service")
    for made_in, owned_in in (("init.scope", [service]), ("system.slice/ssh.socket", [service]),
                              ("system.slice/gone.service", [make_cgroup("init.scope"), service])):
        path, pids = make_cgroup(made_in), []
        move(os.getpid(), path)
        with listener(8080):
            for to in owned_in:
                pids.append(os.fork())
                if not pids[-1]:
                    time.sleep(60)
                    os._exit(0)
                move(pids[-1], to)
        move(os.getpid(), CGROUPS)
        if "gone" in made_in:
            os.rmdir(path)
        equal(f"made in {made_in}", leaks(), {})
        for pid in pids:
            os.kill(pid, 9)
            os.waitpid(pid, 0)


@scenario("leaked/service-is-gone")
def service_is_gone():
    """A background job of a shell has inherited the listener of a service, whose cgroup does not exist any more."""
    path = make_cgroup("system.slice/gone.service")
    session = make_cgroup("user.slice/user-1000.slice/session-3.scope")
    move(os.getpid(), path)
    with listener(8080):
        pid = os.fork()
        if not pid:
            time.sleep(60)
            os._exit(0)
        move(pid, session)
    move(os.getpid(), CGROUPS)
    wanted = f"({pid}) is in cgroup /user.slice/user-1000.slice/session-3.scope, made in "
    true("while it lives", wanted + "/system.slice/gone.service" in leaks().get(8080, ""))
    os.rmdir(path)
    true("afterwards", wanted + "one that is gone" in leaks().get(8080, ""))
    os.kill(pid, 9)
    os.waitpid(pid, 0)


def wait_for(truth, seconds=10):
    until = time.monotonic() + seconds
    while not truth():
        true("it comes in time", time.monotonic() < until)
        time.sleep(0.05)


@scenario("leaked/child-outlives-server")
def leaked_child():
    """A server leads a session, as any that was started by systemd or setsid; its child goes on without it. In a service, systemd publishes each
    run by a link, which is older than the child in the service that lives."""
    child_outlives("may be left behind by session {server}, which has ended")
    run = "/run/systemd/units/invocation:app.service"
    os.makedirs(os.path.dirname(run), exist_ok=True)
    move(os.getpid(), make_cgroup("system.slice/app.service"))
    try:
        child_outlives("may be left behind by app.service, which has stopped")
        os.symlink("0", run)
        time.sleep(3)  # more than the precision of the clocks
        child_outlives(None)
        os.unlink(run)

        def start_again():
            time.sleep(3)
            os.symlink("1", run)
        child_outlives("may be left behind by app.service, which has started again since", start_again)
    finally:
        move(os.getpid(), CGROUPS)
        if os.path.lexists(run):
            os.unlink(run)


def child_outlives(wanted, then=lambda: None):
    until, end = os.pipe()
    server = os.fork()
    if not server:
        os.close(end)
        os.setsid()
        kept = listener(8080)
        child = os.fork()
        if child:
            with open("/tmp/child", "w", encoding="ascii") as file:
                file.write(str(child))
            os.read(until, 1)
            os._exit(0)
        time.sleep(60)
        kept.close()
    wait_for(lambda: reader("8080").returncode == 0)
    time.sleep(0.2)
    equal("while it lives", leaks(), {})
    os.close(end)
    os.waitid(os.P_PID, server, os.WEXITED | os.WNOWAIT)
    with open("/tmp/child", encoding="ascii") as file:
        child = int(file.read())

    then()

    def told():
        return {port: f"({child}) {(wanted or '').format(server=server)}" in text for port, text in leaks().items()}

    equal("as long as nobody has waited for it", told(), {8080: True} if wanted else {})
    os.waitpid(server, 0)
    equal("afterwards", told(), {8080: True} if wanted else {})
    os.kill(child, 9)
    wait_for(lambda: reader("8080").returncode == 1)


@scenario("leaked/a-daemon-is-no-child")
def daemon():
    """daemon(3): fork, setsid, and the socket afterwards."""
    first = os.fork()
    if not first:
        if os.fork():
            os._exit(0)
        os.setsid()
        kept = listener(8080)
        time.sleep(60)
        kept.close()
    os.waitpid(first, 0)
    wait_for(lambda: reader("8080").returncode == 0)
    equal("leaks", leaks(), {})
    os.kill(sockets("8080")[0]["owners"][0]["pid"], 9)


def tree(*words):
    """The tree's lines: (depth, label, state)."""
    result = reader("--tree", "--color=never", "-o", "STATE", *words)
    equal("status", result.returncode, 0)
    lines = []
    for line in result.stdout.decode().splitlines()[1:]:
        label = line.lstrip("|` -")
        state = next((word for word in label.split()[1:] if word in STATES), "")
        lines.append(((len(line) - len(label)) // 2, label[:len(label) - len(state)].rstrip(), state))
    return lines


@variants("table/second-pass", ("-a", "--tree -a"), seconds=120)
def second_pass(option):
    """A table of more than the 12 MB that the first pass keeps: each socket is
    shown once, of which some are read from the open file a second time. The
    names were given to bind(): 100 bytes that are shown as four each."""
    count, resource_limit = 32000, resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (65536, 65536))
    made = []
    try:
        for number in range(count):
            made.append(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
            made[-1].bind(b"\0" + b"\1" * 100 + b"%05d" % number)
        text = reader(*option.split(), "-x").stdout
    finally:
        for one in made:
            one.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, resource_limit)
    true(f"{len(text)} bytes", len(text) > 13 << 20)
    numbers = re.findall(rb"@(?:\\001){100}([0-9]{5})", text)
    equal("sockets", len(numbers), count)
    equal("different sockets", len(set(numbers)), count)


@scenario("tree/listener-accepted-queued-timewait-owners")
def tree_of_one():
    """The relation as mksock made it: what was accepted, what waits and what is over stand below their listener."""
    with Made("", commands="socket l tcp; bind l 0.0.0.0 8080; listen l; socket c tcp; connect c l; accept l s; socket q tcp; connect q l;"
                           " tell l LISTEN") as made:
        lines = tree("8080")
        equal("port, listener", [line[:2] for line in lines[:2]], [(0, "8080"), (1, "tcp 0.0.0.0:8080")])
        equal("owner of the listener", lines[2], (2, f"mksock({made.pid}) fd {made['l']['fd']}", ""))
        below = [line for line in lines[3:] if line[0] == 2]
        equal("below it", sorted((label.split(":")[0], state) for _, label, state in below),
              [("from 127.0.0.1", "ESTABLISHED")] * 2)
        owners = [line for line in lines if line[0] == 3]
        equal("accepted, by whom", [label.split(" fd")[0] for _, label, _ in owners], [f"mksock({made.pid})"])
        client = next(s for s in sockets("-at") if s["rport"] == 8080)["port"]
        equal("depths of the client's own port", [line[0] for line in tree(str(client))][:2], [0, 1])


@scenario("tree/reuseport-group")
def tree_group():
    with Made("", commands="socket a tcp; opt a reuseport; bind a 127.0.0.1 8080; listen a; socket b tcp; opt b reuseport;"
                           " bind b 127.0.0.1 8080; listen b; tell a LISTEN; tell b LISTEN") as made:
        lines = tree("8080")
        equal("one group", [label for depth, label, _ in lines if depth == 1], ["tcp 127.0.0.1:8080, 2 by SO_REUSEPORT"])
        equal("its sockets", sorted(label for depth, label, state in lines if depth == 2 and state == "LISTEN"),
              sorted(f"sk:{made[role]['cookie']}" for role in "ab"))


SUN_PATH = 108
# Every byte that a path may have, and every byte at all.
PATH_BYTES = bytes(byte for byte in range(1, 256) if byte != ord("/"))
ALL_BYTES = bytes(range(256))
# sun_path for bind(): names of each length that the kernel treats differently.
UNIX_NAMES = {
    "path-1": b"p", "path-2": b"pq", "path-106": b"a" * 106, "path-107": b"b" * 107, "path-107-nul": b"c" * 107 + b"\0", "path-108": b"d" * 108,
    "path-all-bytes-1": PATH_BYTES[:SUN_PATH], "path-all-bytes-2": PATH_BYTES[SUN_PATH:2 * SUN_PATH], "path-all-bytes-3": PATH_BYTES[-SUN_PATH:],
    "abstract-0": b"\0", "abstract-1": b"\0q", "abstract-nul": b"\0\0", "abstract-106": b"\0" + b"e" * 106, "abstract-107": b"\0" + b"g" * 107,
    "abstract-nuls": bytes(SUN_PATH), "abstract-all-bytes-1": b"\0" + ALL_BYTES[:107], "abstract-all-bytes-2": b"\0" + ALL_BYTES[107:214],
    "abstract-all-bytes-3": b"\0" + ALL_BYTES[-107:], "autobind": b"",
}


def unix_call(call, sock, name):
    """bind() or connect() with just these bytes: Python would add a NUL."""
    address = struct.pack("H", socket.AF_UNIX) + name
    if call(sock.fileno(), address, len(address)):
        raise OSError(ctypes.get_errno(), f"{name}")


def listed_name(inode, length):
    """The first length bytes of a name in /proc/net/unix, and the byte
    behind them. NULs of abstract names are printed as @."""
    with open("/proc/net/unix", "rb") as file:
        lines = file.read()
    begin = lines.index(b" %d " % inode) + len(b" %d " % inode)
    return lines[begin:begin + length], lines[begin + length:begin + length + 1]


def unescaped(text):
    """A LOCAL or REMOTE as /proc/net/unix writes it."""
    raw = text.encode("ascii")
    name = b"".join(bytes([int(part[:3], 8)]) + part[3:] if index else part for index, part in enumerate(raw.split(b"\\")))
    return name.replace(b"\0", b"@") if raw.startswith(b"@") else name


@variants("boundary/unix", list(UNIX_NAMES))
def boundary_unix(label):
    """LOCAL and REMOTE of unix sockets with the shortest and the longest
    names, compared with /proc/net/unix."""
    directory = f"/tmp/boundary-{os.getpid()}"
    os.mkdir(directory)
    os.chdir(directory)
    name = UNIX_NAMES[label]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:
        unix_call(LIBC.bind, server, name)
        told = name or server.getsockname()
        unix_call(LIBC.connect, client, told)
        if told[0]:
            told = told.rstrip(b"\0")
            # both ends of the greatest length, if this is
            unix_call(LIBC.bind, client, b"x" * SUN_PATH)
        else:
            unix_call(LIBC.bind, client, b"\0" + b"x" * (SUN_PATH - 1))
        now = view.read()
        local, remote = now.one(COOKIE=cookie(server))["LOCAL"], now.one(COOKIE=cookie(client))["REMOTE"]
        listed, behind = listed_name(os.fstat(server.fileno()).st_ino, len(told))
    equal("it ends there", behind, b"\n")
    equal("LOCAL", unescaped(local), listed)
    equal("REMOTE", remote, local)
    equal("abstract", local.startswith("@"), told.startswith(b"\0"))


@scenario("boundary/unix-none")
def boundary_unix_none():
    with socket.socket(socket.AF_UNIX) as made:
        row = view.read().one(COOKIE=cookie(made))
        equal("LOCAL, REMOTE", (row["LOCAL"], row["REMOTE"]), ("-", "-"))


@scenario("boundary/netlink")
def boundary_netlink():
    """Port ids are 32 bits without a sign; 0 asks for one."""
    ids = (1, (1 << 31) - 1, 1 << 31, (1 << 32) - 2, (1 << 32) - 1)
    with Made("", commands=";".join(f"socket s{number} netlink; bind s{number} {number}; tell s{number} UNCONN" for number in (0, *ids))) as made:
        with open("/proc/net/netlink", encoding="ascii") as lines:
            table = {row[9]: f"{row[1]}:{row[2]}" for row in (line.split() for line in lines)}
        now = view.read()
        for number in (0, *ids):
            told = made[f"s{number}"]
            row = now.one(COOKIE=told["cookie"])
            equal("LOCAL", row["LOCAL"], table[told["inode"]])
            true(f"LOCAL is {row['LOCAL']}", not number or row["LOCAL"] == f"0:{number}")


@scenario("boundary/port")
def boundary_port():
    ports = (1, 2, 65534, 65535)
    with Made("", commands=";".join(f"socket {kind}{port} {kind}; bind {kind}{port} 127.0.0.1 {port}; tell {kind}{port} BOUND"
                                    for kind in ("tcp", "udp") for port in ports)) as made:
        now, udp = view.read(), {local for local, *_ in proc_net("udp")}
        for port in ports:
            row = now.one(COOKIE=made[f"tcp{port}"]["cookie"])
            equal("tcp", (row["PORT"], row["LOCAL"], row["STATE"]), (str(port), f"127.0.0.1:{port}", "BOUND"))
            row = now.one(COOKIE=made[f"udp{port}"]["cookie"])
            equal("udp", (row["PORT"], row["LOCAL"]), (str(port), f"127.0.0.1:{port}"))
            true(f"/proc/net/udp has {row['LOCAL']}", row["LOCAL"] in udp)
            equal(f"rows by port={port}", sorted(s["proto"] for s in sockets(str(port))), ["tcp", "udp"])


@scenario("boundary/vsock")
def boundary_vsock():
    """Ports have 32 bits, the last one asks for any."""
    ports = (0, 1, 1023, (1 << 31) - 1, 1 << 31, (1 << 32) - 3, (1 << 32) - 2)
    try:
        made = [socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM) for _ in ports]
    except OSError:
        raise Skip("no vsock in this kernel") from None
    for sock, port in zip(made, ports):
        sock.bind((socket.VMADDR_CID_ANY, port))
    now = view.read()
    for sock, port in zip(made, ports):
        row = now.one(COOKIE=cookie(sock))
        equal("getsockname()", sock.getsockname(), (socket.VMADDR_CID_ANY, port))
        equal("PORT, LOCAL", (row["PORT"], row["LOCAL"]), (str(port), f"*:{port}"))


@scenario("boundary/tipc")
def boundary_tipc():
    """The reference is a number of 32 bits that the kernel chooses; a bound
    name of whatever size is not shown."""
    last = (1 << 32) - 1
    try:
        made = Made("", commands=f"socket s tipc; bind s 64:0-{last}; tell s UNCONN; socket t tipc; bind t {last}:{last}-{last}; tell t UNCONN")
    except AssertionError:
        raise Skip("no TIPC in this kernel") from None
    with made, socket.socket(socket.AF_TIPC, socket.SOCK_RDM) as sock:
        now = view.read()
        name = ctypes.create_string_buffer(16)
        LIBC.getsockname(sock.fileno(), name, ctypes.byref(ctypes.c_uint(16)))
        reference, node = struct.unpack_from("II", name, 4)
        equal("LOCAL", now.one(COOKIE=cookie(sock))["LOCAL"], f"{node}:{reference}")
        for role in "st":
            equal("node", now.one(COOKIE=made[role]["cookie"])["LOCAL"].split(":")[0], str(node))


@variants("boundary/comm", ["1", "14", "15", "16", "bytes-1", "bytes-2", "commas"])
def boundary_comm(label):
    """COMM of 15 bytes at most, as /proc/PID/comm has it."""
    names = {"bytes-1": bytes(range(1, 16)), "bytes-2": bytes(range(241, 256)), "commas": b",/" * 7 + b","}
    name = names.get(label) or b"c" * int(label)
    with Made("tcp-listen", comm="".join(f"\\{byte:03o}" for byte in name)) as made:
        with open(f"/proc/{made.pid}/comm", "rb") as file:
            equal("the kernel has", file.read()[:-1], name[:15])
        equal("COMM", view.read().one(COOKIE=made["l"]["cookie"]).owners()[0][3], comm_of(made.pid))


@variants("boundary/interface", ["1", "14", "15", "bytes-1", "bytes-2"])
def boundary_interface(label):
    """DEV, and the interface of a packet socket, of 15 bytes at most."""
    names = {"bytes-1": b"$(id>x)`'\"\\;|&", "bytes-2": bytes(range(241, 256))}
    name = names.get(label) or b"i" * int(label)
    if run("ip", "link", "add", "name", name, "type", "dummy").returncode:
        raise Skip("no dummy interfaces in this kernel")
    run("ip", "link", "set", "dev", name, "up")
    octal = "".join(f"\\{byte:03o}" for byte in name)
    with Made("", commands=f"socket u udp; opt u dev {octal}; bind u; tell u UNCONN; socket p packet; bind p {octal} 65535; tell p UNCONN") as made:
        now = view.read()
        equal("the kernel has", os.fsencode(socket.if_nameindex()[-1][1]), name)
        equal("DEV", now.one(COOKIE=made["u"]["cookie"])["DEV"], escape(name))
        row = now.one(COOKIE=made["p"]["cookie"])
        equal("packet", (row["DEV"], row["LOCAL"]), (escape(name), f"ffff:{escape(name)}"))


class Watched:
    """portsock --watch on a terminal of its own."""

    def __init__(self, *words, columns=100, rows=30):
        self.pid, self.terminal = pty.fork()
        if not self.pid:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execvpe("portsock", ["portsock", *words], {"PATH": os.environ["PATH"], "TERM": "xterm"})
        self.seen = b""

    def until(self, text, seconds=8):
        """Reads until it has been shown; returns how long that took."""
        begun = time.monotonic()
        while text not in self.seen:
            left = seconds - (time.monotonic() - begun)
            true(f"{text} in {self.seen[-2000:]}", left > 0 and select.select([self.terminal], [], [], left)[0])
            self.seen += os.read(self.terminal, 65536)
        return time.monotonic() - begun

    def forget(self):
        self.seen = b""

    def end(self, signal):
        os.kill(self.pid, signal)
        try:
            while part := os.read(self.terminal, 65536):
                self.seen += part
        except OSError:
            pass
        return os.waitpid(self.pid, 0)[1]


ENTER, LEAVE = b"\x1b[?1049h", b"\x1b[?1049l"


@scenario("watch/terminal", seconds=40)
def watch_terminal():
    with listener(8080):
        watched = Watched("--watch=1", "-t")
        watched.until(ENTER)
        watched.until(b"8080")
        watched.forget()
        with listener(8181):
            watched.until(b"1 new")
            watched.until(b"8181")
            true("marked", b"+\x1b" in watched.seen)
        watched.forget()
        watched.until(b"1 gone")
        watched.forget()
        os.kill(watched.pid, 20)  # SIGTSTP, which nobody is there to end: the kernel lets such a process go on at once
        watched.until(LEAVE + ENTER)
        watched.forget()
        watched.until(b"8080")
        fcntl.ioctl(watched.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 160, 0, 0))
        os.kill(watched.pid, 28)  # SIGWINCH
        watched.until(b"process")
        equal("ended by the signal", watched.end(15), 15)
        true("the screen is given back", LEAVE in watched.seen and ENTER not in watched.seen.split(LEAVE)[-1])


@scenario("watch/error-gives-the-screen-back")
def watch_error():
    with listener(8080), listener(8181):
        watched = Watched("--watch=0.3", "-t")
        watched.until(b"8080")
        with view.limited_to(1):
            watched.until(b"max_sockets")
        true("first the screen, then the words", watched.seen.index(LEAVE) < watched.seen.index(b"portsock: more"))
        equal("status", os.waitstatus_to_exitcode(os.waitpid(watched.pid, 0)[1]), 2)


@scenario("watch/no-terminal")
def watch_stream():
    with listener(8080):
        out = run("timeout", "2", "portsock", "--watch=0.5", "8080").stdout.decode()
        tables = out.split("\n\n")
        true(f"{len(tables)} tables", 3 <= len(tables) <= 5)
        true(f"{out}", all(table.startswith("PROTO") and "8080" in table for table in tables) and "\x1b" not in out)
        lines = run("timeout", "2", "portsock", "--watch=0.5", "-J", "8080").stdout.decode().splitlines()
        snapshots = [json.loads(line) for line in lines]
        true("each a snapshot of its own", len(snapshots) >= 3 and len({s["at"] for s in snapshots}) == len(snapshots))
        equal("8080 in each", {s["sockets"][0]["port"] for s in snapshots}, {8080})
        result = run("bash", "-c", "set -o pipefail; portsock --watch=0.2 --raw | head -n1")
        equal("status, stderr", (result.returncode, result.stderr), (0, b""))
