// Small files of the formats that ship, all of which prove what they can prove.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tests/custody_adapter/profile_support.h"

namespace custody_adapter::test {

// A1 has 10.00 before, B2 nothing.
inline std::string aleve_day() {
  return aleve({"A1", 300, "2780", 700, "投标", "0"}) +
         aleve({"B2", 300, "7780", 300, "投标", "0"}) +
         aleve({"A1", 200, "7820", 900, "充值", "0"}) +
         aleve({"B2", 100, "2820", 200, "提现", "0"});
}

inline std::string eve(const std::string& type, const std::string& message, std::int64_t fen,
                       const std::string& order) {
  return padded("01234567890", 11) + "000001" + "1231235900" + padded("6212", 19) +
         digits(fen, 12) + "C" + message + "000000" + padded(order, 40) + "000009" +
         std::string(19, ' ') + "0" + type + "\n";
}

using Files = std::vector<std::pair<std::string, std::string>>;
inline Files lanmao_day() {
  const std::string at = "20240628_600000_";
  return {
      {at + "RECHARGE.txt",
       "time,platform,...\n"
       "20240628100000,600000,P,R1,O1,RECHARGE,100.00,CNY,M1,U1,622,ICBC,FAST,100.00,,PO1\n"
       "20240628100001,600000,P,R2,O2,RECHARGE,50.50,CNY,M2,U2,623,ICBC,FAST,50.00,note\n"},
      {at + "WITHDRAW.txt",
       "time,platform,...\n"
       "20240628110000,600000,R3,O3,WITHDRAW,30.00,CNY,M1,U1,622,ICBC,29.00,,SUCCESS,N,0.00,,\n"
       "20240628110001,600000,R4,O4,WITHDRAW,40.00,CNY,M1,U1,622,ICBC,0.00,,FAIL,N,0.00,,\n"},
      {at + "COMMISSION.txt",
       "time,platform,...\n20240628120000,600000,O5,COMMISSION,U1,P1,1.25,CNY,LOAN7,fee,R5\n"},
      {at + "TRANSACTION.txt",
       "time,platform,...\n"
       "20240628130000,600000,R5,O6,REPAYMENT,101.00,1.00,CNY,M1,U1,M2,U2,LOAN7,T1,note,0.00,\n"},
      {at + "BACKROLL_RECHARGE.txt",
       "time,platform,...\n"
       "20240628140000,600000,P,R6,O7,BACKROLL,20.00,CNY,M1,U1,FAST,20.00,0.00,,R4\n"},
  };
}

inline CustodyDay read_day(const Files& files) {
  const auto set = SetProfile::parse(*SetProfile::built_in("lanmao-day"));
  Collector sink;
  DayReader day(*set, sink, {});
  for (const auto& [name, bytes] : files) {
    (void)day.begin(name);
    (void)day.push(bytes);
    (void)day.end();
  }
  return day.finish();
}

// Head, tail and title conventions: two orders of 1.00 and 2.50 each.
inline Files conventions() {
  return {
      {"cn-dated-head", "20240628|2|3.50|\nO1|S1|A|1.00|20240628101010|" + in_gb18030("充值") +
                            "|\nO2|S2|A|2.50|20240628101011||\n"},
      {"cn-count-fee-head",
       "2|3.50|0.10\nO1|S1|20240628101010|A|1.00|0.04\nO2|S2|20240628101010|A|2.50|0.06\n"},
      {"cn-summary-rows",
       "商户|日期|笔数|金额|手续费\nM|20240628|2|3.50|0.10\n订单|流水|时间|金额|手续费|状态\n"
       "O1|S1|2024-06-28 10:10:10|1.00|0.04|ok\nO2|S2|2024-06-28 10:10:11|2.50|0.06|ok\n"},
      {"cn-end-mark", "PO|2|3.50\nO1|622|N|1.00|r\nO2|622|N|2.50|r\n########\n"},
      {"cn-fixed-head", "20240628000000002350\nO1|A|100|20240628101010\nO2|A|250|20240628101010\n"},
  };
}

inline std::string fund_file() {
  return "OFDCFDAT\n20  \nH0       \nxxx      \n20151204\naa \nbb\nH0      \nll      \n003\n"
         "TransactionCfmDate\nFundCode\nAvailableVol\n00000002\n20151204FUND0001000100\n"
         "20151204FUND0002000250\nOFDCFEND";
}

inline std::string norma43() {
  const auto line = [](const std::string& text) { return padded(text, 80) + "\n"; };
  return line("110081539800014144521803181803202000000000030059783OWNER ONE") +
         line("22    09011803191803191240810000000000109800000000000000000000005540014387733014") +
         line("2301COMPRA TARG 5540 CAF\xc9") +
         line(
             "22    0901180319180319124082"
             "00000000000100"
             "0000000000") +
         line(
             "33008153980001414452"
             "00001"
             "00000000001098"
             "00001"
             "00000000000100"
             "2"
             "00000000002007"
             "978") +
         line(
             "11008153980009999999180318180320"
             "1"
             "00000000000100"
             "978"
             "3"
             "OWNER TWO") +
         line(
             "33008153980009999999"
             "00000"
             "00000000000000"
             "00000"
             "00000000000000"
             "1"
             "00000000000100"
             "978") +
         line(
             "88999999999999999999"
             "000007");
}

inline std::string coda_movement(const std::string& number, const std::string& detail,
                                 const std::string& sign, std::int64_t thousandths,
                                 const std::string& text) {
  return "21" + number + detail + padded("REF" + number, 21) + sign + digits(thousandths, 15) +
         "280624" + "00150000" + "0" + padded(text, 53) + "280624" + "017" + "0" + "1" + " " +
         "0\n";
}
inline std::string coda() {
  const auto line = [](const std::string& text) { return padded(text, 128) + "\n"; };
  const std::string account = padded("BE68539007547034", 34) + "EUR";
  return line("0000028062453905        " + padded("FILE01", 10) + padded("OWNER", 26) +
              padded("BBRUBEBB", 11) + "00123456789" + std::string(45, ' ') + "2") +
         line("12017" + account + "0" + digits(100000, 15) + "270624" + padded("OWNER", 26) +
              padded("ACCOUNT", 35) + "017") +
         coda_movement("0001", "0000", "0", 30000, "GLOBAL") +
         coda_movement("0001", "0001", "0", 10000, "ONE") +
         coda_movement("0001", "0002", "0", 20000, "TWO") +
         line("2300010002" + padded("BE1", 34) + "EUR" + padded("CLIENT TWO", 35)) +
         coda_movement("0002", "0000", "1", 4500, std::string(53, 'A')) +
         line("2200020000" + padded("BC", 53) + padded("E2E", 35)) +
         line("2300020000" + padded("BE43068999999501", 34) + "EUR" + padded("PAYEE", 35)) +
         line("3100020001" + padded("REF", 21) + "00150000" + "0" + padded("INFORMATION", 73)) +
         line("8017" + account + "0" + digits(125500, 15) + "280624") +
         line("4 00010000" + std::string(22, ' ') + padded("FREE MESSAGE", 80)) +
         line("9" + std::string(15, ' ') + digits(10, 6) + digits(4500, 15) + digits(30000, 15) +
              std::string(75, ' ') + "2");
}

// All of them, with the profile of each.
inline Files all_files() {
  Files files = conventions();
  files.emplace_back("aleve", aleve_day());
  files.emplace_back("eve", eve("2820", "0200", 5000, "ORD1"));
  files.emplace_back("norma43", norma43());
  files.emplace_back("coda", coda());
  files.emplace_back("ofd-fund", fund_file());
  const char* const types[] = {"recharge", "withdraw", "commission", "transaction",
                               "backroll-recharge"};
  const Files day = lanmao_day();
  for (std::size_t i = 0; i < day.size(); ++i) {
    files.emplace_back(std::string("lanmao-") + types[i], day[i].second);
  }
  return files;
}

}  // namespace custody_adapter::test
