/* SPDX-License-Identifier: Apache-2.0 */
/* Attacks on the log that need a clock or an entry of ours; the others are played by tests/stories/attacks. */
#include "crypto/merkle.h"
#include "crypto/random.h"
#include "server/core/log/checkpoints.h"
#include "store/check.h"
#include "tests/server/log_world.h"
#include "tests/support/fake_clock.h"
#include "tests/support/wire.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { A_DAY_MS = 86400000, REPLY_MAX = 16 * 1024 * 1024 };

static void expect_sound(struct log_world *world)
{
	const struct volume *volume = &world->api.server.volume;
	struct check_report report;
	log_world_must(
		check_volume(&(struct check_ask){.data = volume->data, .keys = volume->keys}, &report));
	cr_assert(report.fault == CHECK_SOUND, "%s", check_text(report.fault));
}

/* ---- the clock ---- */

Test(attacks, a_clock_that_is_set_back_moves_no_event_and_shows_in_what_was_received)
{
	scoped(log_world) world = {0};
	char first[ID_TEXT + 1], second[ID_TEXT + 1];
	log_world_open(&world);
	uint64_t before = log_world_post(&world, "record.viewed", &world.people[0], NULL, NULL, first);
	fake_clock_pass(-(int64_t)A_DAY_MS);
	uint64_t after = log_world_post(&world, "record.viewed", &world.people[0], NULL, NULL, second);
	cr_assert(after == before + 1, "the log goes on where it was");
	json_t *list = log_world_list(&world, world.api.tenant.token, "&order=asc&class=record", 10);
	json_t *one = json_array_get(list, 0), *other = json_array_get(list, 1);
	cr_assert(
		strcmp(json_string_value(json_object_get(one, "id")), first) == 0, "in the order of the log");
	cr_assert(strcmp(json_string_value(json_object_get(one, "received")),
			  json_string_value(json_object_get(other, "received"))) > 0,
		"and whoever looks sees the step");
	json_decref(list);
	log_world_fold(&world);
	expect_sound(&world);
}

/* ---- the longest entry ---- */

struct longest {
	struct id tenant;
	size_t record; /* bytes of its sealed part */
	struct receipt receipt;
};

static fallible add_longest(struct act *act, void *context)
{
	static const uint8_t RECORD[LEAF_MAX + 1];
	struct longest *longest = context;
	struct leaf leaf = {.event = random_id(act->now),
		.time = act->now,
		.action = action_row(ACTION_RECORD_VIEWED)->code,
		.actor = LEAF_SYSTEM,
		.parts = {{.kind = PART_TENANT, .record = span_of(RECORD, longest->record)}},
		.part_count = 1};
	return act_add(act, longest->tenant, &leaf, &longest->receipt);
}

static struct err try_longest(struct log_world *world, struct longest *longest)
{
	return committer_run(world->api.server.committer,
		(struct act_job){.kind = ACT_EVENT, .run = add_longest, .context = longest});
}

/* The greatest part that an entry takes, found by halving. */
static void find_longest(struct log_world *world, struct longest *longest)
{
	size_t fits = 1, over = LEAF_MAX + 1;
	while (over - fits > 1) {
		longest->record = fits + (over - fits) / 2;
		struct err err = try_longest(world, longest);
		cr_assert(!err_failed(err) || err.kind == ERR_TOO_LARGE, "%s", err.why);
		if (err_failed(err))
			over = longest->record;
		else
			fits = longest->record;
	}
	longest->record = fits;
}

static size_t last_entry(struct log_world *world, uint64_t index, struct merkle_hash *leaf)
{
	char request[512];
	scoped(buf) reply = BUF(REPLY_MAX);
	int len = snprintf(request, sizeof request,
		"GET /v1/log/tile/entries/000.p/%llu HTTP/1.1\r\nHost: a\r\nConnection: "
	        "close\r\nAuthorization: Bearer %s\r\n\r\n",
		(unsigned long long)index + 1, world->api.tenant.token);
	cr_assert(wire_ask(http_port(world->api.http), span_of(request, (size_t)len), &reply) == 200);
	uint8_t *body = memmem(reply.data, reply.len, "\r\n\r\n", 4);
	struct span rest = span_of(body + 4, (size_t)(reply.data + reply.len - body) - 4);
	size_t size = 0;
	for (uint64_t i = 0; i <= index; i++) {
		cr_assert(rest.len >= 2);
		size = (size_t)rest.at[0] << 8 | rest.at[1];
		cr_assert(rest.len >= 2 + size, "entry %llu is whole", (unsigned long long)i);
		*leaf = merkle_leaf(span_first(span_from(rest, 2), size));
		rest = span_from(rest, 2 + size);
	}
	return size;
}

Test(attacks, an_entry_of_65535_bytes_is_served_whole_and_one_of_65536_is_refused_and_not_written)
{
	scoped(log_world) world = {0};
	struct longest longest;
	struct merkle_hash leaf;
	log_world_open(&world);
	longest = (struct longest){.tenant = world.api.tenant.id};
	find_longest(&world, &longest);
	log_world_must(try_longest(&world, &longest));
	cr_assert(last_entry(&world, longest.receipt.index, &leaf) == LEAF_MAX, "to the last byte");
	cr_assert(memcmp(leaf.bytes, longest.receipt.leaf.bytes, sizeof leaf.bytes) == 0, "with its hash");
	uint64_t size = log_world_size(&world);
	longest.record++;
	cr_assert(try_longest(&world, &longest).kind == ERR_TOO_LARGE, "one byte more");
	cr_assert(log_world_size(&world) == size, "nothing of it is written");
	log_world_fold(&world);
	expect_sound(&world);
}
