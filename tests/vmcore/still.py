#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""still.py SEEDS [COMMAND...]: in the lab VM, makes the situations of tests/oracle, prints the view of all network namespaces, and in that moment stops the machine,
whose memory is to be looked at; or runs the command that looks at it."""
import glob
import mmap
import os
import subprocess
import sys

sys.path[:0] = ["/portsock/oracle", "/portsock/e2e"]
import view  # noqa: E402
from guest import capabilities, enter, make, seeds_of, settle  # noqa: E402


def stop_the_machine():
    """A byte for the device that is told of a kernel's panic: QEMU pauses."""
    for device in glob.glob("/sys/bus/pci/devices/*"):
        with open(device + "/device", encoding="ascii") as file:
            if file.read() != "0x0011\n":
                continue
        with open(device + "/enable", "w", encoding="ascii") as file:
            file.write("1")
        with open(device + "/resource0", "r+b", buffering=0) as memory, mmap.mmap(memory.fileno(), 0) as window:
            window[0] = 1
        return
    sys.exit("there is no device that stops the machine")


def main():
    can = capabilities()
    made = [make(seed, can) for seed in seeds_of(sys.argv[1])]
    for _, truth in made:
        for space, rows in truth.expected.items():
            enter(truth.files[space])
            settle(rows)
    with open(view.PATH, "r+b", buffering=0) as file:
        file.write(b"netns=all\n")
        text = view.read_all(file.fileno())
        if not sys.argv[2:]:
            os.sched_setaffinity(0, {os.cpu_count() - 1})  # the first one, whose stack is looked at, is idle
            stop_the_machine()
    sys.stdout.buffer.write(text)
    sys.stdout.buffer.flush()
    if sys.argv[2:]:
        subprocess.run(sys.argv[2:], check=True)
    for _, truth in made:
        truth.close()


main()
