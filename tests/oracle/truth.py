# SPDX-License-Identifier: GPL-2.0
"""Makes a situation and says what the view of each namespace must be: by the generator's model, and by what the kernel tells otherwise."""
import copy
import fcntl
import os
import re
import subprocess
import time
from socket import if_indextoname

from judge import comm_of, escape, same_tables
from redirect import Redirect
from maker import SS_STATES, Made, children, descriptors, proc_net, run
from scenario import LIBC
from situation import octal

SHOWN = "PROTO PORT STATE LOCAL REMOTE DEV UID INODE COOKIE NETNS HELD PARENT OWNERS".split()


class Difference(AssertionError):
    """What the view says is not what is so."""


class Maker(Made):
    """mksock whose making is not waited for until it is asked about."""

    def __init__(self, process):  # noqa: the parent's constructor waits
        words = ["mksock", "--family", process.family]
        if process.comm:
            words += ["--comm", octal(process.comm)]
        user = {"user": process.uid, "group": process.uid, "extra_groups": []} if process.uid else {}
        self.process = subprocess.Popen(words + ["-c", ";".join(process.commands)], executable="mksock", stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, **user)
        self.pid = self.process.pid
        self.told, self.holds = [], []

    def batch(self, commands):
        """Many at once: no turn of the processor is waited for between them."""
        self.process.stdin.write("".join(command + "\n" for command in commands).encode())
        self.process.stdin.flush()
        for _ in commands:
            self.until("ok")

    def until(self, end):
        while True:
            line = self.process.stdout.readline().decode("ascii").rstrip("\n")
            if line == end:
                return
            if line.startswith("role="):
                self.told.append(dict(word.split("=", 1) for word in line.split(" ")))
            elif line.startswith("holds="):
                self.holds.append(dict(word.split("=", 1) for word in line.split(" ")))
            elif not line or line.startswith("error"):
                raise AssertionError("mksock: " + (line or "it ended"))


class Expected(dict):
    """Columns of a row by name; where several values are right, a set of them. what: for a message."""

    def __init__(self, what, owners, **columns):
        super().__init__(columns)
        self.what, self.owners, self.flags = what, owners, None
        self.tabled = True  # some table of the kernel has it: it is known without a descriptor
        self.queue_only = False  # nothing but a unix socket's queue tells of it
        self.keepers = ()  # ... and these hold the socket that has the queue, or the one in whose queue that is


def living(pid):
    """The threads that live, in the kernel's order: the first one's table counts as the process'."""
    tids = []
    for tid in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{tid}/stat", encoding="ascii", errors="replace") as file:
            if file.read().rsplit(")", 1)[1].split()[0] not in "ZX":
                tids.append(int(tid))
    return tids


def wait_for_end(tid):
    """Who has said that he leaves is not gone yet; which thread is the first depends on it."""
    end = time.monotonic() + 30
    while tid in living(tid):
        if time.monotonic() > end:
            raise AssertionError(f"thread {tid} does not end")
        time.sleep(0.01)


def carriers_of(socket):
    """The sockets in whose queues it is, and those in whose queues they are."""
    found, new = set(), {socket}
    while new:
        new = {carrier for one in new for carrier in one.carriers} - found
        found |= new
    return found


def copy_of_fd(pid, number):
    """A descriptor of a process, by pidfd_getfd()."""
    process = os.pidfd_open(pid)
    try:
        return LIBC.syscall(438, process, number, 0)
    finally:
        os.close(process)


def namespace_of(pid, number):
    """The network namespace of a socket that a process holds, by SIOCGSKNS."""
    copy_of = copy_of_fd(pid, number)
    try:
        return fcntl.ioctl(copy_of, 0x894C)
    finally:
        os.close(copy_of)


