# SPDX-License-Identifier: GPL-2.0
"""The generator: from a seed, processes (commands for mksock) and a model of every socket, descriptor and queue that they lead to."""
import random

from judge import escape

FORKS = 3
# each line: what the maker must be ("-": anybody), and what is done; the letters become names of their own
PIECES = [line.split(None, 1) for line in """
-     socket s tcp; tell s UNBOUND
-     socket s tcp; bind s; tell s BOUND
-     socket s tcp; bind s ANY; tell s BOUND
-     socket s tcp; bind s ANY PORT; tell s BOUND
-     socket s tcp; opt s dev lo; bind s; tell s BOUND
-     socket s tcp; opt s reuseaddr; bind s; tell s BOUND
-     socket l tcp; bind l; listen l; tell l LISTEN
-     socket l tcp; opt l dev lo; bind l ANY PORT; listen l; tell l LISTEN
-     socket l tcp; opt l reuseaddr; bind l ANY PORT; listen l; tell l LISTEN
-     socket l tcp; opt l reuseport; bind l; listen l; tell l LISTEN; socket m tcp; opt m reuseport; bind m l; listen m; tell m LISTEN; socket n tcp; opt n reuseport; bind n l; tell n BOUND
-     socket l tcp; bind l; listen l 2147483647; tell l LISTEN
dev   socket s udp; opt s dev DEV; bind s ANY; tell s UNCONN
dev   socket l tcp; opt l dev DEV; bind l ANY PORT; listen l; tell l LISTEN
device socket s packet; bind s DEV 65535; tell s UNCONN
device socket s packet; bind s DEV 1; tell s UNCONN
inet  socket l tcp; opt l freebind; bind l 127.9.9.9; listen l 7; tell l LISTEN
root4 socket l tcp; opt l transparent; bind l 192.0.2.1; listen l; tell l LISTEN
inet6 socket l tcp; opt l v6only; bind l ANY PORT; listen l; tell l LISTEN
-     CONNECT; tell l LISTEN; tell c ESTABLISHED; tell a ESTABLISHED
-     CONNECT; send c 100; send a 77; tell l LISTEN; tell c ESTABLISHED; tell a ESTABLISHED
-     CONNECT; close l; tell c ESTABLISHED; tell a ESTABLISHED
-     socket l tcp; bind l; listen l; socket c tcp; bind c HOST PORT; connect c l; accept l a; tell l LISTEN; tell c ESTABLISHED; tell a ESTABLISHED
-     LISTEN; socket c tcp; connect c l; queued l c; tell c ESTABLISHED; tell l LISTEN
-     LISTEN; socket c tcp; connect c l; queued l c; socket d tcp; connect d l; queued l d; send d 9; tell c ESTABLISHED; tell d ESTABLISHED; tell l LISTEN
-     LISTEN; socket c tcp; connect c l; queued l c CLOSE_WAIT; shutdown c; tell c FIN_WAIT2; tell l LISTEN
-     LISTEN; socket c tcp; connect c l; queued l c CLOSE_WAIT; opt c linger2 100; close c; tell c FIN_WAIT2 orphan; tell l LISTEN
-     socket l tcp; bind l; listen l 0; socket q tcp; connect q l; queued l q; await l QUEUED; socket c tcp; opt c nonblock; connect c l; tell c SYN_SENT; tell q ESTABLISHED; tell l LISTEN
-     socket l tcp; bind l; opt l defer 60; listen l; socket c tcp; connect c l; request l c; tell l LISTEN; tell c ESTABLISHED
-     SMALL; fill c; shutdown c; tell c FIN_WAIT1; tell a ESTABLISHED; tell l LISTEN
-     SMALL; fill c; close c; tell c FIN_WAIT1 orphan; tell a ESTABLISHED; tell l LISTEN
-     CONNECT; shutdown c; tell c FIN_WAIT2; tell a CLOSE_WAIT; tell l LISTEN
-     CONNECT; opt c linger2 100; close c; tell c FIN_WAIT2 orphan; tell a CLOSE_WAIT; tell l LISTEN
-     CONNECT; close c; tell c FIN_WAIT2 orphan; tell a CLOSE_WAIT; tell l LISTEN
-     SMALL; shutdown c; await a CLOSE_WAIT; fill a; shutdown a; tell a LAST_ACK; tell c FIN_WAIT2; tell l LISTEN
-     SMALL; shutdown c; await a CLOSE_WAIT; fill a; close a; tell a LAST_ACK orphan; tell c FIN_WAIT2; tell l LISTEN
-     SMALL; fill c; shutdown c; shutdown a; tell c CLOSING; tell a FIN_WAIT2; tell l LISTEN
-     CONNECT; close c; recv a; close a; tell c TIME_WAIT timewait; tell l LISTEN
-     CONNECT; close a; recv c; close c; tell a TIME_WAIT timewait; close l
-     CONNECT; shutdown c; recv a; shutdown a; tell c CLOSE; tell a CLOSE; pair-of-time-wait c; tell l LISTEN
-     CONNECT; reset a; tell c CLOSE; tell l LISTEN
-     socket l tcp; bind l; listen l; socket c tcp; bind c HOST PORT; connect c l; accept l a; note c; reset a; keeps-port c; tell c CLOSE; tell l LISTEN
-     CONNECT; disconnect c; tell c UNBOUND; tell a CLOSE; tell l LISTEN
-     VISIT
-     VISIT
-     VISIT
-     VISIT
-     VISIT
-     VISIT
mptcp socket l mptcp; bind l; listen l; tell l LISTEN
mptcp socket l mptcp; bind l ANY PORT; listen l; tell l LISTEN
mptcp socket l mptcp; bind l; listen l; socket c mptcp; connect c l; accept l a; tell l LISTEN; tell c ESTABLISHED; tell a ESTABLISHED
mptcp socket l mptcp; bind l; listen l; socket c mptcp; connect c l; accept l a; close l; tell c ESTABLISHED; tell a ESTABLISHED
-     socket s udp; tell s UNBOUND
-     socket s udp; bind s; tell s UNCONN
-     socket s udp; bind s ANY; tell s UNCONN
-     socket s udp; opt s reuseport; bind s; tell s UNCONN; socket t udp; opt t reuseport; bind t s; tell t UNCONN
-     socket s udp; opt s reuseaddr; bind s ANY PORT; tell s UNCONN
-     socket s udp; opt s dev lo; bind s; tell s UNCONN
-     socket s udp; bind s; socket c udp; connect c s; send c 100; tell s UNCONN; tell c ESTABLISHED
-     socket s udp; bind s; socket c udp; connect c s; connect s c; tell s ESTABLISHED; tell c ESTABLISHED
-     socket s udp; bind s; socket c udp; connect c s; disconnect c; tell s UNCONN; tell c UNBOUND
-     socket s udplite; tell s UNBOUND
-     socket s udplite; bind s; tell s UNCONN
-     socket p tcp; bind p HOST PORT; listen p; socket q udp; bind q p; tell p LISTEN; tell q UNCONN
root  socket s raw; tell s UNCONN
bind  socket s raw; bind s; tell s UNCONN
root  socket s raw 255; tell s UNCONN
root  socket s raw 254; tell s UNCONN
ping  socket s ping; bind s; tell s UNCONN
ping  socket s ping; tell s UNBOUND
-     pair u v; tell u ESTABLISHED; tell v ESTABLISHED
-     pair u v dgram; tell u ESTABLISHED; tell v ESTABLISHED
-     pair u v seqpacket; send u 40; tell u ESTABLISHED; tell v ESTABLISHED
-     pair u v; send u 10; close u; tell v ESTABLISHED
-     socket s stream; tell s UNCONN
-     socket s dgram; tell s UNCONN
-     socket s stream; bind s NAME; tell s UNCONN
-     socket s dgram; bind s NAME; tell s UNCONN
-     socket s dgram; bind s NAME; tell s UNCONN
-     socket s seqpacket; bind s; tell s UNCONN
-     socket l stream; bind l NAME; listen l 5; tell l LISTEN
-     socket l stream; bind l NAME; listen l; socket c stream; connect c l; accept l a; tell l LISTEN; tell c ESTABLISHED; tell a ESTABLISHED
-     socket l seqpacket; bind l NAME; listen l; socket c seqpacket; bind c NAME; connect c l; accept l a; tell l LISTEN; tell c ESTABLISHED; tell a ESTABLISHED
-     socket l stream; bind l NAME; listen l; socket c stream; connect c l; queued l c; socket d stream; bind d NAME; connect d l; queued l d; tell l LISTEN; tell c ESTABLISHED; tell d ESTABLISHED
-     socket l seqpacket; bind l; listen l; socket c seqpacket; connect c l; queued l c; tell l LISTEN; tell c ESTABLISHED
-     socket s dgram; bind s NAME; socket c dgram; connect c s; send c 50; tell s EITHER; tell c ESTABLISHED
-     socket s netlink; tell s UNCONN
-     socket s netlink; bind s PORTID; tell s UNCONN
-     socket s netlink; bind s; tell s UNCONN
-     socket s netlink 15; bind s PORTID; tell s UNCONN
-     socket s netlink 16; bind s; tell s UNCONN
root  socket s packet; tell s UNCONN
root  socket s packet; bind s lo 3; tell s UNCONN
root  socket s packet; bind s lo 2048; tell s UNCONN
alg   socket s alg; tell s UNCONN
-     LISTEN; pair u v; pass l u; close l; tell l LISTEN inflight; tell u ESTABLISHED; tell v ESTABLISHED
-     LISTEN; pair u v; pass l u; tell l LISTEN; tell u ESTABLISHED; tell v ESTABLISHED
-     CONNECT; pair u v; pass a u; close a; pass c u; close c; tell l LISTEN; tell c ESTABLISHED inflight; tell a ESTABLISHED inflight; tell u ESTABLISHED; tell v ESTABLISHED
-     socket s tcp; pair u v; pass s u; close s; tell s UNBOUND inflight; tell u ESTABLISHED; tell v ESTABLISHED
-     socket s tcp; bind s; pair u v dgram; pass s u; close s; tell s BOUND inflight; tell u ESTABLISHED; tell v ESTABLISHED
-     socket s udp; bind s; pair u v seqpacket; pass s u; close s; tell s UNCONN inflight; tell u ESTABLISHED; tell v ESTABLISHED
-     socket s udp; pair u v; pass s u; pass s u; close s; tell s UNBOUND inflight; tell u ESTABLISHED; tell v ESTABLISHED
-     socket s netlink; bind s PORTID; pair u v; pass s u; close s; tell s UNCONN inflight; tell u ESTABLISHED; tell v ESTABLISHED
-     socket s dgram; bind s NAME; pair u v; pass s u; close s; tell s UNCONN inflight; tell u ESTABLISHED; tell v ESTABLISHED
root  socket s packet; bind s lo 3; pair u v; pass s u; close s; tell s UNCONN inflight; tell u ESTABLISHED; tell v ESTABLISHED
root  socket s raw; pair u v; pass s u; close s; tell s UNCONN inflight; tell u ESTABLISHED; tell v ESTABLISHED
-     LISTEN; pair u v; pair x y; pass l u; close l; pass v x; close v; tell l LISTEN inflight; tell v ESTABLISHED inflight; tell u ESTABLISHED; tell x ESTABLISHED; tell y ESTABLISHED
-     socket s tcp; pair u v; pair x y; pass s u; close s; pass v x; close v; tell s UNBOUND inflight; tell v ESTABLISHED inflight; tell u ESTABLISHED; tell x ESTABLISHED; tell y ESTABLISHED
-     LISTEN; pair u v; pair x y dgram; pass l u; close l; pass v x; close v; pass u x; close u; tell l LISTEN inflight; tell u ESTABLISHED inflight; tell v ESTABLISHED inflight; tell x ESTABLISHED; tell y ESTABLISHED
-     pair u v; pass v u; tell u ESTABLISHED; tell v ESTABLISHED
-     socket s udp; bind s; socket l stream; bind l NAME; listen l; socket c stream; connect c l; queued l c; pass s c; close s; tell s UNCONN inflight; tell l LISTEN; tell c ESTABLISHED
-     LISTEN; pair u v; pass l u; receive v n; tell l LISTEN; tell u ESTABLISHED; tell v ESTABLISHED
-     LISTEN; pair u v; pass l u; close l; receive v n; tell n LISTEN; tell u ESTABLISHED; tell v ESTABLISHED
""".strip().split("\n")]
MACROS = {
    "LISTEN": "socket l tcp; bind l; listen l",
    "CONNECT": "socket l tcp; bind l; listen l; socket c tcp; connect c l; accept l a; note c; note a",
    "SMALL": "socket l tcp; opt l rcvbuf 4096; opt l sndbuf 4096; bind l; listen l; socket c tcp; opt c sndbuf 4096; opt c rcvbuf 4096;"
             " connect c l; accept l a; note c; note a",
}
ODD_NAMES = (b"a b", rb"back\slash", b"new\nline", b"latin\xe4\xff", "k\u00f6ln".encode(), b"@at", b"-", b"*", b"comma,slash=x", b"# hash",
             b"\0plain", b"\0a\0b", b"\0@x", b"\0", b"\0\xff\x80", b"\0# x", b"x" * 90, b"\0" + b"y" * 90, b"[kernel]", b"\0 ", b"127.0.0.1:80")
