// SPDX-License-Identifier: GPL-2.0
/*
 * The terminal's alternate screen, as watch, less and top use it: afterwards
 * the terminal shows its former content again.  A signal that ends or stops the
 * program gives the screen back before.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../util/error.h"
#include "../util/terminal.h"
#include "screen.h"

/* Alternate screen, no cursor, long lines are cut; and the reverse. */
#define ENTER	"\033[?1049h\033[?25l\033[?7l"
#define LEAVE	"\033[?7h\033[?25h\033[?1049l"
#define HOME	"\033[H"
#define END_OF_LINE	"\033[K\n"
#define CLEAR_REST	"\033[J"

static volatile sig_atomic_t entered;

static void switch_screen(bool enter)
{
	const char *sequence = enter ? ENTER : LEAVE;
	ssize_t written;

	if (entered != enter) {
		written = write(STDOUT_FILENO, sequence, strlen(sequence));
		(void)written;	/* the terminal is gone then */
	}
	entered = enter;
}

static void leave_screen(void)
{
	switch_screen(false);
}

static void set_handler(int signal_number, void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler };

	sigemptyset(&action.sa_mask);
	sigaction(signal_number, &action, NULL);
}

/* Raise the signal again with its usual effect: end or stop. */
static void on_signal(int signal_number)
{
	sigset_t set;

	leave_screen();
	set_handler(signal_number, SIG_DFL);
	raise(signal_number);
	sigemptyset(&set);
	sigaddset(&set, signal_number);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	/* After SIGTSTP the program continues here. */
	set_handler(signal_number, on_signal);
	switch_screen(true);
}

/* Interrupts the sleep, so that the table is drawn for the new size. */
static void on_resize(int signal_number)
{
	(void)signal_number;
}

/**
 * screen_open() - Take the screen
 */
void screen_open(void)
{
	static const int signals[] = {
		SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP,
	};
	unsigned int i;

	error_before = leave_screen;
	for (i = 0; i < ARRAY_SIZE(signals); i++)
		set_handler(signals[i], on_signal);
	set_handler(SIGWINCH, on_resize);
	switch_screen(true);
}

/**
 * screen_close() - Give the screen back
 */
void screen_close(void)
{
	leave_screen();
	error_before = NULL;
}

/**
 * screen_draw() - Draw the screen
 * @head: first line, at its left end
 * @right: first line, at its right end if there is room
 * @body: other lines; lines that do not fit on the screen are counted
 */
void screen_draw(const char *head, const char *right, const struct buf *body)
{
	const char *p = body->data, *end = p + body->len, *newline;
	unsigned int rows, columns, i;
	char text[512];
	size_t lines;
	struct buf t;
	int room;

	screen_size(STDOUT_FILENO, &rows, &columns);
	buf_init(&t, STDOUT_FILENO);
	buf_word(&t, HOME);
	room = (int)columns - (int)strlen(head);
	if (room <= (int)strlen(right))
		room = 0;
	snprintf(text, sizeof(text), "%s%*s", head, room, room ? right : "");
	buf_word(&t, text);
	buf_word(&t, END_OF_LINE END_OF_LINE);

	for (lines = 0; p < end && (p = memchr(p, '\n', end - p)); p++)
		lines++;
	rows = rows > 4 ? rows - 3 : 1;
	if (lines > rows)
		rows--;
	for (i = 0, p = body->data; i < lines && i < rows; i++) {
		newline = memchr(p, '\n', end - p);
		buf_put(&t, p, newline - p);
		buf_word(&t, END_OF_LINE);
		p = newline + 1;
	}
	if (i < lines) {	/* at least two */
		snprintf(text, sizeof(text), "and %zu more lines" END_OF_LINE,
			 lines - i);
		buf_word(&t, text);
	}
	buf_word(&t, CLEAR_REST);
	buf_flush(&t);
	buf_free(&t);
}
