/* SPDX-License-Identifier: Apache-2.0 */
/* device_note - a record is made the first time, and seen again once an hour. */
#include "server/core/device_note.h"

static fallible keep_texts(const struct device *device, struct arena *arena, struct device_record *record)
{
	TRY(arena_keep(arena, device->id, &record->own_id));
	TRY(arena_keep(arena, device->name, &record->name));
	TRY(arena_keep(arena, device->platform, &record->platform));
	return arena_keep(arena, device->model, &record->model);
}

fallible device_note_seal(
	const struct keys *keys, const struct device_record *record, struct arena *arena, struct span *sealed)
{
	scoped(buf) bytes = BUF(DEVICE_RECORD_SEALED_MAX);
	TRY(device_record_seal(keys, record, &bytes));
	return buf_keep(&bytes, arena, sealed);
}

/* An application's devices get an id, so that its events can be found by them, and no record. */
static bool is_due(const struct device_sight *sight, struct instant now)
{
	if (ids_is_none(sight->id))
		return false;
	return sight->is_new || (sight->is_person && now.ms - sight->seen.ms >= DEVICE_RECORD_FRESH_MS);
}

fallible device_note_prepare(const struct view *view, struct id tenant, const struct device_sight *sight,
	const struct device *device, struct instant now, struct arena *arena, struct device_note **note)
{
	*note = NULL;
	if (!is_due(sight, now))
		return OK;
	struct device_note *made = arena_alloc(arena, sizeof *made);
	if (!made)
		return FAIL(NO_MEMORY, "a call has no memory for its device");
	*made = (struct device_note){.subject = sight->subject,
		.is_person = sight->is_person,
		.record = {.tenant = tenant,
			.id = sight->id,
			.person = sight->subject,
			.first_seen = now,
			.last_seen = now}};
	TRY(keep_texts(device, arena, &made->record));
	made->given = made->record.own_id;
	if (sight->is_person && sight->seen.ms == 0) {
		TRY(device_note_seal(view_keys(view), &made->record, arena, &made->sealed));
		TRY(device_record_term(view_keys(view), tenant, made->given, made->term));
	}
	*note = made;
	return OK;
}

/* What is sealed is bound to the id: a record that somebody else has begun is left to them. */
static fallible make_record(struct act *act, const struct device_note *note)
{
	TRY(device_record_put(act, &note->record, note->sealed));
	return device_record_list(act, &note->record, note->term);
}

static fallible see_again(struct act *act, const struct device_note *note, struct id id)
{
	struct device_record record;
	struct view view = view_act(act);
	struct err err = device_record_get(&view, note->record.tenant, id, act->arena, &record);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	/* The row's bytes die with the put. */
	struct span sealed = arena_copy(act->arena, record.sealed);
	if (!sealed.at && record.sealed.len)
		return FAIL(NO_MEMORY, "an act has no memory for a device");
	record.last_seen = note->record.last_seen;
	return device_record_put(act, &record, sealed);
}

fallible device_note_write(struct act *act, const struct device_note *note, struct id *id, bool *is_new)
{
	if (is_new)
		*is_new = false;
	if (!note)
		return OK;
	const struct device device = {.id = note->given};
	struct device_sight stands = {.subject = note->subject, .is_person = note->is_person};
	struct view view = view_act(act);
	TRY(device_find(&view, note->record.tenant, &device, act->now, &stands));
	if (stands.is_new)
		stands.id = note->record.id;
	*id = stands.id;
	bool ours = ids_equal(stands.id, note->record.id);
	bool makes = ours && note->sealed.len && stands.seen.ms == 0;
	if (note->is_person && !makes && stands.seen.ms == 0)
		return OK; /* somebody else is at it; the next act from the device notes it */
	stands.seen = note->is_person ? note->record.last_seen : (struct instant){0};
	TRY(device_put(act, note->record.tenant, &device, &stands));
	if (!note->is_person)
		return OK;
	if (is_new)
		*is_new = makes;
	return makes ? make_record(act, note) : see_again(act, note, stands.id);
}
