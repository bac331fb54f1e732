/* SPDX-License-Identifier: Apache-2.0 */
/* The list of actions: whole, unique, and what may be posted. */
#include "policies/actions.h"
#include "tests/support/vectors.h"

#include <criterion/criterion.h>

static const struct action_row *row_named(const char *name)
{
	const struct action_row *row = action_by_name(span_text(name));
	cr_assert(row != NULL, "there is no action %s", name);
	return row;
}

/* The noun of "noun.verb". */
static struct span noun_of(const struct action_row *row)
{
	struct span rest = span_text(row->name);
	struct span noun;
	cr_assert(span_cut(&rest, '.', &noun));
	return noun;
}

static bool verb_is(const struct action_row *row, const char *verb)
{
	return span_is(span_from(span_text(row->name), noun_of(row).len + 1), verb);
}

Test(actions, rows_stand_in_the_order_of_unique_codes)
{
	for (unsigned at = 2; at < ACTION_COUNT; at++)
		cr_assert(action_row((enum action)(at - 1))->code < action_row((enum action)at)->code, "%s",
			action_row((enum action)at)->name);
}

Test(actions, every_row_is_found_by_its_name_and_its_code)
{
	for (unsigned at = 1; at < ACTION_COUNT; at++) {
		const struct action_row *row = action_row((enum action)at);
		cr_assert(row->action == (enum action)at);
		cr_assert(action_by_name(span_text(row->name)) == row, "%s stands twice", row->name);
		cr_assert(action_by_code(row->code) == row, "%d", row->code);
	}
}

Test(actions, what_is_no_action_is_not_found)
{
	cr_assert(action_by_name(SPAN_NONE) == NULL);
	cr_assert(action_by_name(SPAN_LIT("login")) == NULL);
	cr_assert(action_by_name(SPAN_LIT("login.succeeded ")) == NULL);
	cr_assert(action_by_name(SPAN_LIT("Login.succeeded")) == NULL);
	cr_assert(action_by_name(SPAN_LIT("login.succeeded\0")) == NULL);
	cr_assert(action_by_name(SPAN_LIT("app.anything")) == NULL);
	cr_assert(action_by_code(0) == NULL);
	cr_assert(action_by_code(1) == NULL);
	cr_assert(action_by_code(1099) == NULL);
	cr_assert(action_by_code(UINT16_MAX) == NULL);
}

Test(actions, names_are_a_noun_and_a_verb_of_at_most_30_bytes)
{
	for (unsigned at = 1; at < ACTION_COUNT; at++) {
		struct span name = span_text(action_row((enum action)at)->name);
		size_t dots = 0;
		cr_assert(name.len <= ACTION_NAME_MAX, "%.*s", SPAN_FMT(name));
		for (size_t i = 0; i < name.len; i++) {
			dots += name.at[i] == '.';
			cr_assert(strchr("abcdefghijklmnopqrstuvwxyz_.", name.at[i]) != NULL);
		}
		cr_assert(dots == 1 && name.at[0] != '.' && name.at[name.len - 1] != '.', "%.*s",
			SPAN_FMT(name));
	}
}

/* The next cell of a CSV line; quotes stand around cells that hold commas. */
static struct span cell(struct span *line)
{
	struct span found;
	if (line->len > 0 && line->at[0] == '"') {
		*line = span_from(*line, 1);
		cr_assert(span_cut(line, '"', &found));
		*line = span_from(*line, 1);
		return found;
	}
	cr_assert(span_cut(line, ',', &found));
	return found;
}

