// The journal over the ledger's socket: one request per page, NDJSON in the answer.
#include <simdjson.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include "ledger/base/hex.h"
#include "ledger/journal/block.h"
#include "tools/journal_source.h"

namespace tools {

namespace asio = boost::asio;
namespace base = ledger::base;
namespace http = boost::beast::http;
using recon::Faulty;
using recon::JournalChunk;

namespace {

constexpr std::size_t kPageRecords = 2048;
constexpr std::uint64_t kPageBytesMax = std::uint64_t{1} << 30U;

Faulty<std::string> get(const std::string& path, const std::string& target) {
  try {
    asio::io_context context;
    asio::local::stream_protocol::socket socket(context);
    socket.connect(asio::local::stream_protocol::endpoint(path));
    http::request<http::empty_body> request(http::verb::get, target, 11);
    request.set(http::field::host, "ledger");
    request.set(http::field::connection, "close");
    http::write(socket, request);
    boost::beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(kPageBytesMax);
    http::read(socket, buffer, parser);
    if (parser.get().result() != http::status::ok) {
      return base::fail(base::closed(path + ": answered " +
                                     std::to_string(parser.get().result_int()) + " to " + target));
    }
    return std::move(parser.get().body());
  } catch (const boost::system::system_error& error) {
    return base::fail(base::io_fault(path + ": " + error.what()));
  }
}

base::Fault bad_line(const std::string& path, std::uint64_t sequence) {
  return base::corruption(path + ": unreadable journal line where entry " +
                          std::to_string(sequence) + " is due");
}

class SocketJournal : public JournalSource {
 public:
  explicit SocketJournal(std::string path) : path_(std::move(path)) {}

  Faulty<base::Ok> each(std::uint64_t after,
                        const std::function<bool(const JournalChunk&)>& take) override {
    for (;;) {
      auto page = get(path_, "/v1/journal?after=" + std::to_string(after) +
                                 "&limit=" + std::to_string(kPageRecords) + "&raw=true");
      if (!page) return base::fail(std::move(page.error()));
      auto chunk = parse(*page, after + 1);
      if (!chunk) return base::fail(std::move(chunk.error()));
      if (chunk->records.empty()) return base::ok;
      after = last_;
      if (!take(*chunk)) return base::ok;
    }
  }

 private:
  Faulty<JournalChunk> parse(const std::string& page, std::uint64_t first) {
    JournalChunk chunk{first, {}};
    std::uint64_t due = first;
    std::size_t at = 0;
    while (at < page.size()) {
      std::size_t end = page.find('\n', at);
      if (end == std::string::npos) end = page.size();
      if (end > at) {
        simdjson::dom::element line;
        std::uint64_t sequence = 0;
        std::string_view hash;
        std::string_view bytes;
        const bool good =
            parser_.parse(page.data() + at, end - at).get(line) == simdjson::SUCCESS &&
            line["sequence"].get(sequence) == simdjson::SUCCESS &&
            line["hash"].get(hash) == simdjson::SUCCESS &&
            line["bytes"].get(bytes) == simdjson::SUCCESS;
        const auto digest = good ? ledger::crypto::Digest::from_hex(hash) : std::nullopt;
        const auto entry = good ? base::from_hex(bytes) : std::nullopt;
        if (!digest || !entry || sequence != due) return base::fail(bad_line(path_, due));
        ledger::journal::append_record(chunk.records, *entry, *digest);
        ++due;
      }
      at = end + 1;
    }
    last_ = due - 1;
    return chunk;
  }

  std::string path_;
  std::uint64_t last_ = 0;
  simdjson::dom::parser parser_;
};

}  // namespace

std::unique_ptr<JournalSource> socket_journal(std::string path) {
  return std::make_unique<SocketJournal>(std::move(path));
}

}  // namespace tools
