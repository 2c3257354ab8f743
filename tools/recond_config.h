// recond.toml: where deliveries come from and what has to stand before they are used; see
// recond.example.toml. Without a file there is one source, the inbox itself, that asks for nothing.
//
//   [confirmations]  key, folder
//   [[sources]]      id, account, control, marker, wait_s, format, charset, dialect, profile
//   [sources.checksum]   algorithm, suffix, of ("delivery" or "unpacked")
//   [sources.signature]  scheme, suffix, keys
//   [sources.envelope]   certificates
//   [sources.limits]     bytes_max, ratio_max, members_max
//
// Paths are relative to the file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "custody_adapter/intake.h"
#include "custody_adapter/reader.h"
#include "ledger/crypto/keys.h"

namespace tools {

struct SourceConfig {
  std::string id;       // its folder in the inbox; empty: the inbox itself
  std::string account;  // as statements name it; empty: any
  std::string control;  // the ledger's account; the same for all sources
  std::string marker;   // ".done": a delivery is whole when NAME.done is there. Empty: when it
                        // has stopped changing
  std::int64_t wait_s = 600;  // for the files that belong beside it, from its last change
  custody_adapter::IntakeRules rules;
  custody_adapter::ReadOptions reading;  // what is known of its files; else they say their format

  // Suffixes of what may stand beside a delivery and is none itself.
  std::vector<std::string> companions() const;
};

struct RecondConfig {
  std::vector<SourceConfig> sources;
  std::optional<ledger::crypto::PrivateKey> key;  // signs confirmations
  std::string confirmations;                      // folder; empty: in recond's data
};

// The fault names file, line and key.
ledger::base::Result<RecondConfig, ledger::base::Fault> read_recond_config(const std::string& path);

}  // namespace tools
