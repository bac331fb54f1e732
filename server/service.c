/* SPDX-License-Identifier: Apache-2.0 */
/* service - open the parts in their order, and close them in the reverse one. */
#include "server/service.h"

#include "server/api/log/follow.h"
#include "server/core/agent.h"
#include "server/core/keeping/erasing.h"
#include "server/core/log/checkpoints.h"
#include "server/core/places.h"
#include "server/descriptors.h"
#include "server/http/moments.h"
#include "server/http/waiters.h"
#include "store/nouns/tenant.h"

/* ---- what the parts tell ---- */

static void tell_failure(void *context, struct err err)
{
	journal_err(context, JOURNAL_WARN, err, SPAN_NONE);
}

static void tell_failed_request(void *context, struct err err, const char *request_id)
{
	const struct service *service = context;
	journal_err(service->start.journal, JOURNAL_ERROR, err, span_text(request_id));
}

static void tell_commit(void *context)
{
	const struct service *service = context;
	if (service->courier)
		courier_wake(service->courier);
}

static void tell_failed_follower(void *context, struct err err)
{
	const struct service *service = context;
	journal_err(service->start.journal, JOURNAL_WARN, err, SPAN_LIT("events:tail"));
}

/* ---- opening ---- */

static bool is_loopback(struct span listen)
{
	return span_starts(listen, SPAN_LIT("127.")) || span_starts(listen, SPAN_LIT("[::1]")) ||
		span_starts(listen, SPAN_LIT("localhost:"));
}

/* A demo's tokens and seeds are known to whoever started it: it stays on the machine for ever (FOUNDATIONS
 * 28). */
static fallible check_demo(const struct conf *conf, const struct server *server)
{
	struct arena arena = ARENA(64 * 1024);
	scoped(reading) reading = {0};
	scoped(kv_cursor) tenants = {0};
	bool demo = false;
	if (is_loopback(span_text(conf->listen)))
		return OK;
	TRY(reading_open(&server->volume, &reading));
	struct view view = view_reading(&reading);
	TRY(kv_seek(&reading.txn, TABLE_TENANT, SPAN_NONE, &tenants));
	struct err err = OK;
	while (!demo && !err_failed(err) && kv_next(&tenants)) {
		struct tenant tenant = {0};
		struct id id = {0};
		memcpy(id.bytes, tenants.key.at, sizeof id.bytes);
		err = tenant_get(&view, id, &arena, &tenant);
		demo = tenant.demo;
	}
	arena_done(&arena);
	TRY(err);
	TRY(tenants.err);
	return demo ? FAIL(DENIED, "a demo store is served on loopback only") : OK;
}

static fallible open_follow(const struct conf *conf, struct service *service)
{
	struct server *server = &service->start.server;
	const struct follow_ask ask = {.server = server,
		.followers_max = descriptors_share(conf).followers,
		.renew_ms = FOLLOW_RENEW_MS,
		.heartbeat_ms = conf->follow_heartbeat_ms,
		.stall_ms = conf->follow_stall_ms,
		.context = service,
		.failed = tell_failed_follower};
	TRY(follow_open(&ask, &server->follow));
	committer_set_bell(server->committer, (struct bell){server->follow, follow_wake});
	return OK;
}

static fallible open_waiters(const struct conf *conf, struct server *server)
{
	TRY(waiters_open((size_t)conf->verify_waiters_max, &server->waiters));
	committer_set_watch(server->committer, (struct watch){server->waiters, waiters_wake});
	return conf->verify_answer_step_ms ? moments_open(conf->verify_answer_step_ms, &server->moments) : OK;
}

static fallible open_doors(const struct conf *conf, struct doors_places *places, struct service *service)
{
	service->start.server.security_contact = conf->security_contact;
	TRY(doors_bind(conf, places));
	const struct doors_ask ask = {.conf = conf,
		.places = places,
		.server = &service->start.server,
		.dispatch = {&service->start.server, service, tell_failed_request, tell_commit}};
	return doors_open(&ask, &service->doors);
}

