"""The naive ledger: what is answered to a command, in the order of precedence of
ledger/domain/flows/RULES.md; ids that live for ever; atomic batches; malformed commands."""
import control
import fields
import loans
import money
import transfers
from books import COUNTER_MOST, Books, Draft, Refused, refuse
from regime import Profile

FLOWS = {**money.FLOWS, **loans.FLOWS, **transfers.FLOWS, **control.FLOWS}
PASS_HALT = {"resume", "cut_off", "alert", "reject", "proposal_expire"}


class Entry:
    """A line of the journal. The sequence and hash come with the answer."""

    def __init__(self, flow, draft):
        self.flow = flow
        self.draft = draft  # none if refused, or an alert that the daemon made itself
        self.header = None  # business date, value date, version of the profile
        self.sequence = None
        self.hash = None


class Answer:
    def __init__(self, code, entry=None, replayed=False):
        self.code = code  # of the refusal; none if committed
        self.entry = entry  # none where nothing is journaled
        self.replayed = replayed


class Ledger:
    def __init__(self, profile_text, date):
        self.profiles = {}
        self.books = Books(self.profile_of(profile_text), date)
        self.commands = {}  # id -> (command, refusal or none, entry)
        self.entries = {}  # sequence -> entry
        self.head = 1
        self.pending = []  # entries that have no sequence yet
        self.declared = set()

    def profile_of(self, text):
        if text not in self.profiles:
            self.profiles[text] = Profile(text)
        return self.profiles[text]

    # --- a request ---

    def run(self, batch, atomic):
        """The answers to a batch; its entries stay pending until confirm(). `batch` may be made as
        it is taken."""
        self.declared = set(self.books.profile.flows)
        if atomic:
            return self.run_atomic(iter(batch))
        answers = []
        for command in batch:
            malformed = self.judge(command)
            answers.append(Answer(malformed) if malformed else self.send(command))
        return answers

    def judge(self, command):
        """What is seen before the ledger is asked: by the rules when the request came in. Whoever
        proposes may send what it proposes."""
        malformed = fields.judge(command)
        if malformed:
            return malformed
        if command["authority"] == "operators" and "operator" not in command:
            return "MISSING_FIELD"
        asked = {command["flow"], command.get("proposed", command)["flow"]}
        return None if asked <= self.declared else "ROLE_FORBIDDEN"

    def run_atomic(self, batch):
        mark, pending = len(self.books.log), len(self.pending)
        done, answers, ids = [], [], set()
        malformed = False
        for command in batch:
            done.append(command)
            malformed = self.judge(command) is not None
            if malformed:
                break
            twice = command["id"] in ids
            answers.append(Answer("ID_REUSED") if twice else self.send(command))
            ids.add(command["id"])
            if answers[-1].code:
                break
        else:
            return answers
        self.books.rollback(mark)
        del self.pending[pending:]
        done += batch
        if malformed or any(self.judge(c) for c in done):
            return [Answer(self.judge(c) or "BATCH_ABORTED") for c in done]
        at, bad = len(answers) - 1, answers[-1]
        if bad.entry and not bad.replayed:  # journaled alone, as evidence
            bad.entry.header = self.header_of(done[at], None)
            self.keep(done[at], bad.code, bad.entry)
        for i, answer in enumerate(answers[:-1]):
            if not answer.replayed:
                answers[i] = Answer("BATCH_ABORTED")
        return answers + [Answer("BATCH_ABORTED")] * (len(done) - len(answers))

    def confirm(self, first):
        """The sequences of the pending entries: they stand together, from `first` on."""
        for entry in self.pending:
            entry.sequence = first
            self.entries[first] = entry
            self.head = first
            first += 1
        self.pending = []

    # --- a command ---

    def send(self, command):
        known = self.commands.get(command["id"])
        if known:
            if fields.same(known[0], command):
                return Answer(known[1], known[2], True)
            return Answer("ID_REUSED")
        try:
            draft = self.decide(command)
        except Refused as refused:
            if refused.code == "HALTED":
                return Answer("HALTED")
            entry = Entry(command["flow"], None)
            entry.header = self.header_of(command, None)
            self.keep(command, refused.code, entry)
            return Answer(refused.code, entry)
        entry = Entry(command["flow"], draft)
        entry.header = self.header_of(command, draft)
        self.books.apply(draft)
        self.keep(command, None, entry)
        return Answer(None, entry)

    def header_of(self, command, draft):
        """Of an entry that is committed by an approval, the value date is the proposed command's."""
        date = self.books.date
        value_date = command.get("value_date", date)
        if draft and command["flow"] == "approve":
            proposed = self.books.proposals[command["proposal"]]["command"]
            value_date = proposed.get("value_date", value_date)
        return date, value_date, self.books.profile.version

    def keep(self, command, code, entry):
        self.books.put(self.commands, command["id"], (command, code, entry))
        self.pending.append(entry)

    def decide(self, command):
        self.need_running(command)
        self.need_authority(command)
        rules = self.books.profile.flows[command["flow"]]
        above = rules.get("four_eyes_above")
        if rules.get("four_eyes") or (above is not None and command.get("amount", 0) > above):
            refuse("NEEDS_TWO_OPERATORS")
        draft = self.draft_of(command["id"], command)
        self.need_both_operators(command, draft)
        self.need_unfrozen(draft)
        self.need_awake(draft)
        self.need_laws(draft)
        return draft

    def need_both_operators(self, command, draft):
        """Money moves on the word of operators only where two of them gave it."""
        alone = command["flow"] not in ("approve", "reversal_approve")
        if alone and command["authority"] == "operators" and draft.postings:
            refuse("NEEDS_TWO_OPERATORS")

    def draft_of(self, identity, command):
        draft = Draft(identity, command["flow"], command.get("operator", ""))
        draft.authority = command["authority"]
        FLOWS[command["flow"]](self, command, draft)
        return draft

    def need_running(self, command):
        if not self.books.facts["halted"]:
            return
        flow = command["flow"]
        if flow == "propose":
            flow = command["proposed"]["flow"]
        elif flow == "approve":
            proposal = self.books.proposals.get(command["proposal"], {})
            flow = proposal.get("command", command)["flow"]
        if flow not in PASS_HALT:
            refuse("HALTED")

    def need_authority(self, command):
        rules = self.books.profile.flows.get(command["flow"])
        if rules is None or command["authority"] not in rules["authorities"]:
            refuse("AUTHORITY_FORBIDDEN")

    def need_unfrozen(self, draft):
        if self.books.profile.flows[draft.flow].get("despite_freeze"):
            return
        for debit, *_ in draft.postings:
            if self.books.owners[self.books.owner_of(debit)]["frozen"]:
                refuse("OWNER_FROZEN")

    def need_awake(self, draft):
        """A dormant client pays no fee, but one that was set aside before."""
        def dormant(account):
            return self.books.owners[self.books.owner_of(account)]["dormant"]
        kept = any(h[0] == "capture" and h[1]["kind"] == "fee" for h in draft.holds)
        paying = [] if kept else [p[0] for p in draft.postings if p[3] == "fee"]
        opened = [h[1]["account"] for h in draft.holds if h[0] == "open" and h[1]["kind"] == "fee"]
        if any(dormant(account) for account in paying + opened):
            refuse("OWNER_DORMANT")

    # --- what holds of every entry ---

    def need_laws(self, draft):
        books = self.books
        if any(debit == credit for debit, credit, *_ in draft.postings):
            refuse("LAW_UNBALANCED")
        change = {}
        for debit, credit, amount, _ in draft.postings:
            change.setdefault(debit, [0, 0, 0, 0])[0] += amount
            change.setdefault(credit, [0, 0, 0, 0])[1] += amount
        for operation, hold, amount in draft.holds:
            amount = amount if operation in ("open", "reopen") else -amount
            if hold["kind"] == "deposit_transit":
                for account in (hold["account"], hold["beneficiary"]):
                    change.setdefault(account, [0, 0, 0, 0])[3] += amount
            elif hold["kind"] not in ("deposit_requested", "deposit_unsettled"):
                change.setdefault(hold["account"], [0, 0, 0, 0])[2] += amount
        after = {}
        for code, (debits, credits, _, _) in change.items():
            sign = -1 if books.is_asset(books.accounts[code]) else 1
            after[code] = books.balance(code) + sign * (credits - debits)
            if after[code] < 0:
                refuse("LAW_NEGATIVE", code)
        self.need_matrix(draft)
        self.need_parties(draft)
        despite = books.profile.flows[draft.flow].get("despite_restriction")
        for code, (debits, _, pending, _) in change.items():
            account = books.accounts[code]
            plain = not books.is_itemised(account) and not books.is_asset(account)
            if plain and debits and not despite:
                if after[code] < account["debits_pending"] + pending:
                    refuse("LAW_RESTRICTED", code)
        for code, counts in change.items():
            account = books.accounts[code]
            was = [account[k] for k in ("debits", "credits", "debits_pending", "credits_pending")]
            if any(a + b > COUNTER_MOST for a, b in zip(was, counts, strict=True)):
                refuse("COUNTER_LIMIT", code)

    def need_matrix(self, draft):
        books = self.books
        of_project = {h[1]["account"] for h in draft.holds if h[1]["project"]}
        for debit, credit, _, kind in draft.postings:
            back = kind == "reversal"
            flow, one, other = draft.flow, debit, credit
            if back:
                flow, one, other = draft.target_flow, credit, debit
            row = books.profile.matrix.get(
                (flow, books.accounts[one]["class"], books.accounts[other]["class"]))
            if row is None:
                refuse("LAW_FLOW_MATRIX", f"{flow} {one} {other}")
            if row.get("same_owner") and books.owner_of(one) != books.owner_of(other):
                refuse("LAW_FLOW_MATRIX", "two owners")
            if row.get("project") and not back and not {debit, credit} & of_project:
                refuse("LAW_FLOW_MATRIX", "no project")

    def need_parties(self, draft):
        """Between two clients, and between a client and the reserve, nothing moves but what lenders
        are lent or paid for and what an order of the entry has as its own."""
        books = self.books
        of_loan = {c[0] for c in draft.claims} & {"create", "repay", "compensate", "recover"}
        for debit, credit in {p[:2] for p in draft.postings}:
            if not books.are_apart(debit, credit):
                continue
            moved = sum(p[2] for p in draft.postings if p[:2] == (debit, credit)
                        and p[3] != "reversal"
                        and not (of_loan and p[3] in ("principal", "interest")))
            ordered = 0
            for operation, hold, amount in draft.holds:
                way = (hold["account"], hold["beneficiary"])
                if operation == "capture" and way == (debit, credit) and (
                        hold["kind"] in ("claim_purchase", "escrow", "disputed")):
                    ordered += amount
                if operation == "open" and way == (credit, debit) and hold["kind"] == "repayment":
                    ordered += amount
            if moved > ordered:
                refuse("LAW_FLOW_MATRIX", f"{debit} {credit}: no claim, no order")
