/* SPDX-License-Identifier: Apache-2.0 */
/* test_deposits - a client hands something in: by link and words, once, seen by nobody on the way. */
#include "server/core/vault/deposits.h"

#include "base/text.h"
#include "policies/spoken_words.h"
#include "server/sweeps.h"
#include "tests/server/vault_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define SECRET "kettle-and-plant"
#define SHOP "\"client\":\"karlsson\",\"ask\":\"Web shop login\",\"site\":\"https://shop.example\""
#define LOGIN SHOP ",\"fields\":[\"username\",\"password\"]"
#define CONTENT "{\"username\":\"goran\",\"password\":\"" SECRET "\"}"

/* What the client was given: by mail, and on the phone. */
struct link {
	char id[ID_TEXT + 1], words[DEPOSIT_WORDS][16];
	uint8_t public[BOX_PUBLIC];
};

static int open_with(struct vault *vault, const char *token, const char *members)
{
	char body[VAULT_BODY];
	snprintf(body, sizeof body, "{%s}", members);
	return vault_call_as(vault, token, "POST", "/v1/deposits", body);
}

static void take_link(struct vault *vault, struct link *link)
{
	scoped(buf) key = BUF(64);
	const char *url = api_text(&vault->answer, "url"), *hash = strchr(url, '#');
	snprintf(link->id, sizeof link->id, "%s", api_text(&vault->answer, "id"));
	for (size_t i = 0; i < DEPOSIT_WORDS; i++) {
		char member[16];
		snprintf(member, sizeof member, "words/%zu", i);
		snprintf(link->words[i], sizeof link->words[i], "%s", api_text(&vault->answer, member));
	}
	cr_assert(strstr(url, link->id) && hash);
	cr_assert(!err_failed(text_parse_base64url(span_text(hash + 1), &key)) && key.len == BOX_PUBLIC);
	memcpy(link->public, key.data, BOX_PUBLIC);
}

/* The assistant serves the client whom the link is for. */
static void open_link(struct vault *vault, struct link *link)
{
	char grant[ID_TEXT + 1];
	vault_grant(vault, VAULT_CODE, grant);
	cr_assert(open_with(vault, vault->api.tenant.token, LOGIN) == 201, "%s", vault->answer.body);
	take_link(vault, link);
}

/* As the client's browser does it. */
static int hand_in(
	struct vault *vault, const struct link *link, const char *const *words, const char *content)
{
	char path[VAULT_PATH];
	scoped(buf) box = BUF(4096), body = BUF(8192);
	cr_assert(!err_failed(box_seal_to(link->public, span_text(content), &box)));
	buf_printf(&body, "{\"words\":[\"%s\",\"%s\",\"%s\"],\"sealed\":\"", words[0], words[1], words[2]);
	text_put_base64url(&body, buf_span(&box));
	buf_put_text(&body, "\"}");
	buf_put_u8(&body, 0);
	snprintf(path, sizeof path, "/v1/deposits/%s", link->id);
	return api_call(&vault->api, "POST", path, NULL, (const char *)body.data, &vault->answer);
}

static int hand_in_rightly(struct vault *vault, const struct link *link, const char *content)
{
	const char *const words[] = {link->words[0], link->words[1], link->words[2]};
	return hand_in(vault, link, words, content);
}

static int hand_in_wrongly(struct vault *vault, const struct link *link)
{
	const char *const words[] = {
		link->words[0], link->words[1], strcmp(link->words[2], "zone") == 0 ? "zinc" : "zone"};
	return hand_in(vault, link, words, CONTENT);
}

static int look(struct vault *vault, const struct link *link)
{
	char path[VAULT_PATH];
	snprintf(path, sizeof path, "/v1/deposits/%s", link->id);
	return vault_call_as(vault, vault->assistant.token, "GET", path, NULL);
}

static int form(struct vault *vault, const struct link *link)
{
	char path[VAULT_PATH];
	snprintf(path, sizeof path, "/v1/deposits/%s/form", link->id);
	return api_call(&vault->api, "GET", path, NULL, NULL, &vault->answer);
}

