/* SPDX-License-Identifier: Apache-2.0 */
/* test_slips - one reader, one reading, minutes; and nothing of it on the disk, before or after. */
#include "server/core/vault/slips.h"

#include "server/sweeps.h"
#include "tests/server/vault_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <ftw.h>
#include <pthread.h>
#include <stdio.h>

#define CODE "cvc 737 kettle-plant"

enum { AT_ONCE = 64, DAY = 24 * 60 * 60 * 1000 };

static int write_as(struct vault *vault, const char *token, const char *to, const char *more)
{
	char body[VAULT_BODY];
	snprintf(body, sizeof body, "{\"to\":\"%s\",\"text\":\"" CODE "\"%s}", to, more);
	return vault_call_as(vault, token, "POST", "/v1/slips", body);
}

/* A slip for the assistant, for five minutes; its id. */
static void write_slip(struct vault *vault, const char *more, char id[static ID_TEXT + 1])
{
	char members[256];
	snprintf(members, sizeof members, ",\"ttl_s\":300%s", more);
	cr_assert(write_as(vault, vault->api.tenant.token, vault->assistant.text, members) == 201, "%s",
		vault->answer.body);
	snprintf(id, ID_TEXT + 1, "%s", api_text(&vault->answer, "id"));
}

static int read_as(struct vault *vault, const char *token, const char *id)
{
	char path[VAULT_PATH];
	snprintf(path, sizeof path, "/v1/slips/%s/read", id);
	return vault_call_as(vault, token, "POST", path, NULL);
}

/* ---- what lies on the disk ---- */

static const char *sought;
static bool found;

static int look(const char *path, const struct stat *stat, int type, struct FTW *where)
{
	(void)stat, (void)where;
	FILE *file = type == FTW_F ? fopen(path, "r") : NULL;
	size_t len = strlen(sought), held = 0;
	static char bytes[1 << 20];
	for (size_t got; file && (got = fread(bytes + held, 1, sizeof bytes - held, file)) > 0;) {
		found = found || memmem(bytes, held + got, sought, len);
		held = held + got < len ? held + got : len - 1;
		memmove(bytes, bytes + got, held);
	}
	if (file)
		fclose(file);
	return 0;
}

/* Every byte of every file, free pages too. */
static bool lies_on_disk(struct vault *vault, const char *text)
{
	sought = text;
	found = false;
	cr_assert(nftw(vault->api.dir.path, look, 16, FTW_PHYS) == 0);
	return found;
}

/* ---- reading ---- */

Test(slips, is_read_once_by_the_one_it_is_for_and_then_is_gone)
{
	scoped(vault) vault = {0};
	char id[ID_TEXT + 1];
	vault_open(&vault);
	write_slip(&vault, ",\"client\":\"karlsson\",\"task\":\"T-9\"", id);
	cr_assert(strncmp(id, "slp_", 4) == 0 && api_has(&vault.answer, "to", vault.assistant.text));
	cr_assert(api_has(&vault.answer, "expires", "2026-11-21T12:05:00.000Z"));
	cr_assert(strstr(vault.answer.body, "737") == NULL);
	cr_assert(read_as(&vault, vault.assistant.token, id) == 200, "%s", vault.answer.body);
	cr_assert(api_has(&vault.answer, "text", CODE) && strstr(vault.answer.head, "no-store"));
	read_as(&vault, vault.assistant.token, id);
	cr_assert(api_is_code(&vault.answer, 410, "gone") && strstr(vault.answer.body, "737") == NULL);
	cr_assert(vault_events(&vault, ACTION_SLIP_CREATED) == 1);
	cr_assert(vault_events(&vault, ACTION_SLIP_READ) == 2); /* the second one says: denied */
}

