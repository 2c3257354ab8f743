#include "tools/escrowctl_roll.h"

#include <algorithm>
#include <functional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <simdjson.h>

#include "ledger/crypto/digest.h"
#include "ledger/server/json_text.h"

namespace tools {

namespace base = ledger::base;
namespace dom = simdjson::dom;

namespace {

constexpr std::size_t kIdMax = 64;
constexpr std::size_t kBatchMax = 1'000;
constexpr std::size_t kPageRows = 500;

using Done = base::Result<base::Ok, base::Fault>;

std::string text_of(const dom::element& row, const char* key) {
  std::string_view text;
  if (row[key].get(text) != simdjson::SUCCESS) return {};
  return std::string(text);
}
std::int64_t number_of(const dom::element& row, const char* key) {
  std::int64_t number = 0;
  if (row[key].get(number) != simdjson::SUCCESS) return 0;
  return number;
}

struct Waiting {  // a court's order in its line
  std::int64_t id = 0;
  std::string order;
  std::string account;
};

class Roll {
 public:
  Roll(HttpClient& client, bool json) : client_(client), json_(json) {}

  base::Result<RollTotals, base::Fault> run() {
    auto done = ask("/v1/status", [this](const dom::element& status) {
      totals_.business_date = text_of(status, "business_date");
    });
    for (const auto step :
         {&Roll::mark_overdue, &Roll::end_proposals, &Roll::end_holds, &Roll::serve_courts}) {
      if (done) done = (this->*step)();
    }
    if (!done) return base::fail(done.error());
    return totals_;
  }

 private:
  Done mark_overdue() {
    auto done = each("/v1/overdue", "marked=false", "projects", [this](const dom::element& row) {
      const std::string project = text_of(row, "project");
      add("overdue", fmt::format("{}:{}", project, number_of(row, "instalment")), "project",
          project);
    });
    return done ? flush() : done;
  }

  Done end_proposals() {
    auto done = each("/v1/proposals", "", "proposals", [this](const dom::element& row) {
      const std::string expires = text_of(row, "expires");
      if (expires.empty() || expires >= totals_.business_date) return;
      const std::string proposal = text_of(row, "proposal");
      add("proposal_expire", proposal, "proposal", proposal);
    });
    return done ? flush() : done;
  }

  // An order may have two holds of a court that end together.
  Done end_holds() {
    std::set<std::string> orders;
    for (const char* kind : {"escrow", "claim_purchase", "judicial", "judicial_waiting"}) {
      auto done =
          each("/v1/holds", fmt::format("kind={}", kind), "holds", [&](const dom::element& row) {
            const std::string expires = text_of(row, "expires");
            if (expires.empty() || expires >= totals_.business_date) return;
            orders.insert(text_of(row, "order"));
          });
      if (!done) return done;
    }
    for (const std::string& order : orders) add("hold_expire", order, "order", order);
    return flush();
  }

  Done serve_courts() {
    std::vector<Waiting> line;
    auto done = each("/v1/holds", "kind=judicial_waiting", "holds", [&](const dom::element& row) {
      line.push_back({number_of(row, "id"), text_of(row, "order"), text_of(row, "account")});
    });
    if (!done) return done;
    std::sort(line.begin(), line.end(),
              [](const Waiting& a, const Waiting& b) { return a.id < b.id; });
    for (const Waiting& waiting : line) {
      std::int64_t there = 0;
      if (done = find_reachable(waiting, there); !done) return done;
      if (there <= 0) continue;  // an attempt for nothing would stand in the journal
      add("judicial_catch", waiting.order, "order", waiting.order);
      if (done = flush(); !done) return done;
    }
    return base::ok;
  }

  // Settled money on the account, less what stands before the order in the line.
  Done find_reachable(const Waiting& waiting, std::int64_t& there) {
    auto done =
        ask("/v1/accounts/" + percent_encode(waiting.account), [&](const dom::element& account) {
          there = number_of(account, "balance") - number_of(account, "credits_pending");
        });
    if (!done) return done;
    return each("/v1/holds", "account=" + percent_encode(waiting.account), "holds",
                [&](const dom::element& row) {
                  if (text_of(row, "account") != waiting.account) return;
                  const std::string kind = text_of(row, "kind");
                  const bool before = kind == "entrusted" || (kind == "judicial_waiting" &&
                                                              number_of(row, "id") < waiting.id);
                  if (before) there -= number_of(row, "remaining");
                });
  }

