/* SPDX-License-Identifier: Apache-2.0 */
/* event - choose the subject of each part, seal, and read back. */
#include "store/event.h"

#include "base/buf.h"
#include "crypto/random.h"
#include "store/words.h"

enum { EVENT_PART_MAX = 24 * 1024, MS_PER_DAY = 86400000 };

/* Days since 1970 to year and month. Source: Howard Hinnant, "chrono-compatible low-level date algorithms",
 * civil_from_days. */
uint32_t event_month(struct instant at)
{
	/* A division rounds towards zero; before 1970 the day is the one below. */
	int64_t days = at.ms / MS_PER_DAY - (at.ms % MS_PER_DAY < 0) + 719468;
	int64_t era = days / 146097, day_of_era = days % 146097;
	int64_t year = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
	int64_t shifted = (5 * day_of_year + 2) / 153; /* months since March */
	int64_t month = shifted < 10 ? shifted + 3 : shifted - 9;
	year += era * 400 + (month <= 2);
	return (uint32_t)(year * 12 + month - 1);
}

struct sealed_part {
	enum part_kind kind;
	struct subject subject;
	unsigned first, end; /* texts */
};

static bool has_texts(const struct event *event, unsigned first, unsigned end)
{
	for (unsigned i = first; i < end; i++)
		if (event->texts[i].len)
			return true;
	return false;
}

static struct sealed_part actor_part(const struct event *event)
{
	struct sealed_part part = {.first = 1, .end = LEAF_TEXT_OBJECT_TYPE};
	bool person = event->actor == LEAF_PERSON && !ids_is_none(event->ids[LEAF_ID_ACTOR]);
	part.kind = person ? PART_ACTOR : PART_TENANT;
	part.subject.kind = person ? SUBJECT_PERSON : SUBJECT_TENANT;
	if (person)
		part.subject.id = event->ids[LEAF_ID_ACTOR];
	return part;
}

static struct sealed_part object_part(const struct event *event)
{
	struct sealed_part part = {.first = LEAF_TEXT_OBJECT_TYPE, .end = LEAF_TEXT_COUNT};
	if (event->object_is_person) {
		part.kind = PART_PERSON;
		part.subject = (struct subject){SUBJECT_PERSON, event->ids[LEAF_ID_OBJECT]};
	} else if (!ids_is_none(event->ids[LEAF_ID_CLIENT])) {
		part.kind = PART_CLIENT;
		part.subject = (struct subject){SUBJECT_CLIENT, event->ids[LEAF_ID_CLIENT]};
	} else {
		struct sealed_part actor = actor_part(event);
		part.kind = actor.kind;
		part.subject = actor.subject;
	}
	return part;
}

static fallible seal_part(const struct keys *keys, struct id tenant, const struct event *event,
	struct instant now, const struct sealed_part *part, struct arena *arena, struct leaf *leaf)
{
	scoped(buf) plain = BUF(EVENT_PART_MAX);
	scoped(buf) record = BUF(EVENT_PART_MAX + PART_OVERHEAD);
	scoped(part_key) key = {0};
	uint32_t epoch = event_month(now);
	leaf_put_texts(&plain, event->texts, part->first, part->end);
	TRY(buf_check(&plain));
	TRY(keys->part_key(keys->keeper, tenant, &part->subject, leaf->event, part->kind, &epoch, &key));
	TRY(part_seal(&key, epoch, buf_span(&plain), &record));
	struct span copy = arena_copy(arena, buf_span(&record));
	if (!copy.at)
		return FAIL(NO_MEMORY, "a call has no memory for an event");
	leaf->parts[leaf->part_count++] = (struct leaf_part){part->kind, copy};
	return OK;
}

static fallible seal_parts(const struct keys *keys, struct id tenant, const struct event *event,
	struct instant now, struct arena *arena, struct leaf *leaf)
{
	struct sealed_part actor = actor_part(event), object = object_part(event);
	bool has_actor = has_texts(event, actor.first, actor.end),
	     has_object = has_texts(event, object.first, object.end);
	/* A key is used once: texts that fall to the same subject share a part. */
	if (has_actor && has_object && actor.kind == object.kind) {
		actor.end = object.end;
		has_object = false;
	}
	if (has_actor)
		TRY(seal_part(keys, tenant, event, now, &actor, arena, leaf));
	if (has_object)
		TRY(seal_part(keys, tenant, event, now, &object, arena, leaf));
	return OK;
}

static void decide(struct event_draft *draft, const struct action_row *row, enum leaf_outcome outcome,
	enum reason reason)
{
	draft->leaf.action = row->code;
	draft->leaf.severity = (uint8_t)row->severity;
	draft->leaf.flags = (uint8_t)((draft->leaf.flags & ~(unsigned)LEAF_CRITICAL) |
		(row->critical ? LEAF_CRITICAL : 0u));
	draft->leaf.outcome = outcome;
	draft->leaf.reason = (uint16_t)reason;
}

