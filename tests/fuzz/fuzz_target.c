/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_target - request targets from strangers: what is taken is a clean path, and its query ends. */
#include "server/http/target.h"

#include "base/text.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROOM = 64 * 1024 };

/* The promises of target_parse, asked of its result instead of its input. */
static void check_path(struct span path)
{
	assert(path.len > 0 && path.at[0] == '/');
	assert(!memmem(path.at, path.len, "//", 2) && !memchr(path.at, '\\', path.len));
	assert(!memmem(path.at, path.len, "/../", 4) && !memmem(path.at, path.len, "/./", 3));
	assert(text_is_utf8(path));
	for (size_t i = 0; i < path.len; i++)
		assert(path.at[i] >= 0x20 && path.at[i] != 0x7f);
}

static void read_query(struct span query)
{
	scoped(arena) arena = ARENA(ROOM);
	struct span name, value;
	struct err err;
	size_t at = 0;
	while (target_parameter(query, &at, &arena, &name, &value, &err)) {
		assert(name.len + value.len <= query.len);
		assert(text_is_utf8(name) && text_is_utf8(value));
		assert(!memchr(name.at, 0, name.len) && !memchr(value.at, 0, value.len));
	}
	assert(err_failed(err) || at >= query.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	scoped(arena) arena = ARENA(ROOM);
	struct span raw = span_of(data, size);
	struct target target;
	if (!err_failed(target_parse(raw, &arena, &target))) {
		assert(target.path.len + target.query.len <= raw.len);
		check_path(target.path);
		read_query(target.query);
	}
	read_query(raw);
	return 0;
}
