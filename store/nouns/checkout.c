/* SPDX-License-Identifier: Apache-2.0 */
/* checkout - records of check-outs. */
#include "store/nouns/checkout.h"

#include "base/reader.h"

enum { RECORD = 1, RECORD_MAX = 64 };

static struct noun_key key_of(const struct checkout *checkout)
{
	return noun_key(checkout->tenant, id_span(&checkout->client), id_span(&checkout->credential));
}

static fallible decode(const struct row *row, struct checkout *checkout)
{
	struct reader reader = READER(row->payload);
	if (reader_u8(&reader) != RECORD)
		return FAIL(CORRUPT, "a check-out's record has an unknown version");
	checkout->grant = noun_take_id(&reader);
	checkout->person = noun_take_id(&reader);
	checkout->since.ms = reader_i64(&reader);
	checkout->until.ms = reader_i64(&reader);
	return reader_check(&reader);
}

fallible checkout_get(const struct view *view, struct id tenant, struct id client, struct id credential,
	struct checkout *checkout)
{
	struct row row;
	struct checkout read = {.tenant = tenant, .client = client, .credential = credential};
	struct noun_key key = key_of(&read);
	TRY(view_get(view, TABLE_CHECKOUT, noun_key_span(&key), &row));
	TRY(decode(&row, &read));
	*checkout = read;
	return OK;
}

bool checkout_next(const struct view *view, struct id tenant, struct id client, struct id *after,
	struct checkout *checkout, struct err *err)
{
	struct row row;
	*err = noun_next_id(view, TABLE_CHECKOUT, tenant, id_span(&client), after, &row);
	if (noun_ends(err))
		return false;
	*checkout = (struct checkout){.tenant = tenant, .client = client, .credential = *after};
	*err = decode(&row, checkout);
	return !err_failed(*err);
}

fallible checkout_put(struct act *act, const struct checkout *checkout)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = key_of(checkout);
	buf_put_u8(&record, RECORD);
	buf_put(&record, id_span(&checkout->grant));
	buf_put(&record, id_span(&checkout->person));
	buf_put_i64(&record, checkout->since.ms);
	buf_put_i64(&record, checkout->until.ms);
	TRY(buf_check(&record));
	return act_put(act, TABLE_CHECKOUT, noun_key_span(&key), buf_span(&record));
}

fallible checkout_drop(struct act *act, const struct checkout *checkout)
{
	struct noun_key key = key_of(checkout);
	return act_drop(act, TABLE_CHECKOUT, noun_key_span(&key));
}
