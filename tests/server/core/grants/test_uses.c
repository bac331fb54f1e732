/* SPDX-License-Identifier: Apache-2.0 */
/* test_uses - what leaves the vault, to whom, and what is on record of it. */
#include "server/core/grants/uses.h"

#include "base/text.h"
#include "store/nouns/exposure.h"
#include "store/nouns/tenant.h"
#include "tests/server/vault_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { HOUR_MS = 3600000, PARALLEL = 64 };

static size_t count_exposures(struct vault *vault, struct exposure *newest)
{
	struct exposure_place at = {.len = 0};
	struct exposure exposure;
	struct err err;
	size_t count = 0;
	scoped(reading) reading = {0};
	cr_assert(!err_failed(reading_open(&vault->api.server.volume, &reading)));
	struct view view = view_reading(&reading);
	while (exposure_of_person(&view, vault->api.tenant.id, vault->assistant.id, &at, &exposure, &err)) {
		*newest = exposure;
		count++;
	}
	cr_assert(!err_failed(err));
	return count;
}

/* ---- codes ---- */

Test(uses, a_code_is_the_seeds_code_of_now)
{
	static const struct totp_shape SHAPE = {TOTP_SHA1, 6, 30};
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], login[ID_TEXT + 1], code[TOTP_DIGITS_MAX + 1];
	int valid_s;
	vault_open(&vault);
	vault_grant(&vault, VAULT_CODE, grant);
	vault_login(&vault, login);
	cr_assert(vault_ask_code(&vault, grant, login) == 200, "%s", vault.answer.body);
	cr_assert(!err_failed(
		totp_code(&SHAPE, SPAN_LIT("12345678901234567890"), clock_now(), code, &valid_s)));
	cr_assert(api_has(&vault.answer, "code", code));
	cr_assert(json_integer_value(api_member(&vault.answer, "valid_s")) == valid_s);
	cr_assert(strncmp(api_text(&vault.answer, "use"), "use_", 4) == 0);
	cr_assert(strstr(vault.answer.head, "Cache-Control: no-store"));
}

Test(uses, a_code_is_on_record_with_device_and_purpose_and_its_client_is_told)
{
	scoped(vault) vault = {0};
	scoped(arena) arena = ARENA(64 * 1024);
	struct event_read event;
	struct exposure exposure;
	char grant[ID_TEXT + 1], login[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, VAULT_BOTH, grant);
	vault_login(&vault, login);
	cr_assert(vault_ask_code(&vault, grant, login) == 200);
	api_find_event(&vault.api, vault.api.tenant.id, ACTION_CREDENTIAL_CODE_ISSUED, &arena, &event);
	cr_assert(ids_equal(event.leaf.ids[LEAF_ID_ACTOR], vault.assistant.id) &&
		event.leaf.actor == LEAF_PERSON);
	cr_assert(ids_equal(event.leaf.ids[LEAF_ID_REPORTER], vault.api.tenant.application));
	cr_assert(ids_equal(event.leaf.ids[LEAF_ID_CLIENT], vault.client) &&
		event.leaf.outcome == LEAF_SUCCESS);
	cr_assert(
		!ids_is_none(event.leaf.ids[LEAF_ID_DEVICE]) && !ids_is_none(event.leaf.ids[LEAF_ID_GRANT]));
	cr_assert(span_is(event.texts[LEAF_TEXT_PURPOSE], "pay invoice 77"));
	cr_assert(span_is(event.texts[LEAF_TEXT_TASK], "T-118") &&
		span_is(event.texts[LEAF_TEXT_IP], "203.0.113.7"));
	cr_assert(span_is(event.texts[LEAF_TEXT_LABEL], "Web shop") && (event.leaf.flags & LEAF_PROVEN));
	cr_assert(api_count_notices(&vault.api, vault.contact, NOTICE_CREDENTIAL_USED) == 1);
	cr_assert(count_exposures(&vault, &exposure) == 0, "a code exposes nothing");
}

