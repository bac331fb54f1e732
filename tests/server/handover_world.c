/* SPDX-License-Identifier: Apache-2.0 */
/* handover_world - people, and what they ask through the API. */
#include "tests/server/handover_world.h"

#include "base/timestamp.h"

#include <stdio.h>
#include <stdlib.h>

enum { TEXTS = 4, PATH = 160 };

static void fail(struct office *office, const char *what)
{
	fprintf(stderr, "%s: %d %s\n", what, office->vault.answer.status,
		office->vault.answer.body ? office->vault.answer.body : "");
	abort();
}

void office_open(struct office *office)
{
	struct api_world *api = &office->vault.api;
	*office = (struct office){0};
	vault_open(&office->vault);
	api_world_person(api, &api->tenant, "assistant", "boris@example.org", &office->stand_in);
	api_world_person(api, &api->tenant, "assistant", NULL, &office->third);
	api_world_person(api, &api->tenant, "hq", NULL, &office->head);
	api_world_person(api, &api->tenant, "owner", NULL, &office->owner);
}

void office_done(struct office *office)
{
	vault_done(&office->vault);
}

const char *office_at(int64_t ms)
{
	static _Thread_local char texts[TEXTS][TIMESTAMP_TEXT + 1];
	static _Thread_local unsigned next;
	char *text = texts[next++ % TEXTS];
	timestamp_print((struct instant){clock_now().ms + ms}, text);
	return text;
}

int office_ask_raw(struct office *office, const char *token, const char *body)
{
	int status = vault_call_as(&office->vault, token, "POST", "/v1/handovers", body);
	if (status == 201)
		snprintf(office->handover, sizeof office->handover, "%s",
			api_text(&office->vault.answer, "id"));
	return status;
}

int office_ask(struct office *office, int64_t start, int64_t until, const char *more)
{
	char body[OFFICE_BODY], end[64] = "";
	if (until)
		snprintf(end, sizeof end, ",\"until\":\"%s\"", office_at(until));
	snprintf(body, sizeof body,
		"{\"from\":\"%s\",\"to\":\"%s\",\"kind\":\"stand_in\",\"reason\":\"absence\","
		"\"start\":\"%s\"%s%s}",
		office->vault.assistant.text, office->stand_in.text, office_at(start), end, more);
	return office_ask_raw(office, office->head.token, body);
}

int office_decide(struct office *office, const char *token, bool approve)
{
	char path[PATH];
	snprintf(path, sizeof path, "/v1/handovers/%s/decision", office->handover);
	return vault_call_as(
		&office->vault, token, "POST", path, approve ? "{\"approve\":true}" : "{\"approve\":false}");
}

void office_approve(struct office *office)
{
	if (office_decide(office, office->owner.token, true) != 200)
		fail(office, "the owner does not approve");
}

int office_end(struct office *office)
{
	char path[PATH];
	snprintf(path, sizeof path, "/v1/handovers/%s", office->handover);
	return vault_call_as(&office->vault, office->head.token, "DELETE", path, NULL);
}

void office_hand_over(struct office *office, int64_t start, int64_t until)
{
	if (office_ask(office, start, until, "") != 201)
		fail(office, "nothing is asked for");
	office_approve(office);
}

int office_extend(struct office *office, int64_t until)
{
	char path[PATH], body[OFFICE_BODY];
	snprintf(path, sizeof path, "/v1/handovers/%s/extend", office->handover);
	snprintf(body, sizeof body, "{\"until\":\"%s\"}", office_at(until));
	return vault_call_as(&office->vault, office->head.token, "POST", path, body);
}

int office_decide_extension(struct office *office, const char *token, bool approve)
{
	char path[PATH];
	snprintf(path, sizeof path, "/v1/handovers/%s/extend/decision", office->handover);
	return vault_call_as(
		&office->vault, token, "POST", path, approve ? "{\"approve\":true}" : "{\"approve\":false}");
}

void office_see(struct office *office)
{
	char path[PATH];
	snprintf(path, sizeof path, "/v1/handovers/%s", office->handover);
	if (vault_call_as(&office->vault, office->head.token, "GET", path, NULL) != 200)
		fail(office, "the handover is not seen");
}

bool office_is(struct office *office, const char *state)
{
	office_see(office);
	return api_has(&office->vault.answer, "state", state);
}

void office_sweep(struct office *office)
{
	size_t done;
	struct server *server = &office->vault.api.server;
	struct err err = handover_jobs_turn(server, volume_now(&server->volume), &done);
	if (!err_failed(err))
		return;
	fprintf(stderr, "%s (%s)\n", err.why, err.at);
	abort();
}

bool office_opens(struct office *office, const struct api_person *person, const char *grant)
{
	const struct vault_use use = {
		.grant = grant, .mode = "code", .purpose = "pay invoice 77", .token = person->token};
	int status = vault_use(&office->vault, &use);
	if (status != 200 && status != 403)
		fail(office, "a use is neither allowed nor refused");
	return status == 200;
}

size_t office_count(struct office *office, const struct api_person *person, const char *state)
{
	char path[PATH];
	snprintf(path, sizeof path, "/v1/grants?limit=500&person=%s&state=%s", person->text, state);
	if (vault_call_as(&office->vault, office->head.token, "GET", path, NULL) != 200)
		fail(office, "grants are not listed");
	return json_array_size(api_member(&office->vault.answer, "items"));
}

void office_grant_of(struct office *office, const struct api_person *person, const char *state,
	char grant[static ID_TEXT + 1])
{
	if (office_count(office, person, state) != 1)
		fail(office, state);
	snprintf(grant, ID_TEXT + 1, "%s", api_text(&office->vault.answer, "items/0/id"));
}