/* Fields that are not those of the published list, each for a reason: docs/decisions/0017-required-fields.md. */
static const struct {
	const char *name, *required;
} AMENDED[] = {
	{"stepup.passed", "for_action,factor|method"},
	{"challenge.issued", "challenge_id,channel(email|totp|push|recovery|hand),app_id?,purpose"},
	{"challenge.locked", "subject_id,until?,fails"},
	{"credential.deposited",
		"credential_id,client_id,kind,channel(self_link|phone|letter|encrypted_im|messenger|email|"
		"api),"
		"depositor"},
	{"credential.denied", "credential_id?,client_id?,reason"},
	{"agreement.signed", "kind(nda|dpa|terms|mandate),document_hash?,version,party"},
	{"retention.changed", "class,from_days,to_days,justification?,approver?"},
	{"log.viewed", "filter_hash,rows?,scope"},
	{"erasure.refused", "request_id,ground(art17_3_b|art17_3_e|hold|refused)"},
	{"notification.failed", "kind,to_masked,of_event|about,error_class"},
};

static const char *amendment_of(const char *name)
{
	for (size_t i = 0; i < sizeof AMENDED / sizeof AMENDED[0]; i++)
		if (strcmp(AMENDED[i].name, name) == 0)
			return AMENDED[i].required;
	return NULL;
}

static void requires(const struct action_row *row, struct span published)
{
	const char *amended = amendment_of(row->name);
	if (amended)
		cr_assert(!span_is(published, amended) && strcmp(row->required, amended) == 0,
			"%s: amended fields", row->name);
	else
		cr_assert(span_is(published, row->required), "%s: fields", row->name);
}

/* One line of events.csv: code,action,severity,critical,durable,required_fields,notify. */
static void agrees(struct span line)
{
	uint64_t code;
	cr_assert(span_number(cell(&line), UINT16_MAX, &code));
	struct span name = cell(&line);
	const struct action_row *row = action_by_code((uint16_t)code);
	cr_assert(row != NULL && span_is(name, row->name), "%.*s is missing", SPAN_FMT(name));
	cr_assert(span_is(cell(&line), action_severity_name(row->severity)), "%s: severity", row->name);
	cr_assert(span_is(cell(&line), row->critical ? "yes" : "no"), "%s: critical", row->name);
	cell(&line);
	requires(row, cell(&line));
	cr_assert(span_is(cell(&line), row->told), "%s: who is told", row->name);
}

Test(actions, every_row_of_the_published_list_is_there_and_only_named_fields_differ)
{
	scoped(buf) content = BUF(64 * 1024);
	vectors_read("vectors/events.csv", &content);
	struct span rest = buf_span(&content);
	struct span line;
	size_t rows = 0;
	cr_assert(span_cut(&rest, '\n', &line));
	for (; span_cut(&rest, '\n', &line) && line.len > 0; rows++)
		agrees(line.at[line.len - 1] == '\r' ? span_first(line, line.len - 1) : line);
	cr_assert(rows == 180, "%zu rows", rows);
}

Test(actions, what_the_server_needs_besides_is_there)
{
	static const char *const NEEDED[] = {"tenant.created", "person.added", "person.changed",
		"person.removed", "client.changed", "factor.started", "factor.resynced",
		"challenge.cancelled", "access.denied", "credential.release_failed", "credential.restored",
		"credential.reuse_checked", "credential.export_requested", "credential.export_approved",
		"credential.export_ended", "credential.exported"};
	for (size_t at = 0; at < sizeof NEEDED / sizeof NEEDED[0]; at++)
		row_named(NEEDED[at]);
}

Test(actions, warnings_and_alerts_are_critical_and_nothing_else_is)
{
	for (unsigned at = 1; at < ACTION_COUNT; at++) {
		const struct action_row *row = action_row((enum action)at);
		cr_assert(row->critical == (row->severity >= ACTION_SEVERITY_WARNING), "%s", row->name);
	}
}

Test(actions, reserved_are_exactly_the_families_that_only_the_server_reports)
{
	static const char *const FAMILIES[] = {"credential", "grant", "handover", "challenge", "stepup",
		"factor", "role", "policy", "log", "erasure", "hold", "breakglass", "key", "server",
		"backup"};
	for (unsigned at = 1; at < ACTION_COUNT; at++) {
		const struct action_row *row = action_row((enum action)at);
		bool reserved = false;
		for (size_t f = 0; f < sizeof FAMILIES / sizeof FAMILIES[0]; f++)
			reserved = reserved || span_is(noun_of(row), FAMILIES[f]);
		cr_assert(row->reserved == reserved, "%s", row->name);
	}
}

