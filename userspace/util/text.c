// SPDX-License-Identifier: GPL-2.0
/*
 * Names are bytes to the kernel.  A terminal shows characters of the locale, and
 * obeys control characters.
 */
#include <langinfo.h>
#include <locale.h>
#include <string.h>
#include <wchar.h>

#include "text.h"
#include "utf8.h"
#include "../../module/format/put.h"

bool text_multibyte;

/**
 * text_is_utf8() - Return true if the locale's encoding is UTF-8
 *
 * Loading a locale costs as much as a hundred rows: it is loaded at the first
 * byte that is not ASCII.
 */
bool text_is_utf8(void)
{
	static enum { UNKNOWN, UTF8, OTHER } encoding;

	if (encoding == UNKNOWN)
		encoding = setlocale(LC_CTYPE, "") &&
			!strcmp(nl_langinfo(CODESET), "UTF-8") ? UTF8 : OTHER;
	return encoding == UTF8;
}

/*
 * Characters that a terminal does not show: they join, move or reverse those
 * beside them, or two names that differ by one look the same.
 */
static const struct {
	uint32_t first;
	uint32_t last;
} invisible[] = {
	{ 0xad, 0xad }, { 0x34f, 0x34f }, { 0x61c, 0x61c }, { 0x115f, 0x1160 },
	{ 0x17b4, 0x17b5 }, { 0x180b, 0x180f }, { 0x200b, 0x200f },
	{ 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0x3164, 0x3164 },
	{ 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 },
	{ 0xfff9, 0xfffb }, { 0x13430, 0x1343f }, { 0x1bca0, 0x1bca3 },
	{ 0x1d173, 0x1d17a }, { 0xe0000, 0x10ffff },
};

/*
 * Return the number of columns of a character on a terminal, -1 if it must not
 * be sent to one: control characters, and characters that are invisible.
 */
static int char_width(uint32_t c)
{
	unsigned int i;

	if (c < 0x80)
		return c < ' ' || c == 0x7f ? -1 : 1;
	for (i = 0; i < ARRAY_SIZE(invisible); i++)
		if (c >= invisible[i].first && c <= invisible[i].last)
			return -1;
	return wcwidth(c);
}

/**
 * text_put() - Write bytes as text that is safe on a terminal
 * @p: room for TEXT_ROOM times @len bytes
 * @bytes: any bytes
 * @len: length of @bytes
 *
 * Characters that the terminal shows are written as they are, any other byte as
 * \ooo.
 *
 * Return: Pointer past the text.
 */
char *text_put(char *p, const char *bytes, size_t len)
{
	unsigned int n;
	uint32_t c;

	while (len) {
		if (*bytes >= ' ' && *bytes <= '~') {
			n = 1;
			*p++ = *bytes;
		} else {
			n = utf8_decode(bytes, len, &c);
			if (n > 1 && text_is_utf8() && char_width(c) >= 0) {
				memcpy(p, bytes, n);
				p += n;
				text_multibyte = true;
			} else {
				n = 1;
				p = ps_put_octal(p, *bytes);
			}
		}
		bytes += n;
		len -= n;
	}
	return p;
}

/**
 * text_fit() - Return how many bytes of a text fit into a number of columns
 * @text: from text_put()
 * @len: length of @text in bytes
 * @width: columns
 *
 * Return: Number of bytes, which are whole characters.
 */
size_t text_fit(const char *text, size_t len, size_t width)
{
	size_t at = 0, used = 0;

	while (at < len) {
		uint32_t c;
		unsigned int n = utf8_decode(text + at, len - at, &c);
		int columns = n ? char_width(c) : 1;

		if (columns > 0 && used + columns > width)
			break;
		used += columns > 0 ? columns : 0;
		at += n ? n : 1;
	}
	return at;
}

/**
 * text_width() - Return the number of columns that a text takes
 * @text: from text_put()
 * @len: length of @text in bytes
 */
size_t text_width(const char *text, size_t len)
{
	size_t at, width = 0;
	unsigned int n;

	for (at = 0; at < len; at += n ? n : 1) {
		uint32_t c;
		int columns;

		n = utf8_decode(text + at, len - at, &c);
		columns = n ? char_width(c) : 1;
		width += columns > 0 ? columns : 0;
	}
	return width;
}
