# SPDX-License-Identifier: GPL-2.0
"""report.py FILE...: what runs of the benchmark found, as a table for each next to the targets. Fails when a target is missed."""
import json
import sys

SS, LSOF, SS_PORT, SS_DOORS = "ss -tunap", "lsof -nP -i", "ss -tunap sport = :8080", "ss -tulnp"
# what, whose cost, at most this part of which tool's: at load a, where starting a program is much of it, and at the others
TARGETS = [
    ("full view, read and dropped", "cat /proc/portsock", 18, 40, SS),
    ("full view, read and dropped", "cat /proc/portsock", 30, 70, LSOF),
    ("one port with owners", "port=8080", 120, 300, SS_PORT),
    ("portsock 8080", "portsock 8080", 26, 300, SS_PORT),
    ("portsock -a --raw", "portsock -a --raw", 10.8, 12, SS),
    ("portsock -a -j", "portsock -a -j", 8.8, 12, SS),
    ("portsock -a, the table", "portsock -a", 0.97, 1, SS),
    ("portsock, the default view", "portsock", 2, 2, SS_DOORS),
]


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


def targets(told):
    cost, rows, missed = told["cost"], [("target", "wanted", "is", "")], 0
    for what, ours, small, large, peer in TARGETS:
        part = small if told["load"] == "a" else large
        if ours not in cost or peer not in cost:
            continue
        ratio = cost[peer] / cost[ours]
        met = ratio >= part
        missed += not met
        rows.append((f"{what} / {peer}", f"<= {part_of(part)}", part_of(ratio), "met" if met else "MISSED"))
    sockets, owners = int(told["header"]["sockets"]), int(told["header"]["owners"])
    allowed = 160 * sockets + 24 * owners + 131072  # and the page of text
    met = told["memory"] <= allowed
    missed += not met
    rows.append(("memory while a snapshot is held", f"<= {allowed >> 10:,} kB", f"{told['memory'] >> 10:,} kB", "met" if met else "MISSED"))
    table(rows)
    return len(rows) - 1, missed


def main():
    asked = missed = 0
    for name in sys.argv[1:]:
        with open(name, encoding="ascii") as file:
            told = json.load(file)
        head = told["header"]
        print(f"load {told['load']}: {int(head['sockets']):,} sockets, {int(head['owners']):,} owners, Linux {told['kernel']}")
        costs(told)
        print()
        more, less = targets(told)
        asked, missed = asked + more, missed + less
    print(f"{asked - missed} passed, {missed} failed, 0 skipped")
    return 1 if missed else 0


sys.exit(main())
