# SPDX-License-Identifier: GPL-2.0
"""The reader, run by root beside a user who makes it wait, read without end, or keep more than it should."""
import collections
import contextlib
import ctypes
import errno
import json
import mmap
import os
import resource
import signal
import socket
import struct
import subprocess
import threading
import time

from maker import run
from scenario import LIBC, Skip, equal, scenario, slowed, true, wait_until
from t_access import become
from t_metrics import by_port, metrics
from t_show import CGROUPS, ENTER, LEAVE, Watched

USER = 1000
CLONE_NEWUSER, CLONE_NEWNS = 0x10000000, 0x20000
PR_SET_PDEATHSIG = 1
DEADLINE = 0.5  # seconds that the reader waits for a command line
MEMORY = 32 << 10  # kB that any mode may take; 6 MB is usual


# --- FUSE, as far as a file takes that is never read

LOOKUP, FORGET, GETATTR, OPEN, READ, INIT, INTERRUPT, BATCH_FORGET = 1, 2, 3, 14, 15, 26, 36, 42
ENOSYS, EIO = 38, 5


def attributes(inode, mode):
    return struct.pack("<6Q10I", inode, 1 << 20, 0, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0, 4096, 0)


def answer(opcode, nodeid):
    """What FUSE_... is answered with, None: nothing."""
    if opcode == INIT:
        return 0, struct.pack("<4I2H2I2H", 7, 31, 4096, 0, 0, 0, 4096, 1, 0, 0).ljust(64, b"\0")
    if opcode == LOOKUP:
        return 0, struct.pack("<4QII", 2, 0, 1000, 1000, 0, 0) + attributes(2, 0o100644)
    if opcode == GETATTR:
        return 0, struct.pack("<QII", 1000, 0, 0) + attributes(nodeid, 0o40755 if nodeid == 1 else 0o100644)
    if opcode == OPEN:
        return 0, struct.pack("<QII", 1, 0, 0)
    if opcode in (FORGET, INTERRUPT, BATCH_FORGET):
        return None
    return -ENOSYS, b""


def serve(fuse):
    """The first read fails: the kernel tries again, and holds the mmap_lock while it waits for the second one."""
    reads = 0
    while True:
        request = os.read(fuse, 1 << 17)
        _, opcode, unique, nodeid = struct.unpack_from("<IIQQ", request)
        reads += opcode == READ
        if opcode == READ:
            told = (-EIO, b"") if reads == 1 else None
        else:
            told = answer(opcode, nodeid)
        if told:
            os.write(fuse, struct.pack("<IiQ", 16 + len(told[1]), told[0], unique) + told[1])


def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def own_fuse_file():
    """A file of a FUSE server of this user, which needs no privilege but a user namespace."""
    os.makedirs("/tmp/stall", exist_ok=True)
    if LIBC.unshare(CLONE_NEWUSER | CLONE_NEWNS):
        raise Skip("no user namespace")
    write("/proc/self/setgroups", "deny")
    write("/proc/self/uid_map", f"0 {USER} 1")
    write("/proc/self/gid_map", f"0 {USER} 1")
    fuse = os.open("/dev/fuse", os.O_RDWR)
    if LIBC.mount(b"x", b"/tmp/stall", b"fuse", 6, b"fd=%d,rootmode=40000,user_id=0,group_id=0" % fuse):  # MS_NOSUID | MS_NODEV
        raise OSError(ctypes.get_errno(), "mount")
    if not os.fork():
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        serve(fuse)
    os.close(fuse)  # when the server is killed nobody has it, and who waits is let go
    return os.open("/tmp/stall/file", os.O_RDONLY)


def hold_mmap_lock(ready):
    page = mmap.mmap(own_fuse_file(), 4096, mmap.MAP_SHARED, mmap.PROT_READ)
    page.madvise(mmap.MADV_RANDOM)
    toucher = threading.Thread(target=os.write, args=(os.pipe()[1], memoryview(page)), daemon=True)
    toucher.start()
    time.sleep(slowed(0.5))
    true("the fault waits", toucher.is_alive())
    os.write(ready, b"x")
    LIBC.mmap(None, 4096, 1, 0x22, -1, 0)  # the writer, behind which everybody else queues: it does not return


def listener(port, address="127.0.0.1"):
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((address, port))
    made.listen(5)
    return made


@contextlib.contextmanager
def child(function, *arguments, uid=USER):
    """A process of that user in which function(ready, ...) has written to ready, and runs on."""
    reading, ready = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            os.close(reading)
            if uid:
                become(uid)
            function(ready, *arguments)
            os.write(ready, b"x")
            while True:
                signal.pause()
        except BaseException as reason:  # the parent reports it
            os.write(ready, b"!" + repr(reason).encode())
        finally:
            os._exit(1)
    os.close(ready)
    try:
        told = os.read(reading, 1000)
        if told.startswith(b"!Skip"):
            raise Skip(told[1:].decode())
        equal("the child", told, b"x")
        yield pid
    finally:
        os.close(reading)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


