/* SPDX-License-Identifier: Apache-2.0 */
/* uses - prepare, decide, release. */
#include "server/core/grants/uses.h"

#include "base/json_out.h"
#include "server/core/device_note.h"
#include "server/core/grants/checkouts.h"
#include "server/core/grants/departure_turns.h"
#include "server/core/grants/handover_turns.h"
#include "server/core/people/devices.h"
#include "server/core/places.h"
#include "server/core/proof.h"
#include "server/core/vault/credentials.h"
#include "server/core/vault/fields.h"
#include "server/core/vault/rotation_watch.h"
#include "store/nouns/client.h"
#include "store/nouns/event_add.h"
#include "store/nouns/exposure.h"
#include "store/nouns/storm.h"
#include "store/nouns/tenant.h"
#include "store/nouns/wish.h"

enum { DETAIL_MAX = 512 };

/* ---- reading ---- */

static fallible find_grant(
	const struct caller *caller, const struct view *view, struct arena *arena, struct uses_add *use)
{
	struct id id;
	TRY(ids_parse(ID_GRANT, use->grant_id, &id));
	TRY(grant_get(view, caller->tenant, id, arena, &use->grant));
	if (!ids_is_none(caller->person) && !ids_equal(caller->person, use->grant.person))
		return FAIL(NOT_FOUND, "the grant is somebody else's");
	return OK;
}

static fallible read_nouns(const struct view *view, struct arena *arena, struct uses_add *use)
{
	const struct grant *grant = &use->grant;
	struct tenant tenant;
	TRY(credential_get(view, grant->tenant, grant->credential, arena, &use->credential));
	TRY(client_get_clear(view, grant->tenant, grant->client, &use->client));
	TRY(person_get_clear(view, grant->tenant, grant->person, arena, &use->person));
	TRY(tenant_get_clear(view, grant->tenant, arena, &tenant));
	use->tenant_row = tenant.version;
	use->facts.code_needs_login = tenant.use_needs_login;
	return OK;
}

/* Whom the grantee stands in for, by a grant that a handover made. */
static fallible read_absent(const struct view *view, struct uses_add *use)
{
	struct handover handover;
	use->in_place_of = (struct id){0};
	if (ids_is_none(use->grant.handover))
		return OK;
	struct err err = handover_get(view, use->grant.tenant, use->grant.handover, &handover);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	if (!handover_rules_is_for_good(handover.kind))
		use->in_place_of = handover.from;
	return OK;
}

/* The version that holds a field's record; most often it is the current one. */
static fallible add_release(const struct view *view, const struct version *current,
	enum credential_field field, struct arena *arena, struct uses_add *use)
{
	const struct version_field *stands = version_field(current, field);
	struct uses_release *release = &use->releases[use->release_count];
	if (!stands)
		return OK;
	release->field = field;
	release->holder = *current;
	if (stands->held_by != current->number)
		TRY(version_get(view, current->tenant, current->credential, stands->held_by, arena,
			&release->holder));
	use->release_count++;
	return OK;
}

static fallible read_releases(const struct view *view, struct arena *arena, struct uses_add *use)
{
	struct version current;
	unsigned fields =
		use->mode == MODE_CODE ? 1u << CREDENTIAL_SEED : credential_revealable(use->credential.kind);
	use->release_count = 0;
	/* What was shredded has no versions left. */
	if (use->credential.state == CREDENTIAL_SHREDDED)
		return OK;
	TRY(version_get(
		view, use->grant.tenant, use->grant.credential, use->credential.current, arena, &current));
	for (unsigned field = 1; field < CREDENTIAL_FIELD_COUNT; field++)
		if (fields & 1u << field)
			TRY(add_release(view, &current, (enum credential_field)field, arena, use));
	/* The ceiling of what would leave, not of what stands beside it. */
	use->facts.ceiling = use->release_count ? (uint16_t)~0u : current.modes_max;
	for (size_t i = 0; i < use->release_count; i++)
		use->facts.ceiling &= use->releases[i].holder.modes_max;
	return OK;
}

/* ---- what is proven ---- */

