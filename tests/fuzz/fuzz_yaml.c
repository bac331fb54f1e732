/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as YAML: a tree of the promised shape, or a failure with a line of the text. */
#include "base/yaml.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Recursion ends at the promised depth of 16: a deeper tree ends the run. */
static void check_node(const struct yaml_node *node, bool is_in_map, unsigned depth)
{
	assert(node->line >= 1);
	assert(is_in_map || node->key.len == 0);
	if (node->kind == YAML_TEXT) {
		assert(!node->first && (node->text.len == 0 || !memchr(node->text.at, 0, node->text.len)));
		return;
	}
	assert(depth < 16);
	for (const struct yaml_node *child = node->first; child; child = child->next) {
		for (const struct yaml_node *later = child->next; node->kind == YAML_MAP && later;
			later = later->next)
			assert(!span_equal(child->key, later->key));
		check_node(child, node->kind == YAML_MAP, depth + 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	scoped(arena) arena = ARENA(1 << 22);
	struct yaml_node *root = NULL;
	unsigned line = 0;
	struct err err = yaml_parse(span_of(data, size), &arena, &root, &line);
	assert(err_failed(err) == (root == NULL) && err_failed(err) == (line > 0));
	assert(err.kind == ERR_NONE || err.kind == ERR_INPUT || err.kind == ERR_NO_MEMORY);
	if (root)
		check_node(root, false, 0);
	return 0;
}
