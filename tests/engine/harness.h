// A ledger in a folder of its own, driven synchronously: what the engine tests share.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/domain/command.h"
#include "ledger/engine/engine.h"

namespace ledger::engine {

inline base::Timestamp system_clock_now() {
  return {std::chrono::duration_cast<std::chrono::nanoseconds>(
              std::chrono::system_clock::now().time_since_epoch())
              .count()};
}

// A folder that goes with the object.
class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "escrow-test-XXXXXX").string();
    const char* made = mkdtemp(name.data());
    EXPECT_NE(made, nullptr);
    path_ = name;
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// command("d1", "deposit", {{"authority", "bank"}, {"client", "lender:L1"}, {"amount", "100"}})
inline domain::Command command(
    std::string_view id, std::string_view flow,
    const std::vector<std::pair<std::string_view, std::string_view>>& fields,
    const std::vector<domain::Instalment>& schedule = {}) {
  domain::CommandBuilder builder;
  builder.start();
  auto refusal = builder.set_id(id);
  if (!refusal) refusal = builder.set_flow(flow);
  for (const auto& [name, value] : fields) {
    const domain::FieldSpec* spec = domain::find_field(name);
    EXPECT_NE(spec, nullptr) << name;
    if (spec == nullptr || refusal) continue;
    const bool number =
        spec->type == domain::FieldType::kAmount || spec->type == domain::FieldType::kCount;
    refusal = number ? builder.set_integer(spec->field, std::stoll(std::string(value)))
              : spec->type == domain::FieldType::kFlag
                  ? builder.set_flag(spec->field, value == "true")
                  : builder.set_text(spec->field, value);
  }
  if (!schedule.empty() && !refusal) refusal = builder.set_schedule(schedule);
  EXPECT_FALSE(refusal.has_value()) << (refusal ? refusal->detail : "");
  auto made = builder.finish();
  EXPECT_TRUE(made.has_value()) << (made ? "" : made.error().detail);
  return made ? *made : domain::Command();
}

class Ledger {
 public:
  explicit Ledger(std::string path, bool create_new = true, Options options = {})
      : path_(std::move(path)), options_(std::move(options)) {
    if (create_new) {
      const auto made = create(path_, *domain::Profile::built_in("cn-2017"), {1},
                               *base::Date::parse("2024-06-30"));
      EXPECT_TRUE(made.has_value()) << (made ? "" : made.error().message);
    }
    open();
  }
  void open() {
    options_.path = path_;
    options_.clock = system_clock_now;
    auto opened = Engine::open(options_);
    ASSERT_TRUE(opened.has_value()) << (opened ? "" : opened.error().message);
    engine_ = *std::move(opened);
  }
  void close() { engine_.reset(); }
  void reopen() {
    close();
    open();
  }

  Engine& engine() { return *engine_; }
  std::vector<Answer> send(std::vector<domain::Command> commands, bool atomic = false) {
    std::promise<Answers> promise;
    auto answers = promise.get_future();
    const bool taken = engine_->submit({std::move(commands), atomic},
                                       [&](Answers a) { promise.set_value(std::move(a)); });
    EXPECT_TRUE(taken);
    Answers result = answers.get();
    EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().message);
    return result ? *std::move(result) : std::vector<Answer>();
  }
  Answer send(domain::Command one) {
    std::vector<domain::Command> commands;
    commands.push_back(std::move(one));
    return send(std::move(commands)).at(0);
  }
  template <typename Read>
  auto read(Read function) {
    decltype(function(std::declval<const Engine::View&>())) result{};
    std::promise<void> promise;
    const bool taken = engine_->read([&](const Engine::View& view) { result = function(view); },
                                     [&] { promise.set_value(); });
    EXPECT_TRUE(taken);
    promise.get_future().get();
    return result;
  }
  std::int64_t balance(std::string_view code) {
    return read([&](const Engine::View& v) { return v.account(code); })
        .value_or(AccountView())
        .balance;
  }

 private:
  std::string path_;
  Options options_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace ledger::engine
