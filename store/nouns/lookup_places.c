/* SPDX-License-Identifier: Apache-2.0 */
/* lookup_places - a table of the kinds of rows, and a function each. */
#include "store/nouns/lookup_places.h"

#include "base/reader.h"
#include "store/nouns/agreement.h"
#include "store/nouns/branch.h"
#include "store/nouns/breakglass.h"
#include "store/nouns/client.h"
#include "store/nouns/consent.h"
#include "store/nouns/credential.h"
#include "store/nouns/declared.h"
#include "store/nouns/departure.h"
#include "store/nouns/deposit.h"
#include "store/nouns/device_record.h"
#include "store/nouns/erasure.h"
#include "store/nouns/expiry.h"
#include "store/nouns/exposure.h"
#include "store/nouns/factor.h"
#include "store/nouns/grant.h"
#include "store/nouns/handover.h"
#include "store/nouns/mailbox.h"
#include "store/nouns/person.h"
#include "store/nouns/recovery.h"
#include "store/nouns/remembered.h"
#include "store/nouns/session.h"

/* One row that is looked at. */
struct look {
	const struct view *view;
	struct id tenant;
	struct span name;
	struct arena *arena;
	struct lookup_places *places;
};

enum { ID_BYTES = sizeof(struct id) };

/* An id of the row's name, by its number. */
static struct id id_at(const struct look *look, size_t number)
{
	struct id id;
	memcpy(id.bytes, look->name.at + number * ID_BYTES, ID_BYTES);
	return id;
}

static void add(const struct look *look, enum table table, const struct noun_key *key, struct span value)
{
	struct lookup_place *place = &look->places->items[look->places->count++];
	*place = (struct lookup_place){.table = table, .key = *key};
	place->value_len = value.len < sizeof place->value ? value.len : sizeof place->value;
	if (place->value_len)
		memcpy(place->value, value.at, place->value_len);
}

/* A row in the list of somebody. */
static void add_listed(
	const struct look *look, enum table table, struct id under, struct id id, struct span value)
{
	struct noun_key key = noun_key(look->tenant, id_span(&under), id_span(&id));
	add(look, table, &key, value);
}

/* The way from an id to whose it is. */
static void add_way(const struct look *look, enum table table, struct id from, struct id to)
{
	struct noun_key key = noun_key(look->tenant, id_span(&from), SPAN_NONE);
	add(look, table, &key, id_span(&to));
}

/* What is to be done with a row, which is named by its first id. */
static void add_queued(const struct look *look, enum expiry_kind kind, struct instant at)
{
	const struct expiry expiry = {kind, at, look->tenant, id_at(look, 0)};
	struct noun_key key = expiry_at(&expiry);
	add(look, TABLE_EXPIRY, &key, SPAN_NONE);
	look->places->items[look->places->count - 1].in_queue = true;
}

/* ---- the vault ---- */

static fallible of_exposure(const struct look *look)
{
	struct reader reader = READER(look->name);
	struct exposure seen = {.tenant = look->tenant};
	seen.person = noun_take_id(&reader);
	seen.credential = noun_take_id(&reader);
	seen.number = reader_u64(&reader);
	TRY(exposure_get(look->view, &seen));
	struct noun_key key = exposure_listed_at(&seen);
	add(look, TABLE_EXPOSURE_INDEX, &key, SPAN_NONE);
	return OK;
}

static fallible of_grant(const struct look *look)
{
	struct grant grant;
	TRY(grant_get_clear(look->view, look->tenant, id_at(look, 0), look->arena, &grant));
	add_listed(look, TABLE_GRANT_INDEX, grant.person, grant.id, SPAN_NONE);
	add_listed(look, TABLE_GRANT_INDEX, grant.client, grant.id, SPAN_NONE);
	return OK;
}

static fallible of_credential(const struct look *look)
{
	struct credential one;
	TRY(credential_get(look->view, look->tenant, id_at(look, 0), look->arena, &one));
	add_listed(look, TABLE_CREDENTIAL_INDEX, one.client, one.id, SPAN_NONE);
	/* Of one from before times were kept nothing says when. */
	if (one.state == CREDENTIAL_ARCHIVED && one.archived.ms)
		add_queued(look, EXPIRY_CREDENTIAL, credential_trash_ends(&one));
	return OK;
}

static fallible of_consent(const struct look *look)
{
	struct consent consent;
	TRY(consent_get(look->view, look->tenant, id_at(look, 0), look->arena, &consent));
	struct noun_key key = consent_listed_at(&consent);
	add(look, TABLE_CONSENT_INDEX, &key, SPAN_NONE);
	return OK;
}

