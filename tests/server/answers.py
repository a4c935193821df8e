# SPDX-License-Identifier: GPL-2.0
"""What portsock concludes, beside what the daemons, the managers of services and containers, and bind() answer."""
import collections
import errno
import json
import os
import re
import socket

import rows
from maker import run

LEAKS = {"9998", "9999"}  # see apps.py: inherited, outlived
CHECKS = []


def answer(name):
    """Decorator: a check, which returns its differences."""
    def add(function):
        CHECKS.append((name, function))
        return function
    return add


def output(*words, **options):
    result = run(*words, **options)
    if result.returncode == 127:
        raise LookupError(f"no {words[0]}")
    return result.stdout.decode(errors="replace")


def listeners(**wanted):
    """Listening and bound sockets of this namespace, with all columns about their owners."""
    here = str(os.stat("/proc/self/ns/net").st_ino)
    found = rows.view("-o", "+UNIT,CONTAINER")
    return [row for row in found if row["NETNS"] == here and row["STATE"] in ("LISTEN", "BOUND", "UNCONN") and
            all(row[key] == value for key, value in wanted.items())]


def comms(found):
    return {owner.split("/")[2] for row in found for owner in row["OWNERS"].split(",") if owner.count("/") == 2}


def owned_by(comm, places, proto="tcp"):
    """What is missing of the places that a daemon names, as (port, address or None)."""
    differences, now = [] if places else [f"{comm} names no place at all"], listeners(PROTO=proto)
    for port, address in sorted(places, key=str):
        found = [row for row in now if row["PORT"] == str(port) and address in (None, row["LOCAL"].rsplit(":", 1)[0])]
        if comm not in comms(found):
            differences.append(f"{comm} is not an owner at {address or '*'}:{port}/{proto}: {[row['OWNERS'] for row in found]}")
    return differences


@answer("daemons: nginx -T")
def nginx():
    words = re.findall(r"\blisten +([^ ;]+)", re.sub(r"#.*", "", output("nginx", "-T")))
    return owned_by("nginx", {tuple(reversed((word if ":" in word else "0.0.0.0:" + word).rsplit(":", 1))) for word in words})


@answer("daemons: apache2ctl -S")
def apache():
    return owned_by("apache2", {(port, None) for port in re.findall(r"^\S+:(\d+)\s", output("apache2ctl", "-S"), re.MULTILINE)})


@answer("daemons: rpcinfo -p")
def rpcinfo():
    registered = {tuple(line.split()[2:4]) for line in output("rpcinfo", "-p").splitlines()[1:]}
    if not registered:
        return ["rpcbind lists nothing"]
    return [f"no socket at {port}/{proto}" for proto, port in sorted(registered - {(row["PROTO"], row["PORT"]) for row in listeners()})]


@answer("daemons: testparm, nmbd")
def samba():
    ports = re.search(r"smb ports = (.*)", output("testparm", "-sv"))
    return owned_by("smbd", {(port, None) for port in (ports[1].split() if ports else ())}) + owned_by("nmbd", {(137, None), (138, None)}, "udp")


@answer("daemons: postmaster.pid")
def postgres():
    """Its port, the directory of its unix socket, and its address."""
    with open("/var/lib/postgresql/15/main/postmaster.pid", encoding="ascii") as file:
        lines = file.read().split("\n")
    path = f"{lines[4]}/.s.PGSQL.{lines[3]}"
    return owned_by("postgres", {(lines[3], None)}) + [f"nothing listens at {path}" for _ in [0] if not listeners(PROTO="unix", LOCAL=path)]


@answer("daemons: wg show")
def wireguard():
    port = output("wg", "show", "wg0", "listen-port").strip()
    found = listeners(PROTO="udp", PORT=port)
    return [] if found and {row["OWNERS"] for row in found} == {"[wireguard]"} else [f"{port}: {[row['OWNERS'] for row in found]}"]


@answer("daemons: nbd-client -c")
def nbd():
    """The client has exited, the kernel's driver has its connection."""
    if not os.path.exists("/sys/block/nbd0/pid") and output("lsblk", "-bno", "SIZE", "/dev/nbd0").strip() in ("", "0"):
        raise LookupError("no /dev/nbd0")
    found = [row for row in rows.view() if row["STATE"] == "ESTABLISHED" and row["REMOTE"] == "127.0.0.1:10809"]
    return [] if len(found) == 1 and "nbd" in found[0]["OWNERS"] else [f"{row['HELD']} {row['OWNERS']}" for row in found] or ["no connection"]


