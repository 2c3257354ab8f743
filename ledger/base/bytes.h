// Little-endian encoding of integers and length-prefixed text: the primitives of every binary
// format here. Encoders append to a std::string; the Decoder never reads past its input.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace ledger::base {

static_assert(std::endian::native == std::endian::little, "formats are written by memcpy");

template <typename T>
requires std::is_integral_v<T>
void put(std::string& out, T value) {
  char raw[sizeof(T)];
  std::memcpy(raw, &value, sizeof(T));
  out.append(raw, sizeof(T));
}
// Several integers, one after the other, in one piece.
template <typename... T>
requires(std::is_integral_v<T>&&...) void put_all(std::string& out, T... values) {
  char raw[(sizeof(T) + ...)];
  char* at = raw;
  ((std::memcpy(at, &values, sizeof(T)), at += sizeof(T)), ...);
  out.append(raw, sizeof raw);
}
// Length as Len, then the bytes. The caller guarantees that the length fits.
template <typename Len>
void put_text(std::string& out, std::string_view text) {
  put<Len>(out, static_cast<Len>(text.size()));
  out.append(text);
}
// Overwrites sizeof(T) bytes at `at`, which must exist.
template <typename T>
void put_at(std::string& out, std::size_t at, T value) {
  std::memcpy(out.data() + at, &value, sizeof(T));
}
// Big-endian, for keys whose byte order must be their numeric order.
inline void put_key(std::string& out, std::uint64_t value) {
  const std::uint64_t big = __builtin_bswap64(value);
  put(out, big);
}
inline std::uint64_t get_key(std::string_view key) {
  std::uint64_t big = 0;
  std::memcpy(&big, key.data(), sizeof big);
  return __builtin_bswap64(big);
}

// Reads front to back. After the first read past the end `failed()` is true for good and every
// further read gives zero or empty, so callers may check once at the end.
class Decoder {
 public:
  explicit Decoder(std::string_view input) : rest_(input) {}

  template <typename T>
  requires std::is_integral_v<T> T get() {
    T value{};
    if (rest_.size() < sizeof(T)) {
      fail();
      return value;
    }
    std::memcpy(&value, rest_.data(), sizeof(T));
    rest_.remove_prefix(sizeof(T));
    return value;
  }
  std::string_view get_bytes(std::size_t size) {
    if (rest_.size() < size) {
      fail();
      return {};
    }
    const std::string_view bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }
  template <typename Len>
  std::string_view get_text() {
    return get_bytes(get<Len>());
  }

  bool failed() const { return failed_; }
  bool at_end() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

 private:
  void fail() {
    failed_ = true;
    rest_ = {};
  }
  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace ledger::base
