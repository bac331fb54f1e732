/* SPDX-License-Identifier: Apache-2.0 */
/* evidence_manifest - what an evidence file says of itself, and which leaves it says it selects. */
#pragma once

#include "base/arena.h"
#include "base/clock.h"
#include "base/json_in.h"
#include "crypto/leaf.h"

enum { EVIDENCE_MANIFEST_VALUES = 64 /* of one filter that can be checked */ };

struct evidence_manifest {
	struct id export; /* of the export */
	struct span origin, purpose;
	bool complete; /* it claims that no leaf of its range is left out */
	uint64_t from; /* index of the first leaf of the range */
	bool has_to;   /* else the range ends before the export's own event */
	uint64_t to;   /* index of the last */
	/* The filters, as far as they speak of what stands in clear: */
	uint32_t classes; /* bits; 0 = any */
	uint32_t severities, outcomes;
	uint16_t actions[EVIDENCE_MANIFEST_VALUES];
	size_t action_count;
	struct id actors[EVIDENCE_MANIFEST_VALUES], clients[EVIDENCE_MANIFEST_VALUES];
	size_t actor_count, client_count;
	struct instant since, until; /* ms 0 = open; until is exclusive */
	bool selects;                /* all of its filters could be understood: they can be checked */
};

/* evidence_manifest_read - texts are copied into the arena. Fails: INPUT it is no manifest. */
fallible evidence_manifest_read(struct span json, struct arena *arena, struct evidence_manifest *manifest);

/* evidence_manifest_takes - whether its filters select a leaf; only when it selects. */
bool evidence_manifest_takes(const struct evidence_manifest *manifest, const struct leaf *leaf);
