/* SPDX-License-Identifier: Apache-2.0 */
/* credential_reuse - open, hash, forget; then sort. */
#include "server/core/vault/credential_reuse.h"

#include "crypto/random.h"
#include "server/core/detail.h"
#include "server/core/sight.h"
#include "server/core/vault/credentials.h"
#include "server/core/vault/fields.h"
#include "store/nouns/event_add.h"

#include <stdlib.h>

enum { ROW_MEMORY = 128 * 1024 };

/* One run: what is looked at, and the key that dies with it. */
struct run {
	const struct scene *scene;
	struct sight sight;
	struct mac_key key;
};

/* ---- one password ---- */

static fallible hash_field(const struct run *run, const struct credential *credential, uint64_t held_by,
	struct arena *row, uint8_t hash[static HASH_BLAKE])
{
	struct version holder;
	scoped(secret) plain = {0};
	TRY(version_get(run->scene->view, credential->tenant, credential->id, held_by, row, &holder));
	TRY(fields_open(run->scene->server, &holder, credential->client, CREDENTIAL_PASSWORD, &plain));
	const struct span parts[] = {secret_span(&plain)};
	hash_mac(&run->key, parts, 1, hash);
	return OK;
}

/* A login with a seed alone has no password; one of a client who was erased has none any more. */
static fallible hash_password(const struct run *run, const struct credential *credential, struct arena *row,
	struct credential_reuse_item *item, bool *has)
{
	struct version current;
	*has = false;
	TRY(version_get(
		run->scene->view, credential->tenant, credential->id, credential->current, row, &current));
	const struct version_field *field = version_field(&current, CREDENTIAL_PASSWORD);
	if (!field)
		return OK;
	struct err err = hash_field(run, credential, field->held_by, row, item->hash);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	if (err.kind == ERR_FORGED)
		return FAIL(CORRUPT, "a stored secret does not open");
	TRY(err);
	item->credential = credential->id;
	*has = true;
	return OK;
}

/* ---- all of them ---- */

static bool is_compared(const struct run *run, const struct credential *credential)
{
	return credential->kind == CREDENTIAL_LOGIN && credential->state == CREDENTIAL_ACTIVE &&
		sight_has_client(&run->sight, credential->client);
}

static fallible hash_all(const struct run *run, struct id client, struct credential_reuse *reuse)
{
	struct id after = {0};
	struct credential credential;
	struct err err;
	scoped(arena) row = ARENA(ROW_MEMORY);
	reuse->count = 0;
	reuse->complete = true;
	while (credential_next(
		run->scene->view, run->scene->caller->tenant, client, &after, &row, &credential, &err)) {
		bool has = false;
		reuse->complete = reuse->count < CREDENTIAL_REUSE_MAX;
		if (!reuse->complete)
			return OK;
		if (is_compared(run, &credential))
			TRY(hash_password(run, &credential, &row, &reuse->items[reuse->count], &has));
		reuse->count += has;
		arena_clear(&row);
	}
	return err;
}

/* Within a group in the order of the ids. */
static int compare(const void *one, const void *other)
{
	return memcmp(one, other, sizeof(struct credential_reuse_item));
}

size_t credential_reuse_run(const struct credential_reuse *reuse, size_t at)
{
	size_t count = 1;
	while (at + count < reuse->count &&
		memcmp(reuse->items[at].hash, reuse->items[at + count].hash, HASH_BLAKE) == 0)
		count++;
	return count;
}

static void group(struct credential_reuse *reuse)
{
	qsort(reuse->items, reuse->count, sizeof *reuse->items, compare);
	reuse->groups = 0;
	for (size_t at = 0; at < reuse->count; at += credential_reuse_run(reuse, at))
		reuse->groups += credential_reuse_run(reuse, at) > 1;
}

/* ---- the use-case ---- */

static fallible check_caller(const struct caller *caller)
{
	static const uint64_t EITHER = CAPABILITY_BIT(GRANT_GIVE) | CAPABILITY_BIT(GRANT_APPROVE);
	return caller->capabilities & EITHER ? OK
					     : FAIL(DENIED, "only who decides on grants compares passwords");
}

static fallible find_client(const struct scene *scene, const struct run *run,
	const struct credential_reuse *reuse, struct id *client)
{
	*client = (struct id){0};
	if (reuse->client.len == 0)
		return OK;
	TRY(client_find(scene->view, scene->caller->tenant, reuse->client, client));
	return sight_has_client(&run->sight, *client)
		? OK
		: FAIL(NOT_FOUND, "the client is outside what the caller sees");
}

static fallible seal_event(const struct scene *scene, struct id client, struct credential_reuse *reuse)
{
	scoped(buf) compared = BUF(24), groups = BUF(24);
	struct event event = scene_event(scene, ACTION_CREDENTIAL_REUSE_CHECKED);
	buf_printf(&compared, "%zu", reuse->count);
	buf_printf(&groups, "%zu", reuse->groups);
	TRY(buf_check(&compared));
	TRY(buf_check(&groups));
	const struct detail_field fields[] = {{"compared", buf_span(&compared), DETAIL_NUMBER},
		{"groups", buf_span(&groups), DETAIL_NUMBER}};
	event.ids[LEAF_ID_CLIENT] = client;
	TRY(detail_print(fields, 2, scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return scene_seal(scene, &event, &reuse->draft);
}

fallible credential_reuse_prepare(const struct scene *scene, struct credential_reuse *reuse)
{
	struct run run = {.scene = scene};
	struct id client;
	TRY(check_caller(scene->caller));
	TRY(credentials_sight(scene->view, scene->caller, scene->arena, &run.sight));
	TRY(find_client(scene, &run, reuse, &client));
	reuse->items = arena_alloc(scene->arena, CREDENTIAL_REUSE_MAX * sizeof *reuse->items);
	if (!reuse->items)
		return FAIL(NO_MEMORY, "a call has no memory to compare passwords");
	random_fill(run.key.bytes, sizeof run.key.bytes);
	struct err err = hash_all(&run, client, reuse);
	mac_key_done(&run.key);
	TRY(err);
	group(reuse);
	return seal_event(scene, client, reuse);
}

fallible credential_reuse_write(struct act *act, struct id tenant, struct credential_reuse *reuse)
{
	return event_add(act, tenant, &reuse->draft.leaf, NULL);
}
