# SPDX-License-Identifier: GPL-2.0
"""A program of BPF (sk_lookup) that delivers the connections to a port to a listener at another one."""
import ctypes
import os
import struct

from scenario import LIBC, Skip

SYS_BPF = 321  # x86-64
MAP_CREATE, MAP_UPDATE, PROG_LOAD, LINK_CREATE = 0, 2, 5, 28
SOCKMAP, SK_LOOKUP, ATTACH_SK_LOOKUP = 15, 30, 36
MAP_LOOKUP_ELEM, SK_RELEASE, SK_ASSIGN = 1, 86, 124
LOCAL_PORT = 60  # offset in struct bpf_sk_lookup


def bpf(command, attributes):
    buffer = ctypes.create_string_buffer(attributes.ljust(128, b"\0"), 128)
    fd = LIBC.syscall(SYS_BPF, command, buffer, 128)
    if fd < 0:
        raise OSError(ctypes.get_errno(), f"bpf({command})")
    return fd


def instruction(code, to=0, source=0, offset=0, value=0):
    return struct.pack("<BBhi", code, to | source << 4, offset, value)


def program(ports, socks):
    """Assigns the socket of a map to each connection to a port of a list."""
    found = len(ports)
    return b"".join([
        instruction(0xbf, 6, 1),                     # r6 = context
        instruction(0x61, 2, 1, LOCAL_PORT),         # r2 = port
        *(instruction(0x15, 2, 0, found - i, port) for i, port in enumerate(ports)),
        instruction(0x05, 0, 0, 14),                 # another port: pass
        instruction(0x62, 10, 0, -4, 0),             # key 0
        instruction(0xbf, 2, 10),
        instruction(0x07, 2, 0, 0, -4),
        instruction(0x18, 1, 1, 0, socks), instruction(0),
        instruction(0x85, 0, 0, 0, MAP_LOOKUP_ELEM),
        instruction(0x15, 0, 0, 7, 0),               # no socket: pass
        instruction(0xbf, 7, 0),
        instruction(0xbf, 1, 6),
        instruction(0xbf, 2, 7),
        instruction(0xb7, 3),
        instruction(0x85, 0, 0, 0, SK_ASSIGN),
        instruction(0xbf, 1, 7),
        instruction(0x85, 0, 0, 0, SK_RELEASE),
        instruction(0xb7, 0, 0, 0, 1),               # SK_PASS
        instruction(0x95),
    ])


class Redirect:
    """Connections to these ports go to a listener, in the network namespace of the caller; until it is closed."""

    def __init__(self, ports, fd):
        self.fds = []
        try:
            socks = self.keep(bpf(MAP_CREATE, struct.pack("<IIII", SOCKMAP, 4, 8, 1)))
            key, value = ctypes.c_uint32(0), ctypes.c_uint64(fd)
            bpf(MAP_UPDATE, struct.pack("<IxxxxQQQ", socks, ctypes.addressof(key), ctypes.addressof(value), 0))
            code, licence = ctypes.create_string_buffer(program(ports, socks)), ctypes.create_string_buffer(b"GPL")
            count = (len(code) - 1) // 8
            loaded = self.keep(bpf(PROG_LOAD, struct.pack("<IIQQIIQII16sII", SK_LOOKUP, count, ctypes.addressof(code), ctypes.addressof(licence),
                                                          0, 0, 0, 0, 0, b"redirect", 0, ATTACH_SK_LOOKUP)))
            netns = self.keep(os.open("/proc/self/ns/net", os.O_RDONLY))
            self.keep(bpf(LINK_CREATE, struct.pack("<IIII", loaded, netns, ATTACH_SK_LOOKUP, 0)))
        except OSError as reason:
            self.close()
            raise Skip(f"no sk_lookup: {reason}") from reason

    def keep(self, fd):
        self.fds.append(fd)
        return fd

    def close(self):
        while self.fds:
            os.close(self.fds.pop())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