/* Whether the action that was confirmed is this very use. */
static fallible is_confirmed(const struct uses_add *use, bool *confirmed)
{
	char grant[ID_TEXT + 1];
	uint8_t expected[HASH_SHA256];
	ids_print(ID_GRANT, use->grant.id, grant);
	const struct proof_field fields[] = {{"grant", span_of(grant, ID_TEXT)},
		{"mode", span_text(modes_name(use->mode))}, {"purpose", use->purpose}};
	TRY(proof_action_hash("use", fields, 3, expected));
	*confirmed = memcmp(expected, use->proof.action_hash, sizeof expected) == 0;
	return OK;
}

/* A verification that confirmed something else proves who it is, but not this; and it is not used up for it.
 */
static fallible judge_proof(const struct uses_add *use, enum grant_proof *level)
{
	bool confirmed = false;
	if (use->proof.is_action)
		TRY(is_confirmed(use, &confirmed));
	if (confirmed && !use->proof.weak)
		*level = GRANT_PROOF_ACTION;
	else if (!use->proof.is_action || confirmed || use->mode != MODE_CODE)
		*level = GRANT_PROOF_LOGIN;
	else
		*level = GRANT_PROOF_NONE;
	return OK;
}

static fallible find_proof(
	const struct caller *caller, const struct view *view, struct instant now, struct uses_add *use)
{
	enum grant_proof level = GRANT_PROOF_NONE;
	use->proof = (struct proof){0};
	if (use->verification.len) {
		struct err err =
			proof_find(view, caller, use->grant.person, use->verification, now, &use->proof);
		if (err.code != CODE_PERSON_UNPROVEN)
			TRY(err);
	}
	if (use->proof.given)
		TRY(judge_proof(use, &level));
	/* What does not count here is not spent here. */
	use->proof.given = level != GRANT_PROOF_NONE;
	/* A personal token or a session is the grantee's own; a session is a login, whatever vouches for it. */
	bool logged_in = caller->proven || caller->kind == TOKEN_SESSION;
	if (level == GRANT_PROOF_NONE && logged_in && ids_equal(caller->person, use->grant.person))
		level = GRANT_PROOF_LOGIN;
	use->facts.proof = level;
	return OK;
}

/* ---- facts ---- */

static void take_grant(const struct grant *grant, struct grant_facts *facts)
{
	facts->state = grant->state;
	facts->from = grant->from;
	facts->until = grant->until;
	facts->uses_max = grant->uses_max;
	facts->uses_made = grant->uses_made;
	facts->modes = grant->modes;
}

/* Roles are rows of their own: the act asks again. */
static fallible take_roles(const struct view *view, const struct uses_add *use, struct grant_facts *facts)
{
	uint64_t held;
	uint64_t needed =
		use->mode == MODE_REVEAL ? CAPABILITY_BIT(CREDENTIAL_REVEAL) : CAPABILITY_BIT(CREDENTIAL_USE);
	TRY(person_capabilities(view, &use->person, &held));
	facts->grantee_may = (held & needed) == needed;
	return OK;
}

static fallible take_facts(const struct view *view, struct uses_add *use)
{
	struct grant_facts *facts = &use->facts;
	take_grant(&use->grant, facts);
	facts->mode = use->mode;
	facts->purpose_given = use->purpose.len > 0;
	facts->credential_archived = use->credential.state == CREDENTIAL_ARCHIVED;
	facts->credential_gone = use->credential.state == CREDENTIAL_SHREDDED;
	facts->secret_there = use->release_count > 0;
	facts->client_ended = use->client.state != CLIENT_ACTIVE && use->client.state != CLIENT_PAUSED;
	facts->client_paused = use->client.state == CLIENT_PAUSED;
	facts->frozen = use->client.frozen;
	facts->grantee_active = use->person.state == PERSON_ACTIVE;
	return take_roles(view, use, facts);
}

/* ---- event and mails ---- */

