// Refusals: why a request cannot be done. Codes are frozen: the journal and the wire carry the
// numbers. 1xx are malformed requests (no state is needed to see it; never journaled); 2xx are
// refused because of the state of the ledger (journaled, and sticky for their command id).
//
// From 201 to 239 the numbers are ordered by precedence: where two apply, the lower one is given.
// Those from 240 on came later; each flow's comment says what it asks first.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ledger::domain {

enum class RefusalCode : std::uint16_t {
  kMalformedJson = 101,
  kNotAnObject = 102,
  kBodyTooLarge = 103,
  kBatchTooLarge = 104,
  kDuplicateKey = 105,
  kUnknownFlow = 106,
  kUnknownField = 107,
  kMissingField = 108,
  kWrongType = 109,
  kBadId = 110,
  kBadText = 111,
  kAmountNotPositive = 112,
  kAmountTooLarge = 113,
  kBadNumber = 114,
  kBadDate = 115,
  kBadHash = 116,
  kBadInstalments = 117,
  kUnknownAuthority = 118,
  kRoleForbidden = 119,
  kOperatorForbidden = 120,
  kHalted = 121,
  kBatchAborted = 198,

  kIdReused = 201,
  kAuthorityForbidden = 202,
  kUnknownClient = 203,
  kUnknownProject = 204,
  kUnknownChannel = 205,
  kUnknownOrder = 206,
  kUnknownEntry = 207,
  kUnknownFeeRule = 208,
  kAlreadyExists = 209,
  kContractReused = 210,
  kWrongKind = 211,
  kWrongProjectState = 212,
  kOrderClosed = 213,
  kInstalmentUnknown = 214,
  kInstalmentOutOfOrder = 215,
  kBusinessDateWrong = 216,
  kScheduleMismatch = 217,
  kSelfLending = 218,
  kRelatedParty = 219,
  kAmountMismatch = 220,
  kTargetExceeded = 221,
  kCapExceeded = 222,
  kFeeExceedsRule = 223,
  kInsufficientFunds = 224,
  kUnsettledFunds = 225,
  kHashMismatch = 226,
  kNotReversible = 227,
  kAlreadyReversed = 228,
  kProposalClosed = 229,
  kSameOperator = 230,
  kCounterLimit = 231,
  kNeedsTwoOperators = 240,
  kOwnerFrozen = 241,
  kOwnerDormant = 242,
  kProposalExpired = 243,
  kNotOverdue = 244,
  kOverdue = 245,
  kNotGuarantor = 246,
  kPayeeMismatch = 247,
  kPolicyForbids = 248,
  kClaimExceeded = 249,
  kPriceOutOfBand = 250,
  kNotExpired = 251,
  kExpired = 252,
  kProfileInvalid = 253,
  kLoanTooLarge = 254,
  kAlreadyInState = 255,
  kInDispute = 256,

  // A decision that broke a law: the flow is at fault, the money is safe. See laws.h.
  kLawUnbalanced = 290,
  kLawNegative = 291,
  kLawFlowMatrix = 292,
  kLawControl = 293,
  kLawItemised = 294,
  kLawProject = 295,
  kLawClaim = 296,
  kLawCounter = 297,
  kLawRestricted = 298,
  kLawEvidence = 299,
};

struct Refusal {
  RefusalCode code = RefusalCode::kMalformedJson;
  std::string detail;  // names the field, account or figure: "available=100 requested=250"

  friend bool operator==(const Refusal&, const Refusal&) = default;
};

// One row of the catalogue.
struct RefusalText {
  RefusalCode code;
  std::string_view name;  // stable, upper snake case: "INSUFFICIENT_FUNDS"
  std::string_view en;
  std::string_view zh;
};

std::span<const RefusalText> refusal_catalogue();  // ascending by number
const RefusalText& text_of(RefusalCode code);      // a code not in the catalogue is a bug
std::optional<RefusalCode> refusal_from_number(std::uint16_t number);
// Journaled and sticky: all of 2xx but kIdReused, whose id belongs to another command.
constexpr bool is_sticky(RefusalCode code) { return static_cast<std::uint16_t>(code) >= 202; }

}  // namespace ledger::domain
