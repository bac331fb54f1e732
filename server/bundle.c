/* SPDX-License-Identifier: Apache-2.0 */
/* bundle - look at each share when it comes. */
#include "server/bundle.h"

#include "crypto/secret.h"

void bundle_done(struct bundle *bundle)
{
	secret_wipe(bundle, sizeof *bundle);
}

static bool is_of_another_slot(const struct bundle *bundle, const struct share *share)
{
	return bundle->count > 0 && memcmp(bundle->shares[0].set, share->set, SHARE_SET) != 0;
}

static bool is_there(const struct bundle *bundle, const struct share *share)
{
	for (size_t i = 0; i < bundle->count; i++)
		if (bundle->shares[i].point.x == share->point.x)
			return true;
	return false;
}

static fallible check(
	const struct bundle *bundle, struct keyring *keyring, const struct share *share, uint8_t *least)
{
	TRY(slots_check_share(keyring, share, least));
	if (is_of_another_slot(bundle, share))
		return FAIL(INPUT, "this share is of another slot than those before");
	if (is_there(bundle, share))
		return FAIL(INPUT, "this share was given already");
	return bundle->count < SHAMIR_MOST ? OK : FAIL(INPUT, "there are shares enough");
}

fallible bundle_add(struct bundle *bundle, struct keyring *keyring, struct span typed)
{
	scoped(share) share = {.count = 0};
	uint8_t least;
	TRY(share_parse(typed, &share));
	TRY(check(bundle, keyring, &share, &least));
	bundle->shares[bundle->count++] = share;
	bundle->least = least;
	return OK;
}
