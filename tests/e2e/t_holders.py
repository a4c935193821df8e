# SPDX-License-Identifier: GPL-2.0
"""Sockets that the kernel made for itself, and the name of the module behind each."""
import ctypes
import fcntl
import os
import signal
import socket
import stat
import struct
import time

import view
from maker import cookie, proc_net, run
from scenario import LIBC, Skip, equal, scenario, slowed, true, variants, wait_until
from t_families import judge, make, place, send_away, ss_rows

NBD_SET_SOCK, NBD_DO_IT = 0xab00, 0xab03


def ip(*words):
    done = run("ip", *words)
    if done.returncode:
        raise Skip(f"ip {' '.join(words)}: {done.stderr.decode().strip()}")


def geneve():
    ip("link", "add", "gnv0", "type", "geneve", "id", "9", "remote", "127.0.0.1")
    ip("link", "set", "gnv0", "up")


def wireguard():
    ip("link", "add", "wg0", "type", "wireguard")
    ip("link", "set", "wg0", "up")


def fou():
    ip("fou", "add", "port", "5555", "ipproto", "4")


def l2tp():
    ip("l2tp", "add", "tunnel", "tunnel_id", "1", "peer_tunnel_id", "2", "encap", "udp", "local", "127.0.0.1", "remote", "127.0.0.1",
       "udp_sport", "6001", "udp_dport", "6002")


def sctp():
    try:
        with open("/proc/sys/net/sctp/udp_port", "w", encoding="ascii") as file:
            file.write("9899")
    except OSError as reason:
        raise Skip(str(reason)) from None


TUNNELS = {"geneve": geneve, "wireguard": wireguard, "fou": fou, "l2tp_core": l2tp, "sctp": sctp}


@variants("held/kernel", list(TUNNELS))
def tunnel(name):
    """Nobody holds its UDP sockets; /proc/net/udp has all of them."""
    TUNNELS[name]()
    with open("/proc/modules", encoding="ascii") as file:
        holder = name if name in [line.split()[0] for line in file] else "kernel"  # it may be built in
    now = view.read()
    rows = now.find(PROTO="udp")
    true("a socket", rows)
    for row in rows:
        equal("row", [row[key] for key in ("HELD", "OWNERS", "PARENT")], ["kernel", f"[{holder}]", "-"])
        true("UNCONN or ESTABLISHED", row["STATE"] in ("UNCONN", "ESTABLISHED"))
    equal("sockets of /proc/net/udp", sorted(row["LOCAL"] for row in rows),
          sorted(local for table in ("udp", "udp6") for local, *_ in proc_net(table)))
    equal("sockets of ss", {row["COOKIE"] for row in rows}, set(ss_rows("-u")))


@scenario("held/kernel/sunrpc")
def nfs():
    """An NFS client's connection has a file, but no process."""
    listener = socket.create_server(("127.0.0.1", 2049))
    os.makedirs("/tmp/nfs", exist_ok=True)
    child = os.fork()
    if not child:
        LIBC.mount(b"127.0.0.1:/", b"/tmp/nfs", b"nfs4", 0, b"vers=4.2,addr=127.0.0.1,clientaddr=127.0.0.1,proto=tcp,port=2049")
        os._exit(ctypes.get_errno() & 0xff)
    server = None
    try:
        listener.settimeout(5)
        try:
            server, peer = listener.accept()
        except socket.timeout:
            raise Skip("no NFS client in the lab") from None
        row = view.read().one(PROTO="tcp", LOCAL=place(peer))
        equal("row", [row[key] for key in ("STATE", "REMOTE", "HELD", "OWNERS")], ["ESTABLISHED", "127.0.0.1:2049", "kernel", "[sunrpc]"])
    finally:
        os.kill(child, signal.SIGKILL)
        if server:
            server.close()
        listener.close()
        os.waitpid(child, 0)


