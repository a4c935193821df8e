// SPDX-License-Identifier: GPL-2.0
/* Loading and unloading of the module. */
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

MODULE_DESCRIPTION("/proc/portsock: sockets, their ports and owners");
MODULE_LICENSE("GPL");
MODULE_VERSION(PORTSOCK_VERSION);
