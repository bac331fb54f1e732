/* SPDX-License-Identifier: Apache-2.0 */
/* response - the reply's bytes change hands, without a copy. */
#include "server/http/response.h"

#include <microhttpd.h>

#include <strings.h>

void response_wipe(struct buf *body)
{
	if (body->data)
		explicit_bzero(body->data, body->cap);
	buf_done(body);
}

static void free_sent(void *context)
{
	struct buf body;
	memcpy(&body, context, sizeof body);
	response_wipe(&body);
}

/* libmicrohttpd gives one pointer back when it has sent it: so the buf travels
 * behind its own bytes. */
struct MHD_Response *response_of(struct buf *content)
{
	struct buf body = take(content);
	size_t len = body.len;
	body.max += sizeof body;
	uint8_t *behind = len ? buf_room(&body, sizeof body) : NULL;
	if (!behind) {
		response_wipe(&body);
		return len ? NULL : MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	}
	memcpy(behind, &body, sizeof body);
	struct MHD_Response *response =
		MHD_create_response_from_buffer_with_free_callback_cls(len, body.data, free_sent, behind);
	if (!response)
		response_wipe(&body);
	return response;
}

/* The library writes nothing into what is persistent; it only takes no pointer to what is const. */
struct MHD_Response *response_of_fixed(struct span bytes)
{
	return MHD_create_response_from_buffer(
		bytes.len, (void *)(uintptr_t)bytes.at, MHD_RESPMEM_PERSISTENT);
}

static bool add_header(struct MHD_Response *response, const char *name, const char *value)
{
	return value && MHD_add_response_header(response, name, value) == MHD_YES;
}

static bool add_headers(struct MHD_Response *response, const struct http_reply *reply, struct arena *arena)
{
	bool cached = false;
	bool done = add_header(response, "X-Content-Type-Options", "nosniff");
	for (size_t i = 0; done && i < reply->header_count; i++) {
		const struct http_header *header = &reply->headers[i];
		cached = cached || strcasecmp(header->name, "Cache-Control") == 0;
		done = add_header(response, header->name, arena_text(arena, header->value));
	}
	if (done && !cached)
		done = add_header(response, "Cache-Control", "no-store");
	if (done && reply->content_type)
		done = add_header(response, "Content-Type", reply->content_type);
	if (done && reply->close)
		done = add_header(response, "Connection", "close");
	return done;
}

bool response_dress(struct MHD_Response *response, const struct http_reply *reply, struct arena *arena)
{
	if (!response || add_headers(response, reply, arena))
		return response != NULL;
	MHD_destroy_response(response);
	return false;
}

static void print_header(struct buf *head, const char *name, struct span value)
{
	buf_printf(head, "%s: %.*s\r\n", name, SPAN_FMT(value));
}

fallible response_print_head(const struct http_reply *reply, struct buf *head)
{
	bool cached = false;
	buf_printf(head, "HTTP/1.1 %d OK\r\nX-Content-Type-Options: nosniff\r\n", reply->status);
	for (size_t i = 0; i < reply->header_count; i++) {
		const struct http_header *header = &reply->headers[i];
		cached = cached || strcasecmp(header->name, "Cache-Control") == 0;
		print_header(head, header->name, header->value);
	}
	if (!cached)
		print_header(head, "Cache-Control", SPAN_LIT("no-store"));
	if (reply->content_type)
		print_header(head, "Content-Type", span_text(reply->content_type));
	buf_put_text(head, "Connection: close\r\n\r\n");
	return buf_check(head);
}