Test(slips, the_event_of_a_reading_names_slip_client_and_task_and_a_second_one_is_denied)
{
	scoped(vault) vault = {0};
	scoped(arena) arena = ARENA(64 * 1024);
	struct event_read event;
	char id[ID_TEXT + 1], text[ID_TEXT + 1];
	vault_open(&vault);
	write_slip(&vault, ",\"client\":\"karlsson\",\"task\":\"T-9\"", id);
	read_as(&vault, vault.assistant.token, id);
	api_find_event(&vault.api, vault.api.tenant.id, ACTION_SLIP_READ, &arena, &event);
	ids_print(ID_SLIP, event.leaf.ids[LEAF_ID_OBJECT], text);
	cr_assert(strcmp(text, id) == 0 && event.leaf.outcome == LEAF_SUCCESS);
	cr_assert(ids_equal(event.leaf.ids[LEAF_ID_CLIENT], vault.client));
	cr_assert(ids_equal(event.leaf.ids[LEAF_ID_ACTOR], vault.assistant.id));
	cr_assert(span_is(event.texts[LEAF_TEXT_TASK], "T-9"));
	read_as(&vault, vault.assistant.token, id);
	api_find_event(&vault.api, vault.api.tenant.id, ACTION_SLIP_READ, &arena, &event);
	cr_assert(event.leaf.outcome == LEAF_DENIED && event.leaf.reason == REASON_REPLAYED);
}

Test(slips, nobody_else_reads_it_and_their_trying_burns_nothing)
{
	scoped(vault) vault = {0};
	struct api_person other;
	struct api_tenant elsewhere;
	char id[ID_TEXT + 1];
	vault_open(&vault);
	api_world_person(&vault.api, &vault.api.tenant, "owner", NULL, &other);
	api_world_tenant(&vault.api, &elsewhere);
	write_slip(&vault, "", id);
	read_as(&vault, other.token, id);
	cr_assert(api_is_code(&vault.answer, 404, "not_found"));
	read_as(&vault, elsewhere.token, id);
	cr_assert(vault.answer.status == 403 || vault.answer.status == 404);
	read_as(&vault, vault.api.tenant.token, id);
	cr_assert(api_is_code(&vault.answer, 403, "person_unproven"));
	char path[VAULT_PATH];
	snprintf(path, sizeof path, "/v1/slips/%s/read", id);
	const struct api_request asserted = {.method = "POST",
		.path = path,
		.token = vault.api.tenant.token,
		.actor = vault.assistant.text};
	api_ask(&vault.api, &asserted, &vault.answer);
	cr_assert(api_is_code(&vault.answer, 403, "person_unproven"));
	cr_assert(read_as(&vault, vault.assistant.token, id) == 200);
}

Test(slips, a_scope_that_only_uses_does_not_read)
{
	scoped(vault) vault = {0};
	struct api_application user;
	char id[ID_TEXT + 1], path[VAULT_PATH];
	vault_open(&vault);
	api_world_application(&vault.api, &vault.api.tenant, SCOPE_BIT(VAULT_USE) | SCOPE_BIT(VERIFY), &user);
	write_slip(&vault, "", id);
	snprintf(path, sizeof path, "/v1/slips/%s/read", id);
	vault_call_as(&vault, user.token, "POST", path, NULL);
	cr_assert(api_is_code(&vault.answer, 403, "scope_missing"));
}

Test(slips, its_time_is_over_at_the_second_and_the_sweep_says_so)
{
	scoped(vault) vault = {0};
	char in_time[ID_TEXT + 1], late[ID_TEXT + 1];
	vault_open(&vault);
	write_slip(&vault, "", in_time);
	write_slip(&vault, "", late);
	fake_clock_pass(300 * 1000 - 1);
	cr_assert(read_as(&vault, vault.assistant.token, in_time) == 200);
	fake_clock_pass(1);
	read_as(&vault, vault.assistant.token, late);
	cr_assert(api_is_code(&vault.answer, 410, "gone"));
}

/* ---- while its client has stopped all use ---- */

