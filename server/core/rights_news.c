/* SPDX-License-Identifier: Apache-2.0 */
/* rights_news - say it, and seal it for each. */
#include "server/core/rights_news.h"

#include "policies/capabilities.h"
#include "policies/sentences.h"
#include "server/core/owners.h"

enum { LABEL_BYTES = 2048, ONE_PERSON = 64 * 1024 };

bool rights_news_due(const struct caller *caller, uint64_t given)
{
	const uint64_t by_grant = CAPABILITY_BIT(CREDENTIAL_DEPOSIT) | CAPABILITY_BIT(CREDENTIAL_USE) |
		CAPABILITY_BIT(CREDENTIAL_REVEAL);
	uint64_t careful = capabilities_careful(capabilities_expand(given));
	return ids_is_none(caller->person) ? (careful & ~by_grant) != 0 : careful != 0;
}

/* "Anna Wren (manager, hq)" */
static fallible print_label(const struct scene *scene, const struct rights_news *news, struct span *label)
{
	scoped(buf) text = BUF(LABEL_BYTES);
	buf_put(&text, news->label);
	for (size_t i = 0; i < news->count; i++)
		buf_printf(&text, "%s%.*s", i == 0 ? " (" : ", ", SPAN_FMT(news->what[i]));
	buf_put_text(&text, news->count ? ")" : "");
	TRY(buf_check(&text));
	return scene_copy(scene, buf_span(&text), label);
}

static fallible tell_one(const struct scene *scene, struct id owner, const struct rights_news *news,
	struct message_value values[static 4], struct letters *letters)
{
	struct person person;
	scoped(arena) row = ARENA(ONE_PERSON);
	const struct letters_desk desk = {scene->server, scene->view, scene->caller->tenant, scene->arena};
	TRY(person_get_clear(scene->view, desk.tenant, owner, &row, &person));
	values[0].value = span_text(sentences_text(news->action, person.language));
	const struct tell_ask ask = {.person = owner,
		.kind = NOTICE_RIGHTS_GIVEN,
		.about = news->about,
		.values = values,
		.count = 4,
		.now = scene->now};
	return letters_add(&desk, &ask, letters);
}

fallible rights_news_tell(const struct scene *scene, const struct rights_news *news, struct letters *letters)
{
	char time[TELL_TIME + 1];
	struct id owner = {0};
	struct err err = OK;
	struct message_value values[4] = {{"change", SPAN_NONE}, {"label", SPAN_NONE}, {"actor", SPAN_NONE},
		tell_time(scene->now, time)};
	TRY(print_label(scene, news, &values[1].value));
	TRY(scene_actor(scene, &values[2].value));
	while (letters->count < LETTERS_MAX && owners_next(scene->view, scene->caller->tenant, &owner, &err))
		TRY(tell_one(scene, owner, news, values, letters));
	return err;
}
