#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Runs in the lab VM: the load, and afterwards whether the kernel has all its own back. guest.py SECONDS [SEED]"""
import os
import re
import subprocess
import sys
import time

SLAB = "/sys/kernel/slab"
LEFT = 8 << 10  # kB: what a kernel keeps in stock, and busybox's pages
FLOOD = ("link add nowhere type dummy", "link set nowhere up", "addr add 10.255.0.1/32 dev lo", "route add 10.0.0.0/8 dev nowhere")


def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def read(path):
    with open(path, encoding="ascii", errors="replace") as file:
        return file.read()


def meminfo(word):
    return next(int(line.split()[1]) for line in read("/proc/meminfo").splitlines() if line.startswith(word + ":"))


def shrink():
    """Caches give back what nobody uses, and the kernel the last namespaces that went: it frees them after the next one (net_complete_free())."""
    subprocess.run(["unshare", "-n", "true"], check=True)
    write("/proc/sys/vm/drop_caches", "3")
    for cache in os.listdir(SLAB):
        write(f"{SLAB}/{cache}/shrink", "1")


def slab_objects(cache):
    return next(int(line.split()[1]) for line in read("/proc/slabinfo").splitlines() if line.split()[0] == cache)


def ours_in_vmalloc():
    """Areas that the module asked for; its own text and data are the loader's."""
    return sum(" ps_" in line for line in read("/proc/vmallocinfo").splitlines())


def state():
    shrink()
    return {"namespaces": slab_objects("net_namespace"), "slab": meminfo("SUnreclaim"), "vmalloc": meminfo("VmallocUsed"),
            "areas": ours_in_vmalloc()}


def is_back(before, now):
    return {"no-namespace-is-kept-alive": now["namespaces"] <= before["namespaces"], "slab-is-back": now["slab"] < before["slab"] + LEFT,
            "vmalloc-is-back": now["vmalloc"] < before["vmalloc"] + LEFT and not now["areas"]}


def settled(before):
    """What is freed later (TIME_WAITs, namespaces one after the other) gets five minutes, and as long again while it becomes less."""
    now = state()
    end = time.monotonic() + 300
    while time.monotonic() < end and not all(is_back(before, now).values()):
        time.sleep(5)
        last, now = now, state()
        if now["namespaces"] < last["namespaces"]:
            end = time.monotonic() + 300
    return now


def namespaces_work():
    """What the kernel is at that frees namespaces."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            stack = read(f"/proc/{pid}/stack")
        except OSError:
            continue
        if "cleanup_net" in stack:
            yield re.sub(r"\[<0>\] |\+0x\S+", "", stack).replace("\n", " ")


def prepare():
    """Where a flood's answers go to, and how long the kernel remembers connections."""
    for words in FLOOD:
        subprocess.run(["ip", *words.split()], check=True)
    for path, value in (("conf/all/rp_filter", "0"), ("conf/lo/rp_filter", "0"), ("tcp_max_tw_buckets", "4000"), ("tcp_synack_retries", "1"),
                        ("ip_local_port_range", "22000 60999"), ("tcp_fin_timeout", "5")):
        write("/proc/sys/net/ipv4/" + path, value)
    write("/proc/sys/kernel/printk_ratelimit", "1")


def main(seconds, *seed):
    results = []

    def judge(what, good, said=""):
        results.append(good)
        print(f"{'ok' if good else 'FAIL'} stress/{what} {said}".rstrip(), flush=True)

    prepare()
    # the first touch of everything is not a leak
    subprocess.run(["load", "3", *seed], stdout=subprocess.DEVNULL, check=False)
    before = settled({"namespaces": 0, "slab": 1 << 30, "vmalloc": 1 << 30})
    done = subprocess.run(["load", seconds, *seed], stdout=subprocess.PIPE, check=False)
    said = done.stdout.decode()
    print(said, end="")
    judge("everything-was-done", done.returncode == 0)
    judge("stable-sockets-in-every-read", not re.search("^FAIL (?!not everything)", said, re.MULTILINE))
    judge("module-reference-count", read("/sys/module/portsock/refcnt").strip() == "0", read("/sys/module/portsock/refcnt").strip())
    now = settled(before)
    told = ", ".join(f"{key} {before[key]} -> {now[key]}" for key in before)
    for what, good in is_back(before, now).items():
        judge(what, good, "" if good else told)
    print(told, *namespaces_work())
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed, 0 skipped")
    return 0 if all(results) else 1


sys.exit(main(*sys.argv[1:]))
