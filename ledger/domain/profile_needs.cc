#include "ledger/domain/profile_needs.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace ledger::domain {
namespace {

// One bit for each thing a flow may need.
enum Need : std::uint32_t {
  kBank = 1U << 0,
  kShortfall = 1U << 1,
  kUnallocated = 1U << 2,
  kBankInterest = 1U << 3,
  kMaster = 1U << 4,
  kMarketing = 1U << 5,
  kMarketingFrozen = 1U << 6,
  kPlatformFee = 1U << 7,
  kPlatformTransit = 1U << 8,
  kRisk = 1U << 9,
  kChannel = 1U << 10,
  kLender = 1U << 11,
  kLenderFrozen = 1U << 12,
  kBorrower = 1U << 13,
  kBorrowerFrozen = 1U << 14,
  kBorrowerWithdrawing = 1U << 15,
  kGuarantor = 1U << 16,
  // Of any kind of clients.
  kClient = 1U << 17,
  kClientFrozen = 1U << 18,
  kClientWithdrawing = 1U << 19,
};

struct NeededAccount {
  Need need;
  std::string_view kind;
  std::string_view suffix;
  ClassGroup group;
  bool itemised;
  bool structural;
};

constexpr NeededAccount kAccounts[] = {
    {kBank, "custody", "bank", ClassGroup::kBank, false, true},
    {kShortfall, "custody", "shortfall", ClassGroup::kShortfall, false, true},
    {kUnallocated, "suspense", "unallocated", ClassGroup::kClient, true, true},
    {kBankInterest, "suspense", "bank_interest", ClassGroup::kClient, true, true},
    {kMaster, "platform", "master", ClassGroup::kPlatform, false, true},
    {kMarketing, "platform", "marketing", ClassGroup::kPlatform, false, true},
    {kMarketingFrozen, "platform", "marketing_frozen", ClassGroup::kPlatform, true, true},
    {kPlatformFee, "platform", "fee", ClassGroup::kPlatform, false, true},
    {kPlatformTransit, "platform", "in_transit", ClassGroup::kPlatform, true, true},
    {kRisk, "reserve", "risk", ClassGroup::kPlatform, false, true},
    {kChannel, "channel", "in_transit", ClassGroup::kInTransit, true, false},
    {kLender, "lender", "available", ClassGroup::kClient, false, false},
    {kLenderFrozen, "lender", "frozen", ClassGroup::kClient, true, false},
    {kBorrower, "borrower", "available", ClassGroup::kClient, false, false},
    {kBorrowerFrozen, "borrower", "frozen", ClassGroup::kClient, true, false},
    {kBorrowerWithdrawing, "borrower", "withdrawing", ClassGroup::kClient, true, false},
    {kGuarantor, "guarantor", "available", ClassGroup::kClient, false, false},
};

// The accounts of a client that flows find by their suffix, whatever the kind is called.
constexpr std::pair<std::string_view, bool> kClientAccounts[] = {
    {"available", false}, {"frozen", true}, {"withdrawing", true}};

constexpr std::uint32_t kNothing = 0;
constexpr std::uint32_t kClientHold = kClient | kClientFrozen;
constexpr std::uint32_t kLenderHold = kLender | kLenderFrozen;
constexpr std::uint32_t kBorrowerHold = kBorrower | kBorrowerFrozen;

std::uint32_t needs_of(FlowCode flow, const Policy& policy) {
  switch (flow) {
    case FlowCode::kGenesis:
    case FlowCode::kOpenAccount:
    case FlowCode::kUpdateOwner:
    case FlowCode::kAdoptProfile:
    case FlowCode::kReversalPropose:
    case FlowCode::kReversalReject:
    case FlowCode::kDormant:
    case FlowCode::kDormantEnd:
    case FlowCode::kCutOff:
    case FlowCode::kFreezeOwner:
    case FlowCode::kUnfreezeOwner:
    case FlowCode::kHalt:
    case FlowCode::kResume:
    case FlowCode::kPropose:
    case FlowCode::kApprove:
    case FlowCode::kReject:
    case FlowCode::kProposalExpire:
    case FlowCode::kAlert:
      return kNothing;
    case FlowCode::kReversalApprove:
      return kShortfall;
    case FlowCode::kDepositRequest:
    case FlowCode::kDeposit:
      return kChannel | kClient;
    case FlowCode::kSettle:
      return kChannel | kClient | kBank;
    case FlowCode::kDepositFail:
      return kChannel | kClient | kShortfall;
    case FlowCode::kDepositChargeback:
      return kClient | kBank | kShortfall;
    case FlowCode::kReceipt:
    case FlowCode::kReceiptReturn:
      return kBank | kUnallocated;
    case FlowCode::kReceiptAllocate:
      return kUnallocated | kClient;
    case FlowCode::kWithdraw:
    case FlowCode::kReviewPass:
    case FlowCode::kReviewHold:
      return kClientHold;
    case FlowCode::kWithdrawAccept:
    case FlowCode::kWithdrawUnknown:
    case FlowCode::kWithdrawFail:
    case FlowCode::kJudicialDeduct:
      return kClientHold | kClientWithdrawing;
    case FlowCode::kWithdrawPay:
      return kClientHold | kClientWithdrawing | kBank;
    case FlowCode::kWithdrawReturn:
      return kClient | kBank;
    case FlowCode::kOpenProject:
    case FlowCode::kOverdue:
    case FlowCode::kRecover:
      return kBorrower;
    case FlowCode::kBid:
    case FlowCode::kBidCancel:
    case FlowCode::kProjectFail:
    case FlowCode::kClaimBid:
    case FlowCode::kClaimTransfer:
    case FlowCode::kClaimCancel:
      return kLenderHold | kBorrower;
    case FlowCode::kRedPacket:
      return kLenderHold | kBorrower | kMarketing | kMarketingFrozen;
    case FlowCode::kDisburse:
      return kLenderHold | kBorrower;
    case FlowCode::kFee:
      return kBorrower | kPlatformFee;
    case FlowCode::kEntrustedPay:
      return kBorrower | kBorrowerWithdrawing;
    case FlowCode::kRepay:
    case FlowCode::kRepayEarly:
    case FlowCode::kRepayPartial:
      return kBorrowerHold;
    case FlowCode::kDistribute:
      return kBorrowerHold | kLender;
    case FlowCode::kCompensate:
      return kGuarantor | kBorrower | kLender;
    case FlowCode::kCompensateIndirect:
      return kGuarantor | kBorrowerHold | kLender;
    case FlowCode::kReserveCompensate:
      return kRisk | kBorrower | kLender;
    case FlowCode::kReserveFund:
      return kRisk | kMaster | kPlatformFee;
    case FlowCode::kReserveRefund:
      return kRisk | kMaster;
    case FlowCode::kTopUp:
      return kBank;
    case FlowCode::kFeeSweep:
    case FlowCode::kFeeSweepFail:
      return kPlatformFee | kPlatformTransit;
    case FlowCode::kFeeSweepPaid:
      return kPlatformTransit | kBank;
    case FlowCode::kReward:
      return kMarketing | kClient;
    case FlowCode::kBankInterest:
      return kBank | kBankInterest;
    case FlowCode::kBankInterestPay:
      return kBankInterest | kClient | (policy.interest_to == InterestTo::kPlatform ? kMaster : 0U);
    case FlowCode::kJudicialFreeze:
    case FlowCode::kJudicialRelease:
    case FlowCode::kJudicialCatch:
    case FlowCode::kHold:
    case FlowCode::kCapture:
    case FlowCode::kRelease:
    case FlowCode::kHoldExpire:
    case FlowCode::kDispute:
      return kClientHold;
  }
  return kNothing;
}

const AccountClass* class_of(const Profile& profile, std::string_view kind,
                             std::string_view suffix) {
  const auto index = profile.kind_index(kind);
  if (!index) return nullptr;
  const auto position = profile.account_position(*index, suffix);
  if (!position) return nullptr;
  const auto number = profile.kinds()[*index].accounts[*position].account_class;
  return &profile.classes()[*profile.class_index(number)];
}

std::string_view name_of(ClassGroup group) {
  switch (group) {
    case ClassGroup::kBank:
      return "bank";
    case ClassGroup::kInTransit:
      return "in_transit";
    case ClassGroup::kShortfall:
      return "shortfall";
    case ClassGroup::kClient:
      return "client";
    case ClassGroup::kPlatform:
      return "platform";
  }
  return "unknown";
}

std::string unfit(std::string_view kind, std::string_view suffix, const AccountClass& c,
                  ClassGroup group, bool itemised) {
  if (c.group != group) {
    return fmt::format("the account {}:{} must be of the group {}", kind, suffix, name_of(group));
  }
  if (c.itemised != itemised) {
    return fmt::format("the account {}:{} must {}be itemised", kind, suffix,
                       itemised ? "" : "not ");
  }
  return {};
}

std::string lacks(const Profile& profile, const NeededAccount& a) {
  const AccountClass* c = class_of(profile, a.kind, a.suffix);
  if (c == nullptr) return fmt::format("needs an account {}:{}", a.kind, a.suffix);
  if (profile.kinds()[*profile.kind_index(a.kind)].structural != a.structural) {
    return fmt::format("needs the kind {} to be {}structural", a.kind, a.structural ? "" : "not ");
  }
  return unfit(a.kind, a.suffix, *c, a.group, a.itemised);
}

bool has_client_account(const Profile& profile, std::string_view suffix) {
  return std::any_of(profile.kinds().begin(), profile.kinds().end(), [&](const OwnerKind& k) {
    return !k.structural && class_of(profile, k.name, suffix) != nullptr;
  });
}

}  // namespace

