#include "tools/client/http_client.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

namespace tools {

namespace base = ledger::base;
namespace http = boost::beast::http;

namespace {

constexpr std::size_t kBuffer = 256U << 10;
constexpr std::size_t kBodyMax = 1U << 30;

class ResponseParser final : public http::basic_parser<false> {
 public:
  explicit ResponseParser(HttpResponse& out) : out_(out) {
    body_limit(kBodyMax);
    eager(true);
  }

 private:
  using Text = boost::beast::string_view;
  using Error = boost::beast::error_code;
  void on_request_impl(http::verb, Text, Text, int, Error&) override {}
  void on_response_impl(int status, Text, int, Error&) override { out_.status = status; }
  void on_field_impl(http::field field, Text, Text value, Error&) override {
    if (field == http::field::content_type) out_.content_type.assign(value.data(), value.size());
  }
  void on_header_impl(Error&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Error&) override {}
  std::size_t on_body_impl(Text piece, Error&) override {
    out_.body.append(piece.data(), piece.size());
    return piece.size();
  }
  void on_chunk_header_impl(std::uint64_t, Text, Error&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text piece, Error&) override {
    out_.body.append(piece.data(), piece.size());
    return piece.size();
  }
  void on_finish_impl(Error&) override {}

  HttpResponse& out_;
};

}  // namespace

struct HttpClient::Impl {
  using Done = base::Result<base::Ok, base::Fault>;

  base::Fault fault(std::string_view what) const {
    return base::io_fault(fmt::format("{} {}: {}", what, path, std::strerror(errno)));
  }

  Done connect() {
    if (socket >= 0) return base::ok;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path) {
      return base::fail(base::invalid("socket path '" + path + "' is empty or too long"));
    }
    std::memcpy(address.sun_path, path.data(), path.size());
    socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket < 0) return base::fail(fault("socket"));
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      auto why = fault("connect");
      why.kind = base::Fault::Kind::kClosed;
      drop();
      return base::fail(std::move(why));
    }
    begin = end = 0;
    fresh = true;
    return base::ok;
  }

  void drop() {
    if (socket >= 0) ::close(socket);
    socket = -1;
    begin = end = 0;
  }

  // Waits, so that a daemon that hangs does not hang us.
  Done wait(short events, std::uint32_t ms) {
    pollfd one{socket, events, 0};
    while (true) {
      const int ready = ::poll(&one, 1, ms == 0 ? -1 : static_cast<int>(ms));
      if (ready > 0) return base::ok;
      if (ready == 0) return base::fail(base::io_fault(fmt::format("{}: no answer in time", path)));
      if (errno != EINTR) return base::fail(fault("poll"));
    }
  }

  // A daemon that refuses early closes its side: the rest cannot be sent, but its answer is there.
  Done write_all(std::string_view data) {
    while (!data.empty()) {
      const auto sent = ::send(socket, data.data(), data.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent >= 0) {
        data.remove_prefix(static_cast<std::size_t>(sent));
      } else if (errno == EAGAIN) {
        if (auto waited = wait(POLLOUT, timeout_ms); !waited) return waited;
      } else if (errno == EPIPE || errno == ECONNRESET) {
        cut_off = true;
        return base::ok;
      } else if (errno != EINTR) {
        return base::fail(fault("send"));
      }
    }
    return base::ok;
  }

  // More bytes into the buffer; false at the end of the stream.
  base::Result<bool, base::Fault> fill(std::uint32_t ms) {
    if (begin == end) begin = end = 0;
    if (end == buffer.size()) {
      std::memmove(buffer.data(), buffer.data() + begin, end - begin);
      end -= begin;
      begin = 0;
      if (end == buffer.size())
        return base::fail(base::io_fault(path + ": answer header too large"));
    }
    while (true) {
      const auto got = ::recv(socket, buffer.data() + end, buffer.size() - end, MSG_DONTWAIT);
      if (got >= 0) {
        end += static_cast<std::size_t>(got);
        return got > 0;
      }
      if (errno == EAGAIN) {
        if (auto waited = wait(POLLIN, ms); !waited) return base::fail(waited.error());
      } else if (errno != EINTR) {
        return base::fail(fault("receive"));
      }
    }
  }

  // `on_piece` sees the body grow and may take from it; false stops.
  template <typename OnPiece>
  base::Result<HttpResponse, base::Fault> read(std::uint32_t ms, const OnPiece& on_piece) {
    HttpResponse response;
    std::optional<ResponseParser> parser(std::in_place, response);
    while (true) {
      boost::beast::error_code error;
      if (begin < end) {
        begin += parser->put(boost::asio::const_buffer(buffer.data() + begin, end - begin), error);
      }
      if (error && error != http::error::need_more) {
        drop();
        return base::fail(base::io_fault(path + ": bad answer: " + error.message()));
      }
      if (parser->is_done() && response.status == 100) {
        response = {};
        parser.emplace(response);
        continue;
      }
      const bool wanted = on_piece(response);
      if (parser->is_done() || !wanted) {
        if (!wanted || !parser->keep_alive() || cut_off) drop();
        fresh = false;
        return response;
      }
      if (begin < end && !error) continue;
      auto more = fill(ms);
      if (!more || !*more) {
        drop();
        if (!more) return base::fail(more.error());
        return base::fail(base::io_fault(path + ": the daemon closed the connection"));
      }
    }
  }

  std::string path;
  std::function<std::string(std::string_view)> headers;
  std::uint32_t timeout_ms = 0;
  int socket = -1;
  bool fresh = true;     // no request has been answered on this connection yet
  bool cut_off = false;  // the daemon stopped reading
  std::vector<char> buffer = std::vector<char>(kBuffer);
  std::size_t begin = 0, end = 0;
  std::string head;
};

