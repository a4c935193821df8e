# SPDX-License-Identifier: GPL-2.0
"""The openers of /proc/portsock: their credentials, namespaces and mounts,
and the way to the open file. Each one is a test."""
import errno
import os
import signal
import socket
import tempfile

import apparmor
import system
from verdict import Opening, judge, verdicts_of
from scenario import LIBC, Skip, scenario, true
from system import become, bind, mount, mount_namespace
from targets import start

TARGETS = []  # the processes with the sockets; started once
OTHER_GROUP = 4242


def opener(name, seconds=30):
    """Decorator: the function takes on an identity, asks the oracle, opens
    the file and returns an Opening. None: the kernel rightly refuses to open
    it."""
    def add(function):
        def play():
            targets = list(TARGETS)
            opening = function(targets)
            if opening:
                judge(targets, opening)
        scenario(name, seconds=seconds, netns=False, waits=True)(play)
        return function
    return add


def open_view(path="/proc/portsock", flags=os.O_RDWR, directory=None):
    return os.open(path, flags, dir_fd=directory)


def plain(targets, proc="/proc", **more):
    """Ask the oracle, then open the file of the same mount."""
    verdicts = verdicts_of(proc, targets)
    return Opening(open_view(f"{proc}/portsock"), verdicts, **more)


def scratch():
    return tempfile.mkdtemp(prefix="access-", dir="/tmp")


# --- identities on an unmodified mount

def with_fsuid():
    system.drop(system.CAP_SYS_PTRACE)
    LIBC.setfsuid(1000)


def saved_root():
    os.setgroups([])
    os.setresuid(1000, 1000, 0)


def user_namespace():
    become(1000)
    system.user_namespace()


def nested_user_namespace():
    user_namespace()
    system.user_namespace()


def root_user_namespace():
    system.user_namespace()


def user_namespace_of_target():
    become(1000)
    system.enter(f"/proc/{next(target.pid for target in TARGETS if target.kind == 'userns')}/ns/user", system.CLONE_NEWUSER)


def own_pid_namespace():
    user_namespace()
    system.unshare(system.CLONE_NEWPID)
    system.go_on_in_child()


def time_namespace():
    user_namespace()
    system.unshare(system.CLONE_NEWTIME)
    with open("/proc/self/timens_offsets", "w", encoding="ascii") as offsets:
        offsets.write("boottime 100000 0\n")
    system.go_on_in_child()


def landlock():
    become(1000)
    system.landlock()


def root_landlock():
    system.landlock()


def confined():
    apparmor.load()
    become(1000)
    apparmor.confine()


def root_confined():
    apparmor.load()
    apparmor.confine()


def seccomp():
    become(1000)
    system.seccomp(system.SYS_PTRACE)


IDENTITIES = {
    "root": lambda: None,
    "root-without-ptrace": lambda: system.drop(system.CAP_SYS_PTRACE),
    "root-without-capabilities": lambda: system.set_capabilities(0),
    "user": lambda: become(1000),
    "other": lambda: become(1001),
    "nobody": lambda: become(65534),
    "user-with-ptrace": lambda: system.become_with(1000, system.CAP_SYS_PTRACE),
    "nobody-with-ptrace": lambda: system.become_with(65534, system.CAP_SYS_PTRACE),
    "nobody-with-net-admin": lambda: system.become_with(65534, system.CAP_NET_ADMIN),
    "nobody-with-dac-override": lambda: system.become_with(65534, system.CAP_DAC_OVERRIDE, system.CAP_DAC_READ_SEARCH),
    "fsuid-of-user": with_fsuid,
    "saved-uid-root": saved_root,
    "userns": user_namespace,
    "userns-nested": nested_user_namespace,
    "userns-of-root": root_user_namespace,
    "userns-of-the-target": user_namespace_of_target,
    "userns-timens": time_namespace,
    "userns-pidns": own_pid_namespace,
    "landlock": landlock,
    "root-landlock": root_landlock,
    "apparmor": confined,
    "root-apparmor": root_confined,
    "seccomp-no-new-privs": seccomp,
}

for who, identity in IDENTITIES.items():
    @opener(f"{who}/unmodified")
    def unmodified(targets, identity=identity):
        identity()
        return plain(targets)


# --- network namespaces: the sockets are shown to an opener with CAP_NET_ADMIN
# in the owner of all of them only

