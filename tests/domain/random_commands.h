// A source of random commands, as lines of the tests' language: mostly sensible, often refused.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/domain/random_source.h"
#include "tests/domain/script.h"

namespace ledger::domain::test {

class CommandSource {
 public:
  explicit CommandSource(std::uint64_t seed) : random_(seed) {}
  // Opens the clients that next() uses.
  static std::vector<std::string> opening();
  std::string next(const Bank& bank);

 private:
  std::string flow_line(const Bank& bank);
  std::string money_line(const Bank& bank, std::int64_t dice);
  std::string project_line(const Bank& bank, std::int64_t dice);
  std::string control_line(const Bank& bank, std::int64_t dice);
  std::string open_project(const Bank& bank);
  std::string client();
  std::string order(const std::string& flow);
  // A recent project, mostly one in this state.
  std::string project(const Bank& bank, ProjectState wanted);
  std::string some_amount(std::int64_t usual);
  std::string id(const std::string& flow);
  std::string any_hold(const Bank& bank, HoldKind kind, const std::string& flow);

  Random random_;
  std::uint64_t count_ = 0;
  std::map<std::string, std::vector<std::string>> sent_;
};

}  // namespace ledger::domain::test
