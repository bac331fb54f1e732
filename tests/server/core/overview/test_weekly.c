/* SPDX-License-Identifier: Apache-2.0 */
/* What a client's week comes to, and that it is told once. */
#include "server/core/overview/weekly_turn.h"

#include "tests/server/vault_world.h"

#include <criterion/criterion.h>

enum { BODY_BYTES = 2048 };

static const int64_t DAY_MS = 86400000;

/* An event of the client that an application reports. */
static void report(struct vault *vault, const char *token, const char *members)
{
	char body[BODY_BYTES];
	snprintf(body, sizeof body,
		"{\"actor\":{\"person\":\"%s\"},\"client\":\"karlsson\",\"task\":\"T-1\","
		"\"device\":{\"ip\":\"192.0.2.1\",\"user_agent\":\"x\"},%s}",
		vault->assistant.text, members);
	cr_assert(vault_call_as(vault, token, "POST", "/v1/events", body) == 201, "%s", vault->answer.body);
}

static void work(struct vault *vault, const char *token, const char *time, int seconds)
{
	char members[BODY_BYTES / 2];
	snprintf(members, sizeof members,
		"\"action\":\"work.stopped\",\"time\":\"%s\",\"detail\":{\"seconds\":%d}", time, seconds);
	report(vault, token, members);
}

/* An application that reports what happens, and loads no history. */
static void desk(struct vault *vault, struct api_application *application)
{
	api_world_application(&vault->api, &vault->api.tenant, SCOPE_BIT(EVENTS_WRITE), application);
}

static int get(struct vault *vault, const char *token, const char *week)
{
	char path[VAULT_PATH];
	snprintf(path, sizeof path, "/v1/clients/karlsson/reports/%s", week);
	return vault_call_as(vault, token, "GET", path, NULL);
}

static int64_t number(const struct vault *vault, const char *path)
{
	return json_integer_value(api_member(&vault->answer, path));
}

static void set_zone(struct vault *vault, const char *zone)
{
	char body[VAULT_PATH];
	snprintf(body, sizeof body, "{\"time_zone\":\"%s\"}", zone);
	cr_assert(vault_call(vault, "PATCH", "/v1/clients/karlsson", body) == 200, "%s", vault->answer.body);
}

/* ---- counting ---- */

Test(weekly, seconds_are_summed_and_cut_to_minutes_once)
{
	scoped(vault) vault = {0};
	struct api_application app;
	vault_open(&vault);
	desk(&vault, &app);
	for (int i = 0; i < 4; i++)
		work(&vault, app.token, "2025-06-04T10:00:00.000Z", 59);
	cr_assert(get(&vault, vault.api.tenant.token, "2025-W23") == 200, "%s", vault.answer.body);
	cr_assert(number(&vault, "work/seconds") == 236 && number(&vault, "work/minutes") == 3);
	cr_assert(api_has(&vault.answer, "basis", "server"));
	cr_assert(number(&vault, "helpers/0/seconds") == 236);
	cr_assert(api_has(&vault.answer, "helpers/0/name", "Ivana Petrova"));
}

Test(weekly, a_week_goes_from_midnight_to_midnight_of_the_clients_zone_with_the_hour_that_comes_twice)
{
	scoped(vault) vault = {0};
	struct api_application app;
	vault_open(&vault);
	desk(&vault, &app);
	set_zone(&vault, "Europe/Helsinki");
	work(&vault, app.token, "2025-10-19T20:59:59.999Z", 1);   /* Sunday of week 42 */
	work(&vault, app.token, "2025-10-19T21:00:00.000Z", 10);  /* the first moment of week 43 */
	work(&vault, app.token, "2025-10-26T00:30:00.000Z", 100); /* 03:30, for the first time */
	work(&vault, app.token, "2025-10-26T01:30:00.000Z", 1000);
	work(&vault, app.token, "2025-10-26T21:59:59.999Z", 10000);
	work(&vault, app.token, "2025-10-26T22:00:00.000Z", 20000); /* Monday of week 44 */
	cr_assert(get(&vault, vault.api.tenant.token, "2025-W43") == 200);
	cr_assert(number(&vault, "work/seconds") == 11110, "%s", vault.answer.body);
	cr_assert(api_has(&vault.answer, "from", "2025-10-19T21:00:00.000Z"));
	cr_assert(api_has(&vault.answer, "until", "2025-10-26T22:00:00.000Z"));
	cr_assert(get(&vault, vault.api.tenant.token, "2025-W42") == 200 &&
		number(&vault, "work/seconds") == 1);
	cr_assert(get(&vault, vault.api.tenant.token, "2025-W44") == 200 &&
		number(&vault, "work/seconds") == 20000);
}

