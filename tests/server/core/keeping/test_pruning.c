/* SPDX-License-Identifier: Apache-2.0 */
/* How long events are kept: who says so, what goes when the time is over, and what stays provable. */
#include "server/core/keeping/pruning.h"
#include "server/core/log/checkpoints.h"
#include "store/check.h"
#include "store/index/tree.h"
#include "store/nouns/retention.h"
#include "tests/support/api_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>

enum { MEMORY = 1024 * 1024, PATH = 128 };

static const int64_t DAY_MS = INT64_C(24) * 60 * 60 * 1000;

/* Whoever acts is made anew when months have passed: tokens end. */
struct office {
	struct api_world api;
	struct api_answer answer;
	struct api_person owner, dpo, anna;
};

static void must(struct err err)
{
	cr_assert(!err_failed(err), "%s (%s)", err.why, err.at);
}

static void hire(struct office *office)
{
	api_world_person(&office->api, &office->api.tenant, "owner", NULL, &office->owner);
	api_world_person(&office->api, &office->api.tenant, "dpo", NULL, &office->dpo);
}

static void office_open(struct office *office)
{
	api_world_open(&office->api);
	hire(office);
	api_world_person(&office->api, &office->api.tenant, "smm", NULL, &office->anna);
}

static void office_done(struct office *office)
{
	api_answer_done(&office->answer);
	api_world_done(&office->api);
}

static void months_pass(struct office *office, unsigned months)
{
	fake_clock_pass(months * 31 * DAY_MS);
	hire(office);
}

static int call(struct office *office, const char *method, const char *path, const struct api_person *who,
	const char *body)
{
	return api_call(&office->api, method, path, who->token, body, &office->answer);
}

/* person.changed, kept like logins. */
static void rename_anna(struct office *office, const char *name)
{
	char path[PATH], body[PATH];
	snprintf(path, sizeof path, "/v1/people/%s", office->anna.text);
	snprintf(body, sizeof body, "{\"name\":\"%s\"}", name);
	cr_assert(call(office, "PATCH", path, &office->owner, body) == 200, "%s", office->answer.body);
}

static void sign(struct office *office)
{
	cr_assert(call(office, "GET", "/v1/log/checkpoint", &office->owner, NULL) == 200, "%s",
		office->answer.body);
}

static struct pruning_report prune(struct office *office)
{
	struct pruning_report report;
	must(pruning_turn(&office->api.server, clock_now(), &report));
	return report;
}

static struct check_report check(struct office *office)
{
	struct check_report report;
	const struct check_ask ask = {
		.data = office->api.server.volume.data, .keys = office->api.server.volume.keys};
	must(check_volume(&ask, &report));
	cr_assert(report.fault == CHECK_SOUND, "%s", check_text(report.fault));
	return report;
}

static void event_path(struct office *office, enum action action, char path[static PATH])
{
	char id[ID_TEXT + 1];
	struct event_read event;
	scoped(arena) arena = ARENA(MEMORY);
	api_find_event(&office->api, office->api.tenant.id, action, &arena, &event);
	ids_print(ID_EVENT, event.leaf.event, id);
	snprintf(path, PATH, "/v1/events/%s", id);
}

static struct pruned pruned(struct office *office)
{
	struct pruned read;
	scoped(reading) reading = {0};
	must(reading_open(&office->api.server.volume, &reading));
	struct view view = view_reading(&reading);
	must(pruned_get(&view, office->api.tenant.id, &read));
	return read;
}

/* ---- what is kept for how long ---- */

static int set(struct office *office, const char *body)
{
	return call(office, "PUT", "/v1/retention", &office->dpo, body);
}

static int decide(struct office *office, const struct api_person *who, bool approve)
{
	return call(office, "POST", "/v1/retention/security/decision", who,
		approve ? "{\"approve\":true}" : "{\"approve\":false}");
}

