/* SPDX-License-Identifier: Apache-2.0 */
/* agreement - that somebody signed a document: which kind, which version, when, until when. Numbers and ids only: there is
 * nothing in it to be sealed. Source: docs/formats.md "agreement". */
#pragma once

#include "store/nouns/noun.h"

enum { AGREEMENT_HASH = 32, AGREEMENT_VERSION_MAX = 1000000 };

/* Stored numbers: never renumber. The words are those of agreement.signed. */
enum agreement_kind {
	AGREEMENT_NDA = 0,     /* says nothing of what it learns */
	AGREEMENT_DPA = 1,     /* handles personal data on somebody's behalf */
	AGREEMENT_TERMS = 2,   /* the contract somebody from outside works under */
	AGREEMENT_MANDATE = 3, /* acts for a client */
	AGREEMENT_KIND_COUNT
};

struct agreement {
	struct id tenant;
	struct id id;
	enum agreement_kind kind;
	struct id person;             /* who signed */
	struct id client;             /* it holds for this client alone; none: for all */
	uint32_t document;            /* version of what was signed, from 1 */
	bool has_hash;                /* else nobody said which bytes were signed */
	uint8_t hash[AGREEMENT_HASH]; /* SHA-256 of the document */
	struct instant signed_at;
	struct instant expires; /* ms 0 = open */
	struct instant ended;   /* when it was taken back; ms 0 = not */
	struct id recorder;     /* person, or application that acted as itself */
	bool recorder_is_person;
	uint64_t version; /* of the row */
};

/* agreement_get - Fails: NOT_FOUND · FORGED · CORRUPT. agreement_put - the row and its place in the list of the person, in
 * the act. */
fallible agreement_get(const struct view *view, struct id tenant, struct id id, struct agreement *agreement);
fallible agreement_put(struct act *act, const struct agreement *agreement);

/* agreement_next - walk a tenant's, or those of one person (`of`; none = all), in the order of their ids; `after` none =
 * from the first. False at the end: check *err. */
bool agreement_next(const struct view *view, struct id tenant, struct id of, struct id *after,
	struct agreement *agreement, struct err *err);

/* agreement_is_live - signed by now, not over, not taken back. */
bool agreement_is_live(const struct agreement *agreement, struct instant now);

/* What is looked for. */
struct agreement_ask {
	struct id tenant, person;
	enum agreement_kind kind;
	struct id client; /* it has to cover this one */
	uint32_t least;   /* version of the document; 0 = any */
	struct instant now;
};

/* agreement_find - of the live ones that cover the client, the one that lasts longest. Fails: NOT_FOUND there is none.
 * Cost: O(agreements that the person ever signed). */
fallible agreement_find(
	const struct view *view, const struct agreement_ask *ask, struct agreement *agreement);

/* agreement_contract_end - when the last terms that cover a client end, or ended; ms 0: they are open, or the person never
 * signed any. Fails: FORGED · CORRUPT. */
fallible agreement_contract_end(
	const struct view *view, struct id tenant, struct id person, struct id client, struct instant *end);

/* agreement_kind_name - "nda"; NULL outside the list. */
const char *agreement_kind_name(unsigned kind);
