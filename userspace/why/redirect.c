// SPDX-License-Identifier: GPL-2.0
/*
 * Something may answer at a port without a socket: packets are redirected by a
 * rule of nftables or iptables, by a service of IPVS, or a BPF program chooses
 * their socket.  Each is read as root, and nothing is loaded: a subsystem that
 * is not in the kernel has no rules.
 *
 * A rule is not evaluated.  It counts unless it compares the protocol or the
 * destination port with another one.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "../util/clock.h"
#include "bpf.h"
#include "netlink.h"
#include "redirect.h"
#include "why.h"

#define DEADLINE	2000	/* milliseconds for the services of IPVS */
#define NAME_SIZE	256	/* of a table or chain, NFT_NAME_MAXLEN */

/* enum of linux/netfilter.h, which does not go with netinet/in.h */
#define FAMILY_INET	1
#define FAMILY_IPV4	2
#define FAMILY_IPV6	10

/* enum bpf_attach_type of Linux 5.9 */
#define SK_LOOKUP	36

/* What a register of nftables was loaded with. */
enum nft_load {
	LOAD_OTHER,
	LOAD_PROTO,
	LOAD_PORT,
};

/**
 * struct nft_rule - A rule of nftables
 * @load: the last expression that loads a register
 * @redirects: it leads packets to another address, port or socket
 * @other: it compares the protocol or port with another one
 * @names_port: it compares the port with that of the bind()
 */
struct nft_rule {
	enum nft_load load;
	bool redirects;
	bool other;
	bool names_port;
};

/**
 * struct nft_scan - All rules of the network namespace
 * @port: port of the bind()
 * @proto: its IPPROTO_
 * @named: number of rules that name the port
 * @possible: number of rules that redirect without a known port
 * @family: family of the first rule, of those that name the port if any
 * @table: its table
 * @chain: its chain
 * @partial: not all rules were read
 */
struct nft_scan {
	u32 port;
	u8 proto;
	size_t named;
	size_t possible;
	u8 family;
	char table[NAME_SIZE];
	char chain[NAME_SIZE];
	bool partial;
};

/**
 * struct attr - An attribute of a netlink message
 * @data: payload, NULL if there is none
 * @len: length of @data in bytes
 */
struct attr {
	const void *data;
	int len;
};

static struct attr find_attr(const void *data, int len, u16 type)
{
	const struct rtattr *a = data;

	for (; RTA_OK(a, len); a = RTA_NEXT(a, len))
		if ((a->rta_type & NLA_TYPE_MASK) == type)
			return (struct attr){ RTA_DATA(a), RTA_PAYLOAD(a) };
	return (struct attr){ NULL, 0 };
}

static u32 number_attr(const struct attr *of, u16 type)
{
	struct attr a = find_attr(of->data, of->len, type);
	u32 number;

	if (!a.data || a.len < (int)sizeof(number))
		return U32_MAX;
	memcpy(&number, a.data, sizeof(number));
	return ntohl(number);
}

static void copy_name(char to[NAME_SIZE], const struct attr *a)
{
	size_t len = a->data ? strnlen(a->data, a->len) : 0;

	if (len >= NAME_SIZE)
		len = 0;
	if (len)
		memcpy(to, a->data, len);
	to[len] = '\0';
}

static bool attr_is(const struct attr *a, const char *name)
{
	return a->data && a->len > (int)strlen(name) &&
		!strcmp(a->data, name);
}

/* "cmp": the value of the register that was loaded before. */
static void scan_cmp(struct nft_rule *rule, const struct nft_scan *scan,
		     const struct attr *data)
{
	struct attr value = find_attr(data->data, data->len, NFTA_CMP_DATA);
	u32 op = number_attr(data, NFTA_CMP_OP);
	const u8 *v;
	bool matches;
	u32 number;

	if (value.data)
		value = find_attr(value.data, value.len, NFTA_DATA_VALUE);
	v = value.data;
	if (!v || rule->load == LOAD_OTHER)
		return;
	if (rule->load == LOAD_PROTO && op == NFT_CMP_EQ && value.len >= 1)
		rule->other |= *v != scan->proto;
	if (rule->load != LOAD_PORT || value.len < 2)
		return;
	number = v[0] << 8 | v[1];
	matches = op == NFT_CMP_EQ ? scan->port == number :
		op == NFT_CMP_NEQ ? scan->port != number :
		op == NFT_CMP_LT ? scan->port < number :
		op == NFT_CMP_LTE ? scan->port <= number :
		op == NFT_CMP_GT ? scan->port > number :
		scan->port >= number;
	rule->other |= !matches;
	rule->names_port |= matches && op != NFT_CMP_NEQ;
}

