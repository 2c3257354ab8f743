#!/usr/bin/env python3
"""Recomputes allocations with integers of any size and compares them with those of the C++ code.

usage: allocation_oracle.py TEST_PROGRAM CASES_FILE

Runs TEST_PROGRAM so that it writes its cases to CASES_FILE, one loan a line:
    weights | dues | 1 if the last due settles the weights | parts, due after due
Exit code 0: all agree; 1: a case differs; 2: the program failed.
"""

import os
import subprocess
import sys


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


def main():
    if len(sys.argv) != 3:
        print(__doc__.strip(), file=sys.stderr)
        return 64
    program, cases = sys.argv[1:]
    done = subprocess.run(
        [program, "--gtest_filter=Allocation.CasesAreWrittenForTheOracle"],
        env={**os.environ, "ESCROW_ALLOCATION_CASES": cases},
        check=False,
    )
    if done.returncode != 0:
        return 2
    count = parts = 0
    with open(cases, encoding="ascii") as lines:
        for number, line in enumerate(lines, 1):
            weights, dues, settles, got = (
                [int(word) for word in part.split()] for part in line.split("|")
            )
            wanted = rows_of_loan(weights, dues, settles == [1])
            if wanted != got:
                print(f"{cases}:{number}: got {got}, wanted {wanted}", file=sys.stderr)
                return 1
            count += 1
            parts += len(got)
    print(f"{count} loans, {parts} parts agree")
    return 0 if count else 2


if __name__ == "__main__":
    sys.exit(main())
