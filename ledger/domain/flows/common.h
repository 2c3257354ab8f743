// What several flows share: finding their parties, setting money aside, moving it.
#pragma once

#include <optional>
#include <string_view>

#include "ledger/domain/flow.h"

namespace ledger::domain::flows {

Refusal refuse(RefusalCode code, std::string detail = {});

// The owner a field names, if it exists; it need not be a client (see need_client_kind).
struct Party {
  base::ClientId id;
  base::AccountId available;
  base::AccountId frozen;
  base::AccountId withdrawing;
};
base::Result<Party, Refusal> find_client(const State& state, const Command& command,
                                         Field field = Field::kClient);
// Refuses owners without a client's accounts: channels and the structural ones.
std::optional<Refusal> need_client_kind(const State& state, const Party& party);
Party party_of(const State& state, base::ClientId id);  // an existing client
std::string_view kind_name(const State& state, base::ClientId id);

base::Result<base::ProjectId, Refusal> find_project(const State& state, const Command& command);

// The open hold of the order that the command continues. `kOrderClosed` if the order was a command
// but has no such hold any more, `kUnknownOrder` if it never was one.
base::Result<const Hold*, Refusal> find_order(const State& state, const Command& command,
                                              const Context& context, HoldKind kind);

base::AccountId structural(const State& state, std::string_view code);  // by the profile's check

// Adds Dr debit, Cr credit.
void post(Entry& draft, base::AccountId debit, base::AccountId credit, base::Amount amount,
          PostingKind kind = PostingKind::kTransfer);
// Opens a hold for the command's own order.
void open_hold(const State& state, Entry& draft, HoldKind kind, base::AccountId account,
               base::AccountId beneficiary, base::Amount amount);
// Captures or releases `amount` of an open hold.
void use_hold(Entry& draft, HoldOp op, const Hold& hold, base::Amount amount);

// Refuses unless the amount is all that is left of the order's hold.
std::optional<Refusal> need_whole(const Hold& hold, base::Amount amount);
// Refuses if the account has less than `amount`.
std::optional<Refusal> need_funds(const State& state, base::AccountId account, base::Amount amount);
// As above, counting only what the bank has settled.
std::optional<Refusal> need_settled(const State& state, base::AccountId account,
                                    base::Amount amount);
// Refuses if the borrower would owe more than the profile's cap with `more` on top.
std::optional<Refusal> need_cap(const State& state, base::ClientId borrower, base::Amount more);
// The named rule, if it is one for this payer and flow.
base::Result<const FeeRule*, Refusal> find_fee_rule(const State& state, std::string_view rule_id,
                                                    FlowCode flow, base::ClientId payer);
// Refuses a fee above what the rule allows on the base amount.
std::optional<Refusal> need_fee_limit(const FeeRule& rule, base::Amount fee,
                                      base::Amount base_amount);

// The flows, one file each.
extern const Flow kOpenAccount, kOpenProject, kDeposit, kSettle, kWithdraw, kWithdrawAccept,
    kWithdrawPay, kWithdrawFail, kBid, kBidCancel, kProjectFail, kDisburse, kFee, kRepay,
    kDistribute, kReversalPropose, kReversalApprove, kReversalReject, kCutOff;

}  // namespace ledger::domain::flows