ODD_COMMS = (b"a b", b"a,b/c", b"a\\b", b"a\nb\tc\x7f", b"\xe4\xff\x80", b"x" * 15, b"[kernel]", b"# tcp", b"-", b"nginx", b"1/2/x,3/4/y")
# Numbers that are as small and as large as can be: ports (those below 1024 are
# root's), netlink's port ids, uids, file descriptors.
LOW_PORTS, HIGH_PORTS = (1, 2, 1023), (65534, 65535)
PORT_IDS = (1, 2, (1 << 31) - 1, 1 << 31, (1 << 32) - 2, (1 << 32) - 1)
LAST_UID = (1 << 32) - 2
LAST_FD = (1 << 16) - 1
SUN_PATH, COMM, IFNAMSIZ = 108, 16, 16
# which words of a command are names of sockets
NAMED = {"socket": (1,), "pair": (1, 2), "bind": (1, 2), "listen": (1,), "connect": (1, 2), "disconnect": (1,), "accept": (1, 2), "shutdown": (1,),
         "close": (1,), "reset": (1,), "opt": (1,), "send": (1,), "fill": (1,), "recv": (1,), "dup": (1, 2), "pass": (1, 2), "receive": (1, 2),
         "note": (1,), "tell": (1,), "await": (1,), "queued": (1, 2), "request": (1, 2), "pair-of-time-wait": (1,), "keeps-port": (1,)}
