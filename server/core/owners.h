/* SPDX-License-Identifier: Apache-2.0 */
/* owners - a tenant that ever had an owner keeps at least one. */
#pragma once

#include "store/nouns/person.h"

/* owners_is - whether a person counts: active, with the role owner. */
bool owners_is(const struct person *person);

/* owners_find_other - an owner besides `except`; none when there is no other. Cost: O(people) in the worst
 * case. */
fallible owners_find_other(const struct view *view, struct id tenant, struct id except, struct id *other);

/* owners_next - walk the owners in the order of their ids; `at` none = from the first. False at the end: check
 * *err. */
bool owners_next(const struct view *view, struct id tenant, struct id *at, struct err *err);

/* owners_next_or - the same walk over the owners and whoever of the business, or from outside it, is active and holds one of
 * `capabilities`; no client's contact. */
bool owners_next_or(
	const struct view *view, struct id tenant, uint64_t capabilities, struct id *at, struct err *err);

/* owners_check - in the act: the other owner that prepare found still is one. Fails: STALE. */
fallible owners_check(struct act *act, struct id tenant, struct id other);
