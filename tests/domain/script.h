// The tests' language: one line is one command, or one fact that must hold now.
//
//   deposit D1 client=lender:L1 channel=alipay amount=100.00      a command; money is decimal
//   bid B1 client=lender:L1 project=P1 amount=900.00 ! INSUFFICIENT_FUNDS available=10000
//                                  it is refused so, and the refusal's detail has the words after
//                                  it
//   balance lender:L1:available 100.00
//   counters lender:L1:available 0.00 100.00 0.00 100.00   posted debits and credits, then pending
//   hold D1 deposit_transit 100.00        the order's open hold; "none" if there must be none
//   project P1 collecting 50.00 0.00 0.00 0.00     frozen, disbursed, repaid principal, interest
//   claim P1 lender:L1 100.00 0.00 0.00            principal, principal paid, interest paid
//   offered P1 lender:L1 100.00                    set aside for transfers
//   recovery P1 guarantor:G1 100.00 0.00 5.00 0.00  principal, of it recovered, interest, of it
//   owes borrower:B1 100.00
//   date 2017-03-02
//   until 2017-04-02                     days are closed until this one is open
//   proposal R1 approved
//
// The authority is the first that the profile gives the flow, unless the line names one.
// `entry=@D1` is the sequence of D1's entry, `entry_hash=@D1` its hash. A line after # is a
// comment.
#pragma once

#include <string>
#include <string_view>

#include "tests/domain/bank.h"

namespace ledger::domain::test {

void play(Bank& bank, std::string_view script);

// The command of one such line; a malformed line fails the test.
Command command_of(const Bank& bank, std::string_view line);

// The command `line`, without id and authority, that operators start: ann proposes it, bob approves
// it as `id`. With a refusal ("ORDER_CLOSED order=r1"): the proposal is refused so.
void play_by_two(Bank& bank, const std::string& id, std::string_view line,
                 std::string_view refusal = {});
// Reverses the entry of the command `id` by two operators; `refusal`: that of the approval.
void play_reversal(Bank& bank, const std::string& id, std::string_view refusal = {});

// The profile cn-2017, and a text in which `from` must stand, with `to` in its place.
std::string cn_2017();
std::string changed(std::string text, std::string_view from, std::string_view to);

std::int64_t fen(std::string_view yuan);  // "100.00" is 10000
std::string yuan(std::int64_t fen);
std::vector<std::string> words_of(std::string_view line);

// The profile cn-2017 with one piece of its text replaced.
std::string profile_with(std::string_view from, std::string_view to);
// Money of the platform's own, paid in at the bank.
void fund(Bank& bank, std::string_view account, std::string_view amount);

// Two lenders with 1000.00 settled, a borrower, a natural and a legal one, a channel, a guarantor.
extern const std::string_view kTown;
// P1 of 1000.00 for borrower:B1, three instalments, bids of 400.00 and 600.00, and paid out.
extern const std::string_view kLoan;

}  // namespace ledger::domain::test
