/* SPDX-License-Identifier: Apache-2.0 */
/* unseal_order - words and numbers between spaces. */
#include "server/unseal_order.h"

#include "base/text.h"
#include "crypto/secret.h"

static const struct {
	const char *name;
	bool has_text;
	bool has_key;
} VERBS[UNSEAL_VERB_COUNT] = {
	[UNSEAL_STATUS] = {"status", false, false},
	[UNSEAL_SLOTS] = {"slots", false, false},
	[UNSEAL_FORGET] = {"forget", false, false},
	[UNSEAL_SEAL] = {"seal", false, false},
	[UNSEAL_SHARE] = {"share", true, false},
	[UNSEAL_PASSPHRASE] = {"passphrase", true, false},
	[UNSEAL_KEY_FILE] = {"key-file", false, true},
	[UNSEAL_CREDENTIAL] = {"credential", false, true},
	[UNSEAL_ROTATE] = {"rotate", true, false},
	[UNSEAL_ROTATION] = {"rotation", false, false},
};

static const char *const VERDICTS[UNSEAL_VERDICT_COUNT] = {
	[UNSEAL_DONE] = "done",
	[UNSEAL_WRONG] = "wrong",
	[UNSEAL_REFUSED] = "refused",
	[UNSEAL_LATER] = "later",
	[UNSEAL_FAILED] = "failed",
};

void unseal_order_done(struct unseal_order *order)
{
	secret_wipe(order, sizeof *order);
}

/* ---- orders ---- */

static bool is_one_line(struct span text)
{
	return text.len == 0 || !memchr(text.at, '\n', text.len);
}

static fallible parse_key(struct span text, struct unseal_order *order)
{
	scoped(buf) bytes = BUF(SLOT_SECRET);
	struct err err = text_parse_base64(text, &bytes);
	bool is_whole = !err_failed(err) && bytes.len == SLOT_SECRET;
	if (is_whole)
		memcpy(order->key, bytes.data, SLOT_SECRET);
	if (bytes.data)
		secret_wipe(bytes.data, bytes.len);
	return is_whole ? OK : FAIL(INPUT, "an order carries no key");
}

static fallible parse_rest(enum unseal_verb verb, struct span rest, struct unseal_order *order)
{
	order->verb = verb;
	if (VERBS[verb].has_key)
		return parse_key(rest, order);
	if (!VERBS[verb].has_text)
		return rest.len == 0 ? OK : FAIL(INPUT, "an order has too many words");
	if (rest.len == 0)
		return FAIL(INPUT, "an order lacks what it is about");
	order->text = rest;
	return OK;
}

fallible unseal_order_parse(struct span line, struct unseal_order *order)
{
	scoped(unseal_order) read = {.verb = UNSEAL_STATUS};
	struct span rest = line, name;
	if (line.len > UNSEAL_ORDER_MAX || !is_one_line(line) || !span_cut(&rest, ' ', &name))
		return FAIL(INPUT, "an order is one line");
	for (unsigned verb = 0; verb < UNSEAL_VERB_COUNT; verb++) {
		if (!span_is(name, VERBS[verb].name))
			continue;
		TRY(parse_rest((enum unseal_verb)verb, rest, &read));
		*order = read;
		return OK;
	}
	return FAIL(INPUT, "there is no such order");
}

fallible unseal_order_print(const struct unseal_order *order, struct buf *line)
{
	buf_put_text(line, VERBS[order->verb].name);
	if (VERBS[order->verb].has_text || VERBS[order->verb].has_key)
		buf_put_u8(line, ' ');
	if (VERBS[order->verb].has_text) {
		if (order->text.len == 0 || !is_one_line(order->text))
			return FAIL(INPUT, "what opens the store is one line");
		buf_put(line, order->text);
	}
	if (VERBS[order->verb].has_key)
		text_put_base64(line, span_of(order->key, SLOT_SECRET));
	buf_put_u8(line, '\n');
	return buf_check(line);
}

/* ---- answers ---- */

void unseal_order_answer(const struct unseal_answer *answer, struct buf *out)
{
	buf_printf(out, "%s %s %u %u %lld %u ", VERDICTS[answer->verdict],
		answer->is_open ? "open" : "sealed", answer->have, answer->need, (long long)answer->wait_ms,
		answer->ways);
	buf_put(out, answer->text);
	buf_put_u8(out, '\n');
}

static bool find_verdict(struct span word, enum unseal_verdict *verdict)
{
	for (unsigned i = 0; i < UNSEAL_VERDICT_COUNT; i++)
		if (span_is(word, VERDICTS[i])) {
			*verdict = (enum unseal_verdict)i;
			return true;
		}
	return false;
}

static bool cut_number(struct span *rest, uint64_t most, uint64_t *number)
{
	struct span word;
	return span_cut(rest, ' ', &word) && span_number(word, most, number);
}

static bool read_state(struct span *rest, struct unseal_answer *answer)
{
	struct span word;
	if (!span_cut(rest, ' ', &word) || !find_verdict(word, &answer->verdict) ||
		!span_cut(rest, ' ', &word))
		return false;
	answer->is_open = span_is(word, "open");
	return answer->is_open || span_is(word, "sealed");
}

fallible unseal_order_read(struct span text, struct unseal_answer *answer)
{
	struct unseal_answer read = {.verdict = UNSEAL_FAILED};
	uint64_t have, need, wait, ways;
	struct span rest = text;
	bool is_good = text.len <= UNSEAL_ANSWER_MAX && read_state(&rest, &read) &&
		cut_number(&rest, UNSEAL_SHARES_MAX, &have) && cut_number(&rest, UNSEAL_SHARES_MAX, &need) &&
		cut_number(&rest, UNSEAL_WAIT_MAX_MS, &wait) && cut_number(&rest, UINT8_MAX, &ways);
	if (!is_good || rest.len == 0 || rest.at[rest.len - 1] != '\n')
		return FAIL(INPUT, "the answer of the server is not in a known form");
	read.have = (uint8_t)have;
	read.need = (uint8_t)need;
	read.wait_ms = (int64_t)wait;
	read.ways = (unsigned)ways;
	read.text = span_first(rest, rest.len - 1);
	*answer = read;
	return OK;
}
