// libFuzzer: any bytes through detection, the inference of a dialect, and the CSV reader with the
// inferred and with two fixed dialects.
#include "custody_adapter/csv_dialect.h"
#include "tests/custody_adapter/fuzz_reader.h"

namespace {

using custody_adapter::CsvDialect;

const CsvDialect& fixed(bool gb) {
  static const CsvDialect kPlain = *custody_adapter::parse_csv_dialect(
      "header = false\ndates = [\"YYYY-MM-DD\", \"DD.MM.YY\"]\nsummary = [\"Total\"]\n[columns]\n"
      "booking_date = 1\namount = 2\nbalance = 3\ncurrency = 4\naccount = 5\ntext = [6, 7]\n");
  static const CsvDialect kGb = *custody_adapter::parse_csv_dialect(
      "header = false\nseparator = \"|\"\nencoding = \"gb18030\"\ndates = [\"YYYYMMDD\"]\n"
      "credit_flags = [\"C\"]\ndebit_flags = [\"D\"]\n[columns]\nbooking_date = 1\namount = 2\n"
      "flag = 3\ntext = 4\n");
  return gb ? kGb : kPlain;
}

void check(std::string_view bytes, const CsvDialect& dialect) {
  custody_adapter::test::check_chunking(bytes, [&](custody_adapter::StatementSink& sink) {
    return custody_adapter::make_csv_reader(sink, dialect, {});
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  custody_adapter::Collector any;
  (void)custody_adapter::read_statements(bytes, {}, any);
  const auto inferred =
      custody_adapter::infer_csv_dialect(bytes.substr(0, custody_adapter::kDetectBytes));
  if (inferred.dialect) {
    if (!custody_adapter::problem_of(*inferred.dialect).empty()) std::abort();
    check(bytes, *inferred.dialect);
  }
  check(bytes, fixed(false));
  check(bytes, fixed(true));
  return 0;
}
