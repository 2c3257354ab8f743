// The journal over the ledger's socket: one request per page, NDJSON in the answer.
#include <simdjson.h>

#include "ledger/base/hex.h"
#include "ledger/journal/block.h"
#include "tools/client/http_client.h"
#include "tools/journal_source.h"

namespace tools {

namespace base = ledger::base;
using recon::Faulty;
using recon::JournalChunk;

namespace {

constexpr std::size_t kPageRecords = 2048;
base::Fault bad_line(const std::string& path, std::uint64_t sequence) {
  return base::corruption(path + ": unreadable journal line where entry " +
                          std::to_string(sequence) + " is due");
}

class SocketJournal : public JournalSource {
 public:
  explicit SocketJournal(std::string path) : path_(std::move(path)), client_(path_) {}

  Faulty<base::Ok> each(std::uint64_t after,
                        const std::function<bool(const JournalChunk&)>& take) override {
    for (;;) {
      const std::string target = "/v1/journal?after=" + std::to_string(after) +
                                 "&limit=" + std::to_string(kPageRecords) + "&raw=true";
      auto page = client_.get(target);
      if (!page) return base::fail(std::move(page.error()));
      if (page->status != 200) {
        return base::fail(
            base::closed(path_ + ": answered " + std::to_string(page->status) + " to " + target));
      }
      auto chunk = parse(page->body, after + 1);
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
  HttpClient client_;
  std::uint64_t last_ = 0;
  simdjson::dom::parser parser_;
};

}  // namespace

std::unique_ptr<JournalSource> socket_journal(std::string path) {
  return std::make_unique<SocketJournal>(std::move(path));
}

}  // namespace tools
