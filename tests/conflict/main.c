// SPDX-License-Identifier: GPL-2.0
/*
 * situations FIRST LAST EVERY: for each seed make random sockets, predict the
 * result of a random bind() with the code of portsock why, and call the real
 * bind().  Each EVERYth seed also runs portsock why itself.  Print differences,
 * and count the results.  A seed is counted as skipped if the prediction was a
 * wrong guess, and as failed if it was wrong otherwise.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "situation.h"
#include "../../module/format/names.h"
#include "../../userspace/view/view.h"
#include "../../userspace/why/why.h"

#define FIRST_PORT	10000
#define PORTS		30000

/* Counters.  Those with two elements are for TCP and UDP. */
static struct {
	unsigned int seeds;
	unsigned int failed;
	unsigned int guessed;		/* seeds with a wrong guess */
	unsigned int tried;
	unsigned int different;
	unsigned int guesses[2];
	unsigned int wrong_guesses[2];
	unsigned int verdicts[16];
	unsigned int refused;		/* by a BPF program, as noted */
	unsigned int closed;
	unsigned int freed;
	unsigned int reader_runs;
	unsigned int rules[RULE_CONFLICT + 1];
} seen;

/* Prediction */

static void read_view(struct why *w, struct view *v)
{
	struct bind_request *b = &w->bind;
	char filter[64];
	int got;

	snprintf(filter, sizeof(filter), "port=%u bind=yes", b->local.num);
	if (view_open(v, NULL) || view_filter(v, filter) || view_begin(v))
		exit(2);
	b->netns = v->header.netns;
	v->keep_bind = true;
	while ((got = view_next(v)) > 0)
		rowset_add(&w->socks, &v->row);
	if (got < 0)
		exit(2);
	rowset_sort_by_inode(&w->socks);
	bind_request_set_rows(b, v->bind_rows, v->bind_count);
}

/* A FIN may be acknowledged later, which changes the state again. */
static bool is_settled(const struct rowset *socks)
{
	size_t i;

	for (i = 0; i < socks->count; i++)
		if (socks->rows[i].record.state == PORTSOCK_FIN_WAIT1)
			return false;
	return true;
}

static void predict(struct why *w, const struct bind_request *b)
{
	int tries = 100;
	struct view v;
	size_t i;

	*w = (struct why){ .bind = *b };
	read_view(w, &v);
	while (!is_settled(&w->socks) && tries--) {
		usleep(10000);
		rowset_free(&w->socks);
		view_close(&v);
		read_view(w, &v);
	}
	host_query(&w->host, &w->bind);
	refusers_choose(&w->refusers, NULL, NULL);
	refusers_query(&w->refusers, &w->bind);
	w->blocks = calloc(w->socks.count + 1, sizeof(*w->blocks));
	for (i = 0; i < w->socks.count; i++)
		seen.rules[bind_rule_for(&w->bind, &w->socks.rows[i].record)]++;
	verdict_decide(w);
	view_close(&v);
}

static void free_prediction(struct why *w)
{
	refusers_close(&w->refusers);
	links_free(w->bind.links);
	rowset_free(&w->socks);
	free(w->blocks);
}

/* Call the real bind() and listen().  Return "OK" or the name of an errno. */
static const char *real_result(const struct bind_request *b)
{
	int fd = request_open(b), err;

	if (fd < 0)
		return "ENODEV";
	err = request_bind(b, fd);
	if (!err && b->listens && b->proto == PORTSOCK_PROTO_TCP)
		err = listen(fd, 1) ? errno : 0;
	close(fd);
	return err ? strerrorname_np(err) : "OK";
}

static void print_difference(u64 seed, const struct situation *s,
			     const struct why *w, const char *real,
			     const char *when)
{
	char text[160];
	size_t i;

	request_format(&w->bind, text, sizeof(text));
	printf("FAIL %llu%s: %s port %u: predicted %s%s, is %s\n",
	       (unsigned long long)seed, when, text, s->port,
	       verdict_name(w->verdict), w->guess ? " (guess)" : "", real);
	fputs(s->log, stdout);
	printf("  sockets:\n");
	for (i = 0; i < w->socks.count; i++) {
		const struct ps_record *r = &w->socks.rows[i].record;
		struct bind_request b = {
			.local = r->local, .flags = r->flags, .uid = r->uid,
			.proto = r->proto,
		};

		memcpy(b.dev, r->dev, sizeof(b.dev));
		request_format(&b, text, sizeof(text));
		printf("    %c %s %s, %s, inode %llu\n",
		       w->blocks[i] ? '*' : ' ', ps_state_names[r->state].text,
		       text, ps_held_names[r->held].text,
		       (unsigned long long)r->inode);
	}
}

/* Return true if the prediction is right. */
static bool check_prediction(u64 seed, const struct situation *s,
			     const struct why *w, const char *real,
			     const char *when)
{
	bool udp = w->bind.proto == PORTSOCK_PROTO_UDP;

	seen.tried++;
	seen.guesses[udp] += w->guess;
	if (!strcmp(verdict_name(w->verdict), real))
		return true;
	if (!strcmp(real, "EPERM") && w->refusers.programs) {
		seen.refused++;
		return false;
	}
	if (w->guess) {
		seen.wrong_guesses[udp]++;
		return false;
	}
	seen.different++;
	print_difference(seed, s, w, real, when);
	return false;
}

/* Each blocker conflicts by itself */

static const struct ps_record *random_blocker(const struct why *w)
{
	size_t nth = random_below(w->blockers), i;

	for (i = 0; i < w->socks.count; i++)
		if (w->blocks[i] && !nth--)
			return &w->socks.rows[i].record;
	abort();
}

