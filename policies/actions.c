/* SPDX-License-Identifier: Apache-2.0 */
/* actions - the rows of actions.def as tables. */
#include "policies/actions.h"

#include <assert.h>

/* What the words of the last columns stand for. */
enum { WORD_PLAIN = 0, WORD_CRITICAL = 1 };
enum { WORD_OPEN = 0, WORD_RESERVED = 1 };
enum { WORD_NOTHING = 0, WORD_EDIT = 1, WORD_DELETE = 2 };

static const struct action_row ROWS[ACTION_COUNT] = {
#define ACTION(number, id, text, kind, grade, weight, fields, who, kept, posting, across) \
	[ACTION_##id] = {                                                                 \
		.action = ACTION_##id,                                                    \
		.code = (number),                                                         \
		.name = (text),                                                           \
		.class = ACTION_CLASS_##kind,                                             \
		.severity = ACTION_SEVERITY_##grade,                                      \
		.retention = ACTION_RETENTION_##kept,                                     \
		.critical = WORD_##weight == WORD_CRITICAL,                               \
		.reserved = WORD_##posting == WORD_RESERVED,                              \
		.also_edit = WORD_##across == WORD_EDIT,                                  \
		.also_delete = WORD_##across == WORD_DELETE,                              \
		.required = (fields),                                                     \
		.told = (who),                                                            \
	},
#include "policies/actions.def"
#undef ACTION
};

static const char *const CLASS_NAMES[ACTION_CLASS_COUNT] = {
	[ACTION_CLASS_LOGIN] = "login",
	[ACTION_CLASS_SESSION] = "session",
	[ACTION_CLASS_CHALLENGE] = "challenge",
	[ACTION_CLASS_FACTOR] = "factor",
	[ACTION_CLASS_DEVICE] = "device",
	[ACTION_CLASS_EXPORT] = "export",
	[ACTION_CLASS_IMPORT] = "import",
	[ACTION_CLASS_RECORD] = "record",
	[ACTION_CLASS_EDIT] = "edit",
	[ACTION_CLASS_DELETE] = "delete",
	[ACTION_CLASS_PAYMENT] = "payment",
	[ACTION_CLASS_CREDENTIAL] = "credential",
	[ACTION_CLASS_GRANT] = "grant",
	[ACTION_CLASS_HANDOVER] = "handover",
	[ACTION_CLASS_CONSENT] = "consent",
	[ACTION_CLASS_STAFF] = "staff",
	[ACTION_CLASS_POLICY] = "policy",
	[ACTION_CLASS_LOG] = "log",
	[ACTION_CLASS_ALERT] = "alert",
	[ACTION_CLASS_PRIVACY] = "privacy",
	[ACTION_CLASS_SYSTEM] = "system",
};

static const char *const SEVERITY_NAMES[ACTION_SEVERITY_COUNT] = {
	[ACTION_SEVERITY_INFO] = "info",
	[ACTION_SEVERITY_NOTICE] = "notice",
	[ACTION_SEVERITY_WARNING] = "warning",
	[ACTION_SEVERITY_ALERT] = "alert",
};

static const struct {
	const char *name;
	unsigned months;
} RETENTIONS[ACTION_RETENTION_COUNT] = {
	[ACTION_RETENTION_SECURITY] = {"security", 12},
	[ACTION_RETENTION_MONEY] = {"money", 24},
	[ACTION_RETENTION_CONTRACT] = {"contract", 12},
	[ACTION_RETENTION_PRIVACY] = {"privacy", 36},
	[ACTION_RETENTION_ALERT] = {"alert", 36},
};

/* The position of a word in a table; count when it is not there. */
static unsigned position(struct span word, const char *const *table, unsigned count)
{
	unsigned at = 0;
	while (at < count && !span_is(word, table[at]))
		at++;
	return at;
}

const struct action_row *action_row(enum action action)
{
	assert(action > ACTION_NONE && action < ACTION_COUNT);
	return &ROWS[action];
}

const struct action_row *action_by_name(struct span name)
{
	/* The first byte sorts out nearly all rows before any text is measured. */
	for (size_t at = 1; name.len > 0 && at < ACTION_COUNT; at++)
		if (name.at[0] == (uint8_t)ROWS[at].name[0] && span_is(name, ROWS[at].name))
			return &ROWS[at];
	return NULL;
}

const struct action_row *action_by_code(uint16_t code)
{
	size_t low = 1;
	size_t high = ACTION_COUNT;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (ROWS[middle].code < code)
			low = middle + 1;
		else
			high = middle;
	}
	return low < ACTION_COUNT && ROWS[low].code == code ? &ROWS[low] : NULL;
}

