/* SPDX-License-Identifier: Apache-2.0 */
/* enrolment - the one-time code by which a person's first factor becomes a proven one. One a person; a new
 * one replaces it.
 *
 * Source: FOUNDATIONS 2; docs/formats.md "enrolment". */
#pragma once

#include "store/nouns/noun.h"

enum { ENROLMENT_TRIES = 5, ENROLMENT_MS = 24 * 60 * 60 * 1000 };

/* Stored numbers: never renumber. */
enum enrolment_by { ENROLMENT_BY_EMAIL = 1, ENROLMENT_BY_HAND = 2 };

struct enrolment {
	struct id tenant;
	struct id person;
	struct id id;
	enum enrolment_by by;
	struct id second; /* the person who handed it over; none by e-mail */
	uint8_t tries;
	struct instant made;
	uint8_t code[HASH_BLAKE]; /* keyed hash */
	uint64_t version;
};

/* enrolment_get - Fails: NOT_FOUND · FORGED · CORRUPT. */
fallible enrolment_get(
	const struct view *view, struct id tenant, struct id person, struct enrolment *enrolment);
fallible enrolment_put(struct act *act, const struct enrolment *enrolment);
fallible enrolment_drop(struct act *act, const struct enrolment *enrolment);

/* enrolment_ends - when the code is no longer taken. */
struct instant enrolment_ends(const struct enrolment *enrolment);