FLAGS = ("reuseaddr", "reuseport", "transparent", "freebind")
UNIX = ("stream", "dgram", "seqpacket")


def boundary_length(draw, longest):
    """1, 2, the longest but one or the longest."""
    return draw.choice((1, 2, longest - 1, longest))


def boundary_bytes(draw, length, without=b""):
    """One byte again and again, or any bytes."""
    bytes_of = [byte for byte in range(256) if byte not in without]
    return bytes([draw.choice(b"ax-@\\\"$")] * length) if draw.random() < 0.3 else bytes(draw.choices(bytes_of, k=length))


def octal(name):
    return "".join(f"\\{byte:03o}" for byte in name)


class Socket:
    """One socket of the model: what must be said of it once it was told of."""

    def __init__(self, task, kind, protocol=None):
        self.task, self.kind, self.protocol = task, kind, protocol
        self.process = task.process
        self.space = task.space
        self.uid = task.uid
        self.refs = set()      # (task, item): descriptors
        self.travels = 0       # descriptors in queues
        self.peer = None       # where what is sent goes
        self.carriers = set()  # the sockets in whose queues it is
        self.item = None       # as what it is told of
        self.state = self.held = None
        self.flags, self.dev = set(), "-"
        self.own_flags = True  # not inherited from a listener
        self.twice = self.keeps_port = False

    @property
    def proto(self):
        return "unix" if self.kind in UNIX else self.kind


