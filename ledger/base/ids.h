// Distinct identifier types: explicit construction, comparison, no arithmetic.
//
// The dense ones (AccountId, ClientId, ...) count from 1 in the order of the journal, without gaps;
// 0 means "none".
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace ledger::base {

template <typename Tag, typename Rep>
class Id {
 public:
  using rep = Rep;
  constexpr Id() = default;
  explicit constexpr Id(Rep value) : value_(value) {}
  constexpr Rep value() const { return value_; }
  constexpr bool is_none() const { return value_ == 0; }
  friend constexpr auto operator<=>(Id, Id) = default;

 private:
  Rep value_ = 0;
};

using AccountId = Id<struct AccountTag, std::uint64_t>;
using ClientId = Id<struct ClientTag, std::uint64_t>;
using ProjectId = Id<struct ProjectTag, std::uint64_t>;
using HoldId = Id<struct HoldTag, std::uint64_t>;
// Position of an entry in the journal: 1, 2, 3, ... without gaps.
using Sequence = Id<struct SequenceTag, std::uint64_t>;

// The one step that sequences know: to their neighbour.
constexpr Sequence next(Sequence s) { return Sequence(s.value() + 1); }

}  // namespace ledger::base

template <typename Tag, typename Rep>
struct std::hash<ledger::base::Id<Tag, Rep>> {
  std::size_t operator()(ledger::base::Id<Tag, Rep> id) const noexcept {
    return std::hash<Rep>()(id.value());
  }
};
