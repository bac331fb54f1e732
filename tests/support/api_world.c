/* SPDX-License-Identifier: Apache-2.0 */
/* api_world - start it all, speak HTTP to it, and look into the store behind its back. */
#include "tests/support/api_world.h"

#include "base/text.h"
#include "crypto/random.h"
#include "crypto/slot.h"
#include "server/api/log/follow.h"
#include "server/core/people/tenants.h"
#include "server/http/waiters.h"
#include "store/index/mount.h"
#include "tests/support/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	SECRETS_BYTES = 1024 * 1024,
	CLOSE_MS = 10000,
	SETUP_MEMORY = 1024 * 1024,
	ANSWER_MAX = 16 * 1024 * 1024,
	TOKEN_TTL_MS = 86400000,
	PATH_MAX_BYTES = 256,
};

static const char DEVICE[] = "{\"id\":\"laptop-1\",\"ip\":\"203.0.113.7\",\"user_agent\":\"Mozilla/5.0\"}";

static void must(struct err err)
{
	if (!err_failed(err))
		return;
	fprintf(stderr, "%s (%s)\n", err.why, err.at);
	abort();
}

/* ---- the server ---- */

static void failed(void *context, struct err err, const char *request_id)
{
	(void)context;
	fprintf(stderr, "%s: %s (%s)\n", request_id, err.why, err.at);
}

static void committed(void *context)
{
	(void)context;
}

static void fatal(void *context, struct err err)
{
	(void)context;
	must(err);
}

static void open_store(struct api_world *world)
{
	static const uint8_t UNSEAL[SLOT_SECRET] = {42};
	bool locked;
	must(secret_setup());
	must(secret_arena_open(SECRETS_BYTES, SECRET_LOCK_WANTED, &world->secrets, &locked));
	const struct keeper_ask keys = {.backend = &kv_lmdb,
		.directory = world->dir.path,
		.unseal = {.kind = SLOT_KEY_FILE, .text = SPAN_BYTES(UNSEAL)},
		.arena = world->secrets,
		.create = true};
	must(keeper_open(&keys, &world->server.keeper));
	const struct mount_ask store = {.directory = world->dir.path,
		.backend = &kv_lmdb,
		.keys = keeper_keys(world->server.keeper),
		.create = true};
	must(mount_open(&store, &world->server.volume));
	must(committer_open(&world->server.volume, (struct alarm){.tell = fatal}, &world->server.committer));
}

static void follower_failed(void *context, struct err err)
{
	failed(context, err, "events:tail");
}

static void open_follow(struct api_world *world)
{
	const struct follow_ask ask = {.server = &world->server,
		.followers_max = API_FOLLOWERS,
		.renew_ms = API_RENEW_MS,
		.heartbeat_ms = API_HEARTBEAT_MS,
		.stall_ms = API_STALL_MS,
		.failed = follower_failed};
	must(follow_open(&ask, &world->server.follow));
	committer_set_bell(world->server.committer, (struct bell){world->server.follow, follow_wake});
}

static void open_http(struct api_world *world)
{
	world->dispatch = (struct dispatch){&world->server, world, failed, committed};
	world->app = dispatch_app(&world->dispatch);
	const struct http_ask ask = {
		.listen = "127.0.0.1:0",
		.threads = 2,
		.connections_max = 64,
		.header_deadline_ms = 10000,
		.body_deadline_ms = 10000,
		.idle_ms = 10000,
		.app = &world->app,
	};
	must(http_open(&ask, &world->http));
}

void api_world_done(struct api_world *world)
{
	if (world->http)
		http_quiesce(world->http);
	follow_stop(world->server.follow);
	waiters_stop(world->server.waiters);
	http_close(world->http, CLOSE_MS);
	if (world->server.follow)
		committer_set_bell(world->server.committer, (struct bell){0});
	follow_close(world->server.follow);
	committer_close(world->server.committer);
	waiters_close(world->server.waiters);
	volume_close(&world->server.volume);
	keeper_close(world->server.keeper);
	secret_arena_close(world->secrets);
	temp_dir_done(&world->dir);
}

/* ---- who may call ---- */

void api_world_run(struct api_world *world, fallible (*run)(struct act *act, void *context), void *context)
{
	must(committer_run(world->server.committer,
		(struct act_job){.kind = ACT_EVENT, .run = run, .context = context}));
}

struct tenant_write {
	struct api_world *world;
	struct tenants_add add;
};

static void hash_token(const struct api_world *world, const char *text, uint8_t hash[static HASH_BLAKE])
{
	const struct span token = span_of(text, TOKEN_TEXT);
	keeper_hash(world->server.keeper, KEEPER_TOKEN, &token, 1, hash);
}

