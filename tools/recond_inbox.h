// Inbox: the folder that the bank drops statement files into. Nothing leaves it before it is
// durable in the store; then it goes to archive/, or to quarantine/ with NAME.reason.json.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "recon/book.h"

namespace tools {

class Inbox {
 public:
  // Creates the folders that are missing.
  static recon::Faulty<Inbox> open(const std::filesystem::path& folder);

  // Files whose size and time did not change since the last call, or that have a NAME.done beside
  // them, by name. Names that begin with a dot or end in .done, .part or .tmp are not looked at.
  std::vector<std::string> ready();

  recon::Faulty<std::string> read(const std::string& name) const;
  // Moves the file (and its marker) to where the outcome says.
  recon::Faulty<ledger::base::Ok> put_away(const std::string& name,
                                           const recon::ImportOutcome& outcome) const;

 private:
  explicit Inbox(std::filesystem::path folder) : folder_(std::move(folder)) {}
  struct Seen {
    std::uint64_t size = 0;
    std::filesystem::file_time_type time;
    friend bool operator==(const Seen&, const Seen&) = default;
  };
  std::filesystem::path folder_;
  std::map<std::string, Seen> seen_;
};

// Replaces `path` by these bytes in one step; does nothing if they stand there already.
recon::Faulty<ledger::base::Ok> write_file(const std::filesystem::path& path,
                                           std::string_view bytes);

}  // namespace tools
