/* SPDX-License-Identifier: Apache-2.0 */
/* log_filter - names to ids, words to hashes; and the same question put to an opened event. */
#include "server/core/log/log_filter.h"

#include "base/text.h"
#include "store/nouns/branch.h"
#include "store/nouns/client.h"
#include "store/nouns/declared.h"
#include "store/nouns/person.h"

#include <stdlib.h>

/* ---- the same bytes for the same filters ---- */

static int by_code(const void *a, const void *b)
{
	uint16_t left, right;
	memcpy(&left, a, sizeof left);
	memcpy(&right, b, sizeof right);
	return (left > right) - (left < right);
}

static int by_text(const void *a, const void *b)
{
	struct span left, right;
	memcpy(&left, a, sizeof left);
	memcpy(&right, b, sizeof right);
	return span_compare(left, right);
}

static void put_texts(struct buf *canon, struct span *texts, size_t count)
{
	if (count)
		qsort(texts, count, sizeof *texts, by_text);
	buf_put_u8(canon, (uint8_t)count);
	for (size_t i = 0; i < count; i++)
		buf_put_sized(canon, texts[i]);
}

static void put_list(struct buf *canon, struct log_texts *list)
{
	put_texts(canon, list->values, list->count);
}

static void put_values(struct buf *canon, struct log_values *values)
{
	if (values->action_count)
		qsort(values->actions, values->action_count, sizeof values->actions[0], by_code);
	buf_put_u32(canon, values->classes);
	buf_put_u32(canon, values->outcomes);
	buf_put_u32(canon, values->severities);
	buf_put_u32(canon, values->critical);
	buf_put_u8(canon, (uint8_t)values->action_count);
	for (size_t i = 0; i < values->action_count; i++)
		buf_put_u16(canon, values->actions[i]);
	put_texts(canon, values->declared, values->declared_count);
	put_texts(canon, values->actors, values->actor_count);
	put_texts(canon, values->clients, values->client_count);
	put_list(canon, &values->in_place_of);
	put_list(canon, &values->branches);
	put_list(canon, &values->objects);
	put_list(canon, &values->devices);
	put_list(canon, &values->addresses);
	put_list(canon, &values->texts);
	put_list(canon, &values->countries);
	buf_put_u32(canon, values->kinds);
	if (values->by_system)
		buf_put_text(canon, "system");
}

void log_filter_canon(struct log_filters *filters, struct buf *canon)
{
	put_values(canon, &filters->has);
	put_values(canon, &filters->lacks);
	buf_put_i64(canon, filters->from.ms);
	buf_put_i64(canon, filters->to.ms);
	buf_put_u8(canon, (uint8_t)filters->order);
}

/* ---- what is compared ---- */

/* One value of a filter that the index cannot decide: an id of ours, or a phrase. */
struct log_way {
	int about; /* as in a query */
	enum query_sense sense;
	bool is_id;
	struct id id;
	struct words_phrase phrase;
	struct span type;    /* of the object; empty: any */
	struct span country; /* QUERY_COUNTRY */
	uint32_t kinds;      /* QUERY_KIND */
};

static bool parse_object(struct span text, struct id *id)
{
	for (unsigned kind = 0; kind < ID_KIND_COUNT; kind++)
		if (!err_failed(ids_parse((enum id_kind)kind, text, id)))
			return true;
	return false;
}

bool log_filter_is_id(struct span text)
{
	struct id id;
	return parse_object(text, &id);
}

static struct log_way *next_way(struct log_match *match, int about)
{
	struct log_way *way = &match->ways[match->count++];
	way->about = about;
	return way;
}

static fallible add_whole(
	struct log_match *match, int about, enum words_kind kind, struct span text, struct arena *arena)
{
	struct log_way *way = next_way(match, about);
	return words_phrase_add(kind, text, arena, &way->phrase);
}

/* A caller's own thing may be named with its type in front. */
static fallible add_object(struct log_match *match, struct span text, struct arena *arena)
{
	struct id id;
	struct span rest = text, type;
	if (parse_object(text, &id)) {
		struct log_way *way = next_way(match, INDEX_OBJECT);
		way->is_id = true;
		way->id = id;
		return OK;
	}
	TRY(add_whole(match, INDEX_OBJECT, WORDS_OBJECT, text, arena));
	if (!span_cut(&rest, '/', &type) || type.len == 0 || rest.len == 0)
		return OK;
	struct log_way *way = next_way(match, INDEX_OBJECT);
	TRY(arena_keep(arena, type, &way->type));
	return words_phrase_add(WORDS_OBJECT, rest, arena, &way->phrase);
}

