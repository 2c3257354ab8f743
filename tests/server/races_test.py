#!/usr/bin/env python3
"""1,000 captures, releases and cancellations of one hold, over 64 connections at once, against the
real daemon. Never more than was held may leave it, and the answers, the journal and the balances must
tell the same story.

The rules for such holds are adopted first, by two operators, while the daemon runs.

Usage: races_test.py ESCROWD RECON PROFILE [SEED]
"""
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time

ESCROWD, RECON, PROFILE = sys.argv[1:4]
VERIFIER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "verifier",
                        "verify_journal.py")
SEED = int(sys.argv[4]) if len(sys.argv) > 4 else 20170301
CONNECTIONS, COMMANDS, HELD = 64, 1000, 100_000
RULES = """
[[fee_rules]]
id = "sellers-fee"
payer = "borrower"
flow = "capture"
basis_points = 1000
[[flows]]
name = "hold"
authorities = ["client"]
roles = ["platform"]
matrix = [{ debit = [2001], credit = [2002], same_owner = true }]
[[flows]]
name = "capture"
authorities = ["client"]
roles = ["platform"]
matrix = [{ debit = [2002], credit = [2011] }, { debit = [2011], credit = [3004], fee_rule = true }]
[[flows]]
name = "release"
authorities = ["client"]
roles = ["platform"]
matrix = [{ debit = [2002], credit = [2001], same_owner = true }]
"""


class Client:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(60)
        self.socket.connect(path)
        self.buffer = b""

    def request(self, method, target, body=b""):
        head = (f"{method} {target} HTTP/1.1\r\nHost: ledger\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n").encode()
        self.socket.sendall(head + body)
        while b"\r\n\r\n" not in self.buffer:
            self.fill()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        size = 0
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                size = int(value)
        while len(self.buffer) < size:
            self.fill()
        answer, self.buffer = self.buffer[:size], self.buffer[size:]
        return int(head.split(b" ")[1]), json.loads(answer)

    def send(self, command):
        status, answers = self.request("POST", "/v1/commands", json.dumps([command]).encode())
        return status, answers[0]

    def fill(self):
        piece = self.socket.recv(1 << 18)
        if not piece:
            raise SystemExit("the daemon closed the connection")
        self.buffer += piece


def need(condition, what):
    if not condition:
        raise SystemExit(f"FAILED (seed {SEED}): {what}")


def committed(to, **command):
    status, answer = to.send(command)
    need(status == 200 and answer["status"] == "committed", f"{command['id']}: {answer}")


def prepare(client):
    with open(PROFILE, encoding="utf-8") as file:
        rules = file.read().replace("version = 1", "version = 2", 1) + RULES
    committed(client, id="v1", flow="propose", authority="operators", operator="ann",
              proposed={"flow": "profile_adopt", "authority": "operators", "profile": rules})
    committed(client, id="a1", flow="approve", authority="operators", operator="bob", proposal="v1")
    for code in ("channel:one", "lender:L", "borrower:B"):
        committed(client, id=f"open-{code}", flow="open_account", authority="platform", client=code)
    committed(client, id="d", flow="deposit", authority="bank", client="lender:L",
              channel="one", amount=HELD)
    committed(client, id="s", flow="settle", authority="bank", order="d", amount=HELD)
    committed(client, id="h", flow="hold", authority="client", client="lender:L",
              beneficiary="borrower:B", amount=HELD)


