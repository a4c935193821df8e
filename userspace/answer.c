// SPDX-License-Identifier: GPL-2.0
/* What comes of a bind(): for people, and as JSON. */
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "explain.h"
#include "json.h"

#define SHOWN_MAX	10	/* sockets that a person wants to read of */
#define ALL_COLUMNS	((1U << PORTSOCK_NCOLUMNS) - 1)

static void say_place(struct ps_text *t, const struct ps_case *c)
{
	struct ps_record r = {
		.proto = c->bind.proto, .local = c->bind.local,
		.expires = PS_NO_EXPIRY,
	};

	strcpy(r.dev, c->bind.dev);
	ps_say_end(t, &r, PORTSOCK_COL_LOCAL);
	ps_say(t, "/%s", ps_proto_names[r.proto].text);
}

static void say_verdict(struct ps_text *t, const struct ps_case *c)
{
	ps_say(t, "%s: ", ps_verdict_name(c->answer.verdict));
	say_place(t, c);
	ps_say(t, " - ");
}

/* Those that stand at the door, or those that came through it. */
static size_t say_some(struct ps_text *t, const struct ps_case *c, bool doors,
		       size_t said)
{
	size_t i;

	for (i = 0; i < c->crowd.count && said < SHOWN_MAX; i++) {
		if (!c->answer.blocks[i] || ps_is_door(c->made[i]) != doors)
			continue;
		say_verdict(t, c);
		ps_say_socket(t, c, &c->crowd.rows[i]);
		ps_text_char(t, '\n');
		said++;
	}
	return said;
}

static void say_blockers(struct ps_text *t, const struct ps_case *c)
{
	size_t said = say_some(t, c, false, say_some(t, c, true, 0));

	if (said < c->answer.found)
		ps_say(t, "... and %zu more (--json names all)\n",
		       c->answer.found - said);
}

static void say_probe(struct ps_text *t, const struct ps_case *c,
		      const char *probed)
{
	bool same = !strcmp(probed, ps_verdict_name(c->answer.verdict));

	ps_say(t, "probe: %s, %s\n", probed, same ? "as said" :
	       "which differs from what was said");
}

static void say_line(struct ps_text *t, const char *word,
		     const struct ps_text *line)
{
	if (!line->len)
		return;
	ps_say(t, "%s: ", word);
	ps_text_put(t, line->data, line->len);
	ps_text_char(t, '\n');
}

/**
 * struct words - what is said besides the verdict
 * @advice: what would help
 * @doubts: what is not known
 * @probed: what came of the real bind(), NULL if it was not tried
 */
struct words {
	struct ps_text advice;
	struct ps_text doubts;
	const char *probed;
};

static void say_text(struct ps_text *t, const struct ps_case *c,
		     const struct words *w)
{
	if (c->answer.verdict == PS_VERDICT_IN_USE) {
		say_blockers(t, c);
	} else {
		say_verdict(t, c);
		ps_say_refusal(t, c);
		ps_text_char(t, '\n');
	}
	say_line(t, "advice", &w->advice);
	say_line(t, "note", &w->doubts);
	if (w->probed)
		say_probe(t, c, w->probed);
}

static void put_some(struct ps_json *j, const struct ps_case *c, bool doors)
{
	size_t i;

	for (i = 0; i < c->crowd.count && c->answer.found; i++)
		if (c->answer.blocks[i] && ps_is_door(c->made[i]) == doors)
			ps_json_socket(j, &c->crowd.rows[i], ALL_COLUMNS, NULL);
}

static void put_blockers(struct ps_json *j, const struct ps_case *c)
{
	ps_json_key(j, "blockers");
	ps_json_open(j, '[');
	put_some(j, c, true);
	put_some(j, c, false);
	ps_json_close(j, ']');
}

static void add(struct ps_text *t, const struct ps_text *more)
{
	if (t->len && more->len)
		ps_say(t, "; ");
	if (more->len)
		ps_text_put(t, more->data, more->len);
}

/* The advice is all that the text says besides the verdict. */
static void put_advice(struct ps_json *j, const struct ps_case *c,
		       const struct words *w)
{
	struct ps_text all;

	ps_text_init(&all, -1);
	if (c->answer.verdict != PS_VERDICT_IN_USE)
		ps_say_refusal(&all, c);
	add(&all, &w->advice);
	add(&all, &w->doubts);
	ps_json_key(j, "advice");
	ps_json_bytes(j, all.data, all.len);
	ps_text_free(&all);
}

static void say_json(struct ps_text *t, const struct ps_case *c,
		     const struct words *w)
{
	const char *name = ps_verdict_name(c->answer.verdict);
	struct ps_json j = { .text = t };

	ps_json_open(&j, '{');
	ps_json_key(&j, "verdict");
	ps_json_word(&j, name, strlen(name));
	put_blockers(&j, c);
	put_advice(&j, c, w);
	if (w->probed) {
		ps_json_key(&j, "probe");
		ps_json_word(&j, w->probed, strlen(w->probed));
	}
	ps_json_close(&j, '}');
	ps_text_char(t, '\n');
}

/**
 * ps_answer_say() - say what would come of a bind()
 * @c: case that was decided
 * @json: for programs
 * @probed: what came of the real one, NULL if it was not tried
 *
 * Return: exit status: whether bind() would work.
 */
int ps_answer_say(const struct ps_case *c, bool json, const char *probed)
{
	struct words w = { .probed = probed };
	struct ps_text t;

	ps_text_init(&t, STDOUT_FILENO);
	ps_text_init(&w.advice, -1);
	ps_text_init(&w.doubts, -1);
	ps_say_advice(&w.advice, c);
	ps_say_doubts(&w.doubts, c);
	if (json)
		say_json(&t, c, &w);
	else
		say_text(&t, c, &w);
	ps_text_free(&w.advice);
	ps_text_free(&w.doubts);
	return ps_text_finish(&t, c->answer.verdict == PS_VERDICT_OK ?
			      PS_EXIT_MATCH : PS_EXIT_NOTHING);
}
