/* SPDX-License-Identifier: Apache-2.0 */
/* reindexing - put an order into the data directory, and read what the server says of it. */
#include "server/reindexing.h"

#include "base/clock.h"
#include "store/index/reindex_order.h"

enum { WATCH_EVERY_MS = 200, WATCH_STALL_MS = 60000, WATCH_TEXT = 512 };

struct watch {
	const char *directory;
	struct journal *journal;
	struct reindex_progress seen;
	bool begun;
	int64_t moved_ms; /* clock_monotonic_ms, when something was new */
};

/* A file that is gone or half a form is what the next look finds otherwise. */
static void look(struct watch *watch)
{
	struct reindex_progress now;
	if (err_failed(reindex_order_read(watch->directory, &now)))
		return;
	if (!watch->begun || now.done != watch->seen.done || now.all != watch->seen.all)
		watch->moved_ms = clock_monotonic_ms();
	watch->begun = true;
	watch->seen = now;
	if (now.all > 0)
		journal_progress(watch->journal, now.done, now.all);
}

static bool has_stalled(const struct watch *watch)
{
	return clock_monotonic_ms() - watch->moved_ms > WATCH_STALL_MS;
}

static fallible wait_for_end(struct watch *watch)
{
	while (reindex_order_stands(watch->directory)) {
		look(watch);
		if (!has_stalled(watch)) {
			clock_sleep_ms(WATCH_EVERY_MS);
			continue;
		}
		if (watch->begun)
			return FAIL(
				BUSY, "nothing moves for a minute; it goes on when a server runs that can");
		TRY(reindex_order_drop(watch->directory));
		return FAIL(BUSY, "the process that has the store open does not make a new index");
	}
	look(watch);
	return OK;
}

static fallible say_end(const struct watch *watch)
{
	scoped(buf) text = BUF(WATCH_TEXT);
	if (watch->seen.why[0]) {
		journal_complain(watch->journal, span_text(watch->seen.why));
		return FAIL(IO, "the server could not make a new index; the old one serves as before");
	}
	if (watch->seen.all > 0)
		buf_printf(&text, "reindexed: %llu entries, while the server runs\n",
			(unsigned long long)watch->seen.all);
	else /* it was quick, or there was no room to say how far it was */
		buf_put_text(&text, "reindexed, while the server runs\n");
	TRY(buf_check(&text));
	return journal_print(watch->journal, buf_span(&text));
}

fallible reindexing_watch(const struct conf *conf, struct journal *journal)
{
	struct watch watch = {.directory = conf->data, .journal = journal, .moved_ms = clock_monotonic_ms()};
	TRY(reindex_order_put(conf->data));
	TRY(wait_for_end(&watch));
	/* What was said last is only in nobody's way; why it failed is left to whoever else watches. */
	if (!watch.seen.why[0])
		IGNORE(reindex_order_drop(conf->data));
	return say_end(&watch);
}
