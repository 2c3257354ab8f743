// ask(): a read of the engine and its answer, each on its own thread.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include "ledger/server/service.h"

namespace ledger::server {

// Runs `gather(view)` on the engine's thread and `answer(exchange, result)` on the connection's,
// once all that the result rests on is synced. `gather` must be short: no wording there.
template <typename Gather, typename Answer>
void ask(Core& core, const ExchangePtr& exchange, Gather gather, Answer answer) {
  using Result = std::invoke_result_t<Gather, const engine::Engine::View&>;
  auto result = std::make_shared<std::optional<Result>>();
  const bool taken =
      core.engine.read([gather = std::move(gather), result](
                           const engine::Engine::View& view) { result->emplace(gather(view)); },
                       [exchange, result, answer = std::move(answer)] {
                         exchange->post([exchange, result, answer] {
                           if (*result) {
                             answer(*exchange, **result);
                           } else {
                             // The engine closed before it came to this read.
                             reply_fault(*exchange, base::closed("the ledger is shutting down"));
                           }
                         });
                       });
  if (!taken) reply_not_taken(core, *exchange);
}

}  // namespace ledger::server
