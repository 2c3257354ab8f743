// Deliveries: what is taken out of them, and every reason not to.
#include "custody_adapter/intake.h"

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "ledger/crypto/base64.h"
#include "ledger/crypto/checksum.h"

namespace custody_adapter {
namespace {

namespace crypto = ledger::crypto;

struct File {
  std::string name;
  std::string bytes;
  unsigned type = AE_IFREG;
  std::string password = {};
};

// The archive that libarchive writes of these.
std::string packed(int format, const std::vector<File>& files, bool gzip = false) {
  std::string out(64 << 20, '\0');
  std::size_t used = 0;
  archive* a = archive_write_new();
  archive_write_set_format(a, format);
  if (gzip) archive_write_add_filter_gzip(a);
  if (!files.empty() && !files.front().password.empty()) {
    archive_write_set_options(a, "zip:encryption=aes256");
    archive_write_set_passphrase(a, files.front().password.c_str());
  }
  EXPECT_EQ(archive_write_open_memory(a, out.data(), out.size(), &used), ARCHIVE_OK);
  for (const File& file : files) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, file.name.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(file.bytes.size()));
    archive_entry_set_filetype(entry, file.type);
    archive_entry_set_perm(entry, 0644);
    if (file.type == AE_IFLNK) archive_entry_set_symlink(entry, "/etc/passwd");
    EXPECT_EQ(archive_write_header(a, entry), ARCHIVE_OK) << archive_error_string(a);
    archive_write_data(a, file.bytes.data(), file.bytes.size());
    archive_entry_free(entry);
  }
  archive_write_close(a);
  archive_write_free(a);
  out.resize(used);
  return out;
}

std::string zip(const std::vector<File>& files) { return packed(ARCHIVE_FORMAT_ZIP, files); }

std::string code_of(std::string_view bytes, const UnpackLimits& limits = {}) {
  const auto members = unpack("delivery", bytes, limits);
  return members ? "taken" : members.error().code;
}

TEST(Unpack, GivesTheMembersInTheirOrder) {
  const std::vector<File> files = {{"b.txt", "two"}, {"a/", "", AE_IFDIR}, {"a/a.txt", "one"}};
  for (const int format : {ARCHIVE_FORMAT_ZIP, ARCHIVE_FORMAT_TAR_USTAR}) {
    const auto members = unpack("d", packed(format, files), {});
    ASSERT_TRUE(members) << members.error().text;
    ASSERT_EQ(members->size(), 2U);
    EXPECT_EQ((*members)[0].name, "b.txt");
    EXPECT_EQ((*members)[0].bytes, "two");
    EXPECT_EQ((*members)[1].name, "a/a.txt");
  }
  const auto tgz = unpack("d.tar.gz", packed(ARCHIVE_FORMAT_TAR_USTAR, files, true), {});
  ASSERT_TRUE(tgz) << tgz.error().text;
  EXPECT_EQ(tgz->size(), 2U);
}

TEST(Unpack, AGzipHasTheNameOfItsFile) {
  const auto gz = packed(ARCHIVE_FORMAT_RAW, {{"x", ":20:CUST"}}, true);
  const auto members = unpack("6222-2017.sta.gz", gz, {});
  ASSERT_TRUE(members) << members.error().text;
  ASSERT_EQ(members->size(), 1U);
  EXPECT_EQ(members->front().name, "6222-2017.sta");
  EXPECT_EQ(members->front().bytes, ":20:CUST");
}

TEST(Unpack, WhatIsNotPackedIsItsOwnMember) {
  const auto members = unpack("plain.sta", ":20:CUST", {});
  ASSERT_TRUE(members);
  EXPECT_EQ(members->front().name, "plain.sta");
  EXPECT_EQ(code_of("PK"), "taken") << "two letters are no archive";
}

TEST(Unpack, NamesThatLeadAstrayAreRefused) {
  for (const char* name : {"../x", "a/../../x", "/etc/x", "a\\..\\x", "C:x", "..", "a\x01"}) {
    EXPECT_EQ(code_of(zip({{name, "x"}})), "unsafe_name") << name;
  }
  EXPECT_EQ(code_of(zip({{"a..b", "x"}, {".hidden", "x"}})), "taken");
}

TEST(Unpack, OnlyPlainFilesAreTaken) {
  EXPECT_EQ(code_of(packed(ARCHIVE_FORMAT_TAR_USTAR, {{"l", "", AE_IFLNK}})), "not_a_file");
  EXPECT_EQ(code_of(packed(ARCHIVE_FORMAT_TAR_USTAR, {{"p", "", AE_IFIFO}})), "not_a_file");
  EXPECT_EQ(code_of(zip({{"x", "1"}, {"x", "2"}})), "duplicate_member");
  EXPECT_EQ(code_of(zip({{"x.zip", zip({{"y", "2"}})}})), "nested_archive");
  EXPECT_EQ(code_of(zip({{"x", "1", AE_IFREG, "secret"}})), "encrypted");
  EXPECT_EQ(code_of(zip({})), "bad_archive");
}

