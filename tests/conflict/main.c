// SPDX-License-Identifier: GPL-2.0
/*
 * situations FIRST LAST EVERY: makes sockets at random, asks the product's own
 * code whether a bind() would work beside them, and then really does it.  Every
 * EVERYth question goes to the reader itself as well.  Prints each difference,
 * and what was seen how often.  A seed has passed when there was none; where the
 * product says that it guesses, and guesses wrong, it counts as skipped.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "situation.h"
#include "../../module/format/names.h"
#include "../../userspace/why/rowset.h"
#include "../../userspace/why/verdict.h"

#define FIRST_PORT	10000
#define PORTS		30000

/* What was seen. */
static struct {
	unsigned int seeds;
	unsigned int failed;
	unsigned int guessed;		/* seeds with a wrong guess */
	unsigned int tried;
	unsigned int different;
	unsigned int unsure[2];		/* TCP, UDP */
	unsigned int wrong_guess[2];
	unsigned int verdicts[16];
	unsigned int closed;
	unsigned int freed;
	unsigned int asked;
	unsigned int rules[RULE_CONFLICT + 1];
} seen;

/**
 * struct look - what the product says
 * @crowd: the sockets at the port
 * @told: what the view tells beside the sockets
 * @blocks: of each, whether it is in the way
 * @found: how many are
 * @unsure: it says that it guesses
 * @verdict: what bind() would say
 */
struct look {
	struct rowset crowd;
	struct ps_record *told;
	bool *blocks;
	size_t found;
	bool unsure;
	enum verdict verdict;
};

static void read_view(struct look *l, struct bind_request *b)
{
	struct view s;
	char line[64];
	int got;

	snprintf(line, sizeof(line), "port=%u bind=yes", b->local.num);
	if (view_open(&s, NULL) || view_filter(&s, line))
		exit(2);
	if (view_begin(&s))
		exit(2);
	s.keep_bind = true;
	while ((got = view_next(&s)) > 0)
		rowset_add(&l->crowd, &s.row);
	if (got < 0)
		exit(2);
	rowset_sort(&l->crowd);
	l->told = s.bind_rows;
	s.bind_rows = NULL;
	conflict_add_bind_rows(b, l->told, s.bind_count);
	view_close(&s);
}

/* A FIN may be acknowledged some time later, and another state follows then. */
static bool is_passing(const struct look *l)
{
	size_t i;

	for (i = 0; i < l->crowd.count; i++)
		if (l->crowd.rows[i].record.state == PORTSOCK_FIN_WAIT1)
			return true;
	return false;
}

static void read_settled_view(struct look *l, struct bind_request *b)
{
	int tries = 100;

	read_view(l, b);
	while (is_passing(l) && tries--) {
		usleep(10000);
		rowset_free(&l->crowd);
		free(l->told);
		memset(l, 0, sizeof(*l));
		read_view(l, b);
	}
}

static void look(struct look *l, struct bind_request *b)
{
	const struct ps_record **made;
	struct host m;
	size_t i;

	memset(l, 0, sizeof(*l));
	b->netns = host_netns();
	read_settled_view(l, b);
	host_query(&m, b);
	b->kernel = m.kernel;
	made = calloc(l->crowd.count + 1, sizeof(*made));
	l->blocks = calloc(l->crowd.count + 1, sizeof(*l->blocks));
	for (i = 0; i < l->crowd.count; i++) {
		made[i] = &l->crowd.rows[i].record;
		seen.rules[conflict_rule(b, made[i])]++;
	}
	l->found = conflict_find(b, made, l->crowd.count, l->blocks,
				    &l->unsure);
	l->verdict = verdict_of(b, &m, l->found);
	if (l->verdict != VERDICT_IN_USE && l->verdict != VERDICT_OK)
		l->unsure = false;
	free(made);
}

static void look_away(struct look *l)
{
	rowset_free(&l->crowd);
	free(l->told);
	free(l->blocks);
}

/* What the kernel says, by errno's name as the product writes it. */
static const char *name_of(int err)
{
	return err ? strerrorname_np(err) : "OK";
}

static const char *really_do(const struct bind_request *b)
{
	int fd = bind_open(b), err;

	if (fd < 0)
		return "ENODEV";
	err = bind_try(b, fd);
	if (!err && b->listens && b->proto == PORTSOCK_PROTO_TCP)
		err = listen(fd, 1) ? errno : 0;
	close(fd);
	return name_of(err);
}

