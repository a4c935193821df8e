// SPDX-License-Identifier: GPL-2.0
#include "number.h"

/* No number of up to 15 digits exceeds a u64, whichever the base. */
#define SHORT_DIGITS	15

static inline unsigned int digit_value(char c)
{
	unsigned char letter = c - 'a';
	unsigned char digit = c - '0';

	if (digit <= 9)
		return digit;
	return letter <= 5 ? letter + 10 : 16;
}

/* Parse without checks for overflow: @len is at most SHORT_DIGITS. */
static bool parse_short_number(const char *text, size_t len, unsigned int base,
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
 * ps_parse_u64() - Parse text that consists of one number
 * @text: digits, lower case if hexadecimal; no sign, no blank
 * @len: length of @text in bytes
 * @base: 8, 10 or 16
 * @max: largest value accepted
 * @value: result, unchanged on error
 *
 * Return: 0, -EINVAL if @text is not a number, -ERANGE if the number is
 * larger than @max.
 */
int ps_parse_u64(const char *text, size_t len, unsigned int base, u64 max,
		 u64 *value)
{
	bool over = false;
	u64 v = 0;
	size_t i;

	if (!len)
		return -EINVAL;
	if (len <= SHORT_DIGITS) {
		if (!parse_short_number(text, len, base, &v))
			return -EINVAL;
		if (v > max)
			return -ERANGE;
		*value = v;
		return 0;
	}
	/* Continue after an overflow: -EINVAL takes precedence. */
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