Test(uses, the_use_is_called_as_its_event)
{
	scoped(vault) vault = {0};
	scoped(arena) arena = ARENA(64 * 1024);
	struct event_read event;
	struct id use;
	char grant[ID_TEXT + 1], login[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, VAULT_CODE, grant);
	vault_login(&vault, login);
	cr_assert(vault_ask_code(&vault, grant, login) == 200);
	api_find_event(&vault.api, vault.api.tenant.id, ACTION_CREDENTIAL_CODE_ISSUED, &arena, &event);
	cr_assert(!err_failed(ids_parse(ID_USE, span_text(api_text(&vault.answer, "use")), &use)));
	cr_assert(ids_equal(use, event.leaf.event));
}

Test(uses, a_quiet_grant_tells_of_no_codes)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], login[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, VAULT_CODE ",\"notify\":false", grant);
	vault_login(&vault, login);
	cr_assert(vault_ask_code(&vault, grant, login) == 200);
	cr_assert(api_count_notices(&vault.api, vault.contact, NOTICE_CREDENTIAL_USED) == 0);
}

Test(uses, a_code_without_a_login_of_the_grantee_is_refused_on_record)
{
	scoped(vault) vault = {0};
	scoped(arena) arena = ARENA(64 * 1024);
	struct event_read event;
	char grant[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, VAULT_CODE, grant);
	vault_ask_code(&vault, grant, NULL);
	cr_assert(vault_is_refused(&vault, "person_unproven"));
	api_find_event(&vault.api, vault.api.tenant.id, ACTION_CREDENTIAL_DENIED, &arena, &event);
	cr_assert(event.leaf.reason == REASON_PERSON_UNPROVEN && event.leaf.outcome == LEAF_DENIED);
	cr_assert(ids_equal(event.leaf.ids[LEAF_ID_ACTOR], vault.assistant.id));
	cr_assert(span_is(event.texts[LEAF_TEXT_PURPOSE], "pay invoice 77"));
	cr_assert(api_count_notices(&vault.api, vault.contact, NOTICE_CREDENTIAL_USED) == 0);
}

Test(uses, a_login_of_somebody_else_or_through_another_application_proves_nothing)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], proof[ID_TEXT + 1];
	struct api_person other;
	vault_open(&vault);
	vault_grant(&vault, VAULT_CODE, grant);
	api_world_person(&vault.api, &vault.api.tenant, "assistant", NULL, &other);
	vault_prove(&vault,
		&(struct vault_proof){.person = other.id, .application = vault.api.tenant.application},
		proof);
	vault_ask_code(&vault, grant, proof);
	cr_assert(vault_is_refused(&vault, "person_unproven"));
	vault_prove(
		&vault, &(struct vault_proof){.person = vault.assistant.id, .application = other.id}, proof);
	vault_ask_code(&vault, grant, proof);
	cr_assert(vault_is_refused(&vault, "person_unproven"));
}

Test(uses, a_login_proves_for_eight_hours)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], login[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, VAULT_CODE, grant);
	vault_login(&vault, login);
	fake_clock_pass(8 * HOUR_MS);
	cr_assert(vault_ask_code(&vault, grant, login) == 200);
	fake_clock_pass(1);
	vault_ask_code(&vault, grant, login);
	cr_assert(vault_is_refused(&vault, "person_unproven"));
}

static fallible drop_rule(struct act *act, void *context)
{
	struct vault *vault = context;
	struct view view = view_act(act);
	struct tenant tenant;
	const struct event event = {.action = ACTION_POLICY_CHANGED};
	struct event_draft draft;
	TRY(tenant_get(&view, vault->api.tenant.id, act->arena, &tenant));
	tenant.use_needs_login = false;
	TRY(tenant_put(act, &tenant));
	TRY(event_seal(act->volume->keys, tenant.id, &event, act->now, act->arena, &draft));
	return act_add(act, tenant.id, &draft.leaf, NULL);
}

