# SPDX-License-Identifier: GPL-2.0
"""poll(): changes are reported, nothing else is, and no probe is registered unless a file is polled."""
import functools
import glob
import os
import random
import resource
import select
import signal
import socket
import struct
import subprocess
import time

import view
from scenario import Skip, equal, own_netns, scenario, slowed, true, variants, wait_until
from t_fault import ALLOWED, FAIL_NTH, Fault, arm_all
from t_module import insert, remove

SOON = 1.5   # announced by then; a lab without KVM may be late
QUIET = 1.3  # UDP would have been looked at twice, a state three times
IDLE = 2.5   # a file without a sleeper is idle this long after its last poll()
PORT = 8080
KEY_ENABLED = 8  # struct tracepoint: a name, then the static key, which begins with how often it is enabled


class Watch:
    """An open view that is polled."""

    def __init__(self, line="", read=True):
        self.fd = os.open(view.PATH, os.O_RDWR | os.O_CLOEXEC)
        self.poll = select.poll()
        self.poll.register(self.fd, select.POLLPRI)
        if line:
            os.write(self.fd, line.encode())
        if read:
            self.read()

    def read(self):
        os.lseek(self.fd, 0, os.SEEK_SET)
        return view.View(view.read_all(self.fd))

    def changed(self, seconds=SOON):
        events = self.poll.poll(seconds * 1000)
        true(f"nothing but POLLPRI: {events}", events in ([], [(self.fd, select.POLLPRI)]))
        return bool(events)

    def settled(self):
        """Reads until that is what there is: what was begun before may be announced once more."""
        rows = self.read().rows
        while self.changed(0.7):
            rows = self.read().rows
        return rows

    def close(self):
        os.close(self.fd)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def settle_all(watches):
    for _ in range(3):
        for watch in watches:
            watch.read()
            watch.changed(0)
        time.sleep(0.7)
    for watch in watches:
        equal("changed though nothing did", watch.changed(0), False)


def tcp(port=0, host="127.0.0.1", backlog=None):
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if port:
        sock.bind((host, port))
    if backlog is not None:
        sock.listen(backlog)
    return sock


def udp(port, kind=socket.SOCK_DGRAM, protocol=0):
    sock = socket.socket(socket.AF_INET, kind, protocol)
    sock.bind(("127.0.0.1", port))
    return sock


def client(port, source=0):
    sock = tcp(source)
    sock.connect(("127.0.0.1", port))
    return sock


class Elsewhere:
    """A process in a network namespace of its own that does what it is told."""

    def __init__(self):
        self.ours, theirs = socket.socketpair()
        self.pid = os.fork()
        if not self.pid:
            self.ours.close()
            own_netns()
            theirs.send(b"done")
            kept = []
            while word := theirs.recv(64).decode():
                if word == "close":
                    for sock in kept:
                        sock.close()
                    kept.clear()
                else:
                    kept.append(eval(word))  # ours: "tcp(8080, backlog=1)"
                theirs.send(b"done")
            os._exit(0)
        theirs.close()
        equal("what it did", self.ours.recv(64), b"done")

    def do(self, word):
        self.ours.send(word.encode())
        equal("what it did", self.ours.recv(64), b"done")

    def end(self):
        self.ours.close()
        os.waitpid(self.pid, 0)


def narrow_range(first, last):
    with open("/proc/sys/net/ipv4/ip_local_port_range", "w", encoding="ascii") as file:
        file.write(f"{first} {last}")


# Each returns what to do, the state that a row at PORT has then (None: no row), and what must stay open.

def do_listen():
    door = tcp(PORT)
    return lambda: door.listen(1), "LISTEN", door


def do_listen_unbound():
    narrow_range(PORT, PORT + 1)
    door = tcp()
    return lambda: door.listen(1), "LISTEN", door


def do_connection_arrives():
    door = tcp(PORT, backlog=1)
    return lambda: client(PORT), "ESTABLISHED", door