  // --- reading ---
  Done ask(const std::string& target, const std::function<void(const dom::element&)>& take) {
    const auto response = client_.get(target);
    if (!response) return base::fail(response.error());
    dom::element answer;
    if (response->status != 200 || parser_.parse(response->body).get(answer) != simdjson::SUCCESS) {
      return base::fail(
          base::invalid(fmt::format("{}: {} {}", target, response->status, response->body)));
    }
    take(answer);
    return base::ok;
  }

  Done each(std::string_view path, std::string_view filter, const char* list,
            const std::function<void(const dom::element&)>& take) {
    std::string cursor;
    do {
      std::string target = fmt::format("{}?limit={}", path, kPageRows);
      if (!filter.empty()) target.append("&").append(filter);
      if (!cursor.empty()) target.append("&cursor=").append(percent_encode(cursor));
      cursor.clear();
      auto done = ask(target, [&](const dom::element& page) {
        dom::array rows;
        if (page[list].get(rows) == simdjson::SUCCESS) {
          for (const dom::element row : rows) take(row);
        }
        cursor = text_of(page, "next_cursor");
        std::uint64_t number = 0;
        if (page["next_cursor"].get(number) == simdjson::SUCCESS) cursor = std::to_string(number);
      });
      if (!done) return done;
    } while (!cursor.empty());
    return base::ok;
  }

  // --- sending ---
  std::string id_of(std::string_view flow, std::string_view about) const {
    std::string id = fmt::format("roll:{}:{}:{}", totals_.business_date, flow, about);
    if (id.size() <= kIdMax) return id;
    const std::string digest = ledger::crypto::sha256(about).hex();
    return fmt::format("roll:{}:{}:{}", totals_.business_date, flow, digest.substr(0, 24));
  }

  void add(std::string_view flow, std::string_view about, std::string_view field,
           std::string_view value) {
    std::string line;
    ledger::server::ObjectWriter object(line);
    object.text("id", id_of(flow, about)).text("flow", flow).text("authority", "platform");
    object.text(field, value);
    object.close();
    batch_.push_back(std::move(line));
    flow_ = flow;
  }

  Done flush() {
    for (std::size_t at = 0; at < batch_.size(); at += kBatchMax) {
      std::string body;
      for (std::size_t i = at; i < std::min(batch_.size(), at + kBatchMax); ++i) {
        body.append(batch_[i]).push_back('\n');
      }
      const auto response = client_.post("/v1/commands", "application/x-ndjson", body);
      if (!response) return base::fail(response.error());
      if (response->status != 200) {
        return base::fail(base::closed(fmt::format("{} {}", response->status, response->body)));
      }
      count(response->body);
    }
    batch_.clear();
    return base::ok;
  }

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
    RollCounts& counts = totals_.flows[flow_];
    bool replayed = false;
    [[maybe_unused]] const auto error = answer["replayed"].get(replayed);
    if (json_) fmt::print("{}\n", text);
    if (text_of(answer, "status") == "committed") {
      ++(replayed ? counts.replayed : counts.committed);
      return;
    }
    ++counts.refused;
    std::string_view name, detail;
    [[maybe_unused]] auto missing = answer["refusal"]["name"].get(name);
    missing = answer["refusal"]["detail"].get(detail);
    if (!json_) fmt::print("{}: {} {}\n", text_of(answer, "id"), name, detail);
  }

  HttpClient& client_;
  const bool json_;
  dom::parser parser_;
  RollTotals totals_;
  std::string flow_;
  std::vector<std::string> batch_;
};

}  // namespace

std::uint64_t RollTotals::refused() const {
  std::uint64_t sum = 0;
  for (const auto& [flow, counts] : flows) sum += counts.refused;
  return sum;
}

base::Result<RollTotals, base::Fault> roll_day(HttpClient& client, bool json) {
  return Roll(client, json).run();
}

}  // namespace tools
