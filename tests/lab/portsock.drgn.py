# SPDX-License-Identifier: GPL-2.0
"""For drgn: the rows of /proc/portsock as the kernel's memory has them, of a vmcore or of the machine that runs. Nothing of the module's is used: it need not
be loaded, and the two can be compared.

drgn -c VMCORE -s VMLINUX --no-default-symbols tests/lab/portsock.drgn.py | portsock --input -
drgn -s VMLINUX --no-default-symbols tests/lab/portsock.drgn.py              (as root: this machine, by /proc/kcore)

All network namespaces, all owners by their PID in the initial namespace. What it does not know is "-": EXPIRES, the flags but for the first three, and the ends of
families other than IP, unix, netlink and packet. Kernels 6.1 and 6.12.
"""
import re
import socket

from drgn import Object, cast, container_of
from drgn.helpers.linux.fs import for_each_file
from drgn.helpers.linux.list import hlist_for_each_entry
from drgn.helpers.linux.list_nulls import hlist_nulls_for_each_entry
from drgn.helpers.linux.net import for_each_net, netdev_get_by_index
from drgn.helpers.linux.pid import for_each_task

TYPES = {1: "stream", 2: "dgram", 3: "raw", 4: "rdm", 5: "seqpacket", 6: "dccp", 10: "packet"}
ONE_TYPE = "alg dccp key l2tp mptcp ping raw smc tcp udp udplite xdp".split()
NO_DROPS = "alg kcm mptcp smc vsock xdp".split()
COLUMNS = "PROTO PORT STATE LOCAL REMOTE DEV RXQ TXQ UID INODE COOKIE NETNS CGROUP FLAGS HELD PARENT EXPIRES OWNERS TYPE PEER DROPS".split()
STATES = dict(enumerate("ESTABLISHED SYN_SENT SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE CLOSE_WAIT LAST_ACK LISTEN CLOSING SYN_RECV".split(), 1))
ESTABLISHED, TIME_WAIT, CLOSE, LISTEN, NEW_SYN_RECV = 1, 6, 7, 10, 12
UNIX_BUCKETS = 512  # UNIX_HASH_SIZE
NAMES = {socket.AF_UNIX: "unix", socket.AF_NETLINK: "netlink", socket.AF_PACKET: "packet", socket.AF_ALG: "alg", socket.AF_VSOCK: "vsock"}
DATAGRAMS = {17: "udp", 136: "udplite", 1: "ping", 58: "ping"}
STREAMS = {6: "tcp", 132: "sctp", 262: "mptcp"}


# --- which sockets there are

def entries(head, kind, member):
    """The structures of a hash chain, whichever way it ends."""
    walk = hlist_nulls_for_each_entry if "nulls" in head.type_.tag else hlist_for_each_entry
    return walk(kind, head.address_of_(), member)


def bound(hashinfo):
    """The sockets at TCP's ports: up to 6.1 those of the port, later of port and address."""
    kind, table = "struct inet_bind_bucket", hashinfo.bhash
    if not prog.type(kind).has_member("owners"):
        kind, table = "struct inet_bind2_bucket", hashinfo.bhash2
    for i in range(hashinfo.bhash_size):
        for bucket in entries(table[i].chain, kind, "node"):
            yield from entries(bucket.owners, "struct sock_common", "skc_bind_node")


def tcp(hashinfo):
    for i in range(hashinfo.ehash_mask + 1):
        yield from entries(hashinfo.ehash[i].chain, "struct sock_common", "skc_nulls_node")
    for i in range(hashinfo.lhash2_mask + 1):
        yield from entries(hashinfo.lhash2[i].nulls_head, "struct sock_common", "skc_nulls_node")
    yield from bound(hashinfo)


def udp(table):
    for i in range(table.mask + 1):
        yield from entries(table.hash[i].head, "struct sock_common", "skc_node")


def tables():
    """Each table once: all namespaces may share one, or have their own."""
    nets = list(for_each_net(prog))
    yield from (tcp(hashinfo) for hashinfo in unique(net.ipv4.tcp_death_row.hashinfo for net in nets))
    own = [net.ipv4.udp_table for net in nets if net.ipv4.type_.has_member("udp_table")]
    yield from (udp(table) for table in unique(own + [prog["udp_table"].address_of_(), prog["udplite_table"].address_of_()]))
    for name in ("raw_v4_hashinfo", "raw_v6_hashinfo"):
        yield from (entries(head, "struct sock_common", "skc_node") for head in prog[name].ht)
    for net in nets:
        yield from (entries(net.unx.table.buckets[i], "struct sock_common", "skc_node") for i in range(UNIX_BUCKETS))
        yield entries(net.packet.sklist, "struct sock_common", "skc_node")


