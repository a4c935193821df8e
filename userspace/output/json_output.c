// SPDX-License-Identifier: GPL-2.0
/*
 * For programs: JSON, one object (-J) or one object a line (-j), streamed.
 * After an error the object is left unfinished, so that nobody takes a part
 * for the whole.
 */
#include <stdlib.h>

#include "../util/error.h"
#include "json.h"
#include "output.h"

/**
 * struct json_state - JSON, and what of each row stands in it
 * @json: values being written
 * @shown: columns, as bits
 */
struct json_state {
	struct json json;
	u32 shown;
};

static int lines_begin(struct output *out)
{
	struct json_state *state = xrealloc(NULL, sizeof(*state));
	unsigned int i;

	*state = (struct json_state){ .json.text = &out->text };
	out->state = state;
	for (i = 0; i < out->columns->count; i++)
		state->shown |= 1U << out->columns->id[i];
	return 0;
}

static int json_row(struct output *out, const struct row *row)
{
	struct json_state *state = out->state;

	json_socket(&state->json, row, state->shown, out->names);
	return 0;
}

static int lines_row(struct output *out, const struct row *row)
{
	struct json_state *state = out->state;

	json_row(out, row);
	buf_char(&out->text, '\n');
	state->json.comma = false;
	return 0;
}

static int lines_end(struct output *out)
{
	(void)out;
	return 0;
}

static int json_begin(struct output *out)
{
	const struct ps_header *h = out->header;
	struct json_state *state;
	struct json *j;

	lines_begin(out);
	state = out->state;
	j = &state->json;
	json_open(j, '{');
	json_key(j, PORTSOCK_MAGIC);
	json_u64(j, PORTSOCK_FORMAT);
	json_key(j, "netns");
	json_u64(j, h->netns);
	json_key(j, "pidns");
	json_u64(j, h->pidns);
	json_key(j, "at");
	json_u64(j, h->at);
	json_key(j, "took");
	json_u64(j, h->took);
	json_key(j, "sockets");
	json_open(j, '[');
	return 0;
}

static int json_end(struct output *out)
{
	struct json_state *state = out->state;

	json_close(&state->json, ']');
	json_close(&state->json, '}');
	buf_char(&out->text, '\n');
	return 0;
}

static void json_release(struct output *out)
{
	free(out->state);
}

const struct output_ops output_json = {
	.columns = &columns_all,
	.begin = json_begin,
	.row = json_row,
	.end = json_end,
	.release = json_release,
};

const struct output_ops output_jsonl = {
	.columns = &columns_all,
	.begin = lines_begin,
	.row = lines_row,
	.end = lines_end,
	.release = json_release,
};
