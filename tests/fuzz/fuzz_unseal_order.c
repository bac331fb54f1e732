/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_unseal_order - hostile bytes over the local socket, from either end: what is taken prints to what means the same,
 * and a refusal leaves everything as it was. */
#include "server/unseal_order.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool claim)
{
	if (!claim)
		abort();
}

static void try_order(struct span line)
{
	scoped(buf) printed = BUF(UNSEAL_ORDER_MAX + 1);
	struct unseal_order order = {.verb = UNSEAL_VERB_COUNT}, again = {.verb = UNSEAL_VERB_COUNT};
	struct err err = unseal_order_parse(line, &order);
	if (err_failed(err)) {
		expect(err.kind == ERR_INPUT && order.verb == UNSEAL_VERB_COUNT);
		return;
	}
	expect(order.verb < UNSEAL_VERB_COUNT && line.len <= UNSEAL_ORDER_MAX);
	expect(!err_failed(unseal_order_print(&order, &printed)));
	expect(!err_failed(unseal_order_parse(span_of(printed.data, printed.len - 1), &again)));
	expect(again.verb == order.verb && span_equal(again.text, order.text));
	expect(memcmp(again.key, order.key, sizeof order.key) == 0);
}

static void try_answer(struct span text)
{
	scoped(buf) printed = BUF(UNSEAL_ANSWER_MAX + 64);
	struct unseal_answer answer = {.verdict = UNSEAL_VERDICT_COUNT};
	struct err err = unseal_order_read(text, &answer);
	if (err_failed(err)) {
		expect(err.kind == ERR_INPUT && answer.verdict == UNSEAL_VERDICT_COUNT);
		return;
	}
	expect(answer.verdict < UNSEAL_VERDICT_COUNT && answer.wait_ms >= 0 &&
		answer.wait_ms <= UNSEAL_WAIT_MAX_MS);
	unseal_order_answer(&answer, &printed);
	expect(span_equal(buf_span(&printed), text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_order(span_of(data, size));
	try_answer(span_of(data, size));
	return 0;
}
