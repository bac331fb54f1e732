/* SPDX-License-Identifier: Apache-2.0 */
/* test_deliveries - what became of a code's mail is told to the application that asked for it, and of nobody's the same. */
#include "server/deliver/deliveries.h"

#include "server/deliver/courier.h"
#include "tests/server/login_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { DAY_MS = 24 * 60 * 60 * 1000 };

/* A mail server that answers what the test says. */
struct desk {
	struct letter_answer answer;
	int sent;
};

static struct letter_answer take_letter(void *way, const struct letter *letter)
{
	struct desk *desk = way;
	(void)letter;
	desk->sent++;
	return desk->answer;
}

static const struct letter_answer ACCEPTED = {LETTER_ACCEPTED, 250, {0}};
static const struct letter_answer LATER_451 = {
	LETTER_LATER, 451, {ERR_REMOTE, CODE_REMOTE, "not now", "desk:1"}};
static const struct letter_answer BOUNCED_550 = {
	LETTER_REFUSED, 550, {ERR_REMOTE, CODE_REMOTE, "no such box", "desk:2"}};

struct post_office {
	struct login_scene scene;
	struct desk desk;
	struct courier *courier;
	char id[ID_TEXT + 1]; /* of the verification */
};

static void works(struct err err)
{
	cr_assert(!err_failed(err), "%s (%s)", err.why, err.at);
}

static void post_office_done(struct post_office *office)
{
	courier_close(office->courier);
	login_scene_done(&office->scene);
}

static void carry(struct post_office *office, struct letter_answer answer)
{
	office->desk.answer = answer;
	works(courier_pass(office->courier));
}

static void open_courier(struct post_office *office, struct letter_way way)
{
	const struct server *server = &office->scene.world.server;
	const struct courier_ask ask = {.volume = &server->volume,
		.committer = server->committer,
		.keeper = server->keeper,
		.way = way,
		.from = "noreply@muniment.example",
		.app = "Muniment",
		.give_up_ms = DAY_MS};
	works(courier_open(&ask, &office->courier));
}

/* A person with an address, and nothing left in the outbox. */
static void open_office(struct post_office *office)
{
	char factor[ID_TEXT + 1];
	struct login_scene *scene = &office->scene;
	login_scene_begin(scene);
	open_courier(office, (struct letter_way){&office->desk, take_letter});
	login_add_address(&scene->world, scene->person.text, "vera@example.net", factor);
	carry(office, ACCEPTED);
	office->desk.sent = 0;
}

static void ask_for_mail(struct post_office *office, const char *person)
{
	struct login_scene *scene = &office->scene;
	cr_assert(login_open(&scene->world, scene->world.tenant.token, person, ",\"method\":\"email\"",
			  &scene->answer) == 200);
	cr_assert(api_has(&scene->answer, "started/delivery", "queued"), "%s", scene->answer.body);
	login_scene_keep_id(scene, office->id);
}

static const struct api_answer *see(struct post_office *office)
{
	char path[ID_TEXT + 32];
	struct login_scene *scene = &office->scene;
	snprintf(path, sizeof path, "/v1/verifications/%s", office->id);
	cr_assert(
		api_call(&scene->world, "GET", path, scene->world.tenant.token, NULL, &scene->answer) == 200);
	return &scene->answer;
}

static bool stands(struct post_office *office, const char *delivery, int reply)
{
	const struct api_answer *answer = see(office);
	return api_has(answer, "started/delivery", delivery) &&
		json_integer_value(api_member(answer, "started/reply")) == reply;
}

Test(deliveries, a_mail_that_is_taken_is_accepted)
{
	scoped(post_office) office = {0};
	open_office(&office);
	ask_for_mail(&office, office.scene.person.text);
	cr_assert(stands(&office, "queued", 0));
	carry(&office, ACCEPTED);
	cr_assert(stands(&office, "accepted", 0) && office.desk.sent == 1);
}

Test(deliveries, a_mail_that_is_put_off_stays_queued_with_its_reply_and_is_accepted_later)
{
	scoped(post_office) office = {0};
	open_office(&office);
	ask_for_mail(&office, office.scene.person.text);
	carry(&office, LATER_451);
	cr_assert(stands(&office, "queued", 451));
	fake_clock_pass(COURIER_FIRST_RETRY_MS);
	carry(&office, ACCEPTED);
	cr_assert(stands(&office, "accepted", 0));
}

