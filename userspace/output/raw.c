// SPDX-License-Identifier: GPL-2.0
/* For scripts: the view's own words, one blank between them, streamed. */
#include <string.h>

#include "output.h"
#include "../../module/format/put.h"

static int raw_begin(struct output *out)
{
	unsigned int i;

	for (i = 0; out->headings && i < out->columns->count; i++) {
		const struct ps_name *name =
			column_name(out->columns->id[i]);

		if (i)
			buf_char(&out->text, ' ');
		buf_put(&out->text, name->text, name->len);
	}
	if (out->headings)
		buf_char(&out->text, '\n');
	return 0;
}

static void put_own(struct output *out, u8 id, const struct row *row)
{
	const char *name = names_column(out->names, id, row);
	size_t len = name ? strlen(name) : 0;
	char *p = buf_room(&out->text, len * 4 + 1);

	if (len)
		p = ps_put_escaped(p, name, len, PS_ESCAPE_PATH);
	else
		*p++ = PORTSOCK_NONE[0];
	buf_done(&out->text, p);
}

static int raw_row(struct output *out, const struct row *row)
{
	struct row_fields f;
	unsigned int i;

	if (row->line) {
		char *p = buf_room(&out->text, row->line_len + 1);

		memcpy(p, row->line, row->line_len);
		p[row->line_len] = '\n';
		buf_done(&out->text, p + row->line_len + 1);
		return 0;
	}
	columns_fields(&f, &row->record);
	for (i = 0; i < out->columns->count; i++) {
		u8 id = out->columns->id[i];

		if (i)
			buf_char(&out->text, ' ');
		if (id >= PORTSOCK_NCOLUMNS)
			put_own(out, id, row);
		else if (id == PORTSOCK_COL_OWNERS)
			columns_owners(&out->text, row);
		else
			buf_put(&out->text, f.start[id], f.len[id]);
	}
	buf_char(&out->text, '\n');
	return 0;
}

static int raw_end(struct output *out)
{
	(void)out;
	return 0;
}

static void raw_release(struct output *out)
{
	(void)out;
}

const struct output_ops output_raw = {
	.columns = &columns_all,
	.begin = raw_begin,
	.row = raw_row,
	.end = raw_end,
	.release = raw_release,
};
