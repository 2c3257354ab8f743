"""Schedules of instalments, given or computed. After ledger/domain/flows/RULES.md, "Schedules"."""
from fractions import Fraction

from regime import months_later

METHODS = ("one_time", "interest_first", "equal_instalment", "equal_principal")


def half_up(number):
    return (2 * number + 1) // 2  # of a Fraction: floor(number + 1/2)


def schedule_of(c):
    """[(due, principal, interest)]; None where the terms are none of a schedule."""
    target = c["target"]
    terms = [key for key in ("method", "rate_ppm", "terms", "first_due") if key in c]
    if bool(terms) == ("instalments" in c):
        return None
    if "instalments" in c:
        given = [(i["due"], i["principal"], i["interest"]) for i in c["instalments"]]
        return given if sum(i[1] for i in given) == target else None
    if c.get("method") not in METHODS:
        return None
    rate, months = c.get("rate_ppm", 0), c.get("terms", 0)
    if rate > 10_000_000 or not 1 <= months <= 600 or "first_due" not in c:
        return None
    parts = computed(c["method"], target, Fraction(rate, 12_000_000), months)
    schedule = []
    for number, (principal, interest) in enumerate(parts):
        due = months_later(c["first_due"], number)
        if due is None:
            return None
        if principal + interest:
            schedule.append((due, principal, interest))
    return schedule


def computed(method, target, rate, months):
    if method == "one_time":
        return [(target, half_up(target * rate * months))]
    if method == "interest_first":
        return [(target if k == months else 0, half_up(target * rate))
                for k in range(1, months + 1)]
    whole = Fraction(target, months)
    if rate:
        grown = (1 + rate) ** months
        whole = target * rate * grown / (grown - 1)
    instalment = half_up(whole)
    parts, outstanding = [], target
    for k in range(1, months + 1):
        interest = half_up(outstanding * rate)
        if k == months:
            principal = outstanding
        elif method == "equal_instalment":
            principal = min(instalment - interest, outstanding)
        else:
            principal = target * k // months - target * (k - 1) // months
        parts.append((principal, interest))
        outstanding -= principal
    return parts
