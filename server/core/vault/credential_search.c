/* SPDX-License-Identifier: Apache-2.0 */
/* credential_search - fold, then compare. */
#include "server/core/vault/credential_search.h"

#include "base/text.h"

static fallible fold(struct span *text, struct arena *arena)
{
	return text->len ? text_fold(*text, arena, text) : OK;
}

fallible credential_search_fold(struct credential_search *search, struct arena *arena)
{
	TRY(fold(&search->text, arena));
	TRY(fold(&search->host, arena));
	return fold(&search->tag, arena);
}

/* Up to the first of these bytes. */
static struct span before_any(struct span text, const char *ends)
{
	size_t len = 0;
	while (len < text.len && !strchr(ends, text.at[len]))
		len++;
	return span_first(text, len);
}

struct span credential_search_host(struct span url)
{
	const uint8_t *scheme = url.len ? memmem(url.at, url.len, "://", 3) : NULL;
	struct span rest = scheme ? span_from(url, (size_t)(scheme - url.at) + 3) : url;
	struct span host = before_any(rest, "/?#");
	for (size_t i = host.len; i > 0; i--)
		if (host.at[i - 1] == '@') {
			host = span_from(host, i);
			break;
		}
	if (host.len && host.at[0] == '[')
		return before_any(span_from(host, 1), "]");
	return before_any(host, ":");
}

/* shop.example has www.shop.example, and not webshop.example. */
static bool is_below(struct span host, struct span asked)
{
	if (host.len <= asked.len)
		return span_equal(host, asked);
	size_t more = host.len - asked.len;
	return host.at[more - 1] == '.' && span_equal(span_from(host, more), asked);
}

static bool has_text(struct span text, struct span part)
{
	return text.len >= part.len && memmem(text.at, text.len, part.at, part.len);
}

static fallible fits_host(
	const struct credential_search *search, struct span url, struct arena *row, bool *fits)
{
	struct span host = credential_search_host(url);
	TRY(fold(&host, row));
	*fits = host.len && is_below(host, search->host);
	return OK;
}

static fallible fits_tag(const struct credential_search *search, const struct credential *credential,
	struct arena *row, bool *fits)
{
	*fits = false;
	for (size_t i = 0; i < credential->tag_count && !*fits; i++) {
		struct span tag = credential->tags[i];
		TRY(fold(&tag, row));
		*fits = span_equal(tag, search->tag);
	}
	return OK;
}

static fallible fits_text(const struct credential_search *search, const struct credential *credential,
	struct arena *row, bool *fits)
{
	struct span texts[3 + CREDENTIAL_TAGS_MAX] = {
		credential->title, credential->url, credential->username};
	memcpy(texts + 3, credential->tags, credential->tag_count * sizeof *texts);
	*fits = false;
	for (size_t i = 0; i < 3 + credential->tag_count && !*fits; i++) {
		TRY(fold(&texts[i], row));
		*fits = has_text(texts[i], search->text);
	}
	return OK;
}

static bool fits_words(const struct credential_search *search, const struct credential *credential)
{
	bool state = search->has_state ? credential->state == search->state
				       : credential->state != CREDENTIAL_SHREDDED;
	return state && (!search->has_kind || credential->kind == search->kind);
}

fallible credential_search_matches(const struct credential_search *search,
	const struct credential *credential, struct arena *row, bool *matches)
{
	bool fits = fits_words(search, credential);
	if (fits && search->host.len)
		TRY(fits_host(search, credential->url, row, &fits));
	if (fits && search->tag.len)
		TRY(fits_tag(search, credential, row, &fits));
	if (fits && search->text.len)
		TRY(fits_text(search, credential, row, &fits));
	*matches = fits;
	return OK;
}
