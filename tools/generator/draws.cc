#include "tools/generator/draws.h"

#include <algorithm>
#include <array>

namespace tools::generator {
namespace {

// exp(sigma * z) in per mille at the middles of 20 equal slices of the normal distribution.
using Quantiles = std::array<std::uint16_t, 20>;
constexpr Quantiles kSigma05 = {375,  487,  563,  627,  685,  742,  797,  853,  910,  969,
                                1032, 1099, 1173, 1255, 1348, 1459, 1596, 1777, 2054, 2664};
constexpr Quantiles kSigma07 = {254,  365,  447,  520,  589,  658,  728,  800,  876,  957,
                                1045, 1142, 1250, 1374, 1520, 1697, 1924, 2237, 2739, 3943};
constexpr Quantiles kSigma11 = {116,  205,  282,  358,  436,  518,  607,  704,  812,  933,
                                1071, 1231, 1420, 1647, 1930, 2296, 2796, 3544, 4872, 8636};

// Median times a drawn multiplier, spread by a tenth, rounded to kBidStep, within bounds.
Fen log_normal(Random& random, Fen median, const Quantiles& quantiles, Fen most) {
  const auto multiplier = static_cast<Fen>(quantiles[random.below(quantiles.size())]);
  const auto spread = static_cast<Fen>(950 + random.below(101));
  const Fen amount = median * multiplier / 1000 * spread / 1000 / kBidStep * kBidStep;
  return std::clamp(amount, kBidStep, most);
}

template <std::size_t N>
std::size_t weighted(Random& random, const std::array<std::uint8_t, N>& percents) {
  std::uint64_t at = random.below(100);
  for (std::size_t i = 0; i + 1 < N; ++i) {
    if (at < percents[i]) return i;
    at -= percents[i];
  }
  return N - 1;
}

}  // namespace

Zipf::Zipf(std::size_t n) {
  constexpr std::uint64_t kFirst = std::uint64_t{1} << 32U;
  std::uint64_t sum = 0;
  cumulative_.reserve(n);
  for (std::size_t i = 0; i < n; ++i) cumulative_.push_back(sum += kFirst / (i + 1));
}

std::size_t Zipf::draw(Random& random) const {
  const std::uint64_t at = random.below(cumulative_.back());
  return static_cast<std::size_t>(std::upper_bound(cumulative_.begin(), cumulative_.end(), at) -
                                  cumulative_.begin());
}

Fen draw_bid(Random& random) {
  constexpr std::array<std::uint8_t, 6> kPercents = {18, 12, 22, 10, 6, 32};
  constexpr std::array<Fen, 5> kPoints = {100, 500, 1000, 5000, 10000};
  const std::size_t at = weighted(random, kPercents);
  if (at < kPoints.size()) return kPoints[at] * kYuan;
  return log_normal(random, 1500 * kYuan, kSigma11, 50'000 * kYuan);
}

LoanDraw draw_loan(Random& random) {
  constexpr std::array<std::uint8_t, 3> kSizes = {70, 28, 2};
  constexpr std::array<std::uint8_t, 6> kTermPercents = {5, 15, 25, 35, 12, 8};
  constexpr std::array<int, 6> kTerms = {1, 3, 6, 12, 24, 36};
  constexpr std::array<std::uint8_t, 4> kMethods = {60, 25, 10, 5};
  LoanDraw loan;
  switch (weighted(random, kSizes)) {
    case 0:
      loan.target = log_normal(random, 3000 * kYuan, kSigma07, 20'000 * kYuan);
      break;
    case 1:
      loan.target = log_normal(random, 50'000 * kYuan, kSigma05, 200'000 * kYuan);
      break;
    default:
      loan.target = log_normal(random, 400'000 * kYuan, kSigma05, 1'000'000 * kYuan);
      loan.legal_person = true;
      break;
  }
  loan.terms = kTerms[weighted(random, kTermPercents)];
  loan.basis_points = static_cast<int>(600 + random.below(19) * 50);
  loan.method = static_cast<int>(weighted(random, kMethods));
  return loan;
}

std::string name_of_person(std::uint64_t number) {
  constexpr std::array<const char*, 12> kFamily = {"ANDO", "BELI", "CARU", "DOMA", "ERVI", "FANO",
                                                   "GULI", "HOMA", "ISTO", "JARI", "KELO", "LUMA"};
  constexpr std::array<const char*, 10> kFirst = {"NA", "RI", "TO", "SU", "ME",
                                                  "LO", "KA", "VI", "PE", "DU"};
  Random random(number, 77);
  std::string name = kFamily[random.below(kFamily.size())];
  name += ' ';
  name += kFirst[random.below(kFirst.size())];
  name += kFirst[random.below(kFirst.size())];
  return name;
}

}  // namespace tools::generator
