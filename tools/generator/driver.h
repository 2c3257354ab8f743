// Driver: sends commands to a ledger in batches, in order, and holds every answer against what was
// expected. Commands keep their ids, so an interrupted run can be repeated from its start.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
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
  Driver(std::string socket, std::size_t batch) : client_(std::move(socket)), batch_(batch) {}

  // `fields` is the rest of the object: "client":"lender:L1","amount":100. With `refusal` the
  // command must be refused by that name, else it must be committed.
  void send(std::string_view flow, std::string_view authority, const std::string& id,
            std::string_view fields, std::string_view refusal = "");
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
  void queue(Sent command);
  void post();
  void take(const Sent& command, std::string_view answer);
  void surprise(const Sent& command, std::string_view answer);

  HttpClient client_;
  std::size_t batch_;
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