/* What a person is to see, and how long ago who it is was confirmed. */
static void put_revealed(const struct uses_add *use, struct instant now, struct json_out *out)
{
	json_out_open_array(out, "fields");
	for (size_t i = 0; i < use->release_count; i++)
		json_out_text(out, NULL, credentials_field_name(use->releases[i].field));
	json_out_close_array(out);
	if (use->proof.given)
		json_out_number(out, "step_up_age_s", (now.ms - use->proof.decided.ms) / 1000);
}

static fallible put_detail(const struct caller *caller, const struct uses_add *use, struct instant now,
	struct arena *arena, struct span *detail)
{
	scoped(buf) text = BUF(DETAIL_MAX);
	struct json_out out = JSON_OUT(&text);
	json_out_open(&out, NULL);
	json_out_text(&out, "mode", modes_name(use->mode));
	json_out_number(&out, "version", (int64_t)use->credential.current);
	if (use->facts.outside_hours)
		json_out_bool(&out, "outside_hours", true);
	if (use->mode == MODE_INJECT)
		json_out_id(&out, "agent_app", ID_APPLICATION, caller->application);
	if (use->mode == MODE_REVEAL)
		put_revealed(use, now, &out);
	json_out_close(&out);
	return buf_keep(&text, arena, detail);
}

/* The grantee acts, whoever carries the request. */
static struct event begin_event(const struct caller *caller, enum action action, const struct uses_add *use)
{
	struct event event = {.action = action,
		.source = LEAF_SERVER,
		.actor = LEAF_PERSON,
		.has_object_kind = true,
		.object_kind = ID_CREDENTIAL,
		.proven = use->facts.proof != GRANT_PROOF_NONE};
	event.ids[LEAF_ID_ACTOR] = use->grant.person;
	event.ids[LEAF_ID_IN_PLACE_OF] = use->in_place_of;
	event.ids[LEAF_ID_REPORTER] = caller->application;
	event.ids[LEAF_ID_DEVICE] = use->device_id;
	event.ids[LEAF_ID_OBJECT] = use->grant.credential;
	event.ids[LEAF_ID_CLIENT] = use->grant.client;
	event.ids[LEAF_ID_GRANT] = use->grant.id;
	event.ids[LEAF_ID_BRANCH] = ids_is_none(use->person.branch) ? use->client.branch : use->person.branch;
	event.texts[LEAF_TEXT_LABEL] = use->credential.title;
	event.texts[LEAF_TEXT_PURPOSE] = use->purpose;
	event.texts[LEAF_TEXT_TASK] = use->grant.task;
	device_put_texts(&use->device, &event);
	return event;
}

static enum action released_as(enum mode mode)
{
	switch (mode) {
	case MODE_CODE:
		return ACTION_CREDENTIAL_CODE_ISSUED;
	case MODE_INJECT:
		return ACTION_CREDENTIAL_INJECTED;
	case MODE_REVEAL:
	case MODE_COUNT:
		break;
	}
	return ACTION_CREDENTIAL_REVEALED;
}

static fallible seal_event(const struct server *server, const struct caller *caller, struct instant now,
	struct arena *arena, struct uses_add *use)
{
	struct event event = begin_event(caller, released_as(use->mode), use);
	TRY(person_print_roles(&use->person, arena, &event.texts[LEAF_TEXT_ROLES]));
	TRY(put_detail(caller, use, now, arena, &event.texts[LEAF_TEXT_DETAIL]));
	return event_seal(server->volume.keys, use->grant.tenant, &event, now, arena, &use->draft);
}

/* A mail's value is one line that is not empty. */
static struct span one_line(struct arena *arena, struct span text)
{
	uint8_t *line = text.len ? arena_alloc(arena, text.len) : NULL;
	if (!line)
		return SPAN_LIT("-");
	for (size_t i = 0; i < text.len; i++)
		line[i] = text.at[i] < 0x20 || text.at[i] == 0x7f ? ' ' : text.at[i];
	return span_of(line, text.len);
}

