"""Claims: who has lent what, and how a payment is divided among them. After ENTRY_FORMAT.md, sections
7 (Claims) and "Allocation", in plain integers of any size.

A claim's `principal_got` and `interest_got` are what it got in the series of now, its carries are in
2^-20 minor units. The project's `series` is what both series have paid together so far.
"""

CARRY = 2**20


def allocate(due, before, shares):
    """Parts of `due`; a share is (weight, got, carry, most), most None where there is no bound."""
    whole = sum(share[0] for share in shares)
    parts = []
    for weight, _, _, most in shares:
        part = due * weight // whole
        parts.append(part if most is None else min(part, most))
    left = due - sum(parts)
    while left > 0:
        lacking = []
        for i, (weight, got, carry, most) in enumerate(shares):
            if weight == 0 or (most is not None and parts[i] >= most):
                continue
            deficit = ((before + due) * weight - (got + parts[i]) * whole) * CARRY + carry * whole
            lacking.append((-deficit, i))
        lacking.sort()
        for _, i in lacking[:left]:
            parts[i] += 1
        left -= min(left, len(lacking))
    return parts


def divide(books, project_code, principal, interest):
    """[(holder, principal, interest)] of a payment to the holders of a project's claims."""
    project = books.projects[project_code]
    holders = books.claims_of(project_code)
    if principal == project["disbursed"] - project["repaid"]:
        of_principal = [c["principal"] - c["paid"] for _, c in holders]
    else:
        of_principal = allocate(principal, project["series"][0], [
            (c["weight"], c["principal_got"], c["principal_carry"], c["principal"] - c["paid"])
            for _, c in holders])
    of_interest = allocate(interest, project["series"][1], [
        (c["weight"], c["interest_got"], c["interest_carry"], None) for _, c in holders])
    return [(holder, p, i) for (holder, _), p, i
            in zip(holders, of_principal, of_interest, strict=True)]


def fresh(principal, weight):
    return {"principal": principal, "paid": 0, "interest": 0, "reserved": 0, "weight": weight,
            "principal_got": 0, "interest_got": 0, "principal_carry": 0, "interest_carry": 0}


def change(books, changes):
    sold = [c[1] for c in changes if c[0] == "sell"]
    for code in sold:
        end_series(books, code)
    for operation, code, holder, principal, interest in changes:
        books.touched_projects.add(code)
        OPERATIONS[operation](books, code, holder, principal, interest)
    for code in sold:
        begin_series(books, code)


def end_series(books, code):
    """What each claim has got too little or too much of becomes its carry."""
    before = books.projects[code]["series"]
    claims = [c for _, c in books.claims_of(code)]
    whole = sum(c["weight"] for c in claims)
    for claim in claims:
        for due, name in zip(before, ("principal", "interest"), strict=True):
            got, carry = claim[name + "_got"], claim[name + "_carry"]
            lack = (due * claim["weight"] - got * whole) * CARRY + carry * whole
            books.put(claim, name + "_carry", lack // whole if whole else 0)


def begin_series(books, code):
    """New weights; a claim that has ended hands its carry to the one furthest off the other way."""
    claims = [c for _, c in books.claims_of(code)]
    for claim in claims:
        books.put(claim, "weight", claim["principal"] - claim["paid"])
        books.put(claim, "principal_got", 0)
        books.put(claim, "interest_got", 0)
    books.put(books.projects[code], "series", (0, 0))
    living = [c for c in claims if c["weight"] > 0]
    for name in ("principal_carry", "interest_carry"):
        for ended in claims:
            carry = ended[name]
            if ended["weight"] > 0 or carry == 0:
                continue
            books.put(ended, name, 0)
            if living:
                choose = min if carry > 0 else max
                heir = choose(living, key=lambda c: c[name])
                books.put(heir, name, heir[name] + carry)


# --- the operations ---


def create(books, code, holder, principal, _):
    project = books.projects[code]
    books.put(project["claims"], holder, fresh(principal, principal))
    books.change_project(code, disbursed=project["disbursed"] + principal)
    books.owe(code, principal)


def pay(books, code, holder, principal, interest):
    project = books.projects[code]
    claim = project["claims"][holder]
    assert claim["principal"] - claim["paid"] >= principal, ("overpaid", code, holder)
    for key, amount in (("paid", principal), ("principal_got", principal),
                        ("interest", interest), ("interest_got", interest)):
        books.put(claim, key, claim[key] + amount)
    series = (project["series"][0] + principal, project["series"][1] + interest)
    books.change_project(code, repaid=project["repaid"] + principal, series=series,
                         interest_paid=project["interest_paid"] + interest)


def repay(books, code, holder, principal, interest):
    pay(books, code, holder, principal, interest)
    books.owe(code, -principal)


def compensate(books, code, holder, principal, interest):
    pay(books, code, holder, principal, interest)
    compensated = books.projects[code]["compensated"] + principal
    books.change_project(code, compensated=compensated)


def subrogate(books, code, holder, principal, interest):
    recoveries = books.projects[code]["recoveries"]
    was = recoveries.get(holder, (0, 0, 0, 0))
    books.put(recoveries, holder, (was[0] + principal, was[1], was[2] + interest, was[3]))


def recover(books, code, holder, principal, interest):
    project = books.projects[code]
    was = project["recoveries"][holder]
    books.put(project["recoveries"], holder,
              (was[0], was[1] + principal, was[2], was[3] + interest))
    books.change_project(code, recovered=project["recovered"] + principal)
    books.owe(code, -principal)


def sell(books, code, holder, principal, _):
    claim = books.projects[code]["claims"][holder]
    books.put(claim, "principal", claim["principal"] - principal)


def buy(books, code, holder, principal, _):
    claims = books.projects[code]["claims"]
    if holder in claims:
        claim = claims[holder]
        books.put(claim, "principal", claim["principal"] + principal)
    else:
        books.put(claims, holder, fresh(principal, 0))


def offer(books, code, holder, principal, _):
    claim = books.projects[code]["claims"][holder]
    books.put(claim, "reserved", claim["reserved"] + principal)


def unoffer(books, code, holder, principal, _):
    offer(books, code, holder, -principal, _)


OPERATIONS = {"create": create, "repay": repay, "compensate": compensate, "subrogate": subrogate,
              "recover": recover, "sell": sell, "buy": buy, "offer": offer, "unoffer": unoffer}
