// What one profile must keep of the one before it, so that everything already in the books keeps
// its meaning.
#pragma once

#include <string>

#include "ledger/domain/profile.h"

namespace ledger::domain {

// Why `next` cannot follow `now`; empty if it can. Its version is higher; currencies, classes and
// kinds of owners stand as they stood, in the same places, and new ones only behind them.
std::string unfit_successor(const Profile& now, const Profile& next);

}  // namespace ledger::domain
