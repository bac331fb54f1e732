/* SPDX-License-Identifier: Apache-2.0 */
/* totp - the vectors of RFC 6238, the traps of liboath, and the texts in which seeds come. */
#include "crypto/totp.h"

#include "base/text.h"
#include "tests/support/vectors.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>

#define SEED_TEXT "12345678901234567890"
#define SEED_BASE32 "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

static const struct totp_shape USUAL = {TOTP_SHA1, 6, 30};
static const struct totp_shape LONG = {TOTP_SHA1, 8, 30};

static struct totp_candidates around(const struct totp_shape *shape, uint64_t step)
{
	struct totp_candidates candidates;
	cr_assert(!err_failed(totp_compute(shape, SPAN_LIT(SEED_TEXT), step, &candidates)));
	return candidates;
}

/* The appendix repeats "1234567890" to the length of each hash's output. */
static struct span rfc_seed(enum totp_algorithm algorithm)
{
	static const char digits[] = "1234567890123456789012345678901234567890123456789012345678901234";
	static const size_t len[] = {[TOTP_SHA1] = 20, [TOTP_SHA256] = 32, [TOTP_SHA512] = 64};
	return span_of(digits, len[algorithm]);
}

static enum totp_algorithm algorithm_of(const char *name)
{
	if (strcmp(name, "SHA1") == 0)
		return TOTP_SHA1;
	return strcmp(name, "SHA256") == 0 ? TOTP_SHA256 : TOTP_SHA512;
}

static void check_vector(long long time_s, const char *algorithm, const char *expected)
{
	const struct totp_shape shape = {algorithm_of(algorithm), 8, 30};
	const struct instant at = {time_s * 1000};
	struct span seed = rfc_seed(shape.algorithm);
	char code[TOTP_DIGITS_MAX + 1];
	int valid_s;
	cr_assert(!err_failed(totp_code(&shape, seed, at, code, &valid_s)));
	cr_assert(strcmp(code, expected) == 0, "%lld %s: %s", time_s, algorithm, code);

	struct totp_candidates candidates;
	uint64_t step = 0;
	cr_assert(!err_failed(totp_compute(&shape, seed, totp_step(&shape, at), &candidates)));
	cr_assert(strcmp(candidates.code[TOTP_WINDOW], expected) == 0);
	cr_assert(totp_match(&candidates, expected, &step) && step == (uint64_t)time_s / 30);
}

Test(totp, gives_all_codes_of_rfc_6238)
{
	scoped(buf) file = BUF(64 * 1024);
	vectors_read("vectors/rfc6238.txt", &file);
	struct span rest = buf_span(&file);
	struct span line;
	size_t count = 0;
	while (span_cut(&rest, '\n', &line)) {
		long long time_s;
		char algorithm[8];
		char code[9];
		if (line.len == 0 || line.at[0] == '#')
			continue;
		cr_assert(sscanf((const char *)line.at, "%lld %7s %8s", &time_s, algorithm, code) == 3);
		check_vector(time_s, algorithm, code);
		count++;
	}
	cr_assert(count == 18);
}

/* RFC 4226's codes are those of the steps with the same number. */
Test(totp, gives_all_codes_of_rfc_4226)
{
	scoped(buf) file = BUF(64 * 1024);
	vectors_read("vectors/rfc4226.txt", &file);
	struct span rest = buf_span(&file);
	struct span line;
	size_t count = 0;
	while (span_cut(&rest, '\n', &line)) {
		long long step;
		char expected[9], code[TOTP_DIGITS_MAX + 1];
		int valid_s;
		if (line.len == 0 || line.at[0] == '#')
			continue;
		cr_assert(sscanf((const char *)line.at, "%lld %8s", &step, expected) == 2);
		const struct instant at = {step * 30000};
		cr_assert(!err_failed(totp_code(&USUAL, SPAN_LIT(SEED_TEXT), at, code, &valid_s)));
		cr_assert(strcmp(code, expected) == 0, "%lld: %s", step, code);
		count++;
	}
	cr_assert(count == 10);
}

/* ---- runs ---- */

