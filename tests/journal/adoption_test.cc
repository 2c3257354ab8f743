// A journal in which another profile is adopted: accepted as the engine writes it, and nothing else.
#include <gtest/gtest.h>

#include <functional>

#include "ledger/journal/block.h"
#include "ledger/journal/verifier.h"
#include "tests/domain/script.h"

namespace ledger::journal {
namespace {

using domain::Command;
using domain::CommandBuilder;
using domain::Entry;
using domain::Field;
using domain::test::Bank;

std::string second() {
  std::string text(*domain::Profile::built_in("cn-2017"));
  text.replace(text.find("version = 1"), 11, "version = 2");
  return text + "[[classes]]\nnumber = 9001\nname = \"more\"\ngroup = \"client\"\n";
}

class Adopted : public testing::Test {
 protected:
  void SetUp() override {
    play(bank, domain::test::kTown);
    CommandBuilder inner;
    inner.start();
    EXPECT_FALSE(inner.set_id("nested") || inner.set_flow("profile_adopt") ||
                 inner.set_text(Field::kAuthority, "operators") ||
                 inner.set_text(Field::kProfile, second()));
    CommandBuilder outer;
    outer.start();
    EXPECT_FALSE(outer.set_id("v1") || outer.set_flow("propose") ||
                 outer.set_text(Field::kAuthority, "operators") ||
                 outer.set_text(Field::kOperator, "ann") ||
                 outer.set_command(Field::kProposed, *inner.finish()));
    EXPECT_FALSE(bank.send(*outer.finish()).refusal);
    play(bank, R"(
      approve a1 proposal=v1 operator=bob
      deposit e1 client=lender:L1 channel=alipay amount=5.00
    )");
    adoption = bank.entries.size() - 1;
  }
  // The journal with entry n changed and every later hash computed anew; the reason it is refused
  // for, with the entry's number, or "".
  std::string verify(std::size_t n = 0, const std::function<void(Entry&)>& change = {}) const {
    Verifier verifier;
    crypto::Digest head;
    for (std::size_t i = 1; i <= bank.entries.size(); ++i) {
      Entry entry = bank.entries[i - 1];
      if (i == n) change(entry);
      std::string bytes;
      encode(entry, bytes);
      head = crypto::sha256(std::string(head.view()) + bytes);
      if (const auto bad = verifier.take(bytes, head)) {
        return std::to_string(bad->sequence) + " " + bad->what;
      }
    }
    return {};
  }
  std::string at(std::size_t n, std::string_view why) const {
    return std::to_string(n) + " " + std::string(why);
  }
  Bank bank;
  std::size_t adoption = 0;
};

TEST_F(Adopted, IsAccepted) { EXPECT_EQ(verify(), ""); }

TEST_F(Adopted, OnlyAsTheCommandHasIt) {
  EXPECT_EQ(verify(adoption, [](Entry& e) { e.profiles[0].text += "\n"; }),
            at(adoption, "profile: not the one of the command"));
  EXPECT_EQ(verify(adoption, [](Entry& e) { e.profiles[0].version = 3; }),
            at(adoption, "profile: name or version differ from its text"));
  EXPECT_EQ(verify(adoption, [](Entry& e) { e.profiles[0].name = "own"; }),
            at(adoption, "profile: name or version differ from its text"));
  EXPECT_EQ(verify(adoption, [](Entry& e) { e.profiles.clear(); }),
            at(adoption, "profile: adopted by another flow"));
}

TEST_F(Adopted, ByItsOwnFlowOnly) {
  const auto profile = bank.entries[adoption - 1].profiles;
  const auto adopt = [&](Entry& e) { e.profiles = profile; };
  EXPECT_EQ(verify(adoption + 1, adopt), at(adoption + 1, "profile: adopted by another flow"));
  EXPECT_EQ(verify(adoption - 1, adopt), at(adoption - 1, "profile: adopted by another flow"))
      << "a proposal adopts nothing yet";
}

TEST_F(Adopted, CountsFromTheNextEntryOn) {
  const auto old = [](Entry& e) { e.profile_version = 1; };
  const auto other = [](Entry& e) { e.profile_version = 2; };
  EXPECT_EQ(verify(adoption + 1, old), at(adoption + 1, "profile version"));
  EXPECT_EQ(verify(adoption, other), at(adoption, "profile version"));
}

}  // namespace
}  // namespace ledger::journal
