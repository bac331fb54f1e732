/* SPDX-License-Identifier: Apache-2.0 */
/* test_digests - who wants to be told together gets one mail in the morning, and only when there is something to tell. */
#include "server/core/overview/digests.h"

#include "server/core/overview/digest_count.h"
#include "tests/server/vault_world.h"

#include <criterion/criterion.h>
#include <stdio.h>

static const int64_t HOUR_MS = 3600000;

/* The world's clock stands at noon of 21 November 2026, in UTC. */
static const struct instant MIDNIGHT = {INT64_C(1795305600000)};

static size_t run_at(struct vault *vault, int64_t hours)
{
	size_t mailed;
	struct err err =
		digests_run(&vault->api.server, (struct instant){MIDNIGHT.ms + hours * HOUR_MS}, &mailed);
	cr_assert(!err_failed(err), "%s", err.why);
	return mailed;
}

static size_t mails(struct vault *vault, enum notice_kind kind)
{
	return api_count_notices(&vault->api, vault->contact, kind);
}

static void wish(struct vault *vault, const char *body)
{
	cr_assert(vault_call_for(vault, vault->contact, "PUT", "/v1/clients/karlsson/notices", body) == 200,
		"%s", vault->answer.body);
}

static void set_zone(struct vault *vault, const char *zone)
{
	char body[VAULT_PATH];
	snprintf(body, sizeof body, "{\"time_zone\":\"%s\"}", zone);
	cr_assert(vault_call(vault, "PATCH", "/v1/clients/karlsson", body) == 200, "%s", vault->answer.body);
}

static void use_through(struct vault *vault, const char *terms)
{
	char grant[ID_TEXT + 1], login[ID_TEXT + 1];
	vault_grant(vault, terms, grant);
	vault_login(vault, login);
	cr_assert(vault_ask_code(vault, grant, login) == 200, "%s", vault->answer.body);
}

Test(digests, uses_that_are_told_together_come_in_one_mail_at_seven_and_once)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	set_zone(&vault, "UTC");
	wish(&vault, "{\"uses\":\"digest\"}");
	use_through(&vault, VAULT_CODE);
	use_through(&vault, VAULT_CODE);
	cr_assert(mails(&vault, NOTICE_CREDENTIAL_USED) == 0);
	cr_assert(run_at(&vault, DIGESTS_HOUR - 1) == 0 && mails(&vault, NOTICE_DIGEST) == 0, "it is night");
	cr_assert(run_at(&vault, DIGESTS_HOUR) == 1 && mails(&vault, NOTICE_DIGEST) == 1);
	cr_assert(vault_events(&vault, ACTION_REPORT_SENT) == 1);
	cr_assert(run_at(&vault, DIGESTS_HOUR) == 0 && run_at(&vault, 23) == 0, "it was told");
	cr_assert(run_at(&vault, 24 + DIGESTS_HOUR) == 0, "and the day after there was nothing");
	cr_assert(mails(&vault, NOTICE_DIGEST) == 1);
}

Test(digests, morning_is_the_clients)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	set_zone(&vault, "Asia/Tokyo");
	wish(&vault, "{\"uses\":\"digest\"}");
	use_through(&vault, VAULT_CODE);
	/* Noon of UTC is nine in the evening there; its morning begins nine hours before that of UTC. */
	cr_assert(run_at(&vault, DIGESTS_HOUR - 9 - 1) == 0);
	cr_assert(run_at(&vault, DIGESTS_HOUR - 9) == 1);
}

Test(digests, a_grant_that_is_told_in_a_digest_reaches_who_never_wished_anything)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	set_zone(&vault, "UTC");
	use_through(&vault, VAULT_CODE ",\"notify\":\"digest\"");
	cr_assert(mails(&vault, NOTICE_CREDENTIAL_USED) == 0);
	cr_assert(run_at(&vault, DIGESTS_HOUR) == 1 && mails(&vault, NOTICE_DIGEST) == 1);
	use_through(&vault, VAULT_CODE);
	cr_assert(mails(&vault, NOTICE_CREDENTIAL_USED) == 1, "others are told one by one as before");
}