static int decide_as(struct vault *vault, const char *token, const struct link *link, const char *body)
{
	char path[VAULT_PATH];
	snprintf(path, sizeof path, "/v1/deposits/%s/decision", link->id);
	return vault_call_as(vault, token, "POST", path, body);
}

/* ---- the way through ---- */

Test(deposits, what_a_client_hands_in_becomes_a_credential_when_somebody_accepts_it)
{
	scoped(vault) vault = {0};
	struct link link;
	char credential[ID_TEXT + 1], path[VAULT_PATH];
	vault_open(&vault);
	open_link(&vault, &link);
	cr_assert(strstr(vault.answer.head, "no-store"));
	cr_assert(hand_in_rightly(&vault, &link, CONTENT) == 200, "%s", vault.answer.body);
	cr_assert(api_has(&vault.answer, "state", "unconfirmed"));
	cr_assert(look(&vault, &link) == 200 && api_has(&vault.answer, "state", "unconfirmed"));
	cr_assert(!api_member(&vault.answer, "credential") && strstr(vault.answer.body, SECRET) == NULL);
	cr_assert(decide_as(&vault, vault.assistant.token, &link, "{\"approve\":true}") == 200, "%s",
		vault.answer.body);
	cr_assert(api_has(&vault.answer, "state", "accepted"));
	snprintf(credential, sizeof credential, "%s", api_text(&vault.answer, "credential"));
	snprintf(path, sizeof path, "/v1/credentials/%s", credential);
	cr_assert(vault_call(&vault, "GET", path, NULL) == 200);
	cr_assert(api_has(&vault.answer, "label/title", "Web shop login"));
	cr_assert(api_has(&vault.answer, "label/username", "goran"));
	cr_assert(api_has(&vault.answer, "label/url", "https://shop.example"));
	cr_assert(
		api_has(&vault.answer, "modes_max/0", "inject") && !api_member(&vault.answer, "modes_max/1"));
}

Test(deposits, what_was_handed_in_is_what_is_revealed)
{
	scoped(vault) vault = {0};
	struct link link;
	char grant[ID_TEXT + 1], proof[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, VAULT_CODE, grant);
	open_with(&vault, vault.api.tenant.token, LOGIN ",\"modes_max\":[\"reveal\"]");
	take_link(&vault, &link);
	cr_assert(hand_in_rightly(&vault, &link, CONTENT) == 200);
	decide_as(&vault, vault.assistant.token, &link, "{\"approve\":true}");
	snprintf(vault.login, sizeof vault.login, "%s", api_text(&vault.answer, "credential"));
	vault_grant(&vault, "\"modes\":[\"reveal\"]", grant);
	vault_confirm(&vault, grant, "reset the account", proof);
	cr_assert(vault_ask_reveal(&vault, grant, proof) == 200, "%s", vault.answer.body);
	cr_assert(api_has(&vault.answer, "secret/password", SECRET));
}

Test(deposits, nobody_of_the_staff_is_on_the_ledger_by_it)
{
	scoped(vault) vault = {0};
	struct link link;
	char path[VAULT_PATH];
	vault_open(&vault);
	open_link(&vault, &link);
	hand_in_rightly(&vault, &link, CONTENT);
	decide_as(&vault, vault.assistant.token, &link, "{\"approve\":true}");
	cr_assert(vault.answer.status == 200);
	snprintf(path, sizeof path, "/v1/people/%s/exposure", vault.assistant.text);
	cr_assert(vault_call(&vault, "GET", path, NULL) == 200);
	cr_assert(json_array_size(api_member(&vault.answer, "items")) == 0);
}

