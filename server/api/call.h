/* SPDX-License-Identifier: Apache-2.0 */
/* call - one request on its way through a handler: read, prepare, write (in the act), answer.
 *
 * A handler is three functions. prepare reads the body into an ask struct in the call's arena (call->ask) and
 * does what needs no write. write runs on the committer, inside the act; a handler that only reads has none.
 * answer writes the JSON. When the request has an Idempotency-Key, answer runs inside the act as well, with
 * secrets left out; so before the commit it must not unseal anything: that is done where json_out_redacted
 * says no. */
#pragma once

#include "base/arena.h"
#include "base/json_in.h"
#include "base/json_out.h"
#include "server/core/caller.h"
#include "server/core/server.h"
#include "server/http/http.h"
#include "server/http/moments.h"
#include "server/http/waiters.h"

enum {
	CALL_ARENA_MAX = 24 * 1024 * 1024,
	CALL_PARTS_MAX = 4,
	CALL_ID = 27,
	CALL_RETRIES = 2,
	CALL_ANSWER_MAX = 8 * 1024 * 1024
};

struct call;

struct handler {
	fallible (*prepare)(struct call *call);
	fallible (*write)(struct act *act, struct call *call);
	fallible (*answer)(struct call *call, struct json_out *out);
	bool ahead; /* the answer rests on nothing that write does, and neither touches what the other does, nor write
		       the arena: without an Idempotency-Key it is made while the act commits, and leaves behind it */
};

/* One row of routes.def. */
struct route {
	enum http_method method;
	const char *pattern; /* "/v1/people/{person}": a part in braces takes any one segment */
	const struct handler *handler;
	uint32_t scopes;       /* all of them are needed */
	uint64_t capabilities; /* all of them, when a person acts */
	unsigned needs;        /* enum route_needs */
	size_t body_max;       /* bytes; 0 = no body */
	const char *secrets;   /* top-level answer fields that are shown once, separated by a space */
	enum action action; /* that a call which succeeds leaves in the log; ACTION_NONE = see routes.def */
};

enum route_needs {
	ROUTE_PUBLIC = 1u << 0,   /* no token */
	ROUTE_OPERATOR = 1u << 1, /* the operator's token, and only that */
	ROUTE_PROVEN = 1u << 2,   /* when a person acts it must be a proven one */
	ROUTE_RAW = 1u << 3,      /* body or answer is not JSON: the handler fills the reply itself */
	ROUTE_REPORT = 1u << 4,   /* the body says which actions are logged */
	ROUTE_SIGNED = 1u << 5,   /* a signature in place of a token; problems in the shape of Duo */
	ROUTE_ASKS = 1u << 6,     /* a POST that only reads, as the clients of another server send it */
	ROUTE_KEYLESS = 1u << 7,  /* answered while the store is sealed as well */
	ROUTE_ENROLS = 1u << 8,   /* for a session also whose person has yet to set up how they sign in */
};

/* What a call that was prepared asks for; of a handler without `write` only the last one counts. */
enum call_act {
	CALL_EVENT,        /* an act with at least one event */
	CALL_HOUSEKEEPING, /* an act without one */
	CALL_STATE,        /* an act with one or without: ACT_STATE */
	CALL_NO_ACT,       /* nothing: answer at once */
	CALL_GOES_ON,      /* an event act, after which the call is prepared again for its next part: what was
			      written stands, and others' acts come between */
	CALL_WAITS, /* to be prepared again when what call->waiter is about has changed, or after wait_ms */
};

struct idempotency; /* server/api/idempotency.h */

struct call {
	const struct server *server;
	struct http_exchange *exchange;
	const struct http_request *request;
	struct http_reply *reply;
	struct arena *arena;
	struct instant now;
	const struct route *route;
	struct span parts[CALL_PARTS_MAX]; /* what stood in the braces, in order */
	struct caller caller;
	struct span trace;    /* traceparent */
	char id[CALL_ID + 4]; /* X-Request-Id */
	struct json_doc body;
	struct json_doc device; /* of the header Muniment-Device */
	struct json_problems problems;
	void *ask;            /* the handler's own, in the arena */
	enum call_act act;    /* CALL_EVENT unless prepare sets it */
	struct waiter waiter; /* entered by a prepare that sets CALL_WAITS, or left again */
	int64_t wait_ms;
	bool is_touch; /* its act only notes that the session is in use */
	bool goes_without; /* set by prepare: when its act finds no room it is prepared once more, with is_full set */
	bool is_full;
	bool at_moment;     /* its answer leaves at a moment that does not tell how long the work took */
	int status;         /* of a successful answer; 200 unless prepare or write sets it */
	struct err refusal; /* set by write: the act stands, with its event, but the answer is a problem */
	struct idempotency *idempotency; /* NULL without a key */
	struct act_job job;
	struct err result;     /* of the act */
	int64_t retry_after_s; /* with a refusal: when it may be different; 0 = soon */
	unsigned runs;         /* how often prepare has run */
	bool suspended;
	struct arena_mark
		parts_from; /* with CALL_GOES_ON: what the arena gave out since is the part's alone */
};

