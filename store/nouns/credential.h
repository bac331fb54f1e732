/* SPDX-License-Identifier: Apache-2.0 */
/* credential - a client's login, seed, key, card or note, and its versions. The label is sealed under the
 * client; each version's secret fields lie under a data key of their own, with the mode ceiling inside what
 * is sealed. Nothing is ever overwritten: a changed secret is a new version. Source: docs/formats.md
 * "credential". */
#pragma once

#include "base/arena.h"
#include "policies/modes.h"
#include "store/nouns/noun.h"

enum {
	CREDENTIAL_TITLE_MAX = 200,
	CREDENTIAL_URL_MAX = 1000,
	CREDENTIAL_USERNAME_MAX = 254,
	CREDENTIAL_TAGS_MAX = 16,
	CREDENTIAL_TAG_MAX = 64,
	CREDENTIAL_ORIGIN = 16,
	CREDENTIAL_TRASH_DAYS = 30,
	CREDENTIAL_FIELD_MAX = 8 * 1024, /* bytes of one secret field */
	CREDENTIAL_STRENGTH_NONE = 0xff, /* of what has no password, or was put in before it was kept */
};

/* Stored numbers: never renumber. */
enum credential_kind {
	CREDENTIAL_LOGIN = 0,
	CREDENTIAL_TOTP = 1,
	CREDENTIAL_API_KEY = 2,
	CREDENTIAL_NOTE = 3,
	CREDENTIAL_SSH_KEY = 4,
	CREDENTIAL_CARD = 5,
	CREDENTIAL_KIND_COUNT
};

/* Archived: in the trash, and can be taken out again until its time is over. Shredded: the keys of every version
 * are gone, the label as well; the row stays, since the ledger and the log name it. */
enum credential_state {
	CREDENTIAL_ACTIVE = 0,
	CREDENTIAL_ARCHIVED = 1,
	CREDENTIAL_SHREDDED = 2,
	CREDENTIAL_STATE_COUNT
};

/* The secret fields; their numbers stand in records and in what is sealed: never renumber. There is no field
 * for a card's check code: it must not be kept. */
enum credential_field {
	CREDENTIAL_PASSWORD = 1,
	CREDENTIAL_SEED = 2, /* of codes: algorithm 1, digits 1, period 2, then the seed */
	CREDENTIAL_KEY = 3,
	CREDENTIAL_TEXT = 4,
	CREDENTIAL_NUMBER = 5,
	CREDENTIAL_EXPIRY = 6,
	CREDENTIAL_HOLDER = 7,
	CREDENTIAL_FIELD_COUNT
};

struct credential {
	struct id tenant;
	struct id id;
	struct id client;
	enum credential_kind kind;
	enum credential_state state;
	uint16_t modes_max; /* MODE_BITs: what its versions are sealed for */
	struct instant created;
	struct instant archived; /* ms 0 = it is not, or was before times were kept */
	uint64_t current;        /* the newest version, from 1 */
	uint64_t known;          /* the version in which the secret that can be revealed was last changed */
	struct span title;       /* sealed, as all below */
	struct span url;
	struct span username;
	struct span tags[CREDENTIAL_TAGS_MAX];
	size_t tag_count;
	uint8_t strength;        /* of the password, 0 to 4; or CREDENTIAL_STRENGTH_NONE */
	struct span key_type;    /* of an SSH key; empty = none */
	struct span fingerprint; /* of its public half; empty = not known */
	struct span origin;      /* where it was imported from: CREDENTIAL_ORIGIN bytes, or none */
	uint64_t row;            /* version of the row itself: changes with every write */
};

/* credential_get - texts lie in the arena; after the client's erasure they are empty. Fails: NOT_FOUND ·
 * FORGED · CORRUPT. */
fallible credential_get(const struct view *view, struct id tenant, struct id id, struct arena *arena,
	struct credential *credential);

/* credential_seal - the sealed label, in prepare; credential_put - the row and its place among the client's,
 * in the act. */
fallible credential_seal(const struct keys *keys, const struct credential *credential, struct buf *sealed);
fallible credential_put(struct act *act, const struct credential *credential, struct span sealed);

/* credential_trash_ends - when an archived one is shredded. */
struct instant credential_trash_ends(const struct credential *credential);

/* credential_next - walk a tenant's credentials, or one client's (none = all), in the order of their ids.
 * False at the end: check *err. */
bool credential_next(const struct view *view, struct id tenant, struct id client, struct id *after,
	struct arena *arena, struct credential *credential, struct err *err);

/* credential_state_name - "active". Static. credential_state_find - the state of a word. */
const char *credential_state_name(enum credential_state state);
bool credential_state_find(struct span word, enum credential_state *state);

/* credential_kind_name, credential_kind_find - "login". Static. */
const char *credential_kind_name(enum credential_kind kind);
bool credential_kind_find(struct span word, enum credential_kind *kind);

/* credential_revealable - the fields, as bits 1 << field, that mode reveal shows of a kind. A login's seed is
 * not among them: its codes can be had without it. */
unsigned credential_revealable(enum credential_kind kind);
