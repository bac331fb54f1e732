/* SPDX-License-Identifier: Apache-2.0 */
/* http_method - by their names. */
#include "server/http/http_method.h"

#include <string.h>

static const char *const NAMES[] = {
	[HTTP_GET] = "GET",
	[HTTP_POST] = "POST",
	[HTTP_PUT] = "PUT",
	[HTTP_PATCH] = "PATCH",
	[HTTP_DELETE] = "DELETE",
	[HTTP_OTHER] = "",
};

enum http_method http_method_of(const char *word)
{
	if (strcmp(word, "HEAD") == 0)
		return HTTP_GET;
	enum http_method method = HTTP_GET;
	while (method < HTTP_OTHER && strcmp(NAMES[method], word) != 0)
		method++;
	return method;
}

const char *http_method_name(enum http_method method)
{
	return NAMES[method];
}
