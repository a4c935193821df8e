# SPDX-License-Identifier: GPL-2.0
"""Each allocation and each copy to the reader fails once: an error, nothing lost, and the next read works."""
import ctypes
import errno
import os
import select
import struct

import view
from maker import Made
from scenario import LIBC, Skip, equal, scenario, true, variants
from t_module import FILE, SYS_FINIT_MODULE, insert, remove

FAIL_NTH = "/proc/thread-self/fail-nth"
KNOBS = ("failslab/ignore-gfp-wait", "fail_page_alloc/ignore-gfp-wait", "fail_page_alloc/min-order")
ALLOWED = (errno.ENOMEM, errno.EFAULT)


def arm_all():
    if not os.path.exists(FAIL_NTH):
        raise Skip("this kernel injects no faults")
    for knob in KNOBS:
        path = "/sys/kernel/debug/" + knob
        if os.path.exists(path):
            with open(path, "w") as file:
                file.write("0")
    for kind in ("failslab", "fail_page_alloc", "fail_usercopy"):
        path = f"/sys/kernel/debug/{kind}/verbose"
        if os.path.exists(path):
            with open(path, "w") as file:
                file.write("0")


class Calls:
    """An open file's way, by the system calls themselves: the interpreter's own memory is not to fail."""

    def __init__(self, line):
        self.line = line
        self.buffer = ctypes.create_string_buffer(65536)
        self.polled = ctypes.create_string_buffer(8)
        ctypes.memset(self.buffer, 1, len(self.buffer))

    def failed(self, result):
        return [ctypes.get_errno()] if result < 0 else []

    def read(self, fd, offset):
        return self.failed(LIBC.pread(fd, self.buffer, ctypes.c_size_t(len(self.buffer)), ctypes.c_long(offset)))

    def poll(self, fd):
        """The first one hooks and compares; what cannot be compared is said to have changed."""
        ctypes.memmove(self.polled, struct.pack("ihh", fd, select.POLLPRI, 0), 8)
        return self.failed(LIBC.poll(self.polled, 1, 0))

    def write(self, fd):
        return self.failed(LIBC.write(fd, self.line, ctypes.c_size_t(len(self.line)))) if self.line else []

    def __call__(self):
        """The errors met on the way."""
        fd = LIBC.open(view.PATH.encode(), os.O_RDWR)
        if fd < 0:
            return self.failed(fd)
        errors = self.write(fd) + self.read(fd, 0) + self.read(fd, 1) + self.read(fd, 70000) + self.poll(fd)
        errors += self.write(fd) + self.poll(fd)
        LIBC.close(fd)
        return errors


def faults_left(nth):
    """Whether the fault is still to come: asking is a copy that may be the one to fail."""
    try:
        return int(os.pread(nth, 16, 0).rstrip(b"\0\n")) > 0
    except OSError as error:
        equal("error of asking", error.errno, errno.EFAULT)
        return True


def disarm(nth):
    """Saying so is a copy, too."""
    try:
        os.pwrite(nth, b"0", 0)
    except OSError as error:
        equal("error of disarming", error.errno, errno.EFAULT)
        os.pwrite(nth, b"0", 0)


class Fault:
    """with Fault(nth, number) as fault: the so many-th allocation or copy of what is done inside fails; fault.left: it never came."""

    def __init__(self, nth, number):
        self.nth, self.number, self.left = nth, number, True

    def __enter__(self):
        os.pwrite(self.nth, b"%d" % self.number, 0)
        return self

    def __exit__(self, *_):
        self.left = faults_left(self.nth)
        disarm(self.nth)


def each_fault(limit=2000):
    """The faults, until ten in a row never come: what the kernel keeps from one time to the next makes one need less than another."""
    arm_all()
    nth = os.open(FAIL_NTH, os.O_RDWR)
    spared = number = 0
    while spared < 10:
        number += 1
        true(f"{number} faults, and an end", number < limit)
        fault = Fault(nth, number)
        yield fault
        spared = spared + 1 if fault.left else 0
    os.close(nth)
    true(f"{number} faults, of which there are dozens", number > 30)


@variants("fault/every-allocation-and-copy", ("read", "netns=all", "port=1-65535 owners=no"), seconds=240)
def every_one(line):
    calls = Calls(b"" if line == "read" else line.encode())
    met = set()
    with Made("many", count=300), Made("tcp-listen"):
        calls()
        for fault in each_fault():
            with fault:
                errors = calls()
            true(f"errors of fault {fault.number}: {[errno.errorcode[e] for e in errors]}", set(errors) <= set(ALLOWED))
            met |= set(errors)
            if not fault.left:
                equal(f"errors after fault {fault.number}", calls(), [])
    equal("errors met", met, set(ALLOWED))
    with open("/sys/module/portsock/refcnt", encoding="ascii") as file:
        equal("the module's references", file.read().strip(), "0")
    return f"{fault.number - 10} faults"


def left_behind():
    return [path for path in (view.PATH, "/sys/module/portsock", "/sys/kernel/debug/portsock") if os.path.exists(path)] + \
        [name for name in os.listdir("/sys/kernel/slab") if "portsock" in name]


@scenario("zz-module/every-fault-of-insmod", seconds=240, netns=False)
def every_fault_of_insmod():
    """An insmod that fails leaves nothing; one that does not in spite of the fault, works."""
    arm_all()
    file = os.open(FILE, os.O_RDONLY)
    true("rmmod", remove())
    failures = 0
    try:
        for fault in each_fault():
            with fault:
                failed = LIBC.syscall(SYS_FINIT_MODULE, file, b"", 0)
                error = ctypes.get_errno()
            if failed:
                true(f"fault {fault.number}: {errno.errorcode[error]}", error in ALLOWED)
                equal(f"left by fault {fault.number}", left_behind(), [])
                failures += 1
            else:
                view.read()
                true("rmmod", remove())
    finally:
        if not os.path.exists(view.PATH):
            insert()
        os.close(file)
    true(f"{failures} failed insmods are dozens", failures > 20)
    view.read()
    return f"{fault.number - 10} faults, {failures} failed insmods"
