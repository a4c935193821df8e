# SPDX-License-Identifier: GPL-2.0
"""In the lab VM: a web server with three processes and a connection in each state that a tree tells apart, and its tree as a terminal gets it."""
import subprocess
import sys

sys.path.insert(0, "/portsock/e2e")
from maker import Made  # noqa: E402

SERVER = ("socket l tcp; bind l 0.0.0.0 80; listen l; fork w1; fork w2; in w1 comm nginx; in w2 comm nginx;"
          "socket c tcp; connect c 127.0.0.1 80; accept l a; tell a ESTABLISHED;"
          "socket d tcp; connect d 127.0.0.1 80; accept l b; close b; recv d; close d;"
          "socket q tcp; connect q 127.0.0.1 80; send q 5; tell q ESTABLISHED; tell l LISTEN")

with Made("empty", commands=SERVER, comm="nginx"):
    subprocess.run(["portsock", "--tree", "--color=always", "80"], check=True)
