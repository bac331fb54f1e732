/* SPDX-License-Identifier: Apache-2.0 */
/* totp - which codes count, and the texts in which seeds travel: base32 without tables or branches, and
 * otpauth URIs. */
#include "crypto/totp.h"

#include "base/text.h"
#include "crypto/hotp.h"
#include "crypto/secret.h"

#include <assert.h>

enum {
	PERIOD_USUAL_S = 30,
	DIGITS_USUAL = 6,
	URI_MAX = 4096,
	VALUE_MAX = 512, /* bytes of one percent-decoded parameter that we read */
};

static const uint64_t COUNTER_MAX = (UINT64_C(1) << 48) - 1;
static const struct totp_shape SHAPE_USUAL = {TOTP_SHA1, DIGITS_USUAL, PERIOD_USUAL_S};

void totp_candidates_done(struct totp_candidates *candidates)
{
	secret_wipe(candidates, sizeof *candidates);
}

static bool shape_is_allowed(const struct totp_shape *shape)
{
	bool algorithm = shape->algorithm >= TOTP_SHA1 && shape->algorithm <= TOTP_SHA512;
	bool digits = shape->digits == 6 || shape->digits == 8;
	bool period = shape->period_s >= TOTP_PERIOD_MIN_S && shape->period_s <= TOTP_PERIOD_MAX_S;
	return algorithm && digits && (totp_counts(shape) || period);
}

static fallible check_length(size_t len, size_t least)
{
	if (len < least)
		return least == TOTP_SEED_MIN ? FAIL(INVALID, "a seed is under 16 bytes")
					      : FAIL(INVALID, "a seed is under 10 bytes");
	return len > TOTP_SEED_MAX ? FAIL(INVALID, "a seed is over 64 bytes") : OK;
}

static fallible check_allowed(const struct totp_shape *shape, size_t seed_len, size_t least)
{
	if (!shape_is_allowed(shape))
		return FAIL(INVALID, "the algorithm, digits or period of a code are not allowed");
	return check_length(seed_len, least);
}

static uint64_t positive_ms(struct instant at)
{
	return at.ms < 0 ? 0 : (uint64_t)at.ms;
}

static uint64_t period_ms(const struct totp_shape *shape)
{
	assert(shape->period_s > 0);
	return (uint64_t)shape->period_s * 1000;
}

uint64_t totp_step(const struct totp_shape *shape, struct instant at)
{
	return positive_ms(at) / period_ms(shape);
}

_Static_assert((int)TOTP_DIGITS_MAX == (int)HOTP_DIGITS_MAX, "codes are as long here as there");

static enum hotp_hash hash_of(enum totp_algorithm algorithm)
{
	switch (algorithm) {
	case TOTP_SHA1:
		return HOTP_SHA1;
	case TOTP_SHA256:
		return HOTP_SHA256;
	case TOTP_SHA512:
		break;
	}
	return HOTP_SHA512;
}

/* The codes of count steps, at least one. The counter of a time step is the step (RFC 6238 §4.2); that of a token that counts
 * is the one before, and the first step of such a token has no code. */
static fallible generate(const struct totp_shape *shape, struct span seed, uint64_t first_step, size_t count,
	char (*codes)[TOTP_DIGITS_MAX + 1])
{
	if (first_step > INT64_MAX || count - 1 > INT64_MAX - first_step)
		return FAIL(INVALID, "a time step is beyond all time");
	size_t before = totp_counts(shape) ? 1 : 0;
	size_t without = first_step < before ? 1 : 0;
	const struct hotp_ask ask = {.hash = hash_of(shape->algorithm),
		.seed = seed,
		.digits = shape->digits,
		.first = first_step + without - before,
		.count = count - without};
	hotp_codes(&ask, codes + without);
	return OK;
}

