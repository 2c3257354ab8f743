"""Loans: projects, bids, disbursement, repayment, compensation, recovery, the reserve."""
from books import refuse
from claims import divide
from common import (client, fee_rule, find_order, need_cap, need_fee_limit, need_funds, need_state,
                    person, project_of)
from regime import days_between
from schedules import schedule_of

RESERVE = "reserve:risk"
LOAN_MOST = 10**15


# --- what is due ---


def paid_up(project):
    return project["voided_from"] != 0 or project["instalments_paid"] == len(project["instalments"])


def unpaid(project):
    """Principal and interest not yet paid of the next instalment."""
    if paid_up(project):
        return 0, 0
    _, principal, interest = project["instalments"][project["instalments_paid"]]
    return principal - project["part_principal"], interest - project["part_interest"]


def split(project, amount):
    """Interest first."""
    interest = min(amount, unpaid(project)[1])
    return amount - interest, interest


def owed_to_lenders(project):
    return project["disbursed"] - project["repaid"]


def is_overdue(project, day):
    if project["overdue_since"]:
        return True
    return not paid_up(project) and project["instalments"][project["instalments_paid"]][0] < day


def early_interest(project, today):
    """Unpaid interest of what is due by today, and of the current period by days, half up."""
    whole, begins = 0, project["lent_on"]
    for number, (due, _, interest) in enumerate(project["instalments"]):
        if number >= project["instalments_paid"]:
            earned = interest
            if due > today:
                length = days_between(begins, due)
                passed = min(max(days_between(begins, today), 0), max(length, 0))
                if length > 0:
                    earned = (2 * interest * passed + length) // (2 * length)
            part = project["part_interest"] if number == project["instalments_paid"] else 0
            whole += max(0, earned - part)
        if due > today:
            break
        begins = due
    return whole


def need_no_repayment(project):
    if project["repayment"]:
        refuse("INSTALMENT_OUT_OF_ORDER")


def need_within_due(project, amount):
    if amount > sum(unpaid(project)):
        refuse("AMOUNT_MISMATCH")


def need_guarantor(project, c):
    if not project["guarantor"] or c.get("guarantor", project["guarantor"]) != project["guarantor"]:
        refuse("NOT_GUARANTOR")


def need_marked(project):
    if not project["overdue_since"]:
        refuse("NOT_OVERDUE")


def need_unrelated(books, *parties):
    """The platform makes no loan to itself, and none of its own."""
    for party in parties:
        if party and books.owners[party]["related_party"]:
            refuse("RELATED_PARTY", party)


# --- from project to loan ---


def open_project(ledger, c, draft):
    books = ledger.books
    borrower = client(books, c, "borrower")
    guarantor = client(books, c, "guarantor") if "guarantor" in c else ""
    if c["project"] in books.projects:
        refuse("ALREADY_EXISTS")
    if c["contract_hash"] in books.contracts:
        refuse("CONTRACT_REUSED")
    if books.kind_of(borrower) != "borrower":
        refuse("WRONG_KIND", borrower)
    if guarantor and books.kind_of(guarantor) != "guarantor":
        refuse("WRONG_KIND", guarantor)
    schedule = schedule_of(c)
    if schedule is None:
        refuse("SCHEDULE_MISMATCH")
    need_unrelated(books, borrower, guarantor)
    need_cap(books, borrower, c["target"])
    if max(sum(i[1] for i in schedule), sum(i[2] for i in schedule)) > LOAN_MOST:
        refuse("LOAN_TOO_LARGE")
    draft.projects.append({
        "code": c["project"], "borrower": borrower, "target": c["target"], "guarantor": guarantor,
        "contract_hash": c["contract_hash"], "instalments": schedule, "payee": c.get("payee", "")})


def bid(ledger, c, draft):
    books = ledger.books
    lender = client(books, c)
    project = project_of(books, c)
    amount = c["amount"]
    if books.kind_of(lender) != "lender":
        refuse("WRONG_KIND")
    need_state(project, "collecting")
    if person(lender) == person(project["borrower"]):
        refuse("SELF_LENDING")
    need_unrelated(books, lender, project["borrower"], project["guarantor"])
    if project["frozen"] + amount > project["target"]:
        refuse("TARGET_EXCEEDED")
    need_cap(books, project["borrower"], project["target"])
    need_funds(books, lender + ":available", amount)
    draft.post(lender + ":available", lender + ":frozen", amount)
    books.new_hold(draft, "bid", lender + ":frozen", lender + ":available", amount,
                   project=project["code"])
    full_when_reached(project, amount, draft)


