#include "custody_adapter/record_text.h"

#include <iconv.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "custody_adapter/charset.h"

namespace custody_adapter {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

class Iconv final : public TextConverter {
 public:
  Iconv(const std::string& to, const std::string& from, bool to_utf8)
      : handle_(::iconv_open(to.c_str(), from.c_str())), to_utf8_(to_utf8) {}
  ~Iconv() override {
    if (good()) ::iconv_close(handle_);
  }
  Iconv(const Iconv&) = delete;
  Iconv& operator=(const Iconv&) = delete;
  bool good() const { return handle_ != reinterpret_cast<iconv_t>(-1); }

  std::size_t convert(std::string_view text, std::string& out) override {
    ::iconv(handle_, nullptr, nullptr, nullptr, nullptr);
    // iconv takes a pointer to mutable bytes and does not change them.
    char* in = const_cast<char*>(text.data());
    std::size_t left = text.size();
    out.resize(text.size() * 4 + 16);
    std::size_t used = 0;
    std::size_t bad = kAll;
    while (left > 0) {
      char* to = out.data() + used;
      std::size_t room = out.size() - used;
      const std::size_t result = ::iconv(handle_, &in, &left, &to, &room);
      used = out.size() - room;
      if (result != static_cast<std::size_t>(-1)) break;
      if (errno == E2BIG) {
        out.resize(out.size() * 2);
        continue;
      }
      // EILSEQ, or EINVAL for a character that the text does not complete.
      if (bad == kAll) bad = text.size() - left;
      if (to_utf8_) {
        if (out.size() - used < kReplacement.size()) out.resize(out.size() + 64);
        std::memcpy(out.data() + used, kReplacement.data(), kReplacement.size());
        used += kReplacement.size();
      }
      ++in;
      --left;
    }
    out.resize(used);
    return bad;
  }

 private:
  iconv_t handle_;
  bool to_utf8_;
};

// UTF-8 needs no conversion, only the check.
class Utf8Check final : public TextConverter {
 public:
  std::size_t convert(std::string_view text, std::string& out) override {
    out.clear();
    std::size_t bad = kAll;
    std::size_t at = 0;
    while (at < text.size()) {
      const std::size_t valid = utf8_prefix(text.substr(at));
      out.append(text.substr(at, valid));
      at += valid;
      if (at == text.size()) break;
      if (bad == kAll) bad = at;
      out.append(kReplacement);
      ++at;
    }
    return bad;
  }
};

bool is_utf8_name(std::string_view encoding) { return encoding == "UTF-8" || encoding == "UTF8"; }

// Every printable ASCII character stands for itself, one byte each.
bool keeps_ascii(TextConverter& converter) {
  std::string ascii;
  for (char c = ' '; c < 0x7f; ++c) {
    if (c != '\\' && c != '~') ascii.push_back(c);  // other signs in Shift-JIS
  }
  std::string out;
  return converter.convert(ascii, out) == TextConverter::kAll && out == ascii;
}

std::unique_ptr<TextConverter> opened(const std::string& to, const std::string& from,
                                      bool to_utf8) {
  auto converter = std::make_unique<Iconv>(to, from, to_utf8);
  if (!converter->good() || !keeps_ascii(*converter)) return nullptr;
  return converter;
}

std::string upper(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return out;
}

}  // namespace

std::unique_ptr<TextConverter> make_decoder(const std::string& encoding) {
  if (is_utf8_name(encoding)) return std::make_unique<Utf8Check>();
  return opened("UTF-8", encoding, true);
}

std::unique_ptr<TextConverter> make_encoder(const std::string& encoding) {
  if (is_utf8_name(encoding)) return std::make_unique<Utf8Check>();
  return opened(encoding, "UTF-8", false);
}