std::string missing_for(const Profile& profile, FlowCode flow) {
  std::uint32_t needs = needs_of(flow, profile.policy());
  for (const auto& [id, rule] : profile.fee_rules()) {
    if (rule.flow == flow) needs |= kPlatformFee;
  }
  for (const NeededAccount& account : kAccounts) {
    if ((needs & account.need) == 0) continue;
    if (std::string lack = lacks(profile, account); !lack.empty()) return lack;
  }
  constexpr std::pair<Need, std::string_view> kOfClients[] = {
      {kClient, "available"}, {kClientFrozen, "frozen"}, {kClientWithdrawing, "withdrawing"}};
  for (const auto& [need, suffix] : kOfClients) {
    if ((needs & need) != 0 && !has_client_account(profile, suffix)) {
      return fmt::format("needs a kind of clients with an account '{}'", suffix);
    }
  }
  return {};
}

std::string unfit_account(const Profile& profile, const OwnerKind& kind) {
  if (kind.structural) return {};
  for (const auto& [suffix, itemised] : kClientAccounts) {
    const AccountClass* c = class_of(profile, kind.name, suffix);
    if (c == nullptr) continue;
    if (auto why = unfit(kind.name, suffix, *c, ClassGroup::kClient, itemised); !why.empty()) {
      return why;
    }
  }
  return {};
}

}  // namespace ledger::domain