def do_connect():
    door, mine = tcp(9000, backlog=1), tcp(PORT)
    return lambda: mine.connect(("127.0.0.1", 9000)), "ESTABLISHED", (door, mine)


def do_connect_hangs():
    narrow_range(PORT, PORT + 3)
    door = tcp(9000, backlog=0)
    first = client(9000, 9001)
    mine = socket.socket()
    mine.setblocking(False)
    return lambda: mine.connect_ex(("127.0.0.1", 9000)), "SYN_SENT", (door, first, mine)


def established():
    door = tcp(PORT, backlog=1)
    mine = client(PORT, 9001)
    theirs, _ = door.accept()
    door.close()
    return mine, theirs


def do_peer_closes():
    mine, theirs = established()
    return mine.close, "CLOSE_WAIT", (mine, theirs)


def do_shutdown():
    mine, theirs = established()
    return lambda: theirs.shutdown(socket.SHUT_WR), "FIN_WAIT2", (mine, theirs)


def do_close():
    mine, theirs = established()
    return theirs.close, "FIN_WAIT2", (mine, theirs)


def do_reset():
    mine, theirs = established()
    mine.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return mine.close, None, (mine, theirs)


def do_listener_closes():
    door = tcp(PORT, backlog=1)
    return door.close, None, door


CHANGES = {name[3:].replace("_", "-"): function for name, function in list(globals().items()) if name.startswith("do_")}


@variants("poll/tcp", CHANGES, seconds=40, waits=True)
def tcp_change(name):
    for line in (f"proto=tcp port={PORT}-{PORT + 3}", f"proto=tcp port={PORT}-{PORT + 1000}", "proto=tcp", ""):
        act, state, kept = CHANGES[name]()
        with Watch(line) as watch:
            if watch.changed(0.2):  # what was made a moment ago
                watch.settled()
            equal("changed before", watch.changed(QUIET if line else 0.3), False)
            got = act()
            begun = time.monotonic()
            true(f"{name} is announced with {line!r}", watch.changed())
            took = time.monotonic() - begun
            true(f"at once, not after {took:.3f} s", took < 0.4)
            states = {row["STATE"] for row in watch.settled() if PORT <= int(row["PORT"].replace("-", "0")) < PORT + 4}
            true(f"{states} has {state}", state in states if state else not states & {"LISTEN", "BOUND", "ESTABLISHED"})
        for sock in (kept if isinstance(kept, tuple) else (kept,)) + ((got,) if isinstance(got, socket.socket) else ()):
            sock.close()
        own_netns()  # no TIME_WAIT in the way of the next


@scenario("poll/tcp-quiet", seconds=40)
def tcp_quiet():
    """What the filter does not name wakes nobody."""
    door = tcp(PORT, backlog=5)
    with Watch(f"proto=tcp port={PORT}") as watch, Watch(f"proto=tcp port={PORT},1-1000") as many, \
            Watch("proto=udp") as only_udp, Watch("proto=unix") as only_unix:
        watch.settled()
        many.settled()
        other = tcp(PORT + 1, backlog=5)
        for _ in range(20):  # clients whose ports are chosen while they connect
            end = client(PORT + 1)
            other.accept()[0].close()
            end.close()
        tcp(PORT + 2).close()
        tcp().close()
        with tcp(PORT, "127.0.0.2"):  # what the kernel does not tell of
            equal("changed by bind()", watch.changed(0.3), False)
        equal("changed by other ports", (watch.changed(QUIET), many.changed(0.1)), (False, False))
        elsewhere = Elsewhere()
        elsewhere.do(f"tcp({PORT}, backlog=1)")
        elsewhere.do(f"client({PORT})")
        elsewhere.do("close")
        equal("changed by another namespace", watch.changed(QUIET), False)
        client(PORT).close()
        true("but by its own", watch.changed())
        equal("UDP, unix", (only_udp.changed(QUIET), only_unix.changed(0.1)), (False, False))
        elsewhere.end()
    door.close()


