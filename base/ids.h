/* SPDX-License-Identifier: Apache-2.0 */
/* ids - 16-byte identifiers: UUIDv7 inside, TypeID text outside. */
#pragma once

#include "base/clock.h"
#include "base/err.h"
#include "base/span.h"

struct id {
	uint8_t bytes[16]; /* all zero = none */
};

/* What a text prefix stands for: per_01h455vb4pex5vsknk084sn02q. */
enum id_kind {
	ID_TENANT,       /* ten */
	ID_APPLICATION,  /* app */
	ID_PERSON,       /* per */
	ID_CLIENT,       /* cli */
	ID_FACTOR,       /* fac */
	ID_VERIFICATION, /* ver */
	ID_EVENT,        /* evt */
	ID_CREDENTIAL,   /* crd */
	ID_GRANT,        /* grt */
	ID_USE,          /* use */
	ID_HANDOVER,     /* hov */
	ID_DEPOSIT,      /* dep */
	ID_SLIP,         /* slp */
	ID_DEVICE,       /* dev */
	ID_TOKEN,        /* tok */
	ID_EXPORT,       /* exp */
	ID_REQUEST,      /* req */
	ID_ENROLMENT,    /* enr */
	ID_ERASURE,      /* ers */
	ID_HOLD,         /* hld */
	ID_REMEMBERED,   /* rem */
	ID_FACTOR_RESET, /* frs */
	ID_CONSENT,      /* cns */
	ID_BREAKGLASS,   /* bgl */
	ID_AGREEMENT,    /* agr */
	ID_SESSION,      /* ses */
	ID_SIGN_IN,      /* sgn */
	ID_TAKEOUT,      /* tko */
	ID_KIND_COUNT
};

enum { ID_TEXT = 30 }; /* three letters, underscore, 26 of Crockford's base32 in lower case */

/* ids_make - a UUIDv7 from the time and ten random bytes that the caller drew.
 * Source: RFC 9562 §5.7; 48 bits of milliseconds, version 7, 74 random bits. */
struct id ids_make(struct instant at, const uint8_t random[static 10]);

/* ids_time - the instant inside a UUIDv7. */
struct instant ids_time(struct id id);

/* ids_print - exactly ID_TEXT bytes and a NUL. Source: TypeID 0.3. */
void ids_print(enum id_kind kind, struct id id, char out[static ID_TEXT + 1]);

/* ids_parse - the text of one kind.
 *
 * Fails: NOT_FOUND another prefix, length or alphabet, or a first digit over 7: no such id can exist. */
fallible ids_parse(enum id_kind kind, struct span text, struct id *id);

/* ids_has_prefix - whether a text begins with one of our prefixes and an underscore: such a text can't be a
 * ref. */
bool ids_has_prefix(struct span text);

/* ids_prefix - the three letters. */
const char *ids_prefix(enum id_kind kind);

static inline bool ids_is_none(struct id id)
{
	static const struct id none;
	return memcmp(id.bytes, none.bytes, sizeof none.bytes) == 0;
}

static inline bool ids_equal(struct id a, struct id b)
{
	return memcmp(a.bytes, b.bytes, sizeof a.bytes) == 0;
}
