"""Money in and out: deposits, receipts, withdrawals, what is the platform's, the bank's interest."""
from books import refuse
from common import (channel, client, fee_rule, find_order, need_client_kind, need_fee_limit,
                    need_funds, need_movement, need_open, need_settled, need_whole, need_within,
                    order_or_closed, take_from_client)

BANK, FEE = "custody:bank", "platform:fee"


def deposit_request(ledger, c, draft):
    books = ledger.books
    who = client(books, c)
    transit = channel(books, c)
    need_client_kind(books, who)
    books.new_hold(draft, "deposit_requested", transit, who + ":available", c["amount"])


def deposit(ledger, c, draft):
    books = ledger.books
    who = client(books, c)
    transit = channel(books, c)
    request = None
    if "order" in c:
        request = order_or_closed(ledger, c, "deposit_requested")
        theirs = (transit, who + ":available")
        if request and (request["account"], request["beneficiary"]) != theirs:
            refuse("UNKNOWN_ORDER", "of another")
    need_client_kind(books, who)
    if "order" in c:
        need_open(request)
        need_whole(request, c["amount"])
        draft.use("capture", request, c["amount"])
    if books.profile.policy["credit"] == "on-settlement":
        books.new_hold(draft, "deposit_unsettled", transit, who + ":available", c["amount"])
    else:
        draft.post(transit, who + ":available", c["amount"])
        books.new_hold(draft, "deposit_transit", transit, who + ":available", c["amount"])


def settle(ledger, c, draft):
    hold = find_order(ledger, c, "deposit_transit", "deposit_unsettled")
    need_whole(hold, c["amount"])
    to = hold["account"] if hold["kind"] == "deposit_transit" else hold["beneficiary"]
    draft.post(BANK, to, c["amount"])
    draft.use("capture", hold, c["amount"])


def deposit_fail(ledger, c, draft):
    hold = find_order(ledger, c, "deposit_transit", "deposit_unsettled", "deposit_requested")
    need_whole(hold, c["amount"])
    if hold["kind"] != "deposit_transit":
        draft.use("release", hold, c["amount"])
        return
    take_from_client(ledger.books, draft, hold["beneficiary"], hold["account"], c["amount"])
    draft.use("capture", hold, c["amount"])


def returned(ledger, c, flow, whole):
    """The hold that the named entry captured: what the bank did and now takes back."""
    entry = ledger.entries.get(c["entry"])
    if entry is None:
        refuse("UNKNOWN_ENTRY")
    fits = entry.draft is not None and entry.draft.flow == flow
    if fits:
        _, hold, amount = next(h for h in entry.draft.holds
                               if h[0] == "capture" and h[1]["kind"] != "fee")
        if c["amount"] != amount if whole else c["amount"] > amount:
            refuse("AMOUNT_MISMATCH")
        if whole:
            need_funds(ledger.books, BANK, amount)
    if c["entry_hash"] != entry.hash:
        refuse("HASH_MISMATCH")
    if not fits:
        refuse("NOT_REVERSIBLE")
    if c["entry"] in ledger.books.reversed:
        refuse("ALREADY_REVERSED")
    return hold


def mark_returned(c, draft):
    draft.reversed = c["entry"]
    draft.proposals.append((draft.id, {"status": "approved", "reverses": c["entry"]}))


def deposit_chargeback(ledger, c, draft):
    hold = returned(ledger, c, "settle", True)
    take_from_client(ledger.books, draft, hold["beneficiary"], BANK, c["amount"])
    mark_returned(c, draft)


def withdraw_return(ledger, c, draft):
    books = ledger.books
    hold = returned(ledger, c, "withdraw_pay", False)
    available = books.owner_of(hold["beneficiary"]) + ":available"
    draft.post(BANK, available, c["amount"])
    if hold["project"]:
        books.set_aside_again(draft, "entrusted", hold["order"], available, available, c["amount"],
                              hold["project"], "")
    mark_returned(c, draft)


def receipt(ledger, c, draft):
    if c.get("currency", "CNY") != "CNY":
        refuse("WRONG_KIND")
    draft.post(BANK, "suspense:unallocated", c["amount"])
    ledger.books.new_hold(draft, "receipt", "suspense:unallocated", "suspense:unallocated",
                          c["amount"])


def receipt_allocate(ledger, c, draft):
    who = client(ledger.books, c)
    hold = order_or_closed(ledger, c, "receipt")
    need_client_kind(ledger.books, who)
    need_open(hold)
    need_within(hold, c["amount"])
    draft.post(hold["account"], who + ":available", c["amount"])
    draft.use("capture", hold, c["amount"])


def receipt_return(ledger, c, draft):
    hold = find_order(ledger, c, "receipt")
    need_within(hold, c["amount"])
    need_funds(ledger.books, BANK, c["amount"])
    draft.post(hold["account"], BANK, c["amount"])
    draft.use("capture", hold, c["amount"])


def withdraw(ledger, c, draft):
    books = ledger.books
    who = client(books, c)
    amount, fee = c["amount"], c.get("fee", 0)
    rule = fee_rule(books, c.get("fee_rule"), "withdraw_pay", who) if fee else None
    need_client_kind(books, who)
    if rule:
        need_fee_limit(books, rule, fee, amount)
    if amount + fee > 10**18:
        refuse("INSUFFICIENT_FUNDS")
    need_settled(books, who + ":available", amount + fee)
    above = books.profile.policy["review_above"]
    kind = "withdraw_review" if above is not None and amount > above else "withdrawal"
    draft.post(who + ":available", who + ":frozen", amount + fee)
    books.new_hold(draft, kind, who + ":frozen", who + ":available", amount)
    if fee:
        books.new_hold(draft, "fee", who + ":frozen", who + ":available", fee,
                       fee_rule=c["fee_rule"])


