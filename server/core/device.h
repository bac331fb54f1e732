/* SPDX-License-Identifier: Apache-2.0 */
/* device - what somebody acts from: as the application saw it, and our id of it. */
#pragma once

#include "base/clock.h"
#include "base/err.h"
#include "base/ids.h"
#include "store/event.h"
#include "store/nouns/noun.h"

enum { DEVICE_ID_MAX = 64, DEVICE_AGENT_MAX = 512, DEVICE_TEXT_MAX = 100, DEVICE_IP_MAX = 45 };

/* What a person acts from, as the application saw it. Texts are borrowed from the request. */
struct device {
	bool given;
	struct span id;         /* the application's own stable id */
	struct span ip;         /* as address_print writes it */
	struct span peer;       /* the proxy that it came through; empty = none of ours */
	struct span user_agent; /* cut to DEVICE_AGENT_MAX */
	bool truncated;
	struct span name, platform, model;
};

/* device_put_texts - a device's words into an event. */
void device_put_texts(const struct device *device, struct event *event);

/* device_label - how a mail names it: its name, else its platform; empty when it has neither. */
struct span device_label(const struct device *device);

/* What is known of a device before it is looked at closer. */
struct device_sight {
	struct id subject; /* whose: a person, or an application */
	bool is_person;
	struct id id;        /* our random id of it; none: it has no id of its own */
	bool is_new;         /* the id was drawn now: the act has to put it */
	struct instant seen; /* last; ms 0 = in no registry */
};

/* device_find - fills sight->id, is_new and seen, of the subject named in it. device_put - inside the act: id and
 * seen of the sight, in place of what stood there. */
fallible device_find(const struct view *view, struct id tenant, const struct device *device,
	struct instant now, struct device_sight *sight);
fallible device_put(
	struct act *act, struct id tenant, const struct device *device, const struct device_sight *sight);
