/* SPDX-License-Identifier: GPL-2.0 */
/* portsock why: would bind() work, and if not, who is in the way. */
#ifndef PORTSOCK_EXPLAIN_H
#define PORTSOCK_EXPLAIN_H

#include "crowd.h"
#include "judge.h"
#include "text.h"

/**
 * struct ps_answer - what would come of a bind()
 * @verdict: what bind() says
 * @blocks: of each socket at the port, whether it is in the way
 * @found: how many are
 * @unsure: it depends on what no view tells
 */
struct ps_answer {
	enum ps_verdict verdict;
	bool *blocks;
	size_t found;
	bool unsure;
};

/**
 * struct ps_case - a bind() that is asked about, and what is known of it
 * @bind: the bind()
 * @machine: what the machine says about it
 * @crowd: the sockets at the port
 * @made: their records
 * @told: what @bind refers to
 * @answer: what comes of it
 */
struct ps_case {
	struct ps_bind bind;
	struct ps_machine machine;
	struct ps_crowd crowd;
	const struct ps_record **made;
	struct ps_record *told;
	struct ps_answer answer;
};

int ps_why(int argc, char **argv);
enum ps_verdict ps_case_with(const struct ps_case *c, u32 flags);
bool ps_is_door(const struct ps_record *r);
void ps_say(struct ps_text *t, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void ps_say_end(struct ps_text *t, const struct ps_record *r, u8 column);
void ps_say_socket(struct ps_text *t, const struct ps_case *c,
		   const struct ps_row *row);
void ps_say_refusal(struct ps_text *t, const struct ps_case *c);
void ps_say_advice(struct ps_text *t, const struct ps_case *c);
void ps_say_doubts(struct ps_text *t, const struct ps_case *c);
int ps_seconds(s32 ms);
const char *ps_probe(const struct ps_case *c);
int ps_answer_say(const struct ps_case *c, bool json, const char *probed);

#endif /* PORTSOCK_EXPLAIN_H */
