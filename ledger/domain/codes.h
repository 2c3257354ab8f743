// The numbers that the journal carries. They are frozen: a number is never reused or changed.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace ledger::domain {

// Ten times the flow's number in the custody flow table (F2 is 20), so that variants have room;
// openings and owners' changes, which the table does not number, are below 10; holds that belong to
// no loan are 400 and up, what operators do about the ledger itself is 410 and up.
enum class FlowCode : std::uint16_t {
  kGenesis = 1,
  kOpenAccount = 2,
  kOpenProject = 3,
  kUpdateOwner = 4,
  kAdoptProfile = 5,
  kDepositRequest = 10,
  kDeposit = 20,
  kSettle = 30,
  kDepositFail = 40,
  kDepositChargeback = 41,
  kReceipt = 50,
  kReceiptAllocate = 51,
  kReceiptReturn = 52,
  kWithdraw = 60,
  kReviewPass = 61,
  kReviewHold = 62,
  kWithdrawAccept = 70,
  kWithdrawUnknown = 71,
  kWithdrawPay = 80,
  kWithdrawFail = 90,
  kWithdrawReturn = 100,
  kBid = 110,
  kRedPacket = 111,
  kBidCancel = 120,
  kProjectFail = 121,
  kDisburse = 130,
  kFee = 140,
  kEntrustedPay = 150,
  kRepay = 160,
  kDistribute = 170,
  kRepayEarly = 180,
  kRepayPartial = 190,
  kOverdue = 200,
  kCompensate = 210,
  kCompensateIndirect = 211,
  kReserveCompensate = 220,
  kRecover = 221,
  kReserveFund = 222,
  kReserveRefund = 223,
  kTopUp = 230,
  kFeeSweep = 240,
  kFeeSweepPaid = 241,
  kFeeSweepFail = 242,
  kClaimBid = 250,
  kClaimTransfer = 251,
  kClaimCancel = 252,
  kReward = 260,
  kReversalPropose = 270,
  kReversalApprove = 271,
  kReversalReject = 272,
  kBankInterest = 280,
  kBankInterestPay = 281,
  kJudicialFreeze = 290,
  kJudicialRelease = 291,
  kJudicialCatch = 292,
  kJudicialDeduct = 300,
  kDormant = 310,
  kDormantEnd = 311,
  kCutOff = 320,
  kHold = 400,
  kCapture = 401,
  kRelease = 402,
  kHoldExpire = 403,
  kDispute = 404,
  kFreezeOwner = 410,
  kUnfreezeOwner = 411,
  kHalt = 420,
  kResume = 421,
  kPropose = 900,
  kApprove = 901,
  kReject = 902,
  kProposalExpire = 903,
  kAlert = 910,
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
  kBid = 1,               // lender's frozen money, for one project
  kRepayment = 2,         // borrower's frozen money, for one instalment
  kWithdrawal = 3,        // frozen until the bank accepts
  kWithdrawTransit = 4,   // accepted by the bank, not yet confirmed paid
  kDepositTransit = 5,    // credited, not yet settled by the bank
  kFee = 6,               // frozen with a withdrawal, due when it is paid
  kDepositRequested = 7,  // a client's order to the channel; counts nowhere
  kDepositUnsettled = 8,  // accepted, credited only on settlement; counts nowhere
  kReceipt = 9,           // came in without a known client
  kWithdrawReview = 10,   // a withdrawal that an operator has to look at first
  kWithdrawUnknown = 11,  // sent to the bank, which did not say what became of it
  kRedPacket = 12,        // the platform's part of a bid
  kEntrusted = 13,        // a loan's money that may go to the declared payee only: a restriction
  kClaimPurchase = 14,    // the price of a claim, until the transfer
  kJudicial = 15,         // frozen for a court
  kJudicialWaiting = 16,  // what a court ordered beyond what there was: a restriction
  kSweep = 17,            // the platform's fees on their way to its own account
  kEscrow = 18,           // held for a counterparty
  kDisputed = 19,         // the same, while the parties disagree
  kInterest = 20,         // bank interest not yet given to the clients
};
// Restrictions lie on money that stays available: it may not leave below what they add up to.
constexpr bool is_restriction(HoldKind kind) {
  return kind == HoldKind::kEntrusted || kind == HoldKind::kJudicialWaiting;
}
// Remembered orders that stand in no counter.
constexpr bool is_memo(HoldKind kind) {
  return kind == HoldKind::kDepositRequested || kind == HoldKind::kDepositUnsettled;
}
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
  kDefaulted = 7,   // the lenders were compensated whole, the borrower still owes the compensator
};
std::string_view name_of(ProjectState state);

enum class ClaimOp : std::uint8_t {
  kCreate = 1,
  kRepay = 2,
  kCompensate = 3,  // paid to the holder by another than the borrower, who goes on owing it
  kRecover = 4,     // paid by the borrower to the compensator
  kSell = 5,
  kBuy = 6,
  kSubrogate = 7,  // what the compensator may claim from now on
  kOffer = 8,      // set aside for a transfer
  kUnoffer = 9,
};
std::string_view name_of(ClaimOp op);

// kReturned: the bank took back what the entry recorded (a payment that came back, a deposit
// charged back): it can happen to an entry once, and excludes a reversal.
enum class ReversalOp : std::uint8_t { kProposed = 1, kApproved = 2, kRejected = 3, kReturned = 4 };
std::string_view name_of(ReversalOp op);

enum class ProposalOp : std::uint8_t { kProposed = 1, kApproved = 2, kRejected = 3, kExpired = 4 };
std::string_view name_of(ProposalOp op);

enum class SwitchCode : std::uint8_t { kHalted = 1 };
std::string_view name_of(SwitchCode code);

enum class FeeOp : std::uint8_t { kTake = 1, kGiveBack = 2 };
std::string_view name_of(FeeOp op);

// Bits of an owner's flags.
enum class OwnerFlag : std::uint16_t {
  kLegalPerson = 1,
  kRelatedParty = 2,
  kDormant = 4,
  kFrozen = 8,  // nothing may leave, whoever asks
};
inline constexpr std::uint16_t kOwnerFlags = 15;  // all of them

}  // namespace ledger::domain
