/* SPDX-License-Identifier: Apache-2.0 */
/* lookup_world - one row of each kind, put by its own module. */
#include "tests/store/nouns/lookup_world.h"

#include "store/nouns/agreement.h"
#include "store/nouns/branch.h"
#include "store/nouns/client.h"
#include "store/nouns/consent.h"
#include "store/nouns/credential.h"
#include "store/nouns/declared.h"
#include "store/nouns/deposit.h"
#include "store/nouns/device_record.h"
#include "store/nouns/exposure.h"
#include "store/nouns/factor.h"
#include "store/nouns/grant.h"
#include "store/nouns/mailbox.h"
#include "store/nouns/person.h"
#include "store/nouns/recovery.h"
#include "store/nouns/remembered.h"
#include "store/nouns/session.h"
#include "store/nouns/tenant.h"

#include <criterion/criterion.h>

static const struct instant NOON = {1795262400000};

/* ---- one row of each kind ---- */

struct person lookup_world_person(void)
{
	return (struct person){.tenant = world_tenant(1),
		.id = world_thing(1),
		.created = NOON,
		.name = SPAN_LIT("Anna"),
		.email = SPAN_LIT("anna@agency.example"),
		.ref = SPAN_LIT("anna")};
}

fallible lookup_world_put_person(struct act *act, const struct person *person)
{
	scoped(buf) sealed = BUF(LOOKUP_SEALED_MAX);
	TRY(person_seal(act->volume->keys, person, &sealed));
	return person_put(act, person, buf_span(&sealed));
}

static fallible put_client(struct act *act)
{
	scoped(buf) sealed = BUF(LOOKUP_SEALED_MAX);
	const struct client client = {.tenant = world_tenant(1),
		.id = world_thing(2),
		.created = NOON,
		.name = SPAN_LIT("Web shop"),
		.ref = SPAN_LIT("shop")};
	TRY(client_seal(act->volume->keys, &client, &sealed));
	TRY(client_put_ref(act, &client));
	return client_put(act, &client, buf_span(&sealed));
}

static fallible put_names(struct act *act)
{
	struct person person = lookup_world_person();
	const struct mailbox all = mailbox_end();
	const struct declared declared = {
		.tenant = world_tenant(1), .name = SPAN_LIT("app.invoice.sent"), .as = {.number = 7}};
	TRY(person_put_ref(act, &person));
	TRY(lookup_world_put_person(act, &person));
	TRY(mailbox_put_mark(act, &all));
	TRY(put_client(act));
	TRY(branch_put(act, world_tenant(1), world_thing(3), SPAN_LIT("Harbour")));
	return declared_put(act, &declared);
}

static fallible put_grant(struct act *act)
{
	scoped(buf) sealed = BUF(LOOKUP_SEALED_MAX);
	const struct grant grant = {.tenant = world_tenant(1),
		.id = world_thing(5),
		.credential = world_thing(4),
		.client = world_thing(2),
		.person = world_thing(1),
		.modes = MODE_BIT(CODE),
		.created = NOON,
		.until = {NOON.ms + 1000}};
	TRY(grant_seal(act->volume->keys, &grant, &sealed));
	return grant_put(act, &grant, buf_span(&sealed));
}

fallible lookup_world_put_credential(struct act *act, struct id id, struct instant archived)
{
	scoped(buf) sealed = BUF(LOOKUP_SEALED_MAX);
	const struct credential credential = {.tenant = world_tenant(1),
		.id = id,
		.state = archived.ms ? CREDENTIAL_ARCHIVED : CREDENTIAL_ACTIVE,
		.archived = archived,
		.client = world_thing(2),
		.modes_max = MODE_BIT(CODE),
		.created = NOON,
		.current = 1,
		.known = 1,
		.title = SPAN_LIT("Shop"),
		.strength = CREDENTIAL_STRENGTH_NONE};
	TRY(credential_seal(act->volume->keys, &credential, &sealed));
	return credential_put(act, &credential, buf_span(&sealed));
}

static fallible put_consent(struct act *act)
{
	scoped(buf) sealed = BUF(LOOKUP_SEALED_MAX);
	const struct consent consent = {.tenant = world_tenant(1),
		.id = world_thing(6),
		.client = world_thing(2),
		.party = world_thing(1),
		.given = NOON};
	TRY(consent_seal(act->volume->keys, &consent, &sealed));
	return consent_put(act, &consent, buf_span(&sealed));
}

static fallible put_deposit(struct act *act)
{
	scoped(buf) sealed = BUF(LOOKUP_SEALED_MAX);
	const struct deposit deposit = {.tenant = world_tenant(1),
		.id = world_thing(7),
		.kind = CREDENTIAL_LOGIN,
		.client = world_thing(2),
		.created = NOON,
		.ask = SPAN_LIT("Shop")};
	TRY(deposit_seal(act->volume->keys, &deposit, &sealed));
	return deposit_add(act, &deposit, buf_span(&sealed));
}