@scenario("poll/netns", seconds=60)
def other_namespace():
    elsewhere, ours = Elsewhere(), tcp(PORT + 1)
    pid_netns = os.stat(f"/proc/{elsewhere.pid}/ns/net").st_ino
    with Watch(f"netns=all port={PORT}") as everywhere, Watch(f"netns={pid_netns} port={PORT}") as there, Watch(f"port={PORT}") as here:
        for act in (f"tcp({PORT}, backlog=1)", "close", f"udp({PORT})", "close"):
            for watch in (everywhere, there, here):
                watch.settled()
            elsewhere.do(act)
            equal(f"who is told of {act}", (everywhere.changed(), there.changed(), here.changed(QUIET)), (True, True, False))
        ours.listen(1)
        equal("told of another port", [watch.changed(0.2) for watch in (everywhere, there, here)][2], False)
    elsewhere.end()


@variants("poll/udp", ("udp", "udplite"), seconds=60, waits=True)
def udp_changes(proto):
    options = (socket.SOCK_DGRAM, 136) if proto == "udplite" else (socket.SOCK_DGRAM, 0)
    try:
        udp(9, *options).close()
    except OSError:
        raise Skip("no " + proto)
    other = udp(7000, *options)
    for line in (f"port={PORT}", f"proto={proto}", f"proto={proto} port={PORT}-{PORT + 999}"):
        with Watch(line) as watch:
            sock = None

            def announced(what, act):
                watch.settled()
                got = act()
                true(f"{what} is announced with {line!r}", watch.changed())
                return got

            sock = announced("bind", lambda: udp(PORT, *options))
            sock = announced("a restart", lambda: sock.close() or udp(PORT, *options))
            announced("close", sock.close)
            if "port" in line:
                watch.settled()
                sock = udp(PORT + 1024, *options)  # the same slot
                other.close()
                other = udp(7000, *options)
                elsewhere = Elsewhere()
                elsewhere.do(f"udp({PORT})")
                equal(f"changed by what {line!r} does not name", watch.changed(QUIET), False)
                sock.close()
                elsewhere.end()


@scenario("poll/before-read")
def before_read():
    with Watch("", read=False) as watch:
        equal("changed while nothing was read", (watch.changed(0), watch.changed(0)), (True, True))
        watch.read()
        watch.settled()
        equal("changed after reading", watch.changed(QUIET), False)
        os.write(watch.fd, b"port=80\n")
        equal("changed by a new filter", watch.changed(0), True)
        watch.read()
        equal("changed after reading again", watch.changed(QUIET), False)
        with tcp(80, backlog=1):
            true("the new filter counts", watch.changed())


@scenario("poll/filter-while-polled")
def filter_while_polled():
    """Who waits is woken by another one's new filter, which leaves no snapshot."""
    with Watch("port=81") as watch:
        pid = os.fork()
        if not pid:
            os._exit(0 if watch.changed(5) else 1)
        time.sleep(0.5)
        os.write(watch.fd, b"port=82\n")
        equal("the other one's exit", os.waitpid(pid, 0)[1], 0)


@variants("poll/since-read", ("proto=tcp", "port=8080-8090", "", "state=LISTEN", "held=process", "uid=0", "pid", "netns=all", "owners=no"))
def since_read(line):
    """What happens between reading and the first poll() is told by the snapshot alone."""
    if line == "pid":
        line = f"pid={os.getpid()}"
    kept = [tcp(PORT + 1), tcp(PORT + 2, backlog=2), udp(PORT + 3), client(PORT + 2), tcp()]
    with Watch(line) as watch:
        equal("changed", watch.changed(QUIET), False)
    acts = [lambda: tcp(PORT, backlog=1), lambda: kept[0].listen(1), kept[1].close, kept[0].close]
    if "tcp" not in line:
        acts += [lambda: udp(PORT), kept[2].close]
    for number, act in enumerate(acts):
        with Watch(line) as watch:
            time.sleep(0.1)
            kept.append(act())
            true(f"change {number} is seen by the first poll()", watch.changed(0))


