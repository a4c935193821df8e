// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "process.h"

/**
 * ps_process_read() - read a file of /proc/PID
 * @pid: process
 * @file: its name
 * @text: where it goes, without a NUL at its end
 * @size: bytes of @text
 *
 * Return: how many bytes came, -1 if it cannot be read.
 */
ssize_t ps_process_read(u32 pid, const char *file, char *text, size_t size)
{
	char path[64];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/%s", pid, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	len = read(fd, text, size);
	close(fd);
	return len;
}

/**
 * ps_process_text() - read a file of /proc/PID that is text
 * @pid: process
 * @file: its name
 * @text: where it goes, with a NUL at its end
 * @size: bytes of @text, the NUL's included
 *
 * Return: whether anything came.
 */
bool ps_process_text(u32 pid, const char *file, char *text, size_t size)
{
	ssize_t len = ps_process_read(pid, file, text, size - 1);

	if (len <= 0)
		return false;
	text[len] = '\0';
	return true;
}
