#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""syscalls.py UNIT: the numbers of the system calls that the SystemCallFilter= of a unit allows on this machine, with commas between them. The sets are those of
systemd-analyze, the numbers those of the C library."""
import re
import subprocess
import sys

HEADER = "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"


def read_sets():
    sets, name = {}, None
    told = subprocess.run(["systemd-analyze", "--no-pager", "syscall-filter"], stdout=subprocess.PIPE, check=True, text=True).stdout
    for line in told.splitlines():
        if line.startswith(("@", "# ")):
            name = line if line[0] == "@" else None
        elif name and line.strip() and not line.strip().startswith("#"):
            sets.setdefault(name, []).append(line.strip())
    return sets


def expand(sets, word):
    if not word.startswith("@"):
        return {word}
    return set().union(*(expand(sets, member) for member in sets[word]))


def allowed_by(unit):
    """The first line says whether the list allows or denies; later ones add or, behind a ~, take away."""
    sets, allowed = read_sets(), set()
    with open(unit, encoding="utf-8") as lines:
        for value in re.findall(r"^SystemCallFilter=(.*)$", lines.read(), re.MULTILINE):
            names = set().union(*(expand(sets, word) for word in value.lstrip("~").split()))
            allowed = allowed - names if value.startswith("~") else allowed | names
    return allowed


def main():
    with open(HEADER, encoding="ascii") as header:
        numbers = dict(re.findall(r"#define __NR_(\w+)\s+(\d+)", header.read()))
    print(",".join(sorted((numbers[name] for name in allowed_by(sys.argv[1]) if name in numbers), key=int)))


main()
