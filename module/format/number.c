// SPDX-License-Identifier: GPL-2.0
#include "number.h"

static inline unsigned int digit_value(char c)
{
	unsigned char letter = c - 'a';
	unsigned char digit = c - '0';

	if (digit <= 9)
		return digit;
	return letter <= 5 ? letter + 10 : 16;
}

/* Most numbers are too short to be too large for a u64, in any base. */
#define SAFE_DIGITS	15

static bool parse_short(const char *text, size_t len, unsigned int base,
			u64 *value)
{
	u64 v = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned int digit = digit_value(text[i]);

		if (digit >= base)
			return false;
		v = v * base + digit;
	}
	*value = v;
	return true;
}

/**
 * ps_parse_u64() - a number that is the whole text
 * @text: digits, lower case if hexadecimal; no sign, no blank
 * @len: of @text, in bytes
 * @base: 8, 10 or 16
 * @max: the largest that is accepted
 * @value: result
 *
 * Context: any.
 * Return: 0, -EINVAL if it is no number, -ERANGE if it is larger than @max.
 */
int ps_parse_u64(const char *text, size_t len, unsigned int base, u64 max,
		 u64 *value)
{
	bool over = false;
	u64 v = 0;
	size_t i;

	if (!len)
		return -EINVAL;
	if (len <= SAFE_DIGITS) {
		if (!parse_short(text, len, base, &v))
			return -EINVAL;
		if (v > max)
			return -ERANGE;
		*value = v;
		return 0;
	}
	for (i = 0; i < len; i++) {
		unsigned int digit = digit_value(text[i]);

		if (digit >= base)
			return -EINVAL;
		if (digit > max || v > (max - digit) / base)
			over = true;
		else
			v = v * base + digit;
	}
	if (over)
		return -ERANGE;
	*value = v;
	return 0;
}
