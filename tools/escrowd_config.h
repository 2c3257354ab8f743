// escrowd.toml: the daemon's settings. Everything has a default; see escrowd.example.toml.
//
//   [limits]  body_bytes_max, header_bytes_max, commands_max, connections_max, buffered_bytes_max,
//             request_timeout_ms, idle_timeout_ms, write_timeout_ms
//   [server]  socket, threads
//   [engine]  data, queue_commands_max, group_commands_max, fold_rows, fold_delay_ms,
//             unfolded_rows_max
//   [[operators]] name, key (a PEM file of an Ed25519 public key, relative to this file)
//   [[peers]] uid or user or gid or group; roles = [...]; operators = [...] ("*" for any)
#pragma once

#include <string>

#include "ledger/base/fault.h"
#include "ledger/base/result.h"
#include "ledger/engine/engine.h"
#include "ledger/server/server.h"

namespace tools {

struct EscrowdConfig {
  ledger::engine::Options engine;
  ledger::server::Options server;
};

// Adds the settings of a file to `config`. The fault names file, line and key.
ledger::base::Result<ledger::base::Ok, ledger::base::Fault> read_config(const std::string& path,
                                                                        EscrowdConfig& config);

}  // namespace tools
