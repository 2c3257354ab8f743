#!/usr/bin/env python3
"""The real daemon against a naive model of the rules, on random commands of every flow: retries,
reversals, freezes, halts, profiles, atomic batches, SIGKILLs and restarts included. After each batch
every answer and everything touched must be equal, at intervals and after each restart everything; at
the end the journal verifies and the projections equal a rebuild, and every flow has occurred.

Usage: model_test.py --bin FOLDER [--commands N] [--seed S] [--seeds K] [--jobs J] [--long]
The folder holds escrowd and recon. --long is a million commands over 25 seeds.
"""
import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from multiprocessing import Pool

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import fields  # noqa: E402
import profiles  # noqa: E402
from compare import Differs, compare_entry, compare_touched, compare_whole  # noqa: E402
from daemon import Daemon, Failed, Gone, die_with_parent  # noqa: E402
from ledger import Entry, Ledger  # noqa: E402
from regime import Profile  # noqa: E402
from source import Source  # noqa: E402

DATE = "2017-03-01"
# Answers that this source does not ask for: broken JSON, roles, and laws that only a wrong flow breaks.
NOT_ASKED = {
    "MALFORMED_JSON", "NOT_AN_OBJECT", "BODY_TOO_LARGE", "BATCH_TOO_LARGE", "DUPLICATE_KEY",
    "OPERATOR_FORBIDDEN", "LAW_CONTROL", "LAW_ITEMISED",
    "LAW_PROJECT", "LAW_CLAIM", "LAW_COUNTER", "LAW_EVIDENCE"}
# One or two in a million commands.
BY_CHANCE = {"LAW_NEGATIVE", "LAW_RESTRICTED"}
# Of the other refusals a short run may miss some by chance; of the flows none.
MISSED_MOST = 4


def short(command):
    """For people: a profile is long."""
    return {k: short(v) if isinstance(v, dict) else (v[:60] if isinstance(v, str) else v)
            for k, v in command.items()}


