// What the GETs show of accounts, owners, projects, holds and proposals.
#pragma once

#include <string>

#include "ledger/engine/engine.h"

namespace ledger::server {

void append_account(std::string& out, const engine::AccountView& account);
void append_owner(std::string& out, const engine::OwnerView& view);
void append_project(std::string& out, const engine::ProjectView& view);
void append_hold(std::string& out, const engine::HoldView& view);
void append_proposal(std::string& out, const domain::Proposal& proposal);
void append_overdue(std::string& out, const engine::OverdueView& view);

}  // namespace ledger::server
