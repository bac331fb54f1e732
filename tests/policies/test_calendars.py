# SPDX-License-Identifier: Apache-2.0
"""The days off of policies/calendars/ are those that each country's own rules come to: Easter is computed here, not there."""
import datetime
import pathlib
import unittest

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "policies" / "calendars"
DAY = datetime.timedelta(1)


def read(name):
    """The days off and the days worked, as a file has them."""
    days, kind = {"off": set(), "work": set()}, None
    for line in (FOLDER / f"{name}.yaml").read_text(encoding="ascii").splitlines():
        if not line.startswith(" "):
            kind = line.rstrip(":")
        elif line.startswith("  - "):
            days[kind].add(datetime.date.fromisoformat(line[4:]))
    return days["off"], days["work"]


def easter(year):
    """Of the western churches, by the dates of the full moon (Gauss)."""
    century = year // 100
    moon = (19 * (year % 19) + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    moon -= moon // 28 * (1 - moon // 28 * (29 // (moon + 1)) * ((21 - year % 19) // 11))
    sunday = moon - (year + year // 4 + moon + 2 - century + century // 4) % 7
    month = 3 + (sunday + 40) // 44
    return datetime.date(year, month, sunday + 28 - 31 * (month // 4))


def orthodox_easter(year):
    """By the Julian calendar (Meeus), thirteen days behind in these centuries."""
    moon = (19 * (year % 19) + 15) % 30
    days = moon + (2 * (year % 4) + 4 * (year % 7) - moon + 34) % 7 + 114
    return datetime.date(year, days // 31, days % 31 + 1) + 13 * DAY


def fixed(year, *days):
    return {datetime.date(year, month, day) for month, day in days}


def first(year, month, day, weekday):
    """The first such weekday from a date on."""
    date = datetime.date(year, month, day)
    return date + (weekday - date.weekday()) % 7 * DAY


def moved(off, holidays):
    """With the next working day for each of these holidays that lies on a weekend."""
    off = set(off)
    for day in sorted(holidays):
        free = day
        while day.weekday() > 4 and (free.weekday() > 4 or free in off):
            free += DAY
        off.add(free)
    return off


def weekdays(days, year):
    return {day for day in days if day.year == year and day.weekday() < 5}


def northern(year):
    """What Sweden and Finland have in common."""
    sunday, midsummer = easter(year), first(year, 6, 20, 5)
    return fixed(year, (1, 1), (1, 6), (5, 1), (12, 24), (12, 25), (12, 26)) | {
        sunday - 2 * DAY, sunday + DAY, sunday + 39 * DAY, midsummer - DAY}


RULES = {
    "fi": lambda year: northern(year) | fixed(year, (12, 6)),
    "se": lambda year: northern(year) | fixed(year, (6, 6), (12, 31)),
    "gb": lambda year: moved({easter(year) - 2 * DAY, easter(year) + DAY, first(year, 5, 1, 0), first(year, 5, 25, 0),
                              first(year, 8, 25, 0)} | fixed(year, (1, 1), (12, 25), (12, 26)),
                             fixed(year, (1, 1), (12, 25), (12, 26))),
    "hu": lambda year: fixed(year, (1, 1), (3, 15), (5, 1), (8, 20), (10, 23), (11, 1), (12, 25), (12, 26)) | {
        easter(year) - 2 * DAY, easter(year) + DAY, easter(year) + 50 * DAY},
    "ru": lambda year: moved(fixed(year, *((1, day) for day in range(1, 9))),
                             fixed(year, (2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4))),
    "bg": lambda year: moved({orthodox_easter(year) + offset * DAY for offset in (-2, -1, 0, 1)}
                             | fixed(year, (12, 24), (12, 25), (12, 26)),
                             fixed(year, (1, 1), (3, 3), (5, 1), (5, 6), (5, 24), (9, 6), (9, 22), (12, 24), (12, 25), (12, 26))),
}
# What no rule says: decrees of the one year.
DECREED = {
    "bg": {"2026-01-02"},
    "hu": {"2026-01-02", "2026-08-21", "2026-12-24"},
    "ru": {"2026-01-09", "2026-12-31"},
}
WORKED = {"hu": {"2026-01-10", "2026-08-08", "2026-12-12"}}


def dates(texts):
    return {datetime.date.fromisoformat(text) for text in texts}


class Calendars(unittest.TestCase):
    def test_each_country_is_off_when_its_rules_and_decrees_say_so(self):
        for name, rule in RULES.items():
            off, _ = read(name)
            for year in (2026, 2027):
                expected = rule(year) | dates(DECREED.get(name, ()))
                self.assertEqual(weekdays(off, year), weekdays(expected, year), f"{name} {year}")

    def test_only_moved_saturdays_are_worked(self):
        for name in RULES:
            self.assertEqual(read(name)[1], dates(WORKED.get(name, ())), name)

    def test_easter_is_where_it_was_and_will_be(self):
        self.assertEqual([easter(year).isoformat() for year in (2019, 2025, 2026, 2027)],
                         ["2019-04-21", "2025-04-20", "2026-04-05", "2027-03-28"])
        self.assertEqual([orthodox_easter(year).isoformat() for year in (2021, 2024, 2026, 2027)],
                         ["2021-05-02", "2024-05-05", "2026-04-12", "2027-05-02"])


if __name__ == "__main__":
    unittest.main()
