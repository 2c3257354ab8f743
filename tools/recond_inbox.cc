#include "tools/recond_inbox.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <utility>

#include "recon/json.h"
#include "tools/journal_source.h"

namespace tools {

namespace base = ledger::base;
namespace fs = std::filesystem;
using recon::Faulty;

namespace {

// Larger files do not fit the way they are read: whole, in memory.
constexpr std::uint64_t kFileBytesMax = std::uint64_t{1} << 30U;

constexpr std::string_view kMarker = ".done";  // where no other was agreed

base::Fault fault_of(const fs::path& path, const std::error_code& error) {
  return base::io_fault(path.string() + ": " + error.message());
}

// A name that is free: the own one, or with the first digits of the file's hash.
fs::path free_name(const fs::path& folder, const std::string& name, const std::string& sha256) {
  if (!fs::exists(folder / name)) return folder / name;
  return folder / (name + "." + sha256.substr(0, 12));
}

}  // namespace

bool DeliveryOutcome::good() const {
  return !refusal && std::all_of(members.begin(), members.end(), [](const auto& member) {
    return member.kind == recon::ImportKind::kAccepted ||
           member.kind == recon::ImportKind::kIdentical;
  });
}

Faulty<Inbox> Inbox::open(const fs::path& folder, SourceConfig source) {
  const fs::path own = source.id.empty() ? folder : folder / source.id;
  std::error_code error;
  for (const fs::path& path : {own, own / "archive", own / "quarantine"}) {
    fs::create_directories(path, error);
    if (error) return base::fail(fault_of(path, error));
  }
  return Inbox(own, std::move(source));
}

bool Inbox::is_delivery(const std::string& name) const {
  if (name.starts_with('.') || name.ends_with(".part") || name.ends_with(".tmp")) return false;
  if (name.ends_with(kMarker)) return false;
  if (!source_.marker.empty() && name.ends_with(source_.marker)) return false;
  const auto companions = source_.companions();
  return std::none_of(companions.begin(), companions.end(),
                      [&](const std::string& suffix) { return name.ends_with(suffix); });
}

bool Inbox::exists(const std::string& name) const {
  std::error_code gone;
  return fs::exists(folder_ / name, gone);
}

std::string Inbox::missing_beside(const std::string& name) const {
  for (const std::string& suffix : source_.companions()) {
    if (!exists(name + suffix)) return name + suffix;
  }
  return "";
}

// A signature may come after its file; without a marker nobody says that it will not.
bool Inbox::waits(const std::string& name, const Seen& seen) {
  const std::string missing = missing_beside(name);
  const auto age = fs::file_time_type::clock::now() - seen.time;
  if (missing.empty() || age >= std::chrono::seconds(source_.wait_s)) return false;
  if (waiting_.emplace(name, missing).second) to_say_.push_back(name + " waits for " + missing);
  return true;
}

std::vector<std::string> Inbox::waiting() { return std::exchange(to_say_, {}); }

std::vector<std::string> Inbox::ready() {
  std::map<std::string, Seen> now;
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(folder_, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    std::error_code gone;
    if (!at->is_regular_file(gone) || !is_delivery(name)) continue;
    const Seen seen{at->file_size(gone), at->last_write_time(gone)};
    if (gone) continue;
    const auto before = seen_.find(name);
    const bool still = before != seen_.end() && before->second == seen;
    const bool marked = source_.marker.empty() ? exists(name + std::string(kMarker))
                                               : exists(name + source_.marker);
    const bool whole = marked || (source_.marker.empty() && still && !waits(name, seen));
    if (whole) names.push_back(name);
    now.emplace(name, seen);
  }
  seen_ = std::move(now);
  std::sort(names.begin(), names.end());
  return names;
}

Faulty<std::string> Inbox::read(const std::string& name) const {
  std::error_code error;
  const auto size = fs::file_size(folder_ / name, error);
  if (error) return base::fail(fault_of(folder_ / name, error));
  if (size > kFileBytesMax) {
    return base::fail(base::invalid(name + ": larger than 1 GiB, split it"));
  }
  return read_file((folder_ / name).string());
}

std::optional<std::string> Inbox::read_beside(const std::string& name,
                                              const std::string& suffix) const {
  auto bytes = read_file((folder_ / (name + suffix)).string());
  if (!bytes) return std::nullopt;
  return *std::move(bytes);
}

namespace {

std::string reason_json(const std::string& name, const DeliveryOutcome& outcome) {
  recon::Json json;
  json.open('{').field("file", name).field("sha256", outcome.sha256);
  if (outcome.refusal) {
    json.field("verdict", "refused").field("code", outcome.refusal->code);
    if (!outcome.refusal->member.empty()) json.field("member", outcome.refusal->member);
    json.field("reason", outcome.refusal->text);
  }
  if (!outcome.refusal && outcome.members.size() == 1) {
    const recon::ImportOutcome& only = outcome.members.front();
    json.field("verdict", recon::name_of(only.kind)).field("reason", only.file.reason);
  }
  if (outcome.members.size() > 1) {
    json.field("verdict", "partly refused").key("members").open('[');
    for (const recon::ImportOutcome& member : outcome.members) {
      json.open('{').field("file", member.file.name).field("sha256", member.file.sha256);
      json.field("verdict", recon::name_of(member.kind)).field("reason", member.file.reason);
      json.close('}');
    }
    json.close(']');
  }
  json.close('}');
  return json.str() + "\n";
}

}  // namespace

Faulty<base::Ok> Inbox::put_away(const std::string& name, const DeliveryOutcome& outcome) const {
  const fs::path target =
      free_name(folder_ / (outcome.good() ? "archive" : "quarantine"), name, outcome.sha256);
  if (!outcome.good()) {
    auto written = write_file(target.string() + ".reason.json", reason_json(name, outcome));
    if (!written) return written;
  }
  std::error_code error;
  for (const std::string& suffix : source_.companions()) {
    if (exists(name + suffix))
      fs::rename(folder_ / (name + suffix), target.string() + suffix, error);
  }
  // Last: without its delivery a signature would be taken for nothing, the other way round for all.
  fs::rename(folder_ / name, target, error);
  if (error) return base::fail(fault_of(target, error));
  std::error_code no_marker;
  fs::remove(folder_ / (name + std::string(kMarker)), no_marker);
  if (!source_.marker.empty()) fs::remove(folder_ / (name + source_.marker), no_marker);
  return base::ok;
}

Faulty<base::Ok> write_file(const fs::path& path, std::string_view bytes) {
  std::error_code error;
  if (fs::exists(path, error)) {
    const auto there = read_file(path.string());
    if (there && *there == bytes) return base::ok;
  }
  const fs::path part = path.string() + ".part";
  {
    std::ofstream out(part, std::ios::binary | std::ios::trunc);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    out.flush();
    if (!out) return base::fail(base::io_fault(part.string() + ": cannot be written"));
  }
  fs::rename(part, path, error);
  if (error) return base::fail(fault_of(path, error));
  return base::ok;
}

}  // namespace tools
