#!/usr/bin/env python3
"""Alerts of the real daemon: a day's cash over the profile's limit is an entry of the journal with its
causes, once, also after the daemon was killed.

    alerts_test.py ESCROWD
"""

import atexit
import http.client
import json
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time

LIMIT = 5_000_000  # fen a day and client, of cn-2017's monitor day-cash


def need(condition, what):
    if not condition:
        raise SystemExit(f"FAILED: {what}")


class Connection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=20)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(self.path)


class Daemon:
    def __init__(self, program, folder):
        self.program, self.data, self.socket = program, folder / "d", folder / "s"

    def start(self):
        self.process = subprocess.Popen([self.program, "--data", self.data, "--socket", self.socket],
                                        stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                self.ask("GET", "/healthz")
                return
            except OSError:
                time.sleep(0.05)
        need(False, "the daemon does not answer")

    def ask(self, method, path, body=None):
        connection = Connection(self.socket)
        connection.request(method, path, None if body is None else json.dumps(body))
        answer = connection.getresponse().read()
        connection.close()
        return json.loads(answer) if answer.startswith((b"{", b"[")) else answer.decode()

    def send(self, **command):
        answer = self.ask("POST", "/v1/commands", command)
        need(answer.get("status") == "committed", f"{command}: {answer}")
        return answer["sequence"]

    def alerts(self):
        connection = Connection(self.socket)
        connection.request("GET", "/v1/journal?after=0")
        lines = connection.getresponse().read().decode().splitlines()
        connection.close()
        entries = [json.loads(line)["entry"] for line in lines]
        return [entry for entry in entries if entry["flow"] == "alert"]

    def wait_for_alerts(self, count):
        for _ in range(200):
            alerts = self.alerts()
            if len(alerts) >= count:
                return alerts
            time.sleep(0.05)
        need(False, f"{len(self.alerts())} alerts, {count} wanted")

    def end(self, how):
        self.process.send_signal(how)
        self.process.wait(30)


def lose(daemon, name):
    """A client has its deposit paid out, then the bank takes the deposit back."""
    client = f"lender:{name}"
    daemon.send(id=f"o{name}", flow="open_account", authority="platform", client=client)
    daemon.send(id=f"d{name}", flow="deposit", authority="bank", client=client, channel="bank", amount=100)
    settled = daemon.send(id=f"s{name}", flow="settle", authority="bank", order=f"d{name}", amount=100)
    daemon.send(id=f"w{name}", flow="withdraw", authority="client", client=client, amount=100)
    daemon.send(id=f"a{name}", flow="withdraw_accept", authority="bank", order=f"w{name}")
    daemon.send(id=f"p{name}", flow="withdraw_pay", authority="bank", order=f"w{name}", amount=100)
    hash_of = daemon.ask("GET", f"/v1/entries/{settled}")["hash"]
    daemon.send(id=f"c{name}", flow="deposit_chargeback", authority="bank", entry=settled,
                entry_hash=hash_of, amount=100, evidence="bank-" + name)


def main():
    with tempfile.TemporaryDirectory(prefix="escrow-alerts-") as folder:
        daemon = Daemon(sys.argv[1], pathlib.Path(folder))
        atexit.register(lambda: daemon.process.kill())
        subprocess.run([daemon.program, "--init", "--data", daemon.data, "--business-date",
                        "2017-03-01"], check=True, stdout=subprocess.DEVNULL)
        daemon.start()
        for number, code in enumerate(("channel:bank", "lender:A", "lender:B")):
            daemon.send(id=f"o{number}", flow="open_account", authority="platform", client=code)
        deposit = {"flow": "deposit", "authority": "bank", "channel": "bank"}
        first = daemon.send(id="d1", client="lender:A", amount=LIMIT - 1, **deposit)
        daemon.send(id="d2", client="lender:B", amount=LIMIT - 1, **deposit)
        second = daemon.send(id="d3", client="lender:A", amount=1, **deposit)
        alert, = daemon.wait_for_alerts(1)
        record, = alert["alerts"]
        need(alert["command_id"] == f"alert:{second}:day-cash:0", alert)
        need(record["subject"] == "lender:A" and record["rule"] == "day-cash", record)
        need(record["entries"] == [first, second] and record["amount"] == LIMIT, record)
        # Killed before it could note how far it came: nothing is found twice, nothing is lost.
        daemon.send(id="d4", client="lender:B", amount=1, **deposit)
        daemon.end(signal.SIGKILL)
        daemon.start()
        daemon.send(id="d5", client="lender:A", amount=7, **deposit)
        alerts = daemon.wait_for_alerts(2)
        time.sleep(0.5)
        subjects = [a["alerts"][0]["subject"] for a in daemon.alerts()]
        need(subjects == ["lender:A", "lender:B"], subjects)
        need(len(alerts) == 2, alerts)
        # A shortfall is found when it arises; a restart does not find it again, its end and return do.
        daemon.send(id="s1", flow="settle", authority="bank", order="d1", amount=LIMIT - 1)
        lose(daemon, "C")
        alert = daemon.wait_for_alerts(3)[-1]["alerts"][0]
        need(alert["rule"] == "coverage" and alert["amount"] == 100, alert)
        daemon.end(signal.SIGTERM)
        daemon.start()
        lose(daemon, "D")
        top_up = {"flow": "top_up", "authority": "platform", "account": "custody:shortfall",
                  "evidence": "own funds"}
        daemon.send(id="t1", amount=200, **top_up)
        lose(daemon, "E")
        alerts = daemon.wait_for_alerts(4)
        time.sleep(0.5)
        found = [a["alerts"][0] for a in daemon.alerts() if a["alerts"][0]["rule"] == "coverage"]
        need([a["amount"] for a in found] == [100, 100], found)
        daemon.end(signal.SIGTERM)
        need(daemon.process.returncode == 0, "the daemon did not stop cleanly")
    print("4 alerts, with their causes, once each, over a SIGKILL and a restart")


if __name__ == "__main__":
    main()
