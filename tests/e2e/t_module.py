# SPDX-License-Identifier: GPL-2.0
"""Loading and unloading under load. Last, and outside a namespace of its own: the module must be there for the others."""
import ctypes
import errno
import os
import subprocess
import time

import view
from scenario import LIBC, equal, scenario, true

FILE = "/lib/modules/portsock.ko"
SYS_FINIT_MODULE, SYS_DELETE_MODULE = 313, 176  # x86-64


def insert():
    fd = os.open(FILE, os.O_RDONLY)
    try:
        if LIBC.syscall(SYS_FINIT_MODULE, fd, b"", 0):
            raise OSError(ctypes.get_errno(), "finit_module")
    finally:
        os.close(fd)


def remove():
    """True if it is gone, False if somebody reads."""
    if LIBC.syscall(SYS_DELETE_MODULE, b"portsock", os.O_NONBLOCK) == 0:
        return True
    if ctypes.get_errno() not in (errno.EAGAIN, errno.EBUSY):
        raise OSError(ctypes.get_errno(), "delete_module")
    return False


def reader_forever():
    """Reads half of the time: rmmod must find moments when nobody does."""
    while True:
        begun = time.monotonic()
        try:
            view.read()
        except OSError:  # not there at this moment, or going
            pass
        time.sleep(0.001 + 2 * (time.monotonic() - begun))


@scenario("zz-module/open-file-holds-it", netns=False)
def holds():
    fd = os.open(view.PATH, os.O_RDONLY)
    equal("rmmod with an open file", remove(), False)
    true("it still reads", len(view.View(view.read_all(fd)).rows) >= 0)
    os.close(fd)


@scenario("zz-module/insmod-rmmod-100", seconds=300)
def cycle():
    # with pauses: on CPUs that are never idle each insmod waits half a second for grace periods
    busy = [subprocess.Popen(["mksock", "--family", family, "-c", "churn 0 2000"], stdin=subprocess.PIPE,
                             stdout=subprocess.DEVNULL) for family in ("inet", "inet6")]
    readers = []
    for _ in range(2):
        pid = os.fork()
        if not pid:
            reader_forever()
        readers.append(pid)
    done = 0
    while done < 100:
        if remove():
            true("no file without the module", not os.path.exists(view.PATH))
            insert()
            done += 1
        else:
            time.sleep(0.002)
    for pid in readers:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
    for process in busy:
        process.kill()
        process.wait()
    view.read()
