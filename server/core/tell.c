/* SPDX-License-Identifier: Apache-2.0 */
/* tell - values sealed under the day, and a row for the outbox. */
#include "server/core/tell.h"

#include "base/timestamp.h"
#include "crypto/random.h"
#include "server/keeper/keeper.h"

enum { DAY_MS = 86400000, PLAIN_MAX = NOTICE_SEALED_MAX };

static bool is_known(const char *name)
{
	static const char *const NAMES[] = {"name", "app", "login", "code", "minutes", "time", "device", "ip",
		"change", "actor", "label", "assistant", "task", "reason", "contact", "agency", "count",
		"left", "to", "absent", "since", "until", "url", "week", "year", "hours", "uses", "reveals",
		"exports", "handovers", "alerts", "denied", "purchases", "seq", "hash", "helpers", "adjusted",
		"deposit", "grants", "changes", "approver", "place", "action"};
	for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++)
		if (strcmp(name, NAMES[i]) == 0)
			return true;
	return false;
}

static fallible check_values(const struct tell_ask *ask)
{
	if (ask->count > NOTICE_VALUES_MAX)
		return FAIL(BUG, "a notice has too many values");
	for (size_t i = 0; i < ask->count; i++)
		if (!is_known(ask->values[i].name))
			return FAIL(BUG, "a notice has a value that no mail knows");
	return OK;
}

static fallible seal(struct keeper *keeper, struct id tenant, const struct tell_ask *ask,
	struct notice *notice, struct buf *record)
{
	scoped(buf) plain = BUF(PLAIN_MAX);
	notice_put_values(&plain, ask->values, ask->count);
	struct err err = buf_check(&plain);
	if (!err_failed(err))
		err = keeper_seal_short(keeper, tenant, notice->day, notice->id, buf_span(&plain), record);
	/* A code may stand in it. */
	if (plain.data)
		explicit_bzero(plain.data, plain.cap);
	return err;
}

fallible tell_prepare(struct keeper *keeper, struct id tenant, const struct tell_ask *ask,
	struct arena *arena, struct notice *notice)
{
	scoped(buf) record = BUF(NOTICE_SEALED_MAX);
	struct notice made = {
		.id = random_id(ask->now),
		.tenant = tenant,
		.person = ask->person,
		.kind = ask->kind,
		.about = ask->about,
		.day = (uint32_t)(ask->now.ms / DAY_MS),
		.next = ask->now,
	};
	TRY(check_values(ask));
	TRY(seal(keeper, tenant, ask, &made, &record));
	TRY(buf_keep(&record, arena, &made.sealed));
	*notice = made;
	return OK;
}

struct message_value tell_time(struct instant at, char out[static TELL_TIME + 1])
{
	timestamp_print(at, out);
	return (struct message_value){"time", span_of(out, TELL_TIME)};
}