@contextlib.contextmanager
def stalled(port=4444):
    """A listener of a process whose command line cannot be read."""
    if not os.path.exists("/dev/fuse"):
        raise Skip("no FUSE on this kernel")
    os.chmod("/dev/fuse", 0o666)  # as udev has it

    def stall(ready):
        made = listener(port)
        true("listening", made)
        hold_mmap_lock(ready)
    with child(stall) as pid:
        yield pid


def until_it_stalls(pid):
    """Until cat does not get at it either: then the scenario does what it is made for."""
    def waits():
        return run("timeout", "-s", "KILL", "0.5", "cat", f"/proc/{pid}/cmdline").returncode in (-9, 137)
    wait_until(waits)


Ended = collections.namedtuple("Ended", "status out err seconds cpu kilobytes")


def reader(*words, seconds=10, program="portsock", user=None):
    """Run the reader; fail if it takes longer.  cpu is its own time, kilobytes the most memory that it had."""
    begun = time.monotonic()
    with open("/tmp/reader.out", "w+b") as out, open("/tmp/reader.err", "w+b") as err:
        process = subprocess.Popen([program, *words], stdout=out, stderr=err, stdin=subprocess.DEVNULL, user=user, group=user,
                                   extra_groups=[] if user else None)
        pid = 0
        while not pid and time.monotonic() < begun + slowed(seconds):
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            time.sleep(0.005)
        if not pid:
            process.kill()
            raise AssertionError(f"portsock {' '.join(words)}: not ended after {slowed(seconds)} s")
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        return Ended(process.returncode, out.read(), err.read(), time.monotonic() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)


def sockets(*words, **options):
    return {socket_["port"]: socket_ for socket_ in json.loads(reader("-J", *words, **options).out)["sockets"]}


@scenario("hostile-reader/command-line-that-cannot-be-read", seconds=60)
def stall():
    with stalled() as pid, listener(8080):
        until_it_stalls(pid)
        ended = reader("-o", "PORT,COMMAND")
        lines = dict(line.split(None, 1) for line in ended.out.decode().splitlines())
        equal("status", ended.status, 0)
        equal("of the process that stalls", lines["4444"].strip(), "?")
        true(f"of another one: {lines['8080']}", "guest.py" in lines["8080"])
        true(f"it took {ended.seconds:.1f} s", ended.seconds < slowed(DEADLINE + 2))
        found = sockets("-o", "PORT,COMMAND")
        equal("as JSON", found[4444]["command"], "?")
        # Each of them stalls: the deadline is waited for once for a user, not once for a process.
        with contextlib.ExitStack() as stack:
            for port in (4445, 4446, 4447):
                stack.enter_context(stalled(port))
            ended = reader("-o", "PORT,COMMAND")
            true(f"four of them took {ended.seconds:.1f} s", ended.seconds < slowed(DEADLINE + 2))
            true("root's own is read", "guest.py" in ended.out.decode())


@scenario("hostile-reader/watch-ends-all-the-same", seconds=60)
def watch():
    with stalled() as pid:
        until_it_stalls(pid)
        for number in (signal.SIGINT, signal.SIGTERM):
            watched = Watched("--watch=0.3", "-o", "PORT,COMMAND")
            watched.until(ENTER)
            watched.until(b"4444", seconds=slowed(8))
            begun = time.monotonic()
            equal("ended by the signal", watched.end(number), number)
            true(f"at once: {time.monotonic() - begun:.1f} s", time.monotonic() - begun < slowed(2))
            true("the screen is given back", LEAVE in watched.seen and ENTER not in watched.seen.split(LEAVE)[-1])


@scenario("hostile-reader/long-command-line", seconds=30)
def long_line():
    """Of a command line of 100 kB a part is kept."""
    made = listener(4448)
    with subprocess.Popen(["sh", "-c", "read line", "x" * 100000], stdin=subprocess.PIPE, pass_fds=[made.fileno()]) as process:
        made.close()
        found = sockets("-o", "PORT,COMMAND,OWNERS", "4448")
        equal("owner", found[4448]["owners"][0]["pid"], process.pid)
        line = found[4448]["command"]
        true(f"{len(line)} bytes", line.startswith("sh -c read line xxx") and len(line) == 4096)
        process.stdin.close()


