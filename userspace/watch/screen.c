// SPDX-License-Identifier: GPL-2.0
/*
 * The terminal's second screen, as watch, less and top use it: what stood on
 * the first one is there again afterwards.  A signal that ends the program, or
 * stops it, gives the screen back before.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../util/error.h"
#include "screen.h"

/* The second screen, no cursor, long lines are cut; and the reverse. */
#define ENTER	"\033[?1049h\033[?25l\033[?7l"
#define LEAVE	"\033[?7h\033[?25h\033[?1049l"
#define HOME	"\033[H"
#define END_OF_LINE	"\033[K\n"
#define CLEAR_REST	"\033[J"

static volatile sig_atomic_t entered;

static void put(const char *sequence)
{
	ssize_t written = write(STDOUT_FILENO, sequence, strlen(sequence));

	(void)written;	/* there is no screen then */
}

static void leave(void)
{
	if (entered)
		put(LEAVE);
	entered = 0;
}

static void enter(void)
{
	put(ENTER);
	entered = 1;
}

static void handle(int signal_number, void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler };

	sigemptyset(&action.sa_mask);
	sigaction(signal_number, &action, NULL);
}

/* Once more with its usual effect: to end the program, or to stop it. */
static void pass_on(int signal_number)
{
	sigset_t set;

	handle(signal_number, SIG_DFL);
	raise(signal_number);
	sigemptyset(&set);
	sigaddset(&set, signal_number);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void on_end(int signal_number)
{
	leave();
	pass_on(signal_number);
}

static void on_stop(int signal_number)
{
	leave();
	pass_on(signal_number);
	/* It goes on here when it is continued, and is drawn anew. */
	handle(signal_number, on_stop);
	enter();
}

/* It only interrupts the sleep: the table is made for the new width. */
static void on_resize(int signal_number)
{
	(void)signal_number;
}

/**
 * screen_open() - take the screen
 */
void screen_open(void)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	unsigned int i;

	error_before = leave;
	for (i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		handle(ends[i], on_end);
	handle(SIGTSTP, on_stop);
	handle(SIGWINCH, on_resize);
	enter();
}

/**
 * screen_close() - give the screen back
 */
void screen_close(void)
{
	leave();
	error_before = NULL;
}

static void put_head(struct buf *t, const char *head, const char *right,
		     unsigned int columns)
{
	char line[512];
	int room = (int)columns - (int)strlen(head);

	if (room < (int)strlen(right) + 1)
		room = 0;
	snprintf(line, sizeof(line), "%s%*s", head, room, room ? right : "");
	buf_word(t, line);
	buf_word(t, END_OF_LINE END_OF_LINE);
}

static size_t count_lines(const struct buf *body)
{
	const char *p = body->data, *end = p + body->len;
	size_t lines = 0;

	while (p < end && (p = memchr(p, '\n', end - p))) {
		lines++;
		p++;
	}
	return lines;
}

/**
 * screen_draw() - draw the screen anew
 * @head: its first line, to the left
 * @right: its first line, to the right
 * @body: the other lines; those that find no place are counted
 */
void screen_draw(const char *head, const char *right,
		    const struct buf *body)
{
	struct winsize size = { .ws_row = 24, .ws_col = 80 };
	size_t lines = count_lines(body), room, i;
	const char *p = body->data, *newline;
	struct buf t;
	char more[64];

	ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	room = size.ws_row > 4 ? size.ws_row - 3 : 1;
	if (lines > room)
		room--;
	buf_init(&t, STDOUT_FILENO);
	buf_word(&t, HOME);
	put_head(&t, head, right, size.ws_col ? size.ws_col : 80);
	for (i = 0; i < lines && i < room; i++) {
		newline = memchr(p, '\n', body->data + body->len - p);
		buf_put(&t, p, newline - p);
		buf_word(&t, END_OF_LINE);
		p = newline + 1;
	}
	if (i < lines) {
		snprintf(more, sizeof(more), "and %zu more lines", lines - i);
		buf_word(&t, more);
		buf_word(&t, END_OF_LINE);
	}
	buf_word(&t, CLEAR_REST);
	buf_flush(&t);
	buf_free(&t);
}
