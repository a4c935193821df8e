# SPDX-License-Identifier: GPL-2.0
"""Drives mksock, and asks the kernel by the ways that existed before portsock: /proc, ss, system calls."""
import ctypes
import os
import re
import socket
import subprocess

from scenario import LIBC, has_ipv6, needs_ipv6

SO_COOKIE = 57
TCP_STATES = dict(zip("01 02 03 04 05 06 07 08 09 0A 0B 0C".split(),
                      "ESTABLISHED SYN_SENT SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE CLOSE_WAIT LAST_ACK LISTEN CLOSING SYN_RECV".split()))
SS_STATES = {"ESTAB": "ESTABLISHED", "FIN-WAIT-1": "FIN_WAIT1", "FIN-WAIT-2": "FIN_WAIT2", "UNCONN": "CLOSE"}


def cookie(sock):
    value, size = ctypes.c_uint64(), ctypes.c_uint(8)  # Python's own getsockopt() wants none of this of a vsock
    if LIBC.getsockopt(sock.fileno(), socket.SOL_SOCKET, SO_COOKIE, ctypes.byref(value), ctypes.byref(size)):
        raise OSError(ctypes.get_errno(), "SO_COOKIE")
    return f"{value.value:x}"


class Made:
    """A running mksock and what it told: made["l"]["inode"]; made["w0", "s"] for a worker's socket."""

    def __init__(self, recipe, commands=None, name="mksock", **options):
        words = [name]
        for key, value in options.items():
            words += ["--" + key] if value is True else ["--" + key, value if isinstance(value, bytes) else str(value)]
        words += ["-c", commands] if commands is not None else [recipe]
        self.process = subprocess.Popen(words, executable="mksock", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.pid = self.process.pid
        self.told = []
        self.until("ready")

    def until(self, end):
        while True:
            line = self.process.stdout.readline().decode("ascii").rstrip("\n")
            if line == end:
                return
            if line.startswith("role="):
                self.told.append(dict(word.split("=", 1) for word in line.split(" ")))
            elif not line:
                needs_ipv6()  # where there is none, that is why it ended
                raise AssertionError("mksock: it ended")
            elif line.startswith("error"):
                raise AssertionError("mksock: " + line)

    def do(self, commands):
        for command in commands.split(";"):
            self.process.stdin.write(command.strip().encode() + b"\n")
            self.process.stdin.flush()
            self.until("ok")
        return self

    def __getitem__(self, role):
        maker, role = role if isinstance(role, tuple) else (None, role)
        for told in reversed(self.told):
            if told["role"] == role and maker in (None, told["maker"]):
                return told
        raise KeyError(role)

    def sockets(self):
        """The last word about each socket that was told of."""
        return list({(told["maker"], told["role"]): told for told in self.told}.values())

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def run(*words, **options):
    return subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, **options)


def ss(*options):
    """ss's rows by cookie: state, rxq, txq, inode, timer (seconds)."""
    rows = {}
    for line in run("ss", "-Hnoe", *options).stdout.decode().splitlines():
        words = line.split()
        cookie = re.search(r"\bsk:([0-9a-f]+)", line)
        inode = re.search(r"\bino:(\d+)", line)
        timer = re.search(r"timer:\((\w+),([^,]*),", line)
        if words[0] in ("tcp", "udp", "raw", "ptb", "p_raw", "p_dgr", "u_str", "u_dgr", "u_seq", "nl"):
            words = words[1:]
        if cookie:
            rows[cookie[1]] = {"state": SS_STATES.get(words[0], words[0].replace("-", "_")), "rxq": words[1], "txq": words[2],
                               "inode": inode[1] if inode else "0", "timer": timer and seconds(timer[2]), "line": line}
    return rows


def seconds(text):
    """ss's 59sec, 1min3sec, 200ms, 5.020ms (which is seconds and milliseconds)."""
    total = 0.0
    for value, unit in re.findall(r"([\d.]+)(min|sec|ms)", text):
        if unit == "ms" and "." in value:
            total += float(value)
        else:
            total += float(value) * {"min": 60, "sec": 1, "ms": 0.001}[unit]
    return total


def hex_address(text):
    """/proc/net/tcp's 0100007F:1F90 as 127.0.0.1:8080, and the v6 one as the 32 digits of its bytes."""
    host, port = text.split(":")
    raw = b"".join(bytes.fromhex(host[i:i + 8])[::-1] for i in range(0, len(host), 8))
    if len(raw) == 4:
        return f"{socket.inet_ntop(socket.AF_INET, raw)}:{int(port, 16)}"
    return f"[{socket.inet_ntop(socket.AF_INET6, raw)}]:{int(port, 16)}"


def proc_net(table):
    """Rows of /proc/net/{tcp,tcp6,udp,udp6,raw,raw6}: (local, remote, state, inode)."""
    rows = []
    if table.endswith("6") and not has_ipv6():
        return rows
    with open("/proc/net/" + table, encoding="ascii") as lines:
        next(lines)
        for line in lines:
            words = line.split()
            rows.append((hex_address(words[1]), hex_address(words[2]), TCP_STATES[words[3]], int(words[9])))
    return rows


def proc_inodes(table):
    """Inode numbers in /proc/net/{unix,netlink,packet}, without the kernel's own ends of netlink (portid 0)."""
    column = {"unix": 6, "netlink": 9, "packet": 8}[table]
    with open("/proc/net/" + table, encoding="utf-8", errors="replace") as lines:
        rows = [line.split() for line in lines][1:]
    return {int(row[column]) for row in rows if len(row) > column and not (table == "netlink" and row[2] == "0")} - {0}


def proc_owners(pids):
    """Who holds which socket by /proc/PID/task/TID/fd: {inode: {(pid, tid, fd)}}, threads only if their table differs."""
    owners = {}
    for pid in pids:
        for tid in os.listdir(f"/proc/{pid}/task"):
            for fd, inode in descriptors(f"/proc/{pid}/task/{tid}/fd"):
                owners.setdefault(inode, set()).add((pid, int(tid), fd))
    return owners


def children(parent):
    """PIDs of a process' children, the lowest first."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
                if int(file.read().rsplit(")", 1)[1].split()[1]) == parent:
                    found.append(int(pid))
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just ended
    return sorted(found)


def descriptors(directory):
    try:
        names = os.listdir(directory)
    except OSError:
        return
    for name in names:
        try:
            target = os.readlink(f"{directory}/{name}")
        except OSError:
            continue
        if target.startswith("socket:["):
            yield int(name), int(target[8:-1])
