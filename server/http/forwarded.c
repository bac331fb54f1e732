/* SPDX-License-Identifier: Apache-2.0 */
/* forwarded - from the right, one hop after the other. The left part of a header may hold anything: it is cut off
 * unread. */
#include "server/http/forwarded.h"

#include <strings.h>

/* A quote that a backslash precedes belongs to the text; a backslash that one precedes escapes nothing. */
static bool is_quote(struct span text, size_t at)
{
	size_t slashes = 0;
	if (text.at[at] != '"')
		return false;
	while (slashes < at && text.at[at - slashes - 1] == '\\')
		slashes++;
	return slashes % 2 == 0;
}

/* The last part behind a separator that stands in no quotes; *rest becomes what is left of it. Quotes are counted
 * from the right, too: one that a stranger left open on the left does not hide what our proxy added. */
static struct span cut_last(struct span *rest, char separator)
{
	bool quoted = false;
	size_t at = rest->len;
	while (at > 0 && (quoted || rest->at[at - 1] != separator)) {
		at--;
		if (is_quote(*rest, at))
			quoted = !quoted;
	}
	struct span part = span_of(rest->at + at, rest->len - at);
	*rest = at > 0 ? span_first(*rest, at - 1) : SPAN_NONE;
	return span_trim(part);
}

/* A quoted value without its quotes. No address needs a backslash. */
static struct span unquote(struct span value)
{
	if (value.len < 2 || value.at[0] != '"' || value.at[value.len - 1] != '"')
		return value;
	return span_of(value.at + 1, value.len - 2);
}

/* The node that stands in `for`; empty when there is none, or more than one. */
static struct span for_of(struct span element)
{
	struct span found = SPAN_NONE;
	while (element.at) {
		struct span pair = cut_last(&element, ';');
		if (pair.len < 4 || strncasecmp((const char *)pair.at, "for=", 4) != 0)
			continue;
		if (found.at)
			return SPAN_NONE;
		found = unquote(span_from(pair, 4));
	}
	return found;
}

struct address forwarded_read(const struct forwarded_ask *ask)
{
	struct address address = ask->peer;
	struct span rest = ask->header;
	while (rest.len && address_is_among(&address, ask->trusted)) {
		struct span hop = cut_last(&rest, ',');
		if (ask->form == FORWARDED_RFC7239)
			hop = for_of(hop);
		if (err_failed(address_parse_host(hop, &address)))
			return ask->peer;
	}
	return address;
}
