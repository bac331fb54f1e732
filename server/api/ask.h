/* SPDX-License-Identifier: Apache-2.0 */
/* ask - what the handlers that set up a tenant read and write alike: texts in NFC, languages, ids in paths,
 * addresses. */
#pragma once

#include "policies/countries.h"
#include "policies/languages.h"
#include "policies/modes.h"
#include "server/api/stage.h"
#include "server/core/people/branches.h"
#include "store/nouns/person.h"

/* ask_nothing - a body that is not needed; one that is sent is an empty object. ask_decision - {"approve": true or false}.
 * Fail: INPUT · INVALID. */
fallible ask_nothing(struct call *call);
fallible ask_decision(struct call *call, bool *approve);

/* ask_line - a text of one line in NFC; one that is needed has more than blanks. ask_path_line - the same of a part of the path; fails: INVALID. ask_email - an address. ask_ref - a caller's own name for a thing.
 * ask_zone - the name of a time zone. What is faulty is noted and SPAN_NONE. */
struct span ask_line(
	struct call *call, struct json_object *object, const char *name, enum json_need need, size_t max);

fallible ask_path_line(struct call *call, struct span text, size_t max, struct span *line);
struct span ask_email(struct call *call, struct json_object *object);
struct span ask_ref(struct json_object *object);

/* ask_branch - the name of a branch, of the form of a ref; empty = of none any more. */
void ask_branch(struct json_object *object, struct branches_set *set);
struct span ask_zone(struct json_object *object);

/* ask_reason - a line that has to be there and says something: one without any letter or digit is missing. ask_is_silent - whether a
 * text has none. */
struct span ask_reason(struct call *call, struct json_object *object, const char *name, size_t max);
bool ask_is_silent(struct span text);

/* ask_countries - a list of countries in place of what was there; true when one was given. */
bool ask_countries(
	struct json_object *object, const char *name, enum json_need need, struct countries *countries);
void ask_put_countries(struct json_out *out, const char *name, const struct countries *countries);

/* ask_language - true when one was given. */
bool ask_language(struct json_object *object, enum language *language);

/* ask_modes - the bits of a list of modes, at least one; a word that is none of the allowed ones is noted. */
uint16_t ask_modes(struct json_object *object, const char *name, uint16_t allowed);

/* ask_expiry - `expires_at`: in the future, at most APPLICATION_EXPIRES_DAYS_MAX ahead,
 * APPLICATION_EXPIRES_DAYS without it. */
struct instant ask_expiry(struct call *call, struct json_object *object);

/* ask_word_query - a query parameter out of a list of words; -1 when absent. Fails: INVALID · INPUT. */
fallible ask_word_query(struct call *call, const char *name, const char *const *words, int *word);

/* ask_after - the id behind which a page of a list begins; none at the first page. Fails: CURSOR_INVALID. */
fallible ask_after(const struct page_ask *page, struct id *after);

/* A page of what belongs to the person of the path. */
struct ask_persons_page {
	struct person person;
	struct page_ask page;
	struct id after; /* moves on as items are put */
};

/* ask_persons_page - the prepare of such a list; call->ask becomes a struct ask_persons_page. Fails: as people_find,
 * call_page, ask_after. */
fallible ask_persons_page(struct call *call);

/* ask_page - the prepare of a list without filters; call->ask becomes a struct page_ask. Fails: as call_page. */
fallible ask_page(struct call *call);

/* ask_staffs_page - the prepare of a list that all of the staff may read; call->ask becomes a struct page_ask. Fails: as
 * call_page, tenant_roles_check_reader. */
fallible ask_staffs_page(struct call *call);

/* ask_put_id, ask_put_time - an id, an instant, or null when there is none. */
void ask_put_id(struct json_out *out, const char *name, enum id_kind kind, struct id id);
void ask_put_time(struct json_out *out, const char *name, struct instant at);

/* ask_put_text - a text, or null when there is none. ask_put_email - the same for an address, masked unless
 * it may be shown. */
void ask_put_text(struct json_out *out, const char *name, struct span text);
void ask_put_email(struct json_out *out, const char *name, struct span email, bool shown);
