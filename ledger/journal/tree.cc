#include "ledger/journal/tree.h"

#include <bit>

#include "ledger/base/bytes.h"

namespace ledger::journal {
namespace {

constexpr std::string_view kLeaf("\x00", 1);
constexpr std::string_view kNode("\x01", 1);

}  // namespace

void Tree::append(std::string_view entry) {
  edge_.push_back(sha_.hash(kLeaf, entry));
  // Two full subtrees of one size become one, as a carry runs through the low bits of a counter:
  // less than one node per entry, on average.
  for (std::uint64_t bits = size_; (bits & 1) != 0; bits >>= 1) {
    const crypto::Digest right = edge_.back();
    edge_.pop_back();
    edge_.back() = sha_.hash(kNode, edge_.back().view(), right.view());
  }
  ++size_;
}

crypto::Digest Tree::root() {
  if (edge_.empty()) return sha_.hash({});
  crypto::Digest root = edge_.back();
  for (std::size_t i = edge_.size() - 1; i-- > 0;) {
    root = sha_.hash(kNode, edge_[i].view(), root.view());
  }
  return root;
}

std::string Tree::save() const {
  std::string out;
  base::put(out, size_);
  for (const crypto::Digest& hash : edge_) out.append(hash.view());
  return out;
}

bool Tree::load(std::string_view saved) {
  base::Decoder in(saved);
  const auto size = in.get<std::uint64_t>();
  const auto hashes = static_cast<std::size_t>(std::popcount(size));
  if (in.failed() || in.rest().size() != hashes * 32) return false;
  size_ = size;
  edge_.clear();
  for (std::size_t i = 0; i < hashes; ++i) {
    edge_.push_back(crypto::Digest::from_bytes(in.get_bytes(32)).value_or(crypto::Digest()));
  }
  return true;
}

}  // namespace ledger::journal
