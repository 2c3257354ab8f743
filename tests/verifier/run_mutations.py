#!/usr/bin/env python3
"""Damages a journal in many random ways; both verifiers must find each, at the right sequence.

    run_mutations.py JOURNAL_MUTATIONS [--count N] [--seed S] [--entries N]

JOURNAL_MUTATIONS is the program of that name. Left out on purpose: entries forged with all later
hashes computed anew, which only a checkpoint tells from the original (JOURNAL_FORMAT.md); what a
verifier says of those is tested in verifier_test.cc and test_verify_journal.py.
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
        python = [sys.executable, str(VERIFIER), str(journal), *checkpoint]
        subprocess.run(python, check=True, stdout=subprocess.DEVNULL)  # whole: it is accepted
        listed = pathlib.Path(folder, "mutations")
        found = subprocess.run([*python, "--mutations", str(listed)], check=True, text=True,
                               stdout=subprocess.PIPE).stdout.split()
        lines = [line for line in listed.read_text("ascii").splitlines()
                 if not line.startswith("#")]
    kinds, wrong = compare(lines, found)
    for line in wrong[:20]:
        print(line)
    print(f"{len(lines)} mutations of a journal of {entries} entries "
          f"({', '.join(f'{n} {kind}' for kind, n in sorted(kinds.items()))}): "
          f"{len(lines) - len(wrong)} found at the right sequence by both verifiers, "
          f"{len(wrong)} not; {time.monotonic() - started:.0f} s")
    return 1 if wrong or len(lines) != options.count else 0


if __name__ == "__main__":
    sys.exit(main())
