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

#include "ledger/crypto/base64.h"
#include "ledger/crypto/keys.h"
#include "ledger/domain/command.h"
#include "ledger/domain/flow.h"
#include "tools/client/http_client.h"
#include "tools/escrowctl_command.h"
#include "tools/escrowctl_profile.h"
#include "tools/escrowctl_render.h"
#include "tools/escrowctl_roll.h"
#include "tools/escrowctl_send.h"
#include "tools/escrowctl_statement.h"
#include "tools/key_file.h"

namespace {

namespace base = ledger::base;
namespace domain = ledger::domain;
using domain::Field;
using domain::FieldSpec;
using domain::FieldType;
using tools::command_json;
using tools::FlowArguments;
using tools::HttpClient;
using tools::minor_of;
using tools::percent_encode;
using tools::UsageError;

enum Exit { kOk = 0, kRefused = 1, kIntegrity = 2, kUsage = 64, kUnavailable = 69 };

std::string dashed(std::string_view name) {
  std::string text(name);
  std::replace(text.begin(), text.end(), '_', '-');
  return text;
}

struct Globals {
  std::string socket;
  bool json = false;
  int digits = 2;        // behind the point of amounts that are typed in
  std::string sign_as;   // operator
  std::string sign_key;  // file
};

// A client that signs what it sends, if an operator said so.
void sign_with_key(HttpClient& client, const Globals& globals) {
  if (globals.sign_as.empty()) return;
  auto key = tools::read_private_key(globals.sign_key);
  if (!key) throw UsageError{key.error().message};
  if (!key->public_key().fits(ledger::crypto::Scheme::kEd25519)) {
    throw UsageError{globals.sign_key + ": not an Ed25519 key"};
  }
  client.set_headers([key = *std::move(key), name = globals.sign_as](std::string_view body) {
    const auto signature = key.sign(ledger::crypto::Scheme::kEd25519, body);
    if (!signature) return std::string();  // refused for want of one
    return fmt::format("Escrow-Operator-Signature: {} {}\r\n", name,
                       ledger::crypto::to_base64(*signature));
  });
}

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
      return "JSON object: a flow and its fields, amounts in minor units";
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

int send_flow(const Globals& globals, FlowArguments& arguments) {
  HttpClient client(globals.socket);
  sign_with_key(client, globals);
  if (arguments.values[Field::kAuthority].empty()) {
    const auto profile = client.get("/v1/profile");
    if (!profile) return unreachable(profile.error());
    if (profile->status == 200) {
      arguments.usual_authority = tools::first_authority(profile->body, arguments.flow->code);
    }
  }
  const std::string body = command_json(arguments, globals.digits);
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
  sign_with_key(client, globals);
  const auto totals = tools::send_file(client, file, globals.json);
  if (!totals) return unreachable(totals.error());
  fmt::print(stderr, "committed {}, replayed {}, refused {}\n", totals->committed, totals->replayed,
             totals->refused);
  return totals->refused == 0 ? kOk : kRefused;
}

int roll_day(const Globals& globals) {
  HttpClient client(globals.socket);
  sign_with_key(client, globals);
  const auto totals = tools::roll_day(client, globals.json);
  if (!totals) return unreachable(totals.error());
  if (!globals.json) {
    fmt::print("business date {}\n", totals->business_date);
    for (const auto& [flow, counts] : totals->flows) {
      fmt::print("{:<16} committed {}, replayed {}, refused {}\n", flow, counts.committed,
                 counts.replayed, counts.refused);
    }
    if (totals->flows.empty()) fmt::print("nothing is due\n");
  }
  return totals->refused() == 0 ? kOk : kRefused;
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
    auto* sign_as =
        app_.add_option("--sign-as", globals_.sign_as,
                        "operator whose key signs what is sent, see escrowd.example.toml");
    auto* sign_key = app_.add_option("--sign-key", globals_.sign_key, "the key's file, chmod 600");
    sign_as->needs(sign_key);
    sign_key->needs(sign_as);
    app_.add_flag("--json", globals_.json, "the daemon's JSON, for programs");
    app_.add_option("--digits", globals_.digits, "decimals of typed amounts: 2, JPY 0, KWD 3")
        ->check(CLI::Range(0, 4));
    app_.require_subcommand(1);
    app_.fallthrough();
    add_flows();
    add_reads();
    const auto set_local = [this](auto action) {
      local_ = static_cast<bool>(action_ = std::move(action));
    };
    tools::add_statement_commands(app_, statement_, globals_.json, set_local);
    tools::add_profile_commands(app_, profile_, globals_.json, set_local);
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
      sub->add_flag("--propose", arguments.propose,
                    "propose it, for another operator to approve by this id");
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
    CLI::App* roll = app_.add_subcommand("day-roll",
                                         "send what the new business date brings: "
                                         "overdue marks, expiries, courts' orders");
    roll->group("Commands");
    on(roll, [this] { return roll_day(globals_); });
    add_lists();
  }

  CLI::App* add_list(const std::string& name, const std::string& help) {
    CLI::App* sub = add_read(name, help, false);
    sub->add_option("--cursor", cursor_, "next_cursor of the page before");
    sub->add_option("--limit", limit_, "rows");
    return sub;
  }
  // What operators work through.
  void add_lists() {
    CLI::App* holds = add_list("holds", "open holds, of one client, account or kind");
    holds->add_option("--client", client_, "whose");
    holds->add_option("--account", account_, "on which account");
    holds->add_option("--kind", kind_, "judicial, withdraw_review, escrow, ...");
    on(holds, [this] {
      return get(globals_, Target("/v1/holds")
                               .with("client", client_)
                               .with("account", account_)
                               .with("kind", kind_)
                               .with("cursor", cursor_)
                               .with("limit", limit_)
                               .text());
    });
    CLI::App* of_order = add_read("hold-of", "an order's open hold", true);
    of_order->add_option("--kind", kind_, "of which kind")->required();
    on(of_order,
       [this] { return get(globals_, Target(path("/v1/holds/")).with("kind", kind_).text()); });
    on(add_list("proposals", "what waits for a second operator"), [this] {
      return get(globals_,
                 Target("/v1/proposals").with("cursor", cursor_).with("limit", limit_).text());
    });
    CLI::App* late = add_list("late", "loans with an instalment overdue");
    late->add_flag("--marked", marked_, "those that are marked already");
    on(late, [this] {
      return get(globals_, Target("/v1/overdue")
                               .with("marked", marked_ ? "true" : "false")
                               .with("cursor", cursor_)
                               .with("limit", limit_)
                               .text());
    });
    on(add_read("quote", "what repaying a project today would cost", true), [this] {
      return get(globals_, Target(path("/v1/projects/", "/quote")).with("early", "true").text());
    });
    CLI::App* owners = add_read("owners", "codes of clients and channels", false);
    owners->add_option("--after", after_, "next_after of the page before");
    owners->add_option("--limit", limit_, "rows");
    on(owners, [this] {
      return get(globals_, Target("/v1/owners").with("after", after_).with("limit", limit_).text());
    });
  }

  CLI::App app_;
  Globals globals_;
  std::list<FlowArguments> flows_;  // a list: the options point into it
  tools::StatementArguments statement_;
  std::function<int()> action_;
  bool local_ = false;  // the action asks no daemon
  std::string code_, at_, date_, cursor_, limit_, order_, after_, file_, client_, account_, kind_;
  bool follow_ = false;
  bool marked_ = false;
  tools::ProfileArguments profile_;
};

}  // namespace

int main(int argc, char** argv) { return Program().run(argc, argv); }
