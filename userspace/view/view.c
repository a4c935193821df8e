// SPDX-License-Identifier: GPL-2.0
/*
 * A view is read line by line.  Memory does not grow with the number of rows,
 * only with the longest of them.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../util/error.h"
#include "plain.h"
#include "version.h"
#include "view.h"
#include "../../module/format/names.h"

static int report_access(const struct view *v)
{
	if (!v->is_proc)
		return error_print("cannot read: %s: %s", v->name,
				   strerror(errno));
	switch (errno) {
	case ENOENT:
		return error_print("cannot read: %s: the module is not loaded "
				   "('modprobe portsock' or 'insmod "
				   "module/portsock.ko' as root)", v->name);
	case EACCES:
	case EPERM:
		return error_print("cannot read: %s: permission denied (run "
				   "'sudo portsock')", v->name);
	case EFBIG:
		return error_print("cannot read: %s: more sockets than "
				   "max_sockets (raise /sys/module/portsock/"
				   "parameters/max_sockets)", v->name);
	default:
		return error_print("cannot read: %s: %s (see dmesg)", v->name,
				   strerror(errno));
	}
}

static int report_not_view(const struct view *v, const char *reason)
{
	return error_print("not a portsock view: %s: %s (save one with 'cat "
			   PORTSOCK_PATH "')", v->name, reason);
}

static int report_truncated(const struct view *v)
{
	if (!v->layout.count)
		return error_print("truncated view: %s:%" PRIu64 ": ends before "
				   "the first row (save it again)", v->name,
				   v->lines.number);
	return error_print("truncated view: %s:%" PRIu64 ": %" PRIu64 " of %"
			   PRIu64 " sockets (save it again)", v->name,
			   v->lines.number, v->rows, v->header.sockets);
}

/* A later format has another number, or columns that were appended. */
static bool is_newer(const struct view *v)
{
	return v->header.version != PORTSOCK_FORMAT ||
		v->layout.later;
}

static int report_too_new(const struct view *v, const char *missing)
{
	return error_print("cannot read: %s: format %" PRIu32 " without %s of "
			   "format %d (install a newer portsock)", v->name,
			   v->header.version, missing, PORTSOCK_FORMAT);
}

/* @bad: result of row_parse() */
static int report_bad_row(const struct view *v, int bad)
{
	const char *remedy = v->is_proc ?
		"install the portsock of the module's version" :
		is_newer(v) ? "install a newer portsock" : "save it again";

	if (bad < 0)
		return error_print("invalid row: %s:%" PRIu64 ": expected %u "
				   "columns (%s)", v->name, v->lines.number,
				   v->layout.count, remedy);
	return error_print("invalid row: %s:%" PRIu64 ": %s is not of format "
			   "%d (%s)", v->name, v->lines.number,
			   ps_column_names[bad - 1].text, PORTSOCK_FORMAT,
			   remedy);
}

/* Return 1 with the next line, 0 at the end of the view, -1 after an error. */
static int next_line(struct view *v, char **line)
{
	int result = line_reader_next(&v->lines, line);

	switch (result) {
	case LINE_FAILED:
		return report_access(v);
	case LINE_NO_END:
		return report_not_view(v, "a line has no end");
	case LINE_BINARY:
		return report_not_view(v, "a line contains a NUL");
	case LINE_CUT:
		return report_truncated(v);
	default:
		return result;
	}
}

static int read_header(struct view *v)
{
	const char *magic = "# " PORTSOCK_MAGIC " ";
	const char *start;
	char *line;
	size_t len;
	int err;

	/* Check the first bytes first: the first line may have no end. */
	if (line_reader_look(&v->lines, strlen(magic), &start, &len))
		return report_access(v);
	if (!len)
		return report_not_view(v, "it is empty");
	if (len < strlen(magic) || memcmp(start, magic, strlen(magic)))
		return report_not_view(v, "it does not begin with '# "
				       PORTSOCK_MAGIC "'");
	if (next_line(v, &line) < 0)
		return -1;
	err = header_parse(line, &v->header);
	if (err == -EPROTO)
		return report_too_new(v, "the first line");
	if (err && strchr(line, '\r'))
		return report_not_view(v, "its lines end in CR LF (remove "
				       "them with tr -d '\\r')");
	if (err)
		return report_not_view(v, "its first line is not of format 1");
	return 0;
}

