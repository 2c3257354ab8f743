"""The real escrowd in a folder of its own, and a client that pipelines."""
import ctypes
import json
import os
import signal
import socket
import subprocess
import time

CONFIG = """
[engine]
fold_rows = 2000
fold_delay_ms = 30
unfolded_rows_max = 20000
"""
PIPELINED = 40


def die_with_parent():
    """Whatever ends the test, nothing of it stays behind."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


class Gone(Exception):
    """The daemon went away in the middle of a request."""


class Failed(Exception):
    """The daemon or recon did what neither may do."""


class Client:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(60)
        self.socket.connect(path)
        self.buffer = b""

    def close(self):
        self.socket.close()

    def send(self, method, target, body=b"", kind="application/json"):
        head = (f"{method} {target} HTTP/1.1\r\nHost: ledger\r\nContent-Type: {kind}\r\n"
                f"Content-Length: {len(body)}\r\n\r\n").encode()
        self.write(head + body)

    def write(self, data):
        try:
            self.socket.sendall(data)
        except OSError as error:
            raise Gone(str(error)) from error

    def answer(self):
        while b"\r\n\r\n" not in self.buffer:
            self.fill()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        lower = head.lower()
        at = lower.index(b"content-length:") + 15
        size = int(lower[at:].split(b"\r\n", 1)[0])
        pieces = [self.buffer]
        have = len(self.buffer)
        while have < size:
            self.buffer = b""
            self.fill()
            pieces.append(self.buffer)
            have += len(self.buffer)
        whole = b"".join(pieces)
        self.buffer = whole[size:]
        return int(head.split(b" ", 2)[1]), whole[:size]

    def fill(self):
        try:
            piece = self.socket.recv(1 << 18)
        except OSError as error:
            raise Gone(str(error)) from error
        if not piece:
            raise Gone("end of stream")
        self.buffer += piece

    def get(self, target):
        self.send("GET", target)
        status, body = self.answer()
        return status, json.loads(body)

    def get_all(self, targets):
        """Statuses and documents, in order."""
        results = []
        for at in range(0, len(targets), PIPELINED):
            part = targets[at:at + PIPELINED]
            self.write("".join(f"GET {t} HTTP/1.1\r\nHost: ledger\r\n\r\n" for t in part).encode())
            for _ in part:
                status, body = self.answer()
                results.append((status, json.loads(body)))
        return results

    def send_batch(self, commands, atomic):
        lines = "\n".join(json.dumps(c) for c in commands).encode()
        self.send("POST", "/v1/commands" + ("?atomic=true" if atomic else ""), lines,
                  "application/x-ndjson")

    def batch_answers(self):
        status, body = self.answer()
        if status not in (200, 422):
            raise Failed(f"status {status}: {body[:500]!r}")
        return status, [json.loads(line) for line in body.splitlines()]


class Daemon:
    def __init__(self, binaries, folder, date):
        self.binaries = binaries
        self.data = os.path.join(folder, "data")
        self.path = os.path.join(folder, "ledger.sock")
        self.config = os.path.join(folder, "escrowd.toml")
        self.log_path = os.path.join(folder, "escrowd.log")
        self.log = open(self.log_path, "ab")
        with open(self.config, "w", encoding="ascii") as file:
            file.write(CONFIG)
        subprocess.run([os.path.join(binaries, "escrowd"), "--init", "--profile", "cn-2017",
                        "--data", self.data, "--business-date", date], check=True,
                       stdout=subprocess.DEVNULL)
        self.process = None
        self.client = None

    def start(self):
        self.process = subprocess.Popen(
            [os.path.join(self.binaries, "escrowd"), "--data", self.data, "--socket", self.path,
             "--config", self.config], stdout=self.log, stderr=self.log,
            preexec_fn=die_with_parent)
        while True:
            if self.process.poll() is not None:
                raise Failed(f"escrowd did not start: exit {self.process.returncode}\n"
                                 + self.last_words())
            try:
                self.client = Client(self.path)
                if self.client.get("/v1/status")[0] == 200:
                    return
            except (Gone, OSError):
                pass
            time.sleep(0.003)

    def last_words(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return "".join(file.readlines()[-15:])

    def kill(self):
        self.client.close()
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.client.close()
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(timeout=60) != 0:
            raise Failed(f"escrowd stopped with exit {self.process.returncode}")

    def end(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        self.log.close()

    def check_files(self):
        for what in ("verify", "rebuild"):
            done = subprocess.run([os.path.join(self.binaries, "recon"), what, "--ledger",
                                   self.data], capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise Failed(f"recon {what}: exit {done.returncode}\n{done.stdout}"
                                 f"{done.stderr}")
