// Entries as readable JSON: every field, ids of accounts, owners and projects as their codes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/domain/entry.h"
#include "ledger/engine/engine.h"
#include "ledger/server/json_text.h"

namespace ledger::server {

// The codes behind the ids of some entries. Looked up on the engine's thread, used on ours.
struct Names {
  std::map<std::uint64_t, std::string> accounts;
  std::map<std::uint64_t, std::string> owners;
  std::map<std::uint64_t, std::string> projects;

  // Notes the ids of `entry`.
  void want(const domain::Entry& entry);
  // Fills in what was wanted.
  void look_up(const engine::Engine::View& view);
};

void append_entry(std::string& out, const domain::Entry& entry, const Names& names);

// The fields of a command as the client sent them; with its flow, where that is not told elsewhere.
void append_command(std::string& out, std::optional<domain::FlowCode> flow, std::string_view body);
void append_schedule(std::string& out, const std::vector<domain::Instalment>& instalments);
void append_owner_flags(ObjectWriter& object, std::uint16_t flags);

}  // namespace ledger::server
