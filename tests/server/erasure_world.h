/* SPDX-License-Identifier: Apache-2.0 */
/* erasure_world - a business with two owners, two data protection officers and Anna, whom it is about; and the calls
 * that erasing her takes. Whatever fails ends the test. */
#pragma once

#include "server/core/keeping/erasing.h"
#include "store/check.h"
#include "tests/support/api_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>

enum { MEMORY = 1024 * 1024, PATH = 96 };

static const int64_t MINUTE_MS = 60 * 1000, HOUR_MS = INT64_C(60) * 60 * 1000;

/* Anna is whom it is about. */
struct office {
	struct api_world api;
	struct api_answer answer;
	struct api_person owner, partner, dpo, deputy, anna;
};

static inline void must(struct err err)
{
	cr_assert(!err_failed(err), "%s (%s)", err.why, err.at);
}

static inline void office_open(struct office *office)
{
	api_world_open(&office->api);
	struct api_tenant *tenant = &office->api.tenant;
	api_world_person(&office->api, tenant, "owner", "owner@example.org", &office->owner);
	api_world_person(&office->api, tenant, "owner", "partner@example.org", &office->partner);
	api_world_person(&office->api, tenant, "dpo", "dpo@example.org", &office->dpo);
	api_world_person(&office->api, tenant, "dpo", NULL, &office->deputy);
	api_world_person(&office->api, tenant, "assistant", "anna@example.org", &office->anna);
}

static inline void office_done(struct office *office)
{
	api_answer_done(&office->answer);
	api_world_done(&office->api);
}

static inline int call(struct office *office, const char *method, const char *path,
	const struct api_person *who, const char *body)
{
	return api_call(&office->api, method, path, who->token, body, &office->answer);
}

static inline int ask(struct office *office, const struct api_person *who, const struct api_person *whom)
{
	char path[PATH];
	snprintf(path, sizeof path, "/v1/people/%s/erasure", whom->text);
	return call(office, "POST", path, who, "{\"ground\":\"art17_1_b\"}");
}

/* What the last answer was about. */
static inline void take_id(struct office *office, char id[static ID_TEXT + 1])
{
	snprintf(id, ID_TEXT + 1, "%s", api_text(&office->answer, "id"));
}

static inline void request(struct office *office, char id[static ID_TEXT + 1])
{
	cr_assert(ask(office, &office->dpo, &office->anna) == 202, "%s", office->answer.body);
	take_id(office, id);
}

static inline int decide(struct office *office, const char *id, const struct api_person *who, bool approve)
{
	char path[PATH];
	snprintf(path, sizeof path, "/v1/erasures/%s/decision", id);
	return call(office, "POST", path, who, approve ? "{\"approve\":true}" : "{\"approve\":false}");
}

static inline int on_erasure(
	struct office *office, const char *method, const char *id, const struct api_person *who)
{
	char path[PATH];
	snprintf(path, sizeof path, "/v1/erasures/%s", id);
	return call(office, method, path, who, NULL);
}

static inline bool is_state(struct office *office, const char *id, const char *state)
{
	cr_assert(on_erasure(office, "GET", id, &office->owner) == 200, "%s", office->answer.body);
	return api_has(&office->answer, "state", state);
}

static inline void approved(struct office *office, char id[static ID_TEXT + 1])
{
	request(office, id);
	cr_assert(decide(office, id, &office->owner, true) == 200, "%s", office->answer.body);
}

static inline size_t turn(struct office *office)
{
	size_t done;
	must(erasing_turn(&office->api.server, clock_now(), &done));
	return done;
}

static inline struct err step(struct office *office, const char *text)
{
	struct id id;
	must(ids_parse(ID_ERASURE, span_text(text), &id));
	return erasing_step(&office->api.server, office->api.tenant.id, id, clock_now());
}

static inline void erase_anna(struct office *office)
{
	char id[ID_TEXT + 1];
	approved(office, id);
	fake_clock_pass(72 * HOUR_MS);
	cr_assert(turn(office) == 1);
	cr_assert(is_state(office, id, "erased"));
}

static inline bool opens(struct office *office, struct id id)
{
	const struct keys *keys = office->api.server.volume.keys;
	const struct subject subject = {SUBJECT_PERSON, id};
	uint32_t epoch;
	struct part_key key;
	struct err err = keys->part_key(
		keys->keeper, office->api.tenant.id, &subject, office->owner.id, PART_ACTOR, &epoch, &key);
	return err.kind != ERR_NOT_FOUND;
}

static inline bool is_sound(struct office *office)
{
	struct check_report report;
	const struct check_ask check = {
		.data = office->api.server.volume.data, .keys = office->api.server.volume.keys};
	must(check_volume(&check, &report));
	return report.fault == CHECK_SOUND;
}
