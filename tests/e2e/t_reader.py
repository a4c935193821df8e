# SPDX-License-Identifier: GPL-2.0
"""The reader, on the running kernel."""
import json
import os

import view
from maker import Made, run
from scenario import Skip, equal, scenario, true


def reader(*words):
    try:
        result = run("portsock", *words, env={"PATH": os.environ["PATH"], "NO_COLOR": "1"})
    except FileNotFoundError:
        raise Skip("no reader here") from None
    true("no kernel address", not view.KERNEL_ADDRESS.search(result.stdout.decode("utf-8", "replace")))
    return result


@scenario("reader/table")
def table():
    with Made("tcp-listen", port=8080, comm="webserver") as made:
        result = reader()
        equal("status", result.returncode, 0)
        for word in (b"8080", b"LISTEN", b"webserver", str(made.pid).encode()):
            true(f"{word} in {result.stdout}", word in result.stdout)
        equal("status with that port", reader("8080").returncode, 0)
        true("it is shown", b"webserver" in reader("8080").stdout)
        equal("status with another", reader("8081").returncode, 1)
        equal("nothing on stderr", result.stderr, b"")


@scenario("reader/only-what-was-asked-for")
def asked():
    with Made("", commands="socket l tcp; bind l 127.0.0.1 8080; listen l; socket u udp; bind u 127.0.0.1 8080; socket m tcp; bind m 127.0.0.1"
                           " 9090; listen m; socket c tcp; connect c m; tell l LISTEN"):
        sockets = json.loads(reader("-J", "8080").stdout)["sockets"]
        equal("8080", sorted((socket["proto"], socket["port"]) for socket in sockets), [("tcp", 8080), ("udp", 8080)])
        sockets = json.loads(reader("-J", "8080/tcp").stdout)["sockets"]
        equal("8080/tcp", [(socket["proto"], socket["port"]) for socket in sockets], [("tcp", 8080)])
        sockets = json.loads(reader("-J", "8000-8100", "-t").stdout)["sockets"]
        equal("8000-8100 -t", [(socket["proto"], socket["port"]) for socket in sockets], [("tcp", 8080)])


@scenario("reader/json")
def as_json():
    with Made("tcp-established", port=8080, comm=rb"a\040\134\377") as made:
        whole = json.loads(reader("-a", "-J").stdout.decode("utf-8"))
        now = view.read()
        equal("portsock", whole["portsock"], 1)
        equal("netns", whole["netns"], now.meta["netns"])
        by_cookie = {socket["cookie"]: socket for socket in whole["sockets"]}
        for role in ("l", "c", "a"):
            told, socket = made[role], by_cookie[made[role]["cookie"]]
            equal("as made", [socket[key] for key in ("proto", "family", "port", "state", "inode", "held", "parent", "expires", "dev")],
                  ["tcp", "inet", int(told["port"]), told["state"], int(told["inode"]), "process", None, None, None])
            equal("ends", (socket["local"], socket["remote"], socket["rport"]),
                  ("127.0.0.1",) + (("127.0.0.1", int(told["remote"].split(":")[1])) if role != "l" else (None, None)))
            equal("owner", [socket["owners"][0][key] for key in ("pid", "fd")], [made.pid, int(told["fd"])])


@scenario("reader/input")
def replay():
    with Made("tcp-established"), Made("udp-bound"):
        with open("/tmp/saved", "w", encoding="ascii") as file:
            file.write(view.read().text)
        equal("a saved view, shown", reader("-a", "--input", "/tmp/saved").stdout, reader("-a").stdout)


@scenario("reader/closed-pipe")
def closed_pipe():
    reader("--version")
    with Made("many", count=500):
        result = run("bash", "-c", "set -o pipefail; portsock -a | head -n1")
        equal("status, stderr", (result.returncode, result.stderr), (0, b""))


@scenario("reader/errors")
def errors():
    for words in (["--no-such-option"], ["4294967296"], ["9-8"], ["--input", "/nowhere"], ["--input", "/proc/version"]):
        result = reader(*words)
        equal(f"status of {words}", result.returncode, 2)
        equal(f"lines on stderr of {words}", result.stderr.count(b"\n"), 1)
    os.chmod(view.PATH, 0o600)
    result = run("setpriv", "--reuid", "1000", "--clear-groups", "portsock")
    os.chmod(view.PATH, 0o666)
    equal("status of a user", result.returncode, 2)
    true(f"{result.stderr}", b"ermission" in result.stderr or b"root" in result.stderr)


@scenario("zz-reader/module-not-loaded", netns=False)
def not_loaded():
    from t_module import insert, remove
    reader("--version")
    true("rmmod", remove())
    try:
        result = reader()
    finally:
        insert()
    equal("status", result.returncode, 2)
    equal("lines on stderr", result.stderr.count(b"\n"), 1)
    true(f"how to load it: {result.stderr}", b"insmod" in result.stderr or b"modprobe" in result.stderr or b"make load" in result.stderr)
