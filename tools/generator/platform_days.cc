// platform-days: days of a lending platform against a running ledger, and the bank's statements of
// them. The same seed, scale and dates give the same commands and files.
//
// Exit codes: 0 done, 1 the ledger answered otherwise than expected, 64 usage, 69 no ledger,
// 74 a file could not be written.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "ledger/base/amount.h"
#include "tools/generator/bank.h"
#include "tools/generator/driver.h"
#include "tools/generator/platform.h"

namespace tools::generator {
namespace {

namespace base = ledger::base;
namespace fs = std::filesystem;

enum Exit { kDone = 0, kUnexpected = 1, kUsage = 64, kUnavailable = 69, kCannotWrite = 74 };

struct Settings {
  std::string socket;
  std::string commands;
  std::string prefix;
  std::vector<std::string> operators = {"anna", "boris"};
  bool reserve = false;
  std::string out;
  std::string format = "both";
  std::string account = "6222000100";
  std::string start;
  std::vector<std::string> defects;
  std::uint64_t seed = 1;
  double scale = 0.01;
  int days = 3;
  int month_days = 1;
  std::int64_t opening = -1;
  std::size_t lenders = 0;
  std::size_t batch = 500;
};

std::string yuan(Fen fen) { return base::format(base::Total::from_minor(fen), base::kCny); }

// "missing" or "missing:2".
bool read_defects(const Settings& settings, std::vector<PlantedDefect>& defects) {
  for (const std::string& text : settings.defects) {
    const std::size_t colon = text.find(':');
    const auto kind = defect_from_name(text.substr(0, colon));
    int day = settings.days >= 2 ? 2 : 1;
    if (kind == Defect::kTruncated) day = settings.days;
    if (kind == Defect::kNextDay) day = settings.days - 1;
    if (colon != std::string::npos) {
      const std::string number = text.substr(colon + 1);
      const bool digits = !number.empty() && number.size() < 6 &&
                          number.find_first_not_of("0123456789") == std::string::npos;
      day = digits ? std::stoi(number) : 0;
    }
    const int last = kind == Defect::kNextDay ? settings.days - 1 : settings.days;
    if (!kind || day < 1 || day > last) {
      fmt::print(stderr, "--defect {}: KIND or KIND:DAY, a day of the run{}; kinds: {}\n", text,
                 kind == Defect::kNextDay ? " before its last" : "", defect_names());
      return false;
    }
    defects.push_back({*kind, day});
  }
  return true;
}

struct Form {
  const char* name;
  const char* ending;
  std::string (*text)(const StatementDay&, const std::string&);
  bool usual;
};
constexpr Form kForms[] = {{"mt940", ".sta", mt940_text, true},
                           {"camt053", ".xml", camt053_text, true},
                           {"bai2", ".bai", bai2_text, false},
                           {"csv", ".csv", csv_text, false}};

class Files {
 public:
  explicit Files(const Settings& settings) : settings_(settings) {}

  // Empty when all is written, else what could not be.
  std::string write(const StatementDay& day) {
    const std::string name = fmt::format("{}-{}", settings_.account, base::format(day.date));
    for (const Form& form : kForms) {
      const bool both = settings_.format == "both" && form.usual;
      if (!both && settings_.format != form.name) continue;
      put(form.name, name + form.ending, form.text(day, settings_.account), day.truncated);
    }
    return failure_;
  }

  // A truncated file stands whole in a folder "complete" beside it: what the bank sends again.
  void put(const std::string& folder, const std::string& name, const std::string& text, bool cut) {
    const fs::path path = fs::path(settings_.out) / folder;
    put_file(path / name, cut ? cut_off(text) : text);
    if (cut) put_file(path / "complete" / name, text);
  }

  void put_file(const fs::path& path, const std::string& text) {
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out << text;
    out.close();
    if (!out) failure_ = path.string() + ": cannot be written";
  }
  const std::string& failure() const { return failure_; }

