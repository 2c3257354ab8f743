#include "ledger/engine/projection.h"

#include <cstring>

#include "ledger/base/bytes.h"

namespace ledger::engine {
namespace {

using base::Decoder;
using base::put;
using base::put_key;
using base::put_text;

base::Date get_date(Decoder& in) {
  return base::Date::from_yyyymmdd(in.get<std::uint32_t>()).value_or(base::Date());
}
base::Amount get_amount(Decoder& in) {
  return base::Amount::from_minor(in.get<std::int64_t>()).value_or(base::Amount());
}
crypto::Digest get_digest(Decoder& in) {
  return crypto::Digest::from_bytes(in.get_bytes(32)).value_or(crypto::Digest());
}
template <typename T>
std::optional<T> whole(const Decoder& in, T value) {
  if (in.failed() || !in.at_end()) return std::nullopt;
  return value;
}

}  // namespace

std::string day_key(base::Date date) {
  std::string key = "day";
  put_key(key, date.yyyymmdd());
  return key;
}
std::string id_key(std::uint64_t hash, std::uint64_t sequence) {
  std::string key;
  put_key(key, hash);
  put_key(key, sequence);
  return key;
}
std::string history_key(std::uint64_t account, std::uint64_t sequence) {
  return id_key(account, sequence);
}
std::string number_key(std::uint64_t id) {
  std::string key;
  put_key(key, id);
  return key;
}
std::string claim_key(base::ProjectId project, base::ClientId holder) {
  return id_key(project.value(), holder.value());
}

// Multiply and fold (wyhash family): fast on short texts, well mixed in all bits.
std::uint64_t hash_of(std::string_view id) {
  constexpr std::uint64_t kA = 0x9e3779b97f4a7c15ULL;
  constexpr std::uint64_t kB = 0xe7037ed1a0b428dbULL;
  const auto mix = [](std::uint64_t a, std::uint64_t b) {
    const base::UInt128 product = static_cast<base::UInt128>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  };
  std::uint64_t hash = mix(id.size() ^ kA, kB);
  while (!id.empty()) {
    std::uint64_t word = 0;
    const std::size_t size = id.size() < 8 ? id.size() : 8;
    std::memcpy(&word, id.data(), size);
    id.remove_prefix(size);
    hash = mix(hash ^ word ^ kA, kB ^ (size << 56));
  }
  return mix(hash ^ kB, kA);
}

std::string encode(const Mark& m) {
  std::string out;
  put(out, m.sequence.value());
  put(out, m.time.ns);
  put(out, m.business_date.yyyymmdd());
  put(out, m.next_hold);
  put(out, m.switches);
  out.append(m.head.view());
  put_text<std::uint32_t>(out, m.tree);
  put_text<std::uint32_t>(out, m.profile);
  return out;
}

std::optional<Mark> decode_mark(std::string_view bytes) {
  Decoder in(bytes);
  Mark m;
  m.sequence = base::Sequence(in.get<std::uint64_t>());
  m.time.ns = in.get<std::int64_t>();
  m.business_date = get_date(in);
  m.next_hold = in.get<std::uint64_t>();
  m.switches = in.get<std::uint8_t>();
  m.head = get_digest(in);
  m.tree = in.get_text<std::uint32_t>();
  m.profile = in.get_text<std::uint32_t>();
  return whole(in, std::move(m));
}

std::string encode(const Counters& c) {
  std::string out;
  put(out, c.debits_posted);
  put(out, c.credits_posted);
  put(out, c.debits_pending);
  put(out, c.credits_pending);
  return out;
}

std::optional<Counters> decode_counters(std::string_view bytes) {
  Decoder in(bytes);
  Counters c;
  c.debits_posted = in.get<std::int64_t>();
  c.credits_posted = in.get<std::int64_t>();
  c.debits_pending = in.get<std::int64_t>();
  c.credits_pending = in.get<std::int64_t>();
  return whole(in, c);
}

std::string encode(const domain::Owner& o) {
  std::string out;
  put(out, o.first_account);
  put(out, o.account_count);
  put(out, o.flags);
  put(out, o.kind);
  put(out, o.currency);
  put(out, o.outstanding);
  put(out, o.elsewhere);
  put(out, o.active_on.yyyymmdd());
  put_text<std::uint8_t>(out, o.code);
  return out;
}

std::optional<domain::Owner> decode_owner(std::string_view bytes) {
  Decoder in(bytes);
  domain::Owner o;
  o.first_account = in.get<std::uint64_t>();
  o.account_count = in.get<std::uint16_t>();
  o.flags = in.get<std::uint16_t>();
  o.kind = in.get<std::uint8_t>();
  o.currency = in.get<std::uint8_t>();
  o.outstanding = in.get<std::int64_t>();
  o.elsewhere = in.get<std::int64_t>();
  o.active_on = get_date(in);
  o.code = in.get_text<std::uint8_t>();
  return whole(in, std::move(o));
}

std::string encode(const domain::Hold& h) {
  std::string out;
  out.reserve(80);
  base::put_all(out, h.id.value(), static_cast<std::uint8_t>(h.kind), h.account.value(),
                h.beneficiary.value(), h.project.value(), h.instalment, h.remaining);
  put_text<std::uint8_t>(out, h.order);
  put_text<std::uint8_t>(out, h.fee_rule);
  put(out, h.expires.yyyymmdd());
  put(out, h.principal);
  return out;
}

std::optional<domain::Hold> decode_hold(std::string_view bytes) {
  Decoder in(bytes);
  domain::Hold h;
  h.id = base::HoldId(in.get<std::uint64_t>());
  h.kind = static_cast<domain::HoldKind>(in.get<std::uint8_t>());
  h.account = base::AccountId(in.get<std::uint64_t>());
  h.beneficiary = base::AccountId(in.get<std::uint64_t>());
  h.project = base::ProjectId(in.get<std::uint64_t>());
  h.instalment = in.get<std::uint32_t>();
  h.remaining = in.get<std::int64_t>();
  h.order = in.get_text<std::uint8_t>();
  h.fee_rule = in.get_text<std::uint8_t>();
  h.expires = get_date(in);
  h.principal = in.get<std::int64_t>();
  return whole(in, std::move(h));
}

std::string encode(const domain::Project& p) {
  std::string out;
  put(out, p.id.value());
  put_text<std::uint8_t>(out, p.code);
  put(out, p.borrower.value());
  put(out, p.target.minor());
  out.append(p.contract.view());
  put(out, static_cast<std::uint8_t>(p.state));
  base::put_all(out, p.instalments_paid, p.part_principal, p.part_interest, p.voided_from,
                p.overdue_marks, p.overdue_since.yyyymmdd(), p.guarantor.value());
  put_text<std::uint8_t>(out, p.payee);
  base::put_all(out, p.frozen, p.disbursed, p.repaid, p.interest_paid, p.compensated, p.recovered,
                p.principal_since, p.interest_since, p.fees);
  put(out, static_cast<std::uint32_t>(p.recoveries.size()));
  for (const domain::Recovery& r : p.recoveries) {
    base::put_all(out, r.holder.value(), r.principal, r.principal_recovered, r.interest,
                  r.interest_recovered);
  }
  put(out, p.lent_on.yyyymmdd());
  put(out, p.repayment.value());
  put(out, static_cast<std::uint32_t>(p.instalments.size()));
  for (const domain::Instalment& i : p.instalments) {
    put(out, i.due.yyyymmdd());
    put(out, i.principal.minor());
    put(out, i.interest.minor());
  }
  put(out, static_cast<std::uint32_t>(p.bids.size()));
  for (const base::HoldId bid : p.bids) put(out, bid.value());
  put(out, static_cast<std::uint32_t>(p.entrusted.size()));
  for (const base::HoldId hold : p.entrusted) put(out, hold.value());
  return out;
}

std::optional<domain::Project> decode_project(std::string_view bytes) {
  Decoder in(bytes);
  domain::Project p;
  p.id = base::ProjectId(in.get<std::uint64_t>());
  p.code = in.get_text<std::uint8_t>();
  p.borrower = base::ClientId(in.get<std::uint64_t>());
  p.target = get_amount(in);
  p.contract = get_digest(in);
  p.state = static_cast<domain::ProjectState>(in.get<std::uint8_t>());
  p.instalments_paid = in.get<std::uint32_t>();
  p.part_principal = in.get<std::int64_t>();
  p.part_interest = in.get<std::int64_t>();
  p.voided_from = in.get<std::uint32_t>();
  p.overdue_marks = in.get<std::uint32_t>();
  p.overdue_since = get_date(in);
  p.guarantor = base::ClientId(in.get<std::uint64_t>());
  p.payee = in.get_text<std::uint8_t>();
  for (std::int64_t* figure : {&p.frozen, &p.disbursed, &p.repaid, &p.interest_paid, &p.compensated,
                               &p.recovered, &p.principal_since, &p.interest_since, &p.fees}) {
    *figure = in.get<std::int64_t>();
  }
  const auto recoveries = in.get<std::uint32_t>();
  for (std::uint32_t i = 0; i < recoveries && !in.failed(); ++i) {
    domain::Recovery& r = p.recoveries.emplace_back();
    r.holder = base::ClientId(in.get<std::uint64_t>());
    r.principal = in.get<std::int64_t>();
    r.principal_recovered = in.get<std::int64_t>();
    r.interest = in.get<std::int64_t>();
    r.interest_recovered = in.get<std::int64_t>();
  }
  p.lent_on = get_date(in);
  p.repayment = base::HoldId(in.get<std::uint64_t>());
  const auto instalments = in.get<std::uint32_t>();
  for (std::uint32_t i = 0; i < instalments && !in.failed(); ++i) {
    domain::Instalment& one = p.instalments.emplace_back();
    one.due = get_date(in);
    one.principal = get_amount(in);
    one.interest = get_amount(in);
  }
  const auto bids = in.get<std::uint32_t>();
  for (std::uint32_t i = 0; i < bids && !in.failed(); ++i) {
    p.bids.emplace_back(in.get<std::uint64_t>());
  }
  const auto entrusted = in.get<std::uint32_t>();
  for (std::uint32_t i = 0; i < entrusted && !in.failed(); ++i) {
    p.entrusted.emplace_back(in.get<std::uint64_t>());
  }
  return whole(in, std::move(p));
}

std::string encode(const domain::Claim& c) {
  std::string out;
  base::put_all(out, c.holder.value(), c.principal, c.principal_paid, c.interest_paid, c.reserved,
                c.weight, c.principal_since, c.interest_since, c.principal_carry, c.interest_carry);
  return out;
}

std::optional<domain::Claim> decode_claim(std::string_view bytes) {
  Decoder in(bytes);
  domain::Claim c;
  c.holder = base::ClientId(in.get<std::uint64_t>());
  for (std::int64_t* figure :
       {&c.principal, &c.principal_paid, &c.interest_paid, &c.reserved, &c.weight,
        &c.principal_since, &c.interest_since, &c.principal_carry, &c.interest_carry}) {
    *figure = in.get<std::int64_t>();
  }
  return whole(in, c);
}

std::string encode(const domain::Proposal& p) {
  std::string out;
  put_text<std::uint8_t>(out, p.id);
  put_text<std::uint8_t>(out, p.maker);
  put(out, p.target.value());
  out.append(p.target_hash.view());
  put(out, static_cast<std::uint8_t>(p.status));
  put(out, static_cast<std::uint16_t>(p.flow));
  put(out, p.expires.yyyymmdd());
  put_text<std::uint32_t>(out, p.body);
  return out;
}

std::optional<domain::Proposal> decode_proposal(std::string_view bytes) {
  Decoder in(bytes);
  domain::Proposal p;
  p.id = in.get_text<std::uint8_t>();
  p.maker = in.get_text<std::uint8_t>();
  p.target = base::Sequence(in.get<std::uint64_t>());
  p.target_hash = get_digest(in);
  p.status = static_cast<domain::ProposalOp>(in.get<std::uint8_t>());
  p.flow = static_cast<domain::FlowCode>(in.get<std::uint16_t>());
  p.expires = get_date(in);
  p.body = in.get_text<std::uint32_t>();
  return whole(in, std::move(p));
}

}  // namespace ledger::engine
