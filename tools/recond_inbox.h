// Inbox: the folder of one source, which the bank drops deliveries into. Nothing leaves it before
// it is durable in the store; then it goes to archive/, or to quarantine/ with NAME.reason.json.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "recon/book.h"
#include "tools/recond_config.h"

namespace tools {

// What became of a delivery: of its members, or why nothing of it was looked at.
struct DeliveryOutcome {
  std::string sha256;
  std::optional<custody_adapter::IntakeRefusal> refusal;
  std::vector<recon::ImportOutcome> members;

  bool good() const;  // everything in it is in the books
};

class Inbox {
 public:
  // Creates the folders that are missing. The source's folder is `folder`/id.
  static recon::Faulty<Inbox> open(const std::filesystem::path& folder, SourceConfig source);

  const SourceConfig& source() const { return source_; }

  // Deliveries that are whole, by name: their marker is there; or, where none was agreed, they did
  // not change since the last call, and what belongs beside them is there or is not waited for any
  // more. Names that begin with a dot or end in .part or .tmp are not looked at.
  std::vector<std::string> ready();
  // "NAME waits for NAME.sig", each said once.
  std::vector<std::string> waiting();

  recon::Faulty<std::string> read(const std::string& name) const;
  std::optional<std::string> read_beside(const std::string& name, const std::string& suffix) const;
  // Moves the delivery, and what stands beside it, to where the outcome says.
  recon::Faulty<ledger::base::Ok> put_away(const std::string& name,
                                           const DeliveryOutcome& outcome) const;

 private:
  Inbox(std::filesystem::path folder, SourceConfig source)
      : folder_(std::move(folder)), source_(std::move(source)) {}
  struct Seen {
    std::uint64_t size = 0;
    std::filesystem::file_time_type time;
    friend bool operator==(const Seen&, const Seen&) = default;
  };
  bool is_delivery(const std::string& name) const;
  bool exists(const std::string& name) const;
  std::string missing_beside(const std::string& name) const;
  bool waits(const std::string& name, const Seen& seen);

  std::filesystem::path folder_;
  SourceConfig source_;
  std::map<std::string, Seen> seen_;
  std::map<std::string, std::string> waiting_;  // name, what is missing
  std::vector<std::string> to_say_;
};

// Replaces `path` by these bytes in one step; does nothing if they stand there already.
recon::Faulty<ledger::base::Ok> write_file(const std::filesystem::path& path,
                                           std::string_view bytes);

}  // namespace tools
