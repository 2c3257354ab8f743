// Draws: the skewed quantities of a lending platform's day, in integers. Amounts are fen.
//
// The shapes follow the workload definition wl-cn-p2p-v1: lenders by Zipf, bids as point masses
// with a log-normal rest, loans as a mixture of three log-normals.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tools/generator/random.h"

namespace tools::generator {

using Fen = std::int64_t;
inline constexpr Fen kYuan = 100;
inline constexpr Fen kBidStep = 100 * kYuan;  // bids and targets are multiples of it

// Item i of n comes with weight 1 / (i + 1).
class Zipf {
 public:
  explicit Zipf(std::size_t n);  // n > 0
  std::size_t draw(Random& random) const;

 private:
  std::vector<std::uint64_t> cumulative_;
};

Fen draw_bid(Random& random);  // a multiple of kBidStep

struct LoanDraw {
  Fen target = 0;  // a multiple of kBidStep, within the caps of cn-2017
  bool legal_person = false;
  int terms = 1;           // months
  int basis_points = 600;  // interest a year
  int method = 0;          // see schedule.h
};
LoanDraw draw_loan(Random& random);

// A made-up name; the same number always has the same one.
std::string name_of_person(std::uint64_t number);

}  // namespace tools::generator
