// Intake: from a delivered file to the statement files in it, by the rules that were agreed with
// the source: checksum and signature beside the file, a signed envelope around it, an archive.
//
//   delivery → checksum → signature → CMS envelope → unpack → members
//
// Nothing is used of a delivery that fails one of them. Pure: the files beside it come through a
// function, the time as an argument.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "custody_adapter/unpack.h"
#include "ledger/crypto/keys.h"

namespace custody_adapter {

struct SignatureRule {
  ledger::crypto::Scheme scheme = ledger::crypto::Scheme::kEd25519;
  std::vector<ledger::crypto::PublicKey> keys;  // one of them; two while a key is changed
  std::string suffix = ".sig";                  // NAME.sig: raw, or base64 in any lines
};

struct ChecksumRule {
  std::string algorithm;     // "sha256", "sm3", "sha1", "md5"
  std::string suffix;        // NAME.sha256: hex digits, anything may follow them
  bool of_unpacked = false;  // of the only member instead of the delivery
};

struct IntakeRules {
  std::optional<ChecksumRule> checksum;
  std::optional<SignatureRule> signature;
  std::string cms_trusted;  // certificates in PEM; with them the delivery must be CMS SignedData
  UnpackLimits limits;
};

// The bytes of the file that has the delivery's name and this suffix; nothing if there is none.
using Beside = std::function<std::optional<std::string>(const std::string& suffix)>;

ledger::base::Result<std::vector<Member>, IntakeRefusal> take_in(const std::string& name,
                                                                 std::string_view bytes,
                                                                 const IntakeRules& rules,
                                                                 const Beside& beside,
                                                                 std::int64_t now_s);

}  // namespace custody_adapter