fallible totp_compute(const struct totp_shape *shape, struct span seed, uint64_t centre_step,
	struct totp_candidates *candidates)
{
	TRY(check_allowed(shape, seed.len, TOTP_SEED_MIN));
	if (centre_step < TOTP_WINDOW)
		return FAIL(INVALID, "the window of a code begins before time");
	scoped(totp_candidates) all = {.first_step = centre_step - TOTP_WINDOW,
		.count = totp_counts(shape) ? TOTP_CANDIDATES : 2 * TOTP_WINDOW + 1,
		.digits = shape->digits};
	TRY(generate(shape, seed, all.first_step, all.count, all.code));
	*candidates = all;
	return OK;
}

bool totp_match(const struct totp_candidates *candidates, const char *digits, uint64_t *step)
{
	/* Else the last six of eight digits would do. */
	struct span typed = span_text(digits);
	if (typed.len == 0 || typed.len != candidates->digits)
		return false;
	uint64_t found = 0;
	uint64_t newest = 0;
	for (size_t i = 0; i < candidates->count; i++) {
		bool same = secret_equal(typed, span_of(candidates->code[i], candidates->digits));
		uint64_t mask = 0 - (uint64_t)same;
		newest = (newest & ~mask) | ((candidates->first_step + i) & mask);
		found |= mask;
	}
	if (found)
		*step = newest;
	return found != 0;
}

void totp_run_done(struct totp_run *run)
{
	secret_wipe(run, sizeof *run);
}

fallible totp_compute_run(const struct totp_shape *shape, struct span seed, uint64_t first_step, size_t count,
	struct totp_run *run)
{
	TRY(check_allowed(shape, seed.len, TOTP_SEED_MIN));
	if (count < 2 || count > TOTP_RUN_MAX)
		return FAIL(INVALID, "a run of codes has fewer than two or too many");
	scoped(totp_run) all = {.first_step = first_step, .count = count, .digits = shape->digits};
	TRY(generate(shape, seed, first_step, count, all.code));
	*run = all;
	return OK;
}

bool totp_match_pair(
	const struct totp_run *run, uint64_t after, const char *first, const char *second, uint64_t *step)
{
	struct span one = span_text(first), two = span_text(second);
	if (run->digits == 0 || one.len != run->digits || two.len != run->digits)
		return false;
	uint64_t found = 0;
	uint64_t newest = 0;
	for (size_t i = 0; i + 1 < run->count; i++) {
		bool is_first = secret_equal(one, span_of(run->code[i], run->digits));
		bool is_second = secret_equal(two, span_of(run->code[i + 1], run->digits));
		uint64_t mask = 0 - (uint64_t)(is_first & is_second & (run->first_step + i > after));
		newest = (newest & ~mask) | ((run->first_step + i + 1) & mask);
		found |= mask;
	}
	if (found)
		*step = newest;
	return found != 0;
}

fallible totp_code(const struct totp_shape *shape, struct span seed, struct instant now,
	char code[static TOTP_DIGITS_MAX + 1], int *valid_s)
{
	TRY(check_allowed(shape, seed.len, TOTP_SEED_KEPT_MIN));
	if (totp_counts(shape))
		return FAIL(INVALID, "a token that counts has no code of now");
	char right[1][TOTP_DIGITS_MAX + 1];
	TRY(generate(shape, seed, totp_step(shape, now), 1, right));
	memcpy(code, right[0], shape->digits + 1u);
	secret_wipe(right, sizeof right);
	uint64_t left_ms = period_ms(shape) - positive_ms(now) % period_ms(shape);
	*valid_s = left_ms < 1000 ? 1 : (int)(left_ms / 1000);
	return OK;
}

/* All ones when low <= c <= high, else zero; for values below 2^15. */
static unsigned in_range(unsigned c, unsigned low, unsigned high)
{
	return ~((c - low) >> 16 | (high - c) >> 16) & 0xff;
}

static char base32_digit(unsigned five_bits)
{
	unsigned letter = five_bits + 'A';
	unsigned number = five_bits - 26 + '2';
	unsigned is_letter = in_range(five_bits, 0, 25);
	return (char)((letter & is_letter) | (number & ~is_letter & 0xff));
}