class Truth:
    """A situation that was made."""

    def __init__(self, situation):
        self.situation = situation
        self.makers = {}
        self.netns = {0: os.stat("/proc/self/ns/net").st_ino}
        self.files = {0: os.open("/proc/self/ns/net", os.O_RDONLY)}
        for process in situation.processes:
            self.makers[process] = Maker(process)
            if not process.number:
                self.makers[process].until("ready")  # the others connect to it
                self.redirect()
        for process in situation.processes[1:]:
            self.makers[process].until("ready")
        self.threads, self.names, self.comms, self.firsts = {}, {}, {}, {}
        for process, maker in self.makers.items():
            for command in process.later:
                maker.do(command)  # one by one: after "leave" it is another thread that obeys
            if "leave" in process.later:
                wait_for_end(maker.pid)
        self.pids = sorted({int(line["pid"]) for maker in self.makers.values() for line in maker.holds} |
                           {maker.pid for maker in self.makers.values()})
        self.learn_holders()
        self.expected = self.expect()

    def redirect(self):
        """Connections to another port go to the public TCP listener, if there is one."""
        process = self.situation.processes[0]
        doors = [door for door in self.situation.public if door[0] != "stream"]
        if not doors or not self.situation.redirected:
            return
        maker = self.makers[process]
        line = next(line for line in maker.told if line["port"] == str(doors[0][1]))
        fd = copy_of_fd(int(line["pid"]), int(line["fd"]))
        self.redirection = Redirect([self.situation.redirected], fd)  # until the process of the seed ends
        os.close(fd)

    def learn_holders(self):
        self.held_by, self.space_of = {}, {}
        for process, maker in self.makers.items():
            told = {(line["maker"], line["holds"]): line for line in maker.holds}
            model = {(task.name, item): socket for task in process.tasks for item, socket in task.items.items()}
            if told.keys() != model.keys():
                raise AssertionError(f"the model is wrong: {sorted(told.keys() ^ model.keys())}")
            for key, socket in model.items():
                self.held_by.setdefault(socket, []).append(told[key])
            for line in maker.holds:
                task = next(task for task in process.tasks if task.name == line["maker"])
                if task.space and task.space not in self.netns:
                    path = f"/proc/{line['tid']}/ns/net"
                    self.netns[task.space], self.files[task.space] = os.stat(path).st_ino, os.open(path, os.O_RDONLY)
        for socket, lines in self.held_by.items():
            if socket.space not in self.netns:  # the task has gone on to another one: nothing but its sockets keeps it
                self.files[socket.space] = namespace_of(int(lines[0]["pid"]), int(lines[0]["fd"]))
                self.netns[socket.space] = os.fstat(self.files[socket.space]).st_ino

    def owner(self, line):
        pid, tid, fd = int(line["pid"]), int(line["tid"]), int(line["fd"])
        if same_tables(self.threads_of(pid)[0], tid):
            pid = self.first_of(pid)
            tid = self.threads_of(pid)[0]
        # several threads may share a table: the first of them gives it its name
        if (pid, tid) not in self.names:
            self.names[pid, tid] = next(other for other in self.threads_of(pid) if same_tables(other, tid))
        tid = self.names[pid, tid]
        own = tid != self.threads[pid][0]
        speaker = f"{pid}/task/{tid}" if own else pid  # as ss and ps: the leader's name, even if it is gone
        if speaker not in self.comms:
            self.comms[speaker] = comm_of(speaker)
        return pid, tid if own else pid, fd, self.comms[speaker]

    def threads_of(self, pid):
        if pid not in self.threads:
            self.threads[pid] = living(pid)
        return self.threads[pid]

    def first_of(self, pid):
        """Of the processes that share a table the first one is its owner; where numbers begin anew that may be a child."""
        if pid not in self.firsts:
            self.firsts[pid] = min([pid] + [child for child in children(pid) if same_tables(self.threads_of(pid)[0], child)])
        return self.firsts[pid]

    def expect(self):
        rows, self.told = [], {}
        for socket in self.situation.sockets:
            if socket.item:
                line = next(line for line in reversed(self.makers[socket.process].told) if line["role"] == socket.item)
                self.told[socket] = line
                rows.append((socket.space, self.row(socket, line)))
                if socket.kind == "mptcp":
                    rows.append((socket.space, self.subflow(socket, line)))
                if socket.twice:
                    rows.append((socket.space, self.time_wait(socket, line)))
        for waiting in self.situation.waiting:
            rows.append((waiting.listener.space, self.waiting_row(waiting)))
        by_space = {space: [] for space in self.netns}
        for space, row in rows:
            by_space[space].append(row)
        return by_space

    def what(self, socket, line):
        return f"{socket.kind} {line['role']} of process {socket.process.number} ({line['maker']})"

    def row(self, socket, line):
        owners = sorted(self.owner(holder) for holder in self.held_by.get(socket, ()))
        held = "process" if owners else socket.held
        alive = held in ("process", "inflight")
        port, local, remote = self.places(socket, line)
        if not owners and held == "process":
            raise AssertionError(f"the model is wrong: nobody holds {line}")
        # AF_ALG is no family that anybody speaks of; a datagram socket that somebody connected to is what ss says
        state = {"-", "UNCONN"} if socket.kind == "alg" else {"UNCONN", "ESTABLISHED"} if socket.state == "EITHER" else socket.state
        row = Expected(self.what(socket, line), owners, PROTO=socket.proto, PORT=port, STATE=state, LOCAL=local, REMOTE=remote,
                       DEV=socket.dev, UID=str(socket.uid) if alive else {"0", str(socket.uid)}, INODE=line["inode"] if alive else "0",
                       COOKIE=line["cookie"], NETNS=str(self.netns[socket.space]), HELD=held, PARENT="-")
        if socket.own_flags and socket.state in ("LISTEN", "BOUND", "UNBOUND", "UNCONN") and socket.kind in ("tcp", "udp"):
            row.flags = socket.flags
        portless = socket.kind in ("tcp", "udp", "udplite", "ping") and port == "-"
        row.tabled = not portless and socket.kind not in ("netlink", "alg")
        if held == "inflight" and not row.tabled:
            row.queue_only = True
            row.keepers = [self.owner(holder) for carrier in carriers_of(socket) for holder in self.held_by.get(carrier, ())]
        return row

    def places(self, socket, line):
        port, local, remote, state = line["port"], line["local"], line["remote"], socket.state
        if socket.kind in ("netlink", "packet"):
            return "-", None, "-"
        if socket.kind == "alg":
            return "-", "-", "-"
        if socket.proto == "unix":
            return "-", local, remote
        remote = "*:*" if remote == "-" else remote
        if state == "UNBOUND":
            return "-", "*:*", "*:*"
        if state == "CLOSE":
            return port if socket.keeps_port else "-", local, {"*:*", remote}
        return "-" if socket.kind == "raw" else port, local, remote

    def time_wait(self, socket, line):
        port, _, _ = self.places(socket, line)
        del port
        return Expected("TIME_WAIT of " + self.what(socket, line), [], PROTO="tcp", PORT=line["port"], STATE="TIME_WAIT", LOCAL=line["local"],
                        REMOTE=line["remote"], DEV="-", UID="0", INODE="0", COOKIE=line["cookie"], NETNS=str(self.netns[socket.space]),
                        HELD="timewait", PARENT="-")

    def subflow(self, socket, line):
        """The part of an MPTCP socket that /proc/net/tcp and ss have: the kernel's, and it leads to the whole."""
        port, local, remote = self.places(socket, line)
        return Expected("subflow of " + self.what(socket, line), [], PROTO="tcp", PORT=port, STATE=socket.state, LOCAL=local, REMOTE=remote,
                        DEV=socket.dev, UID=None, INODE=line["inode"], COOKIE=None, NETNS=str(self.netns[socket.space]), HELD="kernel",
                        PARENT=line["cookie"])

    def waiting_row(self, waiting):
        listener, client = self.told[waiting.listener], self.told[waiting.client]
        if waiting.listener.proto == "unix":
            local, remote, port = listener["local"], client["local"], "-"
        else:
            local, remote = client["remote"], client["local"]
            if waiting.listener.process.family == "inet":
                local, remote = (re.sub(r"^\[::ffff:([\d.]+)\]", r"\1", place) for place in (local, remote))
            port = local.rsplit(":", 1)[1]
        held = "synrecv" if waiting.request else "acceptq"
        return Expected(f"{held} of {self.what(waiting.listener, listener)}", [], PROTO=waiting.listener.proto, PORT=port, STATE=waiting.state,
                        LOCAL=local, REMOTE=remote, DEV=waiting.listener.dev, UID="0", INODE="0", COOKIE=None,
                        NETNS=str(self.netns[waiting.listener.space]), HELD=held, PARENT=listener["cookie"])

    def close(self):
        for maker in self.makers.values():
            maker.process.kill()


