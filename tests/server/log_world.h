/* SPDX-License-Identifier: Apache-2.0 */
/* log_world - a business whose log has something in it: people, clients, and events that they report.
 * Whatever fails ends the test. */
#pragma once

#include "tests/support/api_world.h"
#include "tests/support/dice.h"
#include "tests/support/temp_dir.h"

enum { LOG_PEOPLE = 4, LOG_CLIENTS = 3 };

struct log_client {
	struct id id;
	char text[ID_TEXT + 1];
	char ref[16];
};

struct log_world {
	struct api_world api;
	struct api_person people[LOG_PEOPLE]; /* assistants */
	struct log_client clients[LOG_CLIENTS];
};

/* log_world_open - Owns: scoped(log_world). */
void log_world_open(struct log_world *world);
void log_world_done(struct log_world *world);

/* log_world_client - a client of a tenant, with a ref and a name of its own. */
void log_world_client(
	struct api_world *api, const struct api_tenant *tenant, const char *ref, struct log_client *client);

/* log_world_contact - a person of a client: the role "client". */
void log_world_contact(struct api_world *api, const struct api_tenant *tenant,
	const struct log_client *client, struct api_person *person);

/* log_world_post - one event by the tenant's application; its id and index. client and outcome may be NULL.
 */
uint64_t log_world_post(struct log_world *world, const char *action, const struct api_person *actor,
	const struct log_client *client, const char *outcome, char id[static ID_TEXT + 1]);

/* log_world_fill - count random events, in one batch. */
void log_world_fill(struct log_world *world, struct dice *dice, size_t count);

/* What a server knows of addresses and user agents. */
struct log_lore {
	struct temp_dir dir;
	struct places *places;
	struct agents *agents;
};

/* log_world_learn - countries of addresses for documentation (192.0.2.0/24 FI, 198.51.100.0/25 SE, 2001:db8:7::/48 HU), and
 * uap-core's rules. Owns: scoped(log_lore), which outlives the world. */
void log_world_learn(struct log_world *world, struct log_lore *lore);
void log_lore_done(struct log_lore *lore);

/* log_world_fold - everything that waits. */
void log_world_fold(struct log_world *world);

/* log_world_size - the leaves of the tenant's log. */
uint64_t log_world_size(struct log_world *world);

/* log_world_list - all pages of a list of limit rows each, as one array: new reference. `query` begins with
 * '&' or is empty. */
json_t *log_world_list(struct log_world *world, const char *token, const char *query, unsigned limit);

/* log_world_list_read - every event, the oldest first, once each user agent was read: a page that takes too long leaves some unread. */
json_t *log_world_list_read(struct log_world *world);

/* log_world_must - end the test if it failed. */
void log_world_must(struct err err);