void totp_put_seed(struct buf *out, struct span seed)
{
	unsigned bits = 0;
	unsigned held = 0;
	for (size_t i = 0; i < seed.len; i++) {
		bits = (bits << 8 | seed.at[i]) & 0xffff;
		for (held += 8; held >= 5; held -= 5)
			buf_put_u8(out, (uint8_t)base32_digit(bits >> (held - 5) & 31));
	}
	if (held > 0)
		buf_put_u8(out, (uint8_t)base32_digit(bits << (5 - held) & 31));
}

/* The five bits of a base32 digit; 32 and above for anything else. */
static unsigned base32_value(unsigned c)
{
	unsigned upper = in_range(c, 'A', 'Z');
	unsigned lower = in_range(c, 'a', 'z');
	unsigned digit = in_range(c, '2', '7');
	unsigned none = ~(upper | lower | digit) & 0xff;
	return ((c - 'A') & upper) | ((c - 'a') & lower) | ((c - '2' + 26) & digit) | none;
}

/* A seed on its way from text. */
struct seed {
	uint8_t bytes[TOTP_SEED_MAX];
	size_t len, least;
	unsigned bits; /* not yet a whole byte */
	unsigned held; /* how many of them */
};

static fallible add_digit(struct seed *seed, uint8_t c)
{
	unsigned value = base32_value(c);
	if (value > 31)
		return FAIL(INVALID, "a seed is not base32");
	seed->bits = (seed->bits << 5 | value) & 0xffff;
	seed->held += 5;
	if (seed->held < 8)
		return OK;
	if (seed->len == TOTP_SEED_MAX)
		return FAIL(INVALID, "a seed is over 64 bytes");
	seed->held -= 8;
	seed->bytes[seed->len] = (uint8_t)(seed->bits >> seed->held);
	seed->len++;
	return OK;
}

/* Groups are set apart by spaces or dashes where people have to type them. */
static bool is_between_digits(uint8_t c)
{
	return c == ' ' || c == '-';
}

static struct span without_padding(struct span text)
{
	while (text.len > 0 && (text.at[text.len - 1] == '=' || text.at[text.len - 1] == ' '))
		text.len--;
	return text;
}

static fallible parse_base32(struct span text, struct seed *seed)
{
	struct span digits = without_padding(text);
	for (size_t i = 0; i < digits.len; i++) {
		if (!is_between_digits(digits.at[i]))
			TRY(add_digit(seed, digits.at[i]));
	}
	/* Bits that are left over show a digit lost in copying. */
	if (seed->held >= 5 || (seed->bits & ((1u << seed->held) - 1)) != 0)
		return FAIL(INVALID, "a seed's base32 is incomplete");
	return check_length(seed->len, seed->least);
}

static const char *algorithm_name(enum totp_algorithm algorithm)
{
	switch (algorithm) {
	case TOTP_SHA1:
		return "SHA1";
	case TOTP_SHA256:
		return "SHA256";
	case TOTP_SHA512:
		return "SHA512";
	}
	return "";
}

void totp_put_uri(struct buf *out, const struct totp_shape *shape, struct span seed, struct span issuer,
	struct span account)
{
	buf_put_text(out, "otpauth://totp/");
	text_put_percent(out, issuer);
	if (issuer.len > 0)
		buf_put_u8(out, ':');
	text_put_percent(out, account);
	buf_put_text(out, "?secret=");
	totp_put_seed(out, seed);
	if (issuer.len > 0)
		buf_put_text(out, "&issuer=");
	text_put_percent(out, issuer);
	buf_printf(out, "&algorithm=%s&digits=%u&period=%u", algorithm_name(shape->algorithm), shape->digits,
		shape->period_s);
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

/* ASCII letters alike in both cases; name is in lower case. */
static bool is_named(struct span text, const char *name)
{
	if (text.len != strlen(name))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (lower(text.at[i]) != (uint8_t)name[i])
			return false;
	}
	return true;
}

/* One percent-decoded value; it may be the seed, so it is wiped. */
struct value {
	uint8_t bytes[VALUE_MAX];
	size_t len;
};

static void value_done(struct value *value)
{
	secret_wipe(value, sizeof *value);
}

