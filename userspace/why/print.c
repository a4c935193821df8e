// SPDX-License-Identifier: GPL-2.0
/* What comes of a bind(): for people, and as JSON. */
#include <string.h>
#include <unistd.h>

#include "../util/error.h"
#include "why.h"
#include "../output/json.h"

#define SHOWN_MAX	10	/* sockets that a person wants to read of */
#define ALL_COLUMNS	((1U << PORTSOCK_NCOLUMNS) - 1)

static void say_place(struct buf *t, const struct bind_case *c)
{
	struct ps_record r = {
		.proto = c->bind.proto, .local = c->bind.local,
		.expires = PS_NO_EXPIRY,
	};

	strcpy(r.dev, c->bind.dev);
	put_end_column(t, &r, PORTSOCK_COL_LOCAL);
	buf_printf(t, "/%s", ps_proto_names[r.proto].text);
}

static void say_verdict(struct buf *t, const struct bind_case *c)
{
	buf_printf(t, "%s: ", verdict_name(c->answer.verdict));
	say_place(t, c);
	buf_printf(t, " - ");
}

/* Those that stand at the door, or those that came through it. */
static size_t say_some(struct buf *t, const struct bind_case *c, bool doors,
		       size_t said)
{
	size_t i;

	for (i = 0; i < c->crowd.count && said < SHOWN_MAX; i++) {
		if (!c->answer.blocks[i] || is_listener(c->made[i]) != doors)
			continue;
		say_verdict(t, c);
		put_socket(t, c, &c->crowd.rows[i]);
		buf_char(t, '\n');
		said++;
	}
	return said;
}

static void say_blockers(struct buf *t, const struct bind_case *c)
{
	size_t said = say_some(t, c, false, say_some(t, c, true, 0));

	if (said < c->answer.found)
		buf_printf(t, "... and %zu more (--json names all)\n",
		       c->answer.found - said);
}

static void say_probe(struct buf *t, const struct bind_case *c,
		      const char *probed)
{
	bool same = !strcmp(probed, verdict_name(c->answer.verdict));

	buf_printf(t, "probe: %s, %s\n", probed, same ? "as said" :
	       "which differs from what was said");
}

static void say_line(struct buf *t, const char *word,
		     const struct buf *line)
{
	if (!line->len)
		return;
	buf_printf(t, "%s: ", word);
	buf_put(t, line->data, line->len);
	buf_char(t, '\n');
}

/**
 * struct words - what is said besides the verdict
 * @advice: what would help
 * @doubts: what is not known
 * @probed: what came of the real bind(), NULL if it was not tried
 */
struct words {
	struct buf advice;
	struct buf doubts;
	const char *probed;
};

static void say_text(struct buf *t, const struct bind_case *c,
		     const struct words *w)
{
	if (c->answer.verdict == VERDICT_IN_USE) {
		say_blockers(t, c);
	} else {
		say_verdict(t, c);
		put_refusal(t, c);
		buf_char(t, '\n');
	}
	say_line(t, "advice", &w->advice);
	say_line(t, "note", &w->doubts);
	if (w->probed)
		say_probe(t, c, w->probed);
}

static void put_some(struct json *j, const struct bind_case *c, bool doors)
{
	size_t i;

	for (i = 0; i < c->crowd.count && c->answer.found; i++)
		if (c->answer.blocks[i] && is_listener(c->made[i]) == doors)
			json_socket(j, &c->crowd.rows[i], ALL_COLUMNS, NULL);
}

static void put_blockers(struct json *j, const struct bind_case *c)
{
	json_key(j, "blockers");
	json_open(j, '[');
	put_some(j, c, true);
	put_some(j, c, false);
	json_close(j, ']');
}

static void add(struct buf *t, const struct buf *more)
{
	if (t->len && more->len)
		buf_printf(t, "; ");
	if (more->len)
		buf_put(t, more->data, more->len);
}

/* The advice is all that the text says besides the verdict. */
static void put_json_advice(struct json *j, const struct bind_case *c,
		       const struct words *w)
{
	struct buf all;

	buf_init(&all, -1);
	if (c->answer.verdict != VERDICT_IN_USE)
		put_refusal(&all, c);
	add(&all, &w->advice);
	add(&all, &w->doubts);
	json_key(j, "advice");
	json_bytes(j, all.data, all.len);
	buf_free(&all);
}

static void say_json(struct buf *t, const struct bind_case *c,
		     const struct words *w)
{
	const char *name = verdict_name(c->answer.verdict);
	struct json j = { .text = t };

	json_open(&j, '{');
	json_key(&j, "verdict");
	json_word(&j, name, strlen(name));
	put_blockers(&j, c);
	put_json_advice(&j, c, w);
	if (w->probed) {
		json_key(&j, "probe");
		json_word(&j, w->probed, strlen(w->probed));
	}
	json_close(&j, '}');
	buf_char(t, '\n');
}

/**
 * print_result() - say what would come of a bind()
 * @c: case that was decided
 * @json: for programs
 * @probed: what came of the real one, NULL if it was not tried
 *
 * Return: exit status: whether bind() would work.
 */
int print_result(const struct bind_case *c, bool json, const char *probed)
{
	struct words w = { .probed = probed };
	struct buf t;

	buf_init(&t, STDOUT_FILENO);
	buf_init(&w.advice, -1);
	buf_init(&w.doubts, -1);
	put_advice(&w.advice, c);
	put_notes(&w.doubts, c);
	if (json)
		say_json(&t, c, &w);
	else
		say_text(&t, c, &w);
	buf_free(&w.advice);
	buf_free(&w.doubts);
	return buf_finish(&t, c->answer.verdict == VERDICT_OK ?
			      STATUS_MATCH : STATUS_NOTHING);
}
