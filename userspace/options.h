/* SPDX-License-Identifier: GPL-2.0 */
/* What was asked for on the command line. */
#ifndef PORTSOCK_OPTIONS_H
#define PORTSOCK_OPTIONS_H

#include "output/output.h"
#include "view/selection.h"

/* What is done. */
enum action {
	ACTION_SHOW,
	ACTION_HELP,
	ACTION_VERSION,
	ACTION_COLUMNS,
};

enum color_when {
	COLOR_AUTO,
	COLOR_ALWAYS,
	COLOR_NEVER,
};

/**
 * struct options - the command line
 * @action: what is done
 * @select: which rows
 * @input: saved view, NULL: the kernel's
 * @out: kind of output
 * @columns: columns, those of @out unless they were chosen
 * @color: when to use colour
 * @headings: show the names of the columns
 * @extended: more columns in the table
 * @resolve: names instead of numbers
 * @wide: nothing is cut to the terminal's width
 * @leaked: only what is held by somebody else than who made it
 * @watch: seconds between snapshots, 0: one is enough
 * @states: 'a': any, 'l': listening and bound, 0: what suits the rest
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
	double watch;
	char states;
};

int options_parse(struct options *o, int argc, char **argv);

#endif /* PORTSOCK_OPTIONS_H */
