/* SPDX-License-Identifier: Apache-2.0 */
/* serve - a running service from its first to its last breath. */
#include "server/serve.h"

#include "server/api/dispatch.h"
#include "server/api/follow.h"
#include "server/core/agent.h"
#include "server/core/checkpoints.h"
#include "server/core/erasing.h"
#include "server/core/places.h"
#include "server/deliver/courier.h"
#include "server/deliver/post.h"
#include "server/env/notify.h"
#include "server/http/http.h"
#include "server/http/waiters.h"
#include "server/jobs.h"
#include "server/metrics.h"
#include "server/start.h"
#include "store/folder.h"
#include "store/tenant.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

/* All that runs, in the order in which it is opened. */
struct service {
	struct start start;
	struct folder *folder;
	struct jobs *jobs;
	struct post post;
	struct courier *courier;
	struct dispatch dispatch;
	struct http_app app, metrics_app;
	struct http_server *http, *metrics;
};

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

/* Each follower is a descriptor, and the usual limit would end at a thousand of them; what may be had is enough, since
 * nothing here calls select. */
static void raise_descriptors(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(
		RLIMIT_NOFILE, &limit); /* then the limit stays, and connections are refused earlier */
}

static struct http_ask http_ask_of(const struct conf *conf, const char *listen, const struct http_app *app)
{
	return (struct http_ask){
		.listen = listen,
		.threads = (unsigned)conf->http_threads,
		.connections_max = (unsigned)conf->http_connections_max,
		.header_deadline_ms = conf->http_header_ms,
		.body_deadline_ms = conf->http_body_ms,
		.idle_ms = conf->http_idle_ms,
		.app = app,
	};
}

static fallible open_follow(const struct conf *conf, struct service *service)
{
	struct server *server = &service->start.server;
	const struct follow_ask ask = {.server = server,
		.followers_max = (size_t)conf->follow_max,
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
	return OK;
}

static fallible open_doors(const struct conf *conf, struct service *service)
{
	service->dispatch =
		(struct dispatch){&service->start.server, service, tell_failed_request, tell_commit};
	service->start.server.security_contact = conf->security_contact;
	service->app = dispatch_app(&service->dispatch);
	service->metrics_app = metrics_app(&service->start.server);
	struct http_ask ask = http_ask_of(conf, conf->listen, &service->app);
	struct http_ask metrics = http_ask_of(conf, conf->metrics_listen, &service->metrics_app);
	metrics.threads = 1;
	metrics.connections_max = 16;
	TRY(http_open(&ask, &service->http));
	if (!span_is(span_text(conf->metrics_listen), "off"))
		TRY(http_open(&metrics, &service->metrics));
	return OK;
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
	return open_courier(conf, journal, service);
}

static fallible open_service(const struct conf *conf, struct journal *journal, struct service *service)
{
	struct server *server = &service->start.server;
	raise_descriptors();
	TRY(start_open(conf, START_OPEN, journal, &service->start));
	TRY(agent_open(conf->user_agent_rules, &server->agents));
	TRY(places_open(conf->country_database, &server->places));
	TRY(check_demo(conf, server));
	TRY(compare_logs(journal, service));
	/* Whoever was erased stays so, whatever keyring was put back. */
	TRY(erasing_resume(server, volume_now(&server->volume)));
	TRY(open_background(conf, journal, service));
	TRY(open_follow(conf, service));
	TRY(open_waiters(conf, server));
	return open_doors(conf, service);
}

/* ---- stopping: readiness falls, requests end, the committer drains, the tail is folded ---- */

static void close_service(const struct conf *conf, struct service *service)
{
	struct journal *journal = service->start.journal;
	service->start.health.stopping = true;
	struct follow *follow = service->start.server.follow;
	if (service->http)
		http_quiesce(service->http);
	follow_stop(follow);
	waiters_stop(service->start.server.waiters);
	http_close(service->http, conf->shutdown_wait_ms);
	if (service->metrics)
		http_quiesce(service->metrics);
	http_close(service->metrics, conf->shutdown_wait_ms);
	courier_close(service->courier);
	post_done(&service->post);
	jobs_close(service->jobs);
	if (follow)
		committer_set_bell(service->start.server.committer, (struct bell){0});
	follow_close(follow);
	committer_close(service->start.server.committer);
	waiters_close(service->start.server.waiters);
	service->start.server.committer = NULL;
	struct err err = folder_close(service->folder);
	if (err_failed(err))
		journal_err(journal, JOURNAL_WARN, err, SPAN_NONE);
	agent_close(service->start.server.agents);
	places_close(service->start.server.places);
	start_close(&service->start);
}

/* ---- running ---- */

/* Signals are taken by sigwait in this thread alone; every thread that is started later inherits the mask. */
static sigset_t block_signals(void)
{
	sigset_t stops;
	sigemptyset(&stops);
	sigaddset(&stops, SIGTERM);
	sigaddset(&stops, SIGINT);
	pthread_sigmask(SIG_BLOCK, &stops, NULL);
	return stops;
}

static fallible say_ready(const struct conf *conf, const struct service *service)
{
	scoped(buf) line = BUF(512);
	struct span host = span_text(conf->listen);
	size_t end = host.len;
	while (end > 0 && host.at[end - 1] != ':')
		end--;
	buf_printf(&line, "munimentd %s ready on http://%.*s%u\n", MUNIMENT_VERSION, (int)end, conf->listen,
		http_port(service->http));
	TRY(buf_check(&line));
	return journal_print(service->start.journal, buf_span(&line));
}

fallible serve_run(const struct conf *conf, struct journal *journal)
{
	struct service service = {.start = {.journal = journal}};
	sigset_t stops = block_signals();
	int signal_number;
	struct err err = open_service(conf, journal, &service);
	if (!err_failed(err))
		err = say_ready(conf, &service);
	if (!err_failed(err)) {
		IGNORE(notify_send(conf->notify_socket, "READY=1")); /* nobody waits, or systemd will tell */
		sigwait(&stops, &signal_number);
		IGNORE(notify_send(conf->notify_socket, "STOPPING=1"));
	}
	close_service(conf, &service);
	return err;
}