fallible event_seal(const struct keys *keys, struct id tenant, const struct event *event, struct instant now,
	struct arena *arena, struct event_draft *draft)
{
	struct leaf leaf = {
		.event = random_id(now),
		.time = event->time,
		.source = event->source,
		.actor = event->actor,
		.object_kind = event->has_object_kind ? (uint8_t)(event->object_kind + 1) : 0,
		.count = event->count,
	};
	memcpy(leaf.ids, event->ids, sizeof leaf.ids);
	leaf.flags = (uint8_t)((event->counted ? LEAF_COUNTED : 0u) | (event->proven ? LEAF_PROVEN : 0u));
	TRY(seal_parts(keys, tenant, event, now, arena, &leaf));
	TRY(words_of_texts(keys, tenant, event->texts, arena, &leaf.words));
	*draft = (struct event_draft){leaf};
	decide(draft, event->declared ? event->declared : action_row(event->action), event->outcome,
		event->reason);
	return OK;
}

void event_decide(
	struct event_draft *draft, enum action action, enum leaf_outcome outcome, enum reason reason)
{
	decide(draft, action_row(action), outcome, reason);
}

/* ---- reading ---- */

static struct subject subject_of(const struct leaf *leaf, enum part_kind kind)
{
	switch (kind) {
	case PART_ACTOR:
		return (struct subject){SUBJECT_PERSON, leaf->ids[LEAF_ID_ACTOR]};
	case PART_CLIENT:
		return (struct subject){SUBJECT_CLIENT, leaf->ids[LEAF_ID_CLIENT]};
	case PART_PERSON:
		return (struct subject){SUBJECT_PERSON, leaf->ids[LEAF_ID_OBJECT]};
	case PART_TENANT:
		break;
	}
	return (struct subject){.kind = SUBJECT_TENANT};
}

fallible event_part_key(const struct keys *keys, struct id tenant, const struct leaf *leaf,
	const struct leaf_part *part, struct part_key *key)
{
	uint32_t epoch;
	struct subject subject = subject_of(leaf, part->kind);
	TRY(part_epoch(part->record, &epoch));
	return keys->part_key(keys->keeper, tenant, &subject, leaf->event, part->kind, &epoch, key);
}

static fallible open_part(
	const struct keys *keys, const struct leaf_part *part, struct arena *arena, struct event_read *event)
{
	scoped(part_key) key = {0};
	size_t bytes = part_plain(part->record);
	TRY(event_part_key(keys, event->row.tenant, &event->leaf, part, &key));
	uint8_t *plain = arena_room(arena, bytes);
	if (!plain)
		return FAIL(NO_MEMORY, "a call has no memory for an event's texts");
	TRY(part_open_at(&key, part->record, plain));
	return leaf_read_texts(span_of(plain, bytes), event->texts);
}

unsigned event_sight(enum part_kind kind)
{
	switch (kind) {
	case PART_ACTOR:
		return EVENT_SEES_ACTOR;
	case PART_CLIENT:
		return EVENT_SEES_CLIENT;
	case PART_PERSON:
		return EVENT_SEES_OBJECT;
	case PART_TENANT:
		break;
	}
	return EVENT_SEES_TENANT;
}

fallible event_read_parts(
	const struct keys *keys, unsigned sees, struct arena *arena, struct event_read *event)
{
	event->action = action_by_code(event->leaf.action);
	for (size_t i = 0; i < event->leaf.part_count; i++) {
		const struct leaf_part *part = &event->leaf.parts[i];
		unsigned sight = event_sight(part->kind);
		if (!(sees & sight)) {
			event->withheld |= sight;
			continue;
		}
		struct err err = open_part(keys, part, arena, event);
		/* A destroyed key is an erasure, not a fault. */
		if (err.kind == ERR_NOT_FOUND)
			event->erased |= sight;
		else
			TRY(err);
	}
	return OK;
}

fallible event_read(const struct keys *keys, const struct log_row *row, unsigned sees, struct arena *arena,
	struct event_read *event)
{
	struct event_read read = {.row = *row};
	TRY(leaf_decode(row->leaf, &read.leaf));
	TRY(event_read_parts(keys, sees, arena, &read));
	*event = read;
	return OK;
}

fallible event_words(
	const struct keys *keys, const struct log_row *row, struct arena *arena, const struct words **words)
{
	static const struct span NONE[LEAF_TEXT_COUNT] = {0};
	struct event_read event;
	if (row->leaf.len == 0)
		return words_of_texts(keys, row->tenant, NONE, arena, words);
	struct err err = event_read(keys, row, EVENT_SEES_ALL, arena, &event);
	/* Nobody can be shown a part that does not open; that it does not is for verify to say. */
	if (err.kind == ERR_FORGED || err.kind == ERR_CORRUPT)
		return words_of_texts(keys, row->tenant, NONE, arena, words);
	TRY(err);
	return words_of_texts(keys, row->tenant, event.texts, arena, words);
}
