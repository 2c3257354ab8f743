// The wording of answers to commands.
#pragma once

#include <string>
#include <string_view>

#include "ledger/domain/refusal.h"
#include "ledger/engine/engine.h"
#include "ledger/server/json_text.h"

namespace ledger::server {

// {"code":224,"name":"INSUFFICIENT_FUNDS","detail":"...","en":"...","zh":"..."}
void append_refusal(std::string& out, const domain::Refusal& refusal);

// One answer as an object. `line` is given where it is not 0; an empty `id` becomes null.
void append_answer(std::string& out, std::string_view id, const engine::Answer& answer,
                   std::uint32_t line = 0);

// A refused single command as a problem that carries the answer's fields. The problem's own
// "status" is the HTTP status; the answer's is its "outcome".
void append_refused_problem(std::string& out, std::string_view id, const engine::Answer& answer);

// The HTTP status that a refusal gets when it is the whole answer.
int status_of(domain::RefusalCode code);

}  // namespace ledger::server
