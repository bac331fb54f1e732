/* SPDX-License-Identifier: Apache-2.0 */
/* applications - registering software that calls the API, and taking its token away. */
#pragma once

#include "server/core/scene.h"
#include "store/application.h"

struct applications_add {
	/* asked */
	struct span name;
	uint32_t scopes;
	struct instant expires;
	/* prepared */
	struct application application;
	char token[TOKEN_TEXT + 1]; /* shown once */
	struct event_draft registered;
};

/* applications_add_prepare - Fails: SCOPE_EXCEEDS · PERSON_UNPROVEN. */
fallible applications_add_prepare(const struct scene *scene, struct applications_add *add);
fallible applications_add_write(struct act *act, struct applications_add *add);

struct applications_revoke {
	struct application application; /* as it will be; version as it was read */
	struct event_draft revoked;
};

/* applications_revoke_prepare - Fails: NOT_FOUND, also when it is revoked. */
fallible applications_revoke_prepare(
	const struct scene *scene, struct id id, struct applications_revoke *revoke);
fallible applications_revoke_write(struct act *act, struct applications_revoke *revoke);
