#include "ledger/domain/state.h"

#include <algorithm>

#include "ledger/domain/state_impl.h"

namespace ledger::domain {

std::string_view Owner::person() const {
  const std::size_t colon = code.find(':');
  return colon == std::string::npos ? std::string_view(code)
                                    : std::string_view(code).substr(colon + 1);
}

const Recovery* Project::recovery_of(base::ClientId holder) const {
  const auto at = std::find_if(recoveries.begin(), recoveries.end(),
                               [holder](const Recovery& r) { return r.holder == holder; });
  return at == recoveries.end() ? nullptr : &*at;
}

std::vector<Share> principal_shares(const std::vector<Claim>& claims) {
  std::vector<Share> shares;
  shares.reserve(claims.size());
  for (const Claim& c : claims) {
    shares.push_back({c.weight, c.principal_since, c.principal_carry, c.outstanding()});
  }
  return shares;
}

std::vector<Share> interest_shares(const std::vector<Claim>& claims) {
  std::vector<Share> shares;
  shares.reserve(claims.size());
  for (const Claim& c : claims) shares.push_back({c.weight, c.interest_since, c.interest_carry});
  return shares;
}

void Touched::clear() {
  accounts.clear();
  owners.clear();
  holds.clear();
  projects.clear();
  claims.clear();
  proposals.clear();
}

void State::Impl::insert_hold(Hold h) {
  std::uint32_t slot = 0;
  if (free_slots.empty()) {
    slot = static_cast<std::uint32_t>(hold_slots.size());
    hold_slots.push_back(std::move(h));
  } else {
    slot = free_slots.back();
    free_slots.pop_back();
    hold_slots[slot] = std::move(h);
  }
  const Hold& stored = hold_slots[slot];
  hold_by_id.emplace(stored.id.value(), slot);
  hold_by_order.emplace(OrderKey{stored.order, stored.kind}, slot);
  if (is_restriction(stored.kind)) {
    restrictions[stored.account.value()].insert(stored.id.value());
  }
}

void State::Impl::erase_hold(base::HoldId id) {
  const auto at = hold_by_id.find(id.value());
  LEDGER_CHECK(at != hold_by_id.end());
  const std::uint32_t slot = at->second;
  const Hold& h = hold_slots[slot];
  hold_by_order.erase(OrderKey{h.order, h.kind});
  if (is_restriction(h.kind)) {
    const auto on_account = restrictions.find(h.account.value());
    on_account->second.erase(h.id.value());
    if (on_account->second.empty()) restrictions.erase(on_account);
  }
  hold_by_id.erase(at);
  hold_slots[slot] = Hold();
  free_slots.push_back(slot);
}

State::State() : impl_(std::make_unique<Impl>()) {}
State::~State() = default;

bool State::has_profile() const { return impl_->profile.has_value(); }
const Profile& State::profile() const {
  LEDGER_CHECK(impl_->profile.has_value());
  return *impl_->profile;
}
base::Date State::business_date() const { return impl_->business_date; }
base::Sequence State::sequence() const { return impl_->sequence; }
base::Timestamp State::time() const { return impl_->time; }
bool State::is_on(SwitchCode what) const {
  return (impl_->switches >> (static_cast<unsigned>(what) - 1) & 1U) != 0;
}
std::uint8_t State::switches() const { return impl_->switches; }

// --- accounts and owners ------------------------------------------------------------------------

std::uint64_t State::account_count() const { return impl_->accounts.size(); }

const Account& State::account(base::AccountId id) const {
  LEDGER_CHECK(impl_->account_exists(id));
  return impl_->accounts[id.value() - 1];
}

std::string State::account_code(base::AccountId id) const {
  const Account& a = account(id);
  const Owner& o = owner(base::ClientId(a.owner));
  return o.code + ':' + profile().kinds()[o.kind].accounts[a.position].suffix;
}

std::optional<base::AccountId> State::find_account(std::string_view code) const {
  const std::size_t colon = code.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto id = find_owner(code.substr(0, colon));
  return id ? account_of(*id, code.substr(colon + 1)) : std::nullopt;
}

std::int64_t State::balance(base::AccountId id) const {
  const Account& a = account(id);
  return profile().classes()[a.class_index].debit_normal ? -a.credit_balance() : a.credit_balance();
}

std::int64_t State::usable(base::AccountId id) const {
  const Account& a = account(id);
  const bool restricted = !profile().classes()[a.class_index].itemised;
  return std::max<std::int64_t>(0, balance(id) - (restricted ? a.debits_pending : 0));
}

std::uint64_t State::owner_count() const { return impl_->owners.size(); }

const Owner& State::owner(base::ClientId id) const {
  LEDGER_CHECK(id.value() >= 1 && id.value() <= impl_->owners.size());
  return impl_->owners[id.value() - 1];
}

std::optional<base::ClientId> State::find_owner(std::string_view code) const {
  const auto at = impl_->owner_by_code.find(code);
  if (at == impl_->owner_by_code.end()) return std::nullopt;
  return base::ClientId(at->second);
}

std::optional<base::AccountId> State::account_of(base::ClientId id, std::string_view suffix) const {
  const Owner& o = owner(id);
  const auto position = profile().account_position(o.kind, suffix);
  if (!position) return std::nullopt;
  return base::AccountId(o.first_account + *position);
}

// --- holds ---

const Hold* State::find_hold(base::HoldId id) const { return impl_->hold(id); }

const Hold* State::find_hold(std::string_view order, HoldKind kind) const {
  const auto at = impl_->hold_by_order.find(OrderKey{order, kind});
  return at == impl_->hold_by_order.end() ? nullptr : &impl_->hold_slots[at->second];
}

std::uint64_t State::open_hold_count() const { return impl_->hold_by_id.size(); }
std::uint64_t State::next_hold() const { return impl_->next_hold; }

std::vector<const Hold*> State::open_holds() const {
  std::vector<const Hold*> all;
  all.reserve(impl_->hold_by_id.size());
  for (const auto& [id, slot] : impl_->hold_by_id) all.push_back(&impl_->hold_slots[slot]);
  std::sort(all.begin(), all.end(), [](const Hold* a, const Hold* b) { return a->id < b->id; });
  return all;
}

std::uint64_t State::hold_places() const { return impl_->hold_slots.size(); }

const Hold* State::hold_at(std::uint64_t place) const {
  const Hold& hold = impl_->hold_slots[place];
  return hold.id.is_none() ? nullptr : &hold;
}

std::vector<const Hold*> State::restrictions_on(base::AccountId id) const {
  std::vector<const Hold*> all;
  const auto at = impl_->restrictions.find(id.value());
  if (at == impl_->restrictions.end()) return all;
  for (const std::uint64_t hold : at->second) all.push_back(impl_->hold(base::HoldId(hold)));
  return all;
}

// --- projects, claims, proposals ---

std::uint64_t State::project_count() const { return impl_->projects.size(); }

const Project& State::project(base::ProjectId id) const {
  LEDGER_CHECK(impl_->project_exists(id));
  return impl_->projects[id.value() - 1];
}

std::optional<base::ProjectId> State::find_project(std::string_view code) const {
  const auto at = impl_->project_by_code.find(code);
  if (at == impl_->project_by_code.end()) return std::nullopt;
  return base::ProjectId(at->second);
}

bool State::contract_used(const crypto::Digest& contract) const {
  return impl_->contracts.contains(std::string(contract.view()));
}

const std::vector<Claim>& State::claims(base::ProjectId id) const {
  const auto at = impl_->claims.find(id.value());
  LEDGER_CHECK(at != impl_->claims.end());
  return at->second;
}

bool State::claims_loaded(base::ProjectId id) const { return impl_->claims.contains(id.value()); }

const Proposal* State::find_proposal(std::string_view id) const {
  const auto at = impl_->proposals.find(id);
  return at == impl_->proposals.end() ? nullptr : &at->second;
}

std::vector<const Proposal*> State::proposals() const {
  std::vector<const Proposal*> all;
  for (const auto& [id, proposal] : impl_->proposals) all.push_back(&proposal);
  return all;
}

std::vector<const Proposal*> State::proposals_after(std::string_view after,
                                                    std::size_t count) const {
  std::vector<const Proposal*> some;
  for (auto at = impl_->proposals.upper_bound(after);
       at != impl_->proposals.end() && some.size() < count; ++at) {
    some.push_back(&at->second);
  }
  return some;
}

bool State::is_reversed(base::Sequence entry) const {
  return impl_->reversed.contains(entry.value());
}

base::Total State::imbalance(std::uint8_t currency_index) const {
  const std::size_t classes = profile().classes().size();
  base::Total total;
  for (std::size_t c = 0; c < classes; ++c) {
    const ClassSums& sums = impl_->sums[currency_index * classes + c];
    total += sums.debits - sums.credits;
  }
  return total;
}

std::vector<ClassTotal> State::class_totals() const {
  std::vector<ClassTotal> totals;
  const auto& classes = profile().classes();
  const auto& currencies = profile().currencies();
  for (std::size_t c = 0; c < classes.size(); ++c) {
    for (std::size_t k = 0; k < currencies.size(); ++k) {
      const ClassSums& sums = impl_->sums[k * classes.size() + c];
      totals.push_back({classes[c].number, currencies[k], sums.debits, sums.credits});
    }
  }
  return totals;
}

// --- marks ---

void State::mark() {
  LEDGER_CHECK(!impl_->undo);
  Impl::Undo& undo = impl_->undo.emplace(Impl::Undo{});
  undo.accounts = impl_->accounts.size();
  undo.owners = impl_->owners.size();
  undo.projects = impl_->projects.size();
  undo.next_hold = impl_->next_hold;
  undo.business_date = impl_->business_date;
  undo.sequence = impl_->sequence;
  undo.time = impl_->time;
  undo.switches = impl_->switches;
  undo.sums = impl_->sums;
}

void State::commit() { impl_->undo.reset(); }

void State::rollback() {
  Impl& s = *impl_;
  LEDGER_CHECK(s.undo.has_value());
  Impl::Undo undo = std::move(*s.undo);
  s.undo.reset();
  for (auto at = undo.hold_images.rbegin(); at != undo.hold_images.rend(); ++at) {
    if (s.hold(base::HoldId(at->first)) != nullptr) s.erase_hold(base::HoldId(at->first));
    if (at->second) s.insert_hold(*at->second);
  }
  for (auto at = undo.project_images.rbegin(); at != undo.project_images.rend(); ++at) {
    s.projects[at->first - 1] = at->second;
  }
  while (s.projects.size() > undo.projects) {
    const Project& p = s.projects.back();
    s.project_by_code.erase(p.code);
    s.contracts.erase(std::string(p.contract.view()));
    s.claims.erase(p.id.value());
    s.projects.pop_back();
  }
  for (auto at = undo.claim_images.rbegin(); at != undo.claim_images.rend(); ++at) {
    if (at->first <= undo.projects) s.claims[at->first] = at->second;
  }
  for (auto at = undo.proposal_images.rbegin(); at != undo.proposal_images.rend(); ++at) {
    if (at->second) {
      s.proposals[at->first] = *at->second;
    } else {
      s.proposals.erase(at->first);
    }
  }
  for (const std::uint64_t sequence : undo.reversed) s.reversed.erase(sequence);
  for (auto at = undo.account_images.rbegin(); at != undo.account_images.rend(); ++at) {
    s.accounts[at->first - 1] = at->second;
  }
  for (auto at = undo.owner_images.rbegin(); at != undo.owner_images.rend(); ++at) {
    Owner& o = s.owners[at->first - 1];
    o.outstanding = at->second.outstanding;
    o.elsewhere = at->second.elsewhere;
    o.flags = at->second.flags;
    o.active_on = at->second.active_on;
  }
  for (std::uint64_t i = undo.owners; i < s.owners.size(); ++i) {
    s.owner_by_code.erase(s.owners[i].code);
  }
  s.owners.truncate(undo.owners);
  s.accounts.truncate(undo.accounts);
  s.next_hold = undo.next_hold;
  s.business_date = undo.business_date;
  s.sequence = undo.sequence;
  s.time = undo.time;
  s.switches = undo.switches;
  if (undo.profile) s.profile = std::move(undo.profile);
  s.sums = std::move(undo.sums);
}

// --- loading ---

void State::load_profile(Profile profile) {
  impl_->profile = std::move(profile);
  impl_->sums.resize(impl_->profile->classes().size() * impl_->profile->currencies().size());
}

void State::load_owner(base::ClientId id, Owner owner) {
  LEDGER_CHECK(id.value() == impl_->owners.size() + 1);
  const Owner& stored = impl_->owners.push_back(std::move(owner));
  impl_->owner_by_code.emplace(stored.code, id.value());
}

void State::load_account(base::AccountId id, const Account& account) {
  LEDGER_CHECK(id.value() == impl_->accounts.size() + 1);
  impl_->accounts.push_back(account);
  ClassSums& sums = impl_->sums_of(account);
  sums.debits += base::Total::from_minor(account.debits_posted);
  sums.credits += base::Total::from_minor(account.credits_posted);
}

void State::load_hold(Hold hold) { impl_->insert_hold(std::move(hold)); }

void State::load_project(Project project) {
  LEDGER_CHECK(project.id.value() == impl_->projects.size() + 1);
  impl_->contracts.emplace(project.contract.view());
  const Project& stored = impl_->projects.emplace_back(std::move(project));
  impl_->project_by_code.emplace(stored.code, stored.id.value());
}

void State::load_proposal(Proposal proposal) {
  if (proposal.status == ProposalOp::kApproved && !proposal.target.is_none()) {
    impl_->reversed.insert(proposal.target.value());
  }
  const std::string id = proposal.id;
  impl_->proposals.emplace(id, std::move(proposal));
}

void State::load_claims(base::ProjectId id, std::vector<Claim> claims) {
  impl_->claims.insert_or_assign(id.value(), std::move(claims));
}

void State::load_position(base::Sequence sequence, base::Timestamp time, base::Date business_date,
                          std::uint64_t next_hold, std::uint8_t switches) {
  impl_->sequence = sequence;
  impl_->time = time;
  impl_->business_date = business_date;
  impl_->next_hold = next_hold;
  impl_->switches = switches;
}

void State::evict_claims(base::ProjectId id) { impl_->claims.erase(id.value()); }

}  // namespace ledger::domain