@opener("userns-netns/unmodified")
def own_netns(targets):
    user_namespace()
    system.unshare(system.CLONE_NEWNET)
    return plain(targets, rows=False)


@opener("userns-netns/netns-all")
def own_netns_all(targets):
    user_namespace()
    system.unshare(system.CLONE_NEWNET)
    opening = plain(targets, rows=False)
    try:
        os.write(opening.fd, b"netns=all\n")
    except PermissionError:
        return opening
    return opening._replace(prefix="netns=all")


@opener("root-netns/netns-all")
def root_netns_all(targets):
    system.unshare(system.CLONE_NEWNET)
    return plain(targets, prefix="netns=all")


@opener("nobody-with-net-admin/netns-all")
def net_admin_all(targets):
    system.become_with(65534, system.CAP_NET_ADMIN)
    return plain(targets, prefix="netns=all")


# --- mounts over the opener's own tree: none of them may change a verdict

def fill_process(directory, target):
    """A directory that looks like /proc/PID."""
    for name in ("fd", "fdinfo", "ns", "task"):
        os.makedirs(f"{directory}/{name}", exist_ok=True)
    for made in target.sockets:
        os.symlink(f"socket:[{made['inode']}]", f"{directory}/fd/{made['fd']}")
    for name in ("root", "cwd", "exe"):
        os.symlink(".", f"{directory}/{name}")
    for name in ("comm", "status", "stat", "environ", "maps", "ns/uts", "ns/net", "ns/mnt", "ns/user", "ns/pid", "ns/cgroup"):
        with open(f"{directory}/{name}", "w", encoding="ascii"):
            pass


def numbers(targets):
    return [target.pids[0] for target in targets]


def fill_tree(directory, targets):
    """A directory that looks like /proc, with the real file bound into it."""
    for target in targets:
        os.mkdir(f"{directory}/{target.pids[0]}")
        fill_process(f"{directory}/{target.pids[0]}", target)
    with open(f"{directory}/portsock", "w", encoding="ascii"):
        pass
    bind("/proc/portsock", f"{directory}/portsock")
    return f"{directory}/portsock"


def cover_fd_and_ns(targets, proc="/proc"):
    covering = scratch()
    with open(f"{covering}/uts", "w", encoding="ascii"):
        pass
    for number in numbers(targets):
        bind(covering, f"{proc}/{number}/fd")
        bind(covering, f"{proc}/{number}/ns")
    return f"{proc}/portsock"


def cover_processes(targets, proc="/proc"):
    for target in targets:
        covering = scratch()
        fill_process(covering, target)
        bind(covering, f"{proc}/{target.pids[0]}")
    return f"{proc}/portsock"


def cover_with_tmpfs(targets):
    for target in targets:
        mount("none", f"/proc/{target.pids[0]}", "tmpfs")
        fill_process(f"/proc/{target.pids[0]}", target)
    return "/proc/portsock"


def cover_with_own_process(targets):
    for number in numbers(targets):
        bind(f"/proc/{os.getpid()}", f"/proc/{number}")
    return "/proc/portsock"


def cover_with_own_directories(targets):
    for number in numbers(targets):
        for name in ("fd", "ns"):
            bind(f"/proc/{os.getpid()}/{name}", f"/proc/{number}/{name}")
    return "/proc/portsock"


def cover_with_nothing(targets):
    covering = scratch()
    os.chmod(covering, 0)
    for number in numbers(targets):
        bind(covering, f"/proc/{number}")
    return "/proc/portsock"


def copied_tree(targets):
    directory = scratch()
    mount("none", directory, "tmpfs")
    return fill_tree(directory, targets)


def tree_on_proc(targets):
    copied_tree_of = os.path.dirname(copied_tree(targets))
    mount(copied_tree_of, "/proc", None, system.MS_BIND | system.MS_REC)
    return "/proc/portsock"


def second_proc(targets):
    directory = scratch()
    mount("/proc", directory, None, system.MS_BIND | system.MS_REC)
    return cover_processes(targets, directory)


def bound_file(_):
    with tempfile.NamedTemporaryFile(prefix="access-", dir="/tmp", delete=False) as file:
        bind("/proc/portsock", file.name)
        return file.name


def bound_file_read_only(targets):
    path = bound_file(targets)
    # MS_REMOUNT
    mount("none", path, None, system.MS_BIND | 32 | system.MS_RDONLY)
    return path


