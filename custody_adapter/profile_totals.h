// The counts and sums that a profile's heads and trailers state, beside what the details give.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "custody_adapter/profile_model.h"
#include "custody_adapter/record_slicer.h"

namespace custody_adapter {

// What the totals need to know of a detail.
struct DetailFigures {
  std::size_t record = 0;                                 // index of its kind
  const std::vector<std::string_view>* values = nullptr;  // by field, trimmed
  const std::vector<std::optional<Figure>>* numbers = nullptr;
  int amount_field = -1;     // -1: unreadable
  std::optional<Side> side;  // nothing for transfers and unreadable ones
};

class ProfileTotals {
 public:
  // The checks of the file, or those of each statement.
  ProfileTotals(const ProfileModel& model, bool file_scope);

  bool empty() const { return states_.empty(); }
  bool has_money() const { return has_money_; }
  // A total was stated that a lost or added detail would change.
  bool is_complete() const;
  void clear();
  // Every record, for counts of records.
  void add_record(std::size_t record);
  enum class Cover : std::uint8_t { kNothing, kAmount, kAmountAndSide };
  // What the sums prove of this entry when they hold.
  Cover add_detail(const DetailFigures& detail);
  // The record that states totals; `numbers` by field.
  void state(std::size_t record, const std::vector<std::optional<Figure>>& numbers,
             const Place& place);
  // Those whose record was seen, and those whose record must be there.
  std::vector<ControlTotal> totals() const;

 private:
  struct State {
    const CheckSpec* check = nullptr;
    bool seen = false;
    std::optional<Figure> stated;
    Figure computed;
    std::uint64_t count = 0;
    Place place;
  };
  const ProfileModel& model_;
  std::vector<State> states_;
  bool has_money_ = false;
};

}  // namespace custody_adapter
