/* SPDX-License-Identifier: Apache-2.0 */
/* ssh_key - whether a text is a private key as SSH keeps it, and what may be known of it: its type, and the fingerprint of
 * its public half. The private half is looked at only as far as its form goes. */
#pragma once

#include "base/err.h"
#include "base/span.h"

enum {
	SSH_KEY_TEXT_MAX = 16 * 1024, /* bytes of a key's text */
	SSH_KEY_TYPE = 64,            /* letters of a type */
	SSH_KEY_FINGERPRINT = 50,     /* "SHA256:" and 43 letters of base64 */
};

struct ssh_key {
	char type[SSH_KEY_TYPE + 1]; /* "ssh-ed25519"; of a PEM key the words of its first line */
	char fingerprint[SSH_KEY_FINGERPRINT + 1]; /* as ssh-keygen -l prints it; empty: of a PEM key */
};

/* ssh_key_read - one private key, whole and alone: OpenSSH's own format, or PEM (PKCS #1, PKCS #8, SEC 1), also under a
 * passphrase, which is not asked for.
 *
 * Fails: INVALID it is none, is cut short, has something beside it, or is public; *key stays as it was.
 * Source: OpenSSH PROTOCOL.key; RFC 7468; RFC 4716 for the fingerprint's base64. */
fallible ssh_key_read(struct span text, struct ssh_key *key);
