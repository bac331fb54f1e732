/* SPDX-License-Identifier: Apache-2.0 */
/* What our part of YAML promises: a tree of texts, and a refusal of everything that means more. */
#include "base/yaml.h"

#include "base/buf.h"

#include <criterion/criterion.h>

/* Write a tree as one line: maps in braces, lists in brackets. Recursion ends at the parser's depth of 16. */
static void put_tree(struct buf *out, const struct yaml_node *node)
{
	if (node->kind == YAML_TEXT) {
		buf_printf(out, "'%.*s'", SPAN_FMT(node->text));
		return;
	}
	buf_put_text(out, node->kind == YAML_MAP ? "{" : "[");
	for (const struct yaml_node *child = node->first; child; child = child->next) {
		if (child != node->first)
			buf_put_text(out, ",");
		if (node->kind == YAML_MAP)
			buf_printf(out, "%.*s:", SPAN_FMT(child->key));
		put_tree(out, child);
	}
	buf_put_text(out, node->kind == YAML_MAP ? "}" : "]");
}

static void assert_tree(const char *text, const char *expected)
{
	scoped(arena) arena = ARENA(1 << 20);
	scoped(buf) tree = BUF(1 << 16);
	struct yaml_node *root = NULL;
	unsigned line = 77;
	cr_assert(!err_failed(yaml_parse(span_text(text), &arena, &root, &line)), "%s", text);
	put_tree(&tree, root);
	cr_assert(span_is(buf_span(&tree), expected), "%.*s", SPAN_FMT(buf_span(&tree)));
	cr_assert(line == 77, "the line is set by a failure only");
}

static void assert_refused(struct span text, unsigned expected_line)
{
	scoped(arena) arena = ARENA(1 << 20);
	struct yaml_node *root = NULL;
	unsigned line = 77;
	cr_assert(yaml_parse(text, &arena, &root, &line).kind == ERR_INPUT, "%.*s", SPAN_FMT(text));
	cr_assert(root == NULL);
	cr_assert(line == expected_line, "line %u, not %u: %.*s", line, expected_line, SPAN_FMT(text));
}

Test(yaml, maps_lists_and_texts_become_a_tree)
{
	assert_tree("a: 1\nb:\n  c: two words\n  d: [x, y]\ne:\n  - f\n  - g: h\n    i: j\n",
		"{a:'1',b:{c:'two words',d:['x','y']},e:['f',{g:'h',i:'j'}]}");
	assert_tree("- a\n-\n  - b\n- []\n- {}\n", "['a',['b'],[],{}]");
	assert_tree("just a text", "'just a text'");
	assert_tree("---\na: 1\n...\n", "{a:'1'}");
	assert_tree("%YAML 1.1\n---\na: 1\n", "{a:'1'}");
}

Test(yaml, nothing_has_an_implicit_type)
{
	assert_tree("[yes, no, null, ~, 0x10, 1e3, 2026-11-21, on]",
		"['yes','no','null','~','0x10','1e3','2026-11-21','on']");
	assert_tree("a:\nb: ''\n", "{a:'',b:''}");
}

Test(yaml, quoted_texts_are_taken_out_of_their_quotes)
{
	assert_tree("a: 'it''s'\nb: \"tab\\there \\u00e4\"\nc: \"# no comment\" # a comment\n",
		"{a:'it's',b:'tab\there \u00e4',c:'# no comment'}");
	assert_tree("'a b': 1\n\"<<\": 2\n", "{a b:'1',<<:'2'}");
}

Test(yaml, a_text_of_nothing_but_comments_is_an_empty_map)
{
	assert_tree("", "{}");
	assert_tree("# nothing\n\n# at all\n", "{}");
}

Test(yaml, nodes_know_their_line)
{
	scoped(arena) arena = ARENA(1 << 16);
	struct yaml_node *root;
	unsigned line;
	cr_assert(!err_failed(yaml_parse(SPAN_LIT("# first\na: 1\n\nb:\n  - x\n"), &arena, &root, &line)));
	cr_assert(root->line == 2);
	cr_assert(yaml_member(root, "a")->line == 2);
	cr_assert(yaml_member(root, "b")->line == 5);
}

Test(yaml, members_are_found_by_name)
{
	scoped(arena) arena = ARENA(1 << 16);
	struct yaml_node *root;
	unsigned line;
	cr_assert(!err_failed(yaml_parse(SPAN_LIT("a: 1\nab: 2\n"), &arena, &root, &line)));
	cr_assert(span_is(yaml_member(root, "ab")->text, "2"));
	cr_assert(yaml_member(root, "b") == NULL && yaml_member(root, "") == NULL);
	cr_assert(yaml_member(yaml_member(root, "a"), "a") == NULL, "a text has no members");
}

Test(yaml, the_tree_does_not_need_the_text_any_more)
{
	scoped(arena) arena = ARENA(1 << 16);
	char text[] = "a: bcd\n";
	struct yaml_node *root;
	unsigned line;
	cr_assert(!err_failed(yaml_parse(span_text(text), &arena, &root, &line)));
	memset(text, 'x', sizeof text - 1);
	cr_assert(span_is(yaml_member(root, "a")->text, "bcd"));
}

