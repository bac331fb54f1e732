/* SPDX-License-Identifier: Apache-2.0 */
/* yaml - a strict part of YAML as a tree: maps, lists and plain or quoted texts. No anchors, aliases, tags,
 * merge keys, several documents or implicit types; a key stands once in its map. Bytes in, nodes out; files
 * are read elsewhere. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

enum yaml_kind { YAML_TEXT, YAML_MAP, YAML_LIST };

struct yaml_node {
	enum yaml_kind kind;
	unsigned line;           /* from 1 */
	struct span key;         /* inside a map; else empty */
	struct span text;        /* of a YAML_TEXT */
	struct yaml_node *first; /* child of a map or list */
	struct yaml_node *next;  /* sibling */
};

/* yaml_parse - the whole text as a tree in the arena; a text of comments alone is a map without members.
 *
 *   line  the line of the first fault, when it fails
 * Fails: INPUT not the part of YAML described above, deeper than 16 · NO_MEMORY. */
fallible yaml_parse(struct span text, struct arena *arena, struct yaml_node **root, unsigned *line);

/* yaml_member - a map's member, or NULL. */
const struct yaml_node *yaml_member(const struct yaml_node *map, const char *key);
