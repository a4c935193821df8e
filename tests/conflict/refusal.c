// SPDX-License-Identifier: GPL-2.0
/* A cgroup whose BPF programs deny a port, as SocketBindDeny= of systemd does. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "situation.h"

#define ROOT	"/sys/fs/cgroup"

static const enum bpf_attach_type types[] = {
	BPF_CGROUP_INET4_BIND, BPF_CGROUP_INET6_BIND,
};

static char path[64];
static int cgroup = -1, programs[ARRAY_SIZE(types)];

/* Return a program that allows bind() to all ports but one. */
static int load_program(enum bpf_attach_type type, u16 port)
{
	const struct bpf_insn code[] = {
		{ .code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = BPF_REG_2,
		  .src_reg = BPF_REG_1,
		  .off = offsetof(struct bpf_sock_addr, user_port) },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = 1 },
		{ .code = BPF_JMP | BPF_JNE | BPF_K, .dst_reg = BPF_REG_2,
		  .off = 1, .imm = htons(port) },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_CGROUP_SOCK_ADDR;
	attr.expected_attach_type = type;
	attr.insns = (uintptr_t)code;
	attr.insn_cnt = ARRAY_SIZE(code);
	attr.license = (uintptr_t)"GPL";
	strcpy(attr.prog_name, "deny_port");
	return syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
}

/* Attach a program to the cgroup, or detach it. */
static void attach_program(enum bpf_attach_type type, int program, bool on)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.target_fd = cgroup;
	attr.attach_bpf_fd = program;
	attr.attach_type = type;
	if (syscall(SYS_bpf, on ? BPF_PROG_ATTACH : BPF_PROG_DETACH, &attr,
		    sizeof(attr)))
		die("BPF program");
}

/* Enter a cgroup that denies a port. */
void refusal_begin(u16 port)
{
	char procs[96];
	size_t i;

	if (cgroup < 0) {
		snprintf(path, sizeof(path), ROOT "/conflict-%d", getpid());
		if (mkdir(path, 0755))
			die("%s", path);
		cgroup = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		programs[i] = load_program(types[i], port);
		if (programs[i] < 0)
			die("loading a BPF program");
		attach_program(types[i], programs[i], true);
	}
	snprintf(procs, sizeof(procs), "%s/cgroup.procs", path);
	write_file(procs, "0");
}

/* Leave the cgroup. */
void refusal_end(void)
{
	size_t i;

	write_file(ROOT "/cgroup.procs", "0");
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		attach_program(types[i], programs[i], false);
		close(programs[i]);
	}
}
