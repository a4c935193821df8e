# SPDX-License-Identifier: GPL-2.0
"""report.py FILE...: what runs of the benchmark found, as a table for each next to the targets. Fails when a target is missed."""
import json
import os
import sys

SS, LSOF, SS_PORT, SS_DOORS = "ss -tunap", "lsof -nP -i", "ss -tunap sport = :8080", "ss -tulnp"
# what, whose cost, at most this part of which tool's: at load a, where starting a program is much of it, and at the others
TARGETS = [
    # TYPE, PEER and DROPS cost the 3 % between 31 and 30, and 55 and 53.
    ("full view, read and dropped", "cat /proc/portsock", 30, 40, SS),
    ("full view, read and dropped", "cat /proc/portsock", 53, 70, LSOF),
    ("one port with owners", "port=8080", 275, 300, SS_PORT),
    ("portsock 8080", "portsock 8080", 34, 300, SS_PORT),
    ("portsock-static 8080", "portsock-static 8080", 70, 300, SS_PORT),
    ("portsock -a --raw", "portsock -a --raw", 18.4, 25, SS),
    ("portsock -a -j", "portsock -a -j", 11.4, 14, SS),
    ("portsock -a, the table", "portsock -a", 8, 10, SS),
    ("portsock -a --tree", "portsock -a --tree", 7, 8, SS),
    ("portsock, the default view", "portsock", 3.2, 10, SS_DOORS),
]
# Instructions that the reader may take beyond the read of the same port. A
# program linked with libc.so that does nothing takes more than that.
READER_OF_A_PORT = 700_000


def millions(cost):
    return f"{cost / 1e6:,.1f} M" if cost >= 1e6 else f"{cost / 1e6:.3f} M"


def part_of(ratio):
    return f"1/{ratio:.4g}" if ratio >= 1 else f"{1 / ratio:.4g}"


def table(rows):
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print("  " + "  ".join(text.ljust(width) if not i else text.rjust(width) for i, (text, width) in enumerate(zip(row, widths))))


def costs(told):
    cost, floor = told["cost"], told["floor"]
    rows = [("instructions", "cost", "of ss -tunap", "of lsof -i", "of the floor")]
    for tool, value in [("floor: the walk alone", floor)] + sorted(cost.items(), key=lambda item: item[1]):
        rows.append((tool, millions(value), *(f"{value / cost[peer]:.4f}" if peer in cost else "-" for peer in (SS, LSOF)), f"{value / floor:.1f}"))
    table(rows)


def per_socket(told):
    return told["cost"]["read"] / int(told["header"]["sockets"])


def shown(met):
    return "met" if met else "MISSED"


def ratio_rows(told):
    cost = told["cost"]
    for what, ours, small, large, peer in TARGETS:
        part = small if told["load"] == "a" else large
        if ours in cost and peer in cost:
            ratio = cost[peer] / cost[ours]
            yield f"{what} / {peer}", f"<= {part_of(part)}", part_of(ratio), shown(ratio >= part)


def reader_rows(told):
    cost = told["cost"]
    if told["load"] in ("a", "b") and "portsock-static 8080" in cost:
        beyond = cost["portsock-static 8080"] - cost["port=8080"]
        yield "portsock-static 8080 beyond port=8080", f"<= {millions(READER_OF_A_PORT)}", millions(beyond), shown(beyond <= READER_OF_A_PORT)
    if told["load"] == "1m":
        ratio = cost["portsock -a"] / cost["portsock -a --raw"]
        yield "the table / --raw", "<= 3", f"{ratio:.2f}", shown(ratio <= 3)


def memory_rows(told):
    sockets, owners = int(told["header"]["sockets"]), int(told["header"]["owners"])
    allowed = 160 * sockets + 24 * owners + 131072  # and the page of text
    yield "memory while a snapshot is held", f"<= {allowed >> 10:,} kB", f"{told['memory'] >> 10:,} kB", shown(told["memory"] <= allowed)


# Of an empty network namespace, and of the kernel's own five netlink sockets in it.
NAMESPACE = 12000 + 5 * 1000


def namespace_rows(told):
    if "namespace" in told:
        yield "one more network namespace", f"<= {NAMESPACE:,}", f"{told['namespace']:,}", shown(told["namespace"] <= NAMESPACE)


def growth_rows(told, beside):
    """Beside what 20,000 sockets cost, if that was measured."""
    if told["load"] in ("b", "a") or not os.path.exists(beside):
        return
    with open(beside, encoding="ascii") as file:
        growth = per_socket(told) / per_socket(json.load(file))
    yield "a socket's cost beside load b's", "<= 1.25", f"{growth:.3f}", shown(growth <= 1.25)


def targets(told, beside):
    rows = [*ratio_rows(told), *reader_rows(told), *memory_rows(told), *namespace_rows(told), *growth_rows(told, beside)]
    table([("target", "wanted", "is", ""), *rows])
    if told.get("peak"):
        print(f"  at most {told['peak'] >> 10:,} kB while it is taken, {told['peak'] // int(told['header']['sockets'])} bytes a socket")
    return len(rows), sum(row[3] == "MISSED" for row in rows)


def extreme(told):
    """One thing alone is large: what it costs for each, and that all of it is there, which the guest has checked."""
    cost, sockets = told["cost"], int(told["header"]["sockets"])
    rows = [("instructions", "cost", "a socket")]
    for tool in ("read", "read owners=no", "ss -tuna", "ss -tunap"):
        rows.append((tool, millions(cost[tool]), f"{cost[tool] / sockets:,.0f}"))
    table(rows)
    print(f"  {told['namespaces']:,} network namespaces; memory {told['memory'] >> 10:,} kB, at most {(told['peak'] or 0) >> 10:,} kB")


def main():
    asked = missed = 0
    for name in sys.argv[1:]:
        with open(name, encoding="ascii") as file:
            told = json.load(file)
        head = told["header"]
        print(f"load {told['load']}: {int(head['sockets']):,} sockets, {int(head['owners']):,} owners, Linux {told['kernel']}")
        asked += 1  # that all of it was seen
        if "read owners=no" in told["cost"]:
            extreme(told)
            continue
        costs(told)
        print()
        more, less = targets(told, os.path.join(os.path.dirname(name), "b.json"))
        asked, missed = asked + more, missed + less
    print(f"{asked - missed} passed, {missed} failed, 0 skipped")
    return 1 if missed else 0


sys.exit(main())