static void freeze(struct vault *vault, bool frozen)
{
	cr_assert(vault_call_for(vault, vault->contact, frozen ? "POST" : "DELETE",
			  "/v1/clients/karlsson/freeze", NULL) == 200,
		"%s", vault->answer.body);
}

Test(slips, is_not_read_and_not_used_up_while_its_client_has_stopped_all_use)
{
	scoped(vault) vault = {0};
	scoped(arena) arena = ARENA(64 * 1024);
	struct event_read event;
	char id[ID_TEXT + 1], of_nobody[ID_TEXT + 1];
	vault_open(&vault);
	write_slip(&vault, ",\"client\":\"karlsson\"", id);
	write_slip(&vault, "", of_nobody);
	freeze(&vault, true);
	read_as(&vault, vault.assistant.token, id);
	cr_assert(vault_is_refused(&vault, "frozen"), "%s", vault.answer.body);
	cr_assert(strstr(vault.answer.body, "737") == NULL);
	api_find_event(&vault.api, vault.api.tenant.id, ACTION_SLIP_READ, &arena, &event);
	cr_assert(event.leaf.outcome == LEAF_DENIED && event.leaf.reason == REASON_FROZEN);
	cr_assert(ids_equal(event.leaf.ids[LEAF_ID_CLIENT], vault.client));
	cr_assert(api_count_notices(&vault.api, vault.contact, NOTICE_SLIP_READ) == 0);
	cr_assert(read_as(&vault, vault.assistant.token, of_nobody) == 200, "%s", vault.answer.body);
	freeze(&vault, false);
	cr_assert(read_as(&vault, vault.assistant.token, id) == 200, "%s", vault.answer.body);
	cr_assert(api_has(&vault.answer, "text", CODE));
	cr_assert(api_count_notices(&vault.api, vault.contact, NOTICE_SLIP_READ) == 1);
}

static void set_client(struct vault *vault, const char *state)
{
	char body[VAULT_BODY];
	snprintf(body, sizeof body, "{\"state\":\"%s\"}", state);
	cr_assert(vault_call(vault, "PATCH", "/v1/clients/karlsson", body) == 200, "%s", vault->answer.body);
}

Test(slips, is_neither_written_nor_read_while_its_client_is_paused)
{
	scoped(vault) vault = {0};
	scoped(arena) arena = ARENA(64 * 1024);
	struct event_read event;
	char id[ID_TEXT + 1];
	vault_open(&vault);
	write_slip(&vault, ",\"client\":\"karlsson\"", id);
	set_client(&vault, "paused");
	read_as(&vault, vault.assistant.token, id);
	cr_assert(vault_is_refused(&vault, "grant_suspended"), "%s", vault.answer.body);
	cr_assert(strstr(vault.answer.body, "737") == NULL);
	api_find_event(&vault.api, vault.api.tenant.id, ACTION_SLIP_READ, &arena, &event);
	cr_assert(event.leaf.outcome == LEAF_DENIED && event.leaf.reason == REASON_GRANT_SUSPENDED);
	write_as(&vault, vault.api.tenant.token, vault.assistant.text,
		",\"ttl_s\":60,\"client\":\"karlsson\"");
	cr_assert(vault_is_refused(&vault, "grant_suspended"), "%s", vault.answer.body);
	set_client(&vault, "active");
	cr_assert(read_as(&vault, vault.assistant.token, id) == 200, "not used up: %s", vault.answer.body);
	cr_assert(api_has(&vault.answer, "text", CODE));
}