@scenario("poll/several", seconds=60, waits=True)
def several():
    """Each of many pollers hears of its own."""
    ports = range(PORT, PORT + 10)
    watches = [Watch(f"port={port}") for port in ports] + [Watch("")]
    kept = []
    settle_all(watches)
    for number in (3, 7, 3):
        kept.append(tcp(ports[number], backlog=1) if number not in [3] or not kept else kept[0].close())
        time.sleep(0.2)
        equal("who is told", [at for at, watch in enumerate(watches) if watch.changed(0)], [number, 10])
        settle_all(watches)
    for watch in watches:
        watch.close()


@scenario("poll/fork")
def fork_shares():
    with Watch(f"port={PORT}") as watch:
        watch.settled()
        pids = []
        for _ in range(3):
            pids.append(os.fork())
            if not pids[-1]:
                os._exit(0 if watch.changed(5) else 1)
        time.sleep(0.3)
        with tcp(PORT, backlog=1):
            equal("each one's exit", [os.waitpid(pid, 0)[1] for pid in pids], [0] * 3)


@variants("poll/epoll", ("level", "edge"), seconds=40, waits=True)
def in_epoll(how):
    epoll = select.epoll()
    watch, idle = Watch(f"port={PORT}"), Watch("proto=tcp port=1")
    for one in (watch, idle):
        one.settled()
        epoll.register(one.fd, select.EPOLLPRI | (select.EPOLLET if how == "edge" else 0))
    equal("events", epoll.poll(QUIET), [])
    with tcp(PORT, backlog=1):
        equal("events of listen", epoll.poll(SOON), [(watch.fd, select.EPOLLPRI)])
        equal("events once more", epoll.poll(0.2), [] if how == "edge" else [(watch.fd, select.EPOLLPRI)])
        watch.settled()
        equal("events after reading", epoll.poll(QUIET), [])
    equal("events of close", epoll.poll(SOON), [(watch.fd, select.EPOLLPRI)])
    watch.settled()
    sock = udp(PORT)
    equal("events of UDP", epoll.poll(SOON), [(watch.fd, select.EPOLLPRI)])
    watch.close()  # closed while it is polled
    sock.close()
    equal("events of a closed file", epoll.poll(QUIET), [])
    epoll.close()
    idle.close()


@scenario("poll/none-lost", seconds=120)
def none_lost():
    """The last word about a port is always heard of, whenever it comes while others are being read."""
    random.seed(4)
    ours, theirs = socket.socketpair()
    if not os.fork():
        door = None
        while theirs.recv(1):
            door = door.close() if door else tcp(PORT, backlog=1)
        os._exit(0)
    theirs.close()
    for line in (f"port={PORT}", "proto=tcp"):
        with Watch(line) as watch:
            for turn in range(80):
                if random.random() < 0.5:
                    watch.settled() if random.random() < 0.1 else watch.changed(random.choice((0, 0.01, 0.05)))
                ours.send(b"x")
                open_now = turn % 2 == 0
                deadline = time.monotonic() + 2
                while bool(watch.read().find(PORT=PORT, STATE="LISTEN")) != open_now:
                    left = deadline - time.monotonic()
                    true(f"turn {turn} of {line}: heard of within 2 s", left > 0 and watch.changed(left))


