/* SPDX-License-Identifier: Apache-2.0 */
/* yaml - libyaml's events made into a tree; what our part of YAML leaves out is refused as it comes by. */
#include "base/yaml.h"

#include <yaml.h>

enum { YAML_DEPTH_MAX = 16 };

/* A map or list that is still open. */
struct level {
	struct yaml_node *node;
	struct yaml_node *last; /* child; NULL = none yet */
	struct span key;        /* of the child to come */
	bool has_key;
};

/* What one parse holds; lives in yaml_parse. */
struct yaml_builder {
	yaml_parser_t parser;
	struct arena *arena;
	struct span text;
	struct yaml_node *root;
	struct level levels[YAML_DEPTH_MAX];
	size_t depth;
	unsigned line; /* of the event in hand */
	bool ended;
};

struct yaml_builder_event {
	yaml_event_t raw;
};

static void yaml_builder_done(struct yaml_builder *builder)
{
	yaml_parser_delete(&builder->parser);
}

static void yaml_builder_event_done(struct yaml_builder_event *event)
{
	yaml_event_delete(&event->raw);
}

static struct span key_of(const yaml_event_t *scalar)
{
	return span_of(scalar->data.scalar.value, scalar->data.scalar.length);
}

static fallible check_key(const struct level *level, const yaml_event_t *scalar)
{
	struct span key = key_of(scalar);
	if (scalar->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && span_is(key, "<<"))
		return FAIL(INPUT, "YAML has a merge key");
	for (const struct yaml_node *child = level->node->first; child; child = child->next)
		if (span_equal(child->key, key))
			return FAIL(INPUT, "a YAML map has a key twice");
	return OK;
}

static fallible copy_text(struct arena *arena, struct span text, struct span *copy)
{
	if (text.len && memchr(text.at, 0, text.len))
		return FAIL(INPUT, "a YAML text holds U+0000");
	struct span made = arena_copy(arena, text);
	if (!made.at)
		return FAIL(NO_MEMORY, "the arena is full");
	*copy = made;
	return OK;
}

/* A new node at the place that is open: the root, the next of a list, or the value of the key just read. */
static fallible add_node(struct yaml_builder *builder, enum yaml_kind kind, struct yaml_node **added)
{
	struct level *level = builder->depth ? &builder->levels[builder->depth - 1] : NULL;
	if (level && level->node->kind == YAML_MAP && !level->has_key)
		return FAIL(INPUT, "a YAML key is no text");
	struct yaml_node *node = arena_alloc(builder->arena, sizeof *node);
	if (!node)
		return FAIL(NO_MEMORY, "the arena is full");
	*node = (struct yaml_node){.kind = kind, .line = builder->line};
	if (!level) {
		builder->root = node;
	} else {
		node->key = level->key;
		*(level->last ? &level->last->next : &level->node->first) = node;
		level->last = node;
		level->key = SPAN_NONE;
		level->has_key = false;
	}
	*added = node;
	return OK;
}

static fallible add_scalar(struct yaml_builder *builder, const yaml_event_t *scalar)
{
	struct level *level = builder->depth ? &builder->levels[builder->depth - 1] : NULL;
	yaml_scalar_style_t style = scalar->data.scalar.style;
	if (scalar->data.scalar.anchor || scalar->data.scalar.tag)
		return FAIL(INPUT, "YAML has an anchor or a tag");
	if (style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE)
		return FAIL(INPUT, "a YAML text is a block");
	if (level && level->node->kind == YAML_MAP && !level->has_key) {
		TRY(check_key(level, scalar));
		TRY(copy_text(builder->arena, key_of(scalar), &level->key));
		level->has_key = true;
		return OK;
	}
	struct yaml_node *node;
	TRY(add_node(builder, YAML_TEXT, &node));
	return copy_text(builder->arena, key_of(scalar), &node->text);
}

