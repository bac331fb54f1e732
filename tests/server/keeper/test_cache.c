/* SPDX-License-Identifier: Apache-2.0 */
/* test_cache - the right key or none, and none that was unwrapped before the last clearing. */
#include "server/keeper/cache.h"

#include <criterion/criterion.h>
#include <pthread.h>

enum { ARENA_BYTES = 1024 * 1024, MANY = 20000, ROUNDS = 2000 };

struct scene {
	struct secret_arena *arena;
	struct cache *cache;
};

static void must(struct err err)
{
	cr_assert(!err_failed(err), "%s (%s)", err.why, err.at);
}

static void scene_open(struct scene *scene)
{
	bool locked;
	must(secret_setup());
	must(secret_arena_open(ARENA_BYTES, SECRET_LOCK_WANTED, &scene->arena, &locked));
	must(cache_open(scene->arena, &scene->cache));
}

static void scene_done(struct scene *scene)
{
	cache_close(scene->cache);
	secret_arena_close(scene->arena);
}

static struct keyring_name name_of(unsigned number)
{
	struct keyring_name name = {.kind = KEYRING_PERSON};
	memset(name.tenant.bytes, 7, sizeof name.tenant.bytes);
	memcpy(name.id.bytes, &number, sizeof number);
	memcpy(name.id.bytes + 12, &number, sizeof number);
	return name;
}

static struct seal_key key_of(unsigned number)
{
	struct seal_key key = {{1}};
	memcpy(key.bytes + 4, &number, sizeof number);
	return key;
}

static void put(struct scene *scene, unsigned number)
{
	const struct keyring_name name = name_of(number);
	const struct seal_key key = key_of(number);
	cache_put(scene->cache, &name, &key, number + 1, cache_generation(scene->cache));
}

/* Whether it is there; what is there has to be the right one. */
static bool has(struct scene *scene, unsigned number)
{
	const struct keyring_name name = name_of(number);
	const struct seal_key want = key_of(number);
	struct seal_key key;
	uint32_t epoch;
	if (!cache_get(scene->cache, &name, &key, &epoch))
		return false;
	cr_assert(memcmp(&key, &want, sizeof key) == 0 && epoch == number + 1, "key %u", number);
	return true;
}

Test(cache, is_empty_in_the_beginning)
{
	scoped(scene) scene = {0};
	struct keyring_name nobody = {0};
	struct sign_key pair;
	struct seal_key key;
	uint32_t epoch;
	scene_open(&scene);
	cr_assert(!has(&scene, 1));
	nobody.kind = KEYRING_TENANT;
	cr_assert(!cache_get(scene.cache, &nobody, &key, &epoch), "an empty place is nobody's");
	cr_assert(!cache_get_pair(scene.cache, &nobody, &pair));
}

Test(cache, gives_back_what_was_put)
{
	scoped(scene) scene = {0};
	scene_open(&scene);
	put(&scene, 1);
	cr_assert(has(&scene, 1) && !has(&scene, 2));
}

Test(cache, tells_kind_tenant_and_id_apart)
{
	scoped(scene) scene = {0};
	struct keyring_name name = name_of(1);
	struct seal_key key;
	uint32_t epoch;
	scene_open(&scene);
	put(&scene, 1);
	for (unsigned kind = KEYRING_TENANT; kind <= KEYRING_SEARCH; kind++) {
		name.kind = (enum keyring_kind)kind;
		cr_assert(cache_get(scene.cache, &name, &key, &epoch) == (kind == KEYRING_PERSON));
	}
	name = name_of(1);
	/* Not one of the bytes by which the place is chosen, so that both names have the same place. */
	name.tenant.bytes[0]++;
	cr_assert(!cache_get(scene.cache, &name, &key, &epoch));
	name = name_of(1);
	name.id.bytes[4]++;
	cr_assert(!cache_get(scene.cache, &name, &key, &epoch));
}

Test(cache, a_newer_key_takes_an_older_ones_place_and_none_is_ever_anothers)
{
	scoped(scene) scene = {0};
	size_t kept = 0;
	scene_open(&scene);
	for (unsigned i = 0; i < MANY; i++) {
		put(&scene, i);
		cr_assert(has(&scene, i), "the newest is there");
	}
	for (unsigned i = 0; i < MANY; i++)
		kept += has(&scene, i);
	cr_assert(kept > 100 && kept < MANY, "%zu are left", kept);
}

