// Files of keys.
#pragma once

#include <string>

#include "ledger/base/fault.h"
#include "ledger/base/result.h"
#include "ledger/crypto/keys.h"

namespace tools {

// PEM, without a password. Refuses (kInvalid) a file that others than its owner may read or change.
ledger::base::Result<ledger::crypto::PrivateKey, ledger::base::Fault> read_private_key(
    const std::string& path);

// PEM, a key or a certificate. What cannot be read is no key (kInvalid).
ledger::base::Result<ledger::crypto::PublicKey, ledger::base::Fault> read_public_key(
    const std::string& path);

}  // namespace tools
