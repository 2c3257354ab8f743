// escrowctl: the operator's hands on a running escrowd. One subcommand for every flow, driven by
// the flows' own tables, and one for every read.
//
// Exit codes: 0 done, 1 refused or not found, 2 the ledger's integrity is lost, 64 usage, 69 the
// daemon cannot be reached or does not take commands now.
#include <algorithm>
#include <cstdio>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "ledger/base/amount.h"
#include "ledger/domain/command.h"
#include "ledger/domain/flow.h"
#include "ledger/domain/profile.h"
#include "ledger/server/json_text.h"
#include "tools/client/http_client.h"
#include "tools/escrowctl_profile.h"
#include "tools/escrowctl_render.h"
#include "tools/escrowctl_send.h"

namespace {

namespace base = ledger::base;
namespace domain = ledger::domain;
using domain::Field;
using domain::FieldSpec;
using domain::FieldType;
using tools::HttpClient;
using tools::percent_encode;

enum Exit { kOk = 0, kRefused = 1, kIntegrity = 2, kUsage = 64, kUnavailable = 69 };

struct UsageError {
  std::string message;
};

std::string dashed(std::string_view name) {
  std::string text(name);
  std::replace(text.begin(), text.end(), '_', '-');
  return text;
}

std::int64_t minor_of(std::string_view what, std::string_view text, int digits) {
  const auto parsed = base::parse_decimal(text, digits);
  const auto amount = parsed.value ? parsed.value->to_amount() : std::nullopt;
  if (!amount) {
    throw UsageError{fmt::format("{} '{}' is not an amount like 1234.50: {}", what, text,
                                 parsed.value ? "out of range" : base::name_of(parsed.error))};
  }
  return amount->minor();
}

std::int64_t integer_of(std::string_view what, const std::string& text) {
  if (text.empty() || text.size() > 18 ||
      !std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    throw UsageError{fmt::format("{} '{}' is not a whole number", what, text)};
  }
  return std::stoll(text);
}

// What was given for one flow.
struct FlowArguments {
  const domain::Flow* flow = nullptr;
  std::string id;
  std::map<Field, std::vector<std::string>> values;
  std::map<Field, bool> flags;
};

struct Globals {
  std::string socket;
  bool json = false;
  int digits = 2;  // behind the point of amounts that are typed in
};

std::string help_of(const FieldSpec& spec) {
  switch (spec.type) {
    case FieldType::kCode:
      return "code";
    case FieldType::kText:
      return "text";
    case FieldType::kAmount:
      return "amount in yuan (or the currency's unit): 1234.50";
    case FieldType::kAmountOrZero:
      return "amount in yuan (or the currency's unit), or 0";
    case FieldType::kDocument:
      return "path of the file that holds the text";
    case FieldType::kCommand:
      return "JSON object: a flow and its fields";
    case FieldType::kCount:
      return "number";
    case FieldType::kFlag:
      return "yes";
    case FieldType::kDate:
      return "day: 2024-06-30";
    case FieldType::kHash:
      return "64 hex digits";
    case FieldType::kCurrencyCode:
      return "currency, for example CNY";
    case FieldType::kAuthorityName:
      return "by whose word";
    case FieldType::kSchedule:
      return "DUE:PRINCIPAL:INTEREST, once for each instalment";
  }
  return {};
}

void add_field(CLI::App& app, FlowArguments& arguments, Field field, bool required) {
  const FieldSpec& spec = domain::spec_of(field);
  const std::string name = "--" + dashed(spec.name);
  CLI::Option* option = nullptr;
  if (spec.type == FieldType::kFlag) {
    option = app.add_flag(name, arguments.flags[field], help_of(spec));
  } else {
    option = app.add_option(name, arguments.values[field], help_of(spec));
    // One value for each time the option is given, so that it never swallows what follows.
    option->type_size(1)->allow_extra_args(false);
    if (spec.type != FieldType::kSchedule) option->expected(1);
  }
  if (required) option->required();
}

// The authority that the flow usually has: the first one of the regime that ships with us.
std::string usual_authority(domain::FlowCode flow) {
  const auto text = domain::Profile::built_in("cn-2017");
  const auto profile = domain::Profile::parse(text.value_or(std::string_view()));
  const domain::FlowRules* rules = profile ? profile->rules_of(flow) : nullptr;
  if (rules == nullptr || rules->authorities.empty()) return {};
  return std::string(domain::name_of(rules->authorities.front()));
}

void append_schedule(std::string& out, const std::vector<std::string>& rows, int digits) {
  out.push_back('[');
  ledger::server::Commas commas;
  for (const std::string& row : rows) {
    const std::size_t first = row.find(':');
    const std::size_t second = first == std::string::npos ? first : row.find(':', first + 1);
    if (second == std::string::npos) {
      throw UsageError{
          "an instalment is DUE:PRINCIPAL:INTEREST, for example 2024-07-30:1000.00:10.00"};
    }
    commas.next(out);
    ledger::server::ObjectWriter object(out);
    object.text("due", row.substr(0, first))
        .signed_number("principal",
                       minor_of("principal", row.substr(first + 1, second - first - 1), digits))
        .signed_number("interest", minor_of("interest", row.substr(second + 1), digits));
    object.close();
  }
  out.push_back(']');
}

std::string command_json(const FlowArguments& arguments, int digits) {
  std::string out;
  ledger::server::ObjectWriter object(out);
  object.text("id", arguments.id).text("flow", domain::name_of(arguments.flow->code));
  for (const auto& [field, values] : arguments.values) {
    const FieldSpec& spec = domain::spec_of(field);
    if (values.empty()) {
      if (field == Field::kAuthority) object.text(spec.name, usual_authority(arguments.flow->code));
      continue;
    }
    if (spec.type == FieldType::kAmount) {
      object.signed_number(spec.name, minor_of(spec.name, values.front(), digits));
    } else if (spec.type == FieldType::kCount) {
      object.signed_number(spec.name, integer_of(spec.name, values.front()));
    } else if (spec.type == FieldType::kSchedule) {
      append_schedule(object.key(spec.name), values, digits);
    } else {
      object.text(spec.name, values.front());
    }
  }
  for (const auto& [field, given] : arguments.flags) {
    if (given) object.flag(domain::spec_of(field).name, true);
  }
  object.close();
  return out;
}

int unreachable(const base::Fault& fault) {
  fmt::print(stderr, "escrowctl: {}\n", fault.message);
  return fault.kind == base::Fault::Kind::kInvalid ? kUsage : kUnavailable;
}

int show(const Globals& globals, const tools::HttpResponse& response) {
  const bool good = response.status == 200;
  const bool is_json = response.content_type.find("json") != std::string::npos;
  const std::string text = globals.json || !is_json ? response.body : tools::render(response.body);
  std::FILE* const to = good || globals.json ? stdout : stderr;
  if (!good && !globals.json) fmt::print(to, "{}\n", tools::problem_of(response.body));
  fmt::print(to, "{}", text);
  if (!text.empty() && text.back() != '\n') fmt::print(to, "\n");
  if (good) return kOk;
  if (response.status == 500) return kIntegrity;
  if (response.status == 503 || response.status == 429) return kUnavailable;
  return kRefused;
}

int get(const Globals& globals, const std::string& target) {
  HttpClient client(globals.socket);
  const auto response = client.get(target);
  return response ? show(globals, *response) : unreachable(response.error());
}

int send_flow(const Globals& globals, const FlowArguments& arguments) {
  const std::string body = command_json(arguments, globals.digits);
  HttpClient client(globals.socket);
  const auto response = client.post("/v1/commands", "application/json", body);
  if (!response) return unreachable(response.error());
  if (!globals.json) {
    for (const Field field : {Field::kAmount, Field::kTarget, Field::kFee}) {
      const auto at = arguments.values.find(field);
      if (at == arguments.values.end() || at->second.empty()) continue;
      const std::string_view name = domain::spec_of(field).name;
      fmt::print(
          "{:<10}{}\n", name,
          tools::show_money(minor_of(name, at->second.front(), globals.digits), globals.digits));
    }
  }
  return show(globals, *response);
}

int send_lines(const Globals& globals, const std::string& file) {
  HttpClient client(globals.socket);
  const auto totals = tools::send_file(client, file, globals.json);
  if (!totals) return unreachable(totals.error());
  fmt::print(stderr, "committed {}, replayed {}, refused {}\n", totals->committed, totals->replayed,
             totals->refused);
  return totals->refused == 0 ? kOk : kRefused;
}

int journal(const Globals& globals, const std::string& target) {
  HttpClient client(globals.socket);
  const auto print_line = [&](std::string_view line) {
    fmt::print("{}\n", globals.json ? std::string(line) : tools::render(line));
    return std::fflush(stdout) == 0;
  };
  const auto response = client.lines(target, print_line);
  if (!response) return unreachable(response.error());
  return response->status == 200 ? kOk : show(globals, *response);
}

// Builds "/path?a=1&b=2" from the options that were given.
class Target {
 public:
  explicit Target(std::string path) : text_(std::move(path)) {}
  Target& with(std::string_view name, const std::string& value) {
    if (value.empty()) return *this;
    text_ += fmt::format("{}{}={}", first_ ? '?' : '&', name, percent_encode(value));
    first_ = false;
    return *this;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  bool first_ = true;
};

// The subcommands of one run; their options write into this object.
class Program {
 public:
  Program() : app_("escrowctl: sends commands to a running escrowd and reads from it") {
    app_.add_option("--socket", globals_.socket, "path of the daemon's socket")
        ->envname("ESCROW_SOCKET");
    app_.add_flag("--json", globals_.json, "the daemon's JSON, for programs");
    app_.add_option("--digits", globals_.digits, "decimals of typed amounts: 2, JPY 0, KWD 3")
        ->check(CLI::Range(0, 4));
    app_.require_subcommand(1);
    app_.fallthrough();
    add_flows();
    add_reads();
    tools::add_profile_commands(app_, profile_, globals_.json, [this](auto action) {
      local_ = static_cast<bool>(action_ = std::move(action));
    });
  }

