#include "tools/key_file.h"

#include <sys/stat.h>

#include <fstream>
#include <iterator>

namespace tools {

namespace base = ledger::base;
namespace crypto = ledger::crypto;

base::Result<crypto::PrivateKey, base::Fault> read_private_key(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    return base::fail(base::not_found(path + ": there is no such file"));
  }
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return base::fail(base::invalid(path + ": others may read or change it; chmod 600"));
  }
  std::ifstream in(path, std::ios::binary);
  const std::string pem((std::istreambuf_iterator<char>(in)), {});
  auto key = crypto::PrivateKey::from_pem(pem);
  if (!key) return base::fail(base::invalid(path + ": " + key.error().message));
  return key;
}

}  // namespace tools
