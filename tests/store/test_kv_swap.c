/* SPDX-License-Identifier: Apache-2.0 */
/* test_kv_swap - an environment is replaced while transactions are open on it. */
#include "store/kv_swap.h"

#include "tests/support/kv_mem.h"

#include <criterion/criterion.h>

static void must(struct err err)
{
	cr_assert(!err_failed(err), "%s", err.why ? err.why : "");
}

static struct kv *open_one(void)
{
	static const char *const MAPS[] = {"one"};
	struct kv *kv = NULL;
	must(kv_open(&kv_mem, &(struct kv_ask){.maps = MAPS, .map_count = 1}, &kv));
	return kv;
}

static void write_one(struct kv *kv, const char *value)
{
	scoped(kv_txn) txn = {0};
	must(kv_write(kv, &txn));
	must(kv_put(&txn, 0, SPAN_LIT("key"), span_text(value)));
	must(kv_commit(&txn));
}

static bool reads(struct kv_txn *txn, const char *value)
{
	struct span found;
	must(kv_get(txn, 0, SPAN_LIT("key"), &found));
	return span_is(found, value);
}

Test(kv_swap, a_transaction_that_is_open_goes_on_where_it_is_and_the_next_one_begins_on_the_other)
{
	scoped(kv_txn) before = {0}, after = {0};
	struct kv *first = open_one(), *second = open_one(), *kv, *last;
	must(kv_swap_open(first, &kv));
	write_one(kv, "old");
	write_one(second, "new");
	must(kv_read(kv, &before));
	kv_swap_put(kv, second, &last);
	cr_assert(last == first);
	must(kv_read(kv, &after));
	cr_assert(reads(&before, "old") && reads(&after, "new"));
	kv_txn_done(&before);
	kv_txn_done(&after);
	kv_close(last);
	kv_close(kv);
}

Test(kv_swap, what_is_replaced_is_in_use_until_its_last_transaction_is_over)
{
	scoped(kv_txn) one = {0}, two = {0}, other = {0};
	struct kv *first = open_one(), *second = open_one(), *kv, *last;
	must(kv_swap_open(first, &kv));
	cr_assert(!kv_in_use(first));
	must(kv_read(kv, &one));
	must(kv_read(kv, &two));
	kv_swap_put(kv, second, &last);
	must(kv_read(kv, &other));
	cr_assert(kv_in_use(last) && kv_in_use(second));
	kv_txn_done(&one);
	cr_assert(kv_in_use(last), "one of two is over");
	kv_txn_done(&two);
	cr_assert(!kv_in_use(last), "the third is the other's");
	kv_txn_done(&other);
	cr_assert(!kv_in_use(second));
	kv_close(last);
	kv_close(kv);
}

Test(kv_swap, what_is_written_goes_to_the_one_behind_it)
{
	scoped(kv_txn) txn = {0};
	struct kv *first = open_one(), *second = open_one(), *kv, *last;
	must(kv_swap_open(first, &kv));
	kv_swap_put(kv, second, &last);
	must(kv_write(kv, &txn));
	must(kv_put(&txn, 0, SPAN_LIT("key"), SPAN_LIT("value")));
	cr_assert(kv_in_use(second));
	must(kv_commit(&txn));
	cr_assert(!kv_in_use(second) && !kv_in_use(last));
	must(kv_read(second, &txn));
	cr_assert(reads(&txn, "value"));
	kv_txn_done(&txn);
	must(kv_read(last, &txn));
	struct span found;
	cr_assert(kv_get(&txn, 0, SPAN_LIT("key"), &found).kind == ERR_NOT_FOUND,
		"the one before has nothing of it");
	kv_txn_done(&txn);
	kv_close(last);
	kv_close(kv);
}