def unique(pointers):
    return {pointer.value_(): pointer for pointer in pointers}.values()


# --- who holds them

def socket_of(file):
    """The struct socket of a file, or None."""
    if file.f_op != prog["socket_file_ops"].address_of_():
        return None
    return cast("struct socket *", file.private_data)


def holders():
    """(task, PID or PID:TID, COMM) for each descriptor table: that of the first process which has it, and there of the first thread that lives."""
    processes, seen = {}, set()
    for task in for_each_task(prog):
        if task.files:
            processes.setdefault(task.tgid.value_(), []).append(task)
    for tgid, threads in sorted(processes.items()):
        threads.sort(key=lambda task: (task.pid.value_() != tgid, task.pid.value_()))
        for task in threads:
            if task.files.value_() not in seen:
                seen.add(task.files.value_())
                first = task is threads[0]
                yield task, tgid if first else f"{tgid}:{task.pid.value_()}", escape((task.group_leader if first else task).comm.string_(), b",/")


def owners():
    """{address of a struct sock: its OWNERS}"""
    found = {}
    for task, who, comm in holders():
        for fd, file in for_each_file(task):
            held = socket_of(file)
            if held and held.sk:
                found.setdefault(held.sk.value_(), []).append((task.tgid.value_(), fd, f"{who}/{fd}/{comm}"))
    return {address: ",".join(text for _, _, text in sorted(held)) for address, held in found.items()}


# --- what waits in a queue

def messages(sk):
    """The buffers in a socket's receive queue."""
    head = sk.sk_receive_queue.address_of_()
    buffer = head.next
    while buffer.value_() != head.value_():
        yield buffer
        buffer = buffer.next


def passed(buffer):
    """The sockets whose files travel in a unix socket's message."""
    files = cast("struct unix_skb_parms *", buffer.cb.address_of_()).fp
    if files:
        for i in range(files.count):
            held = socket_of(files.fp[i])
            if held and held.sk:
                yield held.sk


def unix_queued(sk):
    """Bytes that a unix socket has to read: of all messages, or of the next datagram."""
    lengths = [buffer.len.value_() - cast("struct unix_skb_parms *", buffer.cb.address_of_()).consumed.value_() for buffer in messages(sk)]
    return sum(lengths[:1] if sk.sk_type == socket.SOCK_DGRAM else lengths)


def waiting(sk):
    """The sockets that wait for a listener's accept()."""
    if sk.__sk_common.skc_family == socket.AF_UNIX:
        yield from (buffer.sk for buffer in messages(sk))
        return
    request = cast("struct inet_connection_sock *", sk).icsk_accept_queue.rskq_accept_head
    while request:
        yield request.sk
        request = request.dl_next


# --- what one is

def escape(name, also=b""):
    return "".join(f"\\{byte:03o}" if byte <= 32 or byte >= 127 or byte == 92 or byte in also else chr(byte) for byte in name)


def proto_of(sk):
    if sk.__sk_common.skc_family not in (socket.AF_INET, socket.AF_INET6):
        return NAMES.get(sk.__sk_common.skc_family.value_(), "other")
    kind, protocol = sk.sk_type.value_(), sk.sk_protocol.value_()
    return "raw" if kind == socket.SOCK_RAW else (DATAGRAMS if kind == socket.SOCK_DGRAM else STREAMS).get(protocol, "other")


def device(common, index):
    return netdev_get_by_index(common.skc_net.net, index).name.string_().decode() if index else None


def ip_end(common, remote, port):
    """An end of a socket over IP; None where nothing is said of it."""
    if common.skc_family == socket.AF_INET6:
        ip = common.skc_v6_daddr if remote else common.skc_v6_rcv_saddr
        text = "[" + socket.inet_ntop(socket.AF_INET6, ip.to_bytes_()) + "]"
    else:
        ip = common.skc_daddr if remote else common.skc_rcv_saddr
        text = socket.inet_ntop(socket.AF_INET, ip.to_bytes_())
    return f"{text}:{port}" if port or any(ip.to_bytes_()) else None


