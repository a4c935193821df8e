/* SPDX-License-Identifier: GPL-2.0 */
/* portsock why: report whether bind() would succeed, and if not, why. */
#ifndef PORTSOCK_WHY_WHY_H
#define PORTSOCK_WHY_WHY_H

#include "../resolve/relations.h"
#include "../util/buf.h"
#include "host.h"
#include "refusers.h"

struct json;

/* X(id, name): result of bind() with its cause. */
#define VERDICTS(X)				\
	X(OK,		"OK")			\
	X(NO_INET6,	"EAFNOSUPPORT")		\
	X(NO_DEV,	"ENODEV")		\
	X(STREAM_GROUP,	"EINVAL")		\
	X(MAPPED_ONLY6,	"EINVAL")		\
	X(NO_SCOPE,	"EINVAL")		\
	X(PRIVILEGED,	"EACCES")		\
	X(FOREIGN,	"EADDRNOTAVAIL")	\
	X(IN_USE,	"EADDRINUSE")

enum verdict {
#define X(id, text) VERDICT_##id,
	VERDICTS(X)
#undef X
};

/**
 * struct why - A hypothetical bind(), facts that decide about it, the result
 * @bind: the bind()
 * @host: facts of the machine
 * @socks: sockets at the port, oldest first
 * @relations: sockets at other ports and of MPTCP, or NULL
 * @verdict: result of bind()
 * @blocks: of each socket, whether it conflicts
 * @blockers: number of sockets that conflict; bind() fails because of them if
 *	@verdict is VERDICT_IN_USE
 * @guess: the result depends on facts that the view lacks
 * @refusers: other obstacles, which @verdict does not take into account
 * @probed: result of the real bind(), NULL if it was not tried
 */
struct why {
	struct bind_request bind;
	struct host host;
	struct rowset socks;
	struct relations *relations;
	enum verdict verdict;
	bool *blocks;
	size_t blockers;
	bool guess;
	struct refusers refusers;
	const char *probed;
};

/* Return true for a connection or the remains of one, not a server's socket. */
static inline bool why_is_connection(const struct ps_record *r)
{
	return r->state != PORTSOCK_LISTEN && r->state != PORTSOCK_BOUND &&
		r->state != PORTSOCK_UNCONN;
}

/* Return the seconds after which @ms milliseconds are over. */
static inline int why_seconds(s32 ms)
{
	return ms / 1000 + (ms % 1000 > 0);
}

int why_main(int argc, char **argv);
void verdict_decide(struct why *w);
const struct row *why_parent(const struct why *w, const struct row *row);
const struct row *why_subject(const struct why *w, const struct row *row);
const struct row *why_keeper(const struct why *w, const struct row *row);
const char *verdict_name(enum verdict verdict);
const char *probe_bind(const struct why *w);
void advice_put_reason(struct buf *t, const struct why *w);
void advice_put(struct buf *t, const struct why *w);
void advice_put_notes(struct buf *t, const struct why *w);
bool share_exists(const struct why *w);
void share_put_effect(struct buf *t, const struct why *w);
void share_put(struct buf *t, const struct why *w);
void share_put_json(struct json *j, const struct why *w);
void print_address(struct buf *t, const struct ps_end *end, const char *dev);
void print_end(struct buf *t, const struct ps_end *end, const char *dev);
void print_name(struct buf *t, const char *name, size_t size);
void print_subject(struct buf *t, const struct why *w, const struct row *row);
void address_put_reason(struct buf *t, const struct why *w);
void address_put_advice(struct buf *t, const struct why *w);
void address_put_inet6_reason(struct buf *t, const struct why *w);
void address_put_inet6_advice(struct buf *t, const struct why *w);
void refusers_put_notes(struct buf *t, const struct why *w);
void refusers_put_reason(struct buf *t, const struct why *w);
int print_result(const struct why *w, bool json);
void print_with_name(struct buf *t, const char *before, const char *name);
void print_clause(struct buf *t, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* PORTSOCK_WHY_WHY_H */
