/* SPDX-License-Identifier: Apache-2.0 */
/* pskc_in - from libpskc's key packages to devices. */
#include "cli/pskc_in.h"

#include "base/buf.h"
#include "cli/print.h"
#include "cli/pskc_check.h"
#include "crypto/secret.h"

#include <pskc/pskc.h>

enum { COUNTER_BITS = 48, CONTENT_MAX = 16 * 1024 * 1024, ARENA_BYTES = 64 * 1024 * 1024 };

/* A container that closes with its block. */
struct container {
	pskc_t *handle;
};

static void container_done(struct container *container)
{
	pskc_done(container->handle);
}

/* ---- what a key says ---- */

/* A user is a distinguished name by the book (RFC 6030, section 4.2), and a plain one in most containers. */
static struct span user_of(pskc_key_t *key)
{
	static const char *const ATTRIBUTES[] = {"CN=", "UID="};
	const char *user = pskc_get_key_userid(key);
	struct span whole = span_text(user ? user : pskc_get_device_userid(key)), name = SPAN_NONE;
	for (size_t i = 0; i < sizeof ATTRIBUTES / sizeof *ATTRIBUTES; i++) {
		struct span attribute = span_text(ATTRIBUTES[i]);
		struct span rest = span_from(whole, attribute.len);
		if (span_starts(whole, attribute))
			return span_cut(&rest, ',', &name) ? name : SPAN_NONE;
	}
	return whole;
}

static struct span label_of(pskc_key_t *key)
{
	const char *name = pskc_get_key_friendlyname(key);
	return span_text(name ? name : pskc_get_device_serialno(key));
}

static const char *read_algorithm(pskc_key_t *key, struct moving_device *device)
{
	const char *profile = pskc_get_key_algorithm(key), *suite = pskc_get_key_algparm_suite(key);
	struct span kind = span_text(profile), hash = span_text(suite);
	bool counts = span_is(kind, "urn:ietf:params:xml:ns:keyprov:pskc:hotp");
	if (!counts && !span_is(kind, "urn:ietf:params:xml:ns:keyprov:pskc:totp"))
		return "its algorithm is neither TOTP nor HOTP";
	device->shape = (struct totp_shape){TOTP_SHA1, 6, counts ? 0 : 30};
	if (span_is(hash, "HMAC-SHA256"))
		device->shape.algorithm = TOTP_SHA256;
	else if (span_is(hash, "HMAC-SHA512"))
		device->shape.algorithm = TOTP_SHA512;
	else if (hash.len && !span_is(hash, "HMAC-SHA1"))
		return "its hash is none of SHA1, SHA256, SHA512";
	return NULL;
}

static const char *read_moving(pskc_key_t *key, struct moving_device *device)
{
	int given;
	uint64_t counter = pskc_get_key_data_counter(key, &given);
	if (totp_counts(&device->shape)) {
		if (!given || counter >> COUNTER_BITS)
			return "a token that counts has a counter";
		device->counter = counter;
		return NULL;
	}
	uint32_t period = pskc_get_key_data_timeinterval(key, &given);
	if (given && (period < TOTP_PERIOD_MIN_S || period > TOTP_PERIOD_MAX_S))
		return "a period has 15 to 120 seconds";
	device->shape.period_s = given ? (uint16_t)period : 30;
	return NULL;
}

static const char *read_response(pskc_key_t *key, struct moving_device *device)
{
	int given;
	uint32_t digits = pskc_get_key_algparm_resp_length(key, &given);
	if (given && digits != 6 && digits != 8)
		return "a code has 6 or 8 digits";
	device->shape.digits = given ? (uint8_t)digits : 6;
	pskc_valueformat format = pskc_get_key_algparm_resp_encoding(key, &given);
	return given && format != PSKC_VALUEFORMAT_DECIMAL ? "its codes are not made of digits" : NULL;
}

