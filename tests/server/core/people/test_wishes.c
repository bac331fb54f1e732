/* SPDX-License-Identifier: Apache-2.0 */
/* How a client is told: each, together, or not at all; and past a mailbox that an assistant runs. */
#include "server/core/people/wishes.h"

#include "server/deliver/courier.h"
#include "tests/server/vault_world.h"

#include <criterion/criterion.h>

enum { BODY_BYTES = 512, PASSES = 3 };

static int put(struct vault *vault, const char *token, const char *body)
{
	return vault_call_as(vault, token, "PUT", "/v1/clients/karlsson/notices", body);
}

static void contact(struct vault *vault, struct api_person *eva)
{
	api_world_token(&vault->api, &vault->api.tenant, vault->contact, eva);
}

/* A code that the assistant is given. */
static void use(struct vault *vault)
{
	char grant[ID_TEXT + 1], proof[ID_TEXT + 1];
	vault_grant(vault, VAULT_BOTH, grant);
	vault_login(vault, proof);
	cr_assert(vault_ask_code(vault, grant, proof) == 200, "%s", vault->answer.body);
	vault_confirm(vault, grant, "reset the account", proof);
	cr_assert(vault_ask_reveal(vault, grant, proof) == 200, "%s", vault->answer.body);
}

static size_t mails(struct vault *vault, enum notice_kind kind)
{
	return api_count_notices(&vault->api, vault->contact, kind);
}

/* ---- each, together, not at all ---- */

Test(wishes, who_never_said_anything_is_told_of_each_use)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	use(&vault);
	cr_assert(
		mails(&vault, NOTICE_CREDENTIAL_USED) == 1 && mails(&vault, NOTICE_CREDENTIAL_REVEALED) == 1);
}

Test(wishes, who_wants_none_is_told_of_no_single_use_but_of_every_reveal)
{
	static const char *const BODIES[] = {"{\"uses\":\"none\"}"};
	for (size_t i = 0; i < 1; i++) {
		scoped(vault) vault = {0};
		struct api_person eva;
		vault_open(&vault);
		contact(&vault, &eva);
		cr_assert(put(&vault, eva.token, BODIES[i]) == 200, "%s", vault.answer.body);
		use(&vault);
		cr_assert(mails(&vault, NOTICE_CREDENTIAL_USED) == 0);
		cr_assert(mails(&vault, NOTICE_CREDENTIAL_REVEALED) == 1, "a reveal can't be switched off");
	}
}

Test(wishes, what_cannot_be_switched_off_is_refused)
{
	static const char *const BODIES[] = {"{\"reveal\":\"none\"}", "{\"exposure\":\"digest\"}",
		"{\"breakglass\":\"none\"}", "{\"handover\":\"none\"}", "{\"purchases\":\"each\"}",
		"{\"uses\":\"never\"}", "{\"second_address\":\"nowhere\"}", "{\"more\":1}"};
	scoped(vault) vault = {0};
	struct api_person eva;
	vault_open(&vault);
	contact(&vault, &eva);
	for (size_t i = 0; i < sizeof BODIES / sizeof BODIES[0]; i++)
		cr_assert(put(&vault, eva.token, BODIES[i]) == 422, "%s: %s", BODIES[i], vault.answer.body);
	cr_assert(vault_events(&vault, ACTION_CLIENT_CHANGED) == 0);
}

Test(wishes, a_change_is_an_event_and_none_is_none)
{
	scoped(vault) vault = {0};
	struct api_person eva;
	vault_open(&vault);
	contact(&vault, &eva);
	cr_assert(put(&vault, eva.token, "{\"uses\":\"each\"}") == 200);
	cr_assert(vault_events(&vault, ACTION_CLIENT_CHANGED) == 0);
	cr_assert(put(&vault, eva.token, "{\"uses\":\"none\"}") == 200);
	cr_assert(vault_events(&vault, ACTION_CLIENT_CHANGED) == 1);
	cr_assert(vault_call(&vault, "GET", "/v1/clients/karlsson/notices", NULL) == 200);
	cr_assert(api_has(&vault.answer, "items/0/uses", "none") &&
		api_has(&vault.answer, "items/0/grants", "none"));
	cr_assert(api_has(&vault.answer, "always/0", "reveal"));
}

/* ---- who may ---- */

