// The files of one custody day, read as one: each member by its own profile, all of the same date
// and platform, each kind once. Taking members out of an archive is the caller's.
//
//   DayReader day(*set, sink, {});
//   for each member: day.begin(name); day.push(chunk) ...; day.end();
//   const CustodyDay result = day.finish();
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "custody_adapter/profile.h"

namespace custody_adapter {

class SetProfile {
 public:
  struct Member {
    std::string type;
    std::shared_ptr<const StatementProfile> profile;
    bool optional = false;
  };
  // `profile_of` gives the text of a profile by the name that the set uses; without it, the
  // built-in ones.
  using ProfileOf = std::function<std::optional<std::string>(std::string_view name)>;
  static ledger::base::Result<SetProfile, ledger::base::Fault> parse(
      std::string_view toml, const ProfileOf& profile_of = {});
  static std::optional<std::string_view> built_in(std::string_view name);
  static std::vector<std::string_view> built_in_names();

  struct NameParts {
    ledger::base::Date date;
    std::string platform;
    std::string type;
  };
  // Of a member's name, without folders; nothing when it is not of the set's form.
  std::optional<NameParts> parts_of(std::string_view member_name) const;

  const std::string& name() const { return name_; }
  const std::vector<Member>& members() const { return members_; }

 private:
  friend class SetParser;
  SetProfile() = default;

  std::string name_;
  std::string member_name_;  // "{date}_{platform}_{type}.{extension}"
  std::vector<Member> members_;
};

struct DayMember {
  std::string name;  // as delivered
  std::string type;
  FileSummary summary;
  std::optional<ParseError> error;
};

struct CustodyDay {
  std::string set;
  ledger::base::Date date;
  std::string platform;
  std::vector<DayMember> members;  // in the order of the set
  std::vector<Issue> issues;       // missing, repeated, foreign members
  Figure credit_sum;               // of all members, booked
  Figure debit_sum;
  Figure transfer_sum;
  std::uint64_t entries = 0;
  // PROVED when every member is; UNPROVED when one is; NOT PROVABLE with the reason otherwise.
  Verdict verdict;
};

class DayReader {
 public:
  DayReader(SetProfile set, StatementSink& sink, ProfileOptions options)
      : set_(std::move(set)), sink_(sink), options_(std::move(options)) {}

  // False, with an issue, when the member is none of the set's, of another day or platform, or
  // there already: its bytes are then passed over. A member must be ended before the next begins.
  bool begin(std::string_view member_name);
  ReadStatus push(std::string_view chunk);
  ReadStatus end();
  // `expected`: the day that should be there, where the caller knows it.
  CustodyDay finish(ledger::base::Date expected = {});

 private:
  void issue(std::string_view code, std::string_view member, std::string text);

  SetProfile set_;
  StatementSink& sink_;
  ProfileOptions options_;
  CustodyDay day_;
  std::unique_ptr<ProfileReader> reader_;
  DayMember member_;
};

}  // namespace custody_adapter
