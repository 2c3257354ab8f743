// Server: the ledger's local socket. HTTP/1.1 and JSON over a Unix domain socket, as openapi.yaml
// in this folder has it.
//
// Threads: its own, `threads` of them, each with an event loop and a share of the connections. The
// engine's threads only hand completions over to them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/fault.h"
#include "ledger/base/result.h"
#include "ledger/engine/engine.h"
#include "ledger/server/peers.h"

namespace ledger::server {

struct Limits {
  std::size_t body_bytes_max = 8U << 20;
  std::size_t header_bytes_max = 16U << 10;
  std::size_t commands_max = 8'192;  // in one request
  std::size_t connections_max = 1'024;
  std::size_t buffered_bytes_max = 256U << 20;  // bodies of all connections together
  std::uint32_t request_timeout_ms = 30'000;    // from the first byte of a request to its last
  std::uint32_t idle_timeout_ms = 30'000;       // between requests
  std::uint32_t write_timeout_ms = 30'000;      // without the peer taking a single byte
};

struct Options {
  std::string socket_path;
  unsigned threads = 0;  // 0: one for every four cores
  Limits limits;
  std::vector<PeerRule> peers;  // see PeerRules
  OperatorKeys operator_keys;   // likewise
  // Takes one JSON object per event worth a line; from any thread. May be empty.
  std::function<void(std::string_view)> log;
};

class Server {
 public:
  // Binds the socket (mode 0660) and serves. A socket file that nobody listens on is replaced; one
  // with a live daemon behind it is kClosed. `engine` must outlive the server.
  static base::Result<std::unique_ptr<Server>, base::Fault> start(Options options,
                                                                  engine::Engine& engine);
  ~Server();  // stop(), if it was not called

  // Accepts nothing new, finishes the requests in flight, ends the streams, closes. Connections
  // that are not done after `grace_ms` are cut. Not from a thread of the server.
  void stop(std::uint32_t grace_ms = 10'000);

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace ledger::server
