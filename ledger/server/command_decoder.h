// CommandDecoder: the body of POST /v1/commands to commands, each judged on its own.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/domain/command.h"
#include "ledger/domain/refusal.h"
#include "ledger/server/peers.h"

namespace ledger::server {

// Readable bytes that must follow a body given to the decoder; it reads in blocks.
inline constexpr std::size_t kBodyPadding = 64;

struct DecodedRequest {
  enum class Shape : std::uint8_t { kSingle, kArray, kLines };
  // One command as it stood in the request.
  struct Item {
    std::uint32_t id_at = 0, id_size = 0;    // into `ids`; size 0 if it had no usable id
    std::uint32_t line = 0;                  // kLines: 1, 2, ...
    std::optional<domain::Refusal> refusal;  // else the next of `commands`
  };

  Shape shape = Shape::kSingle;
  std::vector<Item> items;
  std::vector<domain::Command> commands;  // those that are not refused, in order
  std::string ids;
  // The request as a whole cannot be read: nothing of it may be submitted.
  std::optional<domain::Refusal> broken;

  std::string_view id_of(const Item& item) const {
    return std::string_view(ids).substr(item.id_at, item.id_size);
  }
};

// Keeps its memory between requests. Not thread-safe: one per thread.
class CommandDecoder {
 public:
  explicit CommandDecoder(std::size_t commands_max);
  ~CommandDecoder();
  CommandDecoder(const CommandDecoder&) = delete;
  CommandDecoder& operator=(const CommandDecoder&) = delete;

  // `body` is followed by kBodyPadding readable bytes. One JSON object, an array of objects or,
  // with `lines`, NDJSON. Commands that `peer` may not send are refused.
  DecodedRequest decode(std::string_view body, bool lines, const Peer& peer);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ledger::server
