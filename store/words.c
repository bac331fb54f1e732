/* SPDX-License-Identifier: Apache-2.0 */
/* words - gather what an event is found by, hash it, compare. */
#include "store/words.h"

#include "base/address.h"
#include "base/text.h"

/* Short and telling ones first: what does not fit any more is the end of a long user agent. */
static const enum leaf_text WORDED[] = {LEAF_TEXT_LABEL, LEAF_TEXT_PURPOSE, LEAF_TEXT_TASK, LEAF_TEXT_REASON,
	LEAF_TEXT_OBJECT, LEAF_TEXT_OBJECT_TYPE, LEAF_TEXT_DEVICE_NAME, LEAF_TEXT_PLATFORM, LEAF_TEXT_MODEL,
	LEAF_TEXT_USER_AGENT};
enum { WORDED_COUNT = sizeof WORDED / sizeof WORDED[0] };

/* ---- addresses ---- */

void words_address(struct span text, struct words_address *address)
{
	struct address numeric;
	struct span cut = span_first(text, WORDS_ADDRESS_MAX);
	*address = (struct words_address){.len = cut.len};
	if (!err_failed(address_parse(text, &numeric))) {
		address_print(&numeric, address->text);
		address->len = strlen(address->text);
		address->numeric = true;
	} else if (cut.len) {
		memcpy(address->text, cut.at, cut.len);
	}
}

static struct span address_span(const struct words_address *address)
{
	return span_of(address->text, address->len);
}

/* ---- hashing ---- */

/* What is to be hashed: a byte of the kind, then the text. */
struct items {
	uint8_t bytes[WORDS_MAX][1 + WORDS_LONGEST];
	struct span spans[WORDS_MAX];
	size_t count;
	bool more; /* than there is room for */
};

static void put_item(struct items *items, enum words_kind kind, struct span text)
{
	/* The last place is for WORDS_MORE. */
	if (items->count == WORDS_MAX - 1) {
		items->more = true;
		return;
	}
	uint8_t *bytes = items->bytes[items->count];
	struct span cut = span_first(text, WORDS_LONGEST);
	bytes[0] = (uint8_t)kind;
	if (cut.len)
		memcpy(bytes + 1, cut.at, cut.len);
	items->spans[items->count++] = span_of(bytes, 1 + cut.len);
}

static void put_whole(struct items *items, enum words_kind kind, struct span text)
{
	if (text.len)
		put_item(items, kind, text);
}

/* Text that is no UTF-8 has no words: nobody could type them. */
static fallible put_words(struct items *items, struct span text, struct arena *arena)
{
	struct span rest, word;
	struct err err = text_fold(text, arena, &rest);
	if (err.kind == ERR_INVALID)
		return OK;
	TRY(err);
	while (text_next_word(&rest, &word))
		put_item(items, WORDS_TEXT, word);
	return OK;
}

static fallible gather(
	const struct span texts[static LEAF_TEXT_COUNT], struct arena *arena, struct items *items)
{
	struct words_address address;
	words_address(texts[LEAF_TEXT_IP], &address);
	put_whole(items, WORDS_ADDRESS, address_span(&address));
	put_whole(items, WORDS_DEVICE, texts[LEAF_TEXT_DEVICE]);
	put_whole(items, WORDS_OBJECT, texts[LEAF_TEXT_OBJECT]);
	for (size_t i = 0; i < WORDED_COUNT; i++)
		if (texts[WORDED[i]].len)
			TRY(put_words(items, texts[WORDED[i]], arena));
	if (items->more) {
		items->bytes[items->count][0] = WORDS_MORE;
		items->spans[items->count] = span_of(items->bytes[items->count], 1);
		items->count++;
	}
	return OK;
}

/* Each token once, in the order in which it first stood. */
static uint32_t drop_twins(uint32_t *tokens, uint32_t count)
{
	uint32_t kept = 0;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t seen = 0;
		while (seen < kept && tokens[seen] != tokens[i])
			seen++;
		if (seen == kept)
			tokens[kept++] = tokens[i];
	}
	return kept;
}

fallible words_of_texts(const struct keys *keys, struct id tenant,
	const struct span texts[static LEAF_TEXT_COUNT], struct arena *arena, const struct words **words)
{
	struct items items;
	items.count = 0;
	items.more = false;
	TRY(gather(texts, arena, &items));
	struct words *made = arena_alloc(arena, sizeof *made + items.count * sizeof made->tokens[0]);
	if (!made)
		return FAIL(NO_MEMORY, "a call has no memory for an event's words");
	TRY(keys->search_tokens(keys->keeper, tenant, items.spans, items.count, &made->epoch, made->tokens));
	made->count = drop_twins(made->tokens, (uint32_t)items.count);
	*words = made;
	return OK;
}

