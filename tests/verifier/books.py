"""The books: what entries add up to, and what must hold after each (ENTRY_FORMAT.md)."""

import tomllib

from entry_format import (ADOPT, AMOUNT_FIELD, BID, BUY, CAPTURE, CLAIMS, COMPENSATE, CREATE,
                          DEPOSIT_TRANSIT, FEES, FLOWS, HOLDS, MEMOS, MOVES, OFFER, OPEN, OVERDUE,
                          OWNER_CHANGES, OWNERS, PAID, POSTINGS, PROFILES, PROJECTS, RECOVER,
                          RED_PACKET, REOPEN, REPAY, REPAYMENT, SELL, SUBROGATE, SWITCHES, UNOFFER,
                          VOIDED, Bad, field_of, need)

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
                 "claims", "fees", "part", "voided", "overdue", "compensated", "recovered",
                 "recoveries")

    def __init__(self, code, target, schedule):
        self.code, self.target, self.schedule = code, target, schedule
        self.state, self.paid, self.fees = 1, 0, 0
        self.frozen = self.disbursed = self.repaid = 0
        self.claims = {}  # holder: [outstanding principal, interest paid, offered for sale]
        self.part = [0, 0]  # principal and interest paid of the next instalment
        self.voided = self.overdue = 0
        self.compensated = self.recovered = 0
        self.recoveries = {}  # compensator: [principal, interest] that it may still claim


