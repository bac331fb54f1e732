/* SPDX-License-Identifier: Apache-2.0 */
/* person - records of people and roles, and look-ups by ref. */
#include "store/nouns/person.h"

#include "base/reader.h"
#include "store/nouns/branch.h"
#include "store/nouns/mailbox.h"

/* Version 2 has a branch, version 1 has none; version 3 has it, none included, and a notice. */
enum {
	PERSON_RECORD = 1,
	PERSON_RECORD_BRANCH = 2,
	PERSON_RECORD_NOTICE = 3,
	ROLE_RECORD = 1,
	RECORD_MAX = 4096
};

static struct noun_seal seal_of(const struct person *person)
{
	return (struct noun_seal){person->tenant, {SUBJECT_PERSON, person->id},
		{.object = person->id, .object_type = SEAL_LABEL, .field_type = TABLE_PERSON}};
}

/* ---- the record ---- */

static fallible open_texts(
	const struct view *view, struct span sealed, struct arena *arena, struct person *person)
{
	const struct noun_seal seal = seal_of(person);
	struct span *const texts[] = {&person->name, &person->email, &person->ref};
	return noun_open_texts(view_keys(view), &seal, sealed, arena, texts, 3);
}

static fallible read_roles(struct reader *reader, struct arena *arena, struct person *person)
{
	person->role_count = reader_u8(reader);
	if (person->role_count > PERSON_ROLES_MAX)
		return FAIL(CORRUPT, "a person has more roles than there can be");
	for (size_t i = 0; i < person->role_count; i++)
		TRY(arena_keep(arena, reader_sized(reader), &person->roles[i]));
	return OK;
}

static fallible decode_clear(
	const struct row *row, struct arena *arena, struct person *person, struct span *sealed)
{
	struct reader reader = READER(row->payload);
	person->version = row->version;
	unsigned version = reader_u8(&reader);
	if (version < PERSON_RECORD || version > PERSON_RECORD_NOTICE)
		return FAIL(CORRUPT, "a person's record has an unknown version");
	person->kind = reader_u8(&reader);
	person->state = reader_u8(&reader);
	person->language = reader_u8(&reader);
	person->client = noun_take_id(&reader);
	if (version >= PERSON_RECORD_BRANCH)
		person->branch = noun_take_id(&reader);
	if (version >= PERSON_RECORD_NOTICE)
		person->notice = reader_u32(&reader);
	person->created.ms = reader_i64(&reader);
	person->email_changed.ms = reader_i64(&reader);
	TRY(read_roles(&reader, arena, person));
	*sealed = reader_sized(&reader);
	TRY(reader_check(&reader));
	if (person->kind > PERSON_EXTERNAL || person->state > PERSON_ERASED ||
		person->language >= LANGUAGE_COUNT)
		return FAIL(CORRUPT, "a person's record has a field that no version knows");
	return OK;
}

static fallible decode(
	const struct view *view, const struct row *row, struct arena *arena, struct person *person)
{
	struct span sealed;
	TRY(decode_clear(row, arena, person, &sealed));
	TRY(branch_get(view, person->tenant, person->branch, arena, &person->branch_name));
	/* Unreadable from the moment that an erasure begins, though the key may still be there. */
	return person->state < PERSON_ERASING ? open_texts(view, sealed, arena, person) : OK;
}

fallible person_get_clear(
	const struct view *view, struct id tenant, struct id id, struct arena *arena, struct person *person)
{
	struct row row;
	struct span sealed;
	struct person read = {.tenant = tenant, .id = id};
	struct noun_key key = noun_key(tenant, id_span(&id), SPAN_NONE);
	TRY(view_get(view, TABLE_PERSON, noun_key_span(&key), &row));
	TRY(decode_clear(&row, arena, &read, &sealed));
	*person = read;
	return OK;
}

fallible person_get(
	const struct view *view, struct id tenant, struct id id, struct arena *arena, struct person *person)
{
	struct row row;
	struct person read = {.tenant = tenant, .id = id};
	struct noun_key key = noun_key(tenant, id_span(&id), SPAN_NONE);
	TRY(view_get(view, TABLE_PERSON, noun_key_span(&key), &row));
	TRY(decode(view, &row, arena, &read));
	*person = read;
	return OK;
}

fallible person_seal(const struct keys *keys, const struct person *person, struct buf *sealed)
{
	const struct noun_seal seal = seal_of(person);
	const struct span texts[] = {person->name, person->email, person->ref};
	return noun_seal_texts(keys, &seal, texts, 3, sealed);
}

fallible person_put(struct act *act, const struct person *person, struct span sealed)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = noun_key(person->tenant, id_span(&person->id), SPAN_NONE);
	bool has_notice = person->notice > 0;
	bool has_branch = has_notice || !ids_is_none(person->branch);
	buf_put_u8(&record,
		has_notice           ? PERSON_RECORD_NOTICE
			: has_branch ? PERSON_RECORD_BRANCH
				     : PERSON_RECORD);
	buf_put_u8(&record, (uint8_t)person->kind);
	buf_put_u8(&record, (uint8_t)person->state);
	buf_put_u8(&record, (uint8_t)person->language);
	buf_put(&record, id_span(&person->client));
	if (has_branch)
		buf_put(&record, id_span(&person->branch));
	if (has_notice)
		buf_put_u32(&record, person->notice);
	buf_put_i64(&record, person->created.ms);
	buf_put_i64(&record, person->email_changed.ms);
	buf_put_u8(&record, (uint8_t)person->role_count);
	for (size_t i = 0; i < person->role_count; i++)
		buf_put_sized(&record, person->roles[i]);
	buf_put_sized(&record, sealed);
	TRY(buf_check(&record));
	TRY(act_put(act, TABLE_PERSON, noun_key_span(&key), buf_span(&record)));
	return mailbox_note(act, person);
}

