// recon: the auditor's tool. Works on files and stores, needs no daemon.
#include <CLI/CLI.hpp>

#include "tools/recon_commands.h"

namespace {

using tools::ReconArguments;

struct Subcommand {
  CLI::App* app;
  int (*run)(const ReconArguments&);
};

class Builder {
 public:
  Builder(CLI::App& app, ReconArguments& args) : app_(app), args_(args) {}

  CLI::App* add(const char* name, const char* what, int (*run)(const ReconArguments&)) {
    CLI::App* sub = app_.add_subcommand(name, what);
    sub->add_flag("--json", args_.json, "for programs");
    commands.push_back({sub, run});
    return sub;
  }
  void journal_options(CLI::App* sub) {
    sub->add_option("--journal", args_.journal, "an exported journal");
    sub->add_option("--ledger", args_.ledger, "the ledger's data folder");
    sub->add_option("--data", args_.data, "recond's folder (its copy of the journal)");
  }
  void data_option(CLI::App* sub) {
    sub->add_option("--data", args_.data, "recond's folder")->required();
  }

  std::vector<Subcommand> commands;

 private:
  CLI::App& app_;
  ReconArguments& args_;
};

void add_export(Builder& builder, ReconArguments& args) {
  CLI::App* sub =
      builder.add("export", "the journal, or figures computed from it", tools::recon_export);
  builder.journal_options(sub);
  sub->add_option("name", args.name,
                  "journal (default), wind-down, or one of: " + tools::export_names());
  sub->add_option("--out", args.out, "the file, - for stdout; for wind-down a new folder")
      ->required();
  sub->add_option("--at", args.at, "a sequence: as of this entry; default: the last one");
  sub->add_option("--date", args.date, "a closed business date: as of its cut-off");
  sub->add_option("--format", args.format, "csv (default) or json, of tables");
  sub->add_option("--order", args.options.order, "trace, bank-interest: the id of an order's command");
  sub->add_option("--client", args.options.client, "trace, client-statement, credit-history");
  sub->add_option("--project", args.options.project, "trace, projects");
  sub->add_option("--flow", args.options.flow, "trace: every entry of a flow");
  sub->add_option("--operator", args.options.operator_name, "trace: every entry of an operator");
  sub->add_option("--figure", args.options.figure, "disclosure: the entries behind a figure");
  sub->add_option("--from", args.from, "client-statement, trace, bank-interest: the first day");
  sub->add_option("--to", args.to, "trace, bank-interest: the last day");
  sub->add_option("--period", args.options.period, "flows: day, month (default) or all");
  sub->add_option("--stress", args.options.withdraw_percent,
                  "liquidity: percent that clients withdraw at once; default 30");
}

void add_ledger_commands(Builder& builder, ReconArguments& args) {
  CLI::App* verify =
      builder.add("verify", "every entry, hash, law and cut-off of a journal", tools::recon_verify);
  builder.journal_options(verify);
  verify->add_option("--size", args.size, "entries under a checkpoint kept elsewhere");
  verify->add_option("--head", args.head, "its chain hash");
  verify->add_option("--root", args.root, "its tree root");
  add_export(builder, args);
  CLI::App* tb = builder.add("tb", "trial balance by class", tools::recon_trial_balance);
  CLI::App* control = builder.add("control", "bank + in transit + shortfall = client + platform",
                                  tools::recon_control);
  for (CLI::App* sub : {tb, control}) {
    builder.journal_options(sub);
    sub->add_option("--date", args.date, "a closed business date; default: now");
  }
  builder.journal_options(
      builder.add("minbal", "the lowest balance of each class at any entry", tools::recon_lowest));
  CLI::App* rebuild = builder.add(
      "rebuild", "folds the journal again and compares every projection", tools::recon_rebuild);
  rebuild->add_option("--ledger", args.ledger, "the ledger's data folder")->required();
  rebuild->add_flag("--replace", args.replace, "then drop them, to be folded anew by the daemon");
}

void add_bank_commands(Builder& builder, ReconArguments& args) {
  CLI::App* bank = builder.add("bank", "a day against its statement: L1 and L3", tools::recon_bank);
  builder.data_option(bank);
  bank->add_option("--date", args.date, "business date; default: the last one reconciled");
  CLI::App* breaks = builder.add("breaks", "differences over their life", tools::recon_breaks);
  builder.data_option(breaks);
  breaks->add_flag("--open", args.open_only, "only open ones");
  builder.data_option(builder.add("files", "the files received", tools::recon_files));
  CLI::App* trace = builder.add("trace", "an order, client, project or statement line, both ways",
                                tools::recon_trace);
  builder.journal_options(trace);
  trace->add_option("key", args.key, "order, client (lender:L1), project or line id")->required();
}

}  // namespace

int main(int argc, char** argv) {
  ReconArguments args;
  CLI::App app{"Verifies a ledger's journal and its reconciliation with the bank."};
  app.require_subcommand(1);
  app.add_option("--control-account", args.control_account, "default custody:bank");
  Builder builder(app, args);
  add_ledger_commands(builder, args);
  add_bank_commands(builder, args);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : tools::kExitUsage;
  }
  for (const Subcommand& command : builder.commands) {
    if (command.app->parsed()) return command.run(args);
  }
  return tools::kExitUsage;
}
