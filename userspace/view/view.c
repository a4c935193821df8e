// SPDX-License-Identifier: GPL-2.0
/*
 * A view is taken line by line: memory does not grow with the number of rows,
 * only with the longest of them.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../util/error.h"
#include "plain.h"
#include "view.h"
#include "version.h"
#include "../../module/format/names.h"

static int no_access(const struct view *s)
{
	if (!s->is_proc)
		return error_print("cannot read %s: %s", s->name, strerror(errno));
	if (errno == ENOENT)
		return error_print("no %s: the module is not loaded; "
				"'modprobe portsock' or "
				"'insmod module/portsock.ko' as root loads it",
				s->name);
	if (errno == EACCES || errno == EPERM)
		return error_print("no permission to read %s: run it as root "
				"(sudo portsock)", s->name);
	if (errno == EFBIG)
		return error_print("more sockets than the module gathers: raise "
				"/sys/module/portsock/parameters/max_sockets");
	return error_print("cannot read %s: %s; the kernel's log (dmesg) may say "
			"more", s->name, strerror(errno));
}

static int not_a_view(const struct view *s, const char *why)
{
	return error_print("%s is not a portsock view: %s; a view is saved with "
			"'cat " PORTSOCK_PATH "'", s->name, why);
}

static int truncated(const struct view *s)
{
	if (!s->layout.count)
		return error_print("%s is truncated at line %" PRIu64 ": it ends "
				"before its first row; save it again", s->name,
				s->lines.number);
	return error_print("%s is truncated at line %" PRIu64 ": it has %" PRIu64
			" of %" PRIu64 " sockets; save it again", s->name,
			s->lines.number, s->rows, s->header.sockets);
}

/* What line_reader_next() found instead of a line. */
static int no_line(struct view *s, int found)
{
	switch (found) {
	case LINE_NO_END:
		return not_a_view(s, "a line has no end");
	case LINE_BINARY:
		return not_a_view(s, "it is binary");
	case LINE_CUT:
		return truncated(s);
	default:
		return no_access(s);
	}
}

/* The next line: 1; 0 at the end of the view; -1 when it cannot be told. */
static int next_line(struct view *s, char **line)
{
	int found = line_reader_next(&s->lines, line);

	return found < 0 ? no_line(s, found) : found;
}

/* The first line, whether or not it has an end. */
static int first_line(struct view *s, char **line)
{
	const char *magic = "# " PORTSOCK_MAGIC " ";
	const char *start;
	size_t len;

	if (line_reader_look(&s->lines, strlen(magic), &start, &len))
		return no_access(s);
	if (!len)
		return not_a_view(s, "it is empty");
	if (len < strlen(magic) || memcmp(start, magic, strlen(magic)))
		return not_a_view(s, "it does not begin with '# "
				  PORTSOCK_MAGIC "'");
	return next_line(s, line);
}

/* By its number, or by columns that were appended. */
static bool is_newer(const struct view *s)
{
	return s->header.version != PORTSOCK_FORMAT ||
		s->layout.count > PORTSOCK_NCOLUMNS;
}

static int too_new(const struct view *s, const char *what)
{
	return error_print("%s is of format %" PRIu32 " and has not %s of format "
			"%d, which this portsock knows: install a newer one",
			s->name, s->header.version, what, PORTSOCK_FORMAT);
}

static int read_header(struct view *s)
{
	char *line;
	int err;

	if (first_line(s, &line) < 0)
		return -1;
	err = header_parse(line, &s->header);
	if (err == -EPROTO)
		return too_new(s, "the first line");
	if (err && strchr(line, '\r'))
		return not_a_view(s, "its lines end in CR LF (tr -d '\\r' "
				  "removes that)");
	if (err)
		return not_a_view(s, "its first line is not format 1's");
	return 0;
}

static int read_layout(struct view *s)
{
	char *line;
	int got = next_line(s, &line);

	if (!got)
		return truncated(s);
	if (got < 0)
		return -1;
	if (!layout_parse(line, &s->layout))
		return 0;
	if (s->header.version != PORTSOCK_FORMAT)
		return too_new(s, "all columns");
	return not_a_view(s, "its second line does not name each of "
			  "format 1's columns once");
}

