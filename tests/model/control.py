"""The ledger itself: accounts, owners, halt, alerts, the day's close, profiles; two operators."""
import re
import tomllib

from books import refuse
from common import client, need_client_kind, need_funds
from regime import Profile, days_between, plus_days

NOT_PROPOSED = {"propose", "approve", "reject", "proposal_expire", "reversal_propose",
                "reversal_approve", "reversal_reject"}


def open_account(ledger, c, draft):
    books, code = ledger.books, c["client"]
    parts = code.split(":")
    kind = books.profile.kinds.get(parts[0])
    if kind is None or kind.get("structural") or len(parts) != 2 or not parts[1] or len(code) > 48:
        refuse("WRONG_KIND")
    if code in books.owners:
        refuse("ALREADY_EXISTS")
    if c.get("currency", "CNY") not in books.profile.currencies:
        refuse("WRONG_KIND")
    draft.owners.append((code, parts[0], c.get("legal_person", False),
                         c.get("related_party", False)))


def a_client(ledger, c):
    who = client(ledger.books, c)
    need_client_kind(ledger.books, who)
    return who


def owner_update(ledger, c, draft):
    """News of a debt never makes a related party unrelated."""
    who = a_client(ledger, c)
    owner = ledger.books.owners[who]
    debt = "elsewhere" in c
    related = c.get("related_party", False) or (debt and owner["related_party"])
    elsewhere = c["elsewhere"] if debt else owner["elsewhere"]
    if related == owner["related_party"] and elsewhere == owner["elsewhere"]:
        refuse("ALREADY_IN_STATE")
    draft.owner_changes += [(who, "related_party", related), (who, "elsewhere", elsewhere)]


def need_idle(books, owner):
    """No money has moved by its word for as many days as the profile says."""
    after = books.profile.policy["dormant_after_days"]
    if not after:
        refuse("POLICY_FORBIDS")
    if not owner["dormant"] and days_between(owner["active_on"], books.date) < after:
        refuse("POLICY_FORBIDS")


def turn(flag, on):
    def decide(ledger, c, draft):
        who = a_client(ledger, c)
        if flag == "dormant" and on:
            need_idle(ledger.books, ledger.books.owners[who])
        if ledger.books.owners[who][flag] == on:
            refuse("ALREADY_IN_STATE")
        draft.owner_changes.append((who, flag, on))
    return decide


def turn_halt(on):
    def decide(ledger, _, draft):
        if ledger.books.facts["halted"] == on:
            refuse("ALREADY_IN_STATE")
        draft.halted = on
    return decide


def alert(ledger, c, _):
    entries = c["entries"].split(",")
    if not all(re.fullmatch("[1-9][0-9]{0,18}", e) for e in entries):
        refuse("UNKNOWN_ENTRY")
    numbers = [int(e) for e in entries]
    if sorted(set(numbers)) != numbers or numbers[-1] > ledger.head:
        refuse("UNKNOWN_ENTRY")
    if c["rule"] not in ledger.books.profile.monitors or c.get("severity", 1) > 3:
        refuse("POLICY_FORBIDS")


def cut_off(ledger, c, draft):
    today = ledger.books.date
    if not today < c["opens"] <= plus_days(today, 31):
        refuse("BUSINESS_DATE_WRONG")
    draft.opens = c["opens"]


def profile_adopt(ledger, c, draft):
    books = ledger.books
    try:
        profile = ledger.profile_of(c["profile"])
    except (ValueError, KeyError, tomllib.TOMLDecodeError):
        refuse("PROFILE_INVALID")
    if not profile.succeeds(books.profile):
        refuse("PROFILE_INVALID")
    for hold in books.holds.values():
        if hold["kind"] == "fee":
            was = books.profile.fee_rules[hold["fee_rule"]]
            now = profile.fee_rules.get(hold["fee_rule"])
            if now is None or any(now[k] != was[k] for k in ("flow", "payer")) or any(
                    now.get(k, 0) < was.get(k, 0) for k in ("fixed", "basis_points")):
                refuse("PROFILE_INVALID")
    draft.profile = profile


# --- what one operator proposes and another approves ---


def propose(ledger, c, draft):
    books = ledger.books
    expires = c.get("expires", plus_days(books.date, books.profile.policy["proposal_days"]))
    if expires < books.date:
        refuse("EXPIRED")
    proposed = c["proposed"]
    if proposed["flow"] in NOT_PROPOSED:
        refuse("POLICY_FORBIDS")
    ledger.need_authority(proposed)
    ledger.draft_of(draft.id, proposed)  # the maker sees at once what would be refused
    draft.proposals.append((draft.id, {
        "status": "proposed", "maker": c["operator"], "expires": expires, "command": proposed}))


def find_proposal(ledger, c, key):
    proposal = ledger.books.proposals.get(c["proposal"])
    if proposal is None or key not in proposal:
        refuse("UNKNOWN_ORDER")
    if proposal["status"] != "proposed":
        refuse("PROPOSAL_CLOSED")
    return proposal


