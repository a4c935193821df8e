// SPDX-License-Identifier: GPL-2.0
/*
 * Bind conflicts.  The first row is the socket to be bound, the other rows are
 * existing sockets; INODE of the first row selects the kernel.
 */
#include "fuzz.h"
#include "../../userspace/why/bind_rules.h"
#include "../../userspace/view/parse.h"

#define MAX_SOCKETS	64

static const u32 kernels[] = {
	KERNEL(5, 10), KERNEL(6, 1), KERNEL(6, 12), KERNEL_NEWEST,
};

/* The reader only requests these. */
static bool is_bindable(const struct ps_record *r)
{
	return (r->proto == PORTSOCK_PROTO_TCP ||
		r->proto == PORTSOCK_PROTO_UDP) &&
		(r->local.form == PS_FORM_INET ||
		 r->local.form == PS_FORM_INET6);
}

static void check_conflicts(const struct ps_record *to_bind,
			    const struct rowset *socks)
{
	struct bind_request b = {
		.local = to_bind->local,
		.netns = to_bind->netns,
		.uid = to_bind->uid,
		.flags = to_bind->flags & PS_BIND_FLAGS,
		.kernel = kernels[to_bind->inode % ARRAY_SIZE(kernels)],
		.proto = to_bind->proto,
	};
	bool *blocks = calloc(socks->count + 1, sizeof(*blocks)), guess;
	size_t i, found, blocking = 0;

	memcpy(b.dev, to_bind->dev, sizeof(b.dev));
	found = bind_find_conflicts(&b, socks, blocks, &guess);
	for (i = 0; i < socks->count; i++) {
		blocking += blocks[i];
		/* A socket of another port never conflicts. */
		if (blocks[i])
			REQUIRE(bind_rule_for(&b, &socks->rows[i].record) !=
				RULE_PLACE);
	}
	REQUIRE(found == blocking);
	free(blocks);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *lines = fuzz_line(data, size), *rest = lines, *line, *owners;
	struct row *rows = calloc(MAX_SOCKETS + 1, sizeof(*rows));
	struct layout layout;
	size_t count = 0;

	REQUIRE(!layout_parse(LAYOUT, &layout));
	while (count <= MAX_SOCKETS && (line = strsep(&rest, "\n")))
		if (!row_parse(line, strlen(line), &layout,
			       &rows[count].record, &owners))
			count++;
	if (count && is_bindable(&rows->record))
		check_conflicts(&rows->record, &(struct rowset){
			.rows = rows + 1, .count = count - 1,
		});
	free(rows);
	free(lines);
	return 0;
}