static int hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static fallible decode_percent(struct span text, struct value *value)
{
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.at[i] == '+' ? ' ' : text.at[i];
		if (value->len == VALUE_MAX)
			return FAIL(INVALID, "a value of an otpauth URI is too long");
		if (c == '%') {
			int high = i + 2 < text.len ? hex_value(text.at[i + 1]) : -1;
			int low = high >= 0 ? hex_value(text.at[i + 2]) : -1;
			if (low < 0)
				return FAIL(INVALID, "an otpauth URI has a broken percent sign");
			c = (uint8_t)(high * 16 + low);
			i += 2;
		}
		value->bytes[value->len] = c;
		value->len++;
	}
	return OK;
}

/* An otpauth URI as far as it is read: each parameter that we know at most once. */
struct uri {
	struct totp_shape shape;
	struct seed seed;
	uint64_t counter;
	unsigned seen; /* a bit per row of PARAMETERS */
};

static void uri_done(struct uri *uri)
{
	secret_wipe(uri, sizeof *uri);
}

static fallible read_secret(struct span value, struct uri *uri)
{
	TRY(parse_base32(value, &uri->seed));
	return OK;
}

static fallible read_algorithm(struct span value, struct uri *uri)
{
	if (is_named(value, "sha1"))
		uri->shape.algorithm = TOTP_SHA1;
	else if (is_named(value, "sha256"))
		uri->shape.algorithm = TOTP_SHA256;
	else if (is_named(value, "sha512"))
		uri->shape.algorithm = TOTP_SHA512;
	else
		return FAIL(INVALID, "an otpauth URI names an algorithm that we do not know");
	return OK;
}

static fallible read_digits(struct span value, struct uri *uri)
{
	uint64_t digits;
	if (!span_number(value, TOTP_DIGITS_MAX, &digits))
		return FAIL(INVALID, "an otpauth URI asks for digits other than 6 or 8");
	uri->shape.digits = (uint8_t)digits;
	return OK;
}

static fallible read_period(struct span value, struct uri *uri)
{
	uint64_t period_s;
	if (!span_number(value, TOTP_PERIOD_MAX_S, &period_s) || period_s < TOTP_PERIOD_MIN_S)
		return FAIL(INVALID, "an otpauth URI has a period outside 15 to 120 seconds");
	uri->shape.period_s = (uint16_t)period_s;
	return OK;
}

static fallible read_counter(struct span value, struct uri *uri)
{
	if (!span_number(value, COUNTER_MAX, &uri->counter))
		return FAIL(INVALID, "an otpauth URI has a counter that is none");
	return OK;
}

enum parameter_name { SECRET, ALGORITHM, DIGITS, PERIOD, COUNTER };

static const struct parameter {
	const char *name;
	fallible (*read)(struct span value, struct uri *uri);
} PARAMETERS[] = {
	[SECRET] = {"secret", read_secret},
	[ALGORITHM] = {"algorithm", read_algorithm},
	[DIGITS] = {"digits", read_digits},
	[PERIOD] = {"period", read_period},
	[COUNTER] = {"counter", read_counter},
};

static fallible read_parameter(struct span name, struct span text, struct uri *uri)
{
	for (size_t i = 0; i < sizeof PARAMETERS / sizeof PARAMETERS[0]; i++) {
		if (!is_named(name, PARAMETERS[i].name))
			continue;
		/* Of two values one program takes the first and another the last. */
		if (uri->seen & 1u << i)
			return FAIL(INVALID, "an otpauth URI says one thing twice");
		uri->seen |= 1u << i;
		scoped(value) value = {.len = 0};
		TRY(decode_percent(text, &value));
		TRY(PARAMETERS[i].read(span_of(value.bytes, value.len), uri));
	}
	return OK;
}

static fallible read_query(struct span query, struct uri *uri)
{
	struct span pair;
	while (span_cut(&query, '&', &pair)) {
		struct span name;
		if (span_cut(&pair, '=', &name))
			TRY(read_parameter(name, pair, uri));
	}
	return OK;
}

static bool is_uri(struct span text)
{
	static const char scheme[] = "otpauth://";
	return is_named(span_first(text, sizeof scheme - 1), scheme);
}

