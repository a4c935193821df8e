# SPDX-License-Identifier: GPL-2.0
"""portsock why on the running kernel: what is not a matter of sockets at random (those are in tests/conflict)."""
import json
import os
import select
import signal
import socket

import view
from maker import Made, run
from scenario import CLONE_NEWNET, LIBC, equal, has_ipv6, in_child, loopback_up, scenario, true
from t_access import become
from t_bind import told
from t_holders import wireguard
from t_show import make_cgroup, move


def why(*words, by=()):
    """Asks with --probe, which must say the same."""
    result = run(*by, "portsock", "why", *words, "--json", "--probe")
    equal(f"stderr of {words}", result.stderr, b"")
    told = json.loads(result.stdout)
    equal(f"{words}: what is said, and what is", told["verdict"], told["probe"])
    equal(f"{words}: status", result.returncode, 0 if told["verdict"] == "OK" else 1)
    return told


def text(*words):
    return run("portsock", "why", *words).stdout.decode("ascii")


def write(path, value):
    with open("/proc/sys/net/" + path, "w", encoding="ascii") as file:
        file.write(value)


@scenario("why/listener")
def listener():
    with Made("tcp-listen", port=8080, comm="webserver") as made:
        told = why("8080")
        equal("verdict", told["verdict"], "EADDRINUSE")
        equal("blockers", [(socket_["cookie"], socket_["owners"][0]["pid"]) for socket_ in told["blockers"]], [(made["l"]["cookie"], made.pid)])
        first = text("8080").splitlines()[0]
        equal("the line", first, f"EADDRINUSE: 0.0.0.0:8080/tcp - webserver (pid {made.pid}, fd {made['l']['fd']}) is in LISTEN on 127.0.0.1:8080 "
                                 "(which the wildcard covers) without SO_REUSEPORT")
        true("whom to end", f"kill {made.pid}" in told["advice"])
        equal("beside it", why("127.0.0.2:8080")["verdict"], "OK")
        equal("another protocol", why("udp", "8080")["verdict"], "OK")
    equal("afterwards", why("8080")["verdict"], "OK")


@scenario("why/privileged")
def privileged():
    """Who may have a low port: root, but only of the user namespace that the network namespace belongs to."""
    user = ("setpriv", "--reuid", "1000", "--clear-groups")
    equal("root", why("80")["verdict"], "OK")
    equal("a user, asked by root", why("80", "--uid", "1000")["verdict"], "EACCES")
    told = why("80", by=user)
    equal("a user", told["verdict"], "EACCES")
    for word in ("privileged", "ip_unprivileged_port_start=80", "cap_net_bind_service"):
        true(f"{word} in {told['advice']}", word in told["advice"])
    equal("a user with a high port", why("1024", by=user)["verdict"], "OK")
    equal("root of a new user namespace, in ours", why("80", by=("unshare", "-Ur"))["verdict"], "EACCES")
    equal("... in one of its own", why("80", by=("unshare", "-Urn"))["verdict"], "OK")
    write("ipv4/ip_unprivileged_port_start", "80")
    equal("a user, allowed", why("80", by=user)["verdict"], "OK")
    equal("a user, one below", why("79", by=user)["verdict"], "EACCES")


@scenario("why/address")
def address():
    told = why("192.0.2.1:80")
    equal("not ours", told["verdict"], "EADDRNOTAVAIL")
    for word in ("not local to this machine", "IP_FREEBIND", "ip_nonlocal_bind"):
        true(f"{word} in {told['advice']}", word in told["advice"])
    write("ipv4/ip_nonlocal_bind", "1")
    equal("not ours, allowed", why("192.0.2.1:80")["verdict"], "OK")
    equal("all of 127/8", why("127.1.2.3:80")["verdict"], "OK")
    equal("no such interface", why("80", "--dev", "nothere")["verdict"], "ENODEV")
    if not has_ipv6():
        equal("::1 without IPv6", why("[::1]:80")["verdict"], "EAFNOSUPPORT")
        return
    equal("::1", why("[::1]:80")["verdict"], "OK")
    equal("v6, not ours", why("[2001:db8::1]:80")["verdict"], "EADDRNOTAVAIL")
    equal("link-local without a scope", why("[fe80::1]:80")["verdict"], "EINVAL")


