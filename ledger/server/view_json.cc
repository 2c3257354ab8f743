#include "ledger/server/view_json.h"

#include "ledger/server/entry_json.h"
#include "ledger/server/json_text.h"

namespace ledger::server {
namespace {

void append_recoveries(std::string& out, const engine::ProjectView& view) {
  out.push_back('[');
  Commas commas;
  for (const auto& [holder, recovery] : view.recoveries) {
    commas.next(out);
    ObjectWriter row(out);
    row.text("holder", holder)
        .signed_number("principal", recovery.principal)
        .signed_number("principal_recovered", recovery.principal_recovered)
        .signed_number("interest", recovery.interest)
        .signed_number("interest_recovered", recovery.interest_recovered);
    row.close();
  }
  out.push_back(']');
}

void append_claims(std::string& out, const engine::ProjectView& view) {
  out.push_back('[');
  Commas commas;
  for (const auto& [holder, claim] : view.claims) {
    commas.next(out);
    ObjectWriter row(out);
    row.text("holder", holder)
        .signed_number("principal", claim.principal)
        .signed_number("principal_paid", claim.principal_paid)
        .signed_number("interest_paid", claim.interest_paid)
        .signed_number("outstanding", claim.outstanding())
        .signed_number("reserved", claim.reserved);
    row.close();
  }
  out.push_back(']');
}

}  // namespace

void append_account(std::string& out, const engine::AccountView& account) {
  ObjectWriter object(out);
  object.text("code", account.code)
      .text("owner", account.owner)
      .number("class", account.account_class)
      .text("class_name", account.class_name)
      .text("currency", account.currency.code())
      .number("minor_digits", static_cast<std::uint64_t>(account.currency.minor_digits()))
      .text("normal_side", account.debit_normal ? "debit" : "credit")
      .signed_number("balance", account.balance)
      .signed_number("usable", account.usable)
      .signed_number("debits_posted", account.debits_posted)
      .signed_number("credits_posted", account.credits_posted)
      .signed_number("debits_pending", account.debits_pending)
      .signed_number("credits_pending", account.credits_pending)
      .number("as_of", account.as_of.value());
  object.close();
}

void append_owner(std::string& out, const engine::OwnerView& view) {
  ObjectWriter object(out);
  object.text("owner", view.owner.code).text("kind", view.kind);
  append_owner_flags(object, view.owner.flags);
  object.signed_number("outstanding", view.owner.outstanding)
      .signed_number("elsewhere", view.owner.elsewhere)
      .date("active_on", view.owner.active_on);
  object.key("accounts").push_back('[');
  Commas commas;
  for (const engine::AccountView& account : view.accounts) {
    commas.next(out);
    append_account(out, account);
  }
  out.push_back(']');
  object.close();
}

void append_project(std::string& out, const engine::ProjectView& view) {
  const domain::Project& project = view.project;
  ObjectWriter object(out);
  object.text("code", project.code)
      .text("borrower", view.borrower)
      .text("state", domain::name_of(project.state))
      .signed_number("target", project.target.minor())
      .digest("contract_hash", project.contract);
  if (!view.guarantor.empty()) object.text("guarantor", view.guarantor);
  if (!project.payee.empty()) object.text("payee", project.payee);
  object.signed_number("frozen", project.frozen)
      .signed_number("disbursed", project.disbursed)
      .signed_number("repaid", project.repaid)
      .signed_number("compensated", project.compensated)
      .signed_number("recovered", project.recovered)
      .signed_number("outstanding", project.outstanding())
      .signed_number("interest_paid", project.interest_paid)
      .signed_number("fees", project.fees)
      .number("open_bids", project.bids.size())
      .number("instalments_paid", project.instalments_paid)
      .signed_number("part_principal", project.part_principal)
      .signed_number("part_interest", project.part_interest)
      .number("overdue_marks", project.overdue_marks);
  if (!project.overdue_since.is_none()) object.date("overdue_since", project.overdue_since);
  if (project.voided_from != 0) object.number("voided_from", project.voided_from);
  append_schedule(object.key("instalments"), project.instalments);
  append_claims(object.key("claims"), view);
  append_recoveries(object.key("recoveries"), view);
  object.close();
}

void append_hold(std::string& out, const engine::HoldView& view) {
  const domain::Hold& hold = view.hold;
  ObjectWriter object(out);
  object.text("order", hold.order)
      .text("kind", domain::name_of(hold.kind))
      .number("id", hold.id.value())
      .text("account", view.account)
      .text("beneficiary", view.beneficiary)
      .signed_number("remaining", hold.remaining);
  if (!view.project.empty()) object.text("project", view.project);
  if (hold.instalment != 0) object.number("instalment", hold.instalment);
  if (!hold.fee_rule.empty()) object.text("fee_rule", hold.fee_rule);
  if (!hold.expires.is_none()) object.date("expires", hold.expires);
  if (hold.principal != 0) object.signed_number("principal", hold.principal);
  object.close();
}

void append_proposal(std::string& out, const domain::Proposal& proposal) {
  ObjectWriter object(out);
  object.text("proposal", proposal.id).text("maker", proposal.maker);
  if (!proposal.expires.is_none()) object.date("expires", proposal.expires);
  // A proposed reversal has an entry, any other proposal a command.
  if (proposal.target.is_none()) {
    append_command(object.key("command"), proposal.flow, proposal.body);
  } else {
    object.number("entry", proposal.target.value()).digest("entry_hash", proposal.target_hash);
  }
  object.close();
}

void append_overdue(std::string& out, const engine::OverdueView& view) {
  ObjectWriter object(out);
  object.text("project", view.project).text("borrower", view.borrower);
  if (!view.guarantor.empty()) object.text("guarantor", view.guarantor);
  object.number("instalment", view.instalment)
      .date("due", view.due)
      .signed_number("days", view.days)
      .signed_number("principal", view.principal)
      .signed_number("interest", view.interest);
  object.close();
}

}  // namespace ledger::server
