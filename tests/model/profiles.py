"""Profiles to adopt in the course of a run: cn-2017 with holds for a counterparty, small caps and
bounds, and policies drawn anew each time; and some that must not be adopted."""
import os

HERE = os.path.dirname(os.path.abspath(__file__))
FILE = os.path.join(HERE, "..", "..", "ledger", "domain", "profiles", "cn-2017.toml")
HOLDS = """
[[fee_rules]]
id = "escrow-lender"
payer = "lender"
flow = "capture"
basis_points = 1000
[[fee_rules]]
id = "escrow-borrower"
payer = "borrower"
flow = "capture"
fixed = 5
[[flows]]
name = "hold"
authorities = ["client"]
roles = ["platform"]
matrix = [
  { debit = [2001], credit = [2002], same_owner = true },
  { debit = [2011], credit = [2012], same_owner = true },
]
[[flows]]
name = "capture"
authorities = ["client", "platform", "operators"]
roles = ["platform"]
matrix = [
  { debit = [2002], credit = [2011] },
  { debit = [2012], credit = [2001] },
  { debit = [2002, 2011], credit = [3004], fee_rule = true },
]
[[flows]]
name = "release"
authorities = ["client", "platform", "operators"]
roles = ["platform"]
matrix = [
  { debit = [2002], credit = [2001], same_owner = true },
  { debit = [2012], credit = [2011], same_owner = true },
]
[[flows]]
name = "dispute"
authorities = ["client", "platform"]
roles = ["platform"]
"""
ADOPTION = 'name = "profile_adopt"\nauthorities = ["operators"]\nroles = ["operator"]\n'
with open(FILE, encoding="utf-8") as file:
    SHIPPED = file.read()


def swap(text, was, now):
    if was not in text:
        raise AssertionError(f"cn-2017.toml has no {was!r} any more")
    return text.replace(was, now, 1)


def variant(chance, version):
    text = swap(SHIPPED, "version = 1\n", f"version = {version}\n") + HOLDS
    flag = {True: "true", False: "false"}
    reserve = chance.choice(("accrue", "accrue", "run-off", "run-off", "off"))
    reserve = {2: "accrue", 3: "run-off"}.get(version, reserve)
    text = swap(text, 'reserve = "off"', f'reserve = "{reserve}"')
    text = swap(text, "review_above = 1_000_000_000", f"review_above = {chance.choice((50, 400))}")
    text = swap(text, "partial_repayment = true",
                f"partial_repayment = {flag[chance.random() < 0.85]}")
    text = swap(text, "transfer_overdue = false", f"transfer_overdue = {flag[chance.random() < 0.6]}")
    text = swap(text, "dormant_after_days = 1_095",
                f"dormant_after_days = {chance.choice((0, 1, 2, 2, 3, 3, 5, 8, 20, 1_095))}")
    for name, cap in (("natural_person", 4_000), ("legal_person", 12_000)):
        text = swap(text, f"{name} = {'20_000_000' if name[0] == 'n' else '100_000_000'}",
                    f"{name} = {cap}")
        text = swap(text, f"{name}_all = {'100_000_000' if name[0] == 'n' else '500_000_000'}",
                    f"{name}_all = {cap * 2}")
    for count, now in (("count = 30\n", "count = 900\n"), ("count = 20\n", "count = 300\n")):
        text = swap(text, count, now)
    if chance.random() < 0.5:  # the fee of an open withdrawal may forbid it
        text = swap(text, "fixed = 200", f"fixed = {chance.choice((150, 200, 250))}")
    if chance.random() < 0.4:
        text = swap(text, 'name = "reward"\n', 'name = "reward"\nfour_eyes_above = 60\n')
    if chance.random() < 0.6:  # the matrix lets clients reward each other: the ledger does not
        text = swap(text, "{ debit = [3002, 3005], credit = [2001, 2011, 2021] }",
                    "{ debit = [2001, 3001, 3002, 3005], credit = [2001, 2011, 2021] }")
    if chance.random() < 0.3:
        rows = chance.choice(("1010, 2001, 2011, 2021", "1010, 2001, 2011, 2021",
                              "2001, 2011, 2021"))
        text = swap(text, 'credit = "on-success"', 'credit = "on-settlement"')
        text = swap(text, "{ debit = [1001], credit = [1010] }",
                    f"{{ debit = [1001], credit = [{rows}] }}")
    return text


def unfit(chance, version):
    """A text that is no profile, or none that may follow."""
    good = variant(chance, version)
    return chance.choice((
        "name = \"x\"\n", swap(good, "currencies", "colour = 1\ncurrencies"),
        swap(good, f"version = {version}\n", f"version = {version - 1}\n"),
        swap(good, "number = 3005\nname = \"platform.subsidy\"\ngroup = \"platform\"",
             "number = 3005\nname = \"platform.subsidy\"\ngroup = \"platform\"\nitemised = true"),
        swap(good, 'name = "deposit_request"', 'name = "halt"'),
        swap(good, f"{ADOPTION}four_eyes = true\n", ADOPTION),
        swap(good, "business_days = 5\n", "business_days = 5\ndays = 5\n"),
        swap(good, 'kind = "velocity"\n', 'kind = "velocity"\nbusiness_days = 2\n'),
        good[:len(good) // 2] + '"'))
