# SPDX-License-Identifier: GPL-2.0
"""Who holds a socket: processes, descriptors, threads, and nobody."""
import ctypes
import json
import os
import resource
import signal
import socket
import struct
import threading
import time

import view
from judge import comm_of, escape, judge, leader_lives, owners_by_proc, same_table, same_tables
from maker import Made, children
from scenario import LIBC, equal, in_child, own_netns, scenario, true, variants, wait_until


def pids_of(made):
    return sorted({int(told["pid"]) for told in made.told})


def judge_all(made):
    now = view.read()
    for cookie in {told["cookie"] for told in made.told}:
        told = [told for told in made.told if told["cookie"] == cookie][0]
        row = judge(now, told, pids=pids_of(made))
        true("owners sorted by PID, FD", [o[::2] for o in row.owners()] == sorted(o[::2] for o in row.owners()))
    return now


@variants("owners", ("dup", "forked", "thread", "thread-copy"))
def owners(name):
    with Made("tcp-" + name, count=3) as made:
        now = judge_all(made)
        row = now.one(COOKIE=made["l"]["cookie"])
        equal("number of owners", len(row.owners()), {"dup": 3, "forked": 4, "thread": 1, "thread-copy": 2}[name])
        if name.startswith("thread"):
            true(f"PID:TID in {row['OWNERS']}", f"{made.pid}:{made['t', 'l']['tid']}/" in row["OWNERS"])


@scenario("owners/reuseport")
def reuseport():
    with Made("tcp-reuseport", count=4, port=8080) as made:
        now = judge_all(made)
        equal("sockets at 8080", len(now.find(PORT=8080, STATE="LISTEN")), 4)


@scenario("owners/shared-table-counts-once")
def shared_table():
    with Made("tcp-listen") as made:
        made.do("thread t shared; thread u shared; tell l LISTEN")
        equal("owners", len(judge_all(made).one(COOKIE=made["l"]["cookie"]).owners()), 1)


def holders(told, **wanted):
    """PID and FD of the owners of a socket; what is asked for may be less than all."""
    fd = os.open(view.PATH, os.O_RDWR)
    for key, value in wanted.items():
        os.write(fd, f"{key}={value}".encode())
    now = view.View(view.read_all(fd))
    os.close(fd)
    return [owner[::2] for owner in now.one(COOKIE=told["cookie"]).owners()]


@scenario("owners/processes-that-share-a-table")
def shared_by_processes():
    """One table is one owner: the first process; each of them where only it is asked for; the others when it is gone."""
    with Made("tcp-listen") as made:
        made.do("fork f files; fork g files; fork w; thread t shared; tell l LISTEN")
        first, second, copy = children(made.pid)
        fd = int(made["l"]["fd"])
        true("kcmp says so", same_table(made.pid, first) and same_table(first, second) and not same_table(first, copy))
        equal("owners", holders(made["l"]), [(made.pid, fd), (copy, fd)])
        for pid in (made.pid, first, second, copy):
            equal(f"owners if only {pid} is asked for", holders(made["l"], pid=pid), [(pid, fd)])
        equal("owners of two", holders(made["l"], pid=f"{second},{first}"), [(first, fd)])
        made.do("in f socket s udp; in f bind s; in f tell s UNCONN")
        equal("what another one opened", holders(made["f", "s"]), [(made.pid, int(made["f", "s"]["fd"]))])


def clone(flags, run):
    """A child that shares what flags say, until run returns."""
    pid = LIBC.syscall(56, flags | signal.SIGCHLD, 0, 0, 0, 0)  # clone(), x86-64
    if pid < 0:
        raise OSError(ctypes.get_errno(), "clone")
    if not pid:
        try:
            run()
        finally:
            os._exit(0)
    return pid


CLONE_FILES, CLONE_NEWPID, CLONE_VFORK = 0x400, 0x20000000, 0x4000


def inheritable(sock):
    os.set_inheritable(sock.fileno(), True)
    return "%x" % struct.unpack("Q", sock.getsockopt(socket.SOL_SOCKET, 57, 8)), sock.fileno()


@scenario("owners/shared-table-until-exec")
def shared_until_exec():
    """exec() gives the process a table of its own; the one that lives on has what the first one had."""
    listener = socket.create_server(("127.0.0.1", 0))
    cookie, fd = inheritable(listener)
    begun = clone(CLONE_FILES, lambda: os.execvp("sleep", ["sleep", "100"]))
    wait_until(lambda: not same_table(os.getpid(), begun))
    row = view.read().one(COOKIE=cookie)
    equal("owners", [owner[::2] for owner in row.owners()], [(os.getpid(), fd), (begun, fd)])
    second = clone(CLONE_FILES, signal.pause)
    row = view.read().one(COOKIE=cookie)
    equal("owners", [owner[::2] for owner in row.owners()], [(os.getpid(), fd), (begun, fd)])
    os.kill(second, signal.SIGKILL)


