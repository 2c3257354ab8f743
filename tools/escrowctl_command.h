// What was typed for one flow, as the JSON command that the daemon takes.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/domain/command.h"
#include "ledger/domain/flow.h"

namespace tools {

// What was typed cannot be meant.
struct UsageError {
  std::string message;
};

// What was given for one flow.
struct FlowArguments {
  const ledger::domain::Flow* flow = nullptr;
  std::string id;
  bool propose = false;         // ask another operator for it
  std::string usual_authority;  // where none was typed; empty: the command has none
  std::map<ledger::domain::Field, std::vector<std::string>> values;
  std::map<ledger::domain::Field, bool> flags;
};

// Minor units of "1234.50"; throws UsageError that names `what`.
std::int64_t minor_of(std::string_view what, std::string_view text, int digits);

// The first authority that the profile, a TOML text, gives the flow; empty if it has no such flow.
std::string first_authority(std::string_view profile_text, ledger::domain::FlowCode flow);

// The command, or with `propose` the proposal of it. Throws UsageError.
std::string command_json(const FlowArguments& arguments, int digits);

}  // namespace tools