static int64_t months_of_security(struct office *office)
{
	cr_assert(call(office, "GET", "/v1/retention", &office->owner, NULL) == 200);
	cr_assert(api_has(&office->answer, "items/0/class", "security"));
	return json_integer_value(api_member(&office->answer, "items/0/months"));
}

Test(pruning, logins_are_kept_12_months_unless_somebody_says_6_to_36)
{
	scoped(office) office = {0};
	office_open(&office);
	cr_assert(months_of_security(&office) == 12);
	cr_assert(set(&office, "{\"class\":\"security\",\"months\":5}") == 422);
	cr_assert(set(&office, "{\"class\":\"security\",\"months\":37,\"justification\":\"x\"}") == 422);
	cr_assert(set(&office, "{\"class\":\"gossip\",\"months\":6}") == 422);
	cr_assert(set(&office, "{\"class\":\"security\",\"months\":6}") == 200, "%s", office.answer.body);
	cr_assert(months_of_security(&office) == 6);
	cr_assert(api_count_notices(&office.api, office.owner.id, NOTICE_RETENTION_CHANGED) == 1,
		"owners hear of it");
	cr_assert(api_count_notices(&office.api, office.dpo.id, NOTICE_RETENTION_CHANGED) == 1,
		"and whoever decides of erasures");
	cr_assert(api_count_notices(&office.api, office.anna.id, NOTICE_RETENTION_CHANGED) == 0);
	cr_assert(api_count_events(&office.api, office.api.tenant.id, ACTION_RETENTION_CHANGED) == 1);
}

Test(pruning, more_than_12_months_needs_a_justification_and_a_second_person)
{
	scoped(office) office = {0};
	office_open(&office);
	set(&office, "{\"class\":\"security\",\"months\":24}");
	cr_assert(api_has_problem(&office.answer, "/justification", "missing"));
	cr_assert(
		set(&office, "{\"class\":\"security\",\"months\":24,\"justification\":\"a claim\"}") == 202);
	cr_assert(months_of_security(&office) == 12, "not yet");
	cr_assert(api_count_notices(&office.api, office.owner.id, NOTICE_CHANGE) == 1, "whoever may decide");
	cr_assert(api_count_notices(&office.api, office.dpo.id, NOTICE_CHANGE) == 0, "who asks knows");
	decide(&office, &office.dpo, true);
	cr_assert(api_is_code(&office.answer, 403, "not_allowed"), "the same person");
	decide(&office, &office.anna, true);
	cr_assert(api_is_code(&office.answer, 403, "not_allowed"), "without the right");
	cr_assert(decide(&office, &office.owner, true) == 200 && months_of_security(&office) == 24);
	cr_assert(decide(&office, &office.owner, true) == 409, "nothing waits");
}

Test(pruning, what_a_second_person_refuses_stays_as_it_was)
{
	scoped(office) office = {0};
	office_open(&office);
	cr_assert(
		set(&office, "{\"class\":\"security\",\"months\":36,\"justification\":\"a claim\"}") == 202);
	cr_assert(decide(&office, &office.owner, false) == 200 && months_of_security(&office) == 12);
	cr_assert(decide(&office, &office.owner, true) == 409);
	cr_assert(api_count_events(&office.api, office.api.tenant.id, ACTION_RETENTION_CHANGED) == 0);
}

Test(pruning, is_ruled_by_proven_people_alone)
{
	scoped(office) office = {0};
	office_open(&office);
	api_call(&office.api, "PUT", "/v1/retention", office.api.tenant.token,
		"{\"class\":\"security\",\"months\":6}", &office.answer);
	cr_assert(api_is_code(&office.answer, 403, "person_unproven"));
	cr_assert(call(&office, "PUT", "/v1/retention", &office.anna,
			  "{\"class\":\"security\",\"months\":6}") == 403);
}

/* ---- what goes ---- */

Test(pruning, takes_nothing_that_is_not_12_months_old)
{
	scoped(office) office = {0};
	office_open(&office);
	rename_anna(&office, "Anna B");
	months_pass(&office, 11);
	sign(&office);
	struct pruning_report report = prune(&office);
	cr_assert(report.dropped == 0 && report.tenants == 0 && report.looked_at > 3);
	cr_assert(check(&office).stubs == 0);
}

