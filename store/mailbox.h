/* SPDX-License-Identifier: Apache-2.0 */
/* mailbox - which people an e-mail address may be, in all tenants: who signs in to the pages says nothing else.
 *
 * Only a keyed hash of the address is kept. A row is a hint: whoever follows one compares the address that the person has.
 * Source: docs/formats.md "mailbox". */
#pragma once

#include "store/noun.h"

struct person; /* store/person.h */

/* Somebody with the address. */
struct mailbox {
	struct id tenant;
	struct id person;
};

/* mailbox_term - of an address, in whatever case its ASCII letters are. */
void mailbox_term(const struct keys *keys, struct span email, uint8_t term[static KEYS_TERM]);

/* mailbox_is_same - whether two addresses are the same mailbox: but for the case of ASCII letters. */
bool mailbox_is_same(struct span a, struct span b);

/* mailbox_note - inside the act that writes a person: found by the address that they have from now on. One that is gone, or
 * has no address, is found by none. Cost: one look-up when nothing changed. */
fallible mailbox_note(struct act *act, const struct person *person);

/* mailbox_next - who may have the address of a term. False at the end: check *err.
 *
 *   found  {0} = from the first; set to the one found */
bool mailbox_next(const struct view *view, const uint8_t term[static KEYS_TERM], struct mailbox *found,
	struct err *err);
