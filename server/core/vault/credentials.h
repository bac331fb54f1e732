/* SPDX-License-Identifier: Apache-2.0 */
/* credentials - taking a client's secrets in, changing them by new versions, archiving them. What is opened
 * here is compared with what is given, and goes nowhere. */
#pragma once

#include "crypto/totp.h"
#include "server/core/caller.h"
#include "server/core/vault/passing_on.h"
#include "store/nouns/client.h"
#include "store/nouns/version.h"

/* The plaintexts of the fields that were given, in the call's arena; a seed in its stored form. */
struct credentials_secret {
	struct span fields[CREDENTIAL_FIELD_COUNT];
};

/* credentials_fields - the fields (bits 1 << field) that a kind can have. credentials_needed - of which a new
 * one needs at least one. credentials_generated - the one that generate draws; 0 = none. */
unsigned credentials_fields(enum credential_kind kind);
unsigned credentials_needed(enum credential_kind kind);
enum credential_field credentials_generated(enum credential_kind kind);

/* credentials_field_name - "password", as the API calls it; "totp" for the seed. Static. */
const char *credentials_field_name(enum credential_field field);

/* credentials_read_seed - an otpauth URI (the text of a QR picture) or base32 to the stored form of a seed. Fails: INVALID · NO_MEMORY.
 * credentials_open_seed - and back: the seed borrows from the field. Fails: CORRUPT. */
fallible credentials_read_seed(struct span text, struct arena *arena, struct span *field);
fallible credentials_open_seed(struct span field, struct totp_shape *shape, struct span *seed);

/* credentials_sight - what a caller sees of credentials: all by clients.write, grant.give or grant.approve; by credential.deposit
 * alone those of the clients whom the person serves, since to put something in is no right to look around. credentials_sight_to_put -
 * for whom a caller may put one in: all by credential.deposit as well. */
struct sight; /* server/core/sight.h */
fallible credentials_sight(
	const struct view *view, const struct caller *caller, struct arena *arena, struct sight *sight);
fallible credentials_sight_to_put(
	const struct view *view, const struct caller *caller, struct arena *arena, struct sight *sight);

/* credentials_sees - whether one is within that sight, or the person put in what it holds now. Fails: as version_get. */
fallible credentials_sees(
	const struct view *view, const struct sight *sight, const struct credential *credential, bool *sees);

/* credentials_find - a credential that the caller sees, by the id in a path or body. Fails: NOT_FOUND. */
fallible credentials_find(const struct view *view, const struct caller *caller, struct span text,
	struct arena *arena, struct credential *credential);

/* A credential that is new, or has a new version. */
struct credentials_put {
	/* asked */
	struct passing_on passing;    /* its channel: how it came */
	struct id link;               /* the deposit it came through; none */
	struct span client;           /* id or ref; of a new one */
	struct credential credential; /* kind, modes_max and label; or the one that credentials_find gave */
	struct credentials_secret secret;
	bool generated;
	bool passed_on;   /* somebody typed what can be revealed of it; what is drawn here nobody knows */
	int64_t known_to; /* of a new version: how many people have seen the one before */
	/* prepared */
	unsigned unchanged; /* of a new version: bits 1 << field that were given as they are already */
	uint64_t client_row;
	struct version version;
	struct span sealed;
	struct event_draft draft;
};

/* credentials_add_prepare, _write - a new credential with its version 1.
 * Fails: UNKNOWN_CLIENT also one that the caller does not see · CONFLICT the client has left. */
fallible credentials_add_prepare(const struct server *server, const struct caller *caller,
	const struct view *view, struct instant now, struct arena *arena, struct credentials_put *put);
fallible credentials_add_write(struct act *act, struct credentials_put *put);

/* credentials_change_prepare, _write - a new version: the fields that are given are sealed anew, the others
 * are held by the versions before, as are those that were given as they are: whoever knows them knows them on, and what is
 * due for it stays due. A card is given whole. Not inside an act. Fails: CONFLICT it is archived. */
fallible credentials_change_prepare(const struct server *server, const struct caller *caller,
	const struct view *view, struct instant now, struct arena *arena, struct credentials_put *put);
fallible credentials_change_write(struct act *act, struct credentials_put *put);
