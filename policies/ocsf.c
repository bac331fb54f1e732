/* SPDX-License-Identifier: Apache-2.0 */
/* ocsf - an action's own row, else that of its class. */
#include "policies/ocsf.h"

#define OCSF_CLASS(uid, name, caption)
#define OCSF_ACTION(name, ocsf, activity)
static const struct ocsf_kind DEFAULTS[ACTION_CLASS_COUNT] = {
#define OCSF_DEFAULT(class, ocsf, activity) [ACTION_CLASS_##class] = {OCSF_##ocsf, activity},
#include "policies/ocsf.def"
#undef OCSF_DEFAULT
};
#undef OCSF_ACTION

#define OCSF_DEFAULT(class, ocsf, activity)
static const struct ocsf_kind ACTIONS[ACTION_COUNT] = {
#define OCSF_ACTION(name, ocsf, activity) [ACTION_##name] = {OCSF_##ocsf, activity},
#include "policies/ocsf.def"
#undef OCSF_ACTION
};
#undef OCSF_CLASS

struct ocsf_kind ocsf_kind(const struct action_row *action)
{
	if (!action)
		return (struct ocsf_kind){OCSF_WEB_RESOURCES, OCSF_OTHER};
	return ACTIONS[action->action].class ? ACTIONS[action->action] : DEFAULTS[action->class];
}

const char *ocsf_caption(enum ocsf_class class)
{
	switch (class) {
#define OCSF_CLASS(uid, name, caption) \
	case OCSF_##name:              \
		return caption;
#define OCSF_ACTION(name, ocsf, activity)
#include "policies/ocsf.def"
#undef OCSF_CLASS
#undef OCSF_ACTION
#undef OCSF_DEFAULT
	}
	return "";
}