class Waiting:
    """A connection that nobody has accepted, or a request."""

    def __init__(self, listener, client, state, request):
        self.listener, self.client, self.state, self.request = listener, client, state, request


class Task:
    """A process, or a thread with a descriptor table of its own: item -> socket."""

    def __init__(self, process, name, uid, space, items):
        self.process, self.name, self.uid, self.space, self.items = process, name, uid, space, items
        self.thread = False


class Process:
    def __init__(self, number, family, uid, comm):
        self.number, self.family, self.uid, self.comm = number, family, uid, comm
        self.main = Task(self, "main", uid, 0, {})
        self.tasks = [self.main]
        self.commands, self.later = [], []
        self.names = self.workers = 0
        self.threads = False
        self.last_fd = False  # the greatest descriptor is taken


class Situation:
    """Everything that a seed leads to."""

    def __init__(self, seed, can):
        self.random = random.Random(seed)
        self.can = can  # what this kernel has: alg, udplite, ping
        self.sockets, self.waiting, self.processes, self.public = [], [], [], []
        self.ports = self.odd = self.spaces = 0
        self.names, self.used = list(ODD_NAMES), set(ODD_NAMES)
        self.low_ports, self.high_ports, self.port_ids = list(LOW_PORTS), list(HIGH_PORTS), list(PORT_IDS)
        # connections to this port are delivered to the public listener by BPF
        self.redirected = 1999 if "sk_lookup" in can and self.random.random() < 0.7 else None
        # an interface of the situation's own: it stands where lo is
        self.dev = self.device_name() if "dummy" in can and self.random.random() < 0.5 else None
        roll = self.random.random()
        self.churn = roll < 0.2
        self.unprivileged = self.random.random() < 0.4
        size = self.random.choice((3, 3, 4, 5, 8, 12))
        for number in range(self.random.randint(2, 5)):
            self.process(number, size)

    # --- processes

    def process(self, number, size):
        draw = self.random
        family = draw.choice(("inet", "inet", "inet6", "inet6", "mapped"))
        uid = draw.choice((0, 0, 0, 0, 1000, 1000, 1001, LAST_UID)) if number else 0
        comm = self.comm() if draw.random() < 0.4 else None
        process = Process(number, family, uid, comm)
        self.processes.append(process)
        if number and not uid and draw.random() < 0.2:
            self.own_netns(process, process.main)
        if not number:
            self.make_public(process)
        if number and self.redirected and draw.random() < 0.7:
            self.visit(process.main)
        for _ in range(draw.randint(size, 2 * size)):
            self.piece(process, draw.choice(process.tasks))
            if draw.random() < 0.25:
                self.share(process)
        if draw.random() < 0.2:
            process.later.append("leave")
        process.later += ["holds" if task.name == "main" else f"in {task.name} holds" for task in process.tasks]

    def own_netns(self, process, task):
        self.spaces += 1
        task.space = self.spaces
        self.order(task, "netns")

    def make_public(self, process):
        """Listeners that the other processes connect to."""
        for name, family in (("inet", "127.0.0.1"), ("inet6", "::1")):
            if process.family == name:
                port = self.port(process.main)
                listener = self.run_script(process.main, f"socket l tcp; bind l {family} {port}; listen l; tell l LISTEN")["l"]
                self.public.append((name, port, listener))
        path = octal(b"\0public")
        listener = self.run_script(process.main, f"socket l stream; bind l {path}; listen l; tell l LISTEN")["l"]
        self.public.append(("stream", path, listener))

    @staticmethod
    def order(task, command):
        task.process.commands.append(command if task.name == "main" else f"in {task.name} {command}")

    # --- what a process does to what it has

    def share(self, process):
        draw = self.random
        deed = draw.choice(("dup", "dup", "dup", "fork", "thread", "shared", "files", "close", "close", "kill", "netns"))
        task = draw.choice(process.tasks)
        if deed == "dup" and task.items:
            self.dup(task, draw.choice(sorted(task.items)))
        elif deed in ("fork", "thread") and len(process.tasks) <= FORKS:
            self.worker(process, deed)
        elif deed == "shared":
            process.workers += 1
            process.threads = True
            self.order(process.main, f"thread s{process.workers} shared")
        elif deed == "files":
            process.workers += 1
            self.order(process.main, f"fork f{process.workers} files")
        elif deed == "close":
            for _ in range(draw.randint(1, 6)):
                self.close_one(draw.choice(process.tasks))
        elif deed == "kill":
            self.kill(process)
        elif deed == "netns" and not task.thread and task is not process.main and not task.uid and not process.threads:
            self.own_netns(process, task)

    def dup(self, task, item):
        process = task.process
        process.names += 1
        new = f"d{process.names}"
        number = "" if self.random.random() < 0.5 else f" {150 + 7 * process.names}"
        if self.random.random() < 0.03 and not process.last_fd:
            process.last_fd, number = True, f" {LAST_FD}"
        self.order(task, f"dup {item} {new}{number}")
        self.hold(task, new, task.items[item])

    def worker(self, process, deed):
        process.workers += 1
        name = f"w{process.workers}"
        self.order(process.main, f"{deed} {name}")
        task = Task(process, name, process.main.uid, process.main.space, {})
        task.thread = deed == "thread"
        process.threads |= task.thread
        for item, socket in process.main.items.items():
            self.hold(task, item, socket)
        process.tasks.append(task)
        if self.random.random() < 0.3:
            self.order(task, "comm " + octal(self.comm()))

    def close_one(self, task):
        """Only where it is not the last reference: the socket must stay what it is."""
        items = [item for item, socket in sorted(task.items.items()) if len(socket.refs) > 1]
        if items:
            item = self.random.choice(items)
            self.order(task, f"close {item}")
            self.release(task, item)

    def kill(self, process):
        for task in process.tasks[1:]:
            left = {}
            for socket in task.items.values():
                left[socket] = left.get(socket, len(socket.refs)) - 1
            if not task.thread and all(left.values()) and not any(waiting.listener.task is task for waiting in self.waiting):
                self.order(process.main, f"kill {task.name}")
                for item in list(task.items):
                    self.release(task, item)
                process.tasks.remove(task)
                return

    @staticmethod
    def hold(task, item, socket):
        task.items[item] = socket
        socket.refs.add((task, item))

    @staticmethod
    def release(task, item):
        socket = task.items.pop(item)
        socket.refs.discard((task, item))
        return socket

    # --- pieces

    def may(self, needs, task):
        family = task.process.family
        return {"-": True, "inet": family == "inet", "inet6": family == "inet6", "root": not task.uid, "bind": not task.uid and family != "mapped", "root4": not task.uid and family == "inet",
                "dev": bool(self.dev) and not task.space, "device": bool(self.dev) and not task.space and not task.uid,
                "mptcp": "mptcp" in self.can,
                "ping": "ping" in self.can and not task.space and not task.uid and family != "mapped", "alg": "alg" in self.can}[needs]

    def piece(self, process, task):
        while True:
            needs, script = self.random.choice(PIECES)
            if self.may(needs, task) and not ("udplite" in script and "udplite" not in self.can):
                break
        if script == "VISIT":
            self.visit(task)
            return
        as_user = not task.uid and needs == "-" and task is process.main and not process.threads and self.random.random() < 0.06
        if as_user:
            self.order(task, "uid 1000")
            task.uid = 1000
        self.run_script(task, script)
        if as_user:
            self.order(task, "uid 0")
            task.uid = 0

    def visit(self, task):
        """A connection to another process' listener; it stays in the queue."""
        family = task.process.family
        doors = [door for door in self.public if not task.space and door[2].process is not task.process and
                 (door[0] == "stream" or door[0] == family or (door[0], family) == ("inet", "mapped"))]
        if not doors:
            return
        name, place, listener = self.random.choice(doors)
        if name == "stream":
            made = self.run_script(task, f"socket c stream; connect c {place}; tell c ESTABLISHED")
        else:
            if self.redirected and self.random.random() < 0.7:
                place = self.redirected
            made = self.run_script(task, f"socket c tcp; connect c HOST {place}; tell c ESTABLISHED")
        self.waiting.append(Waiting(listener, made["c"], "ESTABLISHED", False))

    def port(self, task):
        self.ports += 1
        if self.random.random() < 0.2:
            left = self.low_ports if not task.uid and self.low_ports and self.random.random() < 0.5 else self.high_ports
            if left:
                return left.pop(self.random.randrange(len(left)))
        return 2000 + 13 * self.ports

    def port_id(self):
        if self.port_ids and self.random.random() < 0.5:
            return self.port_ids.pop(self.random.randrange(len(self.port_ids)))
        self.ports += 1
        return 2000 + 13 * self.ports

    def comm(self):
        """Longer ones are cut by the kernel."""
        if self.random.random() < 0.5:
            return self.random.choice(ODD_COMMS)
        return boundary_bytes(self.random, boundary_length(self.random, COMM), b"\0")

    def device_name(self):
        """A name that dev_valid_name() accepts."""
        while (name := boundary_bytes(self.random, boundary_length(self.random, IFNAMSIZ - 1), b"\0/: \t\n\v\f\r\xa0%")) in (b".", b"..", b"-"):
            pass
        return name

    def boundary_name(self):
        """A name of a unix socket with a boundary length; with \0 it is
        abstract. Names are never repeated."""
        while True:
            if self.random.random() < 0.5:
                name = b"\0" + boundary_bytes(self.random, self.random.choice((0, 1, SUN_PATH - 2, SUN_PATH - 1)))
            else:
                name = boundary_bytes(self.random, boundary_length(self.random, SUN_PATH), b"\0/.")
            if name not in self.used:
                self.used.add(name)
                return name

    def name(self):
        self.odd += 1
        if self.random.random() < 0.3:
            return self.boundary_name()
        if self.names and self.random.random() < 0.6:
            # one that another namespace or process may have as well would clash only if it is a path
            return self.names.pop(self.random.randrange(len(self.names)))
        return (b"\0" if self.random.random() < 0.5 else b"") + b"n%d" % self.odd

    def run_script(self, task, script):
        """Obeys the script in the model and writes down the commands. Returns the sockets by letter."""
        for macro, meaning in MACROS.items():
            if script.startswith(macro + ";"):
                script = meaning + script[len(macro):]
        process = task.process
        process.names += 1
        suffix, port, known = str(process.names), str(self.port(task)) if " PORT" in script else "", {}
        for command in script.split(";"):
            words = command.split()
            for place in NAMED[words[0]]:
                if place < len(words) and len(words[place]) == 1 and words[place].isalpha():
                    words[place] += suffix
            for place, word in enumerate(words):
                if word in ("ANY", "HOST"):
                    words[place] = {"ANY": {"inet": "0.0.0.0"}, "HOST": {"inet": "127.0.0.1", "mapped": "::ffff:127.0.0.1"}}[word].get(
                        process.family, {"ANY": "::", "HOST": "::1"}[word])
                elif word == "PORT":
                    words[place] = port
                elif word == "PORTID":
                    words[place] = str(self.port_id())
                elif word == "DEV":
                    words[place] = octal(self.dev)
                elif word == "NAME":
                    words[place] = octal(self.name())
            self.step(task, words, known)
        return {name[:1]: socket for name, socket in known.items()}

    def dev_text(self, word):
        """The name of an interface as the view writes it."""
        return "lo" if word == "lo" else escape(self.dev)

    def step(self, task, words, known):
        verb, name = words[0], words[1]
        if verb in ("socket", "pair"):
            kind = words[2] if verb == "socket" else (words + ["stream"])[3]
            for item in (name,) if verb == "socket" else words[1:3]:
                known[item] = Socket(task, kind, words[3] if verb == "socket" and len(words) > 3 else None)
                self.sockets.append(known[item])
                self.hold(task, item, known[item])
            if verb == "pair":
                known[words[1]].peer, known[words[2]].peer = known[words[2]], known[words[1]]
        elif verb == "connect" and words[2] in known:
            known[name].peer = known[words[2]]  # until it is accepted
        elif verb == "accept":
            known[words[2]] = Socket(task, known[name].kind)
            known[words[2]].own_flags = False
            self.sockets.append(known[words[2]])
            self.hold(task, words[2], known[words[2]])
        elif verb == "receive":
            socket = next(socket for item, socket in known.items() if item[0] == "l")
            socket.travels -= 1
            known[words[2]] = socket
            self.hold(task, words[2], socket)
        elif verb in ("close", "reset"):
            self.release(task, name)
        elif verb == "pass":
            known[name].travels += 1
            known[name].carriers.add(known[words[2]].peer)
        elif verb == "bind" and known[name].kind == "packet":
            known[name].dev = self.dev_text(words[2])
        elif verb == "opt" and words[2] == "dev":
            known[name].dev = self.dev_text(words[3])
        elif verb == "opt" and words[2] in FLAGS + ("v6only",):
            known[name].flags.add(words[2])
        elif verb == "tell":
            known[name].item, known[name].state = name, words[2]
            known[name].held = words[3] if len(words) > 3 else "process"
        elif verb in ("queued", "request"):
            self.waiting.append(Waiting(known[name], known[words[2]], words[3] if len(words) > 3 else
                                        "ESTABLISHED" if verb == "queued" else "SYN_RECV", verb == "request"))
            return
        elif verb == "pair-of-time-wait":
            known[name].twice = True
            return
        elif verb == "keeps-port":
            known[name].keeps_port = True
            return
        self.order(task, " ".join(words))
