# SPDX-License-Identifier: GPL-2.0
"""portsock wait, judged by real servers: what it waits for is so when it returns, and not before."""
import errno
import os
import signal
import socket
import subprocess
import time

from scenario import Skip, equal, scenario, true, variants
from t_poll import Elsewhere, client, tcp, udp

PORT = 8080
SOON = 2.0


class Wait:
    """A waiting reader."""

    def __init__(self, *words):
        self.begun = time.monotonic()
        try:
            self.process = subprocess.Popen(("portsock", "wait") + words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        except FileNotFoundError:
            raise Skip("no reader here") from None

    def waits(self, seconds=1.0):
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return True
        return False

    def ends(self, seconds=SOON):
        """Its exit status, and how long after now it took."""
        begun = time.monotonic()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"it still waits after {seconds} s") from None
        out, err = self.process.communicate()
        equal("what it says", (out, err), (b"", b""))
        return self.process.returncode, time.monotonic() - begun

    def busy(self):
        """Seconds of processor time, and how often it slept."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            words = file.read().rpartition(")")[2].split()
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            sleeps = next(int(line.split()[1]) for line in file if line.startswith("voluntary"))
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK"), sleeps


def tcp6(port, host="::", v6only=0, backlog=None):
    sock = socket.socket(socket.AF_INET6)
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, v6only)
    sock.bind((host, port))
    if backlog is not None:
        sock.listen(backlog)
    return sock


def answer(*words):
    """The exit status of one that need not wait: on a busy machine its start alone may take seconds."""
    return Wait(*words, "--timeout", "0").ends(10)[0]


LISTENERS = {  # who listens: (how, the places that it is at, the places that it is not at)
    "loopback": (lambda: tcp(PORT, backlog=1), ("8080", "tcp 8080", "127.0.0.1:8080", "*:8080", "[::ffff:127.0.0.1]:8080", "http-alt"),
                 ("8081", "udp 8080", "127.0.0.2:8080", "0.0.0.0:8080", "[::1]:8080")),
    "any": (lambda: tcp(PORT, "0.0.0.0", 1), ("8080", "127.0.0.1:8080", "0.0.0.0:8080", "10.1.2.3:8080"), ("[::1]:8080", "[::]:8080")),
    "any6": (lambda: tcp6(PORT, backlog=1), ("8080", "127.0.0.1:8080", "[::1]:8080", "[::]:8080", "0.0.0.0:8080"), ("udp 8080",)),
    "v6only": (lambda: tcp6(PORT, v6only=1, backlog=1), ("8080", "[::1]:8080", "[::]:8080"), ("127.0.0.1:8080", "0.0.0.0:8080")),
    "udp": (lambda: udp(PORT), ("udp 8080", "udp 127.0.0.1:8080"), ("8080", "tcp 8080", "udp [::1]:8080")),
}


@variants("wait/listen", LISTENERS, seconds=40, waits=True)
def listen(name):
    make, places, others = LISTENERS[name]
    if "http-alt" in places and not os.path.exists("/etc/services"):
        places = tuple(place for place in places if place != "http-alt")
    there = [Wait("listen", *place.split()) for place in places]
    elsewhere = [Wait("listen", *place.split()) for place in others]
    true("all wait", all(wait.waits(0.2) for wait in there + elsewhere))
    sock = make()
    for place, wait in zip(places, there):
        equal(f"status of {place}", wait.ends(SOON + 1)[0], 0)
    for place, wait in zip(others, elsewhere):
        true(f"{place} still waits", wait.waits(0.2))
        wait.process.kill()
    for place in places:
        equal(f"status of {place}, there already", answer("listen", *place.split()), 0)
    for place in others:
        equal(f"status of {place}, not there", answer("listen", *place.split()), 1)
    sock.close()


@scenario("wait/listen-not-yet")
def listen_not_yet():
    """Bound is not listening, nor is a connection at that port, nor a listener in another namespace."""
    wait = Wait("listen", str(PORT))
    door, other, elsewhere = tcp(PORT), tcp(9000, backlog=1), Elsewhere()
    elsewhere.do(f"tcp({PORT}, backlog=1)")
    true("bound", wait.waits())
    door.connect(("127.0.0.1", 9000))
    true("connected", wait.waits())
    door.close()
    other.close()
    elsewhere.end()
    wait.process.kill()


@scenario("wait/listen-then-connect", seconds=60)
def listen_then_connect():
    """What scripts do: start the server, wait, connect; it works every time, and soon after the server is there."""
    slowest = 0
    for _ in range(10):
        wait = Wait("listen", "127.0.0.1:8080")
        true("it waits", wait.waits(0.3))
        door = tcp(PORT, backlog=1)
        status, took = wait.ends()
        equal("status", status, 0)
        client(PORT).close()
        door.close()
        slowest = max(slowest, took)
    return f"at most {1000 * slowest:.0f} ms after the server"


def can_bind(port, reuse=False):
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, reuse)
        try:
            sock.bind(("127.0.0.1", port))
            sock.listen(1)
        except OSError as error:
            equal("why not", error.errno, errno.EADDRINUSE)
            return False
    return True


IN_THE_WAY = {
    "listener": lambda: tcp(PORT, backlog=1),
    "any": lambda: tcp(PORT, "0.0.0.0", 1),
    "any6": lambda: tcp6(PORT, backlog=1),
    "bound": lambda: tcp(PORT),
}


@variants("wait/free", IN_THE_WAY)
def free(name):
    for place in (str(PORT), f"127.0.0.1:{PORT}", f"0.0.0.0:{PORT}", f"[::]:{PORT}"):
        sock, wait = IN_THE_WAY[name](), Wait("free", place)
        equal("can be bound", can_bind(PORT), False)
        true("it waits", wait.waits(0.5))
        sock.close()
        equal(f"status of {place}", wait.ends(3)[0], 0)
        equal("can be bound then", can_bind(PORT), True)
    equal("status when it was free before", answer("free", str(PORT)), 0)


@scenario("wait/free-elsewhere")
def free_elsewhere():
    """What stands at another address, port or protocol is not in the way."""
    with tcp(PORT, backlog=1), tcp(PORT + 1, "127.0.0.2", 1), udp(PORT + 1), tcp6(PORT + 2, v6only=1, backlog=1):
        for place, wanted in (("8083", 0), ("127.0.0.1:8081", 0), ("udp 8080", 0), ("127.0.0.1:8082", 0), ("0.0.0.0:8082", 0), ("8080", 1),
                              ("127.0.0.2:8081", 1), ("0.0.0.0:8081", 1), ("udp 8081", 1), ("[::1]:8082", 1), ("[::]:8080", 1)):
            equal(f"status of {place}", answer("free", *place.split()), wanted)


@scenario("wait/free-time-wait", seconds=100, waits=True)
def free_time_wait():
    """It returns when the last TIME_WAIT has ended, and sleeps until then."""
    door = tcp(PORT, backlog=1)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
    mine = client(PORT)
    theirs, _ = door.accept()
    theirs.close()
    mine.close()
    door.close()
    time.sleep(0.2)
    wait = Wait("free", str(PORT))
    equal("can be bound", can_bind(PORT), False)
    true("it waits", wait.waits(20))
    used, sleeps = wait.busy()
    true(f"used {used} s, slept {sleeps} times in 20 s", used < 2 and sleeps < 30)
    while not can_bind(PORT) and wait.waits(0.1):
        pass
    free_at = time.monotonic()
    equal("status", wait.ends(8)[0], 0)
    equal("can be bound then", can_bind(PORT), True)
    return f"{time.monotonic() - free_at:.1f} s after it was free"


@scenario("wait/timeout")
def timeout():
    for text, seconds in (("0", 0), ("0.5", 0.5), (".5", 0.5), ("2", 2), ("1.", 1)):
        wait = Wait("listen", str(PORT), "--timeout", text)
        status, _ = wait.ends(seconds + 3)
        took = time.monotonic() - wait.begun
        equal("status", status, 1)
        true(f"--timeout {text} takes {took:.2f} s", seconds <= took < seconds + 1.5)


@scenario("wait/sleeps", seconds=40)
def sleeps():
    """No busy loop, whatever it waits for."""
    with tcp(PORT, backlog=1), udp(PORT):
        waits = [Wait("listen", "8081"), Wait("listen", "udp", "8081"), Wait("free", "8080"), Wait("free", "udp", "8080")]
        true("all wait", all(wait.waits(1) for wait in waits))
        before = [wait.busy() for wait in waits]
        time.sleep(6)
        for wait, (used, slept) in zip(waits, before):
            now_used, now_slept = wait.busy()
            true(f"used {now_used - used:.2f} s, slept {now_slept - slept} times in 6 s", now_used - used < 0.3 and now_slept - slept < 30)
            wait.process.send_signal(signal.SIGTERM)
            wait.process.wait()
