// F12, the whole project (流标): every bid goes back to its lender. A project with many bids takes
// several commands, each releasing up to `limit` of them; the last one makes it miscarried.
#include <algorithm>

#include <fmt/format.h>

#include "ledger/domain/flows/lenders.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {{Field::kProject, true}, {Field::kLimit, false}};
constexpr std::uint64_t kLimitDefault = 1'000;
constexpr std::uint64_t kLimitMax = 5'000;

std::optional<Refusal> decide(const State& state, const Command& command, const Context&,
                              Entry& draft) {
  const auto id = find_project(state, command);
  if (!id) return id.error();
  const Project& project = state.project(*id);
  const bool can_fail = project.state == ProjectState::kCollecting ||
                        project.state == ProjectState::kFull ||
                        project.state == ProjectState::kFailing;
  if (!can_fail) {
    return refuse(RefusalCode::kWrongProjectState,
                  fmt::format("project={} state={}", project.code, name_of(project.state)));
  }

  // From here the entry must succeed.
  const std::uint64_t wanted =
      command.has(Field::kLimit) ? command.count(Field::kLimit) : kLimitDefault;
  const std::uint64_t most = std::min(wanted, kLimitMax);
  std::uint64_t count = 0;
  for (const base::HoldId id_of_bid : project.bids) {
    const Hold* hold = state.find_hold(id_of_bid);
    LEDGER_CHECK(hold != nullptr);
    // What the platform added goes back with its bid, which stands before it.
    if (hold->kind == HoldKind::kRedPacket) continue;
    if (count++ == most) break;
    release_bid(state, *hold, draft);
  }
  const bool done = draft.holds.size() == project.bids.size();
  draft.moves.push_back({*id, done ? ProjectState::kMiscarried : ProjectState::kFailing});
  return std::nullopt;
}

}  // namespace

const Flow kProjectFail{FlowCode::kProjectFail, kFields, Needs::kNothing, decide};

}  // namespace ledger::domain::flows