Test(uses, a_tenant_may_give_codes_without_a_login_but_reveals_never)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, VAULT_BOTH, grant);
	api_world_run(&vault.api, drop_rule, &vault);
	cr_assert(vault_ask_code(&vault, grant, NULL) == 200);
	vault_ask_reveal(&vault, grant, NULL);
	cr_assert(vault_is_refused(&vault, "person_unproven"));
}

Test(uses, the_grantees_own_token_needs_no_verification_for_a_code)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1];
	struct api_person other;
	vault_open(&vault);
	vault_grant(&vault, VAULT_BOTH, grant);
	struct vault_use use = {.grant = grant,
		.mode = "code",
		.purpose = "pay",
		.token = vault.assistant.token,
		.no_device = true};
	cr_assert(vault_use(&vault, &use) == 200, "%s", vault.answer.body);
	use.mode = "reveal";
	vault_use(&vault, &use);
	cr_assert(vault_is_refused(&vault, "stepup_required"));
	api_world_person(&vault.api, &vault.api.tenant, "owner", NULL, &other);
	use.token = other.token;
	vault_use(&vault, &use);
	cr_assert(api_is_code(&vault.answer, 404, "not_found"));
}

/* ---- reveals ---- */

Test(uses, a_confirmed_reveal_shows_the_secret_once_and_is_in_the_ledger)
{
	scoped(vault) vault = {0};
	struct exposure exposure;
	char grant[ID_TEXT + 1], proof[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, VAULT_BOTH, grant);
	vault_confirm(&vault, grant, "reset the account", proof);
	cr_assert(vault_ask_reveal(&vault, grant, proof) == 200, "%s", vault.answer.body);
	cr_assert(api_has(&vault.answer, "secret/password", VAULT_PASSWORD));
	cr_assert(api_has(&vault.answer, "secret/username", "eva@shop"));
	cr_assert(!api_member(&vault.answer, "secret/totp"), "the seed stays");
	cr_assert(strstr(vault.answer.head, "Cache-Control: no-store"));
	cr_assert(vault_events(&vault, ACTION_CREDENTIAL_REVEALED) == 1);
	cr_assert(api_count_notices(&vault.api, vault.contact, NOTICE_CREDENTIAL_REVEALED) == 1);
	cr_assert(count_exposures(&vault, &exposure) == 1);
	cr_assert(exposure.class == EXPOSURE_KNOWS && exposure.number == 1 && exposure.count == 1);
	vault_ask_reveal(&vault, grant, proof);
	cr_assert(vault_is_refused(&vault, "person_unproven"), "a confirmation is used up");
}

Test(uses, seeing_it_again_raises_the_count)
{
	scoped(vault) vault = {0};
	struct exposure exposure;
	char grant[ID_TEXT + 1], proof[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, VAULT_BOTH, grant);
	vault_confirm(&vault, grant, "reset the account", proof);
	cr_assert(vault_ask_reveal(&vault, grant, proof) == 200);
	struct instant first = clock_now();
	fake_clock_pass(HOUR_MS);
	vault_confirm(&vault, grant, "reset the account", proof);
	cr_assert(vault_ask_reveal(&vault, grant, proof) == 200);
	cr_assert(count_exposures(&vault, &exposure) == 1 && exposure.count == 2);
	cr_assert(exposure.first.ms == first.ms && exposure.last.ms == first.ms + HOUR_MS);
}

