// What several flows share: finding their parties, setting money aside, moving it.
#pragma once

#include <initializer_list>
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

// The account in transit of the channel that a command names.
base::Result<base::AccountId, Refusal> find_channel(const State& state, const Command& command);

base::Result<base::ProjectId, Refusal> find_project(const State& state, const Command& command);

// The open hold of the order that the command continues. `kOrderClosed` if the order was a command
// but has no such hold any more, `kUnknownOrder` if it never was one.
base::Result<const Hold*, Refusal> find_order(const State& state, const Command& command,
                                              const Context& context, HoldKind kind);
// The same for an order that may stand in one of several holds; the first kind is the usual one.
base::Result<const Hold*, Refusal> find_order(const State& state, const Command& command,
                                              const Context& context,
                                              std::initializer_list<HoldKind> kinds);
// What the bank did for a client and now takes back: the committed entry that the command names, of
// this flow, with its hash, not yet reversed or returned, and the amount at most what it moved.
// `payer`, unless none: the amount is exactly that, and this account has it.
struct Returned {
  base::AccountId beneficiary;  // of the captured hold
  base::ProjectId project;
  std::string_view order;
};
base::Result<Returned, Refusal> find_returned(const State& state, const Command& command,
                                              const Context& context, FlowCode flow,
                                              base::AccountId payer);
// Notes in the draft that the entry was returned.
void mark_returned(const Context& context, Entry& draft);

base::AccountId structural(const State& state, std::string_view code);  // by the profile's check
// The owner of a structural kind, to be opened with its profile.
OwnerOpened structural_owner(const Profile& profile, const OwnerKind& kind, base::ClientId id,
                             base::AccountId first_account);

// Adds Dr debit, Cr credit.
void post(Entry& draft, base::AccountId debit, base::AccountId credit, base::Amount amount,
          PostingKind kind = PostingKind::kTransfer);
// Opens a hold for the command's own order.
void open_hold(const State& state, Entry& draft, HoldKind kind, base::AccountId account,
               base::AccountId beneficiary, base::Amount amount);
// Captures or releases `amount` of an open hold.
void use_hold(Entry& draft, HoldOp op, const Hold& hold, base::Amount amount);
// The same money under another purpose: releases the hold and opens one of `kind` for its order.
void change_kind(const State& state, Entry& draft, const Hold& hold, HoldKind kind);
// Sets `amount` aside again for `order`, on `account`: adds to the order's open hold of this kind
// or opens one.
void set_aside_again(const State& state, Entry& draft, HoldKind kind, std::string_view order,
                     base::AccountId account, base::AccountId beneficiary, base::Amount amount,
                     base::ProjectId project, base::Date expires);
// Dr the client's account by what may leave it, and by the rest what the platform owes for it
// (custody:shortfall), Cr `credit`. A client is never below zero, nor below a restriction.
void take_from_client(const State& state, Entry& draft, base::AccountId available,
                      base::AccountId credit, base::Amount amount);

// Refuses unless the amount is all that is left of the order's hold.
// Refuses a command whose authority the profile does not accept for its flow.
std::optional<Refusal> need_authority(const State& state, const Command& command);
std::optional<Refusal> need_whole(const Hold& hold, base::Amount amount);
// Refuses if the amount is more than what is left of the order's hold.
std::optional<Refusal> need_within(const Hold& hold, base::Amount amount);
// Refuses an account of another currency than `other`; `what` names it.
std::optional<Refusal> need_currency(const State& state, base::AccountId account,
                                     base::AccountId other, std::string_view what);
// Refuses a movement that the profile's matrix does not know; `what` names the account at fault.
std::optional<Refusal> need_movement(const State& state, FlowCode flow, base::AccountId debit,
                                     base::AccountId credit, std::string_view what);
// Refuses if the last day is before the business date; none is never over.
std::optional<Refusal> need_not_over(const State& state, base::Date expires);
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

// --- the flows, one file each ---

extern const Flow kOpenAccount, kOpenProject;
// money in and out
extern const Flow kDepositRequest, kDeposit, kSettle, kDepositFail, kDepositChargeback;
extern const Flow kReceipt, kReceiptAllocate, kReceiptReturn;
extern const Flow kWithdraw, kReviewPass, kReviewHold, kWithdrawAccept, kWithdrawUnknown, kWithdrawPay,
    kWithdrawFail, kWithdrawReturn;
extern const Flow kTopUp, kFeeSweep, kFeeSweepPaid, kFeeSweepFail, kReward;
extern const Flow kBankInterest, kBankInterestPay;
// loans
extern const Flow kBid, kRedPacket, kBidCancel, kProjectFail, kDisburse, kFee, kEntrustedPay;
extern const Flow kRepay, kRepayEarly, kRepayPartial, kDistribute, kOverdue;
extern const Flow kCompensate, kCompensateIndirect, kReserveCompensate, kRecover;
extern const Flow kReserveFund, kReserveRefund;
extern const Flow kClaimBid, kClaimTransfer, kClaimCancel;
// holds
extern const Flow kJudicialFreeze, kJudicialRelease, kJudicialCatch, kJudicialDeduct;
extern const Flow kHold, kCapture, kRelease, kDispute, kHoldExpire;
// control
extern const Flow kPropose, kApprove, kReject, kProposalExpire;
extern const Flow kOwnerUpdate, kDormant, kDormantEnd, kFreeze, kUnfreeze;
extern const Flow kHalt, kResume, kAlert, kProfileAdopt;
extern const Flow kReversalPropose, kReversalApprove, kReversalReject;
extern const Flow kCutOff;

}  // namespace ledger::domain::flows
