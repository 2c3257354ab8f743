// Opens a client or a payment channel with the accounts that the profile lists for its kind.
#include <algorithm>

#include <fmt/format.h>

#include "ledger/domain/flows/common.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {{Field::kClient, true},
                                 {Field::kCurrency, false},
                                 {Field::kLegalPerson, false},
                                 {Field::kRelatedParty, false}};
constexpr std::size_t kCodeMax = 48;  // so that "code:suffix" is still a code

std::optional<Refusal> decide(const State& state, const Command& command, const Context&,
                              Entry& draft) {
  const Profile& profile = state.profile();
  const std::string_view code = command.text(Field::kClient);
  const std::size_t colon = code.find(':');
  const auto kind = profile.kind_index(code.substr(0, colon));
  const bool named = colon != std::string_view::npos && colon + 1 < code.size() &&
                     code.find(':', colon + 1) == std::string_view::npos;
  if (!kind || profile.kinds()[*kind].structural || !named || code.size() > kCodeMax) {
    return refuse(RefusalCode::kWrongKind, fmt::format("client={}", code));
  }
  if (state.find_owner(code)) {
    return refuse(RefusalCode::kAlreadyExists, fmt::format("client={}", code));
  }
  const auto& currencies = profile.currencies();
  const auto wanted = base::Currency::parse(command.text(Field::kCurrency));
  if (wanted && std::find(currencies.begin(), currencies.end(), *wanted) == currencies.end()) {
    return refuse(RefusalCode::kWrongKind, fmt::format("currency={}", wanted->code()));
  }

  // From here the entry must succeed.
  OwnerOpened& owner = draft.owners.emplace_back();
  owner.id = base::ClientId(state.owner_count() + 1);
  owner.first_account = base::AccountId(state.account_count() + 1);
  owner.currency = wanted.value_or(currencies.front());
  owner.kind = profile.kinds()[*kind].name;
  owner.code = code;
  const auto flag = [&](Field field, OwnerFlag bit) {
    return static_cast<std::uint16_t>(command.flag(field) ? static_cast<std::uint16_t>(bit) : 0);
  };
  owner.flags = static_cast<std::uint16_t>(flag(Field::kLegalPerson, OwnerFlag::kLegalPerson) |
                                           flag(Field::kRelatedParty, OwnerFlag::kRelatedParty));
  for (const KindAccount& account : profile.kinds()[*kind].accounts) {
    owner.classes.push_back(account.account_class);
    owner.account_names.push_back(account.suffix);
  }
  owner.account_count = static_cast<std::uint16_t>(owner.classes.size());
  return std::nullopt;
}

}  // namespace

const Flow kOpenAccount{FlowCode::kOpenAccount, kFields, Needs::kNothing, decide};

}  // namespace ledger::domain::flows
