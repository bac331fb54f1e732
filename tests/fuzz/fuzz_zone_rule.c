/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_zone_rule - whatever stands in a zone's rule, the wall clock shows a day of the week and a minute of the day. */
#include "base/zone_rule.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int64_t MOMENTS[] = {0, 951782400000, 1795262400000, 253402300799999};
	for (size_t i = 0; i < sizeof MOMENTS / sizeof MOMENTS[0]; i++) {
		struct zone_time time;
		struct err err = zone_rule_read(span_of(data, size), (struct instant){MOMENTS[i]}, &time);
		if (!err_failed(err))
			assert(time.weekday < 7 && time.minute < 24 * 60);
	}
	return 0;
}
