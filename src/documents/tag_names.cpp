#include "documents/tag_names.h"

#include <fmt/format.h>

#include "base/nearest.h"
#include "base/text.h"
#include "model/resources/tenants/tag_set.h"
#include "storage/document_lookup.h"

namespace slipway::documents {

std::optional<TagIds> TagNames::find(std::string_view canonical_name) {
  if (!is_loaded_) load();
  if (const auto tag = tags_.find(fold_name(canonical_name)); tag != tags_.end()) return tag->second;
  const auto set = free_text_sets_.find(fold_name(canonical_name.substr(0, canonical_name.find('/'))));
  return set == free_text_sets_.end() ? std::nullopt : std::optional(TagIds{set->second, ""});
}

std::string TagNames::unknown(std::string_view canonical_name) {
  if (!is_loaded_) load();
  return fmt::format("the tag '{}' does not exist; create it in its tag set first.{}", canonical_name,
                     did_you_mean(canonical_name, spellings_));
}

void TagNames::load() {
  is_loaded_ = true;
  for (const auto& set : model::list<model::TagSet>(storage::DocumentLookup(reader_), space_)) {
    if (set.Type == "FreeText") free_text_sets_.emplace(fold_name(set.Name), set.Id);
    for (const auto& tag : set.Tags) {
      tags_.emplace(fold_name(tag.CanonicalTagName), TagIds{set.Id, tag.Id});
      spellings_.push_back(tag.CanonicalTagName);
    }
  }
}

}  // namespace slipway::documents
