"""The fields of commands, as ledger/server/openapi.yaml lists them: what is malformed, and when two
commands are the same."""
import os
import re

HERE = os.path.dirname(os.path.abspath(__file__))
PAGE = os.path.join(HERE, "..", "..", "ledger", "server", "openapi.yaml")
CODES = {"channel", "order", "project", "borrower", "client", "fee_rule", "proposal", "guarantor",
         "payee", "method", "seller", "account", "beneficiary", "rule", "subject", "operator"}
TEXTS = {"reason", "evidence", "entries"}
AMOUNTS = {"amount", "target", "fee", "compensation", "principal"}
COUNTS = {"instalment", "entry", "limit", "rate_ppm", "terms", "severity"}
DATES = {"opens", "first_due", "expires", "value_date"}
AUTHORITIES = {"client", "standing", "platform", "guarantor", "bank", "court", "operators"}
MOST = 10**18
CODE = re.compile(r"[A-Za-z0-9._:/-]{1,64}")


def read_flows():
    """{flow: (required, all)} from the contract."""
    flows = {}
    with open(PAGE, encoding="utf-8") as page:
        for line in page:
            found = re.fullmatch(r" {8}(\w+): ((?:\w+(?: r)?(?:, )?)+)\.\n", line)
            if found:
                given = [f.split() for f in found[2].split(", ")]
                flows[found[1]] = ({f[0] for f in given if len(f) == 2}, {f[0] for f in given})
    return flows


FLOWS = read_flows()
COMMON = {"authority", "operator", "value_date"}


def wrong_value(name, value):
    """The refusal of one value, or nothing."""
    if name in AMOUNTS or name == "elsewhere":
        least = 0 if name == "elsewhere" else 1
        if not isinstance(value, int):
            return "WRONG_TYPE"
        return "AMOUNT_NOT_POSITIVE" if value < least else (
            "AMOUNT_TOO_LARGE" if value > MOST else None)
    if name in COUNTS:
        if not isinstance(value, int):
            return "WRONG_TYPE"
        return None if 1 <= value <= MOST else "BAD_NUMBER"
    if name in ("legal_person", "related_party"):
        return None if isinstance(value, bool) else "WRONG_TYPE"
    if name == "proposed":
        return judge({"id": "x", **value})
    if name == "instalments":
        return wrong_schedule(value)
    if not isinstance(value, str):
        return "WRONG_TYPE"
    if name == "authority":
        return None if value in AUTHORITIES else "UNKNOWN_AUTHORITY"
    if name in DATES:
        return None if re.fullmatch(r"(19|2\d)\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])",
                                    value) else "BAD_DATE"
    if name in CODES:
        return None if CODE.fullmatch(value) else "BAD_TEXT"
    if name == "contract_hash" or name == "entry_hash":
        return None if re.fullmatch("[0-9a-f]{64}", value) else "BAD_HASH"
    if name in TEXTS:
        return None if 1 <= len(value.encode()) <= 200 else "BAD_TEXT"
    return None


def wrong_schedule(instalments):
    previous = ""
    for i in instalments:
        if i["due"] <= previous or i["principal"] + i["interest"] == 0:
            return "BAD_INSTALMENTS"
        previous = i["due"]
    return None if instalments else "BAD_INSTALMENTS"


NUMBERS = {name: number for number, name in enumerate((
    "UNKNOWN_FLOW", "UNKNOWN_FIELD", "MISSING_FIELD", "WRONG_TYPE", "BAD_ID", "BAD_TEXT",
    "AMOUNT_NOT_POSITIVE", "AMOUNT_TOO_LARGE", "BAD_NUMBER", "BAD_DATE", "BAD_HASH",
    "BAD_INSTALMENTS", "UNKNOWN_AUTHORITY"))}
ALL = set().union(*(f[1] for f in FLOWS.values())) | COMMON | {"id", "flow"}


def judge(command):
    """Why a command is malformed: of its values the refusal with the lowest number, else of its
    fields; nothing if it is not."""
    found = []
    for name, value in command.items():
        if name == "id":
            found.append(None if CODE.fullmatch(value) else "BAD_ID")
        elif name == "flow":
            found.append(None if value in FLOWS else "UNKNOWN_FLOW")
        elif name not in ALL:
            found.append("UNKNOWN_FIELD")
        else:
            found.append(wrong_value(name, value))
    found = [f for f in found if f]
    if found:
        return min(found, key=NUMBERS.get)
    if "id" not in command or "flow" not in command:
        return "MISSING_FIELD"
    required, allowed = FLOWS[command["flow"]]
    given = set(command) - {"id", "flow"}
    if given - allowed - COMMON:
        return "UNKNOWN_FIELD"
    if (required | {"authority"}) - given:
        return "MISSING_FIELD"
    return None


def plain(command):
    """A flag that is false is as if it were not there."""
    return {k: plain(v) if k == "proposed" else v for k, v in command.items() if v is not False}


def same(a, b):
    return a == b or plain(a) == plain(b)