/* ---- refs ---- */

static fallible own_ref(
	const struct view *view, struct id tenant, struct id id, struct arena *arena, struct span *ref)
{
	struct person person;
	TRY(person_get(view, tenant, id, arena, &person));
	*ref = person.ref;
	return OK;
}

static const struct noun_refs REFS = {TABLE_PERSON, TABLE_PERSON_TERM, ID_PERSON, "mn.person.ref", own_ref};

fallible person_by_ref(const struct view *view, struct id tenant, struct span ref, struct id *id)
{
	return noun_by_ref(view, &REFS, tenant, ref, id);
}

fallible person_put_ref(struct act *act, const struct person *person)
{
	return noun_put_ref(act, &REFS, person->tenant, person->ref, person->id);
}

fallible person_drop_ref(struct act *act, const struct person *person)
{
	return noun_drop_ref(act, &REFS, person->tenant, person->ref);
}

fallible person_ref_at(const struct keys *keys, const struct person *person, struct noun_key *key)
{
	return noun_ref_at(keys, &REFS, person->tenant, person->ref, key);
}

fallible person_find(const struct view *view, struct id tenant, struct span id_or_ref, struct id *id)
{
	return noun_find(view, &REFS, tenant, id_or_ref, id);
}

fallible person_find_clear(const struct view *view, struct id tenant, struct span id_or_ref,
	struct arena *arena, struct person *person)
{
	struct row row;
	struct span sealed;
	struct person read = {.tenant = tenant};
	TRY(noun_find_row(view, &REFS, tenant, id_or_ref, &read.id, &row));
	TRY(decode_clear(&row, arena, &read, &sealed));
	*person = read;
	return OK;
}

/* ---- walking ---- */

bool person_next(const struct view *view, struct id tenant, struct id *after, struct arena *arena,
	struct person *person, struct err *err)
{
	struct row row;
	*err = noun_next_id(view, TABLE_PERSON, tenant, SPAN_NONE, after, &row);
	if (noun_ends(err))
		return false;
	*person = (struct person){.tenant = tenant, .id = *after};
	*err = decode(view, &row, arena, person);
	return !err_failed(*err);
}

bool person_next_clear(const struct view *view, struct id tenant, struct id *after, struct arena *arena,
	struct person *person, struct err *err)
{
	struct row row;
	struct span sealed;
	*err = noun_next_id(view, TABLE_PERSON, tenant, SPAN_NONE, after, &row);
	if (noun_ends(err))
		return false;
	*person = (struct person){.tenant = tenant, .id = *after};
	*err = decode_clear(&row, arena, person, &sealed);
	return !err_failed(*err);
}

/* ---- roles ---- */

static fallible decode_role(const struct row *row, struct role *role)
{
	struct reader reader = READER(row->payload);
	role->version = row->version;
	if (reader_u8(&reader) != ROLE_RECORD)
		return FAIL(CORRUPT, "a role's record has an unknown version");
	role->capabilities = reader_u64(&reader);
	role->least_factor = reader_u8(&reader);
	TRY(reader_check(&reader));
	return role->least_factor <= ROLES_FACTOR_TOTP
		? OK
		: FAIL(CORRUPT, "a role's record has an unknown factor");
}

fallible role_get(const struct view *view, struct id tenant, struct span name, struct role *role)
{
	struct row row;
	struct role read = {.name = name};
	struct noun_key key = noun_key(tenant, name, SPAN_NONE);
	TRY(view_get(view, TABLE_ROLE, noun_key_span(&key), &row));
	TRY(decode_role(&row, &read));
	*role = read;
	return OK;
}

fallible role_put(struct act *act, struct id tenant, const struct role *role)
{
	scoped(buf) record = BUF(64);
	struct noun_key key = noun_key(tenant, role->name, SPAN_NONE);
	buf_put_u8(&record, ROLE_RECORD);
	buf_put_u64(&record, role->capabilities);
	buf_put_u8(&record, (uint8_t)role->least_factor);
	TRY(buf_check(&record));
	return act_put(act, TABLE_ROLE, noun_key_span(&key), buf_span(&record));
}

bool role_next(const struct view *view, struct id tenant, struct span *after, struct arena *arena,
	struct role *role, struct err *err)
{
	struct span name;
	struct row row;
	*err = noun_next(view, TABLE_ROLE, tenant, *after, &name, &row);
	if (noun_ends(err))
		return false;
	*role = (struct role){.name = arena_copy(arena, name)};
	*after = role->name;
	*err = role->name.at ? decode_role(&row, role) : FAIL(NO_MEMORY, "a call has no memory for a role");
	return !err_failed(*err);
}

fallible person_print_roles(const struct person *person, struct arena *arena, struct span *names)
{
	scoped(buf) text = BUF(PERSON_ROLES_MAX * (ROLES_NAME_MAX + 1));
	for (size_t i = 0; i < person->role_count; i++) {
		buf_put_text(&text, i ? " " : "");
		buf_put(&text, person->roles[i]);
	}
	return buf_keep(&text, arena, names);
}

fallible person_capabilities(const struct view *view, const struct person *person, uint64_t *capabilities)
{
	uint64_t held = 0;
	for (size_t i = 0; i < person->role_count; i++) {
		struct role role = {0};
		struct err err = role_get(view, person->tenant, person->roles[i], &role);
		if (err.kind != ERR_NOT_FOUND)
			TRY(err);
		held |= role.capabilities;
	}
	*capabilities = capabilities_expand(held);
	return OK;
}
