/* SPDX-License-Identifier: Apache-2.0 */
/* People of a store from before are found by their addresses as well, however often the walk is broken off. */
#include "server/core/login/mailboxes.h"

#include "store/nouns/mailbox.h"
#include "store/nouns/person.h"
#include "store/nouns/tenant.h"
#include "tests/support/kv_mem.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { PEOPLE = 7, AT_ONCE = 3, EMAIL_TEXT = 32 };

static void print_email(unsigned number, char text[static EMAIL_TEXT])
{
	snprintf(text, EMAIL_TEXT, "p%u@agency.example", number);
}

/* As an older program left them: the record, and nothing that finds it by its address. */
static fallible put_old(struct act *act, void *context)
{
	(void)context;
	for (unsigned i = 0; i < PEOPLE; i++) {
		char email[EMAIL_TEXT];
		scoped(buf) sealed = BUF(1024);
		print_email(i, email);
		struct person person = {.tenant = world_tenant(1 + i % 2), .id = world_thing(i)};
		TRY(person_put(act, &person, SPAN_NONE));
		person.email = span_text(email);
		TRY(person_seal(act->volume->keys, &person, &sealed));
		struct person hidden = {.tenant = person.tenant, .id = person.id};
		TRY(person_put(act, &hidden, buf_span(&sealed)));
	}
	for (unsigned number = 1; number <= 2; number++) {
		const struct tenant tenant = {
			.id = world_tenant(number), .origin = SPAN_LIT("o"), .name = SPAN_LIT("n")};
		TRY(tenant_put(act, &tenant));
	}
	return OK;
}

static fallible sweep(struct act *act, void *context)
{
	return mailboxes_sweep(act, AT_ONCE, context);
}

static size_t run(struct world *world, fallible (*what)(struct act *, void *))
{
	struct swept swept = {.done = 0};
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = what, .context = &swept}));
	return swept.done;
}

static bool is_found(struct world *world, unsigned number)
{
	char email[EMAIL_TEXT];
	uint8_t term[KEYS_TERM];
	struct mailbox found = {0};
	struct err err;
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	print_email(number, email);
	mailbox_term(view_keys(&view), span_text(email), term);
	return mailbox_next(&view, term, &found, &err) && ids_equal(found.person, world_thing(number));
}

Test(mailboxes, everybody_of_an_older_store_is_found_in_the_end_and_then_nothing_is_done)
{
	scoped(world) world = {0};
	unsigned runs = 0;
	world_make(&world, &kv_mem, 0);
	run(&world, put_old);
	for (unsigned i = 0; i < PEOPLE; i++)
		cr_assert(!is_found(&world, i));
	while (run(&world, sweep) > 0)
		cr_assert(++runs < 2 * PEOPLE);
	cr_assert(runs >= PEOPLE / AT_ONCE);
	for (unsigned i = 0; i < PEOPLE; i++)
		cr_assert(is_found(&world, i), "%u", i);
	cr_assert(run(&world, sweep) == 0);
}
