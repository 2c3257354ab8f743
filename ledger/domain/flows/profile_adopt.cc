// A new version of the rules. Everything in the books keeps its place (see profile_change.h), and
// nothing that is under way loses the rule it was begun under.
#include <fmt/format.h>

#include "ledger/domain/flows/common.h"
#include "ledger/domain/profile_change.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {{Field::kProfile, true}};
constexpr std::size_t kDetailMax = 200;

Refusal invalid(std::string_view why) {
  return refuse(RefusalCode::kProfileInvalid, std::string(why.substr(0, kDetailMax)));
}

// A fee that waits for its withdrawal is measured by its rule once more when it is taken.
std::optional<Refusal> need_rules_of_open_fees(const State& state, const Profile& next) {
  for (const Hold* hold : state.open_holds()) {
    if (hold->kind != HoldKind::kFee) continue;
    const FeeRule* was = state.profile().fee_rule(hold->fee_rule);
    const FeeRule* is = next.fee_rule(hold->fee_rule);
    LEDGER_CHECK(was != nullptr);
    if (is == nullptr || is->flow != was->flow || is->payer_kind != was->payer_kind ||
        is->fixed < was->fixed || is->basis_points < was->basis_points) {
      return invalid(
          fmt::format("the fee of order {} is under rule {}", hold->order, hold->fee_rule));
    }
  }
  return std::nullopt;
}

// Structural owners that the new version adds are opened with it, as genesis does.
void open_new_structures(const State& state, const Profile& next, Entry& draft) {
  std::uint64_t owner_id = state.owner_count();
  std::uint64_t account_id = state.account_count() + 1;
  for (std::size_t i = state.profile().kinds().size(); i < next.kinds().size(); ++i) {
    const OwnerKind& kind = next.kinds()[i];
    if (!kind.structural) continue;
    draft.owners.push_back(
        structural_owner(next, kind, base::ClientId(++owner_id), base::AccountId(account_id)));
    account_id += kind.accounts.size();
  }
}

std::optional<Refusal> decide(const State& state, const Command& command, const Context&,
                              Entry& draft) {
  const auto next = Profile::parse(command.text(Field::kProfile));
  if (!next) return invalid(next.error().message);
  if (const std::string why = unfit_successor(state.profile(), *next); !why.empty()) {
    return invalid(why);
  }
  if (auto refusal = need_rules_of_open_fees(state, *next)) return refusal;

  // From here the entry must succeed.
  draft.profiles.push_back({next->version(), next->name(), next->text()});
  open_new_structures(state, *next, draft);
  return std::nullopt;
}

}  // namespace

const Flow kProfileAdopt{FlowCode::kAdoptProfile, kFields, Needs::kNothing, decide};

}  // namespace ledger::domain::flows
