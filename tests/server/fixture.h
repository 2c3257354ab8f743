// A real engine in a folder of its own behind a real server on a real socket.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "ledger/engine/engine.h"
#include "ledger/server/server.h"
#include "tools/client/http_client.h"

namespace server_test {

class Daemon {
 public:
  explicit Daemon(ledger::server::Options options = {}, std::size_t queue_commands_max = 65'536);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  const std::string& socket() const { return socket_; }
  tools::HttpClient& client() { return *client_; }
  ledger::engine::Engine& engine() { return *engine_; }
  ledger::server::Server& server() { return *server_; }
  std::uint64_t head() const { return engine_->durable_head().value(); }

  // POST /v1/commands.
  tools::HttpResponse send(std::string_view body, std::string_view type = "application/json",
                           std::string_view query = "");
  tools::HttpResponse get(std::string_view target);
  // lender:L1 and channel:alipay, with `amount` deposited and settled.
  void open_and_fund(std::int64_t amount = 10'000);

 private:
  std::string folder_;
  std::string socket_;
  std::unique_ptr<ledger::engine::Engine> engine_;
  std::unique_ptr<ledger::server::Server> server_;
  std::unique_ptr<tools::HttpClient> client_;
};

// A bare connection, to send what no client library would.
class RawSocket {
 public:
  explicit RawSocket(const std::string& path);
  ~RawSocket();
  RawSocket(const RawSocket&) = delete;
  RawSocket& operator=(const RawSocket&) = delete;

  bool send(std::string_view bytes);  // false once the daemon has closed
  void finish_sending();
  // Until the daemon closes, `wanted` bytes have come, or the time is over.
  std::string receive(std::size_t wanted = SIZE_MAX, int timeout_ms = 10'000);
  // One whole response with a Content-Length.
  std::string response();

 private:
  int socket_;
  std::string rest_;
};

std::string deposit(std::string_view id, std::int64_t amount);

}  // namespace server_test
