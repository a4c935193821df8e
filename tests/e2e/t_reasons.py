# SPDX-License-Identifier: GPL-2.0
"""Reasons that take some making: fast open, io_uring, a system call on a descriptor that is closed."""
import ctypes
import errno
import fcntl
import json
import mmap
import os
import socket
import struct
import subprocess
import threading

import view
from maker import cookie, ss
from scenario import LIBC, Skip, equal, scenario, true, variants, wait_until
from t_reader import reader

TCP_FASTOPEN = 23
SYS_IO_URING_SETUP, SYS_IO_URING_REGISTER, IORING_REGISTER_FILES = 425, 427, 2


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xffff)
    return ~(total + (total >> 16)) & 0xffff


def send_syn(source, target, port, data):
    """A SYN that carries data, from an address where nobody is: no answer will ever come back."""
    tcp = struct.pack("!HHIIBBHHH", 4711, port, 1000, 0, 5 << 4, 2, 65535, 0, 0) + data
    pseudo = socket.inet_aton(source) + socket.inet_aton(target) + struct.pack("!BBH", 0, 6, len(tcp))
    tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp)) + tcp[18:]
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 1, 0, 64, 6, 0, socket.inet_aton(source), socket.inet_aton(target))
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
        raw.sendto(ip + tcp, (target, 0))


@scenario("held/fast-open")
def fast_open():
    """A child that is a whole socket in SYN_RECV, and waits for accept() already."""
    for words in ("link add dummy0 type dummy", "addr add 10.0.0.1/24 dev dummy0", "link set dummy0 up"):
        if subprocess.run(["ip", *words.split()], stderr=subprocess.DEVNULL, check=False).returncode:
            raise Skip("no dummy interface here")
    with open("/proc/sys/net/ipv4/tcp_fastopen", "w", encoding="ascii") as file:
        file.write(str(0x202))  # as a server, and without asking for a cookie
    listener = socket.create_server(("10.0.0.1", 8080))
    listener.setsockopt(socket.IPPROTO_TCP, TCP_FASTOPEN, 5)
    send_syn("10.0.0.99", "10.0.0.1", 8080, b"hello!")
    wait_until(lambda: any(row["state"] == "SYN_RECV" for row in ss("-t", "-a").values()))
    now = view.read()
    row = now.one(REMOTE="10.0.0.99:4711")
    equal("row", [row[key] for key in ("STATE", "LOCAL", "RXQ", "INODE", "HELD", "PARENT", "OWNERS")],
          ["SYN_RECV", "10.0.0.1:8080", "6", "0", "acceptq", cookie(listener), "-"])
    equal("cookie in ss", [known for known, told in ss("-t", "-a").items() if told["state"] == "SYN_RECV"], [row["COOKIE"]])
    equal("the listener's backlog", now.one(COOKIE=cookie(listener))["RXQ"], "1")
    child, _ = listener.accept()
    row = view.read().one(REMOTE="10.0.0.99:4711")
    equal("accepted", [row[key] for key in ("STATE", "HELD", "PARENT", "COOKIE")], ["SYN_RECV", "process", "-", cookie(child)])


def io_uring(*socks):
    """A ring with these as its registered files."""
    ring = LIBC.syscall(SYS_IO_URING_SETUP, 4, ctypes.create_string_buffer(120))
    if ring < 0:
        raise Skip(f"no io_uring here: {os.strerror(ctypes.get_errno())}")
    numbers = (ctypes.c_int * len(socks))(*(sock.fileno() for sock in socks))
    if LIBC.syscall(SYS_IO_URING_REGISTER, ring, IORING_REGISTER_FILES, numbers, len(socks)):
        raise OSError(ctypes.get_errno(), "io_uring_register")
    return ring


