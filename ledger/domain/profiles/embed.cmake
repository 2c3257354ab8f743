# Writes a profile's text into a C++ source, so that the program carries its profiles.
# Usage: cmake -DNAME=cn-2017 -DIN=file.toml -DOUT=file.cc [-DNAMESPACE=ledger::domain] -P embed.cmake
if(NOT NAMESPACE)
  set(NAMESPACE ledger::domain)
endif()
file(READ "${IN}" text)
string(LENGTH "${text}" size)
if(size GREATER 60000)
  message(FATAL_ERROR "${IN} is too long for one string literal")
endif()
string(REGEX REPLACE "[^A-Za-z0-9]" "_" symbol "${NAME}")
file(WRITE "${OUT}" "#include <string_view>
namespace ${NAMESPACE} {
extern const std::string_view kProfile_${symbol};
const std::string_view kProfile_${symbol} = R\"profile(${text})profile\";
}  // namespace ${NAMESPACE}
")
