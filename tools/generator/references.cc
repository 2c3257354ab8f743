#include "tools/generator/references.h"

#include <fmt/format.h>

namespace tools::generator {
namespace {

constexpr std::string_view kEntry = R"("entry":"@)";
constexpr std::string_view kHash = R"(","entry_hash":"@)";

}  // namespace

std::string reference_to(std::string_view id) {
  return fmt::format(R"({0}{1}{2}{1}")", kEntry, id, kHash);
}

std::string_view referred(std::string_view command) {
  const std::size_t at = command.find(kEntry);
  if (at == std::string_view::npos) return {};
  const std::size_t begins = at + kEntry.size();
  return command.substr(begins, command.find('"', begins) - begins);
}

std::string resolved(std::string_view command, std::uint64_t sequence, std::string_view hash) {
  const std::string_view id = referred(command);
  if (id.empty()) return std::string(command);
  const std::size_t at = command.find(kEntry);
  const std::size_t length = kEntry.size() + kHash.size() + 2 * id.size() + 1;
  return fmt::format(R"({}"entry":{},"entry_hash":"{}"{})", command.substr(0, at), sequence, hash,
                     command.substr(at + length));
}

}  // namespace tools::generator
