# SPDX-License-Identifier: Apache-2.0
"""Rows that were measured in rounds, what their medians come to beside each other, and the bars they are held to."""
import json
import statistics

import machine
from people import all_succeeded

AT_LEAST, AT_MOST = "at least", "at most"


def say(**facts):
    """One line of JSON."""
    print(json.dumps(facts), flush=True)


class Rows:
    """What was measured is kept for the ratios."""

    def __init__(self, seconds):
        self.seconds = seconds
        self.measured = {}
        self.facts = {}

    def measure(self, name, function, number):
        """One row of one round."""
        result, stolen = machine.undisturbed(lambda: function(self.seconds))
        if "broken" in result and not all_succeeded(result):
            say(skipped=name, why="not every answer is a success", **result)
            return
        say(round=number, row=name, steal_pct=stolen, **result)
        self.measured.setdefault(name, []).append(result)

    def fact(self, what, value, steal=None):
        """Said, and kept for the ratios."""
        self.facts[what] = value
        say(fact=what, value=value, **({"steal_pct": steal.percent()} if steal else {}))

    def median(self, name, key):
        """Of all rounds; None if it was not measured."""
        values = [result[key] for result in self.measured.get(name, ())]
        return statistics.median(values) if values else None

    def over(self, one, other, key="rps", other_key="rps"):
        """One median over another."""
        top, bottom = self.median(one, key), self.median(other, other_key)
        return top / bottom if top is not None and bottom else None

    def ms(self, name, key):
        """A median of microseconds."""
        value = self.median(name, key)
        return value / 1000 if value is not None else None

    def report(self, ratios):
        """Medians, then ratios: (what, value or None, which way, bar)."""
        for name in self.measured:
            say(row=name, median={key: self.median(name, key) for key in ("rps", "p50_us", "p99_us")})
        for what, value, way, bar in ratios:
            if value is None:
                say(ratio=what, bar=f"{way} {bar}", verdict="not measured")
                continue
            reached = value >= bar if way == AT_LEAST else value <= bar
            say(ratio=what, value=round(value, 3), bar=f"{way} {bar}", verdict="pass" if reached else "fail")
