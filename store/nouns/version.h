/* SPDX-License-Identifier: Apache-2.0 */
/* version - one version of a credential's secret: its wrapped data key, and sealed fields that only the
 * keeper can open. A field that did not change is not sealed again: the version names the one that holds it.
 * Source: docs/formats.md "version". */
#pragma once

#include "store/nouns/credential.h"

/* One secret field of a version. */
struct version_field {
	enum credential_field field;
	uint64_t held_by;   /* the version whose row has the record: this one, or an older one */
	struct span record; /* MNV1; empty when an older one holds it */
};

struct version {
	struct id tenant;
	struct id credential;
	uint64_t number;    /* from 1 */
	uint16_t modes_max; /* the ceiling that its fields are sealed with */
	struct instant created;
	struct id by; /* person, or application that acted as itself; none = before that was kept */
	bool by_person;
	bool generated;                /* drawn here: at birth nobody had seen it */
	uint8_t wrapped[SEAL_WRAPPED]; /* the data key, under the client's key */
	struct version_field fields[CREDENTIAL_FIELD_COUNT];
	size_t field_count;
};

/* version_get - records lie in the arena. Fails: NOT_FOUND · FORGED · CORRUPT · NO_MEMORY. version_put -
 * inside an act; the credential's client is given. Fails: STALE the data key was wrapped before the client's key was
 * rotated: it must be prepared again, or it would be lost. */
fallible version_get(const struct view *view, struct id tenant, struct id credential, uint64_t number,
	struct arena *arena, struct version *version);
fallible version_put(struct act *act, struct id client, const struct version *version);

/* version_drop - inside an act: with the row goes the only wrap of its data key. Fails: as act_drop. */
fallible version_drop(struct act *act, struct id tenant, struct id credential, uint64_t number);

/* version_known - of these fields (bits 1 << field) of a version: the number of the one in which any of them was
 * last changed; 0 when it has none of them. */
uint64_t version_known(const struct version *version, unsigned fields);

/* version_field - the field of a version, or NULL when it has none of that kind. */
const struct version_field *version_field(const struct version *version, enum credential_field field);

/* version_place - the context that a version's fields are sealed in. */
struct seal_context version_place(
	const struct version *version, struct id client, enum credential_field field);
