/* SPDX-License-Identifier: Apache-2.0 */
/* metrics - GET /metrics in Prometheus text on a listener of its own; no tenant label, nothing personal. */
#pragma once

#include "server/core/server.h"
#include "server/http/http.h"

/* metrics_app - for http_open; server outlives it. */
struct http_app metrics_app(struct server *server);
