/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_events - hostile bodies of POST /v1/events:batch, up to the sealed events that would be written. */
#include "server/api/call.h"
#include "server/core/log/events.h"
#include "tests/server/log_world.h"

#include <assert.h>
#include <stdio.h>

enum { FUZZ_DECODED = LEAF_MAX };

int LLVMFuzzerInitialize(int *count, char ***arguments);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern const struct handler api_events_batch;

/* One business for all inputs, with clients by the refs of log_world and a person "anna". */
static struct log_world *fuzz_world(void)
{
	static struct log_world world;
	return &world;
}

static void end_world(void)
{
	log_world_done(fuzz_world());
}

int LLVMFuzzerInitialize(int *count, char ***arguments)
{
	struct log_world *world = fuzz_world();
	scoped(api_answer) answer = {0};
	(void)count;
	(void)arguments;
	log_world_open(world);
	atexit(end_world);
	api_call(&world->api, "POST", "/v1/people", world->api.tenant.token,
		"{\"ref\":\"anna\",\"name\":\"Anna "
	        "Wren\",\"language\":\"sv\",\"kind\":\"staff\",\"roles\":[]}",
		&answer);
	assert(answer.status == 201);
	return 0;
}

static size_t count_lines(struct span body)
{
	size_t count = 0;
	struct span line;
	while (span_cut(&body, '\n', &line))
		count += line.len > 0;
	return count;
}

/* A body from outside is never a fault of ours, and each line that is refused is named. */
static void check_refusal(const struct call *call, struct err err, size_t lines)
{
	assert(err_row(err.code)->status < 500);
	assert(lines == 0 || lines > EVENTS_BATCH_MAX || call->problems.count > 0);
	for (size_t i = 0; i < call->problems.count; i++) {
		unsigned long long line;
		assert(sscanf(call->problems.rows[i].pointer, "/%llu", &line) == 1 && line < lines);
		assert(call->problems.rows[i].code[0] != '\0');
	}
}

/* What is taken can be written, and read back as the same bytes. */
static void check_events(const struct call *call, size_t lines)
{
	const struct events_add *add = call->ask;
	assert(add->count == lines && call->problems.count == 0);
	for (size_t i = 0; i < add->count; i++) {
		struct leaf leaf;
		scoped(buf) bytes = BUF(FUZZ_DECODED), again = BUF(FUZZ_DECODED);
		assert(!err_failed(leaf_encode(&add->items[i].draft.leaf, &bytes)));
		assert(!err_failed(leaf_decode(buf_span(&bytes), &leaf)));
		assert(!err_failed(leaf_encode(&leaf, &again)));
		assert(span_equal(buf_span(&bytes), buf_span(&again)));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct server *server = &fuzz_world()->api.server;
	const struct api_tenant *tenant = &fuzz_world()->api.tenant;
	const struct http_request request = {.method = HTTP_POST, .body = span_of(data, size)};
	scoped(arena) arena = ARENA(CALL_ARENA_MAX);
	struct call call = {.server = server,
		.request = &request,
		.arena = &arena,
		.now = {INT64_C(1791156600000)},
		.caller = {.kind = TOKEN_APPLICATION,
			.tenant = tenant->id,
			.application = tenant->application,
			.scopes = UINT32_MAX,
			.capabilities = UINT64_MAX}};
	size_t lines = count_lines(request.body);
	struct err err = api_events_batch.prepare(&call);
	if (err_failed(err))
		check_refusal(&call, err, lines);
	else
		check_events(&call, lines);
	json_doc_done(&call.body);
	return 0;
}