@scenario("why/ephemeral")
def ephemeral():
    write("ipv4/ip_local_port_range", "40001 40001")
    with socket.create_server(("127.0.0.1", 9)) as server, socket.create_connection(("127.0.0.1", 9)):
        with server.accept()[0]:
            told = why("40001")
            equal("verdict", told["verdict"], "EADDRINUSE")
            for word in ("ephemeral clash", "ip_local_port_range (40001-40001)", "ip_local_reserved_ports=40001"):
                true(f"{word} in {told['advice']}", word in told["advice"])
    write("ipv4/ip_local_reserved_ports", "5,40000-40002")
    told = why("40001")
    true(f"reserved already: {told['advice']}", "ip_local_port_range" not in told["advice"])


@scenario("why/timewait")
def timewait():
    with socket.create_server(("127.0.0.1", 8081)) as server:
        with socket.create_connection(("127.0.0.1", 8081)):
            server.accept()[0].close()
    told = why("8081")
    equal("blockers", [socket_["state"] for socket_ in told["blockers"]], ["TIME_WAIT"])
    true(f"when it ends: {told['blockers']}", 0 < told["blockers"][0]["expires"] <= 60000)
    for word in ("SO_REUSEADDR", "wait "):
        true(f"{word} in {told['advice']}", word in told["advice"])
    equal("with it", why("8081", "--reuseaddr")["verdict"], "OK")


def bind_as(uid, address, option=None):
    """A socket that a user bound, held by us."""
    sock = socket.socket()
    os.fchown(sock.fileno(), uid, -1)
    if option:
        sock.setsockopt(socket.SOL_SOCKET, option, 1)
    sock.bind((address, 8083))
    return sock


def remembered(line="proto=tcp port=8083 bind=yes"):
    """What the view says that the port remembers, as (LOCAL, UID, FLAGS)."""
    return [(row["LOCAL"], row["UID"], row["FLAGS"]) for row in told(line)]


@scenario("why/what-a-port-remembers", seconds=60)
def port_remembers():
    """Who bound a port with SO_REUSEPORT lets his like in when he has gone; bind() is the judge of what the view tells."""
    def answers():
        """Each of them is tried as well, and what is let in is remembered."""
        for uid in (33, 1000):
            for address in ("127.0.0.1", "127.0.0.2", "0.0.0.0"):
                told = why(f"{address}:8083", "--reuseport", "--uid", str(uid))
                true(f"uid {uid} at {address} is no guess: {told['advice']}", "guess" not in told["advice"])
                yield uid, address, told["verdict"]

    equal("nobody there", remembered(), [])
    group = bind_as(33, "127.0.0.1", socket.SO_REUSEPORT)
    # Where a port's sockets are kept by their addresses, the first one's is there before inet_csk_update_fastreuse() asks if he is the first.
    strict = tuple(map(int, os.uname().release.split(".")[:2])) >= (6, 8)
    first = [("127.0.0.1:8083" if strict else "*:*", "33", "reuseport")]
    equal("a group's first", remembered(), first)
    group.listen()
    with socket.create_connection(("127.0.0.1", 8083)), group.accept()[0]:
        group.close()
        equal("when he has gone", remembered(), first)
        equal("a user is told of his own", in_child(lambda: (become(33), remembered())[1]), [list(first[0])])
        equal("but not of another's", in_child(lambda: (become(1000), remembered())[1]), [[first[0][0], "-", "reuseport"]])
        equal("which is no guess for himself", in_child(lambda: (become(1000), "guess" in text("127.0.0.1:8083", "--reuseport"))[1]), False)
        equal("but for another", in_child(lambda: (become(1000), "guess" in text("127.0.0.1:8083", "--reuseport", "--uid", "33"))[1]), True)
        anywhere = [] if strict else [(33, "0.0.0.0", "OK")]
        equal("who is let in", [one for one in answers() if one[2] == "OK"],
              [(33, "127.0.0.1", "OK"), (33, "127.0.0.2", "OK"), *anywhere, (1000, "127.0.0.2", "OK")])
        with bind_as(0, "127.0.0.3"):
            equal("one that does not share", remembered(), [("*:*", "-", "-")])
            equal("who is let in then", [one for one in answers() if one[2] == "OK"], [(33, "127.0.0.2", "OK"), (1000, "127.0.0.2", "OK")])
            with bind_as(33, "127.0.0.2", socket.SO_REUSEPORT):
                equal("a group at one address", remembered(), [("127.0.0.2:8083", "33", "reuseport")])
    equal("not without being asked", remembered("proto=tcp port=8083"), [])


