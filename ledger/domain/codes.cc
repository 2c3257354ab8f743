#include "ledger/domain/codes.h"

#include <algorithm>
#include <array>
#include <utility>

namespace ledger::domain {
namespace {

constexpr auto kFlows = std::to_array<std::pair<FlowCode, std::string_view>>({
    {FlowCode::kGenesis, "genesis"},
    {FlowCode::kOpenAccount, "open_account"},
    {FlowCode::kOpenProject, "open_project"},
    {FlowCode::kDeposit, "deposit"},
    {FlowCode::kSettle, "settle"},
    {FlowCode::kWithdraw, "withdraw"},
    {FlowCode::kWithdrawAccept, "withdraw_accept"},
    {FlowCode::kWithdrawPay, "withdraw_pay"},
    {FlowCode::kWithdrawFail, "withdraw_fail"},
    {FlowCode::kBid, "bid"},
    {FlowCode::kBidCancel, "bid_cancel"},
    {FlowCode::kProjectFail, "project_fail"},
    {FlowCode::kDisburse, "disburse"},
    {FlowCode::kFee, "fee"},
    {FlowCode::kRepay, "repay"},
    {FlowCode::kDistribute, "distribute"},
    {FlowCode::kReversalPropose, "reversal_propose"},
    {FlowCode::kReversalApprove, "reversal_approve"},
    {FlowCode::kReversalReject, "reversal_reject"},
    {FlowCode::kCutOff, "cut_off"},
});

constexpr auto kAuthorities = std::to_array<std::pair<Authority, std::string_view>>({
    {Authority::kNone, "none"},
    {Authority::kClient, "client"},
    {Authority::kStanding, "standing"},
    {Authority::kPlatform, "platform"},
    {Authority::kGuarantor, "guarantor"},
    {Authority::kBank, "bank"},
    {Authority::kCourt, "court"},
    {Authority::kOperators, "operators"},
});

}  // namespace

std::string_view name_of(FlowCode code) {
  for (const auto& [flow, name] : kFlows) {
    if (flow == code) return name;
  }
  return "unknown";
}

std::optional<FlowCode> flow_from_name(std::string_view name) {
  for (const auto& [flow, flow_name] : kFlows) {
    if (flow_name == name) return flow;
  }
  return std::nullopt;
}

std::optional<FlowCode> flow_from_number(std::uint16_t number) {
  for (const auto& [flow, name] : kFlows) {
    if (static_cast<std::uint16_t>(flow) == number) return flow;
  }
  return std::nullopt;
}

std::string_view name_of(Authority authority) {
  for (const auto& [value, name] : kAuthorities) {
    if (value == authority) return name;
  }
  return "unknown";
}

std::optional<Authority> authority_from_name(std::string_view name) {
  for (const auto& [value, value_name] : kAuthorities) {
    if (value_name == name && value != Authority::kNone) return value;
  }
  return std::nullopt;
}

std::string_view name_of(PostingKind kind) {
  switch (kind) {
    case PostingKind::kTransfer:
      return "transfer";
    case PostingKind::kPrincipal:
      return "principal";
    case PostingKind::kInterest:
      return "interest";
    case PostingKind::kFee:
      return "fee";
    case PostingKind::kReversal:
      return "reversal";
  }
  return "unknown";
}

std::string_view name_of(HoldKind kind) {
  switch (kind) {
    case HoldKind::kBid:
      return "bid";
    case HoldKind::kRepayment:
      return "repayment";
    case HoldKind::kWithdrawal:
      return "withdrawal";
    case HoldKind::kWithdrawTransit:
      return "withdraw_transit";
    case HoldKind::kDepositTransit:
      return "deposit_transit";
    case HoldKind::kFee:
      return "fee";
  }
  return "unknown";
}

std::string_view name_of(HoldOp op) {
  switch (op) {
    case HoldOp::kOpen:
      return "open";
    case HoldOp::kCapture:
      return "capture";
    case HoldOp::kRelease:
      return "release";
    case HoldOp::kReopen:
      return "reopen";
  }
  return "unknown";
}

std::string_view name_of(ProjectState state) {
  switch (state) {
    case ProjectState::kCollecting:
      return "collecting";
    case ProjectState::kFull:
      return "full";
    case ProjectState::kRepaying:
      return "repaying";
    case ProjectState::kSettled:
      return "settled";
    case ProjectState::kFailing:
      return "failing";
    case ProjectState::kMiscarried:
      return "miscarried";
  }
  return "unknown";
}

std::string_view name_of(ClaimOp op) {
  switch (op) {
    case ClaimOp::kCreate:
      return "create";
    case ClaimOp::kRepay:
      return "repay";
  }
  return "unknown";
}

std::string_view name_of(FeeOp op) {
  switch (op) {
    case FeeOp::kTake:
      return "take";
    case FeeOp::kGiveBack:
      return "give_back";
  }
  return "unknown";
}

std::string_view name_of(ReversalOp op) {
  switch (op) {
    case ReversalOp::kProposed:
      return "proposed";
    case ReversalOp::kApproved:
      return "approved";
    case ReversalOp::kRejected:
      return "rejected";
  }
  return "unknown";
}

}  // namespace ledger::domain
