// Owners of OpenSSL's objects, for the files of this folder.
#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>

#include <memory>
#include <string>
#include <string_view>

#include "ledger/base/check.h"

namespace ledger::crypto {

template <auto kFree>
struct FreeWith {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
template <typename T, auto kFree>
using Owned = std::unique_ptr<T, FreeWith<kFree>>;
using Bio = Owned<BIO, BIO_free_all>;

// `text` must outlive it.
inline Bio reader_of(std::string_view text) {
  Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  LEDGER_CHECK(bio != nullptr);
  return bio;
}
inline Bio writer() {
  Bio bio(BIO_new(BIO_s_mem()));
  LEDGER_CHECK(bio != nullptr);
  return bio;
}
inline std::string text_of(const Bio& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

// What OpenSSL says last, after `what`; its queue is empty then.
inline std::string last_error(std::string_view what) {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  ERR_clear_error();
  return std::string(what) + ": " + (reason == nullptr ? "no reason given" : reason);
}

}  // namespace ledger::crypto
