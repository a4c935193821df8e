# SPDX-License-Identifier: GPL-2.0
"""System calls that Python lacks: credentials, namespaces, mounts, security
modules."""
import ctypes
import errno
import os
import struct

from scenario import LIBC, Skip

CLONE_FILES, CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWTIME = 0x400, 0x20000, 0x10000000, 0x20000000, 0x40000000, 0x80
MS_RDONLY, MS_NOSYMFOLLOW, MS_BIND, MS_REC, MS_PRIVATE = 1, 256, 4096, 0x4000, 0x40000
MNT_DETACH = 2
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_NET_ADMIN, CAP_SYS_ADMIN, CAP_SYS_PTRACE = 1, 2, 12, 21, 19
PR_SET_DUMPABLE, PR_SET_KEEPCAPS, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 4, 8, 22, 38
SYS_PTRACE, SYS_OPEN_TREE, SYS_FSOPEN, SYS_FSCONFIG, SYS_FSMOUNT = 101, 428, 430, 431, 432
SYS_LANDLOCK_CREATE_RULESET, SYS_LANDLOCK_RESTRICT_SELF = 444, 446


def check(result, what):
    if result < 0:
        raise OSError(ctypes.get_errno(), what)
    return result


def skip_without(result, what):
    """check(), but a kernel without the system call or file system skips the
    test."""
    if result < 0 and ctypes.get_errno() in (errno.ENOSYS, errno.EOPNOTSUPP, errno.ENODEV):
        raise Skip(f"this kernel has no {what}")
    return check(result, what)


# --- credentials

def become(uid, groups=()):
    os.setgroups(groups)
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    set_dumpable(1)


def set_dumpable(value):
    check(LIBC.prctl(PR_SET_DUMPABLE, value, 0, 0, 0), "PR_SET_DUMPABLE")


def set_capabilities(mask):
    """Permitted, effective and inheritable ones."""
    header, low, high = struct.pack("Ii", 0x20080522, 0), mask & 0xffffffff, mask >> 32
    check(LIBC.capset(header, struct.pack("6I", low, low, low, high, high, high)), "capset")


def become_with(uid, *capabilities):
    """Become uid and keep these capabilities only."""
    check(LIBC.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0), "PR_SET_KEEPCAPS")
    become(uid)
    set_capabilities(sum(1 << capability for capability in capabilities))


def drop(*capabilities):
    with open("/proc/self/status", encoding="ascii") as status:
        have = next(int(line.split()[1], 16) for line in status if line.startswith("CapPrm"))
    set_capabilities(have & ~sum(1 << capability for capability in capabilities))


# --- namespaces

def unshare(flags):
    skip_without(LIBC.unshare(flags), "namespace")


def user_namespace(inside=0):
    """A user namespace of the caller's own, where its uid is mapped to
    inside."""
    uid, gid = os.geteuid(), os.getegid()
    unshare(CLONE_NEWUSER)
    for name, text in (("setgroups", "deny"), ("uid_map", f"{inside} {uid} 1"), ("gid_map", f"{inside} {gid} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)


def go_on_in_child():
    """Continue in a child, which is in the PID and time namespace that the
    caller has unshared; the caller ends with it."""
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        os._exit(0)


def enter(path, kind):
    file = os.open(path, os.O_RDONLY)
    check(LIBC.setns(file, kind), f"setns {path}")
    os.close(file)


# --- mounts

def mount_namespace():
    unshare(CLONE_NEWNS)
    check(LIBC.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None), "MS_PRIVATE")


def mount(source, target, kind=None, flags=0, data=None):
    encoded = [text.encode() if text is not None else None for text in (source, target, kind)]
    skip_without(LIBC.mount(*encoded, flags, data.encode() if data is not None else None), f"{kind or 'bind mount'} {data or ''}".strip())


def bind(source, target, flags=0):
    mount(source, target, None, MS_BIND | flags)


def unmount(target, flags=0):
    check(LIBC.umount2(target.encode(), flags), f"umount {target}")


def new_mount(*options, kind="proc"):
    """A mount that no mount namespace has: its descriptor."""
    context = skip_without(LIBC.syscall(SYS_FSOPEN, kind.encode(), 0), "fsopen")
    for key, value in options:
        # FSCONFIG_SET_STRING
        check(LIBC.syscall(SYS_FSCONFIG, context, 1, key.encode(), value.encode(), 0), "fsconfig")
    # FSCONFIG_CMD_CREATE
    check(LIBC.syscall(SYS_FSCONFIG, context, 6, None, None, 0), "fsconfig")
    return check(LIBC.syscall(SYS_FSMOUNT, context, 0, 0), "fsmount")


def copy_mount(path):
    """A copy of the mount at path, also without a mount namespace: its
    descriptor."""
    # OPEN_TREE_CLONE
    return skip_without(LIBC.syscall(SYS_OPEN_TREE, -100, path.encode(), 1), "open_tree")


# --- security modules

def landlock():
    """A Landlock domain that restricts one rare access; processes outside of
    the domain cannot be traced."""
    # LANDLOCK_ACCESS_FS_MAKE_BLOCK
    restricted = ctypes.create_string_buffer(struct.pack("Q", 1 << 11))
    ruleset = skip_without(LIBC.syscall(SYS_LANDLOCK_CREATE_RULESET, restricted, 8, 0), "Landlock")
    no_new_privileges()
    check(LIBC.syscall(SYS_LANDLOCK_RESTRICT_SELF, ruleset, 0), "landlock_restrict_self")


def no_new_privileges():
    check(LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS")


def seccomp(number):
    """One system call fails with EPERM from here on."""
    no_new_privileges()
    program = struct.pack("HBBI" * 4, 0x20, 0, 0, 0, 0x15, 0, 1, number, 0x06, 0, 0, 0x50001, 0x06, 0, 0, 0x7fff0000)
    room = ctypes.create_string_buffer(program)
    check(LIBC.prctl(PR_SET_SECCOMP, 2, struct.pack("HxxxxxxQ", 4, ctypes.addressof(room)), 0, 0), "PR_SET_SECCOMP")