Test(slips, is_neither_written_nor_read_when_its_client_has_left)
{
	scoped(vault) vault = {0};
	char id[ID_TEXT + 1];
	vault_open(&vault);
	write_slip(&vault, ",\"client\":\"karlsson\"", id);
	set_client(&vault, "ended");
	read_as(&vault, vault.assistant.token, id);
	cr_assert(api_is_code(&vault.answer, 410, "gone"), "%s", vault.answer.body);
	cr_assert(strstr(vault.answer.body, "737") == NULL);
	write_as(&vault, vault.api.tenant.token, vault.assistant.text,
		",\"ttl_s\":60,\"client\":\"karlsson\"");
	cr_assert(api_is_code(&vault.answer, 409, "conflict"), "%s", vault.answer.body);
	cr_assert(vault_events(&vault, ACTION_SLIP_CREATED) == 1);
}

/* Who was refused as frozen once is told next what holds for good. */
Test(slips, its_time_goes_on_while_its_client_has_stopped_all_use)
{
	scoped(vault) vault = {0};
	char was_read[ID_TEXT + 1], late[ID_TEXT + 1];
	vault_open(&vault);
	write_slip(&vault, ",\"client\":\"karlsson\"", was_read);
	write_slip(&vault, ",\"client\":\"karlsson\"", late);
	cr_assert(read_as(&vault, vault.assistant.token, was_read) == 200);
	freeze(&vault, true);
	read_as(&vault, vault.assistant.token, was_read);
	cr_assert(api_is_code(&vault.answer, 410, "gone"), "%s", vault.answer.body);
	fake_clock_pass(300 * 1000 - 1);
	read_as(&vault, vault.assistant.token, late);
	cr_assert(vault_is_refused(&vault, "frozen"), "%s", vault.answer.body);
	fake_clock_pass(1);
	read_as(&vault, vault.assistant.token, late);
	cr_assert(api_is_code(&vault.answer, 410, "gone"), "%s", vault.answer.body);
	freeze(&vault, false);
	read_as(&vault, vault.assistant.token, late);
	cr_assert(api_is_code(&vault.answer, 410, "gone"), "%s", vault.answer.body);
}

static fallible sweep(struct act *act, void *context)
{
	return sweeps_run(act, 100, context);
}

static size_t sweep_all(struct vault *vault)
{
	struct due_round round = {0};
	struct err err = committer_run(vault->api.server.committer,
		(struct act_job){.kind = ACT_HOUSEKEEPING, .run = sweep, .context = &round});
	cr_assert(!err_failed(err), "%s (%s)", err.why, err.at);
	return round.done;
}

Test(slips, unread_it_expires_with_an_event_and_its_row_goes_after_a_week)
{
	scoped(vault) vault = {0};
	char unread[ID_TEXT + 1], was_read[ID_TEXT + 1];
	vault_open(&vault);
	write_slip(&vault, "", unread);
	write_slip(&vault, "", was_read);
	read_as(&vault, vault.assistant.token, was_read);
	fake_clock_pass(300 * 1000);
	sweep_all(&vault);
	cr_assert(vault_events(&vault, ACTION_SLIP_EXPIRED) == 1);
	read_as(&vault, vault.assistant.token, unread);
	cr_assert(vault.answer.status == 410);
	fake_clock_pass(SLIP_KEPT_MS);
	sweep_all(&vault);
	cr_assert(vault_events(&vault, ACTION_SLIP_EXPIRED) == 1);
	read_as(&vault, vault.assistant.token, unread);
	cr_assert(vault.answer.status == 404);
	read_as(&vault, vault.assistant.token, was_read);
	cr_assert(vault.answer.status == 404);
	cr_assert(sweep_all(&vault) == 0);
}

Test(slips, a_repeated_reading_is_answered_without_the_text)
{
	scoped(vault) vault = {0};
	char id[ID_TEXT + 1], path[VAULT_PATH];
	vault_open(&vault);
	write_slip(&vault, "", id);
	snprintf(path, sizeof path, "/v1/slips/%s/read", id);
	const struct api_request again = {
		.method = "POST", .path = path, .token = vault.assistant.token, .key = "once"};
	cr_assert(api_ask(&vault.api, &again, &vault.answer) == 200 && api_has(&vault.answer, "text", CODE));
	cr_assert(api_ask(&vault.api, &again, &vault.answer) == 200);
	cr_assert(api_has(&vault.answer, "withheld/0", "/text") && !api_member(&vault.answer, "text"));
	cr_assert(strstr(vault.answer.body, "737") == NULL);
}

