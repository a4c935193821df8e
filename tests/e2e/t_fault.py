# SPDX-License-Identifier: GPL-2.0
"""Each allocation and each copy to the reader fails once: an error, nothing lost, and the next read works."""
import ctypes
import errno
import os
import select
import struct

import view
from maker import Made
from scenario import LIBC, Skip, equal, scenario, true

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


def open_read_poll_close(path, buffer):
    """The errors met on the way, by the system calls themselves: the interpreter's own memory is not to fail."""
    errors = []
    fd = LIBC.open(path, os.O_RDONLY)
    if fd < 0:
        return [ctypes.get_errno()]
    for offset in (0, 1, 70000):
        if LIBC.pread(fd, buffer, ctypes.c_size_t(len(buffer)), ctypes.c_long(offset)) < 0:
            errors.append(ctypes.get_errno())
    # the first poll() hooks and compares; what cannot be compared is said to have changed
    if LIBC.poll(ctypes.create_string_buffer(struct.pack("ihh", fd, select.POLLPRI, 0)), 1, 0) < 0:
        errors.append(ctypes.get_errno())
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


@scenario("fault/every-allocation-and-copy", seconds=120)
def every_one():
    arm_all()
    buffer = ctypes.create_string_buffer(65536)
    ctypes.memset(buffer, 1, len(buffer))
    path = view.PATH.encode()
    met = set()
    spared = 0
    with Made("many", count=300), Made("tcp-listen"):
        open_read_poll_close(path, buffer)
        nth = os.open(FAIL_NTH, os.O_RDWR)
        for number in range(1, 1000):
            os.pwrite(nth, b"%d" % number, 0)
            errors = open_read_poll_close(path, buffer)
            left = faults_left(nth)
            disarm(nth)
            true(f"errors of fault {number}: {[errno.errorcode[e] for e in errors]}", set(errors) <= set(ALLOWED))
            met |= set(errors)
            # what the kernel keeps of /proc from one read to the next makes one read need less than another
            spared = spared + 1 if left else 0
            if spared == 10:
                break
            equal(f"errors after fault {number}", open_read_poll_close(path, buffer), [])
        os.close(nth)
        true(f"{number} faults, of which there are dozens, and an end", spared and number > 20)
        equal("errors met", met, set(ALLOWED))
