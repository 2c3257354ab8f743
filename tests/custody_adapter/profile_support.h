// Short ways to read files by profile in these tests, and to write their records.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "custody_adapter/profile.h"
#include "custody_adapter/profile_set.h"
#include "custody_adapter/record_text.h"

namespace custody_adapter::test {

struct ByProfile {
  std::vector<Statement> statements;
  std::vector<Issue> file_issues;
  FileSummary summary;
  std::optional<ParseError> error;

  // The only statement.
  const Statement& statement() const {
    static const Statement kNone;
    EXPECT_EQ(statements.size(), 1U);
    return statements.empty() ? kNone : statements.front();
  }
  std::string verdict() const { return format(summary.verdict); }
  std::vector<std::string> codes() const {
    std::vector<std::string> list;
    for (const Statement& s : statements) {
      for (const Issue& issue : s.issues) list.emplace_back(issue.code);
    }
    for (const Issue& issue : file_issues) list.emplace_back(issue.code);
    return list;
  }
  bool has(std::string_view code) const {
    const auto all = codes();
    return std::find(all.begin(), all.end(), code) != all.end();
  }
  const Issue* issue(std::string_view code) const {
    for (const Statement& s : statements) {
      for (const Issue& issue : s.issues) {
        if (issue.code == code) return &issue;
      }
    }
    return nullptr;
  }
};

inline StatementProfile profile(std::string_view toml) {
  auto parsed = StatementProfile::parse(toml);
  EXPECT_TRUE(parsed.has_value()) << (parsed ? "" : parsed.error().message);
  if (parsed) return *parsed;
  return *StatementProfile::parse(*StatementProfile::built_in("aleve"));
}

inline StatementProfile shipped(std::string_view name) {
  const auto text = StatementProfile::built_in(name);
  EXPECT_TRUE(text.has_value()) << name;
  return profile(text.value_or(""));
}

// `chunk` bytes at a time; 0: all at once.
inline ByProfile read_by(const StatementProfile& by, std::string_view bytes,
                         const ProfileOptions& options = {}, std::size_t chunk = 0) {
  Collector sink;
  const auto reader = make_profile_reader(by, sink, options);
  ByProfile out;
  bool good = true;
  const std::size_t step = chunk == 0 ? bytes.size() + 1 : chunk;
  for (std::size_t at = 0; at < bytes.size() && good; at += step) {
    good = reader->push(bytes.substr(at, step)).has_value();
  }
  if (auto status = reader->finish(); !status) out.error = status.error();
  out.statements = std::move(sink.statements);
  out.file_issues = std::move(sink.file_issues);
  out.summary = reader->summary();
  return out;
}

inline std::string in_gb18030(const std::string& utf8) {
  std::string out;
  EXPECT_EQ(make_encoder("GB18030")->convert(utf8, out), TextConverter::kAll);
  return out;
}

inline std::string padded(std::string text, std::size_t bytes) {
  EXPECT_LE(text.size(), bytes) << text;
  text.resize(bytes, ' ');
  return text;
}
inline std::string digits(std::int64_t number, std::size_t count) {
  std::string text = std::to_string(number);
  EXPECT_LE(text.size(), count);
  return std::string(count - text.size(), '0') + text;
}

struct Movement {
  std::string account;
  std::int64_t fen = 0;
  std::string type = "7820";  // 7 in, 2 out
  std::int64_t balance = 0;
  std::string text = "DEPOSIT";
  std::string reversed = "0";
};
inline std::string aleve(const Movement& m) {
  return "3005" + padded(m.account, 19) + digits(m.fen, 17) + "156" + "C" + "20240628" +
         "20240628" + "20240628" + "10203000" + "000017" + "      " + m.type +
         padded(in_gb18030(m.text), 42) + digits(m.balance, 17) + std::string(19, ' ') +
         m.reversed + " " + "000042" + "      " + std::string(187, ' ') + "\n";
}

inline std::string slurp(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

}  // namespace custody_adapter::test
