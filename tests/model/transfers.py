"""Transfers of claims, courts, holds for a counterparty, and what an end date releases."""
from books import RESTRICTIONS, refuse
from common import (client, fee_rule, find_order, need_client_kind, need_fee_limit, need_funds,
                    need_not_over, need_settled, need_state, need_within, person, project_of)
from loans import is_overdue, need_unrelated


def need_transferable(books, project):
    if not books.profile.policy["transfer_overdue"] and is_overdue(project, books.date):
        refuse("OVERDUE")


def claim_bid(ledger, c, draft):
    books = ledger.books
    buyer, seller = client(books, c), client(books, c, "seller")
    project = project_of(books, c)
    price, principal = c["amount"], c["principal"]
    if "lender" not in (books.kind_of(buyer),) or books.kind_of(seller) != "lender":
        refuse("WRONG_KIND")
    if buyer == seller:
        refuse("WRONG_KIND", "the same")
    need_state(project, "repaying")
    if person(buyer) == person(project["borrower"]):
        refuse("SELF_LENDING")
    need_unrelated(books, buyer, seller)
    need_funds(books, buyer + ":available", price)
    need_transferable(books, project)
    claim = project["claims"].get(seller)
    free = claim["principal"] - claim["paid"] - claim["reserved"] if claim else 0
    if free < principal:
        refuse("CLAIM_EXCEEDED")
    policy = books.profile.policy
    low, high = policy["claim_price_min_bp"], policy["claim_price_max_bp"]
    if not principal * low <= price * 10_000 <= principal * high:
        refuse("PRICE_OUT_OF_BAND")
    need_not_over(books, c.get("expires", ""))
    draft.post(buyer + ":available", buyer + ":frozen", price)
    books.new_hold(draft, "claim_purchase", buyer + ":frozen", seller + ":available", price,
                   project=project["code"], principal=principal, expires=c.get("expires", ""))
    draft.claims.append(("offer", project["code"], seller, principal, 0))


def claim_transfer(ledger, c, draft):
    books = ledger.books
    hold = find_order(ledger, c, "claim_purchase")
    project = books.projects[hold["project"]]
    buyer, seller = books.owner_of(hold["account"]), books.owner_of(hold["beneficiary"])
    price, fee = hold["remaining"], c.get("fee", 0)
    rule = fee_rule(books, c.get("fee_rule"), "claim_transfer", seller) if fee else None
    need_state(project, "repaying")
    need_unrelated(books, buyer, seller)
    if rule:
        need_fee_limit(books, rule, fee, price)
    account = hold["beneficiary"]
    restricted = books.accounts[account]["debits_pending"]
    if fee and books.balance(account) + price - fee < restricted:
        refuse("INSUFFICIENT_FUNDS")
    need_transferable(books, project)
    claim = project["claims"][seller]
    if claim["principal"] - claim["paid"] < claim["reserved"]:
        refuse("CLAIM_EXCEEDED")
    need_not_over(books, hold["expires"])
    draft.post(hold["account"], account, price)
    if fee:
        draft.post(account, "platform:fee", fee, "fee")
    draft.use("capture", hold, price)
    for operation, holder in (("unoffer", seller), ("sell", seller), ("buy", buyer)):
        draft.claims.append((operation, project["code"], holder, hold["principal"], 0))


def give_back_price(books, hold, draft):
    buyer, seller = books.owner_of(hold["account"]), books.owner_of(hold["beneficiary"])
    draft.post(hold["account"], buyer + ":available", hold["remaining"])
    draft.use("release", hold, hold["remaining"])
    draft.claims.append(("unoffer", hold["project"], seller, hold["principal"], 0))


def claim_cancel(ledger, c, draft):
    give_back_price(ledger.books, find_order(ledger, c, "claim_purchase"), draft)


# --- courts ---


def reachable(books, account, before):
    """Settled money that nothing with a better claim keeps back: payees, and earlier orders."""
    left = books.balance(account) - books.accounts[account]["credits_pending"]
    for hold in books.holds_on(account, RESTRICTIONS):
        if hold["kind"] == "entrusted" or hold["id"] < before:
            left -= hold["remaining"]
    return max(0, left)


def freeze_for_court(books, draft, owner, amount, order, expires):
    draft.post(owner + ":available", owner + ":frozen", amount)
    books.set_aside_again(draft, "judicial", order, owner + ":frozen", owner + ":available", amount,
                          "", expires)


def judicial_freeze(ledger, c, draft):
    books = ledger.books
    who = client(books, c)
    need_client_kind(books, who)
    need_not_over(books, c["expires"])
    account = who + ":available"
    now = min(c["amount"], reachable(books, account, books.facts["next_hold"]))
    if now:
        freeze_for_court(books, draft, who, now, draft.id, c["expires"])
    if now < c["amount"]:
        books.new_hold(draft, "judicial_waiting", account, account, c["amount"] - now,
                       expires=c["expires"])


def judicial_release(ledger, c, draft):
    books, order = ledger.books, c["order"]
    waiting, frozen = books.hold_of(order, "judicial_waiting"), books.hold_of(order, "judicial")
    if waiting is None and frozen is None:
        find_order(ledger, c, "judicial")
    there = [h["remaining"] if h else 0 for h in (waiting, frozen)]
    wanted = c.get("amount", sum(there))
    if wanted > sum(there):
        refuse("AMOUNT_MISMATCH")
    first = min(wanted, there[0])
    if first:
        draft.use("release", waiting, first)
    if wanted > first:
        draft.post(frozen["account"], frozen["beneficiary"], wanted - first)
        draft.use("release", frozen, wanted - first)


