#include "custody_adapter/profile_set.h"

#include <algorithm>
#include <utility>

#include <toml++/toml.h>

#include "custody_adapter/builder.h"
#include "custody_adapter/profile_keys.h"

namespace custody_adapter {

using ledger::base::Date;
using ledger::base::fail;
using ledger::base::Fault;
using ledger::base::invalid;
using ledger::base::ok;
using ledger::base::Result;

namespace {

std::optional<std::string> built_in_text(std::string_view name) {
  const auto text = StatementProfile::built_in(name);
  return text ? std::optional<std::string>(*text) : std::nullopt;
}

std::string_view without_folders(std::string_view name) {
  const std::size_t slash = name.find_last_of('/');
  return slash == std::string_view::npos ? name : name.substr(slash + 1);
}

}  // namespace

class SetParser : private ProfileKeys {
 public:
  SetProfile read(const toml::table& root, const SetProfile::ProfileOf& profile_of) {
    only(root, {"name", "version", "title", "member_name", "members"});
    SetProfile set;
    set.name_ = text(root, "name");
    (void)number(root, "version", 1, 1'000'000, 1);
    set.member_name_ = text(root, "member_name");
    for (const std::string_view part : {"{date}", "{type}"}) {
      if (set.member_name_.find(part) == std::string::npos) {
        refuse(need(root, "member_name"), "'member_name' has no " + std::string(part));
      }
    }
    for (const toml::table* table : tables(root, "members")) {
      only(*table, {"type", "profile", "optional"});
      SetProfile::Member member;
      member.type = text(*table, "type");
      place_ = "member '" + member.type + "'";
      const bool known = std::any_of(set.members_.begin(), set.members_.end(),
                                     [&](const auto& other) { return other.type == member.type; });
      if (known) refuse(*table, "two members have this type");
      const std::string name = text(*table, "profile");
      const auto body = profile_of ? profile_of(name) : built_in_text(name);
      if (!body) refuse(need(*table, "profile"), "there is no profile '" + name + "'");
      auto profile = StatementProfile::parse(*body);
      if (!profile) {
        refuse(need(*table, "profile"), "profile '" + name + "': " + profile.error().message);
      }
      member.profile = std::make_shared<const StatementProfile>(*profile);
      member.optional = flag(*table, "optional");
      set.members_.push_back(std::move(member));
      place_.clear();
    }
    if (set.members_.empty()) refuse(root, "no [[members]]");
    return set;
  }
};

Result<SetProfile, Fault> SetProfile::parse(std::string_view toml, const ProfileOf& profile_of) {
  try {
    return SetParser().read(toml::parse(toml), profile_of);
  } catch (const toml::parse_error& error) {
    return fail(invalid("profile: line " + std::to_string(error.source().begin.line) + ": " +
                        std::string(error.description())));
  } catch (const Fault& fault) {
    return fail(fault);
  }
}

std::optional<SetProfile::NameParts> SetProfile::parts_of(std::string_view member_name) const {
  std::string_view name = without_folders(member_name);
  std::string_view form = member_name_;
  NameParts parts;
  // A part ends where the literal text after it begins. The type is one of the members', so that
  // BACKROLL_RECHARGE may hold the mark that parts it from the platform.
  while (!form.empty()) {
    if (form.front() != '{') {
      if (name.empty() || name.front() != form.front()) return std::nullopt;
      name.remove_prefix(1);
      form.remove_prefix(1);
      continue;
    }
    const std::size_t close = form.find('}');
    if (close == std::string_view::npos) return std::nullopt;
    const std::string_view part = form.substr(1, close - 1);
    form.remove_prefix(close + 1);
    std::size_t size = form.empty() ? name.size() : name.find(form.front());
    if (part == "date") size = 8;
    if (part == "type") {
      size = 0;
      for (const Member& member : members_) {
        const bool begins = name.substr(0, member.type.size()) == member.type;
        if (begins && member.type.size() > size) size = member.type.size();
      }
      if (size == 0) return std::nullopt;
    }
    if (size == std::string_view::npos || size > name.size()) return std::nullopt;
    const std::string text(name.substr(0, size));
    if (part == "date") {
      if (text.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
      const auto date =
          Date::parse(text.substr(0, 4) + "-" + text.substr(4, 2) + "-" + text.substr(6, 2));
      if (!date) return std::nullopt;
      parts.date = *date;
    } else if (part == "platform") {
      if (text.empty()) return std::nullopt;
      parts.platform = text;
    } else if (part == "type") {
      parts.type = text;
    }
    name.remove_prefix(size);
  }
  if (!name.empty()) return std::nullopt;
  return parts;
}

void DayReader::issue(std::string_view code, std::string_view member, std::string text) {
  Issue issue;
  issue.severity = Severity::kError;
  issue.code = code;
  issue.field = std::string(member);
  issue.text = std::move(text);
  day_.issues.push_back(std::move(issue));
}

bool DayReader::begin(std::string_view member_name) {
  reader_.reset();
  const auto parts = set_.parts_of(member_name);
  if (!parts) {
    issue("foreign_member", excerpt(member_name), "no file of the set has such a name");
    return false;
  }
  if (day_.date.is_none()) {
    day_.date = parts->date;
    day_.platform = parts->platform;
  }
  if (parts->date != day_.date || parts->platform != day_.platform) {
    issue("other_day", excerpt(member_name), "of another day or platform than the files before");
    return false;
  }
  for (const DayMember& member : day_.members) {
    if (member.type != parts->type) continue;
    issue("repeated_member", excerpt(member_name), "a second file of this type");
    return false;
  }
  for (const SetProfile::Member& member : set_.members()) {
    if (member.type != parts->type) continue;
    member_ = DayMember();
    member_.name = std::string(member_name);
    member_.type = member.type;
    ProfileOptions options = options_;
    options.file_date = parts->date;
    reader_ = make_profile_reader(*member.profile, sink_, std::move(options));
  }
  return reader_ != nullptr;
}

ReadStatus DayReader::push(std::string_view chunk) {
  if (!reader_) return ok;
  return reader_->push(chunk);
}

ReadStatus DayReader::end() {
  if (!reader_) return ok;
  auto status = reader_->finish();
  member_.summary = reader_->summary();
  if (!status) member_.error = status.error();
  day_.members.push_back(std::move(member_));
  reader_.reset();
  return status;
}

CustodyDay DayReader::finish(Date expected) {
  if (reader_) (void)end();
  day_.set = set_.name();
  if (!expected.is_none() && day_.date != expected) {
    issue("other_day", "",
          "the files are of '" + format(day_.date) + "', not of " + format(expected));
  }
  const auto rank = [this](const DayMember& member) {
    const auto& members = set_.members();
    return std::find_if(members.begin(), members.end(),
                        [&](const SetProfile::Member& other) { return other.type == member.type; });
  };
  std::stable_sort(day_.members.begin(), day_.members.end(),
                   [&](const DayMember& a, const DayMember& b) { return rank(a) < rank(b); });
  for (const SetProfile::Member& member : set_.members()) {
    const bool there =
        std::any_of(day_.members.begin(), day_.members.end(),
                    [&](const DayMember& other) { return other.type == member.type; });
    if (!there && !member.optional) {
      issue("missing_member", member.type, "the day has no file of this type");
    }
  }
  Verdict verdict{VerdictKind::kProved, {}, ""};
  for (const DayMember& member : day_.members) {
    const FileSummary& summary = member.summary;
    day_.credit_sum = day_.credit_sum + summary.credit_sum;
    day_.debit_sum = day_.debit_sum + summary.debit_sum;
    day_.transfer_sum = day_.transfer_sum + summary.transfer_sum;
    day_.entries += summary.entries;
    const bool replaces =
        verdict.kind == VerdictKind::kProved || (verdict.kind == VerdictKind::kNotProvable &&
                                                 summary.verdict.kind == VerdictKind::kUnproved);
    if (!replaces || summary.verdict.kind == VerdictKind::kProved) continue;
    verdict = summary.verdict;
    verdict.reason = member.type + ": " + verdict.reason;
  }
  if (!day_.issues.empty() && verdict.kind != VerdictKind::kUnproved) {
    const Issue& first = day_.issues.front();
    verdict = {VerdictKind::kNotProvable, {}, std::string(first.code) + " " + first.field};
  }
  if (day_.members.empty()) verdict = {VerdictKind::kNotProvable, {}, "no member could be read"};
  day_.verdict = std::move(verdict);
  return std::move(day_);
}

}  // namespace custody_adapter
