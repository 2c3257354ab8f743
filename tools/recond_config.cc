#include "tools/recond_config.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <set>
#include <utility>

#include "custody_adapter/csv_dialect.h"
#include "custody_adapter/detect.h"
#include "custody_adapter/profile.h"
#include "ledger/crypto/checksum.h"
#include "tools/journal_source.h"
#include "tools/key_file.h"
#include "tools/settings_reader.h"

namespace tools {

namespace base = ledger::base;
namespace crypto = ledger::crypto;
namespace fs = std::filesystem;
using custody_adapter::ChecksumRule;
using custody_adapter::SignatureRule;

namespace {

using custody_adapter::Charset;
constexpr std::array<std::pair<std::string_view, Charset>, 4> kCharsets = {
    {{"cp1252", Charset::kCp1252},
     {"latin1", Charset::kLatin1},
     {"latin9", Charset::kLatin9},
     {"cp852", Charset::kCp852}}};

class ConfigReader {
 public:
  ConfigReader(const SettingsReader& reader, fs::path folder, RecondConfig& config)
      : reader_(reader), folder_(std::move(folder)), config_(config) {}

  void read(const toml::table& root) {
    reader_.only(root, {"confirmations", "sources"});
    if (const toml::table* table = reader_.sub_table(root, "confirmations")) {
      reader_.only(*table, {"key", "folder"});
      std::string key;
      reader_.text(*table, "key", key);
      reader_.text(*table, "folder", config_.confirmations);
      if (!config_.confirmations.empty()) config_.confirmations = path_of(config_.confirmations);
      if (!key.empty()) {
        auto read = read_private_key(path_of(key));
        if (!read) reader_.refuse(*table->get("key"), read.error().message);
        config_.key = *std::move(read);
      }
    }
    for (const toml::table* source : reader_.tables(root, "sources")) read_source(*source);
    if (config_.sources.empty()) reader_.refuse(root, "no [[sources]]");
  }

 private:
  std::string path_of(const std::string& name) const { return (folder_ / name).string(); }

  std::string file(const toml::node& at, const std::string& name) const {
    auto bytes = read_file(path_of(name));
    if (!bytes) reader_.refuse(at, bytes.error().message);
    return *std::move(bytes);
  }

  std::string suffix(const toml::table& table, std::string_view key, std::string otherwise) const {
    std::string value = std::move(otherwise);
    reader_.text(table, key, value);
    const bool good = value.size() >= 2 && value.size() <= 16 && value.front() == '.' &&
                      value.find('/') == std::string::npos && value != ".part" && value != ".tmp";
    if (!good) reader_.refuse(table, fmt::format("'{}' must be like \".sig\"", key));
    return value;
  }

