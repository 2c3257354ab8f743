// The numbers that the journal carries. They are frozen: a number is never reused or changed.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace ledger::domain {

// Ten times the flow's number in the custody flow table (F2 is 20), so that variants have room;
// openings, which the table does not number, are below 10.
enum class FlowCode : std::uint16_t {
  kGenesis = 1,
  kOpenAccount = 2,
  kOpenProject = 3,
  kDeposit = 20,
  kSettle = 30,
  kWithdraw = 60,
  kWithdrawAccept = 70,
  kWithdrawPay = 80,
  kWithdrawFail = 90,
  kBid = 110,
  kBidCancel = 120,
  kProjectFail = 121,
  kDisburse = 130,
  kFee = 140,
  kRepay = 160,
  kDistribute = 170,
  kReversalPropose = 270,
  kReversalApprove = 271,
  kReversalReject = 272,
  kCutOff = 320,
};
std::string_view name_of(FlowCode code);  // "withdraw_accept"
std::optional<FlowCode> flow_from_name(std::string_view name);
std::optional<FlowCode> flow_from_number(std::uint16_t number);

enum class Outcome : std::uint8_t { kCommitted = 0, kRefused = 1 };

// By whose authority money moves (CUSTODY 3.2): a client's own secret, a client's standing
// authorisation, the platform, a guarantor, the bank's statement or callback, a court, two
// operators.
enum class Authority : std::uint8_t {
  kNone = 0,
  kClient = 1,
  kStanding = 2,
  kPlatform = 3,
  kGuarantor = 4,
  kBank = 5,
  kCourt = 6,
  kOperators = 7,
};
std::string_view name_of(Authority authority);
std::optional<Authority> authority_from_name(std::string_view name);

enum class PostingKind : std::uint8_t {
  kTransfer = 0,
  kPrincipal = 1,
  kInterest = 2,
  kFee = 3,
  kReversal = 4,
};
std::string_view name_of(PostingKind kind);

enum class HoldKind : std::uint8_t {
  kBid = 1,              // lender's frozen money, for one project
  kRepayment = 2,        // borrower's frozen money, for one instalment
  kWithdrawal = 3,       // frozen until the bank accepts
  kWithdrawTransit = 4,  // accepted by the bank, not yet confirmed paid
  kDepositTransit = 5,   // credited, not yet settled by the bank
  kFee = 6,              // frozen with a withdrawal, due when it is paid
};
std::string_view name_of(HoldKind kind);

enum class HoldOp : std::uint8_t { kOpen = 1, kCapture = 2, kRelease = 3, kReopen = 4 };
std::string_view name_of(HoldOp op);

enum class ProjectState : std::uint8_t {
  kCollecting = 1,
  kFull = 2,
  kRepaying = 3,
  kSettled = 4,
  kFailing = 5,     // bids are being given back, in chunks
  kMiscarried = 6,  // 流标
};
std::string_view name_of(ProjectState state);

enum class ClaimOp : std::uint8_t { kCreate = 1, kRepay = 2 };
std::string_view name_of(ClaimOp op);

enum class ReversalOp : std::uint8_t { kProposed = 1, kApproved = 2, kRejected = 3 };
std::string_view name_of(ReversalOp op);

enum class FeeOp : std::uint8_t { kTake = 1, kGiveBack = 2 };
std::string_view name_of(FeeOp op);

// Bits of an owner's flags.
enum class OwnerFlag : std::uint16_t { kLegalPerson = 1, kRelatedParty = 2 };

}  // namespace ledger::domain
