// Allocation over the life of loans whose claims change hands: through the fold of claims, which
// takes the carries, and compared with fractions by allocation_oracle.py.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "ledger/domain/allocation.h"
#include "ledger/domain/flow.h"
#include "ledger/domain/state.h"
#include "tests/domain/random_source.h"

namespace ledger::domain::test {
namespace {

using base::Amount;
using base::ClientId;
using base::Int128;
using base::ProjectId;

// Folds entries that consist of claims only: what they would be paid with is tested elsewhere.
class Loans {
 public:
  Loans() {
    const auto profile = Profile::parse(*Profile::built_in("cn-2017"));
    EXPECT_TRUE(profile);
    apply(genesis(*profile, base::Timestamp{1}, *base::Date::parse("2017-03-01")));
  }
  void open(std::int64_t target) {
    Entry e = next();
    id_ = ProjectId(state_.project_count() + 1);
    const std::string code = "P" + std::to_string(id_.value());
    e.projects.push_back({id_,
                          ClientId(1),
                          Amount::of(target),
                          crypto::sha256(code),
                          code,
                          {{*base::Date::parse("2018-01-01"), Amount::of(target), Amount()}},
                          ClientId(),
                          ""});
    apply(e);
  }
  void create(std::int64_t holder, std::int64_t principal) {
    change({{ClaimOp::kCreate, id_, client(holder), Amount::of(principal), Amount()}});
  }
  // Pays as `distribute` does; principal and interest of each claim, in their order.
  std::vector<std::pair<std::int64_t, std::int64_t>> pay(std::int64_t principal,
                                                         std::int64_t interest) {
    const Project& p = project();
    std::vector<std::int64_t> parts;
    if (principal == p.owed_to_lenders()) {
      for (const Claim& c : claims()) parts.push_back(c.outstanding());
    } else {
      parts = allocate(principal, p.principal_since, principal_shares(claims()));
    }
    const auto yields = allocate(interest, p.interest_since, interest_shares(claims()));
    std::vector<std::pair<std::int64_t, std::int64_t>> rows;
    std::vector<ClaimChange> changes;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      rows.emplace_back(parts[i], yields[i]);
      EXPECT_GE(parts[i], 0);
      EXPECT_GE(yields[i], 0);
      EXPECT_LE(parts[i], claims()[i].outstanding());
      if (parts[i] == 0 && yields[i] == 0) continue;
      changes.push_back(
          {ClaimOp::kRepay, id_, claims()[i].holder, Amount::of(parts[i]), Amount::of(yields[i])});
    }
    change(changes);
    return rows;
  }
  void transfer(std::int64_t seller, std::int64_t buyer, std::int64_t principal) {
    change({{ClaimOp::kSell, id_, client(seller), Amount::of(principal), Amount()},
            {ClaimOp::kBuy, id_, client(buyer), Amount::of(principal), Amount()}});
  }
  const Project& project() const { return state_.project(id_); }
  const std::vector<Claim>& claims() const { return state_.claims(id_); }
  void forget() { state_.evict_claims(id_); }

