// Field 86. The three families of layouts share one result: a StatementEntry's texts.
#include <algorithm>
#include <array>

#include "custody_adapter/mt940_fields.h"

namespace custody_adapter {
namespace {

// Stands between sub-fields put together: a word like "EREF+" may begin there.
constexpr char kSeam = '\x1f';

bool is_digit(char c) { return c >= '0' && c <= '9'; }

void set_once(std::string& target, std::string_view value) {
  value = trimmed(value);
  if (target.empty() && !value.empty() && !is_filler_reference(value)) target = std::string(value);
}

void append_words(std::string& target, std::string_view value) {
  value = trimmed(value);
  if (value.empty()) return;
  if (!target.empty()) target.push_back(' ');
  target.append(value);
}

// "USTD//text", "STRD/CUR/reference" or plain text.
void assign_remittance(std::string_view value, StatementEntry& entry) {
  constexpr std::string_view kFree = "USTD//";
  constexpr std::string_view kStructured = "STRD/CUR/";
  if (value.substr(0, kStructured.size()) == kStructured) {
    set_once(entry.references.creditor, value.substr(kStructured.size()));
  } else if (value.substr(0, kFree.size()) == kFree) {
    append_words(entry.remittance, value.substr(kFree.size()));
  } else {
    append_words(entry.remittance, value);
  }
}

// "account/bank/name/city".
void assign_counterparty(std::string_view value, StatementEntry& entry) {
  for (std::string* target :
       {&entry.counterparty.account, &entry.counterparty.bank, &entry.counterparty.name}) {
    const std::size_t slash = value.find('/');
    set_once(*target, value.substr(0, slash));
    if (slash == std::string_view::npos) return;
    value.remove_prefix(slash + 1);
  }
}

// Where a named value goes. German SEPA words ("EREF+") and slash codes ("/EREF/") agree on names.
void assign(std::string_view name, std::string_view value, StatementEntry& entry) {
  References& refs = entry.references;
  if (name == "EREF") return set_once(refs.end_to_end, value);
  if (name == "KREF") return set_once(refs.instruction, value);
  if (name == "PREF") return set_once(refs.payment_info, value);
  if (name == "RREF") return set_once(refs.transaction, value);
  if (name == "MREF" || name == "MARF") return set_once(refs.mandate, value);
  if (name == "MSID") return set_once(refs.message, value);
  if (name == "CREF") return set_once(refs.creditor, value);
  if (name == "NAME" || name == "ORDP" || name == "BENM") {
    return set_once(entry.counterparty.name, value);
  }
  if (name == "IBAN" || name == "BBAN") return set_once(entry.counterparty.account, value);
  if (name == "BIC") return set_once(entry.counterparty.bank, value);
  if (name == "REMI") return assign_remittance(value, entry);
  if (name == "SVWZ") return append_words(entry.remittance, value);
  if (name == "CNTP") return assign_counterparty(value, entry);
  if (name == "TRTP" && entry.additional.empty()) return append_words(entry.additional, value);
}

struct Mark {
  std::size_t begin = 0;  // of the name
  std::size_t value = 0;  // of the text after it
  std::string_view name;
};

constexpr std::array<std::string_view, 18> kPlusWords = {
    "EREF", "KREF", "MREF", "CRED", "DEBT", "SVWZ", "ABWA", "ABWE", "PREF",
    "RREF", "CREF", "MSID", "COAM", "OAMT", "IBAN", "BIC",  "BREF", "SQTP"};
constexpr std::array<std::string_view, 31> kSlashWords = {
    "EREF", "KREF", "MREF", "MARF", "CSID", "TRTP", "IBAN", "BBAN", "BIC",  "NAME", "REMI",
    "ORDP", "BENM", "PREF", "RREF", "CREF", "MSID", "TRCD", "BREF", "ISDT", "SWOD", "SWOC",
    "RTRN", "UDTR", "UCRD", "PURP", "CNTP", "OCMT", "CHGS", "BUSP", "SVCL"};

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// "EREF+": the word ends before '+' and stands at the front or after a blank or another '+'.
std::vector<Mark> plus_marks(std::string_view text) {
  std::vector<Mark> marks;
  for (std::size_t plus = text.find('+'); plus != std::string_view::npos;
       plus = text.find('+', plus + 1)) {
    for (const std::size_t size : {std::size_t{4}, std::size_t{3}}) {
      if (plus < size || !contains(kPlusWords, text.substr(plus - size, size))) continue;
      const std::size_t begin = plus - size;
      const char before = begin == 0 ? ' ' : text[begin - 1];
      if (before != ' ' && before != '+' && before != kSeam) continue;
      marks.push_back({begin, plus + 1, text.substr(begin, size)});
      break;
    }
  }
  return marks;
}

std::vector<Mark> slash_marks(std::string_view text) {
  std::vector<Mark> marks;
  std::size_t open = text.find('/');
  while (open != std::string_view::npos) {
    const std::size_t shut = text.find('/', open + 1);
    if (shut == std::string_view::npos) break;
    const std::string_view name = text.substr(open + 1, shut - open - 1);
    if (contains(kSlashWords, name)) {
      marks.push_back({open, shut + 1, text.substr(open + 1, name.size())});
    }
    open = shut;  // a closing slash may be the next opening one
  }
  return marks;
}

// Values run from mark to mark. What stands before the first mark is remittance.
void assign_all(std::string_view text, const std::vector<Mark>& marks, StatementEntry& entry) {
  append_words(entry.remittance, text.substr(0, marks.front().begin));
  for (std::size_t i = 0; i < marks.size(); ++i) {
    const std::size_t end = i + 1 < marks.size() ? marks[i + 1].begin : text.size();
    const std::size_t begin = std::min(marks[i].value, end);
    std::string_view value = trimmed(text.substr(begin, end - begin));
    while (text[marks[i].begin] == '/' && !value.empty() && value.back() == '/') {
      value.remove_suffix(1);
    }
    assign(marks[i].name, value, entry);
  }
}

std::string without(std::string_view text, char unwanted) {
  std::string out(text);
  out.erase(std::remove(out.begin(), out.end(), unwanted), out.end());
  return out;
}

// A reference goes on in the next sub-field only when its sub-field is full: what follows a short
// one is something else ("?20EREF+TFNR 5?21MTLG:reason").
std::size_t reference_size(const std::string& purpose, const Mark& mark, std::size_t size) {
  constexpr std::size_t kFull = 27;
  std::size_t line = purpose.rfind(kSeam, mark.begin);
  line = line == std::string::npos ? 0 : line + 1;
  while (true) {
    const std::size_t seam = purpose.find(kSeam, std::max(line, mark.value));
    if (seam == std::string::npos || seam >= mark.value + size) return size;
    if (seam - line < kFull && seam > mark.value) return seam - mark.value;
    line = seam + 1;
  }
}

// The purpose lines ?20-?29 and ?60-?63 make one text, cut every 27 characters anywhere.
void parse_purpose(const std::string& purpose, StatementEntry& entry) {
  auto marks = plus_marks(purpose);
  if (marks.empty()) {
    const std::string plain = without(purpose, kSeam);
    const auto slashed = slash_marks(plain);
    if (!slashed.empty() && slashed.front().begin == 0) return assign_all(plain, slashed, entry);
    append_words(entry.remittance, plain);
    const std::size_t eref = plain.find("EREF: ");
    if (eref != std::string::npos) {
      const std::size_t begin = eref + 6;
      set_once(entry.references.end_to_end,
               std::string_view(plain).substr(begin, plain.find(' ', begin) - begin));
    }
    return;
  }
  append_words(entry.remittance, without(purpose.substr(0, marks.front().begin), kSeam));
  for (std::size_t i = 0; i < marks.size(); ++i) {
    const std::size_t end = i + 1 < marks.size() ? marks[i + 1].begin : purpose.size();
    const std::string_view raw =
        std::string_view(purpose).substr(marks[i].value, end - marks[i].value);
    const bool is_text = marks[i].name == "SVWZ";
    const std::size_t cut = is_text ? raw.size() : reference_size(purpose, marks[i], raw.size());
    assign(marks[i].name, without(raw.substr(0, cut), kSeam), entry);
    append_words(entry.remittance, without(raw.substr(cut), kSeam));
  }
}

// The sub-field sign of "166?00" or "?00", with the text position where sub-fields start; npos when
// the text is not laid out in sub-fields.
std::size_t subfields_at(std::string_view text, char& sign) {
  const bool coded =
      text.size() >= 3 && is_digit(text[0]) && is_digit(text[1]) && is_digit(text[2]);
  const std::size_t at = coded ? 3 : 0;
  if (text.size() < at + 3) return std::string_view::npos;
  sign = text[at];
  constexpr std::string_view kSigns = "?<>~^|@*&";
  if (kSigns.find(sign) == std::string_view::npos) return std::string_view::npos;
  if (!is_digit(text[at + 1]) || !is_digit(text[at + 2])) return std::string_view::npos;
  return at;
}

void parse_subfields(std::string_view text, char sign, StatementEntry& entry) {
  std::string purpose;
  while (text.size() >= 3) {
    // A sign without two digits after it is ordinary text.
    std::size_t end = text.find(sign, 3);
    while (end != std::string_view::npos &&
           !(end + 2 < text.size() && is_digit(text[end + 1]) && is_digit(text[end + 2]))) {
      end = text.find(sign, end + 1);
    }
    const int code = (text[1] - '0') * 10 + (text[2] - '0');
    const std::string_view value = text.substr(3, end == std::string_view::npos ? end : end - 3);
    if ((code >= 20 && code <= 29) || (code >= 60 && code <= 63)) {
      purpose.push_back(kSeam);
      purpose.append(value);
    } else if (code == 0) {
      append_words(entry.additional, value);
    } else if (code == 30) {
      set_once(entry.counterparty.bank, value);
    } else if (code == 31 || code == 38) {
      set_once(entry.counterparty.account, value);
    } else if (code == 32 || code == 33) {
      entry.counterparty.name.append(code == 32 ? trimmed(value) : value);
    }
    if (end == std::string_view::npos) break;
    text.remove_prefix(end);
  }
  if (!purpose.empty()) parse_purpose(purpose, entry);
}

}  // namespace

void parse_information(std::string_view lines, StatementEntry& entry) {
  // Structured layouts are wrapped at 65 characters anywhere, so lines join without a blank.
  const std::string joined = without(lines, '\n');
  char sign = 0;
  const std::size_t at = subfields_at(joined, sign);
  if (at != std::string::npos) {
    if (at == 3) set_once(entry.bank_code, std::string_view(joined).substr(0, 3));
    return parse_subfields(std::string_view(joined).substr(at), sign, entry);
  }
  const std::string_view text = trimmed(joined);
  const auto slashed = slash_marks(text);
  if (!slashed.empty()) return assign_all(text, slashed, entry);
  const auto plus = plus_marks(text);
  if (!plus.empty()) return assign_all(text, plus, entry);

  std::string spaced(lines);
  std::replace(spaced.begin(), spaced.end(), '\n', ' ');
  append_words(entry.remittance, spaced);
}

}  // namespace custody_adapter
