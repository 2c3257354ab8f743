#!/usr/bin/env python3
"""Kills the daemon with SIGKILL at random moments under load, restarts it, and sends again what was
not answered. At the end, and now and then, it checks that

  - no acknowledged command is lost: every one, sent again, gives the same answer as replayed;
  - none is applied twice: sequences are distinct, the journal has one entry a command, and the
    balances are those of a model that applied each committed command once;
  - chain and laws hold (recon verify), and the projections equal a rebuild (recon rebuild).

Usage: kill_test.py --bin FOLDER [--kills N] [--seed N]
Exit 0 if all holds, 1 if not. The folder holds escrowd and recon.
"""

import argparse
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

CONFIG = """
[engine]
fold_rows = 2000
fold_delay_ms = 30
unfolded_rows_max = 20000
"""
LENDERS = 40
WORKERS = 4


class Gone(Exception):
    """The daemon went away in the middle of a request."""


class Client:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(30)
        self.socket.connect(path)
        self.buffer = b""

    def close(self):
        self.socket.close()

    def request(self, method, target, body=b""):
        head = (f"{method} {target} HTTP/1.1\r\nHost: ledger\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n").encode()
        try:
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
        except OSError as error:
            raise Gone(str(error)) from error
        answer, self.buffer = self.buffer[:size], self.buffer[size:]
        return int(head.split(b" ")[1]), json.loads(answer)

    def fill(self):
        piece = self.socket.recv(1 << 18)
        if not piece:
            raise Gone("end of stream")
        self.buffer += piece


class Daemon:
    def __init__(self, binary, folder):
        self.binary = binary
        self.data = os.path.join(folder, "data")
        self.path = os.path.join(folder, "ledger.sock")
        self.config = os.path.join(folder, "escrowd.toml")
        self.log = open(os.path.join(folder, "escrowd.log"), "ab")
        with open(self.config, "w", encoding="ascii") as file:
            file.write(CONFIG)
        subprocess.run([binary, "--init", "--profile", "cn-2017", "--data", self.data,
                        "--business-date", "2024-06-30"], check=True, stdout=subprocess.DEVNULL)
        self.process = None
        self.slowest_start = 0.0

    def start(self):
        began = time.monotonic()
        self.process = subprocess.Popen(
            [self.binary, "--data", self.data, "--socket", self.path, "--config", self.config],
            stdout=self.log, stderr=self.log)
        while True:
            if self.process.poll() is not None:
                raise SystemExit(f"escrowd did not start: exit {self.process.returncode}")
            try:
                client = Client(self.path)
                status, _ = client.request("GET", "/v1/status")
                client.close()
                if status == 200:
                    break
            except (Gone, OSError):
                pass
            time.sleep(0.005)
        self.slowest_start = max(self.slowest_start, time.monotonic() - began)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(timeout=60) != 0:
            raise SystemExit(f"escrowd stopped with exit {self.process.returncode}")


class Worker:
    """One sender with ids of its own. Every command is kept with its answer once there is one."""

    def __init__(self, number, seed):
        self.name = f"w{number}"
        self.random = random.Random(seed * 1000 + number)
        self.count = 0
        self.answered = {}  # id -> (command, answer)
        self.pending = []  # sent or to be sent, not answered
        self.unsettled = []  # committed deposits

    def make(self):
        self.count += 1
        identity = f"{self.name}-{self.count}"
        draw = self.random.random()
        lender = f"lender:L{self.random.randrange(LENDERS)}"
        if self.unsettled and draw < 0.4:
            order, amount = self.unsettled.pop(self.random.randrange(len(self.unsettled)))
            return {"id": identity, "flow": "settle", "authority": "bank", "order": order,
                    "amount": amount}
        if draw < 0.6:
            return {"id": identity, "flow": "withdraw", "authority": "client", "client": lender,
                    "amount": self.random.randrange(1, 500)}
        return {"id": identity, "flow": "deposit", "authority": "bank", "client": lender,
                "channel": "alipay", "amount": self.random.randrange(1, 1000)}

    def run(self, path, until_gone):
        try:
            client = Client(path)
            while True:
                if not self.pending:
                    size = 1 if self.random.random() < 0.3 else self.random.randrange(2, 60)
                    self.pending = [self.make() for _ in range(size)]
                body = json.dumps(self.pending).encode()
                status, answers = client.request("POST", "/v1/commands", body)
                if status != 200:
                    raise SystemExit(f"status {status}: {answers}")
                for command, answer in zip(self.pending, answers, strict=True):
                    self.take(command, answer)
                self.pending = []
                if not until_gone:
                    break
            client.close()
        except (Gone, OSError):
            pass

    def take(self, command, answer):
        assert answer["id"] == command["id"], (command, answer)
        self.answered[command["id"]] = (command, answer)
        if command["flow"] == "deposit" and answer["status"] == "committed":
            self.unsettled.append((command["id"], command["amount"]))


