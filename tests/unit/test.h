/* SPDX-License-Identifier: GPL-2.0 */
/* Declarations for all test programs. */
#ifndef PORTSOCK_TEST_H
#define PORTSOCK_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../module/format/format.h"
#include "../../module/format/names.h"
#include "../../userspace/view/parse.h"

#define RUN(tests) \
	(cmocka_set_message_output(CM_OUTPUT_TAP), \
	 cmocka_run_group_tests(tests, NULL, NULL))

u64 random_u64(void);
unsigned int random_below(unsigned int n);
u64 random_magnitude(void);
void random_bytes(void *p, size_t len);
void random_record(struct ps_record *r, char *local, char *remote);
void random_owner(struct ps_owner *o);

#endif /* PORTSOCK_TEST_H */
