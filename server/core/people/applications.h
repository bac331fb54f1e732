/* SPDX-License-Identifier: Apache-2.0 */
/* applications - registering software that calls the API, and taking its token away. */
#pragma once

#include "server/core/letters.h"
#include "server/core/login/duo_keys.h"
#include "server/core/scene.h"
#include "store/nouns/application.h"
#include "store/nouns/quota.h"

struct applications_add {
	/* asked */
	struct span name;
	uint32_t scopes;
	struct instant expires;
	bool signs; /* as clients of Duo do: its keys are wanted */
	/* prepared */
	struct application application;
	char token[TOKEN_TEXT + 1]; /* shown once */
	char signing_name[DUO_KEYS_NAME + 1];
	char signing_secret[DUO_KEYS_SECRET + 1]; /* shown once; it goes with the application that is made */
	struct event_draft registered;
	struct letters told;
};

/* applications_add_prepare - Fails: SCOPE_EXCEEDS · PERSON_UNPROVEN. */
fallible applications_add_prepare(const struct scene *scene, struct applications_add *add);
fallible applications_add_write(struct act *act, struct applications_add *add);

struct applications_revoke {
	struct application application; /* as it will be; version as it was read */
	struct event_draft revoked;
	struct letters told; /* the other owners */
};

/* applications_revoke_prepare - Fails: NOT_FOUND, also when it is revoked. */
fallible applications_revoke_prepare(
	const struct scene *scene, struct id id, struct applications_revoke *revoke);
fallible applications_revoke_write(struct act *act, struct applications_revoke *revoke);

/* Bounds of an application's own on the events that it reports. */
struct applications_bound {
	/* asked */
	bool own; /* false: back to the settings */
	struct quota_bounds bounds;
	/* prepared */
	struct application application;
	struct quota before; /* version 0: it had none */
	struct event_draft changed;
};

/* applications_bound_prepare - Fails: NOT_FOUND, also when it is revoked. applications_bound_write - Fails: STALE. */
fallible applications_bound_prepare(
	const struct scene *scene, struct id id, struct applications_bound *bound);
fallible applications_bound_write(struct act *act, struct applications_bound *bound);