@answer("daemons: systemctl list-sockets")
def sockets():
    differences, units = [], 0
    rows_now = rows.view()
    for line in output("systemctl", "list-sockets", "--no-legend", "--no-pager", "--full", "--show-types").splitlines():
        local, kind, unit = line.split()[:3]
        if kind not in ("Stream", "Datagram", "SequentialPacket"):
            continue
        units += 1
        named = re.sub(r"^0\.0\.0\.0:|^(?=\d+$)", "0.0.0.0:", local)
        found = [row for row in rows_now if row["LOCAL"] in (local, named)]
        if not any(f"1/{fd}/" in owner for row in found for owner in row["OWNERS"].split(",") for fd in [owner.split("/")[1]] if owner.startswith("1/")):
            differences.append(f"{unit} at {local}: PID 1 is not an owner: {[row['OWNERS'] for row in found]}")
    return differences if units > 4 else [f"only {units} sockets"]


def unit_of(pid):
    """systemd's unit of a process; None if it has ended."""
    said = output("busctl", "call", "org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager", "GetUnitByPID", "u", str(pid))
    name = re.search(r'/unit/([^"]+)"', said)
    return name and re.sub(r"_([0-9a-f]{2})", lambda match: chr(int(match[1], 16)), name[1])


@answer("owners: UNIT is the unit of an owner")
def units():
    differences, known = [], {}
    for row in listeners():
        expected = set()
        for pid, _ in rows.owners(row):
            if pid not in known:
                known[pid] = unit_of(pid)
            expected.add(known[pid])
        # a manager that keeps a service's socket is not its answer, if there is another
        others = expected - {"init.scope", None}
        if others and row["UNIT"] not in others and not set(row["UNIT"].split(",")) & others:
            differences.append(f"UNIT {row['UNIT']}, systemd: {sorted(others)}: {row['PROTO']} {row['LOCAL']} {row['OWNERS']}")
    return differences


def published(manager, name, words):
    """The port that a container publishes is said to be its own."""
    text = output(*words)
    if not text.strip():
        raise LookupError(f"no container of {manager}")
    number = output(manager, "inspect", "--format", "{{.Id}}", name).strip()
    differences, now = [], listeners(PROTO="tcp")
    for address, port in re.findall(r"-> (\S+):(\d+)", text):
        found = [row for row in now if row["PORT"] == port and row["LOCAL"].startswith(address)]
        if not found:
            differences.append(f"nothing listens at {address}:{port}")
        differences += [f"CONTAINER of {row['LOCAL']} is {row['CONTAINER']}, not {name} or {number[:12]}: {row['OWNERS']}" for row in found
                        if name not in row["CONTAINER"] and number[:12] not in row["CONTAINER"]]
    return differences


@answer("owners: docker port")
def docker():
    return published("docker", "web", ["docker", "port", "web"])


@answer("owners: podman port")
def podman():
    return published("podman", "pod", ["podman", "port", "pod"])


@answer("owners: machinectl")
def machine():
    leader = output("machinectl", "show", "-P", "Leader", "small").strip()
    if not leader:
        raise LookupError("no machine")
    found = listeners(PROTO="tcp", PORT="8092")
    return [f"CONTAINER {row['CONTAINER']}, not small: {row['OWNERS']}" for row in found if "small" not in row["CONTAINER"]] or ([] if found else ["no listener"])


# --- portsock why


def real_bind(proto, address, port, dev):
    """errno of bind() and listen(), for root without options."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    kind = socket.SOCK_STREAM if proto == "tcp" else socket.SOCK_DGRAM
    with socket.socket(family, kind) as s:
        try:
            if dev:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, dev.encode())
            s.bind((address, port))
            if proto == "tcp":
                s.listen()
        except OSError as reason:
            return errno.errorcode[reason.errno]
    return "OK"


def places():
    """(proto, address, port, dev) to ask about: each port of the view, at both wildcards and at its sockets' own addresses."""
    found = set()
    here = str(os.stat("/proc/self/ns/net").st_ino)
    # a connection's port is asked about if somebody listens at it, and for some others
    connected = collections.Counter()
    for row in rows.view():
        if row["PROTO"] not in ("tcp", "udp") or not row["PORT"].isdigit() or row["NETNS"] != here:
            continue
        if row["STATE"] not in ("LISTEN", "BOUND", "UNCONN"):
            connected[row["PROTO"]] += 1
            if connected[row["PROTO"]] > 10:
                continue
        port, dev = int(row["PORT"]), "" if row["DEV"] == "-" else row["DEV"]
        host = row["LOCAL"].rsplit(":", 1)[0].strip("[]")
        if re.match("fe80|ff", host) or re.match(r"2(2[4-9]|3\d)\.", host):
            continue  # needs a scope; multicast
        for address in {"0.0.0.0", "::", host}:
            found |= {(row["PROTO"], address, port, ""), (row["PROTO"], address, port, dev)}
    return sorted(found)


