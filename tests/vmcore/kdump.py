#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""kdump.py VMLINUZ: in the lab VM, crashes it as a machine with kdump crashes: the kernel that waits in what crashkernel= sets aside starts, and saves what the first
one had in memory, /proc/vmcore, to the disk /dev/vda. kdump-tools does the same with more care."""
import ctypes
import os
import shutil
import subprocess
import sys
import time

ROOT = "/tmp/kdump"
INIT = """#!/bin/busybox sh
alias say=/bin/busybox
say mount -t proc proc /proc
say mount -t devtmpfs dev /dev
while read -r file; do say insmod $file; done </modules
say dd if=/proc/vmcore of=/dev/vda bs=1M && say sync && say echo vmcore saved
say reboot -f
"""
KEXEC_FILE_LOAD, KEXEC_FILE_ON_CRASH = 320, 2


def capture_initrd():
    """The second kernel's: busybox, and the modules that this guest has its disk by."""
    for name in ("bin", "proc", "dev"):
        os.makedirs(f"{ROOT}/{name}")
    shutil.copy("/usr/bin/busybox", ROOT + "/bin/busybox")
    with open("/lab/modules", encoding="ascii") as file:
        modules = [path for path in file.read().split() if "virtio" in path]
    for path in modules:
        shutil.copy(path, ROOT)
    with open(ROOT + "/modules", "w", encoding="ascii") as file:
        file.writelines(os.path.basename(path) + "\n" for path in modules)
    with open(ROOT + "/init", "w", encoding="ascii") as file:
        file.write(INIT)
    os.chmod(ROOT + "/init", 0o755)
    subprocess.run(f"cd {ROOT} && find . | busybox cpio -o -H newc >/tmp/kdump.initrd", shell=True, check=True)
    return "/tmp/kdump.initrd"


def load(kernel, initrd):
    """As `kexec -p -s` does."""
    libc = ctypes.CDLL(None, use_errno=True)
    files = [os.open(path, os.O_RDONLY) for path in (kernel, initrd)]
    line = b"console=ttyS0 panic=-1 nr_cpus=1 reset_devices\0"
    if libc.syscall(KEXEC_FILE_LOAD, *files, ctypes.c_ulong(len(line)), line, ctypes.c_ulong(KEXEC_FILE_ON_CRASH)):
        sys.exit(f"kexec_file_load: {os.strerror(ctypes.get_errno())}")


def main():
    load(sys.argv[1], capture_initrd())
    time.sleep(2)  # what was printed is on its way out
    with open("/proc/sysrq-trigger", "w", encoding="ascii") as file:
        file.write("c")


main()
