#include "ledger/server/connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/http/error.hpp>

#include "ledger/server/http_parser.h"
#include "ledger/server/service.h"

namespace ledger::server {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using ErrorCode = boost::system::error_code;

namespace {

constexpr std::size_t kReadBuffer = 32U << 10;
constexpr std::size_t kReadBufferLarge = 256U << 10;
constexpr std::size_t kKeptBody = 256U << 10;  // more memory than this is given back
constexpr std::uint32_t kLingerMs = 1'000;
constexpr std::size_t kLingerBytes = 1U << 20;

std::uint64_t now_ns() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

void give_back(std::string& text) {
  if (text.capacity() > kKeptBody) std::string().swap(text);
  text.clear();
}

}  // namespace

struct Connection::Wire {
  explicit Wire(asio::io_context& io) : socket(io) {}
  asio::local::stream_protocol::socket socket;
  RequestText text;
  std::optional<HttpParser> parser;  // while a request is being read
};

Connection::Connection(std::shared_ptr<Loop> loop, int socket, Peer peer)
    : loop_(std::move(loop)), peer_(std::move(peer)), wire_(std::make_unique<Wire>(loop_->io())) {
  wire_->socket.assign(asio::local::stream_protocol(), socket);
  wire_->socket.non_blocking(true);
  in_.resize(std::max(kReadBuffer, loop_->limits().header_bytes_max + 1'024));
}

Connection::~Connection() { loop_->counters().buffered_bytes.fetch_sub(accounted_); }

std::shared_ptr<Connection> Connection::self() {
  return std::static_pointer_cast<Connection>(shared_from_this());
}

void Connection::set_deadline(std::uint32_t ms) { deadline_ms_ = loop_->now_ms() + ms; }

void Connection::start() {
  set_deadline(loop_->limits().idle_timeout_ms);
  pump();
}

void Connection::stop() {
  close_after_ = true;
  if (state_ == State::kReading && !wire_->parser) {
    close();
  } else if (state_ == State::kStreaming) {
    stream_stopped();
  }
}

void Connection::close() {
  if (state_ == State::kClosed) return;
  const auto keep = self();
  const bool streaming = state_ == State::kStreaming;
  state_ = State::kClosed;
  if (streaming) stream_stopped();
  after_write_ = nullptr;
  ErrorCode ignored;
  wire_->socket.close(ignored);
  loop_->forget(keep);
}

void Connection::check_deadline(std::uint64_t now_ms) {
  if (deadline_ms_ == 0 || now_ms < deadline_ms_) return;
  if (state_ != State::kLingering) loop_->counters().timed_out.fetch_add(1);
  if (state_ == State::kReading && wire_->parser) {
    refuse({408, "REQUEST_TIMEOUT", "the request did not arrive in time",
            fmt::format("a request must be complete within {} ms",
                        loop_->limits().request_timeout_ms)});
  } else {
    close();
  }
}

void Connection::post(std::function<void()> task) { loop_->post(std::move(task)); }

// --- reading ---

// Handlers may answer at once, inside dispatch(): then the loop goes on, instead of the stack.
void Connection::pump() {
  if (pumping_) return;
  pumping_ = true;
  while (state_ == State::kReading && parse_some()) {
  }
  pumping_ = false;
  if (state_ == State::kReading) read_more();
}

// One step of the parser; false when it needs more bytes or the request was answered.
bool Connection::parse_some() {
  if (begin_ == end_) return false;
  if (!wire_->parser) {
    wire_->parser.emplace(wire_->text);
    wire_->parser->header_limit(static_cast<std::uint32_t>(loop_->limits().header_bytes_max));
    wire_->parser->body_limit(loop_->limits().body_bytes_max);
    started_ns_ = now_ns();
    set_deadline(loop_->limits().request_timeout_ms);
  }
  HttpParser& parser = *wire_->parser;
  const bool had_header = parser.is_header_done();
  ErrorCode error;
  begin_ += parser.put(asio::const_buffer(in_.data() + begin_, end_ - begin_), error);
  if (error == http::error::need_more) {
    if (end_ - begin_ < in_.size()) return false;
    error = had_header ? http::error::bad_chunk : http::error::header_limit;
  }
  if (error == http::error::body_limit) {
    refuse({413, "BODY_TOO_LARGE", "the request body is too large",
            fmt::format("at most {} bytes", loop_->limits().body_bytes_max)});
  } else if (error == http::error::header_limit) {
    refuse({431, "HEADER_TOO_LARGE", "the request header is too large",
            fmt::format("at most {} bytes", loop_->limits().header_bytes_max)});
  } else if (error == http::error::bad_version) {
    refuse({505, "HTTP_VERSION", "only HTTP/1.0 and HTTP/1.1 are spoken here", ""});
  } else if (error) {
    refuse({400, "MALFORMED_HTTP", "the request is not valid HTTP", error.message()});
  }
  if (error) return false;
  if (!had_header && parser.is_header_done() && !on_header()) return false;
  if (!account_body()) return false;
  if (!parser.is_done()) return true;
  dispatch();
  return state_ == State::kReading;
}

bool Connection::on_header() {
  RequestText& text = wire_->text;
  const std::string_view target = text.target;
  const std::size_t mark = std::min(target.find('?'), target.size());
  request_.method = text.method;
  request_.method_name = text.method_name;
  request_.path = target.substr(0, mark);
  request_.query = target.substr(std::min(mark + 1, target.size()));
  request_.content_type = text.content_type;
  if (!peer_.known() && !Service::is_open_to_all(request_.path)) {
    refuse({403, "PEER_UNKNOWN", "this user has no role here", fmt::format("uid={}", peer_.uid())});
    return false;
  }
  if (text.expects_other) {
    refuse({417, "EXPECTATION_FAILED", "only 'Expect: 100-continue' is understood", ""});
    return false;
  }
  const auto length = wire_->parser->content_length();
  if (length && *length > kReadBuffer) {
    text.body.reserve(std::min<std::size_t>(*length, kReadBufferLarge * 4) + kBodyPadding);
    if (in_.size() < kReadBufferLarge) in_.resize(kReadBufferLarge);
  }
  if (text.expects_continue && begin_ == end_ && !wire_->parser->is_done()) {
    constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    ErrorCode error;
    // The buffer of an idle socket has room for it; a peer that left none waits for its own
    // timeout.
    wire_->socket.write_some(asio::buffer(kContinue), error);
  }
  return true;
}

// Bodies of all connections share one budget, so that many large requests cannot take the machine.
bool Connection::account_body() {
  const std::size_t size = wire_->text.body.capacity();
  if (size == accounted_) return true;
  auto& total = loop_->counters().buffered_bytes;
  const std::size_t before = total.fetch_add(size - accounted_);
  const bool grown = size > accounted_;
  const std::size_t after = before + (size - accounted_);
  accounted_ = size;
  if (!grown || size <= kReadBuffer || after <= loop_->limits().buffered_bytes_max) return true;
  refuse({503, "MEMORY_FULL", "too many large requests at once; try again",
          fmt::format("bodies of all connections may take {} bytes",
                      loop_->limits().buffered_bytes_max)});
  return false;
}

void Connection::dispatch() {
  std::string& body = wire_->text.body;
  const std::size_t size = body.size();
  body.append(kBodyPadding, '\0');
  request_.body = std::string_view(body).substr(0, size);
  if (!wire_->parser->keep_alive() || loop_->stopping()) close_after_ = true;
  chunked_ = wire_->text.version >= 11;
  state_ = State::kHandling;
  deadline_ms_ = 0;
  peer_.follow();
  peer_.hear(wire_->text.operator_signature, request_.body);
  loop_->service().handle(self());
}

void Connection::read_more() {
  if (read_pending_) return;
  if (begin_ == end_) {
    begin_ = end_ = 0;
  } else if (begin_ > 0 && end_ == in_.size()) {
    std::copy(in_.begin() + static_cast<std::ptrdiff_t>(begin_),
              in_.begin() + static_cast<std::ptrdiff_t>(end_), in_.begin());
    end_ -= begin_;
    begin_ = 0;
  }
  read_pending_ = true;
  wire_->socket.async_read_some(asio::buffer(in_.data() + end_, in_.size() - end_),
                                [self = self()](const ErrorCode& error, std::size_t bytes) {
                                  self->read_pending_ = false;
                                  if (self->state_ == State::kClosed) return;
                                  if (error) {
                                    // A peer that has shut down its side has sent its last request.
                                    self->close();
                                  } else {
                                    self->on_read(bytes);
                                  }
                                });
}

void Connection::on_read(std::size_t bytes) {
  if (state_ == State::kLingering) {
    discarded_ += bytes;
    discard();
    return;
  }
  end_ += bytes;
  pump();
}

void Connection::refuse(const Problem& problem) {
  close_after_ = true;
  state_ = State::kHandling;
  discarded_ = 0;
  loop_->counters().malformed.fetch_add(1, std::memory_order_relaxed);
  reply_problem(*this, problem, problem.status == 503 ? "Retry-After: 1\r\n" : "");
}

// --- answering ---

void Connection::append_head(int status, std::string_view content_type, std::string_view headers) {
  head_.clear();
  fmt::format_to(std::back_inserter(head_), "HTTP/1.1 {} {}\r\nContent-Type: {}\r\n{}{}", status,
                 reason_of(status), content_type, close_after_ ? "Connection: close\r\n" : "",
                 headers);
  const auto status_class = static_cast<std::size_t>(status / 100);
  loop_->counters().by_status_class[status_class].fetch_add(1, std::memory_order_relaxed);
}

void Connection::reply(int status, std::string_view content_type, std::string_view headers) {
  if (state_ == State::kClosed) return;
  LEDGER_CHECK(state_ == State::kHandling);
  state_ = State::kWriting;
  append_head(status, content_type, headers);
  fmt::format_to(std::back_inserter(head_), "Content-Length: {}\r\n\r\n", answer_.size());
  sent_ = 0;
  write_out([this] { on_written(); });
}

// Tries at once: an answer mostly fits the socket's buffer, and then costs one system call.
void Connection::write_out(std::function<void()> then) {
  after_write_ = std::move(then);
  write_rest();
}

void Connection::write_rest() {
  while (true) {
    const std::size_t in_head = std::min(sent_, head_.size());
    const std::size_t in_answer = sent_ - in_head;
    const std::array<asio::const_buffer, 2> rest{asio::buffer(head_) + in_head,
                                                 asio::buffer(std::as_const(answer_)) + in_answer};
    if (asio::buffer_size(rest) == 0) break;
    ErrorCode error;
    sent_ += wire_->socket.write_some(rest, error);
    if (error == asio::error::would_block || error == asio::error::try_again) {
      set_deadline(loop_->limits().write_timeout_ms);
      wire_->socket.async_wait(asio::socket_base::wait_write,
                               [self = self()](const ErrorCode& failed) {
                                 if (self->state_ == State::kClosed) return;
                                 failed ? self->close() : self->write_rest();
                               });
      return;
    }
    if (error) {
      close();
      return;
    }
  }
  deadline_ms_ = 0;
  const auto then = std::exchange(after_write_, nullptr);
  then();
}

void Connection::on_written() {
  Counters& counters = loop_->counters();
  if (started_ns_ != 0) {
    (request_.method == Method::kPost ? counters.command_time : counters.read_time)
        .record(now_ns() - started_ns_);
  }
  give_back(answer_);
  const bool whole = wire_->parser && wire_->parser->is_done();
  if (close_after_ || loop_->stopping()) {
    whole ? close() : linger();
    return;
  }
  wire_->parser.reset();
  give_back(wire_->text.body);
  wire_->text.clear();
  account_body();
  state_ = State::kReading;
  set_deadline(loop_->limits().idle_timeout_ms);
  pump();
}

// Closing on unread bytes would cut the peer off in the middle of its sending, and many clients
// then never look at the answer: so take a little, and a little while, before closing.
void Connection::linger() {
  state_ = State::kLingering;
  wire_->parser.reset();
  ErrorCode ignored;
  wire_->socket.shutdown(asio::socket_base::shutdown_send, ignored);
  set_deadline(kLingerMs);
  discard();
}

void Connection::discard() {
  if (discarded_ > kLingerBytes) {
    close();
    return;
  }
  if (!read_pending_) begin_ = end_ = 0;
  read_more();
}

// --- streaming ---

void Connection::begin_stream(std::string_view content_type, std::function<void()> stopped) {
  if (state_ == State::kClosed) {
    post(std::move(stopped));
    return;
  }
  LEDGER_CHECK(state_ == State::kHandling);
  if (!chunked_) close_after_ = true;
  state_ = State::kStreaming;
  stopped_ = std::move(stopped);
  started_ns_ = 0;  // a stream's length is its reader's business, no latency
  append_head(200, content_type, chunked_ ? "Transfer-Encoding: chunked\r\n" : "");
  head_ += "\r\n";
  sent_ = 0;
  loop_->counters().streams.fetch_add(1);
  watch_peer();
  if (loop_->stopping()) stream_stopped();
}

void Connection::write_stream(std::string piece, std::function<void()> ready) {
  if (state_ != State::kStreaming) return;
  if (sent_ > 0) head_.clear();
  sent_ = 0;
  answer_ = std::move(piece);
  if (chunked_ && !answer_.empty()) {
    fmt::format_to(std::back_inserter(head_), "{:x}\r\n", answer_.size());
    answer_ += "\r\n";
  }
  // Always by way of the loop: other connections get their turn, and the stack does not grow.
  write_out([this, ready = std::move(ready)]() mutable { post(std::move(ready)); });
}

void Connection::end_stream() {
  if (state_ != State::kStreaming) return;
  stopped_ = nullptr;
  loop_->counters().streams.fetch_sub(1);
  ErrorCode ignored;
  wire_->socket.cancel(ignored);  // watch_peer's wait
  if (sent_ > 0) head_.clear();
  sent_ = 0;
  answer_ = chunked_ ? "0\r\n\r\n" : "";
  state_ = State::kWriting;
  write_out([this] { on_written(); });
}

void Connection::stream_stopped() {
  if (state_ == State::kClosed) loop_->counters().streams.fetch_sub(1);
  if (stopped_) post(std::exchange(stopped_, nullptr));
}

// A stream may be silent for hours; without this a peer that left would be noticed at the next
// line.
void Connection::watch_peer() {
  wire_->socket.async_wait(asio::socket_base::wait_read, [self = self()](const ErrorCode& error) {
    if (error || self->state_ != State::kStreaming) return;
    char byte = 0;
    const auto got = ::recv(self->wire_->socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (got == 0) self->close();
    // Otherwise the next request is waiting already; it stays where it is.
  });
}

}  // namespace ledger::server
