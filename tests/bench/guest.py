# SPDX-License-Identifier: GPL-2.0
"""Runs in the lab VM whose nanoseconds are instructions: makes the load, runs every tool, prints what each cost as JSON."""
import io
import json
import os
import re
import subprocess
import sys
import time

# name: arguments of load
LOADS = {"a": (2000, 20), "b": (20000, 100), "c": (50000, 200), "d": (200000, 400), "1m": (1000000, 1000),
         "port": (100000, 20, "port"), "process": (50000, 1), "processes": (100000, 10000), "namespaces": (10000, 1, "namespaces")}
PEERS = {
    "ss -tuna": "ss -tuna",
    "ss -tunap": "ss -tunap",
    "ss -tunap sport = :8080": "ss -tunap sport = :8080",
    "ss -tulnp": "ss -tulnp",
    "netstat -tunap": "netstat -tunap",
    "cat /proc/net/{tcp,udp,tcp6,udp6}": "cat /proc/net/tcp /proc/net/udp /proc/net/tcp6 /proc/net/udp6",
    "BPF iterator": "cat /sys/fs/bpf/sockets",
    "fuser 8080/tcp": "fuser 8080/tcp",
    "lsof -nP -iTCP:8080": "lsof -nP -iTCP:8080",
    "lsof -nP -i": "lsof -nP -i",
}
OURS = {
    "cat /proc/portsock": "run cat /proc/portsock",
    "read": "read ",
    "port=8080": "read port=8080",
    "port=8080 owners=no": "read port=8080 owners=no",
    "portsock 8080": "run portsock 8080",
    "portsock-static 8080": "run portsock-static 8080",
    "portsock -a --raw": "run portsock -a --raw",
    "portsock -a -j": "run portsock -a -j",
    "portsock -a": "run portsock -a",
    "portsock -a --tree": "run portsock -a --tree",
    "portsock": "run portsock",
}
# What takes an hour, and tells nothing new.
ENDLESS = {"c": ("lsof -nP -iTCP:8080", "fuser 8080/tcp"),
           "d": ("netstat -tunap", "lsof -nP -iTCP:8080", "fuser 8080/tcp"),
           "1m": ("ss -tunap", "netstat -tunap", "lsof -nP -i", "lsof -nP -iTCP:8080", "fuser 8080/tcp", "ss -tunap sport = :8080", "ss -tulnp")}
# What is of interest where one thing alone is large; the rows that are asked for.
EXTREMES = {"port": "port=8080", "process": "", "processes": "", "namespaces": "netns=all"}


def is_big(name):
    return name in ("c", "d", "1m")