Test(wishes, nobody_but_the_contact_decides_how_the_contact_is_told)
{
	static const char BODY[] = "{\"contact\":\"%s\",\"uses\":\"none\"}";
	scoped(vault) vault = {0};
	struct api_person owner, olli;
	struct id other;
	char eva[ID_TEXT + 1], body[BODY_BYTES];
	vault_open(&vault);
	ids_print(ID_PERSON, vault.contact, eva);
	snprintf(body, sizeof body, BODY, eva);
	api_world_person(&vault.api, &vault.api.tenant, "owner", NULL, &owner);
	cr_assert(vault_call(&vault, "POST", "/v1/clients",
			  "{\"name\":\"Other\",\"ref\":\"other\",\"contacts\":[{\"name\":\"O\",\"email\":"
			  "\"o@o.example\"}]}") == 201);
	cr_assert(!err_failed(
		ids_parse(ID_PERSON, span_text(api_text(&vault.answer, "contacts/0/id")), &other)));
	api_world_token(&vault.api, &vault.api.tenant, other, &olli);
	cr_assert(put(&vault, vault.api.tenant.token, body) == 403, "not the application");
	cr_assert(put(&vault, owner.token, body) == 403, "not an owner");
	cr_assert(put(&vault, olli.token, body) == 404, "another client's contact finds nothing");
	cr_assert(put(&vault, vault.assistant.token, body) == 403 || vault.answer.status == 404);
	cr_assert(vault_call_as(&vault, olli.token, "GET", "/v1/clients/karlsson/notices", NULL) == 404);
	const struct api_request asserted = {.method = "PUT",
		.path = "/v1/clients/karlsson/notices",
		.token = vault.api.tenant.token,
		.actor = eva,
		.body = "{\"uses\":\"none\"}"};
	api_ask(&vault.api, &asserted, &vault.answer);
	cr_assert(api_is_code(&vault.answer, 403, "person_unproven"));
	cr_assert(vault_events(&vault, ACTION_CLIENT_CHANGED) == 0);
}

Test(wishes, staff_gives_a_second_address_once_and_changes_none)
{
	scoped(vault) vault = {0};
	struct api_person eva;
	char text[ID_TEXT + 1], body[BODY_BYTES];
	vault_open(&vault);
	contact(&vault, &eva);
	ids_print(ID_PERSON, vault.contact, text);
	snprintf(body, sizeof body, "{\"contact\":\"%s\",\"second_address\":\"eva@home.example\"}", text);
	cr_assert(put(&vault, vault.api.tenant.token, body) == 200, "%s", vault.answer.body);
	cr_assert(api_has(&vault.answer, "second_address", "e***@home.example"), "%s", vault.answer.body);
	cr_assert(mails(&vault, NOTICE_NOTIFY_CHANGED) == 2, "the first address and the new one are told");
	snprintf(body, sizeof body, "{\"contact\":\"%s\",\"second_address\":\"mallory@evil.example\"}", text);
	cr_assert(put(&vault, vault.api.tenant.token, body) == 403, "who is watched moves no notices");
	cr_assert(put(&vault, eva.token, "{\"second_address\":\"eva@new.example\"}") == 200);
	cr_assert(mails(&vault, NOTICE_NOTIFY_CHANGED) == 5, "and the one that it was");
	cr_assert(vault_events(&vault, ACTION_ACCOUNT_NOTIFY_ADDRESS_CHANGED) == 2);
}

/* ---- where mails go ---- */

struct desk {
	char to[BODY_BYTES];
	size_t sent;
};

static struct letter_answer take_letter(void *way, const struct letter *letter)
{
	struct desk *desk = way;
	snprintf(desk->to, sizeof desk->to, "%s", letter->to);
	desk->sent++;
	return (struct letter_answer){.fate = LETTER_ACCEPTED, .err = OK};
}

static void deliver(struct vault *vault, struct desk *desk)
{
	struct courier *courier;
	const struct courier_ask ask = {.volume = &vault->api.server.volume,
		.committer = vault->api.server.committer,
		.keeper = vault->api.server.keeper,
		.way = {desk, take_letter},
		.from = "noreply@muniment.example",
		.app = "Muniment",
		.give_up_ms = 86400000};
	cr_assert(!err_failed(courier_open(&ask, &courier)));
	for (int i = 0; i < PASSES; i++)
		cr_assert(!err_failed(courier_pass(courier)));
	courier_close(courier);
}

Test(wishes, notices_go_to_the_second_address_where_an_assistant_runs_the_mailbox)
{
	scoped(vault) vault = {0};
	struct api_person eva;
	struct desk desk = {.sent = 0};
	vault_open(&vault);
	contact(&vault, &eva);
	cr_assert(put(&vault, eva.token, "{\"second_address\":\"eva@home.example\"}") == 200);
	deliver(&vault, &desk);
	use(&vault);
	desk.sent = 0;
	deliver(&vault, &desk);
	cr_assert(
		desk.sent == 3 && strcmp(desk.to, "eva@karlsson.example") == 0, "%zu %s", desk.sent, desk.to);
	cr_assert(vault_call(&vault, "PATCH", "/v1/clients/karlsson", "{\"mailbox_delegated\":true}") == 200);
	use(&vault);
	desk.sent = 0;
	deliver(&vault, &desk);
	cr_assert(desk.sent == 3 && strcmp(desk.to, "eva@home.example") == 0, "%zu %s", desk.sent, desk.to);
}