static fallible write_tenant(struct act *act, void *context)
{
	struct tenant_write *write = context;
	uint8_t hash[HASH_BLAKE];
	const struct token operator= {
		.kind = TOKEN_OPERATOR, .expires = {act->now.ms + 365 * (int64_t)TOKEN_TTL_MS}};
	hash_token(write->world, write->world->operator, hash);
	TRY(token_put(act, hash, &operator));
	return tenants_add_write(act, &write->add);
}

void api_world_tenant(struct api_world *world, struct api_tenant *tenant)
{
	scoped(arena) arena = ARENA(SETUP_MEMORY);
	const struct caller operator= {.kind = TOKEN_OPERATOR};
	struct tenant_write write = {world,
		{.name = SPAN_LIT("A business"),
			.security_contact = SPAN_LIT("help@example.org"),
			.token_ttl_s = 24 * 3600}};
	must(tenants_add_prepare(&world->server, &operator, clock_now(), &arena, &write.add));
	api_world_run(world, write_tenant, &write);
	tenant->id = write.add.tenant.id;
	tenant->application = write.add.application.id;
	memcpy(tenant->token, write.add.token, sizeof tenant->token);
}

void api_world_open(struct api_world *world)
{
	*world = (struct api_world){.dir = temp_dir_make(),
		.server = {.log_name = "muniment.invalid",
			.app_name = "Muniment",
			.erasure_wait_ms = INT64_C(72) * 3600 * 1000,
			.backup_days = 30}};
	open_store(world);
	world->server.secrets = world->secrets;
	open_follow(world);
	must(waiters_open(API_WAITERS, &world->server.waiters));
	committer_set_watch(world->server.committer, (struct watch){world->server.waiters, waiters_wake});
	world->server.exports = &world->exports;
	tokens_make(TOKEN_OPERATOR, world->operator);
	api_world_tenant(world, &world->tenant);
	open_http(world);
}

/* ---- people and applications, put there by hand ---- */

struct person_write {
	struct person person;
	struct token token;
	uint8_t hash[HASH_BLAKE];
	struct event_draft draft;
	struct buf sealed;
};

static fallible write_person(struct act *act, void *context)
{
	struct person_write *write = context;
	TRY(person_put(act, &write->person, buf_span(&write->sealed)));
	TRY(token_put(act, write->hash, &write->token));
	return act_add(act, write->person.tenant, &write->draft.leaf, NULL);
}

static void seal_added(struct api_world *world, struct id tenant, enum action action, enum id_kind kind,
	struct id object, struct arena *arena, struct event_draft *draft)
{
	struct event event = {.action = action,
		.source = LEAF_SERVER,
		.actor = LEAF_SYSTEM,
		.has_object_kind = true,
		.object_kind = kind};
	event.ids[LEAF_ID_OBJECT] = object;
	must(event_seal(world->server.volume.keys, tenant, &event, clock_now(), arena, draft));
}

void api_world_person(struct api_world *world, const struct api_tenant *tenant, const char *role,
	const char *email, struct api_person *person)
{
	scoped(arena) arena = ARENA(SETUP_MEMORY);
	struct instant now = clock_now();
	struct person_write write = {.person = {.tenant = tenant->id,
					     .id = random_id(now),
					     .created = now,
					     .email_changed = {now.ms - 2 * (int64_t)TOKEN_TTL_MS},
					     .name = SPAN_LIT("Ivana Petrova"),
					     .email = span_text(email)},
		.sealed = BUF(4096)};
	const struct subject subject = {SUBJECT_PERSON, write.person.id};
	if (role)
		write.person.roles[write.person.role_count++] = span_text(role);
	person->id = write.person.id;
	ids_print(ID_PERSON, person->id, person->text);
	tokens_make(TOKEN_PERSON, person->token);
	hash_token(world, person->token, write.hash);
	write.token = (struct token){.kind = TOKEN_PERSON,
		.tenant = tenant->id,
		.owner = person->id,
		.id = random_id(now),
		.expires = {now.ms + 30 * (int64_t)TOKEN_TTL_MS}};
	must(keeper_make_subject(world->server.keeper, tenant->id, &subject));
	must(person_seal(world->server.volume.keys, &write.person, &write.sealed));
	seal_added(world, tenant->id, ACTION_PERSON_ADDED, ID_PERSON, person->id, &arena, &write.draft);
	api_world_run(world, write_person, &write);
	buf_done(&write.sealed);
}