/* call_body - parse the JSON body and give its top object. Call it once in prepare. Fails: INPUT ·
 * INVALID. */
fallible call_body(struct call *call, struct json_object *top);

/* call_check - OK, or INVALID with the problems that were noted. */
fallible call_check(struct call *call);

/* call_note - the answer names a query parameter. call_refuse - the same; returns INVALID.
 *
 *   parameter  its name     code  static, as in struct json_problem     why  static */
void call_note(struct call *call, struct span parameter, const char *code);
struct err call_refuse(struct call *call, const char *parameter, const char *code, const char *why);

/* call_blame - the failure itself; when it has this code, the answer names the field that it is about.
 *
 *   pointer  static */
struct err call_blame(struct call *call, struct err err, enum err_code code, const char *pointer);

/* call_alloc - zeroed memory that lives as long as the call; NULL at the limit. call_new(call, struct x) -
 * the same, typed. */
void *call_alloc(struct call *call, size_t bytes);
#define call_new(call, type) ((type *)call_alloc((call), sizeof(type)))

/* call_ask(call, &ask) - a zeroed struct of the handler's own, in the call's arena: call->ask from now on.
 * Fails: NO_MEMORY. */
#define call_ask(call, at) call_set_ask((call), *(at) = call_alloc((call), sizeof **(at)))
fallible call_set_ask(struct call *call, void *ask);

/* call_reading - a snapshot for prepare or answer; scoped(reading). */
fallible call_reading(struct call *call, struct reading *reading);

/* call_read_device - a member `device` of a body. When it is absent, device->given stays false.
 * call_take_device - the same for the object itself. A user agent over DEVICE_AGENT_MAX is cut and marked. */
void call_read_device(
	struct json_object *object, const char *name, enum json_need need, struct device *device);
void call_take_device(struct json_object *object, struct device *device);

/* call_event - caller_event with the request's trace. call_seal - seal it in prepare for the caller's
 * tenant. */
struct event call_event(const struct call *call, enum action action);
fallible call_seal(struct call *call, const struct event *event, struct event_draft *draft);

/* call_query - one query parameter, decoded; SPAN_NONE when absent. Fails: INPUT · INVALID it stands twice. */
fallible call_query(struct call *call, const char *name, struct span *value);

/* call_page - `limit` (1 to 500, 50) and `cursor` of a list. The cursor's content was made by call_put_cursor
 * for the same tenant, route and filters. Fails: INVALID a bad limit · CURSOR_INVALID. */
struct page_ask {
	size_t limit;
	bool resumes;
	struct span position; /* what the list put into the cursor */
};
fallible call_page(struct call *call, struct span filters, struct page_ask *page);

/* call_page_of - the same from a body's members: limit 0 = the query's or the usual, cursor empty = the
 * query's. */
fallible call_page_of(
	struct call *call, size_t limit, struct span cursor, struct span filters, struct page_ask *page);

/* call_put_cursor - the member "next" and the Link header; position SPAN_NONE writes null. */
fallible call_put_cursor(struct call *call, struct json_out *out, struct span filters, struct span position);

/* call_put_list - the members "items" and "next" of a list that is read while it is answered. put_items
 * writes the items from a snapshot, and sets `position` to where the list goes on, or leaves it empty at its
 * end. */
typedef fallible (*call_items_fn)(
	struct call *call, const struct view *view, struct json_out *out, struct span *position);
fallible call_put_list(struct call *call, struct json_out *out, struct span filters, call_items_fn put_items);

/* call_header - add a header to the reply. */
void call_header(struct call *call, const char *name, struct span value);
