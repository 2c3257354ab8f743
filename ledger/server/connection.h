// Connection: one accepted socket. Reads requests one at a time, hands each to the service, writes
// its answer, and holds the peer to the limits of size and time.
//
//   reading ──► handling ──► writing ──► reading ...        keep-alive; pipelined bytes wait
//                   └──────► streaming ──► closing          a stream ends its connection
//   any ──► lingering ──► closed       after an answer that did not wait for the whole request
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "ledger/server/exchange.h"
#include "ledger/server/loop.h"

namespace ledger::server {

class Connection final : public Exchange {
 public:
  Connection(std::shared_ptr<Loop> loop, int socket, Peer peer);
  ~Connection() override;

  void start();
  // No request after the current one.
  void stop();
  void close();
  void check_deadline(std::uint64_t now_ms);

  const Request& request() const override { return request_; }
  const Peer& peer() const override { return peer_; }
  CommandDecoder& decoder() override { return loop_->decoder(); }
  std::string& body() override { return answer_; }
  void reply(int status, std::string_view content_type, std::string_view headers) override;
  void post(std::function<void()> task) override;
  void begin_stream(std::string_view content_type, std::function<void()> stopped) override;
  void write_stream(std::string piece, std::function<void()> ready) override;
  void end_stream() override;

 private:
  struct Wire;  // the socket and the HTTP parser
  enum class State { kReading, kHandling, kWriting, kStreaming, kLingering, kClosed };

  std::shared_ptr<Connection> self();
  void pump();
  bool parse_some();
  void read_more();
  void on_read(std::size_t bytes);
  bool on_header();
  void dispatch();
  // A request that cannot be read to its end: answer and close.
  void refuse(const Problem& problem);
  bool account_body();
  void append_head(int status, std::string_view content_type, std::string_view headers);
  void write_rest();
  void on_written();
  void write_out(std::function<void()> then);
  void linger();
  void discard();
  void stream_stopped();
  void watch_peer();
  void set_deadline(std::uint32_t ms);

  const std::shared_ptr<Loop> loop_;
  Peer peer_;
  std::unique_ptr<Wire> wire_;
  State state_ = State::kReading;
  bool pumping_ = false;
  bool read_pending_ = false;
  bool close_after_ = false;
  bool chunked_ = false;  // the stream; HTTP/1.0 knows no chunks
  std::uint64_t deadline_ms_ = 0;
  std::uint64_t started_ns_ = 0;

  std::string in_;  // [begin_, end_) is unread
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t accounted_ = 0;  // of the body's memory, in Counters::buffered_bytes
  std::size_t discarded_ = 0;
  Request request_;

  std::string head_;
  std::string answer_;
  std::size_t sent_ = 0;  // of head_ and answer_ together
  std::function<void()> after_write_;
  std::function<void()> stopped_;
};

}  // namespace ledger::server