static const char TOTP_URI[] = "otpauth://totp/";
static const char HOTP_URI[] = "otpauth://hotp/";

static fallible parse_parameters(struct span text, struct uri *uri)
{
	struct span query = text;
	struct span label;
	if (!span_cut(&query, '?', &label) || query.len == 0)
		return FAIL(INVALID, "an otpauth URI has no parameters");
	return read_query(query, uri);
}

static fallible parse_uri(struct span text, struct uri *uri)
{
	if (!is_named(span_first(text, sizeof TOTP_URI - 1), TOTP_URI))
		return FAIL(INVALID, "an otpauth URI is not of type totp");
	TRY(parse_parameters(text, uri));
	TRY(check_allowed(&uri->shape, uri->seed.len, uri->seed.least));
	return OK;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct span trim(struct span text)
{
	while (text.len > 0 && is_blank(text.at[0]))
		text = span_from(text, 1);
	while (text.len > 0 && is_blank(text.at[text.len - 1]))
		text.len--;
	return text;
}

static fallible parse(struct span text, size_t least, struct totp_shape *shape, struct buf *seed)
{
	if (text.len > URI_MAX)
		return FAIL(INVALID, "an otpauth URI is over 4,096 bytes");
	struct span trimmed = trim(text);
	scoped(uri) uri = {.shape = SHAPE_USUAL, .seed.least = least};
	if (is_uri(trimmed))
		TRY(parse_uri(trimmed, &uri));
	else
		TRY(parse_base32(trimmed, &uri.seed));
	buf_put(seed, span_of(uri.seed.bytes, uri.seed.len));
	TRY(buf_check(seed));
	*shape = uri.shape;
	return OK;
}

fallible totp_parse(struct span text, struct totp_shape *shape, struct buf *seed)
{
	return parse(text, TOTP_SEED_MIN, shape, seed);
}

fallible totp_parse_kept(struct span text, struct totp_shape *shape, struct buf *seed)
{
	return parse(text, TOTP_SEED_KEPT_MIN, shape, seed);
}

/* What stands between the path and the query, behind the issuer, which may be set apart by an escaped colon. */
static fallible put_account(struct span text, struct buf *account)
{
	struct span rest = text, label = SPAN_NONE;
	scoped(value) value = {.len = 0};
	if (!span_cut(&rest, '?', &label))
		return FAIL(INVALID, "an otpauth URI has no parameters");
	TRY(decode_percent(label, &value));
	struct span name = span_of(value.bytes, value.len);
	const uint8_t *colon = memchr(value.bytes, ':', value.len);
	if (colon)
		name = span_from(name, (size_t)(colon - value.bytes) + 1);
	buf_put(account, trim(name));
	return buf_check(account);
}

fallible totp_parse_device(
	struct span text, struct totp_shape *shape, uint64_t *counter, struct buf *seed, struct buf *account)
{
	if (text.len > URI_MAX)
		return FAIL(INVALID, "an otpauth URI is over 4,096 bytes");
	struct span trimmed = trim(text);
	struct span kind = span_first(trimmed, sizeof TOTP_URI - 1);
	scoped(uri) uri = {.shape = SHAPE_USUAL, .seed.least = TOTP_SEED_MIN};
	bool counts = is_named(kind, HOTP_URI);
	if (!counts && !is_named(kind, TOTP_URI))
		return FAIL(INVALID, "an otpauth URI is neither of type totp nor hotp");
	TRY(parse_parameters(trimmed, &uri));
	if (counts)
		uri.shape.period_s = 0;
	if (counts && !(uri.seen & 1u << COUNTER))
		return FAIL(INVALID, "an otpauth URI of type hotp has no counter");
	TRY(check_allowed(&uri.shape, uri.seed.len, uri.seed.least));
	TRY(put_account(span_from(trimmed, sizeof TOTP_URI - 1), account));
	buf_put(seed, span_of(uri.seed.bytes, uri.seed.len));
	TRY(buf_check(seed));
	*shape = uri.shape;
	*counter = counts ? uri.counter : 0;
	return OK;
}
