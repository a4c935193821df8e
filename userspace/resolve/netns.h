/* SPDX-License-Identifier: GPL-2.0 */
/* Network namespaces: by name, by process, by inode number. */
#ifndef PORTSOCK_RESOLVE_NETNS_H
#define PORTSOCK_RESOLVE_NETNS_H

#include "../../module/format/base.h"

typedef void netns_visitor(void *to, u32 netns, const char *name,
			   const char *path);

int netns_parse(const char *word, u64 *netns);
void netns_each(netns_visitor *visit, void *to);
int netns_enter(const char *word);

#endif /* PORTSOCK_RESOLVE_NETNS_H */
