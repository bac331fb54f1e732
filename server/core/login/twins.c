/* SPDX-License-Identifier: Apache-2.0 */
/* twins - seeds compared, steps noted. */
#include "server/core/login/twins.h"

#include "crypto/secret.h"

static bool has_shape(const struct factor *factor, const struct totp_shape *shape)
{
	return factor->shape.algorithm == shape->algorithm && factor->shape.digits == shape->digits &&
		factor->shape.period_s == shape->period_s;
}

static fallible is_twin(const struct server *server, const struct factor *other, const struct factor *factor,
	struct span wanted, bool *is)
{
	scoped(secret) seed = {0};
	*is = false;
	/* An ended factor has no seed left. */
	if (ids_equal(other->id, factor->id) || !factor_shows_codes(other->type) || other->seed.len == 0 ||
		!has_shape(other, &factor->shape))
		return OK;
	TRY(keeper_open_seed(server->keeper, factor_seed_place(other), other->seed, &seed));
	*is = secret_equal(secret_span(&seed), wanted);
	return OK;
}

fallible twins_find(const struct server *server, const struct view *view, const struct factor *factor,
	struct span seed, struct twins *twins)
{
	struct factor other;
	struct id after = {0};
	struct err err;
	*twins = (struct twins){0};
	while (factor_next(view, factor->tenant, factor->person, &after, &other, &err)) {
		bool is;
		TRY(is_twin(server, &other, factor, seed, &is));
		if (is && twins->count < FACTOR_MAX)
			twins->ids[twins->count++] = other.id;
	}
	return err;
}

fallible twins_use_up(struct act *act, const struct factor *factor, const struct twins *twins, uint64_t step)
{
	struct view view = view_act(act);
	for (size_t i = 0; i < twins->count; i++) {
		struct factor twin;
		struct err err = factor_get(&view, factor->tenant, factor->person, twins->ids[i], &twin);
		if (err.kind == ERR_NOT_FOUND)
			continue;
		TRY(err);
		if (step <= twin.last_step)
			continue;
		twin.last_step = step;
		TRY(factor_put(act, &twin));
	}
	return OK;
}