/* ---- at once ---- */

struct runner {
	struct vault *vault;
	pthread_barrier_t *gate;
	pthread_t thread;
	const char *path;
	int status;
	bool shown;
};

static void *read_it(void *context)
{
	struct runner *runner = context;
	scoped(api_answer) answer = {0};
	pthread_barrier_wait(runner->gate);
	runner->status = api_call(
		&runner->vault->api, "POST", runner->path, runner->vault->assistant.token, NULL, &answer);
	runner->shown = strstr(answer.body, "737") != NULL;
	return NULL;
}

Test(slips, of_sixty_four_readings_at_once_one_gets_it)
{
	scoped(vault) vault = {0};
	static struct runner runners[AT_ONCE];
	pthread_barrier_t gate;
	char id[ID_TEXT + 1], path[VAULT_PATH];
	size_t read = 0, gone = 0, shown = 0;
	vault_open(&vault);
	write_slip(&vault, "", id);
	snprintf(path, sizeof path, "/v1/slips/%s/read", id);
	pthread_barrier_init(&gate, NULL, AT_ONCE);
	for (size_t i = 0; i < AT_ONCE; i++) {
		runners[i] = (struct runner){.vault = &vault, .gate = &gate, .path = path};
		cr_assert(pthread_create(&runners[i].thread, NULL, read_it, &runners[i]) == 0);
	}
	for (size_t i = 0; i < AT_ONCE; i++) {
		pthread_join(runners[i].thread, NULL);
		read += runners[i].status == 200;
		gone += runners[i].status == 410;
		shown += runners[i].shown;
	}
	pthread_barrier_destroy(&gate);
	cr_assert(read == 1 && shown == 1 && gone == AT_ONCE - 1, "%zu %zu %zu", read, shown, gone);
}

/* ---- the disk ---- */

Test(slips, its_bytes_lie_nowhere_on_the_disk_neither_before_nor_after)
{
	scoped(vault) vault = {0};
	char id[ID_TEXT + 1];
	vault_open(&vault);
	write_slip(&vault, "", id);
	cr_assert(lies_on_disk(&vault, "MNSHRED1"), "what is in clear is found");
	cr_assert(!lies_on_disk(&vault, "kettle-plant"));
	cr_assert(read_as(&vault, vault.assistant.token, id) == 200);
	cr_assert(!lies_on_disk(&vault, "kettle-plant"));
}

static void take_row(struct vault *vault, const char *text, struct arena *arena, struct slip *slip)
{
	struct id id;
	scoped(reading) reading = {0};
	cr_assert(!err_failed(ids_parse(ID_SLIP, span_text(text), &id)));
	cr_assert(!err_failed(reading_open(&vault->api.server.volume, &reading)));
	struct view view = view_reading(&reading);
	cr_assert(!err_failed(slip_get(&view, vault->api.tenant.id, id, arena, slip)));
}

static struct err open_kept(struct vault *vault, const struct slip *kept)
{
	scoped(buf) text = BUF(SLIP_TEXT_MAX);
	const struct slips_read read = {.slip = *kept};
	return slips_open(&vault->api.server, &read, &text);
}

