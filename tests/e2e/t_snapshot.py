# SPDX-License-Identifier: GPL-2.0
"""The file: its text, and that everything read of one open file comes from one snapshot."""
import errno
import mmap
import os
import random
import re
import resource
import signal
import socket
import time

import view
from maker import Made, run
from scenario import LIBC, equal, scenario, true


def stable_load(count=150):
    return Made("", count=count, commands="socket l tcp; bind l; listen l 1000; repeat count socket u% udp; repeat count bind u%;"
                                          "repeat count socket c% tcp; repeat count connect c% l; tell l LISTEN")


def without_times(text):
    return re.sub(rb" at=\d+ took=\d+", b"", text)


def order_key(row):
    if row["PORT"] != "-":
        return (0, int(row["PORT"]), row["PROTO"], row["STATE"] != "LISTEN", row["LOCAL"], row["REMOTE"])
    return (1, row["PROTO"], int(row["INODE"]), "", "")


@scenario("format/header-and-order")
def header():
    with Made("", commands="socket b tcp; bind b 127.0.0.1 9000; socket u udp; bind u 127.0.0.1 9000; socket l tcp; bind l 127.0.0.1 700;"
                           "listen l; socket c tcp; connect c l; socket d tcp; connect d l; accept l a; socket n udp; socket m tcp;"
                           "pair x y; socket k netlink; bind k; socket r raw; tell l LISTEN;"
                           "socket p tcp; bind p 127.0.0.9 700; listen p; socket q tcp; bind q 127.0.0.5 700; listen q"):
        now = view.read()
        equal("sockets=", now.meta["sockets"], len(now.rows))
        equal("owners=", now.meta["owners"], sum(len(row.owners()) for row in now.rows))
        equal("netns=", now.meta["netns"], os.stat("/proc/self/ns/net").st_ino)
        equal("pidns=", now.meta["pidns"], os.stat("/proc/self/ns/pid").st_ino)
        equal("rows", len(now.rows), 15)
        # as text; these addresses are as long as each other, and the ephemeral ports have five digits
        equal("order", [str(row) for row in now.rows], [str(row) for row in sorted(now.rows, key=order_key)])
        equal("states at 700", [row["STATE"] for row in now.find(PORT=700)], ["LISTEN"] * 3 + ["ESTABLISHED"] * 2)


@scenario("format/at-and-took")
def times():
    before = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    now = view.read()
    after = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    true(f"{before} <= at={now.meta['at']}, at+took <= {after}", before <= now.meta["at"] and now.meta["at"] + now.meta["took"] <= after)
    true("took > 0", now.meta["took"] > 0)


@scenario("format/empty")
def empty():
    equal("rows of an empty namespace", view.read().rows, [])


@scenario("file/mode")
def mode():
    status = os.stat(view.PATH)
    equal("mode and owner", (oct(status.st_mode), status.st_uid), (oct(0o100666), 0))


@scenario("snapshot/any-size-any-offset")
def random_reads():
    with stable_load(), Made("tcp-time-wait"):
        fd = os.open(view.PATH, os.O_RDONLY)
        whole = view.read_all(fd, 4096)
        equal("rows", len(view.View(whole).rows), 1 + 150 * 3 + 2)
        time.sleep(0.1)  # EXPIRES must not move on either
        for _ in range(400):
            offset, size = random.randrange(1, len(whole) + 50), random.choice((1, 7, 100, 4095, 4096, 9999, 1 << 20))
            got = os.pread(fd, size, offset)
            true(f"{size} bytes at {offset}", got == whole[offset:offset + len(got)])
            equal(f"bytes of {size} at {offset}", len(got) > 0, offset < len(whole))
        equal("bytes past the end", os.pread(fd, 10, len(whole)), b"")
        os.close(fd)


@scenario("snapshot/one-byte-reads")
def one_byte():
    with stable_load(40):
        big, small = os.open(view.PATH, os.O_RDONLY), os.open(view.PATH, os.O_RDONLY)
        equal("text by one-byte reads", without_times(view.read_all(small, 1)), without_times(view.read_all(big, 1 << 20)))


@scenario("snapshot/offset-0-takes-a-fresh-one")
def fresh():
    with Made("tcp-listen") as made:
        fd = os.open(view.PATH, os.O_RDONLY)
        first = view.View(view.read_all(fd))
        made.do("socket x udp; bind x; tell x UNCONN")
        equal("the rest is still the old one", os.pread(fd, 1 << 20, 10), first.text.encode()[10:])
        os.lseek(fd, 0, os.SEEK_SET)
        second = view.View(view.read_all(fd))
        true("at= moved on", second.meta["at"] > first.meta["at"])
        equal("rows", (len(first.rows), len(second.rows)), (1, 2))
        third = view.View(os.pread(fd, 1 << 20, 0))
        true("pread at 0 is fresh, too", third.meta["at"] > second.meta["at"])


@scenario("snapshot/no-read-at-0-first")
def middle_first():
    with Made("tcp-listen"):
        fd = os.open(view.PATH, os.O_RDONLY)
        tail = os.pread(fd, 1 << 20, 2)
        true("a first read in the middle has something to read from", tail.startswith(b"portsock 1") or tail == b"")


@scenario("snapshot/two-readers")
def two_readers():
    with stable_load(60) as made:
        children = []
        for _ in range(2):
            pid = os.fork()
            if not pid:
                good = all(len(view.read(size).rows) == 1 + 60 * 3 for size in (100, 512, 4096, 1 << 20) * 5)
                os._exit(0 if good else 1)
            children.append(pid)
        equal("readers that saw all", [os.waitpid(pid, 0)[1] for pid in children], [0, 0])
        true("maker lives", made.process.poll() is None)


