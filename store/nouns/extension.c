/* SPDX-License-Identifier: Apache-2.0 */
/* extension - one row a handover of which more is asked. */
#include "store/nouns/extension.h"

#include "base/reader.h"

enum { RECORD = 1, RECORD_MAX = 64 };

static struct noun_key key_of(struct id tenant, struct id handover)
{
	return noun_key(tenant, id_span(&handover), SPAN_NONE);
}

static fallible decode(const struct row *row, struct extension *extension)
{
	struct reader reader = READER(row->payload);
	extension->row = row->version;
	if (reader_u8(&reader) != RECORD)
		return FAIL(CORRUPT, "an extension's record has an unknown version");
	extension->reason = reader_u8(&reader);
	extension->until.ms = reader_i64(&reader);
	extension->asked.ms = reader_i64(&reader);
	extension->asker = noun_take_id(&reader);
	TRY(reader_check(&reader));
	bool known = handover_rules_reason(extension->reason) != NULL;
	return known ? OK : FAIL(CORRUPT, "an extension's record has a word that no version knows");
}

fallible extension_find(
	const struct view *view, struct id tenant, struct id handover, struct extension *extension)
{
	struct row row;
	struct extension read = {.tenant = tenant, .handover = handover};
	struct noun_key key = key_of(tenant, handover);
	TRY(view_get(view, TABLE_EXTENSION, noun_key_span(&key), &row));
	TRY(decode(&row, &read));
	*extension = read;
	return OK;
}

fallible extension_put(struct act *act, const struct extension *extension)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = key_of(extension->tenant, extension->handover);
	buf_put_u8(&record, RECORD);
	buf_put_u8(&record, (uint8_t)extension->reason);
	buf_put_i64(&record, extension->until.ms);
	buf_put_i64(&record, extension->asked.ms);
	buf_put(&record, id_span(&extension->asker));
	TRY(buf_check(&record));
	return act_put(act, TABLE_EXTENSION, noun_key_span(&key), buf_span(&record));
}

fallible extension_drop(struct act *act, struct id tenant, struct id handover)
{
	struct noun_key key = key_of(tenant, handover);
	struct err err = act_drop(act, TABLE_EXTENSION, noun_key_span(&key));
	return err.kind == ERR_NOT_FOUND ? OK : err;
}

bool extension_next(const struct view *view, struct id tenant, struct id *after, struct extension *extension,
	struct err *err)
{
	*err = noun_next_id(view, TABLE_EXTENSION, tenant, SPAN_NONE, after, NULL);
	if (noun_ends(err))
		return false;
	*err = extension_find(view, tenant, *after, extension);
	return !err_failed(*err);
}
