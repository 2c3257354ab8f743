// Profile: the rules of one custody regime, as data: account classes, kinds of owners, flows with
// the authorities and roles that may start them, the matrix of allowed movements, caps, fee rules.
// profiles/README.md documents the TOML schema.
#pragma once

#include <array>
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
#include "ledger/base/time.h"
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
  bool four_eyes = false;                       // only by `approve` of another operator's proposal
  std::optional<base::Amount> four_eyes_above;  // the same, for a larger amount only
  bool despite_freeze = false;                  // may debit the accounts of a frozen owner
  bool despite_restriction = false;             // may take what a restriction keeps back
};

struct FeeRule {
  std::string id;
  std::string payer_kind;  // "borrower"
  FlowCode flow = FlowCode::kFee;
  base::Amount fixed;             // minor units
  std::int64_t basis_points = 0;  // of the amount the fee is for, 0 ... 10000
};

enum class CreditMoment : std::uint8_t {
  kOnSuccess,     // when the channel reports the deposit; withdrawable once settled
  kOnSettlement,  // when the bank has the money
};
enum class ReserveMode : std::uint8_t { kOff, kAccrue, kRunOff };
enum class InterestTo : std::uint8_t { kClients, kPlatform };

struct Policy {
  CreditMoment credit = CreditMoment::kOnSuccess;
  ReserveMode reserve = ReserveMode::kOff;
  InterestTo interest_to = InterestTo::kClients;
  std::optional<base::Amount> review_above;  // larger withdrawals wait for an operator
  std::int64_t penalty_ppm_per_day = 0;      // of what is overdue, millionths
  bool partial_repayment = false;
  std::int64_t claim_price_min_bp = 0;  // of the principal sold, hundredths of a percent
  std::int64_t claim_price_max_bp = 100'000;
  bool transfer_overdue = false;        // claims of an overdue project may be sold
  std::int64_t dormant_after_days = 0;  // without a movement; 0: never
  std::int64_t proposal_days = 30;      // a proposal is open so long, unless it says otherwise
};

// Most outstanding principal of one borrower, in minor units; nothing: no cap.
struct Caps {
  std::optional<base::Amount> natural_person, legal_person;          // on this platform
  std::optional<base::Amount> natural_person_all, legal_person_all;  // on all platforms together
  std::optional<base::Amount> here(bool legal) const {
    return legal ? legal_person : natural_person;
  }
  std::optional<base::Amount> everywhere(bool legal) const {
    return legal ? legal_person_all : natural_person_all;
  }
};

// Which days the bank works: neither weekend nor holiday, or a weekend day worked in exchange.
class Calendar {
 public:
  bool is_business_day(base::Date day) const;  // `day` is not none
  // The first business day after `day`; none if that is beyond the year 9999.
  base::Date next_business_day(base::Date day) const;
  // Business days after `first`, up to and with `last`; 0 if that is not later.
  std::int64_t business_days(base::Date first, base::Date last) const;

 private:
  friend class ProfileReader;
  std::array<bool, 7> weekend_{};                // Monday first; never all of them
  std::vector<base::Date> holidays_, workdays_;  // ascending
};

// What is watched, and what happens then; profiles/README.md says what each kind looks at.
enum class MonitorKind : std::uint8_t {
  kLarge,
  kAggregate,
  kVelocity,
  kStructuring,
  kInAndOut,
  kSuspenseAge,
  kTransitAge,
  kCoverage,
  kReserveFloor,
  kRefused,
};
enum class MonitorAction : std::uint8_t { kAlert, kFreeze };

struct Monitor {
  std::string id;
  MonitorKind kind = MonitorKind::kLarge;
  std::vector<FlowCode> flows;
  base::Amount amount;
  std::int64_t count = 0;
  // The window or age: one of them is given where the kind has one, the others are 0.
  std::int64_t minutes = 0;
  std::int64_t days = 0;
  std::int64_t business_days = 0;  // ages only: by the profile's calendar
  MonitorAction action = MonitorAction::kAlert;
  friend bool operator==(const Monitor&, const Monitor&) = default;
};
std::string_view name_of(MonitorKind kind);

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

  // Of a flow that the profile does not declare: null, and nobody may start it.
  const FlowRules* rules_of(FlowCode flow) const;
  const std::map<FlowCode, FlowRules>& flows() const { return flows_; }
  // The rule under which `flow` may move money from the debited to the credited class, or null.
  const MatrixRule* matrix(FlowCode flow, std::uint8_t debit_class,
                           std::uint8_t credit_class) const;
  const FeeRule* fee_rule(std::string_view id) const;
  // The most a rule allows on a base amount: fixed + base * basis_points / 10000, rounded down.
  static base::Amount fee_limit(const FeeRule& rule, base::Amount base_amount);

  const std::map<std::string, FeeRule, std::less<>>& fee_rules() const { return fees_; }

  const Policy& policy() const { return policy_; }
  const Caps& caps() const { return caps_; }
  const Calendar& calendar() const { return calendar_; }
  const std::vector<Monitor>& monitors() const { return monitors_; }
  bool role_may(std::string_view role, FlowCode flow) const;
  std::vector<std::string> roles() const;

 private:
  friend class ProfileReader;
  static constexpr std::uint32_t matrix_key(FlowCode flow, std::uint8_t debit,
                                            std::uint8_t credit) {
    return static_cast<std::uint32_t>(flow) << 16 | static_cast<std::uint32_t>(debit) << 8 | credit;
  }
  static constexpr FlowCode flow_in(std::uint32_t matrix_key) {
    return static_cast<FlowCode>(matrix_key >> 16);
  }

  std::string name_;
  std::uint32_t version_ = 0;
  std::string text_;
  std::vector<base::Currency> currencies_;
  std::vector<AccountClass> classes_;
  std::vector<OwnerKind> kinds_;
  std::map<FlowCode, FlowRules> flows_;
  std::unordered_map<std::uint32_t, MatrixRule> matrix_;  // by matrix_key()
  std::map<std::string, FeeRule, std::less<>> fees_;
  Policy policy_;
  Caps caps_;
  Calendar calendar_;
  std::vector<Monitor> monitors_;
};

}  // namespace ledger::domain