def visible(rows, may_read):
    """The same for a viewer who may not look into everybody."""
    seen = []
    for row in rows:
        owners = [owner for owner in row.owners if may_read(owner)]
        if row.owners == owners:
            if not row.queue_only or any(map(may_read, row.keepers)):
                seen.append(row)
            continue
        less = Expected(row.what, owners, **row)
        less.tabled, less.flags = row.tabled, row.flags if owners else None
        less["HELD"] = "process" if owners else "hidden"
        if owners or less.tabled:
            seen.append(less)
    return seen


class Witness:
    """What /proc and ss say at one moment, in the namespace of the caller."""

    def __init__(self, pids, with_ss=True):
        self.net = {proto: net_rows(proto) for proto in ("tcp", "udp", "raw")}
        self.netlink, self.packet, self.unix = netlink_places(), packet_places(), unix_inodes()
        self.ss = ss_rows() if with_ss else {}
        self.owners = {}
        for pid in pids:
            for tid in os.listdir(f"/proc/{pid}/task"):
                for fd, inode in descriptors(f"/proc/{pid}/task/{tid}/fd"):
                    self.owners.setdefault(inode, set()).add((pid, fd))

    def held_in(self, other):
        """This one without the inodes that no descriptor refers to both times, where a socket stands in its table from its making on:
        one whose socket() or close() was stopped on its way is nobody's. What is at a port has a row even so."""
        held = set(self.owners) & set(other.owners) | {0}
        less = copy.copy(self)
        less.net = {**self.net, "raw": {row for row in self.net["raw"] if row[3] in held}}
        less.unix = self.unix & held
        less.netlink, less.packet = ({inode: place for inode, place in table.items() if int(inode) in held} for table in (self.netlink, self.packet))
        return less