Test(yaml, what_means_more_than_texts_is_refused_with_its_line)
{
	assert_refused(SPAN_LIT("a: 1\nb: &x 2\n"), 2);
	assert_refused(SPAN_LIT("&x a: 1\n"), 1);
	assert_refused(SPAN_LIT("a: &x [1]\n"), 1);
	assert_refused(SPAN_LIT("a: &x {b: 1}\n"), 1);
	assert_refused(SPAN_LIT("a: 1\n\nb: *x\n"), 3);
	assert_refused(SPAN_LIT("a: !!str 1\n"), 1);
	assert_refused(SPAN_LIT("a: ! 1\n"), 1);
	assert_refused(SPAN_LIT("a: !mine {b: 1}\n"), 1);
	assert_refused(SPAN_LIT("!!map\na: 1\n"), 1);
	assert_refused(SPAN_LIT("%TAG ! tag:example.org,2026:\n---\na: 1\n"), 1);
	assert_refused(SPAN_LIT("a:\n  b: 1\n  <<: {c: 1}\n"), 3);
	assert_refused(SPAN_LIT("a: |\n  block\n"), 1);
	assert_refused(SPAN_LIT("a: >\n  block\n"), 1);
}

Test(yaml, a_key_stands_once_in_its_map)
{
	assert_refused(SPAN_LIT("a: 1\nb: 2\na: 3\n"), 3);
	assert_refused(SPAN_LIT("a: 1\n\"a\": 2\n"), 2);
	assert_refused(SPAN_LIT("x:\n  - {a: 1, a: 2}\n"), 2);
	assert_tree("a: {a: 1}\nb: {a: 1}\n", "{a:{a:'1'},b:{a:'1'}}");
}

Test(yaml, a_key_is_a_text)
{
	assert_refused(SPAN_LIT("? [a, b]\n: 1\n"), 1);
	assert_refused(SPAN_LIT("? {a: 1}\n: 1\n"), 1);
	assert_refused(SPAN_LIT("{[a]: 1}"), 1);
}

Test(yaml, several_documents_are_refused)
{
	assert_refused(SPAN_LIT("a: 1\n---\nb: 2\n"), 2);
	assert_refused(SPAN_LIT("---\n---\n"), 2);
}

Test(yaml, what_is_no_yaml_is_refused_with_its_line)
{
	assert_refused(SPAN_LIT("a: 1\nb: [1, 2\n"), 3);
	assert_refused(SPAN_LIT("a: 1\n\tb: 2\n"), 2);
	assert_refused(SPAN_LIT("a: b: c\n"), 1);
	assert_refused(SPAN_LIT("a: 1\nb: \"open\n"), 3);
	assert_refused(SPAN_LIT("a: @x\n"), 1);
	assert_refused(SPAN_LIT("%YAML 9.0\n---\na: 1\n"), 1);
}

Test(yaml, bytes_that_are_no_text_are_refused)
{
	assert_refused(SPAN_LIT("a: 1\nb: \xff\n"), 2);
	assert_refused(SPAN_LIT("a: \xc0\x80\n"), 1);
	assert_refused(SPAN_LIT("a: 1\nb: 2\nc: \0\n"), 3);
	assert_refused(SPAN_LIT("a: \"\\0\"\n"), 1);
	assert_refused(SPAN_LIT("\"\\0\": 1\n"), 1);
	assert_refused(SPAN_LIT("\xff\xfe"
				"a\0:\0 \0b\0"),
		1);
}

static void put_nested(struct buf *out, size_t depth)
{
	for (size_t i = 0; i < depth; i++)
		buf_put_text(out, "[");
	for (size_t i = 0; i < depth; i++)
		buf_put_text(out, "]");
}

Test(yaml, nesting_ends_at_sixteen)
{
	scoped(arena) arena = ARENA(1 << 20);
	scoped(buf) fits = BUF(100);
	scoped(buf) deep = BUF(100);
	struct yaml_node *root;
	unsigned line;
	put_nested(&fits, 16);
	cr_assert(!err_failed(yaml_parse(buf_span(&fits), &arena, &root, &line)));
	put_nested(&deep, 17);
	assert_refused(buf_span(&deep), 1);
}

Test(yaml, ten_thousand_brackets_are_refused_without_harm)
{
	scoped(buf) deep = BUF(1 << 16);
	put_nested(&deep, 10000);
	assert_refused(buf_span(&deep), 1);
}

Test(yaml, a_full_arena_fails_for_memory)
{
	struct yaml_node *root = NULL;
	unsigned line;
	for (size_t max = 0; max < 400; max += 16) {
		scoped(arena) arena = ARENA(max);
		struct err err = yaml_parse(SPAN_LIT("a: [1, {b: c}]\n"), &arena, &root, &line);
		cr_assert(!err_failed(err) || err.kind == ERR_NO_MEMORY, "at %zu", max);
	}
	scoped(arena) none = ARENA(0);
	cr_assert(yaml_parse(SPAN_NONE, &none, &root, &line).kind == ERR_NO_MEMORY);
}
