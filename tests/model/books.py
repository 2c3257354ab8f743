"""The books of the naive model: accounts, owners, holds, projects and their claims, as plain
dictionaries, changed by a draft of effects one after the other.

Written from CUSTODY (the domain's rules), ledger/domain/ENTRY_FORMAT.md and
ledger/domain/flows/RULES.md; shares nothing with the engine. Every change goes through put() and
drop(), so that a batch that is taken back can be.
"""
import claims

RESTRICTIONS = ("entrusted", "judicial_waiting")
MEMOS = ("deposit_requested", "deposit_unsettled")
ASSETS = ("bank", "in_transit", "shortfall")
OWN_WORD = ("client", "standing", "guarantor", "bank")  # not what others do to somebody's money
COUNTER_MOST = 2**63 - 1
MISSING = object()


class Refused(Exception):
    """The command cannot be done; `code` is the name of the refusal."""

    def __init__(self, code, why=""):
        super().__init__(code, why)
        self.code = code


def refuse(code, why=""):
    raise Refused(code, why)


class Draft:
    """The effects of one command, not yet applied."""

    def __init__(self, identity, flow, operator=""):
        self.id = identity
        self.flow = flow  # by whose rules it is judged: of an approval, the approved command's
        self.operator = operator
        self.authority = None  # by whose word money moves
        self.postings = []  # (debit, credit, amount, kind)
        self.holds = []  # (operation, hold, amount); of an open, the hold is new
        self.claims = []  # (operation, project, holder, principal, interest)
        self.moves = []  # (project, state)
        self.paid = []  # (project, principal, interest) of its next instalment
        self.voided = []  # (project, instalment)
        self.overdue = []  # (project, due)
        self.fees = []  # (project, amount); negative: given back
        self.owners = []
        self.projects = []
        self.owner_changes = []  # (owner, key, value)
        self.halted = None
        self.profile = None
        self.opens = None  # business date
        self.reversed = None  # sequence of the entry that is taken back
        self.target_flow = None  # its flow, of a reversal
        self.proposals = []  # (id, fields) new, or (id, status)

    def post(self, debit, credit, amount, kind=""):
        self.postings.append((debit, credit, amount, kind))

    def use(self, operation, hold, amount):
        self.holds.append((operation, hold, amount))


