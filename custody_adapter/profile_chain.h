// The balance after each entry, followed for each sub-account: what an entry moves must be the
// difference to the entry before it. Catches two mistakes that cancel in every total.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "custody_adapter/figure.h"
#include "custody_adapter/profile.h"

namespace custody_adapter {

class BalanceChain {
 public:
  BalanceChain(bool newest_first, std::size_t accounts_max)
      : newest_first_(newest_first), accounts_max_(accounts_max) {}

  enum class Link : std::uint8_t {
    kHolds,
    kBroken,
    kFirst,    // the first entry of an account whose balance before is not known
    kTooMany,  // sub-accounts; nothing was added
  };
  struct Step {
    Link link = Link::kFirst;
    Figure difference;  // the balance stated - the balance it should be
  };
  using OpeningOf = std::function<std::optional<Figure>(std::string_view)>;
  // `opening_of` is asked once for each account, or is empty. `moved` is signed.
  Step add(std::string_view account, const Figure& moved, const Figure& after,
           const OpeningOf& opening_of);
  // The end of the statement: newest first, the openings can be compared only now.
  void finish(const OpeningOf& opening_of);

  std::uint64_t links() const { return links_; }  // that hold
  std::uint64_t broken() const { return broken_; }
  std::uint64_t unlinked() const { return unlinked_; }  // entries of Link::kFirst
  std::uint64_t accounts() const { return accounts_.size(); }
  const Figure& first_difference() const { return first_difference_; }
  // In the order of their first entries; views are of this object.
  void each(const std::function<void(const SubAccount&)>& visit) const;
  void clear();

 private:
  struct Account {
    std::uint64_t hash = 0;
    std::uint64_t key_at = 0;  // in keys_
    std::uint32_t key_size = 0;
    std::uint8_t digits = 0;  // of the balances
    bool opening_known = false;
    std::uint32_t entries = 0;
    std::int64_t first = 0;  // before the first entry in file order (newest first: after it)
    std::int64_t last = 0;   // what the next entry must fit to
  };
  std::size_t find(std::string_view key, std::uint64_t hash) const;
  void grow();
  Step begin(Account& account, std::string_view key, const Figure& moved, const Figure& after,
             const OpeningOf& opening_of);
  void count(const Step& step);
  std::string_view key_of(const Account& account) const {
    return {keys_.data() + account.key_at, account.key_size};
  }
  Figure figure(const Account& account, std::int64_t units) const {
    return {ledger::base::Total::from_minor(units), account.digits};
  }

  bool newest_first_;
  std::size_t accounts_max_;
  std::vector<std::uint32_t> slots_;  // index + 1 into accounts_, open addressing
  std::vector<Account> accounts_;
  std::vector<char> keys_;
  std::uint64_t links_ = 0;
  std::uint64_t broken_ = 0;
  std::uint64_t unlinked_ = 0;
  Figure first_difference_;
};

}  // namespace custody_adapter
