#include "ledger/server/answers.h"

namespace ledger::server {
namespace {

void append_outcome(ObjectWriter& object, std::string_view status_key, std::string_view id,
                    const engine::Answer& answer) {
  if (id.empty()) {
    object.key("id").append("null");
  } else {
    object.text("id", id);
  }
  object.text(status_key, answer.refusal ? "refused" : "committed");
  if (!answer.sequence.is_none()) {
    object.number("sequence", answer.sequence.value())
        .digest("hash", answer.hash)
        .time("time", answer.time);
  }
  object.flag("replayed", answer.replayed);
  if (answer.refusal) append_refusal(object.key("refusal"), *answer.refusal);
}

}  // namespace

void append_refusal(std::string& out, const domain::Refusal& refusal) {
  const domain::RefusalText& text = domain::text_of(refusal.code);
  ObjectWriter object(out);
  object.number("code", static_cast<std::uint64_t>(refusal.code))
      .text("name", text.name)
      .text("detail", refusal.detail)
      .text("en", text.en)
      .text("zh", text.zh);
  object.close();
}

void append_answer(std::string& out, std::string_view id, const engine::Answer& answer,
                   std::uint32_t line) {
  ObjectWriter object(out);
  if (line != 0) object.number("line", line);
  append_outcome(object, "status", id, answer);
  object.close();
}

void append_refused_problem(std::string& out, std::string_view id, const engine::Answer& answer) {
  const domain::RefusalText& text = domain::text_of(answer.refusal->code);
  ObjectWriter object(out);
  object.key("type").append("\"urn:escrow:refusal:").append(text.name).append("\"");
  object.text("title", text.en)
      .number("status", static_cast<std::uint64_t>(status_of(answer.refusal->code)))
      .text("detail", answer.refusal->detail);
  append_outcome(object, "outcome", id, answer);
  object.close();
}

int status_of(domain::RefusalCode code) {
  using enum domain::RefusalCode;
  if (code == kBodyTooLarge || code == kBatchTooLarge) return 413;
  if (code == kRoleForbidden || code == kOperatorForbidden || code == kAuthorityForbidden) {
    return 403;
  }
  if (code == kIdReused) return 409;
  if (code == kHalted) return 503;
  return static_cast<int>(code) < 198 ? 400 : 422;
}

}  // namespace ledger::server