@scenario("hostile-reader/400-listeners-of-300-processes", seconds=90)
def many():
    resource.setrlimit(resource.RLIMIT_NOFILE, (65536, 65536))

    def listen_and_fork(ready):
        made = [listener(2000 + i) for i in range(400)]
        true("made", made)
        for _ in range(300):
            if not os.fork():
                LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
                signal.pause()
        os.write(ready, b"x")
        signal.pause()
    with child(listen_and_fork, uid=0):
        plain = reader("--raw", "-a", seconds=30)
        equal("owners", plain.out.split(b"\n")[0].count(b"PROTO"), 1)
        for words in (["metrics"], ["--leaked"], ["-o", "PORT,LEAK,COMMAND,UNIT"]):
            ended = reader(*words, seconds=30)
            true(f"{words}: {ended}"[:500], ended.status < 2 and not ended.err)
            extra = ended.cpu - plain.cpu
            print(f"   {' '.join(words)}: {ended.cpu:.2f} s, {extra:.2f} s more than --raw, {ended.kilobytes} kB", flush=True)
            true(f"{words}: {extra:.1f} s more than --raw, which takes {plain.cpu:.1f} s", extra < slowed(3))


# --- cgroups

def is_removed(name):
    """Processes that were in it take a moment to end."""
    try:
        os.rmdir(name)
    except OSError as reason:
        if reason.errno != errno.EBUSY:
            raise
        return False
    return True


@contextlib.contextmanager
def cgroup(*names, siblings=0):
    """A cgroup below the others, as deep as there are names, and its siblings. We are in it."""
    if not os.path.exists(f"{CGROUPS}/cgroup.procs"):
        raise Skip("no cgroup v2")
    before = os.getcwd()
    os.chdir(CGROUPS)
    made = []
    try:
        for name in names:
            os.mkdir(name)
            made.append(name)
            os.chdir(name)
        for i in range(siblings):
            os.mkdir(f"../{'w' * 240}{i:06}")
        with open("cgroup.procs", "w", encoding="ascii") as file:
            file.write(str(os.getpid()))
        yield
    finally:
        with open(f"{CGROUPS}/cgroup.procs", "w", encoding="ascii") as file:
            file.write(str(os.getpid()))
        for i in range(siblings):
            os.rmdir(f"../{'w' * 240}{i:06}")
        for name in reversed(made):
            os.chdir("..")
            wait_until(lambda: is_removed(name))
        os.chdir(before)


def shown(port, **options):
    return sockets("-o", "PORT,UNIT,CGPATH", str(port), **options)[port]


@scenario("hostile-reader/cgroups-deep-and-wide", seconds=90)
def cgroups():
    """A path that the kernel prints is found without a look at the rest of the tree; of a longer one it is said that it is not known."""
    deep = ["d" * 244 + ".slice"] * 12
    with cgroup("evil.slice", *deep, "good.service", siblings=3000):
        with listener(8080):
            by_root = shown(8080)
            equal("unit", by_root["unit"], "good.service")
            equal("path", by_root["cgpath"], "/" + "/".join(["evil.slice", *deep, "good.service"]))
            for words in (["-o", "+UNIT"], ["--leaked"], ["metrics"], ["-o", "PORT,LEAK"]):
                ended = reader(*words)
                print(f"   {' '.join(words)}: {ended.cpu:.2f} s, {ended.kilobytes} kB", flush=True)
                true(f"{words}: {ended.kilobytes} kB", ended.kilobytes < MEMORY)
                equal(f"{words}: stderr", ended.err, b"")
            ended = reader("-J", "-o", "PORT,UNIT", "8080", user=USER)
            unit = json.loads(ended.out)["sockets"][0]["unit"]
            true(f"a user gets at it by a walk, or does not know: {unit}", unit in ("good.service", "?"))
            true(f"{ended.kilobytes} kB for a user", ended.kilobytes < MEMORY)


@scenario("hostile-reader/cgroup-1100-levels-deep", seconds=90)
def very_deep():
    with cgroup("evil.slice", *["d" * 250] * 1100):
        with listener(8080):
            for user in (None, USER):
                found = shown(8080, user=user)
                equal(f"unit for {user}", found["unit"], "?")
                equal(f"path for {user}", found["cgpath"], "?")
                ended = reader("-o", "+UNIT", user=user)
                true(f"{ended.kilobytes} kB for {user}", ended.kilobytes < MEMORY)
            equal("metrics", by_port(metrics(), "leaked"), {8080: 0})
            # A socket that was made elsewhere leaks into it, although the path of its owner is too long to be printed.
            with open(f"{CGROUPS}/cgroup.procs", "w", encoding="ascii") as file:
                file.write(str(os.getpid()))
            with listener(8081):
                with open("cgroup.procs", "w", encoding="ascii") as file:
                    file.write(str(os.getpid()))
                equal("metrics", by_port(metrics(), "leaked"), {8080: 0, 8081: 1})
                true("said so", b"is in cgroup ?, made in /" in reader("--leaked", "-o", "PORT,LEAK", "8081").out)


