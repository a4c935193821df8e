# SPDX-License-Identifier: GPL-2.0
"""portsock why and wait beside VRFs, addresses in all states, and BPF programs of a cgroup.  Every result is compared with the real bind()."""
import contextlib
import ctypes
import errno
import os
import platform
import socket
import struct
import time

from maker import run
from scenario import CLONE_NEWNET, LIBC, Skip, equal, needs_ipv6, scenario, true
from t_holders import ip
from t_wait import Wait
from t_why import text, why, write

PORT = 179


def bind_result(address, dev="", kind=socket.SOCK_STREAM, port=PORT):
    """The name of the errno of bind(), or OK."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, kind) as sock:
        try:
            if dev:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, dev.encode())
            sock.bind((address, port))
        except OSError as reason:
            return errno.errorcode[reason.errno]
    return "OK"


def check(address, dev, expected):
    """bind() is the oracle, why has to predict it."""
    word = f"[{address}]:{PORT}" if ":" in address else f"{address}:{PORT}"
    equal(f"bind() of {address} at {dev}", bind_result(address, dev), expected)
    answer = why(word, *(("--dev", dev) if dev else ()))
    equal(f"verdict for {address} at {dev}", answer["verdict"], expected)
    return answer


def listener(address="0.0.0.0", dev="", port=PORT):
    sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    if dev:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, dev.encode())
    sock.bind((address, port))
    sock.listen()
    return sock


def ip_batch(*lines):
    """Several commands of ip(8) at once: a process takes long in the lab."""
    done = run("ip", "-batch", "-", input="\n".join(lines).encode())
    if done.returncode:
        raise Skip(f"ip: {done.stderr.decode().strip()}")


def make_vrfs():
    """dummy0 in VRF blue, dummy1 in VRF red, dummy2 in none."""
    lines = []
    for vrf, table, dev, number in (("blue", 100, "dummy0", 1), ("red", 101, "dummy1", 2), ("", 0, "dummy2", 3)):
        lines += [f"link add {dev} type dummy"]
        if vrf:
            lines += [f"link add {vrf} type vrf table {table}", f"link set {vrf} up", f"link set {dev} master {vrf}"]
        lines += [f"link set {dev} up", f"address add 192.0.2.{number}/32 dev {dev}"]
        if os.path.exists("/proc/net/if_inet6"):
            lines += [f"address add 2001:db8::{number}/128 dev {dev} nodad"]
    ip_batch(*lines)


@scenario("why/vrf", seconds=90)
def vrf():
    """TCP has a bind bucket for each VRF; UDP has not."""
    make_vrfs()
    with listener(dev="blue"):
        equal("no blocker in another VRF", check("0.0.0.0", "", "OK")["blockers"], [])
        check("0.0.0.0", "red", "OK")
        check("0.0.0.0", "dummy0", "OK")
        equal("blockers in blue", [one["dev"] for one in check("0.0.0.0", "blue", "EADDRINUSE")["blockers"]], ["blue"])
        ip_batch("link property add dev blue altname azure")
        check("0.0.0.0", "azure", "EADDRINUSE")
        ip_batch("link set blue down", "link set blue name navy")
        check("0.0.0.0", "navy", "EADDRINUSE")
        check("0.0.0.0", "blue", "ENODEV")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"red")
        sock.bind(("0.0.0.0", PORT))
        equal("UDP", (bind_result("0.0.0.0", "", socket.SOCK_DGRAM), why("udp", str(PORT))["verdict"]), ("EADDRINUSE", "EADDRINUSE"))


@scenario("why/vrf/address", seconds=90)
def vrf_address():
    """An address is local in the table of one VRF."""
    make_vrfs()
    check("192.0.2.1", "blue", "OK")
    check("192.0.2.1", "dummy0", "OK")
    answer = check("192.0.2.1", "", "EADDRNOTAVAIL")
    true(f"why and how: {answer['advice']}", "belongs to dummy0 of VRF blue" in answer["advice"] and "--dev blue" in answer["advice"])
    check("192.0.2.1", "red", "EADDRNOTAVAIL")
    answer = check("127.0.0.1", "blue", "EADDRNOTAVAIL")
    true(f"why: {answer['advice']}", "belongs to lo, which is in no VRF, the socket to VRF blue" in answer["advice"])
    check("192.0.2.3", "", "OK")
    needs_ipv6()
    for dev, expected in (("", "EADDRNOTAVAIL"), ("blue", "OK"), ("dummy0", "OK"), ("red", "EADDRNOTAVAIL")):
        check("2001:db8::1", dev, expected)
    check("2001:db8::3", "", "OK")
    check("::ffff:192.0.2.1", "", "EADDRNOTAVAIL")
    check("::ffff:192.0.2.1", "blue", "OK")


@scenario("why/vrf/accept", seconds=90)
def vrf_accept():
    """With tcp_l3mdev_accept VRFs share their ports.  A socket stays in its bucket when the sysctl or the VRF changes."""
    make_vrfs()
    write("ipv4/tcp_l3mdev_accept", "1")
    with listener(dev="blue"):
        check("0.0.0.0", "", "EADDRINUSE")
        write("ipv4/tcp_l3mdev_accept", "0")
        check("0.0.0.0", "", "EADDRINUSE")
        check("0.0.0.0", "blue", "OK")
    with listener(dev="dummy2"):
        ip("link", "set", "dummy2", "master", "blue")
        check("0.0.0.0", "", "EADDRINUSE")
        check("0.0.0.0", "dummy2", "OK")


@scenario("wait/vrf", seconds=90)
def wait_vrf():
    """A listener of another VRF is not waited for; bind() works when the wait ends."""
    make_vrfs()
    with listener(dev="blue"):
        equal("free without VRF", Wait("free", str(PORT)).ends(10)[0], 0)
        equal("free at an address of red", Wait("free", f"192.0.2.2%red:{PORT}").ends(10)[0], 0)
        waiting = Wait("free", f"192.0.2.1%blue:{PORT}")
        true("waits for blue", waiting.waits())
        equal("listens in blue, for its interface", Wait("listen", f"192.0.2.1%dummy0:{PORT}").ends(10)[0], 0)
    equal("free", waiting.ends(10)[0], 0)
    equal("as bind() confirms", bind_result("192.0.2.1", "blue"), "OK")


def address_state(dev, word, seconds=10):
    """Wait until ip-address(8) lists a word."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if word in run("ip", "-6", "address", "show", "dev", dev).stdout.decode():
            return
        time.sleep(0.1)
    raise AssertionError(f"{dev} gets no address that is {word}")


