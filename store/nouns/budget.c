/* SPDX-License-Identifier: Apache-2.0 */
/* budget - records under tenant ‖ person ‖ device, and how long a wrong code makes wait. */
#include "store/nouns/budget.h"

#include "base/reader.h"

enum { BUDGET_RECORD = 2, FIRST_RECORD = 1, RECORD_MAX = 32 };

static struct noun_key own_key(struct id tenant, struct id person, struct id device)
{
	return noun_key(tenant, id_span(&person), id_span(&device));
}

fallible budget_get(
	const struct view *view, struct id tenant, struct id person, struct id device, struct budget *budget)
{
	struct row row;
	struct noun_key key = own_key(tenant, person, device);
	struct budget read = {.tenant = tenant, .person = person, .device = device};
	TRY(view_get(view, TABLE_BUDGET, noun_key_span(&key), &row));
	struct reader reader = READER(row.payload);
	unsigned version = reader_u8(&reader);
	if (version != BUDGET_RECORD && version != FIRST_RECORD)
		return FAIL(CORRUPT, "a budget's record has an unknown version");
	read.wrong = reader_u16(&reader);
	read.last.ms = reader_i64(&reader);
	read.mails = reader_u8(&reader);
	read.since.ms = reader_i64(&reader);
	read.row = version == FIRST_RECORD ? read.wrong : reader_u16(&reader);
	TRY(reader_check(&reader));
	*budget = read;
	return OK;
}

fallible budget_read(
	const struct view *view, struct id tenant, struct id person, struct id device, struct budget *budget)
{
	struct err err = budget_get(view, tenant, person, device, budget);
	if (err.kind != ERR_NOT_FOUND)
		return err;
	*budget = (struct budget){.tenant = tenant, .person = person, .device = device};
	return OK;
}

fallible budget_put(struct act *act, const struct budget *budget)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = own_key(budget->tenant, budget->person, budget->device);
	buf_put_u8(&record, BUDGET_RECORD);
	buf_put_u16(&record, budget->wrong);
	buf_put_i64(&record, budget->last.ms);
	buf_put_u8(&record, budget->mails);
	buf_put_i64(&record, budget->since.ms);
	buf_put_u16(&record, budget->row);
	TRY(buf_check(&record));
	return act_put(act, TABLE_BUDGET, noun_key_span(&key), buf_span(&record));
}

/* A person's id begins with a time, a bucket with zeros. */
static bool is_nobodys(const struct budget *budget)
{
	static const uint8_t NONE[14];
	return memcmp(budget->person.bytes, NONE, sizeof NONE) == 0;
}

static bool is_forgotten(const struct budget *budget, struct instant now)
{
	int64_t after = budget->wrong < BUDGET_FREE ? BUDGET_FREE_MS : BUDGET_FORGOTTEN_MS;
	return now.ms >= budget->last.ms + after;
}

static int64_t pause_ms(unsigned wrong)
{
	int64_t wait = BUDGET_WAIT_MS;
	if (wrong < BUDGET_FREE)
		return 0;
	for (unsigned over = wrong - BUDGET_FREE; over > 0 && wait < BUDGET_WAIT_MAX_MS; over--)
		wait *= 2;
	return wait < BUDGET_WAIT_MAX_MS ? wait : BUDGET_WAIT_MAX_MS;
}

int64_t budget_wait_ms(const struct budget *budget, struct instant now)
{
	if (budget->row >= BUDGET_END && !(is_nobodys(budget) && is_forgotten(budget, now)))
		return INT64_MAX;
	int64_t left = budget->last.ms + pause_ms(budget->wrong) - now.ms;
	return left > 0 && !is_forgotten(budget, now) ? left : 0;
}

bool budget_is_open(const struct budget *budget, struct instant now)
{
	return budget_wait_ms(budget, now) == 0;
}

void budget_clear(struct budget *budget)
{
	budget->wrong = budget->row = 0;
}

void budget_charge(struct budget *budget, struct instant now)
{
	bool anew = is_forgotten(budget, now);
	if (anew && is_nobodys(budget))
		budget->row = 0;
	if (anew)
		budget->wrong = 0;
	if (budget->wrong < UINT16_MAX)
		budget->wrong++;
	if (budget->row < UINT16_MAX)
		budget->row++;
	budget->last = now;
}
