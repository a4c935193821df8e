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

/* The sockets that the reader passes to conflict_find(). */
static bool is_bindable(const struct ps_record *r)
{
	return (r->proto == PORTSOCK_PROTO_TCP ||
		r->proto == PORTSOCK_PROTO_UDP) &&
		(r->local.form == PS_FORM_INET ||
		 r->local.form == PS_FORM_INET6);
}

static void check_conflicts(const struct ps_record *to_bind,
			    const struct ps_record *const *made, size_t count)
{
	struct bind_request b = {
		.local = to_bind->local,
		.netns = to_bind->netns,
		.uid = to_bind->uid,
		.flags = to_bind->flags & PS_BIND_FLAGS,
		.kernel = kernels[to_bind->inode % ARRAY_SIZE(kernels)],
		.proto = to_bind->proto,
	};
	bool *blocks = calloc(count + 1, sizeof(*blocks)), unsure;
	size_t i, found, blocking = 0;

	memcpy(b.dev, to_bind->dev, sizeof(b.dev));
	found = conflict_find(&b, made, count, blocks, &unsure);
	for (i = 0; i < count; i++) {
		blocking += blocks[i];
		/* A socket of another port never conflicts. */
		if (blocks[i])
			REQUIRE(conflict_rule(&b, made[i]) != RULE_PLACE);
	}
	REQUIRE(found == blocking);
	free(blocks);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *rows = fuzz_line(data, size), *rest = rows, *line, *owners;
	struct ps_record *r = malloc((MAX_SOCKETS + 1) * sizeof(*r));
	const struct ps_record *made[MAX_SOCKETS];
	struct layout layout;
	size_t count = 0, i;

	REQUIRE(!layout_parse(LAYOUT, &layout));
	while (count <= MAX_SOCKETS && (line = strsep(&rest, "\n")))
		if (!row_parse(line, strlen(line), &layout, &r[count],
				     &owners))
			count++;
	for (i = 1; i < count; i++)
		made[i - 1] = &r[i];
	if (count && is_bindable(r))
		check_conflicts(r, made, count - 1);
	free(r);
	free(rows);
	return 0;
}