static fallible of_deposit(const struct look *look)
{
	struct deposit deposit;
	TRY(deposit_get(look->view, look->tenant, id_at(look, 0), look->arena, &deposit));
	/* Before any tenant is known: the key is the id alone. */
	struct noun_key key = noun_key(deposit.id, SPAN_NONE, SPAN_NONE);
	add(look, TABLE_DEPOSIT_OF, &key, id_span(&look->tenant));
	return OK;
}

/* ---- by name ---- */

static fallible of_client(const struct look *look)
{
	struct client client;
	struct noun_key key;
	TRY(client_get(look->view, look->tenant, id_at(look, 0), look->arena, &client));
	if (client.ref.len == 0)
		return OK;
	TRY(client_ref_at(view_keys(look->view), &client, &key));
	add(look, TABLE_CLIENT_TERM, &key, id_span(&client.id));
	return OK;
}

/* Of whoever is to be found by an address, once everybody was noted. */
static fallible add_mailbox(const struct look *look, const struct person *person)
{
	uint8_t term[KEYS_TERM];
	struct mailbox noted;
	const struct mailbox who = {person->tenant, person->id};
	TRY(mailbox_read_mark(look->view, &noted));
	if (!mailbox_is_of(person) || !mailbox_is_end(&noted))
		return OK;
	mailbox_term(view_keys(look->view), person->email, term);
	struct noun_key found = mailbox_found_at(term, &who), of = mailbox_noted_at(&who);
	add(look, TABLE_MAILBOX, &found, SPAN_NONE);
	add(look, TABLE_MAILBOX_OF, &of, SPAN_BYTES(term));
	return OK;
}

static fallible of_person(const struct look *look)
{
	struct person person;
	struct noun_key key;
	TRY(person_get(look->view, look->tenant, id_at(look, 0), look->arena, &person));
	/* Who is removed gives the ref up: another one may have it. */
	if (person.ref.len && person.state <= PERSON_SUSPENDED) {
		TRY(person_ref_at(view_keys(look->view), &person, &key));
		add(look, TABLE_PERSON_TERM, &key, id_span(&person.id));
	}
	return add_mailbox(look, &person);
}

static fallible of_branch(const struct look *look)
{
	struct span name;
	struct noun_key key;
	const struct id id = id_at(look, 0);
	TRY(branch_get(look->view, look->tenant, id, look->arena, &name));
	TRY(branch_listed_at(view_keys(look->view), look->tenant, name, &key));
	add(look, TABLE_BRANCH_TERM, &key, id_span(&id));
	return OK;
}

static fallible of_declared(const struct look *look)
{
	struct declared declared;
	TRY(declared_get_clear(look->view, look->tenant, look->name, look->arena, &declared));
	struct noun_key key = declared_numbered_at(&declared);
	add(look, TABLE_ACTION_NUMBER, &key, look->name);
	return OK;
}

/* ---- of a person ---- */

/* What the row itself says besides its name is nothing that its place is made of. */
static fallible of_factor(const struct look *look)
{
	add_way(look, TABLE_FACTOR_OF, id_at(look, 1), id_at(look, 0));
	return OK;
}

static fallible of_recovery(const struct look *look)
{
	struct recovery recovery;
	TRY(recovery_get(look->view, look->tenant, id_at(look, 0), &recovery));
	if (!recovery_is_ended(&recovery))
		add_way(look, TABLE_FACTOR_OF, recovery.id, recovery.person);
	return OK;
}

static fallible of_remembered(const struct look *look)
{
	struct remembered one;
	TRY(remembered_get(look->view, look->tenant, id_at(look, 0), &one));
	add_listed(look, TABLE_REMEMBERED_OF, one.person, one.id, SPAN_NONE);
	return OK;
}

static fallible of_session(const struct look *look)
{
	struct session session;
	TRY(session_get_clear(look->view, look->tenant, id_at(look, 0), &session));
	add_listed(look, TABLE_SESSION_OF, session.person, session.id, SPAN_NONE);
	return OK;
}

static fallible of_agreement(const struct look *look)
{
	struct agreement agreement;
	TRY(agreement_get(look->view, look->tenant, id_at(look, 0), &agreement));
	add_listed(look, TABLE_AGREEMENT_OF, agreement.person, agreement.id, SPAN_NONE);
	return OK;
}

