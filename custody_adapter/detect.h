// Which format a file has, from its first bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "custody_adapter/encoding.h"

namespace custody_adapter {

enum class FileFormat {
  kUnknown,
  kMt940,
  kMt942,
  kMt950,
  kCamt053,
  kCamt052,
  kCamt054,
  kBai2,
  kOfx,
  kCsv
};
std::string_view name_of(FileFormat format);  // "MT940", "camt.053"
std::optional<FileFormat> file_format_of(std::string_view name);

struct Detection {
  FileFormat format = FileFormat::kUnknown;
  EncodingFound encoding;
  std::string evidence;  // "FIN block 2 says I940", "element BkToCstmrStmt", for logs and people
};

// How many bytes detect() looks at.
inline constexpr std::size_t kDetectBytes = 65'536;

// A guess is never silent: no evidence gives kUnknown.
Detection detect(std::string_view first_bytes);

}  // namespace custody_adapter
