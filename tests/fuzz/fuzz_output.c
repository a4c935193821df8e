// SPDX-License-Identifier: GPL-2.0
/*
 * A view: any bytes, shown by each output.  The table and the tree contain every
 * row once, whatever its PARENT and whatever other rows are looked up for it.
 * They are the same if the lines of the first pass are kept, and if all rows are
 * read a second time.
 */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "quiet.h"
#include "../../userspace/output/table.h"
#include "../../userspace/show.h"

#define FIRST_INODE	1000000000000ULL	/* larger than any fd */

/* Number the rows by their inodes, which an output shows at the end of a line. */
static const struct output_ops *numbered;
static u64 rows;

static int number_row(struct output *out, const struct row *row)
{
	struct row copy = *row;

	copy.record.inode = FIRST_INODE + out->row_at.rows;
	rows = out->row_at.rows + 1;
	return numbered->row(out, &copy);
}

static int show_view(struct output *out, const char *path,
		const struct output_ops *ops, size_t lines_max)
{
	static const struct column_list last = {
		.count = 4, .chosen = 1U << PORTSOCK_COL_INODE,
		.id = { PORTSOCK_COL_LOCAL, PORTSOCK_COL_STATE,
			COL_PEER_OWNERS, PORTSOCK_COL_INODE },
	};
	bool people = ops == &output_table || ops == &output_tree;
	struct output_ops numbering = *ops;
	struct options options = { .out = ops };
	struct relations relations = { .available = false };
	struct names names;
	struct view view;
	int status = STATUS_ERROR;

	numbered = ops;
	numbering.row = number_row;
	table_lines_max = lines_max;
	table_sample = 1;	/* the same widths in one pass and in two */
	rows = 0;
	*out = (struct output){
		.ops = people ? &numbering : ops,
		.names = &names,
		.relations = &relations,
		.columns = people ? &last : ops->columns,
		.color = true,
		.names_whole = true,
	};
	names_init(&names, false);
	buf_init(&out->text, -1);
	if (!view_open(&view, path) && !view_begin(&view)) {
		relations_init(&relations, path, true, NULL);
		out->header = &view.header;
		status = show_rows(out, &view, &options);
	}
	view_close(&view);
	relations_renew(&relations);
	names_free(&names);
	return status;
}

/* Check that each number of a row ends one line. */
static void check_rows(const struct buf *text)
{
	u8 *seen = calloc(rows + 1, 1);
	const char *p = text->data, *end = p ? p + text->len : p, *newline;
	u64 number, count = 0;

	for (; p && p < end; p = newline + 1) {
		newline = memchr(p, '\n', end - p);
		REQUIRE(newline);
		for (p = newline; p > text->data && p[-1] >= '0' &&
		     p[-1] <= '9'; p--)
			;
		number = strtoull(p, NULL, 10);
		if (number < FIRST_INODE || number - FIRST_INODE >= rows)
			continue;
		REQUIRE(!seen[number - FIRST_INODE]);
		seen[number - FIRST_INODE] = 1;
		count++;
	}
	REQUIRE(count == rows);
	free(seen);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct output_ops *const all[] = {
		&output_table, &output_tree, &output_raw, &output_json,
		&output_jsonl,
	};
	int fd = memfd_create("view", MFD_CLOEXEC), status;
	struct output once, twice;
	char path[40];
	size_t i;

	setenv("LC_ALL", "C.UTF-8", 1);	/* lines of more than one byte */
	REQUIRE(write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	for (i = 0; i < sizeof(all) / sizeof(*all); i++) {
		status = show_view(&once, path, all[i], SIZE_MAX);
		if (i < 2 && status != STATUS_ERROR) {
			check_rows(&once.text);
			REQUIRE(show_view(&twice, path, all[i], 0) == status);
			REQUIRE(once.text.len == twice.text.len);
			REQUIRE(!once.text.len ||
				!memcmp(once.text.data, twice.text.data,
					once.text.len));
			buf_free(&twice.text);
		}
		buf_free(&once.text);
	}
	close(fd);
	return 0;
}
