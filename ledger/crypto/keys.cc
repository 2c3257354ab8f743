#include "ledger/crypto/keys.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <array>
#include <utility>

#include "ledger/base/check.h"
#include "ledger/crypto/openssl.h"

namespace ledger::crypto {
namespace {

constexpr int kRsaBitsMin = 2048;
constexpr unsigned kRsaBitsNew = 3072;
constexpr std::string_view kSm2Signer = "1234567812345678";

constexpr std::array<std::pair<Scheme, std::string_view>, 5> kNames = {{
    {Scheme::kEd25519, "ed25519"},
    {Scheme::kRsaSha256, "rsa-sha256"},
    {Scheme::kRsaPssSha256, "rsa-pss-sha256"},
    {Scheme::kRsaSha1, "rsa-sha1"},
    {Scheme::kSm2Sm3, "sm2-sm3"},
}};

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

const char* type_for(Scheme scheme) {
  switch (scheme) {
    case Scheme::kEd25519:
      return "ED25519";
    case Scheme::kRsaSha256:
    case Scheme::kRsaPssSha256:
    case Scheme::kRsaSha1:
      return "RSA";
    case Scheme::kSm2Sm3:
      return "SM2";
  }
  return "";
}

const char* digest_for(Scheme scheme) {
  switch (scheme) {
    case Scheme::kEd25519:
      return nullptr;  // hashes by itself
    case Scheme::kRsaSha256:
    case Scheme::kRsaPssSha256:
      return "SHA256";
    case Scheme::kRsaSha1:
      return "SHA1";
    case Scheme::kSm2Sm3:
      return "SM3";
  }
  return nullptr;
}

bool is_of_type(const EVP_PKEY* key, Scheme scheme) {
  return EVP_PKEY_is_a(key, type_for(scheme)) == 1;
}

// After a Digest{Sign,Verify}Init: padding of PSS, the signer's id of SM2.
bool configure(EVP_PKEY_CTX* context, Scheme scheme) {
  if (scheme == Scheme::kRsaPssSha256) {
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) > 0 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) > 0;
  }
  return true;
}

// SM2 wants its signer's id before the message is hashed.
using KeyContext = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
bool prepare(EVP_MD_CTX* context, KeyContext& key_context, EVP_PKEY* key, Scheme scheme) {
  if (scheme != Scheme::kSm2Sm3) return true;
  key_context.reset(EVP_PKEY_CTX_new(key, nullptr));
  if (!key_context) return false;
  if (EVP_PKEY_CTX_set1_id(key_context.get(), kSm2Signer.data(),
                           static_cast<int>(kSm2Signer.size())) <= 0) {
    return false;
  }
  EVP_MD_CTX_set_pkey_ctx(context, key_context.get());
  return true;
}

std::optional<base::Fault> unusable(const EVP_PKEY* key) {
  for (const auto& [scheme, name] : kNames) {
    if (!is_of_type(key, scheme)) continue;
    if (std::string_view(type_for(scheme)) == "RSA" && EVP_PKEY_get_bits(key) < kRsaBitsMin) {
      return base::invalid("an RSA key of less than 2048 bits");
    }
    return std::nullopt;
  }
  return base::invalid("a key that is not Ed25519, RSA or SM2");
}

using Key = Owned<EVP_PKEY, EVP_PKEY_free>;
using Certificate = Owned<X509, X509_free>;

}  // namespace

std::string_view name_of(Scheme scheme) {
  for (const auto& [value, name] : kNames) {
    if (value == scheme) return name;
  }
  return "unknown";
}

std::optional<Scheme> scheme_from_name(std::string_view name) {
  for (const auto& [value, known] : kNames) {
    if (known == name) return value;
  }
  return std::nullopt;
}

struct PublicKey::Impl {
  explicit Impl(EVP_PKEY* owned) : key(owned) {}
  Key key;
};

base::Result<PublicKey, base::Fault> PublicKey::from_pem(std::string_view pem) {
  const Bio in = reader_of(pem);
  Key key(PEM_read_bio_PUBKEY(in.get(), nullptr, nullptr, nullptr));
  if (!key) {
    const Bio again = reader_of(pem);
    const Certificate certificate(PEM_read_bio_X509(again.get(), nullptr, nullptr, nullptr));
    if (certificate) key.reset(X509_get_pubkey(certificate.get()));
  }
  ERR_clear_error();
  if (!key) return base::fail(base::invalid("no public key or certificate in PEM form"));
  if (auto why = unusable(key.get())) return base::fail(*std::move(why));
  return PublicKey(std::make_shared<const Impl>(key.release()));
}

bool PublicKey::fits(Scheme scheme) const { return is_of_type(impl_->key.get(), scheme); }