static fallible seal_letters(const struct server *server, const struct view *view, struct instant now,
	struct arena *arena, struct uses_add *use)
{
	const struct letters_desk desk = {server, view, use->grant.tenant, arena};
	use->letters.count = 0;
	if (use->client.contact_count == 0 ||
		(use->mode == MODE_CODE && use->grant.notify != GRANT_NOTIFY_EACH))
		return OK;
	struct person grantee;
	TRY(person_get(view, use->grant.tenant, use->grant.person, arena, &grantee));
	const struct message_value values[] = {
		{"label", one_line(arena, use->credential.title)},
		{"assistant", one_line(arena, grantee.name)},
		{"task", one_line(arena, use->grant.task)},
		{"reason", one_line(arena, use->purpose)},
	};
	struct tell_ask ask = {
		.kind = use->mode == MODE_CODE ? NOTICE_CREDENTIAL_USED : NOTICE_CREDENTIAL_REVEALED,
		.about = use->grant.id,
		.values = values,
		.count = sizeof values / sizeof values[0],
		.now = now};
	return letters_add_contacts(&desk, &ask, &use->client, (struct id){0}, &use->letters);
}

static fallible find_device(
	const struct view *view, struct instant now, struct arena *arena, struct uses_add *use)
{
	struct device_sight sight = {use->grant.person, .is_person = true};
	TRY(device_find(view, use->grant.tenant, &use->device, now, &sight));
	use->device_id = sight.id;
	return device_note_prepare(
		view, use->grant.tenant, &sight, &use->device, now, arena, &use->device_note);
}

/* Nobody vouches for an address whose country is not known: it is of none of the client's. */
static void take_place(const struct server *server, struct uses_add *use)
{
	const struct countries *countries = &use->client.countries;
	char country[PLACES_COUNTRY + 1] = "";
	if (countries->count == 0)
		return;
	places_find(server->places, use->device.ip, country);
	use->facts.elsewhere = !countries_has(countries, country);
}

fallible uses_prepare(const struct server *server, const struct caller *caller, const struct view *view,
	struct instant now, struct arena *arena, struct uses_add *use)
{
	if (!health_is_whole(server->health))
		return FAIL(BUSY, "the store was changed by hand: nothing is released");
	TRY(find_grant(caller, view, arena, use));
	TRY(read_nouns(view, arena, use));
	TRY(read_absent(view, use));
	TRY(read_releases(view, arena, use));
	TRY(find_proof(caller, view, now, use));
	TRY(take_facts(view, use));
	use->gates.kind = use->person.kind;
	TRY(gates_read(view, &use->grant, now, arena, &use->gates, &use->facts));
	TRY(vault_rules_denies_any(&use->gates.rules.rules, use->grant.purposes_denied, use->purpose, arena,
		&use->facts.purpose_denied));
	TRY(find_device(view, now, arena, use));
	take_place(server, use);
	TRY(seal_event(server, caller, now, arena, use));
	/* What a handover that is due makes of it is known only in the act. */
	TRY(handover_turns_is_due(view, use->grant.tenant, use->grant.person, now, &use->expected));
	use->expected = use->expected || grant_rules_use(&use->facts, now).allowed;
	return use->expected ? seal_letters(server, view, now, arena, use) : OK;
}

/* ---- deciding ---- */

static fallible check_rows(struct act *act, const struct uses_add *use)
{
	const struct grant *grant = &use->grant;
	struct noun_key credential = noun_key(grant->tenant, id_span(&grant->credential), SPAN_NONE);
	struct noun_key client = noun_key(grant->tenant, id_span(&grant->client), SPAN_NONE);
	struct noun_key person = noun_key(grant->tenant, id_span(&grant->person), SPAN_NONE);
	TRY(noun_still(act, TABLE_CREDENTIAL, noun_key_span(&credential), use->credential.row));
	TRY(noun_still(act, TABLE_CLIENT, noun_key_span(&client), use->client.version));
	TRY(noun_still(act, TABLE_PERSON, noun_key_span(&person), use->person.version));
	return noun_still(act, TABLE_TENANT, id_span(&grant->tenant), use->tenant_row);
}

