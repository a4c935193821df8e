// SPDX-License-Identifier: GPL-2.0
/* All commands by name, and those that are about no socket. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "mksock.h"

static int verb_comm(struct maker *maker, int nr, char **words)
{
	char name[64];
	size_t length = unescape(words[1], name, sizeof(name) - 1);

	(void)maker;
	(void)nr;
	name[length] = '\0';
	return outcome(prctl(PR_SET_NAME, name), "comm");
}

static int verb_uid(struct maker *maker, int nr, char **words)
{
	(void)maker;
	(void)nr;
	return outcome(seteuid((uid_t)atoi(words[1])), "uid");
}

/* The words as a line again, each % in them as the number I. */
static void put_words(char *line, int nr, char **words, int i)
{
	for (int w = 0; w < nr; w++) {
		for (const char *c = words[w]; *c; c++) {
			if (*c == '%')
				line += sprintf(line, "%d", i);
			else
				*line++ = *c;
		}
		*line++ = ' ';
	}
	*line = '\0';
}

static int verb_repeat(struct maker *maker, int nr, char **words)
{
	char line[2 * LINE_SIZE];
	int times;

	if (times_meant(maker, words[1], &times) < 0)
		return -1;
	for (int i = 0; i < times; i++) {
		put_words(line, nr - 2, words + 2, i);
		if (obey(maker, line) < 0)
			return -1;
	}
	return 0;
}

static int verb_exit(struct maker *maker, int nr, char **words)
{
	(void)maker;
	_exit(nr > 1 ? atoi(words[1]) : 0);
}

const struct verb verbs[] = {
	{ "socket", 3, 4, verb_socket, "NAME KIND [PROTOCOL]" },
	{ "pair", 3, 4, verb_pair, "NAME NAME [KIND]" },
	{ "bind", 2, 4, verb_bind, "NAME [ADDRESS|NAME [PORT]]" },
	{ "listen", 2, 3, verb_listen, "NAME [BACKLOG]" },
	{ "connect", 2, 4, verb_connect, "NAME [ADDRESS|NAME [PORT]]" },
	{ "disconnect", 2, 2, verb_disconnect, "NAME" },
	{ "accept", 3, 3, verb_accept, "NAME NEW" },
	{ "shutdown", 2, 3, verb_shutdown, "NAME [rd|wr|rdwr]" },
	{ "close", 2, 2, verb_close, "NAME" },
	{ "reset", 2, 2, verb_reset, "NAME" },
	{ "opt", 3, 4, verb_opt, "NAME OPTION [VALUE]" },
	{ "send", 2, 3, verb_send, "NAME [BYTES]" },
	{ "fill", 2, 2, verb_fill, "NAME" },
	{ "recv", 2, 2, verb_recv, "NAME" },
	{ "dup", 3, 4, verb_dup, "NAME NEW [FD]" },
	{ "pass", 3, 3, verb_pass, "NAME VIA" },
	{ "receive", 3, 4, verb_receive, "VIA NEW [KIND]" },
	{ "note", 2, 2, verb_note, "NAME" },
	{ "tell", 3, 4, verb_tell, "NAME STATE [HELD]" },
	{ "holds", 1, 1, verb_holds, "" },
	{ "await", 3, 3, verb_await, "NAME STATE|QUEUED" },
	{ "comm", 2, 2, verb_comm, "NAME" },
	{ "uid", 2, 2, verb_uid, "UID" },
	{ "netns", 1, 1, verb_netns, "" },
	{ "repeat", 3, MAX_WORDS, verb_repeat, "TIMES COMMAND..." },
	{ "fork", 2, 3, verb_fork, "WORKER [files]" },
	{ "thread", 2, 3, verb_thread, "WORKER [shared]" },
	{ "in", 3, MAX_WORDS, verb_in, "WORKER COMMAND..." },
	{ "kill", 2, 2, verb_kill, "WORKER" },
	{ "leave", 1, 1, verb_leave, "" },
	{ "churn", 1, 3, verb_churn, "[ROUNDS [PAUSE]]" },
	{ "rebind", 2, 2, verb_rebind, "SECONDS" },
	{ "exit", 1, 2, verb_exit, "[STATUS]" },
	{ NULL, 0, 0, NULL, NULL }
};
