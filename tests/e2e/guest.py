#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Runs in the lab VM: all scenarios, or those whose name matches the pattern given."""
import sys

import scenario
import t_tcp  # noqa: F401  (each registers its scenarios)
import t_other  # noqa: F401
import t_families  # noqa: F401
import t_holders  # noqa: F401
import t_owners  # noqa: F401
import t_netns  # noqa: F401
import t_columns  # noqa: F401
import t_reasons  # noqa: F401
import t_blind  # noqa: F401
import t_carried  # noqa: F401
import t_snapshot  # noqa: F401
import t_complete  # noqa: F401
import t_reader  # noqa: F401
import t_metrics  # noqa: F401
import t_relations  # noqa: F401
import t_manual  # noqa: F401
import t_show  # noqa: F401
import t_bind  # noqa: F401
import t_why  # noqa: F401
import t_why_unix  # noqa: F401
import t_why_ephemeral  # noqa: F401
import t_why_rules  # noqa: F401
import t_access  # noqa: F401
import t_filter  # noqa: F401
import t_fault  # noqa: F401
import t_poll  # noqa: F401
import t_wait  # noqa: F401
import t_module  # noqa: F401
import t_trace  # noqa: F401
import t_preempt  # noqa: F401
import t_limits  # noqa: F401
import t_hostile  # noqa: F401
import t_long  # noqa: F401
import t_hostile_reader  # noqa: F401

scenario.SCENARIOS.sort(key=lambda entry: entry[0].startswith("zz-"))
if len(sys.argv) > 2:
    scenario.slower(int(sys.argv[2]))
sys.exit(scenario.run_all(sys.argv[1] if len(sys.argv) > 1 else ""))