class Run:
    """One seed: a fresh ledger, and its model."""

    def __init__(self, binaries, seed, counts):
        self.seed = seed
        self.chance = random.Random(seed)
        self.counts = counts
        self.folder = tempfile.mkdtemp(prefix="escrow-model-")
        self.daemon = Daemon(binaries, self.folder, DATE)
        self.ledger = Ledger(profiles.SHIPPED, DATE)
        self.source = Source(self.chance, self.ledger)
        self.sent = 0
        self.refusals = []

    def run(self, commands):
        self.daemon.start()
        try:
            self.refusals = self.daemon.client.get("/v1/refusals")[1]
            next_whole = 2000
            while self.sent < commands:
                self.batch()
                if self.sent >= next_whole or self.restart():
                    compare_whole(self.daemon.client, self.ledger)
                    next_whole = self.sent + 10_000
            self.take_alerts(self.daemon.client.get("/v1/status")[1]["head"] + 1)
            compare_whole(self.daemon.client, self.ledger)
            self.daemon.stop()
            self.daemon.check_files()
        except (Gone, OSError) as error:
            raise Differs(f"the daemon went away: {error}\n" + self.daemon.last_words()) from error
        except Failed as error:
            raise Differs(str(error)) from error
        except SystemExit:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        finally:
            self.daemon.end()
        shutil.rmtree(self.folder)

    def restart(self):
        draw = self.chance.random()
        if draw < 0.003:
            self.daemon.stop()
        elif draw < 0.006:
            self.daemon.kill()
        else:
            return False
        self.counts["stopped" if draw < 0.003 else "killed"] += 1
        self.daemon.start()
        return True

    # --- a batch ---

    def batch(self):
        draw = self.chance.random()
        atomic = draw < 0.3
        size = self.chance.randint(2, 14) if atomic else (
            1 if draw < 0.35 else self.chance.randint(2, 25 if draw < 0.55 else 300))
        if self.source.first:  # the clients, before anything else
            atomic, size = False, len(self.source.first)
        batch = []

        def make():
            if atomic and self.chance.random() < 0.15 and (first := self.source.adopting()):
                batch.append(first)
                yield first
            for _ in range(size):
                batch.append(self.source.next(not atomic or self.chance.random() < 0.2))
                yield batch[-1]

        self.ledger.books.log = []
        answers = self.ledger.run(make(), atomic)
        self.daemon.client.send_batch(batch, atomic)
        if self.chance.random() < 0.008:
            self.crash(batch, answers, atomic)
            return
        self.take(batch, answers, self.daemon.client.batch_answers()[1])

    def crash(self, batch, answers, atomic):
        """Kills the daemon in the middle of a batch; what of it is durable, is; the rest is sent
        again."""
        time.sleep(self.chance.choice((0, 0.001, 0.004, 0.01, 0.03)))
        self.daemon.kill()
        self.daemon.start()
        self.counts["killed in a batch"] += 1
        self.ledger.books.rollback()
        self.ledger.pending.clear()
        fresh = [i for i, a in enumerate(answers) if a.entry and not a.replayed]
        stored = self.daemon.client.get_all([f"/v1/commands/{batch[i]['id']}" for i in fresh])
        durable = [i for i, (status, _) in zip(fresh, stored, strict=True) if status == 200]
        if durable != fresh[:len(durable)]:
            raise Differs(f"of a batch not the first, but {durable} are durable, of {fresh}")
        if durable:
            self.ledger.books.log = []
            part = batch if atomic else batch[:durable[-1] + 1]
            answers = self.ledger.run(part, atomic)
            said = [{"sequence": s[1]["sequence"], "hash": s[1]["hash"]} for s in stored
                    if s[0] == 200]
            self.number([a.entry for a in answers if a.entry and not a.replayed], said)
            self.count(part, answers)
            self.note(part, answers)
        self.ledger.books.log = []
        answers = self.ledger.run(batch, atomic)
        self.daemon.client.send_batch(batch, atomic)
        self.take(batch, answers, self.daemon.client.batch_answers()[1])
        compare_whole(self.daemon.client, self.ledger)

    def take(self, batch, answers, said):
        try:
            if len(said) != len(answers):
                raise Differs(f"{len(batch)} commands, {len(said)} answers")
            fresh = []
            for command, answer, one in zip(batch, answers, said, strict=True):
                code = one["refusal"]["name"] if one["status"] == "refused" else None
                meant = (answer.code, answer.replayed, answer.entry is not None)
                if (code, one["replayed"], "sequence" in one) != meant:
                    raise Differs(f"{short(command)}\nthe ledger says {one}\nthe model {meant}")
                if answer.entry and answer.replayed and answer.entry.sequence is not None and (
                        one["sequence"], one["hash"]) != (answer.entry.sequence, answer.entry.hash):
                    raise Differs(f"{command}\nreplayed as {one}")
                if answer.entry and not answer.replayed:
                    fresh.append((answer.entry, one))
            self.number([f[0] for f in fresh], [f[1] for f in fresh])
            self.count(batch, answers)
            self.note(batch, answers)
            compare_touched(self.daemon.client, self.ledger.books)
            self.compare_some(batch, answers)
        except Differs as differs:
            raise Differs(f"after {self.sent} commands, batch of {len(batch)}: {differs}") from None
        self.sent += len(batch)

    def compare_some(self, batch, answers):
        """Of the entries that a batch has made a few, as the journal has them."""
        made = [(c, a) for c, a in zip(batch, answers, strict=True) if a.entry and not a.replayed]
        for command, answer in self.chance.sample(made, min(3, len(made))):
            compare_entry(self.daemon.client, self.ledger.books, answer.entry, command, answer.code)

    def note(self, batch, answers):
        for command, answer in zip(batch, answers, strict=True):
            self.source.note(command, answer)

    def number(self, entries, said):
        if not said:
            return
        if entries != self.ledger.pending:
            raise Differs("the model has lost an entry")
        first = said[0]["sequence"]
        if [s["sequence"] for s in said] != list(range(first, first + len(said))):
            raise Differs(f"sequences have a gap: {said}")
        self.take_alerts(first)
        self.ledger.confirm(first)
        for entry, one in zip(entries, said, strict=True):
            entry.hash = one["hash"]

    def take_alerts(self, first):
        """What nobody sent before `first` is what the daemon's monitors noticed, nothing else."""
        gap = range(self.ledger.head + 1, first)
        found = self.daemon.client.get_all([f"/v1/entries/{sequence}" for sequence in gap])
        for sequence, (_, stored) in zip(gap, found, strict=True):
            if stored["entry"]["flow"] != "alert" or stored["entry"]["outcome"] != "committed":
                raise Differs(f"nobody sent {stored}")
            entry = Entry("alert", None)
            entry.sequence, entry.hash = sequence, stored["hash"]
            self.ledger.entries[sequence] = entry
            self.ledger.head = sequence
            self.counts["alerts of monitors"] += 1
        if first < self.ledger.head + 1:
            raise Differs(f"entry {first} is not the next one after {self.ledger.head}")

    def count(self, batch, answers):
        for command, answer in zip(batch, answers, strict=True):
            flow = command.get("flow", "")
            if answer.replayed:
                self.counts["replayed"] += 1
            elif answer.code:
                self.counts[flow if flow in fields.FLOWS else "-", answer.code] += 1
            else:
                self.counts[flow, "committed"] += 1
                if flow == "approve":
                    self.counts[answer.entry.draft.flow, "approved"] += 1
                if flow == "reversal_approve":
                    self.counts[answer.entry.draft.target_flow, "reversed"] += 1