static fallible open_courier(const struct conf *conf, struct journal *journal, struct service *service)
{
	const struct server *server = &service->start.server;
	TRY(post_open(conf, &service->post));
	struct courier_ask ask = {
		.volume = &server->volume,
		.committer = server->committer,
		.keeper = server->keeper,
		.journal = journal,
		.way = service->post.way,
		.from = conf->mail_from,
		.app = conf->app_name,
		.give_up_ms = conf->mail_give_up_minutes * 60 * 1000,
	};
	TRY(courier_open(&ask, &service->courier));
	return courier_start(service->courier);
}

/* A log that is shorter than what was signed, or another one: it may be read, and nothing else, until an
 * operator has looked (FOUNDATIONS 10). */
static fallible compare_logs(struct journal *journal, struct service *service)
{
	struct checkpoints_verdict verdict;
	struct server *server = &service->start.server;
	TRY(checkpoints_check_all(server, &verdict));
	if (verdict.holds)
		return OK;
	char tenant[ID_TEXT + 1];
	ids_print(ID_TENANT, verdict.tenant, tenant);
	JOURNAL(journal, ERROR, "a log is not the one that was signed: serving reads only",
		JOURNAL_TEXT("tenant", span_text(tenant)), JOURNAL_TEXT("found", span_text(verdict.why)),
		JOURNAL_NUMBER("signed", (int64_t)verdict.signed_size),
		JOURNAL_NUMBER("there", (int64_t)verdict.log_size));
	service->start.health.log_contradicts = true;
	server->volume.read_only = true;
	return OK;
}

/* What writes behind the requests' backs. */
static fallible open_background(const struct conf *conf, struct journal *journal, struct service *service)
{
	struct server *server = &service->start.server;
	if (server->volume.read_only)
		return OK;
	TRY(folder_open(&server->volume, (struct alarm){journal, tell_failure}, &service->folder));
	TRY(jobs_open(server, journal, &service->jobs));
	TRY(rotator_open(server, journal, &service->rotator));
	const struct verifier_ask ask = {server, journal, conf->log_verify_hours, conf->log_verify_delay_s};
	TRY(verifier_open(&ask, &service->verifier));
	TRY(counter_open(server, journal, &service->counter));
	return open_courier(conf, journal, service);
}

fallible service_open(const struct start_ask *ask, struct doors_places *places, struct service *service)
{
	const struct conf *conf = ask->conf;
	struct server *server = &service->start.server;
	TRY(start_open_by(ask, &service->start));
	TRY(agent_open(conf->user_agent_rules, &server->agents));
	TRY(places_open(conf->country_database, &server->places));
	TRY(check_demo(conf, server));
	TRY(compare_logs(ask->journal, service));
	/* Whoever was erased stays so, whatever keyring was put back. */
	TRY(erasing_resume(server, volume_now(&server->volume)));
	TRY(open_background(conf, ask->journal, service));
	TRY(open_follow(conf, service));
	TRY(open_waiters(conf, server));
	return open_doors(conf, places, service);
}

/* ---- stopping ---- */

void service_close(const struct conf *conf, struct service *service)
{
	struct journal *journal = service->start.journal;
	service->start.health.stopping = true;
	struct follow *follow = service->start.server.follow;
	doors_stop_api(&service->doors);
	follow_stop(follow);
	waiters_stop(service->start.server.waiters);
	moments_stop(service->start.server.moments);
	doors_close_api(conf, &service->doors);
	doors_stop_metrics(&service->doors);
	doors_close_metrics(conf, &service->doors);
	courier_stop(service->courier);
	post_done(&service->post);
	counter_close(service->counter);
	verifier_close(service->verifier);
	rotator_close(service->rotator);
	jobs_close(service->jobs);
	if (follow)
		committer_set_bell(service->start.server.committer, (struct bell){0});
	follow_close(follow);
	committer_close(service->start.server.committer);
	/* What the committer ran last may have told them. */
	courier_close(service->courier);
	waiters_close(service->start.server.waiters);
	moments_close(service->start.server.moments);
	service->start.server.committer = NULL;
	struct err err = folder_close(service->folder);
	if (err_failed(err))
		journal_err(journal, JOURNAL_WARN, err, SPAN_NONE);
	agent_close(service->start.server.agents);
	places_close(service->start.server.places);
	start_close(&service->start);
	*service = (struct service){0};
}
