#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""guest.py CAPABILITIES SECONDS: runs in the lab VM. A host with four things wrong, or about to be, whose metrics it prints again and again, as the unit would
write them: as a user of its own, with no more than its capabilities. A listener at 8080 goes after so many seconds."""
import os
import socket
import subprocess
import sys
import time

CAPABILITIES, SECONDS = sys.argv[1], float(sys.argv[2])
READER = ["setpriv", "--reuid=61200", "--regid=61200", "--clear-groups", "--inh-caps=" + CAPABILITIES, "--ambient-caps=" + CAPABILITIES,
          "--bounding-set=" + CAPABILITIES, "--no-new-privs", "portsock"]


def listen(port, backlog=64):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(backlog)
    return listener


def connect(port):
    client = socket.socket()
    client.connect(("127.0.0.1", port))
    return client


def use_up(listener):
    """Connections that their client ends, until there is no port for another one."""
    while True:
        client = socket.socket()
        try:
            client.connect(listener.getsockname())
        except OSError:
            client.close()
            return
        served, _ = listener.accept()
        client.close()  # the first to close has the TIME_WAIT
        served.close()


def move(cgroup):
    os.makedirs(f"/sys/fs/cgroup/{cgroup}", exist_ok=True)
    with open(f"/sys/fs/cgroup/{cgroup}/cgroup.procs", "w", encoding="ascii") as file:
        file.write(str(os.getpid()))


def of_another_service(port):
    """Made in a service that is gone."""
    move("gone.service")
    made = listen(port)
    move("steady.service")
    os.rmdir("/sys/fs/cgroup/gone.service")
    return made


def of_another_user(port):
    """Normal, as servers drop root."""
    os.seteuid(1000)
    made = listen(port)
    os.seteuid(0)
    return made


def sysctl(name, value):
    with open("/proc/sys/net/ipv4/" + name, "w", encoding="ascii") as file:
        file.write(value)


sysctl("ip_local_port_range", "40000 40019")
sysctl("tcp_tw_reuse", "0")  # else those of loopback are taken again after a second
leaked = of_another_service(8083)
doomed, steady, slow, dropped, busy = listen(8080), listen(8081), listen(8082, 3), of_another_user(8085), listen(8084)
waiting = [connect(8082) for _ in range(4)]
begun = time.monotonic()
while True:
    use_up(busy)
    sys.stdout.buffer.write(subprocess.run([*READER, "metrics"], stdout=subprocess.PIPE, check=True).stdout)
    sys.stdout.buffer.flush()
    if doomed and time.monotonic() - begun > SECONDS:
        doomed.close()
        doomed = None
    time.sleep(0.3)
