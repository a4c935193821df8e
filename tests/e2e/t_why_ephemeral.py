# SPDX-License-Identifier: GPL-2.0
"""portsock why ADDRESS:0 and why connect, with so few ephemeral ports that all are taken; bind() and connect() are the judges."""
import errno
import json
import os
import socket
import struct
import time

from maker import run
from scenario import equal, has_ipv6, scenario, true
from t_why import text, why, write

NO_PORT = 24  # IP_BIND_ADDRESS_NO_PORT
COUNT = 20


def few_ports(first=40000, last=40000 + COUNT - 1):
    write("ipv4/ip_local_port_range", f"{first} {last}")


def attempt(to, source=None):
    """A connection that leaves nothing behind."""
    family = socket.AF_INET6 if ":" in to[0] else socket.AF_INET
    with socket.socket(family) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        try:
            if source:
                sock.setsockopt(socket.IPPROTO_IP, NO_PORT, 1)
                sock.bind((source, 0))
            sock.connect(to)
        except OSError as error:
            return errno.errorcode[error.errno]
    return "OK"


def connect(to, source=None, guess=False):
    address = f"[{to[0]}]:{to[1]}" if ":" in to[0] else f"{to[0]}:{to[1]}"
    result = run("portsock", "why", "connect", address, *(("--from", source) if source else ()), "--json")
    equal("stderr", result.stderr, b"")
    told = json.loads(result.stdout)
    true(f"a guess: {told['advice']}", ("guess" in told["advice"]) == guess)
    real = attempt(to, source)
    if not guess:
        equal(f"{to} from {source}", told["verdict"], real)
        equal("status", result.returncode, 0 if real == "OK" else 1)
    return told


def listener(port):
    sock = socket.create_server(("127.0.0.1", port), backlog=512)
    return sock


def close_all(socks):
    for sock in socks:
        sock.close()


def mine(told, ports):
    equal("takers", [(taker.get("pid"), taker["ports"]) for taker in told["takers"]], [(os.getpid(), ports)])


@scenario("why/ephemeral-bound", seconds=60)
def by_listeners():
    few_ports()
    equal("free", why("127.0.0.1:0")["verdict"], "OK")
    with listener(9):
        equal("connect, free", connect(("127.0.0.1", 9))["verdict"], "OK")
        socks = [listener(0) for _ in range(COUNT - 1)]
        told = why("127.0.0.1:0")
        equal("one left", (told["verdict"], told["ports"]["free"]), ("OK", 1))
        write("ipv4/ip_local_reserved_ports", str({*range(40000, 40000 + COUNT)}.difference(sock.getsockname()[1] for sock in socks).pop()))
        told = why("127.0.0.1:0")
        equal("the last is reserved", (told["verdict"], told["ports"]["reserved"]), ("EADDRINUSE", 1))
        equal("connect", connect(("127.0.0.1", 9))["verdict"], "EADDRNOTAVAIL")
        write("ipv4/ip_local_reserved_ports", "\n")
        equal("connect gets the last", connect(("127.0.0.1", 9))["verdict"], "OK")
        socks.append(listener(0))
        for options in ((), ("--reuseaddr",), ("--reuseport",)):
            told = why("127.0.0.1:0", *options)
            equal("none left", told["verdict"], "EADDRINUSE")
            mine(told, COUNT)
        line = text("127.0.0.1:0").splitlines()[1]
        true(f"the line: {line}", line.startswith("taken: ") and f"(pid {os.getpid()}" in line and line.endswith(f"has {COUNT} ports"))
        equal("another address", why("127.0.0.2:0")["verdict"], "OK")
        equal("all addresses", why("0")["verdict"], "EADDRINUSE")
        equal("UDP", why("udp", "127.0.0.1:0")["verdict"], "OK")
        told = connect(("127.0.0.1", 9))
        equal("connect", told["verdict"], "EADDRNOTAVAIL")
        mine(told, COUNT)
        equal("... from anywhere", connect(("127.0.0.1", 9), "127.0.0.2")["verdict"], "EADDRNOTAVAIL")
        close_all(socks)
    if has_ipv6():
        equal("IPv6", why("[::1]:0")["verdict"], "OK")


@scenario("why/ephemeral-connections", seconds=90)
def by_connections():
    few_ports()
    with listener(9) as server, listener(10):
        socks = [socket.create_connection(("127.0.0.1", 9)) for _ in range(COUNT)]
        accepted = [server.accept()[0] for _ in range(COUNT)]
        told = connect(("127.0.0.1", 9))
        equal("this destination", (told["verdict"], told["ports"]["taken"]), ("EADDRNOTAVAIL", COUNT))
        mine(told, COUNT)
        told = connect(("127.0.0.1", 10), guess=True)
        equal("another destination", (told["verdict"], told["ports"]["shared"]), ("OK", COUNT))
        equal("... indeed", attempt(("127.0.0.1", 10)), "OK")
        equal("another source", attempt(("127.0.0.1", 9), "127.0.0.3"), "OK")
        equal("... as told", connect(("127.0.0.1", 9), "127.0.0.3", guess=True)["verdict"], "OK")
        told = why("127.0.0.1:0")
        equal("bind", told["verdict"], "EADDRINUSE")
        mine(told, COUNT)
        equal("bind elsewhere", why("127.0.0.2:0")["verdict"], "OK")

        # Whoever closes first has the TIME_WAIT.
        write("ipv4/tcp_tw_reuse", "0")
        close_all(socks + accepted)
        told = connect(("127.0.0.1", 9))
        equal("TIME_WAIT", (told["verdict"], [taker["held"] for taker in told["takers"]]), ("EADDRNOTAVAIL", ["timewait"]))
        true(f"remedy: {told['advice']}", "tcp_tw_reuse=1" in told["advice"])
        equal("bind beside TIME_WAIT", why("127.0.0.1:0")["verdict"], "EADDRINUSE")
        time.sleep(3)
        write("ipv4/tcp_tw_reuse", "2")  # by loopback only
        told = connect(("127.0.0.1", 9), guess=True)
        equal("ports", told["ports"]["reusable"], COUNT)
        equal("TIME_WAIT that gives way", (told["verdict"], attempt(("127.0.0.1", 9))), ("OK", "OK"))


@scenario("why/ephemeral-bound-connections", seconds=60)
def by_bound_connections():
    """bind() before connect() takes the port for all destinations, which no row shows: a guess."""
    few_ports()
    with listener(9), listener(10):
        socks = []
        for _ in range(COUNT):
            sock = socket.socket()
            sock.bind(("127.0.0.1", 0))
            sock.connect(("127.0.0.1", 9))
            socks.append(sock)
        equal("this destination", connect(("127.0.0.1", 9))["verdict"], "EADDRNOTAVAIL")
        connect(("127.0.0.1", 10), guess=True)
        close_all(socks)


@scenario("why/ephemeral-udp", seconds=60)
def by_datagrams():
    few_ports()
    socks = []
    for _ in range(COUNT):
        sock = socket.socket(type=socket.SOCK_DGRAM)
        sock.bind(("127.0.0.1", 0))  # with the option it could share a port
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        socks.append(sock)
    told = why("udp", "127.0.0.1:0")
    equal("none left", told["verdict"], "EADDRINUSE")
    mine(told, COUNT)
    equal("shared", why("udp", "127.0.0.1:0", "--reuseaddr")["verdict"], "OK")
    equal("all addresses", why("udp", "0")["verdict"], "EADDRINUSE")
    equal("another address", why("udp", "127.0.0.2:0")["verdict"], "OK")
    equal("TCP", why("127.0.0.1:0")["verdict"], "OK")
    close_all(socks)
