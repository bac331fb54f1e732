/* SPDX-License-Identifier: Apache-2.0 */
/* mailbox - which people an e-mail address may be, in all tenants: who signs in to the pages says nothing else.
 *
 * Only a keyed hash of the address is kept. A row is a hint: whoever follows one compares the address that the person has.
 * Source: docs/formats.md "mailbox". */
#pragma once

#include "store/nouns/noun.h"

struct person; /* store/nouns/person.h */

/* Somebody with the address. */
struct mailbox {
	struct id tenant;
	struct id person;
};

/* mailbox_term - of an address, in whatever case its ASCII letters are. */
void mailbox_term(const struct keys *keys, struct span email, uint8_t term[static KEYS_TERM]);

/* mailbox_is_same - whether two addresses are the same mailbox: but for the case of ASCII letters. */
bool mailbox_is_same(struct span a, struct span b);

/* mailbox_is_of - whether somebody is to be found by the address that they have. */
bool mailbox_is_of(const struct person *person);

/* mailbox_found_at, mailbox_noted_at - the keys of both rows: by the term, in mailbox; by the person, in mailbox_of, which holds
 * the term. */
struct noun_key mailbox_found_at(const uint8_t term[static KEYS_TERM], const struct mailbox *who);
struct noun_key mailbox_noted_at(const struct mailbox *who);

/* mailbox_note - inside the act that writes a person: found by the address that they have from now on. One that is gone, or
 * has no address, is found by none. Cost: one look-up when nothing changed. */
fallible mailbox_note(struct act *act, const struct person *person);

/* mailbox_next - who may have the address of a term. False at the end: check *err.
 *
 *   found  {0} = from the first; set to the one found */
bool mailbox_next(const struct view *view, const uint8_t term[static KEYS_TERM], struct mailbox *found,
	struct err *err);

/* mailbox_read_mark - up to whom people of a store from before there were mailboxes were noted: {0} before the first, and
 * mailbox_end behind the last. From then on each person is found who is to be. mailbox_put_mark - inside the act that notes them. */
fallible mailbox_read_mark(const struct view *view, struct mailbox *mark);
fallible mailbox_put_mark(struct act *act, const struct mailbox *mark);
struct mailbox mailbox_end(void);
bool mailbox_is_end(const struct mailbox *mark);
