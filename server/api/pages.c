/* SPDX-License-Identifier: Apache-2.0 */
/* pages - a handful of files: found one after another, chosen by what the browser takes. */
#include "server/api/pages.h"

const struct page *pages_find(const struct pages *pages, struct span path)
{
	for (size_t i = 0; i < pages->count; i++)
		if (span_is(path, pages->rows[i].path))
			return &pages->rows[i];
	return NULL;
}

enum coding pages_choose(const struct page *page, struct span accepted)
{
	unsigned offered = 0;
	for (unsigned i = 0; i < CODING_COUNT; i++)
		offered |= page->forms[i].bytes.at ? 1u << i : 0;
	return codings_choose(accepted, offered);
}

/* W/"…" is the same to a reader who only asks whether to keep what there is. */
static struct span strip(struct span element)
{
	struct span tag = span_trim(element);
	return span_starts(tag, SPAN_LIT("W/")) ? span_from(tag, 2) : tag;
}

bool pages_is_kept(const struct page_form *form, struct span kept)
{
	struct span element;
	while (span_cut(&kept, ',', &element)) {
		struct span tag = strip(element);
		if (span_is(tag, "*") || span_is(tag, form->tag))
			return true;
	}
	return false;
}