static void tell_row(const struct row *row, bool blocks)
{
	const struct ps_record *r = &row->record;
	struct bind_request b = {
		.local = r->local, .flags = r->flags, .uid = r->uid,
		.proto = r->proto,
	};
	char text[160];

	memcpy(b.dev, r->dev, sizeof(b.dev));
	bind_tell(&b, text, sizeof(text));
	printf("    %c %s %s, %s, inode %llu\n", blocks ? '*' : ' ',
	       ps_state_names[r->state].text, text,
	       ps_held_names[r->held].text, (unsigned long long)r->inode);
}

static void tell_difference(u64 seed, const struct situation *s,
			    const struct bind_request *b, const struct look *l,
			    const char *real, const char *when)
{
	char text[160];
	size_t i;

	bind_tell(b, text, sizeof(text));
	printf("FAIL %llu%s: %s port %u: said %s%s, is %s\n",
	       (unsigned long long)seed, when, text, s->port,
	       verdict_name(l->verdict), l->unsure ? " (unsure)" : "", real);
	fputs(s->told, stdout);
	printf("  seen:\n");
	for (i = 0; i < l->crowd.count; i++)
		tell_row(&l->crowd.rows[i], l->blocks[i]);
}

/* Whether what is said is so. */
static bool compare(u64 seed, const struct situation *s,
		    const struct bind_request *b, const struct look *l,
		    const char *real, const char *when)
{
	bool same = !strcmp(verdict_name(l->verdict), real);
	bool udp = b->proto == PORTSOCK_PROTO_UDP;

	seen.tried++;
	seen.unsure[udp] += l->unsure;
	if (same)
		return true;
	if (l->unsure) {
		seen.wrong_guess[udp]++;
		return false;
	}
	seen.different++;
	tell_difference(seed, s, b, l, real, when);
	return false;
}

/* --- each that is named is in the way */

static const struct ps_record *pick(const struct look *l)
{
	size_t nth = random_below(l->found), i;

	for (i = 0; i < l->crowd.count; i++)
		if (l->blocks[i] && !nth--)
			return &l->crowd.rows[i].record;
	abort();
}

/* A TIME_WAIT and the socket that it was have one cookie. */
static bool is_same(const struct ps_record *a, const struct ps_record *b)
{
	return a->cookie == b->cookie && !a->inode == !b->inode;
}

static bool was_named(const struct look *l, const struct ps_record *r)
{
	size_t i;

	for (i = 0; i < l->crowd.count; i++)
		if (l->blocks[i] && is_same(&l->crowd.rows[i].record, r))
			return true;
	return false;
}

/* Who is named now was named before, and was not closed. */
static bool leaves_others_only(const struct look *before,
			       const struct look *after,
			       const struct ps_record *closed)
{
	size_t i;

	for (i = 0; i < after->crowd.count; i++) {
		const struct ps_record *r = &after->crowd.rows[i].record;

		if (after->blocks[i] &&
		    (is_same(r, closed) || !was_named(before, r)))
			return false;
	}
	return true;
}

/*
 * Closes one after the other of those that are named, in any order: while one is
 * left bind() fails, and then it works.
 */
static void close_blockers(u64 seed, struct situation *s, struct bind_request *b,
			   struct look *l)
{
	const char *real;
	struct look next;
	bool good = true;

	while (l->verdict == VERDICT_IN_USE && good) {
		const struct ps_record *r = pick(l);

		if (!(r->inode && situation_close(s, r->cookie)) &&
		    world_destroy(r))
			return;
		look(&next, b);
		real = really_do(b);
		seen.closed++;
		good = compare(seed, s, b, &next, real, " after closing");
		if (good && !leaves_others_only(l, &next, r)) {
			tell_difference(seed, s, b, &next, real,
					" names a new one");
			seen.different++;
		}
		seen.freed += next.verdict == VERDICT_OK;
		look_away(l);
		*l = next;
	}
}

/* --- the reader itself */

static char *answer_of_reader(const struct bind_request *b)
{
	static char answer[1 << 20];
	char address[64], command[512];
	struct bind_request plain = *b;
	FILE *pipe;
	size_t got;

	plain.dev[0] = '\0';
	bind_tell(&plain, command, sizeof(command));
	sscanf(command, "%*s %63s", address);
	snprintf(command, sizeof(command),
		 "/portsock/portsock why --json --probe %s '%s%s%s:%u' --uid %u%s%s%s%s%s%s",
		 b->proto == PORTSOCK_PROTO_TCP ? "tcp" : "udp",
		 b->local.form == PS_FORM_INET6 ? "[" : "", address,
		 b->local.form == PS_FORM_INET6 ? "]" : "", b->local.num,
		 b->uid,
		 b->flags & PORTSOCK_FLAG(REUSEADDR) ? " --reuseaddr" : "",
		 b->flags & PORTSOCK_FLAG(REUSEPORT) ? " --reuseport" : "",
		 b->flags & PORTSOCK_FLAG(V6ONLY) ? " --v6only" : "",
		 b->dev[0] ? " --dev " : "", b->dev,
		 b->listens ? "" : " --no-listen");
	pipe = popen(command, "r");
	got = pipe ? fread(answer, 1, sizeof(answer) - 1, pipe) : 0;
	answer[got] = '\0';
	if (pipe)
		pclose(pipe);
	return answer;
}

