// The public sample collection and its FACTS.tsv, for tests. The collection is not part of the
// repository: samples() finds it beside the repository or where ESCROW_SAMPLES says.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace custody_adapter::test {

namespace fs = std::filesystem;

inline std::string slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

inline std::optional<fs::path> samples() {
  const char* set = std::getenv("ESCROW_SAMPLES");
  const fs::path folder =
      set != nullptr ? fs::path(set) : fs::path(ESCROW_SOURCE_DIR) / "../shared/samples";
  if (fs::exists(folder / "FACTS.tsv")) return folder;
  return std::nullopt;
}

inline std::vector<std::string> split(const std::string& line, char sign) {
  std::vector<std::string> cells;
  std::size_t begin = 0;
  while (true) {
    const std::size_t end = line.find(sign, begin);
    cells.push_back(line.substr(begin, end - begin));
    if (end == std::string::npos) return cells;
    begin = end + 1;
  }
}

struct Fact {
  std::string file;
  std::string format;
  std::size_t statements = 0;
  std::uint64_t entries = 0;
  std::size_t with_both = 0;
  std::size_t prove = 0;
  bool has_proof_columns = false;
  std::string text;
};

inline std::vector<Fact> read_facts(const fs::path& folder) {
  std::ifstream in(folder / "FACTS.tsv");
  std::string line;
  std::getline(in, line);
  std::vector<Fact> facts;
  while (std::getline(in, line)) {
    const auto cells = split(line, '\t');
    if (cells.size() < 10) continue;
    const auto number = [](const std::string& cell) -> std::size_t {
      return cell.empty() ? 0 : std::stoul(cell);
    };
    Fact fact;
    fact.file = cells[0].substr(cells[0].find('/') + 1);  // without "public/"
    fact.format = cells[3];
    fact.statements = number(cells[5]);
    fact.entries = number(cells[6]);
    fact.has_proof_columns = !cells[7].empty();
    fact.with_both = number(cells[7]);
    fact.prove = number(cells[8]);
    fact.text = cells[9];
    facts.push_back(fact);
  }
  return facts;
}

inline std::map<std::string, std::string> read_exceptions() {
  std::ifstream in(fs::path(ESCROW_SOURCE_DIR) / "tests/custody_adapter/facts_exceptions.tsv");
  std::map<std::string, std::string> exceptions;
  std::string line;
  while (std::getline(in, line)) {
    const std::size_t tab = line.find('\t');
    if (line.empty() || line[0] == '#' || tab == std::string::npos) continue;
    exceptions[line.substr(0, tab)] = line.substr(tab + 1);
  }
  return exceptions;
}

// The text between two marks; nothing if a mark is absent.
inline std::optional<std::string> between(const std::string& text, const std::string& from,
                                          const std::string& to) {
  const std::size_t begin = text.find(from);
  if (begin == std::string::npos) return std::nullopt;
  const std::size_t end = text.find(to, begin + from.size());
  return text.substr(begin + from.size(), end - begin - from.size());
}

}  // namespace custody_adapter::test
