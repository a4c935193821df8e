# SPDX-License-Identifier: GPL-2.0
"""A user who means no good: reads for ever, keeps snapshots, stops in the middle of a read, calls himself root."""
import contextlib
import ctypes
import errno
import fcntl
import mmap
import os
import resource
import signal
import socket
import struct
import threading
import time

import view
from maker import Made, cookie
from scenario import LIBC, Skip, equal, in_child, needs_ipv6, scenario, slowed, true, variants
from t_access import become, own_user_namespace
from t_limits import GROUPS, memory
from t_module import remove

SYS_EXIT, SYS_EXIT_GROUP, SYS_USERFAULTFD = 60, 231, 323  # x86-64
UFFDIO_API, UFFDIO_REGISTER = 0xC018AA3F, 0xC020AA00
USER = 1000
NEIGHBOURS = 253  # a protocol for experiments


def read_on():
    while True:
        fd = os.open(view.PATH, os.O_RDONLY)
        while os.read(fd, 1 << 16):
            pass
        os.close(fd)


def read_for_ever():
    become(USER)
    read_on()


def spin_for_ever():
    become(USER)
    while True:
        sum(range(10000))


@contextlib.contextmanager
def beside(work, count):
    """So many processes that do it, until the end."""
    pids, ended = [], []
    for _ in range(count):
        pids.append(os.fork())
        if not pids[-1]:
            work()
            os._exit(0)
    try:
        yield pids
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
            ended.append(os.waitpid(pid, 0)[1])
    equal("how each of them ended", ended, [signal.SIGKILL] * count)


def one_service():
    """What a server does: bind, accept, fork."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        with socket.create_connection(listener.getsockname()), listener.accept()[0]:
            pid = os.fork()
            if not pid:
                os._exit(0)
            os.waitpid(pid, 0)


def latency(rounds=30):
    """Milliseconds: the median, and what one in ten exceeds."""
    took = []
    for _ in range(rounds):
        begun = time.monotonic()
        one_service()
        took.append(1000 * (time.monotonic() - begun))
    took.sort()
    return took[rounds // 2], took[rounds * 9 // 10]


@scenario("hostile/readers-in-a-loop", seconds=120)
def loop():
    """They cost their share of the processors, as any program may, and stop nobody."""
    with Made("many", count=1000):
        alone = latency()
        with beside(spin_for_ever, 4):
            spinning = latency()
        with beside(read_for_ever, 4):
            reading = latency()
    told = ", ".join(f"{who} {median:.1f} ({tenth:.1f}) ms" for who, (median, tenth) in
                     (("alone", alone), ("beside four that spin", spinning), ("beside four that read", reading)))
    true("bind, accept and fork " + told, reading[0] < 4 * spinning[0] + 4 and reading[1] < 4 * spinning[1] + 40)
    return "bind, accept and fork: " + told


@scenario("hostile/close-completes", seconds=120)
def close_completes():
    """Who closes his last descriptor of a listener has closed it, whoever reads: a reference of a reader's would keep the port until the read ends."""
    with beside(read_on, 6):
        end = time.monotonic() + 10
        while time.monotonic() < end:
            with socket.socket() as listener:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listener.bind(("127.0.0.1", 8080))  # EADDRINUSE if the one before is still there
                listener.listen()


def open_and_close(family):
    """Sockets in front of those that stay: a hash bucket's newest stands first."""
    while True:
        made = [socket.socket(family, socket.SOCK_RAW, NEIGHBOURS) for _ in range(900)]
        for one in made:
            one.close()


