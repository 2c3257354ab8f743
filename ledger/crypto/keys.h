// Keys and signatures, as values: what a bank signs its files with, and what we sign for others.
//
// A key is immutable and cheap to copy; any thread may use it. Only PEM is read, and only keys that
// are worth something: Ed25519, RSA from 2048 bits, SM2.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/base/fault.h"
#include "ledger/base/result.h"
#include "ledger/crypto/digest.h"

namespace ledger::crypto {

enum class Scheme : std::uint8_t {
  kEd25519,       // RFC 8032, 64 bytes
  kRsaSha256,     // PKCS #1 v1.5
  kRsaPssSha256,  // PSS, salt as long as the hash
  kRsaSha1,       // PKCS #1 v1.5; broken, only to check what a bank still sends. Never signed with.
  kSm2Sm3,        // GB/T 32918, ASN.1 form, the standard's default signer id 1234567812345678
};
std::string_view name_of(Scheme scheme);  // "ed25519", "rsa-sha256", "rsa-pss-sha256", ...
std::optional<Scheme> scheme_from_name(std::string_view name);

class PublicKey {
 public:
  // A public key (SubjectPublicKeyInfo) or a certificate. kInvalid says what is wrong with it.
  static base::Result<PublicKey, base::Fault> from_pem(std::string_view pem);

  // False for a signature that does not fit, whatever is wrong with it, and for a scheme that is
  // not one of this key's.
  bool verify(Scheme scheme, std::string_view message, std::string_view signature) const;
  bool fits(Scheme scheme) const;
  std::string pem() const;
  // SHA-256 of the SubjectPublicKeyInfo in DER: a name for the key.
  Digest fingerprint() const;

 private:
  friend class PrivateKey;
  struct Impl;
  explicit PublicKey(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

class PrivateKey {
 public:
  static base::Result<PrivateKey, base::Fault> from_pem(std::string_view pem);  // not encrypted
  // For tests and for tools that make keys; RSA has 3072 bits.
  static base::Result<PrivateKey, base::Fault> generate(Scheme scheme);

  // kInvalid for a scheme that is not one of this key's, and for kRsaSha1.
  base::Result<std::string, base::Fault> sign(Scheme scheme, std::string_view message) const;
  // The one to use with this key: Ed25519, RSA-PSS or SM2.
  Scheme scheme() const;
  PublicKey public_key() const;
  std::string pem() const;  // PKCS #8, not encrypted: for a file that only its owner reads

 private:
  explicit PrivateKey(std::shared_ptr<const PublicKey::Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const PublicKey::Impl> impl_;
};

// The content of a CMS SignedData message (DER or PEM, content inside) whose every signer's
// certificate is one of `trusted` (PEM, one or more); the usual checks of a chain are not made:
// being listed is what counts, and being inside its validity at `now_s` (seconds since 1970).
// kInvalid says why not.
base::Result<std::string, base::Fault> open_cms(std::string_view message, std::string_view trusted,
                                                std::int64_t now_s);

}  // namespace ledger::crypto
