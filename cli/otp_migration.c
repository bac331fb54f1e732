/* SPDX-License-Identifier: Apache-2.0 */
/* otp_migration - fields of a protobuf, each within its bounds. */
#include "cli/otp_migration.h"

#include "base/reader.h"
#include "base/text.h"
#include "crypto/secret.h"

enum { NAME_MAX_BYTES = 512, WIRE_NUMBER = 0, WIRE_BYTES = 2 };

/* Numbers of the fields of the whole. */
enum { PAYLOAD_DEVICE = 1, PAYLOAD_SIZE = 3, PAYLOAD_INDEX = 4, PAYLOAD_ID = 5 };

/* Numbers of the fields of a device. */
enum field { SECRET = 1, NAME = 2, ISSUER = 3, ALGORITHM = 4, DIGITS = 5, TYPE = 6, COUNTER = 7 };
enum { TYPE_HOTP = 1, TYPE_TOTP = 2, DIGITS_EIGHT = 2, COUNTER_BITS = 48 };

static const char START[] = "otpauth-migration://offline?data=";

bool otp_migration_is(struct span line)
{
	return span_starts(line, SPAN_LIT("otpauth-migration:"));
}

/* ---- the protobuf ---- */

struct part {
	uint64_t field;
	uint64_t number;
	struct span bytes;
};

/* The next field; fields of other shapes stand in no version that is known. */
static bool next(struct reader *reader, struct part *part)
{
	*part = (struct part){0};
	if (reader->failed || reader->rest.len == 0)
		return false;
	uint64_t tag = reader_varint(reader);
	part->field = tag >> 3;
	if ((tag & 7) == WIRE_NUMBER) {
		part->number = reader_varint(reader);
	} else if ((tag & 7) == WIRE_BYTES) {
		uint64_t len = reader_varint(reader);
		part->bytes = reader_run(reader, len > OTP_MIGRATION_MAX ? SIZE_MAX : (size_t)len);
	} else {
		reader->failed = true;
	}
	return !reader->failed;
}

/* One as it stands there; 0 is what a field says that is not sent. */
struct entry {
	struct span secret, name, issuer;
	uint64_t algorithm, digits, type, counter;
};

static void set(struct entry *entry, const struct part *part)
{
	switch ((enum field)part->field) {
	case SECRET:
		entry->secret = part->bytes;
		break;
	case NAME:
		entry->name = part->bytes;
		break;
	case ISSUER:
		entry->issuer = part->bytes;
		break;
	case ALGORITHM:
		entry->algorithm = part->number;
		break;
	case DIGITS:
		entry->digits = part->number;
		break;
	case TYPE:
		entry->type = part->number;
		break;
	case COUNTER:
		entry->counter = part->number;
		break;
	}
}

/* ---- what it means ---- */

static struct span without_issuer(struct span name)
{
	const uint8_t *colon = name.len ? memchr(name.at, ':', name.len) : NULL;
	struct span account = colon ? span_from(name, (size_t)(colon - name.at) + 1) : name;
	while (account.len && account.at[0] == ' ')
		account = span_from(account, 1);
	return account;
}

static const char *check(const struct entry *entry)
{
	if (entry->secret.len < TOTP_SEED_MIN || entry->secret.len > TOTP_SEED_MAX)
		return "a seed has 16 to 64 bytes";
	if (entry->algorithm > TOTP_SHA512)
		return "the algorithm is none of SHA1, SHA256, SHA512";
	if (entry->digits > DIGITS_EIGHT)
		return "a code has 6 or 8 digits";
	if (entry->type != TYPE_HOTP && entry->type != TYPE_TOTP)
		return "it is neither TOTP nor HOTP";
	if (entry->counter >> COUNTER_BITS || entry->name.len > NAME_MAX_BYTES || !text_is_utf8(entry->name))
		return "the counter or the name is none";
	return NULL;
}

static fallible hand_on(const struct entry *entry, size_t place, const struct moving_sink *sink)
{
	const char *why = check(entry);
	bool counts = entry->type == TYPE_HOTP;
	if (why)
		return sink->refuse(sink->context, place, why);
	const struct moving_device device = {.place = place,
		.person = without_issuer(entry->name),
		.label = text_is_utf8(entry->issuer) ? entry->issuer : SPAN_NONE,
		.shape = {entry->algorithm ? (enum totp_algorithm)entry->algorithm : TOTP_SHA1,
			entry->digits == DIGITS_EIGHT ? 8 : 6, counts ? 0 : 30},
		.counter = counts ? entry->counter : 0,
		.seed = entry->secret};
	return sink->accept(sink->context, &device);
}

static fallible read_entry(struct span bytes, size_t place, const struct moving_sink *sink)
{
	struct part part;
	struct entry entry = {.type = 0};
	struct reader reader = READER(bytes);
	while (next(&reader, &part))
		set(&entry, &part);
	if (err_failed(reader_check(&reader)))
		return FAIL(INVALID, "the export of an app is broken");
	return hand_on(&entry, place, sink);
}

static void set_part(struct otp_migration_part *of, const struct part *part)
{
	if (part->field == PAYLOAD_SIZE)
		of->size = part->number;
	else if (part->field == PAYLOAD_INDEX)
		of->index = part->number;
	else if (part->field == PAYLOAD_ID)
		of->id = part->number;
}

static fallible read_payload(
	struct span payload, size_t place, const struct moving_sink *sink, struct otp_migration_part *of)
{
	struct part part;
	struct reader reader = READER(payload);
	while (next(&reader, &part)) {
		set_part(of, &part);
		if (part.field == PAYLOAD_DEVICE)
			TRY(read_entry(part.bytes, place, sink));
	}
	return err_failed(reader_check(&reader)) ? FAIL(INVALID, "the export of an app is broken") : OK;
}

/* ---- the text around it ---- */

static int hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static fallible decode_percent(struct span text, struct buf *out)
{
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.at[i];
		if (c == '%') {
			int high = i + 2 < text.len ? hex_value(text.at[i + 1]) : -1;
			int low = high >= 0 ? hex_value(text.at[i + 2]) : -1;
			if (low < 0)
				return FAIL(INVALID, "the export of an app has a broken percent sign");
			c = (uint8_t)(high * 16 + low);
			i += 2;
		}
		buf_put_u8(out, c);
	}
	return buf_check(out);
}

static fallible decode(struct span line, struct buf *base64, struct buf *payload)
{
	if (!span_starts(line, SPAN_LIT(START)) || line.len > OTP_MIGRATION_MAX)
		return FAIL(INVALID, "it is no export of an app");
	TRY(decode_percent(span_from(line, sizeof START - 1), base64));
	return err_failed(text_parse_base64(buf_span(base64), payload))
		? FAIL(INVALID, "the export of an app is not base64")
		: buf_check(payload);
}

fallible otp_migration_read(
	struct span line, size_t place, const struct moving_sink *sink, struct otp_migration_part *part)
{
	*part = (struct otp_migration_part){0};
	scoped(buf) base64 = BUF(OTP_MIGRATION_MAX);
	scoped(buf) payload = BUF(OTP_MIGRATION_MAX);
	struct err err = decode(line, &base64, &payload);
	if (!err_failed(err))
		err = read_payload(buf_span(&payload), place, sink, part);
	if (base64.data)
		secret_wipe(base64.data, base64.len);
	if (payload.data)
		secret_wipe(payload.data, payload.len);
	return err;
}
