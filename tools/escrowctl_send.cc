#include "tools/escrowctl_send.h"

#include <chrono>
#include <fstream>
#include <iostream>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <simdjson.h>

namespace tools {

namespace base = ledger::base;
namespace dom = simdjson::dom;

namespace {

constexpr std::size_t kLinesMax = 8'192;
constexpr std::size_t kBytesMax = 4U << 20;
constexpr int kBusyTriesMax = 50;

class Sender {
 public:
  Sender(HttpClient& client, bool json) : client_(client), json_(json) {}

  base::Result<base::Ok, base::Fault> add(std::string_view line) {
    ++line_;
    if (!body_.empty() && body_.size() + line.size() > kBytesMax) {
      if (auto sent = flush(); !sent) return sent;
    }
    if (lines_.empty()) first_line_ = line_;
    lines_.push_back(line_);
    body_ += line;
    body_ += '\n';
    return lines_.size() == kLinesMax ? flush() : base::ok;
  }

  base::Result<base::Ok, base::Fault> flush() {
    if (lines_.empty()) return base::ok;
    for (int tries = 0;; ++tries) {
      auto response = client_.post("/v1/commands", "application/x-ndjson", body_);
      if (!response) {
        return base::fail(
            base::closed(fmt::format("from line {}: {}", first_line_, response.error().message)));
      }
      if (response->status == 429 && tries < kBusyTriesMax) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        continue;
      }
      if (response->status != 200) {
        return base::fail(base::invalid(
            fmt::format("from line {}: {} {}", first_line_, response->status, response->body)));
      }
      count(response->body);
      break;
    }
    lines_.clear();
    body_.clear();
    return base::ok;
  }

  const SendTotals& totals() const { return totals_; }

 private:
  void count(std::string_view answers) {
    while (!answers.empty()) {
      const std::size_t end = std::min(answers.find('\n'), answers.size());
      count_one(answers.substr(0, end));
      answers.remove_prefix(std::min(end + 1, answers.size()));
    }
  }

  void count_one(std::string_view text) {
    dom::element answer;
    if (parser_.parse(text.data(), text.size()).get(answer) != simdjson::SUCCESS) return;
    std::string_view status;
    bool replayed = false;
    std::uint64_t line = 0;
    [[maybe_unused]] auto error = answer["status"].get(status);
    error = answer["replayed"].get(replayed);
    error = answer["line"].get(line);
    if (json_) fmt::print("{}\n", text);
    if (status == "committed") {
      ++(replayed ? totals_.replayed : totals_.committed);
      return;
    }
    ++totals_.refused;
    if (json_) return;
    std::string_view id = "-", name, detail;
    error = answer["id"].get(id);
    error = answer["refusal"]["name"].get(name);
    error = answer["refusal"]["detail"].get(detail);
    fmt::print("line {}: {} {} {}\n", first_line_ + line - 1, id, name, detail);
  }

  HttpClient& client_;
  const bool json_;
  dom::parser parser_;
  std::string body_;
  std::vector<std::uint64_t> lines_;
  std::uint64_t line_ = 0;
  std::uint64_t first_line_ = 1;
  SendTotals totals_;
};

}  // namespace

base::Result<SendTotals, base::Fault> send_file(HttpClient& client, const std::string& path,
                                                bool json) {
  std::ifstream file;
  if (path != "-") {
    file.open(path);
    if (!file) return base::fail(base::invalid(path + ": cannot be read"));
  }
  std::istream& in = path == "-" ? std::cin : file;
  Sender sender(client, json);
  std::string line;
  while (std::getline(in, line)) {
    if (auto added = sender.add(line); !added) return base::fail(added.error());
  }
  if (in.bad()) return base::fail(base::io_fault(path + ": reading failed"));
  if (auto sent = sender.flush(); !sent) return base::fail(sent.error());
  return sender.totals();
}

}  // namespace tools