def file_on_itself(targets):
    bind("/proc/portsock", "/proc/portsock")
    return cover_fd_and_ns(targets)


def chroot_with_file(_):
    directory = scratch()
    with open(f"{directory}/x", "w", encoding="ascii"):
        pass
    bind("/proc/portsock", f"{directory}/x")
    os.chroot(directory)
    os.chdir("/")
    return "/x"


def chroot_with_proc(targets):
    directory = scratch()
    os.mkdir(f"{directory}/proc")
    mount("/proc", f"{directory}/proc", None, system.MS_BIND | system.MS_REC)
    cover_fd_and_ns(targets, f"{directory}/proc")
    os.chroot(directory)
    os.chdir("/")
    return "/proc/portsock"


def chroot_in_fake_tree(targets):
    path = copied_tree(targets)
    os.chroot(os.path.dirname(path))
    os.chdir("/")
    return "/portsock"


def nosymfollow(_):
    directory = scratch()
    bind("/proc", directory)
    mount("none", directory, None, system.MS_BIND | 32 | system.MS_NOSYMFOLLOW)
    return f"{directory}/portsock"


def detached(_):
    """Through a copy of the mount that no mount namespace has."""
    return f"/proc/self/fd/{system.copy_mount('/proc')}/portsock"


def detached_file(_):
    return f"/proc/self/fd/{system.copy_mount('/proc/portsock')}"


def lazily_unmounted(_):
    directory = scratch()
    bind("/proc", directory)
    file = os.open(directory, os.O_PATH)
    system.unmount(directory, system.MNT_DETACH)
    return f"/proc/self/fd/{file}/portsock"


def fuse(targets):
    """A FUSE file system that never answers: a lookup in it waits for ever."""
    if not os.path.exists("/dev/fuse"):
        raise Skip("this kernel has no FUSE")
    for number in numbers(targets):
        device = os.open("/dev/fuse", os.O_RDWR)
        options = f"fd={device},rootmode=40000,user_id={os.getuid()},group_id={os.getgid()}"
        mount("access", f"/proc/{number}/ns", "fuse", 0, options)
    return "/proc/portsock"


TRICKS = {
    "fd-and-ns-covered": cover_fd_and_ns, "process-covered": cover_processes, "tmpfs-on-process": cover_with_tmpfs,
    "own-process-on-process": cover_with_own_process, "own-fd-and-ns-on-process": cover_with_own_directories,
    "nothing-on-process": cover_with_nothing, "copied-tree": copied_tree, "copied-tree-on-proc": tree_on_proc, "second-proc-covered": second_proc,
    "bound-file": bound_file, "bound-file-read-only": bound_file_read_only, "file-on-itself": file_on_itself, "chroot-with-file": chroot_with_file,
    "chroot-with-proc": chroot_with_proc, "chroot-in-copied-tree": chroot_in_fake_tree, "nosymfollow": nosymfollow, "detached-proc": detached,
    "detached-file": detached_file, "lazily-unmounted": lazily_unmounted, "fuse-without-answer": fuse,
}
# each can read one of the targets
MOUNTERS = {"userns": user_namespace_of_target, "root-without-ptrace": IDENTITIES["root-without-ptrace"]}
BENIGN = ("bound-file", "chroot-with-file")  # root must see through them, too

for trick, change in TRICKS.items():
    for who, identity in [*MOUNTERS.items(), *([("root", IDENTITIES["root"])] if trick in BENIGN else [])]:
        @opener(f"{who}/{trick}")
        def mounted(targets, identity=identity, change=change):
            identity()
            verdicts = verdicts_of("/proc", targets)
            mount_namespace()
            path = change(targets)
            return Opening(open_view(path, os.O_RDONLY if change is bound_file_read_only else os.O_RDWR), verdicts)


@opener("userns/overlay")
def user_overlay(targets):
    user_namespace_of_target()
    return overlay(targets)


@opener("root-without-ptrace/overlay")
def root_overlay(targets):
    system.drop(system.CAP_SYS_PTRACE)
    return overlay(targets)


def overlay(targets):
    """overlayfs opens a file with the credentials of its mounter; a kernel
    that does not let it have /proc below it is fine, too."""
    verdicts = verdicts_of("/proc", targets)
    mount_namespace()
    directory, lower = scratch(), scratch()
    try:
        mount("none", directory, "overlay", 0, f"lowerdir=/proc:{lower}")
    except OSError as reason:
        true(f"a mount of overlayfs on /proc: {reason}", reason.errno in (errno.EINVAL, errno.EPERM))
        return None
    return Opening(open_view(f"{directory}/portsock", os.O_RDONLY), verdicts)


