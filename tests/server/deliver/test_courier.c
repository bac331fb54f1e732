/* SPDX-License-Identifier: Apache-2.0 */
/* The courier: every notice is sent, tried again, or ends as an event; nothing in between. */
#include "server/deliver/courier.h"

#include "server/core/tell.h"
#include "tests/support/api_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <stdatomic.h>
#include <stdio.h>

enum { DAY_MS = 86400000, MINUTE_MS = 60000, PASSES_MAX = 10000 };

/* A way of sending that keeps the last letter and answers what it is told. */
struct desk {
	struct letter_answer answer;
	_Atomic int sent;
	char to[300];
	char id[64];
	char text[LETTER_MAX + 1];
};

static struct letter_answer take_letter(void *way, const struct letter *letter)
{
	struct desk *desk = way;
	snprintf(desk->to, sizeof desk->to, "%s", letter->to);
	snprintf(desk->id, sizeof desk->id, "%s", letter->id);
	snprintf(desk->text, sizeof desk->text, "%.*s", SPAN_FMT(letter->message));
	desk->sent++;
	return desk->answer;
}

static const struct letter_answer LATER_451 = {
	LETTER_LATER, 451, {ERR_REMOTE, CODE_REMOTE, "not now", "desk:1"}};
static const struct letter_answer NO_SERVER = {
	LETTER_LATER, 0, {ERR_REMOTE, CODE_REMOTE, "nobody there", "desk:2"}};
static const struct letter_answer REFUSED_550 = {
	LETTER_REFUSED, 550, {ERR_REMOTE, CODE_REMOTE, "no such box", "desk:3"}};

struct office {
	struct api_world world;
	struct api_person person;
	struct desk desk;
	struct courier *courier;
};

static void works(struct err err)
{
	cr_assert(!err_failed(err), "%s (%s)", err.why, err.at);
}

static void office_done(struct office *office)
{
	courier_close(office->courier);
	api_world_done(&office->world);
}

static void open_courier(struct office *office, struct letter_way way)
{
	const struct courier_ask ask = {
		.volume = &office->world.server.volume,
		.committer = office->world.server.committer,
		.keeper = office->world.server.keeper,
		.way = way,
		.from = "noreply@muniment.example",
		.app = "Muniment",
		.give_up_ms = DAY_MS,
	};
	works(courier_open(&ask, &office->courier));
}

static void open_office(struct office *office, const char *email)
{
	api_world_open(&office->world);
	api_world_person(&office->world, &office->world.tenant, NULL, email, &office->person);
	open_courier(office, (struct letter_way){&office->desk, take_letter});
}

static fallible run_add(struct act *act, void *context)
{
	return notice_add(act, context);
}

/* As a use-case does it: sealed in prepare, queued in an act. */
static void queue(struct office *office, const struct tell_ask *ask)
{
	scoped(arena) arena = ARENA(64 * 1024);
	struct notice notice;
	works(tell_prepare(office->world.server.keeper, office->world.tenant.id, ask, &arena, &notice));
	works(committer_run(office->world.server.committer,
		(struct act_job){.kind = ACT_HOUSEKEEPING, .run = run_add, .context = &notice}));
}

static void queue_code(struct office *office)
{
	const struct message_value values[] = {{"code", SPAN_LIT("482913")}, {"minutes", SPAN_LIT("10")}};
	queue(office,
		&(struct tell_ask){.person = office->person.id,
			.kind = NOTICE_LOGIN_CODE,
			.about = office->person.id,
			.values = values,
			.count = 2,
			.now = clock_now()});
}

static void queue_change(struct office *office)
{
	const struct message_value values[] = {{"change", SPAN_LIT("TOTP")}, {"actor", SPAN_LIT("You")}};
	queue(office,
		&(struct tell_ask){.person = office->person.id,
			.kind = NOTICE_FACTOR_CHANGED,
			.values = values,
			.count = 2,
			.now = clock_now()});
}

