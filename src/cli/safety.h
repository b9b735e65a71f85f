// Who else can get at the server's files and words: judged at each start, and by `slipway check`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/trusted_proxies.h"

namespace slipway::cli {

struct Finding {
  enum class Weight { note, warning, error };
  Weight weight;
  std::string what;  ///< a sentence
  std::string fix;   ///< a sentence, often a command; "" for a note
};

/// Of a file or folder that exists.
struct FileFacts {
  unsigned mode = 0;   ///< as in chmod
  unsigned owner = 0;  ///< user id
  bool is_folder = false;
};
std::optional<FileFacts> file_facts(const std::string& path);

struct Site {
  std::string data, database, key_file;
};

/// The absolute path of the data folder that --data names. Throws Error{invalid} when it names none, or something else
/// than a folder lies there; what does not exist may become one.
std::string data_folder(const std::string& named);

/// `user` is whom the server runs as: an error means that it must not run like this.
std::vector<Finding> inspect_files(const Site&, unsigned user);
/// Whether root runs it.
std::vector<Finding> inspect_user(unsigned user);
/// Room on the disk where the data folder lies.
std::vector<Finding> inspect_space(const Site&, std::uint64_t free_bytes, std::uint64_t database_bytes);
/// Throws Error{unavailable} with the first of the errors among them.
void refuse_errors(const std::vector<Finding>&);
/// A file with a secret, such as "The TLS key"; "" = there is none.
std::vector<Finding> inspect_secret_file(std::string_view what, const std::string& path);
/// Plain HTTP that leaves this machine.
std::vector<Finding> inspect_listener(const std::string& address, bool has_tls);

/// Proxies whose word is taken for that of half the internet. `given` says how they were named.
std::vector<Finding> inspect_proxies(const net::TrustedProxies&, const std::vector<std::string>& given);

}  // namespace slipway::cli
