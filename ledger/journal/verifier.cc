#include "ledger/journal/verifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "ledger/base/bytes.h"
#include "ledger/domain/command.h"
#include "ledger/domain/laws.h"
#include "ledger/journal/block.h"
#include "ledger/journal/tree.h"

namespace ledger::journal {
namespace {

using domain::Entry;
using domain::FlowCode;

constexpr std::string_view kMagic = "escrow-journal/1";
static_assert(kMagic.size() + 8 + 32 == kExportHeaderSize);

// Half a SHA-256: enough to tell what is kept in memory apart, at half the size. Never compared
// with a digest that a journal states, of which every bit counts.
using Half = std::array<std::uint64_t, 2>;

Half half_of(const crypto::Digest& digest) {
  Half half{};
  std::memcpy(half.data(), digest.bytes.data(), sizeof half);
  return half;
}

// A set of digests, open addressing: 16 bytes a slot, at most 3/4 full.
class HalfSet {
 public:
  HalfSet() : slots_(1024) {}
  // False if it was there already.
  bool insert(const Half& half) {
    if (half == Half{}) return true;  // stands for "free"; no digest anyone can find has it
    if ((size_ + 1) * 4 > slots_.size() * 3) grow();
    Half& slot = slot_of(half);
    if (slot == half) return false;
    slot = half;
    ++size_;
    return true;
  }

 private:
  Half& slot_of(const Half& half) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = half[0] & mask;
    while (slots_[at] != Half{} && slots_[at] != half) at = (at + 1) & mask;
    return slots_[at];
  }
  void grow() {
    std::vector<Half> old(slots_.size() * 2);
    old.swap(slots_);
    for (const Half& half : old) {
      if (half != Half{}) slot_of(half) = half;
    }
  }
  std::vector<Half> slots_;
  std::size_t size_ = 0;
};

// What must be known of an entry that a later one reverses.
struct Past {
  crypto::Digest hash;
  Half movements{};
  FlowCode flow = FlowCode::kGenesis;
};

// The step of a proposal that an entry of this flow is.
std::optional<domain::ProposalOp> proposal_op(FlowCode flow) {
  if (flow == FlowCode::kPropose) return domain::ProposalOp::kProposed;
  if (flow == FlowCode::kApprove) return domain::ProposalOp::kApproved;
  if (flow == FlowCode::kReject) return domain::ProposalOp::kRejected;
  if (flow == FlowCode::kProposalExpire) return domain::ProposalOp::kExpired;
  return std::nullopt;
}

bool has_effects(const Entry& e) {
  return !(e.postings.empty() && e.owners.empty() && e.holds.empty() && e.projects.empty() &&
           e.moves.empty() && e.instalments.empty() && e.claims.empty() && e.reversals.empty() &&
           e.profiles.empty() && e.cut_offs.empty() && e.fees.empty() && e.proposals.empty() &&
           e.voided.empty() && e.overdue.empty() && e.owner_changes.empty() && e.switches.empty() &&
           e.alerts.empty());
}

}  // namespace

struct Verifier::Impl {
  domain::State state;
  Tree tree;
  crypto::Sha256 sha;
  crypto::Digest head = chain_start();
  std::uint64_t entries = 0;
  std::uint64_t postings = 0;
  Entry entry;
  std::string scratch;
  HalfSet command_ids;
  std::vector<Past> past;  // entry i + 1

  // Each check gives nothing or the reason; take() names the sequence.
  using Reason = std::optional<std::string>;

  Reason check_form(std::string_view bytes, const crypto::Digest& stored_hash) {
    if (sha.hash(head.view(), bytes) != stored_hash) return "hash";
    const auto decoded = domain::decode(bytes, entry);
    if (!decoded) return "decode: " + decoded.error().message;
    scratch.clear();
    domain::encode(entry, scratch);
    if (scratch != bytes) return "decode: not in canonical form";
    return std::nullopt;
  }

  Reason check_place() {
    if (entry.sequence.value() != entries + 1) return "sequence";
    if (entries > 0 && entry.time <= state.time()) return "time";
    if ((entry.flow == FlowCode::kGenesis) != (entries == 0)) return "genesis";
    return std::nullopt;
  }

  Reason check_genesis() const {
    Entry allowed = entry;
    allowed.owners.clear();
    allowed.profiles.clear();
    if (!entry.committed() || entry.refusal != 0 || entry.profiles.size() != 1 ||
        entry.business_date.is_none() || has_effects(allowed)) {
      return "genesis: does more than adopt a profile and open owners";
    }
    return std::nullopt;
  }

