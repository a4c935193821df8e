# SPDX-License-Identifier: GPL-2.0
"""Reads /proc/portsock. Written from doc/format.md alone: the product's own parser must not judge itself."""
import contextlib
import os
import re

PATH = "/proc/portsock"
COLUMNS = ("PROTO PORT STATE LOCAL REMOTE DEV RXQ TXQ UID INODE COOKIE NETNS CGROUP FLAGS HELD PARENT EXPIRES OWNERS TYPE PEER DROPS").split()
META = re.compile(r"# portsock 1 netns=(?P<netns>\d+) pidns=(?P<pidns>\d+) at=(?P<at>\d+) took=(?P<took>\d+)"
                  r" sockets=(?P<sockets>\d+) owners=(?P<owners>\d+)(?: missing=(?P<missing>[a-z0-9,]+))?")
KERNEL_ADDRESS = re.compile(r"ffff[0-9a-f]{12}", re.IGNORECASE)
OWNER = re.compile(r"(?P<pid>\d+)(?::(?P<tid>\d+))?/(?P<fd>\d+)/(?P<comm>[^ ,/]+)")


@contextlib.contextmanager
def limited_to(sockets):
    """max_sockets= for a while."""
    def parameter(mode, *value):
        with open("/sys/module/portsock/parameters/max_sockets", mode, encoding="ascii") as file:
            return file.write(*value) if value else file.read()

    before = parameter("r")
    parameter("w", str(sockets))
    try:
        yield
    finally:
        parameter("w", before)


class Row(dict):
    """One socket: columns by name, as text. owners() takes the list apart."""

    def owners(self):
        if self["OWNERS"] == "-" or self["OWNERS"].startswith("["):
            return []
        found = []
        for text in self["OWNERS"].split(","):
            match = OWNER.fullmatch(text)
            if not match:
                raise AssertionError(f"owner {text!r} in {self}")
            found.append((int(match["pid"]), int(match["tid"] or match["pid"]), int(match["fd"]), match["comm"]))
        return found

    def __str__(self):
        return " ".join(self.values())


class View:
    def __init__(self, text):
        if isinstance(text, bytes):
            text = text.decode("ascii")
        if KERNEL_ADDRESS.search(text):
            raise AssertionError("a kernel address: " + KERNEL_ADDRESS.search(text)[0])
        if not text.endswith("\n"):
            raise AssertionError("the last line does not end: " + text[-80:])
        self.text = text
        lines = text[:-1].split("\n")
        match = META.fullmatch(lines[0])
        if not match:
            raise AssertionError("first line: " + lines[0])
        self.missing = set(filter(None, (match["missing"] or "").split(",")))
        self.meta = {key: int(value) for key, value in match.groupdict().items() if key != "missing"}
        if lines[1].split() != ["#"] + COLUMNS:
            raise AssertionError("second line: " + lines[1])
        self.body = lines[2:]
        self.all = [self.row(line) for line in self.body]
        if self.meta["sockets"] != len(self.all):
            raise AssertionError(f"{len(self.all)} rows: {lines[0]}")
        # scenarios count what they made; these are in each network namespace, and netlink/kernel looks at them
        self.rows = [row for row in self.all if (row["PROTO"], row["HELD"]) != ("netlink", "kernel")]
        self.meta["sockets"] = len(self.rows)

    @staticmethod
    def row(line):
        fields = line.split()
        if len(fields) != len(COLUMNS):
            raise AssertionError(f"{len(fields)} fields: {line}")
        return Row(zip(COLUMNS, fields))

    def find(self, **wanted):
        """All rows with these values: find(PROTO="tcp", PORT=80)."""
        return [row for row in self.rows if all(row[key] == str(value) for key, value in wanted.items())]

    def one(self, **wanted):
        rows = self.find(**wanted)
        if len(rows) != 1:
            raise AssertionError(f"{len(rows)} rows with {wanted}" + "".join("\n    " + str(row) for row in rows))
        return rows[0]


def read_all(fd, size=1 << 16):
    parts = []
    while part := os.read(fd, size):
        parts.append(part)
    return b"".join(parts)


def read(size=1 << 16):
    fd = os.open(PATH, os.O_RDONLY)
    try:
        return View(read_all(fd, size))
    finally:
        os.close(fd)
