/* SPDX-License-Identifier: Apache-2.0 */
/* change_news - a sentence in the language of who reads it. */
#include "server/core/change_news.h"

#include "policies/sentences.h"
#include "server/core/owners.h"
#include "store/nouns/person.h"

enum { ONE_PERSON = 64 * 1024, VALUES = 4 };

fallible change_news_add(const struct letters_desk *desk, const struct change_news *news, struct id person,
	struct letters *letters)
{
	char time[TELL_TIME + 1];
	struct person reader;
	struct message_value values[VALUES];
	struct tell_ask ask = {.person = person,
		.kind = NOTICE_CHANGE,
		.about = news->about,
		.values = values,
		.now = news->now};
	scoped(arena) row = ARENA(ONE_PERSON);
	if (ids_is_none(person))
		return OK;
	TRY(person_get_clear(desk->view, desk->tenant, person, &row, &reader));
	const char *change = sentences_text(news->action, reader.language);
	values[ask.count++] = (struct message_value){"change", span_text(change)};
	values[ask.count++] = tell_time(news->now, time);
	if (news->label.len)
		values[ask.count++] = (struct message_value){"label", news->label};
	if (news->actor.len)
		values[ask.count++] = (struct message_value){"actor", news->actor};
	return news->also_suspended ? letters_add(desk, &ask, letters)
				    : letters_add_once(desk, &ask, letters);
}

fallible change_news_add_owners(const struct letters_desk *desk, const struct change_news *news,
	uint64_t capabilities, struct id except, struct letters *letters)
{
	struct id at = {0};
	struct err err = OK;
	while (letters->count < LETTERS_MAX &&
		owners_next_or(desk->view, desk->tenant, capabilities, &at, &err))
		if (!ids_equal(at, except))
			TRY(change_news_add(desk, news, at, letters));
	return err;
}

static fallible sign(const struct scene *scene, const struct change_news *news, struct change_news *by_caller)
{
	*by_caller = *news;
	by_caller->now = scene->now;
	return scene_actor(scene, &by_caller->actor);
}

static struct letters_desk desk_of(const struct scene *scene)
{
	return (struct letters_desk){scene->server, scene->view, scene->caller->tenant, scene->arena};
}

fallible change_news_tell(
	const struct scene *scene, const struct change_news *news, struct id person, struct letters *letters)
{
	struct change_news by_caller;
	const struct letters_desk desk = desk_of(scene);
	if (ids_equal(person, scene->caller->person))
		return OK;
	TRY(sign(scene, news, &by_caller));
	return change_news_add(&desk, &by_caller, person, letters);
}

fallible change_news_tell_owners(const struct scene *scene, const struct change_news *news,
	uint64_t capabilities, struct letters *letters)
{
	struct change_news by_caller;
	const struct letters_desk desk = desk_of(scene);
	TRY(sign(scene, news, &by_caller));
	return change_news_add_owners(&desk, &by_caller, capabilities, scene->caller->person, letters);
}

fallible change_news_tell_rule(const struct scene *scene, struct span label, struct letters *letters)
{
	struct change_news by_caller;
	const struct change_news news = {.action = ACTION_POLICY_CHANGED, .label = label};
	const struct letters_desk desk = desk_of(scene);
	TRY(sign(scene, &news, &by_caller));
	return change_news_add_owners(&desk, &by_caller, 0, (struct id){0}, letters);
}