@scenario("why/address/inet6", seconds=90)
def inet6_states():
    needs_ipv6()
    ip_batch("link add veth0 type veth peer name veth1", "link set veth0 up", "link set veth1 up",
             "address add 2001:db8::5/64 dev veth0 nodad", "address add 2001:db8::5/64 dev veth1")
    address_state("veth1", "dadfailed")
    ip("address", "delete", "2001:db8::5/64", "dev", "veth0")
    answer = check("2001:db8::5", "", "EADDRNOTAVAIL")
    true(f"duplicate: {answer['advice']}", "another host has the address" in answer["advice"] and "on veth1" in answer["advice"])
    write("ipv6/conf/veth1/dad_transmits", "60")
    ip("address", "add", "2001:db8::6/64", "dev", "veth1")
    answer = check("2001:db8::6", "", "EADDRNOTAVAIL")
    true(f"tentative: {answer['advice']}", "tentative" in answer["advice"] and "wait a few seconds" in answer["advice"])
    ip("address", "add", "2001:db8::7/64", "dev", "veth0", "nodad", "preferred_lft", "0", "valid_lft", "900")
    address_state("veth0", "deprecated")
    true("deprecated", "deprecated" in check("2001:db8::7", "", "OK")["advice"])
    ip_batch("link add veth2 type veth peer name veth3", "address add 2001:db8::8/128 dev veth2")
    answer = check("2001:db8::8", "", "EADDRNOTAVAIL")
    true(f"down: {answer['advice']}", "veth2, which is down" in answer["advice"] and "ip link set veth2 up" in answer["advice"])
    write("ipv6/conf/veth0/disable_ipv6", "1")
    answer = check("2001:db8::9", "veth0", "EADDRNOTAVAIL")
    true(f"disabled there: {answer['advice']}", "sysctl -w net.ipv6.conf.veth0.disable_ipv6=0" in answer["advice"])
    write("ipv6/conf/all/disable_ipv6", "1")
    for address in ("::1", "2001:db8::7"):
        answer = check(address, "", "EADDRNOTAVAIL")
        true(f"disabled: {answer['advice']}", "IPv6 is disabled on " in answer["advice"])
    check("::", "", "OK")


@scenario("why/address/down", seconds=60)
def down():
    """An IPv4 address stays local when its interface is down.  lo has no address before it is up."""
    ip_batch("link add dummy0 type dummy", "link set dummy0 up", "address add 192.0.2.1/24 brd + dev dummy0")
    check("192.0.2.1", "", "OK")
    check("192.0.2.255", "", "OK")
    ip("link", "set", "dummy0", "down")
    check("192.0.2.1", "", "OK")
    LIBC.unshare(CLONE_NEWNET)
    # Before the first address there is no table, and any address is accepted.
    check("192.0.2.9", "", "OK")
    needs_ipv6()
    answer = check("::1", "", "EADDRNOTAVAIL")
    true(f"lo: {answer['advice']}", "ip link set lo up" in answer["advice"])


@scenario("why/address/rules", seconds=60)
def rules():
    """bind() looks into one table; a rule that comes first does not matter to it."""
    ip_batch("link add dummy0 type dummy", "link set dummy0 up", "address add 192.0.2.1/24 dev dummy0",
             "rule add pref 32765 lookup local", "rule delete pref 0",
             "route add 192.0.2.0/24 dev dummy0 table 77", "rule add pref 10 lookup 77")
    check("192.0.2.1", "", "OK")


