/* SPDX-License-Identifier: Apache-2.0 */
/* pskc_check - a walk over the elements, and each value to the letter. */
#include "cli/pskc_check.h"

#include "base/timestamp.h"
#include "cli/pskc_base64.h"
#include "cli/pskc_in.h"
#include "crypto/secret.h"

#include <expat.h>
#include <stdlib.h>

enum { DEPTH_MAX = 64, TEXT_MAX = 4096, DAY_TEXT = 10, KEYS_AT_FIRST = 64 };

/* What is looked at, whatever the prefixes of the names are. Up to ONCE_MAX a key has no two of them. */
enum element {
	KEY,
	SECRET,
	COUNTER,
	TIME_INTERVAL,
	TIME_DRIFT,
	RESPONSE_FORMAT,
	SUITE,
	POLICY,
	ONCE_MAX = POLICY,
	PLAIN_VALUE,
	START_DATE,
	EXPIRY_DATE,
	KEY_USAGE,
	PIN_POLICY,
	TRANSACTIONS,
	CONTAINER,
	PACKAGE,
	DEVICE_INFO,
	OTHER,
};

static const char *const NAMES[OTHER] = {"Key", "Secret", "Counter", "TimeInterval", "TimeDrift",
	"ResponseFormat", "Suite", "Policy", "PlainValue", "StartDate", "ExpiryDate", "KeyUsage", "PINPolicy",
	"NumberOfTransactions", "KeyContainer", "KeyPackage", "DeviceInfo"};

struct walk {
	XML_Parser parser;
	struct arena *arena;
	struct pskc_check *check;
	size_t room;                /* for so many keys */
	struct pskc_check_key *key; /* that is open */
	unsigned seen;              /* of it: 1 << element */
	bool for_codes, for_others; /* its KeyUsage */
	char today[TIMESTAMP_TEXT + 1];
	struct instant now;
	enum element open[DEPTH_MAX];
	size_t depth;
	struct buf text; /* of the innermost element */
	struct err err;
};

static void walk_done(struct walk *walk)
{
	if (walk->text.data)
		secret_wipe(walk->text.data, walk->text.len);
	buf_done(&walk->text);
	if (walk->parser)
		XML_ParserFree(walk->parser);
}

static void stop(struct walk *walk, struct err err)
{
	walk->err = err;
	XML_StopParser(walk->parser, XML_FALSE);
}

/* The first reason counts. */
static void blame(struct walk *walk, const char *why)
{
	if (!walk->key->why)
		walk->key->why = why;
}

/* ---- an element begins ---- */

static enum element find_element(const char *name)
{
	const char *local = strrchr(name, '\n');
	size_t element = 0;
	while (element < OTHER && strcmp(NAMES[element], local ? local + 1 : name) != 0)
		element++;
	return (enum element)element;
}

static const char *find_attribute(const char **attributes, const char *name)
{
	for (size_t i = 0; attributes[i]; i += 2)
		if (strcmp(attributes[i], name) == 0)
			return attributes[i + 1];
	return NULL;
}

static void keep(struct walk *walk, struct span text, struct span *kept)
{
	if (err_failed(arena_keep(walk->arena, text, kept)))
		stop(walk, FAIL(NO_MEMORY, "there is no memory for a key container"));
}

static fallible add_key(struct walk *walk)
{
	struct pskc_check *check = walk->check;
	if (check->count == PSKC_IN_KEYS_MAX)
		return FAIL(INVALID, "a key container has more keys than there is room for");
	if (check->count == walk->room) {
		size_t room = walk->room ? 2 * walk->room : KEYS_AT_FIRST;
		struct pskc_check_key *keys = arena_alloc(walk->arena, room * sizeof *keys);
		if (!keys)
			return FAIL(NO_MEMORY, "there is no memory for a key container");
		if (check->count)
			memcpy(keys, check->keys, check->count * sizeof *keys);
		check->keys = keys;
		walk->room = room;
	}
	walk->key = &check->keys[check->count++];
	walk->key->from = (size_t)XML_GetCurrentByteIndex(walk->parser);
	walk->seen = 0;
	walk->for_codes = walk->for_others = false;
	return OK;
}

static void check_response(struct walk *walk, const char **attributes)
{
	uint64_t digits;
	const char *length = find_attribute(attributes, "Length"),
		   *check = find_attribute(attributes, "CheckDigits");
	if (length && !span_number(span_trim(span_text(length)), TOTP_DIGITS_MAX, &digits))
		blame(walk, "a code has 6 or 8 digits");
	if (check && strcmp(check, "false") != 0 && strcmp(check, "0") != 0)
		blame(walk, "its codes end in a check digit");
}