static size_t waiting(struct office *office)
{
	struct err err;
	size_t count = 0;
	scoped(arena) arena = ARENA(1024 * 1024);
	scoped(reading) reading = {0};
	works(reading_open(&office->world.server.volume, &reading));
	struct view view = view_reading(&reading);
	struct notice notice = {.next = {0}};
	while (notice_next(&view, notice.id, (struct instant){INT64_MAX}, &arena, &notice, &err))
		count++;
	works(err);
	return count;
}

static size_t events(struct office *office, enum action action)
{
	return api_count_events(&office->world, office->world.tenant.id, action);
}

Test(courier, a_code_is_sent_to_its_person_once)
{
	scoped(office) office = {0};
	open_office(&office, "ivana@example.org");
	queue_code(&office);
	works(courier_pass(office.courier));
	works(courier_pass(office.courier));
	cr_assert(office.desk.sent == 1 && waiting(&office) == 0);
	cr_assert(strcmp(office.desk.to, "ivana@example.org") == 0);
	cr_assert(strstr(office.desk.text, "482913") && strstr(office.desk.text, "Ivana Petrova"));
	cr_assert(strstr(office.desk.text, "help@example.org") && strstr(office.desk.text, "Muniment"));
	cr_assert(strstr(office.desk.text, "Time: 21 Nov 2026, 12:00 UTC"));
}

Test(courier, a_given_address_gets_the_mail_instead)
{
	scoped(office) office = {0};
	open_office(&office, "ivana@example.org");
	const struct message_value values[] = {
		{"change", SPAN_LIT("x")}, {"actor", SPAN_LIT("y")}, {"to", SPAN_LIT("old@example.org")}};
	queue(&office,
		&(struct tell_ask){.person = office.person.id,
			.kind = NOTICE_FACTOR_CHANGED,
			.values = values,
			.count = 3,
			.now = clock_now()});
	works(courier_pass(office.courier));
	cr_assert(strcmp(office.desk.to, "old@example.org") == 0);
}

Test(courier, what_is_refused_for_now_is_tried_again_later_and_later)
{
	scoped(office) office = {0};
	open_office(&office, "ivana@example.org");
	queue_change(&office);
	office.desk.answer = LATER_451;
	works(courier_pass(office.courier));
	works(courier_pass(office.courier));
	cr_assert(office.desk.sent == 1 && waiting(&office) == 1, "not again at once");
	fake_clock_pass(COURIER_FIRST_RETRY_MS);
	works(courier_pass(office.courier));
	cr_assert(office.desk.sent == 2);
	fake_clock_pass(COURIER_FIRST_RETRY_MS - 1);
	works(courier_pass(office.courier));
	cr_assert(office.desk.sent == 2, "the second delay is at least the first one's most");
	char id[64];
	memcpy(id, office.desk.id, sizeof id);
	office.desk.answer = (struct letter_answer){0};
	fake_clock_pass(2 * COURIER_FIRST_RETRY_MS);
	works(courier_pass(office.courier));
	cr_assert(office.desk.sent == 3 && waiting(&office) == 0);
	cr_assert(strcmp(id, office.desk.id) == 0, "every try has the same Message-ID");
	cr_assert(events(&office, ACTION_NOTIFICATION_FAILED) == 0);
}

Test(courier, what_nobody_takes_in_a_day_ends_as_an_event)
{
	scoped(office) office = {0};
	open_office(&office, "ivana@example.org");
	queue_change(&office);
	office.desk.answer = LATER_451;
	for (int i = 0; i < PASSES_MAX && waiting(&office) > 0; i++) {
		works(courier_pass(office.courier));
		fake_clock_pass(30 * MINUTE_MS);
	}
	cr_assert(waiting(&office) == 0);
	cr_assert(office.desk.sent > 20 && office.desk.sent < 60, "%d tries in a day", (int)office.desk.sent);
	cr_assert(events(&office, ACTION_NOTIFICATION_FAILED) == 1);
}

