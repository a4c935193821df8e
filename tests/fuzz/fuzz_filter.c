// SPDX-License-Identifier: GPL-2.0
/*
 * A filter in the first line, rows in the others.  What is taken must be what
 * the words say: asked of each row, the answers must agree with each other.
 */
#include <stdbool.h>

#include "fuzz.h"
#include "../../module/filter.h"
#include "../../userspace/view/parse.h"

static void ask_about(const struct ps_filter *f, char *line)
{
	struct ps_layout layout;
	struct ps_record r;
	char *owners;

	PROMISE(!ps_parse_layout(LAYOUT, &layout));
	if (ps_parse_record(line, strlen(line), &layout, &r, &owners))
		return;
	/* What is kept while a snapshot is taken is all that may be shown. */
	PROMISE(!ps_filter_wants_row(f, &r) || ps_filter_wants_socket(f, &r));
	PROMISE(f->keys || ps_filter_wants_row(f, &r));
	if (ps_filter_has(f, PS_KEY_PORT) && ps_filter_wants_socket(f, &r))
		PROMISE(r.has & PS_HAS_PORT && ps_filter_wants_port(f, r.port));
}

#define ENOUGH	64	/* ports to go through, for each takes time */

/* The ports that are gone through are those that are wanted, in order. */
static void ask_ports(const struct ps_filter *f)
{
	u32 port, next, count = 0;

	if (!ps_filter_has(f, PS_KEY_PORT))
		return;
	for (port = 0; count < ENOUGH; port = next + 1, count++) {
		next = ps_filter_next_port(f, port);
		if (next == PS_NO_PORT)
			break;
		PROMISE(next >= port && ps_filter_wants_port(f, next));
	}
	PROMISE(count == ENOUGH || count == f->ports.count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size ? memchr(data, '\n', size) : NULL;
	size_t len = end ? (size_t)(end - data) : size;
	char *exact = malloc(len ? len : 1), *rows, *line, *rest;
	struct ps_filter *f = malloc(sizeof(*f));

	memcpy(exact, data, len);
	if (!ps_filter_parse(f, exact, len)) {
		ask_ports(f);
		rest = rows = fuzz_line(data + len, size - len);
		while ((line = strsep(&rest, "\n")))
			ask_about(f, line);
		free(rows);
	}
	free(f);
	free(exact);
	return 0;
}
