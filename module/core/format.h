/* SPDX-License-Identifier: GPL-2.0 */
/* Text out: format 1, written straight into a buffer. */
#ifndef PORTSOCK_CORE_FORMAT_H
#define PORTSOCK_CORE_FORMAT_H

#include "put.h"
#include "record.h"

/* The most that one call of each function writes, in bytes. */
#define PS_HEADER_MAX	512
#define PS_RECORD_MAX	2048
#define PS_OWNER_MAX	128
#define PS_HOLDER_MAX	72

/* Longest name of a unix socket, in bytes before escaping. */
#define PS_TEXT_MAX	108

char *ps_format_header(char *p, const struct ps_header *h);
char *ps_format_record(char *p, const struct ps_record *r);
char *ps_format_owner(char *p, const struct ps_owner *o);
char *ps_format_holder(char *p, const char *name);

#endif /* PORTSOCK_CORE_FORMAT_H */
