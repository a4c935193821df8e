// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "../util/error.h"
#include "version.h"
#include "../../module/uapi/portsock.h"

#define MODULE_VERSION_FILE	"/sys/module/portsock/version"

/**
 * version_of_module() - which module is loaded
 * @version: becomes its MODULE_VERSION; empty if that is not known
 *
 * Return: whether it is known.
 */
bool version_of_module(char version[VERSION_MAX])
{
	FILE *file = fopen(MODULE_VERSION_FILE, "re");
	size_t len = 0;

	if (file) {
		len = fread(version, 1, VERSION_MAX - 1, file);
		fclose(file);
	}
	if (len && version[len - 1] == '\n')
		len--;
	version[len] = '\0';
	return len;
}

/**
 * version_compare() - say so when the module is another version's
 *
 * One that is older stays loaded after an upgrade, until somebody takes it out.
 * Its rows are read by the names of their columns: no error, but good to know.
 */
void version_compare(void)
{
	char module[VERSION_MAX];
	int order;

	if (!version_of_module(module))
		return;
	order = strverscmp(module, PORTSOCK_VERSION);
	if (order < 0)
		error_print("the module that is loaded is %s, older than this "
			 "reader (" PORTSOCK_VERSION "): 'modprobe -r portsock "
			 "&& modprobe portsock' as root loads the one that is "
			 "installed", module);
	else if (order > 0)
		error_print("the module that is loaded is %s, newer than this "
			 "reader (" PORTSOCK_VERSION "): install the reader that "
			 "came with it", module);
}