  int run(int argc, char** argv) {
    try {
      app_.parse(argc, argv);
      if (!local_ && globals_.socket.empty()) throw UsageError{"--socket is required"};
      return action_();
    } catch (const CLI::ParseError& error) {
      return app_.exit(error) == 0 ? kOk : kUsage;
    } catch (const UsageError& error) {
      fmt::print(stderr, "escrowctl: {}\n", error.message);
      return kUsage;
    }
  }

 private:
  void add_flows() {
    for (const domain::Flow* flow : domain::all_flows()) {
      FlowArguments& arguments = flows_.emplace_back();
      arguments.flow = flow;
      CLI::App* sub = app_.add_subcommand(dashed(domain::name_of(flow->code)), "send this command")
                          ->group("Commands");
      sub->add_option("--id", arguments.id, "command id; the same id again changes nothing")
          ->required();
      add_field(*sub, arguments, Field::kAuthority, false);
      std::vector<Field> added;
      for (const domain::FlowField& field : flow->fields) {
        add_field(*sub, arguments, field.field, field.required);
        added.push_back(field.field);
      }
      for (const Field common : {Field::kOperator, Field::kValueDate}) {
        if (std::find(added.begin(), added.end(), common) == added.end()) {
          add_field(*sub, arguments, common, false);
        }
      }
      sub->callback([this, &arguments] {
        action_ = [this, &arguments] { return send_flow(globals_, arguments); };
      });
    }
  }