@scenario("held/io-uring")
def registered():
    """Registered with a ring and closed: the port is taken, and no descriptor says by whom."""
    listener, udp = socket.create_server(("127.0.0.1", 8080)), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", 8080))
    known = [cookie(sock) for sock in (listener, udp)]
    ring = io_uring(listener, udp)
    equal("still open", [view.read().one(COOKIE=one)["HELD"] for one in known], ["process"] * 2)
    listener.close()
    udp.close()
    now = view.read()
    equal("closed", [[now.one(COOKIE=one)[key] for key in ("PORT", "HELD", "OWNERS")] for one in known], [["8080", "inflight", "-"]] * 2)
    rings = {row["cookie"]: row["ring"] for row in json.loads(reader("-aJ", "--held", "inflight", "-o", "COOKIE,RING").stdout)["sockets"]}
    with open("/proc/self/comm", encoding="ascii") as file:
        mine = f"{file.read().strip()}({os.getpid()})"
    for one in known:
        true(f"ring of {one}: {rings[one]}", rings[one] in (mine, f"may be {mine}"))
    os.close(ring)
    wait_until(lambda: not any(view.read().find(COOKIE=one) for one in known))


@variants("held/blocked-call", ("accept", "recv", "udp"))
def blocked(call):
    """A thread waits in a system call, another one closes the descriptor: the socket stays as long as the call."""
    listener = socket.create_server(("127.0.0.1", 0))
    address = listener.getsockname()
    if call == "accept":
        sock, peer = listener, None
        wait = listener.accept
    elif call == "recv":
        sock = socket.create_connection(address)
        peer, _ = listener.accept()
        wait = lambda: sock.recv(1)
    else:
        sock = peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind(("127.0.0.1", 0))
        wait = lambda: sock.recv(1)
    address, known, fd = sock.getsockname(), cookie(sock), sock.fileno()

    def work():
        try:
            wait()
        except OSError:
            pass  # what it was to return has no descriptor to be asked of

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    wait_until(lambda: in_call(thread.native_id))
    equal("open", view.read().one(COOKIE=known)["HELD"], "process")
    os.close(fd)
    row = view.read().one(COOKIE=known)
    equal("closed", [row["HELD"], row["OWNERS"], row["LOCAL"]], ["inflight", "-", f"{address[0]}:{address[1]}"])
    if call == "recv":
        peer.send(b"x")
    elif call == "udp":
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", address)
    else:
        socket.create_connection(address)
    thread.join(5)
    wait_until(lambda: not view.read().find(COOKIE=known, HELD="inflight"))


def in_call(tid, state="S"):
    with open(f"/proc/self/task/{tid}/stat", encoding="ascii") as file:
        return file.read().rsplit(")", 1)[1].split()[0] == state


def in_wait(tid):
    """wchan says nothing before 5.16 on x86, stack nothing where it is not configured."""
    said = ""
    for name in ("wchan", "stack"):
        try:
            with open(f"/proc/self/task/{tid}/{name}", encoding="ascii") as file:
                said += file.read()
        except FileNotFoundError:
            continue
    return "userfault" in said


def memory_that_waits():
    """A page of which every first touch waits until the userfaultfd is closed."""
    uffd = LIBC.syscall(323, os.O_CLOEXEC)
    if uffd < 0:
        raise Skip(f"no userfaultfd here: {os.strerror(ctypes.get_errno())}")
    page = mmap.mmap(-1, mmap.PAGESIZE)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    fcntl.ioctl(uffd, 0xc018aa3f, struct.pack("QQQ", 0xaa, 0, 0))  # UFFDIO_API
    fcntl.ioctl(uffd, 0xc020aa00, struct.pack("QQQQ", address, mmap.PAGESIZE, 1, 0))  # UFFDIO_REGISTER, missing pages
    return uffd, address, page


