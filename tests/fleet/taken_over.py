#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""taken_over.py CAPABILITIES SYSCALLS: runs in the lab VM. In the confinement of portsock-metrics.service - its user, capabilities, system calls and read-only
/proc - the reader works, and a program in its place cannot write into another process. Root without the confinement can, in each of the ways that are tried.
After the reader has opened the view it cannot read another process either. Prints ok or FAIL for each."""
import ctypes
import fcntl
import os
import re
import signal
import socket
import struct
import subprocess
import sys

CAPABILITIES = [{"cap_dac_read_search": 2, "cap_sys_ptrace": 19}[name] for name in sys.argv[1].split(",")]
SYSCALLS = [int(number) for number in sys.argv[2].split(",")]
LIBC = ctypes.CDLL(None, use_errno=True)
UNIT_USER = 61200
SYS_PTRACE, SYS_VM_WRITEV, SYS_PIDFD_OPEN, SYS_PIDFD_GETFD = 101, 311, 434, 438
PTRACE_ATTACH, PTRACE_DETACH, PTRACE_SEIZE = 16, 17, 0x4206
CLONE_NEWNS, MS_PRIVATE, MS_BIND, MS_REMOUNT_RDONLY = 0x20000, 0x44000, 0x5000, 0x5021
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_KEEPCAPS, PR_SET_SECCOMP, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 1, 4, 8, 22, 24, 38, 47
BPF_LOAD, BPF_JEQ, BPF_RET, ALLOW, EPERM = 0x20, 0x15, 0x06, 0x7FFF0000, 0x00050001


def check(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


# --- the confinement

def filter_system_calls():
    code = [(BPF_LOAD, 0, 0, 0)]  # seccomp_data.nr
    for number in SYSCALLS:
        code += [(BPF_JEQ, 0, 1, number), (BPF_RET, 0, 0, ALLOW)]
    code.append((BPF_RET, 0, 0, EPERM))
    text = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in code))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(code), ctypes.addressof(text)))
    check(LIBC.prctl(PR_SET_SECCOMP, 2, program, 0, 0))


def confine():
    os.umask(0o022)
    check(LIBC.unshare(CLONE_NEWNS))
    check(LIBC.mount(b"none", b"/", None, MS_PRIVATE, None))
    check(LIBC.mount(b"/proc", b"/proc", None, MS_BIND, None))
    check(LIBC.mount(b"none", b"/proc", None, MS_REMOUNT_RDONLY, None))  # with MS_BIND and MS_REC
    for capability in range(64):
        if capability not in CAPABILITIES:
            LIBC.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    check(LIBC.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
    os.setgroups([])
    os.setresgid(UNIT_USER, UNIT_USER, UNIT_USER)
    os.setresuid(UNIT_USER, UNIT_USER, UNIT_USER)
    have = sum(1 << capability for capability in CAPABILITIES)
    check(LIBC.capset(struct.pack("Ii", 0x20080522, 0), struct.pack("6I", have, have, have, 0, 0, 0)))
    for capability in CAPABILITIES:
        check(LIBC.prctl(PR_CAP_AMBIENT, 2, capability, 0, 0))
    check(LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    filter_system_calls()


# --- others, and ways into them

class Victim:
    """A process of that user, with a listener, some memory, and a memfd."""

    def __init__(self, uid, port):
        reading, writing = os.pipe()
        self.uid, self.port = uid, port
        self.pid = os.fork()
        if not self.pid:
            LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
            LIBC.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
            listener = socket.create_server(("127.0.0.1", port))
            secret = ctypes.create_string_buffer(b"untouched")
            os.write(writing, struct.pack("QII", ctypes.addressof(secret), os.memfd_create("memory"), listener.fileno()))
            while True:
                signal.pause()
        os.close(writing)
        self.address, self.memfd, self.listener = struct.unpack("QII", os.read(reading, 16))
        os.close(reading)


def by_mem(victim):
    with open(f"/proc/{victim.pid}/mem", "r+b", buffering=0) as mem:
        mem.seek(victim.address)
        mem.write(b"overwritten")


def by_mem_of_a_thread(victim):
    with open(f"/proc/{victim.pid}/task/{victim.pid}/mem", "r+b", buffering=0) as mem:
        mem.seek(victim.address)
        mem.write(b"overwritten")


def by_process_vm_writev(victim):
    text = ctypes.create_string_buffer(b"overwritten")
    ours = ctypes.create_string_buffer(struct.pack("QQ", ctypes.addressof(text), 11))
    theirs = ctypes.create_string_buffer(struct.pack("QQ", victim.address, 11))
    check(LIBC.syscall(SYS_VM_WRITEV, victim.pid, ours, 1, theirs, 1, 0))


def by_ptrace(victim):
    check(LIBC.syscall(SYS_PTRACE, PTRACE_SEIZE, victim.pid, None, None))
    LIBC.syscall(SYS_PTRACE, PTRACE_DETACH, victim.pid, None, None)


def by_pidfd_getfd(victim):
    check(LIBC.syscall(SYS_PIDFD_GETFD, check(LIBC.syscall(SYS_PIDFD_OPEN, victim.pid, 0)), victim.listener, 0))


def by_another_proc(victim):
    check(LIBC.mount(b"proc", b"/tmp", b"proc", 0, None))
    LIBC.umount2(b"/tmp", 2)
    by_mem(victim)


def by_its_oom_score(victim):
    with open(f"/proc/{victim.pid}/oom_score_adj", "w", encoding="ascii") as file:
        file.write("1000")


def by_memfd(victim):
    with open(f"/proc/{victim.pid}/fd/{victim.memfd}", "r+b", buffering=0) as memory:
        memory.write(b"overwritten")


def by_reading_its_memory(victim):
    with open(f"/proc/{victim.pid}/mem", "rb", buffering=0) as mem:
        mem.seek(victim.address)
        mem.read(8)


WRITES = (by_mem, by_mem_of_a_thread, by_process_vm_writev, by_ptrace, by_pidfd_getfd, by_another_proc, by_its_oom_score)
WITH_CAPABILITIES = (by_memfd, by_reading_its_memory)


def tried(prepare, ways, victims):
    """{(way, uid): whether it worked}, tried by a child behind prepare()"""
    reading, writing = os.pipe()
    if not os.fork():
        prepare()
        for way in ways:
            for victim in victims:
                try:
                    way(victim)
                    worked = "1"
                except OSError:
                    worked = "0"
                os.write(writing, f"{way.__name__} {victim.uid} {worked}\n".encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="ascii") as lines:
        told = {(name, int(uid)): worked == "1" for name, uid, worked in (line.split() for line in lines)}
    os.wait()
    return told


def judge(name, truth, told=""):
    print(f"ok confined: {name}" if truth else f"FAIL confined: {name}: {told}", flush=True)


def drop():
    """As the reader does, see userspace/metrics/privilege.c."""
    confine()
    check(LIBC.capset(struct.pack("Ii", 0x20080522, 0), struct.pack("6I", 0, 0, 0, 0, 0, 0)))


def capabilities_while_it_writes():
    """Its output does not fit into the pipe, so it waits in the middle of it; by then it has read all rows."""
    reading, writing = os.pipe()
    fcntl.fcntl(writing, 1031, 4096)  # F_SETPIPE_SZ
    reader = subprocess.Popen(["portsock", "metrics"], stdout=writing, preexec_fn=confine)
    os.close(writing)
    os.read(reading, 1)
    with open(f"/proc/{reader.pid}/status", encoding="ascii") as file:
        told = dict(re.findall(r"^Cap(\w+):\s*(\w+)$", file.read(), re.MULTILINE))
    while os.read(reading, 65536):
        pass
    reader.wait()
    return told


def main():
    victims = [Victim(0, 8080), Victim(1000, 8081), Victim(UNIT_USER, 8082)]
    free = tried(lambda: None, WRITES + WITH_CAPABILITIES, victims)
    confined = tried(confine, WRITES, victims)
    dropped = tried(drop, WRITES + WITH_CAPABILITIES, victims[:2])
    for way in WRITES:
        judge(f"{way.__name__} works without it", all(free[way.__name__, victim.uid] for victim in victims), free)
        judge(f"{way.__name__} does not work", len(confined) == len(WRITES) * len(victims) and
              not any(confined[way.__name__, victim.uid] for victim in victims), confined)
    for way in WITH_CAPABILITIES:
        judge(f"{way.__name__} works without it", all(free[way.__name__, victim.uid] for victim in victims), free)
    judge("nothing works after the view is open", len(dropped) == len(WRITES + WITH_CAPABILITIES) * 2 and not any(dropped.values()), dropped)
    told = subprocess.run(["portsock", "metrics"], preexec_fn=confine, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    judge("the reader works", (told.returncode, told.stderr) == (0, b""), told)
    owners = dict(re.findall(r'^portsock_listener_owners\{.*port="(\d+)".*\} (\d+)$', told.stdout.decode("ascii"), re.MULTILINE))
    judge("it sees the owners of every user", owners == {"8080": "1", "8081": "1", "8082": "1"}, owners)
    left = capabilities_while_it_writes()
    judge("it has dropped its capabilities", {left[which] for which in ("Inh", "Prm", "Eff", "Amb")} == {"0" * 16}, left)


main()
