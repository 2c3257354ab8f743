#include "tools/generator/driver.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <chrono>
#include <thread>
#include <utility>

#include "tools/generator/references.h"

namespace tools::generator {
namespace {

constexpr std::size_t kSurprisesKept = 10;
constexpr int kTries = 100;
constexpr std::chrono::milliseconds kPause{100};

}  // namespace

Driver::Driver(const std::string& socket, std::size_t batch)
    : client_(socket.empty() ? nullptr : std::make_unique<HttpClient>(socket)), batch_(batch) {}

bool Driver::record(const std::string& path) {
  commands_.open(path, std::ios::binary | std::ios::trunc);
  refused_.open(path + ".refused", std::ios::binary | std::ios::trunc);
  return commands_.is_open() && refused_.is_open();
}

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

// What refers to an entry waits until that entry's answer is there.
void Driver::queue(Sent command) {
  const std::string_view about = referred(command.line);
  if (!about.empty() && entries_[std::string(about)].sequence == 0) post();
  queue_.push_back(std::move(command));
  if (queue_.size() >= batch_) post();
}

void Driver::flush() {
  while (failure_.empty() && (!queue_.empty() || !repeats_.empty())) post();
  if (!commands_.is_open()) return;
  commands_.flush();
  refused_.flush();
  if (!commands_ || !refused_) failure_ = "the file of commands cannot be written";
}

void Driver::write(const std::vector<Sent>& batch) {
  for (const Sent& command : batch) {
    ++lines_;
    commands_ << command.line << '\n';
    if (!command.refusal.empty()) refused_ << lines_ << ' ' << command.refusal << '\n';
  }
}

bool Driver::resolve(std::vector<Sent>& batch) {
  for (Sent& command : batch) {
    const std::string about(referred(command.line));
    if (about.empty()) continue;
    const EntryName& entry = entries_[about];
    if (entry.sequence == 0) {
      failure_ = "no answer names the entry of " + about;
      return false;
    }
    command.line = resolved(command.line, entry.sequence, entry.hash);
  }
  return true;
}

void Driver::post() {
  std::vector<Sent> batch = std::exchange(queue_, std::exchange(repeats_, {}));
  if (batch.empty() || !failure_.empty()) return;
  if (commands_.is_open()) write(batch);
  if (!client_) {
    for (const Sent& command : batch) ++flows_[command.flow].sent;
    return;
  }
  if (!resolve(batch)) return;
  std::string body;
  for (const Sent& command : batch) body.append(command.line).push_back('\n');
  for (int tries = 1;; ++tries) {
    auto response = client_->post("/v1/commands", "application/x-ndjson", body);
    if (response && response->status == 200) return check(batch, response->body);
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

void Driver::check(const std::vector<Sent>& batch, std::string_view answers) {
  for (const Sent& command : batch) {
    const std::size_t end = answers.find('\n');
    if (answers.empty()) {
      failure_ = "fewer answers than commands";
      return;
    }
    take(command, answers.substr(0, end));
    answers.remove_prefix(end == std::string_view::npos ? answers.size() : end + 1);
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
  const auto remembered = entries_.find(command.id);
  bool readable = parser.iterate(padded).get(doc) == simdjson::SUCCESS &&
                  doc["id"].get(id) == simdjson::SUCCESS && id == command.id &&
                  doc["status"].get(status) == simdjson::SUCCESS;
  if (readable && remembered != entries_.end()) {
    EntryName entry;
    std::string_view hash;
    readable = doc["sequence"].get(entry.sequence) == simdjson::SUCCESS &&
               doc["hash"].get(hash) == simdjson::SUCCESS;
    entry.hash = hash;
    remembered->second = std::move(entry);
  }
  readable = readable && doc["replayed"].get(replayed) == simdjson::SUCCESS;
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
  if (!client_) {
    failure_ = "GET " + target + ": no socket was given";
    return "";
  }
  const auto response = client_->get(target);
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
