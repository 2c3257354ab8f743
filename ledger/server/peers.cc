#include "ledger/server/peers.h"

#include <sys/socket.h>
#include <sys/types.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "ledger/base/check.h"
#include "ledger/crypto/base64.h"
#include "ledger/domain/flow.h"

namespace ledger::server {
namespace {

template <typename T>
void add_once(std::vector<T>& list, const T& value) {
  if (std::find(list.begin(), list.end(), value) == list.end()) list.push_back(value);
}

}  // namespace

base::Result<Credentials, base::Fault> credentials_of(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
    return base::fail(base::io_fault(fmt::format("SO_PEERCRED: {}", std::strerror(errno))));
  }
  Credentials credentials{peer.uid, {peer.gid}};
  // The other groups are a help, not a need: an old kernel does not tell them.
  std::vector<gid_t> groups(64);
  size = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
  int status = ::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size);
  if (status != 0 && errno == ERANGE) {
    groups.resize(size / sizeof(gid_t));
    status = ::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size);
  }
  if (status == 0) {
    groups.resize(size / sizeof(gid_t));
    for (const gid_t group : groups) add_once<std::uint32_t>(credentials.gids, group);
  }
  return credentials;
}

void Peer::follow() {
  const domain::Profile& profile = source_();
  if (&profile == seen_) return;
  seen_ = &profile;
  if (every_role_) roles_ = known_roles(profile);
  flows_.reset();
  for (const domain::Flow* flow : domain::all_flows()) {
    const auto number = static_cast<std::size_t>(flow->code);
    LEDGER_CHECK(number < kFlows);
    for (const std::string& role : roles_) {
      if (profile.role_may(role, flow->code)) flows_.set(number);
    }
  }
}

bool Peer::may_send(domain::FlowCode flow) const {
  const auto number = static_cast<std::size_t>(flow);
  return number < kFlows && flows_[number];
}

bool Peer::may_act_as(std::string_view operator_name) const {
  return any_operator_ ||
         std::find(operators_.begin(), operators_.end(), operator_name) != operators_.end();
}

void Peer::hear(std::string_view signature, std::string_view body) {
  signer_.clear();
  if (keys_->empty() || signature.empty()) return;
  const std::size_t blank = std::min(signature.find(' '), signature.size());
  const auto key = keys_->find(signature.substr(0, blank));
  if (key == keys_->end()) return;
  const auto bytes = crypto::from_base64(signature.substr(blank));
  if (bytes && key->second.verify(crypto::Scheme::kEd25519, body, *bytes)) signer_ = key->first;
}

std::optional<domain::Refusal> Peer::judge(const domain::Command& command) const {
  // What operators do is somebody's doing.
  if (command.authority() == domain::Authority::kOperators &&
      command.text(domain::Field::kOperator).empty()) {
    return domain::Refusal{domain::RefusalCode::kMissingField, "field=operator"};
  }
  if (!may_send(command.flow)) {
    return domain::Refusal{domain::RefusalCode::kRoleForbidden,
                           fmt::format("flow={} uid={} roles={}", domain::name_of(command.flow),
                                       uid_, fmt::join(roles_, ","))};
  }
  // Two operators may do together what each may ask for, no more: a proposal is no way around the
  // roles. Flows that take two above an amount are asked for by whoever may approve them.
  if (command.flow == domain::FlowCode::kPropose) {
    const auto proposed = command.nested(domain::Field::kProposed);
    LEDGER_CHECK(proposed.has_value());
    const domain::FlowRules* rules = source_().rules_of(proposed->flow);
    const bool for_two = rules != nullptr && rules->four_eyes_above.has_value();
    if (!for_two && !may_send(proposed->flow)) {
      return domain::Refusal{
          domain::RefusalCode::kRoleForbidden,
          fmt::format("proposed flow={} uid={} roles={}", domain::name_of(proposed->flow), uid_,
                      fmt::join(roles_, ","))};
    }
  }
  const std::string_view name = command.text(domain::Field::kOperator);
  if (!name.empty() && !may_act_as(name)) {
    return domain::Refusal{domain::RefusalCode::kOperatorForbidden,
                           fmt::format("operator={} uid={}", name, uid_)};
  }
  if (!name.empty() && !keys_->empty() && name != signer_) {
    return domain::Refusal{domain::RefusalCode::kOperatorForbidden,
                           fmt::format("operator={} did not sign the request", name)};
  }
  return std::nullopt;
}

PeerRules::PeerRules(std::vector<PeerRule> rules, std::uint32_t own_uid, ProfileSource profile,
                     OperatorKeys keys)
    : rules_(std::move(rules)),
      profile_(std::move(profile)),
      keys_(std::make_shared<const OperatorKeys>(std::move(keys))) {
  if (rules_.empty()) owner_ = own_uid;
}

Peer PeerRules::peer_of(const Credentials& credentials) const {
  Peer peer;
  peer.uid_ = credentials.uid;
  peer.source_ = profile_;
  peer.keys_ = keys_;
  peer.every_role_ = peer.any_operator_ = owner_ == credentials.uid;
  for (const PeerRule& rule : rules_) {
    const bool by_user = rule.uid && *rule.uid == credentials.uid;
    const bool by_group = rule.gid && std::find(credentials.gids.begin(), credentials.gids.end(),
                                                *rule.gid) != credentials.gids.end();
    if (!by_user && !by_group) continue;
    for (const std::string& role : rule.roles) add_once(peer.roles_, role);
    for (const std::string& name : rule.operators) {
      if (name == "*") peer.any_operator_ = true;
      add_once(peer.operators_, name);
    }
  }
  peer.follow();
  return peer;
}

std::vector<std::string> known_roles(const domain::Profile& profile) {
  std::vector<std::string> roles = profile.roles();
  for (const char* reader : {"auditor", "service"}) add_once<std::string>(roles, reader);
  return roles;
}

}  // namespace ledger::server
