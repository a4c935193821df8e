# SPDX-License-Identifier: GPL-2.0
"""guest.py [PATTERN ...]: runs in the lab VM, with --icount.

Prints a row for each bound on each hostile shape, and one line more for a
bound that is exceeded. With VERBOSE in the environment, one more for each row.
"""
import fnmatch
import os
import signal
import subprocess
import sys
import time

PREEMPT = "/sys/kernel/debug/sched/preempt"
VIEW = "/proc/portsock"
M = 1000000
STRETCH = 10 * M        # without a reschedule, where the kernel preempts itself
                        # only at reschedule points
ATOMIC = 2 * M          # the same where it preempts itself wherever it can:
                        # only locks, BHs and interrupts that are off are left
TOOL_RATIO = 4          # beside another tool that reads the same sockets
GONE = 50 * M           # from SIGKILL of a reader until it is gone
WATCHES_GONE = 100 * M  # the same for a process that has WATCHES open files
WATCHES, WAITING = 5000, 1000
SAME, OTHER = 1.1, 1.01 # a connection in the watches' namespace, in another
WAITED = 1.3            # CPU time of a connection beside WAITING in a poll()
TABLES = 4000
TABLE_RATIO = 2.0       # tables of threads beside those of processes
TRAFFIC = 300 * M       # for which connections are made
REFUSED = " (EFBIG)"    # the read, if the shape is larger than it may be
SETTLE = 2              # seconds for grace periods of the shape before

VERBOSE = os.environ.get("VERBOSE")
totals = {"ok": 0, "FAIL": 0, "skip": 0}


# --- rows

def amount(value):
    """Instructions."""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.2f} {unit}"
    return f"{value:.0f}"


def times(value):
    return f"{value:.3f} x"


def row(verdict, measure, shape, figure="", bound="", tool=""):
    print(f"{verdict:4}  {measure:8}  {shape:52}  {figure:>9}  {bound:>11}  "
          f"{tool}".rstrip(), flush=True)


def judge(measure, shape, value, bound, look, tool="", show=amount):
    """One bound."""
    verdict = "ok" if value <= bound else "FAIL"
    totals[verdict] += 1
    row(verdict, measure, shape, show(value), f"<= {show(bound)}", tool)
    if verdict == "FAIL" or VERBOSE:
        print(f"      look at: {look}", flush=True)


def skip(measure, shape, why):
    totals["skip"] += 1
    row("skip", measure, shape, tool=why)


# --- the program

def cost(*words):
    """The numbers that a verb prints."""
    words = ["cost", *map(str, words)]
    done = subprocess.run(words, stdout=subprocess.PIPE, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)}: status {done.returncode}")
    return [int(word) for word in done.stdout.split()]


class Shape:
    """A verb that keeps sockets or tables until it is killed."""
    def __init__(self, *words):
        words = ["cost", *map(str, words)]
        # A process group of its own: it may have thousands of children.
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE,
                                        start_new_session=True)
        line = self.process.stdout.readline().split()
        if line[:1] not in ([b"ready"], [b"missing"]):
            raise SystemExit(f"{' '.join(words)}: ended early")
        self.count = int(line[1]) if line[0] == b"ready" else 0

    def __enter__(self):
        time.sleep(SETTLE)
        return self

    def kill(self):
        """Kill the first process; return the time until it is gone."""
        begin = time.monotonic_ns()
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()
        return time.monotonic_ns() - begin

    def __exit__(self, *_):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        time.sleep(SETTLE)


# --- the longest stretch without a reschedule

def set_preemption(mode):
    """Return False where the kernel cannot."""
    if not os.path.exists(PREEMPT):
        return mode == "voluntary"
    try:
        with open(PREEMPT, "w", encoding="ascii") as file:
            file.write(mode)
    except OSError:
        return False
    with open(PREEMPT, encoding="ascii") as file:
        return f"({mode})" in file.read()


def tool_name(tool):
    """A short one, for the row."""
    return tool.split()[0 if tool.startswith("ss") else -1]


