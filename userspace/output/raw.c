// SPDX-License-Identifier: GPL-2.0
/* For scripts: the columns of the view with one blank between two of them. */
#include <string.h>

#include "../../module/format/format.h"
#include "output.h"

static int raw_begin(struct output *out)
{
	unsigned int i;

	for (i = 0; out->headings && i < out->columns->count; i++) {
		const struct ps_name *name = column_name(out->columns->id[i]);

		if (i)
			buf_char(&out->text, ' ');
		buf_put(&out->text, name->text, name->len);
	}
	if (out->headings)
		buf_char(&out->text, '\n');
	return 0;
}

static int raw_row(struct output *out, const struct row *row)
{
	struct buf *t = &out->text;
	const struct row *peer;
	const char *name;
	unsigned int i;
	size_t len;
	char *p;

	if (row->line) {
		p = buf_room(t, row->line_len + 1);
		memcpy(p, row->line, row->line_len);
		p[row->line_len] = '\n';
		buf_done(t, p + row->line_len + 1);
		return 0;
	}
	for (i = 0; i < out->columns->count; i++) {
		u8 id = out->columns->id[i];

		if (i)
			buf_char(t, ' ');
		if (id == PORTSOCK_COL_OWNERS) {
			column_put_owners(t, row);
		} else if (id == COL_PEER_OWNERS) {
			peer = output_peer(out, row, &name);
			if (peer)
				column_put_owners(t, peer);
			else
				buf_word(t, name);
		} else if (id < PORTSOCK_NCOLUMNS) {
			p = buf_room(t, PS_RECORD_MAX);
			buf_done(t, column_put(p, &row->record, id));
		} else {
			name = names_column(out->names, id, row);
			len = name ? strlen(name) : 0;
			p = buf_room(t, len * 4 + 1);
			if (len)
				p = ps_put_escaped(p, name, len,
						   PS_ESCAPE_PATH);
			else
				*p++ = PORTSOCK_NONE[0];
			buf_done(t, p);
		}
	}
	buf_char(t, '\n');
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
	.release = raw_release,
};
