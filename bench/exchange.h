// Exchange: HTTP requests to the daemon on several connections at once, one in flight on each, by
// one thread. What whole-process drivers share; the figures are theirs to print.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

class Exchange {
 public:
  using Clock = std::chrono::steady_clock;
  // Called with the whole answer (head and body) and the time from the request's first byte to the
  // answer's last; may post the next request of any connection that has none in flight.
  using Answered =
      std::function<void(std::size_t connection, std::string_view answer, std::int64_t ns)>;

  // Whatever fails, here and later, ends the program with a message.
  Exchange(const std::string& socket, std::size_t connections);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange();

  // A POST to /v1/commands; the body is copied.
  void post(std::size_t connection, std::string_view content_type, std::string_view body);
  // Until nothing is in flight.
  void run(const Answered& answered);

  // What was measured so far does not count. Nothing may be in flight.
  void forget_figures();
  // Of all answers so far, in order of arrival, and the longest time between two of them.
  const std::vector<std::int64_t>& latencies() const { return latencies_; }
  std::int64_t longest_pause() const { return pause_; }
  // From the first request to the last answer.
  double seconds() const { return std::chrono::duration<double>(last_ - began_).count(); }

 private:
  struct Connection {
    int fd = -1;
    std::string out;
    std::size_t sent = 0;
    std::string in;
    std::size_t need = 0;  // bytes of the whole answer, 0 while its head is not complete
    Clock::time_point began;
    bool writing = false;
  };
  void push(Connection& c);
  void pull(std::size_t connection, const Answered& answered);

  std::vector<Connection> connections_;
  int epoll_;
  std::size_t busy_ = 0;
  std::vector<std::int64_t> latencies_;
  std::int64_t pause_ = 0;
  Clock::time_point began_, last_;
};

// "latency ms p50 .. p99 .. p99.9 .. max ..; longest pause .. ms"
std::string latency_text(const Exchange& exchange);

}  // namespace bench
