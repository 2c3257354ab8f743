#include "ledger/crypto/digest.h"

// The block functions themselves: OpenSSL calls them deprecated in favour of EVP, whose bookkeeping
// costs a third of the time of a message as short as a journal entry.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <algorithm>

#include "ledger/base/check.h"
#include "ledger/base/hex.h"

namespace ledger::crypto {
namespace {

SHA256_CTX* as_context(void* context) { return static_cast<SHA256_CTX*>(context); }

}  // namespace

std::string Digest::hex() const { return base::to_hex(view()); }

std::optional<Digest> Digest::from_bytes(std::string_view raw) {
  if (raw.size() != 32) return std::nullopt;
  Digest d;
  std::copy(raw.begin(), raw.end(), d.bytes.begin());
  return d;
}

std::optional<Digest> Digest::from_hex(std::string_view text) {
  const auto raw = base::from_hex(text);
  return raw ? from_bytes(*raw) : std::nullopt;
}

Sha256::Sha256() : context_(new SHA256_CTX) {}
Sha256::~Sha256() { delete as_context(context_); }

void Sha256::start() { LEDGER_CHECK(SHA256_Init(as_context(context_))); }

void Sha256::add(std::string_view piece) {
  LEDGER_CHECK(SHA256_Update(as_context(context_), piece.data(), piece.size()));
}

Digest Sha256::finish() {
  Digest d;
  LEDGER_CHECK(SHA256_Final(d.bytes.data(), as_context(context_)));
  return d;
}

Digest Sha256::hash(std::string_view a, std::string_view b, std::string_view c) {
  start();
  add(a);
  if (!b.empty()) add(b);
  if (!c.empty()) add(c);
  return finish();
}

Digest sha256(std::string_view message) {
  thread_local Sha256 context;
  return context.hash(message);
}

}  // namespace ledger::crypto
