/* SPDX-License-Identifier: Apache-2.0 */
/* zones - read a zone's file, and say where its last line is not the whole truth. */
#include "server/core/zones.h"

#include "base/buf.h"
#include "base/tzif.h"
#include "base/zone_rule.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const char FOLDER[] = "/usr/share/zoneinfo/";

enum {
	PATH_BYTES = sizeof FOLDER + ZONES_NAME_MAX,
	FILE_MAX = 16 * 1024,     /* the longest has 3,552 bytes */
	OURS_FROM_S = 1767225600, /* 2026-01-01 */
	LOOK_S = 120 * 24 * 60 * 60,
};

/* A name is a path below the folder, and leads nowhere else. */
static bool is_name(struct span name)
{
	bool fits = name.at && name.len > 0 && name.len <= ZONES_NAME_MAX;
	return fits && name.at[0] != '/' && !memmem(name.at, name.len, "..", 2) &&
		!memchr(name.at, 0, name.len);
}

/* The bytes of a file; the count of them, 0 when it can't be read or is no file of a zone by its size. */
static size_t read_file(const char *path, uint8_t file[static FILE_MAX])
{
	struct stat is;
	ssize_t len = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return 0;
	if (fstat(fd, &is) == 0 && S_ISREG(is.st_mode) && is.st_size <= FILE_MAX)
		len = pread(fd, file, FILE_MAX, 0);
	close(fd);
	return len > 0 ? (size_t)len : 0;
}

/* A stretch between two turns. */
struct stretch {
	int64_t from_s, until_s;
	int32_t east_s;
};

/* Whether the line says the same all along. Nobody's summer is shorter than a look. */
static fallible tells(struct span line, const struct stretch *stretch, bool *same)
{
	int64_t east_s;
	TRY(zone_rule_east(line, (struct instant){(stretch->until_s - 1) * 1000}, &east_s));
	*same = east_s == stretch->east_s;
	for (int64_t at_s = stretch->from_s; *same && at_s < stretch->until_s; at_s += LOOK_S) {
		TRY(zone_rule_east(line, (struct instant){at_s * 1000}, &east_s));
		*same = east_s == stretch->east_s;
	}
	return OK;
}

static fallible put_rule(const struct tzif *tzif, struct buf *rule)
{
	buf_put(rule, tzif->rule);
	for (size_t i = 0; i + 1 < tzif->count; i++) {
		bool same;
		struct tzif_turn turn = tzif_turn(tzif, i);
		struct stretch stretch = {turn.at_s, tzif_turn(tzif, i + 1).at_s, turn.east_s};
		if (stretch.until_s <= OURS_FROM_S)
			continue;
		if (stretch.from_s < OURS_FROM_S)
			stretch.from_s = OURS_FROM_S;
		TRY(tells(tzif->rule, &stretch, &same));
		if (!same)
			buf_printf(rule, ";%lld,%lld,%d", (long long)stretch.from_s,
				(long long)stretch.until_s, stretch.east_s);
	}
	return buf_check(rule);
}

fallible zones_rule(struct span name, struct arena *arena, struct span *rule)
{
	char path[PATH_BYTES];
	uint8_t file[FILE_MAX];
	struct tzif tzif;
	int64_t east_s;
	scoped(buf) text = BUF(ZONE_RULE_MAX);
	if (!is_name(name))
		return FAIL(INVALID, "a time zone has no such name");
	snprintf(path, sizeof path, "%s%.*s", FOLDER, SPAN_FMT(name));
	if (err_failed(tzif_read(span_of(file, read_file(path, file)), &tzif)) ||
		err_failed(zone_rule_east(tzif.rule, (struct instant){0}, &east_s)))
		return FAIL(INVALID, "there is no such time zone, or its file ends without a rule");
	TRY(put_rule(&tzif, &text));
	return buf_keep(&text, arena, rule);
}