/* A grant that was seen behind its end stays ended, whatever the clock says later. */
static fallible expire(struct act *act, struct grant *grant)
{
	struct event event = {.action = ACTION_GRANT_EXPIRED,
		.source = LEAF_SERVER,
		.actor = LEAF_SYSTEM,
		.has_object_kind = true,
		.object_kind = ID_GRANT};
	struct view view = view_act(act);
	event.ids[LEAF_ID_OBJECT] = event.ids[LEAF_ID_GRANT] = grant->id;
	event.ids[LEAF_ID_CLIENT] = grant->client;
	TRY(client_give_branch(&view, grant->tenant, event.ids));
	grant->state = GRANT_EXPIRED;
	grant->ended = act->now;
	/* The event says nothing personal, so nothing is sealed and no key is asked for. */
	TRY(grant_change(act, grant));
	TRY(checkouts_let_go(act, grant));
	return event_say(act, grant->tenant, &event);
}

static fallible refuse(struct act *act, struct uses_add *use, struct grant *grant, enum reason reason)
{
	bool over = grant->until.ms <= act->now.ms && grant->state != GRANT_REVOKED &&
		grant->state != GRANT_EXPIRED;
	enum err_code code = reasons_code(reason);
	event_decide(&use->draft, ACTION_CREDENTIAL_DENIED, LEAF_DENIED, reason);
	if (over)
		TRY(expire(act, grant));
	use->refusal = (struct err){err_row(code)->kind, code, err_row(code)->title, ERR_AT};
	return storm_refuse(act, grant->tenant, &use->draft, NULL);
}

/* Whoever uses what is exclusive holds it for a while. */
static fallible hold(struct act *act, const struct uses_add *use, const struct grant *grant)
{
	const struct checkouts_ask ask = {.minutes = CHECKOUTS_MINUTES,
		.device = use->device_id,
		.reporter = use->draft.leaf.ids[LEAF_ID_REPORTER],
		.purpose = use->purpose};
	struct instant until;
	return grant->exclusive == GRANT_EXCLUSIVE_NONE ? OK : checkouts_take(act, grant, &ask, &until);
}

static fallible allow(struct act *act, struct uses_add *use, struct grant *grant)
{
	struct exposure seen = {.tenant = grant->tenant,
		.person = grant->person,
		.credential = grant->credential,
		.number = use->credential.known,
		.client = grant->client,
		.grant = grant->id,
		.device = use->device_id,
		.in_place_of = use->in_place_of,
		.class = use->mode == MODE_INJECT ? EXPOSURE_COULD_KNOW : EXPOSURE_KNOWS,
		.how = use->mode == MODE_INJECT ? EXPOSURE_INJECTED : EXPOSURE_REVEALED};
	TRY(hold(act, use, grant));
	for (size_t i = 0; grant->notify == GRANT_NOTIFY_DIGEST && i < use->client.contact_count; i++)
		TRY(wish_begin(act, grant->tenant, use->client.contacts[i]));
	if (grant->breakglass)
		seen.how |= EXPOSURE_BREAKGLASS;
	grant->uses_made++;
	TRY(grant_change(act, grant));
	if (use->mode != MODE_CODE) {
		TRY(exposure_add(act, &seen));
		TRY(rotation_watch_until(act, grant));
	}
	if (grant->uses_max && grant->uses_made >= grant->uses_max)
		TRY(rotation_watch_now(act, grant));
	TRY(letters_write(act, &use->letters));
	event_decide(&use->draft, released_as(use->mode), LEAF_SUCCESS, REASON_NONE);
	/* It has its branch: prepare read both records. */
	return act_add(act, grant->tenant, &use->draft.leaf, NULL);
}

/* The verification is used up last, so that a use that is refused anyway costs none. */
static fallible spend_proof(struct act *act, const struct uses_add *use, struct verdict *verdict)
{
	if (!verdict->allowed || !use->proof.given)
		return OK;
	struct err err = proof_use(act, use->grant.tenant, &use->proof);
	if (err.code != CODE_PERSON_UNPROVEN)
		return err;
	*verdict = VERDICT_REFUSED(PERSON_UNPROVEN);
	return OK;
}

/* Whoever uses a lost device is nobody who proved anything. The device that the proof came from is looked at when the proof
 * is spent. */
