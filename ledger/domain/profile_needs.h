// What the flows rely on to find their accounts. A profile that declares a flow without them is
// refused when it is read, so that no flow meets a missing account later.
#pragma once

#include <string>

#include "ledger/domain/profile.h"

namespace ledger::domain {

// The first thing that `flow` needs and the profile lacks, in words for a fault; "" if it has all.
std::string missing_for(const Profile& profile, FlowCode flow);

// The first account of a client that cannot serve as what its suffix says ("available", "frozen",
// "withdrawing"); "" if all can.
std::string unfit_account(const Profile& profile, const OwnerKind& kind);

}  // namespace ledger::domain
