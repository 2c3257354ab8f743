// Entry bytes: what encode() writes decode() reads, and nothing else.
#include <cstring>

#include <gtest/gtest.h>

#include "tests/domain/bank.h"
#include "tests/domain/random_source.h"

namespace ledger::domain::test {
namespace {

using base::Amount;

template <typename E>
E pick(Random& r, E first, E last) {
  return static_cast<E>(r.between(static_cast<int>(first), static_cast<int>(last)));
}
template <typename Id>
Id id(Random& r) {
  return Id(r.bits());
}
Amount amount(Random& r) { return Amount::of(r.between(0, Amount::kMaxMinor)); }
base::Date date(Random& r) {
  return r.chance(10) ? base::Date()
                      : base::Date::parse("1999-12-31")->plus_days(r.between(0, 9999));
}
std::uint16_t owner_flags(Random& r) {
  return static_cast<std::uint16_t>(r.between(0, kOwnerFlags));
}
crypto::Digest digest(Random& r) { return crypto::sha256(std::to_string(r.bits())); }
base::Total total(Random& r) {
  return base::Total::from_minor(static_cast<base::Int128>(static_cast<std::int64_t>(r.bits())) *
                                 r.between(1, INT64_MAX));
}

void fill_money(Random& r, Entry& e) {
  for (auto n = r.between(0, 3); n > 0; --n) {
    e.postings.push_back({id<base::AccountId>(r), id<base::AccountId>(r), amount(r),
                          pick(r, PostingKind::kTransfer, PostingKind::kReversal)});
    HoldChange& h = e.holds.emplace_back();
    h.op = pick(r, HoldOp::kOpen, HoldOp::kReopen);
    h.kind = pick(r, HoldKind::kBid, HoldKind::kInterest);
    h.id = id<base::HoldId>(r);
    h.account = id<base::AccountId>(r);
    h.beneficiary = id<base::AccountId>(r);
    h.project = id<base::ProjectId>(r);
    h.instalment = static_cast<std::uint32_t>(r.bits());
    h.amount = amount(r);
    h.order = r.text(64);
    h.fee_rule = r.text(64);
    h.expires = date(r);
    if (h.kind == HoldKind::kClaimPurchase) h.principal = amount(r);
    e.moves.push_back(
        {id<base::ProjectId>(r), pick(r, ProjectState::kCollecting, ProjectState::kDefaulted)});
    e.instalments.push_back(
        {id<base::ProjectId>(r), static_cast<std::uint32_t>(r.bits()), amount(r), amount(r)});
    e.claims.push_back({pick(r, ClaimOp::kCreate, ClaimOp::kUnoffer), id<base::ProjectId>(r),
                        id<base::ClientId>(r), amount(r), amount(r)});
  }
}

void fill_openings(Random& r, Entry& e) {
  for (auto n = r.between(0, 2); n > 0; --n) {
    OwnerOpened& o = e.owners.emplace_back();
    o.id = id<base::ClientId>(r);
    o.first_account = id<base::AccountId>(r);
    o.account_count = static_cast<std::uint16_t>(r.between(0, 5));
    o.flags = owner_flags(r);
    o.currency = base::kCny;
    o.kind = r.text(20);
    o.code = r.text(48);
    for (int i = 0; i < o.account_count; ++i) {
      o.classes.push_back(static_cast<std::uint16_t>(r.bits()));
      o.account_names.push_back(r.text(15));
    }
    ProjectOpened& p = e.projects.emplace_back();
    p.id = id<base::ProjectId>(r);
    p.borrower = id<base::ClientId>(r);
    p.target = amount(r);
    p.contract = digest(r);
    p.code = r.text(64);
    for (auto k = r.between(0, 4); k > 0; --k) {
      p.instalments.push_back({date(r), amount(r), amount(r)});
    }
    p.guarantor = id<base::ClientId>(r);
    p.payee = r.text(20);
    e.profiles.push_back({static_cast<std::uint32_t>(r.bits()), r.text(64), r.text(500)});
  }
}

void fill_control(Random& r, Entry& e) {
  for (auto n = r.between(0, 2); n > 0; --n) {
    e.reversals.push_back({pick(r, ReversalOp::kProposed, ReversalOp::kReturned),
                           id<base::Sequence>(r), FlowCode::kDeposit, digest(r), r.text(64),
                           r.text(64)});
    e.fees.push_back({pick(r, FeeOp::kTake, FeeOp::kGiveBack), id<base::ProjectId>(r), amount(r)});
    CutOff& c = e.cut_offs.emplace_back();
    c.closed = date(r);
    c.opened = date(r);
    c.head = digest(r);
    c.tree_size = r.bits();
    c.tree_root = digest(r);
    for (auto k = r.between(0, 4); k > 0; --k) {
      c.totals.push_back({static_cast<std::uint16_t>(r.bits()), base::kCny, total(r), total(r)});
    }
  }
}

void fill_changes(Random& r, Entry& e) {
  for (auto n = r.between(0, 2); n > 0; --n) {
    e.proposals.push_back({pick(r, ProposalOp::kProposed, ProposalOp::kExpired), FlowCode::kFee,
                           date(r), r.text(64), r.text(64), r.text(300)});
    e.voided.push_back(
        {id<base::ProjectId>(r), static_cast<std::uint32_t>(r.bits()), amount(r), amount(r)});
    e.overdue.push_back({id<base::ProjectId>(r), static_cast<std::uint32_t>(r.bits()), date(r),
                         static_cast<std::uint32_t>(r.bits()), amount(r)});
    e.owner_changes.push_back({id<base::ClientId>(r), owner_flags(r), amount(r)});
    e.switches.push_back({SwitchCode::kHalted, r.chance(50)});
    Alert& alert = e.alerts.emplace_back();
    alert.rule = r.text(20);
    alert.subject = r.text(20);
    alert.severity = static_cast<std::uint8_t>(r.bits());
    alert.amount = amount(r);
    for (auto k = r.between(0, 4); k > 0; --k) alert.entries.push_back(id<base::Sequence>(r));
  }
}

Entry random_entry(Random& r) {
  Entry e;
  e.flow = all_flows()[static_cast<std::size_t>(
                           r.between(0, static_cast<std::int64_t>(all_flows().size()) - 1))]
               ->code;
  e.outcome = pick(r, Outcome::kCommitted, Outcome::kRefused);
  e.authority = pick(r, Authority::kNone, Authority::kOperators);
  e.allocation_version = static_cast<std::uint8_t>(r.bits());
  e.refusal = static_cast<std::uint16_t>(r.bits());
  e.profile_version = static_cast<std::uint32_t>(r.bits());
  e.sequence = id<base::Sequence>(r);
  e.time.ns = static_cast<std::int64_t>(r.bits());
  e.business_date = date(r);
  e.value_date = date(r);
  e.command_id = r.text(64);
  e.operator_name = r.text(64);
  e.command = r.text(300);
  e.detail = r.text(300);
  if (r.chance(70)) fill_money(r, e);
  if (r.chance(30)) fill_openings(r, e);
  if (r.chance(30)) fill_control(r, e);
  if (r.chance(30)) fill_changes(r, e);
  return e;
}

std::string bytes_of(const Entry& e) {
  std::string bytes;
  encode(e, bytes);
  return bytes;
}
std::string fault_of(std::string_view bytes) {
  Entry out;
  const auto done = decode(bytes, out);
  return done ? "" : done.error().message;
}

Entry full_entry() {
  Random r(1);
  Entry e;
  while (e.postings.size() != 1 || e.owners.empty() || e.cut_offs.empty() || e.refusal != 0) {
    e = random_entry(r);
    e.refusal = 0;
  }
  return e;
}

TEST(EntryCodec, RandomEntriesRoundTrip) {
  Random r(Random::seed(20170222));
  for (int i = 0; i < 3'000; ++i) check_round_trip(random_entry(r));
}

TEST(EntryCodec, EveryTruncationIsRefused) {
  Random r(Random::seed(4));
  for (int i = 0; i < 40; ++i) {
    const Entry e = random_entry(r);
    const std::string bytes = bytes_of(e);
    int accepted = 0;
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      Entry out;
      if (!decode(std::string_view(bytes).substr(0, size), out)) continue;
      // A cut between two sections is an entry of its own: then it must be that entry exactly.
      ++accepted;
      EXPECT_EQ(bytes_of(out), bytes.substr(0, size));
    }
    EXPECT_LE(accepted, 16);
  }
}

TEST(EntryCodec, SpareBytesAreRefused) {
  const std::string bytes = bytes_of(full_entry());
  for (int c = 0; c < 256; ++c) EXPECT_NE(fault_of(bytes + static_cast<char>(c)), "") << c;
}

TEST(EntryCodec, ChangedBytesAreRefusedOrReadAsWritten) {
  Random r(Random::seed(9));
  const std::string good = bytes_of(full_entry());
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (int k = 0; k < 4; ++k) {
      std::string bytes = good;
      bytes[at] = static_cast<char>(r.bits());
      Entry out;
      if (!decode(bytes, out)) continue;
      EXPECT_EQ(bytes_of(out), bytes) << "byte " << at;
    }
  }
}

TEST(EntryCodec, HeaderCodesAreCheckedByName) {
  Entry e;
  const std::string good = bytes_of(e);
  const auto with = [&](std::size_t at, int value) {
    std::string bytes = good;
    bytes[at] = static_cast<char>(value);
    return fault_of(bytes);
  };
  EXPECT_EQ(with(0, 2), "entry: bad version");
  EXPECT_EQ(with(1, 1), "entry: bad version");
  EXPECT_EQ(with(2, 0), "entry: bad flow");
  EXPECT_EQ(with(2, 21), "entry: bad flow");
  EXPECT_EQ(with(4, 2), "entry: bad outcome");
  EXPECT_EQ(with(5, 8), "entry: bad authority");
  EXPECT_EQ(with(7, 1), "entry: bad reserved");
  EXPECT_EQ(with(30, 1), "entry: bad date");
  EXPECT_EQ(fault_of(""), "entry: bad version");
}

TEST(EntryCodec, RecordCodesAreCheckedByName) {
  const auto fault = [](auto change) {
    Entry e;
    change(e);
    return fault_of(bytes_of(e));
  };
  EXPECT_EQ(fault([](Entry& e) {
              e.postings.resize(1);
              e.postings[0].kind = static_cast<PostingKind>(5);
            }),
            "entry: bad posting.kind");
  EXPECT_EQ(fault([](Entry& e) {
              e.holds.resize(1);
              e.holds[0].op = static_cast<HoldOp>(0);
            }),
            "entry: bad hold.op");
  EXPECT_EQ(fault([](Entry& e) {
              e.holds.resize(1);
              e.holds[0].kind = static_cast<HoldKind>(21);
            }),
            "entry: bad hold.kind");
  EXPECT_EQ(fault([](Entry& e) {
              e.moves.resize(1);
              e.moves[0].to = static_cast<ProjectState>(8);
            }),
            "entry: bad project.state");
  EXPECT_EQ(fault([](Entry& e) {
              e.claims.resize(1);
              e.claims[0].op = static_cast<ClaimOp>(10);
            }),
            "entry: bad claim.op");
  EXPECT_EQ(fault([](Entry& e) {
              e.reversals.resize(1);
              e.reversals[0].op = static_cast<ReversalOp>(5);
            }),
            "entry: bad reversal.op");
  EXPECT_EQ(fault([](Entry& e) {
              e.reversals.resize(1);
              e.reversals[0].target_flow = static_cast<FlowCode>(999);
            }),
            "entry: bad reversal.target_flow");
  EXPECT_EQ(fault([](Entry& e) { e.owners.resize(1); }), "entry: bad currency");
  EXPECT_EQ(fault([](Entry& e) {
              e.proposals.resize(1);
              e.proposals[0].op = static_cast<ProposalOp>(5);
            }),
            "entry: bad proposal.op");
  EXPECT_EQ(fault([](Entry& e) {
              e.proposals.resize(1);
              e.proposals[0].flow = static_cast<FlowCode>(999);
            }),
            "entry: bad proposal.flow");
  EXPECT_EQ(fault([](Entry& e) {
              e.switches.resize(1);
              e.switches[0].what = static_cast<SwitchCode>(2);
            }),
            "entry: bad switch.what");
}

TEST(EntryCodec, AmountsOutsideTheirRangeAreRefused) {
  Entry e;
  e.postings.push_back({base::AccountId(1), base::AccountId(2), Amount::of(7)});
  const std::string good = bytes_of(e);
  const std::size_t at = good.size() - 9;
  for (const std::int64_t bad : {std::int64_t{-1}, Amount::kMaxMinor + 1, INT64_MIN, INT64_MAX}) {
    std::string bytes = good;
    std::memcpy(bytes.data() + at, &bad, sizeof bad);
    EXPECT_EQ(fault_of(bytes), "entry: bad amount") << bad;
  }
}

TEST(EntryCodec, SectionsStandOnceInOrderAndAreNotEmpty) {
  Entry e;
  const std::string header = bytes_of(e);
  e.moves.push_back({base::ProjectId(1), ProjectState::kFull});
  const std::string move = bytes_of(e).substr(header.size());
  e.moves.clear();
  e.postings.push_back({base::AccountId(1), base::AccountId(2), Amount::of(7)});
  const std::string posting = bytes_of(e).substr(header.size());
  EXPECT_EQ(fault_of(header + posting + move), "");
  EXPECT_EQ(fault_of(header + move + posting), "entry: bad section.order");
  EXPECT_EQ(fault_of(header + move + move), "entry: bad section.order");
  EXPECT_EQ(fault_of(header + std::string("\x05\0\0\0\0", 5)), "entry: bad section.count");
  EXPECT_EQ(fault_of(header + std::string("\x12\1\0\0\0", 5)), "entry: bad section");
  EXPECT_EQ(fault_of(header + std::string("\0\1\0\0\0", 5)), "entry: bad section");
  EXPECT_EQ(fault_of(header + std::string("\x01\xff\xff\xff\xff", 5)), "entry: bad truncated");
}

TEST(EntryCodec, ClearGivesAnEmptyEntry) {
  Entry e = full_entry();
  e.clear();
  EXPECT_EQ(e, Entry());
}

}  // namespace
}  // namespace ledger::domain::test