static fallible heed_device(const struct view *view, const struct uses_add *use, struct verdict *verdict)
{
	bool is_lost;
	bool is_of_proof = use->proof.given && ids_equal(use->proof.device, use->device_id);
	if (!verdict->allowed || is_of_proof)
		return OK;
	TRY(device_record_is_lost(view, use->grant.tenant, use->device_id, &is_lost));
	if (is_lost)
		*verdict = VERDICT_REFUSED(PERSON_UNPROVEN);
	return OK;
}

/* The grant as the act sees it; its texts never change. */
static fallible read_again(struct act *act, const struct uses_add *use, struct grant *grant)
{
	struct view view = view_act(act);
	TRY(grant_get_clear(&view, use->grant.tenant, use->grant.id, act->arena, grant));
	grant->task = use->grant.task;
	grant->mandate = use->grant.mandate;
	grant->purposes_denied = use->grant.purposes_denied;
	return OK;
}

fallible uses_write(struct act *act, struct uses_add *use)
{
	struct view view = view_act(act);
	struct grant_facts facts = use->facts;
	struct grant grant;
	use->refusal = OK;
	use->decided = act->now;
	TRY(check_rows(act, use));
	TRY(departure_turns_catch_up(act, use->grant.tenant, use->grant.person));
	TRY(handover_turns_catch_up(act, use->grant.tenant, use->grant.person));
	TRY(read_again(act, use, &grant));
	take_grant(&grant, &facts);
	TRY(take_roles(&view, use, &facts));
	TRY(gates_judge(act, &grant, &use->gates, &facts));
	struct verdict verdict = grant_rules_use(&facts, act->now);
	if (verdict.allowed && !use->expected)
		return FAIL_CODE(STALE, "a use that was to be refused is allowed by now");
	TRY(heed_device(&view, use, &verdict));
	TRY(spend_proof(act, use, &verdict));
	use->retry = verdict.until;
	TRY(device_note_write(act, use->device_note, &use->device_id, NULL));
	return verdict.allowed ? allow(act, use, &grant) : refuse(act, use, &grant, verdict.reason);
}

/* ---- release ---- */

struct id uses_id(const struct uses_add *use)
{
	return use->draft.leaf.event;
}

fallible uses_open(const struct server *server, const struct uses_add *use, size_t at, struct secret *plain)
{
	const struct uses_release *release = &use->releases[at];
	return fields_open(server, &release->holder, use->grant.client, release->field, plain);
}

fallible uses_code(const struct server *server, const struct uses_add *use,
	char code[static TOTP_DIGITS_MAX + 1], int *valid_s)
{
	scoped(secret) field = {0};
	struct totp_shape shape;
	struct span seed;
	TRY(uses_open(server, use, 0, &field));
	TRY(credentials_open_seed(secret_span(&field), &shape, &seed));
	return totp_code(&shape, seed, volume_wall(&server->volume, use->decided), code, valid_s);
}

struct failure {
	struct id tenant;
	struct event_draft draft;
};

static fallible write_failure(struct act *act, void *context)
{
	struct failure *failure = context;
	return event_add(act, failure->tenant, &failure->draft.leaf, NULL);
}

fallible uses_report_failure(const struct server *server, const struct caller *caller,
	const struct uses_add *use, struct arena *arena)
{
	struct failure failure = {.tenant = use->grant.tenant};
	struct event event = begin_event(caller, ACTION_CREDENTIAL_RELEASE_FAILED, use);
	event.outcome = LEAF_FAILED;
	event.reason = REASON_UNSEALABLE;
	struct err err =
		event_seal(server->volume.keys, failure.tenant, &event, use->decided, arena, &failure.draft);
	if (err.kind == ERR_NOT_FOUND) {
		/* A key is gone: say what can be said without words. */
		memset(event.texts, 0, sizeof event.texts);
		err = event_seal(
			server->volume.keys, failure.tenant, &event, use->decided, arena, &failure.draft);
	}
	TRY(err);
	return committer_run(server->committer,
		(struct act_job){.kind = ACT_EVENT, .run = write_failure, .context = &failure});
}