Test(uses, a_reveal_needs_this_very_use_confirmed)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], other[ID_TEXT + 1], proof[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, VAULT_BOTH, grant);
	vault_grant(&vault, VAULT_BOTH, other);
	vault_login(&vault, proof);
	vault_ask_reveal(&vault, grant, proof);
	cr_assert(vault_is_refused(&vault, "stepup_required"), "a login is not enough");
	vault_confirm(&vault, grant, "something else", proof);
	vault_ask_reveal(&vault, grant, proof);
	cr_assert(vault_is_refused(&vault, "stepup_required"), "another purpose");
	vault_confirm(&vault, other, "reset the account", proof);
	vault_ask_reveal(&vault, grant, proof);
	cr_assert(vault_is_refused(&vault, "stepup_required"), "another grant");
	cr_assert(vault_ask_reveal(&vault, other, proof) == 200,
		"what was confirmed is not used up by refusals");
}

Test(uses, a_confirmed_use_is_no_proof_of_the_request_and_is_not_used_up_by_it)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], proof[ID_TEXT + 1], path[VAULT_PATH], body[VAULT_BODY];
	vault_open(&vault);
	vault_grant(&vault, VAULT_BOTH, grant);
	vault_confirm(&vault, grant, "reset the account", proof);
	snprintf(path, sizeof path, "/v1/grants/%s/uses", grant);
	snprintf(body, sizeof body,
		"{\"mode\":\"reveal\",\"purpose\":\"reset the account\",\"verification\":\"%s\","
		"\"device\":{\"ip\":\"::1\",\"user_agent\":\"x\"}}",
		proof);
	const struct api_request request = {.method = "POST",
		.path = path,
		.body = body,
		.token = vault.api.tenant.token,
		.actor = vault.assistant.text,
		.verification = proof};
	api_ask(&vault.api, &request, &vault.answer);
	cr_assert(vault_is_refused(&vault, "person_unproven"), "%s", vault.answer.body);
	cr_assert(vault_ask_reveal(&vault, grant, proof) == 200, "%s", vault.answer.body);
}

Test(uses, a_weak_factor_opens_codes_and_no_reveal)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], proof[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, VAULT_BOTH, grant);
	struct vault_proof weak = {
		.person = vault.assistant.id, .application = vault.api.tenant.application, .weak = true};
	vault_prove(&vault, &weak, proof);
	cr_assert(vault_ask_code(&vault, grant, proof) == 200);
	weak.grant = grant;
	weak.mode = "reveal";
	weak.purpose = "reset the account";
	vault_prove(&vault, &weak, proof);
	vault_ask_reveal(&vault, grant, proof);
	cr_assert(vault_is_refused(&vault, "stepup_required"));
}

Test(uses, a_confirmation_lasts_five_minutes)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], proof[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, VAULT_BOTH, grant);
	vault_confirm(&vault, grant, "reset the account", proof);
	fake_clock_pass(5 * 60 * 1000 + 1);
	vault_ask_reveal(&vault, grant, proof);
	cr_assert(vault_is_refused(&vault, "person_unproven"));
}

Test(uses, revealing_takes_a_scope_of_its_own)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], proof[ID_TEXT + 1];
	struct api_application use_only, none;
	vault_open(&vault);
	vault_grant(&vault, VAULT_BOTH, grant);
	api_world_application(&vault.api, &vault.api.tenant, SCOPE_BIT(VAULT_USE), &use_only);
	api_world_application(&vault.api, &vault.api.tenant, SCOPE_BIT(VAULT_READ), &none);
	vault_prove(&vault, &(struct vault_proof){.person = vault.assistant.id, .application = use_only.id},
		proof);
	struct vault_use use = {.grant = grant,
		.mode = "reveal",
		.purpose = "see",
		.verification = proof,
		.token = use_only.token};
	vault_use(&vault, &use);
	cr_assert(vault_is_refused(&vault, "scope_missing"));
	use.mode = "code";
	cr_assert(vault_use(&vault, &use) == 200);
	use.token = none.token;
	vault_use(&vault, &use);
	cr_assert(vault_is_refused(&vault, "scope_missing"));
}

