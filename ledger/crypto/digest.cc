#include "ledger/crypto/digest.h"

#include <openssl/evp.h>

#include <algorithm>

#include "ledger/base/check.h"
#include "ledger/base/hex.h"

namespace ledger::crypto {
namespace {

const EVP_MD* algorithm() {
  static const EVP_MD* const md = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  LEDGER_CHECK(md != nullptr);
  return md;
}

EVP_MD_CTX* as_context(void* context) { return static_cast<EVP_MD_CTX*>(context); }

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

Sha256::Sha256() : context_(EVP_MD_CTX_new()) { LEDGER_CHECK(context_ != nullptr); }
Sha256::~Sha256() { EVP_MD_CTX_free(as_context(context_)); }

void Sha256::start() {
  LEDGER_CHECK(EVP_DigestInit_ex2(as_context(context_), algorithm(), nullptr));
}

void Sha256::add(std::string_view piece) {
  LEDGER_CHECK(EVP_DigestUpdate(as_context(context_), piece.data(), piece.size()));
}

Digest Sha256::finish() {
  Digest d;
  LEDGER_CHECK(EVP_DigestFinal_ex(as_context(context_), d.bytes.data(), nullptr));
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
