// The byte format of ENTRY_FORMAT.md, written and read in one place.
#include <initializer_list>

#include "ledger/base/bytes.h"
#include "ledger/domain/entry.h"

namespace ledger::domain {
namespace {

using base::Decoder;
using base::put;
using base::put_all;
using base::put_text;

constexpr std::uint16_t kVersion = 1;

// Section tags, in the order in which sections stand.
enum class Section : std::uint8_t {
  kPostings = 1,
  kOwners = 2,
  kHolds = 3,
  kProjects = 4,
  kMoves = 5,
  kInstalments = 6,
  kClaims = 7,
  kReversals = 8,
  kProfiles = 9,
  kCutOffs = 10,
  kFees = 11,
  kProposals = 12,
  kVoided = 13,
  kOverdue = 14,
  kOwnerChanges = 15,
  kSwitches = 16,
  kAlerts = 17,
};

void put_total(std::string& out, base::Total total) {
  const auto value = static_cast<base::UInt128>(total.minor());
  put(out, static_cast<std::uint64_t>(value));
  put(out, static_cast<std::uint64_t>(value >> 64));
}

void put_digest(std::string& out, const crypto::Digest& digest) { out.append(digest.view()); }

void put_amount(std::string& out, base::Amount amount) { put(out, amount.minor()); }

void put_one(std::string& out, const Posting& p) {
  put_all(out, p.debit.value(), p.credit.value(), p.amount.minor(),
          static_cast<std::uint8_t>(p.kind));
}

void put_one(std::string& out, const OwnerOpened& o) {
  put(out, o.id.value());
  put(out, o.first_account.value());
  put(out, o.account_count);
  put(out, o.flags);
  put_text<std::uint8_t>(out, o.currency.code());
  put_text<std::uint8_t>(out, o.kind);
  put_text<std::uint8_t>(out, o.code);
  for (std::size_t i = 0; i < o.classes.size(); ++i) {
    put(out, o.classes[i]);
    put_text<std::uint8_t>(out, o.account_names[i]);
  }
}

void put_one(std::string& out, const HoldChange& h) {
  put_all(out, static_cast<std::uint8_t>(h.op), static_cast<std::uint8_t>(h.kind), h.id.value(),
          h.account.value(), h.beneficiary.value(), h.project.value(), h.instalment,
          h.amount.minor());
  put_text<std::uint8_t>(out, h.order);
  put_text<std::uint8_t>(out, h.fee_rule);
  put(out, h.expires.yyyymmdd());
  if (h.kind == HoldKind::kClaimPurchase) put_amount(out, h.principal);
}

void put_one(std::string& out, const ProjectOpened& p) {
  put(out, p.id.value());
  put(out, p.borrower.value());
  put_amount(out, p.target);
  put_digest(out, p.contract);
  put_text<std::uint8_t>(out, p.code);
  put(out, static_cast<std::uint16_t>(p.instalments.size()));
  for (const Instalment& i : p.instalments) {
    put(out, i.due.yyyymmdd());
    put_amount(out, i.principal);
    put_amount(out, i.interest);
  }
  put(out, p.guarantor.value());
  put_text<std::uint8_t>(out, p.payee);
}

void put_one(std::string& out, const ProjectMoved& m) {
  put(out, m.id.value());
  put(out, static_cast<std::uint8_t>(m.to));
}

void put_one(std::string& out, const InstalmentPaid& i) {
  put(out, i.project.value());
  put(out, i.instalment);
  put_amount(out, i.principal);
  put_amount(out, i.interest);
}

void put_one(std::string& out, const ClaimChange& c) {
  put_all(out, static_cast<std::uint8_t>(c.op), c.project.value(), c.holder.value(),
          c.principal.minor(), c.interest.minor());
}

void put_one(std::string& out, const ReversalStep& r) {
  put(out, static_cast<std::uint8_t>(r.op));
  put(out, r.target.value());
  put(out, static_cast<std::uint16_t>(r.target_flow));
  put_digest(out, r.target_hash);
  put_text<std::uint8_t>(out, r.proposal);
  put_text<std::uint8_t>(out, r.maker);
}

void put_one(std::string& out, const ProfileAdopted& p) {
  put(out, p.version);
  put_text<std::uint8_t>(out, p.name);
  put_text<std::uint32_t>(out, p.text);
}

void put_one(std::string& out, const CutOff& c) {
  put(out, c.closed.yyyymmdd());
  put(out, c.opened.yyyymmdd());
  put_digest(out, c.head);
  put(out, c.tree_size);
  put_digest(out, c.tree_root);
  put(out, static_cast<std::uint16_t>(c.totals.size()));
  for (const ClassTotal& t : c.totals) {
    put(out, t.account_class);
    put_text<std::uint8_t>(out, t.currency.code());
    put_total(out, t.debits);
    put_total(out, t.credits);
  }
}

void put_one(std::string& out, const FeeChange& f) {
  put(out, static_cast<std::uint8_t>(f.op));
  put(out, f.project.value());
  put_amount(out, f.amount);
}

void put_one(std::string& out, const ProposalStep& p) {
  put(out, static_cast<std::uint8_t>(p.op));
  put(out, static_cast<std::uint16_t>(p.flow));
  put(out, p.expires.yyyymmdd());
  put_text<std::uint8_t>(out, p.proposal);
  put_text<std::uint8_t>(out, p.maker);
  put_text<std::uint32_t>(out, p.body);
}

void put_one(std::string& out, const ScheduleVoided& v) {
  put_all(out, v.project.value(), v.from, v.principal.minor(), v.interest.minor());
}

void put_one(std::string& out, const OverdueMark& o) {
  put_all(out, o.project.value(), o.instalment, o.due.yyyymmdd(), o.days, o.penalty.minor());
}

void put_one(std::string& out, const OwnerChanged& o) {
  put_all(out, o.id.value(), o.flags, o.elsewhere.minor());
}

void put_one(std::string& out, const Switch& s) {
  put_all(out, static_cast<std::uint8_t>(s.what), static_cast<std::uint8_t>(s.on ? 1 : 0));
}

void put_one(std::string& out, const Alert& a) {
  put_text<std::uint8_t>(out, a.rule);
  put_text<std::uint8_t>(out, a.subject);
  put(out, a.severity);
  put_amount(out, a.amount);
  put(out, static_cast<std::uint16_t>(a.entries.size()));
  for (const base::Sequence sequence : a.entries) put(out, sequence.value());
}

template <typename T>
void put_section(std::string& out, Section tag, const std::vector<T>& records) {
  if (records.empty()) return;
  put(out, static_cast<std::uint8_t>(tag));
  put(out, static_cast<std::uint32_t>(records.size()));
  for (const T& record : records) put_one(out, record);
}

// Reads fields and remembers the first that cannot be; the name of it ends in the fault.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : in_(bytes) {}

