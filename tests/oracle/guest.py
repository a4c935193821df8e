#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""guest.py SEEDS REPEAT: runs in the lab VM; for each seed a situation is made and the view compared with it. Prints what differs."""
import ctypes
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time

import view
from compare import check_expected, check_form, check_witnesses, differ, finish, short
from redirect import Redirect
from scenario import LIBC, Skip, beside_each_other, loopback_up, run_one
from situation import Process, Situation
from truth import Maker, Truth, Witness, net_rows, visible

CLONE_NEWNET = 0x40000000
SECONDS = 240  # on a host that has other things to do
READS = []  # of those under churn: how many of the churn's sockets were said to be in flight


def capabilities():
    """What this kernel can make."""
    can = {"ping"}
    for name, arguments in (("mptcp", (socket.AF_INET, socket.SOCK_STREAM, 262)), ("alg", (38, socket.SOCK_SEQPACKET)), ("udplite", (socket.AF_INET, socket.SOCK_DGRAM, 136))):
        try:
            socket.socket(*arguments).close()
            can.add(name)
        except OSError:
            pass
    listener = socket.socket()
    listener.listen()
    try:
        Redirect([1], listener.fileno()).close()
        can.add("sk_lookup")
    except Skip:
        pass
    listener.close()
    # an interface needs a namespace of its own: it must not stay
    if subprocess.run(["unshare", "-n", "ip", "link", "add", "name", "d", "type", "dummy"], stderr=subprocess.DEVNULL, check=False).returncode == 0:
        can.add("dummy")
    return can


def seeds_of(text):
    seeds = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        seeds += range(int(first), int(last or first) + 1)
    return seeds