Test(totp, a_pair_is_found_by_two_steps_that_follow_each_other)
{
	struct totp_run run;
	uint64_t step = 0;
	cr_assert(!err_failed(totp_compute_run(&USUAL, SPAN_LIT(SEED_TEXT), 0, 10, &run)));
	cr_assert(totp_match_pair(&run, 0, "287082", "359152", &step) && step == 2);
	cr_assert(totp_match_pair(&run, 7, "399871", "520489", &step) && step == 9);
	step = 77;
	cr_assert(!totp_match_pair(&run, 8, "399871", "520489", &step), "used");
	cr_assert(!totp_match_pair(&run, 0, "755224", "287082", &step), "the first is not later");
	cr_assert(!totp_match_pair(&run, 0, "359152", "287082", &step), "the wrong way round");
	cr_assert(!totp_match_pair(&run, 0, "287082", "969429", &step), "one apart");
	cr_assert(!totp_match_pair(&run, 0, "287082", "287082", &step));
	cr_assert(!totp_match_pair(&run, 0, "287082", "59152", &step), "another length");
	cr_assert(!totp_match_pair(&run, 0, "", "", &step) && step == 77);
	totp_run_done(&run);
	cr_assert(!totp_match_pair(&run, 0, "287082", "359152", &step), "wiped");
}

Test(totp, a_run_has_two_codes_at_least_and_a_bound)
{
	struct totp_run run;
	cr_assert(totp_compute_run(&USUAL, SPAN_LIT(SEED_TEXT), 0, 1, &run).kind == ERR_INVALID);
	cr_assert(
		totp_compute_run(&USUAL, SPAN_LIT(SEED_TEXT), 0, TOTP_RUN_MAX + 1, &run).kind == ERR_INVALID);
	cr_assert(totp_compute_run(&USUAL, SPAN_LIT("short"), 0, 2, &run).kind == ERR_INVALID);
	cr_assert(!err_failed(totp_compute_run(&USUAL, SPAN_LIT(SEED_TEXT), 0, TOTP_RUN_MAX, &run)));
}

/* ---- windows ---- */

Test(totp, a_window_holds_the_steps_before_and_after)
{
	struct totp_candidates candidates = around(&USUAL, 100);
	cr_assert(candidates.first_step == 99 && candidates.digits == 6);
	for (uint64_t step = 99; step <= 101; step++) {
		char code[TOTP_DIGITS_MAX + 1];
		int valid_s;
		uint64_t matched = 0;
		const struct instant at = {(int64_t)step * 30000};
		cr_assert(!err_failed(totp_code(&USUAL, SPAN_LIT(SEED_TEXT), at, code, &valid_s)));
		cr_assert(totp_match(&candidates, code, &matched) && matched == step);
	}
}

Test(totp, a_code_from_outside_the_window_does_not_match)
{
	struct totp_candidates candidates = around(&LONG, 100);
	uint64_t matched = 7;
	static const uint64_t outside[] = {97, 98, 102, 103};
	for (size_t i = 0; i < 4; i++) {
		struct totp_candidates other = around(&LONG, outside[i]);
		cr_assert(!totp_match(&candidates, other.code[TOTP_WINDOW], &matched));
	}
	cr_assert(matched == 7);
}

Test(totp, the_last_six_of_eight_digits_do_not_match)
{
	struct totp_candidates candidates = around(&LONG, 100);
	uint64_t step = 7;
	for (size_t i = 0; i < candidates.count; i++) {
		for (size_t skip = 1; skip <= 8; skip++)
			cr_assert(!totp_match(&candidates, candidates.code[i] + skip, &step), "%zu", skip);
	}
	cr_assert(step == 7);
}

Test(totp, a_code_with_more_digits_does_not_match)
{
	struct totp_candidates candidates = around(&USUAL, 100);
	char longer[16];
	uint64_t step;
	snprintf(longer, sizeof longer, "%s0", candidates.code[0]);
	cr_assert(!totp_match(&candidates, longer, &step));
	snprintf(longer, sizeof longer, "0%s", candidates.code[0]);
	cr_assert(!totp_match(&candidates, longer, &step));
	cr_assert(!totp_match(&candidates, "", &step));
}