Test(actions, no_action_has_edit_or_delete_as_its_own_class)
{
	for (unsigned at = 1; at < ACTION_COUNT; at++) {
		const struct action_row *row = action_row((enum action)at);
		cr_assert(row->class != ACTION_CLASS_EDIT && row->class != ACTION_CLASS_DELETE, "%s",
			row->name);
	}
}

Test(actions, edit_and_delete_select_across_classes)
{
	for (unsigned at = 1; at < ACTION_COUNT; at++) {
		const struct action_row *row = action_row((enum action)at);
		if (verb_is(row, "edited") || verb_is(row, "bulk_edited"))
			cr_assert(action_in_class(row, ACTION_CLASS_EDIT), "%s", row->name);
		if (verb_is(row, "deleted") || verb_is(row, "bulk_deleted"))
			cr_assert(action_in_class(row, ACTION_CLASS_DELETE), "%s", row->name);
		cr_assert(action_in_class(row, row->class), "%s", row->name);
	}
	cr_assert(action_in_class(row_named("payment.deleted"), ACTION_CLASS_PAYMENT));
	cr_assert(!action_in_class(row_named("payment.deleted"), ACTION_CLASS_EDIT));
	cr_assert(!action_in_class(row_named("payment.recorded"), ACTION_CLASS_DELETE));
	cr_assert(!action_in_class(row_named("payment.edited"), ACTION_CLASS_RECORD));
}

Test(actions, every_class_but_the_two_that_cut_across_has_an_action)
{
	bool seen[ACTION_CLASS_COUNT] = {[ACTION_CLASS_EDIT] = true, [ACTION_CLASS_DELETE] = true};
	for (unsigned at = 1; at < ACTION_COUNT; at++)
		seen[action_row((enum action)at)->class] = true;
	for (unsigned at = 0; at < ACTION_CLASS_COUNT; at++)
		cr_assert(seen[at], "%s", action_class_name((enum action_class)at));
}

Test(actions, class_and_severity_words_lead_back_to_themselves)
{
	enum action_class class;
	enum action_severity severity;
	for (unsigned at = 0; at < ACTION_CLASS_COUNT; at++) {
		cr_assert(action_class_find(span_text(action_class_name((enum action_class)at)), &class));
		cr_assert(class == (enum action_class)at);
	}
	for (unsigned at = 0; at < ACTION_SEVERITY_COUNT; at++) {
		cr_assert(action_severity_find(
			span_text(action_severity_name((enum action_severity)at)), &severity));
		cr_assert(severity == (enum action_severity)at);
	}
	cr_assert(!action_class_find(SPAN_LIT("logins"), &class));
	cr_assert(!action_class_find(SPAN_NONE, &class));
	cr_assert(!action_severity_find(SPAN_LIT("WARNING"), &severity));
}

Test(actions, retention_follows_the_family)
{
	cr_assert(row_named("login.succeeded")->retention == ACTION_RETENTION_SECURITY);
	cr_assert(row_named("payment.deleted")->retention == ACTION_RETENTION_MONEY);
	cr_assert(row_named("work.started")->retention == ACTION_RETENTION_MONEY);
	cr_assert(row_named("handover.started")->retention == ACTION_RETENTION_CONTRACT);
	cr_assert(row_named("erasure.executed")->retention == ACTION_RETENTION_PRIVACY);
	cr_assert(row_named("backup.completed")->retention == ACTION_RETENTION_PRIVACY);
	cr_assert(row_named("breakglass.opened")->retention == ACTION_RETENTION_ALERT);
	cr_assert(action_retention_months(ACTION_RETENTION_SECURITY) == 12);
	cr_assert(action_retention_months(ACTION_RETENTION_MONEY) == 24);
	cr_assert(action_retention_months(ACTION_RETENTION_CONTRACT) == 12);
	cr_assert(action_retention_months(ACTION_RETENTION_PRIVACY) == 36);
	cr_assert(action_retention_months(ACTION_RETENTION_ALERT) == 36);
	for (unsigned at = 0; at < ACTION_RETENTION_COUNT; at++)
		cr_assert(strlen(action_retention_name((enum action_retention)at)) > 0);
}

