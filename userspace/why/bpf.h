/* SPDX-License-Identifier: GPL-2.0 */
/* Programs of BPF. */
#ifndef PORTSOCK_WHY_BPF_H
#define PORTSOCK_WHY_BPF_H

#include <linux/bpf.h>

#include "../../module/format/base.h"

#define BPF_PROGRAMS_MAX	64
#define BPF_NAME_SIZE		16	/* BPF_OBJ_NAME_LEN */

int bpf_query_programs(int fd, u32 type, u32 flags, u32 ids[BPF_PROGRAMS_MAX]);
void bpf_read_name(u32 id, char name[BPF_NAME_SIZE]);

#endif /* PORTSOCK_WHY_BPF_H */
