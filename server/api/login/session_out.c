/* SPDX-License-Identifier: Apache-2.0 */
/* session_out - person, business, capabilities, times. */
#include "server/api/login/session_out.h"

#include "server/api/ask.h"
#include "server/core/people/people.h"
#include "server/core/session_rule.h"
#include "server/core/signins.h"
#include "store/nouns/tenant.h"

static const struct means_name {
	enum session_means means;
	const char *name;
} MEANS[] = {
	{SESSION_BY_EMAIL, "email"},
	{SESSION_BY_TOTP, "totp"},
	{SESSION_BY_HOTP, "hotp"},
	{SESSION_BY_RECOVERY, "recovery"},
	{SESSION_BY_DEVICE, "remembered"},
};

void session_out_put_amr(struct json_out *out, const struct session *session)
{
	json_out_open_array(out, "amr");
	for (size_t i = 0; i < sizeof MEANS / sizeof MEANS[0]; i++)
		if (session->means & MEANS[i].means)
			json_out_text(out, NULL, MEANS[i].name);
	json_out_close_array(out);
}

static void put_person(struct json_out *out, const struct person *person)
{
	json_out_open(out, "person");
	json_out_id(out, "id", ID_PERSON, person->id);
	ask_put_text(out, "ref", person->ref);
	json_out_span(out, "name", person->name);
	json_out_text(out, "kind", people_kind_name(person->kind));
	json_out_text(out, "language", languages_code(person->language));
	json_out_open_array(out, "roles");
	for (size_t i = 0; i < person->role_count; i++)
		json_out_span(out, NULL, person->roles[i]);
	json_out_close_array(out);
	if (!ids_is_none(person->client))
		json_out_id(out, "client", ID_CLIENT, person->client);
	if (person->branch_name.len)
		json_out_span(out, "branch", person->branch_name);
	json_out_close(out);
}

static void put_tenant(struct json_out *out, const struct tenant *tenant)
{
	json_out_open(out, "tenant");
	json_out_id(out, "id", ID_TENANT, tenant->id);
	json_out_span(out, "name", tenant->name);
	json_out_text(out, "language", languages_code(tenant->language));
	json_out_span(out, "time_zone", tenant->time_zone);
	if (tenant->security_contact.len)
		json_out_span(out, "security_contact", tenant->security_contact);
	json_out_close(out);
}

static void put_capabilities(struct json_out *out, uint64_t capabilities)
{
	json_out_open_array(out, "capabilities");
	for (unsigned i = 0; i < CAPABILITY_COUNT; i++)
		if (capabilities >> i & 1)
			json_out_text(out, NULL, capabilities_name((enum capability)i));
	json_out_close_array(out);
}

/* What its person has yet to set up, before it opens anything else. */
static void put_lacks(struct json_out *out, unsigned lacks)
{
	json_out_bool(out, "enrol", lacks != 0);
	if (!lacks)
		return;
	json_out_open_array(out, "enrol_needs");
	if (lacks & SESSION_LACKS_FACTOR)
		json_out_text(out, NULL, "totp");
	if (lacks & SESSION_LACKS_STEP_UP)
		json_out_text(out, NULL, "step_up");
	if (lacks & SESSION_LACKS_NOTICE)
		json_out_text(out, NULL, "notice");
	json_out_close_array(out);
}

/* Which notice is to be shown and acknowledged. */
static fallible put_notice(
	struct call *call, const struct view *view, const struct person *person, struct json_out *out)
{
	struct signin signin;
	const struct signins_ask ask = {.tenant = person->tenant, .person = person, .now = call->now};
	TRY(signins_standing(view, &ask, call->arena, &signin));
	json_out_open(out, "notice");
	json_out_number(out, "version", signin.notice);
	json_out_close(out);
	return OK;
}

static fallible put_rights(struct call *call, const struct view *view, const struct person *person,
	const struct session_rule *rule, struct json_out *out)
{
	uint64_t capabilities;
	TRY(person_capabilities(view, person, &capabilities));
	put_capabilities(out, rule->lacks ? 0 : capabilities);
	json_out_bool(out, "privileged", rule->privileged);
	put_lacks(out, rule->lacks);
	return rule->lacks & SESSION_LACKS_NOTICE ? put_notice(call, view, person, out) : OK;
}

fallible session_out_put(
	struct call *call, const struct view *view, const struct session *session, struct json_out *out)
{
	struct person person;
	struct tenant tenant;
	struct session_rule rule;
	TRY(person_get(view, session->tenant, session->person, call->arena, &person));
	TRY(session_rule_read(view, session, &person, call->now, call->arena, &rule));
	TRY(tenant_get(view, session->tenant, call->arena, &tenant));
	json_out_id(out, "id", ID_SESSION, session->id);
	put_person(out, &person);
	put_tenant(out, &tenant);
	TRY(put_rights(call, view, &person, &rule, out));
	json_out_bool(out, "proven", session->proven && !rule.lacks);
	session_out_put_amr(out, session);
	json_out_time(out, "created", session->created);
	json_out_time(out, "idle_until", rule.ends);
	json_out_time(out, "expires", session->expires);
	return OK;
}
