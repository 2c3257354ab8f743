#include "ledger/server/server.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "ledger/server/json_text.h"
#include "ledger/server/loop.h"
#include "ledger/server/service.h"

namespace ledger::server {
namespace {

// A descriptor with one owner.
class File {
 public:
  explicit File(int descriptor = -1) : descriptor_(descriptor) {}
  File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  File& operator=(File&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  int get() const { return descriptor_; }
  int release() { return std::exchange(descriptor_, -1); }

 private:
  int descriptor_;
};

base::Fault system_fault(std::string_view what, const std::string& path) {
  return base::io_fault(fmt::format("{} {}: {}", what, path, std::strerror(errno)));
}

base::Result<sockaddr_un, base::Fault> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return base::fail(base::invalid(fmt::format("socket path '{}' must have 1 to {} characters",
                                                path, sizeof address.sun_path - 1)));
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

const sockaddr* generic(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

// Makes way for our socket: removes the file of a daemon that is gone, refuses anything else.
base::Result<base::Ok, base::Fault> clear_path(const std::string& path,
                                               const sockaddr_un& address) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) {
    if (errno == ENOENT) return base::ok;
    return base::fail(system_fault("stat", path));
  }
  if (!S_ISSOCK(found.st_mode)) {
    return base::fail(base::invalid(path + " exists and is not a socket"));
  }
  const File probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (probe.get() < 0) return base::fail(system_fault("socket", path));
  if (::connect(probe.get(), generic(address), sizeof address) == 0 || errno == EAGAIN) {
    return base::fail(base::closed("another daemon listens on " + path));
  }
  if (errno != ECONNREFUSED) return base::fail(system_fault("connect", path));
  if (::unlink(path.c_str()) != 0) return base::fail(system_fault("unlink", path));
  return base::ok;
}

base::Result<File, base::Fault> listen_on(const std::string& path) {
  const auto address = address_of(path);
  if (!address) return base::fail(address.error());
  if (auto cleared = clear_path(path, *address); !cleared) return base::fail(cleared.error());
  File listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (listener.get() < 0) return base::fail(system_fault("socket", path));
  if (::bind(listener.get(), generic(*address), sizeof *address) != 0) {
    return base::fail(system_fault("bind", path));
  }
  // Nobody can connect before listen(), so there is no moment with a wider mode.
  if (::chmod(path.c_str(), 0660) != 0) return base::fail(system_fault("chmod", path));
  if (::listen(listener.get(), 1'024) != 0) return base::fail(system_fault("listen", path));
  return listener;
}

}  // namespace

struct Server::Impl {
  Impl(Options given, engine::Engine& the_engine, File socket)
      : options(std::move(given)),
        engine(the_engine),
        rules(
            options.peers, ::geteuid(),
            [&the_engine]() -> const domain::Profile& { return the_engine.profile(); },
            options.operator_keys),
        counters(std::make_shared<Counters>()),
        followers(std::make_shared<Followers>()),
        service(Core{the_engine, options.limits, counters, followers}),
        listener(std::move(socket)) {}

  void log(std::string_view event, const std::string& detail) const {
    if (!options.log) return;
    std::string line;
    ObjectWriter object(line);
    object.text("event", event).text("detail", detail);
    object.close();
    options.log(line);
  }

  void run() {
    unsigned count = options.threads;
    if (count == 0) count = std::max(1U, std::thread::hardware_concurrency() / 4);
    for (unsigned i = 0; i < count; ++i) {
      loops.push_back(std::make_shared<Loop>(options.limits, service, counters));
    }
    for (const auto& loop : loops) {
      threads.emplace_back([loop, this] {
        loop->run();
        running.fetch_sub(1);
      });
      running.fetch_add(1);
    }
    subscription =
        engine.subscribe([followers = followers](base::Sequence) { followers->wake_all(); });
    acceptor = std::thread([this] { accept_all(); });
  }

  void accept_all() {
    while (true) {
      pollfd wait[2] = {{listener.get(), POLLIN, 0}, {wake_read.get(), POLLIN, 0}};
      if (::poll(wait, 2, -1) < 0 && errno != EINTR) {
        log("accept_failed", std::strerror(errno));
        return;
      }
      if (wait[1].revents != 0) return;
      if (wait[0].revents == 0) continue;
      File socket(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
      if (socket.get() >= 0) {
        take(std::move(socket));
      } else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
        // The waiting connection stays ready: a pause keeps this from spinning.
        log("accept_failed", std::strerror(errno));
        ::poll(&wait[1], 1, 100);
      }
    }
  }

  void take(File socket) {
    counters->accepted.fetch_add(1, std::memory_order_relaxed);
    if (counters->connections.load() >= options.limits.connections_max) {
      turn_away(socket);
      return;
    }
    const auto credentials = credentials_of(socket.get());
    if (!credentials) {
      log("peer_unknown", credentials.error().message);
      return;
    }
    Peer peer = rules.peer_of(*credentials);
    if (!peer.known()) log("peer_without_role", fmt::format("uid={}", credentials->uid));
    counters->connections.fetch_add(1);
    loops[next++ % loops.size()]->adopt(socket.release(), std::move(peer));
  }

  void turn_away(const File& socket) {
    constexpr std::string_view kBody =
        R"({"type":"urn:escrow:problem:TOO_MANY_CONNECTIONS","title":"too many connections",)"
        R"("status":503,"detail":"close one, or try again later"})";
    const std::string answer = fmt::format(
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: {}\r\nConnection: close\r\n"
        "Retry-After: 1\r\nContent-Length: {}\r\n\r\n{}",
        kProblemJson, kBody.size(), kBody);
    counters->turned_away.fetch_add(1, std::memory_order_relaxed);
    // A fresh socket has room for it; a peer that is gone already needs no answer.
    [[maybe_unused]] const auto sent =
        ::send(socket.get(), answer.data(), answer.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    ::shutdown(socket.get(), SHUT_WR);
  }

  void stop(std::uint32_t grace_ms) {
    if (!acceptor.joinable()) return;
    wake_write = File();  // the pipe's end-of-file ends poll()
    acceptor.join();
    listener = File();
    ::unlink(options.socket_path.c_str());
    engine.unsubscribe(subscription);
    for (const auto& loop : loops) loop->stop();
    for (std::uint32_t waited = 0; running.load() > 0 && waited < grace_ms; waited += 5) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    if (running.load() > 0) log("stop_grace_over", "connections were cut");
    for (const auto& loop : loops) loop->abort();
    for (std::thread& thread : threads) thread.join();
    log("stopped", options.socket_path);
  }

  const Options options;
  engine::Engine& engine;
  const PeerRules rules;
  const std::shared_ptr<Counters> counters;
  const std::shared_ptr<Followers> followers;
  Service service;
  File listener;
  File wake_read, wake_write;
  std::vector<std::shared_ptr<Loop>> loops;
  std::vector<std::thread> threads;
  std::thread acceptor;
  std::atomic<unsigned> running{0};
  std::uint64_t subscription = 0;
  std::size_t next = 0;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() { stop(); }
void Server::stop(std::uint32_t grace_ms) { impl_->stop(grace_ms); }

base::Result<std::unique_ptr<Server>, base::Fault> Server::start(Options options,
                                                                 engine::Engine& engine) {
  auto listener = listen_on(options.socket_path);
  if (!listener) return base::fail(listener.error());
  auto impl = std::make_unique<Impl>(std::move(options), engine, std::move(*listener));
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return base::fail(system_fault("pipe", ""));
  impl->wake_read = File(ends[0]);
  impl->wake_write = File(ends[1]);
  impl->run();
  impl->log("listening", impl->options.socket_path);
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

}  // namespace ledger::server
