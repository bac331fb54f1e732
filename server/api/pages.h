/* SPDX-License-Identifier: Apache-2.0 */
/* pages - the files that the pages are made of, as the program holds them, and which form of one a browser gets. */
#pragma once

#include "server/http/codings.h"

enum { PAGES_TAG_MAX = 32 };

/* A form of a file: as it is, or a twin in another coding. */
struct page_form {
	struct span bytes; /* at NULL: there is no such twin */
	const char *
		tag; /* a strong entity tag with its quotes, of PAGES_TAG_MAX bytes at most and without a comma */
};

struct page {
	const char *path;         /* "/index.html" */
	const char *content_type; /* "text/html; charset=utf-8" */
	bool hashed;              /* its name changes with its content, so it may be kept for ever */
	struct page_form forms[CODING_COUNT]; /* identity always */
};

/* What was built with this program. */
struct pages {
	const struct page *rows;
	size_t count;
};

/* pages_find - the file at a path; NULL when there is none. */
const struct page *pages_find(const struct pages *pages, struct span path);

/* pages_choose - the coding to send a file in; accepted as in codings_choose. */
enum coding pages_choose(const struct page *page, struct span accepted);

/* pages_is_kept - whether the reader has this very form already.
 *
 *   kept  the value of If-None-Match: "*" or a list of tags, weak ones too; an element that is no tag matches nothing
 * Source: RFC 9110 §13.1.2, §8.8.3.2 weak comparison. */
bool pages_is_kept(const struct page_form *form, struct span kept);
