/* SPDX-License-Identifier: Apache-2.0 */
/* lock_news - until when, from where. */
#include "server/core/login/lock_news.h"

#include "server/core/from_where.h"
#include "server/core/login/verifications.h"
#include "server/core/tell.h"

enum { VALUES_MAX = 2 + FROM_WHERE_VALUES };

/* Where it goes; nothing for a person without an address. */
static fallible find_address(
	const struct scene *scene, const struct verification *verification, struct span *to)
{
	struct person person;
	*to = SPAN_LIT("nobody");
	if (verification_is_decoy(verification))
		return OK;
	TRY(person_get(scene->view, verification->tenant, verification->person, scene->arena, &person));
	*to = person.email;
	return OK;
}

fallible lock_news_prepare(const struct scene *scene, struct verifications_ask *ask)
{
	char time[TELL_TIME + 1];
	struct span to;
	struct from_where kept;
	struct message_value values[VALUES_MAX];
	size_t count = 0;
	const struct verification *verification = &ask->verification;
	ask->lock_mail = (struct notice){0};
	if (!ask->has_code || !ask->may_lock)
		return OK;
	TRY(find_address(scene, verification, &to));
	if (to.len == 0)
		return OK;
	values[count++] = (struct message_value){"to", to};
	values[count++] = tell_time((struct instant){ask->now.ms + BUDGET_WAIT_MS}, time);
	count += from_where_put(scene->server, &ask->device, &kept, values + count);
	const struct tell_ask letter = {.person = verification->person,
		.kind = NOTICE_LOCKED,
		.about = verification->id,
		.values = values,
		.count = count,
		.now = ask->now};
	return tell_prepare(
		scene->server->keeper, verification->tenant, &letter, scene->arena, &ask->lock_mail);
}

fallible lock_news_write(struct act *act, const struct verifications_ask *ask, const struct budget *lane)
{
	bool closes = lane->wrong == BUDGET_FREE;
	return closes && ask->lock_mail.sealed.at ? notice_add(act, &ask->lock_mail) : OK;
}
