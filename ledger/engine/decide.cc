// The decide thread's work on one command: seen before? decide, fold in, append to the group.
#include <algorithm>

#include <fmt/format.h>

#include "ledger/base/bytes.h"
#include "ledger/engine/impl.h"
#include "ledger/journal/block.h"

namespace ledger::engine {
namespace {

using domain::Command;
using domain::Entry;
using domain::Refusal;
using domain::RefusalCode;

Answer answer_of(const StoredEntry& stored, bool replayed) {
  Answer answer;
  answer.replayed = replayed;
  answer.sequence = stored.entry.sequence;
  answer.time = stored.entry.time;
  answer.hash = stored.hash;
  if (!stored.entry.committed()) {
    const auto code = domain::refusal_from_number(stored.entry.refusal);
    LEDGER_CHECK(code.has_value());
    answer.refusal = Refusal{*code, stored.entry.detail};
  }
  return answer;
}

// The record of `sequence` in a block that holds it.
std::optional<StoredEntry> entry_in(const store::Block& block, base::Sequence sequence) {
  journal::RecordReader records(block.bytes);
  std::uint64_t at = block.first.value();
  while (!records.at_end()) {
    const auto record = records.next();
    if (!record) return std::nullopt;
    if (at++ != sequence.value()) continue;
    StoredEntry stored;
    stored.bytes = record->entry;
    stored.hash = record->hash;
    if (!domain::decode(record->entry, stored.entry)) return std::nullopt;
    return stored;
  }
  return std::nullopt;
}

}  // namespace

void Engine::Impl::decide_work(Work& work, Group& group, base::Timestamp now) {
  if (work.read) {
    counts.reads.fetch_add(1, std::memory_order_relaxed);
    work.read(View(*this));
    group.reads.push_back(std::move(work.read_done));
    return;
  }
  std::vector<Answer> answers;
  if (work.batch.atomic) {
    answers = decide_atomic(work.batch.commands, group, now);
  } else {
    answers = decide_each(work.batch.commands, group, now);
  }
  group.answers.emplace_back(std::move(work.done), std::move(answers));
}

std::vector<Answer> Engine::Impl::decide_each(const std::vector<Command>& commands, Group& group,
                                              base::Timestamp now) {
  std::vector<std::uint64_t> hashes(commands.size());
  for (std::size_t i = 0; i < commands.size(); ++i) hashes[i] = hash_of(commands[i].id);
  std::vector<Answer> answers;
  answers.reserve(commands.size());
  constexpr std::size_t kAhead = 8;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    if (filter && i + kAhead < commands.size()) filter->prefetch(hashes[i + kAhead]);
    answers.push_back(decide_one(commands[i], hashes[i], group, now));
  }
  return answers;
}

Answer Engine::Impl::decide_one(const Command& command, std::uint64_t id_hash, Group& group,
                                base::Timestamp now) {
  if (auto answer = replay_of(command, id_hash)) return *std::move(answer);
  Answer answer;
  answer.refusal = decide_entry(command, now);
  if (answer.refusal) count_refusal(*answer.refusal);
  if (answer.refusal && !domain::is_sticky(answer.refusal->code)) return answer;
  auto applied = state.apply(draft, &entry_touched);
  LEDGER_CHECK(applied.has_value());
  answer.sequence = draft.sequence;
  answer.time = draft.time;
  answer.hash = append_entry(draft, id_hash, group);
  counters_after(entry_touched, entry_after);
  note_effects(draft, entry_after, id_hash);
  merge_touched(entry_touched);
  if (!draft.profiles.empty()) publish_profile();
  return answer;
}

// Fills `draft` with the decision. What the flow needs from the disk is loaded first.
std::optional<Refusal> Engine::Impl::decide_entry(const Command& command, base::Timestamp now) {
  domain::Context context;
  context.now = now > state.time() ? now : base::Timestamp{state.time().ns + 1};
  context.orders = this;
  std::optional<StoredEntry> target;
  // Of a proposal, whatever the proposed command needs.
  const auto proposed = domain::proposed_command(state, command);
  const Command& asked = proposed ? *proposed : command;
  switch (domain::flow_of(asked.flow).needs) {
    case domain::Needs::kNothing:
    case domain::Needs::kProposed:
      break;
    case domain::Needs::kClaims: {
      const base::ProjectId project = domain::claims_project(state, asked);
      if (project.is_none()) break;
      if (auto loaded = load_claims(project); !loaded) {
        read_fault = loaded.error();
        state.load_claims(project, {});
      }
      claims_used[project.value()] = state.sequence().value() + 1;
      break;
    }
    case domain::Needs::kTargetEntry:
      target = read_entry(base::Sequence(asked.count(domain::Field::kEntry)));
      break;
    case domain::Needs::kProposedEntry: {
      const auto* proposal = state.find_proposal(asked.text(domain::Field::kProposal));
      if (proposal != nullptr) target = read_entry(proposal->target);
      break;
    }
    case domain::Needs::kTreeRoot:
      set_position(context);
      break;
  }
  if (target) {
    context.target = &target->entry;
    context.target_hash = target->hash;
  }
  return domain::decide(state, command, context, draft);
}

// --- seen before? ---

std::optional<Answer> Engine::Impl::replay_of(const Command& command, std::uint64_t id_hash) {
  const auto stored = find_command(command.id, id_hash);
  if (!stored) return std::nullopt;
  counts.replays.fetch_add(1, std::memory_order_relaxed);
  if (stored->entry.flow == command.flow && stored->entry.command == command.body) {
    return answer_of(*stored, true);
  }
  Answer answer;
  const auto field = domain::first_difference(stored->entry.command, command.body);
  const bool flow_differs = stored->entry.flow != command.flow;
  answer.refusal =
      Refusal{RefusalCode::kIdReused,
              fmt::format("field={} sequence={}",
                          flow_differs || !field ? "flow" : domain::spec_of(*field).name,
                          stored->entry.sequence.value())};
  count_refusal(*answer.refusal);
  return answer;
}

