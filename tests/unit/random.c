// SPDX-License-Identifier: GPL-2.0
/* Random things, the same ones in every run. */
#include "test.h"

static u64 state = 0x9e3779b97f4a7c15;

/* xorshift64* */
u64 random_u64(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1d;
}

unsigned int random_below(unsigned int n)
{
	return (random_u64() >> 33) % n;
}

/*
 * Small numbers as often as large ones; each power of two and its neighbours,
 * 0, 1 and the greatest two of each width.
 */
u64 random_magnitude(void)
{
	u64 power = 1ULL << random_below(64);

	switch (random_below(8)) {
	case 0:
		return power - 1;
	case 1:
		return power;
	case 2:
		return random_below(4) ? power - 2 : U64_MAX - random_below(2);
	default:
		return random_u64() >> random_below(64);
	}
}

/*
 * A length from 0 to @most: half of the time 0, 1, the greatest but one or the
 * greatest.
 */
static unsigned int random_length(unsigned int most)
{
	const unsigned int edges[] = { 0, 1, most - 1, most };

	return random_below(2) ? edges[random_below(4)] :
		random_below(most + 1);
}

void random_bytes(void *p, size_t len)
{
	u8 *byte = p;

	while (len--)
		*byte++ = random_u64() >> 56;
}

/* A name as the kernel allows it: any bytes but NUL and slash. */
static void random_dev(char dev[PS_DEV_SIZE])
{
	unsigned int i, len = random_below(3) ? 0 :
		random_length(PS_DEV_SIZE - 1);

	memset(dev, 0, PS_DEV_SIZE);
	for (i = 0; i < len; i++)
		dev[i] = random_below(4) ? 'a' + random_below(26) :
			1 + random_below(255);
}

static void random_ip6(u8 ip[16])
{
	static const u8 link_local[8] = { 0xfe, 0x80 };
	unsigned int i;

	random_bytes(ip, 16);
	for (i = 0; i < 16; i += 2)
		if (random_below(2))
			memset(ip + i, 0, 2);
	if (!random_below(4))
		memcpy(ip, link_local, sizeof(link_local));
}

static void random_name(struct ps_end *end, char *text)
{
	end->form = random_below(2) ? PS_FORM_PATH : PS_FORM_ABSTRACT;
	/* only an abstract name may be empty */
	end->len = random_length(PS_TEXT_MAX);
	if (end->form == PS_FORM_PATH && !end->len)
		end->len = 1;
	random_bytes(text, end->len);
	if (!random_below(4))
		text[0] = '@';
	if (!random_below(8)) {
		text[0] = '-';
		end->len = 1;
	}
	end->text = text;
}

static void random_inet(struct ps_end *end)
{
	end->form = random_below(2) ? PS_FORM_INET : PS_FORM_INET6;
	end->num = (u16)random_magnitude();
	if (end->form == PS_FORM_INET)
		random_bytes(end->ip, 4);
	else
		random_ip6(end->ip);
}

static void random_end(struct ps_end *end, u8 proto, char *text)
{
	memset(end, 0, sizeof(*end));
	if (!random_below(4))
		return;
	switch (proto) {
	case PORTSOCK_PROTO_UNIX:
	case PORTSOCK_PROTO_ALG:
		random_name(end, text);
		return;
	case PORTSOCK_PROTO_NETLINK:
	case PORTSOCK_PROTO_TIPC:
		end->form = PS_FORM_NETLINK;
		end->num = (u16)random_magnitude();
		end->id = random_magnitude();
		return;
	case PORTSOCK_PROTO_VSOCK:
		end->form = PS_FORM_VSOCK;
		end->num = random_magnitude();
		end->id = random_magnitude();
		return;
	case PORTSOCK_PROTO_PACKET:
		end->form = PS_FORM_PACKET;
		end->num = (u16)random_magnitude();
		return;
	default:
		if (random_below(4))
			random_inet(end);
		else
			end->form = PS_FORM_ANY;
	}
}

static void random_optional(struct ps_record *r)
{
	r->has = random_below(32);
	if (r->has & PS_HAS_PORT)
		r->port = r->proto == PORTSOCK_PROTO_VSOCK ?
			random_magnitude() : (u16)random_magnitude();
	if (r->has & PS_HAS_QUEUES) {
		r->rxq = random_magnitude();
		r->txq = random_magnitude();
	}
	if (r->has & PS_HAS_UID)
		r->uid = random_magnitude();
	if (r->has & PS_HAS_CGROUP)
		r->cgroup = random_magnitude();
	if (r->has & PS_HAS_PARENT)
		r->parent = random_magnitude();
	r->expires = random_below(2) ? PS_NO_EXPIRY :
		(s32)(random_magnitude() & S32_MAX);
}

/* @local and @remote are room for PS_TEXT_MAX bytes. */
void random_record(struct ps_record *r, char *local, char *remote)
{
	static const u8 common[] = {
		PORTSOCK_PROTO_TCP, PORTSOCK_PROTO_UDP, PORTSOCK_PROTO_UNIX,
		PORTSOCK_PROTO_NETLINK, PORTSOCK_PROTO_PACKET,
		PORTSOCK_PROTO_VSOCK,
	};

	memset(r, 0, sizeof(*r));
	r->proto = random_below(3) ? common[random_below(sizeof(common))] :
		random_below(PORTSOCK_NPROTOS);
	r->state = random_below(PORTSOCK_NSTATES);
	r->held = random_below(PORTSOCK_NHELD);
	r->cookie = random_magnitude();
	r->inode = random_magnitude();
	r->netns = random_u64();
	r->flags = random_u64() & ((1U << PORTSOCK_NFLAGS) - 1);
	random_dev(r->dev);
	random_end(&r->local, r->proto, local);
	random_end(&r->remote, r->proto, remote);
	random_optional(r);
}

void random_owner(struct ps_owner *o)
{
	unsigned int len = random_length(PS_COMM_SIZE - 1), i;

	memset(o, 0, sizeof(*o));
	o->pid = random_magnitude();
	o->tid = random_below(2) ? o->pid : (u32)random_magnitude();
	o->fd = random_magnitude();
	for (i = 0; i < len; i++)
		o->comm[i] = 1 + random_below(255);
}
