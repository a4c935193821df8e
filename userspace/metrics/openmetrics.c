// SPDX-License-Identifier: GPL-2.0
/*
 * OpenMetrics 1.0.  All metrics are gauges: that is correct for a snapshot, and
 * the parser of node_exporter, which supports only the older text format, reads
 * it, too.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "openmetrics.h"
#include "../../module/format/names.h"

#define PIECE_MAX	512
#define NS_PER_S	1000000000ULL

__attribute__((format(printf, 2, 3)))
static void put_text(struct buf *t, const char *format, ...)
{
	char *p = buf_room(t, PIECE_MAX);
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(p, PIECE_MAX, format, args);
	va_end(args);
	buf_done(t, p + (len < PIECE_MAX ? len : PIECE_MAX - 1));
}

static void put_family(struct buf *t, const char *name, const char *help)
{
	put_text(t, "# HELP portsock_%s %s\n# TYPE portsock_%s gauge\n", name,
		 help, name);
}

static void put_build_info(struct buf *t, const struct openmetrics *m)
{
	const char *p;

	put_family(t, "build_info", "Versions of the reader, of the view's "
		   "format and of the loaded module; always 1.");
	put_text(t, "portsock_build_info{version=\"" PORTSOCK_VERSION
		 "\",format=\"%" PRIu32 "\"", m->header->version);
	if (m->module[0]) {
		buf_word(t, ",module=\"");
		for (p = m->module; *p; p++) {
			if (*p == '\n')
				buf_word(t, "\\n");
			else if (*p == '"' || *p == '\\')
				put_text(t, "\\%c", *p);
			else
				buf_char(t, *p);
		}
		buf_char(t, '"');
	}
	buf_word(t, "} 1\n");
}

static void put_sockets(struct buf *t, const struct socket_counts *c)
{
	unsigned int proto, state, held;
	u64 count, orphans = 0;

	put_family(t, "sockets", "Sockets by protocol, state and HELD value.");
	for (proto = 0; proto < PORTSOCK_NPROTOS; proto++) {
		for (state = 0; state < PORTSOCK_NSTATES; state++) {
			for (held = 0; held < PORTSOCK_NHELD; held++) {
				count = c->sockets[proto][state][held];
				if (!count)
					continue;
				put_text(t, "portsock_sockets{proto=\"%s\","
					 "state=\"%s\",held=\"%s\"} %" PRIu64
					 "\n", ps_proto_names[proto].text,
					 ps_state_names[state].text,
					 ps_held_names[held].text, count);
				if (held == PORTSOCK_HELD_ORPHAN)
					orphans += count;
			}
		}
	}
	put_family(t, "orphans", "Sockets that their process has closed and "
		   "the kernel has not finished.");
	put_text(t, "portsock_orphans %" PRIu64 "\n", orphans);
}

static const struct {
	const char *name;
	const char *help;
	size_t offset;
	bool live;	/* not of a saved view */
} values[] = {
#define VALUE(member) offsetof(struct listening_port, member)
	{ "listener_sockets", "Listeners at a port.", VALUE(sockets), false },
	{ "listener_owners", "File descriptors of a port's listeners, as far "
	  "as the reader may see them.", VALUE(owners), false },
	{ "listener_backlog", "Connections that a port's listeners have to "
	  "accept, as the kernel counts them.", VALUE(backlog), false },
	{ "listener_backlog_limit", "Limit of the backlog of a port's "
	  "listeners.", VALUE(limit), false },
	{ "listener_accept_queue", "Sockets at a listening port that wait for "
	  "accept().", VALUE(acceptq), false },
	{ "listener_requests", "Request sockets at a listening port: "
	  "connections that are being made.", VALUE(requests), false },
	{ "listener_time_wait", "TIME_WAIT sockets at a listening port.",
	  VALUE(timewait), false },
	{ "listener_leaked", "Listeners at a port that have left the service "
	  "that made them, see portsock --leaked.", VALUE(leaked), true },
#undef VALUE
};

static u64 value_of(const struct listening_port *port, unsigned int i)
{
	u64 value;

	memcpy(&value, (const char *)port + values[i].offset, sizeof(value));
	return value;
}

