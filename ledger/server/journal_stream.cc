// GET /v1/journal: entries as NDJSON, a line each, from the store, at the pace of the reader.
#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "ledger/base/hex.h"
#include "ledger/server/ask.h"
#include "ledger/server/entry_json.h"
#include "ledger/server/json_text.h"
#include "ledger/server/query.h"

namespace ledger::server {
namespace {

// One piece: small enough not to keep other connections of the loop waiting.
constexpr std::size_t kPieceEntries = 512;
constexpr std::size_t kPieceBytes = 128U << 10;
constexpr std::uint64_t kNoLimit = std::uint64_t{1} << 62;

using Record = engine::Engine::RawRecord;

// Lives as long as somebody may call it: the exchange, the engine, the followers' list.
class JournalStream : public std::enable_shared_from_this<JournalStream> {
 public:
  JournalStream(Core& core, ExchangePtr exchange, std::uint64_t after, std::uint64_t limit,
                bool follow, bool raw)
      : engine_(core.engine),
        followers_(core.followers),
        exchange_(std::move(exchange)),
        after_(after),
        left_(limit),
        follow_(follow),
        raw_(raw) {}

  void start() {
    exchange_->begin_stream(kNdjson, [self = shared_from_this()] {
      self->stopped_ = true;
      // A piece on its way to a peer that left never calls back: unlist here.
      if (self->handle_ != 0) self->followers_->remove(self->handle_);
      if (!self->busy_) self->end();
    });
    if (follow_) {
      handle_ = followers_->add([weak = weak_from_this()] {
        if (auto self = weak.lock()) self->wake();
      });
    }
    // Even an empty stream begins with its header.
    busy_ = true;
    exchange_->write_stream("", [self = shared_from_this()] { self->next(); });
  }

 private:
  // From the engine's thread. One task at a time, however fast the journal grows.
  void wake() {
    if (woken_.exchange(true)) return;
    exchange_->post([self = shared_from_this()] {
      self->woken_.store(false);
      if (!self->busy_ && !self->ended_) self->next();
    });
  }

  void next() {
    busy_ = true;
    if (stopped_ || left_ == 0) {
      end();
      return;
    }
    auto records = engine_.journal(base::Sequence(after_),
                                   std::min<std::uint64_t>(left_, kPieceEntries), kPieceBytes);
    if (!records) {
      // The status is sent already; a stream that ends early is seen by the sequence it stops at.
      end();
      return;
    }
    if (records->empty()) {
      follow_ ? rest() : end();
      return;
    }
    after_ = records->back().sequence.value();
    left_ -= std::min<std::uint64_t>(left_, records->size());
    if (raw_) {
      write_raw(*records);
    } else {
      look_up(std::move(*records));
    }
  }

  // Waits for wake(). What was committed since the read would wake nobody: look once more.
  void rest() {
    busy_ = false;
    if (engine_.durable_head().value() > after_) wake();
  }

  void write_raw(const std::vector<Record>& records) {
    std::string piece;
    for (const Record& record : records) {
      ObjectWriter line(piece);
      line.number("sequence", record.sequence.value()).digest("hash", record.hash);
      std::string& bytes = line.key("bytes");
      bytes.push_back('"');
      base::append_hex(bytes, record.entry);
      bytes.push_back('"');
      line.close();
      piece.push_back('\n');
    }
    write(std::move(piece));
  }

  struct Piece {
    std::vector<Record> records;
    std::vector<domain::Entry> entries;
    Names names;
  };

  void look_up(std::vector<Record> records) {
    auto piece = std::make_shared<Piece>();
    piece->records = std::move(records);
    piece->entries.resize(piece->records.size());
    for (std::size_t i = 0; i < piece->records.size(); ++i) {
      if (!domain::decode(piece->records[i].entry, piece->entries[i])) {
        end();
        return;
      }
      piece->names.want(piece->entries[i]);
    }
    const bool taken =
        engine_.read([piece](const engine::Engine::View& view) { piece->names.look_up(view); },
                     [self = shared_from_this(), piece] {
                       self->exchange_->post([self, piece] { self->write_named(*piece); });
                     });
    // A full queue passes; the stream tries again with the next turn of the loop.
    if (!taken) {
      exchange_->post(
          [self = shared_from_this(), piece] { self->look_up(std::move(piece->records)); });
    }
  }

  void write_named(const Piece& piece) {
    std::string text;
    for (std::size_t i = 0; i < piece.entries.size(); ++i) {
      ObjectWriter line(text);
      line.number("sequence", piece.records[i].sequence.value())
          .digest("hash", piece.records[i].hash);
      append_entry(line.key("entry"), piece.entries[i], piece.names);
      line.close();
      text.push_back('\n');
    }
    write(std::move(text));
  }

  void write(std::string piece) {
    exchange_->write_stream(std::move(piece), [self = shared_from_this()] { self->next(); });
  }

  void end() {
    if (std::exchange(ended_, true)) return;
    busy_ = false;
    if (handle_ != 0) followers_->remove(handle_);
    exchange_->end_stream();
  }

  engine::Engine& engine_;
  const std::shared_ptr<Followers> followers_;
  const ExchangePtr exchange_;
  std::uint64_t after_;
  std::uint64_t left_;
  const bool follow_;
  const bool raw_;
  std::uint64_t handle_ = 0;
  bool busy_ = false;     // a piece is being made or written
  bool stopped_ = false;  // by the peer or the server
  bool ended_ = false;
  std::atomic<bool> woken_{false};
};

}  // namespace

void handle_journal(Core& core, const ExchangePtr& exchange, const std::string&) {
  Query query(exchange->request().query, {"after", "limit", "follow", "raw"});
  const std::uint64_t after = query.number("after", 0, kNoLimit).value_or(0);
  const std::uint64_t limit = query.number("limit", 1, kNoLimit).value_or(kNoLimit);
  const bool follow = query.flag("follow");
  const bool raw = query.flag("raw");
  if (query.error()) {
    reply_bad_parameter(*exchange, *query.error());
    return;
  }
  std::make_shared<JournalStream>(core, exchange, after, limit, follow, raw)->start();
}

}  // namespace ledger::server
