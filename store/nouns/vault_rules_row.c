/* SPDX-License-Identifier: Apache-2.0 */
/* vault_rules_row - one row a tenant, in clear: no rule of a business is personal. */
#include "store/nouns/vault_rules_row.h"

#include "base/reader.h"

enum {
	RECORD = 1,
	RECORD_MAX = 16 + VAULT_RULES_PURPOSES * (VAULT_RULES_PURPOSE + 4),
	FLAG_MANDATE = 1u << 0,
	FLAG_NDA = 1u << 1,
	FLAGS_KNOWN = 3,
};

static fallible read_purposes(struct reader *reader, struct arena *arena, struct vault_rules *rules)
{
	rules->purpose_count = reader_u8(reader);
	if (rules->purpose_count > VAULT_RULES_PURPOSES)
		return FAIL(CORRUPT, "rules of a vault deny more than they can");
	for (size_t i = 0; i < rules->purpose_count; i++)
		TRY(arena_keep(arena, reader_sized(reader), &rules->purposes_denied[i]));
	return OK;
}

static fallible decode(const struct row *stored, struct arena *arena, struct vault_rules_row *row)
{
	struct reader reader = READER(stored->payload);
	struct vault_rules *rules = &row->rules;
	row->version = stored->version;
	if (reader_u8(&reader) != RECORD)
		return FAIL(CORRUPT, "rules of a vault have an unknown version");
	unsigned flags = reader_u8(&reader);
	rules->mandate_required = flags & FLAG_MANDATE;
	rules->nda_required = flags & FLAG_NDA;
	rules->nda_version = reader_u32(&reader);
	rules->grant_days = reader_u16(&reader);
	TRY(read_purposes(&reader, arena, rules));
	TRY(reader_check(&reader));
	bool whole = flags <= FLAGS_KNOWN && rules->grant_days >= 1 && rules->grant_days <= VAULT_RULES_DAYS;
	return whole ? OK : FAIL(CORRUPT, "rules of a vault are outside their bounds");
}

fallible vault_rules_row_get(
	const struct view *view, struct id tenant, struct arena *arena, struct vault_rules_row *row)
{
	struct row stored;
	struct vault_rules_row read = {.tenant = tenant, .rules = vault_rules_default()};
	struct err err = view_get(view, TABLE_VAULT_RULES, id_span(&tenant), &stored);
	if (err.kind != ERR_NOT_FOUND) {
		TRY(err);
		TRY(decode(&stored, arena, &read));
	}
	*row = read;
	return OK;
}

fallible vault_rules_row_put(struct act *act, const struct vault_rules_row *row)
{
	scoped(buf) record = BUF(RECORD_MAX);
	const struct vault_rules *rules = &row->rules;
	unsigned flags = rules->mandate_required ? FLAG_MANDATE : 0u;
	flags |= rules->nda_required ? FLAG_NDA : 0u;
	buf_put_u8(&record, RECORD);
	buf_put_u8(&record, (uint8_t)flags);
	buf_put_u32(&record, rules->nda_version);
	buf_put_u16(&record, rules->grant_days);
	buf_put_u8(&record, (uint8_t)rules->purpose_count);
	for (size_t i = 0; i < rules->purpose_count; i++)
		buf_put_sized(&record, rules->purposes_denied[i]);
	TRY(buf_check(&record));
	return act_put(act, TABLE_VAULT_RULES, id_span(&row->tenant), buf_span(&record));
}

fallible vault_rules_row_still(struct act *act, const struct vault_rules_row *row)
{
	struct row stored;
	uint64_t version = 0;
	struct err err = act_get(act, TABLE_VAULT_RULES, id_span(&row->tenant), &stored);
	if (err.kind != ERR_NOT_FOUND) {
		TRY(err);
		version = stored.version;
	}
	return version == row->version ? OK : FAIL_CODE(STALE, "the rules of the vault changed meanwhile");
}
