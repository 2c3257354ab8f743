// Reads a statement profile's TOML and checks that it makes sense. Only profile_parser.cc,
// profile_fields.cc and profile_rules.cc include this.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "custody_adapter/profile_keys.h"
#include "custody_adapter/profile_model.h"
#include "custody_adapter/record_text.h"

namespace custody_adapter {

class ProfileParser : private ProfileKeys {
 public:
  ProfileModel read(const toml::table& root);

 private:
  void read_file(const toml::table& table);
  // profile_fields.cc
  RecordSpec read_record(const toml::table& table);
  void read_position(const toml::table& table, RecordSpec& record);
  void read_shape(const toml::table& table, RecordSpec& record);
  void read_fields(const toml::table& table, RecordSpec& record);
  FieldSpec read_field(const toml::table& table, const RecordSpec& record);
  void read_amount_form(const toml::table& table, FieldSpec& field);
  void check_fixed(const toml::table& table, RecordSpec& record) const;
  void check_columns(const toml::table& table, RecordSpec& record) const;
  // profile_rules.cc
  void read_rules(const toml::table& table, RecordSpec& record);
  std::vector<Condition> conditions(const toml::table& table, std::string_view key,
                                    const RecordSpec& record) const;
  SideRule read_side(const toml::node& node, const RecordSpec& record) const;
  void read_status(const toml::table& table, RecordSpec& record) const;
  void read_field_rules(const toml::table& table, RecordSpec& record);
  void read_same_as(const toml::table& table, FieldSpec& field);
  CheckSpec read_check(const toml::table& table);
  void read_check_parts(const toml::table& table, CheckSpec& check);
  bool covers_side(const CheckSpec& check, const CheckSpec::Part& part,
                   const RecordSpec& record) const;
  void check_records(const toml::table& root) const;
  void mark_used();
  void check_detail(const toml::table& at, const RecordSpec& record) const;

  // A text of the profile in the file's encoding.
  std::string encoded(const toml::node& at, const std::string& text) const;
  std::size_t field_index(const toml::node& at, const RecordSpec& record,
                          std::string_view name) const;
  std::size_t record_index(const toml::node& at, std::string_view name) const;
  // "head.count" as record and field.
  std::pair<std::size_t, std::size_t> field_of(const toml::node& at, const std::string& path) const;

  ProfileModel model_;
  Layout layout_ = Layout::kDelimited;
  bool leading_separator_ = false;
  Presence trailing_separator_ = Presence::kNone;
  bool short_records_ = false;
  bool extra_columns_ = false;
  std::unique_ptr<TextConverter> encoder_;
};

}  // namespace custody_adapter
