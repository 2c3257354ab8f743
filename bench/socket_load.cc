// Whole-process driver of the daemon: sends the load of workload.h over its Unix socket, with a
// number of connections and of commands per request, and prints rate, latencies and the longest
// pause. One thread; every answer is read and every command must be committed.
//
//   socket_load SOCKET open CLIENTS
//   socket_load SOCKET run CLIENTS ENTRIES BATCH CONNECTIONS FIRST
//
// FIRST is the number of the first command, so that one ledger can take several runs.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "bench/exchange.h"
#include "bench/workload.h"

namespace {

// Hands out the requests in order.
class Source {
 public:
  Source(bench::Load load, bool opening, std::uint64_t first, std::uint64_t batch)
      : load_(load), opening_(opening), next_(first), end_(first + load.entries), batch_(batch) {}

  // The number of commands in `body`; 0 at the end.
  std::uint64_t next(std::string& body) {
    const std::uint64_t count = std::min(batch_, end_ - next_);
    body.clear();
    if (batch_ > 1) body += '[';
    for (std::uint64_t i = 0; i < count; ++i) {
      if (i > 0) body += ',';
      if (opening_) {
        bench::append_opening(body, next_ + i);
      } else {
        bench::append_command(body, load_, next_ + i);
      }
    }
    if (batch_ > 1) body += ']';
    next_ += count;
    return count;
  }

 private:
  bench::Load load_;
  bool opening_;
  std::uint64_t next_, end_, batch_;
};

std::uint64_t count_of(std::string_view text, std::string_view word) {
  std::uint64_t count = 0;
  for (const char* at = text.data();; ++count) {
    at = static_cast<const char*>(memmem(
        at, static_cast<std::size_t>(text.data() + text.size() - at), word.data(), word.size()));
    if (at == nullptr) return count;
    at += word.size();
  }
}

class Driver {
 public:
  Driver(Source source, const std::string& socket, std::size_t connections)
      : source_(source), exchange_(socket, connections), commands_(connections) {}

  void run() {
    for (std::size_t c = 0; c < commands_.size(); ++c) start(c);
    exchange_.run([this](std::size_t connection, std::string_view answer, std::int64_t) {
      const std::uint64_t committed = count_of(answer, "\"status\":\"committed\"");
      const std::uint64_t sent = commands_[connection];
      if (committed != sent && refused_ == 0) {
        std::fprintf(stderr, "%.600s\n", std::string(answer).c_str());
      }
      refused_ += sent - committed;
      done_ += sent;
      start(connection);
    });
  }

  void report(std::uint64_t batch) {
    std::printf("connections %zu batch %llu entries %llu: %.0f entries/s; %s; not committed %llu\n",
                commands_.size(), static_cast<unsigned long long>(batch),
                static_cast<unsigned long long>(done_),
                static_cast<double>(done_) / exchange_.seconds(),
                bench::latency_text(exchange_).c_str(), static_cast<unsigned long long>(refused_));
  }
  std::uint64_t refused() const { return refused_; }

 private:
  void start(std::size_t connection) {
    commands_[connection] = source_.next(body_);
    if (commands_[connection] > 0) exchange_.post(connection, "application/json", body_);
  }

  Source source_;
  bench::Exchange exchange_;
  std::vector<std::uint64_t> commands_;  // in flight, by connection
  std::string body_;
  std::uint64_t done_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 64;
  const std::string path = argv[1];
  const bool opening = std::strcmp(argv[2], "open") == 0;
  if (!opening && argc < 8) return 64;
  const auto number = [&](int i) { return std::strtoull(argv[i], nullptr, 10); };
  bench::Load load;
  load.clients = number(3);
  load.entries = opening ? load.clients + 1 : number(4);
  const std::uint64_t batch = opening ? 8'000 : number(5);
  const std::size_t connections = opening ? 1 : number(6);
  const std::uint64_t first = opening ? 0 : number(7);
  Driver driver(Source(load, opening, first, batch), path, connections);
  driver.run();
  driver.report(batch);
  return driver.refused() == 0 ? 0 : 1;
}