/*
 * Matches of iptables-nft: struct xt_tcp and xt_udp begin with the ports and
 * end with the flags that invert the match.
 */
static void scan_match(struct nft_rule *rule, const struct nft_scan *scan,
		       const struct attr *data)
{
	struct attr name = find_attr(data->data, data->len, NFTA_MATCH_NAME);
	struct attr info = find_attr(data->data, data->len, NFTA_MATCH_INFO);
	bool tcp = attr_is(&name, "tcp"), udp = attr_is(&name, "udp");
	u16 ports[4];	/* source: first, last; destination: first, last */
	int invert = tcp ? 11 : 8;

	if ((!tcp && !udp) || info.len <= invert ||
	    ((const u8 *)info.data)[invert])
		return;
	memcpy(ports, info.data, sizeof(ports));
	rule->other |= scan->proto != (tcp ? IPPROTO_TCP : IPPROTO_UDP) ||
		scan->port < ports[2] || scan->port > ports[3];
	rule->names_port |= !rule->other && ports[3] - ports[2] < U16_MAX;
}

static void scan_expression(struct nft_rule *rule, const struct nft_scan *scan,
			    const struct attr *name, const struct attr *data)
{
	struct attr target;

	if (attr_is(name, "meta")) {
		rule->load = number_attr(data, NFTA_META_KEY) ==
			NFT_META_L4PROTO ? LOAD_PROTO : LOAD_OTHER;
	} else if (attr_is(name, "payload")) {
		u32 base = number_attr(data, NFTA_PAYLOAD_BASE);
		u32 offset = number_attr(data, NFTA_PAYLOAD_OFFSET);
		u32 len = number_attr(data, NFTA_PAYLOAD_LEN);

		rule->load = base == NFT_PAYLOAD_TRANSPORT_HEADER &&
			offset == 2 && len == 2 ? LOAD_PORT : LOAD_OTHER;
	} else if (attr_is(name, "cmp")) {
		scan_cmp(rule, scan, data);
	} else if (attr_is(name, "match")) {
		scan_match(rule, scan, data);
	} else if (attr_is(name, "target")) {
		target = find_attr(data->data, data->len, NFTA_TARGET_NAME);
		rule->redirects |= attr_is(&target, "DNAT") ||
			attr_is(&target, "REDIRECT") ||
			attr_is(&target, "TPROXY");
	} else if (attr_is(name, "nat")) {
		rule->redirects |= number_attr(data, NFTA_NAT_TYPE) ==
			NFT_NAT_DNAT;
	} else if (attr_is(name, "redir") || attr_is(name, "tproxy")) {
		rule->redirects = true;
	} else if (!attr_is(name, "counter") && !attr_is(name, "immediate")) {
		rule->load = LOAD_OTHER;
	}
}

static void scan_rule(const struct nlmsghdr *head, void *data)
{
	struct nft_scan *scan = data;
	const struct nfgenmsg *m = NLMSG_DATA(head);
	const void *attrs = (const char *)m + NLMSG_ALIGN(sizeof(*m));
	int len = NLMSG_PAYLOAD(head, sizeof(*m));
	struct attr list = find_attr(attrs, len, NFTA_RULE_EXPRESSIONS);
	struct attr table = find_attr(attrs, len, NFTA_RULE_TABLE);
	struct attr chain = find_attr(attrs, len, NFTA_RULE_CHAIN);
	struct nft_rule rule = { .load = LOAD_OTHER };
	const struct rtattr *a = list.data;

	if ((head->nlmsg_type & 0xff) != NFT_MSG_NEWRULE ||
	    head->nlmsg_len < NLMSG_LENGTH(sizeof(*m)))
		return;
	for (; a && RTA_OK(a, list.len); a = RTA_NEXT(a, list.len)) {
		struct attr name = find_attr(RTA_DATA(a), RTA_PAYLOAD(a),
					     NFTA_EXPR_NAME);
		struct attr value = find_attr(RTA_DATA(a), RTA_PAYLOAD(a),
					      NFTA_EXPR_DATA);

		scan_expression(&rule, scan, &name, &value);
	}
	if (!rule.redirects || rule.other)
		return;
	if (!scan->named && (rule.names_port || !scan->possible)) {
		scan->family = m->nfgen_family;
		copy_name(scan->table, &table);
		copy_name(scan->chain, &chain);
	}
	scan->named += rule.names_port;
	scan->possible += !rule.names_port;
}

static void scan_rules(struct nft_scan *scan)
{
	struct {
		struct nlmsghdr head;
		struct nfgenmsg message;
	} request = {
		.head = {
			.nlmsg_len = sizeof(request),
			.nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 |
				NFT_MSG_GETRULE,
		},
		.message.nfgen_family = AF_UNSPEC,
	};

	/* A kernel without nftables returns an error: it has no rules. */
	scan->partial = !netlink_dump(NETLINK_NETFILTER, &request.head,
				      scan_rule, scan) && !errno;
}