/* A PIN that the device asks for itself is its own affair. */
static void check_pin(struct walk *walk, const char **attributes)
{
	const char *mode = find_attribute(attributes, "PINUsageMode");
	if (mode && strcmp(mode, "Local") != 0)
		blame(walk, "its codes go with a PIN, which is not known here");
}

static void begin_within(struct walk *walk, enum element element, const char **attributes)
{
	enum element parent = walk->open[walk->depth - 1];
	bool is_again = element <= ONCE_MAX && walk->seen & 1u << element;
	if (is_again)
		blame(walk, "it says the same twice");
	walk->seen |= 1u << element;
	if (element == KEY && find_attribute(attributes, "Id"))
		keep(walk, span_text(find_attribute(attributes, "Id")), &walk->key->id);
	if (element == RESPONSE_FORMAT)
		check_response(walk, attributes);
	if (element == PIN_POLICY)
		check_pin(walk, attributes);
	if (element == TRANSACTIONS)
		blame(walk, "it is for a number of codes, which nobody counts here");
	if (parent == POLICY && (element < START_DATE || element > TRANSACTIONS))
		blame(walk, "its policy says something that is not known here");
}

static void XMLCALL on_start(void *context, const char *name, const char **attributes)
{
	struct walk *walk = context;
	enum element element = find_element(name);
	if (walk->depth == DEPTH_MAX) {
		stop(walk, FAIL(INVALID, "a key container is nested too deep"));
		return;
	}
	if (walk->depth == 0 && element != CONTAINER)
		stop(walk, FAIL(INVALID, "the file is no key container of RFC 6030"));
	if (walk->depth == 1 && element == PACKAGE)
		walk->err = add_key(walk);
	else if (walk->key)
		begin_within(walk, element, attributes);
	if (err_failed(walk->err))
		stop(walk, walk->err);
	buf_clear(&walk->text);
	walk->open[walk->depth++] = element;
}

static void XMLCALL on_text(void *context, const char *text, int len)
{
	struct walk *walk = context;
	buf_put(&walk->text, span_of(text, (size_t)len));
}

/* ---- an element ends ---- */

/* As XML has them at both ends of a value. */
static struct span trimmed(const struct walk *walk)
{
	struct span text = buf_span(&walk->text);
	while (text.len && strchr(" \t\r\n", text.at[0]))
		text = span_from(text, 1);
	while (text.len && strchr(" \t\r\n", text.at[text.len - 1]))
		text = span_first(text, text.len - 1);
	return text;
}

static void take_seed(struct walk *walk)
{
	struct err err = pskc_base64_read(buf_span(&walk->text), walk->arena, &walk->key->seed);
	if (err.kind == ERR_INVALID)
		blame(walk, "its seed is not in base64");
	else if (err_failed(err))
		stop(walk, err);
}

/* Zeros in front are none of span_number's. */
static bool read_number(struct span text, uint64_t *number)
{
	struct span digits = text;
	while (digits.len > 1 && digits.at[0] == '0')
		digits = span_from(digits, 1);
	return span_number(digits, INT64_MAX, number);
}

static void check_value(struct walk *walk, enum element parent)
{
	uint64_t number;
	bool is_number = read_number(trimmed(walk), &number);
	if (parent == SECRET)
		take_seed(walk);
	else if (parent == COUNTER && !is_number)
		blame(walk, "a token that counts has a counter");
	else if (parent == TIME_INTERVAL && (!is_number || number > TOTP_PERIOD_MAX_S))
		blame(walk, "a period has 15 to 120 seconds");
}

/* To the second with a zone, as the RFC wants it; without one to the day. Returns whether now is on the right side. */
static bool is_on_side(struct walk *walk, bool is_end)
{
	struct instant at;
	struct span text = trimmed(walk);
	if (!err_failed(timestamp_parse(text, &at)))
		return is_end ? walk->now.ms <= at.ms : walk->now.ms >= at.ms;
	int order = span_compare(span_first(text, DAY_TEXT), span_of(walk->today, DAY_TEXT));
	return text.len >= DAY_TEXT && (is_end ? order >= 0 : order <= 0);
}

