/* SPDX-License-Identifier: Apache-2.0 */
/* tenant_policies - what a tenant asks of people who sign in: data that every member of staff reads, and few may
 * change. */
#pragma once

#include "server/core/letters.h"
#include "server/core/scene.h"
#include "store/nouns/policy.h"

struct tenant_policies_set {
	/* asked */
	struct policy policy; /* name and rules */
	/* prepared */
	struct id tenant;
	struct policy before; /* version 0: nobody had set it */
	struct event_draft changed;
	struct letters told; /* the owners */
};

/* tenant_policies_set_prepare - replace a policy, whole. Fails: NOT_FOUND no such role · INVALID no such time zone ·
 * PERSON_UNPROVEN a person acts who did not prove who they are. tenant_policies_set_write - Fails: STALE. */
fallible tenant_policies_set_prepare(const struct scene *scene, struct tenant_policies_set *set);
fallible tenant_policies_set_write(struct act *act, struct tenant_policies_set *set);

/* tenant_policies_find - the policy of everyone or of a role, set or not. Fails: NOT_FOUND no such role. */
fallible tenant_policies_find(const struct scene *scene, struct span name, struct policy *policy);