def enter(namespace):
    if LIBC.setns(namespace, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


def settle(rows):
    """Waits: what has no descriptor any more gets its last packets by and by."""
    wanted = {(row["LOCAL"], row["REMOTE"], row["STATE"]) for row in rows if row["HELD"] in ("orphan", "timewait", "synrecv")}
    end = time.monotonic() + 30
    while time.monotonic() < end:
        there = {row[:3] for row in net_rows("tcp")} if wanted else set()
        if wanted <= there:
            return
        time.sleep(0.02)
    raise AssertionError(f"the kernel never had {wanted - there}")


def quiet(truth, rows):
    """Nothing moves: the view is exactly what is expected."""
    settle(rows)
    before = Witness(truth.pids)
    now = view.read()
    after = Witness(truth.pids)
    check_form(now)
    for row in check_expected(now, rows, after):
        differ("invented", "no such row", short(row))
    check_witnesses(now, before, after, exact=True)
    finish()
    return now


class Mover:
    """Makes sockets and closes them again between two reads."""

    MAKE = ("socket l% tcp", "bind l%", "listen l%", "socket u% udp", "bind u%", "pair x% y%", "socket n% netlink", "socket t% tcp",
            "socket c% tcp", "connect c% l%", "accept l% a%")
    NAMES = "caluxynt"

    def __init__(self):
        self.made = Maker(Process(0, "inet", 0, None))
        self.made.until("ready")
        self.count, self.gone = 0, set()

    def all(self, *commands):
        """Each command three times, with the numbers of this turn."""
        self.made.batch([command.replace("%", str(number)) for number in range(self.count, self.count + 3) for command in commands])

    def turn(self):
        """Makes sockets. Returns their cookies, and who holds each."""
        self.made.holds.clear()
        self.all(*self.MAKE)
        self.made.batch(["holds"])
        return {told["cookie"]: (self.made.pid, self.made.pid, int(told["fd"]), "mksock") for told in self.made.holds}

    def drop(self, there):
        """Closes them: they are gone before the next read begins."""
        self.all(*(f"close {name}%" for name in self.NAMES))
        self.count += 3
        self.gone |= set(there)


def check_churned(now, left, there, gone, strangers):
    """What is not the situation's: the mover's, what it closed before, and the churn's."""
    seen = {}
    # in the middle of socketpair() or close() a task does have files and no descriptors: two, and each is in one call at a time
    doubtful = [row for row in left if row["HELD"] == "inflight"]
    if len(doubtful) > 2 * len(strangers):
        differ("more in flight than can be", f"at most {2 * len(strangers)}", "\n            ".join(map(short, doubtful[:8])))
    READS.append(len(doubtful))
    for row in left:
        cookie = row["COOKIE"]
        if cookie in gone and (row["HELD"] not in ("timewait", "orphan") or row["PROTO"] != "tcp"):
            differ("closed before the read began", "no row, or what TCP leaves", short(row))
        if cookie in there and (row["HELD"], row.owners()) != ("process", [there[cookie]]):
            differ("made before the read and held all the while", there[cookie], short(row))
        if row["HELD"] in ("hidden", "kernel"):
            differ("nobody here is hidden or the kernel's", "process", short(row))
        if {owner[0] for owner in row.owners()} - strangers:
            differ("an owner that cannot be", sorted(strangers), short(row))
        seen.setdefault(cookie, []).append(row)
    for cookie, rows in seen.items():
        if len(rows) > 1 and sorted(row["STATE"] for row in rows) != ["CLOSE", "TIME_WAIT"]:
            differ("twice", "one row", "\n            ".join(map(short, rows)))
    if set(there) - set(seen):
        differ("made before the read and held all the while", {cookie: there[cookie] for cookie in set(there) - set(seen)}, "no row")


def churning(truth, rows):
    """The same while others come and go: what is known is exact, what is not known is the churn's."""
    settle(rows)
    mover = Mover()
    busy = [subprocess.Popen(["mksock", "--family", family, "-c", f"churn 0 {pause}"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
            for family, pause in (("inet", 0), ("inet6", 500))]
    strangers = {mover.made.pid} | {process.pid for process in busy}
    for _ in range(3):
        there = mover.turn()
        before = Witness(truth.pids + sorted(strangers), with_ss=False)
        now = view.read()
        after = Witness(truth.pids + sorted(strangers), with_ss=False)
        check_form(now)
        check_churned(now, check_expected(now, rows, after), there, mover.gone, strangers)
        check_witnesses(now, before, after, exact=False)
        mover.drop(there)
        now = view.read()
        check_churned(now, check_expected(now, rows, after), {}, mover.gone, strangers)
        finish()
    for process in busy:
        process.kill()


def reader_of(truth):
    """Says whether the caller may read the link of a descriptor."""
    def readable(owner):
        pid, tid, fd, _ = owner
        if tid == pid:
            tid = truth.threads[pid][0]
        try:
            os.readlink(f"/proc/{pid}/task/{tid}/fd/{fd}")
            return True
        except OSError:
            return False
    return readable


def unprivileged(truth, rows, uid):
    """A child that becomes somebody sees the owners whose links it can read."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        verdict = ""
        try:
            os.setgroups([])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
            wanted = visible(rows, reader_of(truth))
            now = view.read()
            check_form(now)
            for row in check_expected(now, wanted, truth.last):
                differ("invented", "no such row", short(row))
            finish()
        except BaseException as reason:  # the parent says it
            verdict = f"as user {uid}: {reason!r}" if not isinstance(reason, AssertionError) else f"as user {uid}: {reason}"
        os.write(writing, verdict.encode("utf-8", "backslashreplace"))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as words:
        verdict = words.read()
    os.waitpid(child, 0)
    if verdict:
        raise AssertionError(verdict)


def accept_all(truth, now):
    """Who is accepted now is who was said to wait: the same cookie."""
    for number, waiting in enumerate(truth.situation.waiting):
        listener = waiting.listener
        line = truth.told[listener]
        task = next((task for task in listener.process.tasks if task.items.get(listener.item) is listener), None)
        if waiting.request or listener.space or not task:
            continue
        prefix = "" if task.name == "main" else f"in {task.name} "
        maker = truth.makers[listener.process]
        maker.do(f"{prefix}accept {listener.item} q{number}; {prefix}tell q{number} ANY")
        cookie = maker.told[-1]["cookie"]
        rows = now.find(COOKIE=cookie)
        if len(rows) != 1 or rows[0]["PARENT"] != line["cookie"] or rows[0]["HELD"] != "acceptq":
            differ(f"accepted from {listener.item} of process {listener.process.number}", f"acceptq {cookie} of {line['cookie']}", [*map(short, rows)])
    finish()


def make(seed, can):
    """The situation of a seed, in a namespace of its own."""
    if LIBC.unshare(CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "unshare")
    loopback_up()
    with open("/proc/sys/net/ipv4/ping_group_range", "w", encoding="ascii") as file:
        file.write("0 1000")
    directory = tempfile.mkdtemp(prefix="oracle-")
    os.chmod(directory, 0o777)
    os.chdir(directory)
    situation = Situation(seed, can)
    if situation.dev:
        subprocess.run(["ip", "link", "add", "name", situation.dev, "type", "dummy"], check=True)
        subprocess.run(["ip", "link", "set", "dev", situation.dev, "up"], check=True)
    return situation, Truth(situation)


def one_seed(seed, can):
    """A seed is a test. Its process and its namespaces end with it."""
    situation, truth = make(seed, can)
    for space in sorted(truth.netns, reverse=True):
        if space:
            enter(truth.files[space])
            quiet(truth, truth.expected[space])
    enter(truth.files[0])
    rows = truth.expected[0]
    if situation.churn:
        churning(truth, rows)
    else:
        now = quiet(truth, rows)
        if situation.unprivileged:
            truth.last = Witness(truth.pids, with_ss=False)
            unprivileged(truth, rows, 1000)
        accept_all(truth, now)
    truth.close()
    user = situation.unprivileged and not situation.churn
    return " ".join(str(int(figure)) for figure in (sum(map(len, truth.expected.values())), situation.churn, user, len(READS), sum(READS)))


def verdicts(seeds, can):
    """Seed and verdict, as they come: each processor works through its share, for namespaces keep the situations apart."""
    def work(seed):
        return seed, run_one(one_seed, (seed, can), False, SECONDS), 0

    for seed, verdict, _ in beside_each_other(work, seeds, min(os.cpu_count(), len(seeds))):
        yield seed, verdict


def main():
    resource.setrlimit(resource.RLIMIT_NOFILE, (65536, 65536))
    seeds, repeat, can = seeds_of(sys.argv[1]), sys.argv[2], capabilities()
    passed = failed = skipped = sockets = churned = viewed = reads = doubtful = 0
    begun = time.monotonic()
    for seed, verdict in verdicts(seeds, can):
        if verdict.startswith("SKIP "):
            skipped += 1
            print(f"skip seed {seed}: {verdict[5:]}", flush=True)
        elif verdict.startswith("ok "):
            passed += 1
            rows, churn, user, looks, doubts = map(int, verdict.split()[1:])
            sockets, churned, viewed, reads, doubtful = sockets + rows, churned + churn, viewed + user, reads + looks, doubtful + doubts
        else:
            failed += 1
            print(f"FAIL seed {seed}: {verdict[5:].rstrip()}\n  again:    SEEDS={seed} {repeat}", flush=True)
        ended = passed + failed + skipped
        if ended % 10 == 0 or ended == len(seeds):
            print(f"{ended} of {len(seeds)} seeds, {sockets} sockets, {churned} under churn, {viewed} also as a user,"
                  f" {failed} failed, {time.monotonic() - begun:.0f} s", flush=True)
    failed += len(seeds) - passed - failed - skipped  # a worker that died
    if reads:
        # a task that is stopped in the middle of a call has them indeed, now and then; a view that does not look twice has them always
        bad = doubtful > 3 + reads // 20
        failed += bad
        print(f"{'FAIL ' if bad else ''}{doubtful} of the churn's sockets said to be in flight in {reads} reads")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
