// BankFile: a statement file as reconciliation sees it. Pure: bytes in, values out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "custody_adapter/reader.h"
#include "recon/day.h"
#include "recon/values.h"

namespace recon {

struct BankStatement {
  StatementHead head;
  std::vector<BankLine> lines;  // in file order
  // The same statement, whichever file it came in.
  bool same_content(const BankStatement& other) const;
};

struct BankFile {
  std::string sha256;  // hex
  std::uint64_t size = 0;
  std::vector<BankStatement> statements;
  std::string refusal;  // why nothing of it can be used, "" if it can
};

// A file that breaks off gives the statements that could be read, marked as truncated. `options`:
// what is known of the source's files; by themselves they say their format only.
BankFile read_bank_file(std::string_view bytes, const custody_adapter::ReadOptions& options = {});

}  // namespace recon