static void add_credential(struct vault *vault, const char *kind, const char *secret)
{
	char body[VAULT_BODY];
	snprintf(body, sizeof body,
		"{\"client\":\"karlsson\",\"kind\":\"%s\",\"label\":{\"title\":\"Shop\",\"username\":\"eva\"}"
		","
		"\"secret\":%s,\"modes_max\":[\"code\",\"reveal\"]}",
		kind, secret);
	cr_assert(vault_call(vault, "POST", "/v1/credentials", body) == 201, "%s", vault->answer.body);
	snprintf(vault->login, sizeof vault->login, "%s", api_text(&vault->answer, "id"));
}

Test(uses, each_kind_reveals_its_own_fields)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], proof[ID_TEXT + 1];
	vault_open(&vault);
	add_credential(
		&vault, "card", "{\"number\":\"4111111111111111\",\"expiry\":\"12/30\",\"holder\":\"E K\"}");
	vault_grant(&vault, "\"modes\":[\"reveal\"]", grant);
	vault_confirm(&vault, grant, "reset the account", proof);
	cr_assert(vault_ask_reveal(&vault, grant, proof) == 200);
	cr_assert(api_has(&vault.answer, "secret/number", "4111111111111111"));
	cr_assert(api_has(&vault.answer, "secret/expiry", "12/30") &&
		api_has(&vault.answer, "secret/holder", "E K"));
	add_credential(&vault, "totp", "{\"totp\":\"" VAULT_SEED "\"}");
	vault_grant(&vault, "\"modes\":[\"reveal\"]", grant);
	vault_confirm(&vault, grant, "reset the account", proof);
	cr_assert(vault_ask_reveal(&vault, grant, proof) == 200);
	cr_assert(
		strstr(api_text(&vault.answer, "secret/totp"), "otpauth://totp/Shop:eva?secret=" VAULT_SEED));
	add_credential(&vault, "note", "{\"text\":\"line one\\nline \\\"two\\\"\"}");
	vault_grant(&vault, "\"modes\":[\"reveal\"]", grant);
	vault_confirm(&vault, grant, "reset the account", proof);
	cr_assert(vault_ask_reveal(&vault, grant, proof) == 200);
	cr_assert(api_has(&vault.answer, "secret/text", "line one\nline \"two\""));
}

/* Each character becomes two in JSON, and would become six if it were a control character. */
Test(uses, a_secret_that_json_makes_longer_is_revealed_whole)
{
	enum { QUOTES = 300 };
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], proof[ID_TEXT + 1], secret[2 * QUOTES + 32], expected[QUOTES + 1];
	char *at = secret + snprintf(secret, sizeof secret, "{\"text\":\"");
	for (size_t i = 0; i < QUOTES; i++, at += 2)
		memcpy(at, "\\\"", 2);
	memcpy(at, "\"}", sizeof "\"}");
	memset(expected, '"', QUOTES);
	expected[QUOTES] = '\0';
	vault_open(&vault);
	add_credential(&vault, "note", secret);
	vault_grant(&vault, "\"modes\":[\"reveal\"]", grant);
	vault_confirm(&vault, grant, "reset the account", proof);
	cr_assert(vault_ask_reveal(&vault, grant, proof) == 200);
	cr_assert(api_has(&vault.answer, "secret/text", expected));
}

Test(uses, a_login_without_a_seed_has_no_code)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], login[ID_TEXT + 1];
	vault_open(&vault);
	add_credential(&vault, "login", "{\"password\":\"x\"}");
	vault_grant(&vault, VAULT_CODE, grant);
	vault_login(&vault, login);
	vault_ask_code(&vault, grant, login);
	cr_assert(vault_is_refused(&vault, "mode_not_allowed"));
}

/* ---- sealed to a key, and said twice ---- */

