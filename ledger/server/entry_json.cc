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
  object.text("code", owner.code).text("kind", owner.kind).text("currency", owner.currency.code());
  append_owner_flags(object, owner.flags);
  object.number("id", owner.id.value()).number("first_account", owner.first_account.value());
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
  if (!hold.expires.is_none()) object.date("expires", hold.expires);
  if (!hold.principal.is_zero()) object.signed_number("principal", hold.principal.minor());
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

void append_opened(ObjectWriter& object, const ProjectOpened& project, const Names& names) {
  object.text("code", project.code)
      .text("borrower", code_of(names.owners, project.borrower.value()))
      .signed_number("target", project.target.minor())
      .digest("contract_hash", project.contract);
  if (!project.guarantor.is_none()) {
    object.text("guarantor", code_of(names.owners, project.guarantor.value()));
  }
  if (!project.payee.empty()) object.text("payee", project.payee);
  append_schedule(object.key("instalments"), project.instalments);
}

void append_alert(ObjectWriter& object, const Alert& alert) {
  object.text("rule", alert.rule)
      .text("subject", alert.subject)
      .number("severity", alert.severity)
      .signed_number("amount", alert.amount.minor());
  std::string& out = object.key("entries");
  out.push_back('[');
  Commas commas;
  for (const base::Sequence cause : alert.entries) {
    commas.next(out);
    append_number(out, cause.value());
  }
  out.push_back(']');
}

// Sections 12 and up.
void append_later_effects(ObjectWriter& object, const Entry& entry, const Names& names) {
  append_list(object, "proposals", entry.proposals, [](ObjectWriter& o, const ProposalStep& p) {
    o.text("op", name_of(p.op)).text("proposal", p.proposal).text("maker", p.maker);
    if (!p.expires.is_none()) o.date("expires", p.expires);
    append_command(o.key("command"), p.flow, p.body);
  });
  append_list(object, "voided", entry.voided, [&](ObjectWriter& o, const ScheduleVoided& v) {
    o.text("project", code_of(names.projects, v.project.value()))
        .number("from", v.from)
        .signed_number("principal", v.principal.minor())
        .signed_number("interest", v.interest.minor());
  });
  append_list(object, "overdue", entry.overdue, [&](ObjectWriter& o, const OverdueMark& m) {
    o.text("project", code_of(names.projects, m.project.value()))
        .number("instalment", m.instalment)
        .date("due", m.due)
        .number("days", m.days)
        .signed_number("penalty", m.penalty.minor());
  });
  append_list(object, "owner_changes", entry.owner_changes,
              [&](ObjectWriter& o, const OwnerChanged& c) {
                o.text("owner", code_of(names.owners, c.id.value()));
                append_owner_flags(o, c.flags);
                o.signed_number("elsewhere", c.elsewhere.minor());
              });
  append_list(object, "switches", entry.switches, [](ObjectWriter& o, const Switch& change) {
    o.text("what", name_of(change.what)).flag("on", change.on);
  });
  append_list(object, "alerts", entry.alerts, append_alert);
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
  append_list(object, "projects", entry.projects,
              [&](ObjectWriter& o, const ProjectOpened& p) { append_opened(o, p, names); });
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
  append_later_effects(object, entry, names);
}

}  // namespace

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

void append_command(std::string& out, std::optional<FlowCode> flow, std::string_view body) {
  Command command;
  command.body = body;
  ObjectWriter object(out);
  if (flow) object.text("flow", name_of(*flow));
  const auto fields = fields_of(body);
  for (const BodyField& f : fields ? *fields : std::vector<BodyField>()) {
    const FieldSpec& spec = spec_of(f.field);
    switch (spec.type) {
      case FieldType::kAmount:
      case FieldType::kAmountOrZero:
      case FieldType::kCount:
      case FieldType::kFlag:
        object.key(spec.name).append(show(f.field, f.value));
        break;
      case FieldType::kSchedule:
        append_schedule(object.key(spec.name), command.schedule());
        break;
      case FieldType::kCommand:
        if (const auto inner = command.nested(f.field)) {
          append_command(object.key(spec.name), inner->flow, inner->body);
        }
        break;
      case FieldType::kCode:
      case FieldType::kText:
      case FieldType::kDocument:
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

void append_owner_flags(ObjectWriter& object, std::uint16_t flags) {
  const auto has = [flags](OwnerFlag flag) {
    return (flags & static_cast<std::uint16_t>(flag)) != 0;
  };
  object.flag("legal_person", has(OwnerFlag::kLegalPerson))
      .flag("related_party", has(OwnerFlag::kRelatedParty))
      .flag("dormant", has(OwnerFlag::kDormant))
      .flag("frozen", has(OwnerFlag::kFrozen));
}

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
  for (const ProjectOpened& p : entry.projects) {
    owners.try_emplace(p.borrower.value());
    if (!p.guarantor.is_none()) owners.try_emplace(p.guarantor.value());
  }
  for (const ProjectMoved& m : entry.moves) projects.try_emplace(m.id.value());
  for (const InstalmentPaid& i : entry.instalments) projects.try_emplace(i.project.value());
  for (const ClaimChange& c : entry.claims) {
    projects.try_emplace(c.project.value());
    owners.try_emplace(c.holder.value());
  }
  for (const FeeChange& f : entry.fees) projects.try_emplace(f.project.value());
  for (const ScheduleVoided& v : entry.voided) projects.try_emplace(v.project.value());
  for (const OverdueMark& m : entry.overdue) projects.try_emplace(m.project.value());
  for (const OwnerChanged& c : entry.owner_changes) owners.try_emplace(c.id.value());
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
  append_command(object.key("command"), std::nullopt, entry.command);
  append_effects(object, entry, names);
  object.close();
}

}  // namespace ledger::server
