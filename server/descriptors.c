/* SPDX-License-Identifier: Apache-2.0 */
/* descriptors - one limit, two kinds that share it. */
#include "server/descriptors.h"

#include <sys/resource.h>

static uint64_t read_limit(void)
{
	struct rlimit limit;
	return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : UINT64_MAX;
}

struct descriptors descriptors_share_of(const struct conf *conf, uint64_t limit)
{
	uint64_t connections = (uint64_t)conf->http_connections_max, followers = (uint64_t)conf->follow_max;
	uint64_t wanted = connections + followers;
	uint64_t room = limit > DESCRIPTORS_OWN ? limit - DESCRIPTORS_OWN : 0;
	struct descriptors share = {
		.limit = limit, .connections = (unsigned)connections, .followers = (size_t)followers};
	if (wanted <= room)
		return share;
	/* Every follower begins as a connection. */
	uint64_t first = connections * room / wanted;
	share.are_few = true;
	share.connections = first > 0 ? (unsigned)first : 1;
	share.followers = (size_t)(room > share.connections ? room - share.connections : 0);
	return share;
}

struct descriptors descriptors_share(const struct conf *conf)
{
	return descriptors_share_of(conf, read_limit());
}

fallible descriptors_raise(const struct conf *conf, struct journal *journal)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit); /* then the limit stays, and less is taken */
	}
	struct descriptors share = descriptors_share(conf);
	if (share.limit < DESCRIPTORS_OWN + DESCRIPTORS_LEAST)
		return FAIL(INPUT, "the process may open too few files: raise RLIMIT_NOFILE to 192 at least");
	if (share.are_few)
		JOURNAL(journal, WARN, "the process may open too few files for the settings: fewer are taken",
			JOURNAL_NUMBER("files", (int64_t)share.limit),
			JOURNAL_NUMBER("connections", (int64_t)share.connections),
			JOURNAL_NUMBER("followers", (int64_t)share.followers));
	return OK;
}
