// The first entry of a journal: the profile and its structural owners.
#include "ledger/domain/flow.h"

namespace ledger::domain {

Entry genesis(const Profile& profile, base::Timestamp now, base::Date business_date) {
  Entry entry;
  entry.flow = FlowCode::kGenesis;
  entry.profile_version = profile.version();
  entry.sequence = base::Sequence(1);
  entry.time = now;
  entry.business_date = business_date;
  entry.value_date = business_date;
  entry.command_id = "genesis";
  entry.profiles.push_back({profile.version(), profile.name(), profile.text()});
  std::uint64_t next_account = 1;
  for (const OwnerKind& kind : profile.kinds()) {
    if (!kind.structural) continue;
    OwnerOpened& owner = entry.owners.emplace_back();
    owner.id = base::ClientId(entry.owners.size());
    owner.first_account = base::AccountId(next_account);
    owner.account_count = static_cast<std::uint16_t>(kind.accounts.size());
    owner.currency = profile.currencies().front();
    owner.kind = kind.name;
    owner.code = kind.name;
    for (const KindAccount& account : kind.accounts) {
      owner.classes.push_back(account.account_class);
      owner.account_names.push_back(account.suffix);
    }
    next_account += kind.accounts.size();
  }
  return entry;
}

}  // namespace ledger::domain
