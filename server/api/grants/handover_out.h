/* SPDX-License-Identifier: Apache-2.0 */
/* handover_out - what a handover looks like, wherever it is shown. */
#pragma once

#include "server/api/name_out.h"
#include "store/nouns/extension.h"
#include "store/nouns/handover.h"

/* handover_out - its own members. handover_out_names - what the ids among them are called, for who wants names. */
void handover_out(struct json_out *out, const struct handover *handover);
fallible handover_out_names(struct name_out *names, const struct handover *handover, struct json_out *out);

/* handover_out_extension - how much longer it is asked to last; NULL: nobody asks. handover_out_waiting - the same of what
 * stands in the store. */
fallible handover_out_extension(
	struct name_out *names, const struct extension *extension, struct json_out *out);
fallible handover_out_waiting(const struct view *view, struct name_out *names,
	const struct handover *handover, struct json_out *out);
