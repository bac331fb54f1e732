/* SPDX-License-Identifier: Apache-2.0 */
/* http_method - what a request wants to be done. Source: RFC 9110, section 9. */
#pragma once

#include <stdbool.h>

enum http_method { HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE, HTTP_OTHER };

/* http_method_of - HEAD is a GET; HTTP_OTHER for a word that is none of ours. http_method_name - "GET"; "" for HTTP_OTHER. */
enum http_method http_method_of(const char *word);
const char *http_method_name(enum http_method method);