@variants("hostile/neighbours-that-go", ("raw", "raw6"), seconds=120)
def neighbours(table):
    """A read sees what stands behind sockets that are closed under it. These are not freed while it looks: their memory is poisoned here (tests/e2e/run)."""
    if table == "raw6":
        needs_ipv6()
    family = socket.AF_INET6 if table == "raw6" else socket.AF_INET
    with contextlib.ExitStack() as stack:
        stay = [stack.enter_context(socket.socket(family, socket.SOCK_RAW, NEIGHBOURS)) for _ in range(20)]
        cookies = [f" {cookie(one)} ".encode() for one in stay]
        reads, end = 0, time.monotonic() + 10
        with open(view.PATH, "r+b", buffering=0) as file, beside(lambda: open_and_close(family), 1):
            file.write(b"proto=raw owners=no\n")
            while time.monotonic() < end:
                seen = os.pread(file.fileno(), 1 << 18, 0)
                lacks = [one for one in cookies if one not in seen]
                equal(f"what read {reads} lacks", lacks, [])
                reads += 1
    return f"{reads} reads"


def leave_without_leader():
    """A process whose first thread is gone for a moment before all of it is, and one that a thread's exec() goes on with."""
    def last_thread(ends):
        time.sleep(0.002)
        if ends:
            LIBC.syscall(SYS_EXIT_GROUP, 0)
        os.execv("/bin/true", ["true"])

    while True:
        pids = []
        for ends in (True, False):
            pids.append(os.fork())
            if not pids[-1]:
                threading.Thread(target=last_thread, args=(ends,)).start()
                LIBC.syscall(SYS_EXIT, 0)
        for pid in pids:
            os.waitpid(pid, 0)


