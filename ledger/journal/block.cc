#include "ledger/journal/block.h"

#include <algorithm>

#include "ledger/base/bytes.h"

namespace ledger::journal {

base::Result<Record, base::Fault> RecordReader::next() {
  base::Decoder in(rest_);
  Record record;
  record.entry = in.get_text<std::uint32_t>();
  const std::string_view hash = in.get_bytes(32);
  if (in.failed()) return base::fail(base::corruption("record: truncated"));
  std::copy(hash.begin(), hash.end(), record.hash.bytes.begin());
  rest_ = in.rest();
  return record;
}

void append_record(std::string& out, std::string_view entry, const crypto::Digest& hash) {
  base::put_text<std::uint32_t>(out, entry);
  out.append(hash.view());
}

}  // namespace ledger::journal
