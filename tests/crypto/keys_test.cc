// Signatures stand or do not; what is signed by others' tools is in tests/tools/intake_test.py.
#include "ledger/crypto/keys.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "ledger/base/hex.h"
#include "ledger/crypto/base64.h"
#include "ledger/crypto/checksum.h"

namespace ledger::crypto {
namespace {

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

PrivateKey fresh(Scheme scheme) {
  auto key = PrivateKey::generate(scheme);
  EXPECT_TRUE(key) << (key ? "" : key.error().message);
  return *std::move(key);
}

class Signatures : public testing::TestWithParam<Scheme> {};

TEST_P(Signatures, StandForTheMessageTheKeyAndTheSchemeOnly) {
  const PrivateKey key = fresh(GetParam());
  const std::string message = "statement of 2017-03-01";
  auto signature = key.sign(GetParam(), message);
  ASSERT_TRUE(signature) << signature.error().message;
  const PublicKey open = key.public_key();
  EXPECT_TRUE(open.verify(GetParam(), message, *signature));
  EXPECT_FALSE(open.verify(GetParam(), message + " ", *signature));
  EXPECT_FALSE(open.verify(GetParam(), "", *signature));
  EXPECT_FALSE(open.verify(GetParam(), message, ""));
  EXPECT_FALSE(open.verify(GetParam(), message, signature->substr(1)));
  for (std::size_t i = 0; i < signature->size(); i += 7) {
    std::string other = *signature;
    other[i] = static_cast<char>(other[i] ^ 4);
    EXPECT_FALSE(open.verify(GetParam(), message, other)) << i;
  }
  EXPECT_FALSE(fresh(GetParam()).public_key().verify(GetParam(), message, *signature));
  for (const Scheme other : {Scheme::kEd25519, Scheme::kRsaSha256, Scheme::kRsaPssSha256,
                             Scheme::kRsaSha1, Scheme::kSm2Sm3}) {
    if (other == GetParam()) continue;
    EXPECT_FALSE(open.verify(other, message, *signature)) << name_of(other);
  }
}

TEST_P(Signatures, AreMadeByAKeyReadFromItsFile) {
  const PrivateKey key = fresh(GetParam());
  auto again = PrivateKey::from_pem(key.pem());
  ASSERT_TRUE(again) << again.error().message;
  auto signature = again->sign(GetParam(), "m");
  ASSERT_TRUE(signature);
  auto open = PublicKey::from_pem(key.public_key().pem());
  ASSERT_TRUE(open) << open.error().message;
  EXPECT_TRUE(open->verify(GetParam(), "m", *signature));
  EXPECT_EQ(open->fingerprint(), again->public_key().fingerprint());
  EXPECT_TRUE(open->fits(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Schemes, Signatures,
                         testing::Values(Scheme::kEd25519, Scheme::kRsaSha256,
                                         Scheme::kRsaPssSha256, Scheme::kSm2Sm3));

// RFC 8032, 7.1, tests 1 and 2.
TEST(Ed25519, IsThatOfTheStandard) {
  // The 32 bytes of a public key behind the head that its PEM form has (RFC 8410).
  const auto key_of = [](std::string_view hex) {
    const std::string der = from_hex("302a300506032b6570032100") + from_hex(hex);
    return PublicKey::from_pem("-----BEGIN PUBLIC KEY-----\n" + to_base64(der) +
                               "\n-----END PUBLIC KEY-----\n");
  };
  const auto first = key_of("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->verify(
      Scheme::kEd25519, "",
      from_hex(
          "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e"
          "39701cf9b46bd25bf5f0595bbe24655141438e7a100b")));
  const auto second = key_of("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  ASSERT_TRUE(second);
  EXPECT_TRUE(second->verify(
      Scheme::kEd25519, "\x72",
      from_hex(
          "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f"
          "3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")));
}

TEST(Keys, ThatAreNoneOrWorthNothingAreRefused) {
  EXPECT_FALSE(PublicKey::from_pem(""));
  EXPECT_FALSE(PublicKey::from_pem("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"));
  const PrivateKey key = fresh(Scheme::kEd25519);
  EXPECT_FALSE(PublicKey::from_pem(key.pem())) << "a private key where a public one belongs";
  EXPECT_FALSE(PrivateKey::from_pem(key.public_key().pem()));
  EXPECT_FALSE(PrivateKey::from_pem(key.pem().substr(0, 60))) << "truncated";
  // 1,024 bits; made once by openssl genrsa.
  const auto small = PublicKey::from_pem(
      "-----BEGIN PUBLIC KEY-----\n"
      "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDFDB/d1nYR22Zb9AlwAu6o/ZAM\n"
      "QgCVUx2iA8TIpFGCMFF8NRfj1TE8u9hiU/MipPtvTL+PrxEmawPG4V0U12r7wl6c\n"
      "Pa0M1Kd9hsv0xfHokRC9SkFlmEKM1jVGRs1ygW1BFGBJUyVbmVH6zgntwMBuxCe8\n"
      "6yEKtA9uHIDiixs4tQIDAQAB\n"
      "-----END PUBLIC KEY-----\n");
  ASSERT_FALSE(small);
  EXPECT_EQ(small.error().message, "an RSA key of less than 2048 bits");
}

TEST(Keys, SignNothingBySha1AndNothingThatIsNotTheirs) {
  EXPECT_FALSE(fresh(Scheme::kRsaSha256).sign(Scheme::kRsaSha1, "m"));
  EXPECT_FALSE(fresh(Scheme::kEd25519).sign(Scheme::kRsaSha256, "m"));
}

TEST(Base64, GoesThereAndBackAndRefusesTheRest) {
  EXPECT_EQ(to_base64(""), "");
  for (std::size_t size = 1; size < 70; ++size) {
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<char>(i * 37));
    const std::string text = to_base64(bytes);
    EXPECT_EQ(from_base64(text), bytes);
    EXPECT_EQ(from_base64(text.substr(0, 2) + "\r\n " + text.substr(2) + "\n"), bytes);
  }
  for (const std::string_view bad : {"", "a", "abc", "ab=c", "====", "ab!d", "QQ==QQ==", "QR=="}) {
    EXPECT_FALSE(from_base64(bad)) << bad;
  }
}

TEST(Checksums, AreThoseOfTheStandards) {
  EXPECT_EQ(checksum_hex("md5", "abc"), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(checksum_hex("sha1", "abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(checksum_hex("sha256", "abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(checksum_hex("sm3", "abc"),
            "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
  EXPECT_FALSE(is_checksum("crc32"));
}

}  // namespace
}  // namespace ledger::crypto