Test(totp, wiped_candidates_match_nothing)
{
	struct totp_candidates candidates = around(&USUAL, 100);
	uint64_t step;
	totp_candidates_done(&candidates);
	cr_assert(!totp_match(&candidates, "", &step));
	cr_assert(!totp_match(&candidates, "000000", &step));
	static const struct totp_candidates none;
	cr_assert(memcmp(&candidates, &none, sizeof none) == 0);
}

Test(totp, of_a_code_that_two_steps_share_the_newest_is_meant)
{
	const struct totp_candidates candidates = {
		.first_step = 51, .count = 3, .code = {"123456", "123456", "654321"}, .digits = 6};
	uint64_t step;
	cr_assert(totp_match(&candidates, "123456", &step) && step == 52);
	cr_assert(totp_match(&candidates, "654321", &step) && step == 53);
}

Test(totp, keeps_leading_zeros)
{
	/* RFC 6238 at 1111111109: 07081804. */
	const struct instant at = {1111111109000};
	char code[TOTP_DIGITS_MAX + 1];
	int valid_s;
	cr_assert(!err_failed(totp_code(&LONG, SPAN_LIT(SEED_TEXT), at, code, &valid_s)));
	cr_assert(code[0] == '0' && strlen(code) == 8);
}

Test(totp, refuses_seeds_and_shapes_outside_its_limits)
{
	static const uint8_t seed[65] = {1};
	static const struct totp_shape bad[] = {{0, 6, 30}, {4, 6, 30}, {TOTP_SHA1, 7, 30},
		{TOTP_SHA1, 0, 30}, {TOTP_SHA1, 9, 30}, {TOTP_SHA1, 6, 1}, {TOTP_SHA1, 6, 14},
		{TOTP_SHA1, 6, 121}};
	struct totp_candidates candidates;
	char code[TOTP_DIGITS_MAX + 1];
	int valid_s;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		const struct instant now = {60000};
		cr_assert(totp_compute(&bad[i], span_of(seed, 20), 9, &candidates).kind == ERR_INVALID, "%zu",
			i);
		cr_assert(totp_code(&bad[i], span_of(seed, 20), now, code, &valid_s).kind == ERR_INVALID,
			"%zu", i);
	}
	static const size_t bad_len[] = {0, 1, 15, 65};
	for (size_t i = 0; i < 4; i++)
		cr_assert(
			totp_compute(&USUAL, span_of(seed, bad_len[i]), 9, &candidates).kind == ERR_INVALID);
	cr_assert(!err_failed(totp_compute(&USUAL, span_of(seed, 16), 9, &candidates)));
	cr_assert(!err_failed(totp_compute(&USUAL, span_of(seed, 64), 9, &candidates)));
}

Test(totp, refuses_steps_before_and_beyond_time)
{
	struct totp_candidates candidates;
	cr_assert(totp_compute(&USUAL, SPAN_LIT(SEED_TEXT), 0, &candidates).kind == ERR_INVALID);
	cr_assert(!err_failed(totp_compute(&USUAL, SPAN_LIT(SEED_TEXT), 1, &candidates)));
	cr_assert(totp_compute(&USUAL, SPAN_LIT(SEED_TEXT), UINT64_MAX, &candidates).kind == ERR_INVALID);
	cr_assert(totp_compute(&USUAL, SPAN_LIT(SEED_TEXT), INT64_MAX, &candidates).kind == ERR_INVALID);
}

Test(totp, counts_steps_from_1970)
{
	cr_assert(totp_step(&USUAL, (struct instant){29999}) == 0);
	cr_assert(totp_step(&USUAL, (struct instant){30000}) == 1);
	cr_assert(totp_step(&USUAL, (struct instant){20000000000000}) == 666666666);
	cr_assert(totp_step(&USUAL, (struct instant){-1}) == 0);
}

