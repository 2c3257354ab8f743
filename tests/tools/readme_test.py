#!/usr/bin/env python3
"""README.md as a newcomer runs it: all its shell blocks but the build, in one shell, in order.

    readme_test.py ROOT FOLDER_OF_PROGRAMS
"""

import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(sys.argv[1]).resolve()
PROGRAMS = pathlib.Path(sys.argv[2]).resolve()

# What the output must say, in this order.
EXPECTED = (
    r"genesis +[0-9a-f]{64}",
    r"status +committed",
    r"6000\.00 \(600000\)",
    r"replayed +true",
    r"ID_REUSED",
    r"AUTHORITY_FORBIDDEN",
    r"INSUFFICIENT_FUNDS",
    r'"id":"W2","status":"committed"',
    r'"balance":500000',
    r"LOAN-1",
    r"equal_instalment|instalments",
    r"SAME_OPERATOR",
    r"HALTED",
    r'"rule":"day-cash"',
    r"nothing is due",
    r"planted missing",
    r"accepted",
    r"exit code 1",
    r"2017-03-01 .*CLEAN",
    r"2017-03-03 .*BREAKS",
    r"AMOUNT_DIFF",
    r"exit code 1",
    r"3 open breaks",
    r"identical",
    r"conflict",
    r'"reason":"',
    r"OK \d+ entries",
    r"bytes to ",
    r"OK \d+ entries",
    r"entries \d+",
    r"INTEGRITY FAILURE entry \d+",
    r"exit code 2",
    r"OK \d+ entries",
    r"a checkpoint of \d+ entries was kept",
    r"exit code 2",
    r"2001",
    r"difference +0\.00",
    r"W2",
    r"EQUAL",
    r"# export: disclosure",
    r"# lent: principal",
    r"closing,",
    r"withdraw_pay,P2",
    r"manifest.json: OK",
    r"Assets:1001",
    r"debits = credits",
)


def main():
    text = (ROOT / "README.md").read_text("utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    script = "\n".join(block for block in blocks if "cmake" not in block)
    with tempfile.TemporaryDirectory(prefix="escrow-readme-") as folder:
        environment = dict(os.environ, PATH=f"{PROGRAMS}:{os.environ['PATH']}", W=folder,
                           PYTHONDONTWRITEBYTECODE="1")
        # The shell leads a group of its own, so that nothing outlives a test that hangs.
        shell = subprocess.Popen(["bash", "-s"], cwd=ROOT, env=environment, text=True,
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, start_new_session=True)
        try:
            output, _ = shell.communicate(script, timeout=120)
        except subprocess.TimeoutExpired:
            os.killpg(shell.pid, signal.SIGKILL)
            output, _ = shell.communicate()
            output += "\nreadme_test: not done after 120 s"
    print(output)
    at = 0
    for pattern in EXPECTED:
        found = re.compile(pattern).search(output, at)
        if not found:
            print(f"readme_test: nothing matches {pattern!r} from here on: {output[at:at + 300]!r}")
            return 1
        at = found.end()
    for wrong in ("command not found", "No such file", "Usage:", "not expected"):
        if wrong in output:
            print(f"readme_test: the output says {wrong!r}")
            return 1
    print(f"readme_test: {len(blocks)} blocks, as written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