Test(digests, who_is_told_each_use_or_wants_none_gets_no_digest)
{
	static const char *const WISHES[] = {
		"{\"uses\":\"none\"}", "{\"uses\":\"none\",\"purchases\":\"digest\"}"};
	for (size_t i = 0; i < sizeof WISHES / sizeof WISHES[0]; i++) {
		scoped(vault) vault = {0};
		vault_open(&vault);
		set_zone(&vault, "UTC");
		wish(&vault, WISHES[i]);
		use_through(&vault, VAULT_CODE);
		cr_assert(run_at(&vault, DIGESTS_HOUR) == 0 && mails(&vault, NOTICE_DIGEST) == 0, "%s",
			WISHES[i]);
		cr_assert(vault_events(&vault, ACTION_REPORT_SENT) == 0);
	}
}

Test(digests, a_reveal_is_told_at_once_and_stands_in_the_digest_as_well)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], confirmed[ID_TEXT + 1];
	vault_open(&vault);
	set_zone(&vault, "UTC");
	wish(&vault, "{\"uses\":\"digest\"}");
	vault_grant(&vault, VAULT_BOTH ",\"notify\":\"digest\"", grant);
	vault_confirm(&vault, grant, "reset the account", confirmed);
	cr_assert(vault_ask_reveal(&vault, grant, confirmed) == 200, "%s", vault.answer.body);
	cr_assert(mails(&vault, NOTICE_CREDENTIAL_REVEALED) == 1);
	cr_assert(run_at(&vault, DIGESTS_HOUR) == 1);
}

Test(digests, days_that_were_missed_are_told_of_in_one_mail_and_old_ones_never)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	set_zone(&vault, "UTC");
	wish(&vault, "{\"uses\":\"digest\"}");
	cr_assert(run_at(&vault, DIGESTS_HOUR - 24) == 0, "today's morning: there was nothing yesterday");
	use_through(&vault, VAULT_CODE);
	cr_assert(run_at(&vault, 3 * 24 + DIGESTS_HOUR) == 1, "the server stood still for three days");
	cr_assert(mails(&vault, NOTICE_DIGEST) == 1);
}

Test(digests, a_client_that_has_left_is_told_nothing)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	set_zone(&vault, "UTC");
	wish(&vault, "{\"uses\":\"digest\"}");
	use_through(&vault, VAULT_CODE);
	cr_assert(vault_call(&vault, "PATCH", "/v1/clients/karlsson", "{\"state\":\"ended\"}") == 200);
	cr_assert(run_at(&vault, DIGESTS_HOUR) == 0 && mails(&vault, NOTICE_DIGEST) == 0);
}

/* ---- counting ---- */

static void count(
	struct vault *vault, struct id client, int64_t from, int64_t until, struct digest_counts *counts)
{
	scoped(reading) reading = {0};
	cr_assert(!err_failed(reading_open(&vault->api.server.volume, &reading)));
	struct view view = view_reading(&reading);
	const struct digest_count_ask ask = {.server = &vault->api.server,
		.view = &view,
		.tenant = vault->api.tenant.id,
		.client = client,
		.from = {MIDNIGHT.ms + from * HOUR_MS},
		.until = {MIDNIGHT.ms + until * HOUR_MS}};
	cr_assert(!err_failed(digest_count(&ask, counts)));
}

Test(digests, what_is_counted_is_the_clients_own_of_that_time_and_successful)
{
	scoped(vault) vault = {0};
	struct digest_counts counts;
	vault_open(&vault);
	use_through(&vault, VAULT_CODE ",\"notify\":\"digest\"");
	use_through(&vault, VAULT_CODE);
	cr_assert(vault_call_for(&vault, vault.contact, "POST", "/v1/clients/karlsson/freeze", NULL) == 200);
	count(&vault, vault.client, -24, 0, &counts);
	cr_assert(counts.of[WISH_USES] == 2 && counts.together == 1 && counts.of[WISH_PURCHASES] == 0);
	cr_assert(counts.of[WISH_GRANTS] == 2 && counts.of[WISH_CHANGES] == 1, "two grants, one deposit");
	count(&vault, vault.client, 0, 24, &counts);
	cr_assert(counts.of[WISH_USES] == 0 && counts.of[WISH_GRANTS] == 0, "tomorrow");
	count(&vault, vault.assistant.id, -24, 0, &counts);
	cr_assert(counts.of[WISH_USES] == 0, "nobody's client");
}
