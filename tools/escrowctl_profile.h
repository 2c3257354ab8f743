// escrowctl statement profile: what a bank's engineer needs to write a statement profile. No
// daemon.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace CLI {
class App;
}

namespace tools {

struct ProfileArguments {
  std::string profile;  // path of a profile, or the name of one that ships
  std::string sample;
  std::string file_date;
  std::uint32_t records = 3;  // shown of each kind
};

// Adds `statement profile list`, `print` and `check` to `app`. `on` is given what to run when one
// of them was asked for; `arguments` and `json` must outlive the parsing and the running.
void add_profile_commands(CLI::App& app, ProfileArguments& arguments, const bool& json,
                          const std::function<void(std::function<int()>)>& on);

}  // namespace tools
