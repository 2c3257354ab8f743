// Halt and resume: while the ledger is halted nothing moves; see the frame in flows.cc for the few
// commands that pass.
#include <fmt/format.h>

#include "ledger/domain/flows/common.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {{Field::kReason, true}};

std::optional<Refusal> turn(const State& state, Entry& draft, bool on) {
  if (state.is_on(SwitchCode::kHalted) == on) {
    return refuse(RefusalCode::kAlreadyInState, on ? "is halted" : "is not halted");
  }

  // From here the entry must succeed.
  draft.switches.push_back({SwitchCode::kHalted, on});
  return std::nullopt;
}

std::optional<Refusal> halt(const State& state, const Command&, const Context&, Entry& draft) {
  return turn(state, draft, true);
}
std::optional<Refusal> resume(const State& state, const Command&, const Context&, Entry& draft) {
  return turn(state, draft, false);
}

}  // namespace

const Flow kHalt{FlowCode::kHalt, kFields, Needs::kNothing, halt};
const Flow kResume{FlowCode::kResume, kFields, Needs::kNothing, resume};

}  // namespace ledger::domain::flows
