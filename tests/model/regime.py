"""What a profile says, read from its TOML by the schema of profiles/README.md; and the calendar."""
import calendar
import tomllib
from datetime import date, timedelta

SPANS = ("minutes", "days", "business_days")
WINDOWS = ("aggregate", "velocity", "structuring", "in_and_out", "refused")
AGES = ("suspense_age", "transit_age")
TOP = {"name", "version", "currencies", "policy", "caps", "calendar", "classes", "kinds",
       "fee_rules", "flows", "monitors"}
POLICY = {"credit": "on-success", "reserve": "off", "interest_to": "clients", "review_above": None,
          "penalty_ppm_per_day": 0, "partial_repayment": False, "claim_price_min_bp": 0,
          "claim_price_max_bp": 100_000, "transfer_overdue": False, "dormant_after_days": 0,
          "proposal_days": 30}


class Profile:
    """Raises ValueError where the text is none."""

    def __init__(self, text):
        self.text = text
        data = tomllib.loads(text)
        if set(data) - TOP or not isinstance(data.get("version"), int) or data["version"] < 1:
            raise ValueError("not a profile")
        for key, name in (("classes", "number"), ("kinds", "name"), ("flows", "name")):
            if len({row[name] for row in data[key]}) < len(data[key]):
                raise ValueError("declared twice")
        self.version = data["version"]
        self.currencies = data["currencies"]
        self.classes = {c["number"]: c for c in data["classes"]}
        self.kinds = {k["name"]: k for k in data["kinds"]}
        self.policy = {**POLICY, **data.get("policy", {})}
        self.caps = data.get("caps", {})
        self.fee_rules = {r["id"]: r for r in data.get("fee_rules", [])}
        self.flows = {f["name"]: f for f in data["flows"]}
        if "profile_adopt" in self.flows and not self.flows["profile_adopt"].get("four_eyes"):
            raise ValueError("one operator could change the rules alone")
        for monitor in data.get("monitors", []):
            spans = [key for key in SPANS if key in monitor]
            if len(spans) != (monitor["kind"] in WINDOWS + AGES) or (
                    "business_days" in spans and monitor["kind"] not in AGES):
                raise ValueError("one window or age, in business days only ages")
        self.monitors = {m["id"] for m in data.get("monitors", [])}
        self.matrix = {}
        for name, flow in self.flows.items():
            for row in flow.get("matrix", []):
                for debit in row["debit"]:
                    for credit in row["credit"]:
                        self.matrix[name, debit, credit] = row

    def succeeds(self, now):
        """Whether it may follow `now`: a higher version, whose things begin with those of now."""
        def begins(mine, others):
            return list(mine)[:len(others)] == list(others)
        classes = [(c["number"], c["group"], c.get("itemised", False))
                   for c in self.classes.values()]
        was = [(c["number"], c["group"], c.get("itemised", False)) for c in now.classes.values()]
        kinds = [(k["name"], k.get("structural", False), k["accounts"])
                 for k in self.kinds.values()]
        were = [(k["name"], k.get("structural", False), k["accounts"]) for k in now.kinds.values()]
        return (self.version > now.version and begins(self.currencies, now.currencies)
                and begins(classes, was) and begins(kinds, were))

    def fee_limit(self, rule, base):
        return rule.get("fixed", 0) + base * rule.get("basis_points", 0) // 10_000


# Days are texts, 2024-06-30: they compare as they should.


def plus_days(day, days):
    return str(date.fromisoformat(day) + timedelta(days=days))


def days_between(earlier, later):
    return (date.fromisoformat(later) - date.fromisoformat(earlier)).days


def months_later(day, months):
    """The same day, or the last of that month."""
    first = date.fromisoformat(day)
    month = first.year * 12 + first.month - 1 + months
    year, month = month // 12, month % 12 + 1
    if year > 9999:
        return None
    return str(date(year, month, min(first.day, calendar.monthrange(year, month)[1])))
