/* SPDX-License-Identifier: Apache-2.0 */
/* credential_edits - compare, seal anew, write. */
#include "server/core/vault/credential_edits.h"

#include "base/json_out.h"
#include "server/core/detail.h"
#include "server/core/owners.h"
#include "server/core/second.h"
#include "server/core/vault/fields.h"
#include "store/nouns/event_add.h"

enum { SEALED_MAX = 8 * 1024, MODES_TEXT = 64 };

/* ---- who may ---- */

fallible credential_edits_check_owner(const struct scene *scene)
{
	struct person person;
	const struct caller *caller = scene->caller;
	TRY(second_check_person(caller));
	TRY(person_get(scene->view, caller->tenant, caller->person, scene->arena, &person));
	return owners_is(&person) ? OK : FAIL(DENIED, "this is an owner's to do");
}

static bool is_raised(const struct credential_edits *edits)
{
	return (edits->after.modes_max & ~edits->before.modes_max) != 0;
}

/* ---- sealing anew ---- */

static fallible seal_field(const struct scene *scene, const struct version *from, const struct version *to,
	struct id client, struct version_field *field)
{
	scoped(secret) plain = {0};
	scoped(buf) record = BUF(CREDENTIAL_FIELD_MAX + 512);
	TRY(fields_open(scene->server, from, client, field->field, &plain));
	TRY(keeper_seal_field(scene->server->keeper, version_place(to, client, field->field),
		SPAN_BYTES(to->wrapped), secret_span(&plain), &record));
	return buf_keep(&record, scene->arena, &field->record);
}

/* Everything that a version's row holds, since all of it lies under the one data key. */
static fallible seal_version(
	const struct scene *scene, const struct credential_edits *edits, struct version *version)
{
	const struct version from = *version;
	struct id client = edits->before.client;
	version->modes_max = edits->after.modes_max;
	TRY(keeper_make_data_key(scene->server->keeper, version_place(version, client, 0), version->wrapped));
	for (size_t i = 0; i < version->field_count; i++)
		if (version->fields[i].record.len)
			TRY(seal_field(scene, &from, version, client, &version->fields[i]));
	return OK;
}

static bool has_version(const struct credential_edits *edits, uint64_t number)
{
	for (size_t i = 0; i < edits->version_count; i++)
		if (edits->versions[i].number == number)
			return true;
	return false;
}

static fallible add_version(const struct scene *scene, uint64_t number, struct credential_edits *edits)
{
	const struct credential *credential = &edits->before;
	struct version *version = &edits->versions[edits->version_count];
	if (has_version(edits, number))
		return OK;
	TRY(version_get(scene->view, credential->tenant, credential->id, number, scene->arena, version));
	edits->version_count++;
	return OK;
}

/* The current version, and the older ones that hold fields of it: those are what a use opens. */
static fallible seal_versions(const struct scene *scene, struct credential_edits *edits)
{
	edits->version_count = 0;
	TRY(add_version(scene, edits->before.current, edits));
	const struct version current = edits->versions[0];
	for (size_t i = 0; i < current.field_count; i++)
		TRY(add_version(scene, current.fields[i].held_by, edits));
	for (size_t i = 0; i < edits->version_count; i++)
		TRY(seal_version(scene, edits, &edits->versions[i]));
	return OK;
}

/* What was changed by hand is our damage, and nothing that the caller could mend. */
static fallible seal_ceiling(const struct scene *scene, struct credential_edits *edits)
{
	struct err err = seal_versions(scene, edits);
	return err.kind == ERR_FORGED ? FAIL(CORRUPT, "a stored secret does not open") : err;
}

/* ---- the event ---- */

static bool has_other_tags(const struct credential *before, const struct credential *after)
{
	bool other = before->tag_count != after->tag_count;
	for (size_t i = 0; !other && i < before->tag_count; i++)
		other = !span_equal(before->tags[i], after->tags[i]);
	return other;
}

