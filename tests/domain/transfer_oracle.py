#!/usr/bin/env python3
"""Recomputes the allocation of loans whose claims change hands, in fractions, and compares it with
that of the C++ code.

usage: transfer_oracle.py TEST_PROGRAM CASES_FILE [LOANS]

Runs TEST_PROGRAM so that it writes its loans to CASES_FILE, one a line, steps between bars:
    c holder principal                  a claim is created
    t seller buyer principal            a part of a claim is sold
    p principal interest : part yield   a payment, and what each claim got of it, by holder
Exit code 0: all agree; 1: a case differs or drifts; 2: the program failed.
"""

import math
import os
import subprocess
import sys
from fractions import Fraction

CARRY = 2**20  # a carry is kept in these parts of a minor unit, rounded down


class Series:
    """The allocations of principal, or of interest, since the weights last changed."""

    def __init__(self):
        self.due = 0
        self.paid = {}
        self.carry = {}

    def deficit(self, holder, weights, due):
        exact = Fraction(due * weights[holder], sum(weights.values()))
        return exact + self.carry.get(holder, 0) - self.paid.get(holder, 0)

    def split(self, due, weights, room):
        """The floor of each exact part, then a unit each to those furthest behind; no more to
        anyone than there is room for."""
        whole = sum(weights.values())
        parts = {h: min(due * w // whole, room[h]) for h, w in weights.items()}
        left = due - sum(parts.values())
        while left:
            can = [h for h, w in weights.items() if w and parts[h] < room[h]]
            can.sort(key=lambda h: (-(self.deficit(h, weights, self.due + due) - parts[h]), h))
            for holder in can[:left]:
                parts[holder] += 1
            left = due - sum(parts.values())
        self.note(due, parts)
        return parts

    def note(self, due, parts):
        self.due += due
        for holder, part in parts.items():
            self.paid[holder] = self.paid.get(holder, 0) + part

    def carries(self, weights):
        if not any(weights.values()):
            return {}
        return {h: Fraction(math.floor(self.deficit(h, weights, self.due) * CARRY), CARRY)
                for h in weights}

    def restart(self, carry):
        self.due, self.paid, self.carry = 0, {}, carry

    def drift(self, weights):
        return max((abs(self.deficit(h, weights, self.due)) for h, w in weights.items() if w),
                   default=Fraction(0))


class Loan:
    def __init__(self):
        self.owed = {}
        self.weights = {}
        self.principal = Series()
        self.interest = Series()

    def create(self, holder, amount):
        self.owed[holder] = self.weights[holder] = amount

    def transfer(self, seller, buyer, amount):
        carries = [s.carries(self.weights) for s in (self.principal, self.interest)]
        self.owed[seller] -= amount
        self.owed[buyer] = self.owed.get(buyer, 0) + amount
        self.owed = dict(sorted(self.owed.items()))
        self.weights = dict(self.owed)
        for series, carry in zip((self.principal, self.interest), carries):
            series.restart(self.settled(carry))

    def settled(self, carry):
        """A claim that ends leaves its carry to the one that is furthest off the other way."""
        left = {h: carry.get(h, Fraction(0)) for h, w in self.weights.items() if w}
        for holder, w in self.weights.items():
            lost = 0 if w else carry.get(holder, 0)
            if lost > 0 and left:
                left[min(left, key=lambda h: (left[h], h))] += lost
            elif lost < 0 and left:
                left[min(left, key=lambda h: (-left[h], h))] += lost
        return left

    def pay(self, principal, interest):
        if principal == sum(self.owed.values()):
            parts = dict(self.owed)
            self.principal.note(principal, parts)
        else:
            parts = self.principal.split(principal, self.weights, self.owed)
        for holder, part in parts.items():
            self.owed[holder] -= part
        room = dict.fromkeys(self.weights, interest)
        yields = self.interest.split(interest, self.weights, room)
        row = []
        for holder in self.weights:
            row += [parts[holder], yields[holder]]
        return row

    def drift(self):
        interest = self.interest.drift(self.weights)
        if not any(self.owed.values()):
            return interest
        return max(interest, self.principal.drift(self.weights))


def check(line):
    """The number of payments and the worst drift of a loan; an error text if it differs."""
    loan, count, worst = Loan(), 0, Fraction(0)
    for step in line.split("|"):
        words = step.split()
        if not words:
            continue
        if words[0] == "c":
            loan.create(int(words[1]), int(words[2]))
        elif words[0] == "t":
            loan.transfer(*map(int, words[1:4]))
        else:
            wanted = loan.pay(int(words[1]), int(words[2]))
            got = [int(word) for word in words[4:]]
            if wanted != got or min(got) < 0:
                return count, worst, f"payment {count + 1}: got {got}, wanted {wanted}"
            count += 1
            worst = max(worst, loan.drift())
    if any(loan.owed.values()):
        return count, worst, "principal is left"
    return count, worst, None if worst < 2 else f"a claim drifts by {float(worst)}"


def main():
    if len(sys.argv) not in (3, 4):
        print(__doc__.strip(), file=sys.stderr)
        return 64
    program, cases = sys.argv[1:3]
    wanted = int(sys.argv[3]) if len(sys.argv) == 4 else 1_000
    done = subprocess.run(
        [program, "--gtest_filter=AllocationOfTransferredClaims.*"],
        env={**os.environ, "ESCROW_TRANSFER_CASES": cases, "ESCROW_TRANSFER_LOANS": str(wanted)},
        check=False,
    )
    if done.returncode != 0:
        return 2
    loans = payments = transfers = 0
    worst = Fraction(0)
    with open(cases, encoding="ascii") as lines:
        for number, line in enumerate(lines, 1):
            count, drift, error = check(line)
            if error:
                print(f"{cases}:{number}: {error}", file=sys.stderr)
                return 1
            loans += 1
            payments += count
            transfers += line.count("t ")
            worst = max(worst, drift)
    print(f"{loans} loans, {transfers} transfers, {payments} payments agree; "
          f"drift at most {float(worst):.4f}")
    return 0 if transfers and loans == wanted else 2


if __name__ == "__main__":
    sys.exit(main())
