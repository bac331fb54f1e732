/* SPDX-License-Identifier: Apache-2.0 */
/* factor_news - sealed in prepare, written by the act. */
#include "server/core/login/factor_news.h"

#include "base/json_out.h"
#include "policies/messages.h"
#include "policies/sentences.h"
#include "server/core/tell.h"
#include "store/nouns/recovery.h"

enum { DETAIL_MAX = 256, CHANGE_MAX = 512 };

/* What only some of the actions say besides. */
static void put_circumstances(const struct scene *scene, const struct factor_news_ask *ask,
	enum action action, struct json_out *out)
{
	const struct caller *caller = scene->caller;
	bool person = !ids_is_none(caller->person);
	if (action == ACTION_FACTOR_REMOVED)
		json_out_id(out, "removed_by", person ? ID_PERSON : ID_APPLICATION,
			person ? caller->person : caller->application);
	if (action == ACTION_FACTOR_RECOVERY_REGENERATED)
		json_out_number(out, "count", RECOVERY_CODES);
	if (action == ACTION_CHALLENGE_LOCKED)
		json_out_number(out, "fails", ask->tries + 1);
	if (action != ACTION_CHALLENGE_FAILED)
		return;
	json_out_text(out, "channel", ask->kind);
	json_out_number(out, "attempts", ask->tries + 1);
}

fallible factor_news_seal(const struct scene *scene, const struct factor_news_ask *ask, enum action action,
	struct event_draft *draft)
{
	scoped(buf) detail = BUF(DETAIL_MAX);
	struct json_out out = JSON_OUT(&detail);
	struct event event = scene_event(scene, action);
	json_out_open(&out, NULL);
	json_out_id(&out, "factor_id", ID_FACTOR, ask->factor);
	json_out_text(&out, "kind", ask->kind);
	put_circumstances(scene, ask, action, &out);
	json_out_close(&out);
	TRY(buf_check(&detail));
	event.has_object_kind = event.object_is_person = true;
	event.object_kind = ID_PERSON;
	event.ids[LEAF_ID_OBJECT] = ask->who->id;
	event.texts[LEAF_TEXT_DETAIL] = buf_span(&detail);
	return scene_seal(scene, &event, draft);
}

static fallible tell_one(const struct scene *scene, const struct factor_news_ask *ask,
	const struct message_value change[static 2], struct span address, struct notice *notice)
{
	char time[TELL_TIME + 1];
	const struct message_value values[] = {
		change[0], change[1], {"to", address}, tell_time(scene->now, time)};
	const struct tell_ask letter = {.person = ask->who->id,
		.kind = NOTICE_FACTOR_CHANGED,
		.about = ask->factor,
		.values = values,
		.count = sizeof values / sizeof values[0],
		.now = scene->now};
	return tell_prepare(scene->server->keeper, ask->who->tenant, &letter, scene->arena, notice);
}

/* What changed, in the language of who reads it: "Second factor was added: authenticator app". */
static fallible print_change(
	const struct scene *scene, const struct factor_news_ask *ask, enum action action, struct span *change)
{
	static const struct {
		const char *kind;
		enum message text;
	} KINDS[] = {{"totp", MESSAGE_FACTOR_KIND_TOTP}, {"email", MESSAGE_FACTOR_KIND_EMAIL},
		{"hotp", MESSAGE_FACTOR_KIND_HOTP}, {"recovery", MESSAGE_FACTOR_KIND_RECOVERY}};
	enum language language = ask->who->language;
	scoped(buf) text = BUF(CHANGE_MAX);
	buf_put_text(&text,
		ask->proves ? messages_text(language, MESSAGE_FACTOR_CHANGED_PROVEN)
			    : sentences_text(action, language));
	for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++)
		if (strcmp(ask->kind, KINDS[i].kind) == 0)
			buf_printf(&text, ": %s", messages_text(language, KINDS[i].text));
	TRY(buf_check(&text));
	return scene_copy(scene, buf_span(&text), change);
}

fallible factor_news_tell(const struct scene *scene, const struct factor_news_ask *ask, enum action action,
	struct factor_news *news)
{
	struct addresses to;
	struct message_value change[] = {{"change", SPAN_NONE}, {"actor", SPAN_NONE}};
	TRY(print_change(scene, ask, action, &change[0].value));
	TRY(scene_actor(scene, &change[1].value));
	TRY(addresses_list(scene->server, scene->view, ask->who, ask->factor, scene->arena, &to));
	for (size_t i = 0; i < to.count; i++)
		TRY(tell_one(scene, ask, change, to.items[i], &news->items[i]));
	news->count = to.count;
	return OK;
}

fallible factor_news_add(struct act *act, const struct factor_news *news)
{
	for (size_t i = 0; i < news->count; i++)
		TRY(notice_add(act, &news->items[i]));
	return OK;
}