@variants("held/close-that-is-stopped", ("tcp", "udp", "unix"))
def stopped_close(what):
    """close() waits for an epoll set that is busy: no descriptor any more, and the port is taken. The kernel is finishing: orphan."""
    if what == "tcp":
        sock = socket.create_server(("127.0.0.1", 8080))
        client = socket.create_connection(("127.0.0.1", 8080))
    elif what == "udp":
        sock, client = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        sock.bind(("127.0.0.1", 8080))
        client.sendto(b"x", ("127.0.0.1", 8080))
    else:
        sock, client = (socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(2))
        sock.bind("\0stopped")
        client.sendto(b"x", "\0stopped")
    known, number, fd = cookie(sock), os.fstat(sock.fileno()).st_ino, sock.detach()
    poll = LIBC.epoll_create1(0)
    event = struct.pack("=IQ", 1, 0)
    if LIBC.epoll_ctl(poll, 1, fd, event):
        raise OSError(ctypes.get_errno(), "epoll_ctl")
    uffd, address, page = memory_that_waits()
    waiter = threading.Thread(target=lambda: LIBC.epoll_wait(poll, ctypes.c_void_p(address), 1, -1), daemon=True)
    waiter.start()
    wait_until(lambda: in_call(waiter.native_id, "S") and in_wait(waiter.native_id))
    closer = threading.Thread(target=lambda: LIBC.close(fd), daemon=True)
    closer.start()
    wait_until(lambda: in_call(closer.native_id, "D") and not os.path.exists(f"/proc/self/fd/{fd}"))
    row = view.read().one(COOKIE=known)
    equal("row", [row[key] for key in ("PORT", "STATE", "INODE", "HELD", "OWNERS")],
          ["-" if what == "unix" else "8080", "LISTEN" if what == "tcp" else "UNCONN", str(number), "orphan", "-"])
    if what == "tcp":
        true("ss has it", known in ss("-t", "-a"))
        equal("bind() has it", refused("127.0.0.1", 8080), "EADDRINUSE")
    os.close(uffd)  # whoever waits for the page goes on
    closer.join(5)
    wait_until(lambda: not view.read().find(COOKIE=known))
    client.close()
    del page


def refused(host, port):
    try:
        with socket.socket() as other:
            other.bind((host, port))
    except OSError as reason:
        return errno.errorcode[reason.errno]
    return "no"


@scenario("held/many-who-wait-and-a-deferred-one")
def deferred():
    """TCP_DEFER_ACCEPT: what has sent nothing is a request, what has sent something waits; both belong to the listener."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 60)
    silent, talks = (socket.create_connection(listener.getsockname()) for _ in range(2))
    talks.send(b"x")
    place = {sock: "%s:%d" % sock.getsockname() for sock in (silent, talks)}
    wait_until(lambda: view.read().find(REMOTE=place[talks], HELD="acceptq"))
    now = view.read()
    rows = [now.one(REMOTE=place[sock], PORT=listener.getsockname()[1]) for sock in (silent, talks)]
    equal("rows", [[row[key] for key in ("STATE", "HELD", "PARENT", "RXQ")] for row in rows],
          [["SYN_RECV", "synrecv", cookie(listener), "0"], ["ESTABLISHED", "acceptq", cookie(listener), "1"]])
    true("ss has both", {row["COOKIE"] for row in rows} <= set(ss("-t", "-a")))


@scenario("held/what-ss-says-of-flags-and-queues")
def like_ss():
    """DEV, UID, INODE, CGROUP, v6only as `ss -e --cgroup` has them; the rest of FLAGS as getsockopt() has."""
    six, four = socket.socket(socket.AF_INET6), socket.socket()
    options = {"reuseaddr": (1, 2), "keepalive": (1, 9), "dontroute": (1, 5), "linger": (1, 13), "reuseport": (1, 15)}
    for sock in (six, four):
        for number, (level, option) in enumerate(options.values()):
            value = struct.pack("ii", 1, 3) if option == 13 else struct.pack("i", 1)
            if sock is six or number % 2:
                sock.setsockopt(level, option, value)
    six.setsockopt(41, 26, 1)
    six.setsockopt(1, 25, b"lo")
    six.bind(("::", 8080))
    six.listen(3)
    four.bind(("127.0.0.1", 8080))
    four.listen(4)
    for sock in (six, four):
        row = view.read().one(COOKIE=cookie(sock))
        flags = {name for name, (level, option) in options.items() if any(sock.getsockopt(level, option, 4))}
        if sock is six and sock.getsockopt(41, 26):
            flags.add("v6only")
        equal("FLAGS", set(row["FLAGS"].split(",")), flags)
        line = next(line for line in subprocess.run(["ss", "-Htlne", "--cgroup"], stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()
                    if f"sk:{row['COOKIE']} " in line + " ")
        words = line.split()
        equal("RXQ, TXQ", words[1:3], [row["RXQ"], row["TXQ"]])
        equal("DEV", "%lo:" in words[3], row["DEV"] == "lo")
        equal("v6only", "v6only:1" in words, "v6only" in flags)
        equal("INODE", f"ino:{row['INODE']}" in words, True)
        path = next((word[7:] for word in words if word.startswith("cgroup:")), None)
        if path and path.startswith("/"):
            equal("CGROUP", row["CGROUP"], str(os.stat("/sys/fs/cgroup" + path).st_ino))
