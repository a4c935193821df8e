// SPDX-License-Identifier: GPL-2.0
/*
 * A row: what was parsed is formatted, and parsed again, and formatted again.
 * Both texts are the same, and so is what the two records say.
 */
#include "fuzz.h"
#include "../../module/format/format.h"
#include "../../userspace/view/parse.h"

/* A row and its owners as text; NULL if it is none.  The line is cut up. */
static char *again(char *line, struct ps_layout *layout, size_t size)
{
	char *text = malloc(PS_RECORD_MAX + 4 * size + PS_OWNER_MAX);
	char *owners, *p;
	const char *holder;
	struct ps_record r;
	struct ps_owner o;
	size_t len;
	int got = 0;

	if (ps_parse_record(line, strlen(line), layout, &r, &owners))
		goto none;
	p = ps_format_record(text, &r);
	PROMISE(p <= text + PS_RECORD_MAX);
	if (ps_parse_module(owners, &holder, &len)) {
		memcpy(p, owners, len + 2);
		p += len + 2;
	} else if (!r.owners) {
		*p++ = '-';
	}
	for (; r.owners && (got = ps_parse_owner(&owners, &o)) > 0; *p++ = ',')
		p = ps_format_owner(p, &o);
	if (got < 0)
		goto none;
	p -= p[-1] == ',';
	*p = '\0';
	return text;
none:
	free(text);
	return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = fuzz_line(data, size), *first, *copy, *second;
	struct ps_layout layout;

	PROMISE(!ps_parse_layout(LAYOUT, &layout));
	first = again(line, &layout, size);
	if (first) {
		copy = fuzz_line(first, strlen(first));
		second = again(copy, &layout, strlen(first));
		PROMISE(second && !strcmp(first, second));
		free(second);
		free(copy);
	}
	free(first);
	free(line);
	return 0;
}