static fallible write_token(struct act *act, void *context)
{
	struct person_write *write = context;
	TRY(token_put(act, write->hash, &write->token));
	return act_add(act, write->token.tenant, &write->draft.leaf, NULL);
}

void api_world_token(
	struct api_world *world, const struct api_tenant *tenant, struct id person, struct api_person *holder)
{
	scoped(arena) arena = ARENA(SETUP_MEMORY);
	struct instant now = clock_now();
	struct person_write write = {.token = {.kind = TOKEN_PERSON,
					     .tenant = tenant->id,
					     .owner = person,
					     .id = random_id(now),
					     .expires = {now.ms + 30 * (int64_t)TOKEN_TTL_MS}}};
	holder->id = person;
	ids_print(ID_PERSON, person, holder->text);
	tokens_make(TOKEN_PERSON, holder->token);
	hash_token(world, holder->token, write.hash);
	seal_added(world, tenant->id, ACTION_PERSON_CHANGED, ID_PERSON, person, &arena, &write.draft);
	api_world_run(world, write_token, &write);
}

struct application_write {
	struct application application;
	struct event_draft draft;
};

static fallible write_application(struct act *act, void *context)
{
	struct application_write *write = context;
	const struct application *application = &write->application;
	const struct token token = {.kind = TOKEN_APPLICATION,
		.tenant = application->tenant,
		.owner = application->id,
		.expires = application->expires};
	TRY(application_put(act, application));
	TRY(token_put(act, application->token, &token));
	return act_add(act, application->tenant, &write->draft.leaf, NULL);
}

void api_world_application(struct api_world *world, const struct api_tenant *tenant, uint32_t scopes,
	struct api_application *application)
{
	scoped(arena) arena = ARENA(SETUP_MEMORY);
	struct instant now = clock_now();
	struct application_write write = {.application = {.tenant = tenant->id,
						  .id = random_id(now),
						  .scopes = scopes,
						  .created = now,
						  .expires = {now.ms + 60 * (int64_t)TOKEN_TTL_MS},
						  .name = SPAN_LIT("booking")}};
	application->id = write.application.id;
	ids_print(ID_APPLICATION, application->id, application->text);
	tokens_make(TOKEN_APPLICATION, application->token);
	hash_token(world, application->token, write.application.token);
	seal_added(world, tenant->id, ACTION_APPLICATION_REGISTERED, ID_APPLICATION, application->id, &arena,
		&write.draft);
	api_world_run(world, write_application, &write);
}

/* ---- requests ---- */

void api_answer_done(struct api_answer *answer)
{
	free(answer->head);
	free(answer->body);
	json_decref(answer->json);
	*answer = (struct api_answer){0};
}

static void put_header(struct buf *out, const char *name, const char *value)
{
	if (value)
		buf_printf(out, "%s: %s\r\n", name, value);
}

static void put_request(const struct api_request *ask, struct buf *out)
{
	const char *body = ask->body ? ask->body : "";
	buf_printf(out, "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n", ask->method, ask->path);
	if (ask->token)
		buf_printf(out, "Authorization: Bearer %s\r\n", ask->token);
	put_header(out, "Muniment-Actor", ask->actor);
	put_header(out, "Muniment-Verification", ask->verification);
	put_header(out, "Idempotency-Key", ask->key);
	if (ask->actor && !ask->no_device) {
		buf_put_text(out, "Muniment-Device: ");
		text_put_base64url(out, span_text(DEVICE));
		buf_put_text(out, "\r\n");
	}
	buf_put_text(out, ask->more ? ask->more : "");
	if (ask->body)
		buf_printf(out, "Content-Type: application/json\r\nContent-Length: %zu\r\n", strlen(body));
	buf_put_text(out, "\r\n");
	buf_put_text(out, body);
	must(buf_check(out));
}

static void take_reply(const struct buf *reply, struct api_answer *answer)
{
	const uint8_t *end = reply->len ? memmem(reply->data, reply->len, "\r\n\r\n", 4) : NULL;
	size_t head = end ? (size_t)(end - reply->data) : reply->len;
	size_t body = end ? head + 4 : head;
	answer->head = strndup((const char *)reply->data, head);
	answer->body = strndup((const char *)reply->data + body, reply->len - body);
	answer->json = json_loads(answer->body, JSON_DECODE_ANY, NULL);
}

int api_ask(struct api_world *world, const struct api_request *request, struct api_answer *answer)
{
	scoped(buf) out = BUF(ANSWER_MAX);
	scoped(buf) reply = BUF(ANSWER_MAX);
	api_answer_done(answer);
	put_request(request, &out);
	answer->status = wire_ask(http_port(world->http), buf_span(&out), &reply);
	take_reply(&reply, answer);
	return answer->status;
}