class Books:
    def __init__(self, profile, date):
        self.log = None
        self.accounts = {}  # code -> counters, owner, class
        self.owners = {}
        self.holds = {}  # id -> hold
        self.by_order = {}  # (order, kind) -> id
        self.projects = {}
        self.contracts = {}
        self.proposals = {}
        self.reversed = {}
        self.facts = {"date": date, "halted": False, "next_hold": 1, "profile": profile}
        self.touched_owners = set()
        self.touched_projects = set()
        self.touched_holds = set()
        for kind in profile.kinds.values():
            if kind.get("structural"):
                self.open_owner(kind["name"], kind["name"], False, False)

    # --- changing, and taking back ---

    def put(self, table, key, value):
        if self.log is not None:
            self.log.append((table, key, table.get(key, MISSING)))
        table[key] = value

    def drop(self, table, key):
        if self.log is not None:
            self.log.append((table, key, table[key]))
        del table[key]

    def rollback(self, to=0):
        while len(self.log) > to:
            table, key, value = self.log.pop()
            if value is MISSING:
                del table[key]
            else:
                table[key] = value

    # --- reading ---

    @property
    def profile(self):
        return self.facts["profile"]

    @property
    def date(self):
        return self.facts["date"]

    def is_asset(self, account):
        return self.profile.classes[account["class"]]["group"] in ASSETS

    def is_itemised(self, account):
        return self.profile.classes[account["class"]].get("itemised", False)

    def balance(self, code):
        account = self.accounts[code]
        balance = account["credits"] - account["debits"]
        return -balance if self.is_asset(account) else balance

    def usable(self, code):
        account = self.accounts[code]
        kept = 0 if self.is_itemised(account) else account["debits_pending"]
        return max(0, self.balance(code) - kept)

    def owner_of(self, account):
        return self.accounts[account]["owner"]

    def kind_of(self, owner):
        return self.owners[owner]["kind"]

    def is_structural(self, owner):
        return self.profile.kinds[self.kind_of(owner)].get("structural", False)

    def are_apart(self, debit, credit):
        """Of two clients, or of a client and the reserve."""
        def party(account):
            group = self.profile.classes[self.accounts[account]["class"]]["group"]
            if group == "client" and not self.is_structural(self.owner_of(account)):
                return "client"
            return self.owner_of(account)
        both = {party(debit), party(credit)}
        return self.owner_of(debit) != self.owner_of(credit) and "client" in both and (
            both <= {"client", "reserve"})

    def hold_of(self, order, kind):
        number = self.by_order.get((order, kind))
        return None if number is None else self.holds[number]

    def holds_on(self, account, kinds):
        found = [h for h in self.holds.values() if h["account"] == account and h["kind"] in kinds]
        return sorted(found, key=lambda h: h["id"])

    def holds_of_project(self, project, kinds):
        found = [h for h in self.holds.values() if h["project"] == project and h["kind"] in kinds]
        return sorted(found, key=lambda h: h["id"])

    def claims_of(self, project):
        """(holder, claim) in the order of the holders' numbers."""
        claims = self.projects[project]["claims"]
        return sorted(claims.items(), key=lambda c: self.owners[c[0]]["number"])

    # --- drafting ---

    def new_hold(self, draft, kind, account, beneficiary, amount, **more):
        number = self.facts["next_hold"] + sum(1 for h in draft.holds if h[0] == "open")
        hold = {"id": number, "kind": kind, "account": account, "beneficiary": beneficiary,
                "project": "", "instalment": 0, "order": draft.id, "fee_rule": "", "expires": "",
                "principal": 0, "remaining": 0}
        hold.update(more)
        draft.use("open", hold, amount)
        return hold

    def set_aside_again(self, draft, kind, order, account, beneficiary, amount, project, expires):
        """Adds to the order's open hold of this kind, or opens one."""
        hold = self.hold_of(order, kind)
        if hold is not None:
            draft.use("reopen", hold, amount)
        else:
            self.new_hold(draft, kind, account, beneficiary, amount, order=order, project=project,
                          expires=expires)

    # --- applying ---

    def apply(self, draft):
        if draft.profile is not None:
            self.adopt(draft.profile)
        for owner in draft.owners:
            self.open_owner(*owner)
        for project in draft.projects:
            self.open_project(project)
        for debit, credit, amount, kind in draft.postings:
            self.add(debit, "debits", amount)
            self.add(credit, "credits", amount)
            if draft.authority in OWN_WORD:
                self.note_active(debit)
                if kind not in ("principal", "interest"):  # that is the payer's doing
                    self.note_active(credit)
        for operation, hold, amount in draft.holds:
            self.change_hold(operation, hold, amount)
        for project, state in draft.moves:
            self.move(project, state)
        self.change_claims(draft.claims)
        for project, principal, interest in draft.paid:
            self.pay_instalment(project, principal, interest)
        for project, instalment in draft.voided:
            self.change_project(project, voided_from=instalment, part_principal=0, part_interest=0,
                                overdue_since="")
        for project, due in draft.overdue:
            marks = self.projects[project]["overdue_marks"] + 1
            self.change_project(project, overdue_since=due, overdue_marks=marks)
        for project, amount in draft.fees:
            self.change_project(project, fees=self.projects[project]["fees"] + amount)
        for owner, key, value in draft.owner_changes:
            if key == "dormant" and not value:
                self.put(self.owners[owner], "active_on", self.date)
            self.put(self.owners[owner], key, value)
            self.touched_owners.add(owner)
        if draft.halted is not None:
            self.put(self.facts, "halted", draft.halted)
        if draft.reversed is not None:
            self.put(self.reversed, draft.reversed, draft.id)
        for name, fields in draft.proposals:
            self.put(self.proposals, name, {**self.proposals.get(name, {}), **fields})
        if draft.opens is not None:
            self.put(self.facts, "date", draft.opens)

    def add(self, code, counter, amount):
        account = self.accounts[code]
        self.put(account, counter, account[counter] + amount)
        self.touched_owners.add(account["owner"])

    def note_active(self, code):
        owner = self.owner_of(code)
        if not self.is_structural(owner):
            self.put(self.owners[owner], "active_on", self.date)
            self.touched_owners.add(owner)

    def adopt(self, profile):
        before = self.profile.kinds
        self.put(self.facts, "profile", profile)
        for name, kind in profile.kinds.items():
            if kind.get("structural") and name not in before:
                self.open_owner(name, name, False, False)

    def open_owner(self, code, kind, legal, related):
        self.put(self.owners, code, {
            "kind": kind, "number": len(self.owners) + 1, "legal_person": legal,
            "related_party": related, "dormant": False, "frozen": False, "outstanding": 0,
            "elsewhere": 0, "active_on": self.date, "accounts": [f"{code}:{a['suffix']}" for a
                                         in self.profile.kinds[kind]["accounts"]]})
        for account in self.profile.kinds[kind]["accounts"]:
            self.put(self.accounts, f"{code}:{account['suffix']}", {
                "owner": code, "class": account["class"], "number": len(self.accounts) + 1,
                "debits": 0, "credits": 0, "debits_pending": 0, "credits_pending": 0})
        self.touched_owners.add(code)

    def open_project(self, project):
        self.put(self.projects, project["code"], {
            **project, "state": "collecting", "frozen": 0, "disbursed": 0, "repaid": 0,
            "compensated": 0, "recovered": 0, "interest_paid": 0, "fees": 0, "instalments_paid": 0,
            "part_principal": 0, "part_interest": 0, "overdue_marks": 0, "overdue_since": "",
            "voided_from": 0, "lent_on": "", "open_bids": 0, "repayment": 0, "series": (0, 0),
            "claims": {}, "recoveries": {}})
        self.put(self.contracts, project["contract_hash"], project["code"])
        self.touched_projects.add(project["code"])

    def change_project(self, code, **fields):
        project = self.projects[code]
        for key, value in fields.items():
            self.put(project, key, value)
        self.touched_projects.add(code)

    def change_hold(self, operation, hold, amount):
        adds = operation in ("open", "reopen")
        here = self.holds.get(hold["id"])
        if operation == "open":
            self.put(self.facts, "next_hold", hold["id"] + 1)
        left = (here["remaining"] if here else 0) + (amount if adds else -amount)
        assert left >= 0, ("a hold gives more than it has", hold, amount)
        key = (hold["order"], hold["kind"])
        if left == 0:
            self.drop(self.holds, hold["id"])
            self.drop(self.by_order, key)
        else:
            self.put(self.holds, hold["id"], {**hold, "remaining": left})
            self.put(self.by_order, key, hold["id"])
        self.touched_holds.add(key)
        self.change_pending(hold, amount if adds else -amount)
        if hold["kind"] in ("bid", "red_packet"):
            project = self.projects[hold["project"]]
            count = (1 if left else 0) - (1 if here else 0)
            self.change_project(hold["project"], open_bids=project["open_bids"] + count,
                                frozen=project["frozen"] + (amount if adds else -amount))
        if hold["kind"] == "repayment":
            self.change_project(hold["project"], repayment=hold["id"] if left else 0)

    def change_pending(self, hold, amount):
        if hold["kind"] in MEMOS:
            return
        if hold["kind"] == "deposit_transit":
            self.add(hold["account"], "credits_pending", amount)
            self.add(hold["beneficiary"], "credits_pending", amount)
        else:
            self.add(hold["account"], "debits_pending", amount)

    def move(self, project, state):
        self.change_project(project, state=state)
        if state == "repaying":
            self.change_project(project, lent_on=self.date)

    def pay_instalment(self, code, principal, interest):
        project = self.projects[code]
        due = project["instalments"][project["instalments_paid"]]
        parts = (project["part_principal"] + principal, project["part_interest"] + interest)
        self.change_project(code, part_principal=parts[0], part_interest=parts[1])
        if parts == (due[1], due[2]):
            self.change_project(code, instalments_paid=project["instalments_paid"] + 1,
                                part_principal=0, part_interest=0, overdue_since="")

    def owe(self, code, principal):
        borrower = self.projects[code]["borrower"]
        owner = self.owners[borrower]
        self.put(owner, "outstanding", owner["outstanding"] + principal)
        self.touched_owners.add(borrower)

    def change_claims(self, changes):
        claims.change(self, changes)
