// Whole-process driver of the daemon: plays files of commands, as `platform-days --commands` writes
// them, on one connection each: every file in its order, so many commands a request, the next
// request after the answer. Every answer is held against what was expected. Prints rates, latencies
// and the longest pause.
//
//   mix_load [--by-flow] SOCKET BATCH FILE...
//
// A file may have a FILE.refused beside it: the lines that must be refused, as LINE NAME. A command
// that refers to an entry of an earlier one (tools/generator/references.h) waits for that answer,
// and so ends a request early. Cut-offs are the ledger's: all files come to one before any goes on.
// With --by-flow also the latencies by flow, of requests of one command (BATCH 1).
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "bench/exchange.h"
#include "tools/client/http_client.h"
#include "tools/generator/references.h"

namespace {

using tools::generator::referred;

[[noreturn]] void die(const std::string& what) {
  std::fprintf(stderr, "mix_load: %s\n", what.c_str());
  std::exit(1);
}

// The text between `before` and the next quote or comma; empty if there is none.
std::string_view member(std::string_view text, std::string_view before) {
  const std::size_t at = text.find(before);
  if (at == std::string_view::npos) return {};
  const std::size_t begins = at + before.size();
  return text.substr(begins, text.find_first_of("\",", begins) - begins);
}
std::string_view flow_of(std::string_view line) { return member(line, R"("flow":")"); }
std::string_view id_of(std::string_view line) { return member(line, R"("id":")"); }

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

struct EntryName {
  std::uint64_t sequence = 0;  // 0: not answered yet
  std::string hash;
};

// One file: hands out requests and takes their answers.
class Script {
 public:
  explicit Script(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream all;
    all << file.rdbuf();
    if (!file) die(path + ": cannot be read");
    text_ = std::move(all).str();
    for (std::size_t at = 0; at < text_.size();) {
      const std::size_t end = std::min(text_.find('\n', at), text_.size());
      lines_.push_back(std::string_view(text_).substr(at, end - at));
      at = end + 1;
      const std::string_view about = referred(lines_.back());
      if (!about.empty()) entries_.try_emplace(std::string(about));
    }
    while (openings_ < lines_.size() && flow_of(lines_[openings_]) == "open_account") ++openings_;
    std::ifstream list(path + ".refused");
    std::size_t line = 0;
    for (std::string name; list >> line >> name;) refused_.emplace(line - 1, name);
  }

  std::size_t size() const { return lines_.size(); }
  std::size_t openings() const { return openings_; }
  bool done() const { return next_ == lines_.size(); }
  bool at_cut_off() const { return !done() && flow_of(lines_[next_]) == "cut_off"; }
  // Others have to come as far before it may go on.
  bool waits() const { return at_cut_off() || next_ == openings_; }
  std::string_view next_flow() const { return flow_of(lines_[next_]); }

  // The next request of at most `most` commands; a cut-off goes alone.
  void request(std::size_t most, std::string& body) {
    body.clear();
    first_ = next_;
    const bool alone = at_cut_off();
    while (!done() && next_ - first_ < (alone ? 1 : most) &&
           (alone || next_ == first_ || !waits())) {
      const std::string_view line = lines_[next_];
      const std::string_view about = referred(line);
      if (about.empty()) {
        body.append(line);
      } else {
        const EntryName& entry = entries_[std::string(about)];
        if (entry.sequence == 0 && next_ > first_) break;
        if (entry.sequence == 0) die("no answer names the entry of " + std::string(about));
        body.append(tools::generator::resolved(line, entry.sequence, entry.hash));
      }
      body.push_back('\n');
      ++next_;
    }
  }

  // The answers to the last request.
  void take(std::string_view answer) {
    std::size_t at = answer.find("\r\n\r\n") + 4;
    for (std::size_t i = first_; i < next_; ++i) {
      const std::size_t end = std::min(answer.find('\n', at), answer.size());
      check(i, answer.substr(std::min(at, answer.size()), end - std::min(at, answer.size())));
      at = end + 1;
    }
  }

  std::uint64_t replayed = 0, refused = 0, unexpected = 0;

 private:
  void check(std::size_t line, std::string_view answer) {
    const auto expected = refused_.find(line);
    const bool committed = answer.find(R"("status":"committed")") != std::string_view::npos;
    const bool fits = expected == refused_.end()
                          ? committed
                          : !committed && member(answer, R"("name":")") == expected->second;
    refused += committed ? 0U : 1U;
    replayed += answer.find(R"("replayed":true)") != std::string_view::npos ? 1U : 0U;
    if (!fits && unexpected++ == 0) {
      std::fprintf(stderr, "%.*s\n -> %.*s\n", static_cast<int>(lines_[line].size()),
                   lines_[line].data(), static_cast<int>(answer.size()), answer.data());
    }
    if (entries_.empty()) return;
    const auto entry = entries_.find(std::string(id_of(answer)));
    if (entry == entries_.end()) return;
    entry->second = {number(member(answer, R"("sequence":)")),
                     std::string(member(answer, R"("hash":")"))};
  }

  std::string text_;
  std::vector<std::string_view> lines_;
  std::unordered_map<std::size_t, std::string> refused_;
  std::unordered_map<std::string, EntryName> entries_;  // those referred to
  std::size_t openings_ = 0;                            // lines that open accounts, from the first
  std::size_t first_ = 0;                               // of the request in flight
  std::size_t next_ = 0;
};

struct Totals {
  std::uint64_t entries = 0, postings = 0, bytes = 0;
};

Totals totals_of(const std::string& socket) {
  tools::HttpClient client(socket);
  const auto response = client.get("/metrics");
  if (!response || response->status != 200) die("no /metrics");
  const auto value = [&](std::string_view name) {
    const std::size_t at = response->body.find(name);
    if (at == std::string::npos) die("no " + std::string(name));
    return number(std::string_view(response->body).substr(at + name.size(), 20));
  };
  return {value("\nescrow_entries_total "), value("\nescrow_postings_total "),
          value("\nescrow_journal_bytes_total ")};
}

class Player {
 public:
  Player(const std::string& socket, std::size_t batch, const std::vector<std::string>& files)
      : exchange_(socket, files.size()), batch_(batch), flows_(files.size()) {
    scripts_.reserve(files.size());
    for (const std::string& file : files) scripts_.emplace_back(file);
  }

  // The accounts that the files open first; the figures are those of what follows.
  void open() {
    const std::size_t batch = std::exchange(batch_, 8'000);
    play(true);
    batch_ = batch;
    exchange_.forget_figures();
    by_flow_.clear();
    for (Script& script : scripts_) script.replayed = 0;
  }
  void run() { play(false); }

  const bench::Exchange& exchange() const { return exchange_; }
  const std::vector<Script>& scripts() const { return scripts_; }
  std::map<std::string, std::vector<std::int64_t>>& by_flow() { return by_flow_; }

 private:
  void play(bool openings) {
    go_on();
    exchange_.run([this, openings](std::size_t i, std::string_view answer, std::int64_t ns) {
      scripts_[i].take(answer);
      if (batch_ == 1) by_flow_[flows_[i]].push_back(ns);
      ++idle_;
      if (!scripts_[i].done() && !scripts_[i].waits()) start(i);
      if (idle_ == scripts_.size() && !openings) go_on();
    });
  }

  // All are at the same cut-off, at their beginning or at their end.
  void go_on() {
    idle_ = scripts_.size();
    for (std::size_t i = 0; i < scripts_.size(); ++i) {
      if (!scripts_[i].done()) start(i);
    }
  }

  void start(std::size_t i) {
    --idle_;
    if (batch_ == 1) flows_[i] = scripts_[i].next_flow();
    scripts_[i].request(batch_, body_);
    exchange_.post(i, "application/x-ndjson", body_);
  }

  bench::Exchange exchange_;
  std::size_t batch_;
  std::vector<Script> scripts_;
  std::vector<std::string> flows_;  // in flight, by connection
  std::map<std::string, std::vector<std::int64_t>> by_flow_;
  std::size_t idle_ = 0;
  std::string body_;
};

void print_flows(Player& player) {
  for (auto& [flow, latencies] : player.by_flow()) {
    std::sort(latencies.begin(), latencies.end());
    std::printf("%-20s %8zu  min %8.2f  p50 %8.2f  max %8.2f ms\n", flow.c_str(), latencies.size(),
                static_cast<double>(latencies.front()) / 1e6,
                static_cast<double>(latencies[latencies.size() / 2]) / 1e6,
                static_cast<double>(latencies.back()) / 1e6);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  const bool by_flow = !arguments.empty() && arguments.front() == "--by-flow";
  if (by_flow) arguments.erase(arguments.begin());
  if (arguments.size() < 3 || number(arguments[1]) == 0) return 64;
  const std::string& socket = arguments[0];
  const std::size_t batch = number(arguments[1]);
  Player player(socket, batch, {arguments.begin() + 2, arguments.end()});
  player.open();
  const Totals before = totals_of(socket);
  player.run();
  const Totals after = totals_of(socket);

  std::uint64_t commands = 0, replayed = 0, refused = 0, unexpected = 0;
  for (const Script& script : player.scripts()) {
    commands += script.size() - script.openings();
    replayed += script.replayed;
    refused += script.refused;
    unexpected += script.unexpected;
  }
  const double seconds = player.exchange().seconds();
  const auto rate = [&](std::uint64_t count) { return static_cast<double>(count) / seconds; };
  const std::uint64_t postings = after.postings - before.postings;
  std::printf(
      "connections %zu batch %zu commands %llu in %zu requests: %.0f flows/s, %.0f postings/s, "
      "%.0f legs/s; "
      "entries %llu, postings %llu, bytes %llu in %.2f s; %s; replayed %llu, refused as expected "
      "%llu, unexpected %llu\n",
      player.scripts().size(), batch, static_cast<unsigned long long>(commands),
      player.exchange().latencies().size(), rate(commands), rate(postings), rate(2 * postings),
      static_cast<unsigned long long>(after.entries - before.entries),
      static_cast<unsigned long long>(postings),
      static_cast<unsigned long long>(after.bytes - before.bytes), seconds,
      bench::latency_text(player.exchange()).c_str(), static_cast<unsigned long long>(replayed),
      static_cast<unsigned long long>(refused - std::min(refused, unexpected)),
      static_cast<unsigned long long>(unexpected));
  if (by_flow) print_flows(player);
  return unexpected == 0 ? 0 : 1;
}
