// escrowctl send: a file of commands, one JSON object a line.
#pragma once

#include <cstdint>
#include <string>

#include "ledger/base/fault.h"
#include "ledger/base/result.h"
#include "tools/client/http_client.h"

namespace tools {

struct SendTotals {
  std::uint64_t committed = 0, replayed = 0, refused = 0;
};

// Sends the file ("-" is standard input) in requests of at most 8,192 lines and 4 MiB, in order.
// Prints every answer with `json`, else only refusals, each with its line in the file. A request
// that the daemon is too busy for is sent again; the first fault ends it.
ledger::base::Result<SendTotals, ledger::base::Fault> send_file(HttpClient& client,
                                                                const std::string& path, bool json);

}  // namespace tools