Test(totp, tells_how_long_a_code_stays_right)
{
	static const struct {
		int64_t ms;
		int valid_s;
	} rows[] = {{60000, 30}, {60001, 29}, {75000, 15}, {88000, 2}, {89000, 1}, {89001, 1}, {89999, 1}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char code[TOTP_DIGITS_MAX + 1];
		int valid_s = 0;
		const struct instant now = {rows[i].ms};
		cr_assert(!err_failed(totp_code(&USUAL, SPAN_LIT(SEED_TEXT), now, code, &valid_s)));
		cr_assert(valid_s == rows[i].valid_s, "%lld ms: %d", (long long)rows[i].ms, valid_s);
	}
}

Test(totp, writes_an_otpauth_uri)
{
	scoped(buf) uri = BUF(1024);
	totp_put_uri(&uri, &USUAL, SPAN_LIT(SEED_TEXT), SPAN_LIT("Acme Oy"), SPAN_LIT("anna@example.org"));
	cr_assert(span_is(buf_span(&uri),
			  "otpauth://totp/Acme%20Oy:anna%40example.org?secret=" SEED_BASE32
			  "&issuer=Acme%20Oy&algorithm=SHA1&digits=6&period=30"),
		"%.*s", SPAN_FMT(buf_span(&uri)));
}

Test(totp, what_a_person_is_called_cannot_change_the_uri)
{
	scoped(buf) uri = BUF(1024);
	scoped(buf) seed = BUF(64);
	struct totp_shape shape;
	totp_put_uri(&uri, &USUAL, SPAN_LIT(SEED_TEXT), SPAN_LIT("a?secret=AA&b:c/%"),
		SPAN_LIT("\xc3\xa4&digits=8#\r\n"));
	cr_assert(!err_failed(totp_parse(buf_span(&uri), &shape, &seed)), "%.*s", SPAN_FMT(buf_span(&uri)));
	cr_assert(shape.digits == 6 && span_is(buf_span(&seed), SEED_TEXT));
}

Test(totp, leaves_out_an_issuer_that_is_empty)
{
	scoped(buf) uri = BUF(1024);
	totp_put_uri(&uri, &USUAL, SPAN_LIT(SEED_TEXT), SPAN_NONE, SPAN_LIT("anna"));
	cr_assert(span_starts(
		buf_span(&uri), SPAN_LIT("otpauth://totp/anna?secret=" SEED_BASE32 "&algorithm=")));
}

Test(totp, reads_back_every_uri_that_it_writes)
{
	static const enum totp_algorithm algorithms[] = {TOTP_SHA1, TOTP_SHA256, TOTP_SHA512};
	uint8_t bytes[TOTP_SEED_MAX];
	for (size_t len = TOTP_SEED_MIN; len <= TOTP_SEED_MAX; len++) {
		for (size_t i = 0; i < len; i++)
			bytes[i] = (uint8_t)(len * 37 + i * 101);
		const struct totp_shape shape = {algorithms[len % 3], len % 2 ? 6 : 8, (uint16_t)(15 + len)};
		scoped(buf) uri = BUF(1024);
		scoped(buf) seed = BUF(64);
		struct totp_shape back;
		totp_put_uri(&uri, &shape, span_of(bytes, len), SPAN_LIT("i"), SPAN_LIT("a"));
		cr_assert(!err_failed(totp_parse(buf_span(&uri), &back, &seed)), "%zu bytes", len);
		cr_assert(span_equal(buf_span(&seed), span_of(bytes, len)), "%zu bytes", len);
		cr_assert(back.algorithm == shape.algorithm && back.digits == shape.digits);
		cr_assert(back.period_s == shape.period_s);
	}
}

Test(totp, its_base32_is_that_of_text)
{
	uint8_t bytes[32];
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i * 8 + 3);
	scoped(buf) uri = BUF(1024);
	scoped(buf) base32 = BUF(1024);
	totp_put_uri(&uri, &USUAL, SPAN_BYTES(bytes), SPAN_NONE, SPAN_NONE);
	text_put_base32(&base32, SPAN_BYTES(bytes));
	struct span digits = span_from(buf_span(&uri), strlen("otpauth://totp/?secret="));
	cr_assert(span_starts(digits, buf_span(&base32)));
}

