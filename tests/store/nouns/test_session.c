/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions as they are kept: the row, the row of the cookie, the person's list; and when they end. */
#include "store/nouns/session.h"

#include "crypto/tokens.h"
#include "store/nouns/application.h"
#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"

#include <criterion/criterion.h>

static const uint8_t SEALED[] = {1, 2, 3, 4};

static struct session sample(void)
{
	return (struct session){.tenant = world_tenant(1),
		.id = world_thing(4),
		.person = world_thing(3),
		.device = world_thing(6),
		.verification = world_thing(7),
		.created = {5000},
		.last_used = {6000},
		.expires = {5000 + SESSION_LIFE_MS},
		.idle_ms = SESSION_IDLE_STRICT_MS,
		.proven = true,
		.privileged = true,
		.means = SESSION_BY_EMAIL | SESSION_BY_TOTP,
		.lacks = SESSION_LACKS_NOTICE,
		.capabilities = 0x0102030405060708,
		.hash = {9, 8, 7},
		.sealed = SPAN_BYTES(SEALED)};
}

static fallible add(struct act *act, void *context)
{
	return session_add(act, context);
}

static fallible drop(struct act *act, void *context)
{
	return session_drop(act, context);
}

static void write_with(struct world *world, fallible (*run)(struct act *, void *), struct session *session)
{
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = run, .context = session}));
}

/* The sealed bytes die with the reading: only that they are there is kept. */
static struct err find(struct world *world, struct id tenant, struct session *found)
{
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	struct err err = session_get_clear(&view, tenant, world_thing(4), found);
	if (!err_failed(err))
		cr_assert(span_equal(found->sealed, SPAN_BYTES(SEALED)));
	return err;
}

static struct err read_golden(struct world *world)
{
	struct session found;
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return session_get_clear(&view, world_tenant(1), world_thing(4), &found);
}

static size_t count(struct world *world, struct id person)
{
	scoped(reading) reading = {0};
	struct session found;
	struct id at = {0};
	struct err err = OK;
	size_t count = 0;
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	while (session_next(&view, world_tenant(1), person, &at, &found, &err))
		count++;
	world_must(err);
	return count;
}

static struct err find_cookie(struct world *world, const struct session *session, struct token *token)
{
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return token_get(&view, session->hash, token);
}

Test(session, is_read_back_as_it_was_put_and_as_its_golden_file)
{
	scoped(world) world = {0};
	struct session written = sample(), found;
	world_make(&world, &kv_mem, 0);
	write_with(&world, add, &written);
	world_must(find(&world, world_tenant(1), &found));
	cr_assert(found.version > 0);
	written.version = found.version;
	written.sealed = found.sealed;
	cr_assert(memcmp(&found, &written, sizeof found) == 0);
	cr_assert(find(&world, world_tenant(2), &found).kind == ERR_NOT_FOUND);
	const struct golden golden = {"golden/session_1.hex", TABLE_SESSION,
		noun_key(written.tenant, id_span(&written.id), SPAN_NONE), read_golden};
	golden_is_written(&world, &golden);
}

Test(session, its_golden_file_is_read_for_ever_and_never_half)
{
	const struct id tenant = world_tenant(1), id = world_thing(4);
	const struct golden golden = {"golden/session_1.hex", TABLE_SESSION,
		noun_key(tenant, id_span(&id), SPAN_NONE), read_golden};
	golden_is_read(&golden);
	golden_is_read_whole(&golden);
}

Test(session, the_cookie_is_found_by_its_hash_until_the_session_is_dropped)
{
	scoped(world) world = {0};
	struct session session = sample();
	struct token token;
	world_make(&world, &kv_mem, 0);
	write_with(&world, add, &session);
	world_must(find_cookie(&world, &session, &token));
	cr_assert(token.kind == TOKEN_SESSION && ids_equal(token.owner, session.person));
	cr_assert(ids_equal(token.id, session.id) && token.expires.ms == session.expires.ms);
	cr_assert(count(&world, session.person) == 1 && count(&world, world_thing(8)) == 0);
	write_with(&world, drop, &session);
	cr_assert(find_cookie(&world, &session, &token).kind == ERR_NOT_FOUND);
	cr_assert(count(&world, session.person) == 0);
}

Test(session, ends_when_it_was_not_used_or_after_its_life_whichever_comes_first)
{
	struct session session = sample();
	cr_assert(session_ends(&session).ms == 6000 + SESSION_IDLE_STRICT_MS);
	session.last_used.ms = session.expires.ms - 1;
	cr_assert(session_ends(&session).ms == session.expires.ms);
}
