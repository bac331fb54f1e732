/* SPDX-License-Identifier: Apache-2.0 */
/* evidence_manifest - one row a filter; one that is not understood makes the selection uncheckable, not the file
 * wrong. */
#include "cli/evidence_manifest.h"

#include "base/timestamp.h"
#include "policies/actions.h"

enum { ORIGIN_MAX = 255, PURPOSE_MAX = 1024, VALUE_MAX = 128 };

static const char *const OUTCOMES[] = {"success", "denied", "failed"};

/* ---- one value; false when it is not understood ---- */

static bool take_class(struct evidence_manifest *manifest, struct span value)
{
	enum action_class class;
	if (!action_class_find(value, &class))
		return false;
	manifest->classes |= UINT32_C(1) << class;
	return true;
}

static bool take_severity(struct evidence_manifest *manifest, struct span value)
{
	enum action_severity severity;
	if (!action_severity_find(value, &severity))
		return false;
	manifest->severities |= UINT32_C(1) << severity;
	return true;
}

static bool take_outcome(struct evidence_manifest *manifest, struct span value)
{
	for (unsigned i = 0; i < sizeof OUTCOMES / sizeof OUTCOMES[0]; i++)
		if (span_is(value, OUTCOMES[i])) {
			manifest->outcomes |= UINT32_C(1) << i;
			return true;
		}
	return false;
}

static bool take_action(struct evidence_manifest *manifest, struct span value)
{
	const struct action_row *row = action_by_name(value);
	if (!row || manifest->action_count == EVIDENCE_MANIFEST_VALUES)
		return false;
	manifest->actions[manifest->action_count++] = row->code;
	return true;
}

/* A ref is the caller's own name: only the server can look it up. */
static bool take_actor(struct evidence_manifest *manifest, struct span value)
{
	struct id id;
	if (manifest->actor_count == EVIDENCE_MANIFEST_VALUES)
		return false;
	if (err_failed(ids_parse(ID_PERSON, value, &id)) && err_failed(ids_parse(ID_APPLICATION, value, &id)))
		return false;
	manifest->actors[manifest->actor_count++] = id;
	return true;
}

static bool take_client(struct evidence_manifest *manifest, struct span value)
{
	struct id id;
	if (manifest->client_count == EVIDENCE_MANIFEST_VALUES ||
		err_failed(ids_parse(ID_CLIENT, value, &id)))
		return false;
	manifest->clients[manifest->client_count++] = id;
	return true;
}

static bool take_since(struct evidence_manifest *manifest, struct span value)
{
	return !err_failed(timestamp_parse(value, &manifest->since));
}

static bool take_until(struct evidence_manifest *manifest, struct span value)
{
	return !err_failed(timestamp_parse(value, &manifest->until));
}

static bool take_order(struct evidence_manifest *manifest, struct span value)
{
	(void)manifest;
	(void)value;
	return true;
}

static const struct {
	const char *name;
	bool (*add)(struct evidence_manifest *manifest, struct span value);
} FILTERS[] = {
	{"class", take_class},
	{"severity", take_severity},
	{"outcome", take_outcome},
	{"action", take_action},
	{"actor", take_actor},
	{"client", take_client},
	{"from", take_since},
	{"to", take_until},
	{"order", take_order},
};

/* ---- the manifest ---- */

static bool take_member(struct json_object *filters, size_t which, struct evidence_manifest *manifest)
{
	const char *name = FILTERS[which].name;
	struct json_array values;
	struct span value;
	bool understood = true;
	if (json_in_is_text(filters, name))
		return FILTERS[which].add(manifest, json_in_text(filters, name, JSON_OPTIONAL, VALUE_MAX));
	if (!json_in_array(filters, name, JSON_OPTIONAL, EVIDENCE_MANIFEST_VALUES, &values))
		return true;
	while (json_in_next_text(&values, VALUE_MAX, &value))
		understood = FILTERS[which].add(manifest, value) && understood;
	return understood;
}

