#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A service of the server test: apps.py NAME. Each is a situation that was
reported from a server."""
import os
import signal
import socket
import struct
import subprocess
import sys
import time

IPPROTO_MPTCP = 262


def ready():
    """As sd_notify(3) does."""
    if "NOTIFY_SOCKET" in os.environ:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
            s.sendto(b"READY=1", os.environ["NOTIFY_SOCKET"])


def serve_for_ever(*sockets):
    ready()
    while sockets:
        signal.pause()


def listen(address, proto=0):
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, proto)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(address)
    s.listen(512)
    return s


def mptcp():
    """As each server that is written in Go: with a client, accepted."""
    listener = listen(("0.0.0.0", 8443), IPPROTO_MPTCP)
    client = socket.socket(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP)
    client.connect(("127.0.0.1", 8443))
    serve_for_ever(listener, client, listener.accept()[0])


def denied():
    """Its unit has SocketBindDeny=ipv4:tcp:8080."""
    try:
        listen(("0.0.0.0", 8080))
        errno = 0
    except OSError as reason:
        errno = reason.errno
    with open("/run/denied", "w", encoding="ascii") as file:
        file.write(str(errno))
    serve_for_ever(socket.socket())


def outlived():
    """The child keeps the listener when its parent has died: a leak, and no
    restart succeeds."""
    s = listen(("0.0.0.0", 9999))
    if not os.fork():
        for fd in 0, 1, 2:
            os.close(fd)
        signal.pause()
    ready()
    time.sleep(1)
    os._exit(1)


def inherited():
    """A job in another unit has got the listener, and the service is gone: a
    leak."""
    s = listen(("0.0.0.0", 9998))
    s.set_inheritable(True)
    ready()
    job = subprocess.Popen(["systemd-run", "--quiet", "--scope", "--unit=job", "sleep", "infinity"], close_fds=False)
    for _ in range(600):
        with open(f"/proc/{job.pid}/cgroup", encoding="ascii") as file:
            if "job.scope" in file.read():
                return
        time.sleep(0.5)


def unix(path):
    if os.path.exists(path):
        os.unlink(path)
    s = socket.socket(socket.AF_UNIX)
    s.bind(path)
    s.listen()
    serve_for_ever(s)


def drops():
    """Receives nothing of what is sent."""
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    receiver.bind(("127.0.0.1", 5140))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for _ in range(500):
            sender.sendto(b"x" * 200, ("127.0.0.1", 5140))
    serve_for_ever(receiver)


def database():
    """A client that is logged in."""
    ready()
    while True:
        try:
            s = socket.create_connection(("127.0.0.1", 5432))
            words = b"user\0postgres\0database\0postgres\0\0"
            s.sendall(struct.pack("!II", 8 + len(words), 0x30000) + words)
            if s.recv(4096)[:1] == b"R":
                break
            s.close()  # the server starts still
        except ConnectionRefusedError:
            pass
        time.sleep(1)
    while True:
        signal.pause()


def eater():
    """Has many ephemeral ports towards one place."""
    listener = listen(("127.0.0.1", 7000))
    serve_for_ever(listener, *[(socket.create_connection(("127.0.0.1", 7000)), listener.accept()[0]) for _ in range(60)])


def vrf():
    """As a BGP speaker in a VRF."""
    s = socket.socket(socket.AF_INET)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"blue")
    s.bind(("0.0.0.0", 179))
    s.listen()
    serve_for_ever(s)


APPS = {
    "mptcp": mptcp,
    "denied": denied,
    "outlived": outlived,
    "inherited": inherited,
    "old": lambda: unix("/run/app.sock"),
    "new": lambda: unix("/run/app.sock"),
    "drops": drops,
    "database": database,
    "eater": eater,
    "vrf": vrf,
    "side": lambda: serve_for_ever(listen(("0.0.0.0", 8095))),
}
APPS[sys.argv[1]]()