def full_when_reached(project, amount, draft):
    if project["frozen"] + amount == project["target"]:
        draft.moves.append((project["code"], "full"))


def red_packet(ledger, c, draft):
    books = ledger.books
    hold = find_order(ledger, c, "bid")
    project = books.projects[hold["project"]]
    if books.hold_of(c["order"], "red_packet"):
        refuse("ALREADY_EXISTS")
    need_state(project, "collecting")
    if project["frozen"] + c["amount"] > project["target"]:
        refuse("TARGET_EXCEEDED")
    need_funds(books, "platform:marketing", c["amount"])
    draft.post("platform:marketing", "platform:marketing_frozen", c["amount"])
    books.new_hold(draft, "red_packet", "platform:marketing_frozen", hold["beneficiary"],
                   c["amount"], order=c["order"], project=project["code"])
    full_when_reached(project, c["amount"], draft)


def release_bid(books, hold, draft):
    draft.post(hold["account"], hold["beneficiary"], hold["remaining"])
    draft.use("release", hold, hold["remaining"])
    packet = books.hold_of(hold["order"], "red_packet")
    if packet:
        draft.post(packet["account"], "platform:marketing", packet["remaining"])
        draft.use("release", packet, packet["remaining"])


def bid_cancel(ledger, c, draft):
    hold = find_order(ledger, c, "bid")
    need_state(ledger.books.projects[hold["project"]], "collecting")
    release_bid(ledger.books, hold, draft)


def project_fail(ledger, c, draft):
    project = project_of(ledger.books, c)
    need_state(project, "collecting", "full", "failing")
    bids = ledger.books.holds_of_project(project["code"], ("bid",))
    most = min(c.get("limit", 1000), 5000)
    for hold in bids[:most]:
        release_bid(ledger.books, hold, draft)
    draft.moves.append((project["code"], "failing" if len(bids) > most else "miscarried"))


def disburse(ledger, c, draft):
    books = ledger.books
    project = project_of(books, c)
    need_state(project, "full")
    bids = books.holds_of_project(project["code"], ("bid",))
    need_unrelated(books, project["borrower"], project["guarantor"],
                   *[books.owner_of(h["beneficiary"]) for h in bids])
    need_cap(books, project["borrower"], project["target"])
    to = project["borrower"] + ":available"
    lent = {}
    for hold in books.holds_of_project(project["code"], ("bid", "red_packet")):
        draft.post(hold["account"], to, hold["remaining"], "principal")
        draft.use("capture", hold, hold["remaining"])
        holder = books.owner_of(hold["beneficiary"])
        lent[holder] = lent.get(holder, 0) + hold["remaining"]
    for holder, principal in lent.items():
        draft.claims.append(("create", project["code"], holder, principal, 0))
    if project["payee"]:
        books.new_hold(draft, "entrusted", to, to, project["target"], project=project["code"])
    draft.moves.append((project["code"], "repaying"))


def fee(ledger, c, draft):
    books = ledger.books
    who = client(books, c)
    project = project_of(books, c)
    rule = fee_rule(books, c["fee_rule"], "fee", who)
    if project["borrower"] != who:
        refuse("WRONG_KIND")
    if project["disbursed"] == 0:
        refuse("WRONG_PROJECT_STATE")
    need_fee_limit(books, rule, project["fees"] + c["amount"], project["target"])
    need_funds(books, who + ":available", c["amount"])
    draft.post(who + ":available", "platform:fee", c["amount"], "fee")
    draft.fees.append((project["code"], c["amount"]))


def entrusted_pay(ledger, c, draft):
    books = ledger.books
    project = project_of(books, c)
    amount = c["amount"]
    if project["disbursed"] == 0:
        refuse("WRONG_PROJECT_STATE")
    if not project["payee"] or c["payee"] != project["payee"]:
        refuse("PAYEE_MISMATCH")
    holds = books.holds_of_project(project["code"], ("entrusted",))
    if amount > sum(h["remaining"] for h in holds):
        refuse("INSUFFICIENT_FUNDS", "not entrusted")
    available = project["borrower"] + ":available"
    account = books.accounts[available]
    free = books.balance(available) - account["debits_pending"] + amount
    if free < amount:
        refuse("INSUFFICIENT_FUNDS")
    if free - account["credits_pending"] < amount:
        refuse("UNSETTLED_FUNDS")
    out = project["borrower"] + ":withdrawing"
    draft.post(available, out, amount)
    left = amount
    for hold in holds:
        part = min(left, hold["remaining"])
        if part:
            draft.use("capture", hold, part)
        left -= part
    books.new_hold(draft, "withdraw_transit", out, available, amount, project=project["code"])


