#include "ledger/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace ledger::base {

void check_failed(const char* expression, const char* file, int line) noexcept {
  std::fprintf(stderr, "BUG: check failed: %s at %s:%d\n", expression, file, line);
  std::abort();
}

}  // namespace ledger::base
