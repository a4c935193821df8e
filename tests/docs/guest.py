# SPDX-License-Identifier: GPL-2.0
"""In the lab VM, beside a server in the states that the documents speak of: runs the commands of standard input's file, a line each."""
import subprocess
import sys

sys.path.insert(0, "/portsock/e2e")
from maker import Made  # noqa: E402
from t_manual import SERVER  # noqa: E402

# What a reader puts in place of a name, and what this small system has instead.
INSTEAD = [("NAME", "blue"), ("saved.view", "/tmp/saved.view"), ("userspace/portsock", "portsock"), ("| jq", "| python3 -m json.tool"),
           ("--timeout 30", "--timeout 2")]
# What goes on until somebody ends it, and what may say nothing: nobody is there.
ENDLESS = ("--watch", "wait free")
QUIET = ("mount", ">/sys", "wait", "--leaked", "-N blue", "53/udp", "ssh")
failed = 0


def works(command):
    """None, or what is wrong with it: only 0 and 1 (nothing there) are good ends, and there is nothing to complain of."""
    endless = any(word in command for word in ENDLESS)
    for name, here in INSTEAD:
        command = command.replace(name, here)
    try:
        result = subprocess.run(["bash", "-c", command], capture_output=True, check=False, timeout=3 if endless else 60)
    except subprocess.TimeoutExpired as ended:
        return ended.stderr.decode() if ended.stderr else None if endless else "it does not end"
    if result.stderr:
        return result.stderr.decode(errors="replace")
    if endless or result.returncode not in (0, 1):
        return f"it ended with {result.returncode}"
    return None if result.stdout or any(word in command for word in QUIET) else "it said nothing"


subprocess.run(["ip", "netns", "add", "blue"], check=True)
with Made("tcp-listen", port=8080, comm="java"), Made("", commands=SERVER, comm="nginx"):
    with open("/tmp/saved.view", "wb") as saved:
        subprocess.run(["cat", "/proc/portsock"], stdout=saved, check=True)
    with open("/portsock/commands", encoding="utf-8") as lines:
        for line in lines:
            wrong = works(line.rstrip("\n"))
            print(f"{'FAIL' if wrong else 'ok'} {line}{'  ' + wrong if wrong else ''}", end="\n" if wrong else "", flush=True)
            failed += bool(wrong)
sys.exit(failed != 0)
