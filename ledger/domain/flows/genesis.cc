// The first entry of a journal: the profile and its structural owners.
#include "ledger/domain/flow.h"
#include "ledger/domain/flows/common.h"

namespace ledger::domain {

OwnerOpened flows::structural_owner(const Profile& profile, const OwnerKind& kind,
                                    base::ClientId id, base::AccountId first_account) {
  OwnerOpened owner;
  owner.id = id;
  owner.first_account = first_account;
  owner.account_count = static_cast<std::uint16_t>(kind.accounts.size());
  owner.currency = profile.currencies().front();
  owner.kind = kind.name;
  owner.code = kind.name;
  for (const KindAccount& account : kind.accounts) {
    owner.classes.push_back(account.account_class);
    owner.account_names.push_back(account.suffix);
  }
  return owner;
}

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
    entry.owners.push_back(flows::structural_owner(
        profile, kind, base::ClientId(entry.owners.size() + 1), base::AccountId(next_account)));
    next_account += kind.accounts.size();
  }
  return entry;
}

}  // namespace ledger::domain