def judicial_catch(ledger, c, draft):
    books = ledger.books
    hold = find_order(ledger, c, "judicial_waiting")
    there = reachable(books, hold["account"], hold["id"])
    if there == 0:
        refuse("INSUFFICIENT_FUNDS")
    need_not_over(books, hold["expires"])
    amount = min(there, hold["remaining"])
    draft.use("release", hold, amount)
    freeze_for_court(books, draft, books.owner_of(hold["account"]), amount, hold["order"],
                     hold["expires"])


def judicial_deduct(ledger, c, draft):
    books = ledger.books
    hold = find_order(ledger, c, "judicial")
    need_within(hold, c["amount"])
    need_not_over(books, hold["expires"])
    who = books.owner_of(hold["account"])
    draft.post(who + ":frozen", who + ":withdrawing", c["amount"])
    draft.use("capture", hold, c["amount"])
    books.new_hold(draft, "withdraw_transit", who + ":withdrawing", who + ":frozen", c["amount"],
                   expires=hold["expires"])


# --- holds for a counterparty ---


def need_row(books, flow, debit, credit):
    row = books.profile.matrix.get((flow, books.accounts[debit]["class"],
                                    books.accounts[credit]["class"]))
    others = books.owner_of(debit) != books.owner_of(credit)
    if row is None or (row.get("same_owner") and others):
        refuse("POLICY_FORBIDS")


def hold(ledger, c, draft):
    books = ledger.books
    who = client(books, c)
    other = client(books, c, "beneficiary") if "beneficiary" in c else who
    project = project_of(books, c)["code"] if "project" in c else ""
    need_client_kind(books, who)
    need_client_kind(books, other)
    need_settled(books, who + ":available", c["amount"])
    need_row(books, "hold", who + ":available", who + ":frozen")
    if other != who:
        need_row(books, "capture", who + ":frozen", other + ":available")
    need_not_over(books, c.get("expires", ""))
    draft.post(who + ":available", who + ":frozen", c["amount"])
    books.new_hold(draft, "escrow", who + ":frozen", other + ":available", c["amount"],
                   project=project, expires=c.get("expires", ""))


def find_escrow(ledger, c):
    disputed = ledger.books.hold_of(c["order"], "disputed")
    if disputed is None:
        return find_order(ledger, c, "escrow")
    if c["authority"] != "operators":
        refuse("IN_DISPUTE")
    return disputed


def capture(ledger, c, draft):
    books = ledger.books
    held = find_escrow(ledger, c)
    holder, other = books.owner_of(held["account"]), books.owner_of(held["beneficiary"])
    amount, fee = c["amount"], c.get("fee", 0)
    rule, payer = None, ""
    if fee:
        rule = books.profile.fee_rules.get(c.get("fee_rule"))
        payers = [o for o in (holder, other) if rule and rule["flow"] == "capture"
                  and rule["payer"] == books.kind_of(o)]
        if not payers:
            refuse("UNKNOWN_FEE_RULE")
        payer = payers[0]
    if holder == other:
        refuse("WRONG_KIND")
    need_within(held, amount)
    if fee:
        if fee >= amount:
            refuse("FEE_EXCEEDS_RULE")
        need_fee_limit(books, rule, fee, amount - fee if payer == holder else amount)
    if held["kind"] == "escrow":
        need_not_over(books, held["expires"])
    kept = fee if fee and payer == holder else 0
    draft.post(held["account"], held["beneficiary"], amount - kept)
    if fee:
        draft.post(held["account"] if kept else held["beneficiary"], "platform:fee", fee, "fee")
    draft.use("capture", held, amount)


def release(ledger, c, draft):
    held = find_escrow(ledger, c)
    need_within(held, c["amount"])
    draft.post(held["account"], ledger.books.owner_of(held["account"]) + ":available", c["amount"])
    draft.use("release", held, c["amount"])


def dispute(ledger, c, draft):
    books = ledger.books
    if books.hold_of(c["order"], "disputed"):
        refuse("ALREADY_IN_STATE")
    held = find_order(ledger, c, "escrow")
    need_not_over(books, held["expires"])
    draft.use("release", held, held["remaining"])
    books.new_hold(draft, "disputed", held["account"], held["beneficiary"], held["remaining"],
                   order=held["order"], project=held["project"], expires=held["expires"])


def hold_expire(ledger, c, draft):
    books, order = ledger.books, c["order"]
    if books.hold_of(order, "disputed"):
        refuse("IN_DISPUTE")
    kinds = ("escrow", "claim_purchase", "judicial", "judicial_waiting")
    found = [h for h in (books.hold_of(order, kind) for kind in kinds) if h]
    if not found:
        find_order(ledger, c, "escrow")
    if any(not h["expires"] or books.date <= h["expires"] for h in found):
        refuse("NOT_EXPIRED")
    for held in found:
        if held["kind"] == "claim_purchase":
            give_back_price(books, held, draft)
            continue
        if held["kind"] not in RESTRICTIONS:
            to = books.owner_of(held["account"]) + ":available"
            draft.post(held["account"], to, held["remaining"])
        draft.use("release", held, held["remaining"])


FLOWS = {f.__name__: f for f in (
    claim_bid, claim_transfer, claim_cancel, judicial_freeze, judicial_release, judicial_catch,
    judicial_deduct, hold, capture, release, dispute, hold_expire)}