def unix_end(sk):
    address = cast("struct unix_sock *", sk).addr if sk else None
    if not address:
        return None
    name = prog.read(address.name[0].sun_path.address_of_().value_(), address.len.value_() - 2)
    if name[:1] == b"\0":
        return "@" + escape(name[1:])
    path = escape(name.split(b"\0")[0])
    return re.sub("^@", r"\\100", re.sub("^-$", r"\\055", path))


def swap(number):
    return socket.ntohs(number.value_())


def ends(sk, row):
    """LOCAL, REMOTE and PORT of a full socket."""
    common, proto = sk.__sk_common, row["PROTO"]
    if proto == "unix":
        row.update(LOCAL=unix_end(sk), REMOTE=unix_end(cast("struct unix_sock *", sk).peer))
    elif proto == "netlink":
        row["LOCAL"] = f"{sk.sk_protocol.value_()}:{cast('struct netlink_sock *', sk).portid.value_()}"
    elif proto == "packet":
        packet = cast("struct packet_sock *", sk)
        row["DEV"] = device(common, packet.ifindex.value_())
        row["LOCAL"] = f"{swap(packet.num):04x}:{row['DEV'] or '*'}"
    elif common.skc_family in (socket.AF_INET, socket.AF_INET6):
        inet = cast("struct inet_sock *", sk)
        ip_ends(common, row, swap(inet.inet_sport) if common.skc_num or common.skc_dport else 0)
        if proto == "raw":
            row["PORT"] = None
        elif not common.skc_dport:
            row["REMOTE"] = "*:*"  # disconnecting leaves an address there


def ip_ends(common, row, local):
    row["PORT"] = common.skc_num.value_() or None
    row.update(LOCAL=ip_end(common, False, local) or "*:*", REMOTE=ip_end(common, True, swap(common.skc_dport)) or "*:*")


def state_of(sk, row):
    state, proto = sk.__sk_common.skc_state.value_(), row["PROTO"]
    if proto in ("tcp", "mptcp", "sctp"):
        if state != CLOSE:
            return STATES[state]
        # tcp_done() has shut it down, both ways; disconnecting takes that back
        return "CLOSE" if sk.sk_shutdown == 3 else "BOUND" if row.get("PORT") else "UNBOUND"
    if state in (ESTABLISHED, LISTEN):
        return STATES[state]
    return "UNBOUND" if proto in DATAGRAMS.values() and not row.get("PORT") else "UNCONN"


def queues(sk, row):
    """RXQ and TXQ, as ss shows them."""
    received, sent = sk.sk_backlog.rmem_alloc.counter.value_(), max(sk.sk_wmem_alloc.refs.counter.value_() - 1, 0)
    if row["STATE"] == "LISTEN":
        unix = row["PROTO"] == "unix"
        return (sk.sk_receive_queue.qlen if unix else sk.sk_ack_backlog).value_(), sk.sk_max_ack_backlog.value_()
    if row["PROTO"] == "tcp":
        tcp_sock = cast("struct tcp_sock *", sk)
        received = max((tcp_sock.rcv_nxt - tcp_sock.copied_seq).value_(), 0)
        return received, 0 if row["STATE"] in ("BOUND", "UNBOUND", "CLOSE") else (tcp_sock.write_seq - tcp_sock.snd_una).value_()
    if row["PROTO"] in ("udp", "udplite"):
        received -= cast("struct udp_sock *", sk).forward_deficit.value_()
    elif row["PROTO"] == "unix":
        received = unix_queued(sk)
    return received, sent


def flags(common):
    names = {"reuseaddr": common.skc_reuse, "reuseport": common.skc_reuseport,
             "v6only": common.skc_family == socket.AF_INET6 and common.skc_ipv6only}
    return ",".join(name for name, on in names.items() if on) or None


def mini(common):
    """A TIME_WAIT or a request: no more of it than struct sock_common, and what its kind has."""
    row = {"PROTO": "tcp", "RXQ": 0, "TXQ": 0, "UID": 0, "INODE": 0}
    ip_ends(common, row, common.skc_num.value_())
    if common.skc_state == TIME_WAIT:
        state = container_of(common, "struct inet_timewait_sock", "__tw_common").tw_substate.value_()
        row.update(STATE=STATES[state], HELD="timewait" if state == TIME_WAIT else "orphan")
    else:
        row.update(STATE="SYN_RECV", HELD="synrecv", PARENT=cookie(common.skc_listener.__sk_common))
    return row


