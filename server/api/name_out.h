/* SPDX-License-Identifier: Apache-2.0 */
/* name_out - what the ids in a row are called, for readers who would else ask once for each: with ?names=1 the
 * rows of a list say it beside the ids. Who is shown a row knows whom it names. */
#pragma once

#include "server/api/call.h"
#include "server/core/log/log_names.h"
#include "server/core/sight.h"

struct name_out {
	bool wanted;
	const struct view *view;
	struct log_names names;
};

/* name_out_open - whether the request wants names; each is looked up once while the view stands. Fails: INVALID
 * another word than 1 · NO_MEMORY. */
fallible name_out_open(struct call *call, const struct view *view, struct name_out *names);

/* name_out_open_always - for what makes no sense without names. Fails: NO_MEMORY. */
fallible name_out_open_always(struct call *call, const struct view *view, struct name_out *names);

/* name_out_person and so on - a member with the name of an id: null for nobody, empty for who was erased. Nothing
 * without the wish. by: a person, or an application that acted as itself. Fails: as log_names_person. */
fallible name_out_person(struct name_out *names, struct json_out *out, const char *member, struct id id);
fallible name_out_client(struct name_out *names, struct json_out *out, const char *member, struct id id);
fallible name_out_by(
	struct name_out *names, struct json_out *out, const char *member, bool is_person, struct id id);

/* name_out_title - the title of a credential, to who sees its client; somebody who was given it knows it for as long
 * as they may use it, and then null.
 *
 *   usable  it is still theirs to use */
fallible name_out_title(struct name_out *names, struct json_out *out, const struct sight *sight,
	struct id credential, bool usable);