Test(deposits, the_log_says_that_the_link_was_used_and_how_the_credential_came)
{
	scoped(vault) vault = {0};
	scoped(arena) arena = ARENA(64 * 1024);
	struct event_read event;
	struct link link;
	char depositor[64];
	vault_open(&vault);
	open_link(&vault, &link);
	hand_in_rightly(&vault, &link, CONTENT);
	cr_assert(vault_events(&vault, ACTION_CREDENTIAL_LINK_CREATED) == 1);
	api_find_event(&vault.api, vault.api.tenant.id, ACTION_CREDENTIAL_LINK_USED, &arena, &event);
	cr_assert(
		event.leaf.actor == LEAF_UNKNOWN && ids_equal(event.leaf.ids[LEAF_ID_CLIENT], vault.client));
	decide_as(&vault, vault.assistant.token, &link, "{\"approve\":true}");
	api_find_event(&vault.api, vault.api.tenant.id, ACTION_CREDENTIAL_DEPOSITED, &arena, &event);
	snprintf(depositor, sizeof depositor, "\"depositor\":\"%s\"", link.id);
	struct span detail = event.texts[LEAF_TEXT_DETAIL];
	cr_assert(memmem(detail.at, detail.len, "\"channel\":\"self_link\"", 21));
	cr_assert(memmem(detail.at, detail.len, depositor, strlen(depositor)));
}

Test(deposits, the_client_is_told_at_opening_and_at_use)
{
	scoped(vault) vault = {0};
	struct link link;
	vault_open(&vault);
	vault.api.server.public_url = "https://muniment.example";
	open_link(&vault, &link);
	cr_assert(api_count_notices(&vault.api, vault.contact, NOTICE_DEPOSIT_LINK) == 1);
	cr_assert(api_count_notices(&vault.api, vault.contact, NOTICE_DEPOSIT_USED) == 0);
	hand_in_rightly(&vault, &link, CONTENT);
	cr_assert(api_count_notices(&vault.api, vault.contact, NOTICE_DEPOSIT_USED) == 1);
	cr_assert(api_count_notices(&vault.api, vault.contact, NOTICE_DEPOSIT_DEAD) == 0);
}

Test(deposits, no_mail_has_half_a_link_where_the_server_does_not_know_its_address)
{
	static const char *const UNKNOWN[] = {NULL, ""};
	for (size_t i = 0; i < sizeof UNKNOWN / sizeof UNKNOWN[0]; i++) {
		scoped(vault) vault = {0};
		struct link link;
		vault_open(&vault);
		vault.api.server.public_url = UNKNOWN[i];
		open_link(&vault, &link);
		cr_assert(api_count_notices(&vault.api, vault.contact, NOTICE_DEPOSIT_LINK) == 0, "%zu", i);
		hand_in_rightly(&vault, &link, CONTENT);
		cr_assert(api_count_notices(&vault.api, vault.contact, NOTICE_DEPOSIT_USED) == 1, "%zu", i);
	}
}

/* ---- once ---- */

Test(deposits, looking_spends_nothing_and_the_second_use_is_gone)
{
	scoped(vault) vault = {0};
	struct link link;
	vault_open(&vault);
	vault_call(&vault, "PATCH", "/v1/clients/karlsson", "{\"language\":\"sv\"}");
	open_link(&vault, &link);
	for (int i = 0; i < 20; i++)
		cr_assert(form(&vault, &link) == 200);
	cr_assert(api_has(&vault.answer, "ask", "Web shop login") &&
		api_has(&vault.answer, "fields/1", "password"));
	cr_assert(api_has(&vault.answer, "language", "sv"));
	cr_assert(strstr(vault.answer.body, link.words[0]) == NULL);
	cr_assert(hand_in_rightly(&vault, &link, CONTENT) == 200);
	hand_in_rightly(&vault, &link, CONTENT);
	cr_assert(api_is_code(&vault.answer, 410, "link_used"));
	form(&vault, &link);
	cr_assert(api_is_code(&vault.answer, 410, "link_used"));
	cr_assert(vault_events(&vault, ACTION_CREDENTIAL_LINK_USED) == 1);
}

static bool says_left(struct vault *vault, const struct link *link, int tries)
{
	return form(vault, link) == 200 &&
		json_integer_value(api_member(&vault->answer, "tries_left")) == tries;
}

