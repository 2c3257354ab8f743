// HttpClient: a small blocking HTTP/1.1 client over a Unix socket, for the command-line tools, the
// reconciliation daemon and the load generator. One request at a time; one thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "ledger/base/fault.h"
#include "ledger/base/result.h"

namespace tools {

struct HttpResponse {
  int status = 0;
  std::string content_type;
  std::string body;
};

class HttpClient {
 public:
  // Connects at the first request, and again when the daemon has closed the connection.
  explicit HttpClient(std::string socket_path, std::uint32_t timeout_ms = 60'000);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Faults: kClosed when nobody listens; kIo for anything later, when the outcome of a command is
  // unknown: send it again with the same id. A kept connection that the daemon has closed meanwhile
  // is replaced and the request sent once more, which is safe because ids are.
  ledger::base::Result<HttpResponse, ledger::base::Fault> get(std::string_view target);
  ledger::base::Result<HttpResponse, ledger::base::Fault> post(std::string_view target,
                                                               std::string_view content_type,
                                                               std::string_view body);
  // Gives each line of a 200 answer to `line`, as it comes, until the stream ends or `line` returns
  // false (then the connection is dropped). Other answers are returned whole. With `timeout_ms` 0
  // waits for ever, as following a journal wants.
  ledger::base::Result<HttpResponse, ledger::base::Fault> lines(
      std::string_view target, const std::function<bool(std::string_view)>& line,
      std::uint32_t timeout_ms = 0);

  // Header lines, each with its CRLF, that every request with a body gets from now on.
  void set_headers(std::function<std::string(std::string_view body)> of_body);

  // The two halves of post(), for callers that keep several connections busy. After send() comes
  // exactly one receive().
  ledger::base::Result<ledger::base::Ok, ledger::base::Fault> send(std::string_view method,
                                                                   std::string_view target,
                                                                   std::string_view content_type,
                                                                   std::string_view body);
  ledger::base::Result<HttpResponse, ledger::base::Fault> receive();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Escapes what a path segment or a query value may not hold as it is.
std::string percent_encode(std::string_view text);

}  // namespace tools