  const char* bad() const { return in_.failed() && bad_ == nullptr ? "truncated" : bad_; }
  bool good() const { return bad() == nullptr; }
  bool at_end() const { return in_.at_end(); }
  void spoil(const char* field) {
    if (bad_ == nullptr) bad_ = field;
  }

  template <typename T>
  T number() {
    return in_.get<T>();
  }
  template <typename Len>
  std::string text() {
    return std::string(in_.get_text<Len>());
  }
  template <typename IdType>
  IdType id() {
    return IdType(in_.get<typename IdType::rep>());
  }
  base::Amount amount() {
    const auto value = base::Amount::from_minor(in_.get<std::int64_t>());
    if (!value) spoil("amount");
    return value.value_or(base::Amount());
  }
  base::Date date() {
    const auto value = base::Date::from_yyyymmdd(in_.get<std::uint32_t>());
    if (!value) spoil("date");
    return value.value_or(base::Date());
  }
  base::Currency currency() {
    const auto value = base::Currency::parse(in_.get_text<std::uint8_t>());
    if (!value) spoil("currency");
    return value.value_or(base::Currency());
  }
  crypto::Digest digest() {
    return crypto::Digest::from_bytes(in_.get_bytes(32)).value_or(crypto::Digest());
  }
  base::Total total() {
    const auto low = in_.get<std::uint64_t>();
    const auto high = in_.get<std::uint64_t>();
    return base::Total::from_minor(
        static_cast<base::Int128>((static_cast<base::UInt128>(high) << 64) | low));
  }
  std::uint16_t owner_flags() {
    const auto flags = in_.get<std::uint16_t>();
    if (flags > kOwnerFlags) spoil("owner.flags");
    return flags;
  }
  // An enum of one byte, whose values run from `first` to `last`.
  template <typename E>
  E code(E first, E last, const char* field) {
    const auto raw = in_.get<std::uint8_t>();
    if (raw < static_cast<std::uint8_t>(first) || raw > static_cast<std::uint8_t>(last)) {
      spoil(field);
      return first;
    }
    return static_cast<E>(raw);
  }