# --- repayment ---


def freeze_repayment(books, project, amount, instalment, draft):
    who = project["borrower"]
    need_funds(books, who + ":available", amount)
    draft.post(who + ":available", who + ":frozen", amount)
    books.new_hold(draft, "repayment", who + ":frozen", who + ":available", amount,
                   project=project["code"], instalment=instalment)


def repay(ledger, c, draft):
    project = project_of(ledger.books, c)
    need_state(project, "repaying")
    if c["instalment"] > len(project["instalments"]):
        refuse("INSTALMENT_UNKNOWN")
    if c["instalment"] != project["instalments_paid"] + 1 or project["repayment"]:
        refuse("INSTALMENT_OUT_OF_ORDER")
    if c["amount"] != sum(unpaid(project)):
        refuse("AMOUNT_MISMATCH")
    freeze_repayment(ledger.books, project, c["amount"], c["instalment"], draft)


def repay_partial(ledger, c, draft):
    project = project_of(ledger.books, c)
    need_state(project, "repaying")
    need_no_repayment(project)
    if c["amount"] >= sum(unpaid(project)):
        refuse("AMOUNT_MISMATCH")
    freeze_repayment(ledger.books, project, c["amount"], project["instalments_paid"] + 1, draft)
    if not ledger.books.profile.policy["partial_repayment"]:
        refuse("POLICY_FORBIDS")


def repay_early(ledger, c, draft):
    project = project_of(ledger.books, c)
    need_state(project, "repaying")
    need_no_repayment(project)
    interest = early_interest(project, ledger.books.date) + c.get("compensation", 0)
    if c["amount"] != owed_to_lenders(project) + interest:
        refuse("AMOUNT_MISMATCH")
    if project["series"][1] + interest > LOAN_MOST:
        refuse("LOAN_TOO_LARGE")
    freeze_repayment(ledger.books, project, c["amount"], 0, draft)


def pay_lenders(books, project, account, principal, interest, operation, draft):
    for holder, p, i in divide(books, project["code"], principal, interest):
        if p:
            draft.post(account, holder + ":available", p, "principal")
        if i:
            draft.post(account, holder + ":available", i, "interest")
        if p or i:
            draft.claims.append((operation, project["code"], holder, p, i))


def compensate_lenders(books, project, payer, account, amount, draft):
    principal, interest = split(project, amount)
    pay_lenders(books, project, account, principal, interest, "compensate", draft)
    draft.claims.append(("subrogate", project["code"], payer, principal, interest))
    draft.paid.append((project["code"], principal, interest))
    move_when_paid(project, draft)


def distribute(ledger, c, draft):
    books = ledger.books
    hold = find_order(ledger, c, "repayment")
    project = books.projects[hold["project"]]
    amount = hold["remaining"]
    draft.use("capture", hold, amount)
    payer = books.owner_of(hold["beneficiary"])
    if payer != project["borrower"]:
        compensate_lenders(books, project, payer, hold["account"], amount, draft)
        return
    early = hold["instalment"] == 0
    principal, interest = split(project, amount)
    if early:
        principal = owed_to_lenders(project)
        interest = amount - principal
    pay_lenders(books, project, hold["account"], principal, interest, "repay", draft)
    if early:
        draft.voided.append((project["code"], project["instalments_paid"] + 1))
    else:
        draft.paid.append((project["code"], principal, interest))
    move_when_paid(project, draft)


def move_when_paid(project, draft):
    """Settled when nobody is owed anything, defaulted when only compensators are."""
    principal, interest = unpaid(project)
    for _, p, i in draft.paid:
        principal, interest = principal - p, interest - i
    last = project["instalments_paid"] + 1 >= len(project["instalments"])
    if not (paid_up(project) or draft.voided or (last and principal + interest == 0)):
        return
    open_sum = sum(p - pr + i - ir for p, pr, i, ir in project["recoveries"].values())
    for operation, _, _, p, i in draft.claims:
        open_sum += {"subrogate": p + i, "recover": -p - i}.get(operation, 0)
    state = "defaulted" if open_sum else "settled"
    if state != project["state"]:
        draft.moves.append((project["code"], state))


