// SPDX-License-Identifier: GPL-2.0
/*
 * A row: parse and format it twice.  Both texts, and so both records, must be
 * equal.  The first time no tail is cached, so the row is parsed by its words.
 * The second time a usual row of TCP or UDP is parsed in one pass.
 */
#include "fuzz.h"
#include "../../module/format/format.h"
#include "../../userspace/view/parse.h"

/* Parse and format a row with its owners; NULL if it is invalid. */
static char *reformat(char *line, struct layout *layout, size_t size)
{
	char *text = malloc(PS_RECORD_MAX + 4 * size + PS_OWNER_MAX +
			    PS_BACK_MAX);
	char *owners, *p;
	const char *module;
	struct ps_record r;
	struct ps_owner o;
	size_t len;
	int got = 0;

	if (row_parse(line, strlen(line), layout, &r, &owners))
		goto invalid;
	p = ps_format_record(text, &r);
	REQUIRE(p <= text + PS_RECORD_MAX);
	if (module_parse(owners, &module, &len)) {
		memcpy(p, owners, len + 2);
		p += len + 2;
	} else if (!r.owners) {
		*p++ = '-';
	}
	for (; r.owners && (got = owner_parse(&owners, &o)) > 0; *p++ = ',')
		p = ps_format_owner(p, &o);
	if (got < 0)
		goto invalid;
	p -= p[-1] == ',';
	p = ps_format_back(p, &r);
	*p = '\0';
	return text;
invalid:
	free(text);
	return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = fuzz_line(data, size), *first, *copy, *second;
	struct layout layout;

	REQUIRE(!layout_parse(LAYOUT, &layout));
	first = reformat(line, &layout, size);
	copy = fuzz_line(data, size);
	second = reformat(copy, &layout, size);
	REQUIRE(first ? second && !strcmp(first, second) : !second);
	free(second);
	free(copy);
	if (first) {
		copy = fuzz_line(first, strlen(first));
		second = reformat(copy, &layout, strlen(first));
		REQUIRE(second && !strcmp(first, second));
		free(second);
		free(copy);
	}
	free(first);
	free(line);
	return 0;
}
