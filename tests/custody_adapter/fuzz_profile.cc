// libFuzzer: any profile text and any file, in chunks of any size. Besides not crashing: the result
// must not depend on the cutting, and what is PROVED must have totals that hold, balances that
// agree and no error.
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>

#include "custody_adapter/profile.h"
#include "tests/custody_adapter/profile_seed.h"

namespace {

namespace adapter = custody_adapter;

struct Result {
  adapter::Collector sink;
  adapter::FileSummary summary;
  std::string error;
};

Result read(const adapter::StatementProfile& profile, std::string_view file, std::size_t step) {
  Result result;
  const auto reader = adapter::make_profile_reader(profile, result.sink, {});
  bool good = true;
  for (std::size_t at = 0; at < file.size() && good; at += step) {
    good = reader->push(file.substr(at, step)).has_value();
  }
  if (auto status = reader->finish(); !status) result.error = format(status.error());
  result.summary = reader->summary();
  return result;
}

void check(const adapter::Statement& s) {
  if (s.verdict.kind != adapter::VerdictKind::kProved) return;
  if (s.error_count > 0 || s.truncated) std::abort();
  for (const adapter::ControlTotal& total : s.totals) {
    if (!total.holds()) std::abort();
  }
  if (!s.opening || !s.closing) return;
  if (!(s.opening->value + s.credit_sum - s.debit_sum == s.closing->value)) std::abort();
}

int check_file(const adapter::StatementProfile& profile, std::string_view file, std::size_t size) {
  const Result whole = read(profile, file, file.size() + 1);
  const Result pieces = read(profile, file, 1 + size % 7U);
  if (whole.error != pieces.error) std::abort();
  if (format(whole.summary.verdict) != format(pieces.summary.verdict)) std::abort();
  if (whole.sink.statements.size() != pieces.sink.statements.size()) std::abort();
  for (std::size_t i = 0; i < whole.sink.statements.size(); ++i) {
    const auto& a = whole.sink.statements[i];
    const auto& b = pieces.sink.statements[i];
    if (a.entry_count != b.entry_count || a.place != b.place || a.issue_count != b.issue_count ||
        format(a.verdict) != format(b.verdict)) {
      std::abort();
    }
    check(a);
  }
  return 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto seed = adapter::test::split_seed({reinterpret_cast<const char*>(data), size});
  if (!seed) return 0;
  // The shipped ones are parsed once: parsing is most of the time of a small file.
  static std::map<std::string_view, adapter::StatementProfile> shipped;
  auto known = shipped.find(seed->profile);
  if (known == shipped.end()) {
    const auto parsed = adapter::StatementProfile::parse(seed->profile);
    if (!parsed) return 0;
    if (data[0] >= 32) return check_file(*parsed, seed->file, size);
    known = shipped.emplace(seed->profile, *parsed).first;
  }
  return check_file(known->second, seed->file, size);
}
