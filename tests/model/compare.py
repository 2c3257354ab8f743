"""What the daemon says of its state against what the model says: touched things after each batch,
everything now and then."""
import loans
from books import RESTRICTIONS
from regime import days_between

COUNTERS = (("debits_posted", "debits"), ("credits_posted", "credits"),
            ("debits_pending", "debits_pending"), ("credits_pending", "credits_pending"))
OF_PROJECT = ("code", "borrower", "state", "target", "contract_hash", "frozen", "disbursed",
              "repaid", "compensated", "recovered", "interest_paid", "fees", "open_bids",
              "instalments_paid", "part_principal", "part_interest", "overdue_marks")
MAYBE_OF_PROJECT = ("guarantor", "payee", "overdue_since", "voided_from")
OF_HOLD = ("order", "kind", "id", "account", "beneficiary", "remaining")
MAYBE_OF_HOLD = ("project", "instalment", "fee_rule", "expires", "principal")


class Differs(Exception):
    pass


def need(said, meant, what):
    if said != meant:
        keys = [k for k in meant if said.get(k) != meant[k]] if isinstance(meant, dict) and (
            isinstance(said, dict)) else []
        raise Differs(f"{what}: the ledger has\n  {said}\nthe model has\n  {meant}\n{keys}")


def meant_owner(books, code):
    owner = books.owners[code]
    accounts = []
    for account in owner["accounts"]:
        row = {name: books.accounts[account][own] for name, own in COUNTERS}
        accounts.append({"code": account, "class": books.accounts[account]["class"],
                         "balance": books.balance(account), **row})
    return {"owner": code, "kind": owner["kind"], "accounts": accounts,
            **{k: owner[k] for k in ("legal_person", "related_party", "dormant", "frozen",
                                     "outstanding", "elsewhere", "active_on")}}


def compare_owner(books, code, document):
    meant = meant_owner(books, code)
    said = {k: document.get(k) for k in meant}
    said["accounts"] = [{k: a[k] for k in meant["accounts"][0]} for a in document["accounts"]]
    need(said, meant, code)
    for account in document["accounts"]:
        kept = sum(h["remaining"] for h in books.holds_on(account["code"], RESTRICTIONS)) if (
            account["debits_pending"]) else 0
        if not books.is_itemised(books.accounts[account["code"]]):
            need(account["usable"], max(0, account["balance"] - kept), account["code"])


def compare_project(books, code, document):
    project = books.projects[code]
    meant = {k: project[k] for k in OF_PROJECT}
    meant |= {k: project[k] for k in MAYBE_OF_PROJECT if project[k]}
    meant["outstanding"] = (project["disbursed"] - project["repaid"] + project["compensated"]
                            - project["recovered"])
    meant["instalments"] = [{"due": d, "principal": p, "interest": i}
                            for d, p, i in project["instalments"]]
    meant["claims"] = [{
        "holder": holder, "principal": c["principal"], "principal_paid": c["paid"],
        "interest_paid": c["interest"], "outstanding": c["principal"] - c["paid"],
        "reserved": c["reserved"]} for holder, c in books.claims_of(code)]
    meant["recoveries"] = [{
        "holder": holder, "principal": p, "principal_recovered": pr, "interest": i,
        "interest_recovered": ir} for holder, (p, pr, i, ir)
        in sorted(project["recoveries"].items(), key=lambda r: books.owners[r[0]]["number"])]
    need(document, meant, f"project {code}")


def meant_hold(hold):
    meant = {k: hold[k] for k in OF_HOLD}
    return meant | {k: hold[k] for k in MAYBE_OF_HOLD if hold[k]}


def compare_touched(client, books):
    owners, projects = sorted(books.touched_owners), sorted(books.touched_projects)
    holds = sorted(books.touched_holds)
    targets = [f"/v1/owners/{o}" for o in owners if o in books.owners]
    targets += [f"/v1/projects/{p}" for p in projects if p in books.projects]
    targets += [f"/v1/holds/{order}?kind={kind}" for order, kind in holds]
    answers = iter(client.get_all(targets))
    for code in owners:
        if code in books.owners:
            compare_owner(books, code, next(answers)[1])
    for code in projects:
        if code in books.projects:
            compare_project(books, code, next(answers)[1])
    for order, kind in holds:
        status, document = next(answers)
        hold = books.hold_of(order, kind)
        need(status, 200 if hold else 404, f"hold {order} {kind}: {document}")
        if hold:
            need(document, meant_hold(hold), f"hold {order} {kind}")
    forget_touched(books)


