/* SPDX-License-Identifier: Apache-2.0 */
/* framing - counts the fields that decide where a body ends, and holds the head to its own length. */
#include "server/http/framing.h"

#include <strings.h>

/* A proxy that reads the first of two and we the second, or the other way round, would not see the same
 * caller. */
static const char *const ONCE[] = {
	"authorization", "idempotency-key", "muniment-actor", "muniment-device", "muniment-verification"};
enum { ONCE_COUNT = sizeof ONCE / sizeof ONCE[0] };

/* What the fields say together. */
struct tally {
	unsigned callers[ONCE_COUNT]; /* of each of ONCE */
	unsigned hosts;
	unsigned lengths;
	unsigned encodings;
	struct span length;
	struct span encoding;
};

static bool same_name(struct span a, const char *name)
{
	return a.len == strlen(name) && strncasecmp((const char *)a.at, name, a.len) == 0;
}

static bool is_token_byte(uint8_t c)
{
	uint8_t lower = c | 0x20;
	if ((c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'z'))
		return true;
	return c != 0 && strchr("!#$%&'*+-.^_`|~", c) != NULL;
}

static fallible check_field(const struct framing_field *field)
{
	for (size_t i = 0; i < field->name.len; i++) {
		if (!is_token_byte(field->name.at[i]))
			return FAIL_CODE(SMUGGLING, "a header name has a byte that may not stand there");
	}
	for (size_t i = 0; i < field->value.len; i++) {
		uint8_t c = field->value.at[i];
		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return FAIL_CODE(SMUGGLING, "a header value has a control character");
	}
	if (field->name.len == 0)
		return FAIL_CODE(SMUGGLING, "a header has no name");
	return OK;
}

static void count_field(struct tally *tally, const struct framing_field *field)
{
	if (same_name(field->name, "host"))
		tally->hosts++;
	if (same_name(field->name, "content-length")) {
		tally->lengths++;
		tally->length = field->value;
	}
	if (same_name(field->name, "transfer-encoding")) {
		tally->encodings++;
		tally->encoding = field->value;
	}
	for (size_t i = 0; i < ONCE_COUNT; i++)
		tally->callers[i] += same_name(field->name, ONCE[i]);
}

static fallible check_callers(const struct tally *tally)
{
	for (size_t i = 0; i < ONCE_COUNT; i++)
		if (tally->callers[i] > 1)
			return FAIL_CODE(SMUGGLING, "a header that says who asks, or for what, stands twice");
	return OK;
}

static fallible check_encoding(const struct tally *tally, bool first_version)
{
	if (tally->encodings > 1)
		return FAIL_CODE(SMUGGLING, "Transfer-Encoding stands twice");
	if (tally->lengths > 0)
		return FAIL_CODE(SMUGGLING, "Content-Length and Transfer-Encoding stand together");
	if (!same_name(tally->encoding, "chunked"))
		return FAIL_CODE(SMUGGLING, "Transfer-Encoding is not chunked");
	if (first_version)
		return FAIL_CODE(SMUGGLING, "Transfer-Encoding stands in an HTTP/1.0 request");
	return OK;
}

/* Leading zeros are allowed by the grammar, so span_number does not fit. */
static fallible parse_length(struct span digits, uint64_t *length)
{
	uint64_t sum = 0;
	if (digits.len == 0)
		return FAIL_CODE(SMUGGLING, "Content-Length is empty");
	for (size_t i = 0; i < digits.len; i++) {
		if (digits.at[i] < '0' || digits.at[i] > '9')
			return FAIL_CODE(SMUGGLING, "Content-Length is not a number");
		if (__builtin_mul_overflow(sum, (uint64_t)10, &sum) ||
			__builtin_add_overflow(sum, (uint64_t)(digits.at[i] - '0'), &sum))
			return FAIL(TOO_LARGE, "Content-Length is over 64 bits");
	}
	*length = sum;
	return OK;
}

fallible framing_check(const struct framing_head *head, struct framing *framing)
{
	struct tally tally = {0};
	bool first_version = span_is(head->version, "HTTP/1.0");
	for (size_t i = 0; i < head->count; i++) {
		TRY(check_field(&head->fields[i]));
		count_field(&tally, &head->fields[i]);
	}
	if (tally.hosts > 1)
		return FAIL_CODE(SMUGGLING, "Host stands twice");
	if (tally.hosts == 0 && !first_version)
		return FAIL_CODE(SMUGGLING, "Host is missing");
	if (tally.lengths > 1)
		return FAIL_CODE(SMUGGLING, "Content-Length stands twice");
	if (tally.encodings > 0)
		TRY(check_encoding(&tally, first_version));
	TRY(check_callers(&tally));
	uint64_t length = 0;
	if (tally.lengths > 0)
		TRY(parse_length(tally.length, &length));
	*framing = (struct framing){.chunked = tally.encodings > 0, .length = length};
	return OK;
}

/* Addresses are compared as numbers: a span that points elsewhere must be refused, not be undefined. */
static uintptr_t address(const uint8_t *at)
{
	return (uintptr_t)at;
}

static uintptr_t end_of(struct span span)
{
	return address(span.at) + span.len;
}

fallible framing_check_layout(const struct framing_head *head)
{
	enum { SPACE = 1, COLON = 1, LINE_END = 2 };
	if (address(head->version.at) != end_of(head->target) + SPACE)
		return FAIL_CODE(SMUGGLING, "a request line holds more than method, target and version");
	uintptr_t next = end_of(head->version) + LINE_END;
	for (size_t i = 0; i < head->count; i++) {
		const struct framing_field *field = &head->fields[i];
		if (address(field->name.at) != next || address(field->value.at) < end_of(field->name) + COLON)
			return FAIL_CODE(
				SMUGGLING, "a line of the head is folded, cut by a NUL or ends in a bare LF");
		next = end_of(field->value) + LINE_END;
	}
	if (next + LINE_END != end_of(head->block))
		return FAIL_CODE(SMUGGLING, "the head is longer or shorter than its lines");
	return OK;
}
