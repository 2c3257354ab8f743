#include "ledger/server/loop.h"

#include <chrono>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "ledger/server/connection.h"

namespace ledger::server {

namespace asio = boost::asio;

namespace {

// Deadlines are seconds; a look at all connections this often costs less than a timer for each.
constexpr std::chrono::milliseconds kSweepEvery{100};

}  // namespace

struct Loop::Io {
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  asio::steady_timer timer{context};
};

Loop::Loop(const Limits& limits, Service& service, std::shared_ptr<Counters> counters)
    : limits_(limits),
      service_(service),
      counters_(std::move(counters)),
      decoder_(limits.commands_max),
      io_(std::make_unique<Io>()) {}

Loop::~Loop() = default;

asio::io_context& Loop::io() { return io_->context; }

std::uint64_t Loop::now_ms() const {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

void Loop::run() {
  sweep();
  io_->context.run();
  // What engine threads still hand over is dropped from here on; it would keep this loop alive.
  std::vector<std::function<void()>> left;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    left.swap(inbox_);
  }
}

void Loop::post(std::function<void()> task) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    wake = inbox_.empty();
    inbox_.push_back(std::move(task));
  }
  if (wake) {
    asio::post(io_->context, [self = shared_from_this()] { self->drain(); });
  }
}

void Loop::drain() {
  {
    const std::lock_guard lock(mutex_);
    running_.swap(inbox_);
  }
  for (auto& task : running_) task();
  running_.clear();
}

void Loop::adopt(int socket, Peer peer) {
  post([this, socket, peer = std::move(peer)]() mutable {
    auto connection = std::make_shared<Connection>(shared_from_this(), socket, std::move(peer));
    connections_.insert(connection);
    connection->start();
    if (stopping_) connection->stop();
  });
}

void Loop::forget(const std::shared_ptr<Connection>& connection) {
  if (connections_.erase(connection) == 0) return;
  counters_->connections.fetch_sub(1, std::memory_order_relaxed);
  stop_if_done();
}

void Loop::stop_if_done() {
  if (!stopping_ || !connections_.empty()) return;
  io_->timer.cancel();
  io_->work.reset();
}

void Loop::stop() {
  post([this] {
    stopping_ = true;
    const std::vector<std::shared_ptr<Connection>> all(connections_.begin(), connections_.end());
    for (const auto& connection : all) connection->stop();
    stop_if_done();
  });
}

void Loop::abort() {
  post([this] {
    const std::vector<std::shared_ptr<Connection>> all(connections_.begin(), connections_.end());
    for (const auto& connection : all) connection->close();
  });
}

void Loop::sweep() {
  const std::uint64_t now = now_ms();
  const std::vector<std::shared_ptr<Connection>> all(connections_.begin(), connections_.end());
  for (const auto& connection : all) connection->check_deadline(now);
  if (stopping_ && connections_.empty()) return;
  io_->timer.expires_after(kSweepEvery);
  io_->timer.async_wait([this](const boost::system::error_code& error) {
    if (!error) sweep();
  });
}

}  // namespace ledger::server