Test(actions, required_fields_are_read_one_by_one)
{
	struct span rest = SPAN_LIT("method,factors[],reason(a|b),client_id?,paid(bool),x|y");
	struct action_field field;
	cr_assert(action_next_field(&rest, &field) && span_is(field.name, "method"));
	cr_assert(!field.list && !field.optional && field.choices.len == 0);
	cr_assert(action_next_field(&rest, &field) && span_is(field.name, "factors") && field.list);
	cr_assert(action_next_field(&rest, &field) && span_is(field.name, "reason"));
	cr_assert(span_is(field.choices, "a|b"));
	cr_assert(action_next_field(&rest, &field) && span_is(field.name, "client_id") && field.optional);
	cr_assert(action_next_field(&rest, &field) && span_is(field.name, "paid") && field.choices.len == 0);
	cr_assert(action_next_field(&rest, &field) && span_is(field.name, "x|y") && field.choices.len == 0);
	cr_assert(!action_next_field(&rest, &field));
}

Test(actions, every_required_field_has_a_plain_name)
{
	for (unsigned at = 1; at < ACTION_COUNT; at++) {
		struct span rest = span_text(action_row((enum action)at)->required);
		struct action_field field;
		cr_assert(rest.len > 0, "%s", action_row((enum action)at)->name);
		while (action_next_field(&rest, &field)) {
			cr_assert(field.name.len > 0);
			for (size_t i = 0; i < field.name.len; i++)
				cr_assert(strchr("abcdefghijklmnopqrstuvwxyz0123456789_|",
						  field.name.at[i]) != NULL,
					"%s: %.*s", action_row((enum action)at)->name, SPAN_FMT(field.name));
		}
	}
}

/* ---- declared ones ---- */

Test(actions, the_code_of_a_declared_action_says_its_class)
{
	for (unsigned class = 0; class < ACTION_CLASS_COUNT; class ++)
		for (unsigned also = 0; also < ACTION_ALSO_COUNT; also++) {
			const struct action_declared as = {
				511, (enum action_class) class, (enum action_also)also};
			struct action_declared read;
			uint16_t code = action_declared_code(&as);
			uint32_t classes = UINT32_C(1) << class;
			classes |= also == ACTION_ALSO_EDIT ? UINT32_C(1) << ACTION_CLASS_EDIT : 0;
			classes |= also == ACTION_ALSO_DELETE ? UINT32_C(1) << ACTION_CLASS_DELETE : 0;
			cr_assert(action_declared_read(code, &read) && action_by_code(code) == NULL);
			cr_assert(read.number == 511 && read.class == as.class && read.also == as.also);
			cr_assert(action_code_classes(code) == classes);
		}
}

Test(actions, codes_outside_their_range_are_no_declared_action)
{
	struct action_declared read;
	cr_assert(!action_declared_read(ACTION_DECLARED - 1, &read));
	cr_assert(action_declared_read(ACTION_DECLARED, &read) && read.number == 0 && read.class == 0);
	cr_assert(!action_declared_read(UINT16_MAX, &read));
	cr_assert(action_code_classes(UINT16_MAX) == 0);
	cr_assert(action_code_classes(action_row(ACTION_RECORD_DELETED)->code) ==
		(UINT32_C(1) << ACTION_CLASS_RECORD | UINT32_C(1) << ACTION_CLASS_DELETE));
}