class Books:
    """What the entries add up to, and the checks of each entry against it."""

    def __init__(self):
        self.profile_version = None
        self.business_date = None
        self.classes = {}  # number: (assets?, itemised?)
        self.kinds = {}    # name: [(class, suffix)]
        self.currencies = []
        self.one_operator = {}  # flow name: (never?, up to which amount)
        self.unrestricted = set()  # names of flows that may take restricted money
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
        self.switches = {}
        self.reversed = set()

    def apply(self, entry):
        sections = entry.sections
        touched = set()
        for tag, step in (
            (PROFILES, self.adopt), (OWNERS, self.open_owners), (PROJECTS, self.open_projects),
            (POSTINGS, self.post), (HOLDS, self.hold), (MOVES, self.move), (CLAIMS, self.claim),
            (PAID, self.pay), (FEES, self.fee), (VOIDED, self.void), (OVERDUE, self.mark),
            (OWNER_CHANGES, self.change_owner), (SWITCHES, self.switch),
        ):  # fmt: skip
            if tag in sections:
                step(sections[tag], entry, touched)
        self.check_accounts(touched)
        self.check_restrictions(entry)
        self.check_projects(sections)

    def adopt(self, records, entry, _):
        (version, name, text), = records
        classes, kinds, one_operator = {}, {}, {}
        try:
            profile = tomllib.loads(text.decode("utf-8"))
            currencies = [code.encode() for code in profile["currencies"]]
            for row in sorted(profile["classes"], key=lambda row: row["number"]):
                assets = row["group"] in ("bank", "in_transit", "shortfall")
                need(assets or row["group"] in ("client", "platform"), "profile: group")
                classes[row["number"]] = (assets, row.get("itemised", False))
            for row in profile["kinds"]:
                kinds[row["name"].encode()] = [(a["class"], a["suffix"].encode())
                                               for a in row["accounts"]]
            for row in profile["flows"]:
                if row.get("four_eyes", False) or "four_eyes_above" in row:
                    most = 0 if row.get("four_eyes", False) else row["four_eyes_above"]
                    one_operator[row["name"]] = (row.get("four_eyes", False), most)
            unrestricted = {row["name"] for row in profile["flows"]
                            if row.get("despite_restriction", False)}
            need((profile["version"], profile["name"].encode()) == (version, name),
                 "profile: name or version")
        except (KeyError, TypeError, AttributeError, UnicodeDecodeError,
                tomllib.TOMLDecodeError) as error:
            raise Bad(f"profile: {error}") from None
        if self.profile_version is None:
            need(version == entry.profile_version, "profile: version of the entry")
            self.business_date = entry.business_date
        else:
            self.check_successor(entry, version, currencies, classes, kinds)
        self.profile_version = version
        self.currencies, self.classes, self.kinds = currencies, classes, kinds
        self.one_operator, self.unrestricted = one_operator, unrestricted
        self.totals = {(number, currency): self.totals.get((number, currency), [0, 0])
                       for number in classes for currency in currencies}

    def check_successor(self, entry, version, currencies, classes, kinds):
        """What the books are made of stays as it was and in its place; more may follow."""
        need(entry.effective_flow() == ADOPT, "profile: adopted by another flow")
        need(version > self.profile_version, "profile: not a later version")
        for before, after in ((self.currencies, currencies),
                              (list(self.classes.items()), list(classes.items())),
                              (list(self.kinds.items()), list(kinds.items()))):
            need(after[:len(before)] == before, "profile: changes what is in the books")

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
        for number, borrower, target, contract, code, schedule, guarantor, _ in records:
            need(number == len(self.projects), "project: number")
            need(1 <= borrower <= self.owner_count, "project: borrower")
            need(guarantor <= self.owner_count, "project: guarantor")
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
        for record in records:
            op, kind, number, account, owner, project, _, amount, order = record[:9]
            need(amount > 0, "a hold moves nothing")
            where, beneficiary = self.account(account), self.account(owner)
            description = [kind, account, owner, project, order, record[9:]]
            if op in (OPEN, REOPEN):
                self.add_hold(op, number, description, amount)
                change = amount
            else:
                hold = self.holds.get(number)
                need(hold is not None, "a hold is not open")
                need(hold[:6] == description, "a hold is described wrongly")
                need(hold[6] >= amount, "a hold gives more than it has")
                hold[6] -= amount
                if hold[6] == 0:
                    del self.holds[number]
                    del self.orders[order, kind]
                change = -amount
            if kind in MEMOS:
                continue
            need(where.assets == (kind == DEPOSIT_TRANSIT), "a hold lies on the wrong side")
            if kind == DEPOSIT_TRANSIT:
                need(not beneficiary.assets, "a hold lies on the wrong side")
                where.credits_pending += change
                beneficiary.credits_pending += change
                touched.add(beneficiary)
            else:
                where.debits_pending += change
            where.held += change
            touched.add(where)
            if kind in (BID, RED_PACKET):
                self.project(project).frozen += change

    def add_hold(self, op, number, description, amount):
        if op == OPEN:
            need(number == self.next_hold, "a hold is opened out of order")
            self.next_hold += 1
        else:
            need(1 <= number < self.next_hold, "a hold is reopened that never was")
        hold = self.holds.get(number)
        if hold is not None:
            need(hold[:6] == description, "a hold is described wrongly")
            hold[6] += amount
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
            if op in (CREATE, BUY):
                project.claims.setdefault(holder, [0, 0, 0])[0] += principal
                project.disbursed += principal if op == CREATE else 0
            elif op == SUBROGATE:
                owed = project.recoveries.setdefault(holder, [0, 0])
                owed[0] += principal
                owed[1] += interest
            elif op == RECOVER:
                owed = project.recoveries.get(holder)
                need(owed is not None and owed[0] >= principal and owed[1] >= interest,
                     "more is recovered than was compensated")
                owed[0] -= principal
                owed[1] -= interest
                project.recovered += principal
            else:
                self.lower_claim(project, op, holder, principal, interest)

    @staticmethod
    def lower_claim(project, op, holder, principal, interest):
        claim = project.claims.get(holder)
        need(claim is not None, "a claim falls below zero")
        if op == OFFER:
            claim[2] += principal
        elif op == UNOFFER:
            claim[2] -= principal
        else:
            claim[0] -= principal
            claim[1] += interest
            project.repaid += principal if op in (REPAY, COMPENSATE) else 0
            project.compensated += principal if op == COMPENSATE else 0
        need(claim[0] >= 0 and claim[2] >= 0, "a claim falls below zero")

    def pay(self, records, _, __):
        """Payments on the next instalment add up until both parts are what is due."""
        for number, instalment, principal, interest in records:
            project = self.project(number)
            need(instalment == project.paid + 1 and instalment <= len(project.schedule),
                 "an instalment is paid out of order")
            project.part[0] += principal
            project.part[1] += interest
            due = list(project.schedule[instalment - 1][1:])
            need(project.part[0] <= due[0] and project.part[1] <= due[1],
                 "more is paid of an instalment than is due")
            if project.part == due:
                project.paid, project.part, project.overdue = instalment, [0, 0], 0

    def void(self, records, _, __):
        for number, first, _, _ in records:
            project = self.project(number)
            need(project.voided == 0 and first == project.paid + 1, "a schedule is ended wrongly")
            project.voided, project.part, project.overdue = first, [0, 0], 0

    def mark(self, records, _, __):
        for number, instalment, due, _, _ in records:
            project = self.project(number)
            need(instalment == project.paid + 1 and project.overdue == 0 and due != 0,
                 "an instalment is marked overdue out of order")
            project.overdue = due

    def change_owner(self, records, _, __):
        for number, _, _ in records:
            need(1 <= number <= self.owner_count, "an unknown owner is changed")

    def switch(self, records, _, __):
        for what, on in records:
            need(self.switches.get(what, 0) != on, "a switch is turned to where it is")
            self.switches[what] = on

    def fee(self, records, entry, _):
        moved = sum(p[2] for p in entry.sections.get(POSTINGS, ()))
        need(sum(f[2] for f in records) == moved, "fees differ from the postings")
        for op, number, amount in records:
            project = self.project(number)
            need(amount > 0 and entry.effective_flow() == (140 if op == 1 else 271),
                 "a fee is counted wrongly")
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

    def check_restrictions(self, entry):
        """What is under a restriction stays on its account."""
        if FLOWS[entry.effective_flow()] in self.unrestricted:
            return
        for posting in entry.sections.get(POSTINGS, ()):
            a = self.accounts[posting[0]]
            need(a.itemised or a.assets or a.balance() >= a.debits_pending,
                 "money leaves that is restricted")

    def needs_two_operators(self, entry):
        """Whether the profile leaves the flow to two operators."""
        never, most = self.one_operator.get(FLOWS[entry.flow], (False, None))
        amount = int.from_bytes(field_of(entry.command, AMOUNT_FIELD), "little")
        return never or (most is not None and amount > most)

    def check_projects(self, sections):
        """The money of a project stays in it: claims are made of its bids, repaid by its borrower."""
        claims = sections.get(CLAIMS, ())
        paid = sections.get(PAID, ())
        numbers = {c[1] for c in claims} | {p[0] for p in paid}
        holds = [h for h in sections.get(HOLDS, ()) if h[5]]
        numbers.update(h[5] for h in holds)
        numbers.update(m[0] for m in sections.get(MOVES, ()))
        numbers.update(v[0] for v in sections.get(VOIDED, ()))
        need(len(numbers) <= 1, "an entry names two projects")
        for number in numbers:
            project = self.project(number)
            bids = sum(h[7] for h in holds if h[1] in (BID, RED_PACKET) and h[0] == CAPTURE)
            repayment = sum(h[7] for h in holds if h[1] == REPAYMENT and h[0] == CAPTURE)
            principal, interest = {}, {}
            for op, _, _, p, i in claims:
                principal[op] = principal.get(op, 0) + p
                interest[op] = interest.get(op, 0) + i
            lenders = [sum(sums.get(op, 0) for op in (REPAY, COMPENSATE))
                       for sums in (principal, interest)]
            ends = sections.get(VOIDED, ())
            paid_off = [sum(p[2] for p in paid) + sum(v[2] for v in ends),
                        sum(p[3] for p in paid) + sum(v[3] for v in ends)]
            need(bids == principal.get(CREATE, 0), "claims differ from the bids")
            need(0 <= project.frozen <= project.target, "frozen money is not within the target")
            need(lenders == paid_off, "claims fall by another sum than is repaid")
            need(repayment in (0, sum(paid_off)), "a repayment is not distributed whole")
            need(repayment or not paid_off[0] + paid_off[1] or COMPENSATE in principal,
                 "an instalment is paid by nobody")
            need([principal.get(COMPENSATE, 0), interest.get(COMPENSATE, 0)]
                 == [principal.get(SUBROGATE, 0), interest.get(SUBROGATE, 0)],
                 "what is compensated is not what may be recovered")
            need(principal.get(SELL, 0) == principal.get(BUY, 0), "a claim is not sold whole")
            need(project.repaid <= project.disbursed <= project.target, "project figures")

    def check_whole(self):
        """What each entry keeps true by its own changes, once more from the figures themselves."""
        held, frozen = {}, {}
        for kind, account, _, project, _, _, remaining in self.holds.values():
            if kind not in MEMOS:
                held[account] = held.get(account, 0) + remaining
            if kind in (BID, RED_PACKET):
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
            owed = sum(r[0] for r in project.recoveries.values())
            need(owed == project.compensated - project.recovered,
                 "recoveries differ from what was compensated")

    def trial_balance(self):
        return [(number, currency, debits, credits)
                for (number, currency), (debits, credits) in self.totals.items()]
