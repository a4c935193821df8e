/* SPDX-License-Identifier: GPL-2.0 */
/* What text is made of: numbers, bytes that must be escaped, addresses. */
#ifndef PORTSOCK_CORE_PUT_H
#define PORTSOCK_CORE_PUT_H

#include "base.h"

/* A literal of constant length: the compiler makes one or two stores of it. */
#define ps_put_literal(p, text) \
	((char *)memcpy(p, text, sizeof(text) - 1) + sizeof(text) - 1)

/* Which bytes are written as \ooo. */
enum ps_escape {
	PS_ESCAPE_PATH,		/* space, backslash, control, non-ASCII    */
	PS_ESCAPE_COMM,		/* ... and the separators comma and slash  */
};

char *ps_put_u32(char *p, u32 v);
char *ps_put_u64(char *p, u64 value);
char *ps_put_hex(char *p, u64 value);
char *ps_put_hex16(char *p, u16 value);
char *ps_put_octal(char *p, u8 c);
char *ps_put_escaped(char *p, const char *text, size_t len, enum ps_escape how);
char *ps_put_ip4(char *p, const u8 ip[4]);
char *ps_put_ip6(char *p, const u8 ip[16]);
bool ps_ip6_needs_scope(const u8 ip[16]);

#endif /* PORTSOCK_CORE_PUT_H */