static const char *read_seed(pskc_key_t *key, struct moving_device *device)
{
	size_t len = 0;
	const char *secret = pskc_get_key_data_secret(key, &len);
	if (!secret)
		return "its seed is encrypted or missing: decrypt the container first";
	device->seed = span_of(secret, len);
	return len < TOTP_SEED_MIN || len > TOTP_SEED_MAX ? "a seed has 16 to 64 bytes" : NULL;
}

static fallible hand_on(
	pskc_key_t *key, size_t place, const struct pskc_check_key *checked, const struct moving_sink *sink)
{
	static const char *(*const READ[])(pskc_key_t * key, struct moving_device * device) = {
		read_algorithm, read_moving, read_response, read_seed};
	struct moving_device device = {
		.place = place, .person = user_of(key), .label = label_of(key), .until = checked->until};
	for (size_t i = 0; i < sizeof READ / sizeof *READ; i++) {
		const char *why = READ[i](key, &device);
		if (why)
			return sink->refuse(sink->context, place, why);
	}
	return sink->accept(sink->context, &device);
}

/* ---- the container ---- */

static bool has_document_type(struct span content)
{
	for (size_t i = 0; i + 9 <= content.len; i++)
		if (memcmp(content.at + i, "<!DOCTYPE", 9) == 0 || memcmp(content.at + i, "<!ENTITY", 8) == 0)
			return true;
	return false;
}

/* What is refused is blank: one broken seed would keep libpskc from all others. */
static fallible blank_refused(struct span content, const struct pskc_check *check, struct buf *rest)
{
	buf_put(rest, content);
	TRY(buf_check(rest));
	for (size_t i = 0; i < check->count; i++)
		if (check->keys[i].why)
			memset(rest->data + check->keys[i].from, ' ',
				check->keys[i].to - check->keys[i].from);
	return OK;
}

static int parse(pskc_t *handle, struct span content)
{
	/* libxml2 shows the line that a fault stands in, and with it the seeds. */
	scoped(print_silence) silence = {-1};
	print_silence_begin(&silence);
	return pskc_parse_from_memory(handle, content.len, (const char *)content.at);
}

static fallible read_keys(pskc_t *handle, const struct pskc_check *check, const struct moving_sink *sink)
{
	size_t read = 0;
	for (size_t i = 0; i < check->count; i++) {
		const struct pskc_check_key *checked = &check->keys[i];
		if (checked->why) {
			TRY(sink->refuse(sink->context, i + 1, checked->why));
			continue;
		}
		pskc_key_t *key = pskc_get_keypackage(handle, read++);
		if (!key)
			return FAIL(INVALID, "the file is no key container of RFC 6030");
		TRY(hand_on(key, i + 1, checked, sink));
	}
	return OK;
}

static fallible read_checked(
	struct span content, const struct pskc_check *check, const struct moving_sink *sink)
{
	scoped(container) container = {NULL};
	if (pskc_global_init() != PSKC_OK || pskc_init(&container.handle) != PSKC_OK)
		return FAIL(NO_MEMORY, "libpskc has no memory");
	int rc = parse(container.handle, content);
	/* An element that libpskc does not know, a maker's own or an encrypted value, leaves all others readable: what a key
	 * lacks then is said of that key. */
	if (rc != PSKC_OK && rc != PSKC_PARSE_ERROR)
		return FAIL(INVALID, "the file is no key container of RFC 6030");
	return read_keys(container.handle, check, sink);
}

fallible pskc_in_read(struct span content, struct instant now, const struct moving_sink *sink)
{
	struct pskc_check check;
	scoped(arena) arena = ARENA(ARENA_BYTES);
	scoped(buf) rest = BUF(CONTENT_MAX);
	if (content.len == 0 || memchr(content.at, 0, content.len) || has_document_type(content))
		return FAIL(INVALID, "a key container has no document type of its own");
	TRY(pskc_check_read(content, now, &arena, &check));
	TRY(blank_refused(content, &check, &rest));
	struct err err = read_checked(buf_span(&rest), &check, sink);
	secret_wipe(rest.data, rest.len);
	return err;
}
