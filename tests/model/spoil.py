"""Makes a command wrong: in what it asks (refused by the state of the ledger), or in its shape
(malformed)."""
AUTHORITIES = ("client", "standing", "platform", "guarantor", "bank", "court", "operators")
STRANGE = ("lender:NOBODY", "custody", "channel:A", "reserve", "platform")
AMOUNTS = ("amount", "principal", "fee", "target")


def spoil(s, command, always=False):
    """The same with one other value; of a proposal the proposed command's."""
    if "proposed" in command and s.maybe(0.7):
        return command | {"proposed": spoil(s, command["proposed"])}
    keys = [k for k in command if k in CHANGES]
    if not keys:
        return command
    for key in s.chance.sample(keys, len(keys)):
        value = CHANGES[key](s, command)
        if value is not None and (value != command[key] or not always):
            return command | {key: value}
    return command


def amount(key):
    def change(s, command):
        was = command[key]
        return max(1, s.chance.choice((was + 1, was - 1, was - 1, was * 2, 10**7,
                                       s.chance.randint(1, 500))))
    return change


def owner(s, _):
    return s.chance.choice(STRANGE) if s.maybe(0.4) else s.client()


def project(s, _):
    return "NONE" if s.maybe(0.6) or not s.live else s.chance.choice(s.live)


def order(s, _):
    if s.maybe(0.3) or not s.orders:
        return "never"
    holds = s.books.holds
    if s.maybe(0.5) and holds:
        return holds[s.chance.choice(list(holds))]["order"]
    return s.chance.choice(s.orders)


def entry(s, _):
    known = [e.sequence for e in s.all_entries if e.sequence]
    return 10**9 if s.maybe(0.3) or not known else s.chance.choice(known)


def entry_hash(s, command):
    return s.contract() if s.maybe(0.8) else command["entry_hash"]


def date(s, _):
    return s.day(-2, 2) if s.maybe(0.6) else s.day(30, 33)


def instalments(s, command):
    first = command["instalments"][0]
    return [{**first, "principal": first["principal"] + 1}, *command["instalments"][1:]]


CHANGES = {
    "authority": lambda s, _: s.chance.choice(AUTHORITIES), "client": owner, "seller": owner,
    "beneficiary": owner, "borrower": owner, "guarantor": owner, "project": project,
    "order": order, "entry": entry, "entry_hash": entry_hash, "expires": date, "opens": date,
    "instalments": instalments, "payee": lambda s, _: "shop",
    "channel": lambda s, _: "nowhere" if s.maybe(0.5) else s.owner("channel").split(":")[1],
    "fee_rule": lambda s, _: s.chance.choice(("none", "service", "withdraw", "transfer")),
    "account": lambda s, _: s.chance.choice(("platform:fee", "platform:master", "nobody:x",
                                             "lender:A:available")),
    "operator": lambda s, _: s.operator(), "entries": lambda s, _: s.chance.choice(("3,2", "7,x",
                                                                               "1000000000")),
    "proposal": order, "instalment": lambda s, c: s.chance.randint(1, 7),
    "terms": lambda s, _: s.chance.choice((601, 3)), "elsewhere": lambda s, _: 5,
    "rate_ppm": lambda s, _: 10_000_001, "compensation": lambda s, _: 1,
    "contract_hash": lambda s, _: s.chance.choice([p["contract_hash"] for p
                                                   in s.books.projects.values()] or [None]),
    "severity": lambda s, _: 9, **{key: amount(key) for key in AMOUNTS}}


def spoil_shape(s, command):
    """Malformed in one way."""
    ways = (
        lambda c: c | {"colour": "red"}, lambda c: c | {"flow": "no_such_flow"},
        lambda c: c | {"authority": "king"}, lambda c: c | {"id": "not an id"},
        lambda c: {k: v for k, v in c.items() if k != "authority"},
        lambda c: {k: v for k, v in c.items() if k != s.chance.choice(list(c))},
        lambda c: c | {"value_date": "2017-13-01"}, lambda c: c | {"amount": 0},
        lambda c: c | {"amount": 10**18 + 1}, lambda c: c | {"amount": "12"},
        lambda c: c | {"operator": ""}, lambda c: c | {"entry_hash": "abc"},
        lambda c: c | {"severity": 0}, lambda c: c | {"reason": ""},
        lambda c: c | {"instalments": []}, lambda c: c | {"order": "not a code"})
    return s.chance.choice(ways)(dict(command))
