"""Entries as ENTRY_FORMAT.md describes them: decoding, and refusing whatever is not canonical."""

import datetime
import functools
import re
import struct

AMOUNT_MAX = 10**18

FLOWS = {
    1: "genesis", 2: "open_account", 3: "open_project", 4: "owner_update", 5: "profile_adopt",
    10: "deposit_request", 20: "deposit", 30: "settle", 40: "deposit_fail",
    41: "deposit_chargeback", 50: "receipt", 51: "receipt_allocate", 52: "receipt_return",
    60: "withdraw", 61: "review_pass", 62: "review_hold", 70: "withdraw_accept", 71: "withdraw_unknown",
    80: "withdraw_pay", 90: "withdraw_fail", 100: "withdraw_return", 110: "bid", 111: "red_packet",
    120: "bid_cancel", 121: "project_fail", 130: "disburse", 140: "fee", 150: "entrusted_pay",
    160: "repay", 170: "distribute", 180: "repay_early", 190: "repay_partial", 200: "overdue",
    210: "compensate", 211: "compensate_indirect", 220: "reserve_compensate", 221: "recover",
    222: "reserve_fund", 223: "reserve_refund", 230: "top_up", 240: "fee_sweep",
    241: "fee_sweep_paid", 242: "fee_sweep_fail", 250: "claim_bid", 251: "claim_transfer",
    252: "claim_cancel", 260: "reward", 270: "reversal_propose", 271: "reversal_approve",
    272: "reversal_reject", 280: "bank_interest", 281: "bank_interest_pay",
    290: "judicial_freeze", 291: "judicial_release", 292: "judicial_catch", 300: "judicial_deduct",
    310: "dormant", 311: "dormant_end", 320: "cut_off", 400: "hold", 401: "capture", 402: "release",
    403: "hold_expire", 404: "dispute", 410: "freeze", 411: "unfreeze", 420: "halt", 421: "resume",
    900: "propose", 901: "approve", 902: "reject", 903: "proposal_expire", 910: "alert",
}  # fmt: skip
GENESIS, ADOPT = 1, 5
# The step of a proposal that an entry of the flow is.
PROPOSAL_STEPS = {900: 1, 901: 2, 902: 3, 903: 4}
REFUSALS = (frozenset(range(202, 232)) | frozenset(range(240, 257))
            | frozenset(range(290, 300)))

(POSTINGS, OWNERS, HOLDS, PROJECTS, MOVES, PAID, CLAIMS, REVERSALS, PROFILES, CUT_OFFS,
 FEES, PROPOSALS, VOIDED, OVERDUE, OWNER_CHANGES, SWITCHES, ALERTS) = range(1, 18)
BID, REPAYMENT, DEPOSIT_TRANSIT, FEE = 1, 2, 5, 6
RED_PACKET, ENTRUSTED, CLAIM_PURCHASE, JUDICIAL_WAITING, INTEREST = 12, 13, 14, 16, 20
MEMOS = {7, 8}  # deposits requested or unsettled: they stand in no counter
RESTRICTIONS = {ENTRUSTED, JUDICIAL_WAITING}
OPEN, CAPTURE, RELEASE, REOPEN = 1, 2, 3, 4
PROPOSED, APPROVED, REJECTED, EXPIRED = 1, 2, 3, 4
RETURNED = 4  # of a reversal
(CREATE, REPAY, COMPENSATE, RECOVER, SELL, BUY, SUBROGATE, OFFER, UNOFFER) = range(1, 10)
HALTED = 1
OPERATORS = 7           # authority
REVERSAL_APPROVE = 271  # flow
OWNER_FLAGS = 15  # all of them

CODE = re.compile(rb"[A-Za-z0-9._:/-]{1,64}").fullmatch
CURRENCY = re.compile(rb"[A-Z]{3}").fullmatch
CONTROL = re.compile(rb"[\x00-\x1f\x7f]").search


class Bad(Exception):
    """The record is not what it should be; the text says why."""


def need(condition, why):
    if not condition:
        raise Bad(why)


