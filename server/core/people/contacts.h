/* SPDX-License-Identifier: Apache-2.0 */
/* contacts - the people of a client: who is told when "the client is told". */
#pragma once

#include "server/core/letters.h"
#include "server/core/scene.h"
#include "store/nouns/client.h"
#include "store/nouns/person.h"

enum contacts_step { CONTACTS_ADD, CONTACTS_DROP };

/* A client's record with one contact more or less. */
struct contacts_change {
	struct client client; /* as it will be; version as it was read */
	struct span sealed;
	struct event_draft changed;
	struct letters told; /* who else speaks for the client, or no longer: to each of them */
};

/* contacts_prepare - of person->client. Fails: NOT_FOUND no such client · CONFLICT it has ended, or has CLIENT_CONTACTS_MAX of
 * them. */
fallible contacts_prepare(const struct scene *scene, const struct person *person, enum contacts_step step,
	struct contacts_change *change);

/* contacts_write - the row and client.changed. Fails: STALE the client changed meanwhile. */
fallible contacts_write(struct act *act, const struct contacts_change *change);

/* contacts_seal - a client's texts, sealed, in the scene's arena. */
fallible contacts_seal(const struct scene *scene, const struct client *client, struct span *sealed);

/* contacts_event - begin an event about a client: object and label, sealed under the client. */
struct event contacts_event(const struct scene *scene, enum action action, const struct client *client);
