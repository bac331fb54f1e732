/* SPDX-License-Identifier: Apache-2.0 */
/* Every action has a place in the schema, and only places that there are. */
#include "policies/ocsf.h"

#include <criterion/criterion.h>

#include <string.h>

/* The greatest activity of each class in 1.8.0; 99 is allowed in all. */
static unsigned greatest(enum ocsf_class class)
{
	switch (class) {
	case OCSF_EVENT_LOG_ACTIVITY:
		return 12;
	case OCSF_DETECTION_FINDING:
		return 3;
	case OCSF_ACCOUNT_CHANGE:
		return 12;
	case OCSF_AUTHENTICATION:
		return 7;
	case OCSF_USER_ACCESS:
		return 2;
	case OCSF_WEB_RESOURCES:
		return 8;
	case OCSF_API_ACTIVITY:
		return 4;
	}
	return 0;
}

static struct ocsf_kind kind_of(const char *name)
{
	return ocsf_kind(action_by_name(span_text(name)));
}

Test(ocsf, every_action_is_an_activity_of_a_class)
{
	for (unsigned i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
		const struct action_row *row = action_row((enum action)i);
		struct ocsf_kind kind = ocsf_kind(row);
		cr_assert(greatest(kind.class) > 0 && strlen(ocsf_caption(kind.class)) > 0, "%s", row->name);
		cr_assert(kind.activity > 0 &&
				(kind.activity <= greatest(kind.class) || kind.activity == OCSF_OTHER),
			"%s", row->name);
	}
}

Test(ocsf, what_nobody_knows_is_another_activity)
{
	struct ocsf_kind kind = ocsf_kind(NULL);
	cr_assert(kind.class == OCSF_WEB_RESOURCES && kind.activity == OCSF_OTHER);
}

Test(ocsf, the_examples_of_the_specification_are_where_it_puts_them)
{
	static const struct {
		const char *name;
		enum ocsf_class class;
		unsigned activity;
	} ROWS[] = {{"login.succeeded", OCSF_AUTHENTICATION, 1}, {"login.failed", OCSF_AUTHENTICATION, 1},
		{"challenge.issued", OCSF_AUTHENTICATION, 6}, {"session.ended", OCSF_AUTHENTICATION, 2},
		{"factor.removed", OCSF_ACCOUNT_CHANGE, 11}, {"grant.activated", OCSF_USER_ACCESS, 1},
		{"role.removed", OCSF_USER_ACCESS, 2}, {"credential.revealed", OCSF_API_ACTIVITY, 2},
		{"export.completed", OCSF_WEB_RESOURCES, 7}, {"import.completed", OCSF_WEB_RESOURCES, 6},
		{"record.edited", OCSF_WEB_RESOURCES, 3}, {"record.deleted", OCSF_WEB_RESOURCES, 4},
		{"log.viewed", OCSF_API_ACTIVITY, 2}, {"log.exported", OCSF_EVENT_LOG_ACTIVITY, 3},
		{"log.segment_purged", OCSF_EVENT_LOG_ACTIVITY, 2},
		{"alert.raised", OCSF_DETECTION_FINDING, 1}};
	for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
		struct ocsf_kind kind = kind_of(ROWS[i].name);
		cr_assert(
			kind.class == ROWS[i].class && kind.activity == ROWS[i].activity, "%s", ROWS[i].name);
	}
}