static bool reads_as(const char *text, enum totp_algorithm algorithm, uint8_t digits, uint16_t period_s)
{
	scoped(buf) seed = BUF(64);
	struct totp_shape shape;
	struct err err = totp_parse(span_text(text), &shape, &seed);
	return !err_failed(err) && span_is(buf_span(&seed), SEED_TEXT) && shape.algorithm == algorithm &&
		shape.digits == digits && shape.period_s == period_s;
}

Test(totp, reads_base32_as_people_copy_it)
{
	static const char *const texts[] = {
		SEED_BASE32,
		"gezdgnbvgy3tqojqgezdgnbvgy3tqojq",
		"GEZD GNBV GY3T QOJQ gezd gnbv gy3t qojq",
		"GEZD-GNBV-GY3T-QOJQ-GEZD-GNBV-GY3T-QOJQ",
		"  " SEED_BASE32 "\r\n",
		SEED_BASE32 "======",
		SEED_BASE32 " == = ",
	};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		cr_assert(reads_as(texts[i], TOTP_SHA1, 6, 30), "%s", texts[i]);
}

Test(totp, reads_uris_with_what_they_leave_out)
{
	static const char secret[] = "otpauth://totp/a?secret=" SEED_BASE32;
	char uri[512];
	cr_assert(reads_as(secret, TOTP_SHA1, 6, 30));
	snprintf(uri, sizeof uri, "%s&algorithm=sha256", secret);
	cr_assert(reads_as(uri, TOTP_SHA256, 6, 30));
	snprintf(uri, sizeof uri, "%s&algorithm=SHA512&digits=8&period=60&issuer=x&image=y", secret);
	cr_assert(reads_as(uri, TOTP_SHA512, 8, 60));
	cr_assert(reads_as("OTPAUTH://TOTP/a?digits=8&Secret=" SEED_BASE32, TOTP_SHA1, 8, 30));
	cr_assert(
		reads_as("otpauth://totp/?secret=gezd%20gnbv+gy3tqojqgezdgnbvgy3tqojq%3D", TOTP_SHA1, 6, 30));
	cr_assert(reads_as("otpauth://totp/a?&secret=" SEED_BASE32 "&&counter=3", TOTP_SHA1, 6, 30));
}

static bool refuses(const char *text)
{
	scoped(buf) seed = BUF(256);
	struct totp_shape shape = {TOTP_SHA512, 8, 99};
	/* Exactly as many bytes as the text has, so that the sanitizer sees who reads on. */
	size_t len = strlen(text);
	uint8_t *copy = malloc(len + (len == 0));
	cr_assert(copy);
	memcpy(copy, text, len);
	struct err err = totp_parse(span_of(copy, len), &shape, &seed);
	free(copy);
	return err.kind == ERR_INVALID && seed.len == 0 && shape.period_s == 99 && shape.digits == 8;
}

Test(totp, refuses_texts_that_are_no_seed)
{
	static const char *const texts[] = {
		"",
		"   ",
		"====",
		"AE",                              /* one byte */
		"GEZDGNBVGY3TQOJQGEZDGNBV",        /* 15 bytes */
		"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ", /* a digit is lost */
		"GEZDGNBVGY3TQOJQGEZDGNBVG",       /* 15 bytes and a digit that cannot stand alone */
		"GEZDGNBVGY3TQOJQGEZDGNBVGYA",     /* 16 bytes and a digit too many */
		"GEZDGNBVGY3TQOJQGEZDGNBVG1",      /* no 1 in base32 */
		"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ0",
		"GEZDGNBVGY3TQOJQ=EZDGNBVGY3TQOJQ",
		"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ\xc3\x84",
		"123456",
		"http://totp/a?secret=" SEED_BASE32,
		"otpauth:totp/a?secret=" SEED_BASE32,
	};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		cr_assert(refuses(texts[i]), "%s", texts[i]);
}

