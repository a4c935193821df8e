// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "plain.h"

/**
 * ps_plain_line() - whether a line may be shown as it is
 * @line: line without its newline
 * @len: bytes of it
 *
 * It may if it holds no byte that a terminal obeys or a program does not
 * expect, and one blank between two words.
 *
 * Return: whether it may; a very short one may not.
 */
bool ps_plain_line(const char *line, size_t len)
{
	const u64 ones = 0x0101010101010101, highs = ones << 7;
	u64 bytes, blanks, bad = 0;
	size_t i;

	if (len < sizeof(bytes) || line[0] == ' ' || line[len - 1] == ' ')
		return false;
	/* Eight bytes at a time, the last of them again as the next first. */
	for (i = 0; i + 1 < len; i += sizeof(bytes) - 1) {
		if (i > len - sizeof(bytes))
			i = len - sizeof(bytes);
		memcpy(&bytes, line + i, sizeof(bytes));
		bad |= (bytes - ones * ' ') | (bytes + ones) | bytes;
		blanks = bytes ^ ones * ' ';
		blanks = ~(((blanks & ~highs) + ~highs) | blanks) & highs;
		bad |= (blanks & blanks << 8);
	}
	return !(bad & highs);
}
