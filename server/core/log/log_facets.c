/* SPDX-License-Identifier: Apache-2.0 */
/* log_facets - count, then name who is named, and look up what the devices are. */
#include "server/core/log/log_facets.h"

enum { LOG_FACETS_MEMORY = 4 * 1024 * 1024 };

static const uint32_t ADMINISTRATIVE = UINT32_C(1) << ACTION_CLASS_POLICY |
	UINT32_C(1) << ACTION_CLASS_STAFF | UINT32_C(1) << ACTION_CLASS_LOG |
	UINT32_C(1) << ACTION_CLASS_PRIVACY;

/* An actor is a person or an application: one that is an application's is left out. */
static fallible take_person(struct log_names *names, const struct view *view, const struct tally_row *row,
	struct log_facets *facets)
{
	struct log_facets_person person = {.count = row->count};
	const struct log_name *name, *application;
	memcpy(person.id.bytes, row->value, sizeof person.id.bytes);
	TRY(log_names_person(names, view, person.id, &name));
	if (name->name.len == 0) {
		struct log_names others;
		TRY(log_names_init(&others, names->tenant, names->arena));
		TRY(log_names_application(&others, view, person.id, &application));
		if (application->name.len)
			return OK;
	}
	person.name = name->name;
	facets->people[facets->people_count++] = person;
	return OK;
}

static fallible take_people(
	const struct view *view, struct log_names *names, struct facets *counted, struct log_facets *facets)
{
	const struct tally_row *rows = tally_sort_by_count(&counted->actors);
	for (size_t i = 0; i < counted->actors.used && facets->people_count < LOG_FACETS_PEOPLE; i++)
		TRY(take_person(names, view, &rows[i], facets));
	return OK;
}

/* The registry of devices does not say what a device is: its newest event does. */
static fallible take_device(const struct server *server, const struct view *view, const struct tally_row *row,
	int64_t until_ms, struct arena *arena, struct log_facets *facets)
{
	struct log_agent agent = {0};
	struct log_row logged;
	arena_clear(arena);
	TRY(log_get(view->txn, row->sequence, &logged));
	if (logged.leaf.len)
		TRY(log_agent_kind(server, view, &logged, until_ms, arena, &agent));
	if (agent.known && agent.agent.kind < AGENT_KIND_COUNT)
		facets->kinds[agent.agent.kind] += row->count;
	else
		facets->unknown_kind += row->count;
	return OK;
}

static fallible take_devices(const struct server *server, const struct view *view, struct facets *counted,
	struct log_facets *facets)
{
	scoped(arena) arena = ARENA(LOG_FACETS_MEMORY);
	int64_t until_ms = clock_monotonic_ms() + LOG_FACETS_DEVICES_MS;
	const struct tally_row *rows = tally_sort_by_count(&counted->devices);
	size_t looked = 0;
	for (; looked < counted->devices.used && clock_monotonic_ms() < until_ms; looked++)
		TRY(take_device(server, view, &rows[looked], until_ms, &arena, facets));
	for (size_t i = looked; i < counted->devices.used; i++)
		facets->unknown_kind += rows[i].count;
	return OK;
}

static void take_days(struct facets *counted, struct log_facets *facets)
{
	const struct tally_row *rows = tally_sort_by_value(&counted->days);
	size_t used = counted->days.used, from = used > LOG_FACETS_DAYS ? used - LOG_FACETS_DAYS : 0;
	for (size_t i = from; i < used; i++)
		facets->days[facets->day_count++] =
			(struct log_facets_day){facets_day(&rows[i]), rows[i].count};
	facets->complete = facets->complete && from == 0;
}

static fallible take_all(const struct server *server, const struct log_reader *reader, struct facets *counted,
	struct arena *arena, struct log_facets *facets)
{
	struct log_names names;
	scoped(reading) reading = {0};
	facets->total = counted->total;
	facets->scanned_from = counted->scanned_from;
	facets->scanned_to = counted->scanned_to;
	facets->complete = counted->complete;
	memcpy(facets->classes, counted->classes, sizeof facets->classes);
	memcpy(facets->outcomes, counted->outcomes, sizeof facets->outcomes);
	take_days(counted, facets);
	/* After the counting, so that every row it names is in this snapshot. */
	TRY(reading_open(&server->volume, &reading));
	struct view view = view_reading(&reading);
	TRY(log_names_init(&names, reader->tenant, arena));
	TRY(take_people(&view, &names, counted, facets));
	return take_devices(server, &view, counted, facets);
}

fallible log_facets_count(const struct server *server, const struct log_reader *reader,
	const struct log_filters *filters, struct arena *arena, struct log_facets *facets)
{
	struct query query;
	scoped(facets) counted = {0};
	TRY(log_read_query(server, reader, filters, &query));
	/* A client is not shown who used which device. */
	bool withheld = reader->scope == CAPABILITY_LOG_CLIENT && filters->has.devices.count;
	if (withheld || query_needs_comparison(&query))
		return FAIL(INVALID, "facets are counted from clear fields alone");
	const struct facets_ask ask = {
		.query = &query, .hidden = reader->admin ? 0 : ADMINISTRATIVE, .self = reader->self};
	TRY(facets_count(&server->volume, &ask, &counted));
	*facets = (struct log_facets){0};
	return take_all(server, reader, &counted, arena, facets);
}
