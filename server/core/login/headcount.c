/* SPDX-License-Identifier: Apache-2.0 */
/* headcount - walks over people's clear rows, in slices with a reading each; what they came to, under a lock. */
#include "server/core/login/headcount.h"

#include "policies/capabilities.h"
#include "store/nouns/tenant.h"

#include <pthread.h>
#include <stdlib.h>

enum {
	PERSON_MEMORY = 64 * 1024,
	SLICE = 500,       /* people of one reading */
	BRANCHES_MAX = 64, /* of one tenant that are counted beforehand */
	ENTRIES_MAX = 512, /* tenants and branches of which something is known */
	WANTED_MAX = 64,   /* tenants that wait to be counted */
};

struct entry {
	struct headcount_of of;
	struct headcount_sum sum;
};

struct headcount {
	size_t live;
	pthread_mutex_t lock; /* of what follows, up to the draft */
	struct entry entries[ENTRIES_MAX];
	size_t entry_count;
	struct id wanted[WANTED_MAX];
	size_t wanted_count;
	struct entry draft[BRANCHES_MAX + 1]; /* the counting thread's own; the whole tenant first */
	size_t draft_count;
};

/* ---- counting ---- */

/* What one person is counted as. */
struct counted {
	struct id person;
	enum standing_factor factor;
	bool export_weak;
};

static fallible weigh(const struct view *view, const struct person *person, struct counted *counted)
{
	uint64_t capabilities = 0;
	struct counted made = {.person = person->id};
	TRY(standing_factor(view, person->tenant, person->id, &made.factor));
	if (made.factor != STANDING_STRONG)
		TRY(person_capabilities(view, person, &capabilities));
	made.export_weak = capabilities & CAPABILITY_BIT(LOG_EXPORT);
	*counted = made;
	return OK;
}

static void add(const struct counted *counted, struct headcount_sum *sum)
{
	sum->staff++;
	sum->factors[counted->factor]++;
	if (!counted->export_weak)
		return;
	sum->export_weak++;
	if (sum->weak_count < HEADCOUNT_WEAK)
		sum->weak[sum->weak_count++] = counted->person;
}

static bool is_counted(const struct person *person)
{
	return person->kind == PERSON_STAFF && person->state == PERSON_ACTIVE;
}

static bool is_meant(const struct headcount_of *of, const struct person *person)
{
	return !of->by_branch || ids_equal(person->branch, of->branch);
}

fallible headcount_walk(const struct view *view, const struct headcount_of *of, struct id *after, size_t most,
	struct headcount_sum *sum, bool *ended)
{
	struct person person;
	struct counted counted;
	struct err err = OK;
	bool more = true;
	scoped(arena) row = ARENA(PERSON_MEMORY);
	for (size_t looked = 0; looked < most; looked++, arena_clear(&row)) {
		more = person_next_clear(view, of->tenant, after, &row, &person, &err);
		if (!more)
			break;
		if (!is_counted(&person) || !is_meant(of, &person))
			continue;
		TRY(weigh(view, &person, &counted));
		add(&counted, sum);
	}
	TRY(err);
	*ended = !more;
	return OK;
}

/* ---- what is known ---- */

fallible headcount_open(size_t live, struct headcount **headcount)
{
	struct headcount *made = calloc(1, sizeof *made);
	if (!made)
		return FAIL(NO_MEMORY, "there is no memory for counts of people");
	made->live = live;
	pthread_mutex_init(&made->lock, NULL);
	*headcount = made;
	return OK;
}

void headcount_close(struct headcount *headcount)
{
	if (!headcount)
		return;
	pthread_mutex_destroy(&headcount->lock);
	free(headcount);
}

size_t headcount_live(const struct headcount *headcount)
{
	return headcount ? headcount->live : HEADCOUNT_LIVE;
}

static bool is_same(const struct headcount_of *a, const struct headcount_of *b)
{
	return ids_equal(a->tenant, b->tenant) && a->by_branch == b->by_branch &&
		(!a->by_branch || ids_equal(a->branch, b->branch));
}

/* When too many wait already, whoever asks again is noted then. */
static void want(struct headcount *headcount, struct id tenant)
{
	for (size_t i = 0; i < headcount->wanted_count; i++)
		if (ids_equal(headcount->wanted[i], tenant))
			return;
	if (headcount->wanted_count < WANTED_MAX)
		headcount->wanted[headcount->wanted_count++] = tenant;
}

bool headcount_find(struct headcount *headcount, const struct headcount_of *of, struct instant now,
	struct headcount_sum *sum)
{
	const struct entry *found = NULL;
	if (!headcount)
		return false;
	pthread_mutex_lock(&headcount->lock);
	for (size_t i = 0; i < headcount->entry_count && !found; i++)
		if (is_same(&headcount->entries[i].of, of))
			found = &headcount->entries[i];
	if (found)
		*sum = found->sum;
	if (!found || now.ms - found->sum.as_of.ms >= HEADCOUNT_FRESH_MS)
		want(headcount, of->tenant);
	pthread_mutex_unlock(&headcount->lock);
	return found;
}