/*
 * Later versions append columns; the others are read by their names.  To be
 * called at the end: after an error it would be a second line about one thing.
 */
static void tell_if_other(struct view *s)
{
	if (s->told)
		return;
	s->told = true;
	if (is_newer(s))
		error_print("%s is newer than this portsock: columns that it does "
			 "not know are left out", s->name);
	else if (s->is_proc)
		version_compare();
}

/* Without permission to write, or on a read-only mount, there is no filter. */
static int open_proc(struct view *s)
{
	int fd = open(s->name, O_RDWR | O_CLOEXEC);

	s->can_filter = fd >= 0;
	if (fd < 0 && (errno == EACCES || errno == EPERM || errno == EROFS))
		fd = open(s->name, O_RDONLY | O_CLOEXEC);
	return fd;
}

/**
 * view_open() - open a view
 * @s: source
 * @path: file, "-" for standard input, NULL for the kernel's
 *
 * Return: 0, or -1 when it cannot be opened; that has been said then.
 */
int view_open(struct view *s, const char *path)
{
	memset(s, 0, sizeof(*s));
	s->is_proc = !path;
	s->lines.trusted = s->is_proc;
	s->name = path ? path : PORTSOCK_PATH;
	s->lines.fd = STDIN_FILENO;
	if (path && !strcmp(path, "-"))
		s->name = "standard input";
	else
		s->lines.fd = path ? open(path, O_RDONLY | O_CLOEXEC) :
			open_proc(s);
	if (s->lines.fd < 0)
		return no_access(s);
	buf_init(&s->kept, -1);
	return 0;
}

/**
 * view_filter() - ask the kernel for less, before the first read
 * @s: source that was opened
 * @line: what is asked for, in the words of /proc/portsock's filter
 *
 * Return: 0, or -errno when the kernel does not take it: all rows come then.
 * A saved view has what it has.
 */
int view_filter(struct view *s, const char *line)
{
	if (!s->is_proc)
		return 0;
	if (!s->can_filter)
		return -EACCES;
	return write(s->lines.fd, line, strlen(line)) < 0 ? -errno : 0;
}

/**
 * view_begin() - read a view's two first lines
 * @s: source that was opened
 *
 * Return: 0, or -1 when it cannot be read or is none; that has been said then.
 */
int view_begin(struct view *s)
{
	line_reader_begin(&s->lines);
	s->rows = 0;
	s->bind_count = 0;
	s->layout.count = 0;
	if (read_header(s) || read_layout(s))
		return -1;
	s->keep_line &= s->layout.usual &&
		s->layout.count == PORTSOCK_NCOLUMNS;
	return 0;
}

/**
 * view_again() - take a new snapshot, with the same filter
 * @s: open source, the kernel's
 *
 * Return: 0, or -1 when it cannot be read; that has been said then.
 */
int view_again(struct view *s)
{
	if (lseek(s->lines.fd, 0, SEEK_SET))
		return no_access(s);
	return view_begin(s);
}

/**
 * view_wait() - sleep until what was read is out of date
 * @s: open source, the kernel's
 * @milliseconds: but no longer, -1 for any time
 *
 * What is not announced (doc/format.md, "Waiting for change") does not
 * end the wait: do not wait for ever where that matters.
 *
 * Return: 1 when something has changed: view_again() tells what; 0 when
 * the time is over or a signal came; -1 when it cannot be waited for; that has
 * been said then.
 */
int view_wait(struct view *s, int milliseconds)
{
	struct pollfd file = { .fd = s->lines.fd, .events = POLLPRI };
	int got = poll(&file, 1, milliseconds);

	if (got < 0 && errno != EINTR)
		return error_print("cannot wait for %s: %s", s->name,
				strerror(errno));
	return got > 0;
}

/**
 * view_close() - close a view and give back its memory
 * @s: source, also one that could not be opened
 */
