#include "recon/export/figures.h"

#include <algorithm>

namespace recon::exports {

using base::Int128;
using domain::Project;

void Facts::take(const Step& step) {
  book_.take(step);
  touched_.clear();
  for (const domain::ClaimChange& change : step.entry.claims) {
    Party& holder = edit(change.holder);
    const base::ClientId borrower = step.state.project(change.project).borrower;
    switch (change.op) {
      case domain::ClaimOp::kCreate:
        holder.lent = true;
        holder.holds += change.principal.minor();
        edit(borrower).borrowed = true;
        break;
      case domain::ClaimOp::kBuy:
        holder.lent = true;
        holder.holds += change.principal.minor();
        break;
      case domain::ClaimOp::kRepay:
      case domain::ClaimOp::kCompensate:
      case domain::ClaimOp::kSell:
        holder.holds -= change.principal.minor();
        edit(borrower);
        break;
      case domain::ClaimOp::kRecover:
      case domain::ClaimOp::kSubrogate:
        edit(borrower);
        break;
      case domain::ClaimOp::kOffer:
      case domain::ClaimOp::kUnoffer:
        break;
    }
  }
}

Facts::Party& Facts::edit(base::ClientId id) {
  if (parties_.size() <= id.value()) parties_.resize(id.value() + 1);
  if (touched_.empty() || touched_.back() != id) touched_.push_back(id);
  return parties_[id.value()];
}
const Facts::Party& Facts::at(base::ClientId id) const {
  static const Party nobody;
  return id.value() < parties_.size() ? parties_[id.value()] : nobody;
}

namespace {

constexpr std::size_t kTen = 10;

using Ranking = std::vector<std::pair<std::int64_t, base::ClientId>>;

void rank(Ranking& ranking, std::set<base::ClientId>& one, std::set<base::ClientId>& ten) {
  std::sort(ranking.begin(), ranking.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  for (std::size_t i = 0; i < ranking.size() && i < kTen; ++i) {
    if (i == 0) one.insert(ranking[i].second);
    ten.insert(ranking[i].second);
  }
}

Int128 lent(const View&, const Loan&, const Project& p) { return p.disbursed; }
Int128 outstanding(const View&, const Loan&, const Project& p) { return p.outstanding(); }
Arrears late(const View& v, const Loan& l, const Project& p) {
  return LoanBook::arrears(l, p, v.day);
}
Int128 late_amount(const View& v, const Loan& l, const Project& p) {
  const Arrears a = late(v, l, p);
  return Int128{a.principal} + a.interest;
}
bool is_open(const View& v, const Loan& l, const Project& p) {
  return p.outstanding() > 0 || late(v, l, p).days > 0;
}
// Principal and interest that lenders have still to receive.
Int128 unreceived(const View&, const Loan& l, const Project& p) {
  Int128 sum = 0;
  for (std::uint32_t i = 1; l.lent() && i <= l.instalments.size() && !l.is_void(i); ++i) {
    const domain::Instalment& due = p.instalments[i - 1];
    sum += Int128{due.principal.minor()} + due.interest.minor() - l.instalments[i - 1].received();
  }
  return sum;
}
template <std::int64_t from, std::int64_t to>
bool late_within(const View& v, const Loan& l, const Project& p) {
  const std::int64_t days = late(v, l, p).days;
  return days >= from && days <= to;
}
template <std::int64_t from, std::int64_t to>
Int128 late_amount_within(const View& v, const Loan& l, const Project& p) {
  return late_within<from, to>(v, l, p) ? late_amount(v, l, p) : 0;
}
template <std::int64_t from, std::int64_t to>
Int128 late_loans_within(const View& v, const Loan& l, const Project& p) {
  return late_within<from, to>(v, l, p) ? 1 : 0;
}
Int128 outstanding_late_90(const View& v, const Loan& l, const Project& p) {
  return late(v, l, p).days > 90 ? p.outstanding() : 0;
}
bool is_related(const View& v, const Project& p) {
  return v.state.owner(p.borrower).has(domain::OwnerFlag::kRelatedParty);
}
Int128 held_by(const View& v, const Project& p, const std::set<base::ClientId>& holders) {
  Int128 sum = 0;
  for (const domain::Claim& claim : v.state.claims(p.id)) {
    if (holders.contains(claim.holder)) sum += claim.outstanding();
  }
  return sum;
}
constexpr std::int64_t kEver = 1'000'000;  // days

}  // namespace

Largest largest_of(const Facts& facts, const domain::State& state, std::uint8_t currency) {
  Ranking borrowers;
  Ranking lenders;
  for (std::uint64_t i = 1; i <= state.owner_count(); ++i) {
    const base::ClientId id(i);
    const domain::Owner& owner = state.owner(id);
    if (owner.currency != currency) continue;
    if (owner.outstanding > 0) borrowers.emplace_back(owner.outstanding, id);
    if (facts.holds(id) > 0) lenders.emplace_back(facts.holds(id), id);
  }
  Largest largest;
  rank(borrowers, largest.borrower, largest.borrowers);
  rank(lenders, largest.lender, largest.lenders);
  return largest;
}

const std::vector<Figure>& figures() {
  using V = const View&;
  using L = const Loan&;
  using P = const Project&;
  static const std::vector<Figure> all = {
      {"lent", "累计借贷金额", Unit::kAmount,
       "principal of all loans paid out since the beginning; transfers of claims add nothing",
       lent},
      {"loans", "累计借贷笔数", Unit::kCount, "loans paid out; one project is one",
       [](V, L l, P) -> Int128 { return l.lent() ? 1 : 0; }},
      {"trades", "累计出借笔数", Unit::kCount,
       "the same counted by lender: claims made when loans were paid out",
       [](V, L l, P) -> Int128 { return l.trades; }},
      {"outstanding", "借贷余额", Unit::kAmount,
       "principal that borrowers have not repaid, without interest; what another paid for them is "
       "still owed",
       outstanding},
      {"outstanding_loans", "借贷余额笔数", Unit::kCount,
       "loans with principal outstanding or with anything overdue",
       [](V v, L l, P p) -> Int128 { return is_open(v, l, p) ? 1 : 0; }},
      {"interest_outstanding", "利息余额", Unit::kAmount,
       "interest of the schedules of loans paid out, less what is paid and what an early repayment "
       "made void",
       [](V, L l, P p) -> Int128 { return LoanBook::interest_left(l, p); }},
      {"lenders", "累计出借人数量", Unit::kCount,
       "owners who ever had a claim, by lending or by buying it, each once", nullptr,
       [](V v, base::ClientId id) -> Int128 { return v.facts.ever_lent(id) ? 1 : 0; }},
      {"borrowers", "累计借款人数量", Unit::kCount,
       "owners who ever had a loan paid out, each once", nullptr,
       [](V v, base::ClientId id) -> Int128 { return v.facts.ever_borrowed(id) ? 1 : 0; }},
      {"current_lenders", "当前出借人数量", Unit::kCount,
       "owners with principal of a claim outstanding", nullptr,
       [](V v, base::ClientId id) -> Int128 { return v.facts.holds(id) > 0 ? 1 : 0; }},
      {"current_borrowers", "当前借款人数量", Unit::kCount, "owners who owe principal", nullptr,
       [](V v, base::ClientId id) -> Int128 { return v.state.owner(id).outstanding > 0 ? 1 : 0; }},
      {"outstanding_top10_borrowers", "前十大借款人待还金额", Unit::kAmount,
       "principal outstanding of the ten who owe most",
       [](V v, L, P p) -> Int128 {
         return v.largest.borrowers.contains(p.borrower) ? p.outstanding() : 0;
       }},
      {"outstanding_top_borrower", "最大单一借款人待还金额", Unit::kAmount,
       "principal outstanding of the one who owes most",
       [](V v, L, P p) -> Int128 {
         return v.largest.borrower.contains(p.borrower) ? p.outstanding() : 0;
       }},
      {"outstanding_top10_lenders", "最大十户出借余额", Unit::kAmount,
       "principal outstanding of the ten with the largest claims",
       [](V v, L, P p) -> Int128 { return held_by(v, p, v.largest.lenders); }},
      {"outstanding_top_lender", "最大单户出借余额", Unit::kAmount,
       "principal outstanding of the one with the largest claims",
       [](V v, L, P p) -> Int128 { return held_by(v, p, v.largest.lender); }},
      {"related_outstanding", "关联关系借款余额", Unit::kAmount,
       "principal outstanding of borrowers related to the platform",
       [](V v, L, P p) -> Int128 { return is_related(v, p) ? p.outstanding() : 0; }},
      {"related_loans", "关联关系借款笔数", Unit::kCount, "their loans with principal outstanding",
       [](V v, L, P p) -> Int128 { return is_related(v, p) && p.outstanding() > 0 ? 1 : 0; }},
      {"overdue_amount", "逾期金额", Unit::kAmount,
       "principal and interest due before the business date and not received by the lenders",
       late_amount},
      {"overdue_loans", "逾期笔数", Unit::kCount, "loans with anything overdue",
       late_loans_within<1, kEver>},
      {"overdue_over90_outstanding", "逾期90天以上金额", Unit::kAmount,
       "all principal outstanding of loans overdue for more than 90 days", outstanding_late_90},
      {"overdue_over90_loans", "逾期90天以上笔数", Unit::kCount, "these loans",
       late_loans_within<91, kEver>},
      {"overdue_to90_amount", "逾期90天以内金额", Unit::kAmount,
       "overdue_amount of loans overdue for 1 to 90 days, by their oldest instalment",
       late_amount_within<1, 90>},
      {"overdue_to90_loans", "逾期90天以内笔数", Unit::kCount, "these loans",
       late_loans_within<1, 90>},
      {"overdue_to180_amount", "逾期91至180天金额", Unit::kAmount, "the same, 91 to 180 days",
       late_amount_within<91, 180>},
      {"overdue_to180_loans", "逾期91至180天笔数", Unit::kCount, "these loans",
       late_loans_within<91, 180>},
      {"overdue_over180_amount", "逾期180天以上金额", Unit::kAmount, "the same, more than 180 days",
       late_amount_within<181, kEver>},
      {"overdue_over180_loans", "逾期180天以上笔数", Unit::kCount, "these loans",
       late_loans_within<181, kEver>},
      {"compensated", "累计代偿金额", Unit::kAmount,
       "principal and interest paid to lenders by guarantors; what the platform's reserve paid "
       "does "
       "not count",
       [](V, L l, P) -> Int128 { return l.compensated; }},
      {"compensations", "累计代偿笔数", Unit::kCount, "these payments",
       [](V, L l, P) -> Int128 { return l.compensations; }},
      {"unreceived", "待偿金额", Unit::kAmount,
       "principal and interest of all schedules that the lenders have not received: to come, and "
       "overdue",
       unreceived},
  };
  return all;
}

const Figure* find_figure(std::string_view name) {
  const auto at = std::find_if(figures().begin(), figures().end(),
                               [&](const Figure& figure) { return figure.name == name; });
  return at == figures().end() ? nullptr : &*at;
}

const std::vector<Quotient>& quotients() {
  static const std::vector<Quotient> all = {
      {"top10_borrowers_ratio", "前十大借款人待还金额占比", "outstanding_top10_borrowers",
       "outstanding", "principal owed by the ten who owe most, of all principal outstanding"},
      {"top_borrower_ratio", "最大单一借款人待还金额占比", "outstanding_top_borrower",
       "outstanding", "principal owed by the one who owes most, of all principal outstanding"},
      {"top10_lenders_ratio", "最大十户出借余额占比", "outstanding_top10_lenders", "outstanding",
       "principal of the ten with the largest claims, of all principal outstanding"},
      {"top_lender_ratio", "最大单户出借余额占比", "outstanding_top_lender", "outstanding",
       "principal of the one with the largest claims, of all principal outstanding"},
      {"overdue_loans_ratio", "项目逾期率", "overdue_loans", "outstanding_loans",
       "loans overdue, of all loans not yet repaid"},
      {"overdue_amount_ratio", "金额逾期率", "overdue_amount", "unreceived",
       "what is overdue, of all that lenders have still to receive, principal and interest, to "
       "come and overdue"},
      {"overdue_to90_loans_ratio", "项目分级逾期率(90天以内)", "overdue_to90_loans",
       "outstanding_loans", "loans overdue for 1 to 90 days, of all loans not yet repaid"},
      {"overdue_to180_loans_ratio", "项目分级逾期率(91至180天)", "overdue_to180_loans",
       "outstanding_loans", "loans overdue for 91 to 180 days, of all loans not yet repaid"},
      {"overdue_over180_loans_ratio", "项目分级逾期率(180天以上)", "overdue_over180_loans",
       "outstanding_loans", "loans overdue for more than 180 days, of all loans not yet repaid"},
      {"overdue_to90_amount_ratio", "金额分级逾期率(90天以内)", "overdue_to90_amount", "unreceived",
       "what is overdue of loans overdue for 1 to 90 days, of all that lenders have still to "
       "receive"},
      {"overdue_to180_amount_ratio", "金额分级逾期率(91至180天)", "overdue_to180_amount",
       "unreceived",
       "what is overdue of loans overdue for 91 to 180 days, of all that lenders have still to "
       "receive"},
      {"overdue_over180_amount_ratio", "金额分级逾期率(180天以上)", "overdue_over180_amount",
       "unreceived",
       "what is overdue of loans overdue for more than 180 days, of all that lenders have still to "
       "receive"},
      {"lent_per_lender", "人均累计出借金额", "lent", "lenders",
       "all that was lent, by all who ever lent", true},
      {"lent_per_borrower", "人均累计借款金额", "lent", "borrowers",
       "all that was lent, by all who ever borrowed", true},
  };
  return all;
}

}  // namespace recon::exports