/* Somebody kept the row as it was before the reading, as a copy of data/ would. */
Test(slips, an_older_copy_is_dark_when_the_keys_of_its_day_are_gone)
{
	scoped(vault) vault = {0};
	scoped(arena) arena = ARENA(16 * 1024);
	struct slip kept, after;
	char id[ID_TEXT + 1];
	vault_open(&vault);
	write_slip(&vault, "", id);
	take_row(&vault, id, &arena, &kept);
	cr_assert(read_as(&vault, vault.assistant.token, id) == 200);
	take_row(&vault, id, &arena, &after);
	cr_assert(after.sealed.len == 0 && after.state == SLIP_READ);
	cr_assert(!err_failed(open_kept(&vault, &kept)), "the twin: with its key it opens");
	struct instant later = clock_now();
	cr_assert(!err_failed(keeper_turn(vault.api.server.keeper, later)));
	later.ms += (int64_t)(KEEPER_SHORT_DAYS + 1) * DAY;
	cr_assert(!err_failed(keeper_turn(vault.api.server.keeper, later)));
	cr_assert(open_kept(&vault, &kept).kind == ERR_NOT_FOUND);
}

/* ---- writing ---- */

Test(slips, it_lives_from_half_a_minute_to_fifteen)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	const char *token = vault.api.tenant.token, *to = vault.assistant.text;
	cr_assert(write_as(&vault, token, to, ",\"ttl_s\":30") == 201);
	cr_assert(write_as(&vault, token, to, ",\"ttl_s\":900") == 201);
	cr_assert(write_as(&vault, token, to, ",\"ttl_s\":29") == 422);
	cr_assert(write_as(&vault, token, to, ",\"ttl_s\":901") == 422);
	cr_assert(api_has_problem(&vault.answer, "/ttl_s", "not_allowed"));
	cr_assert(write_as(&vault, token, to, "") == 422 &&
		api_has_problem(&vault.answer, "/ttl_s", "missing"));
	cr_assert(write_as(&vault, token, to, ",\"ttl_s\":60,\"ttl\":1") == 422 &&
		api_has_problem(&vault.answer, "/ttl", "unknown_field"));
}

Test(slips, an_empty_or_overlong_text_is_refused)
{
	scoped(vault) vault = {0};
	char body[SLIP_TEXT_MAX + 256], text[SLIP_TEXT_MAX + 2];
	vault_open(&vault);
	for (size_t len = SLIP_TEXT_MAX; len <= SLIP_TEXT_MAX + 1; len++) {
		memset(text, 'x', len);
		text[len] = '\0';
		snprintf(body, sizeof body, "{\"to\":\"%s\",\"text\":\"%s\",\"ttl_s\":60}",
			vault.assistant.text, text);
		vault_call(&vault, "POST", "/v1/slips", body);
		cr_assert(vault.answer.status == (len > SLIP_TEXT_MAX ? 422 : 201));
	}
	snprintf(body, sizeof body, "{\"to\":\"%s\",\"text\":\"\",\"ttl_s\":60}", vault.assistant.text);
	vault_call(&vault, "POST", "/v1/slips", body);
	cr_assert(vault.answer.status == 422);
}

Test(slips, goes_to_nobody_who_is_not_here)
{
	scoped(vault) vault = {0};
	struct api_tenant elsewhere;
	struct api_person stranger;
	vault_open(&vault);
	api_world_tenant(&vault.api, &elsewhere);
	api_world_person(&vault.api, &elsewhere, "assistant", NULL, &stranger);
	write_as(&vault, vault.api.tenant.token, stranger.text, ",\"ttl_s\":60");
	cr_assert(api_is_code(&vault.answer, 422, "unknown_person"));
	write_as(&vault, vault.api.tenant.token, vault.assistant.text, ",\"ttl_s\":60,\"client\":\"nobody\"");
	cr_assert(api_is_code(&vault.answer, 422, "unknown_client"));
	cr_assert(vault_events(&vault, ACTION_SLIP_CREATED) == 0);
}

/* The contact may what the role "client" may. */
static void let_contact(struct vault *vault)
{
	struct api_person owner;
	char path[VAULT_PATH], contact[ID_TEXT + 1];
	api_world_person(&vault->api, &vault->api.tenant, "owner", NULL, &owner);
	ids_print(ID_PERSON, vault->contact, contact);
	snprintf(path, sizeof path, "/v1/people/%s", contact);
	vault_call_as(vault, owner.token, "PATCH", path, "{\"roles\":[\"client\"]}");
	cr_assert(vault->answer.status == 200, "%s", vault->answer.body);
}

