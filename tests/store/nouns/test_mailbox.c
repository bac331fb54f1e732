/* SPDX-License-Identifier: Apache-2.0 */
/* Who has an address, in all tenants: as people come, move and go. */
#include "store/nouns/mailbox.h"

#include "store/nouns/person.h"
#include "tests/support/kv_mem.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>

static struct person person_of(unsigned tenant, unsigned id, const char *email)
{
	return (struct person){
		.tenant = world_tenant(tenant), .id = world_thing(id), .email = span_text(email)};
}

static fallible put(struct act *act, void *context)
{
	return person_put(act, context, SPAN_LIT("sealed"));
}

static void write(struct world *world, struct person *person)
{
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = put, .context = person}));
}

/* How many have it; the last of them. */
static size_t count(struct world *world, const char *email, struct mailbox *last)
{
	uint8_t term[KEYS_TERM];
	scoped(reading) reading = {0};
	struct mailbox found = {0};
	struct err err = OK;
	size_t count = 0;
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	mailbox_term(view_keys(&view), span_text(email), term);
	for (; mailbox_next(&view, term, &found, &err); count++)
		*last = found;
	world_must(err);
	return count;
}

Test(mailbox, finds_everybody_with_an_address_in_all_tenants_whatever_its_case)
{
	scoped(world) world = {0};
	struct person one = person_of(1, 3, "Anna@Agency.example"),
		      two = person_of(2, 4, "anna@agency.example");
	struct person other = person_of(1, 5, "anna@agency.exampl");
	struct mailbox last;
	world_make(&world, &kv_mem, 0);
	write(&world, &one);
	write(&world, &two);
	write(&world, &other);
	cr_assert(count(&world, "ANNA@agency.example", &last) == 2);
	cr_assert(ids_equal(last.tenant, two.tenant) && ids_equal(last.person, two.id));
	cr_assert(count(&world, "anna@agency.exampl", &last) == 1);
	cr_assert(count(&world, "nobody@agency.example", &last) == 0);
}

Test(mailbox, follows_a_person_who_moves_and_forgets_one_who_goes)
{
	scoped(world) world = {0};
	struct person person = person_of(1, 3, "old@agency.example");
	struct mailbox last;
	world_make(&world, &kv_mem, 0);
	write(&world, &person);
	write(&world, &person);
	person.email = SPAN_LIT("new@agency.example");
	write(&world, &person);
	cr_assert(count(&world, "old@agency.example", &last) == 0);
	cr_assert(count(&world, "new@agency.example", &last) == 1);
	person.state = PERSON_SUSPENDED;
	write(&world, &person);
	cr_assert(count(&world, "new@agency.example", &last) == 1, "one who is suspended may come back");
	person.state = PERSON_REMOVED;
	write(&world, &person);
	cr_assert(count(&world, "new@agency.example", &last) == 0);
}

Test(mailbox, forgets_one_whose_texts_are_gone_because_they_were_erased)
{
	scoped(world) world = {0};
	struct person person = person_of(1, 3, "anna@agency.example");
	struct mailbox last;
	world_make(&world, &kv_mem, 0);
	write(&world, &person);
	person.email = SPAN_NONE;
	person.state = PERSON_ERASED;
	write(&world, &person);
	cr_assert(count(&world, "anna@agency.example", &last) == 0);
}

Test(mailbox, two_addresses_are_the_same_but_for_the_case_of_ascii_letters)
{
	cr_assert(mailbox_is_same(SPAN_LIT("A.b@X.example"), SPAN_LIT("a.B@x.EXAMPLE")));
	cr_assert(!mailbox_is_same(SPAN_LIT("a@x.example"), SPAN_LIT("b@x.example")));
	cr_assert(!mailbox_is_same(SPAN_LIT("a@x.example"), SPAN_LIT("a@x.exampl")));
}