@scenario("why/netns")
def netns():
    """-N PID: the sockets, addresses and sysctls of that namespace."""
    ready, go = os.pipe()
    child = os.fork()
    if not child:
        LIBC.unshare(CLONE_NEWNET)
        loopback_up()
        with socket.create_server(("0.0.0.0", 8082)):
            write("ipv4/ip_nonlocal_bind", "1")
            os.write(go, b"x")
            signal.pause()
    try:
        os.read(ready, 1)
        number = str(os.stat(f"/proc/{child}/ns/net").st_ino)
        equal("here", why("8082")["verdict"], "OK")
        for word in (str(child), number):
            told = why("8082", "-N", word)
            equal("there", (told["verdict"], told["blockers"][0]["owners"][0]["pid"]), ("EADDRINUSE", child))
            equal("an address there", why("192.0.2.1:80", "-N", word)["verdict"], "OK")
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


@scenario("why/wireguard")
def kernel():
    """What holds UDP 51820 when no process does."""
    wireguard()
    run("ip", "link", "set", "wg0", "up")
    port = [line.split()[1] for line in open("/proc/net/udp", encoding="ascii")][1].split(":")[1]
    line = text("udp", str(int(port, 16))).splitlines()[0]
    true(f"who: {line}", "the kernel [wireguard]" in line)
    equal("verdict", why("udp", str(int(port, 16)))["verdict"], "EADDRINUSE")


def bound(kind, option, address="127.0.0.1"):
    """A socket at port 8084 with an option, which listens if it can."""
    sock = socket.socket(type=kind)
    sock.settimeout(5)
    if option:
        sock.setsockopt(socket.SOL_SOCKET, option, 1)
    sock.bind((address, 8084))
    if kind == socket.SOCK_STREAM:
        sock.listen(64)
    return sock


def receiver(*socks, address="127.0.0.1"):
    """Index of the socket that gets a datagram."""
    with socket.socket(type=socket.SOCK_DGRAM) as client:
        client.sendto(b"x", (address, 8084))
    ready = select.select(socks, [], [], 5)[0]
    equal("sockets that got one datagram", len(ready), 1)
    ready[0].recv(1)
    return socks.index(ready[0])


def accepted(*socks):
    """How many of 64 connections each listener gets."""
    clients = [socket.create_connection(("127.0.0.1", 8084)) for _ in range(64)]
    counts = [0] * len(socks)
    while sum(counts) < len(clients):
        for sock in select.select(socks, [], [], 5)[0]:
            sock.accept()[0].close()
            counts[socks.index(sock)] += 1
    for client in clients:
        client.close()
    return counts


@scenario("why/sharing", seconds=60)
def sharing():
    """An option that shares a port comes last, with the effect that the kernel then has; a harmless one comes first."""
    datagram, stream = socket.SOCK_DGRAM, socket.SOCK_STREAM
    last = "unicast datagrams then reach only the socket that was bound last"
    split = "connections are then split between the sockets"
    specific = "the socket with the more specific one receives the datagrams"

    with bound(datagram, socket.SO_REUSEADDR) as first:
        advice = why("udp", "127.0.0.1:8084")["advice"]
        true(f"the order of {advice}", advice.startswith("stop the owner") and "; or share the port: set SO_REUSEADDR" in advice)
        true(f"the effect in {advice}", advice.endswith(last))
        told = why("udp", "127.0.0.1:8084", "--reuseaddr")
        equal("shared with", [row["owners"][0]["pid"] for row in told["shares"]], [os.getpid()])
        true(f"the effect in {told['advice']}", last in told["advice"])
        with bound(datagram, socket.SO_REUSEADDR) as second:
            equal("a datagram goes to the last one", receiver(first, second), 1)
        told = why("udp", "8084", "--reuseaddr")
        true(f"the effect in {told['advice']}", specific in told["advice"])
        with bound(datagram, socket.SO_REUSEADDR, "0.0.0.0") as second:
            equal("a datagram goes to the specific one", receiver(first, second), 0)
    with bound(datagram, socket.SO_REUSEPORT) as first, bound(datagram, socket.SO_REUSEPORT) as second:
        told = why("udp", "127.0.0.1:8084", "--reuseport")
        true(f"the effect in {told['advice']}", "datagrams are then split" in told["advice"])
        equal("both get datagrams", {receiver(first, second) for _ in range(64)}, {0, 1})
    with bound(stream, socket.SO_REUSEPORT) as first:
        advice = why("127.0.0.1:8084")["advice"]
        true(f"the end of {advice}", advice.endswith(split) and "or share the port: set SO_REUSEPORT" in advice)
        told = why("127.0.0.1:8084", "--reuseport")
        equal("shared with", len(told["shares"]), 1)
        true(f"the effect in {told['advice']}", split in told["advice"])
        with bound(stream, socket.SO_REUSEPORT) as second:
            true("both get connections", all(accepted(first, second)))
    advice = why("127.0.0.1:8084")["advice"]
    true(f"closed connections only: {advice}", advice.startswith("set SO_REUSEPORT") and "share" not in advice)


