// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>

#include "notify.h"
#include "proc.h"
#include "uapi/portsock.h"

static int __init portsock_init(void)
{
	int err = ps_notify_init();

	if (err)
		return err;
	err = ps_proc_create();
	if (err)
		ps_notify_exit();
	return err;
}

static void __exit portsock_exit(void)
{
	ps_proc_remove();
	ps_notify_exit();
}

module_init(portsock_init);
module_exit(portsock_exit);

MODULE_DESCRIPTION("Ports, their sockets, and the processes that own them: /proc/portsock");
MODULE_LICENSE("GPL");
MODULE_VERSION(PORTSOCK_VERSION);