def change_kind(books, draft, hold, kind):
    draft.use("release", hold, hold["remaining"])
    books.new_hold(draft, kind, hold["account"], hold["beneficiary"], hold["remaining"],
                   order=hold["order"], project=hold["project"], expires=hold["expires"])


def review_pass(ledger, c, draft):
    hold = find_order(ledger, c, "withdraw_review")
    change_kind(ledger.books, draft, hold, "withdrawal")


def review_hold(ledger, c, draft):
    hold = find_order(ledger, c, "withdrawal")
    change_kind(ledger.books, draft, hold, "withdraw_review")


def withdraw_accept(ledger, c, draft):
    hold = find_order(ledger, c, "withdrawal")
    who = ledger.books.owner_of(hold["account"])
    draft.post(who + ":frozen", who + ":withdrawing", hold["remaining"])
    draft.use("capture", hold, hold["remaining"])
    ledger.books.new_hold(draft, "withdraw_transit", who + ":withdrawing", who + ":available",
                          hold["remaining"], order=hold["order"])


def withdraw_unknown(ledger, c, draft):
    hold = find_order(ledger, c, "withdraw_transit")
    change_kind(ledger.books, draft, hold, "withdraw_unknown")


def withdraw_pay(ledger, c, draft):
    hold = find_order(ledger, c, "withdraw_transit", "withdraw_unknown")
    need_whole(hold, c["amount"])
    draft.post(hold["account"], BANK, c["amount"])
    draft.use("capture", hold, c["amount"])
    fee = ledger.books.hold_of(hold["order"], "fee")
    if fee:
        draft.post(fee["account"], FEE, fee["remaining"], "fee")
        draft.use("capture", fee, fee["remaining"])


def withdraw_fail(ledger, c, draft):
    books, order = ledger.books, c["order"]
    if c["authority"] == "client":
        for kind in ("withdraw_transit", "withdraw_unknown"):
            if books.hold_of(order, kind):
                refuse("ORDER_CLOSED", "accepted by the bank")
    hold = find_order(ledger, c, "withdrawal", "withdraw_review", "withdraw_transit",
                      "withdraw_unknown")
    who = books.owner_of(hold["account"])
    draft.post(hold["account"], hold["beneficiary"], hold["remaining"])
    draft.use("release", hold, hold["remaining"])
    available = who + ":available"
    if hold["project"]:
        books.set_aside_again(draft, "entrusted", hold["order"], available, available,
                              hold["remaining"], hold["project"], hold["expires"])
    if hold["beneficiary"] == who + ":frozen":
        books.set_aside_again(draft, "judicial", hold["order"], who + ":frozen", available,
                              hold["remaining"], "", hold["expires"])
    fee = books.hold_of(hold["order"], "fee")
    if fee:
        draft.post(fee["account"], fee["beneficiary"], fee["remaining"])
        draft.use("release", fee, fee["remaining"])


def top_up(ledger, c, draft):
    books, account = ledger.books, c["account"]
    if account not in books.accounts:
        refuse("UNKNOWN_CLIENT", account)
    need_movement(books, "top_up", BANK, account)
    if account == "custody:shortfall" and c["amount"] > books.balance(account):
        refuse("AMOUNT_MISMATCH")
    draft.post(BANK, account, c["amount"])


def fee_sweep(ledger, c, draft):
    need_funds(ledger.books, FEE, c["amount"])
    draft.post(FEE, "platform:in_transit", c["amount"])
    ledger.books.new_hold(draft, "sweep", "platform:in_transit", FEE, c["amount"])


def fee_sweep_paid(ledger, c, draft):
    hold = find_order(ledger, c, "sweep")
    need_whole(hold, c["amount"])
    need_funds(ledger.books, BANK, c["amount"])
    draft.post(hold["account"], BANK, c["amount"])
    draft.use("capture", hold, c["amount"])


def fee_sweep_fail(ledger, c, draft):
    hold = find_order(ledger, c, "sweep")
    need_whole(hold, c["amount"])
    draft.post(hold["account"], FEE, c["amount"])
    draft.use("release", hold, c["amount"])


def reward(ledger, c, draft):
    books = ledger.books
    who = client(books, c)
    account = c.get("account", "platform:marketing")
    if account not in books.accounts:
        refuse("UNKNOWN_CLIENT", account)
    need_client_kind(books, who)
    need_movement(books, "reward", account, who + ":available")
    need_funds(books, account, c["amount"])
    draft.post(account, who + ":available", c["amount"])


def bank_interest(ledger, c, draft):
    payable = "suspense:bank_interest"
    draft.post(BANK, payable, c["amount"])
    ledger.books.new_hold(draft, "interest", payable, payable, c["amount"])


def bank_interest_pay(ledger, c, draft):
    books = ledger.books
    who = client(books, c) if "client" in c else None
    hold = order_or_closed(ledger, c, "interest")
    if who:
        need_client_kind(books, who)
    need_open(hold)
    need_within(hold, c["amount"])
    if not who and books.profile.policy["interest_to"] != "platform":
        refuse("POLICY_FORBIDS")
    draft.post(hold["account"], who + ":available" if who else "platform:master", c["amount"])
    draft.use("capture", hold, c["amount"])


FLOWS = {f.__name__: f for f in (
    deposit_request, deposit, settle, deposit_fail, deposit_chargeback, withdraw_return, receipt,
    receipt_allocate, receipt_return, withdraw, review_pass, review_hold, withdraw_accept, withdraw_unknown,
    withdraw_pay, withdraw_fail, top_up, fee_sweep, fee_sweep_paid, fee_sweep_fail, reward,
    bank_interest, bank_interest_pay)}
