#!/usr/bin/env python3
"""The operator's first hour, with the real programs: init, serve, every step of a loan by escrowctl,
a kill -9 in between.

Usage: programs_test.py ESCROWD ESCROWCTL
"""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

ESCROWD, ESCROWCTL = sys.argv[1:3]
failures = []


def check(condition, what):
    if not condition:
        failures.append(what)
        print("FAILED:", what)


class Ledger:
    def __init__(self, folder):
        self.data, self.socket = os.path.join(folder, "data"), os.path.join(folder, "s")
        self.daemon = None

    def start(self):
        self.daemon = subprocess.Popen([ESCROWD, "--data", self.data, "--socket", self.socket],
                                       stderr=subprocess.DEVNULL)
        for _ in range(1000):
            if self.ctl("status")[0] == 0:
                return
            time.sleep(0.02)

    def ctl(self, *words, stdin=None):
        run = subprocess.run([ESCROWCTL, "--socket", self.socket, *words], input=stdin, text=True,
                             capture_output=True)
        return run.returncode, run.stdout + run.stderr

    def do(self, expected, *words):
        code, text = self.ctl(*words)
        check(code == expected, f"{' '.join(words)}: exit {code} in place of {expected}: {text}")
        return text


def main():
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(folder)
        ledger.do(69, "status")
        init = [ESCROWD, "--init", "--profile", "cn-2017", "--data", ledger.data, "--business-date",
                "2024-06-30"]
        text = subprocess.run(init, check=True, capture_output=True, text=True).stdout
        check("genesis" in text and "escrowd --data" in text, f"init says {text}")
        check(subprocess.run(init, capture_output=True).returncode == 66, "a second init succeeds")
        check(subprocess.run([ESCROWD, "--nonsense"], capture_output=True).returncode == 64, "usage")
        ledger.start()
        second = subprocess.run([ESCROWD, "--data", ledger.data, "--socket", ledger.socket],
                                capture_output=True)
        check(second.returncode == 69, f"a second daemon: {second.returncode} {second.stderr}")
        for client in ("lender:L1", "lender:L2", "borrower:B1", "channel:alipay"):
            ledger.do(0, "open-account", "--id", "open-" + client, "--client", client)
        deposit = ("deposit", "--id", "d1", "--client", "lender:L1", "--channel", "alipay", "--amount")
        text = ledger.do(0, *deposit, "1000.00")
        check("1000.00 (100000)" in text and "sequence" in text and "hash" in text, text)
        again = ledger.do(0, *deposit, "1000.00")
        check("true" in again, again)
        check("ID_REUSED" in ledger.do(1, *deposit, "1000.01"), "another amount under the same id")
        ledger.do(64, *deposit, "1000.001")
        ledger.do(64, *deposit, "1e3")
        ledger.do(64, "deposit", "--id", "d2")
        ledger.do(0, "settle", "--id", "s1", "--order", "d1", "--amount", "1000.00")
        ledger.do(0, "open-project", "--id", "p1", "--project", "P1", "--borrower", "borrower:B1",
                  "--target", "1000.00", "--contract-hash", "ab" * 32,
                  "--instalments", "2024-07-30:500.00:5.00",
                  "--instalments", "2024-08-30:500.00:2.50")
        text = ledger.do(1, "withdraw", "--id", "w0", "--client", "lender:L1", "--amount", "1000.01")
        check("INSUFFICIENT_FUNDS" in text, text)
        ledger.do(0, "bid", "--id", "b1", "--client", "lender:L1", "--project", "P1", "--amount",
                  "1000")
        ledger.daemon.send_signal(signal.SIGKILL)
        ledger.daemon.wait()
        ledger.start()
        text = ledger.do(0, "disburse", "--id", "x1", "--project", "P1")
        ledger.do(0, "repay", "--id", "r1", "--project", "P1", "--instalment", "1", "--amount",
                  "505.00")
        ledger.do(0, "distribute", "--id", "t1", "--order", "r1")
        check("505.00 (50500)" in ledger.do(0, "balance", "lender:L1:available"), "the repayment")
        ledger.do(0, "cut-off", "--id", "c1", "--opens", "2024-07-01")
        check("505.00" in ledger.do(0, "balance", "lender:L1:available", "--date", "2024-06-30"), "date")
        for words in (("history", "lender:L1:available", "--limit", "3"), ("entry", "1"),
                      ("command", "d1"), ("project", "P1"), ("tb",), ("tb", "--date", "2024-06-30"),
                      ("journal",), ("status",), ("refusals",), ("profile",), ("owner", "lender:L1"),
                      ("account", "custody:bank")):
            check(len(ledger.do(0, *words)) > 20, f"{words} says nothing")
        status = json.loads(ledger.do(0, "--json", "status"))
        check(len(ledger.do(0, "--json", "journal").splitlines()) == status["head"], "the journal")
        ledger.do(1, "account", "nobody:x:y")
        ledger.do(64, "nonsense")
        lines = "".join(json.dumps({"id": f"n{i}", "flow": "deposit", "authority": "bank",
                                    "client": "lender:L2", "channel": "alipay", "amount": 1}) + "\n"
                        for i in range(10000))
        code, text = ledger.ctl("send", "-", stdin=lines + "{broken\n")
        check(code == 1 and "committed 10000" in text and "line 10001" in text, text[-300:])
        ledger.daemon.terminate()
        check(ledger.daemon.wait(30) == 0, "escrowd did not stop with 0")
        check(not os.path.exists(ledger.socket), "the socket is left behind")
    print(f"{len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