/*
 * A request to nftables loads its module.  Return true if it is loaded, built
 * in, or missing: if modprobe(8) would not find it.
 */
static bool nftables_stays_as_it_is(void)
{
	char path[128], line[512];
	struct utsname name;
	bool found = false;
	FILE *file;

	if (!access("/sys/module/nf_tables", F_OK) || uname(&name))
		return true;
	snprintf(path, sizeof(path), "/lib/modules/%s/modules.dep",
		 name.release);
	file = fopen(path, "re");
	while (file && !found && fgets(line, sizeof(line), file))
		found = strstr(line, "/nf_tables.ko");
	if (file)
		fclose(file);
	return !found;
}

static void put_nftables(struct buf *t, const struct bind_request *b)
{
	struct nft_scan scan = {
		.port = b->local.num,
		.proto = b->proto == PORTSOCK_PROTO_TCP ?
			IPPROTO_TCP : IPPROTO_UDP,
	};
	const char *family;

	if (!nftables_stays_as_it_is())
		return;
	scan_rules(&scan);
	family = scan.family == FAMILY_IPV4 ? "ip" :
		scan.family == FAMILY_IPV6 ? "ip6" :
		scan.family == FAMILY_INET ? "inet" : "bridge";
	if (scan.named) {
		print_clause(t, "%zu rule%s of nftables redirect%s the port, "
			     "so something else may answer: chain %s ",
			     scan.named, scan.named > 1 ? "s" : "",
			     scan.named > 1 ? "" : "s", family);
		print_name(t, scan.table, sizeof(scan.table));
		buf_char(t, ' ');
		print_name(t, scan.chain, sizeof(scan.chain));
		buf_word(t, " (nft list ruleset)");
	} else if (scan.possible) {
		print_clause(t, "%zu rule%s of nftables may redirect the port "
			     "(nft list ruleset)", scan.possible,
			     scan.possible > 1 ? "s" : "");
	}
	if (scan.partial)
		print_clause(t, "not all rules of nftables were read");
}

/* The tables of iptables-legacy, in a file for each family. */
static void put_iptables(struct buf *t)
{
	static const char *const files[][2] = {
		{ "/proc/self/net/ip_tables_names", "iptables-legacy" },
		{ "/proc/self/net/ip6_tables_names", "ip6tables-legacy" },
	};
	char name[32];
	unsigned int i;
	FILE *file;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		file = fopen(files[i][0], "re");
		while (file && fscanf(file, "%31s", name) == 1)
			if (!strcmp(name, "nat"))
				print_clause(t, "the nat table of iptables may "
					     "redirect the port (%s -t nat "
					     "-S)", files[i][1]);
		if (file)
			fclose(file);
	}
}

/* Lines of services: "TCP  C0A80101:0050 rr" */
static void put_ipvs(struct buf *t, const struct bind_request *b)
{
	const char *proto = b->proto == PORTSOCK_PROTO_TCP ? "TCP " : "UDP ";
	FILE *file = fopen("/proc/self/net/ip_vs", "re");
	int64_t end = clock_ms() + DEADLINE;
	char line[256], *blank, *colon;
	size_t count = 0;

	while (file && clock_ms() < end && fgets(line, sizeof(line), file)) {
		if (strncmp(line, proto, strlen(proto)))
			continue;
		blank = strchr(line + strlen(proto) + 1, ' ');
		if (blank)
			*blank = '\0';
		colon = strrchr(line, ':');
		count += colon && strtoul(colon + 1, NULL, 16) == b->local.num;
	}
	if (file)
		fclose(file);
	if (count)
		print_clause(t, "%zu service%s of IPVS at the port may answer "
			     "(ipvsadm -L -n)", count, count > 1 ? "s" : "");
}

static void put_sk_lookup(struct buf *t)
{
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	u32 ids[BPF_PROGRAMS_MAX];
	int count;

	if (fd < 0)
		return;
	count = bpf_query_programs(fd, SK_LOOKUP, 0, ids);
	close(fd);
	if (count > 0)
		print_clause(t, "%d BPF sk_lookup program%s may choose another "
			     "socket for the port (bpftool net)",
			     count, count > 1 ? "s" : "");
}

/**
 * redirect_put() - Append rules that may lead the packets for a port elsewhere
 * @t: text
 * @b: the bind(), in the network namespace of this process
 */
void redirect_put(struct buf *t, const struct bind_request *b)
{
	put_nftables(t, b);
	put_iptables(t);
	put_ipvs(t, b);
	put_sk_lookup(t);
}
