// Binary form of stored values: little-endian, length-prefixed, a version byte in front. Private to
// this folder's store; README.md names the columns.
#pragma once

#include <string>
#include <string_view>

#include "ledger/base/fault.h"
#include "ledger/base/result.h"
#include "recon/bank_file.h"
#include "recon/day.h"
#include "recon/store.h"

namespace recon {

std::string encode(const BankStatement& statement);
std::string encode(const DayResult& day);
std::string encode(const FileRecord& file);
// kCorruption for bytes that encode() did not write.
base::Result<BankStatement, base::Fault> decode_statement(std::string_view bytes);
base::Result<DayResult, base::Fault> decode_day(std::string_view bytes);
base::Result<FileRecord, base::Fault> decode_file(std::string_view bytes);

}  // namespace recon