 private:
  static ClientId client(std::int64_t n) { return ClientId(static_cast<std::uint64_t>(n)); }
  Entry next() const {
    Entry e;
    e.sequence = base::next(state_.sequence());
    e.time = base::Timestamp{state_.time().ns + 1};
    e.business_date = state_.business_date();
    return e;
  }
  void change(std::vector<ClaimChange> changes) {
    if (changes.empty()) return;
    Entry e = next();
    e.claims = std::move(changes);
    apply(e);
  }
  void apply(const Entry& e) {
    const auto done = state_.apply(e, nullptr);
    ASSERT_TRUE(done) << done.error().message;
  }
  State state_;
  ProjectId id_;
};

// Each claim is within two units of what it should have had since the weights last changed, where
// claims that nobody sells stay within one (allocation_test.cc): the part
// by weight, and what it had carried over.
void expect_close(const Loans& loans, int loan) {
  Int128 weight = 0;
  for (const Claim& c : loans.claims()) weight += c.weight;
  const Project& p = loans.project();
  const auto close = [&](Int128 due, Int128 share, Int128 paid, Int128 carry) {
    const Int128 drift = ((due * share - paid * weight) << kCarryBits) + carry * weight;
    const Int128 most = (weight * 2) << kCarryBits;
    return drift < most && -drift < most;
  };
  for (const Claim& c : loans.claims()) {
    if (c.weight == 0) continue;
    EXPECT_TRUE(close(p.interest_since, c.weight, c.interest_since, c.interest_carry))
        << "interest, loan " << loan;
    // The last principal settles each claim exactly, wherever its carry stood.
    if (p.owed_to_lenders() == 0) continue;
    EXPECT_TRUE(close(p.principal_since, c.weight, c.principal_since, c.principal_carry))
        << "principal, loan " << loan;
  }
}

// One loan from its creation to its last instalment. The text is read by the oracle:
//   c holder principal | p principal interest : part yield, claim after claim | t seller buyer part
std::string play_loan(Loans& loans, Random& r, int loan) {
  std::ostringstream text;
  const std::int64_t holders = r.between(1, 30);
  std::map<std::int64_t, std::int64_t> lent;
  std::int64_t whole = 0;
  for (std::int64_t h = 1; h <= holders; ++h) {
    lent[2 * h] = r.between(1, 300) * (r.chance(50) ? 100 : 1);
    whole += lent[2 * h];
  }
  loans.open(whole);
  for (const auto& [holder, principal] : lent) {
    loans.create(holder, principal);
    text << "c " << holder << ' ' << principal << " | ";
  }
  const std::int64_t periods = r.between(1, 24);
  for (std::int64_t k = 1; k <= periods; ++k) {
    for (std::int64_t n = r.chance(40) ? r.between(1, 3) : 0; n > 0; --n) {
      const auto& claims = loans.claims();
      const auto at = static_cast<std::size_t>(r.between(0, std::int64_t(claims.size()) - 1));
      const std::int64_t free = claims[at].outstanding();
      if (free == 0) continue;
      const auto seller = static_cast<std::int64_t>(claims[at].holder.value());
      const std::int64_t buyer = r.between(1, 2 * holders + 1);
      if (buyer == seller) continue;
      const std::int64_t part = r.chance(40) ? free : r.between(1, free);
      loans.transfer(seller, buyer, part);
      text << "t " << seller << ' ' << buyer << ' ' << part << " | ";
    }
    const std::int64_t owed = loans.project().owed_to_lenders();
    const std::int64_t principal =
        k == periods ? owed : std::min(owed, r.chance(30) ? r.between(0, 9) : whole / periods);
    const std::int64_t interest = r.chance(50) ? r.between(0, 2 * holders) : r.between(0, 100'000);
    if (loans.project().owed_to_lenders() == 0 && principal == 0) break;
    text << "p " << principal << ' ' << interest << " :";
    std::int64_t sums[2] = {0, 0};
    for (const auto& [part, yield] : loans.pay(principal, interest)) {
      text << ' ' << part << ' ' << yield;
      sums[0] += part;
      sums[1] += yield;
    }
    text << " | ";
    EXPECT_EQ(sums[0], principal);
    EXPECT_EQ(sums[1], interest);
    expect_close(loans, loan);
  }
  for (const Claim& c : loans.claims()) EXPECT_EQ(c.outstanding(), 0) << "loan " << loan;
  loans.forget();
  return text.str();
}

TEST(AllocationOfTransferredClaims, IsExactNeverNegativeAndDriftsLessThanTwo) {
  Random r(Random::seed(25));
  const char* path = std::getenv("ESCROW_TRANSFER_CASES");
  std::ofstream out;
  if (path != nullptr) out.open(path);
  Loans loans;
  // The oracle computes in fractions, which takes its time.
  const char* given = std::getenv("ESCROW_TRANSFER_LOANS");
  const int count = given != nullptr ? std::atoi(given) : path == nullptr ? 10'000 : 1'000;
  for (int n = 0; n < count && !testing::Test::HasFailure(); ++n) {
    const std::string text = play_loan(loans, r, n);
    if (path != nullptr) out << text << '\n';
  }
  EXPECT_TRUE(path == nullptr || out.good()) << path;
}

}  // namespace
}  // namespace ledger::domain::test