def approve(ledger, c, draft):
    proposal = find_proposal(ledger, c, "command")
    if c["operator"] == proposal["maker"]:
        refuse("SAME_OPERATOR")
    if ledger.books.date > proposal["expires"]:
        refuse("PROPOSAL_EXPIRED")
    ledger.need_authority(proposal["command"])
    inner = ledger.draft_of(draft.id, proposal["command"])
    draft.__dict__.update(inner.__dict__)
    draft.proposals.append((c["proposal"], {"status": "approved"}))


def reject(ledger, c, draft):
    find_proposal(ledger, c, "command")
    draft.proposals.append((c["proposal"], {"status": "rejected"}))


def proposal_expire(ledger, c, draft):
    if ledger.books.date <= find_proposal(ledger, c, "command")["expires"]:
        refuse("NOT_EXPIRED")
    draft.proposals.append((c["proposal"], {"status": "expired"}))


# --- reversals ---


def need_reversible(ledger, entry):
    draft = entry.draft
    rules = ledger.books.profile.flows.get(draft.flow if draft else entry.flow, {})
    if draft is None or not rules.get("reversible"):
        refuse("NOT_REVERSIBLE")
    if entry.sequence in ledger.books.reversed:
        refuse("ALREADY_REVERSED")


def reversal_propose(ledger, c, draft):
    entry = ledger.entries.get(c["entry"])
    if entry is None:
        refuse("UNKNOWN_ENTRY")
    if c["entry_hash"] != entry.hash:
        refuse("HASH_MISMATCH")
    need_reversible(ledger, entry)
    draft.proposals.append((draft.id, {"status": "proposed", "maker": c["operator"],
                                       "reverses": c["entry"], "entry_hash": entry.hash}))


def need_unmoved(books, operation, change, amount):
    """The hold must still be as the entry left it."""
    opened = operation in ("open", "reopen")
    here = books.holds.get(change["id"])
    if opened and (here is None or here["remaining"] < amount):
        refuse("ORDER_CLOSED", "moved on")
    if change["kind"] == "bid" and books.hold_of(change["order"], "red_packet"):
        refuse("ORDER_CLOSED", "red packet")
    same = books.hold_of(change["order"], change["kind"])
    if not opened and same is not None and same["id"] != change["id"]:
        refuse("ORDER_CLOSED", "open again")
    if change["project"]:
        fits = ("collecting", "full") if change["kind"] == "bid" else ("repaying",)
        if books.projects[change["project"]]["state"] not in fits:
            refuse("WRONG_PROJECT_STATE")


def is_spendable(books, account):
    kind = books.profile.kinds[books.kind_of(books.owner_of(account))]
    return account.endswith(":available") and not kind.get("structural")


def reversal_approve(ledger, c, draft):
    books = ledger.books
    proposal = find_proposal(ledger, c, "reverses")
    if c["operator"] == proposal["maker"]:
        refuse("SAME_OPERATOR")
    entry = ledger.entries[proposal["reverses"]]
    need_reversible(ledger, entry)
    target = entry.draft
    for operation, change, amount in target.holds:
        need_unmoved(books, operation, change, amount)
    for debit, credit, amount, _ in target.postings:
        if not books.is_asset(books.accounts[credit]) and not is_spendable(books, credit):
            need_funds(books, credit, amount)
        if books.is_asset(books.accounts[debit]):
            need_funds(books, debit, amount)
    lend_shortfall(books, target, draft)
    for debit, credit, amount, _ in target.postings:
        draft.post(credit, debit, amount, "reversal")
    for project, amount in target.fees:
        draft.fees.append((project, -amount))
    for operation, change, amount in target.holds:
        draft.use("release" if operation in ("open", "reopen") else "reopen", change, amount)
        if change["kind"] == "bid" and books.projects[change["project"]]["state"] == "full":
            draft.moves.append((change["project"], "collecting"))
    draft.reversed, draft.target_flow = proposal["reverses"], target.flow
    draft.proposals.append((c["proposal"], {"status": "approved"}))


def lend_shortfall(books, target, draft):
    """What the inverse takes from a client beyond what there is, the platform owes."""
    needed = {}
    for debit, credit, amount, _ in target.postings:
        for account, sign in ((credit, 1), (debit, -1)):
            if is_spendable(books, account):
                needed[account] = needed.get(account, 0) + sign * amount
    for account, amount in needed.items():
        missing = amount - books.balance(account)
        if missing > 0:
            draft.post("custody:shortfall", account, missing)


def reversal_reject(ledger, c, draft):
    find_proposal(ledger, c, "reverses")
    draft.proposals.append((c["proposal"], {"status": "rejected"}))


FLOWS = {f.__name__: f for f in (
    open_account, owner_update, alert, cut_off, profile_adopt, propose, approve, reject,
    proposal_expire, reversal_propose, reversal_approve, reversal_reject)}
FLOWS |= {"dormant": turn("dormant", True), "dormant_end": turn("dormant", False),
          "freeze": turn("frozen", True), "unfreeze": turn("frozen", False),
          "halt": turn_halt(True), "resume": turn_halt(False)}