Test(pruning, takes_what_is_older_says_so_and_the_store_is_sound)
{
	scoped(office) office = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct event_read event;
	char path[PATH];
	office_open(&office);
	rename_anna(&office, "Anna B");
	event_path(&office, ACTION_PERSON_CHANGED, path);
	cr_assert(call(&office, "GET", path, &office.owner, NULL) == 200);
	months_pass(&office, 13);
	sign(&office);
	struct pruning_report report = prune(&office);
	cr_assert(report.tenants == 1 && report.dropped > 3);
	call(&office, "GET", path, &office.owner, NULL);
	cr_assert(api_is_code(&office.answer, 410, "pruned"), "%s", office.answer.body);
	cr_assert(check(&office).stubs == report.dropped);
	api_find_event(&office.api, office.api.tenant.id, ACTION_LOG_SEGMENT_PURGED, &arena, &event);
	cr_assert(event.leaf.actor == LEAF_SYSTEM && event.leaf.count == report.dropped);
	struct span detail = event.texts[LEAF_TEXT_DETAIL];
	cr_assert(memmem(detail.at, detail.len, "root_hash", 9) &&
		memmem(detail.at, detail.len, "\"size\"", 6));
	cr_assert(prune(&office).dropped == 0, "once");
}

/* delegation.recorded, kept for the time of a contract and after. */
static void delegate(struct office *office)
{
	api_call(&office->api, "POST", "/v1/events", office->api.tenant.token,
		"{\"action\":\"delegation.recorded\",\"actor\":\"system\",\"client\":\"karlsson\",\"detail\":"
		"{\"system\":"
		"\"bank\",\"level\":\"pay\"}}",
		&office->answer);
	cr_assert(office->answer.status == 201, "%s", office->answer.body);
}

static size_t delegations(struct office *office)
{
	return api_count_events(&office->api, office->api.tenant.id, ACTION_DELEGATION_RECORDED);
}

static void become(struct office *office, const char *state)
{
	char body[PATH];
	snprintf(body, sizeof body, "{\"state\":\"%s\"}", state);
	cr_assert(call(office, "PATCH", "/v1/clients/karlsson", &office->owner, body) == 200, "%s",
		office->answer.body);
}

Test(pruning, keeps_what_belongs_to_a_contract_while_it_runs_and_12_months_from_its_end)
{
	scoped(office) office = {0};
	office_open(&office);
	cr_assert(api_call(&office.api, "POST", "/v1/clients", office.api.tenant.token,
			  "{\"ref\":\"karlsson\",\"name\":\"Karlsson AB\"}", &office.answer) == 201,
		"%s", office.answer.body);
	delegate(&office);
	months_pass(&office, 13);
	sign(&office);
	cr_assert(prune(&office).dropped > 0 && delegations(&office) == 1, "it runs");
	become(&office, "paused");
	months_pass(&office, 13);
	sign(&office);
	cr_assert(prune(&office).dropped > 0 && delegations(&office) == 1, "nor has it ended so");
	become(&office, "ended");
	months_pass(&office, 11);
	sign(&office);
	prune(&office);
	cr_assert(delegations(&office) == 1, "11 months from its end");
	months_pass(&office, 2);
	sign(&office);
	cr_assert(prune(&office).dropped > 0 && delegations(&office) == 0, "13 months from its end");
	cr_assert(check(&office).fault == CHECK_SOUND);
}