static int write_as_contact(struct vault *vault, const char *to)
{
	char body[VAULT_BODY], contact[ID_TEXT + 1];
	ids_print(ID_PERSON, vault->contact, contact);
	snprintf(body, sizeof body, "{\"to\":\"%s\",\"text\":\"" CODE "\",\"ttl_s\":60}", to);
	const struct api_request request = {.method = "POST",
		.path = "/v1/slips",
		.token = vault->api.tenant.token,
		.actor = contact,
		.body = body};
	return api_ask(&vault->api, &request, &vault->answer);
}

Test(slips, a_clients_contact_writes_to_the_staff_but_finds_no_other_client)
{
	scoped(vault) vault = {0};
	char id[ID_TEXT + 1];
	vault_open(&vault);
	vault_call(&vault, "POST", "/v1/clients",
		"{\"name\":\"Other\",\"ref\":\"other\",\"contacts\":[{\"name\":\"Ove\",\"email\":\"ove@other."
		"example\"}]}");
	char ove[ID_TEXT + 1];
	snprintf(ove, sizeof ove, "%s", api_text(&vault.answer, "contacts/0/id"));
	let_contact(&vault);
	write_as_contact(&vault, ove);
	cr_assert(api_is_code(&vault.answer, 422, "unknown_person"));
	cr_assert(write_as_contact(&vault, vault.assistant.text) == 201, "%s", vault.answer.body);
	snprintf(id, sizeof id, "%s", api_text(&vault.answer, "id"));
	cr_assert(read_as(&vault, vault.assistant.token, id) == 200);
	cr_assert(api_count_notices(&vault.api, vault.contact, NOTICE_SLIP_READ) == 1);
	cr_assert(api_count_notices(&vault.api, vault.assistant.id, NOTICE_SLIP_READ) == 0);
}

Test(slips, none_is_written_for_a_client_who_has_stopped_all_use)
{
	scoped(vault) vault = {0};
	scoped(arena) arena = ARENA(64 * 1024);
	struct event_read event;
	char contact[ID_TEXT + 1];
	vault_open(&vault);
	let_contact(&vault);
	ids_print(ID_PERSON, vault.contact, contact);
	const char *token = vault.api.tenant.token, *to = vault.assistant.text;
	cr_assert(vault_call(&vault, "POST", "/v1/clients", "{\"name\":\"Berg\",\"ref\":\"berg\"}") == 201);
	freeze(&vault, true);
	write_as(&vault, token, to, ",\"ttl_s\":60,\"client\":\"karlsson\"");
	cr_assert(vault_is_refused(&vault, "frozen"), "%s", vault.answer.body);
	api_find_event(&vault.api, vault.api.tenant.id, ACTION_ACCESS_DENIED, &arena, &event);
	cr_assert(event.leaf.outcome == LEAF_DENIED && event.leaf.reason == REASON_FROZEN);
	write_as(&vault, token, contact, ",\"ttl_s\":60");
	cr_assert(vault_is_refused(&vault, "frozen"), "what goes to its contact is the client's, too");
	write_as_contact(&vault, to);
	cr_assert(vault_is_refused(&vault, "frozen"), "%s", vault.answer.body);
	cr_assert(vault_events(&vault, ACTION_SLIP_CREATED) == 0);
	cr_assert(write_as(&vault, token, to, ",\"ttl_s\":60,\"client\":\"berg\"") == 201);
	cr_assert(write_as(&vault, token, to, ",\"ttl_s\":60") == 201);
	freeze(&vault, false);
	cr_assert(write_as_contact(&vault, to) == 201, "%s", vault.answer.body);
}
