"""What the rules of several flows ask: the model of flows/RULES.md, first section."""
from books import refuse


def client(books, command, field="client"):
    code = command[field]
    if code not in books.owners:
        refuse("UNKNOWN_CLIENT", code)
    return code


def has_accounts(books, owner):
    suffixes = {a.rsplit(":", 1)[1] for a in books.owners[owner]["accounts"]}
    return {"available", "frozen", "withdrawing"} <= suffixes


def need_client_kind(books, owner):
    if not has_accounts(books, owner):
        refuse("WRONG_KIND", owner)


def project_of(books, command):
    code = command["project"]
    if code not in books.projects:
        refuse("UNKNOWN_PROJECT", code)
    return books.projects[code]


def channel(books, command):
    code = f"channel:{command['channel']}:in_transit"
    if code not in books.accounts:
        refuse("UNKNOWN_CHANNEL", code)
    return code


def find_order(ledger, command, *kinds):
    """The open hold of the order that the command continues."""
    order = command["order"]
    for kind in kinds:
        hold = ledger.books.hold_of(order, kind)
        if hold is not None:
            return hold
    return refuse("ORDER_CLOSED" if order in ledger.commands else "UNKNOWN_ORDER", order)


def order_or_closed(ledger, command, *kinds):
    """The same, for rules that ask something between 'unknown' and 'closed': None if closed."""
    order = command["order"]
    for kind in kinds:
        hold = ledger.books.hold_of(order, kind)
        if hold is not None:
            return hold
    if order not in ledger.commands:
        refuse("UNKNOWN_ORDER", order)
    return None


def need_open(hold):
    if hold is None:
        refuse("ORDER_CLOSED")


def need_whole(hold, amount):
    if amount != hold["remaining"]:
        refuse("AMOUNT_MISMATCH")


def need_within(hold, amount):
    if amount > hold["remaining"]:
        refuse("AMOUNT_MISMATCH")


def need_not_over(books, expires):
    if expires and books.date > expires:
        refuse("EXPIRED")


def need_funds(books, account, amount):
    if books.usable(account) < amount:
        refuse("INSUFFICIENT_FUNDS", account)


def need_settled(books, account, amount):
    need_funds(books, account, amount)
    if books.usable(account) - books.accounts[account]["credits_pending"] < amount:
        refuse("UNSETTLED_FUNDS", account)


def need_state(project, *states):
    if project["state"] not in states:
        refuse("WRONG_PROJECT_STATE", project["state"])


def need_cap(books, borrower, more):
    owner, caps = books.owners[borrower], books.profile.caps
    kind = "legal_person" if owner["legal_person"] else "natural_person"
    owed = owner["outstanding"] + more
    here, everywhere = caps.get(kind, 0), caps.get(kind + "_all", 0)
    if (here and owed > here) or (everywhere and owed + owner["elsewhere"] > everywhere):
        refuse("CAP_EXCEEDED", borrower)


def fee_rule(books, name, flow, payer):
    rule = books.profile.fee_rules.get(name)
    if rule is None or rule["flow"] != flow or rule["payer"] != books.kind_of(payer):
        refuse("UNKNOWN_FEE_RULE", name)
    return rule


def need_fee_limit(books, rule, fee, base):
    if fee > books.profile.fee_limit(rule, base):
        refuse("FEE_EXCEEDS_RULE")


def need_movement(books, flow, debit, credit):
    classes = books.accounts[debit]["class"], books.accounts[credit]["class"]
    if (flow, *classes) not in books.profile.matrix:
        refuse("WRONG_KIND", f"{debit} {credit}")


def take_from_client(books, draft, account, credit, amount):
    """What the client cannot pay, the platform owes."""
    taken = min(amount, books.usable(account))
    if taken:
        draft.post(account, credit, taken)
    if amount > taken:
        draft.post("custody:shortfall", credit, amount - taken)


def person(code):
    return code.split(":", 1)[1] if ":" in code else code
