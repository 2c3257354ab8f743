// The statement of a day as the files a custodian bank may send.
#include <fmt/format.h>

#include <algorithm>

#include "ledger/base/amount.h"
#include "tools/generator/bank.h"

namespace tools::generator {

namespace base = ledger::base;

namespace {

std::string yymmdd(base::Date date) { return fmt::format("{:06}", date.yyyymmdd() % 1'000'000); }
std::string mmdd(base::Date date) { return fmt::format("{:04}", date.yyyymmdd() % 10'000); }

std::string decimal(Fen fen, char point) {
  std::string text = base::format_decimal(base::Total::from_minor(fen < 0 ? -fen : fen), 2);
  std::replace(text.begin(), text.end(), '.', point);
  return text;
}

// Field 86: lines of at most 65 characters.
std::string wrapped(std::string_view text) {
  constexpr std::size_t kLine = 65;
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += kLine) {
    out.append(text.substr(at, kLine)).append("\r\n");
  }
  return out;
}

std::string mt940_balance(std::string_view tag, Fen fen, base::Date date) {
  return fmt::format(":{}:{}{}CNY{}\r\n", tag, fen < 0 ? 'D' : 'C', yymmdd(date),
                     decimal(fen, ','));
}

std::string camt_balance(std::string_view code, Fen fen, base::Date date) {
  return fmt::format(
      "   <Bal>\n    <Tp><CdOrPrtry><Cd>{}</Cd></CdOrPrtry></Tp>\n"
      "    <Amt Ccy=\"CNY\">{}</Amt>\n    <CdtDbtInd>{}</CdtDbtInd>\n"
      "    <Dt><Dt>{}</Dt></Dt>\n   </Bal>\n",
      code, decimal(fen, '.'), fen < 0 ? "DBIT" : "CRDT", base::format(date));
}

std::string camt_entry(const Booking& line, base::Date date) {
  const std::string_view party = line.credit ? "Dbtr" : "Cdtr";
  const std::string account =
      line.party.empty()
          ? ""
          : fmt::format("<{0}Acct><Id><Othr><Id>{1}</Id></Othr></Id></{0}Acct>", party, line.party);
  return fmt::format(
      "   <Ntry>\n    <Amt Ccy=\"CNY\">{0}</Amt>\n    <CdtDbtInd>{1}</CdtDbtInd>\n"
      "    <Sts><Cd>BOOK</Cd></Sts>\n    <BookgDt><Dt>{2}</Dt></BookgDt>\n"
      "    <ValDt><Dt>{3}</Dt></ValDt>\n    <AcctSvcrRef>{4}</AcctSvcrRef>\n"
      "    <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{5}</Cd><SubFmlyCd>DMCT</SubFmlyCd></Fmly></Domn>"
      "</BkTxCd>\n"
      "    <NtryDtls><TxDtls>\n"
      "     <Refs><AcctSvcrRef>{4}</AcctSvcrRef><EndToEndId>{6}</EndToEndId></Refs>\n"
      "     <Amt Ccy=\"CNY\">{0}</Amt>\n     <CdtDbtInd>{1}</CdtDbtInd>\n"
      "     <RltdPties><{7}><Pty><Nm>{8}</Nm></Pty></{7}>{9}</RltdPties>\n"
      "     <RmtInf><Ustrd>{10}</Ustrd></RmtInf>\n"
      "    </TxDtls></NtryDtls>\n   </Ntry>\n",
      decimal(line.amount, '.'), line.credit ? "CRDT" : "DBIT", base::format(date),
      base::format(line.value_date), line.reference, line.credit ? "RCDT" : "ICDT", line.order,
      party, line.name, account, line.text);
}

std::string camt_totals(const StatementDay& day) {
  std::size_t credits = 0;
  Fen in = 0;
  Fen out = 0;
  for (const Booking& line : day.lines) {
    credits += line.credit ? 1U : 0U;
    (line.credit ? in : out) += line.amount;
  }
  return fmt::format(
      "   <TxsSummry>\n    <TtlCdtNtries><NbOfNtries>{}</NbOfNtries><Sum>{}</Sum></TtlCdtNtries>\n"
      "    <TtlDbtNtries><NbOfNtries>{}</NbOfNtries><Sum>{}</Sum></TtlDbtNtries>\n"
      "   </TxsSummry>\n",
      credits, decimal(in, '.'), day.lines.size() - credits, decimal(out, '.'));
}

}  // namespace

std::string mt940_text(const StatementDay& day, const std::string& account) {
  std::string out =
      fmt::format(":20:CUST{}\r\n:25:{}\r\n:28C:{}/1\r\n", yymmdd(day.date), account, day.number);
  out += mt940_balance("60F", day.opening, day.date.plus_days(-1));
  for (const Booking& line : day.lines) {
    out +=
        fmt::format(":61:{}{}{}{}NTRF{}//{}\r\n", yymmdd(line.value_date), mmdd(day.date),
                    line.credit ? 'C' : 'D', decimal(line.amount, ','), line.order, line.reference);
    out += wrapped(fmt::format(":86:166?00{}?20EREF+{}?21SVWZ+{}{}?32{}",
                               line.credit ? "INCOMING" : "OUTGOING", line.order, line.text,
                               line.party.empty() ? "" : "?31" + line.party, line.name));
  }
  return out + mt940_balance("62F", day.closing, day.date) + "-\r\n";
}

std::string camt053_text(const StatementDay& day, const std::string& account) {
  const std::string date = base::format(day.date);
  std::string out = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\">\n <BkToCstmrStmt>\n"
      "  <GrpHdr><MsgId>CUST{0}</MsgId><CreDtTm>{1}T23:59:59</CreDtTm></GrpHdr>\n"
      "  <Stmt>\n   <Id>CUST{0}</Id>\n   <ElctrncSeqNb>{2}</ElctrncSeqNb>\n"
      "   <FrToDt><FrDtTm>{1}T00:00:00</FrDtTm><ToDtTm>{1}T23:59:59</ToDtTm></FrToDt>\n"
      "   <Acct><Id><Othr><Id>{3}</Id></Othr></Id><Ccy>CNY</Ccy></Acct>\n",
      yymmdd(day.date), date, day.number, account);
  out += camt_balance("OPBD", day.opening, day.date);
  out += camt_balance("CLBD", day.closing, day.date);
  out += camt_totals(day);
  for (const Booking& line : day.lines) out += camt_entry(line, day.date);
  return out + "  </Stmt>\n </BkToCstmrStmt>\n</Document>\n";
}

std::string bai2_text(const StatementDay& day, const std::string& account) {
  Fen in = 0;
  Fen out = 0;
  std::size_t credits = 0;
  std::string details;
  for (const Booking& line : day.lines) {
    (line.credit ? in : out) += line.amount;
    credits += line.credit ? 1U : 0U;
    details += fmt::format(
        "16,{},{},V,{},,{},{},{}/\n88,EREF: {}/\n88,{}: {}/\n88,{}: {}/\n", line.credit ? 165 : 495,
        line.amount, yymmdd(line.value_date), line.reference, line.order, line.text, line.order,
        line.credit ? "DBNM" : "CRNM", line.name, line.credit ? "DACT" : "CACT", line.party);
  }
  const Fen total = day.opening + day.closing + 2 * (in + out);
  const std::size_t records = 2 + 4 * day.lines.size();
  return fmt::format("01,BANK,PLATFORM,{0},2359,{1},,,2/\n02,PLATFORM,BANK,1,{0},2400,CNY,2/\n",
                     yymmdd(day.date), day.number) +
         fmt::format("03,{},CNY,010,{},,,015,{},,,100,{},{},,400,{},{},/\n", account, day.opening,
                     day.closing, in, credits, out, day.lines.size() - credits) +
         details +
         fmt::format("49,{0},{1}/\n98,{0},1,{2}/\n99,{0},1,{3}/\n", total, records, records + 2,
                     records + 4);
}

std::string csv_text(const StatementDay& day, const std::string& account) {
  std::string out =
      "Account,Booking date,Value date,Amount,Currency,Balance,Reference,Id,Name,Counterparty,"
      "Description\n";
  Fen balance = day.opening;
  const auto with_sign = [](Fen fen) { return (fen < 0 ? "-" : "") + decimal(fen, '.'); };
  for (const Booking& line : day.lines) {
    balance += line.credit ? line.amount : -line.amount;
    out += fmt::format("{},{},{},{},CNY,{},{},{},\"{}\",{},\"{}\"\n", account,
                       base::format(day.date), base::format(line.value_date),
                       with_sign(line.credit ? line.amount : -line.amount), with_sign(balance),
                       line.order, line.reference, line.name, line.party, line.text);
  }
  return out;
}

std::string ofx_text(const StatementDay& day, const std::string& account) {
  const std::uint32_t date = day.date.yyyymmdd();
  std::string out = fmt::format(
      "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\n"
      "COMPRESSION:NONE\nOLDFILEUID:NONE\nNEWFILEUID:NONE\n\n<OFX>\n<BANKMSGSRSV1><STMTTRNRS>"
      "<TRNUID>{0}\n<STATUS><CODE>0<SEVERITY>INFO</STATUS>\n<STMTRS><CURDEF>CNY\n<BANKACCTFROM>"
      "<BANKID>BANK<ACCTID>{1}<ACCTTYPE>CHECKING</BANKACCTFROM>\n<BANKTRANLIST><DTSTART>{2}"
      "<DTEND>{2}\n",
      day.number, account, date);
  for (const Booking& line : day.lines) {
    out += fmt::format(
        "<STMTTRN>\n<TRNTYPE>{}\n<DTPOSTED>{}\n<TRNAMT>{}{}\n<FITID>{}\n<REFNUM>{}\n<NAME>{}\n"
        "<MEMO>{}\n</STMTTRN>\n",
        line.credit ? "CREDIT" : "DEBIT", date, line.credit ? "" : "-", decimal(line.amount, '.'),
        line.reference, line.order, line.name, line.text);
  }
  return out + fmt::format(
                   "</BANKTRANLIST>\n<LEDGERBAL><BALAMT>{}{}<DTASOF>{}</LEDGERBAL>\n</STMTRS>"
                   "</STMTTRNRS></BANKMSGSRSV1>\n</OFX>\n",
                   day.closing < 0 ? "-" : "", decimal(day.closing, '.'), date);
}

}  // namespace tools::generator
