#!/usr/bin/env python3
"""An operator's harder days, by escrowctl against the real daemon: two operators, freezes and a halt,
courts that wait in line, and the day-roll that marks, ends and serves what is due.

    operator_test.py FOLDER_OF_PROGRAMS
"""

import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAMS = pathlib.Path()


class Ledger(unittest.TestCase):
    profile = "cn-2017"
    clients = ("channel:bank", "lender:L1", "lender:L2", "borrower:B1")

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="escrow-operator-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.socket = self.folder / "s"
        subprocess.run([PROGRAMS / "escrowd", "--init", "--data", self.folder / "d", "--profile", self.profile,
                        "--business-date", "2017-03-01"], check=True, capture_output=True)
        daemon = subprocess.Popen([PROGRAMS / "escrowd", *self.settings(), "--data", self.folder / "d",
                                   "--socket", self.socket], stderr=subprocess.DEVNULL)
        self.addCleanup(lambda: (daemon.terminate(), self.assertEqual(daemon.wait(30), 0)))
        deadline = time.monotonic() + 30
        while self.run_ctl("status").returncode != 0:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)
        for code in self.clients:
            self.do(f"open-account --id open-{code} --client {code}")

    def settings(self):
        return []

    def run_ctl(self, *words):
        return subprocess.run([PROGRAMS / "escrowctl", "--socket", self.socket, *words], text=True,
                              capture_output=True, stdin=subprocess.DEVNULL, timeout=60, check=False)

    def do(self, line, code=0):
        done = self.run_ctl(*line.split())
        self.assertEqual(done.returncode, code, f"{line}: {done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def get(self, line):
        return json.loads(self.do("--json " + line))

    def pay_in(self, number, client, amount):
        self.do(f"deposit --id d{number} --client {client} --channel bank --amount {amount}")
        self.do(f"settle --id s{number} --order d{number} --amount {amount}")

    def cut_off(self, opens):
        self.do(f"cut-off --id c-{opens} --opens {opens}")

    def balance(self, account):
        return self.get(f"balance {account}")["balance"]



class Operator(Ledger):
    # --- four eyes -------------------------------------------------------------------------------
    def test_what_one_proposes_another_approves(self):
        self.do("freeze --id f1 --client lender:L1 --reason suspicion")
        self.do("withdraw --id w1 --client lender:L1 --amount 1.00", code=1)
        unfreeze = "unfreeze --client lender:L1 --reason cleared"
        self.assertIn("MISSING_FIELD", self.do(f"{unfreeze} --id u0", code=1))
        self.assertIn("NEEDS_TWO_OPERATORS", self.do(f"{unfreeze} --id u1 --operator ann", code=1))
        self.assertIn("--operator", self.do(f"{unfreeze} --id v1 --propose", code=64))
        self.do(f"{unfreeze} --id v1 --propose --operator ann")
        row, = self.get("proposals")["proposals"]
        self.assertEqual((row["proposal"], row["maker"], row["command"]["flow"]), ("v1", "ann", "unfreeze"))
        self.assertIn("SAME_OPERATOR", self.do("approve --id a1 --proposal v1 --operator ann", code=1))
        self.do("approve --id a2 --proposal v1 --operator bob")
        self.assertEqual(self.get("proposals")["proposals"], [])
        self.assertFalse(self.get("owner lender:L1")["frozen"])

    def test_amounts_documents_and_whole_commands_are_typed(self):
        self.do("owner-update --id v1 --client borrower:B1 --elsewhere 1234.50 --propose --operator ann")
        self.do("approve --id a1 --proposal v1 --operator bob")
        self.assertEqual(self.get("owner borrower:B1")["elsewhere"], 123450)
        self.do("owner-update --id v2 --client borrower:B1 --elsewhere 0 --propose --operator ann")
        self.do("approve --id a2 --proposal v2 --operator bob")
        self.assertEqual(self.get("owner borrower:B1")["elsewhere"], 0)
        rules = self.folder / "rules.toml"
        text = self.do("profile")
        rules.write_text(text.replace("version = 1", "version = 2", 1), "utf-8")
        self.do(f"profile-adopt --id v3 --profile {rules} --propose --operator ann")
        self.do("approve --id a3 --proposal v3 --operator bob")
        self.assertIn("version = 2", self.do("profile"))
        self.do(f"profile-adopt --id v4 --profile {rules}.none --propose --operator ann", code=64)
        command = {"flow": "unfreeze", "authority": "operators", "client": "lender:L1", "reason": "x"}
        done = self.run_ctl("propose", "--id", "v5", "--operator", "ann", "--proposed", json.dumps(command))
        self.assertIn("ALREADY_IN_STATE", done.stderr)

    def test_a_halt_stops_everything_until_two_resume(self):
        self.do("halt --id h1 --reason breach --operator ann")
        self.assertIn("HALTED", self.do("deposit --id d1 --client lender:L1 --channel bank --amount 1", 69))
        self.do("resume --id v1 --reason mended --propose --operator ann")
        self.do("approve --id a1 --proposal v1 --operator bob")
        self.pay_in(1, "lender:L1", "1.00")

    # --- courts ----------------------------------------------------------------------------------
    def test_courts_are_served_in_their_order_from_what_comes_in(self):
        self.pay_in(1, "lender:L1", "100.00")
        for number, amount in ((1, "150.00"), (2, "80.00"), (3, "10.00")):
            self.do(f"judicial-freeze --id j{number} --client lender:L1 --amount {amount} --evidence c{number} "
                    "--expires 2017-12-31")
        self.assertEqual([h["remaining"] for h in self.get("holds --kind judicial")["holds"]], [10000])
        self.assertIn("nothing is due", self.do("day-roll"))
        self.do("deposit --id d2 --client lender:L1 --channel bank --amount 100.00")
        self.assertIn("nothing is due", self.do("day-roll"), "money that is not settled serves no court")
        self.do("settle --id s2 --order d2 --amount 100.00")
        self.assertIn("INSUFFICIENT_FUNDS", self.do("withdraw --id w1 --client lender:L1 --amount 1", 1))
        self.assertIn("committed 2,", self.do("day-roll"))
        frozen = {h["order"]: h["remaining"] for h in self.get("holds --kind judicial")["holds"]}
        self.assertEqual(frozen, {"j1": 15000, "j2": 5000})
        waiting = {h["order"]: h["remaining"] for h in self.get("holds --kind judicial_waiting")["holds"]}
        self.assertEqual(waiting, {"j2": 3000, "j3": 1000})
        self.cut_off("2017-03-02")
        self.pay_in(3, "lender:L1", "50.00")
        self.assertIn("committed 2,", self.do("day-roll"))
        self.assertEqual(self.balance("lender:L1:frozen"), 15000 + 8000 + 1000)
        self.assertEqual(self.balance("lender:L1:available"), 1000)
        # What a court takes goes by the bank, and back to the court's hold if the bank cannot pay.
        self.do("judicial-deduct --id t1 --order j1 --amount 100.00 --evidence c4")
        self.do("withdraw-fail --id t2 --order t1")
        self.assertEqual(self.balance("lender:L1:frozen"), 24000)

    # --- the day-roll ----------------------------------------------------------------------------
    def test_the_day_roll_marks_and_ends_what_is_due_once(self):
        self.pay_in(1, "lender:L1", "1000.00")
        self.do("open-project --id p1 --project P1 --borrower borrower:B1 --target 500.00 --contract-hash "
                f"{'ab' * 32} --method equal_principal --rate-ppm 120000 --terms 2 --first-due 2017-03-05")
        self.do("bid --id b1 --client lender:L1 --project P1 --amount 500.00")
        self.do("disburse --id x1 --project P1")
        self.do("judicial-freeze --id j1 --client lender:L1 --amount 600.00 --evidence c --expires 2017-03-05")
        self.do("reward --id w1 --client lender:L1 --amount 1.00", code=1)
        self.do("freeze --id f1 --client lender:L2 --reason x")
        self.do("unfreeze --id v1 --client lender:L2 --reason y --propose --operator ann")
        self.cut_off("2017-03-05")
        self.assertIn("nothing is due", self.do("day-roll"), "the last day is not over")
        self.cut_off("2017-03-07")
        row, = self.get("late")["projects"]
        self.assertEqual((row["project"], row["days"]), ("P1", 2))
        text = self.do("day-roll")
        for flow in ("overdue", "proposal_expire", "hold_expire"):
            self.assertRegex(text, rf"{flow} +committed 1, replayed 0, refused 0")
        self.assertEqual(self.get("late")["projects"], [])
        self.assertEqual(len(self.get("late --marked")["projects"]), 1)
        self.assertEqual(self.balance("lender:L1:available"), 50000)
        self.assertIn("nothing is due", self.do("day-roll"))
        self.assertIn("PROPOSAL_CLOSED", self.do("approve --id a1 --proposal v1 --operator bob", code=1))
        quote = self.get("quote P1")
        self.do(f"deposit --id d9 --client borrower:B1 --channel bank --amount {quote['amount'] / 100}")
        self.do(f"repay-early --id r1 --project P1 --amount {quote['amount'] / 100}")
        self.assertEqual(self.get("hold-of r1 --kind repayment")["remaining"], quote["amount"])
        self.assertIn("lender:L1", self.get("owners --limit 50")["owners"])


class Marketplace(Ledger):
    """The general case: buyer, seller, fee, refund, dispute, under the example profile."""

    profile = "marketplace"
    clients = ("channel:bank", "buyer:B", "seller:S")

    def balances(self):
        return [self.balance(account) for account in
                ("buyer:B:available", "buyer:B:frozen", "seller:S:available", "platform:fee")]

    def test_a_sale_is_held_captured_in_parts_refunded_and_disputed(self):
        self.pay_in(1, "buyer:B", "100.00")
        self.do("hold --id h1 --client buyer:B --beneficiary seller:S --amount 60.00 --expires 2017-03-10")
        self.do("capture --id c1 --order h1 --amount 60.01", code=1)
        self.do("capture --id c2 --order h1 --amount 25.00 --fee 1.25 --fee-rule sale")
        self.do("release --id r1 --order h1 --amount 5.00")
        self.assertEqual(self.balances(), [4500, 3000, 2375, 125])
        # They disagree about the rest: nobody but operators moves it, not even when its day is over.
        self.do("dispute --id q1 --order h1 --reason broken")
        self.assertIn("IN_DISPUTE", self.do("capture --id c3 --order h1 --amount 1.00", code=1))
        self.cut_off("2017-03-20")
        self.assertIn("nothing is due", self.do("day-roll"))
        alone = "capture --order h1 --amount 10.00 --authority operators --operator ann"
        self.assertIn("NEEDS_TWO_OPERATORS", self.do(alone + " --id c4", code=1))
        self.do(alone + " --id v1 --propose")
        self.do("approve --id c6 --proposal v1 --operator bob")
        self.do("release --id v2 --order h1 --amount 20.00 --authority operators --operator ann --propose")
        self.do("approve --id r2 --proposal v2 --operator bob")
        self.assertEqual(self.balances(), [6500, 0, 3375, 125])
        # A refund after the sale is the seller's hold for the buyer.
        self.do("hold --id h2 --client seller:S --beneficiary buyer:B --amount 10.00")
        self.do("capture --id c5 --order h2 --amount 10.00 --authority platform")
        self.assertEqual(self.balances(), [7500, 0, 2375, 125])
        # What nobody claims goes back after its day.
        self.do("hold --id h3 --client buyer:B --beneficiary seller:S --amount 5.00 --expires 2017-03-20")
        self.cut_off("2017-03-21")
        self.assertRegex(self.do("day-roll"), r"hold_expire +committed 1, replayed 0, refused 0")
        self.assertEqual(self.balances(), [7500, 0, 2375, 125])


class Peers(unittest.TestCase):
    def start(self, peers):
        with tempfile.TemporaryDirectory(prefix="escrow-peers-") as folder:
            config = pathlib.Path(folder) / "escrowd.toml"
            config.write_text(f'[engine]\ndata = "{folder}/none"\n[server]\nsocket = "{folder}/s"\n{peers}', "utf-8")
            done = subprocess.run([PROGRAMS / "escrowd", "--config", config], text=True,
                                  capture_output=True, timeout=30, check=False)
            return done.returncode, done.stdout + done.stderr

    def test_a_user_is_one_operator_and_a_group_none(self):
        head = '[[peers]]\nroles = ["operator"]\n'
        for peers, why in ((head + 'uid = 7\noperators = ["ann", "bob"]\n', "several operators"),
                           (head + 'uid = 7\noperators = ["*"]\n', "several operators"),
                           (head + 'gid = 7\noperators = ["ann"]\n', "a group is no operator"),
                           (2 * (head + 'uid = 7\noperators = ["ann"]\n'), None),
                           (head + 'uid = 7\noperators = ["ann"]\n' + head + 'uid = 7\noperators = ["bob"]\n',
                            "several operators"),
                           (head + 'uid = 7\noperators = ["ann"]\nrelay = 1\n', "true or false"),
                           (head + 'uid = 7\noperators = ["ann"]\n' + head + 'uid = 8\noperators = ["bob"]\n', None),
                           (head + 'gid = 7\noperators = ["*"]\nrelay = true\n', None)):
            code, text = self.start(peers)
            if why is None:
                self.assertIn("holds no ledger", text)
            else:
                self.assertIn(why, text)
                self.assertIn("line ", text)
            self.assertEqual(code, 66, text)


class FourEyesByKey(Ledger):
    """One user of the machine, several operators: each has a key, and the name alone is nothing."""

    def settings(self):
        for name, algorithm in (("alice", "ED25519"), ("bob", "ED25519"), ("rsa", "RSA")):
            private = self.folder / f"{name}.key"
            subprocess.run(["openssl", "genpkey", "-algorithm", algorithm, "-out", private], check=True,
                           capture_output=True)
            private.chmod(0o600)
            subprocess.run(["openssl", "pkey", "-in", private, "-pubout", "-out",
                            self.folder / f"{name}.pem"], check=True)
        self.config = self.folder / "escrowd.toml"
        self.config.write_text(self.operators(("alice", "alice"), ("bob", "bob")))
        return ["--config", self.config]

    @staticmethod
    def operators(*named):
        text = "".join(f'[[operators]]\nname = "{name}"\nkey = "{key}.pem"\n' for name, key in named)
        return text + (f'[[peers]]\nuid = {os.geteuid()}\nroles = ["platform", "operator", "bank"]\n'
                       'operators = ["*"]\nrelay = true\n')

    def signed(self, name, key, line, code=0):
        return self.do(f"--sign-as {name} --sign-key {self.folder / key}.key {line}", code)

    def test_an_approval_needs_another_key_not_only_another_name(self):
        self.pay_in(1, "lender:L1", "100.00")
        ask = "freeze --id f1 --client lender:L1 --reason inquiry"
        self.do(ask)
        propose = "unfreeze --propose --id p1 --client lender:L1 --reason done --operator alice"
        self.assertIn("did not sign the request", self.do(propose, 1))
        self.assertIn("did not sign", self.signed("alice", "bob", propose, 1))
        self.assertIn("did not sign", self.signed("bob", "bob", propose, 1))
        self.signed("alice", "alice", propose)
        approve = "approve --id a1 --proposal p1 --operator bob"
        for name, key in (("alice", "alice"), ("bob", "alice")):
            self.assertIn("OPERATOR_FORBIDDEN", self.signed(name, key, approve, 1))
        self.assertIn("SAME_OPERATOR", self.signed("alice", "alice", "approve --id a0 --proposal p1 "
                                                                     "--operator alice", 1))
        self.signed("bob", "bob", approve)
        self.assertNotIn("frozen", json.dumps(self.get("owner lender:L1")["flags"])
                         if "flags" in self.get("owner lender:L1") else "")
        self.do("withdraw --id w1 --client lender:L1 --amount 1.00")

    def test_a_signature_is_of_one_body(self):
        body = {"id": "p9", "flow": "halt", "authority": "operators", "operator": "alice", "reason": "drill"}
        text = json.dumps(body).encode()
        (self.folder / "body").write_bytes(text)
        signature = subprocess.run(["openssl", "pkeyutl", "-sign", "-inkey", self.folder / "alice.key", "-rawin",
                                    "-in", self.folder / "body"], check=True, capture_output=True).stdout
        for sent, header, status in [
                (text.replace(b"drill", b"drift"), base64.b64encode(signature), "403"),
                (text, b"!!!", "403"), (text, b"", "403"),
                (text, base64.b64encode(signature), "200")]:
            done = subprocess.run(
                ["curl", "-s", "-o", self.folder / "answer", "-w", "%{http_code}", "--unix-socket", self.socket,
                 "-H", "Content-Type: application/json", "-H",
                 "Escrow-Operator-Signature: alice " + header.decode(), "--data-binary", "@-",
                 "http://localhost/v1/commands"], input=sent, check=True, capture_output=True)
            self.assertEqual(done.stdout.decode(), status, (self.folder / "answer").read_text())

    def test_settings_of_operators_are_refused_by_line(self):
        for text, wanted in [
            (self.operators(("alice", "alice"), ("bob", "alice")), "line 4: bob has the key of alice"),
            (self.operators(("alice", "alice"), ("alice", "bob")), "line 4: the operator stands twice"),
            (self.operators(("alice", "rsa")), "rsa.pem: not an Ed25519 key"),
            (self.operators(("alice", "none")), "line 1: none.pem: "),
            ('[[operators]]\nname = "alice"\n', "line 1: key 'key' is missing"),
        ]:
            with self.subTest(text=text):
                self.config.write_text(text)
                done = subprocess.run([PROGRAMS / "escrowd", "--config", self.config, "--data", self.folder / "d",
                                       "--socket", self.folder / "t"], capture_output=True, text=True,
                                      timeout=20, check=False)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(wanted, done.stderr)


if __name__ == "__main__":
    PROGRAMS = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
