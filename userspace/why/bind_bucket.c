// SPDX-License-Identifier: GPL-2.0
/*
 * The bind buckets of a TCP port.
 *
 * struct inet_bind_bucket is found by port and VRF (inet_sk_bound_l3mdev()), so
 * sockets of different VRFs do not conflict.  With tcp_l3mdev_accept all are in
 * the bucket without VRF.  UDP compares interfaces only.
 *
 * A socket stays in its bucket when its interface is moved to another VRF, and
 * when the sysctl is changed.  An accepted socket is in the bucket of its
 * listener, even if it is bound to another interface.  The rows of bind=yes
 * contain which buckets there are.
 */
#include <stdlib.h>

#include "bind_rules.h"

/* Compare two rows of bind=yes by their VRFs. */
int bind_row_order(const void *a, const void *b)
{
	const struct ps_record *first = a, *second = b;

	return strcmp(first->dev, second->dev);
}

/* Return the row of a bucket, NULL if there is none. */
static const struct ps_record *find_bucket(const struct bind_request *b,
					   const char *vrf)
{
	struct ps_record key;

	strcpy(key.dev, vrf);
	return !b->bind_row_count ? NULL :
		bsearch(&key, b->bind_rows, b->bind_row_count, sizeof(key),
			bind_row_order);
}

/* Return true for a VRF.  In a saved view a bucket's interface is one. */
static bool is_vrf_device(const struct bind_request *b, const char *dev)
{
	const struct link *link;

	if (!b->links || !b->links->known)
		return find_bucket(b, dev);
	link = links_find_name(b->links, dev);
	return link && link->table;
}

/*
 * Return the VRF that selects the bucket of a socket bound to @dev, "" for the
 * bucket without VRF, NULL if unknown.
 */
static const char *bucket_vrf(const struct bind_request *b, const char *dev)
{
	const struct link *link;

	if (!*dev)
		return "";
	if (!b->links || !b->links->known)
		return is_vrf_device(b, dev) ? dev : NULL;
	if (b->links->tcp_l3mdev_accept)
		return "";
	link = links_find_name(b->links, dev);
	if (!link)
		return NULL;
	link = links_find(b->links, link->vrf);
	return link ? link->name : "";
}

/*
 * Without rows of bind=yes the present VRFs decide.  Two sockets at one
 * interface differ only if it was moved in between.
 */
static enum bucket_match match_by_vrf(const struct bind_request *b,
				      const struct ps_record *r)
{
	const char *ours = bucket_vrf(b, b->dev);
	const char *theirs = bucket_vrf(b, r->dev);

	if (!strcmp(b->dev, r->dev))
		return BUCKET_SAME;
	if (!ours || !theirs)
		return BUCKET_LIKELY_SAME;
	return strcmp(ours, theirs) ? BUCKET_LIKELY_OTHER : BUCKET_LIKELY_SAME;
}

/**
 * bind_bucket_match() - Compare the bind buckets of a bind() and a socket
 * @b: the bind()
 * @r: existing socket of its port
 *
 * Return: the result; BUCKET_SAME for UDP.
 */
enum bucket_match bind_bucket_match(const struct bind_request *b,
				    const struct ps_record *r)
{
	const char *ours, *theirs;

	if (b->proto != PORTSOCK_PROTO_TCP)
		return BUCKET_SAME;
	if (!b->bind_row_count)
		return match_by_vrf(b, r);
	ours = bucket_vrf(b, b->dev);
	theirs = bucket_vrf(b, r->dev);
	if (ours && !find_bucket(b, ours))
		return BUCKET_OTHER;
	if (ours && b->bind_row_count == 1)
		return BUCKET_SAME;
	if (!ours)
		return b->bind_row_count == 1 && !strcmp(b->dev, r->dev) ?
			BUCKET_SAME : BUCKET_LIKELY_SAME;
	if (!*r->dev)
		return *ours ? BUCKET_OTHER : BUCKET_SAME;
	/* A VRF belongs to no other: its socket is in its bucket or in none's. */
	if (is_vrf_device(b, r->dev) && strcmp(r->dev, ours) && *ours)
		return BUCKET_OTHER;
	if (is_vrf_device(b, r->dev) && *ours && !find_bucket(b, ""))
		return BUCKET_SAME;
	return theirs && strcmp(ours, theirs) ? BUCKET_LIKELY_OTHER :
		BUCKET_LIKELY_SAME;
}

/**
 * bind_bucket_has_row() - Find the row of bind=yes of the bucket of a bind()
 * @b: the bind()
 * @row: result, NULL if there is no such bucket
 *
 * Return: false if it is unknown which bucket that is.
 */
bool bind_bucket_has_row(const struct bind_request *b,
			 const struct ps_record **row)
{
	const char *vrf = bucket_vrf(b, b->dev);

	*row = vrf ? find_bucket(b, vrf) : NULL;
	return vrf;
}
