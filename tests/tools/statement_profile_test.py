#!/usr/bin/env python3
"""escrowctl statement profile, as a bank's engineer uses it: list, print, check; no daemon runs.

Usage: statement_profile_test.py ESCROWCTL
"""
import json
import os
import subprocess
import sys
import tempfile

ESCROWCTL = sys.argv[1]
failures = []


def check(condition, what):
    if not condition:
        failures.append(what)
        print("FAILED:", what)


def ctl(*words):
    environment = {k: v for k, v in os.environ.items() if k != "ESCROW_SOCKET"}
    run = subprocess.run([ESCROWCTL, *words], text=True, capture_output=True, env=environment)
    return run.returncode, run.stdout, run.stderr


def main():
    code, out, _ = ctl("statement", "profile", "list")
    check(code == 0 and "norma43" in out and "aleve" in out, "list names what ships")
    with tempfile.TemporaryDirectory() as folder:
        mine = os.path.join(folder, "mine.toml")
        sample = os.path.join(folder, "sample.txt")
        code, text, _ = ctl("statement", "profile", "print", "cn-end-mark")
        check(code == 0 and text.startswith("#"), "print gives the text of a profile")
        with open(mine, "w", encoding="utf-8") as f:
            f.write(text)
        check(ctl("statement", "profile", "check", mine)[0] == 0, "what was printed is a profile")

        with open(sample, "w", encoding="utf-8") as f:
            f.write("PO|2|3.50\nO1|622|N|1.00|r\nO2|622|N|2.50|r\n########\n")
        code, out, _ = ctl("statement", "profile", "check", mine, sample)
        check(code == 0 and out.rstrip().endswith("PROVED"), "a good sample is PROVED: " + out)
        check("        8+1    name                 [N]" not in out and
              "         7+1    name                 [N]" in out, "fields have their byte offsets: " + out)

        with open(sample, "w", encoding="utf-8") as f:
            f.write("PO|2|3.50\nO1|622|N|1.00|r\nO2|622|N|2.49|r\n########\n")
        code, out, _ = ctl("statement", "profile", "check", mine, sample)
        check(code == 1 and "UNPROVED (0.01)" in out and "DIFFERS" in out, "a difference is told")
        code, out, _ = ctl("--json", "statement", "profile", "check", mine, sample)
        found = json.loads(out)
        check(code == 1 and found["verdict"].startswith("UNPROVED (0.01)"), "and in JSON")
        check([t["holds"] for t in found["statements"][0]["totals"]] == [True, False],
              "the totals say which one")

        with open(sample, "w", encoding="utf-8") as f:
            f.write("PO|1|1.00\nO1|622|N|1.00|r|new\n########\n")
        code, out, _ = ctl("statement", "profile", "check", mine, sample)
        check(code == 1 and "layout_mismatch at line 2 (offset 26)" in out and "O1|622|N|1.00|r|new" in out,
              "a new column, with its line: " + out)

        with open(mine, "w", encoding="utf-8") as f:
            f.write(text.replace("role = \"trailer\"", "role = \"trailor\""))
        code, _, err = ctl("statement", "profile", "check", mine)
        check(code == 64 and "line " in err and "'role' cannot be 'trailor'" in err,
              "a fault of the profile has line and key: " + err)
    code, _, err = ctl("statement", "profile", "check", "no-such-profile")
    check(code == 64 and "no such file" in err, "an unknown profile is told")
    code, _, err = ctl("tb")
    check(code == 64 and "--socket" in err, "reads still need a socket")
    print("failures:", len(failures))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
