// escrowd: the ledger daemon.
//
// Exit codes: 0 stopped as asked, 1 the ledger cannot be opened, 2 its integrity is lost,
// 64 usage, 66 a file cannot be used, 69 the socket or the data folder is in use.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "ledger/domain/profile.h"
#include "ledger/engine/engine.h"
#include "ledger/monitor/follower.h"
#include "ledger/server/json_text.h"
#include "ledger/server/server.h"
#include "tools/escrowd_config.h"

namespace {

namespace base = ledger::base;
namespace server = ledger::server;
using ledger::engine::Engine;

enum Exit { kOk = 0, kFailed = 1, kIntegrity = 2, kUsage = 64, kNoInput = 66, kUnavailable = 69 };

base::Timestamp wall_clock() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::nanoseconds>(now).count()};
}

// One JSON object a line; a line is written whole, whatever thread it comes from.
void log_line(std::string_view object) {
  std::string line = "{\"time\":";
  server::append_time(line, wall_clock());
  line += ",";
  line += object.substr(1);
  line += "\n";
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

void log_event(std::string_view event, std::string_view detail) {
  std::string line;
  server::ObjectWriter object(line);
  object.text("event", event).text("detail", detail);
  object.close();
  log_line(line);
}

int exit_of(const base::Fault& fault) {
  switch (fault.kind) {
    case base::Fault::Kind::kIo:
      return kFailed;
    case base::Fault::Kind::kCorruption:
      return kIntegrity;
    case base::Fault::Kind::kNotFound:
    case base::Fault::Kind::kInvalid:
      return kNoInput;
    case base::Fault::Kind::kClosed:
      return kUnavailable;
  }
  return kFailed;
}

int give_up(const base::Fault& fault) {
  log_event("failed", fault.message);
  return exit_of(fault);
}

struct Arguments {
  bool init = false;
  std::string profile = "cn-2017";
  std::string business_date;
  std::string config;
  std::string data;
  std::string socket;
  unsigned threads = 0;
};

std::string hex_head(Engine& engine) {
  const auto records = engine.journal(base::Sequence(0), 1, 1U << 20);
  return records && !records->empty() ? records->front().hash.hex() : std::string();
}

int initialise(const Arguments& arguments, const tools::EscrowdConfig& config) {
  const auto text = ledger::domain::Profile::built_in(arguments.profile);
  if (!text) {
    return give_up(
        base::invalid(fmt::format("there is no profile '{}'; there is: {}", arguments.profile,
                                  fmt::join(ledger::domain::Profile::built_in_names(), ", "))));
  }
  const base::Timestamp now = wall_clock();
  auto date = base::Date::of(now);
  if (!arguments.business_date.empty()) {
    const auto given = base::Date::parse(arguments.business_date);
    if (!given) {
      log_event("usage", "--business-date must be a day like 2024-06-30");
      return kUsage;
    }
    date = *given;
  }
  const std::string& path = config.engine.path;
  if (auto made = ledger::engine::create(path, *text, now, date); !made)
    return give_up(made.error());
  auto engine = Engine::open(config.engine);
  if (!engine) return give_up(engine.error());
  const std::string socket =
      config.server.socket_path.empty() ? path + "/escrowd.sock" : config.server.socket_path;
  fmt::print(
      "new ledger         {}\nprofile            {}\nbusiness date      {}\ngenesis            "
      "{}\n\n"
      "Keep the genesis hash away from this machine: it is what an auditor starts from.\n"
      "Start the daemon:   escrowd --data {} --socket {}\n"
      "Then, for example:  escrowctl --socket {} status\n",
      path, arguments.profile, format(date), hex_head(**engine), path, socket, socket);
  return kOk;
}

int check_roles(const tools::EscrowdConfig& config, const ledger::domain::Profile& profile) {
  const auto known = server::known_roles(profile);
  for (const auto& peer : config.server.peers) {
    for (const std::string& role : peer.roles) {
      if (std::find(known.begin(), known.end(), role) == known.end()) {
        return give_up(base::invalid(fmt::format("peers: there is no role '{}'; there are: {}",
                                                 role, fmt::join(known, ", "))));
      }
    }
  }
  return kOk;
}

int serve(const tools::EscrowdConfig& config) {
  // Blocked before any thread starts, so that every thread has it blocked and sigwait() gets it.
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  ::signal(SIGPIPE, SIG_IGN);

  auto engine = Engine::open(config.engine);
  if (!engine) return give_up(engine.error());
  if (const int wrong = check_roles(config, (*engine)->profile()); wrong != kOk) return wrong;
  log_event("opened",
            fmt::format("data={} head={}", config.engine.path, (*engine)->durable_head().value()));
  {
    auto running = server::Server::start(config.server, **engine);
    if (!running) return give_up(running.error());
    // It asks nothing of a profile without monitors; another profile may come while it runs.
    ledger::monitor::Follower monitors(**engine, {config.engine.path + "/monitor.mark", log_event});
    int signal = 0;
    while (sigwait(&stop, &signal) != 0) {
    }
    log_event("stopping", signal == SIGTERM ? "SIGTERM" : "SIGINT");
    (*running)->stop();
    monitors.stop();
  }
  engine->reset();
  log_event("closed", config.engine.path);
  return kOk;
}

int run(const Arguments& arguments) {
  tools::EscrowdConfig config;
  if (!arguments.config.empty()) {
    if (auto read = tools::read_config(arguments.config, config); !read)
      return give_up(read.error());
  }
  if (!arguments.data.empty()) config.engine.path = arguments.data;
  if (!arguments.socket.empty()) config.server.socket_path = arguments.socket;
  if (arguments.threads != 0) config.server.threads = arguments.threads;
  config.engine.clock = wall_clock;
  config.server.log = log_line;
  if (config.engine.path.empty()) {
    log_event("usage", "--data DIR is needed, or 'data' under [engine] in the configuration");
    return kUsage;
  }
  if (arguments.init) return initialise(arguments, config);
  if (config.server.socket_path.empty()) {
    config.server.socket_path = config.engine.path + "/escrowd.sock";
  }
  return serve(config);
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("escrowd: the escrow ledger daemon");
  app.add_flag("--init", arguments.init, "make a new ledger in --data and stop");
  app.add_option("--profile", arguments.profile, "with --init: the custody regime");
  app.add_option("--business-date", arguments.business_date,
                 "with --init: the first business date (default: today, UTC)");
  app.add_option("--data", arguments.data, "folder of the ledger");
  app.add_option("--socket", arguments.socket, "path of the Unix socket (default: in --data)");
  app.add_option("--config", arguments.config, "escrowd.toml");
  app.add_option("--threads", arguments.threads, "threads of the server (default: cores / 4)")
      ->check(CLI::Range(1, 64));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int status = app.exit(error);
    return status == 0 ? kOk : kUsage;
  }
  return run(arguments);
}
