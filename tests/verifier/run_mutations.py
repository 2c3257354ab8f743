#!/usr/bin/env python3
"""Damages a journal in many random ways; both verifiers must find each, at the right sequence.

    run_mutations.py JOURNAL_MUTATIONS [--count N] [--seed S] [--entries N]

JOURNAL_MUTATIONS is the program of that name. Entries that are changed and sealed anew are another
matter: unless the books are broken, only a checkpoint tells them from the original
(JOURNAL_FORMAT.md). Of those it is checked that whatever the independent verifier refuses, our own
refuses, which knows more rules.
"""

import argparse
import collections
import pathlib
import random
import subprocess
import sys
import tempfile
import time

VERIFIER = pathlib.Path(__file__).with_name("verify_journal.py")


def compare(expected_and_ours, theirs):
    """Counts by kind and the lines in which the three figures are not one."""
    kinds, wrong = collections.Counter(), []
    for line, (claim, python) in enumerate(zip(expected_and_ours, theirs, strict=True), 1):
        kind_and_expected, ours = claim.split()[:2]
        kind, _, expected = kind_and_expected.partition(":")
        kinds[kind] += 1
        if not expected == ours == python or expected == "0":
            wrong.append(f"mutation {line} ({kind}): expected {expected}, "
                         f"verifier {ours}, verify_journal.py {python}")
    return kinds, wrong


def compare_forgeries(ours_claimed, theirs):
    """How many were refused by us and by them, and the lines in which only they refused."""
    refused, wrong = [0, 0], []
    for line, (claim, python) in enumerate(zip(ours_claimed, theirs, strict=True), 1):
        expected_of_kind, ours = claim.split()[:2]
        expected = expected_of_kind.partition(":")[2]
        refused[0] += ours != "0"
        refused[1] += python != "0"
        if ours not in ("0", expected) or python not in ("0", ours):
            wrong.append(f"forgery {line}: of {expected}, verifier {ours}, "
                         f"verify_journal.py {python}")
    return refused, wrong


def read_list(path):
    return [line for line in path.read_text("ascii").splitlines() if not line.startswith("#")]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**31))
    parser.add_argument("--entries", type=int, default=200)
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([options.program, folder, str(options.count), str(options.seed),
                        str(options.entries)], check=True)
        journal = pathlib.Path(folder, "a.journal")
        entries, head, root = pathlib.Path(folder, "checkpoint").read_text("ascii").split()
        checkpoint = ["--expect-entries", entries, "--expect-head", head, "--expect-root", root]
        python = [sys.executable, str(VERIFIER), str(journal)]
        # Whole, it is accepted.
        subprocess.run([*python, *checkpoint], check=True, stdout=subprocess.DEVNULL)

        def found(name, *arguments):
            listed = pathlib.Path(folder, name)
            result = subprocess.run([*python, *arguments, "--mutations", str(listed)], check=True,
                                    text=True, stdout=subprocess.PIPE)
            return read_list(listed), result.stdout.split()

        lines, theirs = found("mutations", *checkpoint)
        forged, forged_theirs = found("forgeries")
    kinds, wrong = compare(lines, theirs)
    refused, wrong_forgeries = compare_forgeries(forged, forged_theirs)
    for line in wrong[:20] + wrong_forgeries[:20]:
        print(line)
    print(f"{len(lines)} mutations of a journal of {entries} entries "
          f"({', '.join(f'{n} {kind}' for kind, n in sorted(kinds.items()))}): "
          f"{len(lines) - len(wrong)} found at the right sequence by both verifiers, "
          f"{len(wrong)} not")
    print(f"{len(forged)} entries changed and sealed anew: {refused[0]} refused by the verifier, "
          f"{refused[1]} by verify_journal.py, {len(wrong_forgeries)} only by it; "
          f"{time.monotonic() - started:.0f} s")
    return 1 if wrong or wrong_forgeries or len(lines) != options.count else 0


if __name__ == "__main__":
    sys.exit(main())