def stretches(mode, measure, shape, view, filters, tool, look):
    """The rows of one kind of preemption."""
    if not set_preemption(mode):
        skip(measure, shape, f"this kernel has no {mode} preemption")
        return
    bound, beside = STRETCH, ""
    if tool:
        gap = cost("run", *tool.split())[1]
        beside = f"{tool_name(tool)} {amount(gap)}"
    if measure == "atomic":
        bound = max(ATOMIC, TOOL_RATIO * gap if tool else 0)
    for wanted in filters:
        took, gap, at, refused, phase = cost("read", view, wanted)
        where = f"at {amount(at)} of a read of {amount(took)}"
        if phase:
            where = f"in {('poll()', 'close()')[phase - 1]}, after the read"
        judge(measure, f"{shape}{wanted and ', ' + wanted}", gap, bound,
              f"{look}; {where}", beside + (REFUSED if refused else ""))


def both_stretches(*arguments):
    stretches("full", "atomic", *arguments)
    stretches("voluntary", "stretch", *arguments)


def death(shape, view, wanted, look):
    took, gone, at, refused, _ = cost("kill", view, wanted)
    where = f"SIGKILL at {amount(at)} of a read of {amount(took)}"
    judge("kill", f"{shape}{wanted and ', ' + wanted}", gone, GONE,
          f"{look}; {where}", REFUSED if refused else "")


# name; verb; filters; another tool; filter of a reader that is killed, or
# None; the loops
SHAPES = (
    ("nothing", None, ("",), "ss -tuna", None,
     "tests/cost: is something else running?"),
    ("500,000 fds of a socket, 8 tables of threads", "copies 7 62500", ("",),
     None, "", "rows.c: the owners of one record, their order"),
    ("500,000 fds of a socket, PIDs reversed", "numbered 8 62500", ("",),
     None, "", "rows.c: the owners of one record, their order"),
    ("group of 20,000 UDP sockets", "group udp 20000",
     ("", "port=8080", "owners=no bind=yes"), "ss -uan", "",
     "sort.c: rows of one key; proto/udp.c: one slot under its lock"),
    ("group of 20,000 TCP listeners", "group tcp 20000",
     ("", "port=8080", "owners=no bind=yes"), "ss -tan", "",
     "sort.c: rows of one key; inet_hash.c: one listener or bind bucket under "
     "its lock"),
    ("30,000 connections of one port", "connected 30000",
     ("", "port=8080", "port=8080 bind=yes"), "ss -tan", "port=8080",
     "inet_hash.c: one bind bucket under its lock"),
    ("30,000 bound sockets of one port", "bound 30000",
     ("", "port=8080"), "ss -tan", "",
     "inet_hash.c: one bind bucket under its lock; sort.c: rows of one key"),
    ("4,000 connections in an accept queue", "queue 4000", ("", "port=8080"),
     "ss -tan", None, "inet_hash.c: add_accept_queue() under rskq_lock"),
    ("4,000 connections in a unix accept queue", "unix-queue 4000", ("",),
     "ss -xa", None,
     "proto/unix.c: unix_add_accept_queue() under the queue's lock"),
    ("70,000 fds in flight in one queue", "flight 70000", ("", "port=8080"),
     "cat /proc/net/unix", "",
     "proto/unix.c: unix_add_files() under the queue's lock; rows.c: links"),
    ("70,000 fds in flight, nested 100 deep", "flight 70000 100", ("",),
     "cat /proc/net/unix", "", "rows.c: propagate_visibility()"),
    ("7,000 unix names in one bucket", "names 7000", ("", "proto=tcp"),
     "cat /proc/net/unix", None,
     "proto/unix.c: unix_walk_bucket() under the bucket's lock"),
    ("20,000 SMC sockets", "sockets smc 20000", ("",), None, None,
     "proto/smc.c: smc_walk_table() under the table's lock"),
    ("20,000 vsock sockets", "sockets vsock 20000", ("",), "ss -a --vsock",
     None, "proto/vsock.c: vsock_walk_bound() under the table's lock"),
    ("40,000 raw sockets", "sockets raw 40000", ("",), "ss -anw", None,
     "proto/raw.c: raw_walk_bucket()"),
    ("10,000 packet sockets", "sockets packet 10000", ("",),
     "cat /proc/net/packet", None, "proto/packet.c: packet_walk()"),
    ("20,000 netlink sockets", "sockets netlink 20000", ("",),
     "cat /proc/net/netlink", None, "fd_walk.c: sections of a file table"),
    # The last one: its teardown goes on for long.
    ("2,500 network namespaces", "namespaces 2500", ("netns=all",), "ss -tan",
     "netns=all", "snapshot.c: walk_tables(); netns.c; the tables of each protocol"),
)


