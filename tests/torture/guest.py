#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Runs in the lab VM: load, readers of the view, and the module that is reloaded.

guest.py SECONDS [SEED]
"""
import collections
import contextlib
import glob
import os
import random
import re
import socket
import subprocess
import sys
import threading
import time
import traceback

GATE = "/run/gate"
MODULE = "/lib/modules/portsock.ko"
CGROUP = "/sys/fs/cgroup/torture"
TRINITY_HOME = "/tmp/trinity"
USER, NOBODY = 1000, 65534
SO_TIMESTAMP = 29
ROUND = 60  # seconds between two reloads of the module
READERS = (("all", 0), ("plain", USER), ("filter", 0), ("filter", USER),
           ("poll", USER), ("poll", 0))

NETWORK = """
dccp epoll icmp-flood netdev ping-sock rawpkt rawsock rawudp sctp sock sockabuse
sockdiag sockfd sockpair sockmany tun udp udp-flood
""".split()
OTHERS = """
af-alg clone close daemon dup exec fork io-uring kcmp kill netlink-proc
netlink-task pidfd procfs pthread rlimit sendfile session sigio splice unshare
vfork zombie
""".split()
SELFTESTS = """
af_unix/test_unix_oob af_unix/unix_connect af_unix/diag_uid
reuseport_bpf reuseport_bpf_cpu reuseport_bpf_numa reuseport_dualstack
reuseport_addr_any.sh reuseaddr_conflict reuseaddr_ports_exhausted.sh
stress_reuseport_listen.sh bind_bhash.sh sk_bind_sendto_listen
sk_connect_zero_addr so_netns_cookie run_netsocktests run_afpackettests tls tun
udpgso.sh udpgso_bench.sh msg_zerocopy.sh tcp_inq tcp_fastopen_backup_key.sh
fin_ack_lat.sh ip_defrag.sh txtimestamp.sh rxtimestamp.sh so_txtime.sh
cmsg_so_mark.sh cmsg_time.sh cmsg_ipv6.sh ipv6_flowlabel.sh psock_snd.sh
txring_overwrite io_uring_zerocopy_tx.sh mptcp/diag.sh mptcp/mptcp_connect.sh
mptcp/mptcp_sockopt.sh mptcp/simult_flows.sh mptcp/pm_netlink.sh
""".split()
OUTCOMES = {0: "passed", 4: "skipped", 124: "timed out", 137: "timed out"}

results = []
counts = collections.Counter()
failures = {}
ended = threading.Event()


def judge(name, good, detail=""):
    results.append(bool(good))
    print(f"{'ok' if good else 'FAIL'} torture/{name} {detail}".rstrip(),
          flush=True)


def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def make_cgroup(name, memory):
    """Limit memory and processes of a part of the load, and end it as a whole."""
    path = f"{CGROUP}/{name}"
    os.makedirs(path)
    for limit, value in (("memory.max", memory), ("pids.max", 600)):
        with contextlib.suppress(FileNotFoundError):
            write(f"{path}/{limit}", str(value))
    return path


def stacks(cgroup):
    """The threads of a cgroup, each with its kernel stack."""
    for pid in read(f"{cgroup}/cgroup.procs").split():
        for thread in glob.glob(f"/proc/{pid}/task/*"):
            with contextlib.suppress(OSError):
                yield (f"{thread} {read(thread + '/comm').strip()}: " + " < ".join(
                    line.split("] ", 1)[1]
                    for line in read(thread + "/stack").splitlines()))


def kill(cgroup):
    """End a part of the load.

    Some of it takes minutes to exit here: it frees files and mappings of many
    GB, among them snapshots of files of /proc/portsock. A single stack shows
    the module by chance. The run fails if most of the stacks of two minutes do.
    A load that is still there after twenty minutes is left alone; the run fails
    if any of its stacks showed the module.
    """
    begin = time.monotonic()
    samples = inside = 0
    while True:
        write(f"{cgroup}/cgroup.kill", "1")
        if not read(f"{cgroup}/cgroup.procs"):
            return
        time.sleep(0.05)
        waited = time.monotonic() - begin
        if waited < 120 + 2 * samples:
            continue
        found = list(stacks(cgroup))
        samples += 1
        inside += any("[portsock]" in stack for stack in found)
        if samples == 60 and inside > samples / 2 or waited > 1200:
            judge("load-can-be-killed", not inside,
                  f"{cgroup}: {inside} of {samples} stacks in the module")
            print(*found, sep="\n", flush=True)
            return


def run_in(cgroup, user, words, seconds, folder="/tmp", nice=0):
    """Run a command; return its exit status and output. Kill all it started."""
    def enter():
        write(f"{cgroup}/cgroup.procs", "0")
        os.setpgid(0, 0)
        os.nice(nice)

    if user:
        ids = ["--reuid", str(user), "--regid", str(user), "--clear-groups"]
        words = ["setpriv", *ids, *words]
    log = f"/run/{os.path.basename(cgroup)}.log"
    with open(log, "wb") as output:
        process = subprocess.Popen(
            words, cwd=folder, stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.STDOUT, preexec_fn=enter)
        try:
            status = process.wait(seconds)
        except subprocess.TimeoutExpired:
            status = 124
    kill(cgroup)
    process.wait()
    return status, read(log)


def stress(cgroup, user, any_of):
    """stress-ng: four of its stressors at a time."""
    metric = re.compile(r"metrc: \[\d+\] ([a-z-]+) +(\d+)")
    while not ended.is_set():
        words = ["stress-ng", "--timeout", "8", "--oomable", "--metrics-brief",
                 "--temp-path", f"/tmp/stress-{user}"]
        for name in any_of.sample(NETWORK, 3) + any_of.sample(OTHERS, 1):
            words += ["--" + name, "1"]
        status, output = run_in(cgroup, user, words, 60)
        counts[f"stress-ng exit {status}"] += 1
        for name, operations in metric.findall(output):
            counts[f"stressor {name}"] += int(operations) > 0


def selftest(cgroup, name):
    folder, program = os.path.split(name)
    command = f"ip link set lo up; exec timeout -s KILL 50 ./{program}"
    status, output = run_in(cgroup, 0, ["unshare", "-n", "sh", "-c", command],
                            70, os.path.join("/portsock/net", folder))
    counts[f"selftest {name} {OUTCOMES.get(status, 'failed')}"] += 1
    if status not in OUTCOMES:
        failures[name] = " | ".join(output.splitlines()[-3:])[-200:]


def selftests(cgroup, any_of):
    """The kernel's own tests, each in a network namespace of its own."""
    while not ended.is_set():
        # programs first: scripts take longer
        names = sorted(SELFTESTS, key=lambda name: (name.endswith(".sh"),
                                                    any_of.random()))
        for name in names:
            if not ended.is_set():
                selftest(cgroup, name)