Test(deposits, five_wrong_words_and_the_link_is_dead_and_all_are_told)
{
	scoped(vault) vault = {0};
	struct link link;
	vault_open(&vault);
	open_link(&vault, &link);
	for (int i = 0; i < DEPOSIT_TRIES; i++) {
		hand_in_wrongly(&vault, &link);
		cr_assert(api_is_code(&vault.answer, 403, "wrong_code"), "%s", vault.answer.body);
		cr_assert(i == DEPOSIT_TRIES - 1 || says_left(&vault, &link, DEPOSIT_TRIES - 1 - i));
	}
	hand_in_rightly(&vault, &link, CONTENT);
	cr_assert(api_is_code(&vault.answer, 410, "link_dead"));
	form(&vault, &link);
	cr_assert(api_is_code(&vault.answer, 410, "link_dead"));
	cr_assert(look(&vault, &link) == 200 && api_has(&vault.answer, "state", "dead"));
	cr_assert(api_count_notices(&vault.api, vault.contact, NOTICE_DEPOSIT_DEAD) == 1);
	cr_assert(vault_events(&vault, ACTION_CREDENTIAL_DENIED) == 1); /* of a minute; the rest is counted */
	cr_assert(vault_events(&vault, ACTION_CREDENTIAL_LINK_EXPIRED) == 1);
}

Test(deposits, four_wrong_ones_and_then_the_right_words_are_let_in)
{
	scoped(vault) vault = {0};
	struct link link;
	vault_open(&vault);
	open_link(&vault, &link);
	for (int i = 0; i < DEPOSIT_TRIES - 1; i++)
		hand_in_wrongly(&vault, &link);
	cr_assert(hand_in_rightly(&vault, &link, CONTENT) == 200);
}

Test(deposits, words_count_in_their_order_by_their_first_letters_and_in_capitals)
{
	scoped(vault) vault = {0};
	struct link link;
	vault_open(&vault);
	open_link(&vault, &link);
	const char *const turned[] = {link.words[1], link.words[0], link.words[2]};
	if (strcmp(link.words[0], link.words[1]) != 0)
		cr_assert(hand_in(&vault, &link, turned, CONTENT) == 403);
	for (char *at = link.words[0]; *at; at++)
		*at = (char)(*at - 'a' + 'A');
	cr_assert(hand_in_rightly(&vault, &link, CONTENT) == 200);
}

/* ---- what is sealed ---- */

Test(deposits, what_was_sealed_to_another_key_is_no_try)
{
	scoped(vault) vault = {0};
	scoped(box_key) key = {0};
	struct link link, other;
	vault_open(&vault);
	open_link(&vault, &link);
	other = link;
	box_pair(other.public, &key);
	cr_assert(hand_in_rightly(&vault, &other, CONTENT) == 422, "%s", vault.answer.body);
	cr_assert(look(&vault, &link) == 200 &&
		json_integer_value(api_member(&vault.answer, "tries_left")) == 5);
	cr_assert(hand_in_rightly(&vault, &link, CONTENT) == 200);
}

Test(deposits, only_what_was_asked_for_is_taken_and_all_faults_are_named)
{
	scoped(vault) vault = {0};
	struct link link;
	vault_open(&vault);
	open_link(&vault, &link);
	cr_assert(hand_in_rightly(&vault, &link, "{\"password\":\"x\",\"totp\":\"GEZDGNBV\"}") == 422);
	cr_assert(api_has_problem(&vault.answer, "/totp", "unknown_field"));
	cr_assert(hand_in_rightly(&vault, &link, "{\"username\":\"x\"}") == 422);
	cr_assert(hand_in_rightly(&vault, &link, "{\"password\":1}") == 422);
	cr_assert(hand_in_rightly(&vault, &link, "not json") == 400);
	cr_assert(hand_in_rightly(&vault, &link, "") == 400 || vault.answer.status == 422);
	cr_assert(hand_in_rightly(&vault, &link, "{\"password\":\"x\",\"cvc\":\"737\"}") == 422);
	cr_assert(hand_in_rightly(&vault, &link, CONTENT) == 200);
}

