#include "cli/safety.h"

#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/error.h"
#include "base/text.h"
#include "net/address_guard.h"

namespace slipway::cli {
namespace {

using Weight = Finding::Weight;

constexpr unsigned kOthersWrite = 0022, kOthersRead = 0055;
constexpr std::uint64_t kLittleRoom = 1u << 30;

std::string name_of(unsigned user) {
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 4096> buffer{};
  if (::getpwuid_r(user, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) return entry.pw_name;
  return fmt::format("{}", user);
}

/// `what` is "The data folder"; `mode` the one that it should have.
void judge_mode(std::vector<Finding>& findings, std::string_view what, const std::string& path, const FileFacts& facts,
                std::string_view mode) {
  const bool is_writable = (facts.mode & kOthersWrite) != 0;
  if (!is_writable && (facts.mode & kOthersRead) == 0) return;
  findings.push_back({is_writable ? Weight::error : Weight::warning,
                      fmt::format("{} {} is open to other users (mode {:04o}), who could {} what the server stores.",
                                  what, path, facts.mode, is_writable ? "change" : "read"),
                      fmt::format("Run: chmod {} {}", mode, path)});
}

bool is_loopback(const std::string& address) {
  if (address == "localhost") return true;
  const auto refused = [&](bool allow_loopback) {
    return net::refuse_host(address, {.allow_loopback = allow_loopback, .allow_private = true}).has_value();
  };
  return refused(false) && !refused(true);
}

}  // namespace

std::optional<FileFacts> file_facts(const std::string& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) return std::nullopt;
  return FileFacts{about.st_mode & 07777u, about.st_uid, S_ISDIR(about.st_mode)};
}

std::string data_folder(const std::string& named) {
  if (named.empty()) fail_invalid("--data names no folder: it is blank.");
  const auto path = std::filesystem::absolute(named).lexically_normal();
  const auto facts = file_facts(path.string());
  if (!facts || facts->is_folder) return path.string();
  fail_invalid(fmt::format(
      "{} is no folder, and a data folder is needed. Name the folder in which slipway.db lies{}.", path.string(),
      path.filename() == "slipway.db" ? fmt::format(", here {}", path.parent_path().string()) : ""));
}

void refuse_errors(const std::vector<Finding>& findings) {
  for (const auto& finding : findings) {
    if (finding.weight == Weight::error) fail(ErrorCode::unavailable, finding.what + " " + finding.fix);
  }
}

std::vector<Finding> inspect_files(const Site& site, unsigned user) {
  std::vector<Finding> findings;
  if (const auto folder = file_facts(site.data)) {
    judge_mode(findings, "The data folder", site.data, *folder, "700");
    if (folder->owner != user) {
      findings.push_back({Weight::warning,
                          fmt::format("The data folder {} belongs to {}, but the server runs as {}.", site.data,
                                      name_of(folder->owner), name_of(user)),
                          fmt::format("Run the server as {}, or run: chown -R {} {}", name_of(folder->owner),
                                      name_of(user), site.data)});
    }
  }
  for (const char* suffix : {"", "-wal", "-shm"}) {
    const std::string path = site.database + suffix;
    if (const auto facts = file_facts(path)) judge_mode(findings, "The database file", path, *facts, "600");
  }
  const auto key = file_facts(site.key_file);
  if (key && key->is_folder) {
    findings.push_back({Weight::error, fmt::format("The master key {} is a folder.", site.key_file),
                        "Name the file that holds it with --master-key-file."});
    return findings;
  }
  if (key && key->owner != user && key->owner != 0) {
    findings.push_back({Weight::error,
                        fmt::format("The master key {} belongs to {}, who can read and replace it, but the server runs "
                                    "as {}.",
                                    site.key_file, name_of(key->owner), name_of(user)),
                        fmt::format("Run: chown {} {}", name_of(user), site.key_file)});
  }
  if (key && (key->mode & 077) != 0) {
    findings.push_back({Weight::error,
                        fmt::format("The master key {} is open to other users (mode {:04o}), who could read every "
                                    "secret with it.",
                                    site.key_file, key->mode),
                        fmt::format("Run: chmod 600 {}", site.key_file)});
  }
  return findings;
}

std::vector<Finding> inspect_user(unsigned user) {
  if (user != 0) return {};
  return {{Weight::warning, "The server runs as root, so a fault in it is one in the whole machine.",
           "Run it as a user of its own; the Debian package makes the user slipway for that."}};
}

std::vector<Finding> inspect_space(const Site& site, std::uint64_t free_bytes, std::uint64_t database_bytes) {
  const std::uint64_t wanted = std::max(kLittleRoom, database_bytes);
  if (free_bytes >= wanted) return {};
  return {
      {Weight::warning,
       fmt::format("The disk of {} has {} MiB left. Nothing is stored any more once it is full.", site.data,
                   free_bytes >> 20),
       fmt::format("Make room: at least {} MiB, as much as the database takes and a GiB at the least.", wanted >> 20)}};
}

std::vector<Finding> inspect_secret_file(std::string_view what, const std::string& path) {
  const auto facts = path.empty() ? std::nullopt : file_facts(path);
  if (!facts || (facts->mode & 07u) == 0) return {};  // a group of those who may is a habit
  return {{Weight::warning,
           fmt::format("{} {} is open to every user of the machine (mode {:04o}).", what, path, facts->mode),
           fmt::format("Run: chmod o-rwx {}", path)}};
}

std::vector<Finding> inspect_listener(const std::string& address, bool has_tls) {
  if (has_tls || is_loopback(address)) return {};
  return {{Weight::warning,
           fmt::format("The server speaks plain HTTP on {}, so that API keys and secrets can be read on their way.",
                       address),
           "Listen on 127.0.0.1 behind a reverse proxy that ends TLS, or give the server a certificate."}};
}

std::vector<Finding> inspect_proxies(const net::TrustedProxies& proxies, const std::vector<std::string>& given) {
  std::vector<Finding> findings;
  for (const std::size_t wide : proxies.too_wide()) {
    findings.push_back(
        {Weight::warning,
         fmt::format("The trusted proxy {} takes in a great part of all addresses there are, so that their users' word "
                     "in X-Forwarded-For is believed: events and logs may name any address.",
                     trim(given[wide])),
         "Name the proxies' own addresses, or the range of their network, such as 10.0.0.0/8."});
  }
  return findings;
}

}  // namespace slipway::cli