Test(totp, takes_the_short_seed_of_an_account_elsewhere_and_gives_its_code)
{
	scoped(buf) seed = BUF(64);
	struct totp_shape shape;
	int valid_s;
	char code[TOTP_DIGITS_MAX + 1];
	/* 16 letters, as many a site shows them. oathtool --totp -b --now "2026-10-13 09:00:00 UTC" JBSWY3DPEHPK3PXP */
	cr_assert(!err_failed(totp_parse_kept(SPAN_LIT("jbsw y3dp ehpk 3pxp"), &shape, &seed)));
	cr_assert(seed.len == TOTP_SEED_KEPT_MIN);
	cr_assert(!err_failed(
		totp_code(&shape, buf_span(&seed), (struct instant){1791882000000}, code, &valid_s)));
	cr_assert_str_eq(code, "864330");
	buf_clear(&seed);
	cr_assert(!err_failed(
		totp_parse_kept(SPAN_LIT("otpauth://totp/a?secret=JBSWY3DPEHPK3PXP"), &shape, &seed)));
}

Test(totp, refuses_the_short_seed_of_an_account_elsewhere_as_a_factor)
{
	struct totp_candidates candidates;
	cr_assert(refuses("JBSWY3DPEHPK3PXP"));
	cr_assert(refuses("otpauth://totp/a?secret=JBSWY3DPEHPK3PXP"));
	cr_assert(totp_compute(&USUAL, SPAN_LIT("0123456789"), 100, &candidates).kind == ERR_INVALID);
}

Test(totp, refuses_a_kept_seed_under_eighty_bits)
{
	scoped(buf) seed = BUF(64);
	struct totp_shape shape;
	int valid_s;
	char code[TOTP_DIGITS_MAX + 1];
	cr_assert(totp_parse_kept(SPAN_LIT("GEZDGNBVGY3TQOI"), &shape, &seed).kind == ERR_INVALID);
	cr_assert(totp_parse_kept(SPAN_LIT("otpauth://totp/a?secret=GEZDGNBVGY3TQOI"), &shape, &seed).kind ==
		ERR_INVALID);
	cr_assert(totp_code(&USUAL, SPAN_LIT("123456789"), (struct instant){1791882000000}, code, &valid_s)
			  .kind == ERR_INVALID);
}

Test(totp, refuses_uris_outside_its_limits)
{
	static const char *const uris[] = {
		"otpauth://hotp/a?secret=" SEED_BASE32 "&counter=1",
		"otpauth://hotp/a?secret=" SEED_BASE32,
		"otpauth://steam/a?secret=" SEED_BASE32,
		"otpauth://totp",
		"otpauth://totp/",
		"otpauth://totp/a",
		"otpauth://totp/a?",
		"otpauth://totp/a?secret",
		"otpauth://totp/a?secret=",
		"otpauth://totp/a?issuer=x",
		"otpauth://totp/a?secret=AE",
		"otpauth://totp/a?secret=" SEED_BASE32 "&algorithm=MD5",
		"otpauth://totp/a?secret=" SEED_BASE32 "&algorithm=",
		"otpauth://totp/a?secret=" SEED_BASE32 "&digits=7",
		"otpauth://totp/a?secret=" SEED_BASE32 "&digits=0",
		"otpauth://totp/a?secret=" SEED_BASE32 "&digits=10",
		"otpauth://totp/a?secret=" SEED_BASE32 "&digits=-6",
		"otpauth://totp/a?secret=" SEED_BASE32 "&digits=262",
		"otpauth://totp/a?secret=" SEED_BASE32 "&period=0",
		"otpauth://totp/a?secret=" SEED_BASE32 "&period=14",
		"otpauth://totp/a?secret=" SEED_BASE32 "&period=121",
		"otpauth://totp/a?secret=" SEED_BASE32 "&period=65566",
		"otpauth://totp/a?secret=" SEED_BASE32 "&period=18446744073709551646",
		"otpauth://totp/a?secret=" SEED_BASE32 "&period=x",
		"otpauth://totp/a?secret=" SEED_BASE32 "&secret=" SEED_BASE32,
		"otpauth://totp/a?secret=" SEED_BASE32 "&digits=6&digits=8",
		"otpauth://totp/a?secret=" SEED_BASE32 "%",
		"otpauth://totp/a?secret=" SEED_BASE32 "%3",
		"otpauth://totp/a?secret=" SEED_BASE32 "%3g",
		"otpauth://totp/a?secret=" SEED_BASE32 "%00",
	};
	for (size_t i = 0; i < sizeof uris / sizeof uris[0]; i++)
		cr_assert(refuses(uris[i]), "%s", uris[i]);
}

