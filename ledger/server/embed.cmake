# Writes the API contract into a C++ source, so that the daemon serves exactly the reviewed file.
# Usage: cmake -DIN=openapi.yaml -DOUT=file.cc -P embed.cmake
file(READ "${IN}" text)
string(LENGTH "${text}" size)
if(size GREATER 60000)
  message(FATAL_ERROR "${IN} is too long for one string literal")
endif()
file(WRITE "${OUT}" "#include <string_view>
namespace ledger::server {
extern const std::string_view kOpenApiYaml;
const std::string_view kOpenApiYaml = R\"openapi(${text})openapi\";
}  // namespace ledger::server
")
