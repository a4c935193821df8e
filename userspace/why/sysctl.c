// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "sysctl.h"

/**
 * sysctl_read() - Read a file of /proc or /sys
 * @path: path
 * @text: result, NUL-terminated; empty if that fails
 * @size: bytes of @text
 *
 * Return: bytes of the text.
 */
size_t sysctl_read(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? 0 : read(fd, text, size - 1);

	len = len > 0 ? len : 0;
	text[len] = '\0';
	if (fd >= 0)
		close(fd);
	return len;
}

/* Return the number in a file, @otherwise if it cannot be read. */
u32 sysctl_number(const char *path, u32 otherwise)
{
	char text[16];

	return sysctl_read(path, text, sizeof(text)) ?
		strtoul(text, NULL, 10) : otherwise;
}

/* Return ip_local_reserved_ports, valid until the next call. */
char *sysctl_reserved_ports(void)
{
	static char list[1 << 16];

	sysctl_read(SYSCTL_NET "ipv4/ip_local_reserved_ports", list,
		    sizeof(list));
	return list;
}

/**
 * sysctl_next_range() - Parse a port or a range of ports
 * @ranges: text, separated by commas; points to the next one afterwards
 * @first: result
 * @last: result
 *
 * Return: false at the end of the text.
 */
bool sysctl_next_range(char **ranges, u32 *first, u32 *last)
{
	char *p = *ranges;

	if (*p < '0' || *p > '9')
		return false;
	*first = *last = strtoul(p, &p, 10);
	if (*p == '-')
		*last = strtoul(p + 1, &p, 10);
	*ranges = p + (*p == ',');
	return true;
}
