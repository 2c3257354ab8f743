// Peers: who is at the other end of the socket, by the kernel's word (SO_PEERCRED), and what that
// user may do. Nobody sends a password here.
#pragma once

#include <bitset>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/fault.h"
#include "ledger/base/result.h"
#include "ledger/crypto/keys.h"
#include "ledger/domain/command.h"
#include "ledger/domain/profile.h"
#include "ledger/domain/refusal.h"

namespace ledger::server {

// Users with this uid, or in this group, have these roles. Rules add up.
struct PeerRule {
  std::optional<std::uint32_t> uid;
  std::optional<std::uint32_t> gid;
  std::vector<std::string> roles;
  std::vector<std::string> operators;  // names it may act as; "*" for any
};

// Who is an operator by a key. Once there are any, the name of an operator needs its signature.
using OperatorKeys = std::map<std::string, crypto::PublicKey, std::less<>>;

struct Credentials {
  std::uint32_t uid = 0;
  std::vector<std::uint32_t> gids;  // first the primary group
};
base::Result<Credentials, base::Fault> credentials_of(int socket);

// The profile now in force: another may be adopted while the daemon runs.
using ProfileSource = std::function<const domain::Profile&()>;

class Peer {
 public:
  // Takes over the rules of the profile now in force, if they are not the ones it has.
  void follow();
  bool known() const { return !roles_.empty(); }
  std::uint32_t uid() const { return uid_; }
  const std::vector<std::string>& roles() const { return roles_; }
  bool may_send(domain::FlowCode flow) const;
  bool may_act_as(std::string_view operator_name) const;
  // The request that comes now: its header Escrow-Operator-Signature, "NAME BASE64", is a signature
  // of the body by the operator's key, or counts as none.
  void hear(std::string_view signature, std::string_view body);
  // That operators are named, then role, also for what is proposed, then operator, by name and by
  // key; nothing if the peer may send the command.
  std::optional<domain::Refusal> judge(const domain::Command& command) const;

 private:
  friend class PeerRules;
  static constexpr std::size_t kFlows = 1024;  // above every FlowCode
  std::uint32_t uid_ = 0;
  std::vector<std::string> roles_;
  std::vector<std::string> operators_;
  bool any_operator_ = false;
  bool every_role_ = false;  // whatever roles the profile has
  std::shared_ptr<const OperatorKeys> keys_;
  std::string signer_;  // of the request at hand; empty: nobody
  ProfileSource source_;
  const domain::Profile* seen_ = nullptr;
  std::bitset<kFlows> flows_;
};

class PeerRules {
 public:
  // Without rules the daemon's own user has every role and may act as any operator; others none.
  PeerRules(std::vector<PeerRule> rules, std::uint32_t own_uid, ProfileSource profile,
            OperatorKeys keys = {});
  Peer peer_of(const Credentials& credentials) const;

 private:
  std::vector<PeerRule> rules_;
  std::optional<std::uint32_t> owner_;  // without rules
  ProfileSource profile_;
  std::shared_ptr<const OperatorKeys> keys_;
};

// Roles a rule may name: those of the flows and the two that only read.
std::vector<std::string> known_roles(const domain::Profile& profile);

}  // namespace ledger::server
