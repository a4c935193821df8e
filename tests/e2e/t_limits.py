# SPDX-License-Identifier: GPL-2.0
"""What kernels and machines lack: tables that modules cannot reach, 64 bits, memory."""
import errno
import os
import resource
import shutil
import signal
import socket
import subprocess
import time

import view
from maker import Made, cookie
from scenario import Skip, equal, scenario, true

AF_SMC = 43
GROUPS = "/sys/fs/cgroup"


@scenario("limits/missing-tables-are-said")
def missing():
    """A family is missing where the kernel has it, and does not export what its table is found by."""
    with open("/proc/kallsyms", encoding="ascii") as file:
        exported = " __ksymtab_smc_proto" in file.read()
    try:
        socket.socket(AF_SMC, socket.SOCK_STREAM, 0).close()
        expected = set() if exported else {"smc"}
    except OSError:
        expected = set()
    # a socket that is in a message and in no table is not seen, or nothing is missing
    ends = socket.socketpair()
    away = socket.socket()
    known = cookie(away)
    socket.send_fds(ends[0], [b"x"], [away.fileno()])
    away.close()
    now = view.read()
    if not now.find(COOKIE=known):
        true("up to 6.12 it is seen", tuple(map(int, os.uname().release.split(".")[:2])) > (6, 12))
        expected.add("inflight")
    equal("missing=", now.missing, expected)


@scenario("limits/32-bit-caller")
def caller():
    program = shutil.which("compat32")
    if not program:
        raise Skip("no 32-bit program was built (gcc-multilib: tests/lab/deps matrix)")
    with Made("", port=7000, commands="socket l tcp; bind l; listen l"):
        try:
            done = subprocess.run([program, "7000", "/tmp/seen32"], stdout=subprocess.PIPE, check=False)
        except OSError as reason:
            if reason.errno != errno.ENOEXEC:
                raise
            raise Skip("this kernel runs no 32-bit programs") from reason
        equal("compat32 says", done.stdout.decode().strip(), "ok")
        with open("/tmp/seen32", "rb") as file:
            seen = view.View(file.read())
        fd = os.open(view.PATH, os.O_RDWR)
        os.write(fd, b"port=7000,7001\n")
        equal("rows", seen.body, view.View(view.read_all(fd)).body)
        equal("number of them", len(seen.rows), 1)
        os.close(fd)


def memory(word="MemFree:"):
    """In MB. (MemAvailable takes the guest's root, which is in memory, for what can be had back.)"""
    with open("/proc/meminfo", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(word)) // 1024


def fill(leave, done):
    """A process that makes sockets until only so many MB are there, and then waits."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (1 << 20, 1 << 20))
    made = 0
    try:
        while memory() > leave:
            for _ in range(1000):
                socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).detach()
            made += 1000
    except OSError as error:  # no memory, or no more files
        os.write(done, f"{error} ".encode())
    os.write(done, f"{made}\n".encode())
    os.close(done)
    signal.pause()


def start_filler(leave):
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(reading)
        fill(leave, writing)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as file:
        return pid, file.read().strip()


def read_once():
    """In a process of its own: ok, an errno's name, or the signal that ended it."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            fd = os.open(view.PATH, os.O_RDONLY)
            while os.read(fd, 65536):
                pass
            os.write(writing, b"ok")
        except OSError as error:
            os.write(writing, os.strerror(error.errno).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as file:
        said = file.read()
    status = os.waitpid(pid, 0)[1]
    return said or f"signal {os.WTERMSIG(status)}"


def count_kills():
    with open("/proc/vmstat", encoding="ascii") as file:
        for line in file:
            if line.startswith("oom_kill "):
                return int(line.split()[1])
    raise Skip("this kernel does not count whom it kills for memory")


@scenario("limits/memory-pressure", seconds=400)
def pressure():
    """As many sockets as a small machine holds: the reader is told that there is no memory for it, and nobody is killed."""
    if memory("MemTotal:") > 512:
        raise Skip(f"this machine is not small: {memory('MemTotal:')} MB (make matrix has one)")
    with open("/proc/sys/fs/file-max", "w", encoding="ascii") as file:
        file.write("4000000")
    with open("/proc/sys/fs/nr_open", "w", encoding="ascii") as file:
        file.write("1048576")
    kills, free = count_kills(), memory()
    filler, made = start_filler(24)
    said = [read_once() for _ in range(3)]
    equal("processes killed", count_kills() - kills, 0)
    equal("the one that holds the sockets is there", os.waitpid(filler, os.WNOHANG), (0, 0))
    true(f"the reader of {made} sockets is told ENOMEM, or reads: {said}",
         set(said) <= {"Cannot allocate memory", "ok"})
    true(f"the sockets were too many for a view: {made}, {said}", "Cannot allocate memory" in said)
    os.kill(filler, signal.SIGKILL)
    os.waitpid(filler, 0)
    deadline = time.monotonic() + 60
    while memory() < free // 2 and time.monotonic() < deadline:
        time.sleep(0.2)
    equal("then", read_once(), "ok")
    return f"{made} sockets: {', '.join(said)}"


@scenario("limits/memory-of-a-cgroup", seconds=60)
def limited():
    """A reader whose cgroup has no more memory is told so, and not killed."""
    group = f"{GROUPS}/limits-{os.getpid()}"
    resource.setrlimit(resource.RLIMIT_NOFILE, (65536, 65536))
    with open(f"{GROUPS}/cgroup.subtree_control", "w", encoding="ascii") as file:
        file.write("+memory")
    os.mkdir(group)
    with Made("", commands="repeat 30000 socket s% udp"):
        equal("without a limit", read_once(), "ok")
        kills = count_kills()
        with open(f"{group}/cgroup.procs", "w", encoding="ascii") as file:
            file.write(str(os.getpid()))
        with open(f"{group}/memory.current", encoding="ascii") as file:
            now = int(file.read())
        with open(f"{group}/memory.max", "w", encoding="ascii") as file:
            file.write(str(now + (3 << 20)))
        equal("with one", read_once(), "Cannot allocate memory")
        equal("processes killed", count_kills() - kills, 0)