static int read_layout(struct view *v)
{
	char *line;
	int got = next_line(v, &line);

	if (!got)
		return report_truncated(v);
	if (got < 0)
		return -1;
	if (!layout_parse(line, &v->layout))
		return 0;
	if (v->header.version != PORTSOCK_FORMAT)
		return report_too_new(v, "all columns");
	return report_not_view(v, "its second line does not name each column "
			       "of format 1 once");
}

/*
 * Later versions append columns; the reader finds columns by their names.  This
 * is reported at the end of the view: after an error it would be a second line
 * about the same fact.
 */
static void report_version(struct view *v)
{
	if (v->version_reported)
		return;
	v->version_reported = true;
	if (is_newer(v))
		error_print("newer view: %s: unknown columns are left out "
			    "(install a newer portsock)", v->name);
	else if (v->is_proc)
		version_compare();
}

/**
 * view_open() - Open a view
 * @v: view, to be closed with view_close() in any case
 * @path: a saved view, "-" for standard input, NULL for /proc/portsock
 *
 * Return: 0, or -1 after an error message.
 */
int view_open(struct view *v, const char *path)
{
	struct stat st;

	memset(v, 0, sizeof(*v));
	buf_init(&v->kept, -1);
	v->is_proc = !path;
	v->lines.trusted = v->is_proc;
	v->name = path ? path : PORTSOCK_PATH;
	v->lines.fd = STDIN_FILENO;
	if (path && !strcmp(path, "-")) {
		v->name = "standard input";
	} else if (path) {
		v->lines.fd = open(path, O_RDONLY | O_CLOEXEC);
	} else {
		/* A user may lack permission to write; so does a ro mount. */
		v->lines.fd = open(v->name, O_RDWR | O_CLOEXEC);
		v->can_filter = v->lines.fd >= 0;
		if (v->lines.fd < 0 && (errno == EACCES || errno == EPERM ||
					errno == EROFS))
			v->lines.fd = open(v->name, O_RDONLY | O_CLOEXEC);
	}
	if (v->lines.fd < 0)
		return report_access(v);
	v->can_seek = v->is_proc ||
		(!fstat(v->lines.fd, &st) && S_ISREG(st.st_mode) &&
		 lseek(v->lines.fd, 0, SEEK_CUR) == 0);
	return 0;
}

/**
 * view_filter() - Set the filter of /proc/portsock, before the first read
 * @v: open view
 * @line: filter
 *
 * A saved view has no filter: all its rows are read.
 *
 * Return: 0, or -errno if the kernel refuses the filter; all rows are read
 * then.
 */
int view_filter(struct view *v, const char *line)
{
	if (!v->is_proc)
		return 0;
	if (!v->can_filter)
		return -EACCES;
	return write(v->lines.fd, line, strlen(line)) < 0 ? -errno : 0;
}

/**
 * view_begin() - Read the two header lines
 * @v: open view
 *
 * Return: 0, or -1 after an error message.
 */
int view_begin(struct view *v)
{
	line_reader_begin(&v->lines);
	v->rows = 0;
	v->bind_count = 0;
	v->layout.count = 0;
	if (read_header(v) || read_layout(v))
		return -1;
	v->keep_line &= v->layout.plain;
	return 0;
}

/**
 * view_again() - Take a new snapshot with the same filter
 * @v: view of /proc/portsock
 *
 * Return: 0, or -1 after an error message.
 */
int view_again(struct view *v)
{
	if (lseek(v->lines.fd, 0, SEEK_SET))
		return report_access(v);
	return view_begin(v);
}

/**
 * view_wait() - Sleep until the snapshot is out of date
 * @v: view of /proc/portsock
 * @milliseconds: timeout, -1 for none
 *
 * Some changes have no notification (doc/format.md, "Waiting for change"): use
 * a timeout if they matter.
 *
 * Return: 1 after a notification, 0 after the timeout or a signal, -1 after an
 * error message.
 */
int view_wait(struct view *v, int milliseconds)
{
	struct pollfd file = { .fd = v->lines.fd, .events = POLLPRI };
	int got = poll(&file, 1, milliseconds);

	if (got < 0 && errno != EINTR)
		return error_print("cannot wait: %s: %s", v->name,
				   strerror(errno));
	return got > 0;
}