@scenario("hostile/leaders-that-go", seconds=120)
def leaders():
    """A process may be read while its first thread, which gives it its name, is freed; owners that stay are told by each read."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as theirs, Made("tcp-listen") as made, beside(leave_without_leader, 3), beside(read_on, 2):
        owner, reads, end = made["l"], 0, time.monotonic() + 10
        while time.monotonic() < end:
            now = view.read()
            row = now.one(INODE=owner["inode"])
            equal(f"the owner in read {reads}", [(pid, fd) for pid, _, fd, _ in row.owners()], [(made.pid, int(owner["fd"]))])
            owners = [(pid, fd) for pid, _, fd, _ in now.one(COOKIE=cookie(theirs)).owners()]
            equal(f"the owners of what all inherit in read {reads}", owners, sorted(set(owners)))
            reads += 1
    return f"{reads} reads"


@scenario("hostile/snapshots-that-are-kept", seconds=120)
def kept():
    """What many open files pin is charged to whoever opened them."""
    limit = 24
    group = f"{GROUPS}/hostile-{os.getpid()}"
    with open(f"{GROUPS}/cgroup.subtree_control", "w", encoding="ascii") as file:
        file.write("+memory")
    os.mkdir(group)
    with open(f"{group}/memory.max", "w", encoding="ascii") as file:
        file.write(str(limit << 20))

    def keep():
        with open(f"{group}/cgroup.procs", "w", encoding="ascii") as file:
            file.write(str(os.getpid()))
        become(USER)
        spare = bytearray(1 << 20)  # what Python needs to say what happened: who lacks memory for a page is killed
        opened = 0
        try:
            for opened in range(1000):
                os.read(os.open(view.PATH, os.O_RDONLY), 1)
        except OSError as reason:
            del spare
            return [opened, errno.errorcode[reason.errno], free - memory()]
        return [opened, "", free - memory()]

    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    with Made("many", count=3000):
        free = memory()
        opened, error, pinned = in_child(keep)
    equal(f"what ended it after {opened} snapshots", error, "ENOMEM")
    true(f"{pinned} MB are gone, of {limit}", pinned < 2 * limit)
    return f"{opened} snapshots of 3000 sockets in {limit} MB"


def page_that_never_comes():
    """The address of memory whose page faults nobody resolves, and what keeps it so; None if this kernel has no userfaultfd."""
    fd = LIBC.syscall(SYS_USERFAULTFD, os.O_CLOEXEC)
    if fd < 0:
        return None, None
    fcntl.ioctl(fd, UFFDIO_API, struct.pack("QQQ", 0xAA, 0, 0))
    page = mmap.mmap(-1, 1 << 16, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    fcntl.ioctl(fd, UFFDIO_REGISTER, struct.pack("QQQQ", address, 1 << 16, 1, 0))
    return address, (fd, page)


def read_into_nothing(ready):
    """The copy waits for a page that never comes."""
    address, kept = page_that_never_comes()
    if not kept:
        os.write(ready, b"none")
        os._exit(0)
    os.write(ready, b"here")
    LIBC.read(os.open(view.PATH, os.O_RDONLY), ctypes.c_void_p(address), ctypes.c_size_t(1 << 16))
    os.write(ready, b"read")


@scenario("hostile/stalled-reader", seconds=60)
def stalled():
    """Whoever stops in the middle of a read holds nothing but his own file."""
    reading, writing = os.pipe()
    with Made("many", count=300):
        with beside(lambda: read_into_nothing(writing), 1) as pids:
            if os.read(reading, 4) == b"none":
                raise Skip("this kernel has no userfaultfd")
            time.sleep(0.5)
            equal("the reader", os.waitpid(pids[0], os.WNOHANG), (0, 0))
            os.set_blocking(reading, False)
            begun = time.monotonic()
            for _ in range(20):
                one_service()
                equal("rows of another reader", len(view.read().find(PROTO="udp")), 300)
            true("others go on", time.monotonic() - begun < slowed(20))
            equal("rmmod", remove(), False)
            try:
                equal("the reader is still at it, and said", os.read(reading, 4), None)
            except BlockingIOError:
                pass
        # it was killed at once, or the scenario's time would be over
    with open("/sys/module/portsock/refcnt", encoding="ascii") as file:
        equal("the module's references", file.read().strip(), "0")


def hold_socket_lock(ready):
    """vsock copies the value of a socket option from user memory while it owns the socket lock."""
    address, kept = page_that_never_comes()
    if not kept:
        os.write(ready, b"none")
        os._exit(0)
    listener = socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)
    listener.bind((socket.VMADDR_CID_ANY, 7000))
    listener.listen(1)
    os.write(ready, b"here")
    LIBC.setsockopt(listener.fileno(), socket.AF_VSOCK, 0, ctypes.c_void_p(address), 8)  # SO_VM_SOCKETS_BUFFER_SIZE
    os.write(ready, b"done")


@scenario("hostile/socket-lock-that-is-never-released", seconds=60)
def socket_lock():
    """A process that owns a socket lock for ever delays no reader."""
    reading, writing = os.pipe()
    with beside(lambda: hold_socket_lock(writing), 1) as pids:
        if os.read(reading, 4) == b"none":
            raise Skip("this kernel has no userfaultfd")
        time.sleep(0.5)
        equal("the process in setsockopt()", os.waitpid(pids[0], os.WNOHANG), (0, 0))
        reader = os.fork()
        if not reader:
            view.read().one(PROTO="vsock", PORT=7000, STATE="LISTEN")
            os._exit(7)
        status, end = None, time.monotonic() + slowed(10)
        while status is None and time.monotonic() < end:
            ended, code = os.waitpid(reader, os.WNOHANG)
            status = os.waitstatus_to_exitcode(code) if ended else None
            time.sleep(0.05)
        equal("exit status of the reader", status, 7)


@scenario("hostile/root-of-a-user-namespace")
def false_root():
    """Who is root in a user namespace of his own sees what he saw before, and no other network namespace than his own."""
    def seen():
        return sorted([row["COOKIE"], row["HELD"], row["OWNERS"]] for row in view.read().rows)

    def as_user():
        become(USER)
        return seen()

    def as_false_root():
        own_user_namespace(USER)
        said = []
        for line in (b"netns=all\n", b"netns=1\n"):
            fd = os.open(view.PATH, os.O_RDWR)
            try:
                os.write(fd, line)
                said.append("taken")
            except OSError as reason:
                said.append(errno.errorcode[reason.errno])
            os.close(fd)
        return [said, seen()]

    with Made("tcp-established"), Made("inflight"):
        plain = in_child(as_user)
        said, rows = in_child(as_false_root)
    equal("other namespaces", said, ["EPERM", "EPERM"])
    equal("rows", rows, plain)
    true("root's sockets are hidden", {held for _, held, _ in rows} >= {"hidden"} and not any("mksock" in owners for _, _, owners in rows))