/*
 * The ports of system users get series first: an ordinary user can listen at as
 * many ports as the limit allows, and must not displace those of the system.
 */
static void put_listening_ports(struct buf *t, const struct openmetrics *m)
{
	static const char *const classes[] = { "user", "system" };
	size_t count[2] = {}, own[2], left[2], at, n = m->counts.nlistening;
	struct listening_port *const *ports = m->counts.listening;
	u64 max = m->max_listening, sum[2];
	unsigned int i, class;

	for (at = 0; at < n; at++)
		count[ports[at]->system]++;
	for (class = 2; class--; max -= own[class])
		own[class] = count[class] < max ? count[class] : max;
	for (i = 0; i < ARRAY_SIZE(values); i++) {
		if (values[i].live && !m->counts.names.live)
			continue;
		put_family(t, values[i].name, values[i].help);
		memcpy(left, own, sizeof(left));
		memset(sum, 0, sizeof(sum));
		for (at = 0; at < n; at++) {
			const struct listening_port *port = ports[at];

			if (!left[port->system]) {
				sum[port->system] += value_of(port, i);
				continue;
			}
			left[port->system]--;
			put_text(t, "portsock_%s{netns=\"%" PRIu32
				 "\",proto=\"%s\",port=\"%" PRIu64
				 "\",class=\"%s\"} %" PRIu64 "\n",
				 values[i].name, port->key.part,
				 ps_proto_names[port->key.kind].text,
				 port->key.low, classes[port->system],
				 value_of(port, i));
		}
		for (class = 0; class < 2; class++)
			if (own[class] < count[class])
				put_text(t, "portsock_%s{netns=\"other\","
					 "proto=\"other\",port=\"other\","
					 "class=\"%s\"} %" PRIu64 "\n",
					 values[i].name, classes[class],
					 sum[class]);
	}
	put_family(t, "listening_ports", "Ports with a listener.");
	put_text(t, "portsock_listening_ports %zu\n", n);
	put_family(t, "listening_ports_left_out", "Listening ports without "
		   "series of their own; their sum has the port 'other'.");
	for (class = 0; class < 2; class++)
		put_text(t, "portsock_listening_ports_left_out{class=\"%s\"} "
			 "%zu\n", classes[class], count[class] - own[class]);
}

static void put_ephemeral_ports(struct buf *t, const struct openmetrics *m)
{
	/* Protocols whose automatic port is from ip_local_port_range. */
	static const u8 protos[] = {
		PORTSOCK_PROTO_DCCP, PORTSOCK_PROTO_SCTP, PORTSOCK_PROTO_TCP,
		PORTSOCK_PROTO_UDP, PORTSOCK_PROTO_UDPLITE,
	};
	unsigned int i;

	put_family(t, "ephemeral_ports", "Ports in ip_local_port_range.");
	put_text(t, "portsock_ephemeral_ports %" PRIu32 "\n",
		 m->last_port - m->first_port + 1);
	put_family(t, "ephemeral_ports_used", "Ports in ip_local_port_range "
		   "with a socket in any state.");
	for (i = 0; i < sizeof(protos); i++)
		put_text(t, "portsock_ephemeral_ports_used{proto=\"%s\"} %"
			 PRIu32 "\n", ps_proto_names[protos[i]].text,
			 count_used_ports(&m->counts, protos[i], m->first_port,
					  m->last_port));
}

/**
 * openmetrics_put() - Put the metrics as text
 * @t: result
 * @m: input
 */
void openmetrics_put(struct buf *t, const struct openmetrics *m)
{
	const char *duration = "snapshot_duration_seconds";

	put_build_info(t, m);
	put_sockets(t, &m->counts);
	put_listening_ports(t, m);
	if (m->last_port)
		put_ephemeral_ports(t, m);
	put_family(t, duration, "Duration of the snapshot.");
	put_text(t, "# UNIT portsock_%s seconds\nportsock_%s %" PRIu64
		 ".%09" PRIu64 "\n# EOF\n", duration, duration,
		 (uint64_t)(m->header->took / NS_PER_S),
		 (uint64_t)(m->header->took % NS_PER_S));
}