/* What is left over after the filters that are known is one that is not. */
static void read_filters(struct json_object *top, struct evidence_manifest *manifest)
{
	struct json_object query, filters;
	size_t before = top->doc->problems->count;
	manifest->selects = true;
	if (!json_in_object(top, "query", JSON_NEEDED, &query) ||
		!json_in_object(&query, "filters", JSON_OPTIONAL, &filters))
		return;
	for (size_t i = 0; i < sizeof FILTERS / sizeof FILTERS[0]; i++)
		manifest->selects = take_member(&filters, i, manifest) && manifest->selects;
	json_in_end(&filters);
	manifest->selects = manifest->selects && top->doc->problems->count == before;
	top->doc->problems->count = before;
}

static void read_range(struct json_object *top, struct evidence_manifest *manifest)
{
	struct json_object range;
	if (!json_in_object(top, "range", JSON_NEEDED, &range))
		return;
	manifest->from = (uint64_t)json_in_number(&range, "from", JSON_NEEDED, 0, INT64_MAX, 0);
	manifest->has_to = json_in_has(&range, "to");
	manifest->to = (uint64_t)json_in_number(&range, "to", JSON_OPTIONAL, 0, INT64_MAX, 0);
}

static fallible read_top(struct json_doc *doc, struct arena *arena, struct evidence_manifest *manifest)
{
	struct json_object top;
	TRY(json_in_top(doc, &top));
	manifest->export = json_in_id(&top, "export", JSON_NEEDED, ID_EXPORT);
	struct span origin = json_in_text(&top, "origin", JSON_NEEDED, ORIGIN_MAX);
	struct span purpose = json_in_free_text(&top, "purpose", JSON_NEEDED, PURPOSE_MAX);
	manifest->complete = json_in_bool(&top, "complete", JSON_NEEDED, false);
	read_range(&top, manifest);
	read_filters(&top, manifest);
	TRY(json_in_check(doc));
	TRY(arena_keep(arena, origin, &manifest->origin));
	return arena_keep(arena, purpose, &manifest->purpose);
}

fallible evidence_manifest_read(struct span json, struct arena *arena, struct evidence_manifest *manifest)
{
	struct json_problems problems = {0};
	struct json_doc doc = {0};
	struct evidence_manifest read = {0};
	struct err err = json_in_parse(&doc, json, arena, &problems);
	if (!err_failed(err))
		err = read_top(&doc, arena, &read);
	json_doc_done(&doc);
	if (err.kind == ERR_INVALID || err.kind == ERR_INPUT)
		return FAIL(INPUT, "its manifest can't be read");
	TRY(err);
	*manifest = read;
	return OK;
}

/* ---- the selection ---- */

static bool has_id(const struct id *ids, size_t count, struct id id)
{
	for (size_t i = 0; i < count; i++)
		if (ids_equal(ids[i], id))
			return true;
	return count == 0;
}

static bool has_action(const struct evidence_manifest *manifest, uint16_t action)
{
	for (size_t i = 0; i < manifest->action_count; i++)
		if (manifest->actions[i] == action)
			return true;
	return manifest->action_count == 0;
}

static bool has_bit(uint32_t bits, unsigned bit)
{
	return bits == 0 || (bit < 32 && bits >> bit & 1);
}

static bool has_class(uint32_t classes, uint16_t action)
{
	const struct action_row *row = action_by_code(action);
	for (unsigned class = 0; row && class < ACTION_CLASS_COUNT; class ++)
		if (classes >> class & 1 && action_in_class(row, (enum action_class) class))
			return true;
	return classes == 0;
}

static bool is_in_time(const struct evidence_manifest *manifest, struct instant at)
{
	return (manifest->since.ms == 0 || at.ms >= manifest->since.ms) &&
		(manifest->until.ms == 0 || at.ms < manifest->until.ms);
}

bool evidence_manifest_takes(const struct evidence_manifest *manifest, const struct leaf *leaf)
{
	return has_class(manifest->classes, leaf->action) && has_action(manifest, leaf->action) &&
		has_bit(manifest->outcomes, (unsigned)leaf->outcome) &&
		has_bit(manifest->severities, leaf->severity) &&
		has_id(manifest->actors, manifest->actor_count, leaf->ids[LEAF_ID_ACTOR]) &&
		has_id(manifest->clients, manifest->client_count, leaf->ids[LEAF_ID_CLIENT]) &&
		is_in_time(manifest, leaf->time);
}
