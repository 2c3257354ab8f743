// The profiles that the program carries.
#include <utility>

#include "custody_adapter/profile.h"
#include "custody_adapter/profile_set.h"

namespace custody_adapter {

// Written into the program at build time from profiles/*.toml.
extern const std::string_view kProfile_aleve, kProfile_allinpay, kProfile_cn_count_fee_head,
    kProfile_cn_dated_head, kProfile_cn_end_mark, kProfile_cn_fixed_head, kProfile_cn_summary_rows,
    kProfile_coda, kProfile_eve, kProfile_lanmao_backroll_recharge, kProfile_lanmao_commission,
    kProfile_lanmao_recharge, kProfile_lanmao_transaction, kProfile_lanmao_withdraw,
    kProfile_norma43, kProfile_ofd_fund, kProfile_ucf_recharge, kProfile_ucf_transaction,
    kProfile_ucf_withdraw, kProfile_lanmao_day_set;

namespace {

constexpr std::pair<std::string_view, const std::string_view&> kProfiles[] = {
    {"aleve", kProfile_aleve},
    {"allinpay", kProfile_allinpay},
    {"cn-count-fee-head", kProfile_cn_count_fee_head},
    {"cn-dated-head", kProfile_cn_dated_head},
    {"cn-end-mark", kProfile_cn_end_mark},
    {"cn-fixed-head", kProfile_cn_fixed_head},
    {"cn-summary-rows", kProfile_cn_summary_rows},
    {"coda", kProfile_coda},
    {"eve", kProfile_eve},
    {"lanmao-backroll-recharge", kProfile_lanmao_backroll_recharge},
    {"lanmao-commission", kProfile_lanmao_commission},
    {"lanmao-recharge", kProfile_lanmao_recharge},
    {"lanmao-transaction", kProfile_lanmao_transaction},
    {"lanmao-withdraw", kProfile_lanmao_withdraw},
    {"norma43", kProfile_norma43},
    {"ofd-fund", kProfile_ofd_fund},
    {"ucf-recharge", kProfile_ucf_recharge},
    {"ucf-transaction", kProfile_ucf_transaction},
    {"ucf-withdraw", kProfile_ucf_withdraw},
};
constexpr std::pair<std::string_view, const std::string_view&> kSets[] = {
    {"lanmao-day", kProfile_lanmao_day_set},
};

}  // namespace

std::optional<std::string_view> StatementProfile::built_in(std::string_view name) {
  for (const auto& [known, text] : kProfiles) {
    if (known == name) return text;
  }
  return std::nullopt;
}

std::vector<std::string_view> StatementProfile::built_in_names() {
  std::vector<std::string_view> names;
  for (const auto& [name, text] : kProfiles) names.push_back(name);
  return names;
}

std::optional<std::string_view> SetProfile::built_in(std::string_view name) {
  for (const auto& [known, text] : kSets) {
    if (known == name) return text;
  }
  return std::nullopt;
}

std::vector<std::string_view> SetProfile::built_in_names() {
  std::vector<std::string_view> names;
  for (const auto& [name, text] : kSets) names.push_back(name);
  return names;
}

}  // namespace custody_adapter
