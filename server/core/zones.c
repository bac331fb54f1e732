/* SPDX-License-Identifier: Apache-2.0 */
/* zones - read the end of a TZif file. */
#include "server/core/zones.h"

#include "base/zone_rule.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static const char FOLDER[] = "/usr/share/zoneinfo/";

enum { PATH_BYTES = sizeof FOLDER + ZONES_NAME_MAX, TAIL_MAX = ZONE_RULE_MAX + 2 };

/* A name is a path below the folder, and leads nowhere else. */
static bool is_name(struct span name)
{
	bool fits = name.at && name.len > 0 && name.len <= ZONES_NAME_MAX;
	return fits && name.at[0] != '/' && !memmem(name.at, name.len, "..", 2) &&
		!memchr(name.at, 0, name.len);
}

/* The last bytes of a file; the count of them, or -1. */
static ssize_t read_tail(const char *path, char tail[static TAIL_MAX])
{
	ssize_t len = -1;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return -1;
	off_t size = lseek(fd, 0, SEEK_END);
	if (size > 0)
		len = pread(fd, tail, TAIL_MAX, size > TAIL_MAX ? size - TAIL_MAX : 0);
	close(fd);
	return len;
}

/* What stands between the last two line feeds (RFC 9636 §3.3). */
static struct span last_line(struct span tail)
{
	if (tail.len == 0 || tail.at[tail.len - 1] != '\n')
		return SPAN_NONE;
	struct span rest = span_first(tail, tail.len - 1);
	const uint8_t *before = memrchr(rest.at, '\n', rest.len);
	return before ? span_from(rest, (size_t)(before - rest.at) + 1) : SPAN_NONE;
}

fallible zones_rule(struct span name, struct arena *arena, struct span *rule)
{
	char path[PATH_BYTES], tail[TAIL_MAX];
	struct zone_time now;
	if (!is_name(name))
		return FAIL(INVALID, "a time zone has no such name");
	snprintf(path, sizeof path, "%s%.*s", FOLDER, SPAN_FMT(name));
	ssize_t len = read_tail(path, tail);
	struct span line = len > 0 ? last_line(span_of(tail, (size_t)len)) : SPAN_NONE;
	if (err_failed(zone_rule_read(line, (struct instant){0}, &now)))
		return FAIL(INVALID, "there is no such time zone, or its file ends without a rule");
	return arena_keep(arena, line, rule);
}
