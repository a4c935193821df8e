// SPDX-License-Identifier: GPL-2.0
/*
 * For programs: JSON, one object (-J) or one object a line (-j), streamed.
 * After an error the object is left unfinished, so that nobody takes a part
 * for the whole.
 */
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "json.h"
#include "out.h"

static void print(void *text, const char *data, size_t len)
{
	ps_text_put(text, data, len);
}

static int lines_begin(struct ps_out *out)
{
	struct ps_json *j = ps_realloc(NULL, sizeof(*j));
	unsigned int i;

	memset(j, 0, sizeof(*j));
	out->state = j;
	ps_text_init(&j->word, -1);
	ps_text_make_room(&j->word, 1);
	j->gen = yajl_gen_alloc(NULL);
	if (!j->gen)
		return ps_error("out of memory: ask for less, or use --raw");
	yajl_gen_config(j->gen, yajl_gen_print_callback, print, &out->text);
	for (i = 0; i < out->columns->count; i++)
		j->shown |= 1U << out->columns->id[i];
	return 0;
}

static int lines_row(struct ps_out *out, const struct ps_row *row)
{
	struct ps_json *j = out->state;

	ps_json_socket(j, row);
	yajl_gen_reset(j->gen, NULL);
	ps_text_char(&out->text, '\n');
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
	struct ps_json *j;

	if (lines_begin(out))
		return -1;
	j = out->state;
	yajl_gen_map_open(j->gen);
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
	yajl_gen_array_open(j->gen);
	return 0;
}

static int json_row(struct ps_out *out, const struct ps_row *row)
{
	ps_json_socket(out->state, row);
	return 0;
}

static int json_end(struct ps_out *out)
{
	struct ps_json *j = out->state;

	yajl_gen_array_close(j->gen);
	yajl_gen_map_close(j->gen);
	ps_text_char(&out->text, '\n');
	return 0;
}

static void json_release(struct ps_out *out)
{
	struct ps_json *j = out->state;

	if (j->gen)
		yajl_gen_free(j->gen);
	ps_text_free(&j->word);
	free(j);
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