/**
 * view_position() - Return the position of the row that is read next
 * @v: view with its header lines read
 */
struct view_position view_position(const struct view *v)
{
	return (struct view_position){
		.offset = v->lines.position + v->lines.start,
		.line = v->lines.number,
		.rows = v->rows,
	};
}

/**
 * view_seek() - Read rows of the same snapshot again
 * @v: view with @can_seek; /proc/portsock keeps its snapshot while it is open
 * @position: from view_position()
 *
 * Return: 0, or -1 after an error message.
 */
int view_seek(struct view *v, const struct view_position *position)
{
	if (line_reader_seek(&v->lines, position->offset, position->line))
		return report_access(v);
	v->rows = position->rows;
	return 0;
}

/**
 * view_close() - Close a view and free its memory
 * @v: view, also one that could not be opened
 */
void view_close(struct view *v)
{
	line_reader_free(&v->lines);
	free(v->row.owners);
	free(v->bind_rows);
	buf_free(&v->kept);
}

static int parse_owners(struct view *v, char *text)
{
	struct row *row = &v->row;
	size_t count = row->record.owners;

	row->holder = NULL;
	row->count = 0;
	if (v->no_owners)
		return 0;
	if (module_parse(text, &row->holder, &row->holder_len))
		return 0;
	if (*text == '[')
		return -1;
	if (count > v->owners_size) {
		v->owners_size = count + count / 2;
		row->owners = xrealloc(row->owners, v->owners_size *
				       sizeof(*row->owners));
	}
	while (row->count < count)
		if (owner_parse(&text, &row->owners[row->count++]) != 1)
			return -1;
	return 0;
}

static int read_row(struct view *v, char *line)
{
	size_t len = line_reader_len(&v->lines, line);
	char *owners, *end;
	int bad;

	if (v->rows == v->header.sockets)
		return error_print("invalid view: %s: more rows than the %"
				   PRIu64 " socket%s of its first line (save "
				   "it again)", v->name, v->header.sockets,
				   v->header.sockets == 1 ? "" : "s");
	v->row.line = NULL;
	if (v->keep_line) {	/* before parsing, which splits the line */
		v->kept.len = 0;
		end = plain_line(buf_room(&v->kept, len + 16), line, len);
		if (end && v->layout.count == PORTSOCK_COLUMNS_0_1)
			end = (char *)memcpy(end, " - - -", 6) + 6;
		v->row.line = end ? v->kept.data : NULL;
		v->row.line_len = end - v->kept.data;
	}
	if (v->keep_line ? !v->row.line :
	    !v->is_proc && !line_is_plain(line, len))
		return error_print("invalid row: %s:%" PRIu64 ": a byte is not "
				   "printable ASCII (save it again)", v->name,
				   v->lines.number);
	v->rows++;
	if (v->row.line && v->only_line && v->is_proc)
		return 1;
	bad = row_parse(line, len, &v->layout, &v->row.record, &owners);
	if (!bad && parse_owners(v, owners))
		bad = 1 + PORTSOCK_COL_OWNERS;
	return bad ? report_bad_row(v, bad) : 1;
}

/* Keep a row of bind=yes; such rows are comments to a reader of sockets. */
static void read_bind_row(struct view *v, char *line)
{
	struct ps_record r;
	char *owners;

	if (!v->keep_bind || strncmp(line, "# ", 2) ||
	    row_parse(line + 2, line_reader_len(&v->lines, line + 2),
		      &v->layout, &r, &owners))
		return;
	if (v->bind_count == v->bind_size) {
		v->bind_size = v->bind_size ? 2 * v->bind_size : 16;
		v->bind_rows = xrealloc(v->bind_rows, v->bind_size *
					sizeof(*v->bind_rows));
	}
	v->bind_rows[v->bind_count++] = r;
}

/**
 * view_next() - Read the next row
 * @v: view with its header lines read
 *
 * Return: 1 with the row in @v->row, 0 at the end of the view, -1 after an
 * error message.
 */
int view_next(struct view *v)
{
	char *line;
	int got;

	while ((got = next_line(v, &line)) > 0 && *line == '#')
		read_bind_row(v, line);
	if (got > 0)
		return read_row(v, line);
	if (!got && v->rows < v->header.sockets)
		return report_truncated(v);
	if (!got)
		report_version(v);
	return got;
}