def commands(chance):
    """Together they ask for about three times of what is held; some cancel all of it."""
    asked = []
    for number in range(COMMANDS):
        draw = chance.random()
        command = {"id": f"r{number}", "authority": "client", "order": "h"}
        if draw < 0.02:
            command |= {"flow": "release", "amount": HELD}
        elif draw < 0.4:
            command |= {"flow": "release", "amount": chance.randrange(1, 600)}
        else:
            amount = chance.randrange(11, 600)
            command |= {"flow": "capture", "amount": amount}
            if draw > 0.8:
                command |= {"fee": chance.randrange(1, amount // 10 + 1), "fee_rule": "sellers-fee"}
        asked.append(command)
    return asked


def race(path, asked):
    answers = {}
    start = threading.Barrier(CONNECTIONS)

    def run(part):
        client = Client(path)
        start.wait()
        for command in part:
            answers[command["id"]] = client.send(command)

    threads = [threading.Thread(target=run, args=(asked[i::CONNECTIONS],))
               for i in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def sums_of_answers(asked, answers):
    captured = released = fees = refused = 0
    for command in asked:
        status, answer = answers[command["id"]]
        if answer["status"] == "committed":
            need(status == 200, f"{command['id']}: HTTP {status}")
            captured += command["amount"] if command["flow"] == "capture" else 0
            released += command["amount"] if command["flow"] == "release" else 0
            fees += command.get("fee", 0)
        else:
            name = answer["refusal"]["name"]
            need(name in ("AMOUNT_MISMATCH", "ORDER_CLOSED"), f"{command['id']}: {name}")
            refused += 1
    return captured, released, fees, refused


def sums_of_journal(client, asked):
    wanted = {command["id"]: command for command in asked}
    left, captured, released = HELD, 0, 0
    seen = set()
    lines = read_journal(client)
    for line in lines:
        entry = line["entry"]
        command = wanted.get(entry["command_id"])
        if command is None:
            continue
        need(entry["command_id"] not in seen, f"{entry['command_id']} is in the journal twice")
        seen.add(entry["command_id"])
        for change in entry.get("holds", ()):
            left -= change["amount"]
            captured += change["amount"] if change["op"] == "capture" else 0
            released += change["amount"] if change["op"] == "release" else 0
            need(left >= 0, f"entry {line['sequence']}: {-left} more than was held")
    need(seen == set(wanted), "a command is not in the journal")
    return captured, released, left


def read_journal(client):
    # The stream has no length: a connection of its own, read to its end.
    reader = Client(client.socket.getpeername())
    reader.socket.sendall(b"GET /v1/journal HTTP/1.0\r\nHost: ledger\r\n\r\n")
    data = b""
    while piece := reader.socket.recv(1 << 18):
        data += piece
    return [json.loads(line) for line in data.split(b"\r\n\r\n", 1)[1].splitlines() if line]


def balance(client, code):
    _, account = client.request("GET", f"/v1/accounts/{code}")
    return account["balance"]


def main():
    print(f"seed {SEED}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        data, path = os.path.join(folder, "data"), os.path.join(folder, "s")
        subprocess.run([ESCROWD, "--init", "--profile", "cn-2017", "--data", data,
                        "--business-date", "2024-06-30"], check=True, stdout=subprocess.DEVNULL)
        daemon = subprocess.Popen([ESCROWD, "--data", data, "--socket", path],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            for _ in range(1000):
                if os.path.exists(path):
                    break
                time.sleep(0.02)
            client = Client(path)
            prepare(client)
            asked = commands(random.Random(SEED))
            answers = race(path, asked)
            captured, released, fees, refused = sums_of_answers(asked, answers)
            need(captured > 0 and released > 0 and refused > 0, "it was no race")
            in_journal = sums_of_journal(client, asked)
            left = HELD - captured - released
            need(left >= 0, f"{-left} more than was held")
            need(in_journal == (captured, released, left),
                 f"answers {captured} {released} {left}, journal {in_journal}")
            books = [balance(client, code) for code in
                     ("lender:L:frozen", "lender:L:available", "borrower:B:available",
                      "platform:fee", "custody:bank")]
            need(books == [left, released, captured - fees, fees, HELD], f"balances {books}")
            for command in asked:  # every answer again, from the journal
                first, again = answers[command["id"]][1], client.send(command)[1]
                need(again["replayed"] and all(again.get(key) == first.get(key) for key in
                                               ("status", "sequence", "hash", "refusal")),
                     f"{command['id']}: {first} is now {again}")
        finally:
            daemon.terminate()
            stopped = daemon.wait(60)
        need(stopped == 0, f"escrowd stopped with {stopped}")
        for check in ("verify", "rebuild"):
            done = subprocess.run([RECON, check, "--ledger", data], capture_output=True, text=True,
                                  check=False)
            need(done.returncode == 0, f"recon {check}: {done.stdout}{done.stderr}")
        # The second verifier knows nothing but the format pages.
        journal = os.path.join(folder, "journal")
        subprocess.run([RECON, "export", "--ledger", data, "--out", journal], check=True,
                       stdout=subprocess.DEVNULL)
        done = subprocess.run([sys.executable, VERIFIER, journal], capture_output=True, text=True,
                              check=False)
        need(done.returncode == 0 and done.stdout.endswith("OK\n"),
             f"verify_journal.py: {done.stdout}{done.stderr}")
    print(f"{COMMANDS} commands over {CONNECTIONS} connections: {HELD} held, {captured} captured "
          f"({fees} fees), {released} released, {left} left, {refused} refused")
    return 0


if __name__ == "__main__":
    sys.exit(main())
