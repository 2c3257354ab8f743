// Any bytes as the body of POST /v1/commands: no crash, and whatever is accepted is canonical.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "ledger/server/command_decoder.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ledger;  // NOLINT
  static const domain::Profile profile =
      std::move(domain::Profile::parse(*domain::Profile::built_in("cn-2017"))).value();
  static const server::Peer peer = server::PeerRules({}, 0, []() -> const domain::Profile& {
                                      return profile;
                                    }).peer_of({0, {}});
  static server::CommandDecoder decoder(64);
  for (const bool lines : {false, true}) {
    std::string body(reinterpret_cast<const char*>(data), size);
    body.append(server::kBodyPadding, '\0');
    const auto request = decoder.decode(std::string_view(body).substr(0, size), lines, peer);
    std::size_t accepted = 0;
    for (const auto& item : request.items) accepted += item.refusal ? 0 : 1;
    if (accepted != request.commands.size()) std::abort();
    for (const auto& command : request.commands) {
      if (!domain::is_code(command.id) || !domain::fields_of(command.body)) std::abort();
    }
  }
  return 0;
}
