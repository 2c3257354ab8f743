// POST /v1/commands.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "ledger/server/answers.h"
#include "ledger/server/command_decoder.h"
#include "ledger/server/query.h"
#include "ledger/server/service.h"

namespace ledger::server {
namespace {

using engine::Answer;
using Shape = DecodedRequest::Shape;

enum class BodyKind { kJson, kLines, kOther };

BodyKind kind_of(std::string_view content_type) {
  std::string name(content_type.substr(0, content_type.find(';')));
  while (!name.empty() && name.back() == ' ') name.pop_back();
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (name.empty() || name == kJson) return BodyKind::kJson;
  if (name == kNdjson || name == "application/jsonl") return BodyKind::kLines;
  return BodyKind::kOther;
}

Answer refused(const domain::Refusal& refusal) {
  Answer answer;
  answer.refusal = refusal;
  return answer;
}

void append_all(std::string& out, const DecodedRequest& request,
                const std::vector<Answer>& answers) {
  const bool lines = request.shape == Shape::kLines;
  std::size_t next = 0;
  Commas commas;
  if (!lines) out.push_back('[');
  for (const DecodedRequest::Item& item : request.items) {
    if (!lines) commas.next(out);
    if (item.refusal) {
      append_answer(out, request.id_of(item), refused(*item.refusal), item.line);
    } else {
      append_answer(out, request.id_of(item), answers[next++], item.line);
    }
    if (lines) out.push_back('\n');
  }
  if (!lines) out.push_back(']');
}

void reply_single(Exchange& exchange, std::string_view id, const Answer& answer) {
  if (!answer.refusal) {
    append_answer(exchange.body(), id, answer);
    exchange.reply(200, kJson);
    return;
  }
  append_refused_problem(exchange.body(), id, answer);
  exchange.reply(status_of(answer.refusal->code), kProblemJson);
}

// `answers` are those of request.commands, in order.
void reply_answers(Exchange& exchange, const DecodedRequest& request, bool atomic,
                   const std::vector<Answer>& answers) {
  if (request.shape == Shape::kSingle) {
    const DecodedRequest::Item& item = request.items.front();
    reply_single(exchange, request.id_of(item),
                 item.refusal ? refused(*item.refusal) : answers.front());
    return;
  }
  const auto is_refused = [](const auto& one) { return one.refusal.has_value(); };
  const bool aborted =
      atomic && (std::any_of(request.items.begin(), request.items.end(), is_refused) ||
                 std::any_of(answers.begin(), answers.end(), is_refused));
  append_all(exchange.body(), request, answers);
  const std::string_view type = request.shape == Shape::kLines ? kNdjson : kJson;
  exchange.reply(aborted ? 422 : 200, type);
}

// What is refused before the engine sees it aborts an atomic batch, too.
void abort_atomic(Exchange& exchange, const DecodedRequest& request) {
  const std::vector<Answer> aborted(
      request.commands.size(), refused({domain::RefusalCode::kBatchAborted, "nothing was done"}));
  reply_answers(exchange, request, true, aborted);
}

void reply_broken(Exchange& exchange, const domain::Refusal& why) {
  append_refused_problem(exchange.body(), "", refused(why));
  exchange.reply(status_of(why.code), kProblemJson);
}

void submit(Core& core, const ExchangePtr& exchange, DecodedRequest decoded, bool atomic) {
  engine::Batch batch;
  batch.commands = std::move(decoded.commands);
  batch.atomic = atomic;
  auto done = [exchange, atomic, request = std::move(decoded)](engine::Answers answers) mutable {
    Exchange& target = *exchange;
    target.post([exchange = std::move(exchange), atomic, request = std::move(request),
                 answers = std::move(answers)] {
      if (!answers) {
        reply_fault(*exchange, answers.error());
      } else {
        reply_answers(*exchange, request, atomic, *answers);
      }
    });
  };
  if (!core.engine.submit(std::move(batch), std::move(done))) reply_not_taken(core, *exchange);
}

}  // namespace

void handle_commands(Core& core, const ExchangePtr& exchange, const std::string&) {
  const Request& request = exchange->request();
  Query query(request.query, {"atomic"});
  const bool atomic = query.flag("atomic");
  if (query.error()) {
    reply_bad_parameter(*exchange, *query.error());
    return;
  }
  const BodyKind kind = kind_of(request.content_type);
  if (kind == BodyKind::kOther) {
    reply_problem(*exchange, {415, "UNSUPPORTED_MEDIA_TYPE", "the content type is not understood",
                              "send application/json or application/x-ndjson"});
    return;
  }
  DecodedRequest decoded =
      exchange->decoder().decode(request.body, kind == BodyKind::kLines, exchange->peer());
  Counters& counters = *core.counters;
  counters.commands.fetch_add(decoded.items.size(), std::memory_order_relaxed);
  const std::size_t malformed = decoded.items.size() - decoded.commands.size();
  if (decoded.broken) {
    counters.malformed.fetch_add(1, std::memory_order_relaxed);
    reply_broken(*exchange, *decoded.broken);
  } else if (decoded.commands.empty()) {
    counters.malformed.fetch_add(malformed, std::memory_order_relaxed);
    reply_answers(*exchange, decoded, atomic, {});
  } else if (atomic && malformed > 0) {
    counters.malformed.fetch_add(malformed, std::memory_order_relaxed);
    abort_atomic(*exchange, decoded);
  } else {
    counters.malformed.fetch_add(malformed, std::memory_order_relaxed);
    submit(core, exchange, std::move(decoded), atomic);
  }
}

}  // namespace ledger::server