  CLI::App* add_read(const std::string& name, const std::string& help, bool with_code) {
    CLI::App* sub = app_.add_subcommand(name, help)->group("Reads");
    if (with_code) sub->add_option("code", code_, "code, id or sequence")->required();
    return sub;
  }
  void on(CLI::App* sub, std::function<int()> action) {
    sub->callback([this, action = std::move(action)] { action_ = action; });
  }
  std::string path(std::string_view before, std::string_view after = "") const {
    return fmt::format("{}{}{}", before, percent_encode(code_), after);
  }

  void add_reads() {
    on(add_read("account", "an account's counters", true),
       [this] { return get(globals_, path("/v1/accounts/")); });
    CLI::App* balance = add_read("balance", "a balance, now or in the past", true);
    balance->add_option("--at", at_, "after this sequence");
    balance->add_option("--date", date_, "at the close of this business date");
    on(balance, [this] {
      return get(
          globals_,
          Target(path("/v1/accounts/", "/balance")).with("at", at_).with("date", date_).text());
    });
    CLI::App* history = add_read("history", "an account's entries", true);
    history->add_option("--cursor", cursor_, "next_cursor of the page before");
    history->add_option("--limit", limit_, "rows");
    history->add_option("--order", order_, "desc or asc");
    on(history, [this] {
      return get(globals_, Target(path("/v1/accounts/", "/history"))
                               .with("cursor", cursor_)
                               .with("limit", limit_)
                               .with("order", order_)
                               .text());
    });
    on(add_read("owner", "an owner's accounts", true),
       [this] { return get(globals_, path("/v1/owners/")); });
    on(add_read("entry", "an entry by its sequence", true),
       [this] { return get(globals_, path("/v1/entries/")); });
    on(add_read("command", "the entry of a command id", true),
       [this] { return get(globals_, path("/v1/commands/")); });
    on(add_read("project", "a project, its schedule and claims", true),
       [this] { return get(globals_, path("/v1/projects/")); });
    add_other_reads();
  }

