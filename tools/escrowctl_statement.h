// escrowctl statement: what a bank's engineer asks of a statement file, without a daemon.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace tools {

struct StatementArguments {
  std::vector<std::string> files;
  std::string dialect;  // path of a CSV dialect
  std::string format;   // "BAI2"; "" detects
  std::string charset;  // "windows-1252"
  bool entries = false;
  bool chain = false;
};

// Adds `statement detect` and `statement show` to `app`. `on` is given what to run when one of them
// was asked for; `arguments` and `json` must outlive the parsing and the running.
void add_statement_commands(CLI::App& app, StatementArguments& arguments, const bool& json,
                            const std::function<void(std::function<int()>)>& on);

}  // namespace tools
