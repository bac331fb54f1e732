/* SPDX-License-Identifier: Apache-2.0 */
/* api_factor_resets - a reset of factors that waits, where a person's factors are told. */
#pragma once

#include "server/api/ask.h"

/* api_factor_resets_put_open - the member `reset` of an object that is open: the reset of a person that may still be carried out, with the
 * name of who asked; null without one.
 *
 *   person  whose factors the caller may see
 * Fails: as factor_resets_find_open, log_names_person. */
fallible api_factor_resets_put_open(
	struct call *call, const struct scene *scene, struct id person, struct json_out *out);
