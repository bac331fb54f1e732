/* SPDX-License-Identifier: Apache-2.0 */
/* remember_tokens - prefix, base64url of series and secret. */
#include "server/core/login/remember_tokens.h"

#include "base/text.h"
#include "crypto/secret.h"

enum { BYTES = 2 * REMEMBER_TOKENS_PART, BOUND_MAX = 5 * 16 };

static const struct span PREFIX = {(const uint8_t *)"mun_rem_", 8};

_Static_assert((int)REMEMBER_TOKENS_PART == (int)KEYS_TERM, "a secret is a keyed hash");

fallible remember_tokens_parse(struct span text, struct remember_token *token)
{
	scoped(buf) bytes = BUF(BYTES);
	if (text.len != REMEMBER_TOKENS_TEXT || !span_starts(text, PREFIX) ||
		err_failed(text_parse_base64url(span_from(text, PREFIX.len), &bytes)) || bytes.len != BYTES)
		return FAIL(INPUT, "the text is no token of a remembered device");
	memcpy(token->series, bytes.data, sizeof token->series);
	memcpy(token->secret, bytes.data + sizeof token->series, sizeof token->secret);
	return OK;
}

fallible remember_tokens_id(const struct keys *keys, struct id tenant,
	const uint8_t series[static REMEMBER_TOKENS_PART], struct id *id)
{
	_Static_assert(sizeof id->bytes == KEYS_TERM, "a keyed hash is an id");
	return keys->term(keys->keeper, tenant, "mn.remembered.series", span_of(series, REMEMBER_TOKENS_PART),
		id->bytes);
}

/* Bound to person, application and device as well: moved into another row it opens nothing. */
static fallible make_secret(const struct keys *keys, const struct remembered *remembered,
	const uint8_t series[static REMEMBER_TOKENS_PART], const uint8_t nonce[static REMEMBERED_NONCE],
	uint8_t secret[static REMEMBER_TOKENS_PART])
{
	scoped(buf) bound = BUF(BOUND_MAX);
	buf_put(&bound, id_span(&remembered->person));
	buf_put(&bound, id_span(&remembered->application));
	buf_put(&bound, id_span(&remembered->device));
	buf_put(&bound, span_of(series, REMEMBER_TOKENS_PART));
	buf_put(&bound, span_of(nonce, REMEMBERED_NONCE));
	TRY(buf_check(&bound));
	return keys->term(keys->keeper, remembered->tenant, "mn.remembered.secret", buf_span(&bound), secret);
}

fallible remember_tokens_fit(const struct keys *keys, const struct remembered *remembered,
	const struct remember_token *token, struct instant now, enum remember_fit *fit)
{
	uint8_t current[REMEMBER_TOKENS_PART], before[REMEMBER_TOKENS_PART];
	TRY(make_secret(keys, remembered, token->series, remembered->nonce, current));
	TRY(make_secret(keys, remembered, token->series, remembered->before, before));
	bool is_current = secret_equal(SPAN_BYTES(current), SPAN_BYTES(token->secret));
	bool is_before = secret_equal(SPAN_BYTES(before), SPAN_BYTES(token->secret));
	bool may_be_before = remembered->turns > 0 && remembered_is_fresh(remembered, now);
	*fit = REMEMBER_STALE;
	if (is_before && may_be_before)
		*fit = REMEMBER_BEFORE;
	if (is_current)
		*fit = REMEMBER_CURRENT;
	secret_wipe(current, sizeof current);
	secret_wipe(before, sizeof before);
	return OK;
}

fallible remember_tokens_print(const struct keys *keys, const struct remembered *remembered,
	const uint8_t series[static REMEMBER_TOKENS_PART], char text[static REMEMBER_TOKENS_TEXT + 1])
{
	uint8_t bytes[BYTES];
	scoped(buf) out = BUF(REMEMBER_TOKENS_TEXT);
	memcpy(bytes, series, REMEMBER_TOKENS_PART);
	TRY(make_secret(keys, remembered, series, remembered->nonce, bytes + REMEMBER_TOKENS_PART));
	buf_put(&out, PREFIX);
	text_put_base64url(&out, SPAN_BYTES(bytes));
	secret_wipe(bytes, sizeof bytes);
	TRY(buf_check(&out));
	memcpy(text, out.data, REMEMBER_TOKENS_TEXT);
	text[REMEMBER_TOKENS_TEXT] = '\0';
	secret_wipe(out.data, out.len);
	return OK;
}
