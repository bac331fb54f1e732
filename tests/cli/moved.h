/* SPDX-License-Identifier: Apache-2.0 */
/* moved - a sink that keeps what a reader of other servers' files hands on, as text: "place person label type/alg/digits/period
 * counter seed" or "place refused: why", one line each. */
#pragma once

#include "base/text.h"
#include "cli/moving.h"

#include <criterion/criterion.h>

enum { MOVED_MAX = 64 * 1024 };

static struct err moved_accept(void *context, const struct moving_device *device)
{
	struct buf *out = context;
	buf_printf(out, "%zu %.*s %.*s %u/%u/%u %llu ", device->place, SPAN_FMT(device->person),
		SPAN_FMT(device->label), device->shape.algorithm, device->shape.digits,
		device->shape.period_s, (unsigned long long)device->counter);
	buf_put(out, device->seed);
	buf_put_text(out, "\n");
	return OK;
}

static struct err moved_refuse(void *context, size_t place, const char *why)
{
	buf_printf(context, "%zu refused: %s\n", place, why);
	return OK;
}

static inline bool moved_is(const struct buf *out, const char *text)
{
	if (span_is(buf_span(out), text))
		return true;
	cr_log_warn("%.*s", SPAN_FMT(buf_span(out)));
	return false;
}

#define MOVED_SINK(out) ((struct moving_sink){&(out), moved_accept, moved_refuse})
