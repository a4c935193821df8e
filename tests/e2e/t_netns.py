# SPDX-License-Identifier: GPL-2.0
"""Many network namespaces at once, and those that come and go."""
import os
import signal
import socket
import time

import view
from maker import cookie
from scenario import equal, own_netns, scenario, true


def asked(line):
    fd = os.open(view.PATH, os.O_RDWR)
    os.write(fd, line.encode())
    now = view.View(view.read_all(fd))
    os.close(fd)
    return now


def furnish():
    """A listener, a connection that waits, something bound, datagrams, unix and raw sockets in a namespace of its own."""
    own_netns()
    listener = socket.create_server(("127.0.0.1", 8080))
    client = socket.create_connection(("127.0.0.1", 8080))
    bound, udp, raw = socket.socket(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM), socket.socket(socket.AF_INET, socket.SOCK_RAW, 255)
    bound.bind(("127.0.0.1", 9000))
    udp.bind(("127.0.0.1", 53))
    pair = socket.socketpair()
    return [listener, client, bound, udp, raw, *pair]


def least(line):
    """The shortest time of several reads: what a busy host adds is not counted."""
    return min(asked(line).meta["took"] for _ in range(7))


@scenario("netns/200-at-once", seconds=240)
def many():
    """Each socket once, in its own namespace; what all share is walked once, not 200 times."""
    sockets = {}
    alone = least("proto=tcp,udp,raw")
    for _ in range(200):
        inum = None
        for sock in furnish():
            inum = inum or str(os.stat("/proc/self/ns/net").st_ino)
            sockets[cookie(sock)] = (sock, inum)
    equal("namespaces", len({inum for _, inum in sockets.values()}), 200)
    now = asked("netns=all")
    rows = {}
    for row in now.rows:
        rows.setdefault(row["COOKIE"], []).append(row)
    equal("sockets that are missing, or there twice", [known for known in sockets if len(rows.get(known, ())) != 1], [])
    equal("NETNS", {known: rows[known][0]["NETNS"] for known in sockets}, {known: inum for known, (_, inum) in sockets.items()})
    equal("waiting for accept()", len({row["NETNS"] for row in now.find(HELD="acceptq", PORT=8080)}), 200)
    equal("what is filtered is what the whole has", len(asked("netns=all port=8080 state=LISTEN").rows), 200)
    equal("by port", {row["COOKIE"] for row in asked("netns=all port=53,8080,9000").rows},
          {row["COOKIE"] for row in now.rows if row["PORT"] in ("53", "8080", "9000")})
    one = len(asked("").rows)
    equal("one namespace", one, len(now.find(NETNS=str(os.stat("/proc/self/ns/net").st_ino))))
    together = least("netns=all proto=tcp,udp,raw owners=no")
    # 1400 sockets are there to be told; the tables alone, 200 times, would take some hundred times as long as one
    true(f"{together} ns for all, {alone} ns for one", together < 40 * alone)
    for sock, _ in sockets.values():
        sock.close()


@scenario("netns/torn-down-while-read", seconds=90)
def torn_down():
    """Namespaces that are made and go, with all that is in them, hurt neither who reads nor who stays."""
    stays = furnish()
    mine = [cookie(sock) for sock in stays]
    inum = str(os.stat("/proc/self/ns/net").st_ino)
    pids = []
    for _ in range(3):
        pid = os.fork()
        if not pid:
            while True:
                furnish()  # and all of it is dropped at once
        pids.append(pid)
    end = time.monotonic() + 10
    reads, seen = 0, set()
    while time.monotonic() < end:
        for line in ("netns=all", "netns=all owners=no", ""):
            now = asked(line)
            seen |= {row["NETNS"] for row in now.rows}
            for known in mine if "owners=no" not in line else mine[:5]:
                rows = now.find(COOKIE=known)
                equal(f"rows of what stays, {line}", [(row["NETNS"], row["HELD"]) for row in rows], [(inum, "process")])
            reads += 1
    true(f"{reads} reads, {len(seen)} namespaces seen", reads > 10 and len(seen) > 3)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    for sock in stays:
        sock.close()
