#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The demonstration, inside the lab VM: each step makes real sockets, shows their real rows, and checks what it says.

story.py [--colour] [--breaks]: --breaks writes a form feed between the steps, for whoever waits there.
"""
import os
import re
import subprocess
import sys
import textwrap

sys.path.insert(0, "/portsock/e2e")
import scenario  # noqa: E402
import view  # noqa: E402
from maker import Made  # noqa: E402

COLOUR = "--colour" in sys.argv
BREAKS = "--breaks" in sys.argv
WIDTH = 100
steps = []
actors = {}
shown = {}


def style(code, text):
    return f"\033[{code}m{text}\033[m" if COLOUR else text


def step(title):
    def add(function):
        steps.append((title, function))
        return function
    return add


class Broken(Exception):
    """The kernel did not do what the story says."""


def say(text):
    """The caption: what there is to see."""
    print()
    print(textwrap.fill(" ".join(text.split()), WIDTH - 4, initial_indent="    ", subsequent_indent="    "))


def act(who, calls, commands):
    """WHO makes these system calls; COMMANDS is how mksock is told."""
    if who not in actors:
        actors[who] = Made("empty", name=who, comm=who)
    note(who, calls)
    return actors[who].do(commands)


def note(who, calls):
    print("    " + style("36", f"{who + ':':8}") + calls)


def refused(commands, calls):
    """The server tries to bind() once more, and the kernel says no."""
    try:
        actors["server"].do(commands)
    except AssertionError as reason:
        promise(str(reason), "Address already in use" in str(reason))
    else:
        raise Broken(f"{calls} should have failed")
    note("server", f"{calls} = {style('31', 'EADDRINUSE')}")


def reader(arguments):
    """The reader's lines, heading first."""
    result = subprocess.run(["portsock", *arguments.split()], stdout=subprocess.PIPE, check=False, env={**os.environ, "NO_COLOR": "1"})
    if result.returncode not in (0, 1):
        raise Broken(f"portsock {arguments} ended with {result.returncode}")
    return result.stdout.decode("utf-8", "backslashreplace").splitlines()


def marks(arguments):
    """For each row: is it new, or another than when it was last shown? A countdown is no change."""
    for line in reader(re.sub(r" -o \S+", "", arguments) + " -o cookie,state,local,remote,rxq,held,owners")[1:]:
        cookie, *rest = re.sub(r"timewait \S+", "timewait", line).split()
        yield shown.get(cookie) != rest
        shown[cookie] = rest


def portsock(arguments):
    print("\n    " + style("2", f"$ portsock {arguments}"))
    heading, *rows = reader(arguments)
    print("    " + heading.rstrip())
    for new, line in zip(list(marks(arguments)), rows):
        print(("  > " if new else "    ") + (style("1", line.rstrip()) if new else line.rstrip()))


