#include "model/ids.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <vector>

#include "base/text.h"
#include "model/catalogue.h"

namespace slipway::model {
namespace {

/// What is numbered like a resource, but is none.
constexpr std::array<std::string_view, 5> kRecordPrefixes{"Releases", "Deployments", "ServerTasks", "Events",
                                                          "APIKeys"};
/// Made of a space's id.
constexpr std::string_view kManagersOfSpace = "teams-spacemanagers-";

char upper_ascii(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c; }

struct Spellings {
  std::map<std::string, std::string, std::less<>> prefixes;       ///< by lower-case text: "projects" → "Projects"
  std::vector<std::string> forms{std::string(kManagersOfSpace)};  ///< what stands before an owner's id

  Spellings() {
    for (const std::string_view prefix : kRecordPrefixes) prefixes.emplace(to_lower_ascii(prefix), prefix);
    const Catalogue catalogue = all_resources();
    for (const Schema& schema : catalogue.all()) {
      if (!schema.id_prefix.empty()) prefixes.emplace(to_lower_ascii(schema.id_prefix), schema.id_prefix);
      if (!schema.id_form.empty()) forms.push_back(schema.id_form.substr(0, schema.id_form.find('<')));
    }
  }
};

}  // namespace

std::string canonical_id(std::string_view id) {
  static const Spellings spellings;
  const std::string lower = to_lower_ascii(id);
  for (const std::string& form : spellings.forms) {
    if (lower.starts_with(form)) return form + canonical_id(id.substr(form.size()));
  }
  const auto dash = std::min(lower.find('-'), lower.size());
  const auto known = spellings.prefixes.find(std::string_view(lower).substr(0, dash));
  if (known == spellings.prefixes.end() || dash == lower.size()) return std::string(id);
  const auto end = std::min(lower.find_first_not_of("0123456789", dash + 1), lower.size());
  const std::string_view snapshot = std::string_view(lower).substr(end);  // "-s-3-abcde"
  if (end == dash + 1) return lower;  // ids that seeding gives name what they are: "teams-everyone", "feeds-builtin"
  if (!snapshot.empty() && !snapshot.starts_with("-s-")) return std::string(id);
  std::string out = known->second + lower.substr(dash, end - dash);
  if (snapshot.empty()) return out;
  out += "-s-";
  std::transform(snapshot.begin() + 3, snapshot.end(), std::back_inserter(out), upper_ascii);
  return out;
}

}  // namespace slipway::model
