#include "custody_adapter/camt_tags.h"

#include <array>

namespace custody_adapter {
namespace {

constexpr std::string_view kNames[] = {"",
#define CUSTODY_CAMT_TAG(name) #name,
                                       CUSTODY_CAMT_TAGS(CUSTODY_CAMT_TAG)
#undef CUSTODY_CAMT_TAG
};
constexpr std::size_t kCount = std::size(kNames);
constexpr std::size_t kSlots = 512;  // a power of two, sparse enough for short probes

constexpr std::size_t slot_of(std::string_view name) {
  std::size_t hash = name.size();
  for (const char c : name) hash = hash * 31 + static_cast<unsigned char>(c);
  return (hash ^ (hash >> 9U)) & (kSlots - 1);
}

constexpr std::array<std::uint8_t, kSlots> make_slots() {
  std::array<std::uint8_t, kSlots> slots{};
  for (std::size_t i = 1; i < kCount; ++i) {
    std::size_t at = slot_of(kNames[i]);
    while (slots[at] != 0) at = (at + 1) & (kSlots - 1);
    slots[at] = static_cast<std::uint8_t>(i);
  }
  return slots;
}
constexpr auto kTable = make_slots();
static_assert(kCount < 256);

}  // namespace

Tag camt_tag(std::string_view name) {
  const std::size_t colon = name.find(':');
  if (colon != std::string_view::npos) name.remove_prefix(colon + 1);
  if (name.empty()) return Tag::kOther;
  for (std::size_t at = slot_of(name); kTable[at] != 0; at = (at + 1) & (kSlots - 1)) {
    if (kNames[kTable[at]] == name) return static_cast<Tag>(kTable[at]);
  }
  return Tag::kOther;
}

std::string_view name_of(Tag tag) { return kNames[static_cast<std::size_t>(tag)]; }

}  // namespace custody_adapter
