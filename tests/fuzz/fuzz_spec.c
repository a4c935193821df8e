// SPDX-License-Identifier: GPL-2.0
/*
 * Words for ports, addresses and unix sockets, a list in each line.  A word
 * that is valid is written back and parsed to the same.
 */
#include "fuzz.h"
#include "../../userspace/resolve/lookup.h"
#include "../../userspace/resolve/spec.h"

/* The same on each machine, and without queries to a name server. */
u16 lookup_service(const char *name, enum portsock_proto proto)
{
	return *name == 's' ? 22 + proto % 2 : 0;
}

void lookup_host(const char *name, struct endpoints *to)
{
	struct endpoint ip6 = { .form = PS_FORM_INET6, .ip = { [15] = 1 } };
	struct endpoint ip4 = { .form = PS_FORM_INET, .ip = { 127, 0, 0, 1 } };

	if (*name == 'l')
		endpoints_append(to, &ip6);
	if (*name != 'x')
		endpoints_append(to, &ip4);
}

static void check_endpoint(const struct endpoint *e, u64 services)
{
	struct endpoints again = { .count = 0 };
	struct selection sel = { .protos = 0 };
	struct row row = { .count = 0 };
	struct buf t;

	REQUIRE(e->first <= e->last);
	buf_init(&t, -1);
	endpoint_put(&t, e);
	buf_char(&t, '\0');
	REQUIRE(strlen(t.data) == t.len - 1);
	REQUIRE(spec_length(t.data) == t.len - 1);
	REQUIRE(spec_parse(t.data, t.len - 1, services, &again) == SPEC_OK);
	REQUIRE(again.count == 1);
	REQUIRE(!memcmp(&again.list[0], e, sizeof(*e)));
	selection_local(&sel, e);
	selection_remote(&sel, e);
	(void)selection_row(&sel, &row);
	selection_free(&sel);
	free(again.list);
	buf_free(&t);
}

static void check_words(const char *words)
{
	const u64 services = selection_inet_protos();
	struct endpoints found = { .count = 0 };
	size_t len, before, i;

	for (;; words += len + 1) {
		len = spec_length(words);
		before = found.count;
		if (spec_parse(words, len, services, &found))
			REQUIRE(found.count == before);
		else
			REQUIRE(found.count > before);
		if (!words[len])
			break;
	}
	for (i = 0; i < found.count; i++)
		check_endpoint(&found.list[i], services);
	free(found.list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_line(data, size), *rest = text, *line;

	while ((line = strsep(&rest, "\n"))) {
		char *exact = fuzz_line(line, strlen(line));

		check_words(exact);
		free(exact);
	}
	free(text);
	return 0;
}
