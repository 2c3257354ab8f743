// Tree: the RFC 6962 Merkle tree over all entries, as its right edge only: O(log n) hashes, updated
// with every entry. leaf = SHA-256(0x00 | entry bytes), node = SHA-256(0x01 | left | right).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/crypto/digest.h"

namespace ledger::journal {

class Tree {
 public:
  void append(std::string_view entry);
  std::uint64_t size() const { return size_; }
  crypto::Digest root();  // of the empty tree: SHA-256 of nothing

  // The whole state, for snapshots: size and the hashes of the full subtrees, largest first.
  std::string save() const;
  bool load(std::string_view saved);

 private:
  std::uint64_t size_ = 0;
  std::vector<crypto::Digest> edge_;  // one hash per set bit of size_, highest bit first
  crypto::Sha256 sha_;
};

}  // namespace ledger::journal
