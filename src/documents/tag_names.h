// Tags by their canonical names, "Set/Tag".
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/database.h"

namespace slipway::documents {

struct TagIds {
  std::string set;
  std::string tag;  ///< "" for a tag of a free-text set, which has no id of its own
};

/// The tags of a space; read when first asked for. Lives no longer than its reader.
class TagNames {
 public:
  TagNames(storage::Reader& reader, std::string space) : reader_(reader), space_(std::move(space)) {}
  /// Ignores case.
  std::optional<TagIds> find(std::string_view canonical_name);
  /// Says of a name for which find() has nothing that there is no such tag, and which one was probably meant.
  std::string unknown(std::string_view canonical_name);

 private:
  void load();

  storage::Reader& reader_;
  std::string space_;
  bool is_loaded_ = false;
  std::map<std::string, TagIds> tags_;
  std::vector<std::string> spellings_;  ///< of all tags, as they are shown
  std::map<std::string, std::string> free_text_sets_;
};

}  // namespace slipway::documents