int api_call(struct api_world *world, const char *method, const char *path, const char *token,
	const char *body, struct api_answer *answer)
{
	const struct api_request request = {.method = method, .path = path, .token = token, .body = body};
	return api_ask(world, &request, answer);
}

/* ---- answers ---- */

const json_t *api_member(const struct api_answer *answer, const char *path)
{
	char copy[PATH_MAX_BYTES];
	char *rest = copy, *name;
	const json_t *at = answer->json;
	if (snprintf(copy, sizeof copy, "%s", path) >= (int)sizeof copy)
		abort();
	while (at && (name = strsep(&rest, "/")) != NULL)
		at = json_is_array(at) ? json_array_get(at, strtoul(name, NULL, 10))
				       : json_object_get(at, name);
	return at;
}

const char *api_text(const struct api_answer *answer, const char *path)
{
	const char *text = json_string_value(api_member(answer, path));
	if (!text) {
		fprintf(stderr, "no text at %s in %d %s\n", path, answer->status, answer->body);
		abort();
	}
	return text;
}

bool api_has(const struct api_answer *answer, const char *path, const char *text)
{
	const char *found = json_string_value(api_member(answer, path));
	return found && strcmp(found, text) == 0;
}

bool api_is_code(const struct api_answer *answer, int status, const char *code)
{
	bool is = answer->status == status && api_has(answer, "code", code);
	if (!is)
		fprintf(stderr, "not %d %s but %d %s\n", status, code, answer->status,
			answer->body ? answer->body : "");
	return is;
}

bool api_has_problem(const struct api_answer *answer, const char *pointer, const char *code)
{
	const json_t *errors = api_member(answer, "errors");
	for (size_t i = 0; i < json_array_size(errors); i++) {
		const json_t *row = json_array_get(errors, i);
		const char *at = json_string_value(json_object_get(row, "pointer"));
		const char *is = json_string_value(json_object_get(row, "code"));
		if (at && is && strcmp(at, pointer) == 0 && strcmp(is, code) == 0)
			return true;
	}
	fprintf(stderr, "no problem %s at %s in %d %s\n", code, pointer, answer->status,
		answer->body ? answer->body : "");
	return false;
}

/* ---- behind its back ---- */

/* Counts the tenant's events of an action; the newest one's row is left in *newest, its leaf in the arena. */
static size_t walk_log(struct api_world *world, struct id tenant, enum action action, struct arena *arena,
	struct log_row *newest)
{
	scoped(reading) reading = {0};
	scoped(kv_cursor) rows = {0};
	size_t count = 0;
	must(reading_open(&world->server.volume, &reading));
	must(kv_seek(&reading.txn, TABLE_LOG, SPAN_NONE, &rows));
	while (kv_next(&rows)) {
		struct log_row row;
		struct leaf leaf;
		must(log_decode(rows.key, rows.value, &row));
		if (row.leaf.len == 0)
			continue;
		must(leaf_decode(row.leaf, &leaf));
		if (!ids_equal(row.tenant, tenant) || leaf.action != action_row(action)->code)
			continue;
		count++;
		*newest = row;
		if (arena)
			newest->leaf = arena_copy(arena, row.leaf);
	}
	must(rows.err);
	return count;
}

size_t api_count_events(struct api_world *world, struct id tenant, enum action action)
{
	struct log_row unused;
	return walk_log(world, tenant, action, NULL, &unused);
}

void api_find_event(struct api_world *world, struct id tenant, enum action action, struct arena *arena,
	struct event_read *event)
{
	struct log_row row;
	if (walk_log(world, tenant, action, arena, &row) == 0) {
		fprintf(stderr, "no event %s\n", action_row(action)->name);
		abort();
	}
	must(event_read(world->server.volume.keys, &row, EVENT_SEES_ALL, arena, event));
}

size_t api_count_notices(struct api_world *world, struct id person, enum notice_kind kind)
{
	scoped(arena) arena = ARENA(SETUP_MEMORY);
	scoped(reading) reading = {0};
	struct notice notice = {0};
	struct id after = {0};
	struct err err = OK;
	size_t count = 0;
	must(reading_open(&world->server.volume, &reading));
	const struct view view = view_reading(&reading);
	while (notice_next(&view, after, (struct instant){INT64_MAX}, &arena, &notice, &err)) {
		count += notice.kind == kind && (ids_is_none(person) || ids_equal(person, notice.person));
		after = notice.id;
	}
	must(err);
	return count;
}