def report(counts, refusals, is_long):
    """Prints what has occurred; returns what should have and has not."""
    answers = Counter()
    for key, count in counts.items():
        if isinstance(key, tuple):
            answers[key[1]] += count
    for key in sorted(k for k in counts if isinstance(k, tuple)):
        print(f"{counts[key]:9} {key[0]:20} {key[1]}")
    for key in sorted(k for k in counts if isinstance(k, str)):
        print(f"{counts[key]:9} {key}")
    seen = {flow for flow, answer in (k for k in counts if isinstance(k, tuple))
            if answer in ("committed", "approved")}
    wanted = {r["name"] for r in refusals} - NOT_ASKED - BY_CHANCE
    missed = sorted(wanted - set(answers))
    never = sorted(set(fields.FLOWS) - seen)
    if is_long:
        reversible = {name for name, f in Profile(profiles.SHIPPED).flows.items()
                      if f.get("reversible")}
        never += [f"reversal of {f}" for f in sorted(reversible) if not counts[f, "reversed"]]
    if is_long or len(missed) > MISSED_MOST:
        never += missed
    print(f"{len(seen)} of {len(fields.FLOWS)} flows, {len(wanted) - len(missed)} of {len(wanted)} "
          f"refusals asked for, {len([k for k in counts if isinstance(k, tuple)])} different answers")
    return never


def run_seed(job):
    """One seed, in a process of its own: commands sent, counts, refusals, what differs."""
    binaries, seed, commands = job
    # Another seed has failed, or somebody has had enough: the daemon goes, too.
    die_with_parent()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    counts = Counter()
    run = Run(binaries, seed, counts)
    try:
        run.run(commands)
    except Differs as differs:
        return seed, run.sent, counts, run.refusals, f"{differs}\nthe ledger is in {run.folder}"
    except Exception:  # of the model or the source itself
        return seed, run.sent, counts, run.refusals, traceback.format_exc()
    return seed, run.sent, counts, run.refusals, ""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--commands", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--jobs", type=int, default=2, help="seeds at once")
    parser.add_argument("--long", action="store_true")
    options = parser.parse_args()
    if options.long:
        options.commands, options.seeds = 1_000_000, 25
    seeds = range(options.seed, options.seed + options.seeds)
    each = -(-options.commands // options.seeds)
    print(f"seeds {seeds[0]} to {seeds[-1]}, {each} commands each", flush=True)
    counts, sent, began, refusals = Counter(), 0, time.monotonic(), []
    with Pool(options.jobs) as pool:
        jobs = [(options.bin, seed, each) for seed in seeds]
        for seed, done, part, refusals, differs in pool.imap_unordered(run_seed, jobs):
            if differs:
                print(f"DIFFERENT, with --seed {seed} --seeds 1 --commands {each}: {differs}")
                pool.terminate()
                return 1
            counts += part
            sent += done
            print(f"seed {seed}: {done} commands, all equal", flush=True)
    seconds = time.monotonic() - began
    never = report(counts, refusals, options.commands >= 200_000)
    print(f"{sent} commands, seeds {seeds[0]} to {seeds[-1]}, {seconds:.0f} s, "
          f"{sent / seconds:.0f} commands/s: all equal")
    if never:
        print(f"never occurred: {', '.join(never)}: the source has lost its aim")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
