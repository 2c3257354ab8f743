#include "custody_adapter/profile_chain.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace custody_adapter {

using ledger::base::Total;

namespace {

std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 1469598103934665603ULL;
  while (text.size() >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data(), 8);
    hash = (hash ^ word) * 0x9E3779B97F4A7C15ULL;
    hash ^= hash >> 29U;
    text.remove_prefix(8);
  }
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  hash ^= hash >> 32U;
  hash *= 0x9E3779B97F4A7C15ULL;
  return hash ^ (hash >> 29U);
}

// In units of 10^-digits; nothing when it has more decimals or does not fit.
std::optional<std::int64_t> narrow(const Figure& figure, int digits) {
  const auto total = figure.at(digits);
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  if (!total || total->minor() > kMax || total->minor() < -kMax) return std::nullopt;
  return static_cast<std::int64_t>(total->minor());
}

}  // namespace

std::size_t BalanceChain::find(std::string_view key, std::uint64_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash & mask;
  while (slots_[slot] != 0) {
    const Account& account = accounts_[slots_[slot] - 1];
    if (account.hash == hash && key_of(account) == key) return slot;
    slot = (slot + 1) & mask;
  }
  return slot;
}

void BalanceChain::grow() {
  slots_.assign(slots_.empty() ? 1024 : slots_.size() * 2, 0);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = 0; i < accounts_.size(); ++i) {
    std::size_t slot = accounts_[i].hash & mask;
    while (slots_[slot] != 0) slot = (slot + 1) & mask;
    slots_[slot] = static_cast<std::uint32_t>(i + 1);
  }
}

void BalanceChain::count(const Step& step) {
  if (step.link == Link::kHolds) ++links_;
  if (step.link == Link::kFirst) ++unlinked_;
  if (step.link == Link::kBroken && broken_++ == 0) first_difference_ = step.difference;
}

BalanceChain::Step BalanceChain::begin(Account& account, std::string_view key, const Figure& moved,
                                       const Figure& after, const OpeningOf& opening_of) {
  const Figure before = after - moved;
  account.digits = std::max(after.digits, moved.digits);
  const auto first = narrow(newest_first_ ? after : before, account.digits);
  const auto last = narrow(newest_first_ ? before : after, account.digits);
  account.first = first.value_or(0);
  account.last = last.value_or(0);
  if (!first || !last) return {Link::kBroken, before};
  if (!opening_of || newest_first_) return {Link::kFirst, {}};
  const auto known = opening_of(key);
  const auto units = known ? narrow(*known, account.digits) : std::nullopt;
  if (!units) return {Link::kFirst, {}};
  account.opening_known = true;
  account.first = *units;
  const Figure difference = before - *known;
  return {difference.is_zero() ? Link::kHolds : Link::kBroken, difference};
}

BalanceChain::Step BalanceChain::add(std::string_view key, const Figure& moved, const Figure& after,
                                     const OpeningOf& opening_of) {
  if (accounts_.size() * 4 >= slots_.size() * 3) grow();
  const std::uint64_t hash = hash_of(key);
  const std::size_t slot = find(key, hash);
  if (slots_[slot] == 0) {
    if (accounts_.size() >= accounts_max_) return {Link::kTooMany, {}};
    Account account;
    account.hash = hash;
    account.key_at = keys_.size();
    account.key_size = static_cast<std::uint32_t>(key.size());
    account.entries = 1;
    const Step step = begin(account, key, moved, after, opening_of);
    keys_.insert(keys_.end(), key.begin(), key.end());
    accounts_.push_back(account);
    slots_[slot] = static_cast<std::uint32_t>(accounts_.size());
    count(step);
    return step;
  }
  Account& account = accounts_[slots_[slot] - 1];
  if (account.entries < std::numeric_limits<std::uint32_t>::max()) ++account.entries;
  const Figure last = figure(account, account.last);
  Step step;
  step.difference = newest_first_ ? after - last : after - (last + moved);
  // A balance that cannot be kept breaks the chain here and at the next entry.
  const auto next = narrow(newest_first_ ? after - moved : after, account.digits);
  step.link = step.difference.is_zero() && next ? Link::kHolds : Link::kBroken;
  if (next) account.last = *next;
  count(step);
  return step;
}

void BalanceChain::finish(const OpeningOf& opening_of) {
  if (!newest_first_ || !opening_of) return;
  for (Account& account : accounts_) {
    const auto known = opening_of(key_of(account));
    if (!known) continue;
    account.opening_known = true;
    const Figure difference = figure(account, account.last) - *known;
    --unlinked_;
    count({difference.is_zero() ? Link::kHolds : Link::kBroken, difference});
  }
}

void BalanceChain::each(const std::function<void(const SubAccount&)>& visit) const {
  for (const Account& account : accounts_) {
    SubAccount out;
    out.number = key_of(account);
    out.opening = figure(account, newest_first_ ? account.last : account.first);
    out.closing = figure(account, newest_first_ ? account.first : account.last);
    out.entries = account.entries;
    out.opening_known = account.opening_known;
    visit(out);
  }
}

void BalanceChain::clear() {
  slots_.clear();
  accounts_.clear();
  keys_.clear();
  links_ = broken_ = unlinked_ = 0;
  first_difference_ = {};
}

}  // namespace custody_adapter