Test(weekly, an_adjusted_time_counts_and_shows_with_its_reason)
{
	scoped(vault) vault = {0};
	struct api_application app;
	vault_open(&vault);
	desk(&vault, &app);
	work(&vault, app.token, "2025-06-04T10:00:00.000Z", 3600);
	report(&vault, app.token,
		"\"action\":\"work.adjusted\",\"time\":\"2025-06-05T10:00:00.000Z\",\"reason\":\"forgot to "
		"stop\","
		"\"changes\":[{\"field\":\"seconds\",\"before\":\"3600\",\"after\":\"3000\"},"
		"{\"field\":\"category\",\"before\":\"a\",\"after\":\"b\"}]");
	cr_assert(get(&vault, vault.api.tenant.token, "2025-W23") == 200);
	cr_assert(number(&vault, "work/seconds") == 3000 && number(&vault, "adjusted/0/seconds") == -600);
	cr_assert(api_has(&vault.answer, "adjusted/0/reason", "forgot to stop"));
}

Test(weekly, deposits_have_a_balance_from_the_beginning_on)
{
	scoped(vault) vault = {0};
	struct api_application app;
	vault_open(&vault);
	desk(&vault, &app);
	report(&vault, app.token,
		"\"action\":\"deposit.received\",\"time\":\"2025-05-01T10:00:00.000Z\","
		"\"detail\":{\"amount\":50000,\"currency\":\"EUR\"}");
	report(&vault, app.token,
		"\"action\":\"deposit.spent\",\"time\":\"2025-06-04T10:00:00.000Z\","
		"\"detail\":{\"amount\":12000,\"currency\":\"EUR\",\"balance\":38000}");
	report(&vault, app.token,
		"\"action\":\"purchase.made\",\"time\":\"2025-06-04T10:00:00.000Z\","
		"\"detail\":{\"amount\":12000,\"currency\":\"EUR\",\"merchant\":\"shop\",\"card_last4\":"
		"\"4242\"}");
	report(&vault, app.token,
		"\"action\":\"deposit.spent\",\"time\":\"2025-07-04T10:00:00.000Z\","
		"\"detail\":{\"amount\":1,\"currency\":\"EUR\",\"balance\":37999}");
	cr_assert(get(&vault, vault.api.tenant.token, "2025-W23") == 200);
	cr_assert(number(&vault, "money/0/balance") == 38000 && number(&vault, "money/0/spent") == 12000);
	cr_assert(number(&vault, "money/0/received") == 0 && number(&vault, "money/0/purchased") == 12000);
	cr_assert(number(&vault, "purchases") == 1);
}

Test(weekly, loaded_history_is_counted_alone_or_left_out_and_said_so)
{
	scoped(vault) vault = {0};
	struct api_application app;
	vault_open(&vault);
	desk(&vault, &app);
	/* The tenant's first token has events:import, so what it sends is history. */
	work(&vault, vault.api.tenant.token, "2025-06-04T10:00:00.000Z", 100);
	work(&vault, vault.api.tenant.token, "2025-06-11T10:00:00.000Z", 200);
	work(&vault, app.token, "2025-06-11T11:00:00.000Z", 7);
	cr_assert(get(&vault, vault.api.tenant.token, "2025-W23") == 200);
	cr_assert(api_has(&vault.answer, "basis", "import") && number(&vault, "work/seconds") == 100);
	cr_assert(get(&vault, vault.api.tenant.token, "2025-W24") == 200);
	cr_assert(api_has(&vault.answer, "basis", "server") && number(&vault, "work/seconds") == 7);
	cr_assert(number(&vault, "left_out") == 1);
	cr_assert(get(&vault, vault.api.tenant.token, "2025-W24/text") == 200);
	cr_assert(strstr(vault.answer.body, "Loaded entries, which are not added to these: 1\n"), "%s",
		vault.answer.body);
	cr_assert(get(&vault, vault.api.tenant.token, "2025-W23/text") == 200);
	cr_assert(!strstr(vault.answer.body, "not added"), "%s", vault.answer.body);
}

Test(weekly, what_an_application_makes_up_counts_no_use_and_no_absurd_time)
{
	scoped(vault) vault = {0};
	struct api_application app;
	vault_open(&vault);
	desk(&vault, &app);
	report(&vault, app.token,
		"\"action\":\"work.stopped\",\"time\":\"2025-06-04T10:00:00.000Z\","
		"\"detail\":{\"seconds\":9000000000000000}");
	report(&vault, app.token,
		"\"action\":\"work.adjusted\",\"time\":\"2025-06-04T10:00:00.000Z\",\"reason\":\"x\","
		"\"changes\":"
		"[{\"field\":\"seconds\",\"before\":\"-9223372036854775808\",\"after\":"
		"\"9223372036854775807\"}]");
	cr_assert(get(&vault, vault.api.tenant.token, "2025-W23") == 200);
	cr_assert(
		number(&vault, "work/seconds") == 0 && number(&vault, "uses") == 0, "%s", vault.answer.body);
}

/* ---- pinned ---- */