bool action_in_class(const struct action_row *row, enum action_class class)
{
	if (class == ACTION_CLASS_EDIT)
		return row->also_edit;
	if (class == ACTION_CLASS_DELETE)
		return row->also_delete;
	return row->class == class;
}

uint16_t action_declared_code(const struct action_declared *declared)
{
	unsigned cell = (unsigned)declared->class * ACTION_ALSO_COUNT + (unsigned)declared->also;
	assert(declared->class < ACTION_CLASS_COUNT && declared->number < ACTION_DECLARED_NAMES);
	return (uint16_t)(ACTION_DECLARED + cell * ACTION_DECLARED_NAMES + declared->number);
}

bool action_declared_read(uint16_t code, struct action_declared *declared)
{
	unsigned at = code < ACTION_DECLARED ? 0 : code - ACTION_DECLARED;
	unsigned cell = at / ACTION_DECLARED_NAMES;
	if (code < ACTION_DECLARED || cell >= (unsigned)ACTION_CLASS_COUNT * ACTION_ALSO_COUNT)
		return false;
	*declared = (struct action_declared){at % ACTION_DECLARED_NAMES,
		(enum action_class)(cell / ACTION_ALSO_COUNT), (enum action_also)(cell % ACTION_ALSO_COUNT)};
	return true;
}

uint32_t action_code_classes(uint16_t code)
{
	const struct action_row *row = action_by_code(code);
	struct action_declared declared = {0};
	if (!row && !action_declared_read(code, &declared))
		return 0;
	bool edit = row ? row->also_edit : declared.also == ACTION_ALSO_EDIT;
	bool delete = row ? row->also_delete : declared.also == ACTION_ALSO_DELETE;
	return UINT32_C(1) << (row ? row->class : declared.class) | (uint32_t)edit << ACTION_CLASS_EDIT |
		(uint32_t) delete << ACTION_CLASS_DELETE;
}

/* How many bytes stand before the first separator outside parentheses. */
static size_t field_length(struct span text)
{
	bool inside = false;
	size_t at = 0;
	for (; at < text.len; at++) {
		if (text.at[at] == ',' && !inside)
			break;
		if (text.at[at] == '(' || text.at[at] == ')')
			inside = text.at[at] == '(';
	}
	return at;
}

static bool drop_ending(struct span *text, struct span ending)
{
	if (text->len < ending.len || !span_equal(span_from(*text, text->len - ending.len), ending))
		return false;
	text->len -= ending.len;
	return true;
}

bool action_next_field(struct span *rest, struct action_field *field)
{
	if (rest->len == 0)
		return false;
	size_t len = field_length(*rest);
	struct action_field found = {.name = span_first(*rest, len)};
	*rest = span_from(*rest, len + 1);
	found.optional = drop_ending(&found.name, SPAN_LIT("?"));
	found.list = drop_ending(&found.name, SPAN_LIT("[]"));
	const uint8_t *opening = memchr(found.name.at, '(', found.name.len);
	if (opening && drop_ending(&found.name, SPAN_LIT(")"))) {
		size_t before = (size_t)(opening - found.name.at);
		found.choices = span_from(found.name, before + 1);
		found.name.len = before;
	}
	found.boolean = span_is(found.choices, "bool");
	found.number = span_is(found.choices, "number");
	if (found.boolean || found.number)
		found.choices = SPAN_NONE;
	*field = found;
	return true;
}

const char *action_class_name(enum action_class class)
{
	assert(class < ACTION_CLASS_COUNT);
	return CLASS_NAMES[class];
}

bool action_class_find(struct span name, enum action_class *class)
{
	unsigned at = position(name, CLASS_NAMES, ACTION_CLASS_COUNT);
	if (at == ACTION_CLASS_COUNT)
		return false;
	*class = (enum action_class)at;
	return true;
}

const char *action_severity_name(enum action_severity severity)
{
	assert(severity < ACTION_SEVERITY_COUNT);
	return SEVERITY_NAMES[severity];
}

bool action_severity_find(struct span name, enum action_severity *severity)
{
	unsigned at = position(name, SEVERITY_NAMES, ACTION_SEVERITY_COUNT);
	if (at == ACTION_SEVERITY_COUNT)
		return false;
	*severity = (enum action_severity)at;
	return true;
}

const char *action_retention_name(enum action_retention retention)
{
	assert(retention < ACTION_RETENTION_COUNT);
	return RETENTIONS[retention].name;
}

unsigned action_retention_months(enum action_retention retention)
{
	assert(retention < ACTION_RETENTION_COUNT);
	return RETENTIONS[retention].months;
}
