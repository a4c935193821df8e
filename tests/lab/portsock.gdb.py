# SPDX-License-Identifier: GPL-2.0
"""For gdb, on a guest of the lab that waits (make lab GDB=1): goes on until portsock is loaded, and loads its symbols where it lies.

gdb -x tests/lab/portsock.gdb.py VMLINUX, with PORTSOCK_KO and PORTSOCK_GDB (host:port) in the environment; tests/lab/vm prints the command.
What /sys/module/portsock/sections shows to those inside the guest is read from the kernel's memory: struct module_sect_attrs, as it is up to 6.13.
"""
import os

import gdb


def sections(module):
    """{name: address} of a struct module, what is freed after its start left out."""
    attributes = module["sect_attrs"].dereference()
    found = {}
    for i in range(int(attributes["nsections"])):
        entry = attributes["attrs"][i]
        name = entry["battr"]["attr"]["name"].string()
        if not name.startswith(".init"):
            found[name] = int(entry["address"])
    return found


def add_symbols(module, file):
    where = sections(module)
    text = where.pop(".text")
    others = " ".join(f"-s {name} {address:#x}" for name, address in where.items())
    gdb.execute(f"add-symbol-file {file} {text:#x} {others}", to_string=True)
    print(f"portsock is at {text:#x}; break ps_snapshot_take, continue, and read /proc/portsock in the guest")


def wait_for_portsock():
    gdb.execute("hbreak do_init_module")
    while True:
        gdb.execute("continue", to_string=True)
        module = gdb.parse_and_eval("(struct module *)$rdi").dereference()
        if module["name"].string() == "portsock":
            break
    gdb.execute("delete")
    add_symbols(module, os.environ["PORTSOCK_KO"])


gdb.execute("set pagination off")
gdb.execute("set confirm off")
gdb.execute("target remote " + os.environ.get("PORTSOCK_GDB", "127.0.0.1:1234"))
wait_for_portsock()
