"""The books: what entries add up to, and what must hold after each (ENTRY_FORMAT.md)."""

import tomllib

from entry_format import (BID, CAPTURE, CLAIMS, DEPOSIT_TRANSIT, FEES, HOLDS, MOVES,
                          OPEN, OWNERS, PAID, POSTINGS, PROFILES, PROJECTS, REOPEN, Bad,
                          need)

COUNTER_MAX = 2**63 - 1


class Account:
    __slots__ = ("name", "number", "currency", "assets", "itemised", "sums", "held", "debits",
                 "credits", "debits_pending", "credits_pending")

    def __init__(self, name, number, currency, assets, itemised, sums):
        self.name, self.number, self.currency = name, number, currency
        self.assets = assets  # a positive balance is debits - credits
        self.itemised = itemised
        self.sums = sums  # [debits, credits] of its class and currency
        self.held = 0
        self.debits = self.credits = self.debits_pending = self.credits_pending = 0

    def balance(self):
        net = self.debits - self.credits
        return net if self.assets else -net


class Project:
    __slots__ = ("code", "target", "schedule", "state", "paid", "frozen", "disbursed", "repaid",
                 "claims", "fees")

    def __init__(self, code, target, schedule):
        self.code, self.target, self.schedule = code, target, schedule
        self.state, self.paid, self.fees = 1, 0, 0
        self.frozen = self.disbursed = self.repaid = 0
        self.claims = {}  # holder: [outstanding principal, interest paid]


