#include "tests/server/fixture.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "ledger/domain/profile.h"

namespace server_test {

namespace base = ledger::base;

Daemon::Daemon(ledger::server::Options options, std::size_t queue_commands_max) {
  std::string pattern = std::filesystem::temp_directory_path() / "escrow-server-XXXXXX";
  folder_ = ::mkdtemp(pattern.data());
  socket_ = folder_ + "/socket";
  const base::Timestamp start{1'700'000'000'000'000'000};
  const auto profile = ledger::domain::Profile::built_in("cn-2017");
  auto made =
      ledger::engine::create(folder_ + "/data", *profile, start, *base::Date::parse("2024-06-30"));
  if (!made) std::abort();
  ledger::engine::Options engine;
  engine.path = folder_ + "/data";
  engine.queue_commands_max = queue_commands_max;
  engine.clock = [at = std::make_shared<std::atomic<std::int64_t>>(start.ns)] {
    return base::Timestamp{at->fetch_add(1'000) + 1'000};
  };
  auto opened = ledger::engine::Engine::open(engine);
  if (!opened) std::abort();
  engine_ = std::move(*opened);
  options.socket_path = socket_;
  auto server = ledger::server::Server::start(options, *engine_);
  if (!server) std::abort();
  server_ = std::move(*server);
  client_ = std::make_unique<tools::HttpClient>(socket_, 20'000);
}

Daemon::~Daemon() {
  client_.reset();
  server_.reset();
  engine_.reset();
  std::filesystem::remove_all(folder_);
}

tools::HttpResponse Daemon::send(std::string_view body, std::string_view type,
                                 std::string_view query) {
  auto response = client_->post(fmt::format("/v1/commands{}", query), type, body);
  EXPECT_TRUE(response) << response.error().message;
  return response ? *response : tools::HttpResponse();
}

tools::HttpResponse Daemon::get(std::string_view target) {
  auto response = client_->get(target);
  EXPECT_TRUE(response) << response.error().message;
  return response ? *response : tools::HttpResponse();
}

std::string deposit(std::string_view id, std::int64_t amount) {
  return fmt::format(
      R"({{"id":"{}","flow":"deposit","authority":"bank","client":"lender:L1","channel":"alipay","amount":{}}})",
      id, amount);
}

void Daemon::open_and_fund(std::int64_t amount) {
  const auto response = send(fmt::format(
      R"([{{"id":"open-l1","flow":"open_account","authority":"platform","client":"lender:L1"}},)"
      R"({{"id":"open-alipay","flow":"open_account","authority":"platform","client":"channel:alipay"}},)"
      R"({},{{"id":"settle-0","flow":"settle","authority":"bank","order":"deposit-0","amount":{}}}])",
      deposit("deposit-0", amount), amount));
  ASSERT_EQ(response.status, 200);
  ASSERT_EQ(response.body.find("refused"), std::string::npos) << response.body;
}

RawSocket::RawSocket(const std::string& path)
    : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    std::abort();
  }
}
RawSocket::~RawSocket() { ::close(socket_); }

bool RawSocket::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void RawSocket::finish_sending() { ::shutdown(socket_, SHUT_WR); }

std::string RawSocket::receive(std::size_t wanted, int timeout_ms) {
  while (rest_.size() < wanted) {
    pollfd one{socket_, POLLIN, 0};
    if (::poll(&one, 1, timeout_ms) <= 0) break;
    char buffer[65'536];
    const auto got = ::recv(socket_, buffer, sizeof buffer, 0);
    if (got <= 0) break;
    rest_.append(buffer, static_cast<std::size_t>(got));
  }
  const std::string out = rest_.substr(0, wanted);
  rest_.erase(0, out.size());
  return out;
}

std::string RawSocket::response() {
  std::string head;
  while (!head.ends_with("\r\n\r\n")) {
    const std::string byte = receive(1);
    if (byte.empty()) return head;
    head += byte;
  }
  constexpr std::string_view kLength = "Content-Length: ";
  const std::size_t at = head.find(kLength);
  if (at == std::string::npos) return head;
  return head + receive(std::stoul(head.substr(at + kLength.size())));
}

}  // namespace server_test
