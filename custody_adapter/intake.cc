#include "custody_adapter/intake.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "ledger/crypto/base64.h"
#include "ledger/crypto/checksum.h"

namespace custody_adapter {
namespace {

namespace base = ledger::base;
namespace crypto = ledger::crypto;

using Refused = std::optional<IntakeRefusal>;

// The hex digits that a checksum file begins with, small.
std::string leading_hex(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (std::isxdigit(static_cast<unsigned char>(c)) == 0) break;
    digits.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  }
  return digits;
}

Refused check_sum(const ChecksumRule& rule, std::string_view bytes, const Beside& beside) {
  const auto stated = beside(rule.suffix);
  if (!stated) {
    return IntakeRefusal{"missing_checksum", "", fmt::format("no file with {}", rule.suffix)};
  }
  const std::string found = crypto::checksum_hex(rule.algorithm, bytes);
  const std::string expected = leading_hex(*stated);
  if (expected == found) return std::nullopt;
  return IntakeRefusal{"bad_checksum", "",
                       fmt::format("{}: {} is stated, {} it is", rule.algorithm, expected, found)};
}

Refused check_signature(const SignatureRule& rule, std::string_view bytes, const Beside& beside) {
  const auto stated = beside(rule.suffix);
  if (!stated) {
    return IntakeRefusal{"missing_signature", "", fmt::format("no file with {}", rule.suffix)};
  }
  const auto decoded = crypto::from_base64(*stated);
  for (const crypto::PublicKey& key : rule.keys) {
    if (key.verify(rule.scheme, bytes, *stated)) return std::nullopt;
    if (decoded && key.verify(rule.scheme, bytes, *decoded)) return std::nullopt;
  }
  std::string keys;
  for (const crypto::PublicKey& key : rule.keys) {
    keys += (keys.empty() ? "" : ", ") + key.fingerprint().hex().substr(0, 16);
  }
  return IntakeRefusal{
      "bad_signature", "",
      fmt::format("{} by key {}: it does not fit the file", crypto::name_of(rule.scheme), keys)};
}

}  // namespace

base::Result<std::vector<Member>, IntakeRefusal> take_in(const std::string& name,
                                                         std::string_view bytes,
                                                         const IntakeRules& rules,
                                                         const Beside& beside, std::int64_t now_s) {
  if (rules.checksum && !rules.checksum->of_unpacked) {
    if (auto refusal = check_sum(*rules.checksum, bytes, beside)) return base::fail(*refusal);
  }
  if (rules.signature) {
    if (auto refusal = check_signature(*rules.signature, bytes, beside)) {
      return base::fail(*refusal);
    }
  }
  std::string content;
  if (!rules.cms_trusted.empty()) {
    auto opened = crypto::open_cms(bytes, rules.cms_trusted, now_s);
    if (!opened) return base::fail(IntakeRefusal{"bad_envelope", "", opened.error().message});
    content = *std::move(opened);
    bytes = content;
  }
  auto members = unpack(name, bytes, rules.limits);
  if (!members) return members;
  if (rules.checksum && rules.checksum->of_unpacked) {
    if (members->size() != 1) {
      return base::fail(IntakeRefusal{"bad_checksum", "",
                                      fmt::format("one checksum, {} members", members->size())});
    }
    if (auto refusal = check_sum(*rules.checksum, members->front().bytes, beside)) {
      return base::fail(*refusal);
    }
  }
  return members;
}

}  // namespace custody_adapter