# --- other mounts of proc: each decides by its own superblock

def hidepid(options, groups=(), identity=None):
    """An opener on a proc mount with these options."""
    def play(targets):
        mount_namespace()
        proc = scratch()
        os.chmod(proc, 0o755)
        mount("proc", proc, "proc", 0, options)
        if identity:
            identity()
        else:
            become(1000, groups)
        return plain(targets, proc)
    return play


for options in ("hidepid=0", "hidepid=1", "hidepid=2", "hidepid=4"):
    opener(f"user/{options}")(hidepid(options))
    opener(f"root-without-ptrace/{options}")(hidepid(options, identity=IDENTITIES["root-without-ptrace"]))
opener("root/hidepid=2")(hidepid("hidepid=2", identity=IDENTITIES["root"]))
opener("user/hidepid=1+gid")(hidepid(f"hidepid=1,gid={OTHER_GROUP}", [OTHER_GROUP]))
opener("user/hidepid=2+gid")(hidepid(f"hidepid=2,gid={OTHER_GROUP}", [OTHER_GROUP]))


@opener("user/hidepid=2-bound-file")
def hidden_bound_file(targets):
    """The file of a mount with hidepid, bound into a tree without: the
    superblock of the file decides."""
    mount_namespace()
    proc, path = scratch(), bound_file(targets)
    os.chmod(proc, 0o755)
    os.chmod("/tmp", 0o1777)
    mount("proc", proc, "proc", 0, "hidepid=2")
    bind(f"{proc}/portsock", path)
    become(1000)
    return Opening(open_view(path), verdicts_of(proc, targets))


@opener("user/subset=pid")
def subset(targets):
    """A mount that shows processes only does not have the file."""
    try:
        return hidepid("subset=pid")(targets)
    except FileNotFoundError:
        return None


@opener("user/detached-hidepid=2")
def detached_hidepid(targets):
    proc = system.new_mount(("hidepid", "invisible"))
    become(1000)
    return plain(targets, f"/proc/self/fd/{proc}")


@opener("root/root-of-a-process-with-hidepid=4")
def root_of_another(targets):
    """Through /proc/PID/root of a process in another mount namespace."""
    ready, writing = os.pipe()
    other = os.fork()
    if not other:
        os.close(ready)
        mount_namespace()
        mount("proc", "/proc", "proc", 0, "hidepid=4")
        os.write(writing, b"x")
        signal.pause()
    os.close(writing)
    if not os.read(ready, 1):
        raise Skip("no such mount")  # the other process reports why
    system.drop(system.CAP_DAC_OVERRIDE)
    return plain(targets, f"/proc/{other}/root/proc")


# --- PID namespaces

def container(targets, options=None):
    """In a PID namespace: a target of its own, and a proc mount; returns its
    path."""
    mount_namespace()
    system.unshare(system.CLONE_NEWPID)
    system.go_on_in_child()
    targets.append(start("root"))
    proc = scratch()
    mount("proc", proc, "proc", 0, options)
    return proc


@opener("userns-pidns/own-proc")
def own_proc(targets):
    user_namespace()
    return plain(targets, container(targets))


@opener("userns-pidns/own-proc-hidepid=2")
def own_proc_hidepid(targets):
    user_namespace()
    return plain(targets, container(targets, "hidepid=2"))


@opener("userns-pidns/own-proc-covered")
def own_proc_covered(targets):
    user_namespace()
    proc = container(targets)
    verdicts = verdicts_of(proc, targets)
    mount_namespace()
    bind(scratch(), f"{proc}/{targets[-1].pids[-1]}/ns")
    return Opening(open_view(f"{proc}/portsock"), verdicts)


@opener("userns-pidns/file-of-the-host")
def file_of_the_host(targets):
    """The file of the outer proc mount, bound into the container's."""
    user_namespace()
    proc = container(targets)
    verdicts = verdicts_of("/proc", targets)
    bind("/proc/portsock", f"{proc}/portsock")
    return Opening(open_view(f"{proc}/portsock"), verdicts)


@opener("root-pidns/own-proc")
def root_own_proc(targets):
    return plain(targets, container(targets))


