// SPDX-License-Identifier: GPL-2.0
/*
 * OpenMetrics 1.0.  All of them are gauges: that is true of a snapshot, and
 * node_exporter's parser, which knows the older text format only, reads it too.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "metrics.h"
#include "../../module/format/names.h"

#define PIECE_MAX	512
#define NS_PER_S	1000000000ULL

__attribute__((format(printf, 2, 3)))
static void put(struct buf *t, const char *format, ...)
{
	char *p = buf_room(t, PIECE_MAX);
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(p, PIECE_MAX, format, args);
	va_end(args);
	buf_done(t, p + (len < PIECE_MAX ? len : PIECE_MAX - 1));
}

static void family(struct buf *t, const char *name, const char *help)
{
	put(t, "# HELP portsock_%s %s\n# TYPE portsock_%s gauge\n", name, help,
	    name);
}

/* A label's value: the three bytes that may not stand there are escaped. */
static void put_value(struct buf *t, const char *value)
{
	for (; *value; value++) {
		if (*value == '\n')
			buf_put(t, "\\n", 2);
		else if (*value == '"' || *value == '\\')
			put(t, "\\%c", *value);
		else
			buf_char(t, *value);
	}
}

static void put_build(struct buf *t, const struct metrics_about *about)
{
	family(t, "build_info", "Versions of the reader, of the view's format "
	       "and of the loaded module; always 1.");
	put(t, "portsock_build_info{version=\"" PORTSOCK_VERSION "\",format=\"%"
	    PRIu32 "\"", about->header->version);
	if (about->module[0]) {
		put(t, ",module=\"");
		put_value(t, about->module);
		put(t, "\"");
	}
	put(t, "} 1\n");
}

static void put_sockets(struct buf *t, const struct metrics *m)
{
	unsigned int proto, state, held;
	u64 count;

	family(t, "sockets",
	       "Sockets by protocol, state and why they are there.");
	for (proto = 0; proto < PORTSOCK_NPROTOS; proto++) {
		for (state = 0; state < PORTSOCK_NSTATES; state++) {
			for (held = 0; held < PORTSOCK_NHELD; held++) {
				count = m->sockets[proto][state][held];
				if (!count)
					continue;
				put(t, "portsock_sockets{proto=\"%s\","
				    "state=\"%s\",held=\"%s\"} %" PRIu64 "\n",
				    ps_proto_names[proto].text,
				    ps_state_names[state].text,
				    ps_held_names[held].text, count);
			}
		}
	}
}

static void put_orphans(struct buf *t, const struct metrics *m)
{
	unsigned int proto, state;
	u64 count = 0;

	for (proto = 0; proto < PORTSOCK_NPROTOS; proto++)
		for (state = 0; state < PORTSOCK_NSTATES; state++)
			count += m->sockets[proto][state][PORTSOCK_HELD_ORPHAN];
	family(t, "orphans", "Sockets that their process has closed and the "
	       "kernel is finishing.");
	put(t, "portsock_orphans %" PRIu64 "\n", count);
}

static const struct {
	const char *name;
	const char *help;
	size_t offset;
	bool live;	/* a saved view does not tell it */
} values[] = {
#define VALUE(member, name, help) \
	{ "listener_" name, help, offsetof(struct listener, member), false }
#define LIVE_VALUE(member, name, help) \
	{ "listener_" name, help, offsetof(struct listener, member), true }
	VALUE(sockets, "sockets", "Sockets that listen at a port."),
	VALUE(owners, "owners", "Descriptors that refer to a port's listeners, "
	      "as far as the reader may see them."),
	VALUE(backlog, "backlog", "Connections that a port's listeners have to "
	      "accept, as the kernel counts them."),
	VALUE(limit, "backlog_limit",
	      "Connections that they may have to accept at a time."),
	VALUE(acceptq, "accept_queue", "Sockets at a listening port that wait "
	      "for accept()."),
	VALUE(requests, "requests", "Connections at a listening port that are "
	      "being made."),
	VALUE(timewait, "time_wait", "Closed connections at a listening port "
	      "in TIME_WAIT."),
	LIVE_VALUE(leaked, "leaked", "Sockets listening at a port that somebody "
		   "holds who did not make them, see portsock --leaked."),
#undef VALUE
#undef LIVE_VALUE
};

static u64 value_of(const struct listener *l, unsigned int i)
{
	u64 value;

	memcpy(&value, (const char *)l + values[i].offset, sizeof(value));
	return value;
}

static const char *const class_names[] = { "user", "system" };

/**
 * struct shown - how many listening ports have series of their own
 * @count: how many there are, by class
 * @own: how many have their own
 */
struct shown {
	size_t count[2];
	size_t own[2];
};