  Reason check_command() {
    if (!domain::is_code(entry.command_id)) return "command id";
    if (!command_ids.insert(half_of(sha.hash(entry.command_id)))) return "command id: used before";
    if (!domain::fields_of(entry.command)) return "command: not in canonical form";
    return std::nullopt;
  }

  // After genesis a profile comes by its own flow only, as the command has it. Whether it may
  // follow the one in force is for the fold to say.
  Reason check_profile() const {
    const bool adopts =
        entry.committed() && domain::effective_flow(entry) == FlowCode::kAdoptProfile;
    if (entry.committed() && entry.profiles.size() != (adopts ? 1U : 0U))
      return "profile: adopted by another flow";
    if (!adopts) return std::nullopt;
    const auto body = domain::effective_body(entry);
    if (entry.profiles[0].text != domain::value_in(body, domain::Field::kProfile)) {
      return "profile: not the one of the command";
    }
    return std::nullopt;
  }

  Reason check_outcome() const {
    if (entry.profile_version != state.profile().version()) return "profile version";
    if (entry.business_date != state.business_date()) return "business date";
    if (auto reason = check_profile()) return reason;
    if (entry.committed()) return entry.refusal == 0 ? Reason() : "outcome: committed and refused";
    const auto code = domain::refusal_from_number(entry.refusal);
    if (!code || !domain::is_sticky(*code)) return "outcome: refusal code";
    if (has_effects(entry)) return "outcome: a refusal has effects";
    return std::nullopt;
  }

  // At this point the tree and the head are those of the entries before.
  Reason check_cut_offs() {
    if (entry.cut_offs.size() > 1) return "cut-off: more than one";
    for (const domain::CutOff& cut : entry.cut_offs) {
      if (cut.head != head) return "cut-off: head";
      if (cut.tree_size != tree.size()) return "cut-off: tree size";
      if (cut.tree_root != tree.root()) return "cut-off: tree root";
      if (cut.totals != state.class_totals()) return "cut-off: trial balance";
    }
    return std::nullopt;
  }

  // A digest of what the entry moves, or of the inverse of it.
  Half movements(bool inverse) {
    scratch.clear();
    for (const domain::Posting& p : entry.postings) {
      // What the platform owes for a client who is short is no part of the inverse.
      if (inverse && p.kind != domain::PostingKind::kReversal) continue;
      base::put(scratch, (inverse ? p.credit : p.debit).value());
      base::put(scratch, (inverse ? p.debit : p.credit).value());
      base::put(scratch, p.amount.minor());
    }
    for (const domain::HoldChange& h : entry.holds) {
      const bool adds = h.op == domain::HoldOp::kOpen || h.op == domain::HoldOp::kReopen;
      const auto undone = adds ? domain::HoldOp::kRelease : domain::HoldOp::kReopen;
      base::put(scratch, static_cast<std::uint8_t>(inverse ? h.op : undone));
      base::put(scratch, static_cast<std::uint8_t>(h.kind));
      base::put(scratch, h.id.value());
      base::put(scratch, h.account.value());
      base::put(scratch, h.beneficiary.value());
      base::put(scratch, h.project.value());
      base::put(scratch, h.instalment);
      base::put(scratch, h.amount.minor());
      base::put_text<std::uint8_t>(scratch, h.order);
      base::put_text<std::uint8_t>(scratch, h.fee_rule);
      base::put_all(scratch, h.expires.yyyymmdd(), h.principal.minor());
    }
    for (const domain::FeeChange& f : entry.fees) {
      const auto undone =
          f.op == domain::FeeOp::kTake ? domain::FeeOp::kGiveBack : domain::FeeOp::kTake;
      base::put(scratch, static_cast<std::uint8_t>(inverse ? f.op : undone));
      base::put(scratch, f.project.value());
      base::put(scratch, f.amount.minor());
    }
    return half_of(sha.hash(scratch));
  }

