// The insides of State, shared by state.cc (reading, loading) and state_apply.cc (folding).
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ledger/base/check.h"
#include "ledger/domain/state.h"

namespace ledger::domain {

// A growing row that never moves its elements and never pauses to copy them.
template <typename T>
class Chunked {
 public:
  T& operator[](std::uint64_t i) { return chunks_[i >> kShift][i & kMask]; }
  const T& operator[](std::uint64_t i) const { return chunks_[i >> kShift][i & kMask]; }
  std::uint64_t size() const { return size_; }
  T& push_back(T value) {
    if ((size_ & kMask) == 0) chunks_.push_back(std::make_unique<T[]>(kMask + 1));
    T& at = (*this)[size_++];
    at = std::move(value);
    return at;
  }
  void truncate(std::uint64_t size) {
    while (size_ > size) (*this)[--size_] = T();
    chunks_.resize((size_ + kMask) >> kShift);
  }

 private:
  static constexpr std::uint64_t kShift = 14;
  static constexpr std::uint64_t kMask = (std::uint64_t{1} << kShift) - 1;
  std::vector<std::unique_ptr<T[]>> chunks_;
  std::uint64_t size_ = 0;
};

// An order may have two open holds of different kinds: the fee still frozen, the rest in transit.
struct OrderKey {
  std::string_view order;
  HoldKind kind;
  friend bool operator==(const OrderKey&, const OrderKey&) = default;
};
struct OrderKeyHash {
  using is_avalanching = void;
  std::size_t operator()(const OrderKey& key) const noexcept {
    return std::hash<std::string_view>()(key.order) ^
           (static_cast<std::size_t>(key.kind) * 0x9e3779b97f4a7c15ULL);
  }
};
struct TextHash {
  using is_avalanching = void;
  std::size_t operator()(std::string_view text) const noexcept {
    return std::hash<std::string_view>()(text);
  }
};

struct State::Impl {
  std::optional<Profile> profile;
  base::Date business_date;
  base::Sequence sequence;
  base::Timestamp time;
  std::uint64_t next_hold = 1;
  std::uint8_t switches = 0;

  Chunked<Account> accounts;  // id - 1
  Chunked<Owner> owners;      // id - 1
  boost::unordered_flat_map<std::string_view, std::uint64_t, TextHash> owner_by_code;

  std::deque<Hold> hold_slots;
  std::vector<std::uint32_t> free_slots;
  boost::unordered_flat_map<std::uint64_t, std::uint32_t> hold_by_id;
  boost::unordered_flat_map<OrderKey, std::uint32_t, OrderKeyHash> hold_by_order;
  std::map<std::uint64_t, std::set<std::uint64_t>> restrictions;  // account -> holds

  std::deque<Project> projects;  // id - 1
  boost::unordered_flat_map<std::string_view, std::uint64_t, TextHash> project_by_code;
  boost::unordered_flat_set<std::string> contracts;
  boost::unordered_flat_map<std::uint64_t, std::vector<Claim>> claims;

  std::map<std::string, Proposal, std::less<>> proposals;
  boost::unordered_flat_set<std::uint64_t> reversed;

  std::vector<ClassSums> sums;  // currency index * classes + class index

  struct OwnerImage {  // what can change of an owner
    std::int64_t outstanding = 0, elsewhere = 0;
    std::uint16_t flags = 0;
    base::Date active_on;
  };
  // Before-images since mark(), to be put back in reverse order.
  struct Undo {
    std::uint64_t accounts = 0, owners = 0, projects = 0, next_hold = 0;
    base::Date business_date;
    base::Sequence sequence;
    base::Timestamp time;
    std::uint8_t switches = 0;
    std::vector<ClassSums> sums;
    std::optional<Profile> profile;  // if another was adopted
    std::vector<std::pair<std::uint64_t, Account>> account_images;
    std::vector<std::pair<std::uint64_t, OwnerImage>> owner_images;
    std::vector<std::pair<std::uint64_t, std::optional<Hold>>> hold_images;
    std::vector<std::pair<std::uint64_t, Project>> project_images;
    std::vector<std::pair<std::uint64_t, std::vector<Claim>>> claim_images;
    std::vector<std::pair<std::string, std::optional<Proposal>>> proposal_images;
    std::vector<std::uint64_t> reversed;
  };
  std::optional<Undo> undo;

  ClassSums& sums_of(const Account& a) {
    return sums[a.currency_index * profile->classes().size() + a.class_index];
  }
  // The earliest image is the one that counts, so a repeated edit of one thing keeps one image.
  template <typename T>
  static void keep_image(std::vector<std::pair<std::uint64_t, T>>& images, std::uint64_t id,
                         const T& value) {
    if (images.empty() || images.back().first != id) images.emplace_back(id, value);
  }
  // Access for writing: keeps the before-image while a mark is set.
  Account& edit_account(base::AccountId id) {
    Account& a = accounts[id.value() - 1];
    if (undo) keep_image(undo->account_images, id.value(), a);
    return a;
  }
  Owner& edit_owner(base::ClientId id) {
    Owner& o = owners[id.value() - 1];
    if (undo) {
      keep_image(undo->owner_images, id.value(),
                 OwnerImage{o.outstanding, o.elsewhere, o.flags, o.active_on});
    }
    return o;
  }
  Project& edit_project(base::ProjectId id) {
    Project& p = projects[id.value() - 1];
    if (undo) keep_image(undo->project_images, id.value(), p);
    return p;
  }
  Hold* hold(base::HoldId id) {
    const auto at = hold_by_id.find(id.value());
    return at == hold_by_id.end() ? nullptr : &hold_slots[at->second];
  }
  void keep_hold_image(base::HoldId id) {
    if (!undo) return;
    const Hold* h = hold(id);
    undo->hold_images.emplace_back(id.value(), h == nullptr ? std::nullopt : std::optional(*h));
  }
  void insert_hold(Hold h);
  void erase_hold(base::HoldId id);
  bool account_exists(base::AccountId id) const {
    return id.value() >= 1 && id.value() <= accounts.size();
  }
  bool project_exists(base::ProjectId id) const {
    return id.value() >= 1 && id.value() <= projects.size();
  }
};

// --- folding, see state_apply.cc ---

using Done = base::Result<base::Ok, base::Fault>;

Done contradiction(const Entry& entry, std::string_view what);

// Adds to a counter; false, and nothing added, if it would overflow.
inline bool grow(std::int64_t& counter, std::int64_t by) {
  return !__builtin_add_overflow(counter, by, &counter);
}

// Puts a project once into the list, if its entries come together.
inline void touch_project(Touched& touched, base::ProjectId id) {
  if (touched.projects.empty() || touched.projects.back() != id) touched.projects.push_back(id);
}

// The claims of an entry, which are all of one project: state_claims.cc.
Done fold_claims(State::Impl& state, const Entry& entry, Touched& touched);

}  // namespace ledger::domain
