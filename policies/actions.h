/* SPDX-License-Identifier: Apache-2.0 */
/* actions - the closed list of what the log can say, as rows of actions.def. */
#pragma once

#include "base/span.h"

enum { ACTION_NAME_MAX = 30 }; /* bytes of "noun.verb" */

enum action {
	ACTION_NONE, /* no action of ours: an action that a tenant declared itself, app.<name> */
#define ACTION(code, name, text, class, severity, critical, fields, told, retention, reserved, also) \
	ACTION_##name,
#include "policies/actions.def"
#undef ACTION
	ACTION_COUNT
};

/* What a filter can select by. EDIT and DELETE are nobody's primary class: they select across the others. */
enum action_class {
	ACTION_CLASS_LOGIN,
	ACTION_CLASS_SESSION,
	ACTION_CLASS_CHALLENGE,
	ACTION_CLASS_FACTOR,
	ACTION_CLASS_DEVICE,
	ACTION_CLASS_EXPORT,
	ACTION_CLASS_IMPORT,
	ACTION_CLASS_RECORD,
	ACTION_CLASS_EDIT,
	ACTION_CLASS_DELETE,
	ACTION_CLASS_PAYMENT,
	ACTION_CLASS_CREDENTIAL,
	ACTION_CLASS_GRANT,
	ACTION_CLASS_HANDOVER,
	ACTION_CLASS_CONSENT,
	ACTION_CLASS_STAFF,
	ACTION_CLASS_POLICY,
	ACTION_CLASS_LOG,
	ACTION_CLASS_ALERT,
	ACTION_CLASS_PRIVACY,
	ACTION_CLASS_SYSTEM,
	ACTION_CLASS_COUNT
};

enum action_severity {
	ACTION_SEVERITY_INFO,
	ACTION_SEVERITY_NOTICE,
	ACTION_SEVERITY_WARNING,
	ACTION_SEVERITY_ALERT,
	ACTION_SEVERITY_COUNT
};

/* What else a filter selects an action by, besides its class. Stored in the codes of declared actions. */
enum action_also { ACTION_ALSO_NOTHING, ACTION_ALSO_EDIT, ACTION_ALSO_DELETE, ACTION_ALSO_COUNT };

/* An action that a tenant declared itself, app.<name>, has a code that says its class: so the log is indexed, and
 * scopes are judged, without looking anything up.
 *
 *	code = ACTION_DECLARED + (class * ACTION_ALSO_COUNT + also) * ACTION_DECLARED_NAMES + number
 *
 * The number is the name's in its tenant, for ever; a name that changes its class has one code more. */
enum { ACTION_DECLARED = 10000, ACTION_DECLARED_NAMES = 512 };

_Static_assert(ACTION_DECLARED + ACTION_CLASS_COUNT * ACTION_ALSO_COUNT * ACTION_DECLARED_NAMES <= UINT16_MAX,
	"codes of declared actions fit into a leaf");

struct action_declared {
	unsigned number; /* below ACTION_DECLARED_NAMES */
	enum action_class class;
	enum action_also also;
};

/* action_declared_code - action_declared_read undoes it; false when a code is none of a declared action. */
uint16_t action_declared_code(const struct action_declared *declared);
bool action_declared_read(uint16_t code, struct action_declared *declared);

/* How long rows of an action are kept by default; a tenant's policy may change the months within bounds. */
enum action_retention {
	ACTION_RETENTION_SECURITY, /* 12 months */
	ACTION_RETENTION_MONEY,    /* 24 months: payments and work */
	ACTION_RETENTION_CONTRACT, /* 12 months after the contract's end: vault, handovers, consents,
				      agreements */
	ACTION_RETENTION_PRIVACY,  /* 36 months: privacy requests, keys, backups */
	ACTION_RETENTION_ALERT,    /* 36 months: alerts, break-glass */
	ACTION_RETENTION_COUNT
};

struct action_row {
	enum action action;
	uint16_t code; /* stored in leaves; never reused */
	const char *name;
	enum action_class class;
	enum action_severity severity;
	enum action_retention retention;
	bool critical;        /* shown in the default view of the Security section */
	bool reserved;        /* only the server itself may report it */
	bool also_edit;       /* class=edit selects it as well */
	bool also_delete;     /* class=delete selects it as well */
	const char *required; /* fields besides those of every event; action_next_field reads it */
	const char *told;     /* commas between roles; "-" nobody */
};

/* One field that an action requires. */
struct action_field {
	struct span name;    /* of "a|b" the whole text: either of them will do */
	struct span choices; /* "a|b" of the closed list; empty when any value will do */
	bool list;
	bool optional;
	bool boolean; /* "(bool)": it tells the type, it is no list to choose from */
	bool number;  /* "(number)" likewise */
};

/* action_row - the facts of an action; not for ACTION_NONE. Never NULL. */
const struct action_row *action_row(enum action action);

/* action_by_name - the row of "noun.verb", or NULL. action_by_code - the row of a stored code, or NULL. */
const struct action_row *action_by_name(struct span name);
const struct action_row *action_by_code(uint16_t code);

/* action_in_class - whether a filter by this class selects the action. */
bool action_in_class(const struct action_row *row, enum action_class class);

/* action_code_classes - the classes that select a stored code, ours or of a declared action: a bit of enum
 * action_class each; none for a code that nobody knows. */
uint32_t action_code_classes(uint16_t code);

/* action_next_field - the next required field; false at the end. *rest starts as the text of row->required.
 */
bool action_next_field(struct span *rest, struct action_field *field);

/* action_class_name - the word of the API. action_class_find - the class of a word; false when there is none.
 */
const char *action_class_name(enum action_class class);
bool action_class_find(struct span name, enum action_class *class);

const char *action_severity_name(enum action_severity severity);
bool action_severity_find(struct span name, enum action_severity *severity);

const char *action_retention_name(enum action_retention retention);

/* action_retention_months - the default; for CONTRACT counted from the contract's end. */
unsigned action_retention_months(enum action_retention retention);
