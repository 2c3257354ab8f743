#include "ledger/server/entry_json.h"

#include <fmt/format.h>

#include "ledger/domain/command.h"
#include "ledger/domain/refusal.h"
#include "ledger/server/json_text.h"

namespace ledger::server {
namespace {

using namespace domain;  // NOLINT: this file writes all of its types

std::string_view code_of(const std::map<std::uint64_t, std::string>& codes, std::uint64_t id) {
  const auto at = codes.find(id);
  return at == codes.end() ? std::string_view() : std::string_view(at->second);
}

void append_schedule(std::string& out, const std::vector<Instalment>& instalments) {
  out.push_back('[');
  Commas commas;
  for (const Instalment& one : instalments) {
    commas.next(out);
    ObjectWriter object(out);
    object.date("due", one.due)
        .signed_number("principal", one.principal.minor())
        .signed_number("interest", one.interest.minor());
    object.close();
  }
  out.push_back(']');
}

// The command's fields as the client sent them.
void append_command(std::string& out, const Entry& entry) {
  Command command;
  command.body = entry.command;
  ObjectWriter object(out);
  const auto fields = fields_of(entry.command);
  for (const BodyField& f : fields ? *fields : std::vector<BodyField>()) {
    const FieldSpec& spec = spec_of(f.field);
    switch (spec.type) {
      case FieldType::kAmount:
      case FieldType::kCount:
      case FieldType::kFlag:
        object.key(spec.name).append(show(f.field, f.value));
        break;
      case FieldType::kSchedule:
        append_schedule(object.key(spec.name), command.schedule());
        break;
      case FieldType::kCode:
      case FieldType::kText:
      case FieldType::kDate:
      case FieldType::kHash:
      case FieldType::kCurrencyCode:
      case FieldType::kAuthorityName:
        object.text(spec.name, show(f.field, f.value));
        break;
    }
  }
  object.close();
}

template <typename T, typename Append>
void append_list(ObjectWriter& parent, std::string_view name, const std::vector<T>& list,
                 const Append& append) {
  if (list.empty()) return;
  std::string& out = parent.key(name);
  out.push_back('[');
  Commas commas;
  for (const T& one : list) {
    commas.next(out);
    ObjectWriter object(out);
    append(object, one);
    object.close();
  }
  out.push_back(']');
}

void append_owner(ObjectWriter& object, const OwnerOpened& owner) {
  object.text("code", owner.code)
      .text("kind", owner.kind)
      .text("currency", owner.currency.code())
      .flag("legal_person",
            (owner.flags & static_cast<std::uint16_t>(OwnerFlag::kLegalPerson)) != 0)
      .flag("related_party",
            (owner.flags & static_cast<std::uint16_t>(OwnerFlag::kRelatedParty)) != 0)
      .number("id", owner.id.value())
      .number("first_account", owner.first_account.value());
  std::string& out = object.key("accounts");
  out.push_back('[');
  Commas commas;
  for (std::size_t i = 0; i < owner.account_names.size() && i < owner.classes.size(); ++i) {
    commas.next(out);
    ObjectWriter account(out);
    account.text("code", owner.code + ":" + owner.account_names[i])
        .number("class", owner.classes[i]);
    account.close();
  }
  out.push_back(']');
}

void append_hold(ObjectWriter& object, const HoldChange& hold, const Names& names) {
  object.text("op", name_of(hold.op))
      .text("kind", name_of(hold.kind))
      .number("id", hold.id.value())
      .text("order", hold.order)
      .text("account", code_of(names.accounts, hold.account.value()))
      .signed_number("amount", hold.amount.minor());
  if (!hold.beneficiary.is_none()) {
    object.text("beneficiary", code_of(names.accounts, hold.beneficiary.value()));
  }
  if (!hold.project.is_none()) {
    object.text("project", code_of(names.projects, hold.project.value()));
  }
  if (hold.instalment != 0) object.number("instalment", hold.instalment);
  if (!hold.fee_rule.empty()) object.text("fee_rule", hold.fee_rule);
}

void append_cut_off(ObjectWriter& object, const CutOff& cut) {
  object.date("closed", cut.closed)
      .date("opened", cut.opened)
      .digest("head", cut.head)
      .number("tree_size", cut.tree_size)
      .digest("tree_root", cut.tree_root);
  append_list(object, "totals", cut.totals, [](ObjectWriter& row, const ClassTotal& total) {
    row.number("class", total.account_class)
        .text("currency", total.currency.code())
        .total("debits", total.debits)
        .total("credits", total.credits);
  });
}

void append_effects(ObjectWriter& object, const Entry& entry, const Names& names) {
  append_list(object, "postings", entry.postings, [&](ObjectWriter& o, const Posting& p) {
    o.text("debit", code_of(names.accounts, p.debit.value()))
        .text("credit", code_of(names.accounts, p.credit.value()))
        .signed_number("amount", p.amount.minor())
        .text("kind", name_of(p.kind));
  });
  append_list(object, "owners", entry.owners, append_owner);
  append_list(object, "holds", entry.holds,
              [&](ObjectWriter& o, const HoldChange& h) { append_hold(o, h, names); });
  append_list(object, "projects", entry.projects, [&](ObjectWriter& o, const ProjectOpened& p) {
    o.text("code", p.code)
        .text("borrower", code_of(names.owners, p.borrower.value()))
        .signed_number("target", p.target.minor())
        .digest("contract_hash", p.contract);
    append_schedule(o.key("instalments"), p.instalments);
  });
  append_list(object, "moves", entry.moves, [&](ObjectWriter& o, const ProjectMoved& m) {
    o.text("project", code_of(names.projects, m.id.value())).text("to", name_of(m.to));
  });
  append_list(object, "instalments", entry.instalments,
              [&](ObjectWriter& o, const InstalmentPaid& i) {
                o.text("project", code_of(names.projects, i.project.value()))
                    .number("instalment", i.instalment)
                    .signed_number("principal", i.principal.minor())
                    .signed_number("interest", i.interest.minor());
              });
  append_list(object, "claims", entry.claims, [&](ObjectWriter& o, const ClaimChange& c) {
    o.text("op", name_of(c.op))
        .text("project", code_of(names.projects, c.project.value()))
        .text("holder", code_of(names.owners, c.holder.value()))
        .signed_number("principal", c.principal.minor())
        .signed_number("interest", c.interest.minor());
  });
  append_list(object, "reversals", entry.reversals, [](ObjectWriter& o, const ReversalStep& r) {
    o.text("op", name_of(r.op))
        .number("entry", r.target.value())
        .text("flow", name_of(r.target_flow))
        .digest("entry_hash", r.target_hash)
        .text("proposal", r.proposal)
        .text("maker", r.maker);
  });
  append_list(object, "profiles", entry.profiles, [](ObjectWriter& o, const ProfileAdopted& p) {
    o.number("version", p.version).text("name", p.name).text("text", p.text);
  });
  append_list(object, "cut_offs", entry.cut_offs, append_cut_off);
  append_list(object, "fees", entry.fees, [&](ObjectWriter& o, const FeeChange& f) {
    o.text("op", name_of(f.op))
        .text("project", code_of(names.projects, f.project.value()))
        .signed_number("amount", f.amount.minor());
  });
}

}  // namespace

void Names::want(const Entry& entry) {
  for (const Posting& p : entry.postings) {
    accounts.try_emplace(p.debit.value());
    accounts.try_emplace(p.credit.value());
  }
  for (const HoldChange& h : entry.holds) {
    accounts.try_emplace(h.account.value());
    if (!h.beneficiary.is_none()) accounts.try_emplace(h.beneficiary.value());
    if (!h.project.is_none()) projects.try_emplace(h.project.value());
  }
  for (const ProjectOpened& p : entry.projects) owners.try_emplace(p.borrower.value());
  for (const ProjectMoved& m : entry.moves) projects.try_emplace(m.id.value());
  for (const InstalmentPaid& i : entry.instalments) projects.try_emplace(i.project.value());
  for (const ClaimChange& c : entry.claims) {
    projects.try_emplace(c.project.value());
    owners.try_emplace(c.holder.value());
  }
  for (const FeeChange& f : entry.fees) projects.try_emplace(f.project.value());
}

void Names::look_up(const engine::Engine::View& view) {
  for (auto& [id, code] : accounts) code = view.account_code(base::AccountId(id));
  for (auto& [id, code] : owners) code = view.owner_code(base::ClientId(id));
  for (auto& [id, code] : projects) code = view.project_code(base::ProjectId(id));
}

void append_entry(std::string& out, const Entry& entry, const Names& names) {
  ObjectWriter object(out);
  object.number("sequence", entry.sequence.value())
      .text("flow", name_of(entry.flow))
      .text("outcome", entry.committed() ? "committed" : "refused")
      .text("authority", name_of(entry.authority))
      .time("time", entry.time)
      .date("business_date", entry.business_date)
      .date("value_date", entry.value_date)
      .text("command_id", entry.command_id)
      .number("profile_version", entry.profile_version);
  if (!entry.operator_name.empty()) object.text("operator", entry.operator_name);
  if (entry.allocation_version != 0) object.number("allocation_version", entry.allocation_version);
  if (entry.refusal != 0) {
    const auto code = refusal_from_number(entry.refusal);
    ObjectWriter refusal(object.key("refusal"));
    refusal.number("code", entry.refusal)
        .text("name", code ? text_of(*code).name : std::string_view())
        .text("detail", entry.detail);
    refusal.close();
  }
  append_command(object.key("command"), entry);
  append_effects(object, entry, names);
  object.close();
}

}  // namespace ledger::server