class Books:
    """What the entries add up to, and the checks of each entry against it."""

    def __init__(self):
        self.profile_version = None
        self.business_date = None
        self.classes = {}  # number: (assets?, itemised?)
        self.kinds = {}    # name: [(class, suffix)]
        self.currencies = []
        self.matrix = {}   # (flow name, debit class, credit class): same owner?
        self.totals = {}   # (class, currency): [debits, credits]
        self.owner_count = 0
        self.owner_codes = set()
        self.accounts = [None]  # numbers count from 1
        self.projects = [None]
        self.project_codes = set()
        self.contracts = set()
        self.holds = {}   # number: [kind, account, beneficiary, project, order, remaining]
        self.orders = {}  # (order, kind): hold number
        self.next_hold = 1
        self.proposals = {}
        self.reversed = set()

    def apply(self, entry):
        sections = entry.sections
        touched = set()
        for tag, step in (
            (PROFILES, self.adopt), (OWNERS, self.open_owners), (PROJECTS, self.open_projects),
            (POSTINGS, self.post), (HOLDS, self.hold), (MOVES, self.move), (CLAIMS, self.claim),
            (PAID, self.pay), (FEES, self.fee),
        ):  # fmt: skip
            if tag in sections:
                step(sections[tag], entry, touched)
        self.check_accounts(touched)
        self.check_projects(sections)

    def adopt(self, records, entry, _):
        (version, name, text), = records
        try:
            profile = tomllib.loads(text.decode("utf-8"))
            self.currencies = [code.encode() for code in profile["currencies"]]
            for row in profile["classes"]:
                assets = row["group"] in ("bank", "in_transit", "shortfall")
                need(assets or row["group"] in ("client", "platform"), "profile: group")
                self.classes[row["number"]] = (assets, row.get("itemised", False))
            for row in profile["kinds"]:
                self.kinds[row["name"].encode()] = [(a["class"], a["suffix"].encode())
                                                    for a in row["accounts"]]
            need((profile["version"], profile["name"].encode()) == (version, name),
                 "profile: name or version")
        except (KeyError, TypeError, AttributeError, UnicodeDecodeError,
                tomllib.TOMLDecodeError) as error:
            raise Bad(f"profile: {error}") from None
        need(version == entry.profile_version, "profile: version of the entry")
        self.profile_version = version
        self.business_date = entry.business_date
        for number in sorted(self.classes):
            for currency in self.currencies:
                self.totals[number, currency] = [0, 0]

    def open_owners(self, records, _, __):
        for number, first, _, currency, kind, code, names in records:
            need(number == self.owner_count + 1 and first == len(self.accounts), "owner: number")
            need(code not in self.owner_codes, "owner: opened twice")
            need(self.kinds.get(kind) == names, "owner: kind")
            need(currency in self.currencies, "owner: currency")
            self.owner_count += 1
            self.owner_codes.add(code)
            for account_class, suffix in names:
                assets, itemised = self.classes[account_class]
                self.accounts.append(Account(code + b":" + suffix, account_class, currency, assets,
                                             itemised, self.totals[account_class, currency]))

    def open_projects(self, records, _, __):
        for number, borrower, target, contract, code, schedule in records:
            need(number == len(self.projects), "project: number")
            need(1 <= borrower <= self.owner_count, "project: borrower")
            need(code not in self.project_codes, "project: opened twice")
            need(contract not in self.contracts, "project: contract used twice")
            self.project_codes.add(code)
            self.contracts.add(contract)
            self.projects.append(Project(code, target, schedule))

    def account(self, number):
        need(1 <= number < len(self.accounts), "an account does not exist")
        return self.accounts[number]

    def project(self, number):
        need(1 <= number < len(self.projects), "a project does not exist")
        return self.projects[number]

    def post(self, records, _, touched):
        for debited, credited, amount, _ in records:
            debit, credit = self.account(debited), self.account(credited)
            need(amount > 0 and debited != credited, "a posting moves nothing")
            need(debit.currency == credit.currency, "a posting mixes currencies")
            debit.debits += amount
            credit.credits += amount
            debit.sums[0] += amount
            credit.sums[1] += amount
            touched.add(debit)
            touched.add(credit)

    def hold(self, records, _, touched):
        for op, kind, number, account, owner, project, _, amount, order, _ in records:
            need(amount > 0, "a hold moves nothing")
            where, beneficiary = self.account(account), self.account(owner)
            description = [kind, account, owner, project, order]
            if op in (OPEN, REOPEN):
                self.add_hold(op, number, description, amount)
                change = amount
            else:
                hold = self.holds.get(number)
                need(hold is not None, "a hold is not open")
                need(hold[:5] == description, "a hold is described wrongly")
                need(hold[5] >= amount, "a hold gives more than it has")
                hold[5] -= amount
                if hold[5] == 0:
                    del self.holds[number]
                    del self.orders[order, kind]
                change = -amount
            if kind == DEPOSIT_TRANSIT:
                where.credits_pending += change
                beneficiary.credits_pending += change
                touched.add(beneficiary)
            else:
                where.debits_pending += change
            where.held += change
            touched.add(where)
            if kind == BID:
                self.project(project).frozen += change

    def add_hold(self, op, number, description, amount):
        if op == OPEN:
            need(number == self.next_hold, "a hold is opened out of order")
            self.next_hold += 1
        else:
            need(1 <= number < self.next_hold, "a hold is reopened that never was")
        hold = self.holds.get(number)
        if hold is not None:
            need(hold[:5] == description, "a hold is described wrongly")
            hold[5] += amount
            return
        key = (description[4], description[0])
        need(key not in self.orders, "an order has two open holds of a kind")
        self.orders[key] = number
        self.holds[number] = description + [amount]

    def move(self, records, _, __):
        for number, state in records:
            self.project(number).state = state

    def claim(self, records, _, __):
        for op, number, holder, principal, interest in records:
            project = self.project(number)
            need(1 <= holder <= self.owner_count, "a claim has no holder")
            if op == 1:
                project.claims.setdefault(holder, [0, 0])[0] += principal
                project.disbursed += principal
                continue
            claim = project.claims.get(holder)
            need(claim is not None and claim[0] >= principal, "a claim falls below zero")
            claim[0] -= principal
            claim[1] += interest
            project.repaid += principal

    def pay(self, records, _, __):
        for number, instalment, _, _ in records:
            project = self.project(number)
            need(instalment == project.paid + 1 and instalment <= len(project.schedule),
                 "an instalment is paid out of order")
            project.paid = instalment

    def fee(self, records, entry, _):
        moved = sum(p[2] for p in entry.sections.get(POSTINGS, ()))
        need(sum(f[2] for f in records) == moved, "fees differ from the postings")
        for op, number, amount in records:
            project = self.project(number)
            need(amount > 0 and entry.flow == (140 if op == 1 else 271), "a fee is counted wrongly")
            project.fees += amount if op == 1 else -amount
            need(project.fees >= 0, "fees of a project fall below zero")

    def check_accounts(self, touched):
        for a in touched:
            net = a.debits - a.credits
            balance = net if a.assets else -net
            need(balance >= 0, "a balance is below zero")
            need(not a.itemised or balance == a.held, "a balance differs from its holds")
            need(a.debits <= COUNTER_MAX and a.credits <= COUNTER_MAX
                 and 0 <= a.debits_pending <= COUNTER_MAX
                 and 0 <= a.credits_pending <= COUNTER_MAX, "a counter is out of range")

    def check_projects(self, sections):
        """The money of a project stays in it: claims are made of its bids, repaid by its borrower."""
        claims = sections.get(CLAIMS, ())
        paid = sections.get(PAID, ())
        numbers = {c[1] for c in claims} | {p[0] for p in paid}
        holds = [h for h in sections.get(HOLDS, ()) if h[5]]
        numbers.update(h[5] for h in holds)
        numbers.update(m[0] for m in sections.get(MOVES, ()))
        need(len(numbers) <= 1, "an entry names two projects")
        for number in numbers:
            project = self.project(number)
            bids = sum(h[7] for h in holds if h[1] == BID and h[0] == CAPTURE)
            repayment = sum(h[7] for h in holds if h[1] == 2 and h[0] == CAPTURE)
            need(bids == sum(c[3] for c in claims if c[0] == 1), "claims differ from the bids")
            need(0 <= project.frozen <= project.target, "frozen money is not within the target")
            need(sum(p[2] for p in paid) == sum(c[3] for c in claims if c[0] == 2),
                 "claims fall by another sum than is repaid")
            need(repayment == sum(p[2] + p[3] for p in paid), "a repayment is not distributed whole")
            need(project.repaid <= project.disbursed <= project.target, "project figures")

    def check_whole(self):
        """What each entry keeps true by its own changes, once more from the figures themselves."""
        held, frozen = {}, {}
        for kind, account, _, project, _, remaining in self.holds.values():
            held[account] = held.get(account, 0) + remaining
            if kind == BID:
                frozen[project] = frozen.get(project, 0) + remaining
        net, sums = {}, {}
        for number, a in enumerate(self.accounts[1:], 1):
            need(a.held == held.get(number, 0), "pending differs from the open holds")
            net[a.currency] = net.get(a.currency, 0) + a.debits - a.credits
            line = sums.setdefault((a.number, a.currency), [0, 0])
            line[0] += a.debits
            line[1] += a.credits
        need(not any(net.values()), "debits and credits differ")
        for key, line in self.totals.items():
            need(sums.get(key, [0, 0]) == line, "the trial balance differs from the accounts")
        for number, project in enumerate(self.projects[1:], 1):
            need(project.frozen == frozen.get(number, 0), "frozen differs from the open bids")
            need(sum(c[0] for c in project.claims.values()) == project.disbursed - project.repaid,
                 "claims differ from what is outstanding")

    def trial_balance(self):
        return [(number, currency, debits, credits)
                for (number, currency), (debits, credits) in self.totals.items()]