Test(totp, refuses_texts_that_are_too_long)
{
	static char text[5000];
	memset(text, 'A', sizeof text - 1);
	cr_assert(refuses(text));
	text[4096] = '\0';
	cr_assert(refuses(text));
	text[104] = '\0';
	cr_assert(refuses(text), "65 bytes");
	text[103] = '\0';
	cr_assert(!refuses(text), "64 bytes");
}

Test(totp, passes_on_that_a_buffer_is_full)
{
	scoped(buf) seed = BUF(19);
	struct totp_shape shape = {TOTP_SHA512, 8, 99};
	cr_assert(totp_parse(SPAN_LIT(SEED_BASE32), &shape, &seed).kind == ERR_TOO_LARGE);
	cr_assert(shape.period_s == 99);
}

/* ---- tokens that count ---- */

static const struct totp_shape COUNTS = {TOTP_SHA1, 6, 0};

static const char *const RFC_4226[] = {
	"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"};

Test(totp, a_token_that_counts_shows_all_codes_of_rfc_4226)
{
	for (uint64_t counter = 0; counter < 10; counter++) {
		uint64_t step = 0;
		struct totp_candidates candidates = around(&COUNTS, counter + 1);
		cr_assert(totp_match(&candidates, RFC_4226[counter], &step), "%llu",
			(unsigned long long)counter);
		cr_assert(step == counter + 1, "its step is the counter and one");
	}
}

Test(totp, a_token_that_counts_is_looked_for_five_codes_ahead_and_no_further)
{
	uint64_t step = 0;
	struct totp_candidates candidates = around(&COUNTS, 1);
	cr_assert(candidates.count == TOTP_CANDIDATES && TOTP_AHEAD == 5);
	cr_assert(totp_match(&candidates, RFC_4226[4], &step) && step == 5);
	cr_assert(!totp_match(&candidates, RFC_4226[5], &step), "the sixth");
	candidates = around(&COUNTS, 4);
	cr_assert(
		totp_match(&candidates, RFC_4226[2], &step) && step == 3, "the last that was used is known");
	cr_assert(!totp_match(&candidates, RFC_4226[1], &step), "none before it");
}

Test(totp, a_token_that_counts_has_no_code_before_its_first)
{
	uint64_t step = 0;
	struct totp_candidates candidates = around(&COUNTS, 1);
	cr_assert(candidates.first_step == 0 && candidates.code[0][0] == '\0');
	cr_assert(!totp_match(&candidates, "", &step));
	cr_assert(!totp_match(&candidates, "000000", &step));
}

Test(totp, a_token_that_counts_is_found_by_two_codes_that_follow_each_other)
{
	uint64_t step = 0;
	struct totp_run run;
	cr_assert(!err_failed(totp_compute_run(&COUNTS, SPAN_LIT(SEED_TEXT), 1, TOTP_RUN_MAX, &run)));
	cr_assert(totp_match_pair(&run, 0, RFC_4226[7], RFC_4226[8], &step) && step == 9);
	cr_assert(!totp_match_pair(&run, 0, RFC_4226[8], RFC_4226[7], &step), "not the other way round");
	cr_assert(!totp_match_pair(&run, 8, RFC_4226[7], RFC_4226[8], &step), "not when one was used");
}

Test(totp, a_token_that_counts_has_no_code_of_now)
{
	char code[TOTP_DIGITS_MAX + 1];
	int valid_s;
	const struct instant now = {1000000};
	cr_assert(totp_code(&COUNTS, SPAN_LIT(SEED_TEXT), now, code, &valid_s).kind == ERR_INVALID);
}
