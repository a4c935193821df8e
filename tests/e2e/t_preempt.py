# SPDX-License-Identifier: GPL-2.0
"""How long a read keeps others from the processor, where the kernel traces that (tests/lab/debug kasan)."""
import os
import re
import resource
import socket

import view
from scenario import Skip, scenario, true
from t_trace import TRACING, Trace, has_tracefs, write

LINE = re.compile(r"^.* (?P<at>\d+\.\d+): preempt_(?P<what>disable|enable): (?P<where>.*)$")


def sections(trace):
    """Of one read: microseconds of each stretch with preemption or BHs off that the module began."""
    trace.on(True)
    view.read()
    trace.on(False)
    found, since = [], None
    for line in trace.lines():
        match = LINE.match(line)
        if not match:
            continue
        if match["what"] == "disable":
            since = float(match["at"]) if "[portsock]" in match["where"] else None
        elif since is not None:
            found.append((float(match["at"]) - since) * 1e6)
            since = None
    return found


@scenario("preempt/100000-descriptors", seconds=300)
def descriptors():
    """A large table is read in many short stretches, none of which grows with the table."""
    has_tracefs()
    if not os.path.exists(TRACING + "/events/preemptirq/preempt_disable"):
        raise Skip("this kernel does not trace preemption")
    with open("/proc/sys/fs/nr_open", "w", encoding="ascii") as file:
        file.write("1048576")
    resource.setrlimit(resource.RLIMIT_NOFILE, (200000, 200000))
    with socket.create_server(("127.0.0.1", 0)) as server, Trace("preemptirq/preempt_disable", "preemptirq/preempt_enable") as trace:
        trace.on(False)
        trace.lines()
        write(trace.place + "/buffer_size_kb", "16384")
        few = sections(trace)
        for _ in range(100000):
            os.dup(server.fileno())
        # what the host or an interrupt did to one read it does elsewhere in another
        many = [min(same) for same in zip(*(sections(trace) for _ in range(5)))]
        true(f"{len(few)} sections, {len(many)} with 100,000 descriptors", len(many) - len(few) >= 100000 // 256)
        usual = sorted(many)[len(many) * 9 // 10]
        true(f"the longest of {len(many)} sections: {max(many):.0f} us, of ten nine below {usual:.0f} us", max(many) <= 10 * usual)
        return f"{len(many)} sections, the longest {max(many):.0f} us, of ten nine below {usual:.0f} us"
