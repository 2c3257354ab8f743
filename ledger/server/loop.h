// Loop: one thread's event loop and its connections.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_set>
#include <vector>

#include "ledger/server/command_decoder.h"
#include "ledger/server/counters.h"
#include "ledger/server/peers.h"
#include "ledger/server/server.h"

namespace boost::asio {
class io_context;
}

namespace ledger::server {

class Connection;
class Service;

class Loop : public std::enable_shared_from_this<Loop> {
 public:
  Loop(const Limits& limits, Service& service, std::shared_ptr<Counters> counters);
  ~Loop();

  // Serves until stopped. The thread that calls it is the loop's thread.
  void run();
  // Runs `task` on the loop's thread; any thread, never blocks. Tasks that arrive together wake the
  // loop once. Dropped after run() has returned.
  void post(std::function<void()> task);
  // Takes a connected socket, which the caller has counted in Counters::connections. Any thread.
  void adopt(int socket, Peer peer);
  // Connections end when they are idle; run() returns when there are none. Any thread.
  void stop();
  // Cuts what is left. Any thread.
  void abort();

  // --- for connections, on the loop's thread ---
  boost::asio::io_context& io();
  CommandDecoder& decoder() { return decoder_; }
  Service& service() { return service_; }
  Counters& counters() { return *counters_; }
  const Limits& limits() const { return limits_; }
  bool stopping() const { return stopping_; }
  std::uint64_t now_ms() const;
  void forget(const std::shared_ptr<Connection>& connection);

 private:
  struct Io;
  void drain();
  void sweep();
  void stop_if_done();

  const Limits limits_;
  Service& service_;
  const std::shared_ptr<Counters> counters_;
  CommandDecoder decoder_;
  std::unique_ptr<Io> io_;
  std::unordered_set<std::shared_ptr<Connection>> connections_;
  bool stopping_ = false;

  std::mutex mutex_;
  std::vector<std::function<void()>> inbox_;  // guarded by mutex_
  bool closed_ = false;                       // guarded by mutex_
  std::vector<std::function<void()>> running_;
};

}  // namespace ledger::server
