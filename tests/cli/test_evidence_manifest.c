/* SPDX-License-Identifier: Apache-2.0 */
/* What a file says of itself: read, refused, and held against leaves. */
#include "cli/evidence_manifest.h"

#include "policies/actions.h"

#include <criterion/criterion.h>

#include <stdio.h>

enum { MEMORY = 256 * 1024, TEXT_MAX = 4096 };

#define EXPORT "exp_01m802va9vf2k8qf0pg9yts9fr"
#define PERSON "per_01m802va6sfbct9e7rfqx4caxc"

/* A manifest with these filters. */
static bool reads(const char *filters, struct arena *arena, struct evidence_manifest *manifest)
{
	char text[TEXT_MAX];
	int len = snprintf(text, sizeof text,
		"{\"export\":\"" EXPORT "\",\"origin\":\"o/t\",\"purpose\":\"why\",\"complete\":true,"
		"\"range\":{\"from\":3,\"to\":9},\"later\":1,\"query\":{\"scope\":\"tenant\",\"filters\":%s}"
	        "}",
		filters);
	return !err_failed(evidence_manifest_read(span_of(text, (size_t)len), arena, manifest));
}

static struct leaf leaf_of(const char *action, enum leaf_outcome outcome, int64_t ms)
{
	const struct action_row *row = action_by_name(span_text(action));
	struct leaf leaf = {
		.action = row->code, .outcome = outcome, .time = {ms}, .severity = (uint8_t)row->severity};
	cr_assert(!err_failed(ids_parse(ID_PERSON, SPAN_LIT(PERSON), &leaf.ids[LEAF_ID_ACTOR])));
	return leaf;
}

Test(evidence_manifest, is_read_with_what_a_later_version_may_add)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct evidence_manifest manifest;
	cr_assert(reads("{}", &arena, &manifest));
	cr_assert(span_is(manifest.origin, "o/t") && span_is(manifest.purpose, "why") && manifest.complete);
	cr_assert(manifest.from == 3 && manifest.has_to && manifest.to == 9 && manifest.selects);
}

Test(evidence_manifest, is_refused_when_it_is_none)
{
	static const char *const BAD[] = {"", "[]", "{}", "null", "{\"export\":\"" EXPORT "\"}",
		"{\"export\":\"nobody\",\"origin\":\"o\",\"purpose\":\"p\",\"complete\":true,\"range\":{"
	        "\"from\":0},\"query\":{}}",
		"{\"export\":\"" EXPORT
		"\",\"origin\":\"o\",\"purpose\":\"p\",\"complete\":1,\"range\":{\"from\":0},\"query\":{}}",
		"{\"export\":\"" EXPORT "\",\"origin\":\"o\",\"purpose\":\"p\",\"complete\":true,\"range\":{"
	                                "\"from\":-1},\"query\":{}}",
		"{\"export\":\"" EXPORT
		"\",\"origin\":\"o\",\"purpose\":\"p\",\"complete\":true,\"query\":{}}"};
	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
		scoped(arena) arena = ARENA(MEMORY);
		struct evidence_manifest manifest;
		cr_assert(evidence_manifest_read(span_text(BAD[i]), &arena, &manifest).kind == ERR_INPUT,
			"%s", BAD[i]);
	}
}

Test(evidence_manifest, judges_a_leaf_by_what_stands_in_clear)
{
	static const struct {
		const char *filters;
		bool takes;
	} ROWS[] = {{"{}", true}, {"{\"order\":\"asc\"}", true}, {"{\"class\":\"record\"}", true},
		{"{\"class\":[\"login\",\"record\"]}", true}, {"{\"class\":\"login\"}", false},
		{"{\"class\":\"delete\"}", true}, {"{\"action\":\"record.deleted\"}", true},
		{"{\"action\":\"record.viewed\"}", false}, {"{\"outcome\":\"denied\"}", true},
		{"{\"outcome\":[\"success\",\"failed\"]}", false}, {"{\"actor\":\"" PERSON "\"}", true},
		{"{\"actor\":\"per_01m802va6sfbct9e7rfqx4caxd\"}", false},
		{"{\"client\":\"cli_01m802va6sfbct9e7rfqx4caxc\"}", false},
		{"{\"from\":\"2026-11-21T00:00:00.000Z\"}", true},
		{"{\"from\":\"2026-11-22T00:00:00.000Z\"}", false},
		{"{\"to\":\"2026-11-22T00:00:00.000Z\"}", true},
		{"{\"to\":\"2026-11-21T00:00:00.000Z\"}", false}};
	const struct leaf leaf = leaf_of("record.deleted", LEAF_DENIED, 1795262400000);
	for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
		scoped(arena) arena = ARENA(MEMORY);
		struct evidence_manifest manifest;
		cr_assert(
			reads(ROWS[i].filters, &arena, &manifest) && manifest.selects, "%s", ROWS[i].filters);
		cr_assert(evidence_manifest_takes(&manifest, &leaf) == ROWS[i].takes, "%s", ROWS[i].filters);
	}
}

Test(evidence_manifest, knows_when_it_can_not_judge)
{
	static const char *const SEALED[] = {"{\"text\":\"x\"}", "{\"ip\":[\"192.0.2.1\"]}",
		"{\"actor\":\"anna\"}", "{\"class\":\"newer\"}", "{\"action\":\"newer.action\"}",
		"{\"critical\":true}", "{\"class\":5}"};
	for (size_t i = 0; i < sizeof SEALED / sizeof SEALED[0]; i++) {
		scoped(arena) arena = ARENA(MEMORY);
		struct evidence_manifest manifest;
		cr_assert(reads(SEALED[i], &arena, &manifest) && !manifest.selects, "%s", SEALED[i]);
	}
}
