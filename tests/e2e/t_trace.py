# SPDX-License-Identifier: GPL-2.0
"""What the module's tracepoints and debug messages tell, beside the view and ss."""
import os
import re
import select

import view
from maker import Made, run
from scenario import Skip, equal, scenario, true, wait_until
from t_module import insert, remove

TRACING = "/sys/kernel/tracing"
EVENTS = ("snapshot_begin", "proto_walk", "snapshot_end")
LINE = re.compile(r"^.*-(?P<pid>\d+) .*: (?P<event>" + "|".join(EVENTS) + r"): (?P<fields>.*)$")
CONTROL = "/sys/kernel/debug/dynamic_debug/control"


def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def has_tracefs():
    if not os.path.exists(TRACING):
        raise Skip("this kernel has no tracefs")
    if not os.path.exists(TRACING + "/trace"):
        equal("mount -t tracefs", run("mount", "-t", "tracefs", "tracefs", TRACING).returncode, 0)


class Trace:
    """An own buffer of trace: the module's events, or others, and of this process only."""

    def __init__(self, *events):
        has_tracefs()
        self.events = events or ("portsock",)
        self.place = f"{TRACING}/instances/portsock-{os.getpid()}"

    def __enter__(self):
        # the scheduler's tracepoints take the names of tasks, and set_event_pid has them followed: patching those is what an emulator of several CPUs
        # does not survive each time
        write(TRACING + "/options/record-cmd", "0")
        os.mkdir(self.place)
        for event in self.events:
            write(f"{self.place}/events/{event}/filter", f"common_pid == {os.getpid()}")
        self.on(True)
        return self

    def __exit__(self, *_):
        os.rmdir(self.place)

    def on(self, yes):
        for event in self.events:
            write(f"{self.place}/events/{event}/enable", str(int(yes)))

    def lines(self):
        """What was traced since the last time."""
        with open(self.place + "/trace", encoding="ascii") as file:
            lines = [line for line in file.read().splitlines() if not line.startswith("#")]
        write(self.place + "/trace", "")
        return lines

    def told(self):
        """[(event, {field: value})] since the last time."""
        found = []
        for line in self.lines():
            match = LINE.match(line)
            true(f"it is one of the module's events: {line}", match)
            equal("whose it is", int(match["pid"]), os.getpid())
            fields = dict(word.split("=") for word in match["fields"].split())
            found.append((match["event"], {name: int(value) if name != "name" else value for name, value in fields.items()}))
        return found


def families(told, **wanted):
    """How many records each family's table gave."""
    return {fields["name"]: fields["records"] for event, fields in told if event == "proto_walk" and wanted.items() <= fields.items()}


def check_frame(told, now):
    """The events of one view."""
    equal("the first and the last", [told[0][0], told[-1][0]], ["snapshot_begin", "snapshot_end"])
    true("all others are walks of a protocol's tables", {event for event, _ in told[1:-1]} == {"proto_walk"})
    equal("it begins", told[0][1], {"at": now.meta["at"], "netns": now.meta["netns"], "state_only": 0})
    equal("it ends", told[-1][1], {"error": 0, "sockets": len(now.all), **{key: now.meta[key] for key in ("at", "took", "owners")}})
    for event, fields in told[1:-1]:
        equal("netns of " + fields["name"], fields["netns"], now.meta["netns"])
    true("the tables take no longer than the whole", sum(fields["took"] for event, fields in told[1:-1]) <= now.meta["took"])


@scenario("trace/a-view")
def a_view():
    with Trace() as trace, Made("tcp-established", port=8080), Made("tcp-acceptq", port=8081, count=3), Made("udp-bound", port=8085):
        now = view.read()
        told = trace.told()
        check_frame(told, now)
        first = families(told, inflight_only=0, recheck=0)
        # what waits for accept() stands in the listener's queue, too
        equal("tcp", first["tcp"], len(run("ss", "-Htan").stdout.splitlines()) + 3)
        equal("udp", first["udp"], len(run("ss", "-Huan").stdout.splitlines()))
        equal("what may carry sockets is looked into again", list(families(told, inflight_only=1)), ["unix"])
        trace.on(False)
        view.read()
        equal("what is told when it is off", trace.told(), [])


@scenario("trace/a-filter-leaves-tables-out")
def a_filter():
    with Trace() as trace, Made("tcp-established", port=8080), open(view.PATH, "r+b", buffering=0) as file:
        file.write(b"proto=tcp port=8080 owners=no\n")
        rows = view.View(view.read_all(file.fileno())).rows
        told = trace.told()
        found = families(told)
        equal("records of TCP", found["tcp"], len(rows))
        equal("tables that were walked for nothing", set(found) - {"tcp", "mptcp"}, set())
        equal("owners", told[-1][1]["owners"], 0)


@scenario("trace/an-error")
def an_error():
    with Trace() as trace, Made("tcp-acceptq", port=8081, count=3):
        with view.limited_to(2):
            try:
                view.read()
            except OSError as error:
                equal("how it ends", trace.told()[-1][1]["error"], -error.errno)
            else:
                raise AssertionError("more than max_sockets were read")


@scenario("trace/a-poll")
def a_poll():
    with Trace() as trace, open(view.PATH, "r+b", buffering=0) as file:
        file.write(b"proto=udp\n")
        view.read_all(file.fileno())
        trace.told()
        poll = select.poll()
        poll.register(file, select.POLLPRI)
        poll.poll(0)
        told = trace.told()
        equal("the first and the last", [told[0][0], told[-1][0]], ["snapshot_begin", "snapshot_end"])
        equal("it is state_only", told[0][1]["state_only"], 1)
        found = families(told)
        true("UDP is looked at", "udp" in found)
        true("TCP is not", "tcp" not in found)


def refused():
    """Has a filter refused; how many messages there are of that."""
    with open(view.PATH, "r+b", buffering=0) as file:
        try:
            file.write(b"port=what")
        except OSError:
            return run("dmesg").stdout.count(b"portsock: filter of 9 bytes refused: -22")
    raise AssertionError("a bad filter was taken")


@scenario("trace/dynamic-debug")
def dynamic_debug():
    if not os.path.exists(CONTROL):
        raise Skip("this kernel has no dynamic debug")
    before = refused()
    equal("messages when it is off", refused(), before)
    write(CONTROL, "module portsock +p")
    try:
        equal("messages when it is on", refused(), before + 1)
    finally:
        write(CONTROL, "module portsock -p")


@scenario("zz-module/trace-rmmod", netns=False, seconds=60)
def unload():
    """A trace that is on does not hold the module, and nothing of it stays."""
    has_tracefs()
    for _ in range(5):
        with Trace() as trace:
            now = view.read()
            check_frame(trace.told(), now)
            wait_until(remove)
            for place in (TRACING, trace.place):
                true("no events without the module", not os.path.exists(place + "/events/portsock"))
            insert()
            true("they are there again, and off", not view.read() or trace.told() == [])
