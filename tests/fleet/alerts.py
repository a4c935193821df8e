#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""alerts.py ADDRESS SECONDS: waits until Prometheus at ADDRESS raises the alerts that tests/fleet/guest.py is made for, and says of each whether it
did, and of the others that it did not."""
import json
import sys
import time
import urllib.request

ADDRESS, SECONDS = sys.argv[1], float(sys.argv[2])
WANTED = {("AcceptQueueNearItsLimit", "8082"), ("TimeWaitEatsEphemeralPorts", ""), ("ListenerLeaked", "8083")}
LOST = ("PortLostItsListener", "8080")


def ask(path):
    with urllib.request.urlopen(f"http://{ADDRESS}/api/v1/{path}", timeout=10) as answer:
        return json.load(answer)["data"]


def firing():
    return {(alert["labels"]["alertname"], alert["labels"].get("port", "")) for alert in ask("alerts")["alerts"] if alert["state"] == "firing"}


def listens(port):
    return bool(ask(f"query?query=portsock_listener_sockets%7Bport%3D%22{port}%22%7D")["result"])


def say(name, truth, told=""):
    print(f"ok {name}" if truth else f"FAIL {name}: {told}", flush=True)


seen, early, lost_at, end = set(), set(), None, time.monotonic() + SECONDS
known = False
while time.monotonic() < end and not (WANTED | {LOST} <= seen):
    try:
        there = listens(8080)
        known = known or there
        seen |= firing()
        if known and there:
            early |= seen
    except OSError:  # it is starting
        pass
    time.sleep(0.5)
say("the listener is scraped", known, "portsock_listener_sockets never had port 8080")
for name, port in sorted(WANTED):
    say(f"alert {name} {port}".rstrip(), (name, port) in seen, f"after {SECONDS:.0f} s there are {sorted(seen)}")
say("no alert while it listens", LOST not in early, sorted(early))
say("alert PortLostItsListener 8080 when it is gone", LOST in seen and not listens(8080), f"after {SECONDS:.0f} s there are {sorted(seen)}")
say("no other alert", seen <= WANTED | {LOST}, sorted(seen - WANTED - {LOST}))
