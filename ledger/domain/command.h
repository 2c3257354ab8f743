// Command: a request to change the ledger, checked for form but not yet against any state.
//
// Its fields are kept in one canonical byte string (tag, length, value; ascending by tag), which is
// what makes "same id, same payload" a comparison of bytes, and which the entry carries.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/amount.h"
#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/crypto/digest.h"
#include "ledger/domain/codes.h"
#include "ledger/domain/entry.h"
#include "ledger/domain/refusal.h"

namespace ledger::domain {

// Field numbers are frozen: the journal carries them.
enum class Field : std::uint8_t {
  kAuthority = 1,
  kOperator = 2,
  kClient = 3,
  kAmount = 4,
  kChannel = 5,
  kOrder = 6,  // command id of the order this command continues
  kProject = 7,
  kCurrency = 8,
  kBorrower = 9,
  kTarget = 10,
  kContractHash = 11,
  kInstalments = 12,
  kInstalment = 13,
  kFee = 14,
  kFeeRule = 15,
  kEntry = 16,
  kEntryHash = 17,
  kProposal = 18,  // command id of a proposal
  kReason = 19,
  kValueDate = 20,
  kEvidence = 21,  // the bank's or channel's own reference
  kOpens = 22,     // the business date that a cut-off opens
  kLimit = 23,
  kLegalPerson = 24,
  kRelatedParty = 25,
  kGuarantor = 26,
  kPayee = 27,
  kMethod = 28,    // "equal_instalment", see schedule.h
  kRatePpm = 29,   // per year, in millionths
  kTerms = 30,     // months
  kFirstDue = 31,  // of the first instalment
  kCompensation = 32,
  kSeller = 33,
  kPrincipal = 34,
  kExpires = 35,  // last day on which a hold or a proposal stands
  kAccount = 36,
  kBeneficiary = 37,
  kElsewhere = 38,
  kProfile = 39,
  kProposed = 40,
  kRule = 41,
  kSubject = 42,
  kEntries = 43,  // sequences of entries, "12,15,19", ascending
  kSeverity = 44,
};

enum class FieldType : std::uint8_t {
  kCode,          // 1-64 of A-Z a-z 0-9 . _ : / -
  kText,          // 1-200 bytes of UTF-8 without control characters
  kAmount,        // integer, minor units, 1 ... 10^18
  kCount,         // integer, 1 ... 10^18
  kFlag,          // true or false
  kDate,          // "2024-06-30"
  kHash,          // 64 hex digits
  kCurrencyCode,  // three capitals
  kAuthorityName,
  kAmountOrZero,  // integer, minor units, 0 ... 10^18
  kDocument,      // 1-65535 bytes of UTF-8; of the control characters only line feed and tab
  kCommand,       // object: another command without id; canonical: flow as u16, then its body
  kSchedule,      // array of {"due", "principal", "interest"}, 1-600 of them
};

struct FieldSpec {
  Field field;
  std::string_view name;  // on the wire
  FieldType type;
};
const FieldSpec& spec_of(Field field);
const FieldSpec* find_field(std::string_view name);
std::span<const FieldSpec> all_fields();

struct Command {
  std::string id;
  FlowCode flow = FlowCode::kGenesis;
  std::string body;  // canonical fields

  std::string_view text(Field field) const;  // empty if absent
  base::Amount amount(Field field) const;    // zero if absent
  std::uint64_t count(Field field) const;    // zero if absent
  bool flag(Field field) const;
  base::Date date(Field field) const;  // none if absent
  crypto::Digest hash(Field field) const;
  Authority authority() const;
  std::vector<Instalment> schedule() const;
  // The command in a field of type kCommand, under this command's id; nothing if it is absent.
  std::optional<Command> nested(Field field) const;
  bool has(Field field) const;
};

// One field of a body, as it stands there.
struct BodyField {
  Field field;
  std::string_view value;  // canonical bytes
};
// The fields of a canonical body, in order; nothing if the bytes are not canonical.
std::optional<std::vector<BodyField>> fields_of(std::string_view body);
// The canonical value of one field of a body; empty if it is not there.
std::string_view value_in(std::string_view body, Field field);
// The authority that a canonical body names.
Authority authority_of(std::string_view body);
// The value as people and JSON write it (amounts as integers of minor units).
std::string show(Field field, std::string_view value);
// The first field in which two bodies differ.
std::optional<Field> first_difference(std::string_view a, std::string_view b);

// Builds a Command field by field, in any order; what is malformed is refused at once.
class CommandBuilder {
 public:
  // Ready for the next command.
  void start();
  std::optional<Refusal> set_id(std::string_view id);
  std::optional<Refusal> set_flow(std::string_view name);
  // The value as JSON gives it. A field set twice is kDuplicateKey, a wrong JSON type kWrongType.
  std::optional<Refusal> set_text(Field field, std::string_view value);
  std::optional<Refusal> set_integer(Field field, std::int64_t value);
  std::optional<Refusal> set_flag(Field field, bool value);
  std::optional<Refusal> set_schedule(std::span<const Instalment> instalments);
  // A command inside this one; its id counts for nothing.
  std::optional<Refusal> set_command(Field field, const Command& command);
  // Checks the fields against the flow's specification (required, unknown).
  base::Result<Command, Refusal> finish();

 private:
  std::optional<Refusal> add(Field field, std::string_view bytes);

  struct Slot {
    Field field;
    std::uint32_t at;
    std::uint32_t size;
  };
  std::string id_;
  std::optional<FlowCode> flow_;
  std::string values_;
  std::vector<Slot> slots_;
};

bool is_code(std::string_view text);  // FieldType::kCode

}  // namespace ledger::domain