def others(command, nothing="(nothing)"):
    """What one of the old tools says, its columns pushed together."""
    print("\n    " + style("2", f"$ {command}"))
    # not the guest's sh: busybox' one prefers applets of its own, and its netstat knows no -p
    result = subprocess.run(["bash", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if b"not found" in result.stderr or b"nvalid" in result.stderr:
        raise Broken(f"{command}: {result.stderr.decode()}")
    rows = [line.split() for line in result.stdout.decode().splitlines() if line.strip()]
    widths = [max(len(row[i]) for row in rows if i < len(row)) for i in range(max(map(len, rows), default=0))]
    for row in rows:
        print("    " + " ".join(word.ljust(width) for word, width in zip(row, widths)).rstrip())
    if not rows:
        print("    " + style("33", nothing))


def row(**wanted):
    """The promised row, or the end of the demonstration."""
    return view.read().one(**wanted)


def promise(what, truth):
    if not truth:
        raise Broken(what)


@step("A socket without a port")
def unbound():
    made = act("server", "s = socket(AF_INET, SOCK_STREAM)", "socket s tcp; tell s UNBOUND")
    portsock("-a -t")
    others("ss -Htan")
    it = row(COOKIE=made["s"]["cookie"], STATE="UNBOUND", PORT="-")
    say(f"A socket is an object in the kernel. This one has an identity (inode {it['INODE']}, cookie {it['COOKIE']}), an owner and a"
        " descriptor, but no port. The tables that ss reads do not know it.")


@step("bind(): a port, and still no door")
def bound():
    made = act("server", "bind(s, 127.0.0.1:8080)", "bind s 127.0.0.1 8080; tell s BOUND")
    refused("socket x tcp; bind x 127.0.0.1 8080", "bind(another socket, 127.0.0.1:8080)")
    made.do("close x")
    portsock("8080")
    others("ss -Htanp; lsof -nP -iTCP:8080; netstat -tan | grep 8080", "(ss, lsof and netstat show nothing)")
    row(COOKIE=made["s"]["cookie"], STATE="BOUND", PORT=8080, HELD="process")
    say("A port is a number; bind() puts the socket at it. \"Port in use, but nothing uses it\": this is who.")


@step("listen(): now it is a door")
def listening():
    made = act("server", "listen(s, 128)", "listen s 128; tell s LISTEN")
    portsock("8080")
    row(COOKIE=made["s"]["cookie"], STATE="LISTEN", PORT=8080)
    say("The same socket, in another state. From here on everybody sees it.")


@step("A client, and its ephemeral port")
def client():
    made = act("client", "connect(c, 127.0.0.1:8080)", "socket c tcp; connect c 127.0.0.1 8080; tell c ESTABLISHED")
    portsock("-a -t")
    it = row(COOKIE=made["c"]["cookie"], STATE="ESTABLISHED", REMOTE="127.0.0.1:8080")
    say(f"The client never asked for a port; the kernel gave it {it['PORT']}. A client's socket is at a port, too.")


@step("The connection that waits for accept()")
def waiting():
    act("client", "send(c, \"hello\")", "send c 5")
    listener = row(COOKIE=actors["server"]["s"]["cookie"])
    portsock("-a 8080 -o proto,port,state,remote,rxq,cookie,parent,held,owners")
    others("ss -Htanp state established sport = :8080")
    it = row(PORT=8080, HELD="acceptq", PARENT=listener["COOKIE"])
    promise("five bytes wait in it", it["RXQ"] == "5")
    say(f"The kernel has made the second end already, with 5 bytes in it. No process holds it: it waits in the accept queue of listener"
        f" {listener['COOKIE']}. ss shows a row without an owner, and not whom it waits for.")


@step("accept(): a second socket at the same port")
def accepted():
    made = act("server", "a = accept(s)", "accept s a; tell a ESTABLISHED")
    portsock("-a 8080 -o proto,port,state,remote,rxq,cookie,held,owners")
    listener, it = row(COOKIE=made["s"]["cookie"], PORT=8080), row(COOKIE=made["a"]["cookie"], PORT=8080, HELD="process")
    promise("they are two sockets", listener["INODE"] != it["INODE"])
    say(f"One port, two sockets: {listener['COOKIE']} listens, {it['COOKIE']} talks. What tells connections at one port apart is the"
        f" pair of ends: {it['LOCAL']} and {it['REMOTE']}.")


@step("fork(): one socket, many processes")
def forked():
    made = act("server", "fork(), fork()", "fork w1; in w1 comm child-1; fork w2; in w2 comm child-2;"
               "in w1 tell s LISTEN; in w2 tell s LISTEN")
    portsock("-l 8080")
    others("netstat -tlnp | grep 8080")
    it = row(COOKIE=made["s"]["cookie"], STATE="LISTEN")
    promise("three owners", sorted(owner[3] for owner in it.owners()) == ["child-1", "child-2", "server"])
    say("Still one socket: same inode, same cookie, three owners. netstat names one of them. The port is free when the last one closes.")
    made.do("kill w1; kill w2")


@step("SO_REUSEPORT: many sockets at one port")
def reuseport():
    cookies = []
    for name in ("web-1", "web-2"):
        made = act(name, "setsockopt(s, SO_REUSEPORT); bind(s, 127.0.0.1:9090); listen(s)",
                   "socket s tcp; opt s reuseport; bind s 127.0.0.1 9090; listen s; tell s LISTEN")
        cookies.append(made["s"]["cookie"])
    portsock("9090")
    promise("two listeners at 9090", sorted(it["COOKIE"] for it in view.read().find(PORT=9090, STATE="LISTEN")) == sorted(cookies))
    say("The other way round: two processes, two sockets, one port. The kernel deals the connections out among them.")


@step("UDP: the same number, another port")
def udp():
    made = act("dns", "bind(socket(AF_INET, SOCK_DGRAM), 127.0.0.1:8080)", "socket s udp; bind s 127.0.0.1 8080; tell s UNCONN")
    portsock("8080")
    row(COOKIE=made["s"]["cookie"], PROTO="udp", PORT=8080)
    row(COOKIE=actors["server"]["s"]["cookie"], PROTO="tcp", PORT=8080)
    say("TCP 8080 and UDP 8080 have nothing to do with each other: each protocol has a port space of its own, in each network namespace.")


@step("A socketpair: sockets without any port")
def pair():
    made = act("shell", "socketpair(AF_UNIX, SOCK_STREAM)", "pair x y; tell x ESTABLISHED; tell y ESTABLISHED")
    portsock("-a -x")
    for name in ("x", "y"):
        row(COOKIE=made[name]["cookie"], PROTO="unix", PORT="-")
    say("Two sockets, no port, and none will ever be there: this family has no ports.")


@step("A socket that no process holds, and that works")
def inflight():
    made = act("shell", "listen at 7070; sendmsg(x, SCM_RIGHTS: that socket); close it",
               "socket l tcp; bind l 127.0.0.1 7070; listen l; pass l x; close l; tell l LISTEN inflight")
    act("client", "connect(d, 127.0.0.1:7070) = 0: it answers", "socket d tcp; connect d 127.0.0.1 7070; tell d ESTABLISHED; reset d")
    portsock("7070")
    others("ss -Htlnp sport = :7070; lsof -nP -iTCP:7070; fuser 7070/tcp")
    row(COOKIE=made["l"]["cookie"], STATE="LISTEN", PORT=7070, HELD="inflight", OWNERS="-")
    say("The socket travels in a message that nobody has received. No descriptor anywhere leads to it, and it answers. ss has a row"
        " without owner, lsof and fuser have nothing.")
    print()
    act("shell", "recvmsg(y) = a descriptor again", "receive y l2; tell l2 LISTEN")
    portsock("7070")
    row(COOKIE=made["l"]["cookie"], HELD="process")


@step("close(), and what stays at the port")
def time_wait():
    made = actors["server"]
    act("server", "recv(a); close(a); close(s)", "recv a; close a; close s")
    act("client", "close(c)", "recv c; close c")
    refused("socket z tcp; bind z 127.0.0.1 8080", "bind(a new socket, 127.0.0.1:8080)")
    portsock("-a 8080/tcp")
    others("ss -Htanp sport = :8080; lsof -nP -iTCP:8080; fuser 8080/tcp")
    it = row(COOKIE=made["a"]["cookie"], STATE="TIME_WAIT", HELD="timewait", PORT=8080)
    promise("it says when it ends", 0 < int(it["EXPIRES"]) <= 60000)
    say(f"Everything is closed, and the port is not free: the end that closed first stays in TIME_WAIT, for late packets. No process can"
        f" be killed for it; the kernel lets go in {round(int(it['EXPIRES']) / 1000)} s. (SO_REUSEADDR is how a server binds all the same.)")


def main():
    scenario.own_netns()
    release = os.uname().release
    print(f"\n{style('1', 'What is the difference between a port and a socket?')}   A running kernel answers: Linux {release}.")
    print("Rows that are new or have changed are marked with >.")
    for number, (title, function) in enumerate(steps, 1):
        sys.stdout.write("\f" if BREAKS else "")
        print("\n" + style("1;34", f"{number:2}  {title}"), flush=True)
        try:
            function()
        except (AssertionError, Broken) as reason:
            print(f"\nThe demonstration is broken at step {number}, {title!r}: {reason}", flush=True)
            print(open(view.PATH, encoding="ascii").read())
            return 1
        sys.stdout.flush()
    print(textwrap.dedent(f"""
        {style('1', 'So')}  A port is a number, in one protocol of one network namespace.
            A socket is an object in the kernel, and may have one or not.
            bind() puts a socket at a port. listen() makes it a door. Each accept() makes another socket at the same port.
            One socket may belong to many processes, one port to many sockets, and some have neither."""))
    return 0


status = main()
for actor in actors.values():
    actor.close()
sys.exit(status)