Test(deliveries, a_mail_that_the_server_refuses_has_bounced)
{
	scoped(post_office) office = {0};
	open_office(&office);
	ask_for_mail(&office, office.scene.person.text);
	carry(&office, BOUNCED_550);
	cr_assert(stands(&office, "bounced", 550));
}

Test(deliveries, a_mail_that_nobody_takes_before_it_runs_out_is_refused)
{
	scoped(post_office) office = {0};
	open_office(&office);
	ask_for_mail(&office, office.scene.person.text);
	fake_clock_pass(MAILCODES_MINUTES * 60000 - 1000);
	carry(&office, LATER_451);
	cr_assert(stands(&office, "queued", 451));
	fake_clock_pass(60000);
	carry(&office, LATER_451);
	const struct api_answer *answer = see(&office);
	cr_assert(login_is(answer, "deny", "expired") && !api_member(answer, "started"));
}

Test(deliveries, without_a_mail_server_every_mail_is_refused)
{
	scoped(post_office) office = {0};
	open_office(&office);
	courier_close(office.courier);
	open_courier(&office, (struct letter_way){0});
	ask_for_mail(&office, office.scene.person.text);
	works(courier_pass(office.courier));
	cr_assert(stands(&office, "refused", 0));
	ask_for_mail(&office, "nobody@example.org");
	works(courier_pass(office.courier));
	cr_assert(stands(&office, "refused", 0), "and nobody's");
}

Test(deliveries, nobodys_mail_is_not_sent_and_comes_to_the_same_as_the_last_one)
{
	scoped(post_office) office = {0};
	open_office(&office);
	ask_for_mail(&office, "nobody@example.org");
	cr_assert(stands(&office, "queued", 0));
	carry(&office, BOUNCED_550);
	cr_assert(stands(&office, "accepted", 0) && office.desk.sent == 0);
	ask_for_mail(&office, office.scene.person.text);
	carry(&office, LATER_451);
	fake_clock_pass(1); /* the outbox is a queue by the millisecond */
	ask_for_mail(&office, "somebody@example.org");
	carry(&office, ACCEPTED);
	cr_assert(stands(&office, "queued", 451), "while mails are put off, nobody's is");
	fake_clock_pass(COURIER_FIRST_RETRY_MS);
	carry(&office, ACCEPTED);
	cr_assert(stands(&office, "accepted", 0) && office.desk.sent == 2, "%d %s", office.desk.sent,
		office.scene.answer.body);
}

Test(deliveries, an_end_without_a_person_leaves_no_event)
{
	scoped(post_office) office = {0};
	struct login_scene *scene = &office.scene;
	open_office(&office);
	courier_close(office.courier);
	open_courier(&office, (struct letter_way){0});
	struct id tenant = scene->world.tenant.id;
	ask_for_mail(&office, "nobody@example.org");
	works(courier_pass(office.courier));
	cr_assert(api_count_events(&scene->world, tenant, ACTION_CHALLENGE_DELIVERY_FAILED) == 0);
	ask_for_mail(&office, scene->person.text);
	works(courier_pass(office.courier));
	cr_assert(api_count_events(&scene->world, tenant, ACTION_CHALLENGE_DELIVERY_FAILED) == 1);
}

Test(deliveries, who_waits_is_told_when_the_mail_server_has_answered)
{
	scoped(post_office) office = {0};
	char path[ID_TEXT + 64];
	struct login_scene *scene = &office.scene;
	open_office(&office);
	ask_for_mail(&office, scene->person.text);
	int64_t revision = json_integer_value(api_member(&scene->answer, "revision"));
	carry(&office, BOUNCED_550);
	snprintf(path, sizeof path, "/v1/verifications/%s?wait=25&revision=%lld", office.id,
		(long long)revision);
	int64_t began_ms = clock_monotonic_ms();
	cr_assert(
		api_call(&scene->world, "GET", path, scene->world.tenant.token, NULL, &scene->answer) == 200);
	cr_assert(api_has(&scene->answer, "started/delivery", "bounced"));
	cr_assert(clock_monotonic_ms() - began_ms < 20000);
}