def trinity(cgroup, seconds, number):
    """Any system call, as an ordinary user, every other time on the view.

    trinity lists all files below /proc and /sys, which takes a minute here, unless
    it has one file or none. It often crashes before its first call, while it makes
    sockets; then it is started again. Beside the other load it would need a round
    to start: its priority is higher.
    """
    words = ["trinity", "-l", "off", "-C", "3", "-x", "pause"]
    if number % 2:
        words += ["--disable-fds=pseudo"]
    else:
        words += ["-V", "/proc/portsock"]
    call = re.compile(r"^\[child\d+:\d+\] \[\d+\]", re.MULTILINE)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        status, output = run_in(cgroup, NOBODY, words,
                                max(5, end - time.monotonic()), TRINITY_HOME,
                                nice=-10)
        counts[f"trinity exit {status}"] += 1
        counts["trinity system calls"] += len(call.findall(output))


class Reader:
    """A process of reader.py, and the thread that counts its lines."""

    def __init__(self, kind, user, seed):
        self.name = f"{kind}-as-{user}"
        self.process = subprocess.Popen(
            ["/portsock/torture/reader.py", kind, str(user), str(seed)],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.views = self.rows = self.woken = 0
        self.fault = None
        self.thread = threading.Thread(target=self.count)
        self.thread.start()

    def count(self):
        for line in self.process.stdout:
            line = line.decode("utf-8", "replace").strip()
            if line.startswith("read "):
                self.views += 1
                self.rows = max(self.rows, int(line[5:]))
            elif line == "woken":
                self.woken += 1
            elif not self.fault:
                self.fault = line

    def end(self):
        died = self.process.poll() is not None
        self.process.kill()
        self.process.wait()
        self.thread.join()
        if died and not self.fault:
            self.fault = f"exit status {self.process.returncode}"
        judge(f"reader-{self.name}",
              not self.fault and self.views + self.woken > 0, self.fault or
              f"{self.views} views of up to {self.rows} rows,"
              f" {self.woken} notifications")


def users_of_view():
    """Threads that have the file open, through any mount of /proc."""
    for link in glob.glob("/proc/[0-9]*/task/[0-9]*/fd/*"):
        with contextlib.suppress(OSError):
            if os.readlink(link).endswith("/portsock"):
                command = read(f"/proc/{link.split('/')[2]}/cmdline")
                yield f"{link} {command[:80]}".replace("\0", " ")


def reload_module():
    """Remove and insert the module.

    Readers close the file when they have checked a view, and a killed process
    when it has freed its files and mappings; both take minutes here. A file
    that is never released keeps the module for ever.
    """
    write(GATE, "")
    end = time.monotonic() + 1200
    removed = False
    while not removed and time.monotonic() < end:
        rmmod = subprocess.run(["rmmod", "portsock"], stderr=subprocess.PIPE,
                               check=False)
        removed = not rmmod.returncode
        time.sleep(0.02)
    if removed:
        subprocess.run(["insmod", MODULE], check=True)
        counts["module reloaded"] += 1
    else:
        print(rmmod.stderr.decode().strip(), "- open in:", *users_of_view(),
              flush=True)
    os.unlink(GATE)
    return removed


def prepare():
    # Modules are loaded already, and the guest has no modules.dep.
    os.unlink("/usr/bin/modprobe")
    write("/usr/bin/modprobe", "#!/bin/sh\nexit 0\n")
    os.chmod("/usr/bin/modprobe", 0o755)
    # stress-ng clears warn_once flags when it is root. On 6.1 that clears also
    # the done flags of DO_ONCE() (.data.once): once_deferred() ends in BUG_ON().
    clear = "/sys/kernel/debug/clear_warn_once"
    if os.path.exists(clear):
        subprocess.run(["mount", "--bind", "/dev/null", clear], check=True)
    os.makedirs(CGROUP)
    for path in ("/sys/fs/cgroup", CGROUP):
        for controller in ("memory", "pids"):
            with contextlib.suppress(OSError):
                write(f"{path}/cgroup.subtree_control", "+" + controller)
    for path, user in (("/tmp/stress-0", 0), (f"/tmp/stress-{USER}", USER),
                       (TRINITY_HOME, NOBODY)):
        os.makedirs(path)
        os.chown(path, user, user)


def start_load(any_of):
    """Start the load but trinity, whose cgroup is returned with the threads."""
    total = int(re.search(r"MemTotal: +(\d+)", read("/proc/meminfo"))[1]) << 10
    root, user, tests, fuzzer = (make_cgroup(name, total // 6) for name in
                                 ("root", "user", "selftests", "trinity"))
    seeds = [random.Random(any_of.randrange(1 << 30)) for _ in range(3)]
    threads = [
        threading.Thread(target=stress, args=(root, 0, seeds[0])),
        threading.Thread(target=stress, args=(user, USER, seeds[1])),
        threading.Thread(target=selftests, args=(tests, seeds[2])),
    ]
    for thread in threads:
        thread.start()
    return threads, fuzzer


def report(rounds, reloaded):
    judge("module-is-reloaded", reloaded and rounds,
          f"{counts['module reloaded']} times")
    stressors = [name for name in sorted(counts)
                 if name.startswith("stressor ") and counts[name]]
    judge("stress-ng", len(stressors) >= 3, f"{len(stressors)} stressors: " +
          ", ".join(f"{name[9:]} {counts[name]}" for name in stressors))
    judge("trinity", counts["trinity system calls"],
          f"{counts['trinity system calls']} system calls")
    passed = [name for name in counts
              if name.startswith("selftest ") and name.endswith(" passed")]
    judge("selftests", passed, f"{len(passed)} passed")
    for name in sorted(counts):
        if not name.startswith("stressor "):
            print(" ", name, counts[name], failures.get(name.split(" ")[1], "")
                  if name.endswith(" failed") else "")


def main(seconds, seed=None):
    seed = int(seed or time.time())
    print("seed", seed, flush=True)
    any_of = random.Random(seed)
    prepare()
    # QEMU before 8.1 may execute an int3 that the kernel has patched away
    # (https://bugs.launchpad.net/qemu/+bug/2051965), at a branch that the first
    # timestamping socket switches on and the last one switches off.
    stamped = socket.socket(type=socket.SOCK_DGRAM)
    stamped.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMP, 1)
    readers = [Reader(kind, user, any_of.randrange(1 << 30))
               for kind, user in READERS]
    threads, fuzzer = start_load(any_of)
    end, rounds, reloaded = time.monotonic() + int(seconds), 0, True
    while time.monotonic() < end:
        trinity(fuzzer, min(ROUND, end - time.monotonic()), rounds)
        reloaded &= reload_module()
        rounds += 1
    ended.set()
    for thread in threads:
        thread.join()
    stamped.close()
    for reader in readers:
        reader.end()
    report(rounds, reloaded)
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed, 0 skipped")
    return 0 if all(results) else 1


try:
    code = main(*sys.argv[1:])
except BaseException:  # threads would go on
    traceback.print_exc()
    code = 2
sys.stdout.flush()
os._exit(code)
