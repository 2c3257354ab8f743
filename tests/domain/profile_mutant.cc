#include "tests/domain/profile_mutant.h"

#include "ledger/domain/command.h"
#include "ledger/domain/entry.h"
#include "ledger/domain/flow.h"
#include "ledger/domain/profile.h"
#include "ledger/domain/state.h"

namespace ledger::domain::test {
namespace {

constexpr base::Timestamp kNow{1'700'000'000'000'000'000};

std::string flaw_of_fault(const base::Fault& fault) {
  if (fault.kind != base::Fault::Kind::kInvalid) return "a fault of another kind";
  constexpr std::string_view kStart = "profile: line ";
  const std::string& m = fault.message;
  if (!m.starts_with(kStart)) return "a fault without a line: " + m;
  const std::size_t digits = m.find_first_not_of("0123456789", kStart.size());
  if (digits == kStart.size() || digits == std::string::npos || m.substr(digits, 2) != ": " ||
      m.size() == digits + 2) {
    return "a fault without a line or reason: " + m;
  }
  return {};
}

// Opens an owner of each kind and sends it each flow; refusals are answers, crashes are not.
void live_a_little(State& state, const Profile& profile) {
  std::int64_t n = 0;
  Entry entry;
  const auto send = [&](FlowCode flow, const std::string& client) {
    CommandBuilder b;
    b.start();
    const FlowRules* rules = profile.rules_of(flow);
    bool bad = b.set_id("c" + std::to_string(++n)) || b.set_flow(name_of(flow));
    const auto authority = rules == nullptr ? Authority::kPlatform : rules->authorities.front();
    bad = bad || b.set_text(Field::kAuthority, name_of(authority));
    for (const FlowField& f : find_flow(flow)->fields) {
      if (bad) break;
      const FieldType type = spec_of(f.field).type;
      if (type == FieldType::kCode) {
        bad = b.set_text(f.field, f.field == Field::kChannel ? "x" : client).has_value();
      } else if (type == FieldType::kText) {
        bad = b.set_text(f.field, "text").has_value();
      } else if (type == FieldType::kAmount || type == FieldType::kCount) {
        bad = b.set_integer(f.field, 100).has_value();
      } else {
        bad = f.required;
      }
    }
    const auto command = b.finish();
    if (bad || !command) return;
    Context context;
    context.now = {kNow.ns + n};
    if (!decide(state, *command, context, entry)) (void)state.apply(entry, nullptr);
  };
  for (const OwnerKind& kind : profile.kinds()) {
    if (kind.structural) continue;
    const std::string client = kind.name + ":x";
    if (client.size() > 48) continue;
    send(FlowCode::kOpenAccount, client);
    for (const Flow* flow : all_flows()) send(flow->code, client);
  }
}

}  // namespace

std::string flaw_of_profile(std::string_view toml, bool& accepted) {
  const auto profile = Profile::parse(toml);
  accepted = profile.has_value();
  if (!profile) return flaw_of_fault(profile.error());
  if (profile->text() != toml) return "the text is not kept";
  const Entry first = genesis(*profile, kNow, *base::Date::from_ymd(2024, 6, 30));
  std::string bytes;
  encode(first, bytes);
  Entry again;
  if (!decode(bytes, again)) return "its first entry cannot be read";
  State state;
  if (const auto done = state.apply(again, nullptr); !done) return done.error().message;
  live_a_little(state, *profile);
  return {};
}

}  // namespace ledger::domain::test