static fallible add_device(struct log_match *match, struct span text, struct arena *arena)
{
	struct id id;
	if (!err_failed(ids_parse(ID_DEVICE, text, &id))) {
		struct log_way *way = next_way(match, INDEX_DEVICE);
		way->is_id = true;
		way->id = id;
		return OK;
	}
	return add_whole(match, INDEX_DEVICE, WORDS_DEVICE, text, arena);
}

static fallible add_address(struct log_match *match, struct span text, struct arena *arena)
{
	struct words_address address;
	words_address(text, &address);
	return add_whole(match, QUERY_ADDRESS, WORDS_ADDRESS, span_of(address.text, address.len), arena);
}

/* The index knows actors by their ids, and the server has none. */
static void add_system(struct log_match *match)
{
	struct log_way *way = next_way(match, INDEX_ACTOR);
	way->is_id = true;
}

static fallible add_text(struct log_match *match, struct span text, struct arena *arena)
{
	struct log_way *way = next_way(match, QUERY_TEXT);
	return words_phrase_text(text, arena, &way->phrase);
}

static fallible add_country(struct log_match *match, struct span text, struct arena *arena)
{
	struct log_way *way = next_way(match, QUERY_COUNTRY);
	match->asks_country = true;
	return arena_keep(arena, text, &way->country);
}

static void add_kinds(struct log_match *match, uint32_t kinds)
{
	if (kinds == 0)
		return;
	next_way(match, QUERY_KIND)->kinds = kinds;
	match->asks_kind = true;
}

static fallible add_list(struct log_match *match, const struct log_texts *list,
	fallible (*add)(struct log_match *match, struct span text, struct arena *arena), struct arena *arena)
{
	for (size_t i = 0; i < list->count; i++)
		TRY(add(match, list->values[i], arena));
	return OK;
}

static size_t count_ways(const struct log_values *values)
{
	return 2 * values->objects.count + 2 * values->devices.count + values->addresses.count +
		values->texts.count + values->countries.count + (values->kinds != 0) + values->by_system;
}

static fallible add_ways(
	struct log_match *match, enum query_sense sense, const struct log_values *values, struct arena *arena)
{
	size_t first = match->count;
	TRY(add_list(match, &values->objects, add_object, arena));
	TRY(add_list(match, &values->devices, add_device, arena));
	TRY(add_list(match, &values->addresses, add_address, arena));
	TRY(add_list(match, &values->texts, add_text, arena));
	TRY(add_list(match, &values->countries, add_country, arena));
	add_kinds(match, values->kinds);
	if (values->by_system)
		add_system(match);
	for (size_t i = first; i < match->count; i++)
		match->ways[i].sense = sense;
	return OK;
}

fallible log_filter_match(const struct log_filters *filters, struct arena *arena, struct log_match *match)
{
	size_t most = count_ways(&filters->has) + count_ways(&filters->lacks);
	struct log_match made = {0};
	if (most)
		made.ways = arena_alloc(arena, most * sizeof *made.ways);
	if (most && !made.ways)
		return FAIL(NO_MEMORY, "a call has no memory for its filters");
	TRY(add_ways(&made, QUERY_HAS, &filters->has, arena));
	TRY(add_ways(&made, QUERY_LACKS, &filters->lacks, arena));
	*match = made;
	return OK;
}

bool log_filter_needs_match(const struct log_match *match)
{
	return match->count > 0;
}

/* The device is shown with the actor's part alone; the object of ours with the event. */
static bool id_fits(const struct log_way *way, const struct leaf *leaf, unsigned sees)
{
	if (way->about == INDEX_ACTOR)
		return leaf->actor == LEAF_SYSTEM;
	if (way->about == INDEX_DEVICE)
		return (sees & EVENT_SEES_ACTOR) && ids_equal(leaf->ids[LEAF_ID_DEVICE], way->id);
	return ids_equal(leaf->ids[LEAF_ID_OBJECT], way->id);
}

/* Whoever acts without a device has none of which anybody could know what it is. One without an id of its own is
 * told by what is shown of it. */
