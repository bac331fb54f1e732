/* SPDX-License-Identifier: Apache-2.0 */
/* device_record - the devices of a person: when each was first and last seen, and whether it was reported lost or blocked; and
 * who else used the same one. The application's own id of a device, and its words, are sealed under the person. */
#pragma once

#include "base/arena.h"
#include "store/nouns/noun.h"

/* Stored numbers: never renumber. */
enum device_record_state {
	DEVICE_RECORD_KNOWN = 0,
	DEVICE_RECORD_LOST = 1,
	DEVICE_RECORD_BLOCKED = 2, /* its person says that somebody else got in from it */
};

enum {
	DEVICE_RECORD_SEALED_MAX = 1024,      /* bytes */
	DEVICE_RECORD_FRESH_MS = 3600 * 1000, /* last seen is written once an hour */
};

struct device_record {
	struct id tenant;
	struct id id;
	struct id person;
	enum device_record_state state;
	struct instant first_seen;
	struct instant last_seen; /* at most an hour too early */
	struct span own_id;       /* the application's; sealed, as the three below */
	struct span name, platform, model;
	uint64_t version;
	struct span sealed; /* as it was read; dies with the view's transaction */
};

/* device_record_get - texts lie in the arena; those of an erased person are empty. Fails: NOT_FOUND · FORGED ·
 * CORRUPT · NO_MEMORY. */
fallible device_record_get(const struct view *view, struct id tenant, struct id id, struct arena *arena,
	struct device_record *record);

/* device_record_is_lost - lost or blocked: what a proof, a login and a use ask before they count. An id that stands in no registry,
 * or none, is not lost. Fails: FORGED · CORRUPT. Cost: one row is read, nothing is unsealed. */
fallible device_record_is_lost(const struct view *view, struct id tenant, struct id id, bool *is_lost);

/* device_record_seal - the texts, in prepare. device_record_put - the row, in the act, with texts sealed before. */
fallible device_record_seal(const struct keys *keys, const struct device_record *record, struct buf *sealed);
fallible device_record_put(struct act *act, const struct device_record *record, struct span sealed);

/* device_record_list - in the act: find it under its person, and under all who use the device. Once, when it is new.
 *
 *   term  of the application's id of it: device_record_term */
fallible device_record_list(
	struct act *act, const struct device_record *record, const uint8_t term[static KEYS_TERM]);

/* device_record_term - the keyed hash that all who use a device share. Fails: BUSY sealed. */
fallible device_record_term(
	const struct keys *keys, struct id tenant, struct span own_id, uint8_t term[static KEYS_TERM]);

/* device_record_listed_at - the key in device_of under which it is found there.
 *
 *   under  16 bytes: the person's id, or the term */
struct noun_key device_record_listed_at(const struct device_record *record, struct span under);

/* device_record_way_at - the key in device that leads from what an application calls somebody's device to the server's id of it.
 *
 *   whose   a person, or an application
 *   own_id  the application's
 * Fails: BUSY sealed. */
fallible device_record_way_at(
	const struct keys *keys, struct id tenant, struct id whose, struct span own_id, struct noun_key *key);

/* device_record_put_way - what stands there: the server's id, and when it was seen last, as its record has it; ms 0: it has no
 * record. */
void device_record_put_way(struct id id, struct instant seen, struct buf *value);

/* device_record_next - the ids of a person's devices, or of all that share a term, in the order in which they were
 * first seen. False at the end: check *err.
 *
 *   under  16 bytes: the person's id, or the term
 *   after  none = from the first; set to the id found */
bool device_record_next(
	const struct view *view, struct id tenant, struct span under, struct id *after, struct err *err);
