# SPDX-License-Identifier: GPL-2.0
"""Collects the scenarios and runs each in a process and a network namespace of its own."""
import collections
import ctypes
import errno
import fcntl
import fnmatch
import itertools
import json
import json
import os
import signal
import socket
import struct
import sys
import time
import traceback

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
SCENARIOS = []
SLOWER = 1


Entry = collections.namedtuple("Entry", "name function arguments seconds netns waits")


class Skip(Exception):
    """The lab lacks what this scenario needs."""


def scenario(name, seconds=20, netns=True, waits=False):
    """Decorator. A scenario passes when it returns; AssertionError says why it failed. waits: it sleeps most of the time, and minds no others beside it."""
    def add(function, *arguments):
        SCENARIOS.append(Entry(name, function, arguments, seconds, netns, waits))
        return function
    return add


def variants(name, values, **options):
    """The same scenario for each value: name/value."""
    def add(function):
        for value in values:
            label = value if isinstance(value, str) else "/".join(value)
            arguments = (value,) if isinstance(value, str) else tuple(value)
            scenario(f"{name}/{label}", **options)(function, *arguments)
        return function
    return add


def equal(what, got, wanted):
    if got != wanted:
        raise AssertionError(f"{what} is {got!r}, not {wanted!r}")


def true(what, truth):
    if not truth:
        raise AssertionError(what)


def has_ipv6():
    return os.path.exists("/proc/net/if_inet6")


def needs_ipv6():
    if not has_ipv6():
        raise Skip("no IPv6 on this machine")


def in_child(function):
    """What function returned, in a process of its own."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(reading)
        try:
            words = json.dumps(function())
        except BaseException as reason:  # the parent says it
            words = json.dumps({"failed": repr(reason)})
        os.write(writing, words.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as words:
        told = json.load(words)
    os.waitpid(pid, 0)
    if isinstance(told, dict) and "failed" in told:
        raise AssertionError(told["failed"])
    return told


def wait_until(is_so, seconds=10):
    """Until it is so, for what takes a moment to happen elsewhere."""
    end = time.monotonic() + slowed(seconds)
    while not is_so():
        if time.monotonic() > end:
            raise AssertionError(f"it never came: {is_so.__code__.co_firstlineno}")
        time.sleep(0.01)


def loopback_up():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sh14x", b"lo", 0x1)  # IFF_UP
        fcntl.ioctl(control, 0x8914, request)  # SIOCSIFFLAGS


def own_netns():
    if LIBC.unshare(CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "unshare")
    loopback_up()


def child_main(function, arguments, netns, seconds, output):
    """What the child does; its last words go to output."""
    signal.alarm(seconds)
    verdict = "ok"
    try:
        if netns:
            own_netns()
        told = function(*arguments)
        if isinstance(told, str):
            verdict = "ok " + told
    except Skip as reason:
        verdict = f"SKIP {reason}"
    except AssertionError as reason:
        verdict = f"FAIL {reason}"
    except OSError as reason:
        verdict = "FAIL " + traceback.format_exc()
        if reason.errno == errno.EAFNOSUPPORT and not has_ipv6():
            verdict = "SKIP no IPv6 on this machine"
    except BaseException:  # whatever it was, the scenario did not pass
        verdict = "FAIL " + traceback.format_exc()
    os.write(output, verdict.encode("utf-8", "backslashreplace")[:60000] + b"\0")


def worst(verdicts):
    """A process that the scenario forked may end as the scenario does, and says so, too."""
    return min(verdicts, key=lambda verdict: ("FAIL", "SKIP").index(verdict[:4]) if verdict[:4] in ("FAIL", "SKIP") else 2)


def run_one(function, arguments, netns, seconds):
    """Runs it in a process group of its own, so that nothing it started stays."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    pid = os.fork()
    if not pid:
        os.setpgid(0, 0)
        os.close(reading)
        child_main(function, arguments, netns, seconds, writing)
        os._exit(0)
    os.close(writing)
    _, status = os.waitpid(pid, 0)
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    # what the scenario started may hold the pipe for a moment longer: take what is there
    os.set_blocking(reading, False)
    try:
        verdicts = os.read(reading, 65536).decode().split("\0")[:-1]
    except BlockingIOError:
        verdicts = []
    os.close(reading)
    if os.WIFSIGNALED(status):
        return f"FAIL ended by signal {os.WTERMSIG(status)} (14: more than {seconds} s)"
    return worst(verdicts) if verdicts else "FAIL it said nothing"


def wanted(name, patterns):
    """patterns: a,b,!c - what matches a or b (or anything, if only ! is there), and not c."""
    positive = [pattern for pattern in patterns if pattern[0] != "!"]
    return (not positive or any(fnmatch.fnmatch(name, pattern) for pattern in positive)) \
        and not any(fnmatch.fnmatch(name, pattern[1:]) for pattern in patterns if pattern[0] == "!")


def slower(times):
    """On a kernel that checks itself everything has that many times as long."""
    global SLOWER
    SLOWER = times


def slowed(seconds):
    """What takes so long, as long as it takes here."""
    return seconds * SLOWER


def verdict_of(entry):
    begun = time.monotonic()
    verdict = run_one(entry.function, entry.arguments, entry.netns, slowed(entry.seconds))
    return entry.name, verdict, time.monotonic() - begun


def beside_each_other(work, items, workers):
    """work(item) for each, by so many processes: what it returns, as it comes; less than that if a worker died."""
    reading, writing = os.pipe()
    pids = []
    for worker in range(workers):
        pids.append(os.fork())
        if not pids[-1]:
            for item in items[worker::workers]:
                name, verdict, took = work(item)
                # in one piece, as pipes guarantee for 4096 bytes
                os.write(writing, json.dumps([name, verdict.encode("ascii", "replace").decode()[:3600], took]).encode() + b"\n")
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="ascii") as lines:
        for line in lines:
            yield json.loads(line)
    for pid in pids:
        os.waitpid(pid, 0)


def run_all(patterns):
    passed = failed = skipped = 0
    entries = [entry for entry in SCENARIOS if wanted(entry.name, [pattern for pattern in patterns.split(",") if pattern])]
    waiting = [entry for entry in entries if entry.waits]
    verdicts = itertools.chain(beside_each_other(verdict_of, waiting, 4), map(verdict_of, (entry for entry in entries if not entry.waits)))
    for name, verdict, took in verdicts:
        if verdict.split(" ")[0] == "ok":
            passed += 1
            print(f"ok {name}" + (f" ({took:.1f} s)" if took > 1 else ""), flush=True)
            if len(verdict) > 3:
                print(verdict[3:], flush=True)
        elif verdict.startswith("SKIP"):
            skipped += 1
            print(f"skip {name}: {verdict[5:]}", flush=True)
        else:
            failed += 1
            print(f"FAIL {name}: {verdict[5:]}", flush=True)
    lost = len(entries) - passed - failed - skipped
    if lost:
        print(f"FAIL {lost} scenarios ended without a verdict")
    print(f"{passed} passed, {failed + lost} failed, {skipped} skipped")
    return 1 if failed or lost or not passed else 0
