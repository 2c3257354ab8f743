// Wrong uses of the types must not compile.
#include <concepts>
#include <type_traits>

#include <gtest/gtest.h>

#include "ledger/base/amount.h"
#include "ledger/base/ids.h"
#include "ledger/domain/entry.h"
#include "ledger/domain/state.h"

namespace ledger::domain::test {
namespace {

using base::AccountId;
using base::Amount;
using base::ClientId;
using base::Currency;
using base::HoldId;
using base::Money;
using base::ProjectId;
using base::Sequence;
using base::Total;

template <typename A, typename B>
concept Adds = requires(A a, B b) {
  a + b;
};
template <typename A, typename B>
concept Subtracts = requires(A a, B b) {
  a - b;
};
template <typename A, typename B>
concept Multiplies = requires(A a, B b) {
  a* b;
};
template <typename A, typename B>
concept Divides = requires(A a, B b) {
  a / b;
};
template <typename A, typename B>
concept AddsInPlace = requires(A a, B b) {
  a += b;
};
template <typename A, typename B>
concept Compares = requires(A a, B b) {
  a == b;
};
template <typename A>
concept Counts = requires(A a) {
  ++a;
}
|| requires(A a) { a++; };
template <typename To, typename From>
concept TakesSilently = std::is_convertible_v<From, To>;

// Ids: one kind is never another, nor a number, and they have no arithmetic.
template <typename Id, typename... Others>
constexpr bool kApart = ((!TakesSilently<Id, Others> && !std::is_constructible_v<Id, Others> &&
                          !std::is_assignable_v<Id&, Others> && !Compares<Id, Others>)&&...);
static_assert(kApart<AccountId, ClientId, ProjectId, HoldId, Sequence>);
static_assert(kApart<ClientId, AccountId, ProjectId, HoldId, Sequence>);
static_assert(kApart<ProjectId, AccountId, ClientId, HoldId, Sequence>);
static_assert(kApart<HoldId, AccountId, ClientId, ProjectId, Sequence>);
static_assert(!TakesSilently<AccountId, std::uint64_t> && !TakesSilently<std::uint64_t, AccountId>);
static_assert(!Adds<AccountId, int> && !Adds<AccountId, AccountId> && !Counts<AccountId>);
static_assert(!Subtracts<Sequence, Sequence> && !Counts<Sequence> && !Compares<Sequence, int>);
static_assert(Compares<AccountId, AccountId>);

// Functions that take one kind of id refuse the others.
template <typename Id>
concept FindsAccount = requires(const State& s, Id id) {
  s.account(id);
};
static_assert(FindsAccount<AccountId> && !FindsAccount<ClientId> && !FindsAccount<int>);
template <typename Id>
concept FindsOwner = requires(const State& s, Id id) {
  s.owner(id);
};
static_assert(FindsOwner<ClientId> && !FindsOwner<AccountId> && !FindsOwner<std::uint64_t>);
template <typename Id>
concept FindsProject = requires(const State& s, Id id) {
  s.project(id);
};
static_assert(FindsProject<ProjectId> && !FindsProject<HoldId> && !FindsProject<int>);

// Amounts: sums are Totals, nothing multiplies, divides or comes from a bare number.
static_assert(std::same_as<decltype(Amount() + Amount()), Total>);
static_assert(std::same_as<decltype(Amount() - Amount()), Total>);
static_assert(!AddsInPlace<Amount&, Amount> && !Counts<Amount>);
static_assert(!Multiplies<Amount, Amount> && !Multiplies<Amount, int> && !Divides<Amount, int>);
static_assert(!Multiplies<Total, int> && !Divides<Total, int>);
static_assert(!std::is_constructible_v<Amount, std::int64_t> && !TakesSilently<Amount, int>);
static_assert(!TakesSilently<std::int64_t, Amount> && !std::is_constructible_v<Amount, float>);
static_assert(!TakesSilently<Amount, Total> && TakesSilently<Total, Amount>);
static_assert(!std::is_constructible_v<Total, int> && !Adds<Total, int> && !Adds<Amount, int>);
static_assert(!Compares<Amount, int> && !Compares<Total, std::int64_t>);

// Money: no arithmetic at all, so currencies cannot meet.
static_assert(!Adds<Money, Money> && !Subtracts<Money, Money> && !Adds<Money, Amount>);
static_assert(!AddsInPlace<Money&, Money> && !TakesSilently<Amount, Money>);
static_assert(!TakesSilently<Money, Amount> && !Compares<Money, Amount>);
static_assert(!TakesSilently<Currency, const char*> && !std::is_constructible_v<Currency, int>);

// Enums of the journal are not numbers of each other.
static_assert(!TakesSilently<int, HoldKind> && !TakesSilently<HoldKind, HoldOp>);
static_assert(!Compares<HoldKind, HoldOp> && !Compares<FlowCode, int>);

// A State is a resource: it is neither copied nor moved.
static_assert(!std::is_copy_constructible_v<State> && !std::is_move_constructible_v<State>);

TEST(Types, WrongUsesDoNotCompile) { SUCCEED() << "the compiler has checked them"; }

}  // namespace
}  // namespace ledger::domain::test
