#!/usr/bin/env python3
"""Recomputes allocations with integers of any size and compares them with those of the C++ code.

usage: allocation_oracle.py TEST_PROGRAM CASES_FILE [flows LOANS]

Runs TEST_PROGRAM so that it writes its cases to CASES_FILE, one loan a line:
    weights | dues | 1 if the last due settles the weights | parts, due after due
With `flows` the program is the test of the flows: loans that are bid for, paid out, repaid and
distributed by commands, two lines each, principal and interest.
Exit code 0: all agree, no part is negative, principal is exact and no part is a minor unit off;
1: a case differs or is flawed; 2: the program failed.
"""

import os
import subprocess
import sys
from fractions import Fraction

LOANS = 10_000


def parts_of_due(due, due_so_far, weights, paid):
    """One due: the floor of each exact part, then a unit each to those furthest behind."""
    whole = sum(weights)
    row = [due * w // whole for w in weights]
    behind = [due_so_far * w - (p + r) * whole for w, p, r in zip(weights, paid, row)]
    order = sorted(range(len(weights)), key=lambda i: (-behind[i], i))
    for i in order[: due - sum(row)]:
        row[i] += 1
    return row


def rows_of_loan(weights, dues, settles):
    paid = [0] * len(weights)
    due_so_far = 0
    rows = []
    for k, due in enumerate(dues):
        due_so_far += due
        if settles and k == len(dues) - 1:
            row = [w - p for w, p in zip(weights, paid)]
        else:
            row = parts_of_due(due, due_so_far, weights, paid)
        paid = [p + r for p, r in zip(paid, row)]
        rows += row
    return rows


def flaw_of(rows, weights, dues, settles):
    """What must be true of any loan, whoever computed it; and the worst drift from the exact part."""
    whole, count, worst = sum(weights), len(weights), 0
    paid, due_so_far = [0] * count, 0
    for k, due in enumerate(dues):
        row = rows[k * count:(k + 1) * count]
        due_so_far += due
        if min(row) < 0 or sum(row) != due:
            return f"due {k + 1}: {row} is not of {due}", worst
        paid = [p + r for p, r in zip(paid, row)]
        worst = max(worst, *(abs(due_so_far * w - p * whole) for w, p in zip(weights, paid)))
    worst = Fraction(worst, whole)
    if worst >= 1:
        return f"a part is {float(worst)} off", worst
    if settles and paid != weights:
        return f"principal {paid} is not repaid to {weights}", worst
    return None, worst


def main():
    if len(sys.argv) not in (3, 5):
        print(__doc__.strip(), file=sys.stderr)
        return 64
    program, cases = sys.argv[1:3]
    flows = len(sys.argv) == 5
    lines_wanted = 2 * int(sys.argv[4]) if flows else LOANS
    test = ("AllocationByFlows.LoansAreWrittenForTheOracle" if flows else
            "Allocation.CasesAreWrittenForTheOracle")
    done = subprocess.run(
        [program, f"--gtest_filter={test}"],
        env={**os.environ, "ESCROW_ALLOCATION_CASES": cases,
             "ESCROW_ALLOCATION_LOANS": sys.argv[4] if flows else ""},
        check=False,
    )
    if done.returncode != 0:
        return 2
    count, parts, worst = 0, 0, Fraction(0)
    with open(cases, encoding="ascii") as lines:
        for number, line in enumerate(lines, 1):
            weights, dues, settles, got = (
                [int(word) for word in part.split()] for part in line.split("|")
            )
            wanted = rows_of_loan(weights, dues, settles == [1])
            if wanted != got:
                print(f"{cases}:{number}: got {got}, wanted {wanted}", file=sys.stderr)
                return 1
            flaw, drift = flaw_of(got, weights, dues, settles == [1])
            if flaw:
                print(f"{cases}:{number}: {flaw}", file=sys.stderr)
                return 1
            worst = max(worst, drift)
            count += 1
            parts += len(got)
    what = f"{count // 2} loans through the flows" if flows else f"{count} loans"
    print(f"{what}, {parts} parts agree: none negative, principal exact, drift at most "
          f"{float(worst):.4f}")
    return 0 if count == lines_wanted else 2


if __name__ == "__main__":
    sys.exit(main())
