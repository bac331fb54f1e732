/* SPDX-License-Identifier: Apache-2.0 */
/* server - what every use-case works with; const after start. */
#pragma once

#include "base/address.h"
#include "base/clock.h"
#include "crypto/secret.h"
#include "server/keeper/keeper.h"
#include "store/committer.h"
#include "store/nouns/quota.h"
#include "store/volume.h"

#include <stdatomic.h>

/* How the server is; the few things that change while it runs. Read by /readyz and by releases. */
struct health {
	atomic_bool stopping;     /* SIGTERM came: no new work */
	atomic_bool sealed;       /* there are no keys, or they are about to go */
	atomic_bool sum_mismatch; /* a protected row was changed by hand: nothing is released */
	atomic_bool
		log_contradicts; /* the log is not the one that was signed: nothing is written or signed */
	atomic_bool log_broken;  /* an entry is not what was chained: nothing is released */
	atomic_bool keys_forged; /* a wrapped key does not open in its place: nothing is released */
	atomic_bool key_beside_data; /* key file and data share a filesystem */
	atomic_bool unlocked;        /* secrets may reach swap */
	atomic_bool clock_unsynced;  /* nothing keeps the machine's clock right */
	atomic_bool clock_behind;    /* it was set back, and has not caught up */
	atomic_bool few_descriptors; /* fewer connections and followers are taken than the settings say */
	atomic_size_t connections;   /* that are open */
	atomic_bool keys_rotating;   /* server/rotator.h; the numbers are of the one that runs or ran last */
	_Atomic uint64_t keys_rotated, keys_to_rotate;
	_Atomic int64_t
		log_verified_ms; /* when the whole log was last found sound; 0 = not since the start */
};

/* health_is_whole - the store is what was written, as far as anybody has looked. Takes NULL. */
static inline bool health_is_whole(const struct health *health)
{
	return !health ||
		(!health->sum_mismatch && !health->log_contradicts && !health->log_broken &&
			!health->keys_forged);
}

/* How many codes are mailed a minute; 0 = as many as come. */
struct mailing_bounds {
	uint32_t
		per_network; /* /24 of IPv4, /64 of IPv6: an office behind one address is slowed, not blocked */
	uint32_t per_application;
	uint32_t in_all; /* of a tenant */
};

struct agents;       /* server/core/agent.h */
struct exports_desk; /* server/core/log/exports.h */
struct follow;       /* server/api/log/follow.h */
struct headcount;    /* server/core/login/headcount.h */
struct pages;        /* server/api/pages.h */
struct places;       /* server/core/places.h */
struct moments;      /* server/http/moments.h */
struct waiters;      /* server/http/waiters.h */

struct server {
	struct volume volume;
	struct committer *committer;
	struct keeper *keeper;
	struct secret_arena *secrets;
	struct health *health;
	struct exports_desk *exports; /* those that run */
	struct follow *follow;        /* those who follow logs; NULL: nobody may */
	struct headcount *headcount;  /* of large businesses; NULL: people are counted by who asks */
	struct waiters *waiters;      /* those who wait for a verification; NULL: nobody may */
	struct moments *moments;      /* answers that leave at fixed moments; NULL: all leave at once */
	const struct address_nets *trusted_proxies; /* who is believed whom he spoke to; NULL = nobody */
	unsigned forwarded_form;                    /* enum forwarded_form of server/http */
	const struct pages *pages;                  /* what a browser is shown; NULL = none were built */
	struct agents *agents;                      /* rules for user agents; NULL = they are not read */
	struct places *places;                /* countries of addresses; NULL = they are not looked up */
	struct quota_bounds event_bounds;     /* of what one application reports */
	struct quota_bounds import_bounds;    /* with scope events:import */
	struct mailing_bounds mailing_bounds; /* of codes by mail */
	const char *log_name;                 /* in the origin of every log: LOG_NAME/<tenant id> */
	const char *app_name;                 /* how mails name an application that has no name of its own */
	int64_t erasure_wait_ms;              /* from the request of an erasure to the day it is due */
	int64_t backup_days;                  /* how long copies of the keyring are kept */
	const char *public_url;       /* where others reach this server, for links in mails; NULL = unknown */
	const char *security_contact; /* a URI for /.well-known/security.txt; NULL or "" = none */
};