 private:
  Decoder in_;
  const char* bad_ = nullptr;
};

void get_one(Reader& in, Posting& p) {
  p.debit = in.id<base::AccountId>();
  p.credit = in.id<base::AccountId>();
  p.amount = in.amount();
  p.kind = in.code(PostingKind::kTransfer, PostingKind::kReversal, "posting.kind");
}

void get_one(Reader& in, OwnerOpened& o) {
  o.id = in.id<base::ClientId>();
  o.first_account = in.id<base::AccountId>();
  o.account_count = in.number<std::uint16_t>();
  o.flags = in.owner_flags();
  o.currency = in.currency();
  o.kind = in.text<std::uint8_t>();
  o.code = in.text<std::uint8_t>();
  for (std::uint16_t i = 0; i < o.account_count && in.good(); ++i) {
    o.classes.push_back(in.number<std::uint16_t>());
    o.account_names.push_back(in.text<std::uint8_t>());
  }
}

void get_one(Reader& in, HoldChange& h) {
  h.op = in.code(HoldOp::kOpen, HoldOp::kReopen, "hold.op");
  h.kind = in.code(HoldKind::kBid, HoldKind::kInterest, "hold.kind");
  h.id = in.id<base::HoldId>();
  h.account = in.id<base::AccountId>();
  h.beneficiary = in.id<base::AccountId>();
  h.project = in.id<base::ProjectId>();
  h.instalment = in.number<std::uint32_t>();
  h.amount = in.amount();
  h.order = in.text<std::uint8_t>();
  h.fee_rule = in.text<std::uint8_t>();
  h.expires = in.date();
  if (h.kind == HoldKind::kClaimPurchase) h.principal = in.amount();
}

void get_one(Reader& in, ProjectOpened& p) {
  p.id = in.id<base::ProjectId>();
  p.borrower = in.id<base::ClientId>();
  p.target = in.amount();
  p.contract = in.digest();
  p.code = in.text<std::uint8_t>();
  const auto count = in.number<std::uint16_t>();
  for (std::uint16_t i = 0; i < count && in.good(); ++i) {
    Instalment& instalment = p.instalments.emplace_back();
    instalment.due = in.date();
    instalment.principal = in.amount();
    instalment.interest = in.amount();
  }
  p.guarantor = in.id<base::ClientId>();
  p.payee = in.text<std::uint8_t>();
}

void get_one(Reader& in, ProjectMoved& m) {
  m.id = in.id<base::ProjectId>();
  m.to = in.code(ProjectState::kCollecting, ProjectState::kDefaulted, "project.state");
}

void get_one(Reader& in, InstalmentPaid& i) {
  i.project = in.id<base::ProjectId>();
  i.instalment = in.number<std::uint32_t>();
  i.principal = in.amount();
  i.interest = in.amount();
}

void get_one(Reader& in, ClaimChange& c) {
  c.op = in.code(ClaimOp::kCreate, ClaimOp::kUnoffer, "claim.op");
  c.project = in.id<base::ProjectId>();
  c.holder = in.id<base::ClientId>();
  c.principal = in.amount();
  c.interest = in.amount();
}

void get_one(Reader& in, ReversalStep& r) {
  r.op = in.code(ReversalOp::kProposed, ReversalOp::kReturned, "reversal.op");
  r.target = in.id<base::Sequence>();
  const auto flow = flow_from_number(in.number<std::uint16_t>());
  if (!flow) in.spoil("reversal.target_flow");
  r.target_flow = flow.value_or(FlowCode::kGenesis);
  r.target_hash = in.digest();
  r.proposal = in.text<std::uint8_t>();
  r.maker = in.text<std::uint8_t>();
}

void get_one(Reader& in, ProfileAdopted& p) {
  p.version = in.number<std::uint32_t>();
  p.name = in.text<std::uint8_t>();
  p.text = in.text<std::uint32_t>();
}

void get_one(Reader& in, CutOff& c) {
  c.closed = in.date();
  c.opened = in.date();
  c.head = in.digest();
  c.tree_size = in.number<std::uint64_t>();
  c.tree_root = in.digest();
  const auto count = in.number<std::uint16_t>();
  for (std::uint16_t i = 0; i < count && in.good(); ++i) {
    ClassTotal& t = c.totals.emplace_back();
    t.account_class = in.number<std::uint16_t>();
    t.currency = in.currency();
    t.debits = in.total();
    t.credits = in.total();
  }
}

void get_one(Reader& in, FeeChange& f) {
  f.op = in.code(FeeOp::kTake, FeeOp::kGiveBack, "fee.op");
  f.project = in.id<base::ProjectId>();
  f.amount = in.amount();
}

void get_one(Reader& in, ProposalStep& p) {
  p.op = in.code(ProposalOp::kProposed, ProposalOp::kExpired, "proposal.op");
  const auto flow = flow_from_number(in.number<std::uint16_t>());
  if (!flow) in.spoil("proposal.flow");
  p.flow = flow.value_or(FlowCode::kGenesis);
  p.expires = in.date();
  p.proposal = in.text<std::uint8_t>();
  p.maker = in.text<std::uint8_t>();
  p.body = in.text<std::uint32_t>();
}

void get_one(Reader& in, ScheduleVoided& v) {
  v.project = in.id<base::ProjectId>();
  v.from = in.number<std::uint32_t>();
  v.principal = in.amount();
  v.interest = in.amount();
}

void get_one(Reader& in, OverdueMark& o) {
  o.project = in.id<base::ProjectId>();
  o.instalment = in.number<std::uint32_t>();
  o.due = in.date();
  o.days = in.number<std::uint32_t>();
  o.penalty = in.amount();
}

void get_one(Reader& in, OwnerChanged& o) {
  o.id = in.id<base::ClientId>();
  o.flags = in.owner_flags();
  o.elsewhere = in.amount();
}

void get_one(Reader& in, Switch& s) {
  s.what = in.code(SwitchCode::kHalted, SwitchCode::kHalted, "switch.what");
  const auto on = in.number<std::uint8_t>();
  if (on > 1) in.spoil("switch.on");
  s.on = on == 1;
}

void get_one(Reader& in, Alert& a) {
  a.rule = in.text<std::uint8_t>();
  a.subject = in.text<std::uint8_t>();
  a.severity = in.number<std::uint8_t>();
  a.amount = in.amount();
  const auto count = in.number<std::uint16_t>();
  for (std::uint16_t i = 0; i < count && in.good(); ++i) {
    a.entries.push_back(in.id<base::Sequence>());
  }
}

// A section's records. The count comes from the input: memory grows only with bytes really read.
template <typename T>
void get_section(Reader& in, std::vector<T>& records) {
  const auto count = in.number<std::uint32_t>();
  if (count == 0) in.spoil("section.count");
  for (std::uint32_t i = 0; i < count && in.good(); ++i) get_one(in, records.emplace_back());
}

void get_header(Reader& in, Entry& e) {
  if (in.number<std::uint16_t>() != kVersion) in.spoil("version");
  const auto flow = flow_from_number(in.number<std::uint16_t>());
  if (!flow) in.spoil("flow");
  e.flow = flow.value_or(FlowCode::kGenesis);
  e.outcome = in.code(Outcome::kCommitted, Outcome::kRefused, "outcome");
  e.authority = in.code(Authority::kNone, Authority::kOperators, "authority");
  e.allocation_version = in.number<std::uint8_t>();
  if (in.number<std::uint8_t>() != 0) in.spoil("reserved");
  e.refusal = in.number<std::uint16_t>();
  e.profile_version = in.number<std::uint32_t>();
  e.sequence = in.id<base::Sequence>();
  e.time.ns = in.number<std::int64_t>();
  e.business_date = in.date();
  e.value_date = in.date();
  e.command_id = in.text<std::uint8_t>();
  e.operator_name = in.text<std::uint8_t>();
  e.command = in.text<std::uint32_t>();
  e.detail = in.text<std::uint16_t>();
}

void get_sections(Reader& in, Entry& e) {
  std::uint8_t previous = 0;
  while (in.good() && !in.at_end()) {
    const auto tag = in.code(Section::kPostings, Section::kAlerts, "section");
    if (static_cast<std::uint8_t>(tag) <= previous) in.spoil("section.order");
    previous = static_cast<std::uint8_t>(tag);
    if (!in.good()) return;
    switch (tag) {
      case Section::kPostings:
        get_section(in, e.postings);
        break;
      case Section::kOwners:
        get_section(in, e.owners);
        break;
      case Section::kHolds:
        get_section(in, e.holds);
        break;
      case Section::kProjects:
        get_section(in, e.projects);
        break;
      case Section::kMoves:
        get_section(in, e.moves);
        break;
      case Section::kInstalments:
        get_section(in, e.instalments);
        break;
      case Section::kClaims:
        get_section(in, e.claims);
        break;
      case Section::kReversals:
        get_section(in, e.reversals);
        break;
      case Section::kProfiles:
        get_section(in, e.profiles);
        break;
      case Section::kCutOffs:
        get_section(in, e.cut_offs);
        break;
      case Section::kFees:
        get_section(in, e.fees);
        break;
      case Section::kProposals:
        get_section(in, e.proposals);
        break;
      case Section::kVoided:
        get_section(in, e.voided);
        break;
      case Section::kOverdue:
        get_section(in, e.overdue);
        break;
      case Section::kOwnerChanges:
        get_section(in, e.owner_changes);
        break;
      case Section::kSwitches:
        get_section(in, e.switches);
        break;
      case Section::kAlerts:
        get_section(in, e.alerts);
        break;
    }
  }
}

}  // namespace