static void name_field(struct json_out *out, bool changed, const char *name)
{
	if (changed)
		json_out_text(out, NULL, name);
}

static fallible print_detail(
	const struct scene *scene, const struct credential_edits *edits, struct span *detail)
{
	const struct credential *before = &edits->before, *after = &edits->after;
	scoped(buf) text = BUF(DETAIL_MAX);
	struct json_out out = JSON_OUT(&text);
	json_out_open(&out, NULL);
	json_out_text(&out, "kind", credential_kind_name(after->kind));
	json_out_number(&out, "version", (int64_t)after->current);
	json_out_open_array(&out, "fields");
	name_field(&out, !span_equal(before->title, after->title), "title");
	name_field(&out, !span_equal(before->url, after->url), "url");
	name_field(&out, !span_equal(before->username, after->username), "username");
	name_field(&out, has_other_tags(before, after), "tags");
	name_field(&out, before->modes_max != after->modes_max, "modes_max");
	json_out_close_array(&out);
	json_out_close(&out);
	return buf_keep(&text, scene->arena, detail);
}

static fallible print_modes(const struct scene *scene, uint16_t modes, struct span *text)
{
	scoped(buf) words = BUF(MODES_TEXT);
	for (unsigned mode = 0; mode < MODE_COUNT; mode++)
		if (modes & modes_bit((enum mode)mode))
			buf_printf(&words, words.len ? " %s" : "%s", modes_name((enum mode)mode));
	return buf_keep(&words, scene->arena, text);
}

static fallible print_changes(
	const struct scene *scene, const struct credential_edits *edits, struct span *text)
{
	struct detail_changes changes = {0};
	struct span before, after;
	TRY(print_modes(scene, edits->before.modes_max, &before));
	TRY(print_modes(scene, edits->after.modes_max, &after));
	if (!detail_note(&changes, "modes_max", before, after))
		return OK;
	return detail_print_changes(&changes, scene->arena, text);
}

static fallible seal_event(const struct scene *scene, struct credential_edits *edits)
{
	struct event event = scene_event(scene, ACTION_CREDENTIAL_UPDATED);
	event.has_object_kind = true;
	event.object_kind = ID_CREDENTIAL;
	event.ids[LEAF_ID_OBJECT] = edits->after.id;
	event.ids[LEAF_ID_CLIENT] = edits->after.client;
	event.texts[LEAF_TEXT_LABEL] = edits->after.title;
	TRY(print_detail(scene, edits, &event.texts[LEAF_TEXT_DETAIL]));
	TRY(print_changes(scene, edits, &event.texts[LEAF_TEXT_CHANGES]));
	return scene_seal(scene, &event, &edits->draft);
}

/* ---- the use-case ---- */

fallible credential_edits_prepare(const struct scene *scene, struct credential_edits *edits)
{
	scoped(buf) sealed = BUF(SEALED_MAX);
	edits->version_count = 0;
	if (edits->before.state != CREDENTIAL_ACTIVE)
		return FAIL(CONFLICT, "the credential is archived");
	if (is_raised(edits))
		TRY(credential_edits_check_owner(scene));
	if (edits->after.modes_max != edits->before.modes_max)
		TRY(seal_ceiling(scene, edits));
	TRY(credential_seal(scene->server->volume.keys, &edits->after, &sealed));
	TRY(buf_keep(&sealed, scene->arena, &edits->sealed));
	return seal_event(scene, edits);
}

fallible credential_edits_write(struct act *act, struct credential_edits *edits)
{
	const struct credential *after = &edits->after;
	struct noun_key key = noun_key(after->tenant, id_span(&after->id), SPAN_NONE);
	TRY(noun_still(act, TABLE_CREDENTIAL, noun_key_span(&key), edits->before.row));
	for (size_t i = 0; i < edits->version_count; i++)
		TRY(version_put(act, after->client, &edits->versions[i]));
	TRY(credential_put(act, after, edits->sealed));
	return event_add(act, after->tenant, &edits->draft.leaf, NULL);
}