CharacterMap::CharacterMap(std::string_view encoding) {
  const std::string name = upper(encoding);
  utf8_ = is_utf8_name(name);
  const auto range = [this](unsigned from, unsigned to) {
    for (unsigned i = from; i <= to; ++i) leads_[i] = true;
    multibyte_ = true;
  };
  const auto is = [&name](std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (is({"GB18030", "GBK", "CP936", "MS936", "WINDOWS-936", "BIG5", "BIG5-HKSCS", "BIG5HKSCS",
          "CP950", "CP949", "UHC", "JOHAB", "GB2312", "EUC-CN", "EUC-KR"})) {
    range(0x81, 0xfe);
    four_bytes_ = name == "GB18030";
  } else if (is({"SHIFT_JIS", "SHIFT-JIS", "SJIS", "CP932", "MS932", "WINDOWS-31J"})) {
    range(0x81, 0x9f);
    range(0xe0, 0xfc);
  }
}

bool CharacterMap::can_hide(std::string_view separator) const {
  if (!multibyte_) return false;
  return std::any_of(separator.begin(), separator.end(), [this](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x40 || (four_bytes_ && byte >= '0' && byte <= '9');
  });
}

std::size_t CharacterMap::incomplete_tail(std::string_view text) const {
  if (utf8_) return incomplete_utf8_tail(text);
  if (!multibyte_) return 0;
  std::size_t i = 0;
  while (i < text.size()) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (!leads_[lead]) {
      ++i;
      continue;
    }
    if (i + 1 == text.size()) return 1;
    const auto second = static_cast<unsigned char>(text[i + 1]);
    const bool four = four_bytes_ && second >= '0' && second <= '9';
    if (four && i + 4 > text.size()) return text.size() - i;
    i += four ? 4 : 2;
  }
  return 0;
}

RecordCutter::RecordCutter(std::string separator, char quote, std::string_view encoding)
    : separator_(std::move(separator)),
      quote_(quote),
      characters_(encoding),
      careful_(characters_.can_hide(separator_)) {}

std::size_t RecordCutter::find_separator(std::string_view record, std::size_t from) const {
  if (!careful_) {
    return separator_.size() == 1 ? record.find(separator_[0], from)
                                  : record.find(separator_, from);
  }
  for (std::size_t i = from; i < record.size(); i += characters_.length_at(record, i)) {
    if (record[i] == separator_[0] && record.substr(i, separator_.size()) == separator_) return i;
  }
  return std::string_view::npos;
}

bool RecordCutter::cut(std::string_view record, std::vector<std::string_view>& cells) const {
  cells.clear();
  std::size_t from = 0;
  while (true) {
    std::size_t search = from;
    if (quote_ != 0 && from < record.size() && record[from] == quote_) {
      std::size_t i = from + 1;
      while (true) {
        while (i < record.size() && record[i] != quote_) i += characters_.length_at(record, i);
        if (i >= record.size()) return false;
        if (i + 1 >= record.size() || record[i + 1] != quote_) break;
        i += 2;
      }
      search = i + 1;
      if (search < record.size() &&
          record.substr(search, separator_.size()) != std::string_view(separator_)) {
        return false;
      }
    }
    const std::size_t end = find_separator(record, search);
    cells.push_back(record.substr(from, end == std::string_view::npos ? end : end - from));
    if (end == std::string_view::npos) return true;
    from = end + separator_.size();
  }
}

std::string_view RecordCutter::unquoted(std::string_view cell, std::string& scratch) const {
  if (quote_ == 0 || cell.size() < 2 || cell.front() != quote_ || cell.back() != quote_) {
    return cell;
  }
  const std::string_view inner = cell.substr(1, cell.size() - 2);
  if (inner.find(quote_) == std::string_view::npos) return inner;
  scratch.clear();
  for (std::size_t i = 0; i < inner.size(); ++i) {
    scratch.push_back(inner[i]);
    if (inner[i] == quote_) ++i;
  }
  return scratch;
}

}  // namespace custody_adapter
