/* SPDX-License-Identifier: Apache-2.0 */
/* credential_forms - what the secrets of each kind have to look like, and what may be told of them. */
#pragma once

#include "server/core/vault/credentials.h"

enum credential_fault {
	CREDENTIAL_FINE,
	CREDENTIAL_MALFORMED,
	CREDENTIAL_SECURITY_CODE, /* it holds a card's security code, which must not be kept */
};

/* credential_forms_check - one field of a secret, as it was sent.
 *
 *   arena  of the call: what a note is compared with
 *   fault  set on success
 * Fails: NO_MEMORY. */
fallible credential_forms_check(enum credential_kind kind, enum credential_field field, struct span plain,
	struct arena *arena, enum credential_fault *fault);

/* credential_forms_check_titled - whether what is hidden is a card's security code by its title: "Visa CVC" over 737.
 *
 *   plain  a field that credential_forms_check found fine; one of a few letters is looked at
 * Fails: NO_MEMORY. */
fallible credential_forms_check_titled(enum credential_field field, struct span title, struct span plain,
	struct arena *arena, enum credential_fault *fault);

/* credential_forms_check_label - the same of a title, a user name or a tag. */
fallible credential_forms_check_label(struct span text, struct arena *arena, enum credential_fault *fault);

/* credential_forms_describe - from the secret that is given: the strength of a password, type and fingerprint of an SSH key.
 * What is not given is described as before. Fails: NO_MEMORY. */
fallible credential_forms_describe(
	const struct credentials_secret *secret, struct arena *arena, struct credential *credential);
