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

bool has_effects(const Entry& e) {
  return !(e.postings.empty() && e.owners.empty() && e.holds.empty() && e.projects.empty() &&
           e.moves.empty() && e.instalments.empty() && e.claims.empty() && e.reversals.empty() &&
           e.profiles.empty() && e.cut_offs.empty() && e.fees.empty());
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

  Reason check_outcome() const {
    if (entry.profile_version != state.profile().version()) return "profile version";
    if (entry.business_date != state.business_date()) return "business date";
    if (!entry.profiles.empty()) return "profile: adopted after genesis";
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
      const bool marked = std::all_of(
          entry.postings.begin(), entry.postings.end(),
          [](const domain::Posting& p) { return p.kind == domain::PostingKind::kReversal; });
      if (!marked || target.movements != movements(true))
        return "reversal: not the inverse of its target";
    }
    return std::nullopt;
  }

  Reason check_content() {
    if (auto reason = check_command()) return reason;
    if (entries == 0) return check_genesis();
    if (auto reason = check_outcome()) return reason;
    if (auto reason = check_cut_offs()) return reason;
    if (auto reason = check_reversals()) return reason;
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
    if (entries > 0) return std::nullopt;
    const domain::ProfileAdopted& adopted = entry.profiles.front();
    if (adopted.version != state.profile().version() || adopted.name != state.profile().name() ||
        entry.profile_version != adopted.version) {
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
  v.past.push_back({stored_hash, v.movements(false), v.entry.flow});
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
