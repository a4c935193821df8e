/* SPDX-License-Identifier: GPL-2.0 */
/* Records without sockets. */
#ifndef PORTSOCK_KUNIT_SAMPLES_H
#define PORTSOCK_KUNIT_SAMPLES_H

#include <kunit/test.h>

#include "format/record.h"
#include "store.h"

static inline struct ps_record made_up_tcp(u64 cookie, u8 state, u16 observed)
{
	return (struct ps_record) {
		.cookie = cookie,
		.proto = PORTSOCK_PROTO_TCP,
		.state = state,
		.observed = observed,
		.port = 80,
		.has = PS_HAS_PORT | PS_HAS_QUEUES | PS_HAS_UID,
		.local = { .form = PS_FORM_INET, .num = 80,
			   .ip = { 127, 0, 0, 1 } },
		.remote = { .form = PS_FORM_ANY },
		.expires = PS_NO_EXPIRY,
	};
}

static inline struct ps_record *add(struct kunit *test, struct ps_store *store,
				    const struct ps_record *r)
{
	struct ps_record *added;

	KUNIT_ASSERT_EQ(test, ps_store_add(store, r, &added), 0);
	return added;
}

static inline struct ps_record *add_tcp(struct kunit *test,
					struct ps_store *store, u64 cookie,
					u8 state, u16 observed)
{
	struct ps_record r = made_up_tcp(cookie, state, observed);

	return add(test, store, &r);
}

static inline void own(struct kunit *test, struct ps_store *store,
		       struct ps_record *record, u32 pid, u32 tid, u32 fd)
{
	static const char comm[PS_COMM_SIZE] = "made-up";
	u32 task;

	KUNIT_ASSERT_EQ(test, ps_store_add_task(store, pid, tid, comm, &task), 0);
	KUNIT_ASSERT_EQ(test, ps_store_add_owner(store, record, task, fd), 0);
}

static inline const struct ps_record *row(const struct ps_store *store, u32 i)
{
	return store->rows[i];
}

#endif /* PORTSOCK_KUNIT_SAMPLES_H */