Test(pruning, keeps_what_says_when_a_contract_ended_as_long_as_what_belongs_to_it)
{
	scoped(office) office = {0};
	office_open(&office);
	cr_assert(api_call(&office.api, "POST", "/v1/clients", office.api.tenant.token,
			  "{\"ref\":\"karlsson\",\"name\":\"Karlsson AB\"}", &office.answer) == 201,
		"%s", office.answer.body);
	cr_assert(set(&office, "{\"class\":\"security\",\"months\":6}") == 200, "%s", office.answer.body);
	delegate(&office);
	months_pass(&office, 13);
	become(&office, "ended");
	months_pass(&office, 8);
	sign(&office);
	prune(&office);
	prune(&office);
	cr_assert(delegations(&office) == 1, "8 months from its end");
	months_pass(&office, 5);
	sign(&office);
	prune(&office);
	cr_assert(delegations(&office) == 0, "13 months from its end");
}

Test(pruning, leaves_lists_and_proofs_of_what_is_there)
{
	scoped(office) office = {0};
	char path[PATH], proof[PATH + 8];
	office_open(&office);
	rename_anna(&office, "Anna B");
	months_pass(&office, 13);
	rename_anna(&office, "Anna C");
	sign(&office);
	cr_assert(prune(&office).dropped > 3);
	cr_assert(call(&office, "GET", "/v1/events?action=person.changed", &office.owner, NULL) == 200);
	cr_assert(json_array_size(api_member(&office.answer, "items")) == 1, "%s", office.answer.body);
	cr_assert(json_is_true(api_member(&office.answer, "scanned/complete")));
	cr_assert(json_integer_value(api_member(&office.answer, "scanned/from")) == 0, "it was looked for");
	event_path(&office, ACTION_PERSON_CHANGED, path);
	snprintf(proof, sizeof proof, "%s/proof", path);
	cr_assert(call(&office, "GET", proof, &office.owner, NULL) == 200);
	sign(&office);
}

Test(pruning, leaves_no_count_of_what_is_gone)
{
	scoped(office) office = {0};
	office_open(&office);
	rename_anna(&office, "Anna B");
	months_pass(&office, 13);
	rename_anna(&office, "Anna C");
	sign(&office);
	const char *path = "/v1/events:facets?action=person.changed";
	cr_assert(call(&office, "GET", path, &office.owner, NULL) == 200, "%s", office.answer.body);
	cr_assert(json_integer_value(api_member(&office.answer, "total")) == 2, "both are there still");
	cr_assert(prune(&office).dropped > 3);
	cr_assert(call(&office, "GET", path, &office.owner, NULL) == 200);
	cr_assert(json_integer_value(api_member(&office.answer, "total")) == 1, "%s", office.answer.body);
	cr_assert(
		json_integer_value(api_member(&office.answer, "class/staff")) == 1, "%s", office.answer.body);
}

static void complete_file(struct office *office, int from)
{
	char body[PATH];
	snprintf(body, sizeof body,
		"{\"format\":\"evidence\",\"purpose\":\"x\",\"complete\":true,\"range\":{\"from\":%d}}",
		from);
	call(office, "POST", "/v1/exports", &office->owner, body);
}

Test(pruning, begins_no_complete_file_of_a_range_that_has_lost_entries)
{
	scoped(office) office = {0};
	office_open(&office);
	rename_anna(&office, "Anna B");
	months_pass(&office, 13);
	sign(&office);
	cr_assert(prune(&office).dropped > 3);
	int asked = (int)api_count_events(&office.api, office.api.tenant.id, ACTION_EXPORT_REQUESTED);
	complete_file(&office, 0);
	cr_assert(api_is_code(&office.answer, 410, "pruned"), "%s", office.answer.body);
	cr_assert((int)api_count_events(&office.api, office.api.tenant.id, ACTION_EXPORT_REQUESTED) == asked);
	call(&office, "GET", "/v1/log/tile/entries/000.p/4", &office.owner, NULL);
	cr_assert(api_is_code(&office.answer, 410, "pruned"), "%s", office.answer.body);
	complete_file(&office, 1 << 20);
	cr_assert(!api_is_code(&office.answer, 410, "pruned"), "nothing of it was pruned: %s",
		office.answer.body);
}