TEST(Unpack, LimitsHoldForWhatIsUnpackedWhateverIsPromised) {
  const std::string zeros = zip({{"x", std::string(30 << 20, '\0')}});
  EXPECT_LT(zeros.size(), 100'000U);
  EXPECT_EQ(code_of(zeros), "ratio");
  UnpackLimits limits;
  limits.ratio_max = 10'000;
  EXPECT_EQ(code_of(zeros, limits), "taken");
  limits.bytes_max = 20 << 20;
  EXPECT_EQ(code_of(zeros, limits), "too_large");
  EXPECT_EQ(code_of(std::string(21 << 20, 'x'), limits), "too_large");
  limits.members_max = 2;
  EXPECT_EQ(code_of(zip({{"a", "1"}, {"b", "2"}, {"c", "3"}}), limits), "too_many_members");
}

TEST(Unpack, DamageIsFoundWhereverItIs) {
  std::string text;
  for (int i = 0; i < 2'000; ++i) text += "line " + std::to_string(i * 7919) + "\n";
  for (const std::string& whole :
       {zip({{"x", text}}), packed(ARCHIVE_FORMAT_RAW, {{"x", text}}, true)}) {
    const auto good = unpack("d", whole, {});
    ASSERT_TRUE(good);
    for (std::size_t cut = 4; cut < whole.size(); cut += 61) {
      EXPECT_EQ(code_of(whole.substr(0, cut)), "bad_archive") << "cut at " << cut;
    }
    // A byte of the packed data: refused, or it was none that counts.
    for (std::size_t at = 60; at + 100 < whole.size(); at += 97) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
      const auto members = unpack("d", damaged, {});
      EXPECT_TRUE(!members || members->front().bytes == text) << "byte " << at;
    }
  }
}

class Intake : public testing::Test {
 protected:
  std::string code() {
    const auto members = take_in(
        "d", bytes, rules,
        [this](const std::string& suffix) {
          const auto at = beside.find(suffix);
          return at == beside.end() ? std::nullopt : std::optional(at->second);
        },
        1'500'000'000);
    return members ? "taken" : members.error().code;
  }
  std::string bytes = ":20:CUST";
  IntakeRules rules;
  std::map<std::string, std::string> beside;
};

TEST_F(Intake, AChecksumThatWasAgreedMustBeThereAndFit) {
  rules.checksum = ChecksumRule{"md5", ".md5", false};
  EXPECT_EQ(code(), "missing_checksum");
  beside[".md5"] = crypto::checksum_hex("md5", bytes) + "  d\n";
  EXPECT_EQ(code(), "taken");
  bytes += " ";
  EXPECT_EQ(code(), "bad_checksum");
  beside[".md5"] = "";
  EXPECT_EQ(code(), "bad_checksum");
}

TEST_F(Intake, AChecksumMayBeOfWhatIsPacked) {
  rules.checksum = ChecksumRule{"sha256", ".sha256", true};
  beside[".sha256"] = crypto::checksum_hex("sha256", bytes);
  bytes = packed(ARCHIVE_FORMAT_RAW, {{"x", bytes}}, true);
  EXPECT_EQ(code(), "taken");
  bytes = zip({{"x", ":20:CUST"}, {"y", "more"}});
  EXPECT_EQ(code(), "bad_checksum") << "of which of the two?";
}

TEST_F(Intake, ASignatureThatWasAgreedMustBeThereAndStand) {
  const auto key = crypto::PrivateKey::generate(crypto::Scheme::kEd25519).value();
  const auto next = crypto::PrivateKey::generate(crypto::Scheme::kEd25519).value();
  SignatureRule rule;
  rule.keys = {key.public_key(), next.public_key()};
  rules.signature = rule;
  EXPECT_EQ(code(), "missing_signature");
  beside[".sig"] = key.sign(crypto::Scheme::kEd25519, bytes).value();
  EXPECT_EQ(code(), "taken") << "raw";
  beside[".sig"] = crypto::to_base64(beside[".sig"]) + "\n";
  EXPECT_EQ(code(), "taken") << "base64";
  beside[".sig"] = next.sign(crypto::Scheme::kEd25519, bytes).value();
  EXPECT_EQ(code(), "taken") << "the key to come";
  bytes += "x";
  EXPECT_EQ(code(), "bad_signature");
  beside[".sig"] = "";
  EXPECT_EQ(code(), "bad_signature");
}

TEST_F(Intake, AnEnvelopeThatWasAgreedMustBeOne) {
  rules.cms_trusted = "no certificate";
  EXPECT_EQ(code(), "bad_envelope");
}

}  // namespace
}  // namespace custody_adapter
