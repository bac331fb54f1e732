/* SPDX-License-Identifier: Apache-2.0 */
/* ask - small readings with one way to refuse. */
#include "server/api/ask.h"

#include "base/text.h"
#include "server/core/people/people.h"
#include "server/core/people/tenant_roles.h"
#include "store/nouns/application.h"
#include "store/nouns/branch.h"
#include "store/nouns/client.h"

enum { DAY_MS = 86400000, WORD_MAX_BYTES = 128 };

fallible ask_nothing(struct call *call)
{
	struct json_object top;
	if (call->request->body.len == 0)
		return OK;
	TRY(call_body(call, &top));
	json_in_end(&top);
	return call_check(call);
}

fallible ask_decision(struct call *call, bool *approve)
{
	struct json_object top;
	TRY(call_body(call, &top));
	*approve = json_in_bool(&top, "approve", JSON_NEEDED, false);
	json_in_end(&top);
	return call_check(call);
}

/* What nobody sees and what makes a name read as another one: the C1 controls (U+0080 to 9F), the line
 * separators and the marks that turn the direction of the text behind them (U+2028 to 2E, U+2066 to 69). The
 * text is UTF-8. */
static bool is_unseen(struct span rest)
{
	const uint8_t *at = rest.at;
	if (rest.len >= 2 && at[0] == 0xc2)
		return at[1] < 0xa0;
	if (rest.len < 3 || at[0] != 0xe2)
		return false;
	return (at[1] == 0x80 && at[2] >= 0xa8 && at[2] <= 0xae) ||
		(at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9);
}

static bool is_line(struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] < ' ' || is_unseen(span_from(text, i)))
			return false;
	return true;
}

struct span ask_line(
	struct call *call, struct json_object *object, const char *name, enum json_need need, size_t max)
{
	struct span text = json_in_text(object, name, need, max), line;
	if (text.len == 0)
		return SPAN_NONE;
	/* A name that nobody can read, a reason that says nothing. */
	if (need == JSON_NEEDED && span_trim(text).len == 0) {
		json_in_note(object, name, "missing");
		return SPAN_NONE;
	}
	/* Composing may make a text longer than it was. */
	if (is_line(text) && !err_failed(text_normalise(text, call->arena, &line)) && line.len <= max)
		return line;
	json_in_note(object, name, "malformed");
	return SPAN_NONE;
}

bool ask_is_silent(struct span text)
{
	struct span rest = text, word;
	return !text_next_word(&rest, &word);
}

struct span ask_reason(struct call *call, struct json_object *object, const char *name, size_t max)
{
	struct span text = ask_line(call, object, name, JSON_NEEDED, max);
	if (text.len == 0 || !ask_is_silent(text))
		return text;
	json_in_note(object, name, "missing");
	return SPAN_NONE;
}

fallible ask_path_line(struct call *call, struct span text, size_t max, struct span *line)
{
	if (text.len == 0 || text.len > max || !is_line(text))
		return FAIL(INVALID, "a name in a path is one line, and not too long");
	TRY(text_normalise(text, call->arena, line));
	return line->len <= max ? OK : FAIL(INVALID, "a name in a path is too long");
}

struct span ask_email(struct call *call, struct json_object *object)
{
	struct span email = ask_line(call, object, "email", JSON_OPTIONAL, PERSON_EMAIL_MAX);
	if (email.len == 0 || text_is_email(email))
		return email;
	json_in_note(object, "email", "malformed");
	return SPAN_NONE;
}

struct span ask_ref(struct json_object *object)
{
	struct span ref = json_in_text(object, "ref", JSON_OPTIONAL, PERSON_REF_MAX);
	if (ref.len == 0 || text_is_ref(ref))
		return ref;
	json_in_note(object, "ref", "malformed");
	return SPAN_NONE;
}

void ask_branch(struct json_object *object, struct branches_set *set)
{
	set->given = json_in_has(object, "branch");
	set->name = json_in_free_text(object, "branch", JSON_OPTIONAL, BRANCH_NAME_MAX);
	if (set->name.len && !text_is_ref(set->name))
		json_in_note(object, "branch", "malformed");
}

/* A name of the zone database: Europe/Sofia, Etc/GMT+2. */
static bool is_zone(struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.at[i];
		bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
		if (!letter && !(c >= '0' && c <= '9') && !(c != 0 && i > 0 && strchr("/_+-", c)))
			return false;
	}
	return true;
}

struct span ask_zone(struct json_object *object)
{
	struct span zone = json_in_text(object, "time_zone", JSON_OPTIONAL, CLIENT_ZONE_MAX);
	if (zone.len == 0 || is_zone(zone))
		return zone;
	json_in_note(object, "time_zone", "malformed");
	return SPAN_NONE;
}

