"""Random commands about loans: the next step of some project, by its state."""
import loans
import source_money
from regime import plus_days

METHODS = ("one_time", "interest_first", "equal_instalment", "equal_principal")


def step(s):
    if len(s.live) < 6 or s.maybe(0.02):
        return open_project(s)
    code = s.chance.choice(list(s.live)[-10:] if s.maybe(0.7) else s.live)
    project = s.books.projects.get(code)
    if project is None:  # its batch was taken back
        s.live.remove(code)
        return None
    if project["state"] in ("settled", "miscarried") and s.maybe(0.3):
        s.live.remove(code)
    return BY_STATE[project["state"]](s, project)


def open_project(s):
    s.named += 1
    target = s.chance.choice((7, s.chance.randint(5, 40), 100, s.chance.randint(2, 1500)))
    command = {"flow": "open_project", "authority": "platform", "project": f"P{s.named}",
               "borrower": s.owner("borrower"), "target": target, "contract_hash": s.contract()}
    if s.maybe(0.6):
        command["guarantor"] = s.owner("guarantor")
    if s.maybe(0.35):
        command["payee"] = s.chance.choice(("shop", "school"))
    if s.maybe(0.25):
        return command | {"method": s.chance.choice(METHODS), "terms": s.chance.randint(1, 7),
                          "rate_ppm": s.chance.randint(1, 360_000), "first_due": s.day(0, 20)}
    count = s.chance.choice((1, 2, 3, 5, 7))
    cuts = sorted(s.chance.randint(0, target) for _ in range(count - 1))
    parts = [b - a for a, b in zip([0, *cuts], [*cuts, target], strict=True)]
    due, instalments = s.books.date, []
    for principal in parts:
        due = plus_days(due, s.chance.randint(1, 12))
        interest = s.chance.choice((0, 1, 2, s.chance.randint(0, 40)))
        if principal + interest == 0:
            interest = 1
        instalments.append({"due": due, "principal": principal, "interest": interest})
    if s.maybe(0.01):
        instalments[0]["interest"] = 10**15 + 1
    return command | {"instalments": instalments}


