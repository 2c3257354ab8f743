// What a monitor noticed, journaled with the entries that caused it. It changes nothing; whoever
// acts on it does so with other commands.
#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "ledger/domain/flows/common.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {{Field::kRule, true},
                                 {Field::kSubject, true},
                                 {Field::kEntries, true},
                                 {Field::kAmount, false},
                                 {Field::kSeverity, false}};
constexpr std::uint64_t kSeverityMost = 3;

// "12,15,19": entries of the journal, ascending; nothing if it is anything else.
std::optional<std::vector<base::Sequence>> sequences_in(std::string_view text,
                                                        base::Sequence last) {
  std::vector<base::Sequence> all;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (true) {
    std::uint64_t number = 0;
    const auto read = std::from_chars(at, end, number);
    const bool leading_zero = read.ec == std::errc() && *at == '0';
    if (read.ec != std::errc() || leading_zero || number > last.value()) return std::nullopt;
    if (!all.empty() && number <= all.back().value()) return std::nullopt;
    all.emplace_back(number);
    if (read.ptr == end) return all;
    if (*read.ptr != ',') return std::nullopt;
    at = read.ptr + 1;
  }
}

std::optional<Refusal> decide(const State& state, const Command& command, const Context&,
                              Entry& draft) {
  const std::string_view text = command.text(Field::kEntries);
  auto entries = sequences_in(text, state.sequence());
  if (!entries) return refuse(RefusalCode::kUnknownEntry, fmt::format("entries={}", text));
  const std::string_view rule = command.text(Field::kRule);
  const auto& monitors = state.profile().monitors();
  if (std::none_of(monitors.begin(), monitors.end(),
                   [&](const Monitor& m) { return m.id == rule; })) {
    return refuse(RefusalCode::kPolicyForbids, fmt::format("rule={}", rule));
  }
  const std::uint64_t severity =
      command.has(Field::kSeverity) ? command.count(Field::kSeverity) : 1;
  if (severity > kSeverityMost) {
    return refuse(RefusalCode::kPolicyForbids,
                  fmt::format("severity={} most={}", severity, kSeverityMost));
  }

  // From here the entry must succeed.
  draft.alerts.push_back({std::string(rule), std::string(command.text(Field::kSubject)),
                          static_cast<std::uint8_t>(severity), command.amount(Field::kAmount),
                          *std::move(entries)});
  return std::nullopt;
}

}  // namespace

const Flow kAlert{FlowCode::kAlert, kFields, Needs::kNothing, decide};

}  // namespace ledger::domain::flows
