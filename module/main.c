// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>

#include "proc.h"
#include "uapi/portsock.h"
#include "watch.h"

static int __init portsock_init(void)
{
	return ps_proc_create();
}

static void __exit portsock_exit(void)
{
	ps_proc_remove();
	ps_watch_exit();
}

module_init(portsock_init);
module_exit(portsock_exit);

MODULE_DESCRIPTION("Ports, their sockets, and the processes that own them: /proc/portsock");
MODULE_LICENSE("GPL");
MODULE_VERSION(PORTSOCK_VERSION);
