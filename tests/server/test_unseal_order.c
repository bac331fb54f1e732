/* SPDX-License-Identifier: Apache-2.0 */
/* test_unseal_order - what is said over the local socket is understood as it was meant, or refused. */
#include "server/unseal_order.h"

#include <criterion/criterion.h>

#define KEY "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

static const char *print(const struct unseal_order *order, struct buf *line)
{
	buf_clear(line);
	cr_assert(!err_failed(unseal_order_print(order, line)));
	buf_put_u8(line, 0);
	return (const char *)line->data;
}

Test(unseal_order, every_order_is_read_as_it_is_printed)
{
	static const char *const LINES[] = {"status\n", "slots\n", "forget\n", "seal\n",
		"share mn1-ABCD 0123\n", "passphrase  two blanks, \t and \xff\n", "key-file " KEY "\n",
		"credential " KEY "\n", "rotate deep cli_01\n", "rotation\n"};
	for (size_t i = 0; i < sizeof LINES / sizeof LINES[0]; i++) {
		scoped(buf) line = BUF(UNSEAL_ORDER_MAX);
		struct unseal_order order = {.verb = UNSEAL_VERB_COUNT};
		struct err err = unseal_order_parse(span_of(LINES[i], strlen(LINES[i]) - 1), &order);
		cr_assert(!err_failed(err), "%s: %s", LINES[i], err.why);
		cr_assert(strcmp(print(&order, &line), LINES[i]) == 0, "%s", LINES[i]);
	}
}

Test(unseal_order, a_passphrase_is_taken_byte_for_byte)
{
	struct unseal_order order;
	cr_assert(!err_failed(unseal_order_parse(SPAN_LIT("passphrase  a b "), &order)));
	cr_assert(order.verb == UNSEAL_PASSPHRASE && span_is(order.text, " a b "));
}

Test(unseal_order, anything_else_is_refused_and_leaves_the_order_as_it_was)
{
	static const char *const LINES[] = {"", " ", "open", "STATUS", "status now", "seal\nseal", "share",
		"share ", "passphrase", "key-file", "key-file AAAA", "key-file " KEY "=",
		"credential " KEY KEY, "shares x", "stat", "rotate", "rotate ", "rotation root"};
	for (size_t i = 0; i < sizeof LINES / sizeof LINES[0]; i++) {
		struct unseal_order order = {.verb = UNSEAL_VERB_COUNT};
		cr_assert(
			unseal_order_parse(span_text(LINES[i]), &order).kind == ERR_INPUT, "'%s'", LINES[i]);
		cr_assert(order.verb == UNSEAL_VERB_COUNT && !order.text.at, "'%s'", LINES[i]);
	}
	static char longer[UNSEAL_ORDER_MAX + 2];
	struct unseal_order order;
	memset(longer, 'x', sizeof longer - 1);
	memcpy(longer, "share ", 6);
	cr_assert(unseal_order_parse(span_of(longer, UNSEAL_ORDER_MAX + 1), &order).kind == ERR_INPUT);
	cr_assert(!err_failed(unseal_order_parse(span_of(longer, UNSEAL_ORDER_MAX), &order)));
	cr_assert(unseal_order_parse(SPAN_NONE, &order).kind == ERR_INPUT);
}

Test(unseal_order, a_text_of_two_lines_cannot_be_said)
{
	scoped(buf) line = BUF(UNSEAL_ORDER_MAX);
	const struct unseal_order two = {.verb = UNSEAL_PASSPHRASE, .text = SPAN_LIT("a\nseal")};
	const struct unseal_order none = {.verb = UNSEAL_SHARE};
	cr_assert(unseal_order_print(&two, &line).kind == ERR_INPUT);
	cr_assert(unseal_order_print(&none, &line).kind == ERR_INPUT);
}

Test(unseal_order, every_answer_is_read_as_it_was_given)
{
	for (unsigned verdict = 0; verdict < UNSEAL_VERDICT_COUNT; verdict++) {
		scoped(buf) out = BUF(UNSEAL_ANSWER_MAX);
		struct unseal_answer read;
		const struct unseal_answer answer = {.verdict = (enum unseal_verdict)verdict,
			.is_open = verdict & 1,
			.have = 2,
			.need = 3,
			.wait_ms = 899999,
			.ways = 1u << SLOT_SHARES,
			.text = SPAN_LIT("2 of 3 shares\nand a line more")};
		unseal_order_answer(&answer, &out);
		cr_assert(!err_failed(unseal_order_read(buf_span(&out), &read)));
		cr_assert(read.verdict == answer.verdict && read.is_open == answer.is_open &&
			read.have == 2 && read.need == 3);
		cr_assert(read.wait_ms == answer.wait_ms && read.ways == answer.ways &&
			span_equal(read.text, answer.text));
	}
}

Test(unseal_order, an_answer_in_another_form_is_refused)
{
	static const char *const TEXTS[] = {"", "\n", "done\n", "done open\n", "done open 0 0 0 0",
		"done open 0 0 0 0 ", "done shut 0 0 0 0 \n", "fine open 0 0 0 0 \n",
		"done open 256 0 0 0 \n", "done open 0 -1 0 0 \n", "done open 0 0 3600001 0 \n",
		"done open 0 0 0 256 \n", "done open 00 0 0 0 \n", "done  open 0 0 0 0 \n",
		"done open 0 0 0\n"};
	for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
		struct unseal_answer answer = {.verdict = UNSEAL_VERDICT_COUNT};
		cr_assert(
			unseal_order_read(span_text(TEXTS[i]), &answer).kind == ERR_INPUT, "'%s'", TEXTS[i]);
		cr_assert(answer.verdict == UNSEAL_VERDICT_COUNT);
	}
}
