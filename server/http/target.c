/* SPDX-License-Identifier: Apache-2.0 */
/* target - percent-decoding with everything ambiguous refused. */
#include "server/http/target.h"

#include "base/text.h"

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	uint8_t lower = c | 0x20;
	return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* escaped - the byte behind a '%' at the front of text; -1 when it is no escape. */
static int escaped(struct span text)
{
	int high = text.len >= 3 ? hex_digit(text.at[1]) : -1;
	int low = text.len >= 3 ? hex_digit(text.at[2]) : -1;
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

static bool is_control(int byte)
{
	return byte < 0x20 || byte == 0x7f;
}

/* check_bytes - a target is visible ASCII; what else MHD lets through is somebody's trick. */
static fallible check_bytes(struct span raw)
{
	for (size_t i = 0; i < raw.len; i++) {
		if (raw.at[i] <= 0x20 || raw.at[i] >= 0x7f || raw.at[i] == '#')
			return FAIL(INPUT, "a request target has a byte that may not stand there");
		if (raw.at[i] == '%' && escaped(span_from(raw, i)) == 0)
			return FAIL(INPUT, "a request target has an escaped NUL");
	}
	return OK;
}

/* decode_path - into room, which takes at least raw.len bytes. */
static fallible decode_path(struct span raw, uint8_t *room, size_t *len)
{
	size_t out = 0;
	for (size_t i = 0; i < raw.len; i++) {
		int byte = raw.at[i];
		if (byte == '%') {
			byte = escaped(span_from(raw, i));
			i += 2;
			if (byte < 0)
				return FAIL(INPUT, "a path has a bad escape");
			if (byte == '/' || is_control(byte))
				return FAIL(INPUT, "a path has an escaped slash or control character");
		}
		/* A backslash is a slash to some proxies. */
		if (byte == '\\')
			return FAIL(INPUT, "a path has a backslash");
		room[out++] = (uint8_t)byte;
	}
	*len = out;
	return OK;
}

/* check_segments - after decoding, so that %2e%2e does not slip through; one empty segment may stand at the
 * end. */
static fallible check_segments(struct span path)
{
	struct span rest = span_from(path, 1);
	struct span segment;
	while (span_cut(&rest, '/', &segment)) {
		if (segment.len == 0 && rest.at)
			return FAIL(INPUT, "a path has two slashes in a row");
		if (span_is(segment, ".") || span_is(segment, ".."))
			return FAIL(INPUT, "a path has a dot segment");
	}
	return OK;
}

fallible target_parse(struct span raw, struct arena *arena, struct target *target)
{
	if (raw.len == 0 || raw.at[0] != '/')
		return FAIL(INPUT, "a request target does not begin with a slash");
	TRY(check_bytes(raw));
	const uint8_t *mark = memchr(raw.at, '?', raw.len);
	struct span path = mark ? span_first(raw, (size_t)(mark - raw.at)) : raw;
	struct span query = mark ? span_from(raw, path.len + 1) : SPAN_NONE;

	if (memchr(path.at, '%', path.len) || memchr(path.at, '\\', path.len)) {
		uint8_t *room = arena_alloc(arena, path.len);
		if (!room)
			return FAIL(NO_MEMORY, "a path cannot be decoded");
		size_t len;
		TRY(decode_path(path, room, &len));
		path = span_of(room, len);
	}
	TRY(check_segments(path));
	if (!text_is_utf8(path))
		return FAIL(INPUT, "a path is not UTF-8");
	*target = (struct target){.path = path, .query = query};
	return OK;
}

static fallible decode_part(struct span raw, struct arena *arena, struct span *decoded)
{
	uint8_t *room = arena_alloc(arena, raw.len + 1);
	size_t out = 0;
	if (!room)
		return FAIL(NO_MEMORY, "a query parameter cannot be decoded");
	for (size_t i = 0; i < raw.len; i++) {
		int byte = raw.at[i] == '+' ? ' ' : raw.at[i];
		if (byte == '%') {
			byte = escaped(span_from(raw, i));
			i += 2;
		}
		if (byte <= 0)
			return FAIL(INPUT, "a query parameter has a bad escape");
		room[out++] = (uint8_t)byte;
	}
	if (!text_is_utf8(span_of(room, out)))
		return FAIL(INPUT, "a query parameter is not UTF-8");
	*decoded = span_of(room, out);
	return OK;
}

static fallible decode_parameter(struct span part, struct arena *arena, struct span *name, struct span *value)
{
	struct span rest = part;
	struct span raw_name = SPAN_NONE, decoded_name, decoded_value;
	span_cut(&rest, '=', &raw_name);
	TRY(decode_part(raw_name, arena, &decoded_name));
	TRY(decode_part(rest, arena, &decoded_value));
	*name = decoded_name;
	*value = decoded_value;
	return OK;
}

bool target_parameter(struct span query, size_t *at, struct arena *arena, struct span *name,
	struct span *value, struct err *err)
{
	struct span part = SPAN_NONE;
	*err = OK;
	while (part.len == 0 && *at < query.len) {
		struct span rest = span_from(query, *at);
		span_cut(&rest, '&', &part);
		*at += part.len + 1;
	}
	if (part.len == 0)
		return false;
	*err = decode_parameter(part, arena, name, value);
	return !err_failed(*err);
}