@scenario("poll/churn", seconds=60)
def churn():
    """A thousand connections a second at other ports wake nobody; those at the watched one do."""
    busy = subprocess.Popen(["mksock", "-c", "churn 0 500"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    with Watch(f"proto=tcp port={PORT}") as watch, Watch("proto=tcp") as everything:
        time.sleep(0.5)
        watch.read()
        true("who watches everything is woken", everything.changed())
        before = switches()
        equal("changed by others", watch.changed(3), False)
        true(f"woken {switches() - before} times in 3 s", switches() - before < 250)
        with tcp(PORT, backlog=1):
            true("and by its own", watch.changed())
    busy.kill()
    busy.wait()


def switches():
    with open("/proc/self/status", encoding="ascii") as status:
        return int(next(line for line in status if line.startswith("voluntary")).split()[1])


@scenario("poll/no-work-in-vain")
def no_work_in_vain():
    with Watch("proto=tcp") as watch, Watch(f"proto=udp port={PORT}") as datagrams:
        watch.settled()
        before = switches()
        equal("changed", watch.changed(3), False)
        true(f"woken {switches() - before} times for nothing in 3 s", switches() - before <= 2)
        datagrams.settled()
        before = switches()
        equal("changed", datagrams.changed(3), False)
        true(f"UDP: woken {switches() - before} times in 3 s", 3 <= switches() - before <= 9)


@variants("poll/idle", (f"proto=tcp port={PORT}", f"port={PORT}-{PORT + 300}", "proto=tcp"), seconds=60, waits=True)
def idle(line):
    """A file that is polled without waiting, and rarely, is right at each poll(): the module has stopped watching it in between."""
    door, kept = tcp(7000, backlog=20), []

    def rest():
        time.sleep(IDLE)
        kept.append(client(7000))  # the first event since then: nothing waits for it
        time.sleep(1)  # the module's work for it, on a busy host too

    with Watch(line) as watch:
        watch.settled()
        for _ in range(2):
            rest()
            equal("changed by another port", watch.changed(0), "port" not in line)
            watch.read()
        rest()
        elsewhere = tcp(PORT, backlog=1)
        true("a listener opened while nothing waited", watch.changed(0))
        true("and it stays reported", watch.changed(0))
        equal("listeners", len(watch.read().find(PORT=PORT, STATE="LISTEN")), 1)
        watch.settled()
        rest()
        elsewhere.close()
        true("a listener closed while nothing waited", watch.changed(0))
        watch.settled()
        rest()
        if "port" in line:  # waiting again after the rest
            pid = os.fork()
            if not pid:
                os._exit(0 if watch.changed(5) else 1)
            time.sleep(1)
            elsewhere = tcp(PORT, backlog=1)
            equal("the exit of a poller that waits again", os.waitpid(pid, 0)[1], 0)
        rest()
        watch.read()  # by which nothing is armed: the last poll() is long ago
        elsewhere = tcp(PORT, backlog=1) if elsewhere.fileno() < 0 else elsewhere.close()
        true("a change after a read long after the last poll()", watch.changed(0))
    door.close()


@scenario("poll/idle-reader-wakes-poller", seconds=40)
def idle_reader():
    """A read of a file in which another process has slept in poll() for long keeps that process informed."""
    with Watch(f"proto=tcp port={PORT}") as watch:
        watch.settled()
        pid = os.fork()
        if not pid:
            os._exit(0 if watch.changed(20) else 1)
        time.sleep(IDLE)
        watch.read()
        time.sleep(IDLE)
        with tcp(PORT, backlog=1):
            equal("the exit of the poller", os.waitpid(pid, 0)[1], 0)


@variants("poll/close", ("close", "SIGKILL"), seconds=120)
def close_many(how):
    """2,000 polled files are closed within a second: no grace period for each."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if not pid:
        watches = [Watch("proto=tcp port=1") for _ in range(2000)]
        for watch in watches:
            watch.changed(0)
        theirs.send(b"ready")
        ours.close()
        theirs.recv(1)
        for watch in watches:
            watch.close()
        os._exit(0)
    theirs.close()
    equal("the child", ours.recv(5), b"ready")
    begun = time.monotonic()
    if how == "close":
        ours.close()
    else:
        os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    took = time.monotonic() - begun
    true(f"2000 files closed in {took:.2f} s", took < slowed(1))


@scenario("poll/namespaces-come-and-go", seconds=120)
def namespaces():
    """Network namespaces are watched one after the other and beside each other; an inode number is used again."""
    with Watch(f"netns=all proto=tcp port={PORT}") as everywhere:
        everywhere.settled()
        for turn in range(3):
            pids = []
            for _ in range(4):
                pids.append(os.fork())
                if pids[-1]:
                    continue
                for _ in range(5):
                    own_netns()
                    with Watch(f"proto=tcp port={PORT}") as watch:
                        equal("changed", watch.changed(0.1), False)
                        with tcp(PORT, backlog=1):
                            true("a listener is reported", watch.changed(slowed(SOON)))
                            watch.read()
                            watch.changed(0)
                os._exit(0)
            equal("each one's exit", [os.waitpid(pid, 0)[1] for pid in pids], [0] * 4)
            true("reported to a file that watches all namespaces", everywhere.changed(slowed(SOON)))
            everywhere.settled()
            if turn == 1:
                time.sleep(2.5)  # until the module has freed what nothing uses


@scenario("poll/contended", seconds=60)
def contended():
    """Many pollers of one file beside connections: each change contends for the file's wait queue (fatal on PREEMPT_RT once)."""
    with Watch("proto=tcp") as watch:
        pids = []
        end = time.monotonic() + 5
        for number in range(8):
            pids.append(os.fork())
            if pids[-1]:
                continue
            door = tcp(7000 + number, backlog=5)
            while time.monotonic() < end:
                if number < 6:
                    watch.poll.poll(1)
                else:
                    mine = client(7000 + number)
                    mine.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    theirs, _ = door.accept()
                    mine.close()
                    theirs.close()
            os._exit(0)
        reads = 0
        while time.monotonic() < end:
            if watch.changed(0.1):
                watch.read()
                reads += 1
        equal("each one's exit", [os.waitpid(pid, 0)[1] for pid in pids], [0] * 8)
        true(f"{reads} reads", reads > 2)


@scenario("poll/no-memory", seconds=120)
def no_memory():
    """Where an allocation of poll() fails, it reports a change or keeps watching: a listener is never missed."""
    arm_all()
    nth = os.open(FAIL_NTH, os.O_RDWR)
    came = 0
    for number in range(1, 15):
        own_netns()  # watched for the first time
        with Watch(f"proto=tcp port={PORT}") as watch:
            with Fault(nth, number) as fault:
                try:
                    watch.poll.poll(0)
                except OSError as error:
                    true(f"error of fault {number}: {error}", error.errno in ALLOWED)
            came += not fault.left
            watch.settled()
            with tcp(PORT, backlog=1):
                true(f"reported after fault {number}", watch.changed(slowed(SOON)))
                watch.settled()
            true(f"the end, too, after fault {number}", watch.changed(slowed(SOON)))
    os.close(nth)
    true(f"{came} faults came", came > 3)


@variants("poll/visits", ("poll", "epoll"), seconds=60, waits=True)
def visits(how):
    """Hundreds of batches of events that do not match neither wake a poller often nor end its watching."""
    epoll = select.epoll()
    with Watch("proto=tcp port=1-300") as watch:
        watch.settled()
        epoll.register(watch.fd, select.EPOLLPRI)
        equal("events", epoll.poll(0.1), [])
        pid = os.fork()
        if not pid:
            door = tcp(PORT, backlog=5)
            end = time.monotonic() + 8
            while time.monotonic() < end:
                mine = client(PORT, 9001)  # no port is chosen: only ports that do not match
                theirs, _ = door.accept()
                mine.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                mine.close()
                theirs.close()
            os._exit(0)
        before = switches()
        equal("changed by other ports", watch.changed(9) if how == "poll" else (time.sleep(9), False)[1], False)
        true(f"woken {switches() - before} times in 9 s", switches() - before <= 10)
        equal("the child's exit", os.waitpid(pid, 0)[1], 0)
        with tcp(1, backlog=1):
            if how == "poll":
                true("a listener is reported", watch.changed())
            else:
                equal("events of a listener", epoll.poll(SOON), [(watch.fd, select.EPOLLPRI)])


@scenario("poll/killed")
def killed():
    pids = []
    for number in range(20):
        pids.append(os.fork())
        if not pids[-1]:
            with Watch(f"port={PORT}" if number % 2 else "") as watch:
                while True:
                    watch.changed(60)
                    watch.read()
    for _ in range(10):
        client_of = tcp(PORT, backlog=1)
        client(PORT).close()
        client_of.close()
    time.sleep(0.5)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    with Watch(f"port={PORT}") as watch:
        watch.settled()


@functools.lru_cache
def tracepoint():
    with open("/proc/kallsyms", encoding="ascii") as symbols:
        return next((int(line.split()[0], 16) for line in symbols if line.endswith(" __tracepoint_inet_sock_set_state\n")), 0)


def others():
    """Who else listens to the tracepoint: see steady= in tests/lab/vm."""
    count = 0
    for name in glob.glob("/sys/kernel/debug/tracing/instances/*/events/sock/inet_sock_set_state/enable"):
        with open(name, encoding="ascii") as enabled:
            count += enabled.read().strip() == "1"
    return count


def hooks():
    """How many listen to the tracepoint, from the kernel's memory: its static key counts them."""
    address = tracepoint()
    if not address or not os.path.exists("/proc/kcore"):
        raise Skip("no /proc/kcore to look into the kernel's memory")
    with open("/proc/kcore", "rb", buffering=0) as core:
        header = core.read(64)
        offset, = struct.unpack_from("<Q", header, 32)
        size, count = struct.unpack_from("<HH", header, 54)
        for number in range(count):
            entry = os.pread(core.fileno(), size, offset + number * size)
            kind, _, at, start, _, length = struct.unpack_from("<IIQQQQ", entry)
            if kind == 1 and start <= address < start + length:
                return struct.unpack("<i", os.pread(core.fileno(), 4, at + address - start + KEY_ENABLED))[0] - others()
    raise AssertionError("the tracepoint is in no part of /proc/kcore")


@scenario("zz-module/poll-hooks-only-while-polled", netns=False, seconds=60)
def hooks_only_while_polled():
    deadline = time.monotonic() + 5
    while hooks() and time.monotonic() < deadline:
        time.sleep(0.1)  # those that were polling before
    equal("hooks", hooks(), 0)
    with Watch("proto=tcp") as watch, Watch("proto=udp") as datagrams, Watch("proto=tcp") as second:
        equal("hooks after reading", hooks(), 0)
        datagrams.changed(0)
        equal("hooks of who watches UDP", hooks(), 0)
        watch.changed(0)
        equal("hooks after the first poll()", hooks(), 1)
        second.changed(0)
        equal("hooks of two", hooks(), 1)
    deadline = time.monotonic() + 5
    while hooks() and time.monotonic() < deadline:
        time.sleep(0.1)
    equal("hooks after the last close", hooks(), 0)


@scenario("zz-module/poll-hooks-not-for-idle-files", netns=False, seconds=60)
def hooks_not_for_idle():
    """Files that were polled once and stay open cost a state change nothing."""
    with Watch("proto=tcp port=1") as watch, Watch("proto=tcp") as everything:
        equal("changed", watch.changed(0), False)
        everything.changed(0)
        equal("hooks", hooks(), 1)
        time.sleep(IDLE)
        door = tcp(PORT, backlog=1)  # the first event, which nothing waits for
        wait_until(lambda: not hooks(), 5)
        true("a later poll() finds what happened", everything.changed(0))
        door.close()
        equal("changed by another port", watch.changed(0), False)
        equal("hooks while it is polled again", hooks(), 1)
        with tcp(1, backlog=1):
            true("and it is reported", watch.changed())


@scenario("zz-module/poll-insmod-rmmod-100", netns=False, seconds=300)
def module_cycle():
    own_netns()
    for turn in range(100):
        watches = [Watch(f"port={PORT + number}" if number else "") for number in range(3)]
        pid = os.fork()
        if not pid:
            watches[0].changed(60)
            time.sleep(60)
        for watch in watches:
            watch.changed(0)
        with tcp(PORT + 1, backlog=1):
            true(f"turn {turn}: heard of", watches[1].changed())
        equal("rmmod while it is polled", remove(), False)
        for watch in watches:
            watch.close()
        equal("rmmod while another one polls", remove(), False)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        true("rmmod at once afterwards", remove())
        client_of = tcp(PORT, backlog=1)  # a state changes while nobody may listen
        client_of.close()
        insert()