  Reason check_reversals() {
    if (entry.reversals.size() > 1) return "reversal: more than one";
    for (const domain::ReversalStep& step : entry.reversals) {
      const std::uint64_t number = step.target.value();
      if (number < 1 || number > past.size()) return "reversal: names no earlier entry";
      const Past& target = past[number - 1];
      if (target.hash != step.target_hash) return "reversal: hash of the target";
      if (target.flow != step.target_flow) return "reversal: flow of the target";
      if (step.op == domain::ReversalOp::kReturned) {
        if (step.proposal != entry.command_id) return "reversal: return of somebody else";
        continue;
      }
      if (step.op == domain::ReversalOp::kProposed) {
        if (step.proposal != entry.command_id || step.maker != entry.operator_name) {
          return "reversal: proposal of somebody else";
        }
        continue;
      }
      const domain::Proposal* proposal = state.find_proposal(step.proposal);
      if (proposal == nullptr || proposal->target != step.target ||
          proposal->target_hash != step.target_hash || proposal->maker != step.maker) {
        return "reversal: not what was proposed";
      }
      if (step.op != domain::ReversalOp::kApproved) continue;
      if (step.maker == entry.operator_name) return "reversal: approved by its maker";
      if (target.movements != movements(true)) return "reversal: not the inverse of its target";
    }
    return std::nullopt;
  }

  // Whether the entry is the step of a proposal that its flow says, and does nothing else.
  Reason check_proposals() const {
    if (!entry.committed()) return std::nullopt;
    const auto op = proposal_op(entry.flow);
    if (entry.proposals.size() != (op ? 1U : 0U)) return "proposal: not a step of this flow";
    if (!op) return check_one_operator();
    const domain::ProposalStep& step = entry.proposals.front();
    if (step.op != *op) return "proposal: not the step of this flow";
    Entry others = entry;
    others.proposals.clear();
    if (step.op != domain::ProposalOp::kApproved && has_effects(others)) {
      return "proposal: has effects before it is approved";
    }
    const domain::Proposal* proposal = state.find_proposal(step.proposal);
    if (step.op == domain::ProposalOp::kProposed) return check_new_proposal(step);
    const bool reversal = step.flow == FlowCode::kGenesis;  // those have their own flows
    if (proposal == nullptr || reversal || proposal->maker != step.maker ||
        proposal->flow != step.flow || proposal->expires != step.expires ||
        proposal->body != step.body ||
        step.proposal != domain::value_in(entry.command, domain::Field::kProposal)) {
      return "proposal: not what was proposed";
    }
    const bool ended = !step.expires.is_none() && entry.business_date > step.expires;
    if (step.op == domain::ProposalOp::kExpired && !ended) return "proposal: is not over";
    if (step.op != domain::ProposalOp::kApproved) return std::nullopt;
    if (entry.operator_name.empty() || step.maker == entry.operator_name) {
      return "proposal: approved by its maker";
    }
    return ended ? Reason("proposal: approved after its end") : std::nullopt;
  }

  Reason check_new_proposal(const domain::ProposalStep& step) const {
    if (step.proposal != entry.command_id || step.maker.empty() ||
        step.maker != entry.operator_name) {
      return "proposal: of somebody else";
    }
    if (proposal_op(step.flow) || !domain::fields_of(step.body)) return "proposal: of no command";
    if (!step.expires.is_none() && step.expires < entry.business_date) {
      return "proposal: is over when it begins";
    }
    std::string proposed;
    base::put(proposed, static_cast<std::uint16_t>(step.flow));
    proposed.append(step.body);
    return proposed == domain::value_in(entry.command, domain::Field::kProposed)
               ? std::nullopt
               : Reason("proposal: not the proposed command");
  }

  // What the profile leaves to two operators is never done by one.
  Reason check_one_operator() const {
    if (domain::is_of_one_operator(entry)) return Reason("two operators: done by one");
    const domain::FlowRules* rules = state.profile().rules_of(entry.flow);
    if (rules == nullptr) return std::nullopt;
    domain::Command command;
    command.body = entry.command;
    const bool above =
        rules->four_eyes_above && command.amount(domain::Field::kAmount) > *rules->four_eyes_above;
    return rules->four_eyes || above ? Reason("two operators: done by one") : std::nullopt;
  }

  Reason check_content() {
    if (auto reason = check_command()) return reason;
    if (entries == 0) return check_genesis();
    if (auto reason = check_outcome()) return reason;
    if (auto reason = check_cut_offs()) return reason;
    if (auto reason = check_reversals()) return reason;
    if (auto reason = check_proposals()) return reason;
    if (!entry.committed()) return std::nullopt;
    if (const auto broken = domain::laws::check_all(state, entry)) {
      return fmt::format("law {} {}", domain::text_of(broken->code).name, broken->detail);
    }
    return std::nullopt;
  }

