/* SPDX-License-Identifier: Apache-2.0 */
/* acknowledgements - write the version into the person's row, and say so. */
#include "server/core/people/acknowledgements.h"

#include "server/core/detail.h"
#include "server/core/people/people.h"
#include "server/core/signins.h"
#include "store/nouns/event_add.h"

#include <stdio.h>

enum { NUMBER_MAX = 16 };

static fallible check_version(const struct scene *scene, const struct acknowledgement *ack)
{
	struct signin signin;
	const struct signins_ask ask = {
		.tenant = scene->caller->tenant, .person = &ack->person, .now = scene->now};
	TRY(signins_read(scene->server, scene->view, &ask, scene->arena, &signin));
	if (signin.notice != ack->version)
		return FAIL(CONFLICT, "another version of the monitoring notice is in force, or none");
	return OK;
}

static fallible seal_event(const struct scene *scene, struct acknowledgement *ack)
{
	char version[NUMBER_MAX], subject[ID_TEXT + 1];
	struct event event = people_event(scene, ACTION_NOTICE_ACKNOWLEDGED, &ack->person);
	snprintf(version, sizeof version, "%u", (unsigned)ack->version);
	ids_print(ID_PERSON, ack->person.id, subject);
	const struct detail_field fields[] = {{"kind", SPAN_LIT("monitoring"), DETAIL_TEXT},
		{"version", span_text(version), DETAIL_NUMBER},
		{"language", span_text(languages_code(ack->language)), DETAIL_TEXT},
		{"subject_id", span_text(subject), DETAIL_TEXT}};
	TRY(detail_print(fields, 4, scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return scene_seal(scene, &event, &ack->said);
}

fallible acknowledgements_prepare(const struct scene *scene, struct acknowledgement *ack)
{
	TRY(people_find(scene, ack->name, &ack->person));
	if (!ids_equal(scene->caller->person, ack->person.id))
		return FAIL(DENIED, "a notice is acknowledged by the person who read it");
	TRY(check_version(scene, ack));
	ack->before = ack->person.version;
	ack->person.notice = ack->version;
	TRY(people_seal(scene, &ack->person, &ack->sealed));
	return seal_event(scene, ack);
}

fallible acknowledgements_write(struct act *act, struct acknowledgement *ack)
{
	struct noun_key key = noun_key(ack->person.tenant, id_span(&ack->person.id), SPAN_NONE);
	TRY(noun_still(act, TABLE_PERSON, noun_key_span(&key), ack->before));
	TRY(person_put(act, &ack->person, ack->sealed));
	return event_add(act, ack->person.tenant, &ack->said.leaf, NULL);
}
