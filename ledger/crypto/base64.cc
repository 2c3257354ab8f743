#include "ledger/crypto/base64.h"

#include <openssl/evp.h>

#include <algorithm>

namespace ledger::crypto {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string to_base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes_of(bytes),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string packed;
  std::remove_copy_if(text.begin(), text.end(), std::back_inserter(packed), is_space);
  if (packed.empty() || packed.size() % 4 != 0) return std::nullopt;
  std::string bytes(packed.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), bytes_of(packed),
                                   static_cast<int>(packed.size()));
  if (size < 0) return std::nullopt;
  // The padding's bytes are in there as zeros.
  bytes.resize(bytes.size() - (packed.ends_with("==") ? 2 : packed.ends_with('=') ? 1 : 0));
  return to_base64(bytes) == packed ? std::optional(bytes) : std::nullopt;
}

}  // namespace ledger::crypto
