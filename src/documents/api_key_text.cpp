#include "documents/api_key_text.h"

#include <algorithm>

#include "base/error.h"

namespace slipway::documents {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
constexpr std::string_view prefix = "API-";

}  // namespace

Secret make_api_key(Random& random) { return Secret(std::string(prefix) + random.text(32, alphabet)); }

void check_api_key(const Secret& key) {
  const std::string_view text = key.reveal();
  const std::string_view rest = text.substr(std::min(prefix.size(), text.size()));
  const bool is_well_formed =
      text.starts_with(prefix) && rest.size() >= 20 && rest.find_first_not_of(alphabet) == std::string_view::npos;
  if (!is_well_formed) {
    fail_invalid("The admin API key must be 'API-' followed by at least 20 characters of A-Z and 0-9.");
  }
}

std::string hint_of(const Secret& key) { return std::string(key.reveal().substr(0, 8)); }

}  // namespace slipway::documents
