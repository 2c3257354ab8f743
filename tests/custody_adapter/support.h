// Short ways to read texts in these tests.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

#include "custody_adapter/reader.h"

namespace custody_adapter::test {

struct Outcome {
  std::vector<Statement> statements;
  std::vector<Issue> file_issues;
  std::optional<ParseError> error;
};

inline Outcome read(std::string_view bytes, const ReadOptions& options = {}) {
  Collector sink;
  Outcome out;
  if (const auto status = read_statements(bytes, options, sink); !status)
    out.error = status.error();
  out.statements = std::move(sink.statements);
  out.file_issues = std::move(sink.file_issues);
  return out;
}

// The only statement; an empty one and a failure when there is not exactly one.
inline Statement only(Outcome outcome) {
  EXPECT_EQ(outcome.statements.size(), 1U);
  return outcome.statements.size() == 1 ? std::move(outcome.statements.front()) : Statement();
}

inline bool has_issue(const std::vector<Issue>& issues, std::string_view code) {
  return std::any_of(issues.begin(), issues.end(),
                     [code](const Issue& issue) { return issue.code == code; });
}

inline std::string file(const std::string& name) {
  std::ifstream in(std::string(ESCROW_SOURCE_DIR) + "/tests/custody_adapter/data/" + name,
                   std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

}  // namespace custody_adapter::test