 private:
  const Settings& settings_;
  std::string failure_;
};

struct DayRow {
  base::Date date;
  std::size_t lines = 0;
  Fen opening = 0;
  Fen closing = 0;
  Fen control = 0;
};

std::string expected_json(const Settings& settings, const Driver& driver, const Bank& bank,
                          const std::vector<DayRow>& days) {
  const auto joined = [](const std::vector<std::string>& parts) {
    return fmt::format("[\n  {}\n ]", fmt::join(parts, ",\n  "));
  };
  std::vector<std::string> rows;
  for (const DayRow& day : days) {
    rows.push_back(
        fmt::format(R"({{"date":"{}","lines":{},"opening":{},"closing":{},"ledger_closing":{}}})",
                    base::format(day.date), day.lines, day.opening, day.closing, day.control));
  }
  std::vector<std::string> defects;
  for (const Expectation& e : bank.expectations()) {
    std::vector<std::string> findings;
    for (const ExpectedFinding& f : e.findings) {
      findings.push_back(fmt::format(R"({{"date":"{}","bucket":"{}","cause":"{}"}})",
                                     base::format(f.date), f.bucket, f.cause));
    }
    defects.push_back(fmt::format(
        R"({{"kind":"{}","day":{},"date":"{}","order":"{}","effect":{},"findings":[{}]}})",
        name_of(e.planted.kind), e.planted.day, base::format(e.date), e.order, e.amount,
        fmt::join(findings, ",")));
  }
  std::vector<std::string> flows;
  for (const auto& [flow, count] : driver.flows()) {
    flows.push_back(fmt::format(R"("{}":{{"sent":{},"committed":{},"refused":{},"replayed":{}}})",
                                flow, count.sent, count.committed, count.refused, count.replayed));
  }
  return fmt::format(
      "{{\n \"seed\":{},\n \"account\":\"{}\",\n \"days\":{},\n \"defects\":{},\n"
      " \"flows\":{{\n  {}\n }}\n}}\n",
      settings.seed, settings.account, joined(rows), joined(defects), fmt::join(flows, ",\n  "));
}

void print_summary(const Driver& driver, const Bank& bank, const std::vector<DayRow>& days) {
  FlowCount all;
  fmt::print("{:<20}{:>10}{:>11}{:>9}{:>10}\n", "flow", "sent", "committed", "refused", "replayed");
  const auto row = [](const std::string& name, const FlowCount& count) {
    fmt::print("{:<20}{:>10}{:>11}{:>9}{:>10}\n", name, count.sent, count.committed, count.refused,
               count.replayed);
  };
  for (const auto& [flow, count] : driver.flows()) {
    row(flow, count);
    all.sent += count.sent;
    all.committed += count.committed;
    all.refused += count.refused;
    all.replayed += count.replayed;
  }
  row("all", all);
  for (const auto& [name, count] : driver.refusals()) fmt::print("refused {} {}\n", name, count);
  for (const DayRow& day : days) {
    fmt::print("statement {}: {} lines, opening {}, closing {}; ledger {}\n",
               base::format(day.date), day.lines, yuan(day.opening), yuan(day.closing),
               yuan(day.control));
  }
  for (const Expectation& e : bank.expectations()) {
    fmt::print("planted {} on {}{}{}, effect {}: expect", name_of(e.planted.kind),
               base::format(e.date), e.order.empty() ? "" : ", order ", e.order, yuan(e.amount));
    for (const ExpectedFinding& f : e.findings) {
      fmt::print(" {} {} on {}", f.bucket, f.cause, base::format(f.date));
    }
    fmt::print("\n");
  }
}

int fail(int code, const std::string& why) {
  fmt::print(stderr, "platform-days: {}\n", why);
  return code;
}

int run(const Settings& settings) {
  std::vector<PlantedDefect> defects;
  if (settings.socket.empty() &&
      (settings.commands.empty() || settings.start.empty() || settings.opening < 0)) {
    return fail(kUsage, "without --socket: --commands, --start and --opening");
  }
  if (!read_defects(settings, defects)) return kUsage;
  Driver driver(settings.socket, settings.batch);
  if (!settings.commands.empty() && !driver.record(settings.commands)) {
    return fail(kCannotWrite, settings.commands + ": cannot be written");
  }
  const std::string start =
      settings.start.empty() ? driver.read_text("/v1/status", "business_date") : settings.start;
  const Fen opening = settings.opening >= 0 || !driver.failure().empty()
                          ? settings.opening
                          : driver.read_number("/v1/accounts/custody:bank/balance", "balance");
  if (!driver.failure().empty()) return fail(kUnavailable, driver.failure());
  const auto first = base::Date::parse(start);
  if (!first) return fail(kUsage, "--start " + start + ": not a date");

  Size size = size_of(static_cast<std::uint64_t>(std::llround(settings.scale * 1'000'000)));
  if (settings.lenders > 0) size.lenders = settings.lenders;
  Platform platform(driver, size,
                    {settings.seed, *first, opening, settings.month_days, settings.reserve,
                     settings.prefix, settings.operators.front(), settings.operators.back()});
  Bank bank(opening, settings.seed, defects);
  Files files(settings);
  std::vector<DayRow> days;
  fmt::print("{} days from {}: {} lenders, {} new loans a day, seed {}\n", settings.days, start,
             size.lenders, size.loans_a_day, settings.seed);
  for (int day = 1; day <= settings.days; ++day) {
    const base::Date date = first->plus_days(day - 1);
    const StatementDay statement = bank.close(day, date, platform.day(date));
    if (!driver.failure().empty()) return fail(kUnavailable, driver.failure());
    if (const std::string failure = files.write(statement); !failure.empty()) {
      return fail(kCannotWrite, failure);
    }
    days.push_back(
        {date, statement.lines.size(), statement.opening, statement.closing, platform.control()});
  }
  files.put_file(fs::path(settings.out) / "expected.json",
                 expected_json(settings, driver, bank, days));
  if (!files.failure().empty()) return fail(kCannotWrite, files.failure());
  print_summary(driver, bank, days);
  if (bank.expectations().size() != defects.size()) {
    return fail(kUnexpected,
                fmt::format("{} of {} defects found no line to be planted in",
                            defects.size() - bank.expectations().size(), defects.size()));
  }

  if (settings.socket.empty()) return kDone;
  const Fen control = driver.read_number("/v1/accounts/custody:bank/balance", "balance");
  if (!driver.failure().empty()) return fail(kUnavailable, driver.failure());
  for (const std::string& surprise : driver.surprises()) {
    fmt::print(stderr, "unexpected: {}\n", surprise);
  }
  if (driver.surprise_count() > 0) {
    return fail(kUnexpected, fmt::format("{} unexpected answers", driver.surprise_count()));
  }
  const bool alone = settings.start.empty() && settings.prefix.empty();
  if (control != platform.control() && alone) {
    return fail(kUnexpected, fmt::format("custody:bank holds {}, expected {}", yuan(control),
                                         yuan(platform.control())));
  }
  return kDone;
}

}  // namespace
}  // namespace tools::generator