bool Engine::Impl::exists(std::string_view command_id) const {
  const auto is_it = [&](const Staged& one) { return one.entry.command_id == command_id; };
  return std::any_of(staged.begin(), staged.end(), is_it) ||
         find_command(command_id, hash_of(command_id)).has_value();
}

std::optional<StoredEntry> Engine::Impl::find_command(std::string_view id,
                                                      std::uint64_t hash) const {
  if (filter && !filter->may_contain(hash)) return std::nullopt;
  std::optional<StoredEntry> found;
  const auto try_sequence = [&](std::uint64_t sequence) {
    if (found) return;
    auto stored = read_entry(base::Sequence(sequence));
    if (stored && stored->entry.command_id == id) found = std::move(stored);
  };
  run->sequences_of(hash, try_sequence);
  for (auto at = live.rbegin(); at != live.rend() && !found; ++at) {
    (*at)->sequences_of(hash, try_sequence);
  }
  if (found) return found;
  auto done = store->scan_prefix(store::Column::kIds, number_key(hash),
                                 [&](std::string_view key, std::string_view) {
                                   try_sequence(base::get_key(key.substr(8)));
                                   return !found.has_value();
                                 });
  // An index that cannot be read must not make an old command look new.
  if (!done) read_fault = done.error();
  return found;
}

std::optional<StoredEntry> Engine::Impl::read_entry(base::Sequence sequence) const {
  if (sequence.is_none() || sequence > state.sequence()) return std::nullopt;
  if (!open_block.bytes.empty() && sequence >= open_block.first) {
    return entry_in(open_block, sequence);
  }
  for (auto at = recent.rbegin(); at != recent.rend(); ++at) {
    if (sequence >= (*at)->first) {
      if (auto found = entry_in(**at, sequence)) return found;
      break;
    }
  }
  const bool cached = !cached_block.bytes.empty() && cached_block.first <= sequence;
  if (cached) {
    if (auto found = entry_in(cached_block, sequence)) return found;
  }
  auto block = store->block_of(sequence);
  if (!block) {
    if (block.error().kind != base::Fault::Kind::kNotFound) read_fault = block.error();
    return std::nullopt;
  }
  cached_block = *std::move(block);
  return entry_in(cached_block, sequence);
}

// --- appending ---

crypto::Digest Engine::Impl::append_entry(const Entry& entry, std::uint64_t id_hash, Group& group) {
  draft_bytes.clear();
  domain::encode(entry, draft_bytes);
  head = sha.hash(head.view(), draft_bytes);
  tree.append(draft_bytes);
  const bool full = open_block_entries == journal::kBlockEntriesMax ||
                    open_block.bytes.size() + draft_bytes.size() > journal::kBlockBytesMax;
  if (open_block_entries > 0 && full) close_block(group);
  if (open_block_entries == 0) open_block.first = entry.sequence;
  journal::append_record(open_block.bytes, draft_bytes, head);
  ++open_block_entries;
  group.last = entry.sequence;
  ++group.entries;
  group.postings += entry.postings.size();
  if (filter) filter->insert(id_hash);
  if (next_filter) next_filter->insert(id_hash);
  return head;
}

void Engine::Impl::close_block(Group& group) {
  if (open_block_entries == 0) return;
  recent.push_back(std::make_shared<const store::Block>(open_block));
  group.blocks.push_back(std::move(open_block));
  open_block = {};
  open_block_entries = 0;
}

void Engine::Impl::counters_after(const domain::Touched& touched,
                                  std::vector<AccountAfter>& after) const {
  after.clear();
  for (const base::AccountId id : touched.accounts) {
    after.emplace_back(id, counters_of(state.account(id)));
  }
}

void Engine::Impl::note_effects(const Entry& entry, std::span<const AccountAfter> after,
                                std::uint64_t id_hash) {
  for (const auto& [id, counters] : after) run->add_history(id, entry.sequence, counters);
  run->add_id(id_hash, entry.sequence);
  ++ids_total;
  for (const domain::CutOff& cut : entry.cut_offs) {
    run->add_day(cut.closed, entry.sequence);
    days[cut.closed] = entry.sequence;
  }
}

// Profiles are few: those that other threads may still be reading are kept.
void Engine::Impl::publish_profile() { profile.store(&profiles.emplace_back(state.profile())); }

void Engine::Impl::merge_touched(const domain::Touched& touched) {
  const auto append = [](auto& to, const auto& from) {
    to.insert(to.end(), from.begin(), from.end());
  };
  append(group_touched.owners, touched.owners);
  append(group_touched.holds, touched.holds);
  append(group_touched.projects, touched.projects);
  append(group_touched.claims, touched.claims);
  append(group_touched.proposals, touched.proposals);
}

// What the group changed is written once, as it stands at the group's end.
void Engine::Impl::finish_group(Group& group) {
  close_block(group);
  const auto once = [](auto& list) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
  };
  once(group_touched.owners);
  once(group_touched.holds);
  once(group_touched.projects);
  once(group_touched.proposals);
  // Claims are very many and seldom touched twice in a group; the run keeps the last of each.
  run->add_objects(state, group_touched);
  group_touched.clear();
}

void Engine::Impl::count_refusal(const Refusal& refusal) {
  counts.refusals.fetch_add(1, std::memory_order_relaxed);
  const auto number = static_cast<std::size_t>(refusal.code);
  if (number < counts.refusals_by_code.size()) {
    counts.refusals_by_code[number].fetch_add(1, std::memory_order_relaxed);
  }
}

}  // namespace ledger::engine