Test(pruning, hashes_of_what_is_gone_still_prove_that_it_was_there)
{
	scoped(office) office = {0};
	scoped(tree) before = {0};
	scoped(tree) after = {0};
	struct merkle_hash root, again;
	office_open(&office);
	rename_anna(&office, "Anna B");
	must(tree_open(&office.api.server.volume, office.api.tenant.id, &before));
	uint64_t size = before.size;
	struct merkle_source source = tree_source(&before);
	must(merkle_range_root(&source, size, &root));
	tree_done(&before);
	before = (struct tree){.size = 0};
	months_pass(&office, 13);
	sign(&office);
	cr_assert(prune(&office).dropped >= size - 2);
	must(tree_open(&office.api.server.volume, office.api.tenant.id, &after));
	source = tree_source(&after);
	must(merkle_range_root(&source, size, &again));
	cr_assert(memcmp(&root, &again, sizeof root) == 0);
}

Test(pruning, raises_the_minimum_index_only_over_what_is_all_gone)
{
	scoped(office) office = {0};
	char path[PATH];
	office_open(&office);
	rename_anna(&office, "Anna B");
	months_pass(&office, 13);
	sign(&office);
	uint64_t dropped = prune(&office).dropped;
	cr_assert(
		dropped > 3 && pruned(&office).minimum == 0, "the tenant's beginning is kept for 36 months");
	cr_assert(call(&office, "GET", "/v1/log/tile/entries/000.p/4", &office.owner, NULL) == 410);
	months_pass(&office, 24);
	sign(&office);
	dropped += prune(&office).dropped;
	struct pruned now = pruned(&office);
	cr_assert(now.count == dropped && now.minimum == dropped && check(&office).stubs == dropped);
	cr_assert(call(&office, "GET", "/v1/retention", &office.owner, NULL) == 200);
	cr_assert(json_integer_value(api_member(&office.answer, "minimum_index")) == (int64_t)dropped);
	snprintf(path, sizeof path, "/v1/log/tile/entries/000.p/%u", (unsigned)dropped);
	cr_assert(call(&office, "GET", path, &office.owner, NULL) == 404, "%s", office.answer.body);
	snprintf(path, sizeof path, "/v1/log/tile/0/000.p/%u", (unsigned)dropped);
	cr_assert(call(&office, "GET", path, &office.owner, NULL) == 200, "the hashes are there");
}

Test(pruning, leaves_a_log_that_nobody_signed_for_the_next_time)
{
	scoped(office) office = {0};
	office_open(&office);
	months_pass(&office, 13);
	cr_assert(prune(&office).dropped == 0 && check(&office).stubs == 0);
	sign(&office);
	cr_assert(prune(&office).dropped > 0);
}

/* ---- holds ---- */

Test(pruning, takes_nothing_of_a_tenant_that_is_held)
{
	scoped(office) office = {0};
	office_open(&office);
	months_pass(&office, 13);
	cr_assert(call(&office, "POST", "/v1/holds", &office.dpo,
			  "{\"subject\":{\"tenant\":true},\"ground\":\"x\"}") == 201);
	sign(&office);
	struct pruning_report report = prune(&office);
	cr_assert(report.held == 1 && report.dropped == 0 && check(&office).stubs == 0);
}

Test(pruning, keeps_what_names_a_person_who_is_held_and_takes_the_rest)
{
	scoped(office) office = {0};
	char path[PATH], body[PATH];
	office_open(&office);
	rename_anna(&office, "Anna B");
	event_path(&office, ACTION_PERSON_CHANGED, path);
	months_pass(&office, 13);
	snprintf(body, sizeof body, "{\"subject\":{\"person\":\"%s\"},\"ground\":\"x\"}", office.anna.text);
	cr_assert(call(&office, "POST", "/v1/holds", &office.dpo, body) == 201, "%s", office.answer.body);
	sign(&office);
	cr_assert(prune(&office).dropped > 1);
	cr_assert(call(&office, "GET", path, &office.owner, NULL) == 200, "%s", office.answer.body);
	check(&office);
}
