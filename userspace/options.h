/* SPDX-License-Identifier: GPL-2.0 */
/* What was asked for on the command line. */
#ifndef PORTSOCK_OPTIONS_H
#define PORTSOCK_OPTIONS_H

#include "out.h"
#include "select.h"

/* What is done. */
enum ps_action {
	PS_ACTION_SHOW,
	PS_ACTION_HELP,
	PS_ACTION_VERSION,
	PS_ACTION_COLUMNS,
};

enum ps_color {
	PS_COLOR_AUTO,
	PS_COLOR_ALWAYS,
	PS_COLOR_NEVER,
};

/**
 * struct ps_options - the command line
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
struct ps_options {
	enum ps_action action;
	struct ps_select select;
	const char *input;
	const struct ps_out_ops *out;
	struct ps_column_list columns;
	enum ps_color color;
	bool headings;
	bool extended;
	bool resolve;
	bool wide;
	bool leaked;
	double watch;
	char states;
};

int ps_options_parse(struct ps_options *o, int argc, char **argv);

#endif /* PORTSOCK_OPTIONS_H */