void encode(const Entry& e, std::string& out) {
  put_all(out, kVersion, static_cast<std::uint16_t>(e.flow), static_cast<std::uint8_t>(e.outcome),
          static_cast<std::uint8_t>(e.authority), e.allocation_version, std::uint8_t{0}, e.refusal,
          e.profile_version, e.sequence.value(), e.time.ns, e.business_date.yyyymmdd(),
          e.value_date.yyyymmdd());
  put_text<std::uint8_t>(out, e.command_id);
  put_text<std::uint8_t>(out, e.operator_name);
  put_text<std::uint32_t>(out, e.command);
  put_text<std::uint16_t>(out, e.detail);
  put_section(out, Section::kPostings, e.postings);
  put_section(out, Section::kOwners, e.owners);
  put_section(out, Section::kHolds, e.holds);
  put_section(out, Section::kProjects, e.projects);
  put_section(out, Section::kMoves, e.moves);
  put_section(out, Section::kInstalments, e.instalments);
  put_section(out, Section::kClaims, e.claims);
  put_section(out, Section::kReversals, e.reversals);
  put_section(out, Section::kProfiles, e.profiles);
  put_section(out, Section::kCutOffs, e.cut_offs);
  put_section(out, Section::kFees, e.fees);
  put_section(out, Section::kProposals, e.proposals);
  put_section(out, Section::kVoided, e.voided);
  put_section(out, Section::kOverdue, e.overdue);
  put_section(out, Section::kOwnerChanges, e.owner_changes);
  put_section(out, Section::kSwitches, e.switches);
  put_section(out, Section::kAlerts, e.alerts);
}

base::Result<base::Ok, base::Fault> decode(std::string_view bytes, Entry& out) {
  out.clear();
  Reader in(bytes);
  get_header(in, out);
  get_sections(in, out);
  if (!in.good()) return base::fail(base::corruption(std::string("entry: bad ") + in.bad()));
  return base::ok;
}

}  // namespace ledger::domain
