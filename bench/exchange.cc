#include "bench/exchange.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace bench {
namespace {

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

// The size of the answer with its head, or 0 while the head is not whole.
std::size_t answer_size(std::string_view in) {
  const std::size_t head = in.find("\r\n\r\n");
  if (head == std::string_view::npos) return 0;
  std::size_t at = in.find("Content-Length: ");
  if (at == std::string_view::npos) at = in.find("content-length: ");
  if (at == std::string_view::npos || at > head) die("answer without a length");
  return head + 4 + std::strtoull(in.data() + at + 16, nullptr, 10);
}

}  // namespace

Exchange::Exchange(const std::string& socket, std::size_t connections)
    : connections_(connections), epoll_(epoll_create1(0)) {
  for (std::size_t i = 0; i < connections; ++i) {
    connections_[i].fd = connect_to(socket);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = i;
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, connections_[i].fd, &event) != 0) die("epoll_ctl");
  }
}

Exchange::~Exchange() {
  for (const Connection& c : connections_) close(c.fd);
  close(epoll_);
}

void Exchange::post(std::size_t connection, std::string_view content_type, std::string_view body) {
  Connection& c = connections_[connection];
  c.out = "POST /v1/commands HTTP/1.1\r\nHost: l\r\nContent-Type: ";
  c.out += content_type;
  c.out += "\r\nContent-Length: ";
  c.out += std::to_string(body.size());
  c.out += "\r\n\r\n";
  c.out += body;
  c.sent = 0;
  c.in.clear();
  c.need = 0;
  ++busy_;
  c.began = Clock::now();
  if (began_ == Clock::time_point()) began_ = last_ = c.began;
  push(c);
}

void Exchange::run(const Answered& answered) {
  std::vector<epoll_event> events(connections_.size());
  while (busy_ > 0) {
    const int ready = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 60'000);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) die("no answer for a minute");
    for (std::size_t i = 0; i < static_cast<std::size_t>(ready); ++i) {
      const std::size_t connection = events[i].data.u64;
      if (connections_[connection].writing) push(connections_[connection]);
      if ((events[i].events & EPOLLIN) != 0) pull(connection, answered);
    }
  }
}

void Exchange::forget_figures() {
  latencies_.clear();
  pause_ = 0;
  began_ = {};
}

void Exchange::push(Connection& c) {
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
  event.data.u64 = static_cast<std::uint64_t>(&c - connections_.data());
  if (epoll_ctl(epoll_, EPOLL_CTL_MOD, c.fd, &event) != 0) die("epoll_ctl");
}

void Exchange::pull(std::size_t connection, const Answered& answered) {
  static char buffer[1 << 18];
  Connection& c = connections_[connection];
  const ssize_t n = recv(c.fd, buffer, sizeof buffer, MSG_DONTWAIT);
  if (n < 0 && errno == EAGAIN) return;
  if (n <= 0) die("the daemon closed the connection");
  c.in.append(buffer, static_cast<std::size_t>(n));
  if (c.need == 0) c.need = answer_size(c.in);
  if (c.need == 0 || c.in.size() < c.need) return;
  const auto now = Clock::now();
  const std::int64_t took = std::chrono::nanoseconds(now - c.began).count();
  latencies_.push_back(took);
  pause_ = std::max<std::int64_t>(pause_, std::chrono::nanoseconds(now - last_).count());
  last_ = now;
  --busy_;
  const std::string answer = std::move(c.in);
  answered(connection, answer, took);
}

std::string latency_text(const Exchange& exchange) {
  std::vector<std::int64_t> sorted = exchange.latencies();
  std::sort(sorted.begin(), sorted.end());
  const auto at = [&](double q) {
    const auto i = static_cast<std::size_t>(q * static_cast<double>(sorted.size()));
    return static_cast<double>(sorted[std::min(i, sorted.size() - 1)]) / 1e6;
  };
  char text[200];
  std::snprintf(text, sizeof text,
                "latency ms p50 %.2f p99 %.2f p99.9 %.2f max %.2f; longest pause %.2f ms", at(0.5),
                at(0.99), at(0.999), static_cast<double>(sorted.back()) / 1e6,
                static_cast<double>(exchange.longest_pause()) / 1e6);
  return text;
}

}  // namespace bench
