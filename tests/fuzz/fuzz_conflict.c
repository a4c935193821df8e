// SPDX-License-Identifier: GPL-2.0
/*
 * Would bind() work?  The first row is the socket that is to be bound, the
 * others are there already; its INODE chooses the kernel.
 */
#include "fuzz.h"
#include "../../userspace/why/bind_rules.h"
#include "../../userspace/view/parse.h"

#define MOST	64

static const u32 kernels[] = {
	PS_KERNEL(5, 10), PS_KERNEL(6, 1), PS_KERNEL(6, 12), PS_KERNEL_NEWEST,
};

/* What the reader asks about. */
static bool is_bindable(const struct ps_record *r)
{
	return (r->proto == PORTSOCK_PROTO_TCP ||
		r->proto == PORTSOCK_PROTO_UDP) &&
		(r->local.form == PS_FORM_INET ||
		 r->local.form == PS_FORM_INET6);
}

static void ask(const struct ps_record *asked,
		const struct ps_record *const *made, size_t count)
{
	struct ps_bind b = {
		.local = asked->local,
		.netns = asked->netns,
		.uid = asked->uid,
		.flags = asked->flags & PS_BIND_FLAGS,
		.kernel = kernels[asked->inode % ARRAY_SIZE(kernels)],
		.proto = asked->proto,
	};
	bool *blocks = calloc(count + 1, sizeof(*blocks)), unsure;
	size_t i, found, named = 0;

	memcpy(b.dev, asked->dev, sizeof(b.dev));
	found = ps_conflict_find(&b, made, count, blocks, &unsure);
	for (i = 0; i < count; i++) {
		named += blocks[i];
		/* Who is not at that place is not in the way. */
		if (blocks[i])
			PROMISE(ps_conflict_rule(&b, made[i]) != PS_RULE_PLACE);
	}
	PROMISE(found == named);
	free(blocks);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *rows = fuzz_line(data, size), *rest = rows, *line, *owners;
	struct ps_record *r = malloc((MOST + 1) * sizeof(*r));
	const struct ps_record *made[MOST];
	struct ps_layout layout;
	size_t count = 0, i;

	PROMISE(!ps_parse_layout(LAYOUT, &layout));
	while (count <= MOST && (line = strsep(&rest, "\n")))
		if (!ps_parse_record(line, strlen(line), &layout, &r[count], &owners))
			count++;
	for (i = 1; i < count; i++)
		made[i - 1] = &r[i];
	if (count && is_bindable(r))
		ask(r, made, count - 1);
	free(r);
	free(rows);
	return 0;
}
