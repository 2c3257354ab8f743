// Statements, entries and issues of files as JSON, for programs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "custody_adapter/reader.h"

namespace tools {

char letter_of(custody_adapter::Severity severity);             // N, W, E
std::string_view word_of(custody_adapter::VerdictKind kind);    // "NOT PROVABLE"
std::string_view word_of(custody_adapter::EntryStatus status);  // "booked"

// What a sink counted beside the statement.
struct StatementCounts {
  std::uint64_t credits = 0;  // booked entries
  std::uint64_t debits = 0;
  bool with_entries = false;
  std::string_view entries;  // from append_entry(), when they are wanted
};
void append_statement(std::string& out, const custody_adapter::Statement& statement,
                      const StatementCounts& counts,
                      const std::vector<custody_adapter::Issue>& issues);
// With a comma before it when `out` is not empty.
void append_entry(std::string& out, const custody_adapter::StatementEntry& entry);
void append_issues(std::string& out, const std::vector<custody_adapter::Issue>& issues);
// The error, or null.
void append_error(std::string& out, const custody_adapter::ReadStatus& status);

}  // namespace tools
