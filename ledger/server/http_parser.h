// The request parser's callbacks: keeps the few header fields that matter here, and the body, in
// memory that is reused. Included by connection.cc alone: it needs Beast.
#pragma once

#include <string>

#include <boost/beast/http/basic_parser.hpp>

#include "ledger/server/exchange.h"

namespace ledger::server {

// What is kept of one request.
struct RequestText {
  Method method = Method::kOther;
  std::string method_name;
  std::string target;
  std::string content_type;
  std::string operator_signature;
  std::string body;
  int version = 11;  // 10 for HTTP/1.0
  bool expects_continue = false;
  bool expects_other = false;

  void clear() {
    method = Method::kOther;
    method_name.clear();
    target.clear();
    content_type.clear();
    operator_signature.clear();
    body.clear();
    expects_continue = false;
    expects_other = false;
  }
};

class HttpParser final : public boost::beast::http::basic_parser<true> {
 public:
  explicit HttpParser(RequestText& out) : out_(out) {}

 private:
  using Text = boost::beast::string_view;
  using Error = boost::beast::error_code;
  using Verb = boost::beast::http::verb;
  using Field = boost::beast::http::field;

  void on_request_impl(Verb verb, Text name, Text target, int version, Error&) override {
    out_.version = version;
    out_.method = verb == Verb::get    ? Method::kGet
                  : verb == Verb::post ? Method::kPost
                                       : Method::kOther;
    out_.method_name.assign(name.data(), name.size());
    out_.target.assign(target.data(), target.size());
  }
  void on_response_impl(int, Text, int, Error&) override {}
  void on_field_impl(Field field, Text name, Text value, Error&) override {
    if (field == Field::content_type) out_.content_type.assign(value.data(), value.size());
    if (field == Field::unknown && boost::beast::iequals(name, "Escrow-Operator-Signature")) {
      out_.operator_signature.assign(value.data(), value.size());
    }
    if (field == Field::expect) {
      const bool known = boost::beast::iequals(value, "100-continue");
      (known ? out_.expects_continue : out_.expects_other) = true;
    }
  }
  void on_header_impl(Error&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Error&) override {}
  std::size_t on_body_impl(Text piece, Error&) override {
    out_.body.append(piece.data(), piece.size());
    return piece.size();
  }
  void on_chunk_header_impl(std::uint64_t, Text, Error&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text piece, Error&) override {
    out_.body.append(piece.data(), piece.size());
    return piece.size();
  }
  void on_finish_impl(Error&) override {}

  RequestText& out_;
};

}  // namespace ledger::server
