// Follower: reads the journal as it grows, lets a Board judge it, and sends what the Board finds to
// the ledger as `alert` commands (and `freeze`, where the rule says so). So an alert is an entry
// with the entries that caused it, and leaves on the stream like any other.
//
// After a restart it reads again what can still lie in a window. An alert's command id is made from
// its cause, so what was sent before is answered as a replay; what was not is sent now.
//
// It has one thread of its own and never delays a command.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "ledger/base/ids.h"
#include "ledger/engine/engine.h"

namespace ledger::monitor {

struct Options {
  // File that remembers how far the journal was judged; without it all of the journal counts as
  // new.
  std::string mark_path;
  // Takes what an operator should read, event and detail; from the follower's thread. May be empty.
  std::function<void(std::string_view event, std::string_view detail)> log;
};

class Follower {
 public:
  // `engine` must outlive the follower.
  Follower(engine::Engine& engine, Options options);
  ~Follower();  // stops

  // Ends the thread; what is not judged yet is judged after the next start.
  void stop();
  // Everything up to and with this entry was judged and its alerts are durable. Any thread.
  base::Sequence judged_through() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ledger::monitor
