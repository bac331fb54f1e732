/* SPDX-License-Identifier: Apache-2.0 */
/* query_row - the conditions of a query, put to one row. */
#include "store/index/query_row.h"

bool query_row_in_time(const struct query *query, struct instant time)
{
	return (query->from.ms == 0 || time.ms >= query->from.ms) &&
		(query->to.ms == 0 || time.ms < query->to.ms);
}

static bool has_token(const struct words *words, uint32_t token)
{
	for (uint32_t i = 0; i < words->count; i++)
		if (words->tokens[i] == token)
			return true;
	return false;
}

static bool has_phrase(const struct words *words, const struct query_phrase *phrase)
{
	for (size_t i = 0; i < phrase->count; i++)
		if (!has_token(words, phrase->tokens[i]))
			return false;
	return true;
}

/* A row whose words are not known may have any; one that was pruned has none. */
static bool phrases_match(
	const struct query *query, const struct query_field *field, const struct tail_row *row)
{
	if (field->phrase_count == 0 || ids_is_none(row->event))
		return false;
	if (!row->words || row->words->epoch != query->epoch)
		return true;
	for (size_t i = 0; i < query->phrase_count; i++)
		if (query->phrases[i].about == field->about && has_phrase(row->words, &query->phrases[i]))
			return true;
	return false;
}

static bool values_match(const struct query_field *field, const struct tail_row *row)
{
	for (size_t i = 0; i < field->count; i++)
		if (index_row_has(row, (enum index_field)field->about, field->values[i]))
			return true;
	return false;
}

static bool field_takes(
	const struct query *query, const struct query_field *field, const struct tail_row *row)
{
	if (field->sense == QUERY_LACKS)
		return !values_match(field, row);
	return values_match(field, row) || phrases_match(query, field, row);
}

bool query_row_takes(const struct query *query, const struct tail_row *row)
{
	if (!query_row_in_time(query, row->time))
		return false;
	for (size_t i = 0; i < query->field_count; i++)
		if (!field_takes(query, &query->fields[i], row))
			return false;
	return true;
}
