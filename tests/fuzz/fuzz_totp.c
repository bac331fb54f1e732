/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_totp - hostile text as an otpauth URI or base32: what is taken is within the limits and can be written
 * and read again. */
#include "crypto/totp.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool claim)
{
	if (!claim)
		abort();
}

static bool same_shape(const struct totp_shape *a, const struct totp_shape *b)
{
	return a->algorithm == b->algorithm && a->digits == b->digits && a->period_s == b->period_s;
}

static void check_taken(const struct totp_shape *shape, struct span seed)
{
	struct totp_candidates candidates;
	struct totp_shape again;
	scoped(buf) uri = BUF(4096);
	scoped(buf) back = BUF(TOTP_SEED_MAX);
	expect(!err_failed(totp_compute(shape, seed, 1, &candidates)));
	totp_put_uri(&uri, shape, seed, SPAN_LIT("issuer"), SPAN_LIT("account"));
	expect(!err_failed(totp_parse(buf_span(&uri), &again, &back)));
	expect(same_shape(shape, &again) && span_equal(seed, buf_span(&back)));
}

/* The same bytes as a device of another server: what is taken gives codes. */
static void check_device(struct span text)
{
	uint64_t counter;
	struct totp_shape shape;
	struct totp_candidates candidates;
	scoped(buf) seed = BUF(TOTP_SEED_MAX);
	scoped(buf) account = BUF(512);
	if (err_failed(totp_parse_device(text, &shape, &counter, &seed, &account)))
		return;
	expect(totp_counts(&shape) || counter == 0);
	expect(!err_failed(totp_compute(&shape, buf_span(&seed), counter + 1, &candidates)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct totp_shape shape;
	scoped(buf) seed = BUF(TOTP_SEED_MAX);
	struct err err = totp_parse(span_of(data, size), &shape, &seed);
	check_device(span_of(data, size));
	if (err_failed(err))
		expect(err.kind == ERR_INVALID && seed.len == 0);
	else
		check_taken(&shape, buf_span(&seed));
	return 0;
}
