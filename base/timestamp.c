/* SPDX-License-Identifier: Apache-2.0 */
/* timestamp - the Gregorian calendar in whole numbers; the machine's time zone is never asked. */
#include "base/timestamp.h"

static const int64_t DAY_MS = 86400000;
static const int64_t LAST_MS = 253402300799999; /* 9999-12-31T23:59:59.999Z */

/* What stands in the text, not yet put together. */
struct parts {
	unsigned year, month, day;
	unsigned hour, minute, second, ms;
	int offset_minutes;
};

/* Days since 1970-01-01. Years begin in March, so that the leap day is the last: 153 days make five months,
 * and 146,097 days make 400 years; 719,468 days lie between 0000-03-01 and 1970-01-01. */
static int64_t days_of(unsigned year, unsigned month, unsigned day)
{
	int64_t y = (int64_t)year - (month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 + (int64_t)day - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

/* The way back, for days not before 1970. */
static void date_of(int64_t days, struct parts *parts)
{
	int64_t shifted = days + 719468;
	int64_t era = shifted / 146097;
	int64_t day_of_era = shifted % 146097;
	int64_t year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t march_month = (5 * day_of_year + 2) / 153;
	parts->day = (unsigned)(day_of_year - (153 * march_month + 2) / 5 + 1);
	parts->month = (unsigned)(march_month < 10 ? march_month + 3 : march_month - 9);
	parts->year = (unsigned)(year_of_era + era * 400 + (parts->month <= 2));
}

unsigned timestamp_year(struct instant at)
{
	struct parts parts = {0};
	date_of(at.ms < 0 ? 0 : at.ms / DAY_MS, &parts);
	return parts.year;
}

struct instant timestamp_of_month(unsigned year, unsigned month)
{
	return (struct instant){days_of(year, month, 1) * DAY_MS};
}

static void put_digits(char *at, size_t width, unsigned v)
{
	for (size_t i = width; i > 0; i--, v /= 10)
		at[i - 1] = (char)('0' + v % 10);
}

void timestamp_print(struct instant at, char out[static TIMESTAMP_TEXT + 1])
{
	int64_t ms = at.ms < 0 ? 0 : at.ms > LAST_MS ? LAST_MS : at.ms;
	struct parts parts = {0};
	date_of(ms / DAY_MS, &parts);
	unsigned rest = (unsigned)(ms % DAY_MS);
	memcpy(out, "0000-00-00T00:00:00.000Z", TIMESTAMP_TEXT + 1);
	put_digits(out, 4, parts.year);
	put_digits(out + 5, 2, parts.month);
	put_digits(out + 8, 2, parts.day);
	put_digits(out + 11, 2, rest / 3600000);
	put_digits(out + 14, 2, rest / 60000 % 60);
	put_digits(out + 17, 2, rest / 1000 % 60);
	put_digits(out + 20, 3, rest % 1000);
}

/* Take width digits from the front; false when other bytes stand there. */
static bool take_digits(struct span *rest, size_t width, unsigned *v)
{
	unsigned sum = 0;
	if (rest->len < width)
		return false;
	for (size_t i = 0; i < width; i++) {
		if (rest->at[i] < '0' || rest->at[i] > '9')
			return false;
		sum = sum * 10 + (unsigned)(rest->at[i] - '0');
	}
	*rest = span_from(*rest, width);
	*v = sum;
	return true;
}

/* Take one byte that is a or b from the front. */
static bool take_mark(struct span *rest, char a, char b)
{
	if (rest->len == 0 || (rest->at[0] != a && rest->at[0] != b))
		return false;
	*rest = span_from(*rest, 1);
	return true;
}

/* An optional point and at least one digit behind it; what is finer than a millisecond is cut off. */
static bool take_fraction(struct span *rest, unsigned *ms)
{
	*ms = 0;
	if (!take_mark(rest, '.', '.'))
		return true;
	unsigned weight = 100;
	size_t count = 0;
	for (; count < rest->len && rest->at[count] >= '0' && rest->at[count] <= '9'; count++, weight /= 10)
		*ms += weight * (unsigned)(rest->at[count] - '0');
	*rest = span_from(*rest, count);
	return count > 0;
}

static bool take_offset(struct span *rest, int *minutes)
{
	unsigned hour = 0;
	unsigned minute = 0;
	*minutes = 0;
	if (take_mark(rest, 'Z', 'z'))
		return true;
	int sign = rest->len && rest->at[0] == '-' ? -1 : 1;
	if (!take_mark(rest, '+', '-') || !take_digits(rest, 2, &hour) || !take_mark(rest, ':', ':') ||
		!take_digits(rest, 2, &minute))
		return false;
	*minutes = sign * (int)(hour * 60 + minute);
	return hour <= 23 && minute <= 59;
}

static bool take_parts(struct span rest, struct parts *parts)
{
	return take_digits(&rest, 4, &parts->year) && take_mark(&rest, '-', '-') &&
		take_digits(&rest, 2, &parts->month) && take_mark(&rest, '-', '-') &&
		take_digits(&rest, 2, &parts->day) && take_mark(&rest, 'T', 't') &&
		take_digits(&rest, 2, &parts->hour) && take_mark(&rest, ':', ':') &&
		take_digits(&rest, 2, &parts->minute) && take_mark(&rest, ':', ':') &&
		take_digits(&rest, 2, &parts->second) && take_fraction(&rest, &parts->ms) &&
		take_offset(&rest, &parts->offset_minutes) && rest.len == 0;
}

static bool is_day(unsigned year, unsigned month, unsigned day)
{
	static const uint8_t LENGTHS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	if (month < 1 || month > 12 || day < 1)
		return false;
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return day <= LENGTHS[month - 1] + (unsigned)(month == 2 && leap);
}

fallible timestamp_parse(struct span text, struct instant *at)
{
	struct parts parts = {0};
	if (!take_parts(text, &parts))
		return FAIL(INVALID, "a time is not RFC 3339");
	if (!is_day(parts.year, parts.month, parts.day))
		return FAIL(INVALID, "a time names a day that does not exist");
	if (parts.hour > 23 || parts.minute > 59 || parts.second > 60)
		return FAIL(INVALID, "a time names an hour, minute or second that does not exist");
	int64_t minutes = days_of(parts.year, parts.month, parts.day) * 1440 + parts.hour * 60 +
		parts.minute - parts.offset_minutes;
	int64_t ms = (minutes * 60 + parts.second) * 1000 + parts.ms;
	/* RFC 3339 §5.7: a leap second is the last of a UTC day. */
	if (parts.second == 60 && (minutes + 1) % 1440 != 0)
		return FAIL(INVALID, "a leap second stands inside a day");
	if (ms < 0 || ms > LAST_MS)
		return FAIL(INVALID, "a time lies outside 1970 to 9999");
	*at = (struct instant){ms};
	return OK;
}
