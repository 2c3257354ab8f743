#include "custody_adapter/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#define ZLIB_CONST  // its input is not its to change
#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <set>

#include <fmt/format.h>

namespace custody_adapter {
namespace {

namespace base = ledger::base;

constexpr std::uint64_t kFreeBytes = std::uint64_t{1} << 20;  // too little for a bomb
constexpr std::size_t kPiece = 64 << 10;
constexpr std::size_t kTarMagicAt = 257;
constexpr std::size_t kNameBytesMax = 255;

struct CloseArchive {
  void operator()(archive* a) const { archive_read_free(a); }
};
using Archive = std::unique_ptr<archive, CloseArchive>;

std::string reason_of(archive* a) {
  const char* text = archive_error_string(a);
  return text == nullptr ? "damaged" : text;
}

Archive open(std::string_view bytes, Packing packing) {
  Archive a(archive_read_new());
  switch (packing) {
    case Packing::kZip:
      archive_read_support_format_zip_seekable(a.get());
      break;
    case Packing::kTar:
      archive_read_support_format_tar(a.get());
      break;
    case Packing::kGzip:
    case Packing::kNone:
      break;
  }
  if (archive_read_open_memory(a.get(), bytes.data(), bytes.size()) != ARCHIVE_OK) return nullptr;
  return a;
}

// Whether somebody could be led astray by it.
std::string_view fault_of_name(std::string_view name) {
  if (name.empty() || name.size() > kNameBytesMax) return "is empty or too long";
  if (name.front() == '/' || name.find('\\') != std::string_view::npos) return "is absolute";
  if (name.size() > 1 && name[1] == ':') return "names a drive";
  const auto hidden = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  };
  if (std::any_of(name.begin(), name.end(), hidden)) return "has control characters";
  for (std::size_t at = 0; at <= name.size();) {
    const std::size_t end = std::min(name.find('/', at), name.size());
    if (name.substr(at, end - at) == "..") return "leaves the folder";
    at = end + 1;
  }
  return "";
}

// What of a delivery of so many bytes has been unpacked, held against the limits.
class Measure {
 public:
  Measure(std::uint64_t packed, const UnpackLimits& limits) : packed_(packed), limits_(limits) {}

  std::optional<IntakeRefusal> add(std::uint64_t bytes, const std::string& member) {
    unpacked_ += bytes;
    if (unpacked_ > limits_.bytes_max) {
      return IntakeRefusal{"too_large", member,
                           fmt::format("unpacked more than {} bytes", limits_.bytes_max)};
    }
    if (unpacked_ > kFreeBytes && unpacked_ / limits_.ratio_max > packed_) {
      return IntakeRefusal{
          "ratio", member,
          fmt::format("{} bytes unpack to more than {} times as much", packed_, limits_.ratio_max)};
    }
    return std::nullopt;
  }

 private:
  std::uint64_t packed_;
  const UnpackLimits& limits_;
  std::uint64_t unpacked_ = 0;
};

// By zlib: libarchive does not look at a gzip's checksum.
class Gunzip {
 public:
  Gunzip() { ready_ = inflateInit2(&stream_, kGzipWindow) == Z_OK; }
  ~Gunzip() { inflateEnd(&stream_); }
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;

  // All members of the file, one behind the other, as gunzip does it.
  base::Result<std::string, IntakeRefusal> run(std::string_view bytes, Measure measure) {
    const auto damaged = [](std::string_view why) {
      return base::fail(IntakeRefusal{"bad_archive", "", fmt::format("gzip: {}", why)});
    };
    if (!ready_) return damaged("no memory");
    std::string out;
    std::array<char, kPiece> piece;
    int status = Z_OK;
    for (std::size_t at = 0;;) {
      const auto in = std::min<std::size_t>(bytes.size() - at, kInputMost);
      stream_.next_in = reinterpret_cast<const Bytef*>(bytes.data() + at);
      stream_.avail_in = static_cast<uInt>(in);
      stream_.next_out = reinterpret_cast<Bytef*>(piece.data());
      stream_.avail_out = piece.size();
      status = inflate(&stream_, Z_NO_FLUSH);
      at += in - stream_.avail_in;
      const std::size_t got = piece.size() - stream_.avail_out;
      out.append(piece.data(), got);
      if (auto refusal = measure.add(got, "")) return base::fail(*std::move(refusal));
      if (status == Z_STREAM_END) {
        if (at == bytes.size()) return out;
        inflateReset(&stream_);
      } else if (status != Z_OK) {
        const bool short_of_bytes = status == Z_BUF_ERROR;
        return damaged(short_of_bytes           ? "truncated"
                       : stream_.msg == nullptr ? "damaged"
                                                : stream_.msg);
      } else if (at == bytes.size() && got == 0) {
        return damaged("truncated");
      }
    }
  }

 private:
  static constexpr int kGzipWindow = 15 + 16;
  static constexpr std::size_t kInputMost = std::size_t{1} << 30;
  z_stream stream_{};
  bool ready_ = false;
};

class Unpacker {
 public:
  Unpacker(const Measure& measure, const UnpackLimits& limits)
      : measure_(measure), limits_(limits) {}