def check_replays(path, workers):
    client = Client(path)
    everything = [pair for worker in workers for pair in worker.answered.values()]
    for at in range(0, len(everything), 2000):
        part = everything[at:at + 2000]
        _, answers = client.request("POST", "/v1/commands",
                                    json.dumps([command for command, _ in part]).encode())
        for (command, first), again in zip(part, answers, strict=True):
            same = all(first.get(key) == again.get(key)
                       for key in ("status", "sequence", "hash", "time", "refusal"))
            if not same or not again["replayed"]:
                raise SystemExit(f"LOST OR CHANGED: {command}: {first} is now {again}")
    sequences = [answer["sequence"] for _, answer in everything]
    if len(set(sequences)) != len(sequences):
        raise SystemExit("APPLIED TWICE: two commands share an entry")
    _, status = client.request("GET", "/v1/status")
    opened = LENDERS + 1
    head = status["head"] if isinstance(status["head"], int) else status["head"]["sequence"]
    # What no client sent is the ledger's own: alerts of the profile's monitors, nothing else.
    others = sorted(set(range(2 + opened, head + 1)) - set(sequences))
    if head - len(others) != 1 + opened + len(everything):
        raise SystemExit(f"APPLIED TWICE OR LOST: head {head}, "
                         f"commands {1 + opened + len(everything)}")
    for sequence in others:
        _, entry = client.request("GET", f"/v1/entries/{sequence}")
        if entry["entry"]["flow"] != "alert":
            raise SystemExit(f"APPLIED TWICE: nobody sent entry {sequence}: {entry}")
    check_balances(client, everything)
    client.close()
    return len(everything)


def check_balances(client, everything):
    available = {f"lender:L{i}": 0 for i in range(LENDERS)}
    settled = 0
    for command, answer in everything:
        if answer["status"] != "committed":
            continue
        if command["flow"] == "deposit":
            available[command["client"]] += command["amount"]
        elif command["flow"] == "withdraw":
            available[command["client"]] -= command["amount"]
        else:
            settled += command["amount"]
    for lender, balance in available.items():
        _, account = client.request("GET", f"/v1/accounts/{lender}:available")
        if account["balance"] != balance:
            raise SystemExit(f"{lender}: balance {account['balance']}, by the model {balance}")
    _, account = client.request("GET", "/v1/accounts/custody:bank")
    if account["balance"] != settled:
        raise SystemExit(f"custody:bank: {account['balance']}, by the model {settled}")


def check_files(recon, data):
    for command in (["verify", "--ledger", data], ["rebuild", "--ledger", data]):
        done = subprocess.run([recon, *command], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"recon {command[0]}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    folder = tempfile.mkdtemp(prefix="escrow-kill-")
    daemon = Daemon(os.path.join(options.bin, "escrowd"), folder)
    recon = os.path.join(options.bin, "recon")
    chance = random.Random(options.seed)
    workers = [Worker(i, options.seed) for i in range(WORKERS)]
    daemon.start()
    try:
        client = Client(daemon.path)
        opening = [{"id": "channel", "flow": "open_account", "authority": "platform",
                    "client": "channel:alipay"}]
        opening += [{"id": f"open-{i}", "flow": "open_account", "authority": "platform",
                     "client": f"lender:L{i}"} for i in range(LENDERS)]
        client.request("POST", "/v1/commands", json.dumps(opening).encode())
        client.close()
        for kill in range(1, options.kills + 1):
            threads = [threading.Thread(target=worker.run, args=(daemon.path, True))
                       for worker in workers]
            for thread in threads:
                thread.start()
            time.sleep(chance.uniform(0.01, 0.4))
            daemon.kill()
            for thread in threads:
                thread.join()
            if kill % 50 == 0:
                check_files(recon, daemon.data)
                print(f"{kill} kills, {sum(len(w.answered) for w in workers)} answered", flush=True)
            daemon.start()
        for worker in workers:
            worker.run(daemon.path, False)
        commands = check_replays(daemon.path, workers)
        daemon.stop()
        print(check_files(recon, daemon.data), end="")
        print(f"{options.kills} kills, {commands} commands: none lost, none applied twice; "
              f"slowest start {daemon.slowest_start:.2f} s")
        shutil.rmtree(folder)
    finally:
        if daemon.process.poll() is None:
            daemon.kill()
    return 0


if __name__ == "__main__":
    sys.exit(main())
