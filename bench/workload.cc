#include "bench/workload.h"

#include <charconv>

namespace bench {
namespace {

// SplitMix64: a number's own random value, so that any command can be made without the others.
std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

void append_number(std::string& out, std::uint64_t value) {
  char text[24];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  out.append(text, end);
}

}  // namespace

void append_opening(std::string& json, std::uint64_t number) {
  json += R"({"id":"o)";
  append_number(json, number);
  json += R"(","flow":"open_account","authority":"platform","client":")";
  if (number == 0) {
    json += "channel:alipay";
  } else {
    json += "lender:L";
    append_number(json, number);
  }
  json += R"("})";
}

Fields fields_of(const Load& load, std::uint64_t number) {
  const std::uint64_t run = number / (2 * kStride);
  const std::uint64_t at = number % (2 * kStride);
  Fields f;
  f.settles = at >= kStride;
  const std::uint64_t deposit = run * kStride + at % kStride;
  const std::uint64_t random = mix(deposit ^ (load.seed << 40));
  f.client = 1 + random % load.clients;
  f.amount = static_cast<std::int64_t>(1 + (random >> 40) % 1'000'000);
  std::string order = "D";
  append_number(order, deposit);
  if (f.settles) {
    f.id = "S";
    append_number(f.id, deposit);
    f.order = std::move(order);
  } else {
    f.id = std::move(order);
  }
  return f;
}

void append_command(std::string& json, const Load& load, std::uint64_t number) {
  const Fields f = fields_of(load, number);
  json += R"({"id":")";
  json += f.id;
  if (f.settles) {
    json += R"(","flow":"settle","authority":"bank","order":")";
    json += f.order;
  } else {
    json += R"(","flow":"deposit","authority":"bank","channel":"alipay","client":"lender:L)";
    append_number(json, f.client);
  }
  json += R"(","amount":)";
  append_number(json, static_cast<std::uint64_t>(f.amount));
  json += '}';
}

}  // namespace bench
