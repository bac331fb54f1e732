/* SPDX-License-Identifier: Apache-2.0 */
/* expiry - keys kind ‖ time ‖ tenant ‖ id. */
#include "store/nouns/expiry.h"

#include "base/reader.h"

enum { KEY_KIND = 1, KEY_WHOSE = KEY_KIND + 8, KEY_BYTES = KEY_WHOSE + 16 + 16 };

_Static_assert(KEY_BYTES <= sizeof((struct noun_key *)NULL)->bytes, "a key of the queue is one of a noun");

struct noun_key expiry_at(const struct expiry *expiry)
{
	struct noun_key key = {.bytes = {(uint8_t)expiry->kind}, .len = KEY_BYTES};
	for (size_t i = KEY_KIND; i < KEY_WHOSE; i++)
		key.bytes[i] = (uint8_t)((uint64_t)expiry->at.ms >> (8 * (KEY_WHOSE - 1 - i)));
	memcpy(key.bytes + KEY_WHOSE, expiry->tenant.bytes, sizeof expiry->tenant.bytes);
	memcpy(key.bytes + KEY_WHOSE + sizeof expiry->tenant.bytes, expiry->id.bytes,
		sizeof expiry->id.bytes);
	return key;
}

fallible expiry_put(struct act *act, const struct expiry *expiry)
{
	static const uint8_t MARK[] = {1};
	struct noun_key key = expiry_at(expiry);
	return act_put(act, TABLE_EXPIRY, noun_key_span(&key), SPAN_BYTES(MARK));
}

fallible expiry_drop(struct act *act, const struct expiry *expiry)
{
	struct noun_key key = expiry_at(expiry);
	return act_drop(act, TABLE_EXPIRY, noun_key_span(&key));
}

fallible expiry_next(
	const struct view *view, enum expiry_kind kind, struct instant now, struct expiry *expiry)
{
	scoped(kv_cursor) rows = {0};
	const uint8_t first[] = {(uint8_t)kind};
	TRY(kv_seek(view->txn, TABLE_EXPIRY, SPAN_BYTES(first), &rows));
	if (!kv_next(&rows) || !span_starts(rows.key, SPAN_BYTES(first))) {
		TRY(rows.err);
		return FAIL(NOT_FOUND, "nothing of this kind ends");
	}
	struct reader reader = READER(rows.key);
	struct expiry read = {.kind = (enum expiry_kind)reader_u8(&reader)};
	read.at.ms = (int64_t)reader_u64(&reader);
	read.tenant = noun_take_id(&reader);
	read.id = noun_take_id(&reader);
	TRY(reader_check(&reader));
	if (read.at.ms > now.ms)
		return FAIL(NOT_FOUND, "nothing of this kind is due");
	*expiry = read;
	return OK;
}

static bool is_same(struct span key, const struct noun_key *sought)
{
	return span_equal(span_from(key, KEY_WHOSE), span_from(noun_key_span(sought), KEY_WHOSE));
}

fallible expiry_waits(const struct view *view, const struct noun_key *from, bool *waits)
{
	scoped(kv_cursor) rows = {0};
	const struct span kind = span_first(noun_key_span(from), KEY_KIND);
	bool found = false, more = true;
	TRY(kv_seek(view->txn, TABLE_EXPIRY, noun_key_span(from), &rows));
	for (size_t i = 0; i < EXPIRY_LOOKED_AT && !found && more; i++) {
		more = kv_next(&rows) && span_starts(rows.key, kind);
		found = more && rows.key.len == KEY_BYTES && is_same(rows.key, from);
	}
	TRY(rows.err);
	*waits = found || more;
	return OK;
}
