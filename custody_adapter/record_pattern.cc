#include "custody_adapter/record_pattern.h"

#include <re2/re2.h>

namespace custody_adapter {
namespace {

constexpr std::size_t kPatternBytesMax = 1000;

RE2::Options options() {
  RE2::Options options(RE2::Latin1);
  options.set_log_errors(false);
  options.set_max_mem(1 << 20);
  return options;
}

class Re2Pattern final : public RecordPattern {
 public:
  explicit Re2Pattern(const std::string& text) : regex_(text, options()) {}
  const RE2& regex() const { return regex_; }
  bool matches(std::string_view record) const override {
    return RE2::PartialMatch(re2::StringPiece(record.data(), record.size()), regex_);
  }

 private:
  RE2 regex_;
};

}  // namespace

ledger::base::Result<std::shared_ptr<const RecordPattern>, std::string> RecordPattern::compile(
    const std::string& text) {
  if (text.size() > kPatternBytesMax) return ledger::base::fail(std::string("too long"));
  auto pattern = std::make_shared<const Re2Pattern>(text);
  if (!pattern->regex().ok()) return ledger::base::fail(pattern->regex().error());
  return std::shared_ptr<const RecordPattern>(std::move(pattern));
}

}  // namespace custody_adapter
