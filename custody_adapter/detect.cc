#include "custody_adapter/detect.h"

#include <algorithm>
#include <initializer_list>

#include "custody_adapter/csv_dialect.h"

namespace custody_adapter {
namespace {

// Formats with marks of their own show them early.
constexpr std::size_t kMarkBytes = 8192;
constexpr std::string_view kEmpty = "empty";
constexpr std::string_view kUnknownXml = "XML without a known message";

struct Found {
  FileFormat format = FileFormat::kUnknown;
  std::string evidence;
};

bool has(std::string_view text, std::string_view what) {
  return text.find(what) != std::string_view::npos;
}

// UTF-16 looks like ASCII once its zero bytes are gone; good enough to find element names.
std::string without_zeros(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    if (c != '\0') out.push_back(c);
  }
  return out;
}

Found detect_xml(std::string_view text) {
  struct Mark {
    std::string_view element;
    std::string_view name;
    FileFormat format;
  };
  static constexpr Mark kMarks[] = {{"BkToCstmrStmt", "camt.053", FileFormat::kCamt053},
                                    {"BkToCstmrAcctRpt", "camt.052", FileFormat::kCamt052},
                                    {"BkToCstmrDbtCdtNtfctn", "camt.054", FileFormat::kCamt054}};
  // The element decides: namespaces are often wrong.
  for (const Mark& mark : kMarks) {
    if (has(text, mark.element)) return {mark.format, "element " + std::string(mark.element)};
  }
  for (const Mark& mark : kMarks) {
    if (has(text, mark.name)) return {mark.format, "namespace with " + std::string(mark.name)};
  }
  return {FileFormat::kUnknown, std::string(kUnknownXml)};
}

// "01,sender,receiver,YYMMDD..." or "02,receiver,originator,status,YYMMDD...".
Found detect_bai2(std::string_view text) {
  const bool file = text.substr(0, 3) == "01,";
  if (!file && text.substr(0, 3) != "02,") return {FileFormat::kUnknown, ""};
  for (int commas = file ? 3 : 4; commas > 0; --commas) {
    const std::size_t comma = text.find(',');
    if (comma == std::string_view::npos) return {FileFormat::kUnknown, ""};
    text.remove_prefix(comma + 1);
  }
  const std::string_view date =
      text.substr(0, std::min(text.find_first_not_of("0123456789"), text.size()));
  if (date.size() != 6 && date.size() != 8) return {FileFormat::kUnknown, ""};
  const std::string header = file ? "file header 01" : "group header 02";
  return {FileFormat::kBai2, "the first record is a " + header + " of " + std::string(date)};
}

Found detect_ofx(std::string_view text) {
  if (text.substr(0, 9) == "OFXHEADER") return {FileFormat::kOfx, "the file begins with OFXHEADER"};
  for (const std::string_view mark : {"<?OFX", "<OFX>", "<ofx>"}) {
    if (has(text, mark)) return {FileFormat::kOfx, "element " + std::string(mark)};
  }
  return {FileFormat::kUnknown, ""};
}

Found detect_mt(std::string_view text) {
  struct Block {
    std::string_view input;
    std::string_view output;
    FileFormat format;
  };
  static constexpr Block kBlocks[] = {{"{2:I940", "{2:O940", FileFormat::kMt940},
                                      {"{2:I942", "{2:O942", FileFormat::kMt942},
                                      {"{2:I950", "{2:O950", FileFormat::kMt950}};
  for (const Block& block : kBlocks) {
    if (has(text, block.input) || has(text, block.output)) {
      return {block.format, "FIN block 2 says " + std::string(block.input.substr(3))};
    }
  }
  const std::string lines = "\n" + std::string(text);
  const auto line_with = [&lines](std::initializer_list<std::string_view> tags) -> std::string {
    for (const std::string_view tag : tags) {
      for (const char before : {'\n', '\r', '@', '\x01'}) {
        if (has(lines, std::string(1, before).append(tag))) return std::string(tag);
      }
    }
    return "";
  };
  std::string found = line_with({":34F:", ":90D:", ":90C:"});
  if (!found.empty()) return {FileFormat::kMt942, "a line begins with " + found};
  found = line_with({":60F:", ":60M:", ":61:", ":62F:", ":62M:", ":28C:", ":28:", ":25:", ":20:",
                     ":64:", ":86:", ":13D:", ":NS:"});
  if (!found.empty()) return {FileFormat::kMt940, "a line begins with " + found};
  return {FileFormat::kUnknown, "no known mark in the first bytes"};
}

Found detect_format(std::string_view first_bytes) {
  const std::string plain = without_zeros(first_bytes);
  std::string_view text = plain;
  for (const std::string_view mark : {"\xef\xbb\xbf", "\xff\xfe", "\xfe\xff"}) {
    if (text.substr(0, mark.size()) == mark) text.remove_prefix(mark.size());
  }
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {FileFormat::kUnknown, std::string(kEmpty)};
  text.remove_prefix(first);
  if (const Found bai2 = detect_bai2(text); bai2.format != FileFormat::kUnknown) return bai2;
  if (const Found ofx = detect_ofx(text); ofx.format != FileFormat::kUnknown) return ofx;
  return text.front() == '<' ? detect_xml(text) : detect_mt(text);
}

}  // namespace

std::string_view name_of(FileFormat format) {
  switch (format) {
    case FileFormat::kUnknown:
      return "unknown";
    case FileFormat::kMt940:
      return "MT940";
    case FileFormat::kMt942:
      return "MT942";
    case FileFormat::kMt950:
      return "MT950";
    case FileFormat::kCamt053:
      return "camt.053";
    case FileFormat::kCamt052:
      return "camt.052";
    case FileFormat::kCamt054:
      return "camt.054";
    case FileFormat::kBai2:
      return "BAI2";
    case FileFormat::kOfx:
      return "OFX";
    case FileFormat::kCsv:
      return "CSV";
  }
  return "unknown";
}

std::optional<FileFormat> file_format_of(std::string_view name) {
  for (const FileFormat format : {FileFormat::kMt940, FileFormat::kMt942, FileFormat::kMt950,
                                  FileFormat::kCamt053, FileFormat::kCamt052, FileFormat::kCamt054,
                                  FileFormat::kBai2, FileFormat::kOfx, FileFormat::kCsv}) {
    if (name_of(format) == name) return format;
  }
  return std::nullopt;
}

Detection detect(std::string_view first_bytes) {
  first_bytes = first_bytes.substr(0, kDetectBytes);
  Found found = detect_format(first_bytes.substr(0, kMarkBytes));
  if (found.format == FileFormat::kUnknown && found.evidence != kEmpty &&
      found.evidence != kUnknownXml) {
    CsvInference csv = infer_csv_dialect(first_bytes);
    if (csv.is_csv) {
      found = {FileFormat::kCsv, std::move(csv.evidence)};
    } else {
      found.evidence += "; " + csv.evidence;
    }
  }
  return {found.format, detect_encoding(first_bytes), std::move(found.evidence)};
}

}  // namespace custody_adapter