/*
 * The ports of system users come first: an ordinary user can listen at as many
 * ports as the limit allows, and must not make those of the system disappear.
 */
static void choose(struct shown *shown, const struct metrics *m, u64 max)
{
	size_t i;

	*shown = (struct shown){};
	for (i = 0; i < m->count; i++)
		shown->count[m->listeners[i].system]++;
	for (i = 2; i--;) {
		shown->own[i] = shown->count[i] < max ? shown->count[i] : max;
		max -= shown->own[i];
	}
}

static void put_value_of_listener(struct buf *t, unsigned int i,
				  const struct listener *l)
{
	put(t, "portsock_%s{netns=\"%" PRIu32 "\",proto=\"%s\",port=\"%" PRIu32
	    "\",class=\"%s\"} %" PRIu64 "\n", values[i].name, l->netns,
	    ps_proto_names[l->proto].text, l->port, class_names[l->system],
	    value_of(l, i));
}

/* One value of each listening port; those beyond the limit in a sum. */
static void put_value_of_listeners(struct buf *t, unsigned int i,
				   const struct metrics *m,
				   const struct shown *shown)
{
	const struct listener *l = m->listeners;
	size_t left[2] = { shown->own[0], shown->own[1] };
	u64 sum[2] = {};
	unsigned int c;

	family(t, values[i].name, values[i].help);
	for (; l < m->listeners + m->count; l++) {
		if (!left[l->system]) {
			sum[l->system] += value_of(l, i);
			continue;
		}
		left[l->system]--;
		put_value_of_listener(t, i, l);
	}
	for (c = 0; c < 2; c++)
		if (shown->own[c] < shown->count[c])
			put(t, "portsock_%s{netns=\"other\",proto=\"other\","
			    "port=\"other\",class=\"%s\"} %" PRIu64 "\n",
			    values[i].name, class_names[c], sum[c]);
}

static void put_listeners(struct buf *t, const struct metrics *m,
			  u64 max)
{
	struct shown shown;
	unsigned int i;

	choose(&shown, m, max);
	for (i = 0; i < ARRAY_SIZE(values); i++)
		if (m->names.live || !values[i].live)
			put_value_of_listeners(t, i, m, &shown);
	family(t, "listening_ports", "Ports at which a socket listens.");
	put(t, "portsock_listening_ports %zu\n", m->count);
	family(t, "listening_ports_left_out", "Listening ports without series "
	       "of their own; their sum has the port 'other'.");
	for (i = 0; i < 2; i++)
		put(t, "portsock_listening_ports_left_out{class=\"%s\"} %zu\n",
		    class_names[i], shown.count[i] - shown.own[i]);
}

/* The protocols whose automatic port comes out of ip_local_port_range. */
static void put_ephemeral(struct buf *t, const struct metrics *m,
			  const struct metrics_about *about)
{
	static const u8 protos[] = {
		PORTSOCK_PROTO_DCCP, PORTSOCK_PROTO_SCTP, PORTSOCK_PROTO_TCP,
		PORTSOCK_PROTO_UDP, PORTSOCK_PROTO_UDPLITE,
	};
	unsigned int i;

	if (!about->last)
		return;
	family(t, "ephemeral_ports", "Ports in ip_local_port_range.");
	put(t, "portsock_ephemeral_ports %" PRIu32 "\n",
	    about->last - about->first + 1);
	family(t, "ephemeral_ports_used", "Ports in ip_local_port_range at "
	       "which there is a socket in any state.");
	for (i = 0; i < sizeof(protos); i++)
		put(t, "portsock_ephemeral_ports_used{proto=\"%s\"} %" PRIu32
		    "\n", ps_proto_names[protos[i]].text,
		    metrics_used(m, protos[i], about->first, about->last));
}

static void put_duration(struct buf *t, const struct ps_header *h)
{
	const char *name = "snapshot_duration_seconds";

	family(t, name, "How long it took to take the snapshot.");
	put(t, "# UNIT portsock_%s seconds\nportsock_%s %" PRIu64 ".%09" PRIu64
	    "\n", name, name, (uint64_t)(h->took / NS_PER_S),
	    (uint64_t)(h->took % NS_PER_S));
}

/**
 * metrics_put() - the metrics as text
 * @t: where they go
 * @m: all rows counted
 * @about: and what does not come from them
 */
void metrics_put(struct buf *t, const struct metrics *m,
		    const struct metrics_about *about)
{
	put_build(t, about);
	put_sockets(t, m);
	put_orphans(t, m);
	put_listeners(t, m, about->max_listeners);
	put_ephemeral(t, m, about);
	put_duration(t, about->header);
	put(t, "# EOF\n");
}
