/* SPDX-License-Identifier: Apache-2.0 */
/* cursor - seal a position, and open it again. */
#include "server/api/cursor.h"

#include "base/reader.h"
#include "base/text.h"
#include "crypto/secret.h"

static void make_mac(const struct cursor_list *list, struct span position, uint8_t mac[static HASH_BLAKE])
{
	const struct caller *caller = list->caller;
	const struct span parts[] = {id_span(&caller->tenant), id_span(&caller->application),
		id_span(&caller->person), span_text(list->route), list->filters, position};
	keeper_hash(list->keeper, KEEPER_CURSOR, parts, sizeof parts / sizeof parts[0], mac);
}

fallible cursor_put(const struct cursor_list *list, struct span position, struct buf *text)
{
	uint8_t mac[HASH_BLAKE];
	scoped(buf) bytes = BUF(CURSOR_MAX);
	make_mac(list, position, mac);
	buf_put(&bytes, position);
	buf_put(&bytes, span_of(mac, CURSOR_MAC));
	TRY(buf_check(&bytes));
	text_put_base64url(text, buf_span(&bytes));
	return buf_check(text);
}

fallible cursor_open(
	const struct cursor_list *list, struct span text, struct arena *arena, struct span *position)
{
	uint8_t mac[HASH_BLAKE];
	scoped(buf) bytes = BUF(CURSOR_MAX);
	if (err_failed(text_parse_base64url(text, &bytes)) || bytes.len < CURSOR_MAC)
		return FAIL_CODE(CURSOR_INVALID, "the cursor is not one of ours");
	struct span inside = span_first(buf_span(&bytes), bytes.len - CURSOR_MAC);
	make_mac(list, inside, mac);
	if (!secret_equal(span_of(mac, CURSOR_MAC), span_from(buf_span(&bytes), inside.len)))
		return FAIL_CODE(CURSOR_INVALID, "the cursor was made for another list");
	return arena_keep(arena, inside, position);
}

void cursor_put_index(uint64_t index, uint8_t position[static CURSOR_INDEX])
{
	for (size_t i = CURSOR_INDEX; i > 0; i--, index >>= 8)
		position[i - 1] = (uint8_t)index;
}

fallible cursor_read_index(struct span position, uint64_t *index)
{
	struct reader reader = READER(position);
	uint64_t read = reader_u64(&reader);
	if (err_failed(reader_check(&reader)))
		return FAIL_CODE(CURSOR_INVALID, "the cursor was made for another list");
	*index = read;
	return OK;
}
