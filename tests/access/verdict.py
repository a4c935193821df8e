# SPDX-License-Identifier: GPL-2.0
"""The oracle, and the comparison of a view with its verdicts."""
import collections
import fcntl
import os

import view
from scenario import Skip, equal, in_child

# fd: an open /proc/portsock; verdicts: what the oracle found; prefix: a filter
# that every read begins with; rows: the sockets' network namespace is
# shown; instead: verdicts that are right on other kernels
Opening = collections.namedtuple("Opening", "fd verdicts prefix rows instead", defaults=("", True, None))


def readable(proc, target):
    """The number under which proc lets the caller read all links of the
    target's sockets, or 0."""
    def links(number):
        read = 0
        for made in target.sockets:
            try:
                read += os.readlink(f"{proc}/{number}/fd/{made['fd']}") == f"socket:[{made['inode']}]"
            except OSError:
                pass
        return read

    for number in target.pids:
        read = links(number)
        if read:
            equal(f"links of {target.kind} that can be read", read, len(target.sockets))
            return number
    return 0


def verdicts_of(proc, targets):
    """readlink() by a separate process with the caller's credentials and
    namespaces."""
    return in_child(lambda: [readable(proc, target) for target in targets])


class Judge:
    """Collects the differences of one opener."""

    def __init__(self, targets, opening):
        self.targets, self.opening, self.found = targets, opening, []

    def differ(self, what, target, made, seen):
        allowed = "can be read" if self.opening.verdicts[self.targets.index(target)] else "cannot be read"
        self.found.append(f"{what}: {made['proto']} socket of {target.kind}, which {allowed}: {seen}")

    def row(self, what, now, target, made, number, listed):
        """listed: a row is there even if its owner is hidden."""
        rows = now.find(COOKIE=made["cookie"])
        if not self.opening.rows or not (number or listed):
            if rows:
                self.differ(what, target, made, "a row, where none may be: " + str(rows[0]))
            return
        if len(rows) != 1:
            self.differ(what, target, made, f"{len(rows)} rows")
            return
        process = target.pid if len(target.pids) == 1 else number
        wanted = ("process", [(process, number, made["fd"])]) if number else ("hidden", [])
        seen = (rows[0]["HELD"], [owner[:3] for owner in rows[0].owners()])
        if seen != wanted:
            self.differ(what, target, made, f"{seen}, not {wanted}")

    def view(self, what, line, has, listed):
        """One read with a filter: has and listed decide which sockets of a
        target have a row, and whether only with an owner."""
        if line is not None:
            os.write(self.opening.fd, (self.opening.prefix + line).encode() + b"\n")
        now = view.View(view.read_all(self.opening.fd))
        for target, number in zip(self.targets, self.opening.verdicts):
            for made in target.sockets:
                if has(made):
                    self.row(what, now, target, made, number, listed(made))

    def all(self):
        every = ",".join(str(number) for target in self.targets for number in sorted({target.pid, *target.pids}))
        ports = ",".join(str(made["port"]) for target in self.targets for made in target.sockets if made["port"])
        if fcntl.fcntl(self.opening.fd, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
            if self.opening.prefix:
                raise Skip("the file is read-only")
            self.view("full view", None, lambda made: True, lambda made: made["listed"])
            return
        self.view("full view", "", lambda made: True, lambda made: made["listed"])
        self.view("port=", f" port={ports}", lambda made: made["port"], lambda made: True)
        self.view("pid=", f" pid={every}", lambda made: True, lambda made: False)


def differences(targets, opening):
    judged = Judge(targets, opening)
    judged.all()
    return judged.found


def judge(targets, opening):
    """Raises AssertionError with all differences."""
    found = differences(targets, opening)
    if found and opening.instead and not differences(targets, opening._replace(verdicts=opening.instead)):
        return
    if found:
        more = f"\n    ... and {len(found) - 8} more" if len(found) > 8 else ""
        raise AssertionError(f"{len(found)} differences\n    " + "\n    ".join(found[:8]) + more)
