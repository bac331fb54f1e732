/* SPDX-License-Identifier: Apache-2.0 */
/* export_notices - find the owners, seal what they are told. */
#include "server/core/log/export_notices.h"

#include "store/nouns/application.h"
#include "store/nouns/person.h"

enum { NUMBER_TEXT = 24 };

/* Who exported may be gone by now; a mail's value is never empty. */
static fallible find_name(
	const struct view *view, const struct export *export, struct arena *arena, struct span *name)
{
	struct person person = {0};
	struct application application = {0};
	bool is_person = export->actor == LEAF_PERSON;
	struct err err = is_person ? person_get(view, export->tenant, export->by, arena, &person)
				   : application_get(view, export->tenant, export->by, arena, &application);
	if (err.kind != ERR_NOT_FOUND)
		TRY(err);
	*name = is_person ? person.name : application.name;
	if (name->len == 0)
		*name = SPAN_LIT("-");
	return OK;
}

fallible export_notices_prepare(const struct server *server, const struct export *export, struct instant now,
	struct arena *arena, struct letters *told)
{
	char time[TELL_TIME + 1];
	scoped(buf) rows = BUF(NUMBER_TEXT);
	scoped(reading) reading = {0};
	struct span name;
	told->count = 0;
	TRY(reading_open(&server->volume, &reading));
	struct view view = view_reading(&reading);
	const struct id nobody = {0};
	const struct letters_desk desk = {server, &view, export->tenant, arena};
	TRY(find_name(&view, export, arena, &name));
	buf_printf(&rows, "%llu", (unsigned long long)export->rows);
	TRY(buf_check(&rows));
	const struct message_value values[] = {{"count", buf_span(&rows)},
		{"label", span_text(export_format_name(export->format))}, {"actor", name},
		{"reason", export->purpose.len ? export->purpose : SPAN_LIT("-")}, tell_time(now, time)};
	const struct tell_ask ask = {.kind = NOTICE_LOG_EXPORTED,
		.about = export->id,
		.values = values,
		.count = sizeof values / sizeof values[0],
		.now = now};
	return letters_add_owners(&desk, &ask, nobody, told);
}
