/* SPDX-License-Identifier: Apache-2.0 */
/* What the first screen says of people, the log, and today. */
#include "server/core/overview/protection.h"

#include "base/timestamp.h"
#include "tests/server/log_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <stdio.h>

static const int64_t DAY_MS = INT64_C(24) * 3600 * 1000, HOUR_MS = 3600 * 1000;

static void card(struct log_world *world, const char *token, struct api_answer *answer)
{
	cr_assert(api_call(&world->api, "GET", "/v1/protection", token, NULL, answer) == 200, "%s",
		answer->body);
}

static json_int_t number(const struct api_answer *answer, const char *path)
{
	const json_t *value = api_member(answer, path);
	cr_assert(json_is_integer(value), "%s: %s", path, answer->body);
	return json_integer_value(value);
}

Test(protection, counts_staff_by_factor_and_names_who_exports_without_a_strong_one)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person owner, contact;
	log_world_open(&world);
	api_world_person(&world.api, &world.api.tenant, "owner", NULL, &owner);
	log_world_contact(&world.api, &world.api.tenant, &world.clients[0], &contact);
	card(&world, world.api.tenant.token, &answer);
	cr_assert(number(&answer, "people/staff") == LOG_PEOPLE + 1, "contacts are none: %s", answer.body);
	cr_assert(number(&answer, "people/none") == LOG_PEOPLE + 1, "nobody has a factor");
	cr_assert(number(&answer, "people/strong") == 0 && number(&answer, "people/email") == 0, "none");
	cr_assert(number(&answer, "people/export_weak") == 1, "%s", answer.body);
	cr_assert(api_has(&answer, "people/export_weak_people/0/id", owner.text), "the owner");
	cr_assert(json_is_true(api_member(&answer, "people/complete")), "everybody was looked at");
	cr_assert(json_is_null(api_member(&answer, "next")), "so there is nothing to go on with");
}

Test(protection, says_how_the_log_stands)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	struct health health = {0};
	char id[ID_TEXT + 1];
	log_world_open(&world);
	world.api.server.health = &health;
	log_world_post(&world, "record.viewed", &world.people[0], NULL, NULL, id);
	card(&world, world.api.tenant.token, &answer);
	cr_assert(json_is_null(api_member(&answer, "log/checkpoint")), "nothing was signed: %s", answer.body);
	cr_assert(json_is_null(api_member(&answer, "log/verified")), "nor looked through");
	cr_assert(json_is_null(api_member(&answer, "backup")), "nor copied");
	cr_assert((uint64_t)number(&answer, "log/size") == log_world_size(&world), "with this very reading");
	cr_assert(json_is_true(api_member(&answer, "log/holds")), "it stands");
	api_call(&world.api, "GET", "/v1/log/checkpoint", world.api.tenant.token, NULL, &answer);
	uint64_t size = log_world_size(&world);
	fake_clock_pass(HOUR_MS);
	card(&world, world.api.tenant.token, &answer);
	cr_assert((uint64_t)number(&answer, "log/checkpoint/size") == size, "what was signed");
	health.sum_mismatch = true;
	card(&world, world.api.tenant.token, &answer);
	cr_assert(json_is_false(api_member(&answer, "log/holds")), "a row was changed by hand");
}

static void post_day(struct log_world *world)
{
	char id[ID_TEXT + 1];
	log_world_post(world, "login.failed", &world->people[0], NULL, "failed", id);
	log_world_post(world, "export.completed", &world->people[0], NULL, NULL, id);
	log_world_post(world, "record.viewed", &world->people[0], NULL, "denied", id);
}

static void check_today(struct log_world *world, json_int_t each)
{
	scoped(api_answer) answer = {0};
	card(world, world->api.tenant.token, &answer);
	cr_assert(number(&answer, "today/failed_logins") == each, "%s", answer.body);
	cr_assert(number(&answer, "today/exports") == each, "%s", answer.body);
	cr_assert(number(&answer, "today/denied") == each, "%s", answer.body);
	cr_assert(number(&answer, "today/new_devices") == 0, "%s", answer.body);
	cr_assert(json_is_true(api_member(&answer, "today/complete")), "all was counted");
}

Test(protection, counts_what_happened_since_midnight_and_nothing_of_yesterday)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	struct instant midnight;
	log_world_open(&world);
	post_day(&world);
	check_today(&world, 1);
	log_world_fold(&world);
	check_today(&world, 1);
	card(&world, world.api.tenant.token, &answer);
	log_world_must(timestamp_parse(span_text(api_text(&answer, "today/from")), &midnight));
	fake_clock_pass(midnight.ms + DAY_MS - clock_now().ms);
	check_today(&world, 0);
	post_day(&world);
	check_today(&world, 1);
	log_world_fold(&world);
	check_today(&world, 1);
}

Test(protection, shows_the_newest_open_alerts_and_how_many_there_are)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	char id[ID_TEXT + 1], path[160];
	log_world_open(&world);
	for (unsigned i = 0; i < 23; i++)
		log_world_post(&world, "payment.deleted", &world.people[0], &world.clients[0], NULL, id);
	card(&world, world.api.tenant.token, &answer);
	cr_assert(number(&answer, "alerts/open") == 23, "%s", answer.body);
	cr_assert(json_array_size(api_member(&answer, "alerts/items")) == 20, "the newest");
	cr_assert(api_has(&answer, "alerts/items/0/event", id), "first");
	cr_assert(api_has(&answer, "alerts/items/0/who", "Ivana Petrova"), "who");
	cr_assert(api_has(&answer, "alerts/items/0/client", "Salon Rosa"), "for whom");
	cr_assert(api_has(&answer, "alerts/items/0/about/label", "Card"), "about what");
	snprintf(path, sizeof path, "/v1/alerts/%s/acknowledge", id);
	api_call(&world.api, "POST", path, world.api.tenant.token, "{}", &answer);
	card(&world, world.api.tenant.token, &answer);
	cr_assert(number(&answer, "alerts/open") == 22, "one was seen");
	cr_assert(!api_has(&answer, "alerts/items/0/event", id), "it is not shown");
}

Test(protection, is_for_who_reads_the_log_of_others_and_reading_it_is_an_event)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_tenant other;
	char id[ID_TEXT + 1];
	log_world_open(&world);
	api_world_tenant(&world.api, &other);
	log_world_post(&world, "payment.deleted", &world.people[0], NULL, NULL, id);
	api_call(&world.api, "GET", "/v1/protection", world.people[0].token, NULL, &answer);
	cr_assert(answer.status == 403, "an assistant: %s", answer.body);
	api_call(&world.api, "GET", "/v1/protection", other.token, NULL, &answer);
	cr_assert(number(&answer, "alerts/open") == 0 && number(&answer, "people/staff") == 0,
		"another tenant");
	card(&world, world.api.tenant.token, &answer);
	card(&world, world.api.tenant.token, &answer);
	cr_assert(
		api_count_events(&world.api, world.api.tenant.id, ACTION_LOG_VIEWED) == 1, "within a minute");
	world.api.server.volume.data_max_bytes = 1;
	fake_clock_pass(HOUR_MS);
	api_call(&world.api, "GET", "/v1/protection", world.api.tenant.token, NULL, &answer);
	cr_assert(api_is_code(&answer, 507, "full"), "what can't be written down is not shown");
	world.api.server.volume.data_max_bytes = 0;
}