@scenario("owners/shared-table-outlives-its-first")
def shared_outlives():
    """Its first process exits, and is a zombie: the next one is the owner."""
    told, tell = os.pipe()

    def first():
        listener = socket.create_server(("127.0.0.1", 0))
        words = "%s %d" % inheritable(listener)
        second = clone(CLONE_FILES, signal.pause)
        os.write(tell, f"{words} {second}".encode())
        os._exit(0)  # before the listener is closed

    pid = os.fork()
    if not pid:
        first()
    cookie, fd, second = os.read(told, 100).decode().split()
    wait_until(lambda: not leader_lives(pid))
    row = view.read().one(COOKIE=cookie)
    equal("owners", [owner[::2] for owner in row.owners()], [(int(second), int(fd))])
    os.kill(int(second), signal.SIGKILL)
    os.waitpid(pid, 0)


@scenario("owners/shared-table-and-who-may-look")
def shared_access():
    """The owner is the first one that the viewer may look into."""
    listener = socket.create_server(("127.0.0.1", 0))
    cookie, fd = inheritable(listener)

    def as_user():
        os.setresuid(1000, 1000, 1000)
        LIBC.prctl(4, 1, 0, 0, 0)  # PR_SET_DUMPABLE
        signal.pause()

    child = clone(CLONE_FILES, as_user)
    wait_until(lambda: os.stat(f"/proc/{child}/fd").st_uid == 1000)

    def seen_by(uid):
        listener.close()  # the viewer's own copy
        os.setresuid(uid, uid, uid)
        row = view.read().one(COOKIE=cookie)
        return [row["HELD"], [list(owner[::2]) for owner in row.owners()]]

    equal("root's view", in_child(lambda: seen_by(0)), ["process", [[os.getpid(), fd]]])
    equal("the user's view", in_child(lambda: seen_by(1000)), ["process", [[child, fd]]])
    equal("another user's view", in_child(lambda: seen_by(1001)), ["hidden", []])


@scenario("owners/shared-table-in-another-pid-namespace")
def shared_pid_namespace():
    """Who has no number in the view's PID namespace does not stand in the way of who has one."""
    listener = socket.create_server(("127.0.0.1", 0))
    cookie, fd = inheritable(listener)
    told, tell = os.pipe()

    def inside():
        LIBC.unshare(0x20000)  # CLONE_NEWNS
        LIBC.mount(b"none", b"/", None, 0x44000, None)
        os.makedirs("/tmp/shared-ns", exist_ok=True)
        LIBC.mount(b"proc", b"/tmp/shared-ns", b"proc", 0, None)
        with open("/tmp/shared-ns/portsock", encoding="ascii") as file:
            row = view.View(file.read()).one(COOKIE=cookie)
        os.write(tell, json.dumps([row["HELD"], [owner[::2] for owner in row.owners()]]).encode())

    child = clone(CLONE_FILES | CLONE_NEWPID, inside)
    equal("the view inside", json.loads(os.read(told, 4096)), ["process", [[1, fd]]])
    os.waitpid(child, 0)
    equal("the view outside", [owner[::2] for owner in view.read().one(COOKIE=cookie).owners()], [(os.getpid(), fd)])


@scenario("owners/shared-table-and-a-leader-that-is-gone")
def shared_without_leader():
    """The process is the first of those that share the table, though the number of the thread that stands for it is higher than the next one's."""
    told, tell = os.pipe()

    def leave():
        listener = socket.create_server(("127.0.0.1", 0))
        words = "%s %d" % inheritable(listener)
        second = clone(CLONE_FILES, signal.pause)
        threading.Thread(target=signal.pause).start()
        os.write(tell, f"{words} {second}".encode())
        LIBC.syscall(60, 0)  # exit(), of this thread

    pid = os.fork()
    if not pid:
        leave()
    number, fd, second = os.read(told, 100).decode().split()
    fd, second, listener = int(fd), int(second), {"cookie": number}
    wait_until(lambda: not leader_lives(pid))
    thread = int(next(tid for tid in os.listdir(f"/proc/{pid}/task") if int(tid) != pid))
    true(f"kcmp says that {thread} and {second} share it", same_tables(thread, second))
    equal("order of the numbers", sorted((pid, second, thread)), [pid, second, thread])
    equal("owners", holders(listener), [(pid, fd)])
    equal("owners if only the second is asked for", holders(listener, pid=second), [(second, fd)])
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    equal("owners when the first is gone", holders(listener), [(second, fd)])
    os.kill(second, signal.SIGKILL)