# --- overdue ---


def overdue(ledger, c, draft):
    project = project_of(ledger.books, c)
    need_state(project, "repaying")
    due = project["instalments"][project["instalments_paid"]][0]
    if due >= ledger.books.date:
        refuse("NOT_OVERDUE")
    if project["overdue_since"]:
        refuse("ALREADY_IN_STATE")
    draft.overdue.append((project["code"], due))


def need_compensable(project, c, by_guarantor):
    need_state(project, "repaying")
    need_no_repayment(project)
    if by_guarantor:
        need_guarantor(project, c)


def compensate(ledger, c, draft):
    books = ledger.books
    project = project_of(books, c)
    need_compensable(project, c, True)
    need_marked(project)
    need_within_due(project, c["amount"])
    account = project["guarantor"] + ":available"
    need_funds(books, account, c["amount"])
    compensate_lenders(books, project, project["guarantor"], account, c["amount"], draft)


def compensate_indirect(ledger, c, draft):
    books = ledger.books
    project = project_of(books, c)
    need_compensable(project, c, True)
    need_marked(project)
    need_within_due(project, c["amount"])
    account = project["guarantor"] + ":available"
    need_funds(books, account, c["amount"])
    frozen = project["borrower"] + ":frozen"
    draft.post(account, frozen, c["amount"])
    books.new_hold(draft, "repayment", frozen, account, c["amount"], project=project["code"],
                   instalment=project["instalments_paid"] + 1)


def reserve_compensate(ledger, c, draft):
    books = ledger.books
    project = project_of(books, c)
    need_compensable(project, c, False)
    if books.profile.policy["reserve"] == "off":
        refuse("POLICY_FORBIDS")
    need_marked(project)
    need_within_due(project, c["amount"])
    need_funds(books, RESERVE, c["amount"])
    compensate_lenders(books, project, "reserve", RESERVE, c["amount"], draft)


def recover(ledger, c, draft):
    books = ledger.books
    holder = client(books, c)
    project = project_of(books, c)
    was = project["recoveries"].get(holder, (0, 0, 0, 0))
    principal, interest = was[0] - was[1], was[2] - was[3]
    if c["amount"] > principal + interest:
        refuse("CLAIM_EXCEEDED")
    account = project["borrower"] + ":available"
    need_funds(books, account, c["amount"])
    to = RESERVE if holder == "reserve" else holder + ":available"
    on_interest = min(c["amount"], interest)
    on_principal = c["amount"] - on_interest
    if on_interest:
        draft.post(account, to, on_interest, "interest")
    if on_principal:
        draft.post(account, to, on_principal, "principal")
    draft.claims.append(("recover", project["code"], holder, on_principal, on_interest))
    move_when_paid(project, draft)


# --- the reserve ---


def reserve_fund(ledger, c, draft):
    books = ledger.books
    if c["account"] not in ("platform:fee", "platform:master"):
        refuse("WRONG_KIND")
    need_funds(books, c["account"], c["amount"])
    if books.profile.policy["reserve"] != "accrue":
        refuse("POLICY_FORBIDS")
    draft.post(c["account"], RESERVE, c["amount"])


def needed_by_overdue(books):
    """All that the lenders of overdue loans may still have to get."""
    needed = 0
    for project in books.projects.values():
        if project["state"] == "repaying" and is_overdue(project, books.date):
            unpaid_interest = sum(i[2] for i in project["instalments"][project["instalments_paid"]:])
            needed += owed_to_lenders(project) + unpaid_interest - project["part_interest"]
    return needed


def reserve_refund(ledger, c, draft):
    books = ledger.books
    need_funds(books, RESERVE, c["amount"])
    if books.profile.policy["reserve"] != "run-off":
        refuse("POLICY_FORBIDS")
    if books.balance(RESERVE) - c["amount"] < needed_by_overdue(books):
        refuse("POLICY_FORBIDS")
    draft.post(RESERVE, "platform:master", c["amount"])


FLOWS = {f.__name__: f for f in (
    open_project, bid, red_packet, bid_cancel, project_fail, disburse, fee, entrusted_pay, repay,
    repay_partial, repay_early, distribute, overdue, compensate, compensate_indirect,
    reserve_compensate, recover, reserve_fund, reserve_refund)}
