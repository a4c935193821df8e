#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Runs in the lab VM: all openers, or those that match a pattern."""
import os
import sys

import openers
import scenario
import side_effects  # noqa: F401  (registers its tests)
from targets import TARGETS, start


def prepare():
    """What an unprivileged user has on a Debian machine."""
    for path, text in (("/proc/sys/kernel/unprivileged_userns_clone", "1"), ("/proc/sys/user/max_user_namespaces", "1000")):
        if os.path.exists(path):
            with open(path, "w", encoding="ascii") as file:
                file.write(text)
    if os.path.exists("/dev/fuse"):
        os.chmod("/dev/fuse", 0o666)


prepare()
openers.TARGETS += [start(kind) for kind in TARGETS]
if len(sys.argv) > 2:
    scenario.slower(int(sys.argv[2]))
sys.exit(scenario.run_all(sys.argv[1] if len(sys.argv) > 1 else ""))