const struct words *words_copy(const struct words *words, struct arena *arena)
{
	size_t bytes = sizeof *words + words->count * sizeof words->tokens[0];
	struct words *copy = arena_alloc(arena, bytes);
	if (copy)
		memcpy(copy, words, bytes);
	return copy;
}

fallible words_epoch(const struct keys *keys, struct id tenant, uint32_t *epoch)
{
	return keys->search_tokens(keys->keeper, tenant, NULL, 0, epoch, NULL);
}

/* ---- questions ---- */

fallible words_phrase_add(
	enum words_kind kind, struct span text, struct arena *arena, struct words_phrase *phrase)
{
	if (phrase->count == WORDS_ASKED_MAX)
		return FAIL(TOO_LARGE, "too many words are looked for at once");
	struct span kept;
	TRY(arena_keep(arena, text, &kept));
	phrase->items[phrase->count].kind = kind;
	phrase->items[phrase->count++].text = kept;
	return OK;
}

static fallible add_words(struct span chunk, struct arena *arena, struct words_phrase *phrase)
{
	struct span word;
	while (text_next_word(&chunk, &word))
		TRY(words_phrase_add(WORDS_TEXT, word, arena, phrase));
	return OK;
}

fallible words_phrase_text(struct span typed, struct arena *arena, struct words_phrase *phrase)
{
	struct words_phrase made = {.count = 0};
	struct span rest, chunk;
	TRY(text_fold(typed, arena, &rest));
	while (span_cut(&rest, ' ', &chunk)) {
		struct words_address address;
		words_address(chunk, &address);
		if (address.numeric)
			TRY(words_phrase_add(WORDS_ADDRESS, address_span(&address), arena, &made));
		else
			TRY(add_words(chunk, arena, &made));
	}
	*phrase = made;
	return OK;
}

fallible words_phrase_hash(const struct keys *keys, struct id tenant, const struct words_phrase *phrase,
	uint32_t *epoch, uint32_t tokens[static WORDS_ASKED_MAX])
{
	struct items items;
	items.count = 0;
	items.more = false;
	for (size_t i = 0; i < phrase->count; i++)
		put_item(&items, phrase->items[i].kind, phrase->items[i].text);
	return keys->search_tokens(keys->keeper, tenant, items.spans, items.count, epoch, tokens);
}

fallible words_more(const struct keys *keys, struct id tenant, uint32_t *token)
{
	static const uint8_t MORE[] = {WORDS_MORE};
	const struct span item = SPAN_BYTES(MORE);
	uint32_t epoch;
	return keys->search_tokens(keys->keeper, tenant, &item, 1, &epoch, token);
}

/* ---- comparing ---- */

static void tick_whole(const struct words_phrase *phrase, enum words_kind kind, struct span text, bool *found)
{
	for (size_t i = 0; text.len && i < phrase->count; i++)
		if (phrase->items[i].kind == kind && span_equal(phrase->items[i].text, text))
			found[i] = true;
}

static fallible tick_words(
	const struct words_phrase *phrase, struct span text, struct arena *arena, bool *found)
{
	struct span rest, word;
	struct err err = text_fold(text, arena, &rest);
	if (err.kind == ERR_INVALID)
		return OK;
	TRY(err);
	while (text_next_word(&rest, &word))
		tick_whole(phrase, WORDS_TEXT, word, found);
	return OK;
}

fallible words_match(const struct words_phrase *phrase, const struct span texts[static LEAF_TEXT_COUNT],
	struct arena *arena, bool *match)
{
	bool found[WORDS_ASKED_MAX] = {0}, all = true;
	struct words_address address;
	words_address(texts[LEAF_TEXT_IP], &address);
	tick_whole(phrase, WORDS_ADDRESS, address_span(&address), found);
	tick_whole(phrase, WORDS_DEVICE, texts[LEAF_TEXT_DEVICE], found);
	tick_whole(phrase, WORDS_OBJECT, texts[LEAF_TEXT_OBJECT], found);
	for (size_t i = 0; i < WORDED_COUNT; i++)
		if (texts[WORDED[i]].len)
			TRY(tick_words(phrase, texts[WORDED[i]], arena, found));
	for (size_t i = 0; i < phrase->count; i++)
		all = all && found[i];
	*match = all;
	return OK;
}