Test(uses, a_reveal_can_be_sealed_to_a_key)
{
	scoped(vault) vault = {0};
	scoped(buf) key = BUF(64);
	char grant[ID_TEXT + 1], proof[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, VAULT_BOTH, grant);
	vault_confirm(&vault, grant, "reset the account", proof);
	/* The base point: a key as good as any, though everybody has its private half. */
	static const uint8_t PUBLIC[BOX_PUBLIC] = {9};
	text_put_base64url(&key, SPAN_BYTES(PUBLIC));
	buf_put_u8(&key, 0);
	struct vault_use use = {.grant = grant,
		.mode = "reveal",
		.purpose = "reset the account",
		.verification = proof,
		.seal_to = (const char *)key.data};
	cr_assert(vault_use(&vault, &use) == 200, "%s", vault.answer.body);
	cr_assert(!api_member(&vault.answer, "secret") && !strstr(vault.answer.body, VAULT_PASSWORD));
	scoped(buf) sealed = BUF(4096);
	cr_assert(!err_failed(text_parse_base64url(span_text(api_text(&vault.answer, "sealed")), &sealed)));
	cr_assert(sealed.len ==
		BOX_OVERHEAD + strlen("{\"username\":\"eva@shop\",\"password\":\"" VAULT_PASSWORD "\"}"));
}

Test(uses, what_nothing_can_be_sealed_to_is_refused_before_it_counts)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], proof[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, VAULT_BOTH ",\"uses\":1", grant);
	vault_confirm(&vault, grant, "reset the account", proof);
	struct vault_use use = {.grant = grant,
		.mode = "reveal",
		.purpose = "reset the account",
		.verification = proof,
		.seal_to = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
	vault_use(&vault, &use);
	cr_assert(vault.answer.status == 422 && api_has_problem(&vault.answer, "/seal_to", "malformed"));
	use.seal_to = "CQ";
	vault_use(&vault, &use);
	cr_assert(vault.answer.status == 422 && api_has_problem(&vault.answer, "/seal_to", "malformed"));
	cr_assert(vault_ask_reveal(&vault, grant, proof) == 200);
}

Test(uses, a_replayed_answer_holds_no_secret)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], login[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, VAULT_CODE ",\"uses\":1", grant);
	vault_login(&vault, login);
	const struct vault_use use = {
		.grant = grant, .mode = "code", .purpose = "x", .verification = login, .key = "once"};
	cr_assert(vault_use(&vault, &use) == 200 && api_member(&vault.answer, "code"));
	cr_assert(vault_use(&vault, &use) == 200, "%s", vault.answer.body);
	cr_assert(!api_member(&vault.answer, "code") && api_has(&vault.answer, "withheld/0", "/code"));
	cr_assert(strstr(vault.answer.head, "Idempotent-Replayed: true"));
	cr_assert(vault_events(&vault, ACTION_CREDENTIAL_CODE_ISSUED) == 1);
}

/* ---- many at once ---- */

struct racer {
	struct vault *vault;
	const char *grant, *login;
	int status;
	bool coded;
};

static void *race(void *context)
{
	struct racer *racer = context;
	struct vault mine = {.api = racer->vault->api};
	racer->status = vault_ask_code(&mine, racer->grant, racer->login);
	racer->coded = api_member(&mine.answer, "code") != NULL;
	api_answer_done(&mine.answer);
	return NULL;
}

Test(uses, of_sixty_four_at_once_exactly_one_gets_the_one_code)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], login[ID_TEXT + 1];
	pthread_t threads[PARALLEL];
	struct racer racers[PARALLEL];
	size_t codes = 0, refusals = 0;
	vault_open(&vault);
	vault_grant(&vault, VAULT_CODE ",\"uses\":1", grant);
	vault_login(&vault, login);
	for (size_t i = 0; i < PARALLEL; i++) {
		racers[i] = (struct racer){.vault = &vault, .grant = grant, .login = login};
		cr_assert(pthread_create(&threads[i], NULL, race, &racers[i]) == 0);
	}
	for (size_t i = 0; i < PARALLEL; i++) {
		pthread_join(threads[i], NULL);
		codes += racers[i].status == 200 && racers[i].coded;
		refusals += racers[i].status == 403;
	}
	cr_assert(codes == 1 && refusals == PARALLEL - 1, "%zu codes, %zu refusals", codes, refusals);
	cr_assert(vault_events(&vault, ACTION_CREDENTIAL_CODE_ISSUED) == 1);
}

