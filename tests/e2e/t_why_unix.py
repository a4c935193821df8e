# SPDX-License-Identifier: GPL-2.0
"""portsock why PATH: what bind() and connect() of a unix socket do, and which of two sockets at one path is the live one."""
import errno
import json
import os
import shutil
import signal
import socket
import struct
import tempfile

from maker import run
from scenario import CLONE_NEWNET, LIBC, equal, in_child, scenario, true
from t_access import become

CLONE_NEWNS = 0x20000
SO_COOKIE = 57


def cookie(sock):
    return f"{struct.unpack('Q', sock.getsockopt(socket.SOL_SOCKET, SO_COOKIE, 8))[0]:x}"


def name_of(error):
    return errno.errorcode[error.errno] if error else "OK"


def attempt(call, path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        try:
            getattr(sock, call)(path)
        except OSError as error:
            return name_of(error)
    if call == "bind" and not path.startswith("\0"):
        os.unlink(path)
    return "OK"


def ask(path, real=None, by=()):
    """The answer, of which bind() and connect() are the judges; connect() first, as bind() makes a file."""
    word = "@" + path[1:] if path.startswith("\0") else path
    result = run(*by, "portsock", "why", word, "--json")
    equal(f"stderr of {word}", result.stderr, b"")
    told = json.loads(result.stdout)
    equal(f"{word}: connect", told["connect"], real["connect"] if real else attempt("connect", path))
    equal(f"{word}: bind", told["verdict"], real["bind"] if real else attempt("bind", path))
    equal(f"{word}: status", result.returncode, 0 if told["verdict"] == "OK" else 1)
    return told


def text(word):
    return run("portsock", "why", word).stdout.decode()


def bound(path, kind=socket.SOCK_STREAM, listens=True):
    sock = socket.socket(socket.AF_UNIX, kind)
    sock.bind(path)
    if listens and kind != socket.SOCK_DGRAM:
        sock.listen(8)
    return sock


def cookies(rows):
    return [row["cookie"] for row in rows]


class Directory:
    """A directory that every user may search."""
    def __enter__(self):
        self.path = tempfile.mkdtemp()
        os.chmod(self.path, 0o755)
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path)


@scenario("why/unix", seconds=60)
def unix():
    with Directory() as top:
        path = f"{top}/x.sock"
        equal("nothing there", cookies(ask(path)["blockers"]), [])
        first = bound(path)
        equal("a listener", cookies(ask(path)["blockers"]), [cookie(first)])
        lines = text(path)
        true(f"the lines: {lines}", f"(pid {os.getpid()}, fd {first.fileno()}) is in LISTEN (stream) there" in lines and
             "\nconnect: OK - reaches " in lines)

        # Of two with one path the one that is reached is the newer.
        os.unlink(path)
        second = bound(path)
        told = ask(path)
        equal("live", cookies(told["blockers"]), [cookie(second)])
        equal("unlinked", cookies(told["unlinked"]), [cookie(first)])
        # ... or the older, if it is moved back.
        os.rename(path, f"{top}/moved")
        told = ask(f"{top}/moved")
        equal("live at another name", cookies(told["blockers"]), [cookie(second)])
        true("its own name", "bound as " + path in text(f"{top}/moved"))
        told = ask(path)
        equal("both unlinked", (told["blockers"], sorted(cookies(told["unlinked"]))), ([], sorted(cookies_of(first, second))))
        os.rename(f"{top}/moved", path)
        os.symlink(path, f"{top}/link")
        equal("by a symbolic link", cookies(ask(f"{top}/link")["blockers"]), [cookie(second)])

        second.close()
        told = ask(path)
        equal("stale", (told["blockers"], told["connect"]), ([], "ECONNREFUSED"))
        true(f"remedy: {told['advice']}", f"no socket is bound to it: remove it (rm {path})" in told["advice"])
        first.close()
        os.unlink(path)
        told = ask(f"{top}/link")
        true(f"a link to nothing: {told['advice']}", "symbolic link" in told["advice"])

        with open(path, "w", encoding="ascii"):
            told = ask(path)
        true(f"a file: {told['advice']}", "a regular file" in told["advice"])
        ask(f"{path}/below")
        ask(f"{top}/none/x.sock")
        os.unlink(path)

        for kind in (socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
            with bound(path, kind) as sock:
                told = ask(path, {"bind": "EADDRINUSE", "connect": "OK"})
                equal("another type", cookies(told["blockers"]), [cookie(sock)])
            os.unlink(path)
        with bound(path, listens=False) as sock:
            equal("does not listen", cookies(ask(path)["blockers"]), [cookie(sock)])
        os.unlink(path)

        # The connections of a listener have its name, and are not it.
        with bound(path) as sock, socket.socket(socket.AF_UNIX) as client:
            client.connect(path)
            with sock.accept()[0]:
                equal("beside a connection", cookies(ask(path)["blockers"]), [cookie(sock)])
                sock.close()
                told = ask(path)
                equal("its connection only", (told["blockers"], told["unlinked"]), ([], []))
                true(f"which remains: {told['advice']}", "1 connection" in told["advice"])
        os.unlink(path)


def cookies_of(*socks):
    return [cookie(sock) for sock in socks]


@scenario("why/unix-abstract")
def abstract():
    name = "\0portsock test"
    equal("nothing there", ask(name)["blockers"], [])
    with bound(name) as sock:
        equal("a listener", cookies(ask(name)["blockers"]), [cookie(sock)])

        def elsewhere():
            LIBC.unshare(CLONE_NEWNET)
            return ask(name)["verdict"]
        equal("another network namespace", in_child(elsewhere), "OK")


@scenario("why/unix-access", seconds=60)
def access():
    with Directory() as top:
        path = f"{top}/x.sock"
        with bound(path) as sock:
            os.chmod(path, 0o755)

            def by_user(where):
                become(1000)
                told = ask(where)
                return told["verdict"], told["connect"], [row["cookie"] for row in told["blockers"]]
            equal("may not write to it", in_child(lambda: by_user(path)), ["EADDRINUSE", "EACCES", [cookie(sock)]])
            os.chmod(path, 0o777)
            equal("may", in_child(lambda: by_user(path)), ["EADDRINUSE", "OK", [cookie(sock)]])
            equal("may not make one", in_child(lambda: by_user(f"{top}/y.sock")), ["EACCES", "ENOENT", []])
            os.chmod(top, 0o700)
            equal("may not search", in_child(lambda: by_user(path)), ["EACCES", "EACCES", []])


@scenario("why/unix-namespaces", seconds=60)
def namespaces():
    """A container's server at a directory of ours is the live one; one at the same path in a mount namespace of its own is elsewhere."""
    with Directory() as top:
        path = f"{top}/x.sock"

        def serve(flags, where, mounts):
            ready, go = os.pipe()
            child = os.fork()
            if not child:
                LIBC.unshare(flags)
                if mounts:
                    run("mount", "--make-rprivate", "/")
                    run("mount", "-t", "tmpfs", "none", top)
                with bound(where):
                    os.write(go, b"x")
                    signal.pause()
            os.read(ready, 1)
            return child

        children = [serve(CLONE_NEWNET, f"{top}/made", False)]
        try:
            os.rename(f"{top}/made", path)
            children.append(serve(CLONE_NEWNS, path, True))
            told = ask(path)
            equal("live", [row["owners"][0]["pid"] for row in told["blockers"]], children[:1])
            equal("elsewhere", [row["owners"][0]["pid"] for row in told["elsewhere"]], children[1:])
            equal("unlinked", told["unlinked"], [])
        finally:
            for child in children:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
