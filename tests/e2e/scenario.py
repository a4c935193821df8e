# SPDX-License-Identifier: GPL-2.0
"""Collects the scenarios and runs each in a process and a network namespace of its own."""
import ctypes
import fcntl
import fnmatch
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


class Skip(Exception):
    """The lab lacks what this scenario needs."""


def scenario(name, seconds=20, netns=True):
    """Decorator. A scenario passes when it returns; AssertionError says why it failed."""
    def add(function, *arguments):
        SCENARIOS.append((name, function, arguments, seconds, netns))
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


def needs_ipv6():
    if not os.path.exists("/proc/net/if_inet6"):
        raise Skip("no IPv6 on this machine")


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
    except BaseException:  # whatever it was, the scenario did not pass
        verdict = "FAIL " + traceback.format_exc()
    os.write(output, verdict.encode("utf-8", "backslashreplace")[:60000])


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
        verdict = os.read(reading, 65536).decode()
    except BlockingIOError:
        verdict = ""
    os.close(reading)
    if os.WIFSIGNALED(status):
        return f"FAIL ended by signal {os.WTERMSIG(status)} (14: more than {seconds} s)"
    return verdict or "FAIL it said nothing"


def wanted(name, patterns):
    """patterns: a,b,!c - what matches a or b (or anything, if only ! is there), and not c."""
    positive = [pattern for pattern in patterns if pattern[0] != "!"]
    return (not positive or any(fnmatch.fnmatch(name, pattern) for pattern in positive)) \
        and not any(fnmatch.fnmatch(name, pattern[1:]) for pattern in patterns if pattern[0] == "!")


def run_all(patterns):
    passed = failed = skipped = 0
    for name, function, arguments, seconds, netns in SCENARIOS:
        if not wanted(name, [pattern for pattern in patterns.split(",") if pattern]):
            continue
        begun = time.monotonic()
        verdict = run_one(function, arguments, netns, seconds)
        took = time.monotonic() - begun
        if verdict.split(" ")[0] == "ok":
            passed += 1
            print(f"ok {name}" + (f" ({took:.1f} s)" if took > 1 else ""), flush=True)
        elif verdict.startswith("SKIP"):
            skipped += 1
            print(f"skip {name}: {verdict[5:]}", flush=True)
        else:
            failed += 1
            print(f"FAIL {name}: {verdict[5:]}", flush=True)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0
