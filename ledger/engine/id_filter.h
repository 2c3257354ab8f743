// IdFilter: a blocked Bloom filter over command ids: "never seen" is certain, "maybe" sends the
// engine to the index. 16 bits a key; about 1 in 4,000 new ids is a false maybe at capacity.
//
// insert() and may_contain() may run on different threads; an insert that happened before a
// may_contain() is always seen by it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

namespace ledger::engine {

class IdFilter {
 public:
  explicit IdFilter(std::uint64_t capacity);  // keys
  void insert(std::uint64_t hash);
  bool may_contain(std::uint64_t hash) const;
  // Fetches what may_contain(hash) and insert(hash) will read, so that they need not wait for it.
  void prefetch(std::uint64_t hash) const;
  std::uint64_t capacity() const { return capacity_; }

 private:
  std::uint64_t capacity_;
  std::uint64_t blocks_;  // of 64 bytes, one cache line each
  std::unique_ptr<std::atomic<std::uint64_t>[]> words_;
};

}  // namespace ledger::engine