/* A socket and its TIME_WAIT socket share a cookie. */
static bool is_same_socket(const struct ps_record *a, const struct ps_record *b)
{
	return a->cookie == b->cookie && !a->inode == !b->inode;
}

static bool is_blocker(const struct why *w, const struct ps_record *r)
{
	size_t i;

	for (i = 0; i < w->socks.count; i++)
		if (w->blocks[i] &&
		    is_same_socket(&w->socks.rows[i].record, r))
			return true;
	return false;
}

/* Return true if each blocker was one before, and is not the closed socket. */
static bool has_no_new_blocker(const struct why *before,
			       const struct why *after,
			       const struct ps_record *closed)
{
	size_t i;

	for (i = 0; i < after->socks.count; i++) {
		const struct ps_record *r = &after->socks.rows[i].record;

		if (after->blocks[i] &&
		    (is_same_socket(r, closed) || !is_blocker(before, r)))
			return false;
	}
	return true;
}

/*
 * Close all blockers one after the other, in random order: as long as one of
 * them exists bind() fails, and then it succeeds.
 */
static void close_blockers(u64 seed, struct situation *s, struct why *w)
{
	const char *real;
	struct why next;
	bool good = true;

	while (w->verdict == VERDICT_IN_USE && good) {
		const struct ps_record *r = random_blocker(w);

		if (!(r->inode && situation_close(s, r->cookie)) &&
		    world_destroy(r))
			return;
		predict(&next, &w->bind);
		real = real_result(&w->bind);
		seen.closed++;
		good = check_prediction(seed, s, &next, real, " after closing");
		if (good && !has_no_new_blocker(w, &next, r)) {
			print_difference(seed, s, &next, real,
					 " has a new blocker");
			seen.different++;
		}
		seen.freed += next.verdict == VERDICT_OK;
		free_prediction(w);
		*w = next;
	}
}

/* The reader itself */

static char *run_reader(const struct bind_request *b)
{
	static char output[1 << 20];
	char address[64], command[512];
	struct bind_request without_dev = *b;
	FILE *pipe;
	size_t got;

	without_dev.dev[0] = '\0';
	request_format(&without_dev, command, sizeof(command));
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
	got = pipe ? fread(output, 1, sizeof(output) - 1, pipe) : 0;
	output[got] = '\0';
	if (pipe)
		pclose(pipe);
	return output;
}

static size_t count_words(const char *text, const char *word)
{
	size_t count = 0;

	for (; (text = strstr(text, word)); text += strlen(word))
		count++;
	return count;
}

static bool has_member(const char *json, const char *key, const char *value)
{
	char text[64];

	snprintf(text, sizeof(text), "\"%s\":\"%s\"", key, value);
	return strstr(json, text);
}

/* The reader prints the same prediction, with the same number of blockers. */
static void check_reader(u64 seed, const struct situation *s,
			 const struct why *w)
{
	const char *output = run_reader(&w->bind), *real;
	size_t blockers = w->verdict == VERDICT_IN_USE ? w->blockers : 0;

	seen.reader_runs++;
	real = real_result(&w->bind);
	if (has_member(output, "verdict", verdict_name(w->verdict)) &&
	    has_member(output, "probe", real) &&
	    count_words(output, "\"cookie\":") == blockers)
		return;
	seen.different++;
	print_difference(seed, s, w, real, " in the reader");
	printf("  reader: %s", output);
}

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
	unsigned int guesses = seen.wrong_guesses[0] + seen.wrong_guesses[1];
	unsigned int different = seen.different;
	u16 port = FIRST_PORT + seed % PORTS;
	struct situation s;
	struct bind_request b;
	struct why w;
	bool denied;
	u8 proto;

	random_seed(seed);
	request_bias();
	proto = chance(65) ? PORTSOCK_PROTO_TCP : PORTSOCK_PROTO_UDP;
	situation_make(&s, port, proto);
	random_sysctls(port);
	denied = chance(6);
	if (denied)
		refusal_begin(port + random_below(2));
	request_random(&b, port, proto);
	b.listens = chance(85);
	predict(&w, &b);
	seen.verdicts[w.verdict]++;
	if (with_reader)
		check_reader(seed, &s, &w);
	if (check_prediction(seed, &s, &w, real_result(&b), ""))
		close_blockers(seed, &s, &w);
	free_prediction(&w);
	if (denied)
		refusal_end();
	situation_end(&s);
	world_reset();
	seen.seeds++;
	seen.failed += seen.different > different;
	seen.guessed += seen.different == different &&
		seen.wrong_guesses[0] + seen.wrong_guesses[1] > guesses;
}

static void print_counters(void)
{
	static const char *const rules[] = {
		"elsewhere", "vrf", "request", "device", "address", "reuseaddr",
		"reuseport", "conflict",
	};
	unsigned int i;

	for (i = 0; i <= VERDICT_IN_USE; i++)
		printf("count verdict-%s %u\n", verdict_name(i),
		       seen.verdicts[i]);
	for (i = 0; i <= RULE_CONFLICT; i++)
		printf("count rule-%s %u\n", rules[i], seen.rules[i]);
	printf("count refused %u\n", seen.refused);
	printf("count binds %u\ncount closed %u\ncount then-free %u\ncount reader-runs %u\n",
	       seen.tried, seen.closed, seen.freed, seen.reader_runs);
	printf("count guess-tcp %u\ncount guess-tcp-wrong %u\ncount guess-udp %u\ncount guess-udp-wrong %u\n",
	       seen.guesses[0], seen.wrong_guesses[0], seen.guesses[1],
	       seen.wrong_guesses[1]);
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
	print_counters();
	return 0;
}
