// What changes about a client: what it owes elsewhere, whether it is related to the platform,
// whether it is dormant (F31) or frozen. No money moves. Dormant is who did nothing for as long as
// the profile says: what others did to its money (a loan's repayment, the bank's interest) is none
// of its doing.
#include <fmt/format.h>

#include "ledger/domain/flows/common.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kUpdateFields[] = {
    {Field::kClient, true}, {Field::kRelatedParty, false}, {Field::kElsewhere, false}};
constexpr FlowField kDormantFields[] = {{Field::kClient, true}};
constexpr FlowField kFreezeFields[] = {{Field::kClient, true}, {Field::kReason, true}};

std::uint16_t with(std::uint16_t flags, OwnerFlag flag, bool on) {
  const auto bit = static_cast<std::uint16_t>(flag);
  return static_cast<std::uint16_t>(on ? flags | bit : flags & ~bit);
}

base::Result<Party, Refusal> find_person(const State& state, const Command& command) {
  auto client = find_client(state, command);
  if (!client) return client;
  if (auto refusal = need_client_kind(state, *client)) return base::fail(*refusal);
  return client;
}

Refusal nothing_new(const Command& command, std::string_view what) {
  return refuse(RefusalCode::kAlreadyInState,
                fmt::format("client={} {}", command.text(Field::kClient), what));
}

// With `elsewhere`, related_party can only be set; without it, the command is about related_party
// alone, and leaving that out takes it back. So news of a debt never makes a related party
// unrelated.
std::optional<Refusal> update(const State& state, const Command& command, const Context&,
                              Entry& draft) {
  const auto client = find_person(state, command);
  if (!client) return client.error();
  const Owner& owner = state.owner(client->id);
  const bool debt = command.has(Field::kElsewhere);
  const bool related =
      command.flag(Field::kRelatedParty) || (debt && owner.has(OwnerFlag::kRelatedParty));
  const base::Amount elsewhere =
      debt ? command.amount(Field::kElsewhere) : base::Amount::of(owner.elsewhere);
  const std::uint16_t flags = with(owner.flags, OwnerFlag::kRelatedParty, related);
  if (flags == owner.flags && elsewhere.minor() == owner.elsewhere) {
    return nothing_new(command, "is as it was");
  }

  // From here the entry must succeed.
  draft.owner_changes.push_back({client->id, flags, elsewhere});
  return std::nullopt;
}

std::optional<Refusal> turn(const State& state, const Command& command, Entry& draft,
                            OwnerFlag flag, bool on, std::string_view already) {
  const auto client = find_person(state, command);
  if (!client) return client.error();
  const Owner& owner = state.owner(client->id);
  if (owner.has(flag) == on) return nothing_new(command, already);

  // From here the entry must succeed.
  draft.owner_changes.push_back(
      {client->id, with(owner.flags, flag, on), base::Amount::of(owner.elsewhere)});
  return std::nullopt;
}

std::optional<Refusal> dormant(const State& state, const Command& command, const Context&,
                               Entry& draft) {
  const auto client = find_person(state, command);
  if (!client) return client.error();
  const std::int64_t after = state.profile().policy().dormant_after_days;
  if (after == 0) return refuse(RefusalCode::kPolicyForbids, "dormant_after_days=0");
  const Owner& owner = state.owner(client->id);
  const std::int64_t idle = state.business_date().days() - owner.active_on.days();
  if (!owner.has(OwnerFlag::kDormant) && idle < after) {
    return refuse(RefusalCode::kPolicyForbids,
                  fmt::format("client={} active_on={} dormant_after_days={}", owner.code,
                              format(owner.active_on), after));
  }
  return turn(state, command, draft, OwnerFlag::kDormant, true, "is dormant");
}
std::optional<Refusal> dormant_end(const State& state, const Command& command, const Context&,
                                   Entry& draft) {
  return turn(state, command, draft, OwnerFlag::kDormant, false, "is not dormant");
}
std::optional<Refusal> freeze(const State& state, const Command& command, const Context&,
                              Entry& draft) {
  return turn(state, command, draft, OwnerFlag::kFrozen, true, "is frozen");
}
std::optional<Refusal> unfreeze(const State& state, const Command& command, const Context&,
                                Entry& draft) {
  return turn(state, command, draft, OwnerFlag::kFrozen, false, "is not frozen");
}

}  // namespace

const Flow kOwnerUpdate{FlowCode::kUpdateOwner, kUpdateFields, Needs::kNothing, update};
const Flow kDormant{FlowCode::kDormant, kDormantFields, Needs::kNothing, dormant};
const Flow kDormantEnd{FlowCode::kDormantEnd, kDormantFields, Needs::kNothing, dormant_end};
const Flow kFreeze{FlowCode::kFreezeOwner, kFreezeFields, Needs::kNothing, freeze};
const Flow kUnfreeze{FlowCode::kUnfreezeOwner, kFreezeFields, Needs::kNothing, unfreeze};

}  // namespace ledger::domain::flows
