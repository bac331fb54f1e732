/* SPDX-License-Identifier: Apache-2.0 */
/* places - the country of an address, by a database in MaxMind's format on this machine: for who reads the log, never
 * while something is posted. The only door to libmaxminddb. */
#pragma once

#include "base/err.h"
#include "base/span.h"

enum { PLACES_COUNTRY = 2 /* capital letters, as ISO 3166-1 has them */ };

struct places; /* opaque; thread-safe: it is only read */

/* places_open - map a copy of the file, in memory: whatever becomes of it, a newer one is found at the next start.
 *
 *   path    "" or NULL: *places becomes NULL, and no country is known
 * Fails: NOT_FOUND there is no such file, or it can't be read · CORRUPT it is no such database · NO_MEMORY · IO.
 * Owns:  places_close, which takes NULL. */
fallible places_open(const char *path, struct places **places);
void places_close(struct places *places);

/* places_find - the country, by the members country.iso_code or country_code; false and "" when the database does not
 * know, when it is damaged there, or when the text is no address.
 *
 *   places   NULL: nothing is known
 *   address  as address_print writes it
 * Cost: 0.3 us. */
bool places_find(const struct places *places, struct span address, char country[static PLACES_COUNTRY + 1]);
