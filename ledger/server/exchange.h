// Exchange: one request on one connection and the way to answer it. It hides the socket, so that
// what answers requests knows nothing of Asio.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "ledger/server/peers.h"

namespace ledger::server {

class CommandDecoder;

enum class Method { kGet, kPost, kOther };

// Valid until the answer is given.
struct Request {
  Method method = Method::kOther;
  std::string_view method_name;
  std::string_view path;   // as sent, still percent-encoded
  std::string_view query;  // behind '?', still percent-encoded
  std::string_view content_type;
  std::string_view body;  // followed by kBodyPadding readable bytes
};

// All members but post() are for the connection's own thread, which is where requests arrive.
class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  virtual ~Exchange() = default;

  virtual const Request& request() const = 0;
  virtual const Peer& peer() const = 0;
  virtual CommandDecoder& decoder() = 0;

  // The answer's body: empty at first, keeps the memory of earlier answers.
  virtual std::string& body() = 0;
  // Sends body(). Once per request. `headers` are whole lines, each with its CRLF.
  virtual void reply(int status, std::string_view content_type, std::string_view headers = {}) = 0;

  // Runs `task` on the connection's thread. Any thread; never blocks. Dropped once the server has
  // shut down.
  virtual void post(std::function<void()> task) = 0;

  // Instead of reply(): 200 and a body of unknown length. `stopped` is called once if the peer goes
  // away, stops reading, or the server shuts down: then end_stream() is the only thing to do.
  virtual void begin_stream(std::string_view content_type, std::function<void()> stopped) = 0;
  // Takes the piece; `ready` is called when the next one may follow. One at a time.
  virtual void write_stream(std::string piece, std::function<void()> ready) = 0;
  virtual void end_stream() = 0;
};

// Problems (RFC 9457) other than refusals of commands.
struct Problem {
  int status = 500;
  std::string_view name;  // stable: "NOT_FOUND"
  std::string_view title;
  std::string detail;
};
void append_problem(std::string& out, const Problem& problem);
void reply_problem(Exchange& exchange, const Problem& problem, std::string_view headers = {});

inline constexpr std::string_view kJson = "application/json";
inline constexpr std::string_view kNdjson = "application/x-ndjson";
inline constexpr std::string_view kProblemJson = "application/problem+json";

std::string_view reason_of(int status);  // "Not Found"

}  // namespace ledger::server
