// The element names of camt.05x that are read, as numbers.
#pragma once

#include <cstdint>
#include <string_view>

namespace custody_adapter {

// One list for the enum and the table of names.
#define CUSTODY_CAMT_TAGS(X)                                                                       \
  X(AcctSvcrRef)                                                                                   \
  X(Acct)                                                                                          \
  X(AddtlInf)                                                                                      \
  X(AddtlNtryInf)                                                                                  \
  X(AddtlStmtInf)                                                                                  \
  X(AddtlTxInf)                                                                                    \
  X(Amt)                                                                                           \
  X(AmtDtls) X(AppHdr) X(BBAN) X(BIC) X(BICFI) X(Bal) X(BkToCstmrAcctRpt) X(BkToCstmrDbtCdtNtfctn) \
      X(BkToCstmrStmt) X(BkTxCd) X(BookgDt) X(Btch) X(Ccy) X(Cd) X(CdOrPrtry) X(CdtDbtInd) X(Cdtr) \
          X(CdtrAcct) X(CdtrAgt) X(CdtrRef) X(CdtrRefInf) X(Chrgs) X(ChqNb) X(CpyDplctInd) X(Dbtr) \
              X(DbtrAcct) X(DbtrAgt) X(Document) X(Domn) X(Dt) X(DtTm) X(ElctrncSeqNb)             \
                  X(EndToEndId) X(FinInstnId) X(Fmly) X(FrDt) X(FrDtTm) X(FrToDt) X(GrpHdr)        \
                      X(IBAN) X(Id) X(InstdAmt) X(InstrId) X(LastPgInd) X(LglSeqNb) X(MmbId)       \
                          X(MndtId) X(MsgDefIdr) X(MsgId) X(MsgPgntn) X(NbOfNtries) X(Nm)          \
                              X(Ntfctn) X(Ntry) X(NtryDtls) X(NtryRef) X(Othr) X(Ownr) X(PgNb)     \
                                  X(PmtInfId) X(Prtry) X(PrtryAcct) X(Pty) X(Rcrd) X(Ref) X(Refs)  \
                                      X(RltdAgts) X(RltdPties) X(RmtInf) X(Rpt) X(RtrInf)          \
                                          X(RvslInd) X(SplmtryData) X(Stmt) X(StmtPgntn) X(Strd)   \
                                              X(Sts) X(SubFmlyCd) X(SubTp) X(Sum) X(Svcr) X(ToDt)  \
                                                  X(ToDtTm) X(Tp) X(TtlCdtNtries) X(TtlDbtNtries)  \
                                                      X(TtlNtries) X(TxAmt) X(TxDtls) X(TxId)      \
                                                          X(TxsSummry) X(UETR) X(UPIC)             \
                                                              X(UltmtCdtr) X(UltmtDbtr) X(Ustrd)   \
                                                                  X(ValDt)

enum class Tag : std::uint8_t {
  kOther,
#define CUSTODY_CAMT_TAG(name) k##name,
  CUSTODY_CAMT_TAGS(CUSTODY_CAMT_TAG)
#undef CUSTODY_CAMT_TAG
};

// By local name, a prefix ("ns2:Ntry") is ignored; kOther for everything that is not read.
Tag camt_tag(std::string_view name);
std::string_view name_of(Tag tag);

}  // namespace custody_adapter