Test(courier, a_code_that_has_run_out_is_given_up)
{
	scoped(office) office = {0};
	scoped(arena) arena = ARENA(1024 * 1024);
	struct event_read event;
	open_office(&office, "ivana@example.org");
	queue_code(&office);
	office.desk.answer = NO_SERVER;
	works(courier_pass(office.courier));
	fake_clock_pass(10 * MINUTE_MS);
	works(courier_pass(office.courier));
	cr_assert(waiting(&office) == 0 && events(&office, ACTION_CHALLENGE_DELIVERY_FAILED) == 1);
	api_find_event(
		&office.world, office.world.tenant.id, ACTION_CHALLENGE_DELIVERY_FAILED, &arena, &event);
	cr_assert(event.leaf.reason == REASON_DELIVERY_FAILED && event.leaf.outcome == LEAF_FAILED);
	cr_assert(ids_equal(event.leaf.ids[LEAF_ID_OBJECT], office.person.id));
}

Test(courier, what_is_refused_for_good_ends_at_once_as_an_event_without_the_address)
{
	scoped(office) office = {0};
	scoped(arena) arena = ARENA(1024 * 1024);
	struct event_read event;
	open_office(&office, "ivana@example.org");
	queue_change(&office);
	office.desk.answer = REFUSED_550;
	works(courier_pass(office.courier));
	cr_assert(waiting(&office) == 0 && office.desk.sent == 1);
	api_find_event(&office.world, office.world.tenant.id, ACTION_NOTIFICATION_FAILED, &arena, &event);
	cr_assert(event.leaf.reason == REASON_DELIVERY_REFUSED && event.leaf.source == LEAF_SERVER);
	const char *detail = arena_text(&arena, event.texts[LEAF_TEXT_DETAIL]);
	cr_assert(strstr(detail, "\"kind\":\"factor_changed\"") && strstr(detail, "\"error_class\":5"), "%s",
		detail);
	cr_assert(strstr(detail, "i***@example.org") && !strstr(detail, "ivana@"), "%s", detail);
}

Test(courier, a_person_without_an_address_is_an_event_and_no_mail)
{
	scoped(office) office = {0};
	open_office(&office, NULL);
	queue_code(&office);
	works(courier_pass(office.courier));
	cr_assert(office.desk.sent == 0 && waiting(&office) == 0);
	cr_assert(events(&office, ACTION_CHALLENGE_DELIVERY_FAILED) == 1);
}

Test(courier, an_erased_person_gets_no_mail_and_the_queue_goes_on)
{
	scoped(office) office = {0};
	open_office(&office, "ivana@example.org");
	const struct subject subject = {SUBJECT_PERSON, office.person.id};
	queue_change(&office);
	works(keeper_drop_subject(office.world.server.keeper, office.world.tenant.id, &subject));
	works(courier_pass(office.courier));
	cr_assert(office.desk.sent == 0 && waiting(&office) == 0);
	cr_assert(events(&office, ACTION_NOTIFICATION_FAILED) == 1);
}

Test(courier, with_mails_off_every_notice_ends_as_refused)
{
	scoped(office) office = {0};
	open_office(&office, "ivana@example.org");
	courier_close(office.courier);
	open_courier(&office, (struct letter_way){0});
	queue_code(&office);
	works(courier_pass(office.courier));
	cr_assert(waiting(&office) == 0 && events(&office, ACTION_CHALLENGE_DELIVERY_FAILED) == 1);
}

Test(courier, a_notice_that_can_not_be_rendered_does_not_stop_the_others)
{
	scoped(office) office = {0};
	open_office(&office, "ivana@example.org");
	queue(&office,
		&(struct tell_ask){
			.person = office.person.id, .kind = NOTICE_LOGIN_CODE, .now = clock_now()});
	fake_clock_pass(1);
	queue_code(&office);
	works(courier_pass(office.courier));
	cr_assert(office.desk.sent == 1 && waiting(&office) == 0);
	cr_assert(events(&office, ACTION_CHALLENGE_DELIVERY_FAILED) == 1);
}

Test(courier, a_way_that_fails_is_not_tried_for_every_notice_of_the_queue)
{
	struct courier_counts counts;
	scoped(office) office = {0};
	open_office(&office, "ivana@example.org");
	for (int i = 0; i < 5; i++)
		queue_change(&office);
	office.desk.answer = NO_SERVER;
	works(courier_pass(office.courier));
	cr_assert(office.desk.sent == 1 && waiting(&office) == 5);
	office.desk.answer = LATER_451;
	works(courier_pass(office.courier));
	cr_assert(office.desk.sent == 5, "a reply is about one mail");
	courier_count(office.courier, &counts);
	cr_assert(counts.later == 5 && counts.sent == 0);
}

