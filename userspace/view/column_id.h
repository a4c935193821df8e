/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers of the columns: those of the view, then those of the reader. */
#ifndef PORTSOCK_VIEW_COLUMN_ID_H
#define PORTSOCK_VIEW_COLUMN_ID_H

#include "../../module/uapi/portsock.h"

/* Columns that the reader looks up. */
#define OWN_COLUMNS(X)	\
	X(SERVICE)	\
	X(USER)		\
	X(CGPATH)	\
	X(UNIT)		\
	X(CONTAINER)	\
	X(MADE_CGPATH)	\
	X(MADE_UNIT)	\
	X(MADE_CONTAINER)	\
	X(COMMAND)	\
	X(NETNSNAME)	\
	X(LEAK)		\
	X(PEER_OWNERS)	\
	X(RING)

enum column_id {
	COL_FIRST = PORTSOCK_NCOLUMNS - 1,
#define X(name) COL_##name,
	OWN_COLUMNS(X)
#undef X
	NCOLUMNS
};

/* A set of columns is a u64. */
#define COLUMN_BIT(id)	(1ULL << (id))

_Static_assert(NCOLUMNS <= 64, "a set of columns is a u64");

#endif /* PORTSOCK_VIEW_COLUMN_ID_H */
