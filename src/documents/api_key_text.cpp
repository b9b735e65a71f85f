#include "documents/api_key_text.h"

#include <algorithm>

#include "base/error.h"

namespace slipway::documents {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
constexpr std::string_view kPrefix = "API-";

}  // namespace

Secret make_api_key(Random& random) { return Secret(std::string(kPrefix) + random.text(32, kAlphabet)); }

void check_api_key(const Secret& key) {
  const std::string_view text = key.reveal();
  const std::string_view rest = text.substr(std::min(kPrefix.size(), text.size()));
  const bool is_well_formed =
      text.starts_with(kPrefix) && rest.size() >= 20 && rest.find_first_not_of(kAlphabet) == std::string_view::npos;
  if (!is_well_formed) {
    fail_invalid("The admin API key must be 'API-' followed by at least 20 characters of A-Z and 0-9.");
  }
}

std::string hint_of(const Secret& key) { return std::string(key.reveal().substr(0, 8)); }

}  // namespace slipway::documents