static void check_date(struct walk *walk, enum element parent, bool is_end)
{
	if (parent != POLICY && parent != DEVICE_INFO)
		return;
	if (!is_on_side(walk, is_end))
		blame(walk,
			is_end ? "the time that it is for is over" : "the time that it is for has not begun");
	if (is_end)
		keep(walk, span_first(trimmed(walk), DAY_TEXT), &walk->key->until);
}

static void end_within(struct walk *walk, enum element element)
{
	enum element parent = walk->open[walk->depth - 1];
	bool is_value = element >= PLAIN_VALUE && element <= KEY_USAGE;
	if (is_value && err_failed(buf_check(&walk->text)))
		blame(walk, "a value is too long");
	if (element == PLAIN_VALUE)
		check_value(walk, parent);
	if (element == START_DATE || element == EXPIRY_DATE)
		check_date(walk, parent, element == EXPIRY_DATE);
	if (element == KEY_USAGE && span_is(trimmed(walk), "OTP"))
		walk->for_codes = true;
	else if (element == KEY_USAGE)
		walk->for_others = true;
	if (element == POLICY && walk->for_others && !walk->for_codes)
		blame(walk, "it is not for one-time codes");
}

static void XMLCALL on_end(void *context, const char *name)
{
	struct walk *walk = context;
	(void)name;
	enum element element = walk->open[--walk->depth];
	if (walk->depth == 1 && walk->key) {
		walk->key->to = (size_t)XML_GetCurrentByteIndex(walk->parser) +
			(size_t)XML_GetCurrentByteCount(walk->parser);
		walk->key = NULL;
	} else if (walk->key) {
		end_within(walk, element);
	}
	buf_clear(&walk->text);
}

/* Entities come from a document type alone. */
static void XMLCALL on_doctype(
	void *context, const char *name, const char *system, const char *public, int has_subset)
{
	(void)name;
	(void)system;
	(void)public;
	(void)has_subset;
	stop(context, FAIL(INVALID, "a key container has no document type of its own"));
}

/* ---- two of one name ---- */

static int by_id(const void *a, const void *b)
{
	const struct pskc_check_key *const *one = a, *const *other = b;
	return span_compare((*one)->id, (*other)->id);
}

/* An Id stands for one key, wherever it is met (section 4.2): which of two seeds is its nobody can tell. */
static fallible blame_twins(struct arena *arena, struct pskc_check *check)
{
	size_t count = 0;
	struct pskc_check_key **sorted =
		arena_alloc(arena, (check->count + 1) * sizeof(struct pskc_check_key *));
	if (!sorted)
		return FAIL(NO_MEMORY, "there is no memory for a key container");
	for (size_t i = 0; i < check->count; i++)
		if (!check->keys[i].why && check->keys[i].id.len && check->keys[i].seed.len)
			sorted[count++] = &check->keys[i];
	qsort(sorted, count, sizeof *sorted, by_id);
	for (size_t from = 0, to; from < count; from = to) {
		bool differ = false;
		for (to = from + 1; to < count && span_equal(sorted[from]->id, sorted[to]->id); to++)
			differ = differ || !secret_equal(sorted[from]->seed, sorted[to]->seed);
		for (size_t i = from; i < to && differ; i++)
			sorted[i]->why = "another key of the file has its Id";
	}
	return OK;
}

fallible pskc_check_read(
	struct span content, struct instant now, struct arena *arena, struct pskc_check *check)
{
	*check = (struct pskc_check){0};
	scoped(walk) walk = {.arena = arena, .check = check, .now = now, .text = BUF(TEXT_MAX)};
	timestamp_print(now, walk.today);
	if (content.len > INT32_MAX)
		return FAIL(INVALID, "a key container is too large");
	walk.parser = XML_ParserCreateNS(NULL, '\n');
	if (!walk.parser)
		return FAIL(NO_MEMORY, "libexpat has no memory");
	XML_SetUserData(walk.parser, &walk);
	XML_SetElementHandler(walk.parser, on_start, on_end);
	XML_SetCharacterDataHandler(walk.parser, on_text);
	XML_SetStartDoctypeDeclHandler(walk.parser, on_doctype);
	enum XML_Status status = XML_Parse(walk.parser, (const char *)content.at, (int)content.len, 1);
	TRY(walk.err);
	if (status != XML_STATUS_OK)
		return XML_GetErrorCode(walk.parser) == XML_ERROR_UNKNOWN_ENCODING
			? FAIL(INVALID, "a key container is in UTF-8: its encoding is another one")
			: FAIL(INVALID, "the key container is cut short, or is no XML");
	return blame_twins(arena, check);
}
