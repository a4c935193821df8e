/* SPDX-License-Identifier: GPL-2.0 */
/* The command line of show. */
#ifndef PORTSOCK_OPTIONS_H
#define PORTSOCK_OPTIONS_H

#include "output/output.h"
#include "view/selection.h"

enum action {
	ACTION_SHOW,
	ACTION_HELP,
	ACTION_HELP_ALL,
	ACTION_VERSION,
	ACTION_COLUMNS,
};

enum color_when {
	COLOR_AUTO,
	COLOR_ALWAYS,
	COLOR_NEVER,
};

/**
 * struct options - The command line
 * @action: what to do
 * @select: which rows
 * @input: saved view, NULL: the kernel's
 * @out: kind of output
 * @columns: columns, those of @out unless they were chosen
 * @color: when to use colour
 * @headings: show the names of the columns
 * @extended: more columns in the table
 * @resolve: names instead of numbers
 * @wide: nothing is cut to the terminal's width
 * @leaked: only sockets with owners that did not create them
 * @quiet: no remark on stderr that nothing matched
 * @watch: seconds between snapshots, 0: one snapshot
 * @states: 'a': any, 'l': listening and bound, 0: depends on @select
 */
struct options {
	enum action action;
	struct selection select;
	const char *input;
	const struct output_ops *out;
	struct column_list columns;
	enum color_when color;
	bool headings;
	bool extended;
	bool resolve;
	bool wide;
	bool leaked;
	bool quiet;
	double watch;
	char states;
};

int options_parse(struct options *o, int argc, char **argv);

#endif /* PORTSOCK_OPTIONS_H */
