// Atomic batches: all or none. Each command is decided on the state that the ones before it leave;
// its entry is staged, and appended to the journal when all have been decided. The first refusal
// takes everything back and is journaled alone, so that it stays as evidence; the others may be
// sent again.
#include <map>

#include <fmt/format.h>

#include "ledger/engine/impl.h"

namespace ledger::engine {

using domain::Command;
using domain::Refusal;
using domain::RefusalCode;

std::vector<Answer> Engine::Impl::decide_atomic(const std::vector<Command>& commands, Group& group,
                                                base::Timestamp now) {
  std::vector<Answer> answers(commands.size());
  state.mark();
  const auto refused = stage(commands, answers, now);
  if (!refused) {
    state.commit();
    append_staged(answers, group);
    return answers;
  }
  state.rollback();
  const bool journaled = !staged.empty() && staged.back().index == *refused;
  if (journaled) staged.erase(staged.begin(), staged.end() - 1);
  if (!journaled) staged.clear();
  for (std::size_t i = 0; i < commands.size(); ++i) {
    if (i == *refused || answers[i].replayed) continue;
    answers[i] = Answer();
    answers[i].refusal =
        Refusal{RefusalCode::kBatchAborted, fmt::format("refused={}", commands[*refused].id)};
  }
  if (!journaled) return answers;
  keep_evidence(commands[*refused]);
  count_refusal(*answers[*refused].refusal);
  append_staged(answers, group);
  return answers;
}

// Decides one after the other until the first refusal, whose index it returns.
std::optional<std::size_t> Engine::Impl::stage(const std::vector<Command>& commands,
                                               std::vector<Answer>& answers, base::Timestamp now) {
  std::map<std::string_view, std::size_t> ids;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    if (!ids.emplace(commands[i].id, i).second) {
      answers[i].refusal = Refusal{RefusalCode::kIdReused, "the id stands twice in the batch"};
      return i;
    }
    if (auto replayed = replay_of(commands[i], hash_of(commands[i].id))) {
      answers[i] = *std::move(replayed);
      if (answers[i].refusal) return i;
      continue;
    }
    answers[i].refusal = decide_entry(commands[i], now);
    if (answers[i].refusal) {
      if (domain::is_sticky(answers[i].refusal->code)) staged.push_back({i, draft, {}, {}});
      return i;
    }
    Staged one{i, draft, {}, {}};
    auto applied = state.apply(draft, &one.touched);
    LEDGER_CHECK(applied.has_value());
    counters_after(one.touched, one.after);
    staged.push_back(std::move(one));
  }
  return std::nullopt;
}

// The refused entry was judged after others that are now taken back: it stands where they would
// have stood, under the rules and on the day that are in force there.
void Engine::Impl::keep_evidence(const Command& command) {
  domain::Entry& entry = staged.front().entry;
  const base::Date value_date = command.date(domain::Field::kValueDate);
  entry.sequence = base::next(state.sequence());
  entry.profile_version = state.profile().version();
  entry.business_date = state.business_date();
  entry.value_date = value_date.is_none() ? entry.business_date : value_date;
  auto applied = state.apply(entry, nullptr);
  LEDGER_CHECK(applied.has_value());
}

void Engine::Impl::append_staged(std::vector<Answer>& answers, Group& group) {
  for (const Staged& one : staged) {
    const std::uint64_t id_hash = hash_of(one.entry.command_id);
    Answer& answer = answers[one.index];
    answer.sequence = one.entry.sequence;
    answer.time = one.entry.time;
    answer.hash = append_entry(one.entry, id_hash, group);
    note_effects(one.entry, one.after, id_hash);
    merge_touched(one.touched);
    if (!one.entry.profiles.empty()) publish_profile();
  }
  staged.clear();
}

// Chain, size and root of everything before the entry that is being decided, the staged included.
void Engine::Impl::set_position(domain::Context& context) {
  context.head = head;
  journal::Tree with_staged;
  if (staged.empty()) {
    context.tree_size = tree.size();
    context.tree_root = tree.root();
    return;
  }
  LEDGER_CHECK(with_staged.load(tree.save()));
  for (const Staged& one : staged) {
    draft_bytes.clear();
    domain::encode(one.entry, draft_bytes);
    context.head = sha.hash(context.head.view(), draft_bytes);
    with_staged.append(draft_bytes);
  }
  context.tree_size = with_staged.size();
  context.tree_root = with_staged.root();
}

}  // namespace ledger::engine
