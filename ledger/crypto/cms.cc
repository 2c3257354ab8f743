#include <openssl/pem.h>
#include <openssl/x509.h>
// Declares its PEM functions only behind pem.h.
#include <openssl/cms.h>

#include <limits>
#include <vector>

#include "ledger/crypto/keys.h"
#include "ledger/crypto/openssl.h"

namespace ledger::crypto {
namespace {

using Certificate = Owned<X509, X509_free>;
using Message = Owned<CMS_ContentInfo, CMS_ContentInfo_free>;
struct FreeStack {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }
};

std::vector<Certificate> certificates_in(std::string_view pem) {
  std::vector<Certificate> all;
  const Bio in = reader_of(pem);
  while (X509* one = PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)) all.emplace_back(one);
  ERR_clear_error();
  return all;
}

Message parse(std::string_view message) {
  const Bio in = reader_of(message);
  Message parsed(message.starts_with("-----BEGIN")
                     ? PEM_read_bio_CMS(in.get(), nullptr, nullptr, nullptr)
                     : d2i_CMS_bio(in.get(), nullptr));
  // Bytes behind the message would be bytes that nobody signed.
  if (parsed && !message.starts_with("-----BEGIN") && BIO_pending(in.get()) != 0) parsed.reset();
  ERR_clear_error();
  return parsed;
}

}  // namespace

base::Result<std::string, base::Fault> open_cms(std::string_view message, std::string_view trusted,
                                                std::int64_t now_s) {
  if (message.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    return base::fail(base::invalid("a CMS message of more than 2 GiB"));
  }
  const std::vector<Certificate> known = certificates_in(trusted);
  if (known.empty()) return base::fail(base::invalid("no trusted certificate in PEM form"));
  const Message parsed = parse(message);
  if (!parsed) return base::fail(base::invalid("not a CMS message"));
  if (OBJ_obj2nid(CMS_get0_type(parsed.get())) != NID_pkcs7_signed) {
    return base::fail(base::invalid("a CMS message that is not SignedData"));
  }
  const std::unique_ptr<STACK_OF(X509), FreeStack> stack(sk_X509_new_null());
  LEDGER_CHECK(stack != nullptr);
  auto now = static_cast<time_t>(now_s);
  for (const Certificate& one : known) {
    const bool valid = X509_cmp_time(X509_get0_notBefore(one.get()), &now) < 0 &&
                       X509_cmp_time(X509_get0_notAfter(one.get()), &now) > 0;
    if (valid) LEDGER_CHECK(sk_X509_push(stack.get(), one.get()) > 0);
  }
  // Signers are looked for among ours only; a certificate inside the message proves nothing.
  const Bio out = writer();
  constexpr unsigned kFlags = CMS_NOINTERN | CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY;
  if (CMS_verify(parsed.get(), stack.get(), nullptr, nullptr, out.get(), kFlags) != 1) {
    return base::fail(base::invalid(last_error("the CMS signature does not stand")));
  }
  return text_of(out);
}

}  // namespace ledger::crypto
