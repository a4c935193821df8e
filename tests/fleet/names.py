#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""names.py METRICS RULES DASHBOARD: whether all that rules and dashboard ask for is there, in what portsock metrics printed on a running kernel, in what the
rules record, or in node_exporter; and whether nothing is recorded that nobody asks for."""
import json
import re
import sys

import yaml

NAME = re.compile(r"\b(?:portsock|node_textfile)[a-z_]*(?::[a-z_]+)*\b(?!\.)")
with open(sys.argv[1], encoding="ascii") as file:
    told = {line.split()[2] for line in file if line.startswith("# TYPE ")}
with open(sys.argv[2], encoding="utf-8") as file:
    rules = [rule for group in yaml.safe_load(file)["groups"] for rule in group["rules"]]
with open(sys.argv[3], encoding="utf-8") as file:
    dashboard = json.load(file)

recorded = {rule["record"] for rule in rules if "record" in rule}
alerts = {rule["alert"] for rule in rules if "alert" in rule}
by_rules = {name for rule in rules for name in NAME.findall(re.sub(r'"[^"]*"', "", rule["expr"]))}
queries = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
queries += [variable["query"] for variable in dashboard["templating"]["list"] if variable["type"] == "query"]
shown = {name for query in queries for name in NAME.findall(re.sub(r'"[^"]*"', "", query))}
known = told | recorded | {"node_textfile_mtime_seconds"}
shown_alerts = {name for query in queries for name in re.findall(r"\b[A-Z][A-Za-z]*[a-z]\b", query) if query.startswith("ALERTS")}


def say(name, wrong):
    print(f"FAIL {name}: {sorted(wrong)}" if wrong else f"ok {name}")


say("metrics of the rules", by_rules - known if by_rules else {"none"})
say("metrics of the dashboard", shown - known if shown else {"none"})
say("what is recorded is asked for", recorded - by_rules - shown)
say("alerts of the dashboard are those of the rules", shown_alerts ^ alerts)