void view_close(struct view *s)
{
	line_reader_free(&s->lines);
	free(s->row.owners);
	free(s->bind_rows);
	buf_free(&s->kept);
}

static void more_owners(struct view *s)
{
	s->owners_size = s->owners_size ? s->owners_size * 2 : 64;
	s->row.owners = xrealloc(s->row.owners, s->owners_size *
				   sizeof(*s->row.owners));
}

static int take_owners(struct view *s, char *text)
{
	struct row *row = &s->row;
	size_t count = row->record.owners;

	row->holder = NULL;
	row->count = 0;
	if (module_parse(text, &row->holder, &row->holder_len))
		return 0;
	if (*text == '[')
		return -1;
	while (row->count < count) {
		if (row->count == s->owners_size)
			more_owners(s);
		if (owner_parse(&text, &row->owners[row->count++]) != 1)
			return -1;
	}
	return 0;
}

static const char *what_to_do(const struct view *s)
{
	if (s->is_proc)
		return "install the portsock that came with the module";
	return is_newer(s) ? "install a newer portsock" : "save it again";
}

/* @bad is what row_parse() returned. */
static int bad_row(const struct view *s, int bad)
{
	if (bad < 0)
		return error_print("line %" PRIu64 " of %s has not the %u columns "
				"that its second line names: %s", s->lines.number,
				s->name, s->layout.count, what_to_do(s));
	return error_print("line %" PRIu64 " of %s: what stands under %s is not "
			"of format %d: %s", s->lines.number, s->name,
			ps_column_names[bad - 1].text, PORTSOCK_FORMAT,
			what_to_do(s));
}

/* Reading a row cuts it up. */
static void keep_line(struct view *s, const char *line, size_t len)
{
	char *end;

	s->row.line = NULL;
	if (!s->keep_line)
		return;
	s->kept.len = 0;
	end = plain_line(buf_room(&s->kept, len), line, len);
	if (!end)
		return;
	s->row.line = s->kept.data;
	s->row.line_len = end - s->kept.data;
}

static int take_row(struct view *s, char *line)
{
	size_t len = line_reader_len(&s->lines, line);
	char *owners;
	int bad;

	if (s->rows == s->header.sockets)
		return error_print("%s has more rows than the %" PRIu64
				" sockets of its first line: save it again",
				s->name, s->header.sockets);
	keep_line(s, line, len);
	if (s->row.line && s->only_line && s->is_proc) {
		s->rows++;
		return 1;
	}
	bad = row_parse(line, len, &s->layout, &s->row.record, &owners);
	if (!bad && take_owners(s, owners))
		bad = 1 + PORTSOCK_COL_OWNERS;
	if (bad)
		return bad_row(s, bad);
	s->rows++;
	return 1;
}

/* What bind() compares with beside sockets is in rows that are metadata. */
static void take_bind_row(struct view *s, char *line)
{
	struct ps_record r;
	char *owners;

	if (!s->keep_bind || strncmp(line, "# ", 2) ||
	    row_parse(line + 2, line_reader_len(&s->lines, line + 2),
			    &s->layout, &r, &owners))
		return;
	if (s->bind_count == s->bind_size) {
		s->bind_size = s->bind_size ? 2 * s->bind_size : 16;
		s->bind_rows = xrealloc(s->bind_rows, s->bind_size *
					  sizeof(*s->bind_rows));
	}
	s->bind_rows[s->bind_count++] = r;
}

/**
 * view_next() - take the next row
 * @s: source
 *
 * Return: 1 with it in @s->row, 0 when there are no more, -1 when the view is
 * damaged or cannot be read; that has been said then.
 */
int view_next(struct view *s)
{
	char *line;
	int got;

	while ((got = next_line(s, &line)) > 0 && *line == '#')
		take_bind_row(s, line);
	if (got > 0)
		return take_row(s, line);
	if (!got && s->rows < s->header.sockets)
		return truncated(s);
	if (!got)
		tell_if_other(s);
	return got;
}
