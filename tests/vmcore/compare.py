# SPDX-License-Identifier: GPL-2.0
"""compare.py VIEW ROWS: what /proc/portsock said, and what drgn found in the memory of the same moment. Each row must be in both, and say the same.
--moving: the machine went on meanwhile; without queues, and what ends by itself."""
import collections
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../e2e"))
from view import COLUMNS, View  # noqa: E402

FLAGS = {"reuseaddr", "reuseport", "v6only"}  # those that both know
UNKNOWN = {"EXPIRES"}
MOVING = {"RXQ", "TXQ"}
ENDING = {"timewait", "orphan", "synrecv"}


def read(path):
    """{(COOKIE, STATE): row}: a TIME_WAIT whose socket is still open has the same cookie."""
    with open(path, encoding="ascii") as file:
        rows = View(file.read()).rows
    keys = collections.Counter((row["COOKIE"], row["STATE"]) for row in rows)
    for key, count in keys.items():
        if count > 1:
            print(f"FAIL {path}: {count} rows with cookie {key[0]} in {key[1]}")
    return {(row["COOKIE"], row["STATE"]): row for row in rows}


def value(row, column):
    if column == "FLAGS":
        return set(row[column].split(",")) & FLAGS
    return row[column]


def main():
    moving = sys.argv[1] == "--moving"
    view, memory = map(read, sys.argv[-2:])
    if moving:
        gone = {cookie for (cookie, _), row in [*view.items(), *memory.items()] if row["HELD"] in ENDING}
        view, memory = ({key: row for key, row in rows.items() if key[0] not in gone} for rows in (view, memory))
    if not view:
        print("FAIL there is nothing to compare")
    for key in sorted(view.keys() - memory.keys()):
        print(f"FAIL drgn does not find: {view[key]}")
    for key in sorted(memory.keys() - view.keys()):
        print(f"FAIL the view does not have: {memory[key]}")
    for column in COLUMNS:
        if column in UNKNOWN or moving and column in MOVING:
            continue
        wrong = [key for key in view.keys() & memory.keys() if value(view[key], column) != value(memory[key], column)]
        print(f"FAIL {column}: {len(wrong)} differ, the first of them:\n  view: {view[wrong[0]]}\n  drgn: {memory[wrong[0]]}" if wrong else
              f"ok {column} of {len(view.keys() & memory.keys())} rows")
    count = collections.Counter(f"{row['PROTO']} {row['HELD']}" for row in view.values())
    print(", ".join(f"{number} {kind}" for kind, number in sorted(count.items())))


main()
