#include "tools/generator/driver.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <chrono>
#include <thread>
#include <utility>

namespace tools::generator {
namespace {

constexpr std::size_t kSurprisesKept = 10;
constexpr int kTries = 100;
constexpr std::chrono::milliseconds kPause{100};

}  // namespace

void Driver::send(std::string_view flow, std::string_view authority, const std::string& id,
                  std::string_view fields, std::string_view refusal) {
  Sent command;
  command.line =
      fmt::format(R"({{"id":"{}","flow":"{}","authority":"{}",{}}})", id, flow, authority, fields);
  command.flow = flow;
  command.id = id;
  command.refusal = refusal;
  last_ = command;
  queue(std::move(command));
}

void Driver::repeat_last() {
  repeats_.push_back(last_);
  repeats_.back().repeated = true;
}

void Driver::queue(Sent command) {
  queue_.push_back(std::move(command));
  if (queue_.size() >= batch_) post();
}

void Driver::flush() {
  while (failure_.empty() && (!queue_.empty() || !repeats_.empty())) post();
}

void Driver::post() {
  const std::vector<Sent> batch = std::exchange(queue_, std::exchange(repeats_, {}));
  if (batch.empty() || !failure_.empty()) return;
  std::string body;
  for (const Sent& command : batch) body.append(command.line).push_back('\n');
  for (int tries = 1;; ++tries) {
    auto response = client_.post("/v1/commands", "application/x-ndjson", body);
    if (response && response->status == 200) {
      std::string_view answers = response->body;
      for (const Sent& command : batch) {
        const std::size_t end = answers.find('\n');
        if (answers.empty()) {
          failure_ = "fewer answers than commands";
          return;
        }
        take(command, answers.substr(0, end));
        answers.remove_prefix(end == std::string_view::npos ? answers.size() : end + 1);
      }
      return;
    }
    // The outcome may be unknown: the same ids again are safe.
    const bool later = response && (response->status == 429 || response->status == 503);
    const bool fatal = response ? !later : false;
    if (fatal || tries == kTries) {
      failure_ = response ? fmt::format("HTTP {}: {}", response->status, response->body)
                          : response.error().message;
      return;
    }
    std::this_thread::sleep_for(kPause);
  }
}

void Driver::take(const Sent& command, std::string_view answer) {
  static thread_local simdjson::ondemand::parser parser;
  const simdjson::padded_string padded(answer);
  FlowCount& count = flows_[command.flow];
  ++count.sent;
  simdjson::ondemand::document doc;
  std::string_view id;
  std::string_view status;
  bool replayed = false;
  std::string refusal;
  bool readable = parser.iterate(padded).get(doc) == simdjson::SUCCESS &&
                  doc["id"].get(id) == simdjson::SUCCESS && id == command.id &&
                  doc["status"].get(status) == simdjson::SUCCESS &&
                  doc["replayed"].get(replayed) == simdjson::SUCCESS;
  const bool refused = readable && status == "refused";
  if (refused) {
    std::string_view name;
    readable = doc["refusal"]["name"].get(name) == simdjson::SUCCESS;
    refusal = name;
    ++count.refused;
    ++refusals_[refusal];
  } else {
    ++count.committed;
  }
  count.replayed += replayed ? 1U : 0U;
  if (!readable || refusal != command.refusal) return surprise(command, answer);
  // A refusal that is not journaled is decided anew.
  if (command.repeated && !replayed && refusal.empty()) surprise(command, answer);
}

void Driver::surprise(const Sent& command, std::string_view answer) {
  ++surprise_count_;
  if (surprises_.size() < kSurprisesKept) {
    surprises_.push_back(fmt::format("{} -> {}", command.line, answer));
  }
}

std::string Driver::read_text(const std::string& target, std::string_view member) {
  const auto response = client_.get(target);
  if (!response || response->status != 200) {
    failure_ = response
                   ? fmt::format("GET {}: HTTP {}: {}", target, response->status, response->body)
                   : response.error().message;
    return "";
  }
  simdjson::ondemand::parser parser;
  const simdjson::padded_string padded(response->body);
  simdjson::ondemand::document doc;
  simdjson::ondemand::value value;
  std::string_view raw;
  if (parser.iterate(padded).get(doc) != simdjson::SUCCESS ||
      doc[member].get(value) != simdjson::SUCCESS ||
      simdjson::to_json_string(value).get(raw) != simdjson::SUCCESS) {
    failure_ = fmt::format("GET {}: no {} in {}", target, member, response->body);
    return "";
  }
  std::string text(raw);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\n')) text.pop_back();
  if (text.size() >= 2 && text.front() == '"') text = text.substr(1, text.size() - 2);
  return text;
}

std::int64_t Driver::read_number(const std::string& target, std::string_view member) {
  const std::string text = read_text(target, member);
  const std::size_t sign = text.starts_with('-') ? 1 : 0;
  if (text.size() <= sign || text.size() > 19 ||
      text.find_first_not_of("0123456789", sign) != std::string::npos) {
    if (failure_.empty()) failure_ = fmt::format("GET {}: {} is no number", target, member);
    return 0;
  }
  return std::stoll(text);
}

}  // namespace tools::generator
