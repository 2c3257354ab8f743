"""The source of random commands: steered by the state of the model, so that deep states come often;
then spoilt now and then, so that refusals do, too. Amounts are small and clients few: they collide."""
import hashlib
from collections import deque

import profiles
import source_loans
import source_money
from regime import plus_days
from spoil import spoil, spoil_shape

NAMES = {"lender": "ABCDEFG", "borrower": "AVWXY", "guarantor": "AB", "channel": "AB"}
OPERATORS = ("ann", "bob", "eve")
HUGE = "lender:HUGE"


class Source:
    def __init__(self, chance, ledger):
        self.chance = chance
        self.ledger = ledger
        self.count = 0
        self.recent = deque(maxlen=60)  # commands, to be sent again
        self.entries = {}  # flow -> the last entries of it
        self.all_entries = deque(maxlen=50)
        self.orders = deque(maxlen=80)
        self.opened = []
        self.first = deque(self.opening())
        self.live = deque()  # projects that are not at their end
        self.named = 0

    # --- small tools ---

    @property
    def books(self):
        return self.ledger.books

    def maybe(self, share):
        return self.chance.random() < share

    def identity(self):
        self.count += 1
        return f"c{self.count}"

    def day(self, least, most):
        return plus_days(self.books.date, self.chance.randint(least, most))

    def owner(self, kind):
        return self.chance.choice(self.owners[kind])

    def client(self):
        return self.owner(self.chance.choice(("lender", "lender", "borrower", "guarantor")))

    def some(self, most):
        """From 1 to most, often near to one of the ends."""
        if most < 1 or self.maybe(0.04):
            return self.chance.randint(1, 400)
        return self.chance.choice((1, most, self.chance.randint(1, most),
                                   self.chance.randint(1, most)))

    def funds(self, who, amount):
        """Mostly, money for a client who has too little; nothing if it has enough."""
        if self.books.usable(who + ":available") >= amount or self.maybe(0.2):
            return None
        channel = self.owner("channel").split(":")[1]
        return {"flow": "deposit", "authority": "bank", "client": who, "channel": channel,
                "amount": amount + self.chance.randint(0, 300)}

    def evidence(self):
        return f"bank-{self.chance.randrange(1000)}"

    # --- what has happened ---

    def note(self, command, answer):
        """Of a command that was decided: what later ones may continue or take back."""
        if answer.replayed or answer.entry is None:
            return
        self.recent.append(command)
        if self.maybe(0.2):
            self.orders.append(command["id"])
        draft = answer.entry.draft
        if draft is None:
            return
        self.entries.setdefault(draft.flow, deque(maxlen=6)).append(answer.entry)
        self.all_entries.append(answer.entry)
        for project in draft.projects:
            self.live.append(project["code"])
        for owner in draft.owners:
            self.owners.setdefault(owner[1], []).append(owner[0])

    # --- the beginning ---

    def opening(self):
        self.owners = {}
        for kind, names in NAMES.items():
            for name in names:
                more = {"legal_person": True} if (kind, name) == ("borrower", "V") else {}
                yield {"flow": "open_account", "authority": "platform",
                       "client": f"{kind}:{name}", **more}
        for code in (HUGE, "channel:HUGE"):
            yield {"flow": "open_account", "authority": "platform", "client": code}
        yield from self.bankrupting()
        yield self.adopt()

    def bankrupting(self):
        """A loan of money that no channel has settled is spent: the bank is asked for what it has
        not got. In the course of a run it always has enough."""
        amount = self.chance.randint(2, 900)
        yield {"flow": "deposit", "authority": "bank", "client": "lender:A", "channel": "A",
               "amount": amount}
        yield {"flow": "open_project", "authority": "platform", "project": "P0",
               "borrower": "borrower:V", "target": amount, "contract_hash": self.contract(),
               "instalments": [{"due": self.day(1, 9), "principal": amount, "interest": 1}]}
        yield {"flow": "bid", "authority": "client", "client": "lender:A", "project": "P0",
               "amount": amount}
        yield {"flow": "disburse", "authority": "platform", "project": "P0"}
        yield {"id": "spent", "flow": "withdraw", "authority": "client", "client": "borrower:V",
               "amount": amount}
        yield {"flow": "withdraw_accept", "authority": "bank", "order": "spent"}
        yield {"flow": "withdraw_pay", "authority": "bank", "order": "spent", "amount": amount}

    def adopt(self):
        version = self.books.profile.version + 1
        return {"flow": "propose", "authority": "operators", "operator": "ann", "proposed": {
            "flow": "profile_adopt", "authority": "operators",
            "profile": profiles.variant(self.chance, version)}}

    # --- the next command ---

    def next(self, malformed=True):
        draw = self.chance.random()
        if self.first:
            return {"id": self.identity(), **self.first.popleft()}
        if draw < 0.02 and self.recent:
            return self.chance.choice(self.recent)
        if draw < 0.026 and self.recent:
            again = self.chance.choice(self.recent)
            return {**spoil(self, again, always=True), "id": again["id"]}
        command = None
        while command is None:
            command = self.fresh()
        command = {"id": self.identity(), **command}
        if self.maybe(0.16):
            command = spoil(self, command)
            while self.maybe(0.3):
                command = spoil(self, command)
        if command.get("authority") == "operators" and self.maybe(0.97):
            command.setdefault("operator", self.operator())
        if malformed and self.maybe(0.01):
            command = spoil_shape(self, command)
        if self.maybe(0.02):
            command["value_date"] = self.day(-3, 3)
        return command

    def fresh(self):
        if self.books.facts["halted"] and self.maybe(0.5):
            return self.ending_halt()
        draw = self.chance.random()
        holds = len(self.books.holds)
        if draw < 0.13:
            return self.deciding()
        if draw < 0.17:
            return self.reversing()
        if draw < 0.20:
            return self.owning()
        if draw < 0.207:
            return self.cut_off()
        if draw < 0.213:
            return self.alert()
        if draw < 0.214:
            return {"flow": "halt", "authority": "operators", "reason": "drill"}
        if draw < 0.222:
            return source_money.huge(self)
        if draw < 0.222 + min(0.25, holds / 400):
            return source_money.advance(self)
        if draw < 0.78:
            return source_loans.step(self)
        return source_money.start(self)

    # --- two operators ---

    def operator(self):
        return self.chance.choice(OPERATORS)

    def propose(self, proposed):
        command = {"flow": "propose", "authority": "operators", "operator": self.operator(),
                   "proposed": proposed}
        if self.maybe(0.3):
            command["expires"] = self.day(-1 if self.maybe(0.1) else 0, 4)
        return command

    def ending_halt(self):
        if self.maybe(0.5):
            return self.propose({"flow": "resume", "authority": "operators", "reason": "over"})
        return self.decide_open(lambda p: p.get("command", {}).get("flow") == "resume")

    def adopting(self):
        """The approval of another profile, if one is proposed: a batch that begins with it and is
        taken back tells much."""
        command = self.decide_open(
            lambda p: p.get("command", {}).get("flow") == "profile_adopt")
        return command and {"id": self.identity(), **command}

    def decide_open(self, wanted=lambda p: True, late=False):
        """Of an open proposal; `late`: of one that is decided already."""
        open_ones = [(k, p) for k, p in self.books.proposals.items()
                     if (p["status"] == "proposed") != late and "maker" in p and wanted(p)]
        if not open_ones:
            return None
        name, proposal = self.chance.choice(open_ones[-12:] if self.maybe(0.8) else open_ones)
        back = "reversal_" if "reverses" in proposal else ""
        command = {"flow": back + "approve", "authority": "operators", "proposal": name,
                   "operator": self.chance.choice([o for o in OPERATORS
                                                   if o != proposal["maker"]])}
        if not back and self.books.date > proposal["expires"] and self.maybe(0.95):
            return {"flow": "proposal_expire", "authority": "platform", "proposal": name}
        if self.maybe(0.05):
            command["operator"] = proposal["maker"]
        if self.maybe(0.07):
            command["flow"] = back + "reject"
        elif not back and self.maybe(0.02):
            return {"flow": "proposal_expire", "authority": "platform", "proposal": name}
        return command

    def deciding(self):
        if self.maybe(0.62):
            return self.decide_open(late=self.maybe(0.02))
        runs_off = self.books.profile.policy["reserve"] == "run-off"
        if self.maybe(0.25 if runs_off and self.books.balance("reserve:risk") > 0 else 0.02):
            return self.propose(source_money.refund(self))
        draw = self.chance.random()
        if draw < 0.03:
            return self.adopt()
        if draw < 0.055:
            return self.propose({"flow": "profile_adopt", "authority": "operators",
                                 "profile": profiles.unfit(self.chance, self.books.profile.version + 1)})
        proposed = source_money.for_two(self) if self.maybe(0.8) else self.fresh()
        if proposed is None:
            return None
        if self.maybe(0.06):
            return proposed  # alone
        if proposed["flow"] in ("propose", "halt"):
            return None
        return self.propose(proposed)

    def reversing(self):
        flow = self.chance.choice(list(self.entries)) if self.entries else None
        reversible = [f for f in self.entries
                      if self.books.profile.flows.get(f, {}).get("reversible")]
        if reversible and self.maybe(0.93):
            flow = self.chance.choice(reversible)
        entries = [e for e in self.entries.get(flow, ()) if e.hash]
        if not entries:
            return None
        entry = self.chance.choice(entries)
        return {"flow": "reversal_propose", "authority": "operators", "operator": self.operator(),
                "entry": entry.sequence, "entry_hash": entry.hash, "reason": "mistake"}

    # --- owners, days, alerts ---

    def owning(self):
        draw = self.chance.random()
        who = self.client()
        if draw < 0.12:
            self.named += 1
            kind = self.chance.choice(("lender", "borrower", "guarantor", "channel", "platform"))
            name = f"N{self.named % 12}" if self.maybe(0.3) else self.chance.choice("ABCDE")
            return {"flow": "open_account", "authority": "platform", "client": f"{kind}:{name}",
                    **({"currency": self.chance.choice(("CNY", "USD"))} if self.maybe(0.1) else {})}
        frozen = [k for k, o in self.books.owners.items() if o["frozen"]]
        dormant = [k for k, o in self.books.owners.items() if o["dormant"]]
        if draw < 0.5:
            if dormant and self.maybe(0.7):
                return {"flow": "dormant_end", "authority": "client",
                        "client": self.chance.choice(dormant)}
            idle = min((self.client() for _ in range(3)),
                       key=lambda o: self.books.owners[o]["active_on"])
            return {"flow": "dormant", "authority": "platform",
                    "client": idle if self.maybe(0.9) else who}
        if frozen and self.maybe(0.85):
            unfreeze = {"flow": "unfreeze", "authority": "operators", "reason": "cleared",
                        "client": self.chance.choice(frozen)}
            return self.propose(unfreeze)
        return {"flow": "freeze", "authority": self.chance.choice(("platform", "bank")),
                "client": who, "reason": "sanctions"}

    def cut_off(self):
        days = self.chance.choice((1, 1, 1, 1, 2, 3, 8, 31 if self.maybe(0.1) else 1))
        return {"flow": "cut_off", "authority": "platform",
                "opens": plus_days(self.books.date, days)}

    def alert(self):
        entries = sorted({e.sequence for e in self.chance.sample(
            list(self.all_entries), min(len(self.all_entries), 3)) if e.sequence})
        if not entries:
            return None
        return {"flow": "alert", "authority": "platform", "subject": self.client(),
                "rule": self.chance.choice(("velocity", "velocity", "no-such-rule")),
                "entries": ",".join(map(str, entries)), "severity": self.chance.randint(1, 4)}

    def contract(self):
        return hashlib.sha256(f"{self.chance.randrange(400_000)}".encode()).hexdigest()