# --- why --probe

def stop_all(ready):
    """All of this user's processes, again and again."""
    os.write(ready, b"x")
    while True:
        LIBC.kill(-1, signal.SIGSTOP)


@scenario("hostile-reader/probe-that-is-stopped", seconds=60)
def probe():
    equal("alone", reader("why", "8080", "--probe", "--uid", str(USER)).status, 0)
    with child(stop_all):
        for words in ([], ["--json"]):
            for _ in range(50):  # it may be quicker than who wants to stop it
                ended = reader("why", "8080", "--probe", "--uid", str(USER), *words, seconds=20)
                if ended.status:
                    break
            equal("status", ended.status, 2)
            equal("stdout", ended.out, b"")
            true(f"{ended.err}", b"no result: a process of uid" in ended.err and ended.err.count(b"\n") == 1)
        equal("without the probe", reader("why", "8080", "--uid", str(USER)).status, 0)


# --- all at once, and every mode

MODES = [[], ["-a"], ["-a", "-e"], ["-a", "-r"], ["-a", "-W", "-o", "+COMMAND,UNIT,CGPATH,CONTAINER,MADE_CGPATH,MADE_UNIT,MADE_CONTAINER,LEAK,NETNSNAME,USER,SERVICE"], ["--tree", "-a"], ["--raw", "-a"],
         ["-J", "-a"], ["-j", "-a", "-o", "+COMMAND,UNIT,CGPATH,LEAK"], ["--leaked"], ["--pid", "1"], ["-x"], ["8080"], ["metrics"], ["metrics", "-o", "/tmp/hostile.prom"],
         ["why", "8080"], ["why", "4444", "--json"], ["why", "8080", "--probe", "--uid", str(USER)], ["wait", "listen", "4444"],
         ["wait", "free", "4444", "--timeout", "0.5"]]
STREAMS = [["--watch=0.2", "-a", "-o", "+COMMAND,LEAK"], ["--watch=0.2", "-j"]]


def be_all_of_it(ready):
    """A user's listeners with names that a terminal obeys, his processes, and a socket whose owners are many."""
    LIBC.prctl(15, b"\x1b[31m\xe2\x80\xae\n", 0, 0, 0)  # PR_SET_NAME
    made = [listener(2000 + i) for i in range(100)]
    paths = [socket.socket(socket.AF_UNIX) for _ in range(20)]
    for i, path in enumerate(paths):
        path.bind(b"\0" + bytes([i, 0x1B, 0xFF, 0x0A]) + b"\xe2\x80\xa8" * 30)
        path.listen(1)
    for _ in range(30):
        if not os.fork():
            LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            signal.pause()
    os.write(ready, b"x")
    time.sleep(3600)
    made.clear()


def judge_output(words, ended):
    what = " ".join(words)
    true(f"{what}: {ended.seconds:.1f} s", ended.seconds < slowed(10))
    true(f"{what}: {ended.kilobytes} kB", ended.kilobytes < MEMORY)
    true(f"{what}: status {ended.status}, {ended.err}", ended.status < 2 and not ended.err or b"no result: a process of uid" in ended.err)
    true(f"{what}: a byte that a terminal obeys", not set(ended.out) & {0x1B, 0x9B, 0x7F} and b"\xe2\x80\xae" not in ended.out)
    if words[0:1] in (["-J"], ["-j"]):
        for line in ended.out.decode("ascii").splitlines():
            json.loads(line)


@scenario("hostile-reader/every-mode", seconds=90)
def every_mode():
    resource.setrlimit(resource.RLIMIT_NOFILE, (65536, 65536))
    longest = most = 0
    with cgroup("evil.slice", *["d" * 250] * 60), contextlib.ExitStack() as stack:
        stack.enter_context(child(be_all_of_it))
        stack.enter_context(listener(8080))
        port = "8080"
        with contextlib.suppress(Skip):  # without FUSE no process listens at 4444
            stack.enter_context(stalled())
            port = "4444"
        for words in MODES:
            words = [port if word == "4444" else word for word in words]
            ended = reader(*words, seconds=20)
            judge_output(words, ended)
            longest, most = max(longest, ended.seconds), max(most, ended.kilobytes)
        for words in STREAMS:
            with subprocess.Popen(["portsock", *words], stdout=subprocess.PIPE) as process:
                for _ in range(300):  # of more than one snapshot
                    true(f"{words}: it ends", process.stdout.readline())
                process.terminate()
                process.stdout.close()
                equal(f"{words}: it ends by the signal", process.wait(slowed(5)), -signal.SIGTERM)
    return f"   {len(MODES)} modes, the longest took {longest:.1f} s, the most memory was {most} kB"
