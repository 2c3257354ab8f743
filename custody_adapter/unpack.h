// Unpacking: the members of a delivered zip, gzip or tar. Pure: bytes in, values out, all in
// memory.
//
// A delivery comes from outside, and so does its every figure: nothing is written anywhere, names
// are only looked at, and sizes are those that were unpacked, never those that a header promises.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/result.h"

namespace custody_adapter {

// Why a delivery is not taken in. Codes are for programs and stay what they are; see README.md.
struct IntakeRefusal {
  std::string code;    // "bad_signature"
  std::string member;  // of the archive; empty: the delivery itself
  std::string text;    // for people: what was expected, what was found
  friend bool operator==(const IntakeRefusal&, const IntakeRefusal&) = default;
};

struct Member {
  std::string name;  // of the delivery itself if it is no archive
  std::string bytes;
};

struct UnpackLimits {
  std::uint64_t bytes_max = std::uint64_t{1} << 30;  // of all members together
  std::uint64_t ratio_max = 200;                     // unpacked : packed, beyond the first MiB
  std::size_t members_max = 100;
};

enum class Packing : std::uint8_t { kNone, kZip, kGzip, kTar };
Packing packing_of(std::string_view bytes);  // by its first bytes

// The members in the archive's order, or why none of them is taken: a name that leaves the folder,
// hides or stands twice, anything that is no plain file, a password, an archive inside, damage, or
// a limit. What is not packed is its own only member. A gzip's member has the delivery's name
// without
// ".gz"; a gzip of a tar has the tar's.
ledger::base::Result<std::vector<Member>, IntakeRefusal> unpack(const std::string& name,
                                                                std::string_view bytes,
                                                                const UnpackLimits& limits);

}  // namespace custody_adapter