  Reason apply() {
    if (const auto applied = state.apply(entry, nullptr); !applied) {
      return "state: " + applied.error().message;
    }
    if (entry.profiles.empty()) return std::nullopt;
    const domain::ProfileAdopted& adopted = entry.profiles.front();
    const bool first = entries == 0;
    if (adopted.version != state.profile().version() || adopted.name != state.profile().name() ||
        (first && entry.profile_version != adopted.version)) {
      return "profile: name or version differ from its text";
    }
    return std::nullopt;
  }

  Reason check(std::string_view bytes, const crypto::Digest& stored_hash) {
    if (auto reason = check_form(bytes, stored_hash)) return reason;
    if (auto reason = check_place()) return reason;
    if (auto reason = check_content()) return reason;
    return apply();
  }
};

Verifier::Verifier() : impl_(std::make_unique<Impl>()) {}
Verifier::~Verifier() = default;

std::optional<Violation> Verifier::take(std::string_view entry, const crypto::Digest& stored_hash) {
  Impl& v = *impl_;
  if (auto reason = v.check(entry, stored_hash))
    return Violation{v.entries + 1, *std::move(reason)};
  v.tree.append(entry);
  v.head = stored_hash;
  v.past.push_back({stored_hash, v.movements(false), effective_flow(v.entry)});
  v.postings += v.entry.postings.size();
  ++v.entries;
  return std::nullopt;
}

std::optional<Violation> Verifier::compare(const Retained& retained) {
  LEDGER_CHECK(retained.entries == impl_->entries);
  if (retained.head && *retained.head != impl_->head) {
    return Violation{impl_->entries, "checkpoint: another head"};
  }
  if (retained.tree_root && *retained.tree_root != tree_root()) {
    return Violation{impl_->entries, "checkpoint: another tree root"};
  }
  return std::nullopt;
}

std::uint64_t Verifier::entries() const { return impl_->entries; }
std::uint64_t Verifier::postings() const { return impl_->postings; }
const crypto::Digest& Verifier::head() const { return impl_->head; }
crypto::Digest Verifier::tree_root() { return impl_->tree.root(); }
const domain::State& Verifier::state() const { return impl_->state; }
const Entry& Verifier::last() const { return impl_->entry; }

// --- exported journals -------------------------------------------------------------------------

void append_export_header(std::string& out, const ExportHeader& header) {
  out.append(kMagic);
  base::put(out, header.first);
  out.append(header.previous.view());
}

base::Result<ExportHeader, base::Fault> read_export_header(std::string_view file) {
  base::Decoder in(file);
  const std::string_view magic = in.get_bytes(kMagic.size());
  ExportHeader header;
  header.first = in.get<std::uint64_t>();
  const auto previous = crypto::Digest::from_bytes(in.get_bytes(32));
  if (in.failed() || magic != kMagic || !previous) {
    return base::fail(base::corruption("export: not an escrow-journal/1 file"));
  }
  header.previous = *previous;
  return header;
}

namespace {

std::optional<Violation> verify_records(std::string_view file, Verifier& verifier,
                                        const Retained* retained) {
  const auto next = [&verifier] { return verifier.entries() + 1; };
  const auto header = read_export_header(file);
  if (!header) return Violation{next(), "header: " + header.error().message};
  if (header->first != next() || header->previous != verifier.head()) {
    return Violation{next(), "header: does not continue the journal"};
  }
  RecordReader reader(file.substr(kExportHeaderSize));
  while (!reader.at_end()) {
    const auto record = reader.next();
    if (!record) return Violation{next(), record.error().message};
    if (auto bad = verifier.take(record->entry, record->hash)) return bad;
    if (retained != nullptr && verifier.entries() == retained->entries) {
      if (auto bad = verifier.compare(*retained)) return bad;
    }
  }
  if (retained != nullptr && verifier.entries() < retained->entries) {
    return Violation{next(), fmt::format("missing: the journal ends after {} of {} entries",
                                         verifier.entries(), retained->entries)};
  }
  return std::nullopt;
}

}  // namespace

VerifyReport verify_export(std::string_view file, Verifier& verifier, const Retained* retained) {
  VerifyReport report;
  report.violation = verify_records(file, verifier, retained);
  report.entries = verifier.entries();
  report.postings = verifier.postings();
  report.head = verifier.head();
  report.tree_root = verifier.tree_root();
  return report;
}

}  // namespace ledger::journal
