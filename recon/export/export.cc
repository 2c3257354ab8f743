#include "recon/export/export.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/journal/block.h"

namespace recon::exports {

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = {
      {"accounts", "every account: posted, pending, balance", "csv", make_accounts},
      {"bank-interest", "the bank's interest by daily balances, client by client", "csv",
       make_bank_interest},
      {"bank-interest-commands", "the same as commands that pay it out", "ndjson",
       make_bank_interest_commands},
      {"beancount", "the books as a beancount file", "beancount", make_beancount},
      {"claims", "who has lent what, and what is owed of it", "csv", make_claims},
      {"client-statement", "one client: opening, movements, frozen, totals, closing", "csv",
       make_client_statement},
      {"clients", "every client: available, frozen, withdrawing, claims", "csv", make_clients},
      {"credit-history", "per borrower: loans, overdue, compensated, early", "csv",
       make_credit_history},
      {"disclosure", "the published figures, with their definitions", "csv", make_disclosure},
      {"flows", "flow of funds: class to class, by period and flow", "csv", make_flows},
      {"hledger", "the books as an hledger journal", "journal", make_hledger},
      {"holds", "every open hold: whose, why, since when, until when", "csv", make_holds},
      {"ledger", "the books as a ledger journal", "ledger", make_ledger},
      {"liquidity", "repayments to come, coverage, stress", "csv", make_liquidity},
      {"operators", "per operator: entries, reversals, proposals, refusals", "csv", make_operators},
      {"projects", "per project: fill, disbursement, every instalment", "csv", make_projects},
      {"trace", "the entries of an order, a client or a project", "csv", make_trace},
  };
  return all;
}

const Kind* find_kind(std::string_view name) {
  const auto at = std::find_if(kinds().begin(), kinds().end(),
                               [&](const Kind& kind) { return kind.name == name; });
  return at == kinds().end() ? nullptr : &*at;
}

const std::vector<std::string_view>& wind_down_parts() {
  static const std::vector<std::string_view> parts = {"accounts", "claims",    "clients",
                                                      "holds",    "liquidity", "projects"};
  return parts;
}

JournalFold::JournalFold() : head_(ledger::journal::chain_start()) {}

base::Result<base::Ok, base::Fault> JournalFold::take(std::string_view entry,
                                                      const crypto::Digest& stored_hash) {
  const std::uint64_t due = entries_ + 1;
  const auto wrong = [due](std::string_view what) {
    return base::fail(base::corruption(fmt::format("entry {}: {}", due, what)));
  };
  if (sha_.hash(head_.view(), entry) != stored_hash) return wrong("hash");
  if (const auto decoded = domain::decode(entry, entry_); !decoded) {
    return wrong("decode: " + decoded.error().message);
  }
  scratch_.clear();
  domain::encode(entry_, scratch_);
  if (scratch_ != entry) return wrong("decode: not in canonical form");
  if (entry_.sequence.value() != due) return wrong("sequence");
  if (const auto applied = state_.apply(entry_, nullptr); !applied) {
    return wrong(applied.error().message);
  }
  head_ = stored_hash;
  entries_ = due;
  return base::ok;
}

Position JournalFold::position() const {
  Position position;
  position.sequence = base::Sequence(entries_);
  position.head = head_;
  position.date = entry_.business_date;
  if (state_.has_profile()) {
    position.profile = state_.profile().name();
    position.profile_version = state_.profile().version();
  }
  return position;
}

domain::FlowCode flow_of(const domain::Entry& entry) { return domain::effective_flow(entry); }
std::string_view body_of(const domain::Entry& entry) { return domain::effective_body(entry); }

TableExport::TableExport(const Options& options, Put put, Title title)
    : table_(options.format, std::move(put)) {
  table_.begin(std::move(title));
}

base::Currency TableExport::currency_of(const domain::State& state, base::AccountId id) {
  return state.profile().currencies()[state.account(id).currency_index];
}
base::Currency TableExport::currency_of(const domain::State& state, base::ClientId id) {
  return state.profile().currencies()[state.owner(id).currency];
}
base::Currency TableExport::currency_of(const domain::State& state,
                                        const domain::Project& project) {
  return currency_of(state, project.borrower);
}

const domain::AccountClass& class_of(const domain::State& state, base::AccountId id) {
  return state.profile().classes()[state.account(id).class_index];
}
base::ClientId owner_of(const domain::State& state, base::AccountId id) {
  return base::ClientId(state.account(id).owner);
}

}  // namespace recon::exports
