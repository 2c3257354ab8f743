#include "custody_adapter/ofx_tokens.h"

#include <algorithm>

#include "custody_adapter/charset.h"

namespace custody_adapter {
namespace {

constexpr std::size_t kNameBytesMax = 64;
constexpr std::size_t kMarkupBytesMax = 4096;
constexpr std::string_view kCdata = "<![CDATA[";

bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
bool is_name(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// The entity at the front of `text` ("&amp;...") into `out`; how many bytes it takes, 0 for none.
std::size_t take_entity(std::string_view text, std::string& out) {
  struct Named {
    std::string_view name;
    char value;
  };
  static constexpr Named kNamed[] = {{"&amp;", '&'},  {"&lt;", '<'},    {"&gt;", '>'},
                                     {"&quot;", '"'}, {"&apos;", '\''}, {"&nbsp;", ' '}};
  for (const Named& named : kNamed) {
    if (text.substr(0, named.name.size()) != named.name) continue;
    out.push_back(named.value);
    return named.name.size();
  }
  if (text.size() < 4 || text[1] != '#') return 0;
  const bool hex = text[2] == 'x' || text[2] == 'X';
  std::uint32_t value = 0;
  std::size_t at = hex ? 3 : 2;
  const std::size_t from = at;
  constexpr std::size_t kDigitsMax = 5;
  for (; at < text.size() && at - from < kDigitsMax; ++at) {
    const char c = text[at];
    const bool digit = c >= '0' && c <= '9';
    const char low = static_cast<char>(c | 0x20);
    if (!digit && !(hex && low >= 'a' && low <= 'f')) break;
    const int number = digit ? c - '0' : low - 'a' + 10;
    value = value * (hex ? 16 : 10) + static_cast<std::uint32_t>(number);
  }
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (at == from || at >= text.size() || text[at] != ';' || value < 0x20 || value > 0xffff ||
      surrogate) {
    return 0;
  }
  append_utf8(out, static_cast<char32_t>(value));
  return at + 1;
}

}  // namespace

std::string_view plain_ofx_text(std::string_view text, std::string& scratch) {
  text = trim(text);
  const std::size_t special = text.find_first_of("&\r\n\t");
  if (special == std::string_view::npos) return text;
  scratch.assign(text.substr(0, special));
  for (std::size_t i = special; i < text.size();) {
    if (text[i] == '&') {
      const std::size_t size = take_entity(text.substr(i), scratch);
      if (size == 0) scratch.push_back('&');  // a raw ampersand
      i += std::max<std::size_t>(size, 1);
    } else if (is_blank(text[i])) {
      if (scratch.empty() || scratch.back() != ' ') scratch.push_back(' ');
      ++i;
    } else {
      scratch.push_back(text[i++]);
    }
  }
  return scratch;
}

void OfxTokens::push(std::string_view chunk) {
  held_.append(chunk);
  scan(false);
}

void OfxTokens::finish() {
  scan(true);
  emit();
}

void OfxTokens::scan(bool final) {
  const std::string_view all = held_;
  std::size_t at = 0;
  while (true) {
    const std::size_t open = all.find('<', at);
    const std::size_t text_end = std::min(open, all.size());
    if (text_end > at) add_text(all.substr(at, text_end - at));
    line_ += static_cast<std::uint64_t>(
        std::count(all.begin() + static_cast<std::ptrdiff_t>(at),
                   all.begin() + static_cast<std::ptrdiff_t>(text_end), '\n'));
    offset_ += text_end - at;
    at = text_end;
    if (open == std::string_view::npos) break;
    const std::size_t used = markup(all.substr(at), final);
    if (used == 0) break;  // needs more bytes
    line_ += static_cast<std::uint64_t>(
        std::count(all.begin() + static_cast<std::ptrdiff_t>(at),
                   all.begin() + static_cast<std::ptrdiff_t>(at + used), '\n'));
    offset_ += used;
    at += used;
  }
  held_.erase(0, at);
}

// The markup at the front of `text`, which begins with "<": how many bytes it takes, 0 when more
// are needed to tell.
std::size_t OfxTokens::markup(std::string_view text, bool final) {
  if (text.size() < 2 && !final) return 0;
  const char next = text.size() > 1 ? text[1] : ' ';
  if (next == '?') {
    const std::size_t used = skip(text, "?>", 2, final);
    if (used > 0 && text.substr(0, 5) == "<?OFX") declaration_ = text.substr(5, used - 5);
    return used;
  }
  if (next == '!') {
    if (text.size() < kCdata.size() && !final) return 0;
    if (text.substr(0, kCdata.size()) == kCdata) {
      const std::size_t end = text.find("]]>", kCdata.size());
      if (end == std::string_view::npos && !final && text.size() < kTextBytesMax) return 0;
      const bool closed = end != std::string_view::npos && end < kTextBytesMax;
      const std::size_t content = closed ? end : std::min(text.size(), kTextBytesMax);
      add_text(text.substr(kCdata.size(), content - kCdata.size()));
      return closed ? end + 3 : content;
    }
    return text.substr(0, 4) == "<!--" ? skip(text, "-->", 4, final) : skip(text, ">", 2, final);
  }
  return tag(text, final);
}

std::size_t OfxTokens::skip(std::string_view text, std::string_view end, std::size_t from,
                            bool final) const {
  const std::size_t found = text.substr(0, kMarkupBytesMax).find(end, from);
  if (found != std::string_view::npos) return found + end.size();
  return final || text.size() >= kMarkupBytesMax ? 1 : 0;
}

std::size_t OfxTokens::tag(std::string_view text, bool final) {
  const auto literal = [this, text] {
    add_text(text.substr(0, 1));
    return std::size_t{1};
  };
  std::size_t at = 1;
  const bool closes = at < text.size() && text[at] == '/';
  if (closes) ++at;
  const std::size_t from = at;
  while (at < text.size() && is_name(text[at]) && at - from <= kNameBytesMax) ++at;
  const std::size_t name_end = at;
  while (at < text.size() && is_blank(text[at]) && at - name_end < kNameBytesMax) ++at;
  if (at < text.size() && text[at] == '/' && !closes) ++at;
  if (at >= text.size()) return final ? literal() : 0;
  if (text[at] != '>' || name_end == from || !is_letter(text[from])) return literal();
  emit();
  name_.assign(text.substr(from, name_end - from));
  for (char& c : name_) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  closes_ = closes;
  place_ = {offset_, at + 1, line_};
  return at + 1;
}

void OfxTokens::add_text(std::string_view text) {
  const std::size_t room = kTextBytesMax - std::min(text_.size(), kTextBytesMax);
  if (text.size() > room && !closes_) cut_ = true;
  text_.append(text.substr(0, room));
}

void OfxTokens::emit() {
  OfxElement element;
  element.name = name_;
  element.closes = closes_;
  element.text = text_;
  element.cut = cut_;
  element.place = place_;
  element.place.length = offset_ - place_.offset;
  on_element_(element);
  name_.clear();
  text_.clear();
  cut_ = false;
}

}  // namespace custody_adapter
