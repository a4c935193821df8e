/* SPDX-License-Identifier: GPL-2.0 */
/* Parse the fields of a row. */
#ifndef PORTSOCK_VIEW_FIELD_H
#define PORTSOCK_VIEW_FIELD_H

#include "../../module/format/number.h"
#include "../../module/format/record.h"

/* A decimal number of up to 19 digits fits into a u64. */
#define SAFE_DIGITS	19

/**
 * struct field - A field of a row
 * @text: NUL-terminated
 * @len: length of @text in bytes
 */
struct field {
	char *text;
	size_t len;
};

#define KNOWN_ADDRESS_MAX	46	/* IPv6 with brackets, colon, short scope */

/**
 * struct known_address - Cache of the last address parsed in a column
 * @ip: address as in struct ps_end
 * @form: PS_FORM_INET or PS_FORM_INET6
 * @len: length of @text in bytes, 0 while the cache is empty
 * @text: the address as text, up to and with the colon before the port
 */
struct known_address {
	u8 ip[16];
	u8 form;
	u8 len;
	char text[KNOWN_ADDRESS_MAX];
};

/* Return true if a field is "-", the missing value. */
static __always_inline bool field_is_none(const struct field *f)
{
	return f->len == 1 && *f->text == PORTSOCK_NONE[0];
}

/**
 * field_take_digits() - Parse the decimal number at the start of a text
 * @cursor: text, moved past the digits
 * @value: result
 *
 * Return: True if there are 1 to SAFE_DIGITS digits.
 */
static __always_inline bool field_take_digits(const char **cursor, u64 *value)
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
	return digits && digits <= SAFE_DIGITS;
}

int field_parse_u32(const char *text, size_t len, u32 *value);
int field_unescape(char *text);
bool ip4_parse(const char **cursor, u8 ip[4]);
void known_address_set(struct known_address *known, const struct ps_end *end,
		       const char *text, size_t len);
int end_parse(const struct field *f, u8 proto, struct known_address *last,
		 struct ps_end *end);

#endif /* PORTSOCK_VIEW_FIELD_H */
