"""Random commands about money: in, out, set aside, and on from whatever is set aside now."""
import loans



def start(s):
    """Something that continues nothing."""
    draw = s.chance.random()
    who = s.client()
    channel = s.owner("channel").split(":")[1]
    if draw < 0.26:
        return {"flow": "deposit", "authority": "bank", "client": who, "channel": channel,
                "amount": s.chance.randint(1, 900)}
    if draw < 0.30:
        return {"flow": "deposit_request", "authority": "client", "client": who, "channel": channel,
                "amount": s.chance.randint(1, 300)}
    if draw < 0.34:
        return {"flow": "receipt", "authority": "bank", "amount": s.chance.randint(1, 300),
                "evidence": s.evidence()}
    if draw < 0.50:
        return withdraw(s)
    if draw < 0.55 and (s.books.profile.policy["reserve"] == "accrue" or draw < 0.505):
        return reserve(s)
    if draw < 0.58:
        account = s.chance.choice(("platform:marketing", "platform:master", "platform:subsidy",
                                   "custody:shortfall", "platform:fee"))
        owed = s.books.balance("custody:shortfall")
        amount = s.some(owed) if account == "custody:shortfall" else s.chance.randint(1, 400)
        return {"flow": "top_up", "authority": "platform", "account": account, "amount": amount,
                "evidence": s.evidence()}
    if draw < 0.60:
        there = s.books.balance("platform:fee")
        return {"flow": "fee_sweep", "authority": "platform", "amount": s.some(there)} if (
            there or s.maybe(0.2)) else None
    if draw < 0.65:
        account = s.chance.choice(("platform:marketing", "platform:subsidy", "platform:fee",
                                   "platform:marketing", "platform:subsidy", "reserve:risk",
                                   s.owner("lender") + ":available", who + ":available"))
        command = {"flow": "reward", "authority": "platform", "client": who,
                   "amount": s.some(min(100, s.books.balance(account)))}
        return command | ({} if account == "platform:marketing" else {"account": account})
    if draw < 0.69:
        return {"flow": "bank_interest", "authority": "bank", "amount": s.chance.randint(1, 60),
                "evidence": s.evidence()}
    if draw < 0.73:
        there = s.books.usable(who + ":available")
        return {"flow": "judicial_freeze", "authority": "court", "client": who,
                "amount": s.chance.randint(1, s.chance.choice((there // 4, 2 * there)) + 60),
                "evidence": "court-7", "expires": s.day(-1 if s.maybe(0.06) else 0, 25)}
    if draw < 0.87:
        return hold(s)
    return from_the_bank(s)


def reserve(s):
    """Much, now and then, so that what runs off is more than overdue loans may need."""
    there = s.books.balance("platform:master")
    if there < 2000:
        return {"flow": "top_up", "authority": "platform", "account": "platform:master",
                "amount": 3000, "evidence": s.evidence()}
    return {"flow": "reserve_fund", "authority": "platform", "account": "platform:master",
            "amount": there}


def refund(s):
    """What the reserve does not need for the overdue loans of now."""
    there = s.books.balance("reserve:risk")
    free = there - loans.needed_by_overdue(s.books)
    return {"flow": "reserve_refund", "authority": "operators",
            "amount": s.some(min(free, 50) if free > 0 and s.maybe(0.8) else there)}


def withdraw(s):
    asleep = [k for k, o in s.books.owners.items() if o["dormant"]]
    pays = asleep and s.maybe(0.25)  # a fee, which a dormant client does not
    who = s.chance.choice(asleep) if pays else s.client()
    there = s.books.usable(who + ":available")
    command = {"flow": "withdraw", "authority": "client", "client": who, "amount": s.some(there)}
    if pays or s.maybe(0.4):
        rule = "withdraw-borrower" if who.startswith("borrower") else "withdraw"
        command |= {"fee": s.chance.choice((1, 5, 20, 210)), "fee_rule": rule}
        command["amount"] = max(1, command["amount"] - command["fee"])
    return command


def hold(s):
    who = s.owner(s.chance.choice(("lender", "borrower")))
    other = s.owner("borrower" if who.startswith("lender") else "lender")
    command = {"flow": "hold", "authority": "client", "client": who,
               "amount": s.some(s.books.usable(who + ":available"))}
    if s.maybe(0.85):
        command["beneficiary"] = other if s.maybe(0.9) else s.client()
    awaited = [o for o in s.owners[other.split(":")[0]] if is_overdrawn(s, o + ":available")]
    if awaited and s.maybe(0.4):
        command["beneficiary"] = s.chance.choice(awaited)
    if s.maybe(0.2) and s.live:
        command["project"] = s.chance.choice(s.live)
    if s.maybe(0.5):
        command["expires"] = s.day(0, 6)
    return command


def is_overdrawn(s, account):
    """A court waits for more than there is: nothing may be taken, even of what comes in."""
    return s.books.balance(account) < s.books.accounts[account]["debits_pending"]


def from_the_bank(s):
    """What the bank takes back, or what comes back from it."""
    flow, of = s.chance.choice((("deposit_chargeback", "settle"), ("withdraw_return",
                                                                   "withdraw_pay")))
    entries = [e for e in s.entries.get(of, ()) if e.hash]
    if not entries:
        return None
    entry = s.chance.choice(entries)
    moved = next(a for op, h, a in entry.draft.holds if op == "capture" and h["kind"] != "fee")
    amount = moved if flow == "deposit_chargeback" else s.some(moved)
    return {"flow": flow, "authority": "bank", "entry": entry.sequence, "entry_hash": entry.hash,
            "amount": amount, "evidence": s.evidence()}


def huge(s):
    """One client whose counters come to their end."""
    for kind in ("deposit_transit", "deposit_unsettled"):
        for held in s.books.holds.values():
            if held["kind"] == kind and held["beneficiary"] == "lender:HUGE:available":
                return {"flow": "deposit_fail", "authority": "bank", "order": held["order"],
                        "amount": held["remaining"]}
    return {"flow": "deposit", "authority": "bank", "client": "lender:HUGE", "channel": "HUGE",
            "amount": 10**18 - s.chance.randrange(3)}


def for_two(s):
    """A command of two operators, to be proposed."""
    reviews = [h for h in s.books.holds.values() if h["kind"] == "withdraw_review"]
    draw = s.chance.random()
    if reviews and draw < 0.5:
        return {"flow": "review_pass", "authority": "operators",
                "order": s.chance.choice(reviews)["order"]}
    if draw < 0.75:
        related = [k for k, o in s.books.owners.items() if o["related_party"]]
        if related and s.maybe(0.7):
            return {"flow": "owner_update", "authority": "operators",
                    "client": s.chance.choice(related)}
        command = {"flow": "owner_update", "authority": "operators", "client": s.client()}
        if s.maybe(0.7):
            command["elsewhere"] = s.chance.choice((0, 100, 3000, 9000))
        if s.maybe(0.35):
            command["related_party"] = True
        return command
    if draw < 0.95:
        return {"flow": "reward", "authority": "platform", "client": s.client(),
                "amount": s.some(s.books.balance("platform:marketing"))}
    return {"flow": "unfreeze", "authority": "operators", "client": s.client(), "reason": "r"}


def advance(s):
    """The next step of something that is set aside."""
    number = s.chance.choice(list(s.books.holds))
    held = s.books.holds[number]
    makers = FOLLOWERS.get(held["kind"])
    if makers is None:
        return None
    over = held["expires"] and held["expires"] < s.books.date and held["kind"] != "disputed"
    make = EXPIRE if over and s.maybe(0.75) else s.chance.choice(makers)
    command = make(s, held)
    if command is None or "proposed" in command or command["flow"] == "reward":
        return command
    return {"order": held["order"], **command}


def whole(flow, authority, **more):
    def make(s, held):
        return {"flow": flow, "authority": authority, "amount": held["remaining"],
                **{k: s.evidence() for k in more}}
    return make


def plain(flow, *authorities):
    def make(s, _):
        return {"flow": flow, "authority": s.chance.choice(authorities)}
    return make


def part(flow, *authorities, **more):
    def make(s, held):
        return {"flow": flow, "authority": s.chance.choice(authorities),
                "amount": s.some(held["remaining"]), **{k: s.evidence() for k in more}}
    return make


def complete(_, held):
    who = held["beneficiary"].rsplit(":", 1)[0]
    return {"flow": "deposit", "authority": "bank", "client": who,
            "channel": held["account"].split(":")[1], "amount": held["remaining"]}


def allocate(s, held):
    command = {"authority": "operators", "order": held["order"], "reason": "found",
               "amount": s.some(held["remaining"])}
    if s.maybe(0.3):
        return s.propose({"flow": "receipt_return", **command, "evidence": s.evidence()})
    return s.propose({"flow": "receipt_allocate", **command, "client": s.client()})


def catch(s, held):
    account = s.books.accounts[held["account"]]
    if s.books.balance(held["account"]) <= account["credits_pending"] and s.maybe(0.95):
        amount = min(80, s.books.balance("platform:marketing"))
        return amount and {"flow": "reward", "authority": "platform", "amount": amount,
                           "client": s.books.owner_of(held["account"])} or None
    return {"flow": "judicial_catch", "authority": "platform"}


def pay_interest(s, held):
    command = {"flow": "bank_interest_pay", "authority": "platform",
               "amount": s.some(held["remaining"])}
    return command | ({} if s.maybe(0.05) else {"client": s.client()})


def capture(s, held):
    command = {"flow": "capture", "authority": "client", "amount": s.some(held["remaining"])}
    if held["kind"] == "disputed" and s.maybe(0.8):
        command["authority"] = "operators"
    kind = s.chance.choice(("lender", "borrower"))
    awaited = is_overdrawn(s, held["beneficiary"])
    if awaited:
        kind = held["beneficiary"].split(":")[0]
    if awaited or s.maybe(0.3):
        command |= {"fee": s.chance.choice((1, 2, 6, 40)), "fee_rule": f"escrow-{kind}"}
    return command


def add_red_packet(s, held):
    if s.books.hold_of(held["order"], "red_packet") and s.maybe(0.9):
        return None
    project = s.books.projects[held["project"]]
    most = min(project["target"] - project["frozen"], s.books.balance("platform:marketing"))
    return {"flow": "red_packet", "authority": "platform", "amount": s.some(most)}


def hold_back(s, _):
    return {"flow": "review_hold", "authority": s.chance.choice(("operators", "bank", "platform")),
            "reason": "is it you?"}


def dispute(s, _):
    return {"flow": "dispute", "authority": "client", "reason": "not delivered"}


def transfer(s, held):
    command = {"flow": "claim_transfer", "authority": "client"}
    most = held["remaining"] * 50 // 10_000
    if s.maybe(0.6 if most else 0.05):
        command |= {"fee": most + 1 if s.maybe(0.2) else max(1, most), "fee_rule": "transfer"}
    return command


RELEASE = part("release", "client", "platform", "operators")
EXPIRE = plain("hold_expire", "platform")
BACK = plain("withdraw_fail", "bank", "client")
FOLLOWERS = {
    "deposit_requested": (complete, complete, whole("deposit_fail", "bank")),
    "deposit_transit": (whole("settle", "bank"),) * 5 + (whole("deposit_fail", "bank"),),
    "deposit_unsettled": (whole("settle", "bank"),) * 4 + (whole("deposit_fail", "bank"),),
    "withdrawal": (plain("withdraw_accept", "bank"),) * 5 + (BACK, BACK, hold_back),
    "withdraw_review": (BACK, plain("withdraw_accept", "bank")),
    "withdraw_transit": (whole("withdraw_pay", "bank"), whole("withdraw_pay", "bank"), BACK,
                         plain("withdraw_unknown", "bank", "platform")),
    "withdraw_unknown": (whole("withdraw_pay", "bank"), BACK),
    "receipt": (allocate,),
    "interest": (pay_interest,),
    "sweep": (whole("fee_sweep_paid", "bank", evidence=1),) * 2 + (
        whole("fee_sweep_fail", "bank"),),
    "bid": (add_red_packet, add_red_packet, plain("bid_cancel", "client", "platform")),
    "red_packet": (plain("bid_cancel", "platform"),),
    "repayment": (plain("distribute", "platform"),),
    "claim_purchase": (transfer, transfer, transfer, plain("claim_cancel", "client", "platform"),
                       EXPIRE),
    "judicial": (part("judicial_release", "court"), plain("judicial_release", "court"), EXPIRE) + (
        part("judicial_deduct", "court", evidence=1),) * 4,
    "judicial_waiting": (catch,) * 3 + (
        EXPIRE, part("judicial_release", "court")),
    "escrow": (capture, capture, RELEASE, dispute, EXPIRE),
    "disputed": (capture, RELEASE, EXPIRE, dispute),
}