Test(uses, of_sixty_four_at_once_exactly_five_get_the_five_codes)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], login[ID_TEXT + 1];
	pthread_t threads[PARALLEL];
	struct racer racers[PARALLEL];
	size_t codes = 0, refusals = 0;
	vault_open(&vault);
	vault_grant(&vault, VAULT_CODE ",\"uses\":5", grant);
	vault_login(&vault, login);
	for (size_t i = 0; i < PARALLEL; i++) {
		racers[i] = (struct racer){.vault = &vault, .grant = grant, .login = login};
		cr_assert(pthread_create(&threads[i], NULL, race, &racers[i]) == 0);
	}
	for (size_t i = 0; i < PARALLEL; i++) {
		pthread_join(threads[i], NULL);
		codes += racers[i].status == 200 && racers[i].coded;
		refusals += racers[i].status == 403;
	}
	cr_assert(codes == 5 && refusals == PARALLEL - 5, "%zu codes, %zu refusals", codes, refusals);
	cr_assert(vault_events(&vault, ACTION_CREDENTIAL_CODE_ISSUED) == 5);
}

/* ---- damage ---- */

Test(uses, a_store_that_was_changed_by_hand_releases_nothing)
{
	scoped(vault) vault = {0};
	struct health health = {0};
	char grant[ID_TEXT + 1], login[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, VAULT_CODE, grant);
	vault_login(&vault, login);
	vault.api.server.health = &health;
	health.sum_mismatch = true;
	vault_ask_code(&vault, grant, login);
	cr_assert(api_is_code(&vault.answer, 503, "busy"));
	health.sum_mismatch = false;
	health.log_contradicts = true;
	vault_ask_code(&vault, grant, login);
	cr_assert(api_is_code(&vault.answer, 503, "busy"));
	health.log_contradicts = false;
	health.log_broken = true;
	vault_ask_code(&vault, grant, login);
	cr_assert(api_is_code(&vault.answer, 503, "busy"));
	health.log_broken = false;
	cr_assert(vault_ask_code(&vault, grant, login) == 200);
}

static fallible spoil(struct act *act, void *context)
{
	struct vault *vault = context;
	struct view view = view_act(act);
	const struct event event = {.action = ACTION_POLICY_CHANGED};
	struct event_draft draft;
	struct version version;
	struct id id;
	TRY(ids_parse(ID_CREDENTIAL, span_text(vault->login), &id));
	TRY(version_get(&view, vault->api.tenant.id, id, 1, act->arena, &version));
	for (size_t i = 0; i < version.field_count; i++)
		((uint8_t *)(uintptr_t)version.fields[i].record.at)[version.fields[i].record.len - 1] ^= 1;
	TRY(version_put(act, vault->client, &version));
	TRY(event_seal(act->volume->keys, version.tenant, &event, act->now, act->arena, &draft));
	return act_add(act, version.tenant, &draft.leaf, NULL);
}

Test(uses, a_secret_that_does_not_open_is_a_second_event_and_the_use_counts)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], login[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, VAULT_CODE ",\"uses\":1", grant);
	vault_login(&vault, login);
	api_world_run(&vault.api, spoil, &vault);
	vault_ask_code(&vault, grant, login);
	cr_assert(api_is_code(&vault.answer, 500, "corrupt"));
	cr_assert(vault_events(&vault, ACTION_CREDENTIAL_CODE_ISSUED) == 1);
	cr_assert(vault_events(&vault, ACTION_CREDENTIAL_RELEASE_FAILED) == 1);
	vault_ask_code(&vault, grant, login);
	cr_assert(vault_is_refused(&vault, "uses_exhausted"));
}