/* One whose person was erased is found by nothing but the person. */
static fallible of_device(const struct look *look)
{
	struct device_record record;
	uint8_t term[KEYS_TERM];
	struct noun_key way;
	scoped(buf) seen = BUF(LOOKUP_VALUE_MAX);
	const struct keys *keys = view_keys(look->view);
	TRY(device_record_get(look->view, look->tenant, id_at(look, 0), look->arena, &record));
	struct noun_key own = device_record_listed_at(&record, id_span(&record.person));
	add(look, TABLE_DEVICE_OF, &own, SPAN_NONE);
	if (record.own_id.len == 0)
		return OK;
	TRY(device_record_term(keys, record.tenant, record.own_id, term));
	TRY(device_record_way_at(keys, record.tenant, record.person, record.own_id, &way));
	struct noun_key shared = device_record_listed_at(&record, SPAN_BYTES(term));
	add(look, TABLE_DEVICE_OF, &shared, SPAN_NONE);
	device_record_put_way(record.id, record.last_seen, &seen);
	TRY(buf_check(&seen));
	add(look, TABLE_DEVICE, &way, buf_span(&seen));
	return OK;
}

/* ---- what is done at its time ---- */

static fallible of_erasure(const struct look *look)
{
	struct erasure erasure;
	TRY(erasure_get(look->view, look->tenant, id_at(look, 0), look->arena, &erasure));
	if (erasure.state == ERASURE_APPROVED || erasure.state == ERASURE_ERASING)
		add_queued(look, EXPIRY_ERASURE, erasure.due);
	return OK;
}

/* The day, and then what was too much for it. */
static fallible of_departure(const struct look *look)
{
	struct departure departure;
	TRY(departure_get(look->view, look->tenant, id_at(look, 0), &departure));
	bool ends = departure.state == DEPARTURE_LEFT && !departure.is_told;
	if (departure.state == DEPARTURE_PLANNED || ends)
		add_queued(look, EXPIRY_DEPARTURE, departure.at);
	return OK;
}

static fallible of_handover(const struct look *look)
{
	struct handover handover;
	TRY(handover_get(look->view, look->tenant, id_at(look, 0), &handover));
	const struct handover_facts facts = handover_facts(&handover);
	struct instant next = handover_rules_next(&facts);
	if (next.ms)
		add_queued(look, EXPIRY_HANDOVER, next);
	return OK;
}

/* When it was confirmed it ends at another time than it would have lapsed, and is looked at by then. */
static fallible of_breakglass(const struct look *look)
{
	struct breakglass breakglass;
	TRY(breakglass_get(look->view, look->tenant, id_at(look, 0), look->arena, &breakglass));
	if (breakglass.state <= BREAKGLASS_CLOSED && !breakglass.overdue)
		add_queued(look, EXPIRY_BREAKGLASS, (struct instant){0});
	return OK;
}

/* ---- all ---- */

static const struct kind {
	enum table rows;
	size_t name; /* bytes of a row's key behind the tenant; 0: as many as it has */
	fallible (*of)(const struct look *look);
} KINDS[] = {
	{TABLE_EXPOSURE, 2 * ID_BYTES + 8, of_exposure},
	{TABLE_GRANT, ID_BYTES, of_grant},
	{TABLE_CREDENTIAL, ID_BYTES, of_credential},
	{TABLE_CONSENT, ID_BYTES, of_consent},
	{TABLE_DEPOSIT, ID_BYTES, of_deposit},
	{TABLE_CLIENT, ID_BYTES, of_client},
	{TABLE_PERSON, ID_BYTES, of_person},
	{TABLE_BRANCH, ID_BYTES, of_branch},
	{TABLE_ACTION, 0, of_declared},
	{TABLE_FACTOR, 2 * ID_BYTES, of_factor},
	{TABLE_RECOVERY, ID_BYTES, of_recovery},
	{TABLE_REMEMBERED, ID_BYTES, of_remembered},
	{TABLE_SESSION, ID_BYTES, of_session},
	{TABLE_AGREEMENT, ID_BYTES, of_agreement},
	{TABLE_DEVICE_RECORD, ID_BYTES, of_device},
	{TABLE_ERASURE, ID_BYTES, of_erasure},
	{TABLE_DEPARTURE, ID_BYTES, of_departure},
	{TABLE_HANDOVER, ID_BYTES, of_handover},
	{TABLE_BREAKGLASS, ID_BYTES, of_breakglass},
};

unsigned lookup_places_kinds(void)
{
	return sizeof KINDS / sizeof KINDS[0];
}

enum table lookup_places_rows(unsigned kind)
{
	return KINDS[kind].rows;
}

fallible lookup_places_of(const struct view *view, unsigned kind, struct id tenant, struct span name,
	struct arena *arena, struct lookup_places *places)
{
	const struct look look = {view, tenant, name, arena, places};
	places->count = 0;
	if (KINDS[kind].name && name.len != KINDS[kind].name)
		return FAIL(CORRUPT, "a key of a row has another length");
	return KINDS[kind].of(&look);
}
