/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_slot - hostile bytes as an unseal slot: whatever is read lies inside them, its facts stretch to no cost outside
 * the limits, and nothing opens that the root key did not sign. */
#include "crypto/passphrase.h"
#include "crypto/share.h"
#include "crypto/slot.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool claim)
{
	if (!claim)
		abort();
}

static void read_facts(struct span facts)
{
	static const struct share FOREIGN = {.least = 2, .count = 3, .point.x = 1};
	struct passphrase_cost cost;
	uint8_t least, count;
	if (!err_failed(passphrase_read(facts, &cost)))
		expect(cost.passes <= 16 && cost.memory_kib <= 1024 * 1024);
	if (!err_failed(share_read_set(facts, &least, &count)))
		expect(least >= SHAMIR_LEAST && least <= count && count <= SHAMIR_MOST);
	expect(err_failed(share_is_of(facts, &FOREIGN)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t SECRET[SLOT_SECRET] = "a secret of thirty-two bytes...";
	static const struct seal_key ROOT = {"the root of everything that is."};
	struct span record = span_of(data, size);
	struct slot_method method;
	struct seal_key root;
	struct err err = slot_read(record, &method);
	if (err_failed(err)) {
		expect(err.kind == ERR_CORRUPT && err_failed(slot_open(record, SECRET, &root)));
		return 0;
	}
	expect(method.facts.len <= SLOT_FACTS_MAX && method.facts.len < size);
	read_facts(method.facts);
	if (!err_failed(slot_open(record, SECRET, &root)))
		expect(memcmp(&root, &ROOT, sizeof root) == 0);
	return 0;
}
