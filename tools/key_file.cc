#include "tools/key_file.h"

#include <sys/stat.h>

#include <fstream>
#include <iterator>

namespace tools {

namespace base = ledger::base;
namespace crypto = ledger::crypto;

namespace {

std::string text_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

base::Result<crypto::PublicKey, base::Fault> read_public_key(const std::string& path) {
  return crypto::PublicKey::from_pem(text_of(path));
}

base::Result<crypto::PrivateKey, base::Fault> read_private_key(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    return base::fail(base::not_found(path + ": there is no such file"));
  }
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return base::fail(base::invalid(path + ": others may read or change it; chmod 600"));
  }
  auto key = crypto::PrivateKey::from_pem(text_of(path));
  if (!key) return base::fail(base::invalid(path + ": " + key.error().message));
  return key;
}

}  // namespace tools
