/* SPDX-License-Identifier: GPL-2.0 */
/* What rows are made of, on their way in. */
#ifndef PORTSOCK_VIEW_FIELD_H
#define PORTSOCK_VIEW_FIELD_H

#include "../../module/format/number.h"
#include "../../module/format/record.h"

/* What a u64 holds in any case: no number of so many digits is too large. */
#define PS_SAFE_DIGITS	19

/**
 * struct ps_field - a field of a row
 * @text: NUL-terminated
 * @len: bytes of @text
 */
struct ps_field {
	char *text;
	size_t len;
};

#define PS_KNOWN_IP_MAX	46	/* of IPv6, with brackets, a colon and a scope */

/**
 * struct ps_known_ip - an address that was read, and may well come again
 * @ip: as in struct ps_end
 * @form: PS_FORM_INET or PS_FORM_INET6
 * @len: bytes of @text, 0 if there is none
 * @text: how it is written, to the colon before the port
 */
struct ps_known_ip {
	u8 ip[16];
	u8 form;
	u8 len;
	char text[PS_KNOWN_IP_MAX];
};

/**
 * ps_field_is_none() - whether a field says that nothing is there
 * @f: field
 *
 * Context: any.
 * Return: whether it is "-".
 */
static __always_inline bool ps_field_is_none(const struct ps_field *f)
{
	return f->len == 1 && *f->text == PORTSOCK_NONE[0];
}

/**
 * ps_take_digits() - the decimal number that text begins with
 * @cursor: text, moved behind the number
 * @value: result
 *
 * Context: any.
 * Return: true; false if there is none, or it is too long.
 */
static __always_inline bool ps_take_digits(const char **cursor, u64 *value)
{
	const char *p = *cursor;
	u64 digit, v = 0;
	size_t digits;

	while ((digit = (u64)(unsigned char)*p - '0') <= 9) {
		v = v * 10 + digit;
		p++;
	}
	digits = p - *cursor;
	*cursor = p;
	*value = v;
	return digits && digits <= PS_SAFE_DIGITS;
}

int ps_parse_u32(const char *text, size_t len, u32 *value);
int ps_unescape(char *text);
int ps_parse_end(const struct ps_field *f, u8 proto, struct ps_known_ip *last,
		 struct ps_end *end);

#endif /* PORTSOCK_VIEW_FIELD_H */
