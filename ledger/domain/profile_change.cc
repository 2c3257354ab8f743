#include "ledger/domain/profile_change.h"

#include <fmt/format.h>

namespace ledger::domain {
namespace {

bool same(const AccountClass& a, const AccountClass& b) {
  return a.number == b.number && a.group == b.group && a.debit_normal == b.debit_normal &&
         a.itemised == b.itemised;
}

// Owners have the accounts that their kind had when they were opened: a kind never gets more.
bool same(const OwnerKind& a, const OwnerKind& b) {
  if (a.name != b.name || a.structural != b.structural || a.accounts.size() != b.accounts.size()) {
    return false;
  }
  for (std::size_t i = 0; i < a.accounts.size(); ++i) {
    if (a.accounts[i].suffix != b.accounts[i].suffix ||
        a.accounts[i].account_class != b.accounts[i].account_class) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::string unfit_successor(const Profile& now, const Profile& next) {
  if (next.version() <= now.version()) {
    return fmt::format("version {} does not follow {}", next.version(), now.version());
  }
  for (std::size_t i = 0; i < now.currencies().size(); ++i) {
    if (i >= next.currencies().size() || next.currencies()[i] != now.currencies()[i]) {
      return fmt::format("the currency {} is not in its place", now.currencies()[i].code());
    }
  }
  for (std::size_t i = 0; i < now.classes().size(); ++i) {
    if (i >= next.classes().size() || !same(next.classes()[i], now.classes()[i])) {
      return fmt::format("the class {} is not as it was or not in its place",
                         now.classes()[i].number);
    }
  }
  for (std::size_t i = 0; i < now.kinds().size(); ++i) {
    if (i >= next.kinds().size() || !same(next.kinds()[i], now.kinds()[i])) {
      return fmt::format("the kind {} is not as it was or not in its place", now.kinds()[i].name);
    }
  }
  return {};
}

}  // namespace ledger::domain
