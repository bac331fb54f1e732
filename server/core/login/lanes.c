/* SPDX-License-Identifier: Apache-2.0 */
/* lanes - the budgets of a person, or of a bucket of those who do not exist. */
#include "server/core/login/lanes.h"

struct id lanes_spender(const struct verification *verification)
{
	struct id bucket = {0};
	if (!verification_is_decoy(verification))
		return verification->person;
	bucket.bytes[14] = verification->decoy[0] & (VERIFICATION_BUCKETS - 1) >> 8;
	bucket.bytes[15] = verification->decoy[1];
	return bucket;
}

/* Of the person, or of the bucket of who does not exist: the lane of all devices that never got in. */
static fallible read_budget(
	const struct view *view, const struct verification *verification, struct budget *budget)
{
	return budget_read(view, verification->tenant, lanes_spender(verification), (struct id){0}, budget);
}

fallible lanes_read(const struct view *view, const struct verification *verification, struct budget *budget)
{
	struct id person = lanes_spender(verification);
	struct err err = FAIL(NOT_FOUND, "the device is not known");
	if (!ids_is_none(verification->device))
		err = budget_get(view, verification->tenant, person, verification->device, budget);
	return err.kind == ERR_NOT_FOUND ? read_budget(view, verification, budget) : err;
}

static fallible forgive_lane(struct act *act, struct id tenant, struct id person, struct id device)
{
	struct budget budget;
	struct view view = view_act(act);
	TRY(budget_read(&view, tenant, person, device, &budget));
	if (budget.row == 0)
		return OK;
	budget_clear(&budget);
	return budget_put(act, &budget);
}

fallible lanes_forgive(struct act *act, struct id tenant, struct id person, struct id device)
{
	TRY(forgive_lane(act, tenant, person, (struct id){0}));
	return ids_is_none(device) ? OK : forgive_lane(act, tenant, person, device);
}

fallible lanes_clear(struct act *act, const struct verification *verification, struct budget *budget)
{
	bool is_known = ids_equal(budget->device, verification->device);
	if (budget->row > 0) {
		budget_clear(budget);
		TRY(budget_put(act, budget));
	}
	if (is_known)
		return OK;
	const struct budget lane = {
		.tenant = budget->tenant, .person = budget->person, .device = verification->device};
	return budget_put(act, &lane);
}
