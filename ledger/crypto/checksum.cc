#include "ledger/crypto/checksum.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "ledger/base/check.h"
#include "ledger/base/hex.h"

namespace ledger::crypto {
namespace {

constexpr std::array<std::string_view, 4> kAlgorithms = {"md5", "sha1", "sha256", "sm3"};

}  // namespace

bool is_checksum(std::string_view algorithm) {
  return std::find(kAlgorithms.begin(), kAlgorithms.end(), algorithm) != kAlgorithms.end();
}

std::string checksum_hex(std::string_view algorithm, std::string_view message) {
  LEDGER_CHECK(is_checksum(algorithm));
  std::array<char, EVP_MAX_MD_SIZE> sum;
  std::size_t size = 0;
  const std::string name(algorithm);
  LEDGER_CHECK(EVP_Q_digest(nullptr, name.c_str(), nullptr, message.data(), message.size(),
                            reinterpret_cast<unsigned char*>(sum.data()), &size) == 1);
  return base::to_hex({sum.data(), size});
}

}  // namespace ledger::crypto
