/* SPDX-License-Identifier: Apache-2.0 */
/* log_leaf - the row, then one key after the other. */
#include "server/core/log/log_leaf.h"

/* What the reader may open, opens with the key that is given; a key that is gone was erased. */
fallible log_leaf_part(const struct keys *keys, struct id tenant, const struct leaf *leaf, size_t which,
	unsigned withheld, struct evidence_part *part)
{
	const struct leaf_part *sealed = &leaf->parts[which];
	*part = (struct evidence_part){.kind = sealed->kind, .state = EVIDENCE_WITHHELD};
	if (withheld & event_sight(sealed->kind))
		return OK;
	struct err err = event_part_key(keys, tenant, leaf, sealed, &part->key);
	part->state = err.kind == ERR_NOT_FOUND ? EVIDENCE_ERASED : EVIDENCE_OPEN;
	return err.kind == ERR_NOT_FOUND ? OK : err;
}

fallible log_leaf_read(const struct server *server, const struct log_reader *reader, uint64_t sequence,
	struct arena *arena, struct log_leaf *leaf)
{
	scoped(reading) reading = {0};
	struct leaf decoded;
	TRY(reading_open(&server->volume, &reading));
	TRY(log_read_visible(&reading, reader, sequence, &leaf->row, &decoded));
	unsigned withheld = ~log_read_sight(reader, &decoded);
	for (size_t i = 0; i < decoded.part_count; i++)
		TRY(log_leaf_part(
			server->volume.keys, reader->tenant, &decoded, i, withheld, &leaf->parts[i]));
	leaf->part_count = decoded.part_count;
	log_hash(&leaf->row);
	return arena_keep(arena, leaf->row.leaf, &leaf->row.leaf);
}

void log_leaf_done(struct log_leaf *leaf)
{
	for (size_t i = 0; i < LEAF_PARTS_MAX; i++)
		part_key_done(&leaf->parts[i].key);
}
