/* SPDX-License-Identifier: GPL-2.0 */
/* portsock why: would bind() work, and if not, who is in the way. */
#ifndef PORTSOCK_EXPLAIN_H
#define PORTSOCK_EXPLAIN_H

#include "rowset.h"
#include "verdict.h"
#include "../util/buf.h"

/**
 * struct bind_result - what would come of a bind()
 * @verdict: what bind() says
 * @blocks: of each socket at the port, whether it is in the way
 * @found: how many are
 * @unsure: it depends on what no view tells
 */
struct bind_result {
	enum verdict verdict;
	bool *blocks;
	size_t found;
	bool unsure;
};

/**
 * struct bind_case - a bind() that is asked about, and what is known of it
 * @bind: the bind()
 * @machine: what the machine says about it
 * @crowd: the sockets at the port
 * @made: their records
 * @told: what @bind refers to
 * @answer: what comes of it
 */
struct bind_case {
	struct bind_request bind;
	struct host machine;
	struct rowset crowd;
	const struct ps_record **made;
	struct ps_record *told;
	struct bind_result answer;
};

int why_main(int argc, char **argv);
enum verdict bind_case_with(const struct bind_case *c, u32 flags);
bool is_listener(const struct ps_record *r);
void put_end_column(struct buf *t, const struct ps_record *r, u8 column);
void put_socket(struct buf *t, const struct bind_case *c,
		   const struct row *row);
void put_refusal(struct buf *t, const struct bind_case *c);
void put_advice(struct buf *t, const struct bind_case *c);
void put_notes(struct buf *t, const struct bind_case *c);
int seconds_up(s32 ms);
const char *probe_bind(const struct bind_case *c);
int print_result(const struct bind_case *c, bool json, const char *probed);

#endif /* PORTSOCK_EXPLAIN_H */