int main(int argc, char** argv) {
  tools::generator::Settings settings;
  CLI::App app{
      "Plays days of a lending platform against a ledger and writes the bank's statements.\n"
      "Start it on an open business date without bank movements (after a cut-off)."};
  app.add_option("--socket", settings.socket, "the ledger's socket; without it, --commands");
  app.add_option("--commands", settings.commands,
                 "file to write the commands to, one a line, for mix_load; and FILE.refused, the "
                 "lines that must be refused, as LINE NAME");
  app.add_option("--prefix", settings.prefix,
                 "of clients, projects and orders, so that several platforms fit on one ledger")
      ->check(CLI::Validator(
          [](const std::string& text) {
            const bool good =
                text.size() <= 2 &&
                text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string::npos;
            return good ? "" : "one or two capital letters";
          },
          "LETTERS"));
  app.add_option("--operators", settings.operators, "the two operators; default anna boris")
      ->expected(2);
  app.add_flag("--reserve", settings.reserve,
               "the profile lets the platform's risk reserve grow, and pay lenders");
  app.add_option("--out", settings.out, "folder for mt940/ and others, and expected.json")
      ->required();
  app.add_option("--seed", settings.seed, "default 1");
  app.add_option("--days", settings.days, "default 3")->check(CLI::Range(1, 3660));
  app.add_option("--scale", settings.scale, "1 is a pilot's day; default 0.01")
      ->check(CLI::Range(0.0, 100.0));
  app.add_option("--lenders", settings.lenders, "how many; default: 12,000 times the scale")
      ->check(CLI::Range(2, 10'000'000));
  app.add_option("--format", settings.format, "mt940, camt053, both of them (default), bai2 or csv")
      ->check(CLI::IsMember({"mt940", "camt053", "both", "bai2", "csv"}));
  app.add_option("--defect", settings.defects,
                 "KIND or KIND:DAY, may be repeated: " + tools::generator::defect_names());
  app.add_option("--account", settings.account, "the custody account on statements")
      ->check(CLI::Validator(
          [](const std::string& text) {
            const bool good =
                !text.empty() && text.size() <= 34 &&
                text.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string::npos;
            return good ? "" : "1 to 34 capital letters and digits";
          },
          "ACCOUNT"));
  app.add_option("--month-days", settings.month_days,
                 "days between two instalments; default 1, so that a short run sees repayments; "
                 "0: calendar months, by schedules that the ledger computes")
      ->check(CLI::Range(0, 31));
  app.add_option("--start", settings.start,
                 "first business date, to repeat an interrupted run; default: the ledger's");
  app.add_option("--opening", settings.opening,
                 "opening balance in fen, with --start; default: the ledger's balance")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{1'000'000'000'000'000}));
  app.add_option("--batch", settings.batch, "commands in a request; default 500")
      ->check(CLI::Range(1, 8192));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : tools::generator::kUsage;
  }
  return tools::generator::run(settings);
}