bool ask_countries(
	struct json_object *object, const char *name, enum json_need need, struct countries *countries)
{
	struct json_array array;
	struct span country;
	if (!json_in_array(object, name, need, COUNTRIES_MAX, &array))
		return false;
	countries->count = 0;
	while (json_in_next_text(&array, COUNTRIES_CODE, &country))
		if (!countries_is_code(country) || !countries_add(countries, country))
			json_in_note(object, name, "malformed");
	return true;
}

void ask_put_countries(struct json_out *out, const char *name, const struct countries *countries)
{
	json_out_open_array(out, name);
	for (size_t i = 0; i < countries->count; i++)
		json_out_span(out, NULL, countries_at(countries, i));
	json_out_close_array(out);
}

bool ask_language(struct json_object *object, enum language *language)
{
	struct span code = json_in_text(object, "language", JSON_OPTIONAL, 8);
	if (code.len == 0)
		return false;
	if (languages_find(code, language))
		return true;
	json_in_note(object, "language", "not_allowed");
	return false;
}

uint16_t ask_modes(struct json_object *object, const char *name, uint16_t allowed)
{
	struct json_array words;
	struct span word;
	enum mode mode;
	uint16_t modes = 0;
	if (!json_in_array(object, name, JSON_NEEDED, MODE_COUNT, &words))
		return 0;
	while (json_in_next_text(&words, WORD_MAX_BYTES, &word)) {
		if (modes_find(word, &mode) && (allowed & modes_bit(mode)))
			modes |= modes_bit(mode);
		else
			json_in_note(object, name, "not_allowed");
	}
	if (words.count == 0)
		json_in_note(object, name, "missing");
	return modes;
}

struct instant ask_expiry(struct call *call, struct json_object *object)
{
	struct instant latest = {call->now.ms + APPLICATION_EXPIRES_DAYS_MAX * (int64_t)DAY_MS};
	struct instant at = json_in_time(object, "expires_at", JSON_OPTIONAL);
	if (!json_in_has(object, "expires_at"))
		return (struct instant){call->now.ms + APPLICATION_EXPIRES_DAYS * (int64_t)DAY_MS};
	if (at.ms && (at.ms <= call->now.ms || at.ms > latest.ms))
		json_in_note(object, "expires_at", "not_allowed");
	return at;
}

fallible ask_word_query(struct call *call, const char *name, const char *const *words, int *word)
{
	struct span value;
	TRY(call_query(call, name, &value));
	*word = -1;
	if (!value.at)
		return OK;
	for (int i = 0; words[i]; i++)
		if (span_is(value, words[i]))
			*word = i;
	return *word < 0 ? call_refuse(call, name, "not_allowed",
				   "a query parameter has a word that is not in its list")
			 : OK;
}

fallible ask_after(const struct page_ask *page, struct id *after)
{
	*after = (struct id){0};
	if (!page->resumes)
		return OK;
	if (page->position.len != sizeof after->bytes)
		return FAIL_CODE(CURSOR_INVALID, "the cursor was made for another list");
	memcpy(after->bytes, page->position.at, sizeof after->bytes);
	return OK;
}

fallible ask_persons_page(struct call *call)
{
	struct ask_persons_page *list;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &list));
	TRY(stage_open(call, &stage));
	TRY(people_find(&stage.scene, call->parts[0], &list->person));
	TRY(call_page(call, id_span(&list->person.id), &list->page));
	TRY(ask_after(&list->page, &list->after));
	return OK;
}

fallible ask_page(struct call *call)
{
	struct page_ask *page;
	TRY(call_ask(call, &page));
	return call_page(call, SPAN_NONE, page);
}

fallible ask_staffs_page(struct call *call)
{
	scoped(stage) stage = {0};
	TRY(ask_page(call));
	TRY(stage_open(call, &stage));
	return tenant_roles_check_reader(&stage.scene);
}

void ask_put_id(struct json_out *out, const char *name, enum id_kind kind, struct id id)
{
	if (ids_is_none(id))
		json_out_null(out, name);
	else
		json_out_id(out, name, kind, id);
}

void ask_put_time(struct json_out *out, const char *name, struct instant at)
{
	if (at.ms == 0)
		json_out_null(out, name);
	else
		json_out_time(out, name, at);
}

void ask_put_text(struct json_out *out, const char *name, struct span text)
{
	if (text.len)
		json_out_span(out, name, text);
	else
		json_out_null(out, name);
}

void ask_put_email(struct json_out *out, const char *name, struct span email, bool shown)
{
	scoped(buf) masked = BUF(2 * PERSON_EMAIL_MAX);
	if (email.len && !shown) {
		text_mask_email(email, &masked);
		email = buf_span(&masked);
	}
	ask_put_text(out, name, email);
}