Test(courier, its_thread_sends_what_it_is_woken_for)
{
	scoped(office) office = {0};
	open_office(&office, "ivana@example.org");
	works(courier_start(office.courier));
	queue_code(&office);
	int64_t until = clock_monotonic_ms() + 10000;
	courier_wake(office.courier);
	while (waiting(&office) > 0 && clock_monotonic_ms() < until)
		clock_sleep_ms(1);
	cr_assert(office.desk.sent == 1 && waiting(&office) == 0);
}

/* Whoever still commits may have something to tell. */
Test(courier, once_stopped_it_carries_nothing_however_often_it_is_woken)
{
	scoped(office) office = {0};
	open_office(&office, "ivana@example.org");
	works(courier_start(office.courier));
	courier_stop(office.courier);
	queue_code(&office);
	courier_wake(office.courier);
	int64_t until = clock_monotonic_ms() + 200;
	while (office.desk.sent == 0 && clock_monotonic_ms() < until)
		clock_sleep_ms(1);
	courier_stop(office.courier);
	cr_assert(office.desk.sent == 0 && waiting(&office) == 1);
}

/* ---- tell ---- */

Test(tell, values_are_sealed_and_bound_to_their_notice)
{
	scoped(office) office = {0};
	scoped(arena) arena = ARENA(64 * 1024);
	scoped(buf) plain = BUF(NOTICE_SEALED_MAX);
	struct notice notice;
	open_office(&office, "ivana@example.org");
	const struct message_value value = {"code", SPAN_LIT("482913")};
	const struct tell_ask ask = {.person = office.person.id,
		.kind = NOTICE_LOGIN_CODE,
		.values = &value,
		.count = 1,
		.now = clock_now()};
	works(tell_prepare(office.world.server.keeper, office.world.tenant.id, &ask, &arena, &notice));
	cr_assert(!memmem(notice.sealed.at, notice.sealed.len, "482913", 6));
	cr_assert(notice.next.ms == ask.now.ms && notice.tries == 0);
	struct keeper *keeper = office.world.server.keeper;
	cr_assert(
		keeper_open_short(keeper, notice.tenant, notice.day, office.person.id, notice.sealed, &plain)
			.kind == ERR_FORGED);
	works(keeper_open_short(keeper, notice.tenant, notice.day, notice.id, notice.sealed, &plain));
	cr_assert(memmem(plain.data, plain.len, "482913", 6) != NULL);
}

Test(tell, unknown_too_many_and_too_long_values_are_refused)
{
	scoped(office) office = {0};
	scoped(arena) arena = ARENA(64 * 1024);
	char text[NOTICE_SEALED_MAX];
	struct notice notice;
	open_office(&office, "ivana@example.org");
	struct keeper *keeper = office.world.server.keeper;
	struct message_value values[NOTICE_VALUES_MAX + 1];
	struct tell_ask ask = {.person = office.person.id,
		.kind = NOTICE_LOGIN_CODE,
		.values = values,
		.count = 1,
		.now = clock_now()};
	memset(text, 'a', sizeof text);
	values[0] = (struct message_value){"password", SPAN_LIT("x")};
	cr_assert(tell_prepare(keeper, office.world.tenant.id, &ask, &arena, &notice).kind == ERR_BUG);
	values[0] = (struct message_value){"reason", span_of(text, sizeof text)};
	cr_assert(tell_prepare(keeper, office.world.tenant.id, &ask, &arena, &notice).kind == ERR_TOO_LARGE);
	for (size_t i = 0; i <= NOTICE_VALUES_MAX; i++)
		values[i] = (struct message_value){"reason", SPAN_LIT("x")};
	ask.count = NOTICE_VALUES_MAX + 1;
	cr_assert(tell_prepare(keeper, office.world.tenant.id, &ask, &arena, &notice).kind == ERR_BUG);
}
