// SPDX-License-Identifier: GPL-2.0
/* The other way to walk all descriptors inside the kernel: a BPF iterator that writes five numbers for each that is a socket's. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define RELOCATED __attribute__((preserve_access_index))

struct task_struct {
	int pid;
	int tgid;
} RELOCATED;

struct inode {
	unsigned long i_ino;
} RELOCATED;

struct file {
	const void *f_op;
	struct inode *f_inode;
	void *private_data;
} RELOCATED;

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
} RELOCATED;

struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	__u32 fd;
	struct file *file;
} RELOCATED;

extern const void socket_file_ops __ksym;

SEC("iter/task_file")
int sockets(struct bpf_iter__task_file *ctx)
{
	static const char line[] = "%d %d %u %lu %d\n";
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	__u64 values[5];

	if (!task || !file || file->f_op != &socket_file_ops)
		return 0;
	values[0] = task->pid;
	values[1] = task->tgid;
	values[2] = ctx->fd;
	values[3] = file->f_inode->i_ino;
	values[4] = 0;
	bpf_seq_printf(ctx->meta->seq, line, sizeof(line), values,
		       sizeof(values));
	return 0;
}

char _license[] SEC("license") = "GPL";
