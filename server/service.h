/* SPDX-License-Identifier: Apache-2.0 */
/* service - all that runs while the store is open, from its first to its last breath. */
#pragma once

#include "server/counter.h"
#include "server/deliver/courier.h"
#include "server/deliver/post.h"
#include "server/doors.h"
#include "server/jobs.h"
#include "server/rotator.h"
#include "server/start.h"
#include "server/verifier.h"
#include "store/index/folder.h"

/* In the order in which it is opened. */
struct service {
	struct start start;
	struct folder *folder;
	struct jobs *jobs;
	struct rotator *rotator;   /* NULL: nothing is written */
	struct verifier *verifier; /* likewise */
	struct counter *counter;   /* likewise */
	struct post post;
	struct courier *courier;
	struct doors doors;
};

/* service_open - into a zeroed one, which stays where it is. The places are bound when everything else is there.
 *
 * Fails: as start_open_by and doors_bind; DENIED a demo store on another address than loopback. Half of it may stand
 * then: service_close. */
fallible service_open(const struct start_ask *ask, struct doors_places *places, struct service *service);

/* service_close - readiness falls, requests end, the committer drains, the tail is folded, every key is wiped. Takes
 * a zeroed one. */
void service_close(const struct conf *conf, struct service *service);