def measure(rounds, words):
    done = subprocess.run(["measure", str(rounds)] + words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode:
        print(f"{' '.join(words)}: {done.stderr.decode().strip()}", file=sys.stderr, flush=True)
        return None
    return [int(word) for word in done.stdout.split()]


def ours(words, rounds):
    kind, _, rest = words.partition(" ")
    return measure(rounds, [kind, rest] if kind == "read" else [kind] + rest.split())


def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def make_load(name):
    """Returns the process, how many sockets it made and the sum of their cookies, as the kernel told it."""
    write("/proc/sys/fs/file-max", "8000000")
    write("/proc/sys/kernel/pid_max", "4194304")
    load = subprocess.Popen(["load"] + [str(word) for word in LOADS[name]], stdout=subprocess.PIPE)
    words = load.stdout.readline().split()
    if words[:1] != [b"ready"]:
        raise SystemExit("the load was not made")
    print(f"{words[1].decode()} sockets are made: {time.monotonic():.0f} G", file=sys.stderr, flush=True)
    return load, int(words[1]), int(words[2])


def view(wanted):
    """Cookie, namespace and number of owners of each row, and the first line's words."""
    with open("/proc/portsock", "r+b", buffering=0) as file:
        file.write(wanted.encode())
        lines = io.BufferedReader(file, 1 << 20)
        head = dict(re.findall(r"(\w+)=(\d+)", lines.readline().decode()))
        names = lines.readline().split()[1:]
        cookie, netns, owners = (names.index(name) for name in (b"COOKIE", b"NETNS", b"OWNERS"))
        rows = []
        for line in lines:
            words = line.split()
            rows.append((int(words[cookie], 16), words[netns], 0 if words[owners] == b"-" else words[owners].count(b",") + 1))
    return head, rows


def check(wanted, count, cookies):
    """The view is complete: each socket of the load, once, and who holds it."""
    head, rows = view(f"proto=tcp,udp {wanted}")
    distinct = {row[0] for row in rows}
    if (len(rows), len(distinct), sum(distinct) % 2 ** 64) != (count, count, cookies):
        raise SystemExit(f"the load has {count} sockets, their cookies' sum is {cookies}; the view has {len(rows)}, of them "
                         f"{len(distinct)} different, sum {sum(distinct)}")
    if len(rows) != int(head["sockets"]) or sum(row[2] for row in rows) != int(head["owners"]) or not all(row[2] for row in rows):
        raise SystemExit(f"the first line says {head}, the rows have {len(rows)} and {sum(row[2] for row in rows)}")
    return head, len({row[1] for row in rows})


def memory(wanted):
    """What a snapshot took at most, and what one that is held takes, in bytes: the kernel's own account of the group that its reader was in."""
    group = "/sys/fs/cgroup/bench"
    write("/sys/fs/cgroup/cgroup.subtree_control", "+memory")
    os.makedirs(group)
    fd = os.open("/proc/portsock", os.O_RDWR)
    os.write(fd, wanted.encode())
    pid = os.fork()
    if not pid:
        write(group + "/cgroup.procs", "0")
        os.read(fd, 1)
        os._exit(0)
    os.waitpid(pid, 0)
    with open(group + "/memory.stat", encoding="ascii") as file:
        stat = dict(line.split() for line in file)
    peak = group + "/memory.peak"   # not before Linux 5.19
    most = int(open(peak, encoding="ascii").read()) if os.path.exists(peak) else None
    os.close(fd)
    return int(stat["vmalloc"]) + int(stat["slab"]), most


def our_costs(name, cost):
    for tool, words in OURS.items():
        if tool in ENDLESS.get(name, ()):
            continue
        got = ours(words, 1 if is_big(name) else 5)
        if got:
            cost[tool] = got[0]
            print(f"{tool}: {got[0] / 1e6:.3f} M", file=sys.stderr, flush=True)


def peer_costs(name, cost):
    if is_big(name) and "ss -tunap" not in ENDLESS[name]:
        measure(0, "run ss -tunap".split())     # who comes first to /proc/PID/fd makes the kernel's objects for it
    for tool, words in PEERS.items():
        if tool in ENDLESS.get(name, ()) or (tool == "BPF iterator" and not os.path.exists("/sys/fs/bpf/sockets")):
            continue
        got = measure(0 if is_big(name) else 1, ["run"] + words.split())
        if got:
            cost[tool] = got[0]
            print(f"{tool}: {got[0] / 1e6:.1f} M", file=sys.stderr, flush=True)


def extreme_costs(wanted, cost):
    cost["read"] = measure(2, ["read", wanted])[0]
    cost["read owners=no"] = measure(2, ["read", f"{wanted} owners=no".strip()])[0]
    cost["ss -tuna"] = measure(1, ["run", "ss", "-tuna"])[0]
    cost["ss -tunap"] = measure(1, ["run", "ss", "-tunap"])[0]


def namespace_cost():
    """What a read of all network namespaces costs more for one of a single socket."""
    wanted, count = ["read", "netns=all owners=no"], 200
    before = measure(5, wanted)[0]
    load = subprocess.Popen(["load", str(count), "1", "namespaces"], stdout=subprocess.PIPE)
    if not load.stdout.readline().startswith(b"ready"):
        raise SystemExit("the namespaces were not made")
    after = measure(5, wanted)[0]
    load.kill()
    return (after - before) // count


def main():
    name, only = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
    wanted = EXTREMES.get(name, "")
    load, count, cookies = make_load(name)
    told = {"load": name, "kernel": os.uname().release, "cost": {}}
    told["header"], told["namespaces"] = check(wanted, count, cookies)
    if os.path.exists("/portsock/iterator.bpf.o"):
        subprocess.run(["mount", "-t", "bpf", "bpf", "/sys/fs/bpf"], check=False)
        subprocess.run(["bpftool", "iter", "pin", "/portsock/iterator.bpf.o", "/sys/fs/bpf/sockets"], check=True)
    subprocess.run(["insmod", "/portsock/floor.ko"], check=True)
    told["floor"] = measure(5, ["tell", "/proc/portsock_floor"])[0]
    subprocess.run(["rmmod", "floor"], check=True)
    told["memory"], told["peak"] = memory(wanted)
    print(json.dumps(told), file=sys.stderr, flush=True)
    if name in EXTREMES:
        extreme_costs(wanted, told["cost"])
    else:
        our_costs(name, told["cost"])
        if only != "ours":
            peer_costs(name, told["cost"])
    if name == "a":
        told["namespace"] = namespace_cost()
    load.kill()
    print(json.dumps(told))


main()