Test(cache, forgets_everything_when_it_is_cleared)
{
	scoped(scene) scene = {0};
	const struct keyring_name name = name_of(1);
	struct sign_key pair = {0};
	scene_open(&scene);
	for (unsigned i = 0; i < 100; i++)
		put(&scene, i);
	cache_put_pair(scene.cache, &name, &pair, cache_generation(scene.cache));
	cr_assert(cache_get_pair(scene.cache, &name, &pair));
	cache_clear(scene.cache);
	for (unsigned i = 0; i < 100; i++)
		cr_assert(!has(&scene, i));
	cr_assert(!cache_get_pair(scene.cache, &name, &pair));
	put(&scene, 1);
	cr_assert(has(&scene, 1), "and is of use again");
}

/* A reader unwrapped the key, then it was destroyed, then the reader comes to put it. */
Test(cache, a_key_that_was_unwrapped_before_the_clearing_does_not_come_back)
{
	scoped(scene) scene = {0};
	const struct keyring_name name = name_of(1);
	const struct seal_key key = key_of(1);
	struct sign_key pair = {0};
	scene_open(&scene);
	uint64_t before = cache_generation(scene.cache);
	cache_clear(scene.cache);
	cache_put(scene.cache, &name, &key, 2, before);
	cache_put_pair(scene.cache, &name, &pair, before);
	cr_assert(!has(&scene, 1) && !cache_get_pair(scene.cache, &name, &pair));
	cr_assert(cache_generation(scene.cache) != before);
}

Test(cache, both_halves_of_a_signing_key_are_one_entry)
{
	scoped(scene) scene = {0};
	struct sign_key one, other, read;
	static const uint8_t SEED[SIGN_SEED] = {1}, OTHER_SEED[SIGN_SEED] = {2};
	struct keyring_name name = name_of(1), another = name_of(2);
	name.kind = KEYRING_CHECKPOINT;
	another.kind = KEYRING_RECEIPT;
	sign_key_init(&one, SEED);
	sign_key_init(&other, OTHER_SEED);
	scene_open(&scene);
	cache_put_pair(scene.cache, &name, &one, cache_generation(scene.cache));
	cache_put_pair(scene.cache, &another, &other, cache_generation(scene.cache));
	if (cache_get_pair(scene.cache, &name, &read))
		cr_assert(memcmp(&read, &one, sizeof read) == 0);
	cr_assert(cache_get_pair(scene.cache, &another, &read));
	cr_assert(memcmp(&read, &other, sizeof read) == 0);
}

Test(cache, the_two_signing_keys_of_a_tenant_never_take_each_others_place)
{
	scoped(scene) scene = {0};
	scene_open(&scene);
	for (unsigned number = 0; number < MANY; number++) {
		struct sign_key first = {0}, second = {0}, found;
		struct keyring_name checkpoint = {.kind = KEYRING_CHECKPOINT};
		memcpy(checkpoint.tenant.bytes + 12, &number, sizeof number);
		struct keyring_name receipt = checkpoint;
		receipt.kind = KEYRING_RECEIPT;
		cache_put_pair(scene.cache, &checkpoint, &first, cache_generation(scene.cache));
		cache_put_pair(scene.cache, &receipt, &second, cache_generation(scene.cache));
		cr_assert(cache_get_pair(scene.cache, &checkpoint, &found), "%u", number);
		cr_assert(cache_get_pair(scene.cache, &receipt, &found), "%u", number);
	}
}

Test(cache, an_arena_that_is_too_small_is_said_so_and_gets_everything_back)
{
	struct secret_arena *arena = NULL;
	struct cache *cache = NULL;
	struct secret cell = {0};
	bool locked;
	must(secret_setup());
	must(secret_arena_open(64 * 1024, SECRET_LOCK_WANTED, &arena, &locked));
	cr_assert(cache_open(arena, &cache).kind == ERR_NO_MEMORY && cache == NULL);
	must(secret_take(arena, 16 * 1024, &cell));
	secret_done(&cell);
	secret_arena_close(arena);
	cache_close(NULL);
}

/* ---- threads ---- */

static void *put_and_look(void *context)
{
	struct scene *scene = context;
	for (unsigned i = 0; i < ROUNDS; i++) {
		put(scene, i % 50);
		(void)has(scene, (i * 7) % 50);
	}
	return NULL;
}

Test(cache, under_several_threads_a_key_is_whole_or_not_there)
{
	enum { THREADS = 3 };
	scoped(scene) scene = {0};
	pthread_t threads[THREADS];
	scene_open(&scene);
	for (size_t i = 0; i < THREADS; i++)
		cr_assert(pthread_create(&threads[i], NULL, put_and_look, &scene) == 0);
	for (int i = 0; i < 200; i++)
		cache_clear(scene.cache);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}