def why(proto, address, port, dev):
    at = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    result = run("portsock", "why", proto, at, "-J", *(["--dev", dev] if dev else []))
    try:
        return json.loads(result.stdout)
    except ValueError:
        return {"verdict": "error", "advice": result.stderr.decode(errors="replace"), "blockers": []}


ANSWERS = {}  # by place


@answer("why: as bind() for every port")
def verdicts():
    differences = []
    for place in places():
        told, real = why(*place), real_bind(*place)
        if told["verdict"] != real:  # a socket that has just come or gone
            told, real = why(*place), real_bind(*place)
        ANSWERS[place] = told
        if told["verdict"] != real:
            differences.append(f"{place}: {told['verdict']}, bind(): {real}")
    print(f"  {len(ANSWERS)} places, {sum(told['verdict'] == 'EADDRINUSE' for told in ANSWERS.values())} in use")
    return differences


@answer("why: no advice to kill PID 1")
def no_init():
    return [f"{place}: {told['advice']}" for place, told in ANSWERS.items() if re.search(r"\bkill (-\w+ )?(\d+ )*1\b(?! *\d)|\bpid 1\b(?!\d)", told["advice"])]


MANAGERS = (("docker-proxy", "docker stop"), ("conmon", "podman stop"))


@answer("why: advice names the manager's command")
def managers():
    """For sockets of a service or a socket unit: systemctl; for those of containers: docker or podman."""
    differences, units_of = [], {}
    for place, told in ANSWERS.items():
        owned = [owner for blocker in told["blockers"] if blocker["state"] in ("LISTEN", "UNCONN", "BOUND") for owner in blocker["owners"]]
        if told["verdict"] != "EADDRINUSE" or not owned:
            continue
        for comm, command in MANAGERS:
            if any(owner.get("comm") == comm for owner in owned):
                if command not in told["advice"]:
                    differences.append(f"{place}: no '{command}': {told['advice']}")
                break
        else:
            for owner in owned:
                units_of.setdefault(owner["pid"], unit_of(owner["pid"]))
            managed = {units_of[owner["pid"]] for owner in owned} - {None, "init.scope"}
            if not any(unit.endswith(".service") for unit in managed if unit) and not any(owner["pid"] == 1 for owner in owned):
                continue
            if "small" not in str(told["advice"]) and "systemctl" not in told["advice"]:
                differences.append(f"{place}: no systemctl for {sorted(managed)}: {told['advice']}")
    return differences


# --- leaks and metrics


@answer("--leaked: the leaks that were made, and nothing else")
def leaked():
    lines = output("portsock", "-N", "all", "--leaked", "-H", "--raw", "-o", "PORT,PROTO,LOCAL,LEAK,OWNERS").splitlines()
    found = {line.split()[0] for line in lines}
    return [f"not listed: {port}" for port in sorted(LEAKS - found)] + ["no leak: " + line for line in lines if line.split()[0] not in LEAKS]


@answer("metrics: each port once, owners as in /proc")
def metrics():
    text = output("portsock", "metrics")
    series, differences = {}, []
    for labels, value in re.findall(r"^portsock_listener_owners\{([^}]*)\} (\d+)$", text, re.MULTILINE):
        label = dict(re.findall(r'(\w+)="([^"]*)"', labels))
        key = (label["netns"], label["port"], "tcp" if label["proto"] == "mptcp" else label["proto"], label["class"])
        if key in series:
            differences.append(f"twice: {labels}")
        series[key] = series.get(key, 0) + int(value)
    if not text.endswith("# EOF\n"):
        differences.append("no end")
    held, here = rows.proc_owners(), str(os.stat("/proc/self/ns/net").st_ino)
    # A subflow has the inode of its MPTCP socket.
    inodes = {(row["PORT"], row["INODE"]) for row in rows.view()
              if row["STATE"] == "LISTEN" and row["NETNS"] == here and row["PROTO"] in ("tcp", "mptcp")}
    expected = collections.Counter()
    for port, inode in inodes:
        expected[port] += len(held.get(inode, ()))
    for port, count in sorted(expected.items()):
        ours = sum(value for (netns, number, proto, _), value in series.items() if number == port and proto == "tcp" and netns in (here, "self", ""))
        if ours != count:
            differences.append(f"{port}: {ours} owners, /proc: {count}")
    return differences