def measure_shape(name, verb, filters, tool, killed, look):
    if not verb:
        both_stretches(name, VIEW, filters, tool, look)
        return
    with Shape(*verb.split()) as shape:
        if not shape.count:
            skip("stretch", name, "this kernel has no such sockets")
            return
        view = VIEW
        if verb.startswith("numbered"):
            view = f"/proc/{shape.process.pid}/root/tmp/proc/portsock"
        both_stretches(name, view, filters, tool, look)
        if killed is not None:
            death(name, view, killed, look)


# --- tables of threads beside those of processes

def private_tables():
    took = {}
    look = "task.c: the loops over the threads of a process, for each table"
    for verb in ("processes", "threads"):
        name = f"{TABLES:,} {verb} with a table each"
        with Shape(verb, TABLES):
            took[verb] = min(cost("read", VIEW, "")[0] for _ in range(2))
            both_stretches(name, VIEW, ("",), None, look)
            death(name, VIEW, "", look)
    judge("ratio", f"a read beside {TABLES:,} tables of threads, processes",
          took["threads"] / took["processes"], TABLE_RATIO,
          f"{look}; {amount(took['threads'])}, {amount(took['processes'])}",
          show=times)


# --- connections of another user beside watches

# name; verb; filter; bound in the same network namespace; in another one
WATCHED = (
    (f"{WATCHES:,} polled once", f"polled {WATCHES}", "", SAME, OTHER),
    (f"{WATCHES:,} polled once", f"polled {WATCHES}", "port=1", SAME, OTHER),
    (f"{WATCHES:,} in an epoll, edge", f"edge {WATCHES}", "", SAME, None),
    (f"{WATCHES:,} in an epoll", f"level {WATCHES}", "port=1", SAME, OTHER),
)
PROBE = "the probe of inet_sock_set_state: its work for each open file"


def views(shape, wanted):
    """A remark if a limit left some out."""
    return "" if shape.count == wanted else f"{shape.count} files"


def watch(alone, apart, name, verb, wanted, same, other):
    name += wanted and ", " + wanted
    with Shape(*verb.split(), wanted) as shape:
        got = cost("traffic", TRAFFIC)[0]
        judge("traffic", name, got / alone, same,
              f"{PROBE}; {amount(got)} a connection", views(shape, WATCHES),
              times)
        if other:
            got = cost("traffic", TRAFFIC, "apart")[0]
            judge("traffic", f"{name}, other namespace", got / apart, other,
                  f"{PROBE}; {amount(got)} a connection", show=times)
        judge("kill", name, shape.kill(), WATCHES_GONE,
              "release() of the view: its work and waits for each file")


def waiting():
    """The task that waits may use the CPU, as any other; on its own account."""
    alone, own_alone = cost("traffic", TRAFFIC)
    name = f"{WAITING:,} waited for, port=1"
    with Shape("waiting", WAITING, "port=1") as shape:
        got, own = cost("traffic", TRAFFIC)
        judge("traffic", f"{name}, own time", own / own_alone, WAITED,
              f"{PROBE}; {amount(own)} a connection", views(shape, WAITING),
              times)
        row("-", "traffic", f"{name}, with the waiting task",
            times(got / alone))


def watches():
    alone = cost("traffic", TRAFFIC)[0]
    apart = cost("traffic", TRAFFIC, "apart")[0]
    row("-", "traffic", "a connection alone", amount(alone))
    row("-", "traffic", "a connection alone, other namespace", amount(apart))
    for one in WATCHED:
        watch(alone, apart, *one)


def busy():
    """Seconds, each 10^9 instructions, in which the processor was not idle."""
    with open("/proc/uptime", encoding="ascii") as file:
        up, idle = file.read().split()
    return float(up) - float(idle)


def main():
    patterns = sys.argv[1:] or ["*"]
    parts = [(shape[0], lambda shape=shape: measure_shape(*shape))
             for shape in SHAPES]
    parts[-1:-1] = [("private tables", private_tables), ("watches", watches),
                    ("waiting", waiting)]
    row("", "measure", f"Linux {os.uname().release}", "figure", "bound",
        "other tool")
    for name, part in parts:
        if any(fnmatch.fnmatch(name, pattern) for pattern in patterns):
            begin = busy()
            part()
            if VERBOSE:
                print(f"{name}: {busy() - begin:.2f} G", file=sys.stderr)
    print(f"{totals['ok']} passed, {totals['FAIL']} failed, "
          f"{totals['skip']} skipped", flush=True)
    return 1 if totals["FAIL"] else 0


sys.exit(main())