# A program of two instructions that return a number, for the attach type of bind() with IPv4.
BPF_PROG_LOAD, BPF_PROG_ATTACH, CGROUP_SOCK_ADDR, INET4_BIND = 5, 8, 18, 8


def bpf(command, attributes):
    if platform.machine() != "x86_64":
        raise Skip("the number of bpf() is known for x86_64 only")
    room = ctypes.create_string_buffer(attributes.ljust(128, b"\0"))
    result = LIBC.syscall(321, command, room, 128)
    if result < 0:
        raise Skip(f"bpf(): {os.strerror(ctypes.get_errno())}")
    return result


@contextlib.contextmanager
def refusing_cgroup(path, name):
    """A cgroup in which no bind() with IPv4 succeeds."""
    code = ctypes.create_string_buffer(struct.pack("<BBhiBBhi", 0xb7, 0, 0, 0, 0x95, 0, 0, 0))
    text_gpl = ctypes.create_string_buffer(b"GPL")
    program = bpf(BPF_PROG_LOAD, struct.pack("<IIQQIIQII16sII", CGROUP_SOCK_ADDR, 2, ctypes.addressof(code), ctypes.addressof(text_gpl),
                                             0, 0, 0, 0, 0, name, 0, INET4_BIND))
    os.makedirs(path)
    cgroup = os.open(path, os.O_RDONLY)
    bpf(BPF_PROG_ATTACH, struct.pack("<IIII", cgroup, program, INET4_BIND, 0))
    try:
        yield
    finally:
        os.close(cgroup)
        os.close(program)
        os.rmdir(path)


def bind_in(cgroup):
    """The result of bind() in a child that is in a cgroup."""
    pid = os.fork()
    if not pid:
        with open(f"{cgroup}/cgroup.procs", "w", encoding="ascii") as file:
            file.write("0")
        os._exit(bind_result("0.0.0.0", port=8080) == "EPERM")
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@scenario("why/unit", seconds=60)
def unit():
    """SocketBindDeny= of systemd: a BPF program at the cgroup of the unit."""
    slice_path = "/sys/fs/cgroup/system.slice"
    path = f"{slice_path}/portsock-test.service"
    with refusing_cgroup(path, b"sd_bind4"):
        equal("bind() there is refused", bind_in(path), 1)
        before = text("8080", "--unit", "portsock-test")
        true(f"noted: {before}", before.startswith("OK: ") and "\nnote: SocketBindDeny= or SocketBindAllow= of systemd" in before and
             "systemctl show -p SocketBindDeny,SocketBindAllow portsock-test.service" in before)
        true("not here", "SocketBindDeny" not in text("8080"))
        for words in (("--unit", "portsock-test.service"), ("--cgroup", path), ("--cgroup", path[len("/sys/fs/cgroup"):])):
            result = run("portsock", "why", "8080", "--probe", *words)
            told = result.stdout.decode()
            equal(f"status of {words}", result.returncode, 1)
            true(f"headline: {told}", told.startswith("EPERM: 0.0.0.0:8080/tcp - bind() was refused, most likely by SocketBindDeny="))
            true(f"probe: {told}", told.endswith("\nprobe: EPERM, not as predicted: OK\n"))
        equal("with IPv6 there is no program", why("[::]:8080", "--unit", "portsock-test")["verdict"], "OK")
        with open(f"{path}/cgroup.procs", encoding="ascii") as file:
            equal("nothing stays in the cgroup", file.read(), "")
        user = run("setpriv", "--reuid", "1000", "--clear-groups", "portsock", "why", "8080").stdout.decode()
        true(f"not checked for a user: {user}", "not checked without root: BPF programs" in user)
    for letter in "abcdefgh":  # the order of a directory is that of hashes
        name = f"shadowed-{letter}.service"
        users = f"/sys/fs/cgroup/user.slice/user@1000.service/app.slice/{name}"
        os.makedirs(users, exist_ok=True)
        with refusing_cgroup(f"/sys/fs/cgroup/{letter}.slice/{name}", b"sd_bind4"):
            told = text("8080", "--unit", name)
            true(f"the unit of the system, not of the user: {told}", "SocketBindDeny=" in told)
        os.rmdir(f"/sys/fs/cgroup/{letter}.slice")
        os.rmdir(users)
    gone = text("8080", "--unit", "portsock-test")
    true(f"a unit that does not run: {gone}", "portsock-test does not run" in gone and "systemctl show" in gone)
    result = run("portsock", "why", "8080", "--unit", "portsock-test", "--probe")
    equal("no cgroup, no probe", (result.returncode, result.stdout), (2, b""))
    result = run("portsock", "why", "8080", "--cgroup", "/nothing/there")
    equal("no such cgroup", (result.returncode, result.stderr), (2, b"portsock: no such cgroup: /nothing/there: No such file or directory "
                                                                    b"(see 'systemd-cgls')\n"))
    with contextlib.suppress(OSError):  # other scenarios have services there
        os.rmdir(slice_path)