def collecting(s, project):
    draw = s.chance.random()
    if draw < 0.03:
        return fail(s, project)
    if draw < 0.05:
        return {"flow": "disburse", "authority": "platform", "project": project["code"]}
    left = project["target"] - project["frozen"]
    lender = max((s.owner("lender") for _ in range(2)),
                 key=lambda o: s.books.usable(o + ":available"))
    there = s.books.usable(lender + ":available")
    share = -(-project["target"] // s.chance.choice((1, 2, 3, 4, 5)))  # so that there are several
    amount = min(left, there, share) if s.maybe(0.7) else s.some(min(left, max(1, there)))
    if there == 0 and s.maybe(0.8):
        return s.funds(lender, left)
    return {"flow": "bid", "authority": s.chance.choice(("client", "standing")), "client": lender,
            "project": project["code"], "amount": max(1, amount)}


def fail(s, project):
    command = {"flow": "project_fail", "authority": "platform", "project": project["code"]}
    return command | ({"limit": s.chance.randint(1, 2)} if s.maybe(0.6) else {})


def full(s, project):
    if s.maybe(0.05):
        return fail(s, project)
    return {"flow": "disburse", "authority": "platform", "project": project["code"]}


def of(project, flow, authority, **more):
    return {"flow": flow, "authority": authority, "project": project["code"], **more}


def repaying(s, project):
    draw = s.chance.random()
    if project["repayment"] and draw < 0.5:
        order = s.books.holds[project["repayment"]]["order"]
        return {"flow": "distribute", "authority": "platform", "order": order}
    if draw < 0.24:
        return repayment(s, project)
    if draw < 0.40:
        return claim_bid(s, project)
    if draw < 0.54:
        return transfer_of(s, project)
    if draw < 0.60:
        return of(project, "fee", "platform", client=project["borrower"], fee_rule="service",
                  amount=s.some(project["target"] * 5 // 100))
    if draw < 0.72 and project["payee"]:
        held = sum(h["remaining"] for h in s.books.holds_of_project(project["code"],
                                                                   ("entrusted",)))
        return of(project, "entrusted_pay", "client", payee=project["payee"], amount=s.some(held))
    return after_due(s, project)


def repayment(s, project):
    due = sum(loans.unpaid(project))
    draw = s.chance.random()
    fit = s.books.usable(project["borrower"] + ":available")
    if draw < 0.45:
        funds = s.funds(project["borrower"], due)
        if funds:
            return funds
        return of(project, "repay", s.chance.choice(("client", "standing")), amount=due,
                  instalment=project["instalments_paid"] + 1)
    if draw < 0.8:
        return of(project, "repay_partial", "client", amount=s.some(min(due - 1, max(1, fit))))
    compensation = s.chance.choice((0, 0, 3))
    amount = (loans.owed_to_lenders(project) + compensation
              + loans.early_interest(project, s.books.date))
    more = {"compensation": compensation} if compensation else {}
    if s.maybe(0.6):
        return s.funds(project["borrower"], amount)
    return of(project, "repay_early", "client", amount=max(1, amount), **more)


def transfer_of(s, project):
    offers = s.books.holds_of_project(project["code"], ("claim_purchase",))
    if not offers:
        return claim_bid(s, project)
    held = s.chance.choice(offers)
    return {"order": held["order"], **source_money.transfer(s, held)}


def claim_bid(s, project):
    sellers = [(h, c["principal"] - c["paid"] - c["reserved"])
               for h, c in project["claims"].items()]
    seller, free = s.chance.choice(sellers)
    barred = loans.is_overdue(project, s.books.date) and (
        not s.books.profile.policy["transfer_overdue"])
    if (free <= 0 or barred) and s.maybe(0.9):
        return None
    principal = free if free > 0 and s.maybe(0.3) else s.some(free)
    price = max(1, principal * s.chance.choice((100, 100, 97, 110, 60, 149, 151, 49)) // 100)
    buyer = s.owner("lender")
    if buyer == seller and s.maybe(0.8):
        return None
    funds = s.funds(buyer, price)
    if funds:
        return funds
    more = {"expires": s.day(0, 4)} if s.maybe(0.4) else {}
    return of(project, "claim_bid", "client", client=buyer, seller=seller, principal=principal,
              amount=price, **more)


def after_due(s, project):
    late = loans.is_overdue(project, s.books.date)
    if not late and s.maybe(0.9):
        return recovery(s, project)
    if not project["overdue_since"] or s.maybe(0.05):
        return of(project, "overdue", "platform")
    draw = s.chance.random()
    due = sum(loans.unpaid(project))
    if draw < 0.3 and project["guarantor"]:
        fit = s.books.usable(project["guarantor"] + ":available")
        if fit == 0:
            return s.funds(project["guarantor"], due)
        more = {"guarantor": s.owner("guarantor")} if s.maybe(0.2) else {}
        return of(project, "compensate", "guarantor", amount=s.some(min(due, max(1, fit))), **more)
    if draw < 0.55 and project["guarantor"]:
        fit = s.books.usable(project["guarantor"] + ":available")
        return of(project, "compensate_indirect", "standing", amount=s.some(min(due, max(1, fit))))
    if draw < 0.8:
        if s.books.balance("reserve:risk") == 0 or s.maybe(0.2):
            return {"flow": "reserve_fund", "authority": "platform", "amount": s.some(200),
                    "account": s.chance.choice(("platform:fee", "platform:master"))}
        fit = s.books.balance("reserve:risk")
        return of(project, "reserve_compensate", "platform", amount=s.some(min(due, max(1, fit))))
    return recovery(s, project)


def recovery(s, project):
    owed = [(h, p - pr + i - ir) for h, (p, pr, i, ir) in project["recoveries"].items()]
    owed = [o for o in owed if o[1]]
    if not owed:
        return None
    holder, amount = s.chance.choice(owed)
    fit = s.books.usable(project["borrower"] + ":available")
    if fit == 0:
        return s.funds(project["borrower"], amount)
    return of(project, "recover", s.chance.choice(("client", "bank")), client=holder,
              amount=s.some(min(amount, max(1, fit))))


def ended(s, project):
    """Mostly what must be refused now."""
    return s.chance.choice((collecting, full, repaying))(s, project) if project["claims"] else (
        collecting(s, project))


BY_STATE = {"collecting": collecting, "full": full, "failing": fail, "repaying": repaying,
            "defaulted": lambda s, p: recovery(s, p) or repaying(s, p), "settled": ended,
            "miscarried": ended}