@opener("root-pidns/own-proc-opened-outside")
def opened_outside(targets):
    """The container's file, opened by a process of the host through a passed
    directory."""
    here, there = socket.socketpair()
    if not os.fork():
        proc = container(targets)
        socket.send_fds(there, [b"x"], [os.open(proc, os.O_RDONLY)])
        there.recv(1)
        os._exit(0)
    there.close()
    directory = socket.recv_fds(here, 1, 1)[1][0]
    return plain(targets, f"/proc/self/fd/{directory}")


@opener("root-joins-pidns/own-proc")
def joined(targets):
    target = next(target for target in targets if target.kind == "pidns")
    mount_namespace()
    system.enter(f"/proc/{target.pid}/ns/pid", system.CLONE_NEWPID)
    system.go_on_in_child()
    proc = scratch()
    mount("proc", proc, "proc")
    return plain(targets, proc)


@opener("user-joins-pidns/own-proc")
def user_joined(targets):
    target = next(target for target in targets if target.kind == "pidns")
    mount_namespace()
    system.enter(f"/proc/{target.pid}/ns/pid", system.CLONE_NEWPID)
    system.go_on_in_child()
    proc = scratch()
    os.chmod(proc, 0o755)
    mount("proc", proc, "proc")
    become(1000)
    return plain(targets, proc)


# --- the open file: its opener decides, not its reader

def opened_by(identity, targets, **more):
    """The file and the verdicts of another process, by SCM_RIGHTS."""
    here, there = socket.socketpair()
    if not os.fork():
        identity()
        opening = plain(targets, **more)
        socket.send_fds(there, [bytes(",".join(map(str, opening.verdicts)), "ascii")], [opening.fd])
        os._exit(0)
    there.close()
    verdicts, files = socket.recv_fds(here, 4096, 1)[:2]
    if not files:
        raise Skip("the opener does not open it")  # and reports why
    return Opening(files[0], [int(word) for word in verdicts.split(b",")])


@opener("passed/user-to-root")
def user_to_root(targets):
    return opened_by(IDENTITIES["user"], targets)


@opener("passed/root-to-user")
def root_to_user(targets):
    opening = opened_by(IDENTITIES["root"], targets)
    become(1000)
    return opening


@opener("passed/userns-to-root")
def userns_to_root(targets):
    return opened_by(user_namespace, targets)


@opener("passed/landlock-to-user")
def landlock_to_user(targets):
    """On 6.1 Landlock checks the domain of the reading task, on 7.3 that of the
    credentials."""
    opening = opened_by(landlock, targets)
    become(1000)
    return opening._replace(instead=verdicts_of("/proc", targets))


@opener("passed/apparmor-to-user")
def apparmor_to_user(targets):
    opening = opened_by(confined, targets)
    become(1000)
    return opening


@opener("kept/root-becomes-user")
def becomes_user(targets):
    opening = plain(targets)
    become(1000)
    return opening


@opener("kept/root-loses-ptrace")
def loses_ptrace(targets):
    opening = plain(targets)
    system.drop(system.CAP_SYS_PTRACE)
    return opening


@opener("kept/user-enters-userns")
def enters_userns(targets):
    become(1000)
    opening = plain(targets)
    system.user_namespace()
    mount_namespace()
    cover_processes(targets)
    return opening


@opener("reopened/proc-self-fd")
def reopened(targets):
    """root's descriptor, opened again by the user: the user is the opener."""
    file = open_view("/proc/portsock", os.O_RDONLY)
    become(1000)
    verdicts = verdicts_of("/proc", targets)
    return Opening(open_view(f"/proc/self/fd/{file}"), verdicts)


@opener("reopened/o-path")
def reopened_path(targets):
    file = open_view("/proc/portsock", os.O_PATH)
    become(1000)
    verdicts = verdicts_of("/proc", targets)
    return Opening(open_view(f"/proc/self/fd/{file}"), verdicts)


@opener("reopened/o-path-of-hidepid=2")
def reopened_hidden(targets):
    mount_namespace()
    proc = scratch()
    os.chmod(proc, 0o755)
    mount("proc", proc, "proc", 0, "hidepid=2")
    file = open_view(f"{proc}/portsock", os.O_PATH)
    become(1000)
    verdicts = verdicts_of(proc, targets)
    return Opening(open_view(f"/proc/self/fd/{file}"), verdicts)
