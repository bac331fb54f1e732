/* SPDX-License-Identifier: Apache-2.0 */
/* client_turns - businesses, their clients, one snapshot each. */
#include "server/core/client_turns.h"

enum { TURN_MEMORY = 4 * 1024 * 1024 };

/* A job over clients, and what went wrong first. */
struct client_round {
	const struct server *server;
	client_turn *turn;
	struct instant now;
	size_t *done;
	struct err first;
};

static fallible take_turn(const struct client_round *round, struct caller *caller, struct id *after)
{
	scoped(arena) arena = ARENA(TURN_MEMORY);
	scoped(reading) reading = {0};
	TRY(reading_open(&round->server->volume, &reading));
	struct view view = view_reading(&reading);
	struct scene scene = {round->server, caller, &view, round->now, &arena, SPAN_NONE};
	return round->turn(&scene, after, round->done);
}

/* A client whose turn fails keeps no other from its own; a walk that cannot go on ends. */
static void go_round(struct client_round *round, struct id tenant)
{
	struct caller caller = {.tenant = tenant};
	struct id after = {0}, before;
	do {
		before = after;
		struct err err = take_turn(round, &caller, &after);
		if (err_failed(err) && !err_failed(round->first))
			round->first = err;
	} while (!ids_is_none(after) && !ids_equal(before, after));
}

fallible client_turns_run(const struct server *server, client_turn *turn, struct instant now, size_t *done)
{
	struct client_round round = {server, turn, now, done, OK};
	struct id tenant;
	*done = 0;
	for (uint32_t number = 0;
		!server->volume.read_only && tail_find_tenant(server->volume.tail, number, &tenant); number++)
		go_round(&round, tenant);
	return round.first;
}
