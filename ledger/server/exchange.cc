#include "ledger/server/exchange.h"

#include "ledger/server/json_text.h"

namespace ledger::server {

void append_problem(std::string& out, const Problem& problem) {
  ObjectWriter object(out);
  object.key("type").append("\"urn:escrow:problem:").append(problem.name).append("\"");
  object.text("title", problem.title)
      .number("status", static_cast<std::uint64_t>(problem.status))
      .text("detail", problem.detail);
  object.close();
}

void reply_problem(Exchange& exchange, const Problem& problem, std::string_view headers) {
  exchange.body().clear();
  append_problem(exchange.body(), problem);
  exchange.reply(problem.status, kProblemJson, headers);
}

std::string_view reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Unknown";
  }
}

}  // namespace ledger::server
