/* SPDX-License-Identifier: Apache-2.0 */
/* helpdesk - draw a code, tell its person, hand it over. */
#include "server/core/login/helpdesk.h"

#include "base/json_out.h"
#include "crypto/random.h"
#include "server/core/login/factors_seen.h"
#include "server/core/second.h"
#include "server/core/signins.h"
#include "server/core/tell.h"
#include "store/nouns/event_add.h"

enum { DETAIL_MAX = 256, NUMBER_MAX = 16, MINUTE_MS = 60 * 1000 };

struct instant helpdesk_ends(const struct rescue *rescue)
{
	return (struct instant){rescue->code.made.ms + RESCUE_CODE_MS};
}

/* ---- what is said of it ---- */

static fallible seal_event(const struct scene *scene, struct helpdesk_make *make)
{
	scoped(buf) detail = BUF(DETAIL_MAX);
	struct json_out out = JSON_OUT(&detail);
	struct event event = scene_event(scene, ACTION_FACTOR_HELPDESK_CODE);
	json_out_open(&out, NULL);
	json_out_id(&out, "subject_id", ID_PERSON, make->who.id);
	json_out_id(&out, "factor_id", ID_FACTOR, make->rescue.code.id);
	json_out_number(&out, "codes_this_year", make->rescue.codes);
	json_out_close(&out);
	TRY(buf_check(&detail));
	event.has_object_kind = event.object_is_person = true;
	event.object_kind = ID_PERSON;
	event.ids[LEAF_ID_OBJECT] = make->who.id;
	event.texts[LEAF_TEXT_DETAIL] = buf_span(&detail);
	return scene_seal(scene, &event, &make->event);
}

static fallible tell_all(const struct scene *scene, struct helpdesk_make *make)
{
	struct addresses to;
	struct span actor;
	char time[TELL_TIME + 1];
	scoped(buf) minutes = BUF(NUMBER_MAX);
	scoped(buf) count = BUF(NUMBER_MAX);
	buf_printf(&minutes, "%d", RESCUE_CODE_MS / MINUTE_MS);
	buf_printf(&count, "%u", (unsigned)make->rescue.codes);
	TRY(scene_actor(scene, &actor));
	TRY(addresses_list(scene->server, scene->view, &make->who, (struct id){0}, scene->arena, &to));
	for (size_t i = 0; i < to.count; i++) {
		const struct message_value values[] = {{"actor", actor},
			{"label", make->who.name.len ? make->who.name : SPAN_LIT("-")},
			{"minutes", buf_span(&minutes)}, {"count", buf_span(&count)}, {"to", to.items[i]},
			tell_time(scene->now, time)};
		const struct tell_ask letter = {.person = make->who.id,
			.kind = NOTICE_HELPDESK_CODE,
			.about = make->rescue.code.id,
			.values = values,
			.count = sizeof values / sizeof values[0],
			.now = scene->now};
		TRY(tell_prepare(scene->server->keeper, make->who.tenant, &letter, scene->arena,
			&make->news.items[i]));
	}
	make->news.count = to.count;
	return OK;
}

/* ---- making one ---- */

static fallible find_person(const struct scene *scene, struct helpdesk_make *make)
{
	struct id person;
	const struct caller *caller = scene->caller;
	TRY(factors_find_person(scene->view, caller, make->person, &person));
	TRY(second_check_other(scene, &person, 1));
	TRY(person_get(scene->view, caller->tenant, person, scene->arena, &make->who));
	if (make->who.state != PERSON_ACTIVE)
		return FAIL(NOT_FOUND, "the person is not active");
	TRY(factors_count(scene->view, caller->tenant, person, &make->held));
	return make->held.active ? OK
				 : FAIL(CONFLICT, "the code stands in for a factor, and the person has none");
}

static fallible count_code(const struct scene *scene, struct helpdesk_make *make)
{
	struct signin signin;
	struct rescue *rescue = &make->rescue;
	const struct signins_ask signins = {
		.tenant = make->who.tenant, .person = &make->who, .now = scene->now};
	TRY(signins_read(scene->server, scene->view, &signins, scene->arena, &signin));
	TRY(rescue_read(scene->view, make->who.tenant, make->who.id, rescue));
	make->a_year = signin.helpdesk_a_year;
	rescue_begin_year(rescue, scene->now);
	if (rescue->codes >= make->a_year)
		return FAIL(CONFLICT, "the person got as many helpdesk codes this year as there may be");
	rescue->codes++;
	return OK;
}

fallible helpdesk_make_prepare(const struct scene *scene, struct helpdesk_make *make)
{
	TRY(second_check_person(scene->caller));
	TRY(find_person(scene, make));
	TRY(count_code(scene, make));
	make->rescue.code = (struct rescue_code){
		.id = random_id(scene->now), .by = scene->caller->person, .made = scene->now};
	recovery_codes_draw(
		scene->server->keeper, make->who.tenant, make->who.id, make->code, make->rescue.code.hash);
	TRY(tell_all(scene, make));
	return seal_event(scene, make);
}

fallible helpdesk_make_write(struct act *act, struct helpdesk_make *make)
{
	struct rescue now;
	struct view view = view_act(act);
	const struct rescue *rescue = &make->rescue;
	TRY(factors_check_unchanged(act, &make->who, &make->held));
	TRY(rescue_read(&view, rescue->tenant, rescue->person, &now));
	if (now.version != rescue->version)
		return FAIL_CODE(STALE, "the person was helped otherwise meanwhile");
	TRY(rescue_put(act, rescue));
	TRY(factor_news_add(act, &make->news));
	return event_add(act, rescue->tenant, &make->event.leaf, NULL);
}