HttpClient::HttpClient(std::string socket_path, std::uint32_t timeout_ms)
    : impl_(std::make_unique<Impl>()) {
  impl_->path = std::move(socket_path);
  impl_->timeout_ms = timeout_ms;
}
HttpClient::~HttpClient() { impl_->drop(); }

void HttpClient::set_headers(std::function<std::string(std::string_view body)> of_body) {
  impl_->headers = std::move(of_body);
}

base::Result<base::Ok, base::Fault> HttpClient::send(std::string_view method,
                                                     std::string_view target,
                                                     std::string_view content_type,
                                                     std::string_view body) {
  if (auto connected = impl_->connect(); !connected) return connected;
  impl_->cut_off = false;
  std::string& head = impl_->head;
  head.clear();
  fmt::format_to(std::back_inserter(head), "{} {} HTTP/1.1\r\nHost: localhost\r\n", method, target);
  if (method != "GET") {
    fmt::format_to(std::back_inserter(head), "Content-Type: {}\r\nContent-Length: {}\r\n",
                   content_type, body.size());
    if (impl_->headers) head += impl_->headers(body);
  }
  head += "\r\n";
  constexpr std::size_t kOneWrite = 16U << 10;
  if (body.size() <= kOneWrite) {
    head += body;
    return impl_->write_all(head);
  }
  if (auto sent = impl_->write_all(head); !sent) return sent;
  return impl_->write_all(body);
}

base::Result<HttpResponse, base::Fault> HttpClient::receive() {
  return impl_->read(impl_->timeout_ms, [](const HttpResponse&) { return true; });
}

base::Result<HttpResponse, base::Fault> HttpClient::post(std::string_view target,
                                                         std::string_view content_type,
                                                         std::string_view body) {
  const std::string_view method = content_type.empty() ? "GET" : "POST";
  const bool kept = impl_->socket >= 0 && !impl_->fresh;
  if (auto sent = send(method, target, content_type, body); !sent) {
    impl_->drop();
    return base::fail(sent.error());
  }
  auto response = receive();
  if (response || !kept) return response;
  if (auto sent = send(method, target, content_type, body); !sent) return base::fail(sent.error());
  return receive();
}

base::Result<HttpResponse, base::Fault> HttpClient::get(std::string_view target) {
  return post(target, "", "");
}

base::Result<HttpResponse, base::Fault> HttpClient::lines(
    std::string_view target, const std::function<bool(std::string_view)>& line,
    std::uint32_t timeout_ms) {
  // A stream is not repeated by itself: what came before it broke has been used.
  impl_->drop();
  if (auto sent = send("GET", target, "", ""); !sent) return base::fail(sent.error());
  const auto take_lines = [&line](HttpResponse& response) {
    if (response.status != 200) return true;
    std::size_t from = 0;
    bool go_on = true;
    while (go_on) {
      const std::size_t at = response.body.find('\n', from);
      if (at == std::string::npos) break;
      go_on = line(std::string_view(response.body).substr(from, at - from));
      from = at + 1;
    }
    response.body.erase(0, from);
    return go_on;
  };
  return impl_->read(timeout_ms, take_lines);
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:";
  std::string out;
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      out.push_back(c);
    } else {
      fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace tools
