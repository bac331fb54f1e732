/* SPDX-License-Identifier: Apache-2.0 */
/* ocsf - what our actions are in the Open Cybersecurity Schema Framework, from ocsf.def. */
#pragma once

#include "policies/actions.h"

#define OCSF_VERSION "1.8.0"

enum ocsf_class {
#define OCSF_CLASS(uid, name, caption) OCSF_##name = uid,
#define OCSF_DEFAULT(class, ocsf, activity)
#define OCSF_ACTION(name, ocsf, activity)
#include "policies/ocsf.def"
#undef OCSF_CLASS
#undef OCSF_DEFAULT
#undef OCSF_ACTION
};

enum { OCSF_OTHER = 99 }; /* an activity that the class has no number for */

struct ocsf_kind {
	enum ocsf_class class;
	unsigned activity;
};

/* ocsf_kind - of an action; NULL: one that a tenant declared itself, or a newer one. */
struct ocsf_kind ocsf_kind(const struct action_row *action);

/* ocsf_caption - the class's name in the schema. */
const char *ocsf_caption(enum ocsf_class class);
