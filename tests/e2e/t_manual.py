# SPDX-License-Identifier: GPL-2.0
"""The examples of portsock(8), run where they are meant to be run."""
import re

from maker import Made, run
from scenario import equal, scenario, true
from t_holders import ip
from t_reader import reader

MANUAL = "/portsock/portsock.8"
# A server at port 80 that was restarted: somebody waits, somebody has left.
SERVER = ("socket l tcp; bind l 127.0.0.1 80; listen l; socket c tcp; connect c l; accept l a; close a; recv c; close c;"
          " socket q tcp; connect q l; tell l LISTEN")
# What a person must find in the answer, by what the command holds.
ANSWERS = {
    "portsock 8080": ("8080", "webserver"),
    "portsock why 8080": ("EADDRINUSE", "webserver"),
    "portsock -ta -o PROTO,PORT,STATE,REMOTE,HELD,PARENT,OWNERS": ("acceptq", "nginx"),
    "portsock --tree 80": ("nginx", "acceptq", "timewait"),
    "portsock -ta 80": ("TIME_WAIT", "timewait "),
    "portsock 5432 -o +CONTAINER,UNIT": ("CONTAINER", "postgres"),
    "portsock 51820/udp": ("[vxlan]",),
    "portsock -aH --raw -o PROTO,PORT": ("tcp 80", "udp 51820"),
}


def examples():
    with open(MANUAL, encoding="ascii") as manual:
        return re.findall(r"^\.Dl \$ (portsock .*)", manual.read(), re.MULTILINE)


def there(command):
    """Whether the reader has the command of this example."""
    word = command.split()[1]
    return word not in ("why", "wait") or reader(word, "--help").returncode == 0


@scenario("manual/examples", seconds=120)
def run_examples():
    # A tunnel that takes a port from the command line; wireguard wants a tool of its own.
    ip("link", "add", "vx0", "type", "vxlan", "id", "9", "dstport", "51820", "local", "127.0.0.1")
    ip("link", "set", "vx0", "up")
    ip("link", "add", "uplink", "type", "dummy")
    ip("address", "add", "192.0.2.1/24", "dev", "uplink")
    ip("link", "set", "uplink", "up")
    told = examples()
    true(f"they are in the manual: {set(ANSWERS) - set(told)}", set(ANSWERS) <= set(told))
    with Made("tcp-listen", port=8080, comm="webserver"), Made("", commands=SERVER, comm="nginx"), Made("tcp-listen", port=5432, comm="postgres"):
        for command in filter(there, told):
            line = command.replace("/var/lib/prometheus/node-exporter", "/tmp").replace("--timeout 90", "--timeout 1")
            result = run("timeout", "20", "bash", "-c", line.replace("start-the-server", "true"))
            equal(f"stderr of {command}", result.stderr, b"")
            true(f"status of {command}: {result.returncode}", result.returncode in (0, 1))
            for answer in ANSWERS.get(command, ()):
                true(f"{answer!r} in what {command} says: {result.stdout}", answer.encode() in result.stdout)
