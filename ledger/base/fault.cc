#include "ledger/base/fault.h"

namespace ledger::base {

std::string_view name_of(Fault::Kind kind) {
  switch (kind) {
    case Fault::Kind::kIo:
      return "io";
    case Fault::Kind::kCorruption:
      return "corruption";
    case Fault::Kind::kNotFound:
      return "not_found";
    case Fault::Kind::kClosed:
      return "closed";
    case Fault::Kind::kInvalid:
      return "invalid";
  }
  return "unknown";
}

}  // namespace ledger::base