bool PublicKey::verify(Scheme scheme, std::string_view message, std::string_view signature) const {
  if (!fits(scheme)) return false;
  const Owned<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
  LEDGER_CHECK(context != nullptr);
  KeyContext own;
  EVP_PKEY_CTX* key_context = nullptr;
  const bool good = prepare(context.get(), own, impl_->key.get(), scheme) &&
                    EVP_DigestVerifyInit_ex(
                        context.get(), scheme == Scheme::kSm2Sm3 ? nullptr : &key_context,
                        digest_for(scheme), nullptr, nullptr, impl_->key.get(), nullptr) == 1 &&
                    configure(key_context, scheme) &&
                    EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(),
                                     bytes_of(message), message.size()) == 1;
  ERR_clear_error();
  return good;
}

std::string PublicKey::pem() const {
  const Bio out = writer();
  LEDGER_CHECK(PEM_write_bio_PUBKEY(out.get(), impl_->key.get()) == 1);
  return text_of(out);
}

Digest PublicKey::fingerprint() const {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(impl_->key.get(), &der);
  LEDGER_CHECK(size > 0);
  const Digest digest =
      sha256({reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)});
  OPENSSL_free(der);
  return digest;
}

base::Result<PrivateKey, base::Fault> PrivateKey::from_pem(std::string_view pem) {
  const Bio in = reader_of(pem);
  // An encrypted key must not wait for a password at a terminal.
  const auto no_password = [](char*, int, int, void*) { return -1; };
  Key key(PEM_read_bio_PrivateKey(in.get(), nullptr, no_password, nullptr));
  ERR_clear_error();
  if (!key) return base::fail(base::invalid("no private key in PEM form without a password"));
  if (auto why = unusable(key.get())) return base::fail(*std::move(why));
  return PrivateKey(std::make_shared<const PublicKey::Impl>(key.release()));
}

base::Result<PrivateKey, base::Fault> PrivateKey::generate(Scheme scheme) {
  const std::string_view type = type_for(scheme);
  EVP_PKEY* key = nullptr;
  if (type == "RSA") {
    key = EVP_RSA_gen(kRsaBitsNew);
  } else {
    key = EVP_PKEY_Q_keygen(nullptr, nullptr, type.data());
  }
  if (key == nullptr) return base::fail(base::io_fault(last_error("no key could be made")));
  return PrivateKey(std::make_shared<const PublicKey::Impl>(key));
}

base::Result<std::string, base::Fault> PrivateKey::sign(Scheme scheme,
                                                        std::string_view message) const {
  EVP_PKEY* key = impl_->key.get();
  if (scheme == Scheme::kRsaSha1) return base::fail(base::invalid("SHA-1 signs nothing any more"));
  if (!is_of_type(key, scheme)) {
    return base::fail(base::invalid("the key is not for " + std::string(name_of(scheme))));
  }
  const Owned<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
  LEDGER_CHECK(context != nullptr);
  KeyContext own;
  EVP_PKEY_CTX* key_context = nullptr;
  std::size_t size = 0;
  std::string signature;
  bool good =
      prepare(context.get(), own, key, scheme) &&
      EVP_DigestSignInit_ex(context.get(), scheme == Scheme::kSm2Sm3 ? nullptr : &key_context,
                            digest_for(scheme), nullptr, nullptr, key, nullptr) == 1 &&
      configure(key_context, scheme) &&
      EVP_DigestSign(context.get(), nullptr, &size, bytes_of(message), message.size()) == 1;
  if (good) {
    signature.resize(size);
    good = EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                          bytes_of(message), message.size()) == 1;
    signature.resize(size);
  }
  if (!good) return base::fail(base::io_fault(last_error("signing failed")));
  return signature;
}

Scheme PrivateKey::scheme() const {
  if (is_of_type(impl_->key.get(), Scheme::kEd25519)) return Scheme::kEd25519;
  if (is_of_type(impl_->key.get(), Scheme::kSm2Sm3)) return Scheme::kSm2Sm3;
  return Scheme::kRsaPssSha256;
}

PublicKey PrivateKey::public_key() const {
  const Bio out = writer();
  LEDGER_CHECK(PEM_write_bio_PUBKEY(out.get(), impl_->key.get()) == 1);
  auto key = PublicKey::from_pem(text_of(out));
  LEDGER_CHECK(key.has_value());
  return *std::move(key);
}

std::string PrivateKey::pem() const {
  const Bio out = writer();
  LEDGER_CHECK(PEM_write_bio_PKCS8PrivateKey(out.get(), impl_->key.get(), nullptr, nullptr, 0,
                                             nullptr, nullptr) == 1);
  return text_of(out);
}

}  // namespace ledger::crypto
