/* SPDX-License-Identifier: Apache-2.0 */
/* metrics - counters as text 0.0.4. */
#include "server/metrics.h"

#include "server/api/log/follow.h"
#include "server/http/waiters.h"

enum { METRICS_MAX = 16 * 1024 };

static void put(struct buf *out, const char *name, const char *type, const char *help, double value)
{
	buf_printf(out, "# HELP muniment_%s %s\n# TYPE muniment_%s %s\nmuniment_%s %.17g\n", name, help, name,
		type, name, value);
}

/* What there is to tell without a store. */
static void put_state(const struct server *server, struct buf *out)
{
	buf_put_text(out, "# HELP muniment_build_info The program.\n# TYPE muniment_build_info gauge\n");
	buf_put_text(out, "muniment_build_info{version=\"" MUNIMENT_VERSION "\"} 1\n");
	put(out, "sealed", "gauge", "1: there are no keys until somebody unseals the store.",
		server->health->sealed);
	put(out, "connections", "gauge", "Connections to the API and the pages, without followers.",
		(double)server->health->connections);
}

static void put_all(const struct server *server, struct buf *out)
{
	struct committer_counts counts;
	struct follow_counts follow;
	put_state(server, out);
	if (!server->committer)
		return;
	committer_count(server->committer, &counts);
	follow_count(server->follow, &follow);
	put(out, "acts_total", "counter", "Write transactions that were run.", (double)counts.acts);
	put(out, "acts_dropped_total", "counter", "Acts that failed and left nothing.",
		(double)counts.dropped);
	put(out, "commits_total", "counter", "Durable commits; many acts share one.", (double)counts.batches);
	put(out, "audit_events_total", "counter", "Events appended to logs.", (double)counts.events);
	put(out, "commit_seconds_total", "counter", "Time spent in commits.", (double)counts.commit_ns / 1e9);
	put(out, "acts_queued", "gauge", "Acts that wait for the committer.", (double)counts.queued);
	put(out, "tail_rows", "gauge", "Rows of the log that are not folded yet.",
		(double)tail_count(server->volume.tail));
	put(out, "followers", "gauge", "Streams of GET /v1/events:tail.", (double)follow.followers);
	put(out, "followed_events_total", "counter", "Events that were told to followers.",
		(double)follow.messages);
	put(out, "waiters", "gauge", "Requests that wait for a verification to change.",
		(double)waiters_count(server->waiters));
	put(out, "store_bytes", "gauge", "Bytes in use in data/.", (double)kv_used(server->volume.data));
	put(out, "log_contradicts_checkpoint", "gauge", "1: the log is not the one that was signed.",
		server->health->log_contradicts);
	put(out, "clock_unsynced", "gauge", "1: nothing keeps the machine's clock right.",
		server->health->clock_unsynced);
	put(out, "clock_behind_seconds", "gauge", "How far the machine's clock was set back behind our time.",
		server->volume.clock ? (double)steady_behind_ms(server->volume.clock) / 1e3 : 0);
	put(out, "keys_rotating", "gauge", "1: keys are wrapped anew.", server->health->keys_rotating);
	put(out, "keys_rotated", "gauge", "Keys that the rotation that runs, or ran last, has wrapped anew.",
		(double)server->health->keys_rotated);
	put(out, "keys_to_rotate", "gauge", "Of how many.", (double)server->health->keys_to_rotate);
	put(out, "state_sum_mismatch", "gauge", "1: a protected row was changed by hand.",
		server->health->sum_mismatch);
	put(out, "keys_forged", "gauge", "1: a wrapped key does not open in its place.",
		server->health->keys_forged);
	put(out, "log_broken", "gauge", "1: an entry of the log is not what was written.",
		server->health->log_broken);
	put(out, "log_verified_timestamp_seconds", "gauge",
		"When the whole log was last found sound; 0: not since the start.",
		(double)server->health->log_verified_ms / 1e3);
}

static size_t no_body(void *context, struct http_exchange *exchange)
{
	(void)context;
	(void)exchange;
	return 0;
}

static void begin(void *context, struct http_exchange *exchange)
{
	const struct http_request *request = http_request(exchange);
	struct http_reply *reply = http_reply(exchange);
	reply->content_type = "text/plain; version=0.0.4";
	reply->body = BUF(METRICS_MAX);
	reply->status = 200;
	if (request->method == HTTP_GET && span_is(request->path, "/metrics")) {
		put_all(context, &reply->body);
		return;
	}
	reply->status = span_is(request->path, "/metrics") ? 405 : 404;
	buf_put_text(&reply->body, "only GET /metrics is here\n");
}

static void finish(void *context, struct http_exchange *exchange)
{
	(void)context, (void)exchange;
}

static void refuse(void *context, struct http_exchange *exchange, struct err err)
{
	(void)context;
	http_reply(exchange)->status = err_row(err.code)->status;
}

struct http_app metrics_app(struct server *server)
{
	return (struct http_app){server, no_body, begin, finish, refuse, finish, NULL};
}