def net_rows(proto):
    """(LOCAL, REMOTE, STATE, inode) of a protocol's sockets over IPv4 and IPv6."""
    return {(local, "*:*" if remote in ("0.0.0.0:0", "[::]:0") else remote, state if proto == "tcp" else "", inode)
            for table in (proto, proto + "6") for local, remote, state, inode in proc_net(table)}


def ss_rows():
    """ss's rows by cookie; where it shows none, unix sockets by inode and netlink's by place. Names may be any bytes."""
    rows = {}
    for line in run("ss", "-Hnoea").stdout.split(b"\n"):
        words = [word.decode("ascii", "replace") for word in line.split()]
        cookie, unix = re.search(rb"\bsk:([0-9a-f]+)", line), re.search(rb"(\d+) +\* \d+ +(?:<->|-->|<--|---)", line)
        if unix and words[0].startswith("u_"):
            key, inode = "inode " + unix[1].decode(), unix[1].decode()
        elif words and words[0] == "nl" and not words[4].endswith(":0"):  # those are the kernel's own
            protocol, _, portid = words[4].partition(":")
            # ss shows it with a sign, and the greatest as *
            number = -1 if portid == "*" else int(portid)
            key, inode = f"netlink {protocol}:{number % (1 << 32)}", None
        elif cookie:
            inode = re.search(rb"\bino:(\d+)", line)
            key, inode = cookie[1].decode(), inode[1].decode() if inode else "0"
        else:
            continue
        if key != "inode 0":
            rows[key] = {"state": SS_STATES.get(words[1], words[1].replace("-", "_")), "rxq": words[2], "txq": words[3], "inode": inode}
    return rows


def unix_inodes():
    with open("/proc/net/unix", encoding="utf-8", errors="replace") as lines:
        return {int(words[6]) for words in (line.split() for line in lines) if len(words) > 6 and words[6].isdigit()} - {0}


def netlink_places():
    """inode -> PROTOCOL:portid"""
    with open("/proc/net/netlink", encoding="ascii") as lines:
        rows = [line.split() for line in lines][1:]
    return {row[9]: f"{row[1]}:{row[2]}" for row in rows if row[2] != "0"}


def packet_places():
    """inode -> ETHERTYPE:ifname"""
    with open("/proc/net/packet", encoding="ascii") as lines:
        rows = [line.split() for line in lines][1:]
    return {row[8]: f"{row[3]}:{'*' if row[4] == '0' else escape(os.fsencode(if_indextoname(int(row[4]))))}" for row in rows}