  void add_other_reads() {
    CLI::App* tb = add_read("tb", "the trial balance", false);
    tb->add_option("--date", date_, "at the close of this business date");
    on(tb,
       [this] { return get(globals_, Target("/v1/trial-balance").with("date", date_).text()); });
    CLI::App* read_journal = add_read("journal", "the entries, oldest first", false);
    read_journal->add_option("--after", after_, "begin after this sequence");
    read_journal->add_option("--limit", limit_, "entries");
    read_journal->add_flag("--follow", follow_, "go on as the journal grows");
    on(read_journal, [this] {
      return journal(globals_, Target("/v1/journal")
                                   .with("after", after_)
                                   .with("limit", limit_)
                                   .with("follow", follow_ ? "true" : "")
                                   .text());
    });
    on(add_read("status", "head, business date, sizes", false),
       [this] { return get(globals_, "/v1/status"); });
    on(add_read("refusals", "the catalogue of refusals", false),
       [this] { return get(globals_, "/v1/refusals"); });
    on(add_read("profile", "the profile in force", false),
       [this] { return get(globals_, "/v1/profile"); });
    CLI::App* send = app_.add_subcommand("send", "send a file of commands, one JSON object a line");
    send->group("Commands");
    send->add_option("file", file_, "NDJSON file, - for standard input")->required();
    on(send, [this] { return send_lines(globals_, file_); });
  }

  CLI::App app_;
  Globals globals_;
  std::list<FlowArguments> flows_;  // a list: the options point into it
  std::function<int()> action_;
  bool local_ = false;  // the action asks no daemon
  std::string code_, at_, date_, cursor_, limit_, order_, after_, file_;
  bool follow_ = false;
  tools::ProfileArguments profile_;
};

}  // namespace

int main(int argc, char** argv) { return Program().run(argc, argv); }
