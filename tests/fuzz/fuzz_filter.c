// SPDX-License-Identifier: GPL-2.0
/*
 * A filter in the first line, rows in the others.  The results of the filter
 * functions for one row must be consistent.
 */
#include <stdbool.h>

#include "fuzz.h"
#include "../../module/filter.h"
#include "../../userspace/view/parse.h"

static void check_row(const struct ps_filter *f, char *line)
{
	struct layout layout;
	struct ps_record r;
	char *owners;

	REQUIRE(!layout_parse(LAYOUT, &layout));
	if (row_parse(line, strlen(line), &layout, &r, &owners))
		return;
	/* A row dropped during the snapshot cannot be shown. */
	REQUIRE(!ps_filter_wants_row(f, &r) || ps_filter_wants_socket(f, &r));
	REQUIRE(f->keys || ps_filter_wants_row(f, &r));
	if (ps_filter_has(f, PS_KEY_PORT) && ps_filter_wants_socket(f, &r))
		REQUIRE(r.has & PS_HAS_PORT && ps_filter_wants_port(f, r.port));
}

#define MAX_PORTS	64	/* bounds the time of a run */

/* The iterator returns the selected ports in ascending order. */
static void check_ports(const struct ps_filter *f)
{
	u32 port, next, count = 0;

	if (!ps_filter_has(f, PS_KEY_PORT))
		return;
	for (port = 0; count < MAX_PORTS; port = next + 1, count++) {
		next = ps_filter_next_port(f, port);
		if (next == PS_NO_PORT)
			break;
		REQUIRE(next >= port && ps_filter_wants_port(f, next));
	}
	REQUIRE(count == MAX_PORTS || count == f->ports.count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size ? memchr(data, '\n', size) : NULL;
	size_t len = end ? (size_t)(end - data) : size;
	char *exact = malloc(len ? len : 1), *rows, *line, *rest;
	struct ps_filter *f = malloc(sizeof(*f));

	memcpy(exact, data, len);
	if (!ps_filter_parse(f, exact, len)) {
		check_ports(f);
		rest = rows = fuzz_line(data + len, size - len);
		while ((line = strsep(&rest, "\n")))
			check_row(f, line);
		free(rows);
	}
	free(f);
	free(exact);
	return 0;
}
