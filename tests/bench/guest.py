# SPDX-License-Identifier: GPL-2.0
"""Runs in the lab VM whose nanoseconds are instructions: makes the load, runs every tool, prints what each cost as JSON."""
import json
import os
import re
import subprocess
import sys
import time

# name: sockets, processes
LOADS = {"a": (2000, 20), "b": (20000, 100), "c": (50000, 200), "d": (200000, 400), "1m": (1000000, 1000)}
PEERS = {
    "ss -tuna": "ss -tuna",
    "ss -tunap": "ss -tunap",
    "ss -tunap sport = :8080": "ss -tunap sport = :8080",
    "ss -tulnp": "ss -tulnp",
    "netstat -tunap": "netstat -tunap",
    "lsof -nP -i": "lsof -nP -i",
    "lsof -nP -iTCP:8080": "lsof -nP -iTCP:8080",
    "fuser 8080/tcp": "fuser 8080/tcp",
    "cat /proc/net/{tcp,udp,tcp6,udp6}": "cat /proc/net/tcp /proc/net/udp /proc/net/tcp6 /proc/net/udp6",
    "BPF iterator": "cat /sys/fs/bpf/sockets",
}
OURS = {
    "cat /proc/portsock": "run cat /proc/portsock",
    "read": "read ",
    "port=8080": "read port=8080",
    "port=8080 owners=no": "read port=8080 owners=no",
    "portsock 8080": "run portsock 8080",
    "portsock -a --raw": "run portsock -a --raw",
    "portsock -a -j": "run portsock -a -j",
    "portsock -a": "run portsock -a",
    "portsock": "run portsock",
}
# At a million they take an hour, and tell nothing new.
ENDLESS = ("netstat -tunap", "lsof -nP -i", "lsof -nP -iTCP:8080", "fuser 8080/tcp", "ss -tunap sport = :8080", "ss -tulnp")


def measure(rounds, words):
    done = subprocess.run(["measure", str(rounds)] + words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode:
        print(f"{' '.join(words)}: {done.stderr.decode().strip()}", file=sys.stderr, flush=True)
        return None
    return [int(word) for word in done.stdout.split()]


def ours(words, rounds):
    kind, _, rest = words.partition(" ")
    return measure(rounds, [kind, rest] if kind == "read" else [kind] + rest.split())


def make_load(name):
    with open("/proc/sys/fs/file-max", "w", encoding="ascii") as file:
        file.write("8000000")
    with open("/proc/sys/net/ipv4/tcp_max_syn_backlog", "w", encoding="ascii") as file:
        file.write("65536")
    load = subprocess.Popen(["load"] + [str(number) for number in LOADS[name]], stdout=subprocess.PIPE)
    if load.stdout.readline() != b"ready\n":
        raise SystemExit("the load was not made")
    print(f"the load is made: {time.monotonic():.0f} G", file=sys.stderr, flush=True)
    return load


def memory():
    """What a snapshot that is held takes, in bytes: the kernel's own account of the group that its reader was in."""
    group = "/sys/fs/cgroup/bench"
    with open("/sys/fs/cgroup/cgroup.subtree_control", "w", encoding="ascii") as file:
        file.write("+memory")
    os.makedirs(group)
    fd = os.open("/proc/portsock", os.O_RDONLY)
    pid = os.fork()
    if not pid:
        with open(group + "/cgroup.procs", "w", encoding="ascii") as file:
            file.write("0")
        os.read(fd, 1)
        os._exit(0)
    os.waitpid(pid, 0)
    with open(group + "/memory.stat", encoding="ascii") as file:
        stat = dict(line.split() for line in file)
    os.close(fd)
    return int(stat["vmalloc"]) + int(stat["slab"])


def header():
    with open("/proc/portsock", encoding="ascii") as view:
        return dict(re.findall(r"(\w+)=(\d+)", view.readline()))


def main():
    name, only = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
    load = make_load(name)
    told = {"load": name, "kernel": os.uname().release, "cost": {}}
    if os.path.exists("/portsock/iterator.bpf.o"):
        subprocess.run(["mount", "-t", "bpf", "bpf", "/sys/fs/bpf"], check=False)
        subprocess.run(["bpftool", "iter", "pin", "/portsock/iterator.bpf.o", "/sys/fs/bpf/sockets"], check=True)
    subprocess.run(["insmod", "/portsock/floor.ko"], check=True)
    told["floor"] = measure(5, ["tell", "/proc/portsock_floor"])[0]
    subprocess.run(["rmmod", "floor"], check=True)
    big = LOADS[name][0] >= 200000
    for tool, words in OURS.items():
        got = ours(words, 2 if big else 5)
        if got:
            told["cost"][tool] = got[0]
            print(f"{tool}: {got[0] / 1e6:.3f} M", file=sys.stderr, flush=True)
    told["header"], told["memory"] = header(), memory()
    for tool, words in PEERS.items():
        if only == "ours" or (name == "1m" and tool in ENDLESS) or (tool == "BPF iterator" and not os.path.exists("/sys/fs/bpf/sockets")):
            continue
        got = measure(1, ["run"] + words.split())
        if got:
            told["cost"][tool] = got[0]
            print(f"{tool}: {got[0] / 1e6:.1f} M", file=sys.stderr, flush=True)
    load.kill()
    print(json.dumps(told))


main()