static fallible put_vault(struct act *act)
{
	const struct exposure seen = {.tenant = world_tenant(1),
		.person = world_thing(1),
		.credential = world_thing(4),
		.number = 1,
		.client = world_thing(2),
		.class = EXPOSURE_KNOWS,
		.how = EXPOSURE_REVEALED};
	TRY(lookup_world_put_credential(act, world_thing(4), (struct instant){0}));
	TRY(put_grant(act));
	TRY(put_consent(act));
	TRY(put_deposit(act));
	return exposure_add(act, &seen);
}

static fallible put_device(struct act *act)
{
	uint8_t term[KEYS_TERM];
	struct noun_key way;
	scoped(buf) sealed = BUF(LOOKUP_SEALED_MAX), seen = BUF(LOOKUP_SEALED_MAX);
	const struct keys *keys = act->volume->keys;
	const struct device_record record = {.tenant = world_tenant(1),
		.id = world_thing(8),
		.person = world_thing(1),
		.last_seen = NOON,
		.own_id = SPAN_LIT("phone-3")};
	TRY(device_record_seal(keys, &record, &sealed));
	TRY(device_record_term(keys, record.tenant, record.own_id, term));
	TRY(device_record_way_at(keys, record.tenant, record.person, record.own_id, &way));
	TRY(device_record_put(act, &record, buf_span(&sealed)));
	TRY(device_record_list(act, &record, term));
	device_record_put_way(record.id, record.last_seen, &seen);
	TRY(buf_check(&seen));
	return act_put(act, TABLE_DEVICE, noun_key_span(&way), buf_span(&seen));
}

static fallible put_logins(struct act *act)
{
	const struct id tenant = world_tenant(1), person = world_thing(1);
	const struct factor factor = {
		.tenant = tenant, .id = world_thing(9), .person = person, .type = FACTOR_EMAIL};
	const struct recovery codes = {.tenant = tenant, .id = world_thing(10), .person = person};
	const struct remembered remembered = {.tenant = tenant, .id = world_thing(11), .person = person};
	const struct session session = {.tenant = tenant, .id = world_thing(12), .person = person};
	const struct agreement agreement = {
		.tenant = tenant, .id = world_thing(13), .person = person, .signed_at = NOON};
	TRY(factor_put(act, &factor));
	TRY(recovery_put(act, &codes));
	TRY(remembered_add(act, &remembered));
	TRY(session_add(act, &session));
	TRY(agreement_put(act, &agreement));
	return put_device(act);
}

static fallible fill(struct act *act, void *context)
{
	const struct tenant tenant = {.id = world_tenant(1), .origin = SPAN_LIT("muniment.test/ten_1")};
	(void)context;
	TRY(tenant_put(act, &tenant));
	TRY(put_names(act));
	TRY(put_vault(act));
	return put_logins(act);
}

void lookup_world_perform(struct world *world, fallible (*run)(struct act *act, void *context), void *context)
{
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = run, .context = context}));
}

void lookup_world_make(struct world *world)
{
	world_make(world, &kv_mem, 0);
	lookup_world_perform(world, fill, NULL);
}

/* ---- looking ---- */

struct check_report lookup_world_look(struct world *world)
{
	struct lookup_check check = {.is_over = false};
	struct check_report report = {0};
	while (!check.is_over) {
		scoped(reading) reading = {0};
		world_must(reading_open(&world->volume, &reading));
		struct view view = view_reading(&reading);
		world_must(lookup_check_some(&view, &check, &report));
	}
	return report;
}

/* ---- by hand ---- */

bool lookup_world_entry(struct world *world, enum table table, size_t number, struct lookup_entry *entry)
{
	scoped(kv_txn) txn = {0};
	scoped(kv_cursor) rows = {0};
	world_must(kv_read(world->volume.data, &txn));
	world_must(kv_seek(&txn, (int)table, SPAN_NONE, &rows));
	for (size_t i = 0; i <= number; i++)
		if (!kv_next(&rows))
			return false;
	cr_assert(rows.value.len <= sizeof entry->value);
	memcpy(entry->key, rows.key.at, entry->key_len = rows.key.len);
	memcpy(entry->value, rows.value.at, entry->value_len = rows.value.len);
	return true;
}

void lookup_world_write(struct world *world, enum table table, const struct lookup_entry *entry)
{
	scoped(kv_txn) txn = {0};
	world_must(kv_write(world->volume.data, &txn));
	world_must(
		kv_put(&txn, (int)table, lookup_entry_key(entry), span_of(entry->value, entry->value_len)));
	world_must(kv_commit(&txn));
}

void lookup_world_drop(struct world *world, enum table table, const struct lookup_entry *entry)
{
	scoped(kv_txn) txn = {0};
	world_must(kv_write(world->volume.data, &txn));
	world_must(kv_drop(&txn, (int)table, lookup_entry_key(entry)));
	world_must(kv_commit(&txn));
}
