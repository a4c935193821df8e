// SPDX-License-Identifier: GPL-2.0
/* portsock: what is at a port, and who owns it. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "options.h"
#include "source.h"

#define VERSION	"portsock " PORTSOCK_VERSION ", format 1 of " PORTSOCK_PATH "\n"

static const char help[] =
"portsock [options] [PORT | A-B | PORT/PROTO | :PORT | SERVICE]...\n"
"What is at a port, who owns it, and if nobody does: why it is there.\n"
"Without -a and PORT: listening and bound sockets. With PORT: all that is there.\n"
"\n"
" -t TCP   -u UDP   -w raw   -x unix   -d DCCP   -S SCTP   -M MPTCP   -0 packet\n"
" -4, -6                    only IPv4, only IPv6 addresses\n"
" -a, --all                 sockets in any state, with and without a port\n"
" -l, --listening           listening and bound sockets only\n"
" -p, --pid PID             only what this process holds\n"
" -n, --numeric             numbers, no names (it is so anyway)\n"
"\n"
" -J, --json                one JSON object   -j, --jsonl  a JSON object a line\n"
"     --raw                 every column, one blank between them\n"
" -o, --output COL,...      these columns; +COL,... adds them\n"
"     --list-columns        which columns there are\n"
" -H, --no-headings         no line with the columns' names\n"
"     --color[=WHEN]        auto (a terminal, no NO_COLOR), always, never\n"
"     --input FILE          a view saved with 'cat /proc/portsock' (-: stdin)\n"
" -h, --help    -V, --version\n"
"\n"
"Exit status: 0 something matched, 1 nothing matched, 2 an error.\n";

static bool wants_color(enum ps_color when)
{
	const char *no_color = getenv("NO_COLOR");

	if (when != PS_COLOR_AUTO)
		return when == PS_COLOR_ALWAYS;
	return isatty(STDOUT_FILENO) && !(no_color && *no_color);
}

static int show_rows(struct ps_out *out, struct ps_source *s,
		     const struct ps_select *sel)
{
	int got, status = PS_EXIT_NOTHING;

	if (out->ops->begin(out))
		return PS_EXIT_ERROR;
	while ((got = ps_source_next(s)) > 0 && !out->text.error) {
		if (!ps_select_row(sel, &s->row))
			continue;
		if (out->ops->row(out, &s->row))
			return PS_EXIT_ERROR;
		status = PS_EXIT_MATCH;
	}
	if (got < 0 || (!got && out->ops->end(out)))
		return PS_EXIT_ERROR;
	return status;
}

/* Who closes a pipe has seen enough, and that is no error. */
static int finish(struct ps_text *t, int status)
{
	int err = ps_text_flush(t);

	if (!err && close(STDOUT_FILENO))
		err = errno;
	if (err && err != EPIPE) {
		ps_error("cannot write: %s", strerror(err));
		status = PS_EXIT_ERROR;
	}
	ps_text_free(t);
	return status;
}

static int show(const struct ps_options *o)
{
	struct ps_out out = {
		.ops = o->out,
		.columns = &o->columns,
		.headings = o->headings,
		.color = wants_color(o->color),
	};
	struct ps_source s;
	int status = PS_EXIT_ERROR;

	ps_text_init(&out.text, STDOUT_FILENO);
	if (!ps_source_open(&s, o->input)) {
		out.header = &s.header;
		status = show_rows(&out, &s, &o->select);
		o->out->release(&out);
	}
	ps_source_close(&s);
	return finish(&out.text, status);
}

static int tell(enum ps_action action)
{
	struct ps_text t;

	ps_text_init(&t, STDOUT_FILENO);
	if (action == PS_ACTION_HELP)
		ps_text_put(&t, help, sizeof(help) - 1);
	else if (action == PS_ACTION_VERSION)
		ps_text_put(&t, VERSION, sizeof(VERSION) - 1);
	else
		ps_columns_describe(&t);
	return finish(&t, PS_EXIT_MATCH);
}

int main(int argc, char **argv)
{
	struct ps_options options;
	int status = PS_EXIT_ERROR;

	signal(SIGPIPE, SIG_IGN);
	if (!ps_options_parse(&options, argc, argv))
		status = options.action == PS_ACTION_SHOW ?
			show(&options) : tell(options.action);
	ps_select_free(&options.select);
	return status;
}
