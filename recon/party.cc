#include "recon/party.h"

#include <algorithm>
#include <unordered_map>

#include "recon/matcher.h"

namespace recon {
namespace {

bool is_among(const std::vector<std::string>& parties, const std::string& text) {
  return std::find(parties.begin(), parties.end(), text) != parties.end();
}

}  // namespace

PartyBook::PartyBook(const std::vector<BankLine>& lines, const std::vector<LedgerItem>& items,
                     base::Date first_day, const Knowledge& knowledge)
    : knowledge_(knowledge) {
  std::unordered_multimap<std::string_view, const LedgerItem*> by_key;
  for (const LedgerItem& item : items) {
    for (const std::string_view key : item.keys()) by_key.emplace(key, &item);
  }
  for (const BankLine& line : lines) {
    if (!line.readable || line.day < first_day) continue;
    const auto side = static_cast<std::size_t>(line.side);
    if (strict_account_[side] && strict_name_[side]) continue;
    for (const std::string& ref : line.references) {
      const auto [begin, end] = by_key.equal_range(ref);
      for (auto at = begin; at != end; ++at) {
        strict_account_[side] |= is_among(at->second->parties, line.party_account);
        strict_name_[side] |= is_among(at->second->parties, line.party_name);
      }
    }
  }
}

Agreement PartyBook::compare(const BankLine& line, const LedgerItem& item) const {
  if (item.parties.empty()) return Agreement::kSilent;
  if (is_among(item.parties, line.party_account) || is_among(item.parties, line.party_name)) {
    return Agreement::kAgrees;
  }
  const auto side = static_cast<std::size_t>(line.side);
  const auto differs = [&](const std::string& text, bool strict) {
    if (text.empty()) return false;
    return strict || (knowledge_.is_client && knowledge_.is_client(text));
  };
  return differs(line.party_account, strict_account_[side]) ||
                 differs(line.party_name, strict_name_[side])
             ? Agreement::kDiffers
             : Agreement::kSilent;
}

std::string PartyBook::name_on(const BankLine& line) {
  if (line.party_account.empty()) return line.party_name;
  if (line.party_name.empty() || line.party_name == line.party_account) return line.party_account;
  return line.party_account + " (" + line.party_name + ")";
}

}  // namespace recon