Test(deposits, a_card_has_no_security_code)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	open_with(&vault, vault.api.tenant.token, SHOP ",\"fields\":[\"number\",\"cvc\"]");
	cr_assert(vault.answer.status == 422 && api_has_problem(&vault.answer, "/fields", "security_code"));
	cr_assert(
		open_with(&vault, vault.api.tenant.token, SHOP ",\"fields\":[\"number\",\"expiry\"]") == 201);
}

/* ---- opening ---- */

Test(deposits, a_link_lives_a_day_at_most)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	const char *token = vault.api.tenant.token;
	cr_assert(open_with(&vault, token, LOGIN ",\"expires\":\"2026-11-22T12:00:00Z\"") == 201);
	cr_assert(open_with(&vault, token, LOGIN ",\"expires\":\"2026-11-22T12:00:01Z\"") == 422);
	cr_assert(api_has_problem(&vault.answer, "/expires", "not_allowed"));
	cr_assert(open_with(&vault, token, LOGIN ",\"expires\":\"2026-11-21T12:00:00Z\"") == 422);
	cr_assert(open_with(&vault, token, SHOP ",\"fields\":[\"username\"]") == 422);
	cr_assert(open_with(&vault, token, SHOP ",\"fields\":[\"password\",\"number\"]") == 422);
	cr_assert(open_with(&vault, token, SHOP) == 422 &&
		api_has_problem(&vault.answer, "/fields", "missing"));
}

Test(deposits, nobody_opens_one_for_a_client_that_is_not_theirs)
{
	scoped(vault) vault = {0};
	struct api_tenant elsewhere;
	struct api_person accountant;
	struct link link;
	vault_open(&vault);
	api_world_tenant(&vault.api, &elsewhere);
	api_world_person(&vault.api, &vault.api.tenant, "accountant", NULL, &accountant);
	open_with(&vault, elsewhere.token, LOGIN);
	cr_assert(api_is_code(&vault.answer, 422, "unknown_client"));
	open_with(&vault, accountant.token, LOGIN);
	cr_assert(api_is_code(&vault.answer, 403, "not_allowed"));
	open_link(&vault, &link);
	char path[VAULT_PATH];
	snprintf(path, sizeof path, "/v1/deposits/%s", link.id);
	cr_assert(vault_call_as(&vault, elsewhere.token, "GET", path, NULL) == 404);
	cr_assert(decide_as(&vault, elsewhere.token, &link, "{\"approve\":true}") == 404);
}

Test(deposits, a_repeated_opening_is_answered_without_link_and_words)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	const struct api_request again = {.method = "POST",
		.path = "/v1/deposits",
		.token = vault.api.tenant.token,
		.body = "{" LOGIN "}",
		.key = "once"};
	cr_assert(api_ask(&vault.api, &again, &vault.answer) == 201 && api_member(&vault.answer, "words"));
	cr_assert(api_ask(&vault.api, &again, &vault.answer) == 201);
	cr_assert(!api_member(&vault.answer, "words") && !api_member(&vault.answer, "url"));
	cr_assert(api_has(&vault.answer, "withheld/0", "/url") &&
		api_has(&vault.answer, "withheld/1", "/words"));
}

/* ---- deciding ---- */

Test(deposits, only_a_proven_person_accepts_and_only_what_came)
{
	scoped(vault) vault = {0};
	struct link link;
	vault_open(&vault);
	open_link(&vault, &link);
	decide_as(&vault, vault.assistant.token, &link, "{\"approve\":true}");
	cr_assert(api_is_code(&vault.answer, 409, "conflict"));
	hand_in_rightly(&vault, &link, CONTENT);
	decide_as(&vault, vault.api.tenant.token, &link, "{\"approve\":true}");
	cr_assert(api_is_code(&vault.answer, 403, "person_unproven"));
	cr_assert(decide_as(&vault, vault.assistant.token, &link, "{\"approve\":false}") == 200);
	cr_assert(api_has(&vault.answer, "state", "refused") && !api_member(&vault.answer, "credential"));
	decide_as(&vault, vault.assistant.token, &link, "{\"approve\":true}");
	cr_assert(api_is_code(&vault.answer, 409, "conflict"));
}

