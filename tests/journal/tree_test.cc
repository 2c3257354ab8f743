#include "ledger/journal/tree.h"

#include <gtest/gtest.h>

#include "ledger/base/hex.h"

namespace ledger::journal {
namespace {

// The leaves and roots with which Certificate Transparency's implementations are tested (RFC 6962).
struct Vector {
  const char* leaf;
  const char* root;  // after this leaf
};
constexpr Vector kVectors[] = {
    {"", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
    {"00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
    {"10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
    {"2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
    {"3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
    {"40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
    {"5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
    {"606162636465666768696a6b6c6d6e6f",
     "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
};

// The root by the definition in RFC 6962, section 2.1: recursive, all leaves at hand.
crypto::Digest root_by_definition(const std::vector<std::string>& leaves, std::size_t first,
                                  std::size_t count) {
  if (count == 0) return crypto::sha256("");
  if (count == 1) return crypto::sha256(std::string(1, '\0') + leaves[first]);
  std::size_t left = 1;
  while (left * 2 < count) left *= 2;
  const auto a = root_by_definition(leaves, first, left);
  const auto b = root_by_definition(leaves, first + left, count - left);
  return crypto::sha256('\x01' + std::string(a.view()) + std::string(b.view()));
}

TEST(Tree, EmptyTreeHasTheHashOfNothing) {
  Tree tree;
  EXPECT_EQ(tree.root().hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(tree.size(), 0U);
}

TEST(Tree, RootsAreThoseOfTheCertificateTransparencyVectors) {
  Tree tree;
  for (const Vector& v : kVectors) {
    tree.append(*base::from_hex(v.leaf));
    EXPECT_EQ(tree.root().hex(), v.root) << "after leaf '" << v.leaf << "'";
  }
  EXPECT_EQ(tree.size(), 8U);
}

TEST(Tree, RootsAreThoseOfTheDefinitionForEverySize) {
  Tree tree;
  std::vector<std::string> leaves;
  for (std::size_t n = 0; n < 300; ++n) {
    ASSERT_EQ(tree.root(), root_by_definition(leaves, 0, n)) << n << " leaves";
    leaves.push_back("leaf " + std::to_string(n));
    tree.append(leaves.back());
  }
}

TEST(Tree, AskingForTheRootDoesNotChangeIt) {
  Tree tree;
  for (int i = 0; i < 11; ++i) tree.append("x");
  const auto root = tree.root();
  EXPECT_EQ(tree.root(), root);
  EXPECT_EQ(tree.size(), 11U);
}

TEST(Tree, SavedTreeGrowsOnAsIfNeverSaved) {
  for (int n = 0; n < 40; ++n) {
    Tree tree;
    for (int i = 0; i < n; ++i) tree.append(std::to_string(i));
    Tree loaded;
    loaded.append("forgotten by load");
    ASSERT_TRUE(loaded.load(tree.save()));
    for (int i = 0; i < 9; ++i) {
      ASSERT_EQ(loaded.root(), tree.root());
      tree.append("later");
      loaded.append("later");
    }
    EXPECT_EQ(loaded.size(), tree.size());
  }
}

TEST(Tree, DamagedSaveIsRefusedAndChangesNothing) {
  Tree tree;
  for (int i = 0; i < 5; ++i) tree.append("x");
  const auto root = tree.root();
  const std::string saved = tree.save();
  EXPECT_FALSE(tree.load(""));
  EXPECT_FALSE(tree.load(saved.substr(0, saved.size() - 1)));
  EXPECT_FALSE(tree.load(saved + "x"));
  std::string other_size = saved;
  other_size[0] = 7;
  EXPECT_FALSE(tree.load(other_size));
  EXPECT_EQ(tree.root(), root);
}

}  // namespace
}  // namespace ledger::journal
