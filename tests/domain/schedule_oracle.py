#!/usr/bin/env python3
"""Recomputes repayment schedules in fractions and compares them with those of the C++ code.

usage: schedule_oracle.py TEST_PROGRAM CASES_FILE

Runs TEST_PROGRAM so that it writes its loans to CASES_FILE, one a line:
    method principal rate_ppm months first_due | due:principal+interest ...
Exit code 0: all agree; 1: a case differs; 2: the program failed.
"""

import calendar
import datetime
import math
import os
import subprocess
import sys
from fractions import Fraction


def half_up(value):
    return math.floor(value + Fraction(1, 2))


def month_after(first, months):
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return datetime.date(year, month + 1, min(first.day, last))


def rows_of(method, principal, rate, months):
    """(principal, interest) of each month; `rate` is a month's, a fraction."""
    if method == "one_time":
        return [(principal, half_up(principal * rate * months))]
    if method == "interest_first":
        interest = half_up(principal * rate)
        return [(0, interest)] * (months - 1) + [(principal, interest)]
    if method == "equal_principal":
        shares = [principal * k // months - principal * (k - 1) // months
                  for k in range(1, months + 1)]
        return [(share, half_up((principal - sum(shares[:k])) * rate))
                for k, share in enumerate(shares)]
    # The annuity by its definition: its present value is the principal.
    if rate:
        discount = 1 / (1 + rate)
        annuity = half_up(principal / (discount * (1 - discount**months) / (1 - discount)))
    else:
        annuity = half_up(Fraction(principal, months))
    rows, owed = [], principal
    for k in range(1, months + 1):
        interest = half_up(owed * rate)
        share = owed if k == months else min(annuity - interest, owed)
        rows.append((share, interest))
        owed -= share
    return rows


def schedule_of(method, principal, rate_ppm, months, first):
    rate = Fraction(int(rate_ppm), 12 * 10**6)
    first = datetime.date.fromisoformat(first)
    rows = rows_of(method, int(principal), rate, int(months))
    return [f"{month_after(first, k)}:{share}+{interest}"
            for k, (share, interest) in enumerate(rows) if share or interest]


def main():
    if len(sys.argv) != 3:
        print(__doc__.strip(), file=sys.stderr)
        return 64
    program, cases = sys.argv[1:]
    done = subprocess.run(
        [program, "--gtest_filter=Schedule.OfRandomLoansAddsUpAndIsWrittenForTheOracle"],
        env={**os.environ, "ESCROW_SCHEDULE_CASES": cases},
        check=False,
    )
    if done.returncode != 0:
        return 2
    loans = instalments = 0
    with open(cases, encoding="ascii") as lines:
        for number, line in enumerate(lines, 1):
            loan, got = line.split("|")
            wanted = schedule_of(*loan.split())
            if wanted != got.split():
                print(f"{cases}:{number}: got {got}, wanted {wanted}", file=sys.stderr)
                return 1
            loans += 1
            instalments += len(wanted)
    print(f"{loans} loans, {instalments} instalments agree")
    return 0 if loans else 2


if __name__ == "__main__":
    sys.exit(main())
