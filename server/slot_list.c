/* SPDX-License-Identifier: Apache-2.0 */
/* slot_list - the facts of each slot in words. */
#include "server/slot_list.h"

#include "base/timestamp.h"
#include "crypto/passphrase.h"
#include "crypto/share.h"
#include "crypto/slot.h"
#include "server/keeper/slots.h"

enum { MIB_KIB = 1024 };

static fallible put_method(const struct slot_method *method, struct buf *text)
{
	struct passphrase_cost cost;
	uint8_t least, count;
	switch (method->kind) {
	case SLOT_KEY_FILE:
		buf_put_text(text, "key file");
		return OK;
	case SLOT_CREDENTIAL:
		buf_put_text(text, "systemd credential");
		return OK;
	case SLOT_PASSPHRASE:
		TRY(passphrase_read(method->facts, &cost));
		buf_printf(text, "passphrase, Argon2id with %u passes and %u MiB", cost.passes,
			cost.memory_kib / MIB_KIB);
		return OK;
	case SLOT_SHARES:
		TRY(share_read_set(method->facts, &least, &count));
		buf_printf(text, "shares, any %u of %u", least, count);
		return OK;
	}
	return FAIL(CORRUPT, "an unseal slot is of an unknown kind");
}

static fallible put_slot(struct keyring *keyring, uint32_t number, struct buf *text)
{
	scoped(buf) record = BUF(KEYRING_SLOTS_RECORD_MAX);
	struct slot_method method;
	buf_printf(text, "slot %u: ", number);
	TRY(keyring_slots_get(keyring, number, &record));
	struct err err = slot_read(buf_span(&record), &method);
	if (!err_failed(err))
		err = put_method(&method, text);
	buf_printf(text, "%s\n", err_failed(err) ? "broken" : "");
	return OK;
}

/* Nothing is said of the root key that the store was made with. */
static fallible put_generation(struct keyring *keyring, struct buf *text)
{
	char time[TIMESTAMP_TEXT + 1];
	uint32_t generation;
	struct instant since;
	TRY(slots_generation(keyring, &generation, &since));
	if (generation == 1)
		return OK;
	timestamp_print(since, time);
	buf_printf(text, "root key: generation %u, since %s\n", generation, time);
	return OK;
}

fallible slot_list_put(struct keyring *keyring, struct buf *text)
{
	uint32_t numbers[KEYRING_SLOTS_MAX];
	size_t count;
	TRY(keyring_slots_list(keyring, numbers, &count));
	for (size_t i = 0; i < count; i++)
		TRY(put_slot(keyring, numbers[i], text));
	TRY(put_generation(keyring, text));
	return buf_check(text);
}

fallible slot_list_ways(struct keyring *keyring, unsigned *ways)
{
	uint32_t numbers[KEYRING_SLOTS_MAX];
	size_t count;
	unsigned found = 0;
	TRY(keyring_slots_list(keyring, numbers, &count));
	for (size_t i = 0; i < count; i++) {
		scoped(buf) record = BUF(KEYRING_SLOTS_RECORD_MAX);
		struct slot_method method;
		TRY(keyring_slots_get(keyring, numbers[i], &record));
		if (!err_failed(slot_read(buf_span(&record), &method)))
			found |= 1u << method.kind;
	}
	*ways = found;
	return OK;
}