static bool kind_fits(const struct log_way *way, const struct log_opened *opened)
{
	const struct log_agent *agent = opened->agent;
	if (agent->known)
		return way->kinds & UINT32_C(1) << agent->agent.kind;
	const struct event_read *event = opened->event;
	bool has_device = !ids_is_none(event->leaf.ids[LEAF_ID_DEVICE]) || event->texts[LEAF_TEXT_IP].len;
	return has_device && (way->kinds & UINT32_C(1) << LOG_KIND_UNKNOWN);
}

static fallible text_fits(
	const struct log_way *way, const struct event_read *event, struct arena *arena, bool *fits)
{
	bool other_type = way->type.len && !span_equal(way->type, event->texts[LEAF_TEXT_OBJECT_TYPE]);
	*fits = false;
	return way->phrase.count == 0 || other_type ? OK
						    : words_match(&way->phrase, event->texts, arena, fits);
}

static fallible way_fits(
	const struct log_way *way, const struct log_opened *opened, struct arena *arena, bool *fits)
{
	if (way->about == QUERY_COUNTRY)
		*fits = span_is(way->country, opened->country);
	else if (way->about == QUERY_KIND)
		*fits = kind_fits(way, opened);
	else if (way->is_id)
		*fits = id_fits(way, &opened->event->leaf, opened->sees);
	else
		return text_fits(way, opened->event, arena, fits);
	return OK;
}

static bool is_same_filter(const struct log_way *left, const struct log_way *right)
{
	return left->about == right->about && left->sense == right->sense;
}

/* The ways of one filter stand together. */
fallible log_filter_fits(
	const struct log_match *match, const struct log_opened *opened, struct arena *arena, bool *fits)
{
	bool all = true;
	for (size_t i = 0; i < match->count && all;) {
		const struct log_way *first = &match->ways[i];
		bool any = false;
		for (; i < match->count && is_same_filter(first, &match->ways[i]); i++)
			if (!any)
				TRY(way_fits(&match->ways[i], opened, arena, &any));
		all = any == (first->sense == QUERY_HAS);
	}
	*fits = all;
	return OK;
}

/* ---- to a query ---- */

/* One side of the filters on its way into a query. */
struct asking {
	const struct view *view;
	struct query *query;
	enum query_sense sense;
};

static fallible ask_value(const struct asking *asking, enum index_field field, struct span value)
{
	return asking->sense == QUERY_HAS ? query_add(asking->query, field, value)
					  : query_exclude(asking->query, field, value);
}

/* A name that nobody has finds nothing, and excludes nothing. */
static fallible ask_name(const struct asking *asking, enum index_field field)
{
	return asking->sense == QUERY_HAS ? query_require(asking->query, (int)field) : OK;
}

static fallible add_bits(const struct asking *asking, enum index_field field, uint32_t bits)
{
	for (uint8_t bit = 0; bit < 32; bit++)
		if (bits & UINT32_C(1) << bit)
			TRY(ask_value(asking, field, span_of(&bit, 1)));
	return OK;
}

static fallible add_action(const struct asking *asking, uint16_t action)
{
	const uint8_t code[] = {(uint8_t)(action >> 8), (uint8_t)action};
	return ask_value(asking, INDEX_ACTION, SPAN_BYTES(code));
}

/* A name that the tenant declared, under each class that it ever had. */
static fallible add_declared(const struct asking *asking, struct span name)
{
	uint16_t codes[QUERY_VALUES_MAX];
	scoped(arena) arena = ARENA(DECLARED_NAME_MAX + DECLARED_REQUIRED_MAX + 1024);
	struct declared declared;
	TRY(ask_name(asking, INDEX_ACTION));
	struct err err = declared_get_clear(asking->view, asking->query->tenant, name, &arena, &declared);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	size_t count = declared_codes(&declared, codes, QUERY_VALUES_MAX);
	for (size_t i = 0; i < count; i++)
		TRY(add_action(asking, codes[i]));
	return OK;
}

static fallible add_actions(const struct asking *asking, const struct log_values *values)
{
	for (size_t i = 0; i < values->action_count; i++)
		TRY(add_action(asking, values->actions[i]));
	for (size_t i = 0; i < values->declared_count; i++)
		TRY(add_declared(asking, values->declared[i]));
	return OK;
}