  std::optional<IntakeRefusal> take(archive* a, archive_entry* entry, const std::string& name) {
    const auto refuse = [&](std::string_view code, std::string text) {
      return IntakeRefusal{std::string(code), name, std::move(text)};
    };
    if (const auto fault = fault_of_name(name); !fault.empty()) {
      return refuse("unsafe_name", fmt::format("the member's name {}", fault));
    }
    const bool linked = archive_entry_hardlink(entry) != nullptr;
    if (archive_entry_filetype(entry) == AE_IFDIR) return std::nullopt;
    if (archive_entry_filetype(entry) != AE_IFREG || linked) {
      return refuse("not_a_file", "the member is a link or a device, no file");
    }
    if (archive_entry_is_encrypted(entry) != 0) {
      return refuse("encrypted", "the member needs a password");
    }
    if (!names_.insert(name).second) return refuse("duplicate_member", "the name stands twice");
    if (members_.size() == limits_.members_max) {
      return refuse("too_many_members", fmt::format("more than {}", limits_.members_max));
    }
    Member& member = members_.emplace_back();
    member.name = name;
    if (auto refusal = read(a, member)) return refusal;
    if (packing_of(member.bytes) != Packing::kNone) {
      return refuse("nested_archive", "the member is an archive itself");
    }
    return std::nullopt;
  }

  std::vector<Member> members() { return std::move(members_); }

 private:
  std::optional<IntakeRefusal> read(archive* a, Member& member) {
    std::array<char, kPiece> piece;
    while (true) {
      const auto got = archive_read_data(a, piece.data(), piece.size());
      if (got == 0) return std::nullopt;
      if (got < 0) return IntakeRefusal{"bad_archive", member.name, reason_of(a)};
      if (auto refusal = measure_.add(static_cast<std::uint64_t>(got), member.name)) return refusal;
      member.bytes.append(piece.data(), static_cast<std::size_t>(got));
    }
  }

  Measure measure_;
  const UnpackLimits& limits_;
  std::set<std::string> names_;
  std::vector<Member> members_;
};

std::string without_gz(const std::string& name) {
  return name.ends_with(".gz") ? name.substr(0, name.size() - 3) : name;
}

}  // namespace

Packing packing_of(std::string_view bytes) {
  if (bytes.starts_with("PK\x03\x04") || bytes.starts_with("PK\x05\x06")) return Packing::kZip;
  if (bytes.starts_with("\x1f\x8b")) return Packing::kGzip;
  if (bytes.size() >= 512 && bytes.substr(kTarMagicAt, 5) == "ustar") return Packing::kTar;
  return Packing::kNone;
}

namespace {

base::Result<std::vector<Member>, IntakeRefusal> members_of(std::string_view bytes, Packing packing,
                                                            const Measure& measure,
                                                            const UnpackLimits& limits) {
  const Archive a = open(bytes, packing);
  if (!a) return base::fail(IntakeRefusal{"bad_archive", "", "it cannot be opened"});
  Unpacker unpacker(measure, limits);
  archive_entry* entry = nullptr;
  while (true) {
    const int status = archive_read_next_header(a.get(), &entry);
    if (status == ARCHIVE_EOF) break;
    // A warning is about a name in another encoding than the locale's.
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
      return base::fail(IntakeRefusal{"bad_archive", "", reason_of(a.get())});
    }
    const char* name = archive_entry_pathname(entry);
    if (name == nullptr) name = archive_entry_pathname_utf8(entry);
    if (auto refusal = unpacker.take(a.get(), entry, name == nullptr ? "" : name)) {
      return base::fail(*std::move(refusal));
    }
  }
  auto members = unpacker.members();
  if (members.empty()) return base::fail(IntakeRefusal{"bad_archive", "", "no file is in it"});
  return members;
}

}  // namespace

base::Result<std::vector<Member>, IntakeRefusal> unpack(const std::string& name,
                                                        std::string_view bytes,
                                                        const UnpackLimits& limits) {
  const Packing packing = packing_of(bytes);
  if (packing == Packing::kNone && bytes.size() > limits.bytes_max) {
    return base::fail(
        IntakeRefusal{"too_large", "", fmt::format("more than {} bytes", limits.bytes_max)});
  }
  if (packing == Packing::kNone) return std::vector<Member>{{name, std::string(bytes)}};
  const Measure measure(bytes.size(), limits);
  if (packing != Packing::kGzip) return members_of(bytes, packing, measure, limits);
  auto content = Gunzip().run(bytes, measure);
  if (!content) return base::fail(std::move(content.error()));
  const Packing inner = packing_of(*content);
  if (inner == Packing::kTar) return members_of(*content, inner, measure, limits);
  if (inner != Packing::kNone) {
    return base::fail(IntakeRefusal{"nested_archive", "", "an archive is in the gzip"});
  }
  return std::vector<Member>{{without_gz(name), *std::move(content)}};
}

}  // namespace custody_adapter
