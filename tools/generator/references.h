// References: a command that names an entry (a reversal, a return) needs its sequence and hash,
// which only the ledger knows. In generated commands "@ID" stands for both, for the entry that the
// command ID of the same stream has made:  "entry":"@P1","entry_hash":"@P1"
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tools::generator {

// The members of a command, with commas, that name the entry of `id`.
std::string reference_to(std::string_view id);
// The id that a command refers to, empty if none.
std::string_view referred(std::string_view command);
// The command with sequence and hash in the place of its reference.
std::string resolved(std::string_view command, std::uint64_t sequence, std::string_view hash);

}  // namespace tools::generator
