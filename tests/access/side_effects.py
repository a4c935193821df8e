# SPDX-License-Identifier: GPL-2.0
"""The access check must not cost others: no memory of the audit system until
the read ends, and no close() that waits for that."""
import os
import signal
import socket
import struct
import subprocess
import time

import view
from maker import Made, children
from scenario import Skip, equal, scenario, slowed, true

NETLINK_AUDIT, AUDIT_SET, AUDIT_ADD_RULE = 9, 1001, 1011
SYS_SWAPON = 167
PROCESSES = 400


def audit(kind, payload):
    """One request to the audit system, and its answer."""
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_AUDIT) as control:
            # NLM_F_REQUEST | NLM_F_ACK
            control.send(struct.pack("IHHII", 16 + len(payload), kind, 5, 1, 0) + payload)
            answer = control.recv(9000)
    except OSError as reason:
        raise Skip(f"this kernel has no audit: {reason}") from None
    error = struct.unpack_from("i", answer, 16)[0]
    if error:
        raise Skip(f"no audit rule can be set: {os.strerror(-error)}")


def add_audit_rule():
    """A rule about a rare system call: every other call gets an audit
    context, too."""
    audit(AUDIT_SET, struct.pack("10I", 1, 1, *[0] * 8))  # AUDIT_STATUS_ENABLED
    mask = [0] * 64
    mask[SYS_SWAPON // 32] = 1 << SYS_SWAPON % 32
    # AUDIT_FILTER_EXIT, AUDIT_ALWAYS
    audit(AUDIT_ADD_RULE, struct.pack("3I", 4, 2, 0) + struct.pack("64I", *mask) + bytes(3 * 256 + 4))


def names_cache():
    with open("/proc/slabinfo", encoding="ascii") as lines:
        for line in lines:
            if line.startswith("names_cache "):
                return int(line.split()[1])
    raise Skip("this kernel has no slab named names_cache")


def sample(output):
    """The most objects that were seen, until SIGTERM."""
    most, ended = 0, []
    signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
    os.write(output, b"ready\n")
    while not ended:
        most = max(most, names_cache())
    os.write(output, b"%d\n" % most)


def most_during(action):
    reading, writing = os.pipe()
    sampler = os.fork()
    if not sampler:
        sample(writing)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as words:
        words.readline()
        action()
        os.kill(sampler, signal.SIGTERM)
        most = int(words.readline())
    os.waitpid(sampler, 0)
    return most


def holders(count):
    """Processes with a socket each."""
    return Made("", commands=f"repeat {count} fork w%; repeat {count} in w% socket s udp")


def read_in_child():
    """By a process that was made after the rule: only these have an audit
    context."""
    reader = os.fork()
    if not reader:
        for _ in range(5):
            view.read()
        os._exit(0)
    os.waitpid(reader, 0)


@scenario("side-effects/audit-keeps-no-names", seconds=60, netns=False)
def audit_names():
    names_cache()
    add_audit_rule()
    with holders(PROCESSES):
        idle = most_during(lambda: time.sleep(0.5))
        busy = most_during(read_in_child)
    true(f"{busy - idle} objects of names_cache more than the {idle} without a read, for {PROCESSES} processes", busy - idle < PROCESSES // 4)


def read_until_killed(pids):
    """The processes in the order of their numbers: the access check of the
    first is long over when the read ends."""
    reader = os.fork()
    if not reader:
        file = os.open(view.PATH, os.O_RDWR)
        os.write(file, f"pid={','.join(map(str, pids))}\n".encode())
        while True:
            os.pread(file, 1 << 16, 0)
    return reader


@scenario("side-effects/close-takes-effect-at-once", seconds=60, netns=True)
def close_is_not_delayed():
    """A port is free as soon as its listener was closed, however many reads
    check the process at that time."""
    with subprocess.Popen(["mksock", "-c", f"rebind {slowed(6)}; exit"], stdout=subprocess.PIPE) as closing, holders(2) as made:
        reader = read_until_killed([closing.pid, made.pid, *children(made.pid)])
        words = dict(word.split("=") for word in closing.stdout.readline().decode().split())
        os.kill(reader, signal.SIGKILL)
        os.waitpid(reader, 0)
    equal(f"listeners of {words['rounds']} that were still there after close()", words["late"], "0")
    return f"    {words['rounds']} listeners closed"