@functools.lru_cache(maxsize=65536)
def is_date(value):
    """0 or a calendar day from 19000101 to 99991231."""
    if value == 0:
        return True
    if not 19000101 <= value <= 99991231:
        return False
    try:
        datetime.date(value // 10000, value // 100 % 100, value % 100)
    except ValueError:
        return False
    return True


# --- decoding --------------------------------------------------------------------------------

U8 = struct.Struct("<B")
U16 = struct.Struct("<H")
U32 = struct.Struct("<I")
U64 = struct.Struct("<Q")
HEADER = struct.Struct("<HHBBBBHIQqII")
SECTION = struct.Struct("<BI")
POSTING = struct.Struct("<QQqB")
OWNER = struct.Struct("<QQHH")
HOLD = struct.Struct("<BBQQQQIq")
PROJECT = struct.Struct("<QQq32s")
INSTALMENT = struct.Struct("<Iqq")
MOVE = struct.Struct("<QB")
PAYMENT = struct.Struct("<QIqq")
CLAIM = struct.Struct("<BQQqq")
FEE_CHANGE = struct.Struct("<BQq")
REVERSAL = struct.Struct("<BQH32s")
CUT_OFF = struct.Struct("<II32sQ32sH")
PROPOSAL = struct.Struct("<BHI")
SCHEDULE_END = struct.Struct("<QIqq")
OVERDUE_MARK = struct.Struct("<QIIIq")
OWNER_CHANGE = struct.Struct("<QHq")
SWITCH = struct.Struct("<BB")
assert (HEADER.size, POSTING.size, MOVE.size, PAYMENT.size, CLAIM.size) == (38, 25, 9, 28, 33)


class Cursor:
    """Reads fields front to back; past the end is Bad."""

    def __init__(self, data, at=0):
        self.data = data
        self.at = at

    def fields(self, layout):
        values = layout.unpack_from(self.data, self.at)
        self.at += layout.size
        return values

    def number(self, layout):
        return self.fields(layout)[0]

    def take(self, size):
        end = self.at + size
        need(end <= len(self.data), "decode: truncated")
        piece = self.data[self.at:end]
        self.at = end
        return piece

    def text(self, layout=U8):
        return self.take(self.fields(layout)[0])

    def amount(self):
        return check_amount(int.from_bytes(self.take(8), "little", signed=True))

    def date(self):
        value = self.number(U32)
        need(is_date(value), "decode: date")
        return value

    def currency(self):
        text = self.text()
        need(CURRENCY(text), "decode: currency")
        return text


def check_amount(value):
    need(0 <= value <= AMOUNT_MAX, "decode: amount")
    return value


def rows(cursor, layout, count):
    """`count` records of fixed size."""
    return list(layout.iter_unpack(cursor.take(layout.size * count)))


def read_postings(cursor, count):
    records = rows(cursor, POSTING, count)
    for _, _, amount, kind in records:
        need(0 <= amount <= AMOUNT_MAX and kind <= 4, "decode: posting")
    return records


def read_owners(cursor, count):
    records = []
    for _ in range(count):
        number, first, accounts, flags = cursor.fields(OWNER)
        need(flags <= OWNER_FLAGS, "decode: owner flags")
        currency, kind, code = cursor.currency(), cursor.text(), cursor.text()
        names = [(cursor.number(U16), cursor.text()) for _ in range(accounts)]
        records.append((number, first, flags, currency, kind, code, names))
    return records


def read_holds(cursor, count):
    records = []
    for _ in range(count):
        op, kind, number, account, owner, project, instalment, amount = cursor.fields(HOLD)
        need(1 <= op <= 4 and 1 <= kind <= INTEREST, "decode: hold")
        check_amount(amount)
        order, rule, expires = cursor.text(), cursor.text(), cursor.date()
        principal = cursor.amount() if kind == CLAIM_PURCHASE else 0
        records.append((op, kind, number, account, owner, project, instalment, amount, order, rule,
                        expires, principal))
    return records


def read_projects(cursor, count):
    records = []
    for _ in range(count):
        number, borrower, target, contract = cursor.fields(PROJECT)
        check_amount(target)
        code = cursor.text()
        schedule = rows(cursor, INSTALMENT, cursor.number(U16))
        for due, principal, interest in schedule:
            need(is_date(due), "decode: date")
            check_amount(principal)
            check_amount(interest)
        guarantor, payee = cursor.number(U64), cursor.text()
        records.append((number, borrower, target, contract, code, schedule, guarantor, payee))
    return records


def read_moves(cursor, count):
    records = rows(cursor, MOVE, count)
    for _, state in records:
        need(1 <= state <= 7, "decode: project state")
    return records


def read_paid(cursor, count):
    records = rows(cursor, PAYMENT, count)
    for _, _, principal, interest in records:
        check_amount(principal)
        check_amount(interest)
    return records


def read_claims(cursor, count):
    records = rows(cursor, CLAIM, count)
    for op, _, _, principal, interest in records:
        need(1 <= op <= UNOFFER, "decode: claim")
        check_amount(principal)
        check_amount(interest)
    return records


def read_reversals(cursor, count):
    records = []
    for _ in range(count):
        op, target, flow, digest = cursor.fields(REVERSAL)
        need(1 <= op <= RETURNED and flow in FLOWS, "decode: reversal")
        records.append((op, target, flow, digest, cursor.text(), cursor.text()))
    return records


def read_profiles(cursor, count):
    return [(cursor.number(U32), cursor.text(), cursor.text(U32)) for _ in range(count)]


def read_cut_offs(cursor, count):
    records = []
    for _ in range(count):
        closed, opened, head, size, root, totals = cursor.fields(CUT_OFF)
        need(is_date(closed) and is_date(opened), "decode: date")
        lines = []
        for _ in range(totals):
            number, currency = cursor.number(U16), cursor.currency()
            debits, credits = (int.from_bytes(cursor.take(16), "little", signed=True)
                               for _ in range(2))
            lines.append((number, currency, debits, credits))
        records.append((closed, opened, head, size, root, lines))
    return records


def read_fees(cursor, count):
    records = rows(cursor, FEE_CHANGE, count)
    for op, _, amount in records:
        need(1 <= op <= 2, "decode: fee")
        check_amount(amount)
    return records


def read_proposals(cursor, count):
    records = []
    for _ in range(count):
        op, flow, expires = cursor.fields(PROPOSAL)
        need(1 <= op <= EXPIRED and flow in FLOWS and is_date(expires), "decode: proposal")
        records.append((op, flow, expires, cursor.text(), cursor.text(), cursor.text(U32)))
    return records


def read_voided(cursor, count):
    records = rows(cursor, SCHEDULE_END, count)
    for _, _, principal, interest in records:
        check_amount(principal)
        check_amount(interest)
    return records


def read_overdue(cursor, count):
    records = rows(cursor, OVERDUE_MARK, count)
    for _, _, due, _, penalty in records:
        need(is_date(due), "decode: date")
        check_amount(penalty)
    return records


def read_owner_changes(cursor, count):
    records = rows(cursor, OWNER_CHANGE, count)
    for _, flags, elsewhere in records:
        need(flags <= OWNER_FLAGS, "decode: owner flags")
        check_amount(elsewhere)
    return records


def read_switches(cursor, count):
    records = rows(cursor, SWITCH, count)
    for what, on in records:
        need(what == HALTED and on <= 1, "decode: switch")
    return records


def read_alerts(cursor, count):
    records = []
    for _ in range(count):
        rule, subject, severity = cursor.text(), cursor.text(), cursor.number(U8)
        amount, causes = cursor.amount(), cursor.number(U16)
        records.append((rule, subject, severity, amount,
                        [cursor.number(U64) for _ in range(causes)]))
    return records


READERS = (None, read_postings, read_owners, read_holds, read_projects, read_moves, read_paid,
           read_claims, read_reversals, read_profiles, read_cut_offs, read_fees, read_proposals,
           read_voided, read_overdue, read_owner_changes, read_switches, read_alerts)


class Entry:
    __slots__ = ("flow", "authority", "refused", "refusal", "profile_version", "sequence", "time",
                 "business_date", "command_id", "operator", "command", "sections")

    def __init__(self, data):
        cursor = Cursor(data)
        try:
            self._read(cursor)
        except struct.error:
            raise Bad("decode: truncated") from None

    def effective_flow(self):
        """Of an approval the flow of the proposed command."""
        steps = self.sections.get(PROPOSALS, ())
        approves = len(steps) == 1 and steps[0][0] == APPROVED
        return steps[0][1] if approves else self.flow

    def effective_body(self):
        """Of an approval the fields of the proposed command."""
        steps = self.sections.get(PROPOSALS, ())
        approves = len(steps) == 1 and steps[0][0] == APPROVED
        return steps[0][5] if approves else self.command

    def _read(self, cursor):
        (version, self.flow, outcome, authority, _, reserved, self.refusal, self.profile_version,
         self.sequence, self.time, self.business_date, value_date) = cursor.fields(HEADER)
        need(version == 1, "decode: version")
        need(self.flow in FLOWS, "decode: flow")
        need(outcome <= 1 and authority <= 7 and reserved == 0, "decode: header")
        need(is_date(self.business_date) and is_date(value_date), "decode: date")
        self.authority = authority
        self.refused = outcome == 1
        self.command_id = cursor.text()
        self.operator = cursor.text()
        self.command = cursor.text(U32)
        cursor.text(U16)
        self.sections = {}
        previous, end = 0, len(cursor.data)
        while cursor.at < end:
            tag, count = cursor.fields(SECTION)
            need(previous < tag <= ALERTS and count > 0, "decode: section")
            self.sections[tag] = READERS[tag](cursor, count)
            previous = tag


def is_text(value):
    if not 1 <= len(value) <= 200 or CONTROL(value):
        return False
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def is_number(value):
    return len(value) == 8 and 1 <= int.from_bytes(value, "little", signed=True) <= AMOUNT_MAX


def is_number_or_zero(value):
    return len(value) == 8 and 0 <= int.from_bytes(value, "little", signed=True) <= AMOUNT_MAX


def is_document(value):
    plain = value.replace(b"\n", b" ").replace(b"\t", b" ")
    if not 1 <= len(value) <= 65535 or CONTROL(plain):
        return False
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def is_proposed(value):
    """A flow and the canonical fields of a command that proposes nothing itself."""
    if len(value) < 2 or U16.unpack_from(value)[0] not in set(FLOWS) - {GENESIS}:
        return False
    return is_canonical_command(value[2:], nested=True)


def is_day(value):
    return len(value) == 4 and any(value) and is_date(U32.unpack(value)[0])


def is_schedule(value):
    if len(value) < 2:
        return False
    count, = U16.unpack_from(value)
    if not 1 <= count <= 600 or len(value) != 2 + 20 * count:
        return False
    previous = 0
    for due, principal, interest in INSTALMENT.iter_unpack(value[2:]):
        if due <= previous or not is_date(due) or min(principal, interest) < 0:
            return False
        if not 0 < max(principal, interest) <= AMOUNT_MAX:
            return False
        previous = due
    return True


def is_hash(value):
    return len(value) == 32


def is_flag(value):
    return value == b"\x01"


def is_authority(value):
    return len(value) == 1 and 1 <= value[0] <= 7


FIELDS = (None, is_authority, CODE, CODE, is_number, CODE, CODE, CODE, CURRENCY, CODE, is_number,
          is_hash, is_schedule, is_number, is_number, CODE, is_number, is_hash, CODE, is_text,
          is_day, is_text, is_day, is_number, is_flag, is_flag,
          CODE, CODE, CODE, is_number, is_number, is_day, is_number, CODE, is_number, is_day, CODE,
          CODE, is_number_or_zero, is_document, is_proposed, CODE, CODE, is_text,
          is_number)  # fmt: skip
AMOUNT_FIELD, PROPOSAL_FIELD, PROFILE_FIELD, PROPOSED_FIELD = 4, 18, 39, 40


def field_of(body, wanted):
    """The value of a field of a canonical body; empty if it is not there."""
    at = 0
    while at < len(body):
        field, size = body[at], body[at + 1] | body[at + 2] << 8
        if field == wanted:
            return body[at + 3:at + 3 + size]
        at += 3 + size
    return b""


def is_canonical_command(body, nested=False):
    at, end, previous = 0, len(body), 0
    while at < end:
        if at + 3 > end:
            return False
        field = body[at]
        size = body[at + 1] | body[at + 2] << 8
        at += 3
        if not previous < field < len(FIELDS) or at + size > end:
            return False
        if not FIELDS[field](body[at:at + size]) or (nested and field == PROPOSED_FIELD):
            return False
        previous = field
        at += size
    return True