def compare_entry(client, books, entry, command, code):
    """An entry as the journal has it: its effects in their order, or its refusal. `books` are those
    of the batch's end."""
    _, stored = client.get(f"/v1/entries/{entry.sequence}")
    said, draft = stored["entry"], entry.draft
    what = f"entry {entry.sequence}"
    need((said["command_id"], said["flow"], said.get("refusal", {}).get("name")),
         (command["id"], command["flow"], code), what)
    need((said["business_date"], said["value_date"], said["profile_version"]), entry.header, what)
    need({k: said["command"].get(k) for k in command if k not in ("id", "flow")},
         {k: None if v is False else v for k, v in command.items() if k not in ("id", "flow")},
         what)
    if draft is None:
        return
    kinds = {"": "transfer"}
    need([(p["debit"], p["credit"], p["amount"], p["kind"]) for p in said.get("postings", [])],
         [(d, c, a, kinds.get(k, k)) for d, c, a, k in draft.postings], what)
    need([(h["op"], h["kind"], h["amount"], h["order"]) for h in said.get("holds", [])],
         [(op, h["kind"], a, h["order"]) for op, h, a in draft.holds], what)
    changes = [(c["op"], c["project"], c["holder"], c["principal"], c["interest"])
               for c in said.get("claims", [])]
    number = {code: owner["number"] for code, owner in books.owners.items()}
    if draft.claims and draft.claims[0][0] == "create":  # in the order of the holders
        need(changes, sorted(draft.claims, key=lambda c: number[c[2]]), what)
    else:
        need(changes, draft.claims, what)


def forget_touched(books):
    books.touched_owners.clear()
    books.touched_projects.clear()
    books.touched_holds.clear()


def pages(client, target, key):
    found, more = [], ""
    while True:
        _, page = client.get(f"{target}limit=1000{more}")
        found += page[key]
        nexts = [k for k in ("next_cursor", "next_after") if k in page]
        if not nexts:
            return found
        more = f"&{nexts[0][5:]}={page[nexts[0]]}"


def compare_whole(client, ledger):
    books = ledger.books
    _, status = client.get("/v1/status")
    said = {k: status[k] for k in ("business_date", "accounts", "owners", "projects", "open_holds",
                                   "profile_version", "read_only")}
    need(said, {"business_date": books.date, "accounts": len(books.accounts),
                "owners": len(books.owners), "projects": len(books.projects),
                "open_holds": len(books.holds), "profile_version": books.profile.version,
                "read_only": False}, "status")
    need(pages(client, "/v1/owners?", "owners"),
         sorted(books.owners, key=lambda o: books.owners[o]["number"]), "owners")
    for (_, document), code in zip(client.get_all([f"/v1/owners/{o}" for o in books.owners]),
                                   list(books.owners), strict=True):
        compare_owner(books, code, document)
    for (_, document), code in zip(client.get_all([f"/v1/projects/{p}" for p in books.projects]),
                                   list(books.projects), strict=True):
        compare_project(books, code, document)
    holds = sorted(pages(client, "/v1/holds?", "holds"), key=lambda h: h["id"])
    need(holds, [meant_hold(books.holds[n]) for n in sorted(books.holds)], "open holds")
    compare_proposals(client, books)
    compare_trial_balance(client, books)
    compare_overdue(client, books)
    compare_quotes(client, books)
    forget_touched(books)


def compare_proposals(client, books):
    meant = []
    for name, p in sorted(books.proposals.items()):
        if p["status"] != "proposed":
            continue
        row = {"proposal": name, "maker": p["maker"]}
        if "reverses" in p:
            row |= {"entry": p["reverses"], "entry_hash": p["entry_hash"]}
        else:
            row |= {"expires": p["expires"]}
        meant.append(row)
    said = [{k: v for k, v in p.items() if k != "command"}
            for p in pages(client, "/v1/proposals?", "proposals")]
    need(said, meant, "proposals")


def compare_trial_balance(client, books):
    sums = {number: [0, 0] for number in books.profile.classes}
    for account in books.accounts.values():
        sums[account["class"]][0] += account["debits"]
        sums[account["class"]][1] += account["credits"]
    _, said = client.get("/v1/trial-balance")
    need({r["class"]: [r["debits"], r["credits"]] for r in said["rows"]}, sums, "trial balance")
    left = right = 0
    for number, (debits, credits) in sums.items():
        if books.profile.classes[number]["group"] in ("bank", "in_transit", "shortfall"):
            left += debits - credits
        else:
            right += credits - debits
    need(left, right, "control equation")


def compare_overdue(client, books):
    for marked in (False, True):
        meant = {}
        for code, p in books.projects.items():
            if p["state"] != "repaying" or loans.paid_up(p):
                continue
            due = p["instalments"][p["instalments_paid"]][0]
            if due < books.date and bool(p["overdue_since"]) == marked:
                principal, interest = loans.unpaid(p)
                meant[code] = (p["borrower"], due, days_between(due, books.date), principal,
                               interest)
        flag = "true" if marked else "false"
        rows = pages(client, f"/v1/overdue?marked={flag}&", "projects")
        need({r["project"]: (r["borrower"], r["due"], r["days"], r["principal"], r["interest"])
              for r in rows}, meant, f"overdue, marked {marked}")


def compare_quotes(client, books):
    open_ones = [p for p in books.projects.values()
                 if p["state"] == "repaying" and not p["repayment"]][:50]
    answers = client.get_all([f"/v1/projects/{p['code']}/quote?early=true" for p in open_ones])
    for project, (_, said) in zip(open_ones, answers, strict=True):
        principal = loans.owed_to_lenders(project)
        interest = loans.early_interest(project, books.date)
        need((said["principal"], said["interest"], said["amount"]),
             (principal, interest, principal + interest), f"quote {project['code']}")