Test(weekly, the_same_report_has_the_same_bytes_whatever_came_since)
{
	scoped(vault) vault = {0};
	struct api_application app;
	vault_open(&vault);
	desk(&vault, &app);
	work(&vault, app.token, "2025-06-04T10:00:00.000Z", 100);
	cr_assert(get(&vault, vault.api.tenant.token, "2025-W23") == 200);
	char *first = strdup(vault.answer.body);
	work(&vault, app.token, "2025-06-04T11:00:00.000Z", 100);
	cr_assert(get(&vault, vault.api.tenant.token, "2025-W23") == 200);
	cr_assert_str_eq(vault.answer.body, first);
	free(first);
	cr_assert(vault_events(&vault, ACTION_REPORT_GENERATED) == 1);
	cr_assert(vault_events(&vault, ACTION_LOG_VIEWED) == 1, "the second look is counted on the first");
}

Test(weekly, a_week_that_is_not_over_has_no_report)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	cr_assert(get(&vault, vault.api.tenant.token, "2999-W01") == 409);
	cr_assert(get(&vault, vault.api.tenant.token, "2025-W54") == 404);
	cr_assert(vault_events(&vault, ACTION_REPORT_GENERATED) == 0);
}

/* ---- who reads it ---- */

Test(weekly, the_own_contact_reads_it_and_nobody_without_sight)
{
	scoped(vault) vault = {0};
	struct api_person eva, olli, owner, hq, manager;
	struct api_tenant stranger;
	struct id other;
	vault_open(&vault);
	cr_assert(vault_call(&vault, "POST", "/v1/clients",
			  "{\"name\":\"Other\",\"ref\":\"other\",\"contacts\":[{\"name\":\"O\",\"email\":"
			  "\"o@o.example\"}]}") == 201);
	cr_assert(!err_failed(
		ids_parse(ID_PERSON, span_text(api_text(&vault.answer, "contacts/0/id")), &other)));
	api_world_token(&vault.api, &vault.api.tenant, vault.contact, &eva);
	api_world_token(&vault.api, &vault.api.tenant, other, &olli);
	api_world_person(&vault.api, &vault.api.tenant, "owner", NULL, &owner);
	api_world_person(&vault.api, &vault.api.tenant, "hq", NULL, &hq);
	api_world_person(&vault.api, &vault.api.tenant, "manager", NULL, &manager);
	api_world_tenant(&vault.api, &stranger);
	const struct {
		const char *who, *token;
		int status;
	} callers[] = {{"her own contact", eva.token, 200}, {"an owner", owner.token, 200},
		{"head office", hq.token, 200}, {"another client's contact", olli.token, 404},
		{"an assistant", vault.assistant.token, 404}, {"a manager of no branch", manager.token, 404},
		{"another business", stranger.token, 404}};
	for (size_t i = 0; i < sizeof callers / sizeof callers[0]; i++)
		cr_assert(get(&vault, callers[i].token, "2025-W23") == callers[i].status, "%s: %s",
			callers[i].who, vault.answer.body);
}

/* ---- mailed ---- */

static size_t turn(struct vault *vault, struct instant now)
{
	size_t mailed;
	struct err err = weekly_turn_run(&vault->api.server, now, &mailed);
	cr_assert(!err_failed(err), "%s", err.why);
	return mailed;
}

/* The next Monday of UTC after now, at an hour. */
static struct instant monday(int64_t hour)
{
	int64_t day = clock_now().ms / DAY_MS, next = day - (day + 3) % 7 + 7;
	return (struct instant){next * DAY_MS + hour * 3600000};
}

Test(weekly, it_is_mailed_on_monday_once)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	set_zone(&vault, "UTC");
	cr_assert(turn(&vault, clock_now()) == 0, "the client came this week");
	cr_assert(turn(&vault, monday(WEEKLY_TURN_HOUR - 1)) == 0, "it is night");
	cr_assert(turn(&vault, monday(WEEKLY_TURN_HOUR)) == 1);
	cr_assert(api_count_notices(&vault.api, vault.contact, NOTICE_WEEKLY) == 1);
	cr_assert(turn(&vault, monday(WEEKLY_TURN_HOUR)) == 0 && turn(&vault, monday(30)) == 0);
	cr_assert(api_count_notices(&vault.api, vault.contact, NOTICE_WEEKLY) == 1);
	cr_assert(vault_events(&vault, ACTION_REPORT_SENT) == 1);
	cr_assert(vault_events(&vault, ACTION_REPORT_GENERATED) == 1);
	cr_assert(turn(&vault, (struct instant){monday(12).ms + 7 * DAY_MS}) == 1,
		"the week after has its own");
}

Test(weekly, a_client_that_has_left_is_told_nothing)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	cr_assert(vault_call(&vault, "PATCH", "/v1/clients/karlsson", "{\"state\":\"ended\"}") == 200, "%s",
		vault.answer.body);
	cr_assert(turn(&vault, monday(30)) == 0);
	cr_assert(api_count_notices(&vault.api, vault.contact, NOTICE_WEEKLY) == 0);
}