def managed(cgroup, maker=None, comm="server", port=8080):
    """A server in a cgroup, whose listener was made in that of its maker."""
    ready, go = os.pipe()
    child = os.fork()
    if not child:
        move(os.getpid(), make_cgroup(maker or cgroup))
        with socket.create_server(("127.0.0.1", port)):
            move(os.getpid(), make_cgroup(cgroup))
            with open("/proc/self/comm", "w", encoding="ascii") as file:
                file.write(comm)
            os.write(go, b"x")
            signal.pause()
    os.read(ready, 1)
    os.close(ready)
    os.close(go)
    return child


def advice_beside(*servers, words=("8080",)):
    """The advice while the servers run; where they have one listener they cannot, so each has an address or port of its own."""
    children = [managed(**server) for server in servers]
    try:
        return json.loads(run("portsock", "why", *words, "--json").stdout)["advice"], children
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


@scenario("why/manager", seconds=60)
def manager():
    """The manager's command where there is one, and never a PID of a manager's process."""
    docker = "0123456789ab" + "c" * 52
    # systemd has such a link for each service that runs.
    os.makedirs("/run/systemd/units", exist_ok=True)
    links = [f"/run/systemd/units/invocation:{unit}.service" for unit in ("web", "rpcbind")]
    for link in links:
        os.symlink("0" * 32, link)
    for server, command in (
            ({"cgroup": "system.slice/web.service"}, "systemctl stop web.service"),
            ({"cgroup": "system.slice/rpcbind.service", "maker": "system.slice/rpcbind.socket"},
             "systemctl stop rpcbind.socket rpcbind.service"),
            ({"cgroup": "init.scope", "maker": "system.slice/rpcbind.socket", "comm": "systemd"}, "systemctl stop rpcbind.socket"),
            ({"cgroup": "user.slice/user-1000.slice/user@1000.service/app.slice/web.service"},
             "as uid 1000: systemctl --user stop web.service"),
            ({"cgroup": f"system.slice/docker-{docker}.scope"}, "docker stop 0123456789ab"),
            ({"cgroup": f"machine.slice/libpod-{docker}.scope"}, "podman stop 0123456789ab"),
            ({"cgroup": "machine.slice/systemd-nspawn@box.service/payload/system.slice/web.service"}, "machinectl poweroff box"),
            ({"cgroup": "lxc.payload.box"}, "lxc-stop -n box")):
        advice, _ = advice_beside(server)
        true(f"{server}: {advice}", f"({command})" in advice and "kill" not in advice)
    for link in links:
        os.unlink(link)
    advice, (child,) = advice_beside({"cgroup": "system.slice/web.service"})
    true(f"left behind by a service that has stopped: {advice}", f"(kill {child})" in advice and "systemctl" not in advice)
    advice, _ = advice_beside({"cgroup": "init.scope", "comm": "systemd"})
    true(f"a unit without a name: {advice}", "systemctl list-sockets" in advice and "kill" not in advice)
    # A session has no manager, nor has a process that took the name of systemd.
    for server in ({"cgroup": "user.slice/user-1000.slice/session-1.scope"},
                   {"cgroup": "user.slice/user-1000.slice/session-1.scope", "comm": "systemd"}):
        advice, (child,) = advice_beside(server)
        true(f"{server}: {advice}", f"stop the owner (kill {child})" in advice)
    # Users choose the names below their own manager.
    advice, (child,) = advice_beside({"cgroup": "user.slice/user-1000.slice/user@1000.service/a;reboot.service"})
    true(f"not for a shell: {advice}", "reboot" not in advice and f"kill {child}" in advice)


@scenario("why/connections-of-one")
def connections_of_one():
    """Ten connections of a process are one line, and its listener another."""
    with socket.create_server(("127.0.0.1", 8080)) as server:
        clients = [socket.create_connection(("127.0.0.1", 8080)) for _ in range(10)]
        accepted = [server.accept()[0] for _ in range(10)]
        lines = text("8080").splitlines()
        blockers = [line for line in lines if line.startswith("EADDRINUSE")]
        equal("lines", len(blockers), 2)
        true(f"the second: {blockers[1]}", f"(pid {os.getpid()}) has 10 connections on 127.0.0.1:8080 " in blockers[1])
        equal("in JSON", len(why("8080")["blockers"]), 11)
        for sock in clients + accepted:
            sock.close()
