/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_seal - hostile bytes as a sealed record, a wrapped key and a sealed part; and a sealed record with
 * hostile changes. */
#include "crypto/part.h"
#include "crypto/seal.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LARGEST = 1200 * 1024 };

static const struct seal_key KEY = {{1, 2, 3}};
static const struct part_key PART = {{4, 5, 6}};
static const struct seal_context PLACE = {.object_type = SEAL_FIELD, .version = 1, .key_epoch = 1};

/* Nobody forges a record without the key, and what fails appends nothing. */
static void expect_refused(struct err err, const struct buf *plain)
{
	if (!err_failed(err) || plain->len != 0)
		abort();
}

static void open_hostile(struct span record)
{
	scoped(buf) plain = BUF(LARGEST);
	uint8_t inner[SEAL_KEY];
	uint32_t epoch;
	expect_refused(seal_open(&KEY, &PLACE, record, &plain), &plain);
	expect_refused(seal_unwrap(&KEY, &PLACE, record, inner), &plain);
	expect_refused(part_open(&PART, record, &plain), &plain);
	IGNORE(part_epoch(
		record, &epoch)); /* A header alone is not authenticated: any epoch may stand there. */
}

/* The input is laid over a good record: what differs from it anywhere must be refused. */
static void open_changed(struct span changes)
{
	scoped(buf) record = BUF(LARGEST);
	scoped(buf) plain = BUF(LARGEST);
	if (err_failed(seal_box(&KEY, &PLACE, SPAN_LIT("secret"), &record)))
		abort();
	uint8_t changed = 0;
	for (size_t i = 0; i < record.len && i < changes.len; i++) {
		record.data[i] ^= changes.at[i];
		changed |= changes.at[i];
	}
	struct err err = seal_open(&KEY, &PLACE, buf_span(&record), &plain);
	if (err_failed(err) != (changed != 0))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	open_hostile(span_of(data, size));
	open_changed(span_of(data, size));
	return 0;
}
