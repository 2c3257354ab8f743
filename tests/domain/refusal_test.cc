// The catalogue of refusals. Its numbers stand in journals and in clients' code: this table is the
// promise, and a change of it is a change of the format.
#include <set>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "ledger/domain/refusal.h"

namespace ledger::domain::test {
namespace {

constexpr std::pair<int, std::string_view> kFrozen[] = {
    {101, "MALFORMED_JSON"},
    {102, "NOT_AN_OBJECT"},
    {103, "BODY_TOO_LARGE"},
    {104, "BATCH_TOO_LARGE"},
    {105, "DUPLICATE_KEY"},
    {106, "UNKNOWN_FLOW"},
    {107, "UNKNOWN_FIELD"},
    {108, "MISSING_FIELD"},
    {109, "WRONG_TYPE"},
    {110, "BAD_ID"},
    {111, "BAD_TEXT"},
    {112, "AMOUNT_NOT_POSITIVE"},
    {113, "AMOUNT_TOO_LARGE"},
    {114, "BAD_NUMBER"},
    {115, "BAD_DATE"},
    {116, "BAD_HASH"},
    {117, "BAD_INSTALMENTS"},
    {118, "UNKNOWN_AUTHORITY"},
    {119, "ROLE_FORBIDDEN"},
    {120, "OPERATOR_FORBIDDEN"},
    {121, "HALTED"},
    {198, "BATCH_ABORTED"},
    {201, "ID_REUSED"},
    {202, "AUTHORITY_FORBIDDEN"},
    {203, "UNKNOWN_CLIENT"},
    {204, "UNKNOWN_PROJECT"},
    {205, "UNKNOWN_CHANNEL"},
    {206, "UNKNOWN_ORDER"},
    {207, "UNKNOWN_ENTRY"},
    {208, "UNKNOWN_FEE_RULE"},
    {209, "ALREADY_EXISTS"},
    {210, "CONTRACT_REUSED"},
    {211, "WRONG_KIND"},
    {212, "WRONG_PROJECT_STATE"},
    {213, "ORDER_CLOSED"},
    {214, "INSTALMENT_UNKNOWN"},
    {215, "INSTALMENT_OUT_OF_ORDER"},
    {216, "BUSINESS_DATE_WRONG"},
    {217, "SCHEDULE_MISMATCH"},
    {218, "SELF_LENDING"},
    {219, "RELATED_PARTY"},
    {220, "AMOUNT_MISMATCH"},
    {221, "TARGET_EXCEEDED"},
    {222, "CAP_EXCEEDED"},
    {223, "FEE_EXCEEDS_RULE"},
    {224, "INSUFFICIENT_FUNDS"},
    {225, "UNSETTLED_FUNDS"},
    {226, "HASH_MISMATCH"},
    {227, "NOT_REVERSIBLE"},
    {228, "ALREADY_REVERSED"},
    {229, "PROPOSAL_CLOSED"},
    {230, "SAME_OPERATOR"},
    {231, "COUNTER_LIMIT"},
    {240, "NEEDS_TWO_OPERATORS"},
    {241, "OWNER_FROZEN"},
    {242, "OWNER_DORMANT"},
    {243, "PROPOSAL_EXPIRED"},
    {244, "NOT_OVERDUE"},
    {245, "OVERDUE"},
    {246, "NOT_GUARANTOR"},
    {247, "PAYEE_MISMATCH"},
    {248, "POLICY_FORBIDS"},
    {249, "CLAIM_EXCEEDED"},
    {250, "PRICE_OUT_OF_BAND"},
    {251, "NOT_EXPIRED"},
    {252, "EXPIRED"},
    {253, "PROFILE_INVALID"},
    {254, "LOAN_TOO_LARGE"},
    {255, "ALREADY_IN_STATE"},
    {256, "IN_DISPUTE"},
    {290, "LAW_UNBALANCED"},
    {291, "LAW_NEGATIVE"},
    {292, "LAW_FLOW_MATRIX"},
    {293, "LAW_CONTROL"},
    {294, "LAW_ITEMISED"},
    {295, "LAW_PROJECT"},
    {296, "LAW_CLAIM"},
    {297, "LAW_COUNTER"},
    {298, "LAW_RESTRICTED"},
    {299, "LAW_EVIDENCE"},
};

TEST(Refusals, NumbersAndNamesAreFrozen) {
  const auto catalogue = refusal_catalogue();
  std::size_t i = 0;
  for (const auto& [number, name] : kFrozen) {
    ASSERT_LT(i, catalogue.size()) << name << " is gone";
    EXPECT_EQ(static_cast<int>(catalogue[i].code), number);
    EXPECT_EQ(catalogue[i].name, name);
    ++i;
  }
  // A new refusal is added here with its number; an old one never changes.
  EXPECT_EQ(catalogue.size(), std::size(kFrozen));
}

TEST(Refusals, AreAscendingUniqueAndInTwoLanguages) {
  std::set<std::string_view> names;
  int previous = 0;
  for (const RefusalText& row : refusal_catalogue()) {
    EXPECT_GT(static_cast<int>(row.code), previous);
    previous = static_cast<int>(row.code);
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_FALSE(row.en.empty()) << row.name;
    EXPECT_FALSE(row.zh.empty()) << row.name;
    EXPECT_NE(row.en, row.zh) << row.name;
    for (const char c : row.name) EXPECT_TRUE((c >= 'A' && c <= 'Z') || c == '_') << row.name;
    EXPECT_EQ(&text_of(row.code), &row);
    EXPECT_EQ(refusal_from_number(static_cast<std::uint16_t>(row.code)), row.code);
  }
  for (const int unknown : {0, 100, 122, 199, 200, 232, 257, 300, 65535}) {
    EXPECT_FALSE(refusal_from_number(static_cast<std::uint16_t>(unknown))) << unknown;
  }
}

TEST(Refusals, OfStateAreStickyAndMalformedOnesAreNot) {
  for (const RefusalText& row : refusal_catalogue()) {
    const bool of_state = static_cast<int>(row.code) >= 200 && row.code != RefusalCode::kIdReused;
    EXPECT_EQ(is_sticky(row.code), of_state) << row.name;
  }
}

}  // namespace
}  // namespace ledger::domain::test
