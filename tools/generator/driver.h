// Driver: sends commands to a ledger in batches, in order, and holds every answer against what was
// expected; or writes them to a file, for mix_load or any client to send; or both. Commands keep
// their ids, so an interrupted run can be repeated from its start.
#pragma once

#include <cstdint>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tools/client/http_client.h"

namespace tools::generator {

struct FlowCount {
  std::uint64_t sent = 0;
  std::uint64_t committed = 0;
  std::uint64_t refused = 0;
  std::uint64_t replayed = 0;  // of both
};

class Driver {
 public:
  // An empty socket: nothing is sent, and every answer is taken to be as expected.
  Driver(const std::string& socket, std::size_t batch);

  // From now on every command also goes to `path`, one a line, and those that are to be refused to
  // path.refused, as LINE NAME. False if a file cannot be opened.
  bool record(const std::string& path);

  // `fields` is the rest of the object: "client":"lender:L1","amount":100. With `refusal` the
  // command must be refused by that name, else it must be committed. Fields may refer to the entry
  // of an earlier command (references.h) that was announced by remember().
  void send(std::string_view flow, std::string_view authority, const std::string& id,
            std::string_view fields, std::string_view refusal = "");
  void remember(const std::string& id) { entries_[id]; }
  // Sends the last command once more with the next batch: the stored answer must come back.
  void repeat_last();
  void flush();

  // After a failure nothing is sent any more. Empty: none.
  const std::string& failure() const { return failure_; }
  // Answers that were not as expected: the first few, and how many.
  const std::vector<std::string>& surprises() const { return surprises_; }
  std::uint64_t surprise_count() const { return surprise_count_; }

  const std::map<std::string, FlowCount>& flows() const { return flows_; }
  const std::map<std::string, std::uint64_t>& refusals() const { return refusals_; }

  // A member of the JSON object at `target`; sets failure() and gives "" or 0 when there is none.
  std::string read_text(const std::string& target, std::string_view member);
  std::int64_t read_number(const std::string& target, std::string_view member);

 private:
  struct Sent {
    std::string line;
    std::string flow;
    std::string id;
    std::string refusal;
    bool repeated = false;
  };
  struct EntryName {
    std::uint64_t sequence = 0;  // 0: not answered yet
    std::string hash;
  };
  void queue(Sent command);
  void post();
  void write(const std::vector<Sent>& batch);
  bool resolve(std::vector<Sent>& batch);
  void check(const std::vector<Sent>& batch, std::string_view answers);
  void take(const Sent& command, std::string_view answer);
  void surprise(const Sent& command, std::string_view answer);

  std::unique_ptr<HttpClient> client_;
  std::size_t batch_;
  std::ofstream commands_;
  std::ofstream refused_;
  std::uint64_t lines_ = 0;
  std::unordered_map<std::string, EntryName> entries_;
  std::vector<Sent> queue_;
  std::vector<Sent> repeats_;  // for the next batch
  Sent last_;
  std::string failure_;
  std::vector<std::string> surprises_;
  std::uint64_t surprise_count_ = 0;
  std::map<std::string, FlowCount> flows_;
  std::map<std::string, std::uint64_t> refusals_;
};

}  // namespace tools::generator