/* In place of what was known of a tenant; nothing when it has few people. */
static void publish(struct headcount *headcount, struct id tenant, size_t people)
{
	size_t kept = 0;
	size_t drafts = people > headcount->live ? headcount->draft_count : 0;
	pthread_mutex_lock(&headcount->lock);
	for (size_t i = 0; i < headcount->entry_count; i++)
		if (!ids_equal(headcount->entries[i].of.tenant, tenant))
			headcount->entries[kept++] = headcount->entries[i];
	for (size_t i = 0; i < drafts && kept < ENTRIES_MAX; i++)
		headcount->entries[kept++] = headcount->draft[i];
	headcount->entry_count = kept;
	pthread_mutex_unlock(&headcount->lock);
}

/* ---- beforehand ---- */

/* NULL: there are too many branches to know each. */
static struct headcount_sum *draft_of(struct headcount *headcount, const struct headcount_of *of)
{
	for (size_t i = 0; i < headcount->draft_count; i++)
		if (is_same(&headcount->draft[i].of, of))
			return &headcount->draft[i].sum;
	if (headcount->draft_count > BRANCHES_MAX)
		return NULL;
	struct entry *entry = &headcount->draft[headcount->draft_count++];
	*entry = (struct entry){.of = *of, .sum.as_of = headcount->draft[0].sum.as_of};
	return &entry->sum;
}

static fallible count_person(
	struct headcount *headcount, const struct view *view, const struct person *person)
{
	const struct headcount_of branch = {
		.tenant = person->tenant, .by_branch = true, .branch = person->branch};
	struct headcount_sum *sum = draft_of(headcount, &branch);
	struct counted counted;
	TRY(weigh(view, person, &counted));
	add(&counted, &headcount->draft[0].sum);
	if (sum)
		add(&counted, sum);
	return OK;
}

/* A reading is short: a long one would keep pages from being used again. */
static fallible count_slice(const struct server *server, struct id *after, size_t *looked)
{
	scoped(reading) reading = {0};
	scoped(arena) row = ARENA(PERSON_MEMORY);
	struct person person;
	struct err err = OK;
	struct headcount *headcount = server->headcount;
	struct id tenant = headcount->draft[0].of.tenant;
	TRY(reading_open(&server->volume, &reading));
	struct view view = view_reading(&reading);
	for (*looked = 0; *looked < SLICE; arena_clear(&row), ++*looked) {
		if (!person_next_clear(&view, tenant, after, &row, &person, &err))
			return err;
		if (is_counted(&person))
			TRY(count_person(headcount, &view, &person));
	}
	return OK;
}

static fallible count_tenant(
	const struct server *server, struct id tenant, const struct headcount_pace *pace, bool *goes_on)
{
	struct headcount *headcount = server->headcount;
	struct id after = {0};
	size_t people = 0, looked = SLICE;
	headcount->draft[0] = (struct entry){.of.tenant = tenant, .sum.as_of = volume_now(&server->volume)};
	headcount->draft_count = 1;
	*goes_on = true;
	while (looked == SLICE && *goes_on) {
		TRY(count_slice(server, &after, &looked));
		people += looked;
		*goes_on = pace->rest(pace->context);
	}
	if (*goes_on)
		publish(headcount, tenant, people);
	return OK;
}

static fallible next_tenant(const struct server *server, struct id *tenant, bool *found)
{
	scoped(reading) reading = {0};
	struct err err = OK;
	TRY(reading_open(&server->volume, &reading));
	struct view view = view_reading(&reading);
	*found = tenant_next(&view, tenant, &err);
	return err;
}

fallible headcount_count_all(const struct server *server, const struct headcount_pace *pace)
{
	struct id tenant = {0};
	bool goes_on = true, found = true;
	while (goes_on) {
		TRY(next_tenant(server, &tenant, &found));
		if (!found)
			return OK;
		TRY(count_tenant(server, tenant, pace, &goes_on));
	}
	return OK;
}

static bool take_wanted(struct headcount *headcount, struct id *tenant)
{
	pthread_mutex_lock(&headcount->lock);
	bool any = headcount->wanted_count > 0;
	if (any)
		*tenant = headcount->wanted[--headcount->wanted_count];
	pthread_mutex_unlock(&headcount->lock);
	return any;
}

fallible headcount_count_wanted(const struct server *server, const struct headcount_pace *pace)
{
	struct id tenant;
	bool goes_on = true;
	while (goes_on && take_wanted(server->headcount, &tenant))
		TRY(count_tenant(server, tenant, pace, &goes_on));
	return OK;
}
