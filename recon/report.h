// Report: what a day's result, the breaks and a file's import look like, for people and for
// programs. No clock, no host: the same result gives the same bytes.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "recon/book.h"
#include "recon/day.h"
#include "recon/store.h"

namespace recon {

// A difference over its life, folded from the days' findings.
struct Break {
  std::string key;
  base::Date first_seen;
  base::Date last_seen;
  Bucket bucket = Bucket::kBankOnly;  // as last seen open
  Cause cause = Cause::kNone;
  std::string text;
  base::Total effect;
  std::vector<std::string> lines;  // ids
  std::vector<std::string> items;
  bool open = true;
  base::Date closed;
  std::string closed_by;
};

class BreakFold {
 public:
  void take(const DayResult& day);    // ascending by date
  std::vector<Break> breaks() const;  // by first seen, then key

 private:
  std::map<std::string, Break> by_key_;
};

std::string day_text(const DayResult& day);
std::string day_json(const DayResult& day);
std::string breaks_text(const std::vector<Break>& breaks, base::Currency currency);
std::string breaks_json(const std::vector<Break>& breaks);

// The answer to the bank for one file: what was received, what it proved, against which head. The
// line with the signature, over all of this, comes behind it.
std::string confirmation_text(const FileRecord& file, const std::vector<BankStatement>& statements,
                              const std::vector<DayResult>& days, base::Sequence head,
                              const crypto::Digest& head_hash);

}  // namespace recon