/* ---- time ---- */

static fallible sweep(struct act *act, void *context)
{
	return sweeps_run(act, 100, context);
}

static void sweep_all(struct vault *vault)
{
	struct due_round round = {0};
	struct err err = committer_run(vault->api.server.committer,
		(struct act_job){.kind = ACT_HOUSEKEEPING, .run = sweep, .context = &round});
	cr_assert(!err_failed(err), "%s (%s)", err.why, err.at);
}

Test(deposits, an_unused_link_is_over_after_a_day)
{
	scoped(vault) vault = {0};
	struct link link;
	vault_open(&vault);
	open_link(&vault, &link);
	fake_clock_pass(DEPOSIT_OPEN_MS);
	hand_in_rightly(&vault, &link, CONTENT);
	cr_assert(api_is_code(&vault.answer, 410, "gone"));
	sweep_all(&vault);
	cr_assert(vault_events(&vault, ACTION_CREDENTIAL_LINK_EXPIRED) == 1);
	cr_assert(look(&vault, &link) == 200 && api_has(&vault.answer, "state", "expired"));
	fake_clock_pass(DEPOSIT_KEPT_MS);
	sweep_all(&vault);
	cr_assert(form(&vault, &link) == 404);
}

Test(deposits, what_nobody_accepts_in_a_week_is_gone)
{
	scoped(vault) vault = {0};
	struct link link;
	vault_open(&vault);
	open_link(&vault, &link);
	fake_clock_pass(DEPOSIT_OPEN_MS - 1);
	cr_assert(hand_in_rightly(&vault, &link, CONTENT) == 200);
	sweep_all(&vault);
	fake_clock_pass(DEPOSIT_WAITS_MS - 1);
	sweep_all(&vault);
	cr_assert(look(&vault, &link) == 200 && api_has(&vault.answer, "state", "unconfirmed"));
	fake_clock_pass(1);
	decide_as(&vault, vault.assistant.token, &link, "{\"approve\":true}");
	cr_assert(api_is_code(&vault.answer, 410, "gone"));
	sweep_all(&vault);
	cr_assert(vault_events(&vault, ACTION_CREDENTIAL_LINK_EXPIRED) == 1);
}

Test(deposits, an_older_copy_is_dark_when_the_keys_of_its_day_are_gone)
{
	scoped(vault) vault = {0};
	scoped(arena) arena = ARENA(64 * 1024);
	scoped(buf) before = BUF(DEPOSIT_SECRET_MAX), after = BUF(DEPOSIT_SECRET_MAX);
	scoped(reading) reading = {0};
	struct link link;
	struct deposit kept;
	struct id id;
	vault_open(&vault);
	open_link(&vault, &link);
	hand_in_rightly(&vault, &link, CONTENT);
	cr_assert(!err_failed(ids_parse(ID_DEPOSIT, span_text(link.id), &id)));
	cr_assert(!err_failed(reading_open(&vault.api.server.volume, &reading)));
	struct view view = view_reading(&reading);
	cr_assert(!err_failed(deposit_get(&view, vault.api.tenant.id, id, &arena, &kept)));
	struct keeper *keeper = vault.api.server.keeper;
	cr_assert(
		!err_failed(keeper_open_short(keeper, kept.tenant, kept.day, kept.id, kept.secret, &before)));
	cr_assert(memmem(before.data, before.len, SECRET, strlen(SECRET)), "the twin: with its key it opens");
	struct instant later = clock_now();
	cr_assert(!err_failed(keeper_turn(keeper, later)));
	later.ms += (int64_t)(KEEPER_SHORT_DAYS + 1) * 24 * 60 * 60 * 1000;
	cr_assert(!err_failed(keeper_turn(keeper, later)));
	cr_assert(keeper_open_short(keeper, kept.tenant, kept.day, kept.id, kept.secret, &after).kind ==
		ERR_NOT_FOUND);
}
