#include "ledger/domain/refusal.h"

#include <algorithm>
#include <array>

#include "ledger/base/check.h"

namespace ledger::domain {
namespace {

using enum RefusalCode;

constexpr auto kCatalogue = std::to_array<RefusalText>({
    {kMalformedJson, "MALFORMED_JSON", "the text is not valid JSON", "不是有效的 JSON 文本"},
    {kNotAnObject, "NOT_AN_OBJECT", "a command must be a JSON object", "指令必须是 JSON 对象"},
    {kBodyTooLarge, "BODY_TOO_LARGE", "the request body is too large", "请求体过大"},
    {kBatchTooLarge, "BATCH_TOO_LARGE", "too many commands in one request", "单次请求的指令过多"},
    {kDuplicateKey, "DUPLICATE_KEY", "a field is given twice", "字段重复"},
    {kUnknownFlow, "UNKNOWN_FLOW", "there is no such flow", "不存在该业务类型"},
    {kUnknownField, "UNKNOWN_FIELD", "the flow has no such field", "该业务没有此字段"},
    {kMissingField, "MISSING_FIELD", "a required field is missing", "缺少必填字段"},
    {kWrongType, "WRONG_TYPE", "a field has the wrong type", "字段类型错误"},
    {kBadId, "BAD_ID", "an id must be 1 to 64 letters, digits or . _ : / -",
     "编号须为 1 至 64 位字母、数字或 . _ : / -"},
    {kBadText, "BAD_TEXT", "a text is empty, too long or has forbidden characters",
     "文本为空、过长或含有非法字符"},
    {kAmountNotPositive, "AMOUNT_NOT_POSITIVE",
     "an amount must be a positive integer of minor units", "金额必须为正整数（分）"},
    {kAmountTooLarge, "AMOUNT_TOO_LARGE", "an amount may be at most 10^18 minor units",
     "金额不得超过 10^18 分"},
    {kBadNumber, "BAD_NUMBER", "a number is out of its range", "数值超出范围"},
    {kBadDate, "BAD_DATE", "a date must be an existing day, written 2024-06-30",
     "日期必须存在，格式为 2024-06-30"},
    {kBadHash, "BAD_HASH", "a hash must be 64 hexadecimal digits", "散列值须为 64 位十六进制"},
    {kBadInstalments, "BAD_INSTALMENTS", "the instalments are not a valid schedule",
     "还款计划无效"},
    {kUnknownAuthority, "UNKNOWN_AUTHORITY", "there is no such authority", "不存在该授权类型"},
    {kRoleForbidden, "ROLE_FORBIDDEN", "the peer's role may not send this flow",
     "该角色无权发起此业务"},
    {kOperatorForbidden, "OPERATOR_FORBIDDEN", "the peer may not act as this operator",
     "不得以该操作员身份操作"},
    {kHalted, "HALTED", "the ledger is halted; send the command again later",
     "系统已暂停受理，请稍后重发"},
    {kBatchAborted, "BATCH_ABORTED", "another command of the atomic batch was refused",
     "原子批次中另一条指令被拒绝"},
    {kIdReused, "ID_REUSED", "the command id was used with another payload",
     "指令编号已用于不同内容"},
    {kAuthorityForbidden, "AUTHORITY_FORBIDDEN", "the flow does not accept this authority",
     "此业务不接受该授权类型"},
    {kUnknownClient, "UNKNOWN_CLIENT", "there is no such client", "客户不存在"},
    {kUnknownProject, "UNKNOWN_PROJECT", "there is no such project", "标的不存在"},
    {kUnknownChannel, "UNKNOWN_CHANNEL", "there is no such channel", "支付渠道不存在"},
    {kUnknownOrder, "UNKNOWN_ORDER", "there is no such order", "订单不存在"},
    {kUnknownEntry, "UNKNOWN_ENTRY", "there is no such entry", "分录不存在"},
    {kUnknownFeeRule, "UNKNOWN_FEE_RULE", "there is no such fee rule", "收费规则不存在"},
    {kAlreadyExists, "ALREADY_EXISTS", "the code is already in use", "编码已被使用"},
    {kContractReused, "CONTRACT_REUSED", "the contract already finances another project",
     "该合同已用于其他标的"},
    {kWrongKind, "WRONG_KIND", "the client is of a kind that may not do this", "客户类型不符"},
    {kWrongProjectState, "WRONG_PROJECT_STATE", "the project's state does not allow this",
     "标的状态不允许该操作"},
    {kOrderClosed, "ORDER_CLOSED", "the order is already completed", "订单已完结"},
    {kInstalmentUnknown, "INSTALMENT_UNKNOWN", "the schedule has no such instalment",
     "还款计划无此期次"},
    {kInstalmentOutOfOrder, "INSTALMENT_OUT_OF_ORDER", "an earlier instalment is still unpaid",
     "前期分期尚未还清"},
    {kBusinessDateWrong, "BUSINESS_DATE_WRONG", "the date does not follow the business date",
     "日期与会计日期不符"},
    {kScheduleMismatch, "SCHEDULE_MISMATCH", "the principal of the schedule is not the target",
     "还款计划本金与标的金额不符"},
    {kSelfLending, "SELF_LENDING", "lender and borrower are the same person",
     "出借人与借款人为同一人"},
    {kRelatedParty, "RELATED_PARTY", "a party related to the platform may not do this",
     "平台关联方不得进行该操作"},
    {kAmountMismatch, "AMOUNT_MISMATCH", "the amount is not the amount of the order",
     "金额与订单不符"},
    {kTargetExceeded, "TARGET_EXCEEDED", "the bids would exceed the project's target",
     "投标总额将超过标的金额"},
    {kCapExceeded, "CAP_EXCEEDED", "the borrower's outstanding balance would exceed the cap",
     "借款余额将超过上限"},
    {kFeeExceedsRule, "FEE_EXCEEDS_RULE", "the fee is more than the rule allows",
     "费用超过规则上限"},
    {kInsufficientFunds, "INSUFFICIENT_FUNDS", "the available balance is too small",
     "可用余额不足"},
    {kUnsettledFunds, "UNSETTLED_FUNDS", "part of the balance is not settled by the bank yet",
     "部分余额尚未清算到账"},
    {kHashMismatch, "HASH_MISMATCH", "the hash is not the hash of that entry", "分录散列值不符"},
    {kNotReversible, "NOT_REVERSIBLE", "entries of this flow cannot be reversed", "该业务不可冲正"},
    {kAlreadyReversed, "ALREADY_REVERSED", "the entry is already reversed", "分录已冲正"},
    {kProposalClosed, "PROPOSAL_CLOSED", "the proposal is already decided", "申请已处理"},
    {kSameOperator, "SAME_OPERATOR", "maker and checker must be two operators",
     "经办与复核不得为同一人"},
    {kCounterLimit, "COUNTER_LIMIT", "a counter of the account would pass its limit",
     "账户累计发生额将超过上限"},
    {kNeedsTwoOperators, "NEEDS_TWO_OPERATORS", "the flow must be proposed and approved",
     "该业务须经办提出并由另一人复核"},
    {kOwnerFrozen, "OWNER_FROZEN", "the client's accounts are frozen", "客户账户已被冻结"},
    {kOwnerDormant, "OWNER_DORMANT", "the client is dormant", "客户账户处于休眠状态"},
    {kProposalExpired, "PROPOSAL_EXPIRED", "the proposal has expired", "申请已过期"},
    {kNotOverdue, "NOT_OVERDUE", "the loan is not marked overdue", "该借款未逾期"},
    {kOverdue, "OVERDUE", "the loan is overdue", "该借款已逾期"},
    {kNotGuarantor, "NOT_GUARANTOR", "the client does not guarantee this project",
     "该客户不是标的的担保人"},
    {kPayeeMismatch, "PAYEE_MISMATCH", "the payee is not the one the project declared",
     "收款方与标的约定不符"},
    {kPolicyForbids, "POLICY_FORBIDS", "the profile's policy does not allow this",
     "规则配置不允许该操作"},
    {kClaimExceeded, "CLAIM_EXCEEDED", "the amount is more than the claim", "金额超过债权"},
    {kPriceOutOfBand, "PRICE_OUT_OF_BAND", "the price is outside the allowed band",
     "转让价格超出允许范围"},
    {kNotExpired, "NOT_EXPIRED", "the hold has not expired yet", "冻结尚未到期"},
    {kExpired, "EXPIRED", "the date has passed already", "日期已过"},
    {kProfileInvalid, "PROFILE_INVALID", "the profile cannot replace the one in force",
     "规则配置无效或不能替换现行配置"},
    {kLoanTooLarge, "LOAN_TOO_LARGE",
     "principal and interest may be at most 10^15 minor units each",
     "借款本金、利息均不得超过 10^15 分"},
    {kAlreadyInState, "ALREADY_IN_STATE", "nothing would change", "状态未发生变化"},
    {kInDispute, "IN_DISPUTE", "the hold is in dispute; only operators decide it",
     "该笔冻结存在争议，仅可由操作员处理"},
    {kLawUnbalanced, "LAW_UNBALANCED", "the entry does not balance", "分录借贷不平"},
    {kLawNegative, "LAW_NEGATIVE", "an account would become negative", "账户余额将为负"},
    {kLawFlowMatrix, "LAW_FLOW_MATRIX", "the profile forbids money to move this way",
     "资金流向违反规则"},
    {kLawControl, "LAW_CONTROL", "client and platform money would differ from the bank's",
     "客户及平台资金将与存管总额不符"},
    {kLawItemised, "LAW_ITEMISED", "frozen or in-transit money would not be itemised",
     "冻结或在途资金将缺少明细"},
    {kLawProject, "LAW_PROJECT", "the project's money would not be conserved", "标的资金将不守恒"},
    {kLawClaim, "LAW_CLAIM", "claims and outstanding principal would differ",
     "债权与借款余额将不一致"},
    {kLawCounter, "LAW_COUNTER", "a posted counter would shrink", "累计发生额不得减少"},
    {kLawRestricted, "LAW_RESTRICTED", "restricted money would leave the account",
     "受限资金不得转出"},
    {kLawEvidence, "LAW_EVIDENCE",
     "the bank's money would move without evidence, or twice by the same",
     "银行资金变动缺少凭据或重复"},
});

static_assert(std::is_sorted(kCatalogue.begin(), kCatalogue.end(),
                             [](const auto& a, const auto& b) { return a.code < b.code; }));

const RefusalText* find(std::uint16_t number) {
  const auto at = std::lower_bound(kCatalogue.begin(), kCatalogue.end(), number,
                                   [](const RefusalText& row, std::uint16_t n) {
                                     return static_cast<std::uint16_t>(row.code) < n;
                                   });
  if (at == kCatalogue.end() || static_cast<std::uint16_t>(at->code) != number) return nullptr;
  return &*at;
}

}  // namespace

std::span<const RefusalText> refusal_catalogue() { return kCatalogue; }

const RefusalText& text_of(RefusalCode code) {
  const RefusalText* row = find(static_cast<std::uint16_t>(code));
  LEDGER_CHECK(row != nullptr);
  return *row;
}

std::optional<RefusalCode> refusal_from_number(std::uint16_t number) {
  const RefusalText* row = find(number);
  if (row == nullptr) return std::nullopt;
  return row->code;
}

}  // namespace ledger::domain