@scenario("owners/shared-table-of-a-thread")
def shared_by_a_thread():
    """The first of the processes that share a table has it for a thread, whose number is higher than that of the second one."""
    told, tell = os.pipe()

    def part():
        listener = socket.create_server(("127.0.0.1", 0))
        words = "%s %d" % inheritable(listener)
        second = clone(CLONE_FILES, signal.pause)
        threading.Thread(target=signal.pause).start()
        LIBC.unshare(CLONE_FILES)  # the first thread
        listener.close()
        os.write(tell, f"{words} {second}".encode())
        signal.pause()

    pid = os.fork()
    if not pid:
        part()
    number, fd, second = os.read(told, 100).decode().split()
    fd, second, listener = int(fd), int(second), {"cookie": number}
    thread = int(next(tid for tid in os.listdir(f"/proc/{pid}/task") if int(tid) != pid))
    true(f"kcmp says that {thread} and {second} share it, {pid} does not", same_tables(thread, second) and not same_tables(thread, pid))
    equal("order of the numbers", sorted((pid, second, thread)), [pid, second, thread])
    equal("owners", [owner[:3] for owner in view.read().one(COOKIE=number).owners()], [(pid, thread, fd)])
    equal("owners if only the second is asked for", holders(listener, pid=second), [(second, fd)])
    for holder in (pid, second):
        os.kill(holder, signal.SIGKILL)


@scenario("owners/vfork")
def vfork():
    """vfork() lends the memory, not the table: until exec() the child is a second owner, as /proc says."""
    listener = socket.create_server(("127.0.0.1", 0))
    cookie, fd = inheritable(listener)
    reading, writing = os.pipe()
    middle = os.fork()
    if not middle:
        clone(CLONE_VFORK, lambda: (os.write(writing, b"x"), signal.pause()))
        os._exit(0)
    os.read(reading, 1)
    child = children(middle)[0]
    row = view.read().one(COOKIE=cookie)
    equal("owners", row.owners(), owners_by_proc(inode_of(listener), [os.getpid(), middle, child]))
    equal("number of owners", len(row.owners()), 3)
    for pid in (child, middle):
        os.kill(pid, signal.SIGKILL)


def inode_of(sock):
    return os.fstat(sock.fileno()).st_ino


@scenario("owners/zombie")
def zombie():
    """A zombie owns nothing."""
    listener = socket.create_server(("127.0.0.1", 0))
    cookie, fd = inheritable(listener)
    pid = os.fork()
    if not pid:
        os._exit(0)
    wait_until(lambda: not leader_lives(pid))
    equal("owners", [owner[::2] for owner in view.read().one(COOKIE=cookie).owners()], [(os.getpid(), fd)])
    os.waitpid(pid, 0)


@scenario("owners/exec-and-exit-during-reads", seconds=60)
def exec_during_reads():
    """Processes begin programs and end while the table is read: who holds on is there each time, who could never be is not."""
    listener = socket.create_server(("127.0.0.1", 0))
    inheritable(listener)
    pid = os.fork()
    if not pid:  # begins itself again, with the listener, for ever
        os.execvp("sh", ["sh", "-c", "n=$1; [ $((n % 3)) = 0 ] && /bin/true; exec sh -c \"$0\" \"$0\" $((n + 1))",
                         "n=$1; [ $((n % 3)) = 0 ] && /bin/true; exec sh -c \"$0\" \"$0\" $((n + 1))", "1"])
    wait_until(lambda: comm_of(pid) in ("sh", "bash", "busybox", "dash"))
    reads = read_while_both_hold(listener, pid)
    true("it begins programs still", leader_lives(pid))
    os.kill(pid, signal.SIGKILL)
    return reads


def read_while_both_hold(listener, pid, identity=slice(None, None, 2)):
    """Another process inherited the descriptor and never lets go of it: each read says so, once."""
    cookie, fd = inheritable(listener)
    end = time.monotonic() + 5
    reads = 0
    while time.monotonic() < end or reads <= 10:
        owners = view.read().one(COOKIE=cookie).owners()
        true(f"both hold it in read {reads}: {owners}", {(os.getpid(), fd), (pid, fd)} <= {owner[::2] for owner in owners})
        equal("owners that are twice", len({owner[identity] for owner in owners}), len(owners))
        reads += 1
    return f"{reads} reads"


@variants("owners/exec-of-a-thread-during-reads", ("with-the-table-of-the-process", "with-its-own"), seconds=60)
def thread_exec_during_reads(table):
    """A thread that is not the first begins a program: it takes the first one's number, and its table stays."""
    listener = socket.create_server(("127.0.0.1", 0))
    inheritable(listener)
    pid = os.posix_spawnp("reborn", ["reborn", "own"] if table == "with-its-own" else ["reborn"], os.environ)
    # a thread's own table is another one than its process': the same descriptor in both is two owners
    reads = read_while_both_hold(listener, pid, slice(3) if table == "with-its-own" else slice(None, None, 2))
    equal("its end", os.waitpid(pid, os.WNOHANG), (0, 0))
    os.kill(pid, signal.SIGKILL)
    return reads


