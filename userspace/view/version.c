// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "../util/error.h"
#include "../../module/uapi/portsock.h"
#include "version.h"

#define MODULE_VERSION_FILE	"/sys/module/portsock/version"

/**
 * version_of_module() - Read the version of the loaded module
 * @version: result: its MODULE_VERSION, empty if it is unknown
 *
 * Return: True if it is known.
 */
bool version_of_module(char version[VERSION_MAX])
{
	int fd = open(MODULE_VERSION_FILE, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? 0 : read(fd, version, VERSION_MAX - 1);

	if (fd >= 0)
		close(fd);
	if (len < 0)
		len = 0;
	if (len && version[len - 1] == '\n')
		len--;
	version[len] = '\0';
	return len;
}

/**
 * version_compare() - Report a module of another version than the reader
 *
 * An older module stays loaded after an upgrade until it is reloaded.  The
 * reader finds its columns by their names: this is not an error.
 */
void version_compare(void)
{
	char module[VERSION_MAX];
	int order;

	if (!version_of_module(module))
		return;
	order = strverscmp(module, PORTSOCK_VERSION);
	if (order < 0)
		error_print("older module: %s, this reader is " PORTSOCK_VERSION
			    " (reload it as root: modprobe -r portsock && "
			    "modprobe portsock)", module);
	else if (order > 0)
		error_print("newer module: %s, this reader is " PORTSOCK_VERSION
			    " (install the reader of the module's version)",
			    module);
}
