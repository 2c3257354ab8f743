#include "tools/recond_inbox.h"

#include <algorithm>
#include <fstream>

#include "recon/json.h"
#include "tools/journal_source.h"

namespace tools {

namespace base = ledger::base;
namespace fs = std::filesystem;
using recon::Faulty;

namespace {

// Larger files do not fit the way they are read: whole, in memory.
constexpr std::uint64_t kFileBytesMax = std::uint64_t{1} << 30U;

bool is_ignored(const std::string& name) {
  return name.starts_with('.') || name.ends_with(".done") || name.ends_with(".part") ||
         name.ends_with(".tmp");
}

base::Fault fault_of(const fs::path& path, const std::error_code& error) {
  return base::io_fault(path.string() + ": " + error.message());
}

// A name that is free: the own one, or with the first digits of the file's hash.
fs::path free_name(const fs::path& folder, const std::string& name, const std::string& sha256) {
  if (!fs::exists(folder / name)) return folder / name;
  return folder / (name + "." + sha256.substr(0, 12));
}

}  // namespace

Faulty<Inbox> Inbox::open(const fs::path& folder) {
  std::error_code error;
  for (const fs::path& path : {folder, folder / "archive", folder / "quarantine"}) {
    fs::create_directories(path, error);
    if (error) return base::fail(fault_of(path, error));
  }
  return Inbox(folder);
}

std::vector<std::string> Inbox::ready() {
  std::map<std::string, Seen> now;
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(folder_, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    std::error_code gone;
    if (!at->is_regular_file(gone) || is_ignored(name)) continue;
    const Seen seen{at->file_size(gone), at->last_write_time(gone)};
    if (gone) continue;
    const auto before = seen_.find(name);
    const bool still = before != seen_.end() && before->second == seen;
    if (still || fs::exists(folder_ / (name + ".done"), gone)) names.push_back(name);
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

Faulty<base::Ok> Inbox::put_away(const std::string& name,
                                 const recon::ImportOutcome& outcome) const {
  const bool good =
      outcome.kind == recon::ImportKind::kAccepted || outcome.kind == recon::ImportKind::kIdentical;
  const fs::path target =
      free_name(folder_ / (good ? "archive" : "quarantine"), name, outcome.file.sha256);
  if (!good) {
    recon::Json json;
    json.open('{').field("file", name).field("sha256", outcome.file.sha256);
    json.field("verdict", recon::name_of(outcome.kind)).field("reason", outcome.file.reason);
    json.close('}');
    if (auto written = write_file(target.string() + ".reason.json", json.str() + "\n"); !written) {
      return written;
    }
  }
  std::error_code error;
  fs::rename(folder_ / name, target, error);
  if (error) return base::fail(fault_of(target, error));
  std::error_code no_marker;
  fs::remove(folder_ / (name + ".done"), no_marker);
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
