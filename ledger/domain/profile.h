// Profile: the rules of one custody regime, as data: account classes, kinds of owners, flows with
// the authorities and roles that may start them, the matrix of allowed movements, caps, fee rules.
// profiles/README.md documents the TOML schema.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ledger/base/amount.h"
#include "ledger/base/fault.h"
#include "ledger/base/result.h"
#include "ledger/domain/codes.h"

namespace ledger::domain {

// Which part of the control equation a class belongs to:
//   bank + in_transit + shortfall = client + platform
enum class ClassGroup : std::uint8_t { kBank, kInTransit, kShortfall, kClient, kPlatform };

struct AccountClass {
  std::uint16_t number = 0;  // CUSTODY 3.1: 1001, 2001, ...
  std::string name;          // "lender.available"
  ClassGroup group = ClassGroup::kClient;
  bool debit_normal = false;  // a positive balance is debits - credits
  bool itemised = false;      // every fen of its balance belongs to an open hold
};

struct KindAccount {
  std::string suffix;  // "available"
  std::uint16_t account_class = 0;
};

// A kind of owner. Its accounts are opened together, in this order.
struct OwnerKind {
  std::string name;         // "lender"
  bool structural = false;  // opened by genesis under its own name, e.g. "platform"
  std::vector<KindAccount> accounts;
  // Positions of the three accounts of a client, which the flows use all the time.
  std::optional<std::uint16_t> available;
  std::optional<std::uint16_t> frozen;
  std::optional<std::uint16_t> withdrawing;
};

struct MatrixRule {
  bool same_owner = false;     // debit and credit account belong to one owner
  bool needs_project = false;  // a hold of the entry names the project of this movement
  bool needs_fee_rule = false;
};

struct FlowRules {
  FlowCode flow = FlowCode::kGenesis;
  std::vector<Authority> authorities;
  std::vector<std::string> roles;
  bool reversible = false;
};

struct FeeRule {
  std::string id;
  std::string payer_kind;  // "borrower"
  FlowCode flow = FlowCode::kFee;
  base::Amount fixed;             // minor units
  std::int64_t basis_points = 0;  // of the amount the fee is for, 0 ... 10000
};

class Profile {
 public:
  // Reads and checks a profile; the fault names line and key.
  static base::Result<Profile, base::Fault> parse(std::string_view toml);
  // A profile that ships with the program ("cn-2017"), or nothing.
  static std::optional<std::string_view> built_in(std::string_view name);
  static std::vector<std::string_view> built_in_names();

  const std::string& name() const { return name_; }
  std::uint32_t version() const { return version_; }
  const std::string& text() const { return text_; }
  const std::vector<base::Currency>& currencies() const { return currencies_; }

  // Classes are also known by their index, ascending by number.
  const std::vector<AccountClass>& classes() const { return classes_; }
  std::optional<std::uint8_t> class_index(std::uint16_t number) const;
  const std::vector<OwnerKind>& kinds() const { return kinds_; }
  std::optional<std::uint8_t> kind_index(std::string_view name) const;
  // The suffix's position in the kind, or nothing.
  std::optional<std::uint16_t> account_position(std::uint8_t kind, std::string_view suffix) const;

  const FlowRules* rules_of(FlowCode flow) const;
  // The rule under which `flow` may move money from the debited to the credited class, or null.
  const MatrixRule* matrix(FlowCode flow, std::uint8_t debit_class,
                           std::uint8_t credit_class) const;
  const FeeRule* fee_rule(std::string_view id) const;
  // The most a rule allows on a base amount: fixed + base * basis_points / 10000, rounded down.
  static base::Amount fee_limit(const FeeRule& rule, base::Amount base_amount);

  base::Amount cap_natural() const { return cap_natural_; }  // outstanding of one borrower
  base::Amount cap_legal() const { return cap_legal_; }
  bool role_may(std::string_view role, FlowCode flow) const;
  std::vector<std::string> roles() const;

 private:
  friend class ProfileReader;
  std::string name_;
  std::uint32_t version_ = 0;
  std::string text_;
  std::vector<base::Currency> currencies_;
  std::vector<AccountClass> classes_;
  std::vector<OwnerKind> kinds_;
  std::map<FlowCode, FlowRules> flows_;
  std::unordered_map<std::uint32_t, MatrixRule> matrix_;  // flow << 16 | debit << 8 | credit
  std::map<std::string, FeeRule, std::less<>> fees_;
  base::Amount cap_natural_;
  base::Amount cap_legal_;
};

}  // namespace ledger::domain
