# SPDX-License-Identifier: GPL-2.0
"""The commands that README.md, CONTRIBUTING.md and the other documents tell people, one a line: "run COMMAND" for the VM, or "else COMMAND TAB WHERE" for what is run
elsewhere, or is not. One that is neither is an error: say here where it is run."""
import os
import re
import sys

# Who else runs it, by how it begins. What nobody runs must at least be there: a verb of make's, a file.
ELSEWHERE = [
    (r"tests/lab/dump |drgn |>>> |crash|trace-cmd |bpftrace |make lab MONITOR", "tests/vmcore/run types it"),
    (r"\(gdb\) |make lab GDB", "tests/lab/check-gdb types it"),
    (r"make lab$", "tests/lab/check-terminal types it"),
    (r"portsock .*\| jq -r|cp portsock-metrics", "tests/fleet/run does it"),
    (r"make (demo|lab|matrix|pictures|check|check-packages|check-server|check-fleet|deb|deps)\b", "a verb that takes minutes, or a person"),
    (r"make (check-\w+|fuzz|bench|torture)\b", "is a group of tests by itself"),
    (r"make$|make KDIR=|insmod |rmmod ", "tests/packages/run builds it in a clean chroot, tests/lab/vm inserts and removes it"),
    (r"((SCENARIO|CASES|KERNELS?)=\S+ )*tests/", "is a group of tests by itself"),
    (r"git config blame", "a setting of git, for the file of that name"),
    (r"apt install|systemctl enable|modprobe |cp /usr/share/doc|mokutil |reboot", "tests/packages/run does it in a chroot and in VMs"),
    (r"git archive|dkms ", "tests/lint/dkms does it in folders of its own"),
]
IN_VM = r"(portsock|cat /proc/portsock|exec 3<>/proc/portsock|mount|echo|dmesg)\b"
# Lines of a block that are no commands: what a program answers, and what it may be given; what goes into a file.
ANSWERS = r"modprobe: ERROR|EADDRINUSE|advice:|(portsock|make)( why| wait)? [\[(]|make demo, check|portsock:|portsock metrics  --|#|static |const |[a-z_]+:|- "


def blocks(text):
    """Indented blocks, as lists of their lines."""
    for block in re.findall(r"(?:^    .*\n)+", text, re.MULTILINE):
        yield [line[4:] for line in block.splitlines()]


def pieces(line):
    """A line is commands, each with what it is for behind three spaces; ';  ' and ', ' stand between them."""
    for number, piece in enumerate(re.split(r";  |, (?=portsock )", line)):
        command = re.split(r" {3,}|: |  \(", piece)[0].strip()
        if number == 0 or re.match(IN_VM + "|make |KERNEL=", command):
            yield command
        if number == 0 and (more := re.search(r" {3,}(portsock .*)", piece)):
            yield from pieces(more[1])


def commands(path):
    with open(path, encoding="utf-8") as file:
        for block in blocks(file.read()):
            if block[0].startswith("# portsock"):  # a view: its heading is the command
                if not block[0].startswith("# portsock 1 "):
                    yield block[0][2:]
                continue
            for line in block:
                if not re.match(ANSWERS, line) and not line.startswith(" "):
                    yield from pieces(line)


def missing(command):
    """What the command needs of the tree and is not there."""
    with open("Makefile", encoding="utf-8") as makefile:
        verbs = set(" ".join(re.findall(r"^([a-z][a-z0-9 -]*):", makefile.read(), re.MULTILINE)).split())
    words = command.split()
    if words[0] == "make":
        return [word for word in words[1:] if "=" not in word and word not in verbs]
    return [word for word in words if word.startswith(("tests/", "packaging/")) and "*" not in word and not os.path.exists(word)]


def main():
    status = 0
    for command in dict.fromkeys(command for path in sys.argv[1:] for command in commands(path)):
        where = next((where for pattern, where in ELSEWHERE if re.match(pattern, command)), None)
        if where and not missing(command):
            print(f"else {command}\t{where}")
        elif re.match(IN_VM, command):
            print(f"run {command}")
        else:
            print(f"bad {command}\t{'there is no ' + ' '.join(missing(command)) if where else 'nothing says where this is tried: tests/docs/commands.py'}")
            status = 1
    return status


sys.exit(main())
