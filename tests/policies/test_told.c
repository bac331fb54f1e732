/* SPDX-License-Identifier: Apache-2.0 */
/* Who is told: what the list of actions promises, and what keeps it. */
#include "policies/actions.h"
#include "policies/notices.h"

#include <criterion/criterion.h>

enum way { WAY_MAIL, WAY_ALERTS, WAY_SECURITY, WAY_ELSEWHERE, WAY_REPORTED, WAY_UNTOLD };

enum place {
	PLACE_ALERTS = WAY_ALERTS,
	PLACE_SECURITY = WAY_SECURITY,
	PLACE_INBOX = WAY_ELSEWHERE,
	PLACE_DIGEST = WAY_ELSEWHERE,
	PLACE_WEEKLY = WAY_ELSEWHERE,
	PLACE_PROBES = WAY_ELSEWHERE,
};

static const struct told {
	enum action action;
	const char *party;
	enum way way;
	enum notice_kind notice; /* of a mail */
	const char *why;         /* of who is not told */
} ROWS[] = {
#define MAIL(id, who, kind) {.action = ACTION_##id, .party = (who), .way = WAY_MAIL, .notice = NOTICE_##kind},
#define SEEN(id, who, place) {.action = ACTION_##id, .party = (who), .way = (enum way)PLACE_##place},
#define REPORTED(id, who) {.action = ACTION_##id, .party = (who), .way = WAY_REPORTED},
#define UNTOLD(id, who, reason) {.action = ACTION_##id, .party = (who), .way = WAY_UNTOLD, .why = (reason)},
#define ALSO(kind, reason)
#include "policies/told.def"
#undef ALSO
};

static const enum notice_kind BESIDES[] = {
#undef MAIL
#undef SEEN
#undef REPORTED
#undef UNTOLD
#define MAIL(id, who, kind)
#define SEEN(id, who, place)
#define REPORTED(id, who)
#define UNTOLD(id, who, reason)
#define ALSO(kind, reason) NOTICE_##kind,
#include "policies/told.def"
};

enum { ROW_COUNT = sizeof ROWS / sizeof ROWS[0], BESIDES_COUNT = sizeof BESIDES / sizeof BESIDES[0] };

/* How many rows there are of one party of an action. */
static size_t count_of(const struct action_row *action, struct span party)
{
	size_t count = 0;
	for (size_t i = 0; i < ROW_COUNT; i++)
		count += ROWS[i].action == action->action && span_is(party, ROWS[i].party);
	return count;
}

static bool is_promised(const struct told *row)
{
	struct span rest = span_text(action_row(row->action)->told), party;
	while (span_cut(&rest, ',', &party))
		if (span_is(party, row->party))
			return true;
	return false;
}

static void has_each(const struct action_row *action)
{
	struct span rest = span_text(action->told), party;
	while (span_cut(&rest, ',', &party))
		cr_assert(
			count_of(action, party) > 0, "%s: nothing tells %.*s", action->name, SPAN_FMT(party));
}

Test(told, whoever_is_promised_to_be_told_is_told_by_something_or_there_is_a_reason)
{
	for (unsigned at = 1; at < ACTION_COUNT; at++)
		if (strcmp(action_row((enum action)at)->told, "-") != 0)
			has_each(action_row((enum action)at));
}

Test(told, nobody_is_told_who_is_not_promised)
{
	for (size_t i = 0; i < ROW_COUNT; i++)
		cr_assert(is_promised(&ROWS[i]), "%s: %s", action_row(ROWS[i].action)->name, ROWS[i].party);
}

Test(told, what_waits_somewhere_is_shown_there)
{
	for (size_t i = 0; i < ROW_COUNT; i++) {
		const struct action_row *action = action_row(ROWS[i].action);
		if (ROWS[i].way == WAY_ALERTS)
			cr_assert(action->severity == ACTION_SEVERITY_ALERT, "%s is no alert", action->name);
		if (ROWS[i].way == WAY_SECURITY)
			cr_assert(action->critical, "%s is not in the first view", action->name);
	}
}

Test(told, only_what_an_application_reports_is_left_to_it)
{
	for (size_t i = 0; i < ROW_COUNT; i++)
		if (ROWS[i].way == WAY_REPORTED)
			cr_assert(!action_row(ROWS[i].action)->reserved, "%s",
				action_row(ROWS[i].action)->name);
}

Test(told, who_is_told_nothing_is_so_for_a_reason_and_not_told_besides)
{
	for (size_t i = 0; i < ROW_COUNT; i++) {
		const struct action_row *action = action_row(ROWS[i].action);
		if (ROWS[i].way != WAY_UNTOLD && ROWS[i].way != WAY_REPORTED)
			continue;
		cr_assert(ROWS[i].way == WAY_REPORTED || strlen(ROWS[i].why) > 20, "%s", action->name);
		cr_assert(count_of(action, span_text(ROWS[i].party)) == 1, "%s: %s", action->name,
			ROWS[i].party);
	}
}

static size_t uses_of(enum notice_kind kind)
{
	size_t count = 0;
	for (size_t i = 0; i < ROW_COUNT; i++)
		count += ROWS[i].way == WAY_MAIL && ROWS[i].notice == kind;
	return count;
}

Test(told, every_mail_tells_of_an_action_or_stands_besides)
{
	for (const struct notice_row *row = notices_next(NULL); row; row = notices_next(row)) {
		size_t besides = 0;
		for (size_t i = 0; i < BESIDES_COUNT; i++)
			besides += BESIDES[i] == row->kind;
		cr_assert(besides <= 1 && (besides == 1) == (uses_of(row->kind) == 0), "%s", row->name);
	}
}
