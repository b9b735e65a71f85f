// Who else can get at the server's files and words: judged at each start, and by `slipway check`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

/// `user` is whom the server runs as: an error means that it must not run like this.
std::vector<Finding> inspect_files(const Site&, unsigned user);
/// Whether root runs it.
std::vector<Finding> inspect_user(unsigned user);
/// Room on the disk where the data folder lies.
std::vector<Finding> inspect_space(const Site&, std::uint64_t free_bytes, std::uint64_t database_bytes);
/// A file with a secret, such as "The TLS key"; "" = there is none.
std::vector<Finding> inspect_secret_file(std::string_view what, const std::string& path);
/// Plain HTTP that leaves this machine.
std::vector<Finding> inspect_listener(const std::string& address, bool has_tls);

}  // namespace slipway::cli