/* An id is taken as it is: events outlive the rows of those who acted. */
static fallible find_name(
	const struct view *view, struct id tenant, enum index_field field, struct span name, struct id *id)
{
	if (field == INDEX_BRANCH)
		return branch_find(view, tenant, name, id);
	if (field == INDEX_CLIENT)
		return err_failed(ids_parse(ID_CLIENT, name, id)) ? client_find(view, tenant, name, id) : OK;
	if (!err_failed(ids_parse(ID_PERSON, name, id)))
		return OK;
	if (field == INDEX_ACTOR && !err_failed(ids_parse(ID_APPLICATION, name, id)))
		return OK;
	return person_find(view, tenant, name, id);
}

static fallible add_names(
	const struct asking *asking, enum index_field field, const struct span *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct id id;
		TRY(ask_name(asking, field));
		struct err err = find_name(asking->view, asking->query->tenant, field, names[i], &id);
		if (err.kind == ERR_NOT_FOUND)
			continue;
		TRY(err);
		TRY(ask_value(asking, field, id_span(&id)));
	}
	return OK;
}

/* What the index has in clear. */
static fallible add_clear(const struct asking *asking, const struct log_values *values)
{
	TRY(add_bits(asking, INDEX_CLASS, values->classes));
	TRY(add_bits(asking, INDEX_OUTCOME, values->outcomes));
	TRY(add_bits(asking, INDEX_SEVERITY, values->severities));
	TRY(add_bits(asking, INDEX_CRITICAL, values->critical));
	TRY(add_actions(asking, values));
	TRY(add_names(asking, INDEX_ACTOR, values->actors, values->actor_count));
	TRY(add_names(asking, INDEX_CLIENT, values->clients, values->client_count));
	TRY(add_names(asking, INDEX_IN_PLACE_OF, values->in_place_of.values, values->in_place_of.count));
	return add_names(asking, INDEX_BRANCH, values->branches.values, values->branches.count);
}

static fallible add_phrase(const struct keys *keys, const struct log_way *way, struct query *query)
{
	struct query_phrase phrase = {.about = way->about, .count = way->phrase.count};
	uint32_t epoch;
	TRY(query_require(query, way->about));
	if (phrase.count == 0)
		return OK;
	TRY(words_phrase_hash(keys, query->tenant, &way->phrase, &epoch, phrase.tokens));
	if (query->phrase_count && query->epoch != epoch)
		return FAIL(BUSY, "the search key was turned while a question was put");
	query->epoch = epoch;
	return query_add_phrase(query, &phrase);
}

/* What has to be lacking is for the comparison alone: the index has hints of what may be there. So is what the server did. */
static fallible add_way(const struct keys *keys, const struct log_way *way, struct query *query)
{
	bool has_no_hint =
		way->about == QUERY_COUNTRY || way->about == QUERY_KIND || way->about == INDEX_ACTOR;
	if (way->sense == QUERY_LACKS || has_no_hint) {
		query->compared = true;
		return OK;
	}
	if (!way->is_id)
		return add_phrase(keys, way, query);
	if (way->about == INDEX_DEVICE)
		return query_add(query, INDEX_DEVICE, id_span(&way->id));
	return query_add(query, INDEX_OBJECT, span_of(way->id.bytes + 8, 8));
}

/* Events with more words than the index keeps may have any. */
static fallible add_overfull(const struct keys *keys, const struct log_filters *filters, struct query *query)
{
	struct query_phrase more = {.about = QUERY_TEXT, .count = 1};
	if (filters->has.texts.count == 0)
		return OK;
	TRY(words_more(keys, query->tenant, &more.tokens[0]));
	return query_add_phrase(query, &more);
}

fallible log_filter_query(
	const struct view *view, const struct log_filters *filters, struct arena *arena, struct query *query)
{
	const struct asking has = {view, query, QUERY_HAS}, lacks = {view, query, QUERY_LACKS};
	struct log_match match;
	query->from = filters->from;
	query->to = filters->to;
	query->order = filters->order;
	TRY(add_clear(&has, &filters->has));
	TRY(add_clear(&lacks, &filters->lacks));
	TRY(log_filter_match(filters, arena, &match));
	for (size_t i = 0; i < match.count; i++)
		TRY(add_way(view_keys(view), &match.ways[i], query));
	return add_overfull(view_keys(view), filters, query);
}