def cookie(common):
    return f"{common.skc_cookie.counter.value_():x}"


def reason(sk, held_by, parents):
    """HELD, and what else tells of that."""
    if sk.value_() in held_by:
        return {"HELD": "process", "OWNERS": held_by[sk.value_()]}
    if sk.sk_socket:
        return {"HELD": "inflight" if sk.sk_socket.file else "kernel"}
    if sk.value_() in parents:
        return {"HELD": "acceptq", "PARENT": cookie(parents[sk.value_()].__sk_common)}
    return {"HELD": "orphan"}


def type_peer_drops(sk, proto):
    """TYPE where the protocol has several, PEER of unix sockets, DROPS where the protocol counts them."""
    row = {}
    if proto not in ONE_TYPE:
        row["TYPE"] = TYPES.get(sk.sk_type.value_())
    if proto == "unix":
        peer = cast("struct unix_sock *", sk).peer
        if peer and not peer.__sk_common.skc_flags.value_() & 1 << prog.constant("SOCK_DEAD"):
            row["PEER"] = cookie(peer.__sk_common)
    elif proto not in NO_DROPS:
        row["DROPS"] = sk.sk_drops.counter.value_()
    return row


def full(sk, held_by, parents):
    row = {"PROTO": proto_of(sk), "UID": 0, "INODE": 0}
    ends(sk, row)
    row["STATE"] = state_of(sk, row)
    row["RXQ"], row["TXQ"] = queues(sk, row)
    row.update(type_peer_drops(sk, row["PROTO"]))
    if sk.sk_socket:
        inode = container_of(sk.sk_socket, "struct socket_alloc", "socket").vfs_inode
        row.update(UID=inode.i_uid.val.value_(), INODE=inode.i_ino.value_())
    if sk.sk_cgrp_data.cgroup:
        row["CGROUP"] = sk.sk_cgrp_data.cgroup.kn.id.value_()
    return {**row, **reason(sk, held_by, parents)}


# --- all together

def gather():
    """[row]: what the tables have, what processes hold, what travels in messages."""
    held_by = owners()
    found = {common.value_(): common for table in tables() for common in table}
    new = [Object(prog, "struct sock_common *", value=address) for address in held_by]
    while new:
        found.update((common.value_(), common) for common in new)
        carried = [sk for common in found.values() if common.skc_family == socket.AF_UNIX
                   for buffer in messages(cast("struct sock *", common)) for sk in passed(buffer)]
        new = [sk.__sk_common.address_of_() for sk in carried if sk.value_() not in found]
    minis = [common for common in found.values() if common.skc_state in (TIME_WAIT, NEW_SYN_RECV)]
    socks = [cast("struct sock *", common) for common in found.values() if common.skc_state not in (TIME_WAIT, NEW_SYN_RECV)]
    parents = {child.value_(): sk for sk in socks if sk.__sk_common.skc_state == LISTEN for child in waiting(sk)}
    rows = [(common, mini(common)) for common in minis] + [(sk.__sk_common, full(sk, held_by, parents)) for sk in socks]
    for common, row in rows:
        row.setdefault("DEV", device(common, common.skc_bound_dev_if.value_()))
        row.update(COOKIE=cookie(common), FLAGS=flags(common),
                   NETNS=common.skc_net.net.ns.inum.value_())
    return [row for _, row in rows]


def order(row):
    port = row.get("PORT")
    return (not port, port or 0, row["PROTO"], row["STATE"] != "LISTEN", str(row.get("LOCAL")), str(row.get("REMOTE")), row["INODE"])


def main():
    rows = sorted(gather(), key=order)
    held = sum(row["OWNERS"].count(",") + 1 for row in rows if row.get("OWNERS"))
    init = prog["init_task"].nsproxy
    print(f"# portsock 1 netns={init.net_ns.ns.inum.value_()} pidns={init.pid_ns_for_children.ns.inum.value_()} at=0 took=0 sockets={len(rows)} owners={held}")
    print("#", *COLUMNS)
    for row in rows:
        print(*("-" if row.get(column) is None else row[column] for column in COLUMNS))


main()
