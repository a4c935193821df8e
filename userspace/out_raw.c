// SPDX-License-Identifier: GPL-2.0
/* For scripts: the view's own words, one blank between them, streamed. */
#include <string.h>

#include "out.h"
#include "../module/format/put.h"

static int raw_begin(struct ps_out *out)
{
	unsigned int i;

	for (i = 0; out->headings && i < out->columns->count; i++) {
		const struct ps_name *name =
			ps_column_name(out->columns->id[i]);

		if (i)
			ps_text_char(&out->text, ' ');
		ps_text_put(&out->text, name->text, name->len);
	}
	if (out->headings)
		ps_text_char(&out->text, '\n');
	return 0;
}

static void put_own(struct ps_out *out, u8 id, const struct ps_row *row)
{
	const char *name = ps_names_column(out->names, id, row);
	size_t len = name ? strlen(name) : 0;
	char *p = ps_text_room(&out->text, len * 4 + 1);

	if (len)
		p = ps_put_escaped(p, name, len, PS_ESCAPE_PATH);
	else
		*p++ = PORTSOCK_NONE[0];
	ps_text_done(&out->text, p);
}

static int raw_row(struct ps_out *out, const struct ps_row *row)
{
	struct ps_fields f;
	unsigned int i;

	if (row->line) {
		char *p = ps_text_room(&out->text, row->line_len + 1);

		memcpy(p, row->line, row->line_len);
		p[row->line_len] = '\n';
		ps_text_done(&out->text, p + row->line_len + 1);
		return 0;
	}
	ps_columns_fields(&f, &row->record);
	for (i = 0; i < out->columns->count; i++) {
		u8 id = out->columns->id[i];

		if (i)
			ps_text_char(&out->text, ' ');
		if (id >= PORTSOCK_NCOLUMNS)
			put_own(out, id, row);
		else if (id == PORTSOCK_COL_OWNERS)
			ps_columns_owners(&out->text, row);
		else
			ps_text_put(&out->text, f.start[id], f.len[id]);
	}
	ps_text_char(&out->text, '\n');
	return 0;
}

static int raw_end(struct ps_out *out)
{
	(void)out;
	return 0;
}

static void raw_release(struct ps_out *out)
{
	(void)out;
}

const struct ps_out_ops ps_out_raw = {
	.columns = &ps_columns_all,
	.begin = raw_begin,
	.row = raw_row,
	.end = raw_end,
	.release = raw_release,
};
