#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Runs on the server, when all its services are started: prints ok, FAIL or SKIP for each check, or for those that match a pattern that is given."""
import base64
import fnmatch
import glob
import gzip
import os
import subprocess
import sys
import time

sys.path[:0] = ["/portsock/e2e"]

import answers  # noqa: E402
import rows  # noqa: E402
from maker import run  # noqa: E402

LOOKS = 12


def report(name, differences):
    """Print what is wrong, if anything is."""
    print(("FAIL " if differences else "ok ") + name, flush=True)
    for line in differences[:30]:
        print("  " + line)
    if len(differences) > 30:
        print(f"  and {len(differences) - 30} more")


def check(name, function, *arguments):
    """A check returns its differences. If it cannot be made it raises LookupError: skipped."""
    if sys.argv[1:] and not any(fnmatch.fnmatch(name, pattern) for pattern in sys.argv[1:]):
        return
    begun = time.monotonic()
    try:
        report(name, function(*arguments))
    except LookupError as reason:
        print(f"SKIP {name}: {reason}", flush=True)
    except Exception as reason:  # pylint: disable=broad-except # the others shall be made all the same
        report(name, [repr(reason)])
    print(f"   {time.monotonic() - begun:.0f} s", flush=True)


def until_settled(differences_now):
    """Sockets come and go: a difference counts if each of several looks has it."""
    lasting = None
    for _ in range(LOOKS):
        found = differences_now()
        lasting = {key: text for key, text in found.items() if lasting is None or key in lasting}
        if not lasting:
            return []
        time.sleep(2)
    return sorted(lasting.values())


def show(title, *commands):
    print(f"\n== {title}")
    for command in commands:
        print("$ " + command, flush=True)
        subprocess.run(command, shell=True, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=300, check=False)
    sys.stdout.flush()


def first_cookie(**wanted):
    return next((row["COOKIE"] for row in rows.view() if all(row[key] == value for key, value in wanted.items())), "0")


def goals():
    """The commands of people who have a question; the answers are for people, too."""
    show("which container owns 8090", "portsock 8090 -o +UNIT,CONTAINER")
    show("why can my unit not bind 8080", "portsock why 8080 --unit app@denied.service", "portsock why 8080")
    show("what blocks the restart", "portsock --leaked", "portsock why 9999", "systemctl status --no-pager --lines=0 app@outlived.service")
    show("who is at the other end of 127.0.0.1:5432's connections", "portsock 127.0.0.1:5432 -o PROTO,LOCAL,REMOTE,OWNERS,PEER_OWNERS", "portsock --tree 5432")
    show("which process eats the ephemeral ports", "portsock why 127.0.0.1:0", "portsock why connect 127.0.0.1:7000")
    show("which of two daemons answers at /run/app.sock", "portsock /run/app.sock", "portsock why /run/app.sock")
    show("where UDP datagrams are dropped", "portsock -u -o +DROPS")


def bring_out_view():
    """The whole view, for people to look at."""
    with open("/proc/portsock", "r+b", buffering=0) as file:
        file.write(b"netns=all")
        text = file.readall()
    print("begin-view")
    print(base64.encodebytes(gzip.compress(text)).decode("ascii").rstrip())
    print("end-view", flush=True)


def main():
    show("the server", "systemctl is-system-running", "systemctl --failed --no-legend --no-pager", "systemctl list-jobs --no-legend --no-pager", "portsock -N all -aH | wc -l")
    bring_out_view()
    for name, paths in sorted(rows.namespaces().items()):
        check(f"rows: ss shows the same in namespace {name}", until_settled, lambda paths=paths, name=name: rows.beside_ss(name, paths))
    check("rows: each namespace can be entered", rows.unreachable)
    check("rows: owners are those of /proc/PID/fd", until_settled, rows.beside_proc)
    for name, function in answers.CHECKS:
        check(name, function)
    goals()
    faults = [line for line in glob.glob("/run/*-failed")]
    for path in faults:
        with open(path, encoding="ascii") as file:
            print(f"SKIP containers: did not start: {file.read().split()}")
    os.sync()


main()
