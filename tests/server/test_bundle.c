/* SPDX-License-Identifier: Apache-2.0 */
/* test_bundle - shares that come in are each looked at, and only right ones of one slot are kept. */
#include "server/bundle.h"

#include "crypto/secret.h"
#include "tests/server/keeper_world.h"

#include <criterion/criterion.h>

enum { COUNT = 5, LEAST = 3, OTHERS = 2 };

static const struct slots_secret BY_FILE = {.kind = SLOT_KEY_FILE, .text = {KEEPER_SECRET, SLOT_SECRET}};

struct scene {
	struct keeper_world world;
	struct keyring *keyring;
	struct share shares[COUNT], others[OTHERS];
	struct bundle bundle;
};

static void scene_done(struct scene *scene)
{
	bundle_done(&scene->bundle);
	keyring_close(scene->keyring);
	keeper_world_done(&scene->world);
}

static void add_slot(struct scene *scene, size_t least, size_t count, struct share *shares)
{
	const struct slots_ask ask = {.kind = SLOT_SHARES, .least = least, .count = count};
	uint32_t number;
	keeper_world_must(slots_add(scene->keyring, &BY_FILE, &ask, shares, &number));
}

static void scene_make(struct scene *scene)
{
	keeper_world_make(&scene->world);
	scene->keyring = keeper_world_open_keyring(&scene->world);
	add_slot(scene, LEAST, COUNT, scene->shares);
	add_slot(scene, OTHERS, OTHERS, scene->others);
}

static struct err bring(struct scene *scene, const struct share *share)
{
	char text[SHARE_TEXT + 1];
	share_print(share, text);
	return bundle_add(&scene->bundle, scene->keyring, span_of(text, SHARE_TEXT));
}

static bool opens(struct scene *scene)
{
	scoped(seal_key) root = {0};
	const struct slots_secret secret = bundle_secret(&scene->bundle);
	return !err_failed(slots_open(scene->keyring, &secret, &root));
}

Test(bundle, is_full_with_as_many_shares_as_its_slot_needs_and_opens_then)
{
	scoped(scene) scene = {0};
	scene_make(&scene);
	cr_assert(!bundle_is_full(&scene.bundle), "nothing was brought");
	for (uint8_t i = 0; i < LEAST; i++) {
		cr_assert(!bundle_is_full(&scene.bundle) && !opens(&scene), "%u shares", i);
		keeper_world_must(bring(&scene, &scene.shares[COUNT - 1 - i]));
		cr_assert(scene.bundle.count == i + 1 && scene.bundle.least == LEAST);
	}
	cr_assert(bundle_is_full(&scene.bundle) && opens(&scene));
}

Test(bundle, names_what_is_wrong_and_keeps_what_is_right)
{
	scoped(scene) scene = {0};
	struct share changed;
	scene_make(&scene);
	keeper_world_must(bring(&scene, &scene.shares[0]));
	struct err again = bring(&scene, &scene.shares[0]), other = bring(&scene, &scene.others[0]);
	cr_assert(again.kind == ERR_INPUT && strstr(again.why, "already"), "%s", again.why);
	cr_assert(other.kind == ERR_INPUT && strstr(other.why, "another slot"), "%s", other.why);
	changed = scene.shares[1];
	changed.point.y[7] ^= 1;
	cr_assert(bring(&scene, &changed).kind == ERR_FORGED, "a whole text with other bytes");
	changed = scene.shares[1];
	changed.set[0] ^= 1;
	cr_assert(bring(&scene, &changed).kind == ERR_FORGED, "of a set that the store has not");
	cr_assert(bundle_add(&scene.bundle, scene.keyring, SPAN_LIT("mn1-nothing")).kind == ERR_INPUT);
	cr_assert(bundle_add(&scene.bundle, scene.keyring, SPAN_NONE).kind == ERR_INPUT);
	cr_assert(scene.bundle.count == 1 && scene.bundle.least == LEAST, "what was there stays");
	keeper_world_must(bring(&scene, &scene.shares[1]));
	keeper_world_must(bring(&scene, &scene.shares[2]));
	cr_assert(opens(&scene));
}

Test(bundle, the_first_share_says_which_slot_it_is_about)
{
	scoped(scene) scene = {0};
	scene_make(&scene);
	keeper_world_must(bring(&scene, &scene.others[1]));
	cr_assert(bring(&scene, &scene.shares[0]).kind == ERR_INPUT);
	keeper_world_must(bring(&scene, &scene.others[0]));
	cr_assert(bundle_is_full(&scene.bundle) && opens(&scene));
	cr_assert(bring(&scene, &scene.others[0]).kind == ERR_INPUT, "there is no room for one twice");
}

Test(bundle, nothing_is_left_of_it_when_it_is_done)
{
	scoped(scene) scene = {0};
	static const struct bundle none = {.count = 0};
	scene_make(&scene);
	keeper_world_must(bring(&scene, &scene.shares[0]));
	bundle_done(&scene.bundle);
	cr_assert(memcmp(&scene.bundle, &none, sizeof none) == 0);
}