static fallible open_level(
	struct yaml_builder *builder, enum yaml_kind kind, const void *anchor, const void *tag)
{
	if (anchor || tag)
		return FAIL(INPUT, "YAML has an anchor or a tag");
	if (builder->depth == YAML_DEPTH_MAX)
		return FAIL(INPUT, "YAML nests too deep");
	struct yaml_node *node;
	TRY(add_node(builder, kind, &node));
	builder->levels[builder->depth++] = (struct level){.node = node};
	return OK;
}

static fallible open_document(const struct yaml_builder *builder, const yaml_event_t *event)
{
	if (builder->root)
		return FAIL(INPUT, "YAML has several documents");
	if (event->data.document_start.tag_directives.start != event->data.document_start.tag_directives.end)
		return FAIL(INPUT, "YAML has a tag directive");
	return OK;
}

static fallible take_event(struct yaml_builder *builder, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		return open_document(builder, event);
	case YAML_SCALAR_EVENT:
		return add_scalar(builder, event);
	case YAML_MAPPING_START_EVENT:
		return open_level(
			builder, YAML_MAP, event->data.mapping_start.anchor, event->data.mapping_start.tag);
	case YAML_SEQUENCE_START_EVENT:
		return open_level(builder, YAML_LIST, event->data.sequence_start.anchor,
			event->data.sequence_start.tag);
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		builder->depth--;
		return OK;
	case YAML_ALIAS_EVENT:
		return FAIL(INPUT, "YAML has an alias");
	case YAML_STREAM_END_EVENT:
		builder->ended = true;
		return OK;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		return OK;
	}
	return FAIL(BUG, "libyaml reports an unknown event");
}

/* The library knows the line of what it scanned; of bytes that are no characters it knows the offset only. */
static unsigned fault_line(const struct yaml_builder *builder)
{
	if (builder->parser.error != YAML_READER_ERROR)
		return (unsigned)builder->parser.problem_mark.line + 1;
	unsigned line = 1;
	struct span before = span_first(builder->text, builder->parser.problem_offset);
	for (size_t i = 0; i < before.len; i++)
		line += before.at[i] == '\n';
	return line;
}

static fallible next_event(struct yaml_builder *builder)
{
	scoped(yaml_builder_event) event = {0};
	if (!yaml_parser_parse(&builder->parser, &event.raw)) {
		builder->line = fault_line(builder);
		if (builder->parser.error == YAML_MEMORY_ERROR)
			return FAIL(NO_MEMORY, "libyaml has no memory");
		return FAIL(INPUT, "a text is not YAML");
	}
	builder->line = (unsigned)event.raw.start_mark.line + 1;
	return take_event(builder, &event.raw);
}

/* A text of nothing but comments is a map without members. */
static fallible give_root(struct yaml_builder *builder, struct yaml_node **root)
{
	struct yaml_node *made = builder->root;
	if (!made) {
		builder->line = 1;
		TRY(add_node(builder, YAML_MAP, &made));
	}
	*root = made;
	return OK;
}

fallible yaml_parse(struct span text, struct arena *arena, struct yaml_node **root, unsigned *line)
{
	scoped(yaml_builder) builder = {.arena = arena, .text = text, .line = 1};
	if (!yaml_parser_initialize(&builder.parser))
		return FAIL(NO_MEMORY, "libyaml has no memory");
	/* Set, not guessed: by its first bytes a text could else turn out to be UTF-16. */
	yaml_parser_set_encoding(&builder.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&builder.parser, text.len ? text.at : (const uint8_t *)"", text.len);
	struct err err = OK;
	while (!builder.ended && !err_failed(err))
		err = next_event(&builder);
	if (!err_failed(err))
		err = give_root(&builder, root);
	if (err_failed(err))
		*line = builder.line;
	return err;
}

const struct yaml_node *yaml_member(const struct yaml_node *map, const char *key)
{
	for (const struct yaml_node *child = map->first; child; child = child->next)
		if (span_is(child->key, key))
			return child;
	return NULL;
}