@scenario("held/kernel/nbd")
def nbd():
    """nbd-client -N exits: the block device keeps the file of the socket, and no process has it."""
    kept = [socket.socketpair(), socket.socketpair()]
    listener = socket.create_server(("127.0.0.1", 10809))
    kept.append((socket.create_connection(("127.0.0.1", 10809)), listener.accept()[0]))
    known = [cookie(near) for near, _ in kept]
    children = []
    for number, (near, _) in enumerate(kept):
        path = f"/tmp/nbd{number}"
        try:
            with open(f"/sys/block/nbd{number}/dev", encoding="ascii") as file:
                major, minor = map(int, file.read().split(":"))
        except OSError:
            raise Skip("no nbd in the lab") from None
        if not os.path.exists(path):
            os.mknod(path, 0o600 | stat.S_IFBLK, os.makedev(major, minor))
        device = os.open(path, os.O_RDWR)
        fcntl.ioctl(device, NBD_SET_SOCK, near.fileno())
        children.append(os.fork())
        if not children[-1]:
            for one, _ in kept:
                one.close()
            fcntl.ioctl(device, NBD_DO_IT, 0)
            os._exit(0)
        os.close(device)
    equal("with a descriptor", {view.read().one(COOKIE=one)["HELD"] for one in known}, {"process"})
    for near, _ in kept:
        near.close()
    try:
        wait_until(lambda: {view.read().one(COOKIE=one)["OWNERS"] for one in known} == {"[nbd]"})
        equal("HELD", {view.read().one(COOKIE=one)["HELD"] for one in known}, {"kernel"})
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


@scenario("held/kernel/cifs")
def cifs():
    """A CIFS mount's connection has no callback of its module; the module's thread sleeps on it."""
    listener = socket.create_server(("127.0.0.1", 445))
    os.makedirs("/tmp/cifs", exist_ok=True)
    child = os.fork()
    if not child:
        LIBC.mount(b"//127.0.0.1/x", b"/tmp/cifs", b"cifs", 0, b"ip=127.0.0.1,unc=\\\\127.0.0.1\\x,user=x,pass=x,vers=3.0")
        os._exit(ctypes.get_errno() & 0xff)
    server = None
    try:
        listener.settimeout(slowed(5))
        try:
            server, peer = listener.accept()
        except socket.timeout:
            raise Skip("no CIFS client in the lab") from None
        wait_until(lambda: view.read().one(PROTO="tcp", LOCAL=place(peer))["OWNERS"] == "[cifs]")
        row = view.read().one(PROTO="tcp", LOCAL=place(peer))
        equal("row", [row[key] for key in ("STATE", "REMOTE", "HELD", "OWNERS")], ["ESTABLISHED", "127.0.0.1:445", "kernel", "[cifs]"])
    finally:
        os.kill(child, signal.SIGKILL)
        if server:
            server.close()
        listener.close()
        os.waitpid(child, 0)


TCP_ULP, SOL_TLS, TLS_TX = 31, 282, 1


@scenario("held/tls")
def tls():
    """What a process put on top of its own socket does not make the socket the kernel's, not even in flight."""
    listener = socket.create_server(("127.0.0.1", 4433))
    client = socket.create_connection(("127.0.0.1", 4433))
    server, _ = listener.accept()
    for sock in (client, server):
        try:
            sock.setsockopt(socket.IPPROTO_TCP, TCP_ULP, b"tls")
            for direction in (TLS_TX, TLS_TX + 1):  # TLS 1.2, AES-GCM-128: iv, key, salt, sequence number
                sock.setsockopt(SOL_TLS, direction, struct.pack("HH", 0x0303, 51) + bytes(8 + 16 + 4 + 8))
        except OSError as reason:
            raise Skip(f"no tls, or no AES-GCM here: {reason}") from None
    judge(view.read(), client, "tcp", "ESTABLISHED", client.getsockname()[1], place(client.getsockname()), place(client.getpeername()))
    known = cookie(client)
    ends = send_away(client)
    equal("in flight", [view.read().one(COOKIE=known)[key] for key in ("HELD", "OWNERS")], ["inflight", "-"])
    ends[1].close()