@scenario("snapshot/shared-descriptor")
def shared():
    with stable_load(30):
        fd = os.open(view.PATH, os.O_RDONLY)
        whole = view.read_all(fd)
        os.lseek(fd, 0, os.SEEK_SET)
        first = os.read(fd, 1000)
        ours, theirs = socket.socketpair()
        socket.send_fds(ours, [b"x"], [os.dup(fd)])
        passed = socket.recv_fds(theirs, 1, 1)[1][0]
        second = os.read(passed, 1000)
        pid = os.fork()
        if not pid:
            os._exit(0 if os.read(fd, 1000) else 1)
        os.waitpid(pid, 0)
        rest = view.read_all(fd)
        equal("text through three descriptors", without_times(first + second), without_times(whole)[:len(without_times(first + second))])
        true("the child's part is missing from the rest", len(first + second + rest) < len(whole) + 50)
        os.close(passed)


def hammer(fd, work, seconds):
    """A child that works on the descriptor; ends with 1 when something is not as it should be."""
    pid = os.fork()
    if not pid:
        end = time.monotonic() + seconds
        good = True
        while good and time.monotonic() < end:
            good = work(fd)
        os._exit(0 if good else 1)
    return pid


@scenario("snapshot/one-file-many-readers")
def one_file():
    with stable_load(60):
        fd = os.open(view.PATH, os.O_RDONLY)
        size = len(view.read_all(fd))
        works = (lambda fd: os.pread(fd, 1 << 20, 0).startswith(b"# portsock 1 "),
                 lambda fd: abs(len(os.pread(fd, 1 << 20, 300)) - (size - 300)) < 20,
                 lambda fd: len(os.pread(fd, 1, 200)) == 1,
                 lambda fd: os.read(fd, 10000) is not None and os.lseek(fd, 0, os.SEEK_SET) == 0)
        children = [hammer(fd, work, 2) for work in works]
        equal("ends", [os.waitpid(pid, 0)[1] for pid in children], [0] * len(works))
        equal("rows", len(view.View(os.pread(fd, 1 << 20, 0)).rows), 1 + 60 * 3)


@scenario("file/usual-tools")
def tools():
    with stable_load(30):
        wanted = [line.encode() for line in view.read().body]
        for command in ("cat", "dd bs=7 status=none if=", "busybox cat", "busybox tail -n +1", "tail -n +1", "head -n 9999", "python3 -c 'print(open("
                        "\"/proc/portsock\").read(), end=\"\")' #"):
            result = run("bash", "-c", f"{command}{'' if command.endswith('=') else ' '}{view.PATH}")
            equal(f"what {command} shows, {result.stderr}", result.stdout.splitlines()[2:], wanted)


@scenario("file/max-sockets")
def max_sockets():
    with Made("many", count=20):
        count = len(view.read().all)  # with the kernel's own netlink sockets
        with view.limited_to(count):
            equal("rows, as many as may be", len(view.read().rows), 20)
        with view.limited_to(count - 1):
            try:
                view.read()
            except OSError as reason:
                equal("errno", reason.errno, errno.EFBIG)
            else:
                raise AssertionError("all rows although the limit is one less")
        equal("rows again", len(view.read().rows), 20)


@scenario("file/what-it-cannot")
def cannot():
    fd = os.open(view.PATH, os.O_RDONLY)
    for what, attempt in (("write to a file open for reading", lambda: os.write(fd, b"x")), ("mmap", lambda: mmap.mmap(fd, 4096, prot=mmap.PROT_READ)),
                          ("a negative offset", lambda: os.lseek(fd, -1, os.SEEK_SET)), ("unlink", lambda: os.unlink(view.PATH))):
        try:
            attempt()
        except (OSError, ValueError):
            continue
        raise AssertionError(f"{what} works")


@scenario("snapshot/memory-is-charged-to-the-reader", seconds=60)
def charged():
    group = f"/sys/fs/cgroup/e2e-{os.getpid()}"
    resource.setrlimit(resource.RLIMIT_NOFILE, (65536, 65536))
    with open("/sys/fs/cgroup/cgroup.subtree_control", "w", encoding="ascii") as file:
        file.write("+memory")
    os.mkdir(group)
    with Made("", commands="repeat 20000 socket s% udp"):
        view.read()
        with open(group + "/cgroup.procs", "w", encoding="ascii") as file:
            file.write(str(os.getpid()))
        current = lambda: int(open(group + "/memory.current", encoding="ascii").read())
        fd = os.open(view.PATH, os.O_RDONLY)
        before = current()
        os.read(fd, 10)
        held = current()
        os.close(fd)
        after = current()
        true(f"20000 rows are charged: {before} -> {held}", held - before > 20000 * 64)
        true(f"and given back: {held} -> {after}", after - before < (held - before) / 4)


@scenario("snapshot/bad-buffer")
def bad_buffer():
    with stable_load(30):
        fd = os.open(view.PATH, os.O_RDONLY)
        equal("read into nowhere", LIBC.read(fd, 8, 4096), -1)
        equal("and then", len(view.View(view.read_all(fd)).rows), 91)


@scenario("snapshot/killed-readers-leave-nothing", seconds=40)
def killed():
    with Made("many", count=1500):
        for turn in range(25):
            pid = os.fork()
            if not pid:
                while True:
                    view.read(1 << 20)
            time.sleep(0.02 + 0.013 * turn % 0.2)
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        with open("/sys/module/portsock/refcnt", encoding="ascii") as file:
            equal("refcnt", int(file.read()), 0)
        equal("rows", len(view.read().rows), 1500)