static size_t count_of(const char *text, const char *word)
{
	size_t count = 0;

	for (; (text = strstr(text, word)); text += strlen(word))
		count++;
	return count;
}

static bool says(const char *answer, const char *key, const char *value)
{
	char text[64];

	snprintf(text, sizeof(text), "\"%s\":\"%s\"", key, value);
	return strstr(answer, text);
}

static void ask_reader(u64 seed, const struct situation *s,
		       const struct bind_request *b, const struct look *l)
{
	const char *answer = answer_of_reader(b), *real;
	size_t named = l->verdict == VERDICT_IN_USE ? l->found : 0;

	seen.asked++;
	real = really_do(b);
	if (says(answer, "verdict", verdict_name(l->verdict)) &&
	    says(answer, "probe", real) &&
	    count_of(answer, "\"cookie\":") == named)
		return;
	seen.different++;
	tell_difference(seed, s, b, l, real, " in the reader");
	printf("  reader: %s", answer);
}

/* --- a seed */

static void random_sysctls(u16 port)
{
	if (chance(15))
		write_file("/proc/sys/net/ipv4/ip_unprivileged_port_start",
			   "%u", port + random_below(2));
	if (chance(5))
		write_file("/proc/sys/net/ipv4/ip_nonlocal_bind", "1");
	if (chance(5))
		write_file("/proc/sys/net/ipv6/ip_nonlocal_bind", "1");
}

static void run_seed(u64 seed, bool with_reader)
{
	u16 port = FIRST_PORT + seed % PORTS;
	struct situation s;
	struct bind_request b;
	struct look l;
	u8 proto;

	unsigned int before = seen.different;
	unsigned int guesses = seen.wrong_guess[0] + seen.wrong_guess[1];

	random_seed(seed);
	bind_bias();
	proto = chance(65) ? PORTSOCK_PROTO_TCP : PORTSOCK_PROTO_UDP;
	situation_make(&s, port, proto);
	random_sysctls(port);
	bind_random(&b, port, proto);
	b.listens = chance(85);
	look(&l, &b);
	seen.verdicts[l.verdict]++;
	if (with_reader)
		ask_reader(seed, &s, &b, &l);
	if (compare(seed, &s, &b, &l, really_do(&b), ""))
		close_blockers(seed, &s, &b, &l);
	look_away(&l);
	situation_end(&s);
	world_reset();
	seen.seeds++;
	seen.failed += seen.different > before;
	seen.guessed += seen.different == before &&
		seen.wrong_guess[0] + seen.wrong_guess[1] > guesses;
}

static void tell_seen(void)
{
	static const char *const rules[] = {
		"elsewhere", "request", "device", "address", "reuseaddr",
		"reuseport", "conflict",
	};
	unsigned int i;

	for (i = 0; i <= VERDICT_IN_USE; i++)
		printf("count verdict-%s %u\n", verdict_name(i),
		       seen.verdicts[i]);
	for (i = 0; i <= RULE_CONFLICT; i++)
		printf("count rule-%s %u\n", rules[i], seen.rules[i]);
	printf("count binds %u\ncount closed %u\ncount then-free %u\ncount asked-the-reader %u\n",
	       seen.tried, seen.closed, seen.freed, seen.asked);
	printf("count guess-tcp %u\ncount guess-tcp-wrong %u\ncount guess-udp %u\ncount guess-udp-wrong %u\n",
	       seen.unsure[0], seen.wrong_guess[0], seen.unsure[1],
	       seen.wrong_guess[1]);
	printf("count passed %u\ncount failed %u\ncount skipped %u\n",
	       seen.seeds - seen.failed - seen.guessed, seen.failed,
	       seen.guessed);
}

int main(int argc, char **argv)
{
	struct rlimit files = { 4096, 4096 };
	u64 seed, last, every;

	if (argc != 4)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	setrlimit(RLIMIT_NOFILE, &files);
	last = strtoull(argv[2], NULL, 10);
	every = strtoull(argv[3], NULL, 10);
	world_make();
	world_autobind(0, false);
	for (seed = strtoull(argv[1], NULL, 10); seed <= last; seed++)
		run_seed(seed, every && !(seed % every));
	tell_seen();
	return 0;
}