  void read_source(const toml::table& table) {
    reader_.only(table, {"id", "account", "control", "marker", "wait_s", "format", "charset",
                         "dialect", "profile", "checksum", "signature", "envelope", "limits"});
    SourceConfig source;
    reader_.text(table, "id", source.id);
    const bool plain = std::all_of(source.id.begin(), source.id.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
    if (!plain || source.id == "archive" || source.id == "quarantine" || source.id.size() > 64) {
      reader_.refuse(table, "'id' must be small letters, digits, - and _; it names a folder");
    }
    if (!ids_.insert(source.id).second) reader_.refuse(table, "the 'id' stands twice");
    source.control = "custody:bank";
    reader_.text(table, "account", source.account);
    reader_.text(table, "control", source.control);
    if (!config_.sources.empty() && source.control != config_.sources.front().control) {
      reader_.refuse(table, "all sources are of one control account; run a recond for each");
    }
    if (table.get("marker") != nullptr) source.marker = suffix(table, "marker", "");
    source.wait_s = reader_.integer(table, "wait_s", 0, 86'400, source.wait_s);
    read_reading(table, source);
    if (const auto* rule = reader_.sub_table(table, "checksum")) read_checksum(*rule, source);
    if (const auto* rule = reader_.sub_table(table, "signature")) read_signature(*rule, source);
    if (const auto* rule = reader_.sub_table(table, "envelope")) {
      reader_.only(*rule, {"certificates"});
      std::string name;
      reader_.text(*rule, "certificates", name);
      if (name.empty()) reader_.refuse(*rule, "key 'certificates' is missing");
      source.rules.cms_trusted = file(*rule, name);
    }
    if (const auto* limits = reader_.sub_table(table, "limits")) {
      reader_.only(*limits, {"bytes_max", "ratio_max", "members_max"});
      auto& out = source.rules.limits;
      reader_.number(*limits, "bytes_max", 1'024, std::int64_t{1} << 34, out.bytes_max);
      reader_.number(*limits, "ratio_max", 2, 10'000, out.ratio_max);
      reader_.number(*limits, "members_max", 1, 10'000, out.members_max);
    }
    config_.sources.push_back(std::move(source));
  }

  // At most one of format, dialect and profile: each says all about the others.
  void read_reading(const toml::table& table, SourceConfig& source) const {
    custody_adapter::ReadOptions& reading = source.reading;
    std::string format, charset, dialect, profile;
    reader_.text(table, "format", format);
    reader_.text(table, "charset", charset);
    reader_.text(table, "dialect", dialect);
    reader_.text(table, "profile", profile);
    if (!format.empty() + !dialect.empty() + !profile.empty() > 1) {
      reader_.refuse(table, "only one of 'format', 'dialect' and 'profile'");
    }
    if (!format.empty()) {
      const auto known = custody_adapter::file_format_of(format);
      if (!known) reader_.refuse(*table.get("format"), fmt::format("unknown format '{}'", format));
      reading.format = *known;
    }
    if (!charset.empty()) {
      const auto at = std::find_if(kCharsets.begin(), kCharsets.end(),
                                   [&](const auto& one) { return one.first == charset; });
      if (at == kCharsets.end()) {
        reader_.refuse(*table.get("charset"), "'charset' must be cp1252, latin1, latin9 or cp852");
      }
      reading.charset = at->second;
    }
    if (!dialect.empty()) {
      auto parsed = custody_adapter::parse_csv_dialect(file(*table.get("dialect"), dialect));
      if (!parsed) reader_.refuse(*table.get("dialect"), dialect + ": " + parsed.error());
      reading.format = custody_adapter::FileFormat::kCsv;
      reading.csv = std::make_shared<const custody_adapter::CsvDialect>(*std::move(parsed));
    }
    if (!profile.empty()) {
      const auto shipped = custody_adapter::StatementProfile::built_in(profile);
      const std::string text =
          shipped ? std::string(*shipped) : file(*table.get("profile"), profile);
      auto parsed = custody_adapter::StatementProfile::parse(text);
      if (!parsed) reader_.refuse(*table.get("profile"), profile + ": " + parsed.error().message);
      reading.profile =
          std::make_shared<const custody_adapter::StatementProfile>(*std::move(parsed));
    }
  }

  void read_checksum(const toml::table& table, SourceConfig& source) const {
    reader_.only(table, {"algorithm", "suffix", "of"});
    ChecksumRule rule;
    reader_.text(table, "algorithm", rule.algorithm);
    if (!crypto::is_checksum(rule.algorithm)) {
      reader_.refuse(table, "'algorithm' must be sha256, sm3, sha1 or md5");
    }
    rule.suffix = suffix(table, "suffix", "." + rule.algorithm);
    std::string of = "delivery";
    reader_.text(table, "of", of);
    if (of != "delivery" && of != "unpacked") {
      reader_.refuse(table, "'of' must be delivery or unpacked");
    }
    rule.of_unpacked = of == "unpacked";
    source.rules.checksum = rule;
  }

  void read_signature(const toml::table& table, SourceConfig& source) const {
    reader_.only(table, {"scheme", "suffix", "keys"});
    SignatureRule rule;
    std::string name;
    reader_.text(table, "scheme", name);
    const auto scheme = crypto::scheme_from_name(name);
    if (!scheme) {
      reader_.refuse(table,
                     "'scheme' must be ed25519, rsa-sha256, rsa-pss-sha256, rsa-sha1 or sm2-sm3");
    }
    rule.scheme = *scheme;
    rule.suffix = suffix(table, "suffix", ".sig");
    for (const std::string& key_file : reader_.texts(table, "keys")) {
      auto key = crypto::PublicKey::from_pem(file(*table.get("keys"), key_file));
      if (!key) reader_.refuse(table, key_file + ": " + key.error().message);
      if (!key->fits(rule.scheme)) {
        reader_.refuse(table, fmt::format("{}: the key is not for {}", key_file, name));
      }
      rule.keys.push_back(*std::move(key));
    }
    if (rule.keys.empty()) reader_.refuse(table, "key 'keys' is missing");
    source.rules.signature = std::move(rule);
  }

  const SettingsReader& reader_;
  const fs::path folder_;
  RecondConfig& config_;
  std::set<std::string> ids_;
};

}  // namespace

std::vector<std::string> SourceConfig::companions() const {
  std::vector<std::string> all;
  if (rules.checksum) all.push_back(rules.checksum->suffix);
  if (rules.signature) all.push_back(rules.signature->suffix);
  return all;
}

base::Result<RecondConfig, base::Fault> read_recond_config(const std::string& path) {
  RecondConfig config;
  auto done = read_settings(path, [&](const SettingsReader& reader, const toml::table& root) {
    ConfigReader(reader, fs::path(path).parent_path(), config).read(root);
  });
  if (!done) return base::fail(std::move(done.error()));
  return config;
}

}  // namespace tools
