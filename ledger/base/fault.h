// Fault: the world failed (a disk, a file, a peer), not the request and not this program.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace ledger::base {

struct Fault {
  enum class Kind {
    kIo,          // the system refused or failed a read, write or sync
    kCorruption,  // bytes are not what was written: integrity is lost, exit code 2 in the CLIs
    kNotFound,    // the named thing does not exist
    kClosed,      // the part is shut down, read-only or busy with another owner
    kInvalid,     // a file or setting given by a person cannot be used; the message names the place
  };

  Kind kind = Kind::kIo;
  std::string message;  // names the thing: file, key, sequence, line

  friend bool operator==(const Fault&, const Fault&) = default;
};

std::string_view name_of(Fault::Kind kind);

inline Fault io_fault(std::string message) { return {Fault::Kind::kIo, std::move(message)}; }
inline Fault corruption(std::string message) {
  return {Fault::Kind::kCorruption, std::move(message)};
}
inline Fault not_found(std::string message) { return {Fault::Kind::kNotFound, std::move(message)}; }
inline Fault closed(std::string message) { return {Fault::Kind::kClosed, std::move(message)}; }
inline Fault invalid(std::string message) { return {Fault::Kind::kInvalid, std::move(message)}; }

}  // namespace ledger::base
