// Whole-process driver of the daemon: sends the load of workload.h over its Unix socket, with a
// number of connections and of commands per request, and prints rate, latencies and the longest
// pause. One thread; every answer is read and every command must be committed.
//
//   socket_load SOCKET open CLIENTS
//   socket_load SOCKET run CLIENTS ENTRIES BATCH CONNECTIONS FIRST
//
// FIRST is the number of the first command, so that one ledger can take several runs.
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "bench/workload.h"

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void die(const char* what) {
  std::perror(what);
  std::exit(1);
}

int connect_to(const std::string& path) {
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (fd < 0 || path.size() >= sizeof address.sun_path) die("socket");
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) die("connect");
  return fd;
}

// Hands out the requests in order.
class Source {
 public:
  Source(bench::Load load, bool opening, std::uint64_t first, std::uint64_t batch)
      : load_(load), opening_(opening), next_(first), end_(first + load.entries), batch_(batch) {}

  // An empty request means the end. `count` gets the number of its commands.
  void next(std::string& request, std::uint64_t& count) {
    request.clear();
    count = std::min(batch_, end_ - next_);
    if (count == 0) return;
    body_.clear();
    if (batch_ > 1) body_ += '[';
    for (std::uint64_t i = 0; i < count; ++i) {
      if (i > 0) body_ += ',';
      if (opening_) {
        bench::append_opening(body_, next_ + i);
      } else {
        bench::append_command(body_, load_, next_ + i);
      }
    }
    if (batch_ > 1) body_ += ']';
    next_ += count;
    request +=
        "POST /v1/commands HTTP/1.1\r\nHost: l\r\nContent-Type: "
        "application/json\r\nContent-Length: ";
    request += std::to_string(body_.size());
    request += "\r\n\r\n";
    request += body_;
  }

 private:
  bench::Load load_;
  bool opening_;
  std::uint64_t next_, end_, batch_;
  std::string body_;
};

struct Connection {
  int fd = -1;
  std::string out;
  std::size_t sent = 0;
  std::string in;
  std::size_t need = 0;  // bytes of the whole answer, 0 while its head is not complete
  std::uint64_t commands = 0;
  Clock::time_point began;
  bool writing = false;
};

// The size of the answer with its head, or 0 while the head is not whole.
std::size_t answer_size(std::string_view in) {
  const std::size_t head = in.find("\r\n\r\n");
  if (head == std::string_view::npos) return 0;
  std::size_t at = in.find("Content-Length: ");
  if (at == std::string_view::npos) at = in.find("content-length: ");
  if (at == std::string_view::npos || at > head) die("answer without a length");
  return head + 4 + std::strtoull(in.data() + at + 16, nullptr, 10);
}

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
  Driver(Source source, const std::string& path, std::size_t connections)
      : source_(std::move(source)), connections_(connections), epoll_(epoll_create1(0)) {
    for (Connection& c : connections_) {
      c.fd = connect_to(path);
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.ptr = &c;
      if (epoll_ctl(epoll_, EPOLL_CTL_ADD, c.fd, &event) != 0) die("epoll_ctl");
    }
  }

  void run() {
    began_ = last_ = Clock::now();
    for (Connection& c : connections_) start(c);
    std::vector<epoll_event> events(connections_.size());
    while (busy_ > 0) {
      const int ready = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 60'000);
      if (ready <= 0) die("no answer for a minute");
      for (int i = 0; i < ready; ++i) {
        Connection& c = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
        if (c.writing) push(c);
        if ((events[static_cast<std::size_t>(i)].events & EPOLLIN) != 0) pull(c);
      }
    }
  }

  void report(std::uint64_t batch) {
    const double took = std::chrono::duration<double>(last_ - began_).count();
    std::sort(latencies_.begin(), latencies_.end());
    const auto at = [&](double q) {
      const auto i = static_cast<std::size_t>(q * static_cast<double>(latencies_.size()));
      return static_cast<double>(latencies_[std::min(i, latencies_.size() - 1)]) / 1e6;
    };
    std::printf(
        "connections %zu batch %llu entries %llu: %.0f entries/s; latency ms p50 %.2f "
        "p99 %.2f p99.9 %.2f max %.2f; longest pause %.2f ms; not committed %llu\n",
        connections_.size(), static_cast<unsigned long long>(batch),
        static_cast<unsigned long long>(done_), static_cast<double>(done_) / took, at(0.5),
        at(0.99), at(0.999), static_cast<double>(latencies_.back()) / 1e6,
        static_cast<double>(pause_) / 1e6, static_cast<unsigned long long>(refused_));
  }
  std::uint64_t refused() const { return refused_; }

 private:
  void start(Connection& c) {
    source_.next(c.out, c.commands);
    c.sent = 0;
    c.in.clear();
    c.need = 0;
    if (c.out.empty()) return;
    ++busy_;
    c.began = Clock::now();
    push(c);
  }

  void push(Connection& c) {
    while (c.sent < c.out.size()) {
      const ssize_t n =
          send(c.fd, c.out.data() + c.sent, c.out.size() - c.sent, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (n < 0 && errno == EAGAIN) break;
      if (n < 0) die("send");
      c.sent += static_cast<std::size_t>(n);
    }
    const bool writing = c.sent < c.out.size();
    if (writing == c.writing) return;
    c.writing = writing;
    epoll_event event{};
    event.events = writing ? EPOLLIN | EPOLLOUT : EPOLLIN;
    event.data.ptr = &c;
    if (epoll_ctl(epoll_, EPOLL_CTL_MOD, c.fd, &event) != 0) die("epoll_ctl");
  }

  void pull(Connection& c) {
    static char buffer[1 << 18];
    const ssize_t n = recv(c.fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) die("the daemon closed the connection");
    c.in.append(buffer, static_cast<std::size_t>(n));
    if (c.need == 0) c.need = answer_size(c.in);
    if (c.need == 0 || c.in.size() < c.need) return;
    const auto now = Clock::now();
    latencies_.push_back(std::chrono::nanoseconds(now - c.began).count());
    pause_ = std::max<std::int64_t>(pause_, std::chrono::nanoseconds(now - last_).count());
    last_ = now;
    const std::uint64_t committed = count_of(c.in, "\"status\":\"committed\"");
    if (committed != c.commands && refused_ == 0) {
      std::fprintf(stderr, "%.600s\n", c.in.c_str());
    }
    refused_ += c.commands - committed;
    done_ += c.commands;
    --busy_;
    start(c);
  }

  Source source_;
  std::vector<Connection> connections_;
  int epoll_;
  std::size_t busy_ = 0;
  std::uint64_t done_ = 0;
  std::uint64_t refused_ = 0;
  std::vector<std::int64_t> latencies_;
  std::int64_t pause_ = 0;
  Clock::time_point began_, last_;
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