@scenario("owners/100000-descriptors", seconds=120)
def hundred_thousand():
    """Each descriptor of a process that has very many."""
    with open("/proc/sys/fs/nr_open", "w", encoding="ascii") as file:
        file.write("1048576")
    resource.setrlimit(resource.RLIMIT_NOFILE, (200000, 200000))
    listener = socket.create_server(("127.0.0.1", 0))
    cookie, fd = inheritable(listener)
    copies = [os.dup(fd) for _ in range(99999)]
    row = view.read().one(COOKIE=cookie)
    equal("owners", [owner[2] for owner in row.owners()], sorted([fd, *copies]))


@scenario("owners/dead-leader")
def dead_leader():
    with Made("tcp-listen") as made:
        made.do("leave; tell l LISTEN")
        row = view.read().one(COOKIE=made["l"]["cookie"])
        equal("HELD", row["HELD"], "process")
        wanted = owners_by_proc(made["l"]["inode"], [made.pid])
        equal("threads alive by /proc", len(wanted), 1)
        equal("OWNERS", row.owners(), wanted)
        made.process.kill()


@scenario("owners/dead-leader-and-a-thread-of-its-own")
def dead_leader_thread():
    with Made("tcp-listen") as made:
        made.do("leave; thread t; in t socket x udp; in t tell x UNBOUND; tell l LISTEN")
        now = view.read()
        row = now.one(COOKIE=made["l"]["cookie"])
        equal("descriptors of l", [(owner[0], owner[2]) for owner in row.owners()], [(made.pid, 3)] * 2)
        mine = now.one(COOKIE=made["t", "x"]["cookie"])
        equal("x's owner", mine.owners()[0][:3], (made.pid, int(made["t", "x"]["tid"]), int(made["t", "x"]["fd"])))
        made.process.kill()


COMMS = {"space": b"a b", "comma-slash": b"a,b/c", "backslash": b"a\\b", "control": b"a\nb\tc\x7f", "latin": b"\xe4\xff\x80", "long": b"x" * 15,
         "bracket": b"[kernel]", "hash": b"# tcp", "dash": b"-"}


@variants("owners/comm", list(COMMS))
def comm(label):
    name = COMMS[label]
    with Made("tcp-listen", comm="".join(f"\\{byte:03o}" for byte in name)) as made:
        row = view.read().one(COOKIE=made["l"]["cookie"])
        # split by hand: the parser has rules of its own about names
        pid, fd, text = row["OWNERS"].split("/")
        equal("PID, FD", (int(pid), fd), (made.pid, made["l"]["fd"]))
        equal("COMM", text, escape(name, b",/"))


@scenario("owners/other-process-of-a-client")
def both_ends():
    with Made("tcp-established") as made:
        judge_all(made)
        made.do("fork w; close a; in w tell a ESTABLISHED")
        row = view.read().one(COOKIE=made["w", "a"]["cookie"])
        equal("OWNERS", [owner[0] for owner in row.owners()], [int(made["w", "a"]["pid"])])
        made.do("kill w")
        equal("rows after the last owner died, and closed", len(view.read().find(COOKIE=made["w", "a"]["cookie"], HELD="process")), 0)


@scenario("netns/of-the-opener")
def netns():
    with Made("tcp-listen", port=8080) as first:
        fd = os.open(view.PATH, os.O_RDONLY)
        own_netns()
        equal("rows elsewhere", view.read().rows, [])
        with Made("tcp-listen", port=8080) as second:
            judge(view.read(), second["l"])
            equal("rows here", len(view.read().rows), 1)
            row = view.View(view.read_all(fd)).one(PORT=8080)
            equal("the opened file shows the namespace in which it was opened", row["COOKIE"], first["l"]["cookie"])


@scenario("held/inflight")
def inflight():
    with Made("inflight") as made:
        row = judge(view.read(), made["l"])
        equal("STATE", row["STATE"], "LISTEN")
        made.do("receive v n; tell n LISTEN")
        equal("received it is the same socket", made["n"]["cookie"], made["l"]["cookie"])
        judge(view.read(), made["n"])
        made.do("close n")
        equal("rows after close", view.read().find(COOKIE=row["COOKIE"]), [])


@scenario("held/inflight-while-also-held")
def inflight_held():
    with Made("", commands="socket l tcp; bind l; listen l; pair u v; pass l u; tell l LISTEN") as made:
        judge(view.read(), made["l"])
