// SPDX-License-Identifier: GPL-2.0
/*
 * For programs: JSON, one object (-J) or one object a line (-j), streamed.
 * After an error the object is left unfinished, so that nobody takes a part
 * for the whole.
 */
#include <stdlib.h>

#include "error.h"
#include "json.h"
#include "out.h"

/**
 * struct json_state - JSON, and what of each row stands in it
 * @json: values being written
 * @shown: columns, as bits
 */
struct json_state {
	struct ps_json json;
	u32 shown;
};

static int lines_begin(struct ps_out *out)
{
	struct json_state *state = ps_realloc(NULL, sizeof(*state));
	unsigned int i;

	*state = (struct json_state){ .json.text = &out->text };
	out->state = state;
	for (i = 0; i < out->columns->count; i++)
		state->shown |= 1U << out->columns->id[i];
	return 0;
}

static int json_row(struct ps_out *out, const struct ps_row *row)
{
	struct json_state *state = out->state;

	ps_json_socket(&state->json, row, state->shown, out->names);
	return 0;
}

static int lines_row(struct ps_out *out, const struct ps_row *row)
{
	struct json_state *state = out->state;

	json_row(out, row);
	ps_text_char(&out->text, '\n');
	state->json.comma = false;
	return 0;
}

static int lines_end(struct ps_out *out)
{
	(void)out;
	return 0;
}

static int json_begin(struct ps_out *out)
{
	const struct ps_header *h = out->header;
	struct json_state *state;
	struct ps_json *j;

	lines_begin(out);
	state = out->state;
	j = &state->json;
	ps_json_open(j, '{');
	ps_json_key(j, PORTSOCK_MAGIC);
	ps_json_u64(j, PORTSOCK_FORMAT);
	ps_json_key(j, "netns");
	ps_json_u64(j, h->netns);
	ps_json_key(j, "pidns");
	ps_json_u64(j, h->pidns);
	ps_json_key(j, "at");
	ps_json_u64(j, h->at);
	ps_json_key(j, "took");
	ps_json_u64(j, h->took);
	ps_json_key(j, "sockets");
	ps_json_open(j, '[');
	return 0;
}

static int json_end(struct ps_out *out)
{
	struct json_state *state = out->state;

	ps_json_close(&state->json, ']');
	ps_json_close(&state->json, '}');
	ps_text_char(&out->text, '\n');
	return 0;
}

static void json_release(struct ps_out *out)
{
	free(out->state);
}

const struct ps_out_ops ps_out_json = {
	.columns = &ps_columns_all,
	.begin = json_begin,
	.row = json_row,
	.end = json_end,
	.release = json_release,
};

const struct ps_out_ops ps_out_jsonl = {
	.columns = &ps_columns_all,
	.begin = lines_begin,
	.row = lines_row,
	.end = lines_end,
	.release = json_release,
};
