/* SPDX-License-Identifier: Apache-2.0 */
/* branches - find or draw a branch, and who may put somebody into it. */
#include "server/core/people/branches.h"

#include "crypto/random.h"

static bool is_own_or_none(const struct caller *caller, struct id branch)
{
	return ids_is_none(branch) || ids_equal(branch, caller->branch);
}

static bool reads_all(const struct caller *caller)
{
	return caller->capabilities & CAPABILITY_BIT(LOG_READ_TENANT);
}

static fallible check_giving(const struct caller *caller, struct id before, struct id after)
{
	if (ids_equal(before, after) || reads_all(caller))
		return OK;
	return is_own_or_none(caller, before) && is_own_or_none(caller, after)
		? OK
		: FAIL_CODE(SCOPE_EXCEEDS, "the branch is not the caller's own");
}

fallible branches_prepare(const struct scene *scene, struct id before, struct branches_set *set)
{
	struct id tenant = scene->caller->tenant;
	set->id = set->given ? (struct id){0} : before;
	set->is_new = false;
	if (set->given && set->name.len) {
		struct err err = branch_find(scene->view, tenant, set->name, &set->id);
		set->is_new = err.kind == ERR_NOT_FOUND;
		if (!set->is_new)
			TRY(err);
		else
			set->id = random_id(scene->now);
	}
	return check_giving(scene->caller, before, set->id);
}

fallible branches_check_log(const struct caller *caller, uint64_t capabilities, struct id branch)
{
	bool gives = capabilities_expand(capabilities) & CAPABILITY_BIT(LOG_READ_BRANCH);
	return !gives || reads_all(caller) || is_own_or_none(caller, branch)
		? OK
		: FAIL_CODE(SCOPE_EXCEEDS, "the log of the branch is not the caller's own to give");
}

fallible branches_write(struct act *act, struct id tenant, const struct branches_set *set)
{
	if (!set->is_new)
		return OK;
	struct err err = branch_put(act, tenant, set->id, set->name);
	return err.code == CODE_REF_TAKEN ? FAIL_CODE(STALE, "the branch was made meanwhile") : err;
}
